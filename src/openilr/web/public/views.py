"""Pages that everybody sees."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from openilr.publish.datasets import DataSet, Publication, Version, codes
from openilr.web.datasets import library
from openilr.web.public import definitions
from openilr.web.public.forms import Asking
from openilr.web.public.headline import headline, preview
from openilr.web.public.models import Request
from openilr.web.search import matching
from openilr.web.tables.grid import SYMBOLS
from openilr.web.tables.ready import ready
from openilr.web.tables.views import featured


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Find statistics."""
    words = request.GET.get("q", "").strip()[:200]
    found = library().publications()
    if words:
        found = matching(words, found, lambda p: f"{p.title} {p.summary} {' '.join(_words(d) for d in _sets(p))}")
    listed = [{"publication": p, "data_sets": _sets(p), "latest": _latest(p)} for p in found]
    return render(request, "public/home.html", {"found": listed, "words": words})


def _sets(p: Publication) -> list[DataSet]:
    return [d for d in library().data_sets(p.id) if d.latest]


def _words(d: DataSet) -> str:
    latest = d.latest
    return f"{d.title} {d.summary} " + (
        " ".join((*latest.filters, *latest.indicators, *latest.levels)) if latest else ""
    )


def _latest(p: Publication) -> Version | None:
    return max((d.latest for d in _sets(p) if d.latest), key=lambda v: v.published or "", default=None)


@require_GET
def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """A release: headline facts, charts, data sets and what was updated."""
    p = next((p for p in library().publications() if p.slug == slug), None)
    if p is None:
        raise Http404
    sets = _sets(p)
    shown = [
        {"data_set": d, "version": d.latest, "headline": headline(d, d.latest), "featured": featured(d.id),
         "ready": ready(d, d.latest)}
        for d in sets if d.latest
    ]  # fmt: skip
    context = {"publication": p, "shown": shown, "latest": _latest(p), "updates": updates(sets, 20)}
    return render(request, "public/publication.html", context)


def updates(sets: Iterable[DataSet], most: int) -> list[tuple[str, DataSet, Version]]:
    """Published versions, the newest first: when, of what, and which."""
    found = ((v.published or "", d, v) for d in sets for v in d.public_versions())
    return sorted(found, key=lambda update: update[0], reverse=True)[:most]


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    words, level = request.GET.get("q", "").strip()[:200], request.GET.get("level", "")
    of = request.GET.get("publication", "")
    found = [d for d in library().data_sets(of or None) if d.latest]
    if level in codes.LEVELS:
        found = [d for d in found if d.latest and codes.LEVELS[level].label in d.latest.levels]
    if words:
        found = matching(words, found, _words)
    used = {label for d in library().data_sets() if d.latest for label in d.latest.levels}
    context = {
        "found": found,
        "words": words,
        "level": level,
        "of": of,
        "publications": library().publications(),
        "levels": [(c, codes.LEVELS[c].label) for c in codes.SHOWN_ORDER if codes.LEVELS[c].label in used],
    }
    return render(request, "public/catalogue.html", context)


@require_GET
def data_set(request: HttpRequest, id: str) -> HttpResponse:
    d = library().data_set(id)
    v = d.find(request.GET.get("version")) if d else None
    if d is None or v is None or v.status not in ("Published", "Deprecated", "Withdrawn"):
        raise Http404
    meta = library().meta(d, v)
    home = next((p for p in library().publications() if p.id == d.publication), None)
    names, rows = preview(d, v) if v.status != "Withdrawn" else ([], [])
    context = {
        "data_set": d,
        "version": v,
        "meta": meta,
        "publication": home,
        "preview": (names, rows),
        "symbols": SYMBOLS,
        "versions": d.public_versions(),
        "latest": d.latest,
        "base": request.build_absolute_uri("/").rstrip("/"),
        "levels": [
            (codes.LEVELS[x].label, len(meta.places_by_level[x].options))
            for x in meta.levels_shown()
            if x in meta.places_by_level
        ],
        "protection": library().protection(d, v),
    }
    return render(request, "public/data_set.html", context)


@require_GET
def changes(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """What a version changed: names that came and went, and the numbers that were corrected."""
    d = library().data_set(id)
    v = next((v for v in d.public_versions() if v.public == number), None) if d else None
    if d is None or v is None:
        raise Http404
    cells = library().changed_cells(d, v, 200)
    names = list(cells[0]) if cells else []
    numeric = ("before", "after")
    context = {
        "data_set": d,
        "version": v,
        "sets": _named(library().changes(d, v)),
        "cells": cells,
        "columns": [(n, n.replace("_", " ").capitalize(), "number" if n in numeric else "") for n in names],
    }
    return render(request, "public/changes.html", context)


_KINDS = {
    "filters": "Category",
    "filterOptions": "Item",
    "geographicLevels": "Level",
    "indicators": "Measure",
    "locationGroups": "Level of places",
    "locationOptions": "Place",
    "timePeriods": "Period",
}


def _named(sets: dict[str, Any]) -> list[dict[str, str]]:
    """Changes as lines: what kind, what, and what happened to it."""
    lines = []
    for size, kinds in sets.items():
        for kind, found in kinds.items():
            for change in (c for one in found for c in one.get("options", [one])):
                now, then = change.get("currentState"), change.get("previousState")
                words = "added" if then is None else "removed" if now is None else f"was {_label(then)}"
                lines.append({"kind": _KINDS[kind], "what": _label(now or then), "words": words, "size": size[:5]})
    return lines


def _label(state: Any) -> str:
    return str(state["level"]["label"] if "level" in state else state["label"])


@require_GET
def methodology(request: HttpRequest) -> HttpResponse:
    return render(request, "public/methodology.html", {"measures": definitions.measures()})


@require_GET
def measure(request: HttpRequest, name: str) -> HttpResponse:
    found = next((m for m in definitions.measures() if m.name == name), None)
    if found is None:
        raise Http404
    return render(request, "public/measure.html", {"measure": found, "parts": definitions.described(found)})


@require_GET
def glossary(request: HttpRequest) -> HttpResponse:
    return render(request, "public/glossary.html", {"terms": definitions.glossary()})


@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """How complete the returns are: counts over all providers, nothing of one provider or learner."""
    from openilr.web.returns import coverage

    return render(request, "public/quality.html", {"coverage": coverage()})


@require_GET
def protected(request: HttpRequest) -> HttpResponse:
    records = [(d, d.latest, library().protection(d, d.latest)) for d in library().data_sets() if d.latest]
    return render(request, "public/protected.html", {"records": records, "symbols": SYMBOLS})


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form = Asking(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("public:request", form.save().token)
    return render(request, "public/ask.html", {"form": form}, status=400 if form.is_bound else 200)


@require_GET
def asked(request: HttpRequest, token: str) -> HttpResponse:
    context = {"asked": get_object_or_404(Request, token=token), "link": request.build_absolute_uri()}
    return render(request, "public/asked.html", context)


@require_GET
def security_txt(_: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116), if whoever runs the service said so."""
    if not settings.SECURITY_TXT:
        raise Http404
    expires = timezone.now().replace(microsecond=0) + timedelta(days=90)
    said = f"Contact: {settings.SECURITY_TXT}\nExpires: {expires.isoformat()}\nPreferred-Languages: en\n"
    return HttpResponse(said, content_type="text/plain; charset=utf-8")
