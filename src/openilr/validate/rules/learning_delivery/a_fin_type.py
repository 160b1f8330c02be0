"""AFinType, AFinCode and AFinAmount: which financial records an apprenticeship has.

TNP 1 total training price, 2 total assessment price, 3 residual training price, 4 residual assessment price; PMR 1
training payment, 2 assessment payment, 3 payment returned to the employer; RIP 1 price
reduction for prior learning.
"""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import AppFinRecord, LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.shapes import coded_pair_is_listed, list_used

#: Pounds, the limits that AFinType_15 and AFinType_16 give for RIP 1.
MOST_REDUCTION, LEAST_REDUCTION = 18000, 5


def is_price(f: Record, *codes: int) -> Expr:
    """Whether a financial record is a price, and one of these codes where any are given."""
    return (f.AFinType == "TNP") & f.AFinCode.is_in(codes) if codes else f.AFinType == "TNP"


def is_payment(f: Record, *codes: int) -> Expr:
    """Whether a financial record is a payment, and one of these codes where any are given."""
    return (f.AFinType == "PMR") & f.AFinCode.is_in(codes) if codes else f.AFinType == "PMR"


def has_price(aim: Record, *codes: int) -> Expr:
    return aim.any(AppFinRecord, lambda f: is_price(f, *codes))


def has_payment(aim: Record, *codes: int) -> Expr:
    return aim.any(AppFinRecord, lambda f: is_payment(f, *codes))


def is_reduction(f: Record) -> Expr:
    return (f.AFinType == "RIP") & (f.AFinCode == 1)


def is_standard_programme(record: Record) -> Expr:
    return (record.AimType == 1) & (record.ProgType == 25)


def is_trailblazer_programme(record: Record) -> Expr:
    return (record.FundModel == 81) & is_standard_programme(record)


def is_funded_programme(record: Record) -> Expr:
    return (record.FundModel == 36) & (record.AimType == 1)


def is_non_funded_standard(aim):
    return (aim.FundModel == 99) & (aim.ProgType == 25)


def is_part_of_standard(f):
    return f.ProgType == 25


@rule(
    "AFinType_01",
    LearningDelivery,
    summary="A trailblazer apprenticeship must have a total training price (TNP 1).",
    message="The trailblazer programme aim has no TNP 1 record.",
    fix="Add a financial record TNP 1 with the total training price.",
    cases="""
        FundModel | ProgType | AimType | AFin           | fires | why
        81        | 25       | 1       |                | yes   | none
        81        | 25       | 1       | TNP2=500       | yes   | assessment price only
        81        | 25       | 1       | TNP3=500       | yes   | residual price only
        81        | 25       | 1       | PMR1=500       | yes   | a payment only
        81        | 25       | 1       | TNP2=9 TNP1=90 | no    | returned
        81        | 25       | 3       |                | no    | a component aim
        81        | 24       | 1       |                | no    | another programme type
        81        |          | 1       |                | no    | no programme type
        36        | 25       | 1       |                | no    | another funding model: AFinType_12
    """,
)
def trailblazer_without_training_price(aim):
    return is_trailblazer_programme(aim) & ~has_price(aim, 1)


@rule(
    "AFinType_02",
    AppFinRecord,
    summary="AFinCode must be a code of its AFinType.",
    message="AFinCode {AFinCode} is not in the list of codes of AFinType {AFinType} {list}.",
    show={"list": list_used("AFinCode")},
    fix="Look the codes up in the year's ILR specification and correct AFinType or AFinCode.",
    cases="""
        AFinType | AFinCode | years | fires | why
        TNP      | 1        |       | no    | listed
        TNP      | 2        |       | no    | listed
        TNP      | 3        |       | no    | listed
        TNP      | 4        |       | no    | listed
        PMR      | 1        |       | no    | listed
        PMR      | 2        |       | no    | listed
        PMR      | 3        |       | no    | listed
        TNP      | 5        |       | yes   | no such price
        PMR      | 4        |       | yes   | a code of TNP, not of PMR
        XYZ      | 1        |       | yes   | no such type
        RIP      | 1        | 2526  | yes   | not yet a type
        RIP      | 1        | 2627  | no    | price reduction
        RIP      | 2        | 2627  | yes   | no such reduction
                 | 1        |       | no    | no type
        TNP      |          |       | no    | no code: the schema asks for it
    """,
)
def code_not_of_type(f):
    return f.AFinType.known & f.AFinCode.known & ~coded_pair_is_listed(f, "AFinType", "AFinCode")


