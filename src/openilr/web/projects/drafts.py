"""Writing an application page by page, or bringing one as a file, and handing it in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openilr.access import AccessError, catalogue
from openilr.access import project as access
from openilr.access.minimise import coarser
from openilr.web import audit
from openilr.web.projects import forms
from openilr.web.projects.common import governed, one, who
from openilr.web.projects.models import Draft
from openilr.web.returns import store
from openilr.web.roles import Role, role_required

_LARGEST = 200_000
_CONDITION_TABLES = ("learner", "learning_delivery")


def _draft(request: HttpRequest) -> Draft:
    return Draft.objects.get_or_create(owner=who(request))[0]


@require_GET
@role_required(Role.RESEARCHER)
def start(request: HttpRequest) -> HttpResponse:
    """The parts of the application, and what is missing."""
    draft = _draft(request)
    shown = draft.content
    done = {
        "about": all(shown.get(name) for name in ("title", "public_benefit", "legal_basis", "end_date")),
        "questions": bool(shown.get("question")), "people": bool(shown.get("researcher")),
        "data": bool(shown.get("data", {}).get("years")), "fields": bool(shown.get("field")),
    }  # fmt: skip
    context = {"draft": draft, "done": done, "problems": draft.problems() if all(done.values()) else []}
    return render(request, "projects/apply.html", {**context, "text": draft.text()})


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
def about(request: HttpRequest) -> HttpResponse:
    draft = _draft(request)
    form = forms.About(_posted(request), initial=draft.content)
    if request.method == "POST" and form.is_valid():
        draft.content |= {name: str(value) for name, value in form.cleaned_data.items()}
        return _kept(draft)
    return _page(request, "about", form)


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
def questions(request: HttpRequest) -> HttpResponse:
    draft = _draft(request)
    asked = {f"question_{row['id'].removeprefix('q')}": row["text"] for row in draft.content.get("question", ())}
    form = forms.Questions(_posted(request), initial=asked)
    if request.method == "POST" and form.is_valid():
        kept = {f"q{name.removeprefix('question_')}": text for name, text in form.cleaned_data.items() if text}
        draft.content["question"] = [{"id": id, "text": text} for id, text in kept.items()]
        for row in draft.content.get("field", ()):
            row["serves"] = [id for id in row["serves"] if id in kept]
        return _kept(draft)
    return _page(request, "questions", form, numbers=range(1, forms.QUESTIONS + 1))


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
def people(request: HttpRequest) -> HttpResponse:
    draft = _draft(request)
    rows = draft.content.get("researcher") or [{"id": who(request)}]
    initial = {f"{part}_{n}": value for n, row in enumerate(rows, start=1) for part, value in row.items()}
    form = forms.People(_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        draft.content["researcher"] = form.rows()
        return _kept(draft)
    return _page(request, "people", form, numbers=range(1, forms.PEOPLE + 1))


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
def data(request: HttpRequest) -> HttpResponse:
    draft = _draft(request)
    held = store()
    years = tuple(sorted(set(held.returns()["year"].drop_nulls()), reverse=True))
    asked = draft.content.get("data", {})
    initial: dict[str, Any] = {"years": asked.get("years", years[:1]), "return_name": asked.get("return", "R14")}
    for number, row in enumerate(asked.get("where", ()), start=1):
        initial |= {f"field_{number}": row["field"], f"values_{number}": forms.values_text(row)}
    choices = [f.path for f in catalogue.fields(held).values() if _says_who(f)]
    form = forms.Data(years, choices, _posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        draft.content["data"] = {"years": said["years"], "return": said["return_name"], "where": form.rows()}
        return _kept(draft)
    return _page(request, "data", form, years=years, returns=forms.RETURNS, choices=choices,
                 numbers=range(1, forms.CONDITIONS + 1))  # fmt: skip


def _says_who(field: catalogue.Field) -> bool:
    return field.table in _CONDITION_TABLES and field.grade not in ("direct", "key")


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
def fields(request: HttpRequest) -> HttpResponse:
    """The fields that are asked for, and a search for more. POST takes one out, or keeps why a source is needed."""
    draft = _draft(request)
    rows, known = draft.content.get("field", []), catalogue.fields(store())
    if request.method == "POST":
        gone = request.POST.get("remove")
        draft.content["field"] = [row for row in rows if row["name"] != gone]
        draft.content["source"] = [
            {"name": name, "justification": request.POST.get(f"source_{name}", "").strip()}
            for name in _sources(known, draft.content["field"])
        ]
        draft.save()
        return redirect("projects:apply-fields" if gone else "projects:apply")
    words = request.GET.get("q", "").lower().split()
    found = [f for f in known.values() if words and _matches(f, words)][:60]
    said = {row["name"]: row.get("justification", "") for row in draft.content.get("source", ())}
    sources = {name: said.get(name, "") for name in _sources(known, rows)}
    return render(
        request, "projects/apply_fields.html",
        {"rows": rows, "found": found, "words": request.GET.get("q", ""), "sources": sources,
         "asked": {row["name"] for row in rows}},
    )  # fmt: skip


def _matches(field: catalogue.Field, words: list[str]) -> bool:
    text = f"{field.path} {field.title} {field.source or ''}".lower()
    return field.grade != "key" and all(word in text for word in words)


def _sources(known: Mapping[str, catalogue.Field], rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(s for row in rows if row["name"] in known and (s := known[row["name"]].source)))


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
@governed
def field(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for one field, or change how it is asked for."""
    draft = _draft(request)
    found = catalogue.field(name, catalogue.fields(store()))
    if found.grade in ("direct", "key"):
        raise AccessError(f"{name} identifies people and is never given.")
    asked = draft.content.get("question", [])
    before: dict[str, Any] = next((row for row in draft.content.get("field", ()) if row["name"] == name), {})
    details = [rung.name for rung in found.rungs]
    form = forms.NewField(details, [q["id"] for q in asked], _posted(request), initial=before)
    if request.method == "POST" and form.is_valid():
        row = {"name": name, "detail": form.cleaned_data["detail"], "serves": form.cleaned_data["serves"]}
        rest = [each for each in draft.content.get("field", ()) if each["name"] != name]
        draft.content["field"] = [*rest, row]
        draft.save()
        return redirect("projects:apply-fields")
    return _page(request, "field", form, found=found, questions=asked)


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
@governed
def file(request: HttpRequest) -> HttpResponse:
    """Bring an application that was written elsewhere; it takes the place of the draft."""
    wrong = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None or sent.size > _LARGEST:
            wrong = "Choose a TOML file of at most 200 KB"
        else:
            try:
                content = tomllib.loads(sent.read().decode("utf-8"))
            except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
                wrong = f"The file is not TOML: {problem}"
            else:
                draft = _draft(request)
                draft.content = _as_text(content)
                return _kept(draft)
    return render(request, "projects/apply_file.html", {"wrong": wrong}, status=400 if wrong else 200)


