"""Charts as SVG, made here: no script, readable when printed, with a description, beside their numbers.

Colours and advice: Government Analysis Function guidance on charts (few categories, direct labels, no colour alone).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt

from markupsafe import Markup, escape

from openilr.spec.words import count

PALETTE = ("#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1")
DASHES = ("", "8 4", "2 3", "10 3 2 3", "5 5", "1 5")
MOST_SERIES, MOST_BARS = 6, 30
_WIDTH, _LINE_HEIGHT, _BAR = 760, 340, 26


@dataclass(frozen=True)
class Series:
    """A line or a set of bars; None where there is no number to draw."""

    name: str
    values: tuple[float | None, ...]


def describe(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """What the chart shows, from its numbers, for those who do not see it."""
    parts = []
    for one in series[:MOST_SERIES]:
        known = [(v, label) for v, label in zip(one.values, labels, strict=True) if v is not None]
        if not known:
            continue
        (low, low_at), (high, high_at) = min(known), max(known)
        name = f"{one.name}: " if len(series) > 1 else ""
        first, last = known[0], known[-1]
        parts.append(
            f"{name}{_n(first[0])} ({first[1]}) to {_n(last[0])} ({last[1]}), lowest {_n(low)} ({low_at}), "
            f"highest {_n(high)} ({high_at})."
        )
    return f"{title}. {' '.join(parts)}"


def line(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lines over periods; the name of each stands at its end, and a pattern tells it apart without colour."""
    shown = series[:MOST_SERIES]
    low, high, ticks = _scale([v for s in shown for v in s.values if v is not None])
    left, right, top, bottom = 70, 200 if len(shown) > 1 else 30, 16, 40
    width, height = _WIDTH - left - right, _LINE_HEIGHT - top - bottom

    def x(n: int) -> float:
        return left + (width * n / (len(labels) - 1) if len(labels) > 1 else width / 2)

    def y(value: float) -> float:
        return top + height * (1 - (value - low) / (high - low))

    out = [_grid(ticks, y, left, left + width)]
    every = ceil(len(labels) / 8)
    for n, label in enumerate(labels):
        if n % every == 0 or n == len(labels) - 1:
            out.append(_text(x(n), _LINE_HEIGHT - 14, label, "middle"))
    ends: list[float] = []
    for n, one in enumerate(shown):
        colour = PALETTE[n]
        for points in _runs([(x(i), y(v)) if v is not None else None for i, v in enumerate(one.values)]):
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
            dash = Markup(' stroke-dasharray="{}"').format(DASHES[n]) if DASHES[n] else ""
            out.append(
                Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="3"{}/>').format(path, colour, dash)
            )
            out += [
                Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}"/>').format(a, b, colour) for a, b in points
            ]
        last = next((v for v in reversed(one.values) if v is not None), None)
        if len(shown) > 1 and last is not None:
            at = _free(y(last), ends)
            ends.append(at)
            key = Markup('<line x1="{:.0f}" x2="{:.0f}" y1="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="3"{}/>')
            dash = Markup(' stroke-dasharray="{}"').format(DASHES[n]) if DASHES[n] else ""
            out.append(key.format(left + width + 8, left + width + 32, at, at, colour, dash))
            out.append(_text(left + width + 38, at + 5, _short(one.name, 20), "start"))
    return _svg(title, describe(title, labels, series), _LINE_HEIGHT, out)


