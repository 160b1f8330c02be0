"""Adds the code of each breakdown to the counted rows, and what is needed to find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure.declare import NOT_KNOWN, Dimension

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

#: One learner record: a provider's learner in one return of one year.
RECORD = ("year", "return", "ukprn", "learner_key")
#: PriorLevel, and PriorAttain of earlier years, in groups (source: ILR specification).
_PRIOR_LEVEL = (
    ((99,), "none"), ((1, 2), "below 2"), ((3,), "2"), ((4,), "full 2"), ((5,), "3"), ((6,), "full 3"),
    ((7, 8, 9, 10), "4+"), ((97,), "other"),
)  # fmt: skip
_PRIOR_ATTAIN = (
    ((99,), "none"), ((1, 7, 9), "below 2"), ((2,), "full 2"), ((3,), "full 3"), ((4, 5, 10, 11, 12, 13), "4+"),
    ((97,), "other"),
)  # fmt: skip


def with_codes(connection: BaseBackend, rows: ir.Table, wanted: list[Dimension]) -> ir.Table:
    """The rows with a text column for each breakdown, named ``by_`` and its name; null where not known."""
    if any(dimension.of_learner for dimension in wanted):
        learners = connection.table("learner").select(
            *RECORD, "Sex", "LLDDHealthProb", "Ethnicity", "home_region", "home_lad", "home_mca", "home_pcon",
            "imd_decile",
        )  # fmt: skip
        rows = _joined(rows, learners)
    if any(dimension.of_prior for dimension in wanted):
        rows = _joined(rows, _prior(connection))
    for fam in sorted({dimension.fam for dimension in wanted if dimension.fam}):
        from openilr.measure.aims import with_fam_code

        rows = with_fam_code(connection, rows, fam, fam)
    return rows.mutate(**{f"by_{d.name}": d.of(rows).cast("string").fill_null(NOT_KNOWN) for d in wanted})


def _joined(rows: ir.Table, more: ir.Table) -> ir.Table:
    joined = rows.left_join(more, [rows[name] == more[name] for name in RECORD])
    taken = set(rows.columns)
    return joined.select(rows, *(more[name] for name in more.columns if name not in taken))


def _prior(connection: BaseBackend) -> ir.Table:
    """The last prior attainment of each learner record that says a level; the older field where a year has that."""
    import ibis

    several = connection.table("prior_attain")
    place = ibis.struct({"on": several.DateLevelApp, "level": several.PriorLevel})
    latest = several.filter(several.PriorLevel != 98).mutate(place=place)
    latest = latest.group_by(list(RECORD)).agg(place=latest.place.max())
    levels = latest.select(*RECORD, prior_level=_group(latest.place["level"], _PRIOR_LEVEL))
    learners = connection.table("learner")
    if "PriorAttain" not in learners.columns:
        return levels
    older = learners.filter(learners.PriorAttain.notnull())
    return levels.union(older.select(*RECORD, prior_level=_group(older.PriorAttain, _PRIOR_ATTAIN)))


def _group(code: ir.IntegerValue, groups: tuple[tuple[tuple[int, ...], str], ...]) -> ir.Value:
    import ibis

    return ibis.cases(*((code.isin(codes), name) for codes, name in groups), else_=ibis.null("string"))
