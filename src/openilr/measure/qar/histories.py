"""One row for each aim over all the years that returned it: cross-year matching.

Records of different years are one aim where provider (after mergers), person, programme type and framework or standard
(in education and training, the learning aim) and start date agree. A file that holds several such records is told apart
by planned and actual end, in this order: both agree, planned end, actual end, start alone. The latest return wins.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from openilr.measure.aims import BREAK, text_or_null
from openilr.measure.engines import bit_or, fetch, keep, small

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

#: What the records of one aim have in common.
KEY = ("provider", "person", "is_app", "prog_type", "code", "LearnStartDate")
#: Where a record stands.
PLACE = ("year", "return", "ukprn", "row")
#: The same in numbers, in the order in which returns were made: the greatest is the latest.
_LATER = ("order", "row", "ukprn")
#: What the latest record of an aim says, beside its place.
LATEST = (
    "LearnPlanEndDate", "LearnActEndDate", "CompStatus", "Outcome", "WithdrawReason", "AchDate", "FundModel",
    "is_restart",
)  # fmt: skip
#: About how many aims are grouped at once. A group keeps its latest record in memory that DuckDB cannot put aside
#: on disk, so many more are taken in parts of the providers: no aim is of two of them.
AT_ONCE = 5_000_000
#: A break, or an aim without an end, may count up to so many years after the return that says it.
OPEN_YEARS = 2


def with_keys(connection: BaseBackend, records: ir.Table, files: ir.Table) -> ir.Table:
    """The records with the columns of ``KEY``."""
    import ibis

    code = ibis.cases(
        (~records.is_app, records.LearnAimRef.upper()),
        (records.StdCode.notnull(), records.StdCode.cast("string")),
        else_=text_or_null(records, "FworkCode") + "-" + text_or_null(records, "PwayCode").fill_null(""),
    ).fill_null("")
    prog_type = ibis.ifelse(records.is_app, records.ProgType, 0).fill_null(0)
    return _with_person(connection, records.mutate(code=code, prog_type=prog_type), files)


def _with_person(connection: BaseBackend, records: ir.Table, files: ir.Table) -> ir.Table:
    """``person`` is who the ULN says. A record without one takes what the same provider's reference has elsewhere."""
    learners = connection.table("learner").select("year", "return", "ukprn", "learner_key", "person_key")
    learners = learners.semi_join(files, ["year", "return", "ukprn"])
    nameless = learners.filter(learners.person_key == learners.learner_key).select("learner_key").distinct()
    nameless = keep(connection, nameless, "qar_nameless")
    named = learners.filter(learners.person_key != learners.learner_key).semi_join(nameless, "learner_key")
    known = keep(connection, named.group_by("learner_key").agg(known_person=named.person_key.max()), "qar_known")
    joined = records.left_join(known, "learner_key").select(records, known.known_person)
    unknown = joined.person_key == joined.learner_key
    person = unknown.ifelse(joined.known_person.fill_null(joined.person_key), joined.person_key)
    return joined.mutate(person=person).drop("known_person")


def histories(connection: BaseBackend, records: ir.Table, files: ir.Table, since: int | None = None) -> ir.Table:
    """One row for each restart, and each aim that may count in the year ``since`` or later (any year, where none is
    given): ``KEY``, ``PLACE`` and ``LATEST`` of its latest record, ``any_restart`` (a record has RES), and years as
    numbers:

    ``first_year``, ``last_year`` of the final returns that hold it; ``final_end``, the first whose final return has its
    end; ``early_end``, the first whose end the next year's early return has; ``number`` tells like aims apart.
    """
    parts = [
        keep(connection, _grouped(part, KEY).mutate(number=0), "qar_grouped")
        for part in _parts(connection, records, files, since)
    ]
    grouped = reduce(lambda one, other: one.union(other), parts)
    doubled = keep(connection, grouped.filter(grouped.in_one_file).select(*KEY), "qar_doubled")
    several = _numbered(connection, records, doubled)
    if several is not None:
        again = keep(connection, _grouped(several, (*KEY, "number")), "qar_regrouped")
        grouped = grouped.filter(~grouped.in_one_file).union(again.select(*grouped.columns))
    rows = grouped.select(
        *(c for c in grouped.columns if c not in ("latest", "in_one_file")),
        *(grouped.latest[name].name(name) for name in (*_LATER, *LATEST)),
    )
    named = files.select("order", "ukprn", "year", "return")
    joined = rows.inner_join(named, ["order", "ukprn"])
    return joined.select(rows, named.year, named["return"]).drop("order")


