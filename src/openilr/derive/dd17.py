"""DD17: does the agreed price of a standard pass the cap on government's contribution?

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record, smallest
from openilr.spec.names import AppFinRecord, LearningDelivery


def dd17(aim: Record) -> Expr:
    """True (Y) for FundModel 81 and ProgType 25 where two thirds of the latest training price (TNP 1) and assessment
    price (TNP 2) on the learner's programme aims of the standard are more than the CoreGovContributionCap
    that LARS gives the standard on the day that they began."""
    over = aim.any(
        "lars_standard_funding",
        lambda cap: (agreed_price(aim) * 2 > cap.CoreGovContributionCap * 3) & applied_at_start(aim, cap),
        same={"StandardCode": aim.StdCode},
    )
    return (aim.FundModel == 81) & (aim.ProgType == 25) & over


def agreed_price(aim: Record) -> Expr:
    """Latest training price plus latest assessment price of the learner's standard; a price not recorded is 0."""
    return _latest_price(aim, 1).or_(0) + _latest_price(aim, 2).or_(0)


def applied_at_start(aim: Record, cap: Record) -> Expr:
    """Whether a row of LARS standard funding applied on the day that the learner's standard began."""
    began = smallest(_first(aim, "LearnStartDate"), _first(aim, "OrigLearnStartDate"))
    return (cap.EffectiveFrom <= began) & (cap.EffectiveTo.missing | (began <= cap.EffectiveTo))


def _first(aim: Record, field: str) -> Expr:
    return aim.first(LearningDelivery, lambda o: o.field(field), lambda o: o.AimType == 1, same=["ProgType", "StdCode"])


def _latest_price(aim: Record, code: int) -> Expr:
    """AFinAmount of the latest TNP record of this code on the learner's programme aims of the same standard."""
    return aim.latest(
        AppFinRecord, lambda r: r.AFinAmount, lambda r: r.AFinDate,
        lambda r: (r.AFinType == "TNP") & (r.AFinCode == code) & (r.AimType == 1),
        same=["ProgType", "StdCode"], within="Learner",
    )  # fmt: skip
