"""The pages of the table tool. Every step is a plain form, and every table has an address."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from openilr.publish.datasets import DataSet, Version
from openilr.web import audit, charts
from openilr.web.datasets import library
from openilr.web.roles import Role, role_required
from openilr.web.search import matching
from openilr.web.tables import choice as choices
from openilr.web.tables import code, exports, grid
from openilr.web.tables.centres import centres
from openilr.web.tables.choice import INDICATOR, TIME, Choice
from openilr.web.tables.derived import DERIVED, number
from openilr.web.tables.models import SharedTable
from openilr.web.tables.ready import ready

#: Cells of a page, and of a file. The API gives more.
MOST_ON_PAGE, MOST_IN_FILE, MOST_SHARED = 20_000, 500_000, 20_000


@require_GET
def data_sets(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    found = [d for d in library().data_sets() if d.latest]
    if words:
        found = matching(words, found, lambda d: f"{d.title} {d.summary} {_words_of(d)}")
    return render(request, "tables/data_sets.html", {"data_sets": found, "words": words, "featured": featured()})


def _words_of(d: DataSet) -> str:
    latest = d.latest
    return " ".join((*latest.filters, *latest.indicators, *latest.levels)) if latest else ""


@require_GET
def choose(request: HttpRequest, id: str) -> HttpResponse:
    d, v = _found(id, request.GET.get("version"))
    meta = library().meta(d, v)
    choice = choices.read(request.GET, d, v, meta) if request.GET.get("indicator") else choices.start(d, v, meta)
    return _choosing(request, choice)


def _choosing(request: HttpRequest, choice: Choice, problems: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
    meta = choice.meta
    context = {
        "choice": choice,
        "featured": featured(choice.data_set.id),
        "ready": ready(choice.data_set, choice.version),
        "problems": problems,
        "indicators": [(i.id, grid.measure_label(i)) for i in meta.indicators],
        "derived": [(name, one.title[:1].upper() + one.title[1:]) for name, one in DERIVED.items()],
        "times": [(time.key, time.label) for time in meta.times],
        "levels": [
            (level, label, [(f"{level}|{place.id}", place.label) for place in places])
            for level, label, places in choices.levels(meta)
        ],
        "filters": [(f.label, f.hint, [(o.id, o.label) for o in choices.in_order(f.options)]) for f in meta.filters],
        "all_of": _whole_levels(choice),
        "ticked": {
            *(time.key for time in choice.times),
            *(f"{level}|{place.id}" for level, place in choice.places),
        },
        "ticked_options": {option.id for _, options in choice.options for option in options},
        "ticked_indicators": {indicator.id for indicator in choice.indicators},
    }
    return render(request, "tables/choose.html", context, status=400 if problems else 200)


def _whole_levels(choice: Choice) -> set[str]:
    counts: dict[str, int] = {}
    for level, _ in choice.places:
        counts[level] = counts.get(level, 0) + 1
    return {x for x, n in counts.items() if n > 1 and n == len(choice.meta.places_by_level[x].options)}


@require_GET
def table(request: HttpRequest, id: str) -> HttpResponse:
    choice = _choice(request.GET, id)
    if choice.problems:
        return _choosing(request, choice, choice.problems)
    cells = grid.fetch(choice)
    shown = grid.build(choice, cells) if len(cells) <= MOST_ON_PAGE else None
    base = request.build_absolute_uri("/").rstrip("/")
    latest = choice.data_set.latest
    context = {
        "choice": choice,
        "title": choices.title_of(choice),
        "grid": shown,
        "found": len(cells),
        "limit": MOST_ON_PAGE,
        "address": choice.address(),
        "layout": _layout(choice),
        "chart": _chart(choice, shown),
        "charts": choices.CHARTS,
        "kinds": ("csv", "xlsx", "ods", "parquet", "json"),
        "newer": latest if latest and latest != choice.version else None,
        "code": (("Python", code.python(choice, base)), ("R", code.r(choice, base)), ("SQL", code.sql(choice, base))),
        "too_large_for_file": len(cells) > MOST_IN_FILE,
    }
    return render(request, "tables/table.html", context)


@require_GET
def download(request: HttpRequest, id: str, kind: str) -> HttpResponse:
    if kind not in exports.KINDS:
        raise Http404
    choice = _choice(request.GET, id)
    if choice.problems:
        return _choosing(request, choice, choice.problems)
    cells = grid.fetch(choice)
    if len(cells) > MOST_IN_FILE:
        raise BadRequest("The table is too large for this file.")
    built = grid.build(choice, cells)
    return _file(kind, exports.Sheet(choices.title_of(choice), _notes(request, choice, built), built), choice)


def _notes(request: HttpRequest, choice: Choice, built: grid.Grid) -> tuple[tuple[str, str], ...]:
    where = reverse("tables:table", args=[choice.data_set.id])
    return (
        ("Source", f"{choice.data_set.title}, version {choice.version.public}, {choice.version.release}"),
        ("Published", (choice.version.published or "")[:10]),
        ("Made again at", request.build_absolute_uri(f"{where}?{choice.address()}")[:4000]),
        *((f"Note {n}", line) for n, line in enumerate(choice.version.notes.splitlines(), start=1)),
        *((f"Symbol {symbol}", words) for symbol, words in built.symbols),
        *((DERIVED[name].title.capitalize(), DERIVED[name].explained) for name in choice.derived),
    )


def _file(kind: str, sheet: exports.Sheet, choice: Choice) -> HttpResponse:
    response = HttpResponse(exports.write(kind, sheet), content_type=exports.KINDS[kind])
    name = f"{choice.data_set.name}_table_v{choice.version.public}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# Sharing


@require_POST
def share(request: HttpRequest, id: str) -> HttpResponse:
    """Freeze the table of an address. It is kept as it is, with the hash of what it says."""
    choice = _choice(QueryDict(request.POST.get("address", "")[:100_000]), id)
    cells = {} if choice.problems else grid.fetch(choice)
    if not cells or len(cells) > MOST_SHARED:
        raise BadRequest("There is no table of a size that can be shared.")
    kept = _plain(grid.build(choice, cells))
    shared = SharedTable.objects.create(
        title=choices.title_of(choice),
        data_set=choice.data_set.id,
        version=choice.version.public,
        address=choice.address(),
        table=kept,
        cells=_readable(choice, cells),
        sha256=SharedTable.hash_of(kept),
    )
    return redirect("tables:shared", shared.token)


@require_GET
def shared(request: HttpRequest, token: str) -> HttpResponse:
    kept = get_object_or_404(SharedTable, token=token)
    d = library().data_set(kept.data_set)
    then = d.find(kept.version) if d else None
    now = d.latest if d else None
    changed = _changed(kept, d, now) if d and now and now.public != kept.version else None
    context = {
        "kept": kept,
        "grid": _from_plain(kept.table),
        "data_set": d,
        "then": then,
        "now": now,
        "changed": changed,
        "link": request.build_absolute_uri(),
        "whole": SharedTable.hash_of(kept.table) == kept.sha256,
    }
    return render(request, "tables/shared.html", context)


@require_POST
@role_required(Role.STEWARD)
def feature(request: HttpRequest, token: str) -> HttpResponse:
    """Show a shared table to everybody under a name, or no longer: an empty name."""
    kept = get_object_or_404(SharedTable, token=token)
    kept.featured = " ".join(request.POST.get("name", "").split())[:120]
    kept.save(update_fields=["featured"])
    audit.record(request, "web.table.feature", table=kept.token, data_set=kept.data_set, shown=bool(kept.featured))
    messages.success(request, "The table is featured." if kept.featured else "The table is no longer featured.")
    return redirect("tables:shared", kept.token)


def featured(data_set: str | None = None) -> QuerySet[SharedTable]:
    """Tables that stewards show to everybody, of one data set or of all, by name."""
    found = SharedTable.objects.exclude(featured="").order_by("featured", "made")
    return found.filter(data_set=data_set) if data_set else found


def _readable(choice: Choice, cells: grid.Cells) -> dict[str, str]:
    """Values by a key of public ids, which stay the same from version to version."""
    meta = choice.meta
    made = {}
    for (time, (level, place), options, indicator), value in cells.items():
        ids = [f.options[n - 1].id if n else "-" for f, n in zip(meta.filters, options, strict=True)]
        key = (meta.times[time - 1].key, level, meta.places_by_level[level].options[place - 1].id, *ids, indicator)
        made["|".join(key)] = value
    return made


def _changed(kept: SharedTable, d: DataSet, now: Version) -> dict[str, Any]:
    """What the same choice says in the newest version: cells that are others, and those that are gone."""
    meta = library().meta(d, now)
    choice = choices.read(QueryDict(kept.address), d, now, meta)
    present = {} if choice.problems else _readable(choice, grid.fetch(choice))
    others = [(key, old, present[key]) for key, old in kept.cells.items() if key in present and present[key] != old]
    gone = [key for key in kept.cells if key not in present]
    return {
        "cells": [{"what": _in_words(meta, key), "then": old, "now": new} for key, old, new in others[:200]],
        "others": len(others),
        "gone": len(gone),
        "same": len(kept.cells) - len(others) - len(gone),
        "address": choice.address(),
    }


def _in_words(meta: Any, key: str) -> str:
    period, code_, level, place, *options, indicator = key.split("|")
    places = {p.id: p.label for p in meta.places_by_level[level].options}
    labels = [meta.filter_of_option[o][0].options[meta.filter_of_option[o][1] - 1].label for o in options if o != "-"]
    time = next((t.label for t in meta.times if (t.period, t.code) == (period, code_)), period)
    return ", ".join([meta.indicator_by_id[indicator].label, places[place], *labels, time])


def _plain(built: grid.Grid) -> dict[str, Any]:
    return asdict(built)


def _from_plain(kept: dict[str, Any]) -> dict[str, Any]:
    return kept


# Charts and layout


def _chart(choice: Choice, built: grid.Grid | None) -> Any:
    """The chart that was asked for, or the reason why there is none."""
    if not choice.chart or built is None or not built.rows:
        return None
    title = choices.title_of(choice)
    if choice.chart == "map":
        return _map(choice)
    if choice.chart == "line":
        # Periods along the bottom, whatever the table's own layout is.
        if len(choice.times) < 2:
            return "A line needs two periods or more."
        turned = replace(choice, columns=(TIME,), rows=tuple(n for n in (*choice.rows, *choice.columns) if n != TIME))
        built = grid.build(turned, grid.fetch(turned))
        names, labels = [", ".join(x) for x in built.labels], built.column_labels
        series = [charts.Series(n, _numbers(v)) for n, v in zip(names, built.values, strict=True)]
    else:
        labels = tuple(", ".join(x) for x in built.labels)
        series = [
            charts.Series(name, _numbers([line[n] for line in built.values]))
            for n, name in enumerate(built.column_labels)
        ]
    left_out = max(0, len(series) - charts.MOST_SERIES)
    draw = charts.line if choice.chart == "line" else charts.bar
    return {
        "svg": draw(title, labels, series),
        "left_out": left_out,
        "bars_left_out": _bars_left_out(choice, labels, series),
    }


def _bars_left_out(choice: Choice, labels: Any, series: Any) -> int:
    if choice.chart != "bar":
        return 0
    return max(0, len(labels) - max(1, charts.MOST_BARS // min(len(series), charts.MOST_SERIES)))


def _map(choice: Choice) -> Any:
    turned = replace(choice, times=choice.times[-1:], indicators=choice.indicators[:1], derived=())
    turned = replace(turned, options=tuple((f, options[:1]) for f, options in choice.options))
    cells = grid.fetch(turned)
    numbers = {level: places.number_of for level, places in choice.meta.places_by_level.items()}
    values: dict[str, list[tuple[str, str, float | None]]] = {}
    for level, place in choice.places:
        found = next((v for (_, at, _, _), v in cells.items() if at == (level, numbers[level][place.id])), None)
        known = number(found)
        values.setdefault(level, []).append((place.code, place.label, None if known is None else float(known)))
    title, unit = choices.title_of(turned), choice.indicators[0].unit
    drawn = {"left_out": 0, "bars_left_out": 0, "of": title}
    for level, places in sorted(values.items(), key=lambda item: -len(item[1])):
        if level == "REG" and (svg := charts.tile_map(title, places)):
            return {**drawn, "svg": svg}
        at = centres(level)
        points = [charts.Point(name, value, *at[code]) for code, name, value in places if code in at]
        if svg := charts.point_map(title, points, shaded=unit in ("%", "pp")):
            nowhere = len(choice.places) - len(points)
            return {**drawn, "svg": svg, "circles": unit not in ("%", "pp"), "nowhere": nowhere}
    return (
        "A map needs three places or more that have numbers: regions, or districts, constituencies or wards of the "
        "postcode directory that was added to this store. There are no boundaries here, so nothing else has a place."
    )


def _numbers(values: Any) -> tuple[float | None, ...]:
    found = [number(value) for value in values]
    return tuple(None if x is None else float(x) for x in found)


def _layout(choice: Choice) -> list[dict[str, Any]]:
    """For each dimension with more than one item, links that move it."""
    sizes = {"place": len(choice.places), TIME: len(choice.times)}
    sizes[INDICATOR] = len(choice.indicators) * (1 + len(choice.derived))
    sizes |= {f"filter:{f.id}": len(options) for f, options in choice.options}
    made = []
    for side, other in (("rows", "columns"), ("columns", "rows")):
        names = list(getattr(choice, side))
        movable = [name for name in names if sizes[name] > 1]
        for name in movable:
            rest = tuple(n for n in names if n != name)
            moves = [(f"Move to {other}", choice.address(**{side: rest, other: (name, *getattr(choice, other))}))]
            if name != movable[0]:
                moves.append(("Move up", choice.address(**{side: (name, *rest)})))
            made.append({"title": choice.dimensions[name], "side": side, "moves": moves})
    return made if len(made) > 1 else []


# Finding


def _found(id: str, number: str | None = None) -> tuple[DataSet, Version]:
    d = library().data_set(id)
    v = d.find(number) if d else None
    if d is None or v is None or v.status == "Draft":
        raise Http404
    return d, v


def _choice(given: QueryDict, id: str) -> Choice:
    d, v = _found(id, given.get("version"))
    return choices.read(given, d, v, library().meta(d, v))
