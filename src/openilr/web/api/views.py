"""The operations of the API: eleven as explore education statistics has them, and what this service adds.

Added: ``labels=true`` for readable rows; the answer to a query as CSV, Arrow or Parquet where ``Accept`` asks for it;
options and indicators by name (``age_group::Total``, ``start_count``); ``/parquet`` beside ``/csv``; ``/differences``
for the cells that a version changed; ETags. Nothing that a client of the original sends means something else here.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from openilr.publish.datasets import DataSet, Version
from openilr.publish.datasets.query import Query, TookTooLong, level_and_key, plan
from openilr.web.api import answers, openapi, requests
from openilr.web.api.problems import Invalid, answer, invalid, note, problem
from openilr.web.datasets import library, reader
from openilr.web.files import arrow_bytes
from openilr.web.search import matching

META_TYPES = ("Filters", "Indicators", "Locations", "TimePeriods")
#: Forms of an answer beside JSON, by media type.
FORMS = {
    "text/csv": "csv",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.parquet": "parquet",
}
_MOST_ROWS_AT_ONCE = 1_000_000
View = Callable[..., HttpResponse]


class NotThere(Exception):
    """No such publication, data set or version, or (``hidden``) one that is not public."""

    def __init__(self, hidden: bool = False) -> None:
        super().__init__()
        self.hidden = hidden


def operation(*methods: str) -> Callable[[View], View]:
    """What all operations share: methods, the errors' form, and that anybody may call them from anywhere."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            method = request.method or ""
            if method == "OPTIONS":
                response = HttpResponse(status=204)
                response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
                response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, Preview-Token"
            elif method not in methods and not (method == "HEAD" and "GET" in methods):
                response = problem(405)
                response.headers["Allow"] = ", ".join((*methods, "HEAD", "OPTIONS"))
            else:
                response = _answered(view, request, *args, **kwargs)
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            response.headers["api-supported-versions"] = "1"
            return response

        return guarded

    return decorate


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except Invalid as wrong:
        return invalid(wrong.errors)
    except NotThere as missing:
        return problem(403 if missing.hidden else 404)
    except TookTooLong:
        return problem(504)


# Finding


def _id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise NotThere from None


def _data_set(id: str) -> DataSet:
    found = library().data_set(_id(id))
    if found is None or not found.versions:
        raise NotThere
    if not found.public_versions():
        raise NotThere(hidden=True)
    return found


def _version(d: DataSet, wanted: str | None, *, withdrawn: bool = False) -> Version:
    """A public version; what was withdrawn is only described, and its data are not given."""
    found = d.find(wanted)
    if found is None:
        raise NotThere
    if found.status == "Draft" or (found.status == "Withdrawn" and not withdrawn):
        raise NotThere(hidden=True)
    return found


def _asked_version(request: HttpRequest, d: DataSet) -> Version:
    return _version(d, request.GET.get("dataSetVersion"))


def _unchanged(request: HttpRequest, *parts: object) -> tuple[str, HttpResponse | None]:
    """The ETag of an answer, and a 304 where the client has it: a version never changes, so its hash is enough."""
    text = "\n".join(str(part) for part in parts)
    tag = f'"{hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]}"'
    held = [t.strip().removeprefix("W/") for t in request.headers.get("If-None-Match", "").split(",")]
    if tag in held or "*" in held:
        response = HttpResponse(status=304)
        response.headers["ETag"] = tag
        return tag, response
    return tag, None


# Publications


@operation("GET")
def publications(request: HttpRequest) -> HttpResponse:
    page, size, words = requests.pages_asked(request.GET, 20, 40, search=True)
    found = library().publications()
    if words:
        # The R client joins the words of a search with hyphens.
        found = matching(words.replace("-", " "), found, lambda p: f"{p.title} {p.summary}")
    shown = [answers.publication(p, library()) for p in answers.page_of(found, page, size)]
    return answer({"paging": answers.paged(page, size, len(found)), "results": shown})


@operation("GET")
def publication(request: HttpRequest, id: str) -> HttpResponse:  # noqa: ARG001
    found = library().publication(_id(id))
    if found is None:
        raise NotThere
    return answer(answers.publication(found, library()))


@operation("GET")
def publication_data_sets(request: HttpRequest, id: str) -> HttpResponse:
    page, size, _ = requests.pages_asked(request.GET, 10, 20)
    if library().publication(_id(id)) is None:
        raise NotThere
    found = [d for d in library().data_sets(_id(id)) if d.latest]
    shown = [answers.data_set(d) for d in answers.page_of(found, page, size)]
    return answer({"paging": answers.paged(page, size, len(found)), "results": shown})


# Data sets and versions


@operation("GET")
def data_set(request: HttpRequest, id: str) -> HttpResponse:  # noqa: ARG001
    return answer(answers.data_set(_data_set(id)))


@operation("GET")
def meta(request: HttpRequest, id: str) -> HttpResponse:
    d = _data_set(id)
    types = requests.types_asked(request.GET, META_TYPES)
    v = _asked_version(request, d)
    tag, same = _unchanged(request, "meta", d.id, v.number, *types)
    if same:
        return same
    response = answer(answers.meta(library().meta(d, v), types))
    response.headers["ETag"] = tag
    return response