@rule(
    "AFinType_04",
    AppFinRecord,
    summary="Financial records belong on programme aims of funded apprenticeships only.",
    message="{AFinType} {AFinCode} stands on an aim with AimType {AimType}, FundModel {FundModel} and ProgType {ProgType}.",
    fix="Remove the financial record, or move it to the programme aim.",
    cases="""
        FundModel | ProgType | AimType | AFinType | fires | why
        36        | 25       | 1       | TNP      | no    | funded apprenticeship
        36        |          | 1       | PMR      | no    | the same, whatever the programme type
        81        | 25       | 1       | TNP      | no    | trailblazer
        36        | 25       | 3       | TNP      | yes   | a component aim
        81        | 25       | 3       | PMR      | yes   | a component aim of a trailblazer
        81        |          | 1       | TNP      | yes   | other adult, no standard
        99        | 25       | 1       | TNP      | yes   | not funded
        38        |          | 4       | TNP      | yes   | adult skills
                  | 25       | 1       | TNP      | yes   | funding model blank
    """,
)
def not_on_a_funded_programme(f):
    return ~(is_trailblazer_programme(f) | is_funded_programme(f))


@rule(
    "AFinType_07",
    LearningDelivery,
    summary="An assessment payment (PMR 2) for a standard needs an assessment price (TNP 2 or 4).",
    message="The programme aim has an assessment payment, PMR 2, but no assessment price, TNP 2 or 4.",
    fix="Add the assessment price, or correct the payment.",
    cases="""
        ProgType | AimType | AFin            | fires | why
        25       | 1       | PMR2=9          | yes   | payment without a price
        25       | 1       | PMR2=9 TNP1=90  | yes   | training price only
        25       | 1       | PMR2=9 TNP3=90  | yes   | residual training price only
        25       | 1       | PMR2=9 TNP2=90  | no    | assessment price
        25       | 1       | PMR2=9 TNP4=90  | no    | residual assessment price
        25       | 1       | PMR1=9          | no    | a training payment: AFinType_14
        25       | 1       |                 | no    | no payment
        25       | 3       | PMR2=9          | no    | a component aim
        34       | 1       | PMR2=9          | no    | another programme type
    """,
)
def assessment_payment_without_price(aim):
    return is_standard_programme(aim) & has_payment(aim, 2) & ~has_price(aim, 2, 4)


@rule(
    "AFinType_08",
    AppFinRecord,
    summary="Residual prices (TNP 3 and 4) belong to FundModel 36.",
    message="TNP {AFinCode}, a residual price, stands on FundModel {FundModel}.",
    fix="Remove the record, or correct FundModel.",
    cases="""
        AFinType | AFinCode | FundModel | fires | why
        TNP      | 3        | 81        | yes   | trailblazer
        TNP      | 4        | 99        | yes   | not funded
        TNP      | 3        |           | yes   | funding model blank
        TNP      | 3        | 36        | no    | apprenticeship funding
        TNP      | 4        | 36        | no    | the same
        TNP      | 1        | 81        | no    | a total price
        PMR      | 3        | 81        | no    | a payment
    """,
)
def residual_price_outside_apprenticeships(f):
    return is_price(f, 3, 4) & (f.FundModel != 36)


@rule(
    "AFinType_10",
    LearningDelivery,
    summary="A standard should have an assessment price (TNP 2 or 4).",
    message="The programme aim of the standard has no assessment price, TNP 2 or 4.",
    fix="Add the price that was agreed with the assessment organisation, once it is known.",
    unless=(is_non_funded_standard,),
    cases="""
        ProgType | AimType | FundModel | AFin         | fires | why
        25       | 1       | 36        |              | yes   | none
        25       | 1       | 36        | TNP1=9       | yes   | training price only
        25       | 1       | 36        | TNP3=9       | yes   | residual training price only
        25       | 1       | 36        | PMR2=9       | yes   | a payment only
        25       | 1       | 81        |              | yes   | trailblazer
        25       | 1       | 36        | TNP1=9 TNP2=1 | no   | assessment price
        25       | 1       | 36        | TNP4=1       | no    | residual assessment price
        25       | 1       | 99        |              | no    | not funded
        25       | 3       | 36        |              | no    | a component aim
        34       | 1       | 36        |              | no    | another programme type
    """,
)
def standard_without_assessment_price(aim):
    return is_standard_programme(aim) & ~has_price(aim, 2, 4)


@rule(
    "AFinType_11",
    AppFinRecord,
    summary="A funded apprenticeship framework has no assessment codes (2 or 4).",
    message="{AFinType} {AFinCode} is about end-point assessment, which frameworks do not have.",
    fix="Remove the record, or correct AFinCode.",
    unless=(is_part_of_standard,),
    cases="""
        FundModel | ProgType | AFinType | AFinCode | fires | why
        36        | 2        | TNP      | 2        | yes   | assessment price
        36        | 2        | TNP      | 4        | yes   | residual assessment price
        36        | 2        | PMR      | 2        | yes   | assessment payment
        36        |          | TNP      | 2        | yes   | no programme type
        36        | 2        | TNP      | 1        | no    | training price
        36        | 2        | TNP      | 3        | no    | residual training price
        36        | 25       | TNP      | 2        | no    | a standard
        81        | 2        | TNP      | 2        | no    | another funding model
    """,
)
def assessment_on_framework(f):
    return (f.FundModel == 36) & f.AFinCode.is_in(2, 4)