def bar(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Horizontal bars, each with its number; with several series the bars of a label stand together."""
    shown = series[: MOST_SERIES if len(series) > 1 else 1]
    rows = min(len(labels), max(1, MOST_BARS // len(shown)))
    low, high, _ = _scale([v for s in shown for v in s.values[:rows] if v is not None])
    left, right, top = 220, 80, 30 if len(shown) > 1 else 8
    block = _BAR * len(shown) + 10
    height = top + rows * block + 6
    width = _WIDTH - left - right
    zero = left + width * (0 - low) / (high - low)
    out = []
    if len(shown) > 1:
        at = float(left)
        for n, one in enumerate(shown):
            out.append(Markup('<rect x="{:.0f}" y="6" width="14" height="14" fill="{}"/>').format(at, PALETTE[n]))
            out.append(_text(at + 19, 18, _short(one.name, 18), "start"))
            at += 30 + 8.2 * min(len(one.name), 18)
    for row in range(rows):
        y = top + row * block
        out.append(_text(left - 10, y + _BAR * len(shown) / 2 + 5, _short(labels[row], 26), "end"))
        for n, one in enumerate(shown):
            value, at = one.values[row], y + n * _BAR
            if value is None:
                out.append(_text(zero + 6, at + 18, "not shown", "start", "#505a5f"))
                continue
            end = left + width * (value - low) / (high - low)
            start, size = min(zero, end), max(abs(end - zero), 1)
            shape = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" fill="{}"/>')
            out.append(shape.format(start, at + 2, size, _BAR - 4, PALETTE[n]))
            out.append(_text(max(end, zero) + 6, at + 18, _n(value), "start"))
    out.append(
        Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}" stroke="#0b0c0c"/>').format(zero, top, height - 6)
    )
    return _svg(title, describe(title, labels, series), height, out)


#: Where the regions of England lie to each other: column and row of a tile.
_TILES = {
    "E12000001": (2, 0),
    "E12000002": (1, 1),
    "E12000003": (2, 1),
    "E12000004": (2, 2),
    "E12000005": (1, 2),
    "E12000006": (3, 2),
    "E12000007": (3, 3),
    "E12000008": (2, 3),
    "E12000009": (1, 3),
}


def tile_map(title: str, values: Sequence[tuple[str, str, float | None]]) -> Markup | None:
    """The regions of England as tiles, darker for more; None where the places (code, name, value) are not regions."""
    placed = [(_TILES[code], name, value) for code, name, value in values if code in _TILES]
    known = [value for _, _, value in placed if value is not None]
    if len(placed) < 3 or not known:
        return None
    low, high = min(known), max(known)
    out = []
    for (column, row), name, value in placed:
        x, y = 20 + (column - 1) * 240, 10 + row * 100
        step = 0 if value is None else _step(value, low, high)
        fill, ink = ("#ffffff", "#0b0c0c") if value is None else (_SHADES[step], "#ffffff" if step > 2 else "#0b0c0c")
        out.append(
            Markup('<rect x="{}" y="{}" width="232" height="92" fill="{}" stroke="#0b0c0c"/>').format(x, y, fill)
        )
        out.append(_text(x + 116, y + 40, _short(name, 26), "middle", ink))
        out.append(_text(x + 116, y + 66, "not shown" if value is None else _n(value), "middle", ink, bold=True))
    series = [Series("", tuple(value for _, _, value in placed))]
    return _svg(title, describe(title, [name for _, name, _ in placed], series), 420, out)


_SHADES = ("#dce5ec", "#a9c1d4", "#6f96b5", "#3b6c94", "#12436d")
_LABELS, _KEY = 5, 64


def _step(value: float, low: float, high: float) -> int:
    return 0 if high == low else min(len(_SHADES) - 1, int((value - low) / (high - low) * len(_SHADES)))


@dataclass(frozen=True)
class Point:
    """A place: easting and northing in metres, and its number (None where there is none to draw)."""

    name: str
    value: float | None
    east: float
    north: float


def point_map(title: str, points: Sequence[Point], *, shaded: bool) -> Markup | None:
    """A circle for each place where it lies, north above: its area is the number, or ``shaded`` its darkness, as it
    should be for shares. None where fewer than three places have a number, or one that is negative."""
    known = [p for p in points if p.value is not None]
    values = [p.value or 0.0 for p in known]
    if len(known) < 3 or min(values) < 0:
        return None
    west, south = min(p.east for p in points), min(p.north for p in points)
    across, up = max(p.east for p in points) - west, max(p.north for p in points) - south
    edge = 50
    scale = min((_WIDTH - 2 * edge) / max(across, 1), 640 / max(up, 1))
    height, left = up * scale + 2 * edge, (_WIDTH - across * scale) / 2
    low, high = min(values), max(values)
    longer, shorter = max(across, up, 1), min(across, up)
    room = scale * sqrt(longer * max(shorter, longer / 2) / len(points))
    most = max(4.0, min(36.0, room * (0.25 if shaded else 0.4)))

    def radius(value: float) -> float:
        return most if shaded else max(1.5, most * sqrt(value / high)) if high else 1.5

    out, shape = [], Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill="{}" fill-opacity="{}" stroke="#0b0c0c"')
    at = {id(p): (left + (p.east - west) * scale, edge + (up - (p.north - south)) * scale) for p in points}
    for p in sorted(points, key=lambda p: -(p.value or 0)):
        x, y = at[id(p)]
        if p.value is None:
            drawn = shape.format(x, y, 3, "#ffffff", 0) + Markup(' stroke-dasharray="2 2">')
        else:
            fill = _SHADES[_step(p.value, low, high)] if shaded else PALETTE[0]
            drawn = shape.format(x, y, radius(p.value), fill, 0.85 if shaded else 0.6) + Markup(
                ' stroke-opacity="0.5">'
            )
        number = "not shown" if p.value is None else _n(p.value)
        out.append(drawn + Markup("<title>{}: {}</title></circle>").format(p.name, number))
    taken: list[tuple[float, float]] = []
    for p in sorted(known, key=lambda p: -(p.value or 0))[:_LABELS]:
        x, y = at[id(p)]
        if all(abs(y - b) > 20 or abs(x - a) > 290 for a, b in taken):
            taken.append((x, y))
            side = "start" if x < _WIDTH / 2 else "end"
            words = f"{_short(p.name, 34)} {_n(p.value or 0)}"
            out.append(_text(x + (6 if side == "start" else -6), y + 5, words, side, halo=True))
    for n, value in enumerate((low, (low + high) / 2, high)):
        x, y = 150 + n * 190, height + _KEY / 2 - 4
        size = 10.0 if shaded else radius(value)
        fill = _SHADES[_step(value, low, high)] if shaded else PALETTE[0]
        out.append(shape.format(x, y, size, fill, 0.85 if shaded else 0.6) + Markup("/>"))
        out.append(_text(x + size + 8, y + 5, _n(value), "start"))
    named = [(value, p.name) for value, p in zip(values, known, strict=True)]
    ends = " ".join(
        f"{word} {_n(value)} ({name})." for word, (value, name) in (("Lowest", min(named)), ("Highest", max(named)))
    )
    return _svg(title, f"{title}. {count(len(known), 'place')}. {ends}", height + _KEY, out)


def _svg(title: str, words: str, height: float, parts: Sequence[Markup]) -> Markup:
    head = Markup(
        '<svg class="ilr-chart" role="img" viewBox="0 0 {} {:.0f}" xmlns="http://www.w3.org/2000/svg" '
        'font-family="arial, sans-serif" font-size="15"><title>{}</title><desc>{}</desc>'
    ).format(_WIDTH, height, title, words)
    return head + Markup("").join(parts) + Markup("</svg>")


def _text(
    x: float, y: float, words: str, anchor: str, fill: str = "#0b0c0c", *, bold: bool = False, halo: bool = False
) -> Markup:
    weight = Markup(' font-weight="bold"') if bold else ""
    if halo:
        weight += Markup(' paint-order="stroke" stroke="#ffffff" stroke-width="4"')
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}"{}>{}</text>').format(
        x, y, anchor, fill, weight, escape(words)
    )


def _grid(ticks: Sequence[float], y: object, left: float, right: float) -> Markup:
    out = []
    for tick in ticks:
        at = y(tick)  # type: ignore[operator]
        out.append(
            Markup('<line x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}" stroke="{}"/>').format(
                left, right, at, at, "#0b0c0c" if tick == 0 else "#b1b4b6"
            )
        )
        out.append(_text(left - 8, at + 5, _n(tick), "end"))
    return Markup("").join(out)


def _scale(values: Sequence[float]) -> tuple[float, float, list[float]]:
    """Lowest and highest of the axis, which begins at zero, and round numbers on it."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if high == low:
        high = low + 1
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    first, last = floor(low / step), ceil(high / step)
    return first * step, last * step, [n * step for n in range(first, last + 1)]


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _free(at: float, taken: Sequence[float]) -> float:
    """A height near ``at`` where no other label stands."""
    for shift in (0, 18, -18, 36, -36, 54, -54, 72, -72, 90):
        if all(abs(at + shift - other) >= 17 for other in taken):
            return at + shift
    return at


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _n(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
