"""Outputs of a project as its researchers, its stewards and auditors see them, and what was released.

Whoever is no checker of a project sees of an output its name, the rules that it broke and what helps; not its title,
numbers or categories, which are what the check is about. ``checkers`` has the pages with all of it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openilr.access import AccessError
from openilr.access.project import Project, application
from openilr.disclose.outputs import advice
from openilr.disclose.outputs.desk import Item, Release, releases
from openilr.disclose.session import project as session
from openilr.web import audit
from openilr.web.outputs import checkers, forms, jobs
from openilr.web.outputs.common import WAYS, is_checker, policy
from openilr.web.outputs.models import Session
from openilr.web.projects.common import EVERYBODY, governed, is_of, one, roles, seen_by, who
from openilr.web.returns import store
from openilr.web.roles import Role, role_required


@require_GET
@role_required(*EVERYBODY)
@governed
def listed(request: HttpRequest) -> HttpResponse:
    """The queue: what waits for a decision, what its checks refuse, and what left lately."""
    queue: dict[str, list[dict[str, Any]]] = {"to-decide": [], "refused-by-checks": [], "done": []}
    found = seen_by(request)
    for project in found.values():
        for item in _items(project):
            queue[_place(item)].append(_line(request, project, item))
    audit.record(request, "web.outputs.list")
    own = [p.id for p in found.values() if is_of(p, who(request)) and p.state == "active"]
    context = {"queue": queue, "own": own, "checker": request.user.has_role(Role.CHECKER)}
    return render(request, "outputs/list.html", context)


def _items(project: Project) -> list[Item]:
    """The project's outputs; none where nothing was run, or nothing of it opens any more."""
    held = store()
    if not (held.path / "outputs" / project.id).is_dir():
        return []
    try:
        return session.open_desk(held, project.id, policy=policy()).items()
    except AccessError:
        return []


def _place(item: Item) -> str:
    if item.state in ("released", "refused"):
        return "done"
    return "refused-by-checks" if item.verdict["status"] == "fail" else "to-decide"


def _line(request: HttpRequest, project: Project, item: Item) -> dict[str, Any]:
    return {
        "project": project.id, "name": item.name, "run": item.run.name, "output": item.output.id,
        "kind": item.output.kind, "state": item.state, "verdict": item.verdict["status"], "version": item.version,
        "by": item.run.by, "at": item.at, "mine": is_of(project, who(request)),
    }  # fmt: skip


@require_GET
@role_required(*EVERYBODY)
@governed
def project(request: HttpRequest, id: str) -> HttpResponse:
    """One project's sessions, outputs and releases."""
    found = one(request, id)
    audit.record(request, "web.outputs.project", project=id)
    asked = Session.objects.filter(project=id)[:20]
    context = {
        "project": found, "title": application(store(), found).title, "sessions": asked,
        "rows": [_line(request, found, item) for item in reversed(_items(found))],
        "released": [_released(r) for r in reversed(releases(store().path, id))],
        "may_run": request.user.has_role(Role.RESEARCHER) and who(request) in found.people and found.state == "active",
        "checker": is_checker(request, found),
    }  # fmt: skip
    response = render(request, "outputs/project.html", context)
    if any(each.running for each in asked):
        response.headers["Refresh"] = "5"
    return response


def _released(release: Release) -> dict[str, Any]:
    kept = release.receipt
    return {"number": release.number, "title": kept["title"], "kind": kept["kind"], "output": kept["output"],
            "at": kept["at"]}  # fmt: skip


@require_http_methods(["GET", "POST"])
@role_required(Role.RESEARCHER)
@governed
def run(request: HttpRequest, id: str) -> HttpResponse:
    """Ask for an analysis to be run on the project's extract. What it gives back goes to the checkers."""
    found = one(request, id)
    form = forms.Analysis(request.POST, request.FILES) if request.method == "POST" else forms.Analysis()
    if form.is_bound and form.is_valid():
        if Session.objects.filter(project=id, by=who(request), status__in=("waiting", "running")).exists():
            raise AccessError("An analysis of yours is still running in this project. Wait until it has ended.")
        name, script = form.cleaned_data["file"]
        asked = Session.objects.create(project=id, by=who(request), file=name, script=script)
        audit.record(request, "web.outputs.run", project=id, session=asked.token)
        jobs.run(asked.token)
        messages.success(request, "The analysis is being run. How it ended stands on this page.")
        return redirect("outputs:project", id)
    context = {"form": form, "project": found}
    return render(request, "outputs/run.html", context, status=400 if form.is_bound else 200)


@require_GET
@role_required(*EVERYBODY)
@governed
def output(request: HttpRequest, id: str, run: str, output: str) -> HttpResponse:
    """One output: to its checkers whole, to others what its checks advise."""
    found = one(request, id)
    name = f"{run}/{output}"
    if is_checker(request, found):
        return checkers.looked_at(request, found, name)
    audit.record(request, "web.outputs.view", project=id, output=name)
    item = session.open_desk(store(), id, policy=policy()).item(name)
    context = {
        "project": found, "item": item, "advice": advice(item.verdict), "ways": _ways(item),
        "mine": is_of(found, who(request)) and request.user.has_role(Role.RESEARCHER),
        "release": next((r.number for r in releases(store().path, id) if r.receipt["output"] == item.name), None),
    }  # fmt: skip
    return render(request, "outputs/own.html", context)


def _ways(item: Item) -> dict[str, str]:
    """The safer versions that are proposed, in words; none where nothing more is to be done."""
    return {} if item.state == "released" else {way: WAYS[way] for way in item.verdict["safer"]}


@require_POST
@role_required(Role.RESEARCHER, Role.CHECKER)
@governed
def change(request: HttpRequest, id: str, run: str, output: str) -> HttpResponse:
    """Make a safer version; it becomes the output's next one."""
    found, name = one(request, id), f"{run}/{output}"
    way = request.POST.get("way", "")
    made = session.change(store(), found.id, name, way, by=who(request), roles=roles(request), policy=policy())
    words = {"pass": "It passes all checks.", "review": "A person must decide.", "fail": "It is still refused."}
    messages.success(request, f"Version {made.version} of {name} is made. {words[made.verdict['status']]}")
    return redirect("outputs:output", id, run, output)


@require_GET
@role_required(*EVERYBODY)
@governed
def release(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """What was released, with its receipt."""
    one(request, id)
    found = _release(id, number)
    context = {"id": id, "receipt": found.receipt, "files": [*found.receipt["files"], "receipt.json"],
               "reader": request.user.has_role(Role.RESEARCHER, Role.CHECKER)}  # fmt: skip
    return render(request, "outputs/release.html", context)


@require_GET
@role_required(Role.RESEARCHER, Role.CHECKER)
@governed
def file(request: HttpRequest, id: str, number: str, file: str) -> HttpResponse:
    """A released file, as its receipt says that it is."""
    one(request, id)
    content = _release(id, number).file(file)
    audit.record(request, "web.outputs.download", project=id, release=int(number))
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def _release(id: str, number: str) -> Release:
    found = next((each for each in releases(store().path, id) if str(each.number) == number), None)
    if found is None:
        raise PermissionDenied
    return found
