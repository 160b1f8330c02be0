"""Accom, Ethnicity, Sex and ProvSpecLearnMonOccur: facts about the learner that are a code from a short list."""

from openilr.spec.names import Learner, ProviderSpecLearnerMonitoring
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

lookup("Accom_01", Learner, "Accom", known="5", unknown="4")
lookup(
    "Ethnicity_01", Learner, "Ethnicity", known="31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 98 99", unknown="30"
)
lookup("Sex_01", Learner, "Sex", known="F M", unknown="X")


@rule(
    "ProvSpecLearnMonOccur_01",
    ProviderSpecLearnerMonitoring,
    summary="The provider's own monitoring of a learner stands under A or B.",
    message="ProvSpecLearnMonOccur is {ProvSpecLearnMonOccur}, and not A or B.",
    why="There are two places for the provider's own codes, and the letter says which of them is meant.",
    fix="Record A or B.",
    cases="""
        ProvSpecLearnMonOccur | ProvSpecLearnMon | fires | why
        A                     | X1               | no    | first place
        B                     | X1               | no    | second place
        C                     | X1               | yes   | a place that only aims have
        a                     | X1               | yes   | a small letter
                              | X1               | no    | blank: the schema asks for it
    """,
)
def no_such_place(monitoring):
    return monitoring.ProvSpecLearnMonOccur.known & ~monitoring.ProvSpecLearnMonOccur.is_in("A", "B")