@require_POST
@role_required(Role.RESEARCHER)
@governed
def change(request: HttpRequest, id: str) -> HttpResponse:
    """Begin a new version of a project's application, with the counter-proposal put in where that was asked."""
    from openilr.access import checks

    found = one(request, id)
    asked = access.application(store(), found)
    text = asked.text
    if request.POST.get("coarser"):
        known = checks.known(store(), asked)
        text = coarser(text, known.proposal if known else ())
    Draft.objects.update_or_create(
        owner=who(request), defaults={"project": id, "content": _as_text(tomllib.loads(text))}
    )
    return redirect("projects:apply")


@require_POST
@role_required(Role.RESEARCHER)
@governed
def hand_in(request: HttpRequest) -> HttpResponse:
    from openilr.web.projects import jobs

    draft = _draft(request)
    made = access.apply(store(), draft.text(), by=who(request), project_id=draft.project or None)
    draft.delete()
    audit.record(request, "web.projects.apply", project=made.id)
    jobs.look(made.id)
    messages.success(request, f"The application was handed in as {made.id}, version {made.version}.")
    return redirect("projects:project", made.id)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _kept(draft: Draft) -> HttpResponse:
    draft.save()
    return redirect("projects:apply")


def _page(request: HttpRequest, part: str, form: Any, **context: Any) -> HttpResponse:
    status = 400 if form.is_bound and form.errors else 200
    return render(request, f"projects/apply_{part}.html", {"form": form, **context}, status=status)


def _as_text(value: Any) -> Any:
    """Dates as text, as JSON wants them."""
    if isinstance(value, dict):
        return {name: _as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return value if isinstance(value, str | int | float | bool) else str(value)
