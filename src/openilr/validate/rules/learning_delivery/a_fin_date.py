"""AFinDate: the dates of financial records, prices (TNP), payments (PMR) and price reductions (RIP).

TNP 1 total training price, 2 total assessment price, 3 residual training price, 4 residual assessment price; PMR 1
training payment, 2 assessment payment.
"""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import AppFinRecord
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learning_delivery.a_fin_type import is_payment, is_price, is_standard_programme

CORRECT = "Correct AFinDate, or remove the record."


def is_part_of_standard(f):
    return f.ProgType == 25


def achieved_or_left(f):
    """The day of achievement, or else the actual end."""
    return f.AchDate.or_(f.LearnActEndDate)


@rule(
    "AFinDate_03",
    AppFinRecord,
    summary="A financial record can not be dated after the file was prepared.",
    message="{AFinType} {AFinCode} is dated {AFinDate}, after the file was prepared on {FilePreparationDate}.",
    fix=CORRECT,
    cases="""
        AFinType | AFinDate   | FilePreparationDate | fires | why
        TNP      | 2026-01-02 | 2026-01-01          | yes   | the day after
        PMR      | 2026-01-02 | 2026-01-01          | yes   | whatever the type
        TNP      | 2026-01-01 | 2026-01-01          | no    | that very day
        TNP      |            | 2026-01-01          | no    | no date
    """,
)
def dated_after_the_file(f):
    return f.AFinDate > f.FilePreparationDate


@rule(
    "AFinDate_04",
    AppFinRecord,
    summary="A price of an apprenticeship framework can not be dated after its actual end.",
    message="The price TNP {AFinCode} is dated {AFinDate}, after the aim ended on {LearnActEndDate}.",
    fix=CORRECT,
    unless=(is_part_of_standard,),
    cases="""
        AFinType | AFinDate   | LearnActEndDate | ProgType | fires | why
        TNP      | 2026-01-02 | 2026-01-01      | 2        | yes   | the day after
        TNP      | 2026-01-02 | 2026-01-01      |          | yes   | no programme type
        TNP      | 2026-01-01 | 2026-01-01      | 2        | no    | that very day
        TNP      | 2026-01-02 |                 | 2        | no    | not ended
        PMR      | 2026-01-02 | 2026-01-01      | 2        | no    | a payment
        TNP      | 2026-01-02 | 2026-01-01      | 25       | no    | a standard: AFinDate_13
    """,
)
def price_after_end_of_framework(f):
    return is_price(f) & (f.AFinDate > f.LearnActEndDate)


def _after_residual(total: int, residual: int) -> Predicate:
    def total_after_residual(f: Record) -> Expr:
        earlier = f.any(AppFinRecord, lambda r: is_price(r, residual) & (r.AFinDate < f.AFinDate))
        return is_price(f, total) & earlier

    return total_after_residual


def _on_same_date(total: int, residual: int) -> Predicate:
    def residual_on_date_of_total(f: Record) -> Expr:
        same_day = f.any(AppFinRecord, lambda r: is_price(r, total) & (r.AFinDate == f.AFinDate))
        return is_price(f, residual) & same_day

    return residual_on_date_of_total


for _id, _total, _residual, _what in (("AFinDate_05", 1, 3, "training"), ("AFinDate_06", 2, 4, "assessment")):
    rule(
        _id,
        AppFinRecord,
        summary=f"No total {_what} price (TNP {_total}) follows a residual {_what} price (TNP {_residual}).",
        message=f"TNP {_total} is dated {{AFinDate}}, after a residual {_what} price, TNP {_residual}.",
        why="Once a residual price is agreed, later prices are residual prices as well.",
        fix=f"Record the later price as TNP {_residual}, or correct the dates.",
        cases=f"""
            AFinType | AFinCode    | AFinDate   | AFin                                         | fires | why
            TNP      | {_total}    | 2026-01-02 | TNP{_residual}@2026-01-01                    | yes   | total after residual
            TNP      | {_total}    | 2026-01-01 | TNP{_residual}@2026-01-01                    | no    | the same day is another rule's question
            TNP      | {_total}    | 2025-12-31 | TNP{_residual}@2026-01-01                    | no    | total before residual
            TNP      | {_total}    | 2026-01-02 | TNP{_residual}@2026-01-01 TNP{_residual}@2026-02-01 | yes   | after one of two
            TNP      | {_total}    | 2026-01-02 | TNP{3 - _total}@2026-01-01 TNP{7 - _residual}@2026-01-01 | no    | prices of the other kind
            TNP      | {_total}    | 2026-01-02 | PMR{_residual}@2026-01-01                    | no    | a payment
            PMR      | {_total}    | 2026-01-02 | TNP{_residual}@2026-01-01                    | no    | this is a payment
            TNP      | {3 - _total} | 2026-01-02 | TNP{_residual}@2026-01-01                  | no    | this is a price of the other kind
            TNP      | {_residual} | 2026-01-01 | TNP{_total}@2026-01-02                       | no    | the finding is on the total price
        """,
    )(_after_residual(_total, _residual))  # fmt: skip

