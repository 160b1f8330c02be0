from django.urls import path

from openilr.web.areas import Link
from openilr.web.projects import drafts, stewards, views
from openilr.web.roles import Role

NAVIGATION = (
    Link("Projects", "projects:list", (Role.STEWARD, Role.RESEARCHER, Role.CHECKER, Role.AUDITOR), order=70),
    Link("Audit log", "projects:audit", (Role.STEWARD, Role.AUDITOR), order=90),
)

urlpatterns = [
    path("projects/", views.listed, name="list"),
    path("projects/apply/", drafts.start, name="apply"),
    path("projects/apply/file/", drafts.file, name="apply-file"),
    path("projects/apply/about/", drafts.about, name="apply-about"),
    path("projects/apply/questions/", drafts.questions, name="apply-questions"),
    path("projects/apply/people/", drafts.people, name="apply-people"),
    path("projects/apply/data/", drafts.data, name="apply-data"),
    path("projects/apply/fields/", drafts.fields, name="apply-fields"),
    path("projects/apply/fields/<str:name>/", drafts.field, name="apply-field"),
    path("projects/apply/hand-in/", drafts.hand_in, name="apply-hand-in"),
    path("projects/people/", stewards.people, name="people"),
    path("projects/ending/", stewards.ending, name="ending"),
    path("projects/audit/", stewards.audit_log, name="audit"),
    path("projects/<str:id>/", views.project, name="project"),
    path("projects/<str:id>/review/", views.review, name="review"),
    path("projects/<str:id>/change/", drafts.change, name="change"),
    path("projects/<str:id>/answer/", views.answer, name="answer"),
    path("projects/<str:id>/twin/", views.twin, name="twin"),
    path("projects/<str:id>/extract/", views.extract, name="extract"),
    path("projects/<str:id>/certificate/", stewards.certificate, name="certificate"),
    path("projects/<str:id>/<str:step>/", views.decide, name="decide"),
]