def _parts(connection: BaseBackend, records: ir.Table, files: ir.Table, since: int | None) -> list[ir.Table]:
    """The records of aims that may count in the year ``since`` or later, cut by provider into as many parts as
    ``AT_ONCE`` asks for."""
    if since is not None:
        near = keep(connection, _near(records, since), "qar_near")
        records = records.semi_join(near, list(KEY))
    number = 1 + fetch((records if since is None else near).count().as_table()).item() // AT_ONCE
    if number == 1:
        return [records]
    providers = sorted(fetch(files.select("provider").distinct())["provider"])
    size = -(-len(providers) // number)
    # Ranges of providers, which lie in files of their own: other files are not read.
    cuts = (providers[first : first + size] for first in range(0, len(providers), size))
    return [records.filter(records.provider.between(cut[0], cut[-1])) for cut in cuts]


def _near(records: ir.Table, since: int) -> ir.Table:
    """``KEY`` of the restarts, and of the aims that may count in the year ``since`` or later.

    No aim counts later than in the last of: the years of its planned end, actual end and achievement, and the years of
    the returns that hold it, or ``OPEN_YEARS`` after where a return says that it is on a break or has not ended.
    """
    import ibis

    closed = records.LearnActEndDate.notnull() & (records.CompStatus.fill_null(0) != BREAK)
    said = records.file_year + ibis.ifelse(closed, 0, OPEN_YEARS)
    days = (records.LearnPlanEndDate, records.LearnActEndDate, records.AchDate)
    last = ibis.greatest(said, *(academic_year(day).fill_null(0) for day in days))
    return records.filter((last >= since) | records.is_restart).select(*KEY).distinct()


def _grouped(records: ir.Table, key: tuple[str, ...]) -> ir.Table:
    """``in_one_file``: one return holds several records of the key."""
    import ibis

    # Numbers only, so that finding the greatest is cheap.
    latest = ibis.struct({name: records[name] for name in (*_LATER, *LATEST)})
    ended = records.LearnActEndDate.notnull()
    end = academic_year(records.LearnActEndDate)
    # The end was known to the return before this year's R04, had that been able to say so.
    known_late = records.is_early & ended & (end < records.file_year)
    return records.group_by(list(key)).agg(
        latest=latest.max(),
        any_restart=records.is_restart.any(),
        first_year=records.file_year.min(where=records.is_final),
        last_year=records.file_year.max(where=records.is_final),
        final_end=records.file_year.min(where=records.is_final & ended),
        early_end=(records.file_year - 1).min(where=known_late),
        # A sum of different powers of two is what they are together, and that of like ones is not.
        in_one_file=records.order_bit.sum().cast("int64") != bit_or(records.order_bit),
    )


def academic_year(day: ir.DateValue) -> ir.IntegerValue:
    """The calendar year in which the academic year of a day began."""
    return day.year() - (day.month() < 8).cast("int32")


def _numbered(connection: BaseBackend, records: ir.Table, doubled: ir.Table) -> ir.Table | None:
    """The records of keys that one file holds more than once, with a ``number`` for each aim; None where there are
    none."""
    if not fetch(doubled.limit(1)).height:
        return None
    several = keep(connection, records.semi_join(doubled, list(KEY)), "qar_several")
    frame = fetch(several.select(*KEY, *PLACE, "order", "LearnPlanEndDate", "LearnActEndDate"))
    numbers = small(connection, number_like_aims(frame), "qar_numbers")
    joined = several.inner_join(numbers, list(PLACE))
    return joined.select(several, numbers.number)


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
