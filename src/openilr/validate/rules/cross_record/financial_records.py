"""Apprenticeship financial records: prices agreed (TNP), payments received (PMR), reductions (RIP), and hours beside them.

TNP 1 and 3 are training prices, 2 and 4 assessment prices. PMR 1 and 2 are payments by the employer, 3 is money that the
provider paid back.
"""

from openilr.derive.dd17 import agreed_price, applied_at_start, dd17
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import AppFinRecord, HRSRecord, LearningDelivery
from openilr.validate.rule import rule


def is_non_funded(aim: Record) -> Expr:
    return aim.FundModel == 99


def is_standard_programme(record: Record) -> Expr:
    """Whether the aim (of this record) is the programme aim of an apprenticeship standard."""
    return (record.AimType == 1) & (record.ProgType == 25)


def _payments(aim: Record, *codes: int) -> Expr:
    return aim.total(
        AppFinRecord,
        lambda r: r.AFinAmount,
        lambda r: (r.AFinType == "PMR") & r.AFinCode.is_in(codes) & (r.AimType == 1),
        same=["ProgType", "StdCode"],
        within="Learner",
    )


def paid_by_employer(aim: Record) -> Expr:
    """Payments less what was paid back, over the learner's programme aims of the standard."""
    return _payments(aim, 1, 2) - _payments(aim, 3)


@rule(
    "R_72",
    LearningDelivery,
    summary="On a trailblazer standard below the government's cap, the employer pays at most a third of the agreed price.",
    message="The employer paid {paid}, more than a third of the agreed price of {price}.",
    show={"paid": paid_by_employer, "price": agreed_price},
    fix="Check the PMR records of all programme aims of the standard, and the latest TNP 1 and TNP 2.",
    cases="""
        FundModel | AimType | ProgType | StdCode | LearnStartDate | AFin | Other | lars_standard_funding | fires | why
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1001@2017-02-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | yes | a pound too much
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1000@2017-02-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | exactly a third
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=600@2017-02-01 PMR2=401@2017-03-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | yes | both kinds of payment
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1001@2017-02-01 PMR3=1@2017-03-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | a pound was paid back
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 TNP1=2003@2017-06-01 PMR1=1001@2017-02-01 |  | CoreGovContributionCap=2003 EffectiveFrom=2015-01-01 | no  | the latest price counts
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1001@2017-02-01 |  | CoreGovContributionCap=1999 EffectiveFrom=2015-01-01 | no  | above the cap: R_73
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=600@2017-02-01 | AimType=1 ProgType=25 StdCode=7 AFin=PMR1=401@2017-03-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | yes | payments on both programme aims
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=600@2017-02-01 | AimType=1 ProgType=25 StdCode=8 AFin=PMR1=401@2017-03-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | another standard
        81 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=600@2017-02-01 | AimType=3 ProgType=25 StdCode=7 AFin=PMR1=401@2017-03-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | the other is no programme aim
        81 | 1 | 25 | 7 | 2017-01-01 | PMR1=1@2017-02-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | yes | paid without an agreed price
        36 | 1 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1001@2017-02-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | another funding model
        81 | 3 | 25 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1001@2017-02-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | no programme aim
        81 | 1 | 24 | 7 | 2017-01-01 | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1001@2017-02-01 |  | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | no standard
    """,
)  # fmt: skip
def employer_paid_more_than_a_third(aim):
    is_trailblazer = (aim.FundModel == 81) & is_standard_programme(aim)
    return is_trailblazer & ~dd17(aim) & (paid_by_employer(aim) * 3 > agreed_price(aim))


