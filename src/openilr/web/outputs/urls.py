from django.urls import path

from openilr.web.areas import Link
from openilr.web.outputs import checkers, views
from openilr.web.roles import Role

NAVIGATION = (Link("Outputs", "outputs:list", (Role.STEWARD, Role.RESEARCHER, Role.CHECKER, Role.AUDITOR), order=75),)

urlpatterns = [
    path("outputs/", views.listed, name="list"),
    path("outputs/<str:id>/", views.project, name="project"),
    path("outputs/<str:id>/run/", views.run, name="run"),
    path("outputs/<str:id>/sacro/", checkers.sacro, name="sacro"),
    path("outputs/<str:id>/released/<str:number>/", views.release, name="release"),
    path("outputs/<str:id>/released/<str:number>/<str:file>/", views.file, name="file"),
    path("outputs/<str:id>/<str:run>/<str:output>/", views.output, name="output"),
    path("outputs/<str:id>/<str:run>/<str:output>/change/", views.change, name="change"),
    path("outputs/<str:id>/<str:run>/<str:output>/decide/", checkers.decide, name="decide"),
]
