"""Small questions that derived data and rules ask again and again, each spelt once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from openilr.derive.expressions import Expr, Record, if_
from openilr.spec.names import (
    EmploymentStatusMonitoring,
    LearnerEmploymentStatus,
    LearnerFAM,
    LearningDelivery,
    LearningDeliveryFAM,
)

Values = TypeVar("Values")

#: LARS basic skills types of English and maths aims, as the published rules list them.
ENGLISH_AND_MATHS = (
    "01", "11", "13", "20", "23", "24", "29", "31", "02", "12", "14", "19", "21", "25", "30", "32", "33", "34", "35",
)  # fmt: skip


def has_fam(record: Record, type: str, *codes: str) -> Expr:
    """Whether the aim (of this record) has a delivery FAM of this type (and one of these codes)."""
    if codes:
        return record.any(LearningDeliveryFAM, lambda f: (f.LearnDelFAMType == type) & f.LearnDelFAMCode.is_in(codes))
    return record.any(LearningDeliveryFAM, lambda f: f.LearnDelFAMType == type)


def has_fam_other_than(record: Record, type: str, *codes: str) -> Expr:
    """Whether the aim has a delivery FAM of this type whose code is none of these."""
    return record.any(LearningDeliveryFAM, lambda f: (f.LearnDelFAMType == type) & ~f.LearnDelFAMCode.is_in(codes))


def is_restart(record: Record) -> Expr:
    """Whether the aim (of this record) is a restart: it has a delivery FAM of type RES, whatever its code."""
    return has_fam(record, "RES")


def has_learner_fam(record: Record, type: str, *codes: int) -> Expr:
    """Whether the learner (of this record) has a learner FAM of this type (and one of these codes)."""
    if codes:
        return record.any(
            LearnerFAM, lambda f: (f.LearnFAMType == type) & f.LearnFAMCode.is_in(codes), within="Learner"
        )
    return record.any(LearnerFAM, lambda f: f.LearnFAMType == type, within="Learner")


def has_monitoring(status: Record, type: str, *codes: int) -> Expr:
    """Whether an employment status record has monitoring of this type, and one of these codes where any are given."""
    if codes:
        return status.any(EmploymentStatusMonitoring, lambda m: (m.ESMType == type) & m.ESMCode.is_in(codes))
    return status.any(EmploymentStatusMonitoring, lambda m: m.ESMType == type)


def date_of_status(record: Record, day: Expr) -> Expr:
    """From which day the employment status that applies on ``day`` was recorded; missing where none applies."""
    return record.last(
        LearnerEmploymentStatus, lambda e: e.DateEmpStatApp, lambda e: e.DateEmpStatApp <= day, within="Learner"
    )


def status_on(record: Record, day: Expr, where: Callable[[Record], Expr]) -> Expr:
    """Whether the employment status record that applies on ``day`` is as ``where`` asks. False where none applies."""
    since = date_of_status(record, day)
    return record.any(LearnerEmploymentStatus, lambda e: (e.DateEmpStatApp == since) & where(e), within="Learner")


def status_at_start(aim: Record, where: Callable[[Record], Expr]) -> Expr:
    """Whether the employment status on the aim's start date is as ``where`` asks."""
    return status_on(aim, aim.LearnStartDate, where)


def age_at_start(aim: Record) -> Expr:
    """Whole years on the aim's LearnStartDate."""
    return aim.DateOfBirth.years_until(aim.LearnStartDate)


def age_on_31_august(record: Record) -> Expr:
    """Whole years on 31 August of the teaching year."""
    return record.DateOfBirth.years_until(record.teaching_year.august_31)


def age_on_august_31_of_start(aim: Record) -> Expr:
    """Whole years on 31 August of the teaching year in which the aim started."""
    starts_before_august = aim.LearnStartDate.month < 8
    year = if_(starts_before_august, aim.LearnStartDate.year - 1, aim.LearnStartDate.year)
    had_birthday = aim.DateOfBirth.month <= 8
    return year - aim.DateOfBirth.year - if_(had_birthday, 0, 1)


def lars(aim: Record, column: str) -> Expr:
    """A column of the LARS learning aim that LearnAimRef names; missing where LARS does not know it."""
    return aim.lookup("lars", column, LearnAimRef=aim.LearnAimRef)


def is_english_or_maths(aim: Record) -> Expr:
    """Whether LARS gives the aim an English or maths basic skills type on its start date."""
    return aim.any(
        "lars_annual_value",
        lambda v: (
            v.BasicSkillsType.is_in([int(c) for c in ENGLISH_AND_MATHS])
            & (v.EffectiveFrom <= aim.LearnStartDate)
            & (v.EffectiveTo.missing | (aim.LearnStartDate <= v.EffectiveTo))
        ),
        same={"LearnAimRef": aim.LearnAimRef},
    )


def has_basic_skills_type(aim: Record, *types: int) -> Expr:
    """Whether LARS gives the aim one of these basic skills types on its start date."""
    return aim.any(
        "lars_annual_value",
        lambda v: (
            v.BasicSkillsType.is_in(types)
            & (v.EffectiveFrom <= aim.LearnStartDate)
            & (v.EffectiveTo.missing | (aim.LearnStartDate <= v.EffectiveTo))
        ),
        same={"LearnAimRef": aim.LearnAimRef},
    )


def ever_in_lars_category(aim: Record, *categories: int) -> Expr:
    """Whether LARS has the aim in one of these categories, on whatever dates."""
    return aim.any("lars_category", lambda c: c.CategoryRef.is_in(categories), same={"LearnAimRef": aim.LearnAimRef})


def is_in_lars(aim: Record) -> Expr:
    """Whether LARS knows the learning aim."""
    return aim.any("lars", same={"LearnAimRef": aim.LearnAimRef})


def in_lars_category(aim: Record, *categories: int) -> Expr:
    """Whether LARS puts the aim in one of these categories on its start date."""
    return aim.any(
        "lars_category",
        lambda c: (
            c.CategoryRef.is_in(categories)
            & (c.EffectiveFrom <= aim.LearnStartDate)
            & (c.EffectiveTo.missing | (aim.LearnStartDate <= c.EffectiveTo))
        ),
        same={"LearnAimRef": aim.LearnAimRef},
    )


def is_blank(value: Expr) -> Expr:
    """Whether a text was not returned, or holds nothing but white space."""
    return value.missing | (value.trimmed == "")


def yes_no(condition: Expr) -> Expr:
    """The published form of a yes-or-no item: Y or N."""
    return if_(condition, "Y", "N")


def programme_aim_matching(aim: Record, *same: str) -> Expr:
    """Whether the learner has a programme aim with the same values in these fields."""
    return aim.any(LearningDelivery, lambda o: o.AimType == 1, same=same)


def of_year(by_year: Mapping[str, Values], record: Record) -> Values:
    """What a table by year ("2526") says for the year of the record; years that it lacks go by its latest."""
    return by_year.get(record.teaching_year.name, by_year[max(by_year)])