@rule(
    "R_73",
    LearningDelivery,
    summary="On a trailblazer standard above the government's cap, the employer pays at most what the cap leaves.",
    message="The employer paid {paid}, more than the agreed price of {price} less the government's cap.",
    show={"paid": paid_by_employer, "price": agreed_price},
    fix="Check the PMR records of all programme aims of the standard, and the latest TNP 1 and TNP 2.",
    cases="""
        FundModel | AimType | ProgType | StdCode | LearnStartDate | OrigLearnStartDate | AFin | lars_standard_funding | fires | why
        81 | 1 | 25 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4001@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | yes | a pound too much
        81 | 1 | 25 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4000@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | exactly what the cap leaves
        81 | 1 | 25 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR2=4002@2017-02-01 PMR3=2@2017-03-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no | two pounds were paid back
        81 | 1 | 25 | 7 | 2017-01-01 |            | TNP1=2000@2017-01-01 TNP2=1000@2017-01-01 PMR1=1500@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | not above the cap: R_72
        81 | 1 | 25 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4001@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2017-01-02 | no  | no cap on the first day
        81 | 1 | 25 | 7 | 2017-01-02 | 2017-01-01 | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4001@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 EffectiveTo=2017-01-01; CoreGovContributionCap=1000 EffectiveFrom=2017-01-02 | yes | the cap of the original start
        36 | 1 | 25 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4001@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | another funding model
        81 | 3 | 25 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4001@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | no programme aim
        81 | 1 | 24 | 7 | 2017-01-01 |            | TNP1=5000@2017-01-01 TNP2=1000@2017-01-01 PMR1=4001@2017-02-01 | CoreGovContributionCap=2000 EffectiveFrom=2015-01-01 | no  | no standard
    """,
)  # fmt: skip
def employer_paid_more_than_the_cap_leaves(aim):
    too_much = aim.any(
        "lars_standard_funding",
        lambda cap: (
            applied_at_start(aim, cap)
            & (paid_by_employer(aim) > agreed_price(aim) - cap.CoreGovContributionCap)
            & (agreed_price(aim) * 2 > cap.CoreGovContributionCap * 3)
        ),
        same={"StandardCode": aim.StdCode},
    )
    return (aim.FundModel == 81) & is_standard_programme(aim) & too_much


@rule(
    "R_100",
    LearningDelivery,
    summary="A completed apprenticeship standard must have an assessment price (TNP 2 or 4).",
    message="CompStatus is 2, completed, but no assessment price is recorded on this programme aim.",
    why="A standard is training and an assessment at its end: a completed one had both.",
    fix="Record the agreed assessment price as TNP 2, or TNP 4 for what remains of it.",
    unless=(is_non_funded,),
    cases="""
        AimType | ProgType | FundModel | CompStatus | AFin                       | fires | why
        1       | 25       | 36        | 2          | TNP1=5000@2025-09-01       | yes   | only a training price
        1       | 25       | 36        | 2          |                            | yes   | no price at all
        1       | 25       | 36        | 2          | TNP2=500@2025-09-01        | no    | assessment price
        1       | 25       | 36        | 2          | TNP4=500@2025-09-01        | no    | remaining assessment price
        1       | 25       | 36        | 2          | PMR2=500@2025-09-01        | yes   | a payment is no price
        1       | 25       | 36        | 1          |                            | no    | not completed
        3       | 25       | 36        | 2          |                            | no    | no programme aim
        1       | 32       | 37        | 2          |                            | no    | no standard
        1       | 25       | 99        | 2          |                            | no    | not funded
    """,
)
def completed_standard_has_assessment_price(aim):
    price = aim.none(AppFinRecord, lambda r: (r.AFinType == "TNP") & r.AFinCode.is_in(2, 4))
    return is_standard_programme(aim) & (aim.CompStatus == 2) & price


@rule(
    "R_119",
    AppFinRecord,
    summary="A price (TNP) of an aim started since February 2019 must not be dated before the aim began.",
    message="TNP {AFinCode} is dated {AFinDate}, before the aim started on {LearnStartDate}.",
    fix="Record in AFinDate the day from which the price applies: the start of the aim or later.",
    cases="""
        LearnStartDate | AFinType | AFinCode | AFinDate   | fires | why
        2025-09-01     | TNP      | 1        | 2025-08-31 | yes   | a day before
        2025-09-01     | TNP      | 1        | 2025-09-01 | no    | on the first day
        2025-09-01     | TNP      |          | 2025-08-31 | no    | no code
        2025-09-01     | PMR      | 1        | 2025-08-31 | no    | a payment
        2019-02-01     | TNP      | 4        | 2019-01-31 | yes   | the first start that the rule is for
        2019-01-31     | TNP      | 1        | 2019-01-30 | no    | a start before the rule
        2025-09-01     | TNP      | 1        |            | no    | no date
    """,
)
def price_is_dated_before_the_aim(record):
    is_price = (record.AFinType == "TNP") & record.AFinCode.known
    return (record.LearnStartDate >= "2019-02-01") & is_price & (record.AFinDate < record.LearnStartDate)


