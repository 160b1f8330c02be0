from django.urls import path

from openilr.web.areas import Link
from openilr.web.roles import Role
from openilr.web.steward import views

NAVIGATION = (Link("Stewardship", "steward:home", (Role.STEWARD,), order=61),)

urlpatterns = [
    path("steward/", views.home, name="home"),
    path("steward/returns/<str:year>/<str:return_name>/", views.returns, name="returns"),
    path("steward/freeze/", views.freeze, name="freeze"),
    path("steward/quality/", views.quality, name="quality"),
    path("steward/publishing/", views.publishing, name="publishing"),
    path("steward/publishing/add/", views.add, name="add"),
    path("steward/publishing/<str:id>/<str:number>/", views.version, name="version"),
    path("steward/requests/", views.requests, name="requests"),
    path("steward/requests/<str:token>/", views.answer, name="answer"),
]