@rule(
    "AFinType_12",
    LearningDelivery,
    summary="A funded apprenticeship must have a price.",
    message="The programme aim has no price, TNP.",
    why="Payments are worked out from the price.",
    fix="Add a financial record of type TNP with the agreed price.",
    cases="""
        FundModel | AimType | AFin     | fires | why
        36        | 1       |          | yes   | none
        36        | 1       | PMR1=9   | yes   | a payment only
        36        | 1       | TNP1=9   | no    | training price
        36        | 1       | TNP4=9   | no    | whatever the code
        36        | 3       |          | no    | a component aim
        81        | 1       |          | no    | another funding model
    """,
)
def apprenticeship_without_price(aim):
    return is_funded_programme(aim) & ~has_price(aim)


@rule(
    "AFinType_13",
    LearningDelivery,
    summary="A funded apprenticeship must have a price that applies from its first day.",
    message="The programme aim has no price, TNP, dated {LearnStartDate}, when it starts.",
    fix="Correct AFinDate of the first price or LearnStartDate, so that they are the same.",
    cases="""
        FundModel | AimType | LearnStartDate | AFin                              | fires | why
        36        | 1       | 2025-09-01     | TNP1=9@2025-09-01                 | no    | from the first day
        36        | 1       | 2025-09-01     | TNP2=9@2025-09-01                 | no    | whatever the code
        36        | 1       | 2025-09-01     | TNP1=9@2025-08-31                 | yes   | the day before
        36        | 1       | 2025-09-01     | TNP1=9@2025-09-02                 | yes   | the day after
        36        | 1       | 2025-09-01     | TNP1=9@2025-09-02 TNP2=1@2025-09-01 | no  | one of two
        36        | 1       | 2025-09-01     | PMR1=9@2025-09-01                 | yes   | a payment
        36        | 1       | 2025-09-01     |                                   | yes   | no price at all
        36        | 3       | 2025-09-01     |                                   | no    | a component aim
        81        | 1       | 2025-09-01     |                                   | no    | another funding model
    """,
)
def no_price_from_the_start(aim):
    from_start = aim.any(AppFinRecord, lambda f: is_price(f) & (f.AFinDate == aim.LearnStartDate))
    return is_funded_programme(aim) & ~from_start


@rule(
    "AFinType_14",
    LearningDelivery,
    summary="A training payment (PMR 1) needs a training price (TNP 1 or 3).",
    message="The programme aim has a training payment, PMR 1, but no training price, TNP 1 or 3.",
    fix="Add the training price, or correct the payment.",
    cases="""
        AimType | AFin           | years | fires | why
        1       | PMR1=9         |       | yes   | payment without a price
        1       | PMR1=9 TNP2=90 |       | yes   | assessment price only
        1       | PMR1=9 TNP4=90 |       | yes   | residual assessment price only
        1       | PMR1=9 TNP1=90 |       | no    | training price
        1       | PMR1=9 TNP3=90 |       | no    | residual training price
        1       | PMR2=9         |       | no    | an assessment payment: AFinType_07
        1       | RIP1=9         | 2627  | no    | a price reduction is no payment
        1       |                |       | no    | no payment
        3       | PMR1=9         |       | no    | a component aim
    """,
)
def training_payment_without_price(aim):
    return (aim.AimType == 1) & has_payment(aim, 1) & ~has_price(aim, 1, 3)


@rule(
    "AFinType_15",
    AppFinRecord,
    summary="A price reduction for prior learning (RIP 1) can not be more than £18,000.",
    message="RIP 1 is £{AFinAmount}, more than £18,000.",
    fix="Check the reduction and correct AFinAmount.",
    cases="""
        AFinType | AFinCode | AFinAmount | fires | why
        RIP      | 1        | 18001      | yes   | a pound too much
        RIP      | 1        | 18000      | no    | the most
        RIP      | 1        |            | no    | no amount
        RIP      | 2        | 18001      | no    | another code
        TNP      | 1        | 18001      | no    | a price
    """,
)
def reduction_too_large(f):
    return is_reduction(f) & (f.AFinAmount > MOST_REDUCTION)


@rule(
    "AFinType_16",
    AppFinRecord,
    summary="A price reduction for prior learning (RIP 1) can not be less than £5.",
    message="RIP 1 is £{AFinAmount}, less than £5.",
    fix="Check the reduction and correct AFinAmount.",
    cases="""
        AFinType | AFinCode | AFinAmount | fires | why
        RIP      | 1        | 4          | yes   | a pound too little
        RIP      | 1        | 0          | yes   | nothing
        RIP      | 1        | 5          | no    | the least
        RIP      | 1        |            | no    | no amount
        RIP      | 2        | 4          | no    | another code
        TNP      | 1        | 4          | no    | a price
    """,
)
def reduction_too_small(f):
    return is_reduction(f) & (f.AFinAmount < LEAST_REDUCTION)
