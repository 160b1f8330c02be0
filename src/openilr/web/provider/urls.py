from django.urls import path

from openilr.web.areas import Link
from openilr.web.provider import views
from openilr.web.roles import Role

NAVIGATION = (Link("Your returns", "provider:home", (Role.PROVIDER,), order=60),)

urlpatterns = [
    path("provider/", views.home, name="home"),
    path("provider/send/", views.send, name="send"),
    path("provider/uploads/<str:token>/", views.upload, name="upload"),
    path("provider/uploads/<str:token>/progress/", views.progress, name="progress"),
    path("provider/uploads/<str:token>/report/", views.report, name="report"),
    path("provider/numbers/", views.numbers, name="numbers"),
    path("provider/forecast/", views.forecast, name="forecast"),
]
