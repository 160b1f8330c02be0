"""The quality of the data on the screen, and as a page with pictures that stands by itself."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

from openilr.spec.words import count
from openilr.store.quality.rating import RATINGS

if TYPE_CHECKING:
    from openilr.store.quality import Quality

_WIDE = 100
#: Parts of a field's bar: key, what it stands for, colour (told apart also without colour, by their order and words).
_PARTS = (
    ("valid", "a value", "#1d70b8"),
    ("not_known", "says not known", "#f3b43e"),
    ("invalid", "no valid value", "#d4351c"),
    ("blank", "blank where it applies", "#b1b4b6"),
)


def text(quality: Quality) -> str:
    """Ratings with their reasons, worst first within each entity, then the cautions."""
    lines = [_headline(quality), ""]
    for entity in dict.fromkeys(one.entity for one in quality.counts):
        rows = [row for row in quality.fields() if row["entity"] == entity]
        lines.append(f"{entity} ({count(max(row['rows'] for row in rows), 'row')})")
        for row in sorted(rows, key=lambda r: -RATINGS.index(r["rating"]) if r["rating"] != "not rated" else 1):
            full = "" if row["completeness"] is None else f"{100 * row['completeness']:.1f}%"
            lines.append(f"  {row['field']:<22} {row['rating']:<10} {full:>7}")
            lines += textwrap.wrap(row["reason"], _WIDE, initial_indent=" " * 6, subsequent_indent=" " * 6)
            lines += [f"      {sentence}" for sentence in _details(row)]
        lines.append("")
    if not quality.identifiers:
        lines += ["Fields in the vault (names, numbers, postcodes, dates of birth) were not looked at.", ""]
    lines.append("Before you use these data")
    for caution in quality.cautions:
        lines += textwrap.wrap(caution, _WIDE, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _headline(quality: Quality) -> str:
    n = {rating: sum(r.rating == rating for r in quality.ratings.values()) for rating in RATINGS}
    compared = f", compared with {quality.compared_with}" if quality.compared_with else ""
    return (
        f"Quality of {quality.state}, {count(quality.providers, 'provider')}{compared}: "
        f"{count(n['good'], 'field')} good, {n['fair']} fair, {n['poor']} poor, {n['not rated']} not rated."
    )


def _details(row: dict[str, Any]) -> list[str]:
    said = []
    if row["unknown_codes"]:
        codes = ", ".join(
            f"{c['code']} ({count(c['rows'], 'row')}, {count(c['providers'], 'provider')})"
            for c in row["unknown_codes"]
        )
        which = (
            "not in the list of codes" if row["list_complete"] else "not among the codes that we know (list not whole)"
        )
        said.append(f"Values {which}: {codes}.")
    if row["filled_later"] or row["changed"] or row["removed"]:
        said.append(
            f"Since the return before: filled later {row['filled_later']:,}, changed {row['changed']:,}, "
            f"taken out {row['removed']:,}."
        )
    for one in row["outliers"][:3]:
        said.append(
            f"Provider {one['ukprn']} stands out: {one['what']} in {100 * one['share']:.0f}% of its rows; "
            f"{100 * one['typical']:.0f}% is usual."
        )
    if len(row["outliers"]) > 3:
        said.append(f"{count(len(row['outliers']) - 3, 'more provider stands', 'more providers stand')} out.")
    return said


# The page -------------------------------------------------------------------------------------------------

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;
border-bottom:1px solid #b1b4b6}td.n{text-align:right;white-space:nowrap}caption{text-align:left;font-weight:700;
padding:.5rem 0}.good,.fair,.poor{font-weight:700}
.good::before{content:"● "}.fair::before{content:"◐ "}.poor::before{content:"○ "}
ul.key{list-style:none;padding:0;display:flex;gap:1.5rem;flex-wrap:wrap}
.swatch{display:inline-block;width:1em;height:1em;margin-right:.4em;vertical-align:middle}
.small{font-size:.9rem;color:#505a5f}svg{display:block}.not,.good,.fair,.poor{white-space:nowrap}
thead th:nth-child(1){width:15rem}thead th:nth-child(2){width:5.5rem}thead th:nth-child(4){width:190px}
@media(max-width:45rem){thead{display:none}tbody,tr,th,td{display:block}th,td{border:0;padding:.1rem 0}
tr{border-bottom:1px solid #b1b4b6;padding:.5rem 0}td.n{text-align:left}td.n:not(:empty)::after{content:" filled"}}
"""


def html(quality: Quality) -> str:
    key = "".join(f'<li><span class="swatch" style="background:{c}"></span>{w}</li>' for _, w, c in _PARTS)
    parts = [
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>Quality of {escape(quality.state)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>Quality of {escape(quality.state)}</h1><p>{escape(_headline(quality))}</p>",
        "<h2>Before you use these data</h2><ul>",
        *(f"<li>{escape(caution)}</li>" for caution in quality.cautions),
        f'</ul><h2>Field by field</h2><ul class="key">{key}</ul>',
        "<p>Each dot below a bar is a provider, from 0% filled at the left to 100% at the right.</p>",
    ]
    if not quality.identifiers:
        parts.append("<p>Fields in the vault (names, numbers, postcodes, dates of birth) were not looked at.</p>")
    for entity in dict.fromkeys(one.entity for one in quality.counts):
        rows = "".join(_row(row) for row in quality.fields() if row["entity"] == entity)
        parts.append(
            f"<table><caption>{escape(entity)}</caption><thead><tr><th>Field</th><th>Rating</th><th>Why</th>"
            f"<th>Values</th><th>Filled</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    return "".join([*parts, "</main></body></html>\n"])


def _row(row: dict[str, Any]) -> str:
    details = "".join(f'<br><span class="small">{escape(sentence)}</span>' for sentence in _details(row))
    full = "" if row["completeness"] is None else f"{100 * row['completeness']:.1f}%"
    return (
        f'<tr><th scope="row">{escape(row["field"])}<br><span class="small">{escape(row["title"])}</span></th>'
        f'<td class="{row["rating"].split()[0]}">{row["rating"]}</td><td>{escape(row["reason"])}{details}</td>'
        f'<td>{_picture(row)}</td><td class="n">{full}</td></tr>'
    )


def _picture(row: dict[str, Any]) -> str:
    """A bar of what the values are, and a strip of dots of the providers' shares filled."""
    applicable = row["applicable"]
    if not applicable:
        return ""
    bad = min(row["invalid"], row["filled"])
    sizes = {
        "not_known": row["not_known"], "invalid": bad, "blank": applicable - row["filled"],
        "valid": max(0, row["filled"] - row["not_known"] - bad),
    }  # fmt: skip
    words = ", ".join(f"{100 * sizes[key] / applicable:.1f}% {what}" for key, what, _ in _PARTS if sizes[key])
    x, bars = 0.0, []
    for key, _, colour in _PARTS:
        width = 180 * sizes[key] / applicable
        bars.append(f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="14" fill="{colour}"/>')
        x += width
    dots = "".join(
        f'<circle cx="{3 + 174 * share:.1f}" cy="22" r="3" fill="#0b0c0c" fill-opacity=".35"/>'
        for share in sorted(set(row["provider_shares"]))
    )
    return (
        f'<svg role="img" width="180" height="26" viewBox="0 0 180 26" aria-label="{escape(row["field"])}: '
        f'{escape(words)}">{"".join(bars)}{dots}</svg>'
    )
