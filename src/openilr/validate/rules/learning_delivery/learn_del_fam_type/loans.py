"""ADL and ALB: advanced learner loans and their bursary."""

from openilr.derive.codes import has_fam
from openilr.derive.dd07 import dd07
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import only_on

only_on("LearnDelFAMType_35", (99,), "an advanced learner loan (ADL)", "ADL")
only_on("LearnDelFAMType_38", (99,), "a loans bursary (ALB)", "ALB")


@rule(
    "LearnDelFAMType_36",
    LearningDelivery,
    summary="A loans bursary (ALB) needs an advanced learner loan (ADL) on the same aim.",
    message="A loans bursary (ALB) is recorded without an advanced learner loan (ADL).",
    fix="Record ADL 1, or remove the bursary.",
    cases="""
        FAM       | fires | why
        ALB1      | yes   | bursary without a loan
        ALB1 ADL1 | no    | both
        ADL1      | no    | a loan alone
                  | no    | neither
    """,
)
def bursary_without_loan(aim):
    return has_fam(aim, "ALB") & ~has_fam(aim, "ADL")


@rule(
    "LearnDelFAMType_40",
    LearningDelivery,
    summary="Apprenticeships are not financed by advanced learner loans.",
    message="An advanced learner loan (ADL) is recorded on an aim of an apprenticeship (ProgType {ProgType}).",
    fix="Remove ADL, or correct ProgType.",
    cases="""
        FundModel | ProgType | FAM  | fires | why
        99        | 25       | ADL1 | yes   | a loan for an apprenticeship
        99        |          | ADL1 | no    | no programme
        99        | 24       | ADL1 | no    | another programme
        99        | 25       | SOF1 | no    | no loan
        36        | 25       | ADL1 | no    | another funding model: LearnDelFAMType_35
    """,
)
def loan_for_an_apprenticeship(aim):
    return (aim.FundModel == 99) & dd07(aim) & has_fam(aim, "ADL")


@rule(
    "LearnDelFAMType_53",
    LearningDelivery,
    summary="Loans bursary rates 1 and 3 are for providers with a bursary contract.",
    message="Loans bursary ALB 1 or 3 is recorded, but UKPRN {UKPRN} has no contract for the bursary.",
    why="Grant funded providers pay the bursary from their grant.",
    fix="Check the bursary rate, and whether your list of funding allocations is up to date.",
    cases="""
        FAM       | contract_allocations                                  | years | fires | why
        ALB1      | FundingStreamPeriodCode=ALLB2526                      |       | yes   | a grant only
        ALB3      |                                                       |       | yes   | nothing
        ALB2      |                                                       |       | no    | another rate
        ALB2 ALB3 |                                                       |       | yes   | one of two
        ADL1      |                                                       |       | no    | no bursary
        ALB1      | DeliveryUKPRN=10000001 FundingStreamPeriodCode=ALLBC2526 | 2526 | no | contract of 2025-26
        ALB1      | DeliveryUKPRN=10000001 FundingStreamPeriodCode=ALLBC2627 | 2627 | no | contract of 2026-27
        ALB1      | DeliveryUKPRN=10000001 FundingStreamPeriodCode=ALLBC2526 | 2627 | yes | contract of the year before
        ALB1      | DeliveryUKPRN=10000002 FundingStreamPeriodCode=ALLBC2526 | 2526 | yes | another provider's contract
    """,
)
def bursary_without_contract(aim):
    streams = aim.pack.parameters["funding_streams"]["LearnDelFAMType_53"]
    contracted = aim.any(
        "contract_allocations",
        lambda c: c.FundingStreamPeriodCode.is_in(streams),
        same={"DeliveryUKPRN": aim.UKPRN},
    )
    return has_fam(aim, "ALB", "1", "3") & ~contracted


@rule(
    "LearnDelFAMType_91",
    LearningDelivery,
    summary="Aims financed by an advanced learner loan have no source of funding.",
    message="A source of funding (SOF) is recorded beside an advanced learner loan (ADL).",
    fix="Remove the source of funding, or the loan if the aim is funded.",
    cases="""
        FundModel | FAM         | fires | why
        99        | ADL1 SOF105 | yes   | loan and source of funding
        99        | ADL1        | no    | loan alone
        99        | SOF108      | no    | source of funding alone
        35        | ADL1 SOF105 | no    | funded: LearnDelFAMType_35
    """,
)
def loan_with_source_of_funding(aim):
    return (aim.FundModel == 99) & has_fam(aim, "ADL") & has_fam(aim, "SOF")
