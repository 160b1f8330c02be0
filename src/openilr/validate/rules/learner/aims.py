"""Questions about a learner's aims that the rules of several learner fields share."""

from collections.abc import Callable

from openilr.derive.codes import has_fam
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery


def is_community_learning(aim: Record) -> Expr:
    """FundModel 10, or FundModel 99 with SOF 108. Community learning left the record after 2025-26."""
    return (aim.FundModel == 10) | ((aim.FundModel == 99) & has_fam(aim, "SOF", "108"))


def is_16_to_19_funded(aim: Record) -> Expr:
    return aim.FundModel == 25


def is_t_level(aim: Record) -> Expr:
    return (aim.FundModel == 25) & (aim.ProgType == 31)


def is_in_custody(aim: Record) -> Expr:
    """LDM 034, an offender in custody (OLASS)."""
    return has_fam(aim, "LDM", "034")


def all_aims(learner: Record, question: Callable[[Record], Expr]) -> Expr:
    """Whether the learner has aims, and each is as asked."""
    return learner.any(LearningDelivery) & learner.none(LearningDelivery, lambda aim: ~question(aim))


def all_aims_are_community_learning(learner: Record) -> Expr:
    return all_aims(learner, is_community_learning)


def has_16_to_19_funded_aim(learner: Record) -> Expr:
    return learner.any(LearningDelivery, is_16_to_19_funded)


def is_loan(aim: Record) -> Expr:
    """Financed by an advanced learner loan: FundModel 99 with an ADL record."""
    return (aim.FundModel == 99) & has_fam(aim, "ADL")
