"""ALSCost: what it costs to support a learner with high needs."""

from openilr.derive.codes import has_learner_fam
from openilr.spec.names import Learner
from openilr.validate.rule import rule


@rule(
    "ALSCost_02",
    Learner,
    summary="Only high needs students have a learning support cost.",
    message="ALSCost is {ALSCost}, but there is no learner FAM HNS.",
    why="The cost counts towards top-up funding, which is for high needs students alone.",
    fix="Add HNS 1 if the learner is a high needs student; else leave ALSCost out.",
    cases="""
        ALSCost | LearnerFAM | fires | why
        7000    |            | yes   | no learner FAM
        7000    | EHC1 SEN1  | yes   | other learner FAMs only
        7000    | HNS1       | no    | high needs student
        7000    | EHC1 HNS1  | no    | among others
        0       |            | yes   | nought is returned, too
                |            | no    | not returned
    """,
)
def cost_without_high_needs(learner):
    return learner.ALSCost.known & ~has_learner_fam(learner, "HNS")
