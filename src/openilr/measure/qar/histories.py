"""One row for each aim over all the years that returned it: cross-year matching.

Records of different years are one aim where provider (after mergers), person, programme type and framework or standard
(in education and training, the learning aim) and start date agree. A file that holds several such records is told apart
by planned and actual end, in this order: both agree, planned end, actual end, start alone. The latest return wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.measure.aims import text_or_null
from openilr.measure.engines import fetch, keep, small

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

#: What the records of one aim have in common.
KEY = ("provider", "person", "is_app", "prog_type", "code", "LearnStartDate")
#: Where a record stands.
PLACE = ("year", "return", "ukprn", "row")
#: What the latest record of an aim says, beside its place.
LATEST = (
    "LearnPlanEndDate", "LearnActEndDate", "CompStatus", "Outcome", "WithdrawReason", "AchDate", "FundModel",
)  # fmt: skip


def with_keys(records: ir.Table, providers: ir.Table) -> ir.Table:
    """The records with the columns of ``KEY``."""
    import ibis

    code = ibis.cases(
        (~records.is_app, records.LearnAimRef.upper()),
        (records.StdCode.notnull(), records.StdCode.cast("string")),
        else_=text_or_null(records, "FworkCode") + "-" + text_or_null(records, "PwayCode").fill_null(""),
    ).fill_null("")
    prog_type = ibis.ifelse(records.is_app, records.ProgType, 0).fill_null(0)
    records = records.mutate(code=code, prog_type=prog_type)
    records = records.inner_join(providers, "ukprn")
    return _with_person(records.drop(*(c for c in records.columns if c.endswith("_right"))))


def _with_person(records: ir.Table) -> ir.Table:
    """``person`` is who the ULN says. A record without one takes what the same provider's reference has elsewhere."""
    nameless = records.filter(records.person_key == records.learner_key).select("learner_key").distinct()
    named = records.filter(records.person_key != records.learner_key).semi_join(nameless, "learner_key")
    known = named.group_by("learner_key").agg(known_person=named.person_key.max())
    joined = records.left_join(known, "learner_key").select(records, known.known_person)
    unknown = joined.person_key == joined.learner_key
    person = unknown.ifelse(joined.known_person.fill_null(joined.person_key), joined.person_key)
    return joined.mutate(person=person).drop("known_person")


def histories(connection: BaseBackend, records: ir.Table, orders: tuple[int, ...]) -> ir.Table:
    """One row for each aim: ``KEY``, ``latest`` (a struct of ``PLACE`` and ``LATEST``), and years as numbers:

    ``first_year``, ``last_year`` of the final returns that hold it; ``final_end``, the first whose final return has its
    end; ``early_end``, the first whose end the next year's early return has; ``number`` tells like aims apart.
    """
    grouped = keep(connection, _grouped(records, KEY, orders).mutate(number=0), "qar_grouped")
    several = _numbered(connection, records, grouped.filter(grouped.in_one_file > 1).select(*KEY))
    if several is None:
        return grouped
    single = grouped.filter(grouped.in_one_file == 1)
    return single.union(_grouped(several, (*KEY, "number"), orders).select(*grouped.columns))


def _grouped(records: ir.Table, key: tuple[str, ...], orders: tuple[int, ...]) -> ir.Table:
    """``in_one_file``: the most records of the key that one return holds."""
    import ibis

    latest = ibis.struct({name: records[name] for name in ("order", *PLACE, *LATEST)})
    ended = records.LearnActEndDate.notnull()
    end = academic_year(records.LearnActEndDate)
    # The end was known to the return before this year's R04, had that been able to say so.
    known_late = records.is_early & ended & (end < records.file_year)
    in_each = [(records.order == order).cast("int8").sum() for order in orders]
    return records.group_by(list(key)).agg(
        latest=latest.max(),
        first_year=records.file_year.min(where=records.is_final),
        last_year=records.file_year.max(where=records.is_final),
        final_end=records.file_year.min(where=records.is_final & ended),
        early_end=(records.file_year - 1).min(where=known_late),
        in_one_file=ibis.greatest(*in_each, 0),
    )


def academic_year(day: ir.DateValue) -> ir.IntegerValue:
    """The calendar year in which the academic year of a day began."""
    return day.year() - (day.month() < 8).cast("int32")


def _numbered(connection: BaseBackend, records: ir.Table, doubled: ir.Table) -> ir.Table | None:
    """The records of keys that one file holds more than once, with a ``number`` for each aim; None where there are
    none."""

    several = records.inner_join(doubled, list(KEY))
    several = several.select(*(c for c in several.columns if not c.endswith("_right")))
    frame = fetch(several.select(*KEY, *PLACE, "order", "LearnPlanEndDate", "LearnActEndDate"))
    if frame.is_empty():
        return None
    numbers = small(connection, number_like_aims(frame), "qar_numbers")
    joined = several.inner_join(numbers, list(PLACE))
    return joined.select(*(c for c in joined.columns if not c.endswith("_right")))


def number_like_aims(frame: pl.DataFrame) -> pl.DataFrame:
    """``PLACE`` and ``number``: records of one key that are the same aim in different files have the same number."""
    import polars as pl

    found: list[tuple[Any, ...]] = []
    for _, group in frame.sort("order", "row").group_by(*KEY, maintain_order=True):
        known: list[dict[str, Any]] = []
        for _, file in group.group_by("order", maintain_order=True):
            numbers = _match(known, list(file.iter_rows(named=True)))
            for row, number in numbers:
                if number == len(known):
                    known.append(row)
                else:
                    known[number] = row
                found.append((*(row[name] for name in PLACE), number))
    types: dict[str, Any] = {
        "year": pl.String, "return": pl.String, "ukprn": pl.Int32, "row": pl.UInt32, "number": pl.Int8,
    }  # fmt: skip
    return pl.DataFrame(found, schema=types, orient="row")


_STAGES = (("LearnPlanEndDate", "LearnActEndDate"), ("LearnPlanEndDate",), ("LearnActEndDate",), ())


def _match(known: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """Each row with the number of the known aim that it is, or the next free number."""
    free, waiting, matched = dict(enumerate(known)), list(rows), []
    for stage in _STAGES:
        left = []
        for row in waiting:
            number = next((n for n, other in free.items() if all(other[c] == row[c] for c in stage)), None)
            if number is None:
                left.append(row)
            else:
                del free[number]
                matched.append((row, number))
        waiting = left
    return [*matched, *((row, len(known) + place) for place, row in enumerate(waiting))]
