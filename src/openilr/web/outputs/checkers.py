"""What only a checker sees who has no part in the project: an output with everything about it, and the decision."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from openilr.access.project import Project
from openilr.disclose.outputs.desk import Desk, Item, releases
from openilr.disclose.session import project as session
from openilr.store import scratch
from openilr.web.outputs import forms
from openilr.web.outputs.common import WAYS, is_checker, policy
from openilr.web.outputs.shown import shown
from openilr.web.projects.common import governed, one, roles, who
from openilr.web.returns import store
from openilr.web.roles import Role, role_required


def looked_at(request: HttpRequest, found: Project, name: str, form: Any = None) -> HttpResponse:
    """One output beside findings and context, checked now with all that was released since it was made."""
    rules = policy()
    items, _ = session.look(store(), found.id, name, by=who(request), roles=roles(request), policy=rules)
    item, desk = items[0], session.open_desk(store(), found.id, policy=rules)
    rows = desk.rows(item)
    way = request.GET.get("safer", "")
    safer = item.verdict["safer"].get(way)
    context = {
        "project": found, "item": item, "findings": list(item.verdict["findings"]), "form": form or forms.Deciding(),
        "shown": shown(rows, item.verdict["findings"], rules), "way": way if safer else "",
        "safer": shown(rows.with_changes(safer), [], rules) if safer else None,
        "ways": {} if item.state == "released" else {each: WAYS[each] for each in item.verdict["safer"]},
        "context": _context(item), "script": _script(desk, item), "policy": rules,
        "past": [r.receipt for r in reversed(releases(store().path, found.id))], "elsewhere": _elsewhere(desk, item),
        "open": item.state in ("waiting", "agreed"), "agreed_by_me": who(request) in item.agreed,
    }  # fmt: skip
    return render(request, "outputs/output.html", context, status=400 if form is not None else 200)


def _context(item: Item) -> list[tuple[str, str]]:
    """What the run recorded of the output: in words, with its counts."""
    said = item.output.context
    told = [(word.capitalize(), str(said[word])) for word in ("unit", "population", "source") if said.get(word)]
    for each in said.get("filters", ()):
        if isinstance(each, dict):
            told.append(
                ("Filter", f"{each.get('words', '')}: {each.get('before', '?')} rows, then {each.get('after', '?')}")
            )
    told += [(word.capitalize(), f"{said[word]:,}") for word in ("persons", "rows") if isinstance(said.get(word), int)]
    told += [("Made by", str(said["call"]))] if said.get("call") else []
    return told


def _script(desk: Desk, item: Item) -> str:
    return (desk.folder / item.run.name / "analysis.py").read_text("utf-8")


def _elsewhere(desk: Desk, item: Item) -> list[Any]:
    """What other projects released from the same snapshots: the checks look at these too."""
    return [about for about in desk.ledger(item.run).about if about.get("project") != desk.project]


@require_POST
@role_required(Role.CHECKER)
@governed
def decide(request: HttpRequest, id: str, run: str, output: str) -> HttpResponse:
    """Agree, and release where enough checkers have; or refuse. What may not be is refused by the desk."""
    found, name = one(request, id), f"{run}/{output}"
    form = forms.Deciding(request.POST)
    if not form.is_valid():
        if not is_checker(request, found):
            return redirect("outputs:output", id, run, output)
        return looked_at(request, found, name, form)
    said, by, given, rules = form.cleaned_data, who(request), roles(request), policy()
    item = session.decide(
        store(), id, name, by=by, agree=said["decision"] == "agree", reason=said["reason"], roles=given,
        version=said["version"], policy=rules,
    )  # fmt: skip
    if item.state == "agreed" and len(set(item.agreed)) >= rules.checkers:
        folder = session.release(store(), id, name, by=by, roles=given, policy=rules)
        messages.success(request, f"{name} is released.")
        return redirect("outputs:release", id, int(folder.name))
    words = (
        "It waits for a second checker." if item.state == "agreed" else "It is refused, and the researchers see why."
    )
    messages.success(request, f"{name}: {words}")
    return redirect("outputs:list")


@require_GET
@role_required(Role.CHECKER)
@governed
def sacro(request: HttpRequest, id: str) -> HttpResponse:
    """All outputs of a project in the shape of SACRO's results.json, as a zip, for a checker's own viewer."""
    found = one(request, id)
    packed = io.BytesIO()
    with scratch.folder() as folder:
        place = folder / "sacro"
        session.export_sacro(store(), found.id, place, by=who(request), roles=roles(request), policy=policy())
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
            for path in sorted(p for p in place.rglob("*") if p.is_file()):
                book.write(path, f"{id}-sacro/{path.relative_to(place)}")
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=f"{id}-sacro.zip")
