"""The list of projects, one project, its review and the decisions on it."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openilr.access import AccessError, checks
from openilr.access import ending as access_ending
from openilr.access import project as access
from openilr.access import twin as access_twin
from openilr.access.report import check_text, life, risk_words
from openilr.web import audit
from openilr.web.projects import forms, jobs
from openilr.web.projects.common import EVERYBODY, governed, is_of, one, roles, seen_by, who
from openilr.web.returns import store
from openilr.web.roles import Role, role_required

#: Decisions that only need a reason: what the page says, and who may take it.
_STEPS = {
    "clarify": "Ask the applicant something", "approve": "Approve the application",
    "refuse": "Turn the application down", "suspend": "Suspend the project at once",
    "resume": "Let the project go on", "close": "Close the project and destroy its keys",
}  # fmt: skip


@require_GET
@role_required(*EVERYBODY)
@governed
def listed(request: HttpRequest) -> HttpResponse:
    """Projects, those that wait for a decision first."""
    seen, held = seen_by(request), store()
    rows = [
        {"id": p.id, "title": access.application(held, p).title, "state": p.state, "applicant": p.applicant,
         "applied": p.applied_at, "ends": p.ends, "pending": p.pending and p.state != "closed"}
        for p in seen.values()
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["pending"], row["state"] == "closed", row["id"]))
    ends = [row for row in access_ending.due(held, within=max(access_ending.MARKS)) if row["project"] in seen]
    return render(request, "projects/list.html", {"rows": rows, "ends": ends})


@require_GET
@role_required(*EVERYBODY)
@governed
def project(request: HttpRequest, id: str) -> HttpResponse:
    """One project: what it asks for, its extracts, and its life as the audit log tells it."""
    found = one(request, id)
    audit.record(request, "web.projects.view", project=id)
    held = store()
    steps = _open_steps(found) if request.user.has_role(Role.STEWARD) and not is_of(found, who(request)) else []
    context = {
        "project": found, "asked": access.application(held, found), "life": life(held, id),
        "steps": [(step, _STEPS[step]) for step in steps], "mine": is_of(found, who(request)),
        "certificate": access_ending.certificate_path(access_ending.Log(held), id).is_file(),
    }  # fmt: skip
    return render(request, "projects/project.html", context)


def _open_steps(found: access.Project) -> list[str]:
    by_state = {
        "approved": ["suspend", "close"], "active": ["suspend", "close"], "suspended": ["resume", "close"],
        "clarifying": ["refuse"],
    }  # fmt: skip
    return by_state.get(found.state, [])


@require_GET
@role_required(Role.STEWARD)
@governed
def review(request: HttpRequest, id: str) -> HttpResponse:
    """The application beside what it would contain and what less would do, and the decision."""
    found = one(request, id)
    held = store()
    asked = access.application(held, found)
    said = checks.known(held, asked)
    if said is None:
        jobs.look(id)
        said = checks.known(held, asked)
    audit.record(request, "web.projects.review", project=id)
    context = {
        "project": found, "asked": asked, "said": said, "own": is_of(found, who(request)), "risk_words": risk_words,
        "proposed": {step.name: step for step in said.proposal} if said else {},
    }  # fmt: skip
    response = render(request, "projects/review.html", context)
    if said is None:
        response.headers["Refresh"] = "5"
    return response


@require_http_methods(["GET", "POST"])
@role_required(Role.STEWARD)
@governed
def decide(request: HttpRequest, id: str, step: str) -> HttpResponse:
    """A decision with its reason. What may not be is refused by the rules of access, and the log says so."""
    if step not in _STEPS:
        raise Http404
    found = one(request, id)
    form = forms.Reason(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _decided(request, found, step, form.cleaned_data)
        messages.success(request, f"{id} is {made.state}.")
        return redirect("projects:project", id)
    context = {"form": form, "project": found, "step": step, "heading": _STEPS[step]}
    return render(request, "projects/decide.html", context, status=400 if form.is_bound else 200)


def _decided(request: HttpRequest, found: access.Project, step: str, said: dict[str, Any]) -> access.Project:
    held, by, given = store(), who(request), roles(request)
    if step == "close":
        return access_ending.close(held, found.id, by=by, reason=said["reason"], roles=given)[0]
    if step == "clarify":
        return access.clarify(held, found.id, by=by, question=said["reason"], roles=given)
    if step == "approve":
        known = checks.known(held, access.application(held, found))
        if known is None or known.refusals:
            raise AccessError("Look at what the application would contain first: open its review.")
        return access.approve(
            held, found.id, by=by, reason=said["reason"], roles=given, application_hash=said["application"] or None,
            check=check_text(known),
        )  # fmt: skip
    act = {"refuse": access.refuse, "suspend": access.suspend, "resume": access.resume}[step]
    return act(held, found.id, by=by, reason=said["reason"], roles=given)


@require_POST
@role_required(Role.RESEARCHER)
@governed
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """A researcher's answer to a steward's question."""
    found = one(request, id)
    form = forms.Reason(request.POST)
    if not form.is_valid():
        messages.warning(request, "Write an answer.")
        return redirect("projects:project", found.id)
    access.answer(store(), found.id, by=who(request), text=form.cleaned_data["reason"])
    messages.success(request, "Your answer was sent.")
    return redirect("projects:project", found.id)


@require_GET
@role_required(Role.RESEARCHER, Role.STEWARD)
@governed
def twin(request: HttpRequest, id: str) -> HttpResponse:
    """The synthetic twin, as a zip of Parquet files."""
    found = one(request, id)
    held = store()
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        access_twin.make(held, access.application(held, found), Path(folder) / "twin")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
            for path in sorted((Path(folder) / "twin").iterdir()):
                book.write(path, f"{id}-twin/{path.name}")
    audit.record(request, "web.projects.twin", project=id)
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=f"{id}-twin.zip")


@require_POST
@role_required(Role.STEWARD)
@governed
def extract(request: HttpRequest, id: str) -> HttpResponse:
    """Have an extract made; the project's page shows it when it is there."""
    found = one(request, id)
    run = request.POST.get("link_run") or None
    jobs.make_extract(found.id, who(request), roles(request), run, bool(request.POST.get("replace")))
    messages.success(request, "The extract is being made. It stands on this page when it is done.")
    return redirect("projects:project", found.id)
