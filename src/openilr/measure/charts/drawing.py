"""Horizontal bars, alone or in groups, and lines over time, as SVG.

Sources: charts guidance and colour palette of the Government Analysis Function; WCAG 2.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import count

#: Dark blue, turquoise, dark pink, orange, dark grey, light purple (source: Government Analysis Function).
PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
INK, LINE = "#0b0c0c", "#b1b4b6"
WIDTH, SIZE, ROW, GAP = 760, 15, 22, 12
_LABEL_SHARE = 0.4
_ids = count(1)


@dataclass(frozen=True)
class Series:
    """One number for each category, None where there is none; ``marks`` say what stands in its place (such as c)."""

    name: str
    values: tuple[float | None, ...]
    marks: tuple[str, ...] = ()

    def shown(self, place: int, unit: str, decimals: int) -> str:
        value = self.values[place]
        if value is None:
            return self.marks[place] if self.marks else "x"
        return number(value, unit, decimals)


@dataclass(frozen=True)
class Chart:
    """``kind`` is ``bar`` (horizontal, a group for each category) or ``line`` (categories are points in time). More
    than four series are hard to tell apart: ValueError."""

    title: str
    subtitle: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    decimals: int = 0
    kind: str = "bar"

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= 4:
            raise ValueError(f"A chart has one to four series, not {len(self.series)}.")
        if self.kind not in ("bar", "line"):
            raise ValueError(f"A chart is a bar or a line, not {self.kind!r}.")
        if any(len(each.values) != len(self.categories) for each in self.series):
            raise ValueError("Every series needs one value for each category.")

    @property
    def description(self) -> str:
        """What the chart shows, in words, for those who do not see it."""
        return ". ".join(
            f"{category}: "
            + ", ".join(
                (f"{each.name} " if len(self.series) > 1 else "") + each.shown(place, self.unit, self.decimals)
                for each in self.series
            )
            for place, category in enumerate(self.categories)
        )


def number(value: float, unit: str = "", decimals: int = 0) -> str:
    """A number as a reader expects it: 1,234 or 65.4% or £20,100."""
    text = f"{value:,.{decimals}f}"
    return f"{unit}{text}" if unit.startswith("£") else f"{text}{unit}"


def svg(chart: Chart) -> str:
    """The chart as an SVG element. It stands by itself or inside a page."""
    name = f"chart-{next(_ids)}"
    drawn, height = _bars(chart) if chart.kind == "bar" else _lines(chart)
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="{name}-title {name}-desc" font-family="Arial, Helvetica, sans-serif" '
        f'font-size="{SIZE}" style="max-width:100%;height:auto">\n'
        f'<title id="{name}-title">{escape(chart.title)}</title>\n'
        f'<desc id="{name}-desc">{escape(chart.subtitle)}. {escape(chart.description)}</desc>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _head(chart: Chart) -> tuple[list[str], float]:
    """Title, subtitle and, for several series, the legend above the chart."""
    drawn = [_text(0, 22, chart.title, size=19, bold=True), _text(0, 44, chart.subtitle)]
    y = 58.0
    if len(chart.series) > 1:
        x = 0.0
        for place, each in enumerate(chart.series):
            wide = 34 + _wide(each.name)
            if x + wide > WIDTH:
                x, y = 0.0, y + ROW
            drawn.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="14" height="14" {_filled(place)}/>')
            drawn.append(_text(x + 20, y + 12, each.name))
            x += wide
        y += ROW + 4
    return drawn, y + 6


def _bars(chart: Chart) -> tuple[list[str], int]:
    drawn, top_of_bars = _head(chart)
    y = top_of_bars
    longest = max((_wide(category) for category in chart.categories), default=0)
    left = min(longest + 10, WIDTH * _LABEL_SHARE)
    known = [value for each in chart.series for value in each.values if value is not None]
    widest = max((_wide(number(value, chart.unit, chart.decimals)) for value in known), default=30) + 12
    scale = (WIDTH - left - widest) / (max(known, default=0) or 1)
    for place, category in enumerate(chart.categories):
        middle = y + len(chart.series) * ROW / 2
        lines = _lines_of(category, left)
        for line, words in enumerate(lines):
            drawn.append(_text(0, middle + 5 + (line - (len(lines) - 1) / 2) * (SIZE + 1), words))
        for which, each in enumerate(chart.series):
            value = each.values[place]
            wide = max(value or 0, 0) * scale
            top = y + which * ROW + 2
            drawn.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{ROW - 4}" {_filled(which)}/>')
            shown = each.shown(place, chart.unit, chart.decimals)
            drawn.append(_text(left + wide + 6, top + ROW - 8, shown))
        y += len(chart.series) * ROW + GAP
    drawn.append(
        f'<line x1="{left:.1f}" y1="{y - GAP:.1f}" x2="{left:.1f}" y2="{_head(chart)[1]:.1f}" stroke="{INK}"/>'
    )
    return drawn, math.ceil(y)


def _lines(chart: Chart) -> tuple[list[str], int]:
    drawn, top = _head(chart)
    high, left, right = 260, 70, 120
    known = [value for each in chart.series for value in each.values if value is not None]
    ticks = _ticks(max(known, default=1))
    points = len(chart.categories)

    def at(place: int, value: float) -> tuple[float, float]:
        x = left + (WIDTH - left - right) * (place / max(points - 1, 1))
        return x, top + high * (1 - value / ticks[-1])

    for tick in ticks:
        _, y = at(0, tick)
        drawn.append(f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - right}" y2="{y:.1f}" stroke="{LINE}"/>')
        drawn.append(_text(left - 8, y + 5, number(tick, chart.unit, 0 if tick == int(tick) else 1), anchor="end"))
    for place, category in enumerate(chart.categories):
        drawn.append(_text(at(place, 0)[0], top + high + 22, category, anchor="middle"))
    for which, each in enumerate(chart.series):
        there = [(*at(place, value), value) for place, value in enumerate(each.values) if value is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in there)
        dash = ("", "8 4", "2 4", "12 4 2 4")[which]
        colour = PALETTE[which]
        drawn.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3" stroke-dasharray="{dash}"/>'
        )
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y, _ in there]
        if there:
            x, y, value = there[-1]
            drawn.append(_text(x + 10, y + 5, number(value, chart.unit, chart.decimals)))
    return drawn, math.ceil(top + high + 36)


def _ticks(top: float) -> list[float]:
    """Round values from 0 to at least the top, about five of them."""
    rough = max(top, 1e-9) / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * n for n in (1, 2, 2.5, 5, 10) if size * n >= rough)
    return [step * n for n in range(math.ceil(top / step) + 1)]


def _filled(place: int) -> str:
    """Colour, and an outline so that light fills stand out on white."""
    return f'fill="{PALETTE[place]}" stroke="{INK}" stroke-width="0.5"'


def _text(x: float, y: float, words: str, *, size: int = SIZE, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="bold"' if bold else ""
    where = f' text-anchor="{anchor}"' if anchor != "start" else ""
    sized = f' font-size="{size}"' if size != SIZE else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}"{sized}{weight}{where}>{escape(words)}</text>'


def _wide(words: str) -> float:
    """About how wide a text is in Arial."""
    return 0.54 * SIZE * len(words)


def _lines_of(words: str, room: float) -> list[str]:
    """A label in one line, or in two where it is too long for its room; what two do not hold is cut."""
    first = ""
    for word in words.split():
        longer = f"{first} {word}".strip()
        if _wide(longer) > room - 6:
            break
        first = longer
    rest = words[len(first) :].strip()
    return [_short(words, room)] if not first or not rest else [first, _short(rest, room)]


def _short(words: str, room: float) -> str:
    letters = int((room - 6) / (0.54 * SIZE))
    return words if len(words) <= letters else words[: max(letters - 1, 1)].rstrip() + "\u2026"
