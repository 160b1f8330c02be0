"""Pages for those who look after access: people, what ends, the audit log, certificates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from openilr.access import ending as access_ending
from openilr.access import people as access_people
from openilr.access.audit import Log
from openilr.web import audit
from openilr.web.projects import forms
from openilr.web.projects.common import governed, one, roles, who
from openilr.web.returns import store
from openilr.web.roles import Role, role_required

_ON_A_PAGE = 200


@require_http_methods(["GET", "POST"])
@role_required(Role.STEWARD)
@governed
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who is registered, with what ends when; POST registers or renews one."""
    held = store()
    form = forms.NewPerson(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = access_people.add(
            held, said["person"], by=who(request), roles=said["roles"], name=said["name"],
            organisation=said["organisation"], accreditation=said["accreditation"],
            accreditation_until=said["accreditation_until"], training_until=said["training_until"],
            given=roles(request),
        )  # fmt: skip
        messages.success(request, f"{made.id} is registered as {', '.join(made.roles)}.")
        return redirect("projects:people")
    audit.record(request, "web.projects.people")
    found = access_people.register(Log(held).events()).values()
    rows = [{"person": p, **access_people.details(held, p), "over": _over(p)} for p in found]
    context = {"form": form, "rows": rows, "roles": access_people.ROLES}
    return render(request, "projects/people.html", context, status=400 if form.is_bound else 200)


def _over(person: access_people.Person) -> bool:
    ends = (person.accreditation_until, person.training_until)
    return "researcher" in person.roles and any(end is None or end < date.today() for end in ends)


@require_GET
@role_required(Role.STEWARD, Role.AUDITOR)
@governed
def ending(request: HttpRequest) -> HttpResponse:
    """What ends in the next three months, or has ended."""
    return render(request, "projects/ending.html", {"rows": access_ending.due(store(), within=92)})


@require_GET
@role_required(Role.STEWARD, Role.AUDITOR)
@governed
def audit_log(request: HttpRequest) -> HttpResponse:
    """The audit log, newest first; with ``verify`` every signature is checked, and what lies on disk."""
    audit.record(request, "web.audit.view")
    held = store()
    asked: dict[str, str] = {name: request.GET.get(name, "").strip() for name in ("project", "actor", "action")}
    findings: list[Any] = access_ending.verify(held) if request.GET.get("verify") else []
    found = [] if findings and not findings[0].fine else Log(held).events()
    found = [
        event
        for event in reversed(found)
        if asked["project"] in ("", event.project)
        and asked["actor"] in ("", event.actor)
        and event.action.startswith(asked["action"])
    ]
    context = {"events": found[:_ON_A_PAGE], "many": len(found), "asked": asked, "findings": findings}
    return render(request, "projects/audit.html", {**context, "public_key": Log(held).public_key()})


@require_GET
@role_required(Role.STEWARD, Role.AUDITOR)
@governed
def certificate(request: HttpRequest, id: str) -> HttpResponse:
    """The signed certificate of a project's deletion."""
    found = one(request, id)
    path = access_ending.certificate_path(Log(store()), found.id)
    if not path.is_file():
        raise Http404
    audit.record(request, "web.projects.certificate", project=id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{id}-certificate.json")
