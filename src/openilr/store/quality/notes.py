"""Which notes go with which fields: one answer for tables, extracts, releases, the catalogue and pages.

A number that is made of fields carries what is known of them: one sentence for each that is not rated good, and the
caution that a difference is not an effect. Columns that the store derived carry the notes of what they came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from openilr import years
from openilr.store.quality.facts import CAUTIONS
from openilr.store.tables import kept_entities, table_name

#: What the columns that are derived on acceptance (``openilr.store.enrich``) come from.
DERIVED_FROM = {
    "person_key": ("Learner.ULN",),
    "age_aug31": ("Learner.DateOfBirth",),
    "age_start": ("Learner.DateOfBirth", "LearningDelivery.LearnStartDate"),
    "programme_level": ("LearningDelivery.ProgType", "LearningDelivery.StdCode"),
    "distance_band": ("Learner.Postcode", "LearningDelivery.DelLocPostCode"),
    **dict.fromkeys(
        ("home_region", "home_lad", "home_lsoa", "home_mca", "home_pcon", "imd_decile", "imd_edition"),
        ("Learner.Postcode",),
    ),
    **dict.fromkeys(
        ("delivery_region", "delivery_lad", "delivery_mca", "delivery_pcon"), ("LearningDelivery.DelLocPostCode",)
    ),
    **dict.fromkeys(
        ("aim_level", "learn_aim_ref_type", "awarding_body", "guided_hours", "basic_skills_type",
         "full_level2_percent", "full_level3_percent"),
        ("LearningDelivery.LearnAimRef",),
    ),
    **dict.fromkeys(("ssa1", "ssa2"), ("LearningDelivery.LearnAimRef", "LearningDelivery.StdCode")),
}  # fmt: skip
CAUSES = CAUTIONS[1]


def not_measured(state: str) -> list[str]:
    """What goes with numbers of a state (``2526-R14``, or a snapshot ``2526-R14-1``) whose quality nobody has
    measured."""
    year, name, *frozen = state.split("-")
    how = f"--snapshot {state}" if frozen else f"--year {year} --return {name}"
    return [
        f"How good the fields behind this are was not measured for {state}; `ilr store quality {how}` does.",
        CAUSES,
    ]


def sources(names: Iterable[str]) -> list[str]:
    """The fields behind names of fields (``Learner.Sex``) and of columns of the national views, alone (``Sex``,
    ``ssa1``) or with their table (``learner.Sex``); each once. A column of a linked source has none."""
    return list(dict.fromkeys(path for name in names for path in _sources(name)))


def _sources(name: str) -> tuple[str, ...]:
    table, _, column = name.rpartition(".")
    if column in DERIVED_FROM:
        return DERIVED_FROM[column]
    return tuple(path for of, path in _fields().get(column, ()) if table in ("", of, path.rpartition(".")[0]))


@cache
def _fields() -> dict[str, tuple[tuple[str, str], ...]]:
    """By the name of a column: (table, dotted name of the field) in all years."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for year in years.available():
        for entity in kept_entities(years.load(year).schema):
            for field in entity.fields:
                found.setdefault(field.name, {})[table_name(entity.name), field.path] = None
    return {name: tuple(places) for name, places in found.items()}
