"""Addresses of the API: under ``/v1`` and, because clients build that, under ``/statistics/v1``.

They come in lower case and without a slash at the end (``openilr.web.middleware.one_spelling_of_the_api``).
"""

from __future__ import annotations

from django.urls import path

from openilr.web.api import views

_DATA_SET = "v1/data-sets/<str:id>"
_PAGES = {
    "v1/publications": views.publications,
    "v1/publications/<str:id>": views.publication,
    "v1/publications/<str:id>/data-sets": views.publication_data_sets,
    _DATA_SET: views.data_set,
    f"{_DATA_SET}/meta": views.meta,
    f"{_DATA_SET}/query": views.query,
    f"{_DATA_SET}/csv": views.csv,
    f"{_DATA_SET}/parquet": views.parquet,
    f"{_DATA_SET}/versions": views.versions,
    f"{_DATA_SET}/versions/<str:number>": views.version,
    f"{_DATA_SET}/versions/<str:number>/changes": views.changes,
    f"{_DATA_SET}/versions/<str:number>/differences": views.differences,
    "health": views.health,
    "swagger/v1/openapi.json": views.described,
}

urlpatterns = [
    *(path(f"statistics/{where}", view) for where, view in _PAGES.items()),
    *(path(where, view, name=view.__name__) for where, view in _PAGES.items()),
]
