"""Methodology and glossary, printed from the code that computes the measures: they can not say something else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Term:
    term: str
    meaning: str
    source: str = ""
    link: str = ""


def measures() -> list[Any]:
    """Every measure of ``openilr.measure``, by title."""
    from openilr import measure

    return sorted((measure.get(name) for name in measure.names()), key=lambda m: m.title)


def described(m: Any) -> list[tuple[str, Any]]:
    """What the declaration of a measure says, in the order of a reader: heading and text, or list of texts."""
    headings = {"definition": "What is counted", "formula": "How it is worked out", "unit": "Unit", "source": "Source"}
    known = {f.name for f in fields(m)}
    found: list[tuple[str, Any]] = [
        (title, getattr(m, n)) for n, title in headings.items() if n in known and getattr(m, n)
    ]
    found.append(("Can be broken down by", [f"{d.title}: {_items(d)}" for d in m.dimensions]))
    if getattr(m, "options", None):
        found.append(("Can be narrowed by", [f"{name}: {', '.join(values)}" for name, values in m.options.items()]))
    if getattr(m, "not_yet", None):
        found.append(("Parts of the official definition that are not done yet", list(m.not_yet)))
    return [(title, text) for title, text in found if text]


def _items(d: Any) -> str:
    return ", ".join(label for _, label in d.items) if d.items else "as in the data"


def glossary() -> list[Term]:
    """Measures, breakdowns and symbols, from A to Z."""
    from openilr.web.tables.grid import SYMBOLS

    terms = {
        m.title[:1].upper() + m.title[1:]: Term("", m.definition, getattr(m, "source", ""), m.name) for m in measures()
    }
    for m in measures():
        for d in m.dimensions:
            terms.setdefault(d.title, Term("", f"A breakdown: {_items(d)}."))
    for symbol, words in SYMBOLS.items():
        terms[f"{symbol} (symbol)"] = Term("", words[:1].upper() + words[1:] + ".")
    terms |= {title: Term("", text) for title, text in _TERMS.items()}
    return sorted(
        (Term(title, t.meaning, t.source, t.link) for title, t in terms.items()), key=lambda t: t.term.lower()
    )


_TERMS = {
    "Academic year": "From 1 August to 31 July.",
    "Aim": "One course or programme that a learner takes, as the provider records it in the ILR.",
    "Freeze": "A copy of all accepted returns of a moment, which never changes. Statistics come from a freeze.",
    "ILR": "Individualised Learner Record: what providers of further education return about their learners.",
    "Return": "A provider's file of one collection, R01 to R14 of a year. R14 is the last.",
    "Rounding": "Published counts are multiples of 5 or 10. Totals are those of the rounded counts where it says so.",
    "UKPRN": "UK provider reference number: the eight digits that stand for a provider.",
    "Version": "A published state of a data set. After 1.4, 2.0 takes something away, 1.5 adds something and "
    "1.4.1 corrects numbers.",
}
