"""Pages of the data steward."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openilr.publish.datasets import DataSetError, Refused
from openilr.publish.datasets.library import published, withdrawn
from openilr.store import StoreError
from openilr.web import audit
from openilr.web.datasets import library
from openilr.web.pages import day, moment
from openilr.web.public.headline import preview
from openilr.web.public.models import Request
from openilr.web.returns import coverage, store
from openilr.web.roles import Role, role_required
from openilr.web.steward import bespoke
from openilr.web.steward.forms import Adding, Answering, Deciding, Freezing


@role_required(Role.STEWARD)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "coverage": coverage(),
        "snapshots": store().snapshots().to_dicts(),
        "drafts": len(_drafts()),
        "open": Request.objects.filter(status="open").count(),
    }
    return render(request, "steward/home.html", context)


# Returns and freezes


@role_required(Role.STEWARD)
@require_GET
def returns(request: HttpRequest, year: str, return_name: str) -> HttpResponse:
    """Who returned, who is late, who is missing."""
    try:
        found = store().standing(year, return_name)
    except (StoreError, ValueError, KeyError):
        raise Http404 from None
    rows = [
        {**row, "closes": day(row["closes"]), "first_accepted": moment(row["first_accepted"])}
        for row in found.to_dicts()
    ]
    columns = [
        ("ukprn", "UKPRN", ""), ("status", "Status", ""), ("first_accepted", "First accepted", ""),
        ("versions", "Files", "number"), ("learners", "Learners", "number"), ("aims", "Aims", "number"),
    ]  # fmt: skip
    if any(row["closes"] for row in rows):
        columns.insert(1, ("closes", "Closes", ""))
    context = {"year": year, "return_name": return_name, "columns": columns, "rows": rows}
    return render(request, "steward/returns.html", context)


@role_required(Role.STEWARD)
@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    form = Freezing(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(words for errors in form.errors.values() for words in errors))
        return redirect("steward:home")
    given = form.cleaned_data
    try:
        id = store().freeze(given["year"], given["return_name"], frozen_by=request.user.username, note=given["note"])
    except StoreError as problem:
        messages.error(request, str(problem))
        return redirect("steward:home")
    audit.record(request, "web.freeze", snapshot=id)
    messages.success(request, f"{id} is frozen.")
    return redirect("steward:home")


@role_required(Role.STEWARD)
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """Rules that fire most in the current files, and providers with the largest shares refused."""
    import polars as pl

    held = store()
    current = held.returns().filter(pl.col("current"))
    year = request.GET.get("year") or (max(current["year"]) if current.height else None)
    current = current.filter(pl.col("year") == year)
    counts = [held.rule_counts(submission) for submission in current["submission"]]
    rules = pl.concat(counts) if counts else pl.DataFrame()
    top = (
        rules.group_by("rule", "severity")
        .agg(pl.col("learners").sum(), pl.col("findings").sum(), pl.len().alias("providers"))
        .sort("findings", descending=True)
        .head(50)
        .to_dicts()
        if rules.height
        else []
    )
    sent = pl.col("learners_accepted") + pl.col("learners_refused")
    worst = (
        current.with_columns((100 * pl.col("learners_refused") / sent).fill_nan(0).alias("refused_percent"))
        .sort("refused_percent", descending=True)
        .head(30)
        .select("ukprn", "return", "learners_accepted", "learners_refused", "refused_percent")
        .with_columns(pl.col("ukprn").cast(pl.String))
        .to_dicts()
    )
    return render(request, "steward/quality.html", {"year": year, "rules": top, "worst": worst})


# Publishing


def _drafts() -> list[tuple[Any, Any]]:
    return [(d, v) for d in library().data_sets(drafts=True) for v in d.versions if v.status == "Draft"]


@role_required(Role.STEWARD)
@require_GET
def publishing(request: HttpRequest) -> HttpResponse:
    live = [(d, v) for d in library().data_sets() for v in d.public_versions()]
    return render(request, "steward/publishing.html", {"drafts": _drafts(), "live": live, "form": Adding()})


@role_required(Role.STEWARD)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Take a pair as a draft. The screening refuses what explore education statistics would refuse."""
    form = Adding(request.POST, request.FILES)
    refused: list[Any] = []
    if form.is_valid():
        folder = Path(tempfile.mkdtemp(dir=settings.FILE_UPLOAD_TEMP_DIR))
        try:
            data, meta = (_put(folder, form.cleaned_data[name]) for name in ("data", "meta"))
            given = {name: form.cleaned_data[name] for name in ("title", "notes")}
            d, v, new = library().add(
                data, meta, **given, publication=form.cleaned_data["publication"] or None,
                summary=form.cleaned_data["summary"] or None, by=request.user.username, draft=True,
            )  # fmt: skip
            audit.record(request, "web.publish.add", dataset=d.id, version=v.public)
            messages.success(
                request, f"{d.title} {v.public} waits for approval." if new else "These files are there already."
            )
            return redirect("steward:publishing")
        except Refused as problem:
            refused = problem.screening.failures
        except (DataSetError, StoreError) as problem:
            form.add_error(None, str(problem))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    context = {"drafts": _drafts(), "live": [], "form": form, "refused": refused}
    return render(request, "steward/publishing.html", context, status=400)