@rule(
    "R_142",
    AppFinRecord,
    summary="A price (TNP) on a withdrawn standard, or one in a break, must be dated before the open programme aim (started "
    "since August 2022) began.",
    message="TNP {AFinCode} is dated {AFinDate} on a closed programme aim, when the open one had begun.",
    why="Prices since the new start belong on the open programme aim.",
    fix="Move the price to the open programme aim, or correct AFinDate.",
    cases="""
        AimType | ProgType | CompStatus | LearnActEndDate | AFinType | AFinCode | AFinDate | LearningDelivery | fires | why
        1 | 25 | 6 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | yes | on the day of the new start
        1 | 25 | 3 | 2024-01-31 | TNP | 1 | 2024-06-02 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | yes | after it
        1 | 25 | 6 | 2024-01-31 | TNP | 1 | 2024-05-31 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | no  | the day before
        1 | 25 | 2 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | no  | completed
        1 | 25 | 6 |            | TNP | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | no  | not closed
        1 | 25 | 6 | 2024-01-31 | PMR | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | no  | a payment
        3 | 25 | 6 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | no  | no programme aim
        1 | 32 | 6 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 | no  | no standard
        1 | 25 | 6 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=1 ProgType=25 LearnStartDate=2024-06-01 LearnActEndDate=2025-01-31 | no | the new one is closed too
        1 | 25 | 6 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=1 ProgType=32 LearnStartDate=2024-06-01 | no  | the new one is no standard
        1 | 25 | 6 | 2024-01-31 | TNP | 1 | 2024-06-01 | AimType=3 ProgType=25 LearnStartDate=2024-06-01 | no  | the new one is no programme aim
        1 | 25 | 6 | 2022-01-31 | TNP | 1 | 2022-08-01 | AimType=1 ProgType=25 LearnStartDate=2022-08-01 | yes | the first new start that the rule is for
        1 | 25 | 6 | 2022-01-31 | TNP | 1 | 2022-08-01 | AimType=1 ProgType=25 LearnStartDate=2022-07-31 | no  | a new start before the rule
    """,
)
def price_on_closed_programme_is_too_late(record):
    def is_open_and_had_begun(o):
        is_open = is_standard_programme(o) & o.LearnActEndDate.missing & (o.LearnStartDate >= "2022-08-01")
        return is_open & (record.AFinDate >= o.LearnStartDate)

    is_left = is_standard_programme(record) & record.LearnActEndDate.known & record.CompStatus.is_in(3, 6)
    return is_left & (record.AFinType == "TNP") & record.any(LearningDelivery, is_open_and_had_begun)


def has_reduced_hours(aim: Record) -> Expr:
    """Whether HRS 4 is recorded: planned hours after a reduction for prior learning."""
    return aim.any(HRSRecord, lambda h: (h.HRSType == "HRS") & (h.HRSCode == 4))


def has_price_reduction(aim: Record) -> Expr:
    """Whether RIP 1 is recorded: a price reduction for prior learning."""
    return aim.any(AppFinRecord, lambda r: (r.AFinType == "RIP") & (r.AFinCode == 1))


@rule(
    "R_161",
    LearningDelivery,
    since="2627",
    summary="Hours reduced for prior learning (HRS 4) go with a price reduction for it (RIP 1).",
    message="HRS 4 is recorded on this aim, but no financial record RIP 1.",
    fix="Record how much the price was reduced for prior learning, or remove HRS 4.",
    cases="""
        HRS    | AFin                | fires | why
        HRS4=9 |                     | yes   | hours reduced, price not
        HRS4=9 | RIP1=500@2026-09-01 | no    | both
        HRS4=9 | RIP2=500@2026-09-01 | yes   | another code
        HRS4=9 | TNP1=500@2026-09-01 | yes   | another type
        HRS1=9 |                     | no    | other hours
               |                     | no    | neither
    """,
)
def reduced_hours_without_price_reduction(aim):
    return has_reduced_hours(aim) & ~has_price_reduction(aim)


@rule(
    "R_162",
    LearningDelivery,
    since="2627",
    summary="A price reduction for prior learning (RIP 1) goes with hours reduced for it (HRS 4).",
    message="Financial record RIP 1 is recorded on this aim, but no HRS 4.",
    fix="Record the planned hours after the reduction for prior learning, or remove RIP 1.",
    cases="""
        HRS           | AFin                | fires | why
                      | RIP1=500@2026-09-01 | yes   | price reduced, hours not
        HRS4=9        | RIP1=500@2026-09-01 | no    | both
        HRS1=9        | RIP1=500@2026-09-01 | yes   | other hours
        HRS1=9 HRS4=8 | RIP1=500@2026-09-01 | no    | among others
                      | RIP2=500@2026-09-01 | no    | another code
                      | TNP1=500@2026-09-01 | no    | another type
                      |                     | no    | neither
    """,
)
def price_reduction_without_reduced_hours(aim):
    return has_price_reduction(aim) & ~has_reduced_hours(aim)
