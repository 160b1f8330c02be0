"""What a measure is, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

    from openilr.measure.candidates import Candidates
    from openilr.measure.period import Period
    from openilr.store import Store

NOT_KNOWN = "not known"
#: What a breakdown is called as well.
OTHER_NAMES = {"provider": "ukprn", "imd": "deprivation"}


class MeasureError(Exception):
    """A measure cannot be computed as asked; the message says what there is."""


@dataclass(frozen=True)
class Dimension:
    """A way to break a measure down.

    ``items`` are the codes with their labels, in order; empty where the items are whatever the data hold. ``of``
    gives the code of each row as text, null for not known. ``column`` is the column's name in published files.
    ``of_learner`` says that it reads the learner's own fields beside those of the aim, ``of_prior`` that it reads the
    learner's prior attainment, ``fam`` that it asks for codes of a delivery FAM (given as a column of that name).
    """

    name: str
    title: str
    column: str
    of: Callable[[ir.Table], ir.Value] = field(repr=False)
    items: tuple[tuple[str, str], ...] = ()
    of_learner: bool = False
    of_prior: bool = False
    fam: str | None = None

    def label(self, code: str) -> str:
        return dict(self.items).get(code, "Not known" if code == NOT_KNOWN else code)


@dataclass(frozen=True)
class Clause:
    """One sentence of a definition, and what it says of a record that it leaves out.

    ``status`` is ``excluded`` (of the kind that is counted, and taken out by a rule) or ``out_of_scope`` (of another
    kind, period or age). ``reason`` may name columns in braces; ``source`` says where the clause comes from.
    """

    name: str
    status: str
    reason: str
    source: str = ""


@dataclass(frozen=True)
class Choice:
    """What a definition leaves open: a named setting, what it may be (default first), and why.

    ``effect`` says how much it matters, as measured on a synthetic sector (``docs/guide/measures.md``).
    """

    name: str
    values: tuple[str, ...]
    why: str
    effect: str = ""


@dataclass(frozen=True)
class Indicator:
    """One number of a measure.

    ``of`` gives it from the counted rows; a rate has ``rate`` instead, the names of two indicators: 100 times the
    first over the second, with ``decimals``, null where the second is 0. ``kind`` is what disclosure control asks for:
    ``people``, ``count`` (of other things), ``rate``, ``median``, ``quantile``.
    """

    name: str
    title: str
    unit: str = ""
    kind: str = "count"
    of: Callable[[ir.Table], ir.Value] | None = field(default=None, repr=False)
    rate: tuple[str, str] | None = None
    decimals: int = 0


@dataclass(frozen=True)
class Asked:
    """What was asked for: the year, the return, the days that it covers, and every setting.

    ``trail`` asks for what is left out as well, with the clause that leaves it out. ``ukprn`` says that one provider's
    rows are all that is wanted, for measures that can save themselves the rest.
    """

    store: Store
    year: str
    return_name: str
    period: Period
    options: Mapping[str, str]
    trail: bool = False
    ukprn: int | None = None


@dataclass(frozen=True)
class Measure:
    """One published measure, defined in our words.

    ``judge`` takes the national views and gives the candidates: one row each, less those that a clause leaves out.
    ``count`` is what ``value`` counts among them: "people" (distinct persons) or "aims". A measure with other numbers
    than one ``value`` names them in ``indicators``; a chart shows ``shown`` of them, or the last. ``kind`` tells
    disclosure control what the value is. ``options`` narrow what is counted; ``choices`` settle what the definition
    leaves open; both are settings by name, default first. ``counted`` is the reason shown for a record that counts.
    ``not_yet`` lists clauses of the official definition that are left out. ``connect`` opens the views where the
    measure asks for more than one return of one year. ``finish`` may add columns to the counted table. ``without``
    says of breakdowns that have no meaning here why they have none.
    """

    name: str
    title: str
    definition: str
    formula: str
    source: str
    unit: str
    indicator: str
    count: str
    judge: Callable[[BaseBackend, Asked], Candidates] = field(repr=False)
    counted: str = "It meets every clause of the definition."
    example: str = ""
    clauses: tuple[Clause, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    without: Mapping[str, str] = field(default_factory=dict)
    default_by: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    shown: str = ""
    not_yet: tuple[str, ...] = ()
    kind: str = "count"
    connect: Callable[[Asked, str], BaseBackend] | None = field(default=None, repr=False)
    finish: Callable[[pl.DataFrame, Asked, tuple[str, ...]], pl.DataFrame] | None = field(default=None, repr=False)
    notes: Callable[[pl.DataFrame, Asked], tuple[str, ...]] | None = field(default=None, repr=False)

    @property
    def numbers(self) -> tuple[Indicator, ...]:
        """Its indicators; one called ``value`` where it names none."""
        if self.indicators:
            return self.indicators
        if self.count == "people":
            return (Indicator("value", self.title, kind="people", of=lambda rows: rows.person_key.nunique()),)
        return (Indicator("value", self.title, of=lambda rows: rows.count()),)

    @property
    def settings(self) -> dict[str, tuple[str, ...]]:
        """Every setting by name, with what it may be, default first."""
        return {**self.options, **{choice.name: choice.values for choice in self.choices}}

    def dimension(self, name: str) -> Dimension:
        """A breakdown by name; the answer keeps the name that was asked for. MeasureError where there is none."""
        found = {d.name: d for d in self.dimensions}
        if OTHER_NAMES.get(name) in found:
            return replace(found[OTHER_NAMES[name]], name=name)
        if name not in found:
            why = self.without.get(OTHER_NAMES.get(name, name))
            said = f": {why}. Choose" if why else ": choose"
            raise MeasureError(f"{self.name} cannot be broken down by {name}{said} from {', '.join(found)}.")
        return found[name]


@dataclass(frozen=True)
class Result:
    """A computed measure.

    ``frame`` has one text column for each of ``by`` (codes; "Total" where ``compute`` was asked for totals), one
    column for each of ``measure.numbers`` (``value`` for most), and ``learners``, the distinct persons behind them.
    ``notes`` are sentences that a reader of the numbers must know; ``fields`` are those that the measure and its
    breakdowns read, for ``Store.footnotes`` to say how good they are.
    """

    measure: Measure
    year: str
    return_name: str
    by: tuple[str, ...]
    options: Mapping[str, str]
    frame: pl.DataFrame
    notes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """``{"measure", "year", "by": {dimension: code}, "value"}``, one for each row; other measures have their
        own numbers in place of ``value``."""
        numbers = [indicator.name for indicator in self.measure.numbers]
        return [
            {
                "measure": self.measure.name,
                "year": self.year,
                "by": {name: row[name] for name in self.by},
                **{name: row[name] for name in numbers},
            }
            for row in self.frame.iter_rows(named=True)
        ]