def _put(folder: Path, file: Any) -> Path:
    path = folder / Path(file.name).name
    with path.open("xb") as target:
        for piece in file.chunks():
            target.write(piece)
    return path


@role_required(Role.STEWARD)
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """Look at a version before it comes out; approve it, now or for a moment to come, or withdraw it."""
    d = library().data_set(id)
    v = next((v for v in d.versions if v.number == number), None) if d else None
    if d is None or v is None:
        raise Http404
    form = Deciding(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = _decide(request, d, v, form.cleaned_data)
        if problem is None:
            return redirect("steward:publishing")
        form.add_error("decision", problem)
    names, rows = preview(d, v, 10)
    context = {
        "data_set": d, "version": v, "form": form, "preview": (names, rows), "changes": library().changes(d, v),
        "protection": library().protection(d, v),
    }  # fmt: skip
    return render(request, "steward/version.html", context, status=400 if form.is_bound else 200)


def _decide(request: HttpRequest, d: Any, v: Any, given: dict[str, Any]) -> str | None:
    """Do it, or say why not."""
    who = request.user.username
    if given["decision"] == "withdraw":
        if v.status != "Published":
            return "Only a published version can be withdrawn"
        library().change(d.id, v.number, withdrawn)
        audit.record(request, "web.publish.withdraw", dataset=d.id, version=v.public)
        messages.success(request, f"{d.title} {v.public} is withdrawn.")
        return None
    if v.status != "Draft":
        return "Only a draft can be approved"
    if v.added_by == who:
        return "Another person than the one who added it must approve"
    at = given["publish_at"]
    if at is None or at <= timezone.now().isoformat():
        library().change(d.id, v.number, lambda x: published(replace(x, approved_by=who)))
        words = f"{d.title} {v.public} is published."
    else:
        library().change(d.id, v.number, lambda x: replace(x, approved_by=who, publish_at=at))
        words = f"{d.title} {v.public} comes out at {at[:16].replace('T', ' ')} UTC."
    audit.record(request, "web.publish.approve", dataset=d.id, version=v.public, at=at or "now")
    messages.success(request, words)
    return None


# Requests for numbers


@role_required(Role.STEWARD)
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    return render(request, "steward/requests.html", {"requests": Request.objects.order_by("status", "-made")[:200]})


@role_required(Role.STEWARD)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    from openilr import measure

    asked = get_object_or_404(Request, token=token)
    form = Answering(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _answer(request, asked, form.cleaned_data)
        except bespoke.NoTable as problem:
            form.add_error("measure", str(problem))
        else:
            messages.success(request, "The answer stands at the address of the request.")
            return redirect("steward:requests")
    context = {"asked": asked, "form": form, "measures": [measure.get(name) for name in measure.names()]}
    return render(request, "steward/answer.html", context, status=400 if form.is_bound else 200)


def _answer(request: HttpRequest, asked: Request, given: dict[str, Any]) -> None:
    if given["decision"] == "answer" and given["measure"]:
        asked.table = bespoke.table(store(), given["measure"], given["year"] or "", given["by"])
    asked.status = "answered" if given["decision"] == "answer" else "refused"
    asked.answer, asked.answered_by, asked.answered = given["answer"], request.user.username, timezone.now()
    asked.save()
    audit.record(request, "web.request.answer", request=asked.token, status=asked.status)