for _id, _total, _residual, _what in (("AFinDate_07", 1, 3, "training"), ("AFinDate_08", 2, 4, "assessment")):
    rule(
        _id,
        AppFinRecord,
        summary=f"Total and residual {_what} price (TNP {_total} and {_residual}) have different dates.",
        message=f"TNP {_residual} is dated {{AFinDate}}, and so is a total {_what} price, TNP {_total}.",
        why="One price replaces the other from its date on; with equal dates neither is known to apply.",
        fix="Correct the dates: the residual price applies from a later day than the total price.",
        cases=f"""
            AFinType | AFinCode    | AFinDate   | AFin                                         | fires | why
            TNP      | {_residual} | 2026-01-01 | TNP{_total}@2026-01-01                       | yes   | the same day
            TNP      | {_residual} | 2026-01-02 | TNP{_total}@2026-01-01                       | no    | a day later
            TNP      | {_residual} | 2025-12-31 | TNP{_total}@2026-01-01                       | no    | a day earlier
            TNP      | {_residual} | 2026-01-01 | TNP{3 - _total}@2026-01-01                   | no    | a price of the other kind
            TNP      | {_residual} | 2026-01-01 | PMR{_total}@2026-01-01                       | no    | a payment
            PMR      | {_residual} | 2026-01-01 | TNP{_total}@2026-01-01                       | no    | this is a payment
            TNP      | {7 - _residual} | 2026-01-01 | TNP{_total}@2026-01-01                   | no    | this is a price of the other kind
            TNP      | {_residual} |            | TNP{_total}                                  | no    | no dates
        """,
    )(_on_same_date(_total, _residual))  # fmt: skip


@rule(
    "AFinDate_09",
    AppFinRecord,
    summary="A financial record of a standard can not be dated more than a year before the programme starts.",
    message="{AFinType} {AFinCode} is dated {AFinDate}, more than a year before the start on {LearnStartDate}.",
    fix=CORRECT,
    cases="""
        AimType | ProgType | LearnStartDate | AFinType | AFinDate   | fires | why
        1       | 25       | 2025-09-01     | TNP      | 2024-08-31 | yes   | a year and a day
        1       | 25       | 2025-09-01     | PMR      | 2024-08-31 | yes   | whatever the type
        1       | 25       | 2025-09-01     | TNP      | 2024-09-01 | no    | a year to the day
        1       | 25       | 2025-09-01     | TNP      | 2026-09-02 | no    | after the start
        1       | 25       | 2024-02-29     | TNP      | 2023-02-27 | yes   | start on a leap day
        1       | 25       | 2024-02-29     | TNP      | 2023-02-28 | no    | a year before the leap day
        3       | 25       | 2025-09-01     | TNP      | 2024-08-31 | no    | a component aim
        1       | 34       | 2025-09-01     | TNP      | 2024-08-31 | no    | another programme type
        1       | 25       | 2025-09-01     | TNP      |            | no    | no date
    """,
)
def more_than_a_year_before_start(f):
    return is_standard_programme(f) & (f.AFinDate < f.LearnStartDate.plus_years(-1))


