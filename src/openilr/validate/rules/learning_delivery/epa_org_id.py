"""EPAOrgID: who assesses the apprentice at the end."""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import AppFinRecord, LearningDelivery
from openilr.validate.rule import rule


def has_assessment_price(aim: Record) -> Expr:
    """Whether a price of the end-point assessment is recorded: TNP 2, or TNP 4 for what remains of it."""
    return aim.any(AppFinRecord, lambda r: (r.AFinType == "TNP") & r.AFinCode.is_in(2, 4))


@rule(
    "EPAOrgID_01",
    LearningDelivery,
    summary="The assessment organisation must assess the standard on the planned end date.",
    message="{EPAOrgID} is not listed as assessing the standard {StdCode} on {LearnPlanEndDate}.",
    fix="Look the organisation up in the register of assessment organisations; correct EPAOrgID, StdCode or "
    "LearnPlanEndDate.",
    cases="""
        EPAOrgID | StdCode | LearnPlanEndDate | epa_organisations                                                  | fires | why
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91 EffectiveFrom=2020-08-01          | no    | listed
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91                                   | no    | listed without dates
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91 EffectiveFrom=2026-07-31          | no    | from that day
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91 EffectiveFrom=2026-08-01          | yes   | from the day after
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91 EffectiveFrom=2020-08-01 EffectiveTo=2026-07-31 | no  | last day
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91 EffectiveFrom=2020-08-01 EffectiveTo=2026-07-30 | yes | until the day before
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=92 EffectiveFrom=2020-08-01          | yes   | another standard only
        EPA0001  | 91      | 2026-07-31       | EPAOrgID=EPA0002 StandardCode=91 EffectiveFrom=2020-08-01          | yes   | another organisation only
        EPA0001  |         | 2026-07-31       | EPAOrgID=EPA0001 StandardCode=91 EffectiveFrom=2020-08-01          | yes   | no standard
        EPA0001  | 91      | 2026-07-31       |                                                                    | yes   | not listed
                 | 91      | 2026-07-31       |                                                                    | no    | not returned
    """,
)
def does_not_assess_the_standard(aim):
    listed = aim.any(
        "epa_organisations",
        lambda o: (
            (o.EffectiveFrom.missing | (o.EffectiveFrom <= aim.LearnPlanEndDate))
            & (o.EffectiveTo.missing | (aim.LearnPlanEndDate <= o.EffectiveTo))
        ),
        same={"EPAOrgID": aim.EPAOrgID, "StandardCode": aim.StdCode},
    )
    return aim.EPAOrgID.known & ~listed


@rule(
    "EPAOrgID_02",
    LearningDelivery,
    summary="A price of the end-point assessment goes with an assessment organisation.",
    message="A price of the end-point assessment (TNP 2 or 4) is recorded, but EPAOrgID is blank.",
    fix="Record EPAOrgID, or correct the financial record.",
    cases="""
        EPAOrgID | AFin                  | fires | why
                 | TNP2=500@2025-09-01   | yes   | a price
                 | TNP4=500@2025-09-01   | yes   | a remaining price
                 | TNP1=5000@2025-09-01 TNP2=500@2025-09-01 | yes | among others
                 | TNP1=5000@2025-09-01 TNP3=5000@2025-09-01 | no | prices of training only
                 | PMR2=500@2025-09-01   | no    | a payment
                 |                       | no    | no financial record
        EPA0001  | TNP2=500@2025-09-01   | no    | both
    """,
)
def price_without_organisation(aim):
    return has_assessment_price(aim) & aim.EPAOrgID.missing


@rule(
    "EPAOrgID_03",
    LearningDelivery,
    summary="An assessment organisation goes with a price of the end-point assessment.",
    message="EPAOrgID is {EPAOrgID}, but no price of the end-point assessment (TNP 2 or 4) is recorded.",
    fix="Add the financial record of the price, or remove EPAOrgID.",
    cases="""
        EPAOrgID | AFin                  | fires | why
        EPA0001  |                       | yes   | no financial record
        EPA0001  | TNP1=5000@2025-09-01  | yes   | a price of training only
        EPA0001  | PMR2=500@2025-09-01   | yes   | a payment only
        EPA0001  | TNP2=500@2025-09-01   | no    | a price
        EPA0001  | TNP4=500@2025-09-01   | no    | a remaining price
                 |                       | no    | not returned
    """,
)
def organisation_without_price(aim):
    return aim.EPAOrgID.known & ~has_assessment_price(aim)
