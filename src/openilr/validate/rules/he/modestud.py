"""MODESTUD, SPECFEE and TYPEYR: how the aim is studied, under which fee, and in which kind of year."""

from openilr.derive.expressions import Expr, if_
from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup


def academic_year_of(day: Expr) -> Expr:
    """The calendar year in which the academic year of this day began."""
    return if_(day.month < 8, day.year - 1, day.year)


lookup("MODESTUD_01", LearningDeliveryHE, "MODESTUD", known="1 2 3 99", unknown="4")


@rule(
    "MODESTUD_03",
    LearningDeliveryHE,
    summary="The final year of a full-time course of less than 24 weeks (SPECFEE 4 or 5) is studied part-time (MODESTUD 3).",
    message="SPECFEE is {SPECFEE}, but MODESTUD is {MODESTUD}, not 3.",
    fix="Record MODESTUD 3, or correct SPECFEE.",
    cases="""
        LearnStartDate | SPECFEE | MODESTUD | fires | why
        2009-08-01     | 4       | 1        | yes   | first day
        2009-07-31     | 4       | 1        | no    | the day before
        2025-09-01     | 5       | 2        | yes   | the other code
        2025-09-01     | 5       | 3        | no    | part-time
        2025-09-01     | 4       |          | yes   | blank is not part-time
        2025-09-01     | 3       | 1        | no    | another fee
    """,
)
def short_final_year_not_part_time(he):
    return (he.LearnStartDate >= "2009-08-01") & he.SPECFEE.is_in(4, 5) & (he.MODESTUD != 3)


lookup("SPECFEE_01", LearningDeliveryHE, "SPECFEE", known="0 1 2 3 4 5 9", unknown="6")


@rule(
    "SPECFEE_02",
    LearningDeliveryHE,
    summary="A sandwich year out (MODESTUD 2) has the fee of a sandwich placement (SPECFEE 1).",
    message="MODESTUD is 2, a sandwich year out, but SPECFEE is {SPECFEE}, not 1.",
    fix="Record SPECFEE 1, or correct MODESTUD.",
    cases="""
        LearnStartDate | MODESTUD | SPECFEE | fires | why
        2009-08-01     | 2        | 0       | yes   | first day
        2009-07-31     | 2        | 0       | no    | the day before
        2025-09-01     | 2        | 1       | no    | sandwich placement
        2025-09-01     | 2        |         | yes   | blank is not a sandwich placement
        2025-09-01     | 1        | 0       | no    | another mode of study
    """,
)
def year_out_without_its_fee(he):
    return (he.LearnStartDate >= "2009-08-01") & (he.MODESTUD == 2) & (he.SPECFEE != 1)


lookup("TYPEYR_01", LearningDeliveryHE, "TYPEYR", known="1 2", unknown="3")


@rule(
    "TYPEYR_02",
    LearningDeliveryHE,
    summary="A year that was completed (FUNDCOMP 1), begun and ended in one academic year, has TYPEYR 1.",
    message="The aim ran from {LearnStartDate} to {LearnActEndDate} and FUNDCOMP is 1, but TYPEYR is {TYPEYR}, not 1.",
    fix="Record TYPEYR 1, or correct FUNDCOMP or the dates.",
    cases="""
        LearnStartDate | LearnActEndDate | FUNDCOMP | TYPEYR | fires | why
        2009-08-01     | 2010-07-31      | 1        | 2      | yes   | first day; first and last day of a year
        2009-07-31     | 2009-07-31      | 1        | 2      | no    | the day before
        2024-09-01     | 2025-08-01      | 1        | 2      | no    | ends in the next year
        2025-07-31     | 2025-08-01      | 1        | 2      | no    | same calendar year, two academic years
        2024-12-31     | 2025-01-01      | 1        | 2      | yes   | two calendar years, one academic year
        2025-09-01     | 2025-12-01      | 1        | 1      | no    | TYPEYR 1
        2025-09-01     | 2025-12-01      | 1        |        | yes   | blank is not 1
        2025-09-01     | 2025-12-01      | 2        | 2      | no    | not completed
        2025-09-01     | 2025-12-01      |          | 2      | no    | FUNDCOMP not returned
        2025-09-01     |                 | 1        | 2      | no    | not ended
    """,
)
def completed_within_a_year_of_another_type(he):
    one_year = academic_year_of(he.LearnStartDate) == academic_year_of(he.LearnActEndDate)
    ended = (he.LearnStartDate >= "2009-08-01") & he.LearnActEndDate.known & one_year
    return ended & (he.FUNDCOMP == 1) & (he.TYPEYR != 1)