@rule(
    "AFinDate_12",
    AppFinRecord,
    summary="A financial record of a standard is dated no later than two years after the actual end.",
    message="{AFinType} {AFinCode} is dated {AFinDate}, more than two years after the end on {LearnActEndDate}.",
    fix=CORRECT,
    cases="""
        AimType | ProgType | LearnActEndDate | AFinType | AFinDate   | fires | why
        1       | 25       | 2023-09-01      | TNP      | 2025-09-02 | yes   | two years and a day
        1       | 25       | 2023-09-01      | PMR      | 2025-09-02 | yes   | whatever the type
        1       | 25       | 2023-09-01      | PMR      | 2025-09-01 | no    | two years to the day
        1       | 25       | 2023-09-01      | PMR      | 2021-08-31 | no    | long before
        1       | 25       | 2024-02-29      | PMR      | 2026-03-01 | yes   | ended on a leap day
        1       | 25       | 2024-02-29      | PMR      | 2026-02-28 | no    | two years after the leap day
        1       | 25       |                 | PMR      | 2025-09-02 | no    | not ended
        3       | 25       | 2023-09-01      | PMR      | 2025-09-02 | no    | a component aim
        1       | 34       | 2023-09-01      | PMR      | 2025-09-02 | no    | another programme type
    """,
)
def more_than_two_years_after_end(f):
    return is_standard_programme(f) & (f.AFinDate > f.LearnActEndDate.plus_years(2))


@rule(
    "AFinDate_13",
    AppFinRecord,
    summary="A price of a standard can not be dated after the achievement, nor after a withdrawal.",
    message="The price TNP {AFinCode} is dated {AFinDate}, but the apprentice achieved or left on {end}.",
    show={"end": achieved_or_left},
    fix=CORRECT,
    cases="""
        ProgType | AFinType | AFinDate   | AchDate    | WithdrawReason | LearnActEndDate | fires | why
        25       | TNP      | 2026-01-02 | 2026-01-01 |                | 2025-12-01      | yes   | the day after achieving
        25       | TNP      | 2026-01-01 | 2026-01-01 |                | 2025-12-01      | no    | that very day, after the end
        25       | TNP      | 2026-01-02 |            | 2              | 2026-01-01      | yes   | the day after leaving
        25       | TNP      | 2026-01-01 |            | 2              | 2026-01-01      | no    | that very day
        25       | TNP      | 2026-01-02 | 2026-01-02 | 2              | 2026-01-01      | no    | the achievement date counts
        25       | TNP      | 2026-01-03 | 2026-01-02 | 2              | 2026-01-01      | yes   | after that too
        25       | TNP      | 2026-01-02 |            |                | 2026-01-01      | no    | neither achieved nor withdrawn
        25       | TNP      | 2026-01-02 |            | 2              |                 | no    | no end date
        25       | PMR      | 2026-01-02 | 2026-01-01 |                | 2025-12-01      | no    | a payment
        34       | TNP      | 2026-01-02 | 2026-01-01 |                | 2025-12-01      | no    | another programme type
    """,
)
def price_after_achievement_or_withdrawal(f):
    after_achieving = f.AFinDate > f.AchDate
    after_leaving = f.AchDate.missing & f.WithdrawReason.known & (f.AFinDate > f.LearnActEndDate)
    return is_part_of_standard(f) & is_price(f) & (after_achieving | after_leaving)


@rule(
    "AFinDate_14",
    AppFinRecord,
    summary="A payment can not be dated after the file was prepared.",
    message="The payment PMR {AFinCode} is dated {AFinDate}, after the file was prepared on {FilePreparationDate}.",
    why="A payment is recorded once it was made.",
    fix="Correct AFinDate, or leave the payment out until it is made.",
    cases="""
        AFinType | AFinDate   | FilePreparationDate | fires | why
        PMR      | 2026-01-02 | 2026-01-01          | yes   | the day after
        PMR      | 2026-01-01 | 2026-01-01          | no    | that very day
        PMR      |            | 2026-01-01          | no    | no date
        TNP      | 2026-01-02 | 2026-01-01          | no    | a price
    """,
)
def payment_after_the_file(f):
    return is_payment(f) & (f.AFinDate > f.FilePreparationDate)