@operation("GET")
def versions(request: HttpRequest, id: str) -> HttpResponse:
    page, size, _ = requests.pages_asked(request.GET, 10, 20)
    found = _data_set(id).public_versions()
    shown = [answers.version(v) for v in answers.page_of(found, page, size)]
    return answer({"paging": answers.paged(page, size, len(found)), "results": shown})


@operation("GET")
def version(request: HttpRequest, id: str, number: str) -> HttpResponse:  # noqa: ARG001
    return answer(answers.version(_version(_data_set(id), number, withdrawn=True)))


@operation("GET")
def changes(request: HttpRequest, id: str, number: str) -> HttpResponse:
    d = _data_set(id)
    v = _version(d, number, withdrawn=True)
    asked = request.GET.get("includePatchHistory", "false").strip().lower()
    if asked not in ("true", "false"):
        raise Invalid([note("InvalidValue", "includePatchHistory")])
    history = None
    if asked == "true":
        earlier = [x for x in d.public_versions() if x.order[:2] == v.order[:2] and x.order < v.order]
        history = [(x, library().changes(d, x)) for x in earlier]
    return answer(answers.changes_of(v, library().changes(d, v), history))


@operation("GET")
def differences(request: HttpRequest, id: str, number: str) -> HttpResponse:  # noqa: ARG001
    d = _data_set(id)
    v = _version(d, number)
    cells = library().changed_cells(d, v, 10_000)
    return answer({"versionNumber": v.public, "cells": v.differences, "results": cells})


# Numbers


@operation("GET", "POST")
def query(request: HttpRequest, id: str) -> HttpResponse:
    d = _data_set(id)
    asked = requests.from_body(request) if request.method == "POST" else requests.from_address(request)
    v = _asked_version(request, d)
    form = _form(request)
    tag, same = _unchanged(request, "query", d.id, v.number, form, asked) if request.method == "GET" else ("", None)
    if same:
        return same
    response = _results(d, v, asked, form)
    if tag:
        response.headers["ETag"] = tag
    patch_vary_headers(response, ["Accept"])
    return response


def _form(request: HttpRequest) -> str:
    """What the client would rather have than JSON, if anything."""
    accept = request.headers.get("Accept", "")
    return next((form for kind, form in FORMS.items() if kind in accept), "json") if "json" not in accept else "json"


def _results(d: DataSet, v: Version, asked: requests.Asked, form: str) -> HttpResponse:
    m, numbers = library().meta(d, v), library().path(d, v) / "data.parquet"
    q = asked.query
    p = plan(m, q)
    in_address = q.path == ""
    if p.errors:
        raise Invalid([note(code, path, items=_said(items, in_address)) for code, path, items in p.errors])
    if form != "json":
        return _table(form, reader().arrow(numbers, m, p, limit=_MOST_ROWS_AT_ONCE), f"{d.name}_v{v.public}")
    total = m.rows if p.where == "true" else reader().count(numbers, p)
    offset = (q.page - 1) * q.page_size
    found = reader().rows(numbers, m, p, offset=offset, limit=q.page_size) if offset < total else []
    warnings = [note(code, path, items=_said(items, in_address)) for code, path, items in p.warnings]
    if asked.debug:
        warnings.append(note("DebugEnabled"))
    if not total:
        warnings.append(note("QueryNoResults"))
    return answer(
        {
            "paging": answers.paged(q.page, q.page_size, total),
            "results": answers.rows(m, p, found, debug=asked.debug, labels=asked.labels),
            "warnings": warnings,
        }
    )


def _said(items: list[Any], in_address: bool) -> list[Any]:
    """Offending items as they were given: objects in a body, texts in an address."""
    return [_in_address(item) if in_address and isinstance(item, dict) else item for item in items]


def _in_address(item: dict[str, str]) -> str:
    if "period" in item:
        return f"{item['period']}|{item['code']}"
    if "field" in item:
        return f"{item['field']}|{item['direction']}"
    level, [(key, value), *_] = level_and_key(item)
    return f"{level}|{key}|{value}"


def _table(form: str, table: Any, name: str) -> HttpResponse:
    body, kind = arrow_bytes(form, table)
    response = HttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


@operation("GET")
def csv(request: HttpRequest, id: str) -> HttpResponse:
    """The data file as it was given, compressed on the way."""
    d = _data_set(id)
    v = _asked_version(request, d)
    path = library().path(d, v) / "data.csv.gz"
    response = _file(request, path, "text/csv", f"{d.id}_v{v.public}.csv", v)
    if response.status_code == 200:
        response.headers["Content-Encoding"] = "gzip"
    return response


@operation("GET")
def parquet(request: HttpRequest, id: str) -> HttpResponse:
    """The whole version in words, as Parquet."""
    d = _data_set(id)
    v = _asked_version(request, d)
    tag, same = _unchanged(request, "parquet", d.id, v.number)
    if same:
        return same
    m = library().meta(d, v)
    table = reader().arrow(library().path(d, v) / "data.parquet", m, plan(m, Query(sorts=())))
    response = _table("parquet", table, f"{d.id}_v{v.public}")
    response.headers["ETag"] = tag
    return response


def _file(request: HttpRequest, path: Path, kind: str, name: str, v: Version) -> HttpResponse:
    tag, same = _unchanged(request, path.name, v.file)
    if same:
        return same
    response: Any = FileResponse(path.open("rb"), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["ETag"] = tag
    return response


@operation("GET")
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    library().data_sets()
    return HttpResponse("Healthy", content_type="text/plain")


@operation("GET")
def described(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return answer(openapi.description())
