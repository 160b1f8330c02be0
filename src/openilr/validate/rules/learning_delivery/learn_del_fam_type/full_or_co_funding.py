"""FFI: whether an aim is fully or co-funded. When full funding may be claimed is the question of ``full_funding``."""

from openilr.derive.codes import has_fam
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import needed_on, only_on

_INDICATOR = "the full or co-funding indicator (FFI)"

needed_on("LearnDelFAMType_02", (35, 38), _INDICATOR, "FFI")

only_on("LearnDelFAMType_22", (35, 37, 38, 81, 11, 10), _INDICATOR, "FFI", until="2526")
only_on("LearnDelFAMType_22", (35, 37, 38, 81), _INDICATOR, "FFI", since="2627")


def on_an_apprenticeship_standard(aim):
    return aim.ProgType == 25


def on_apprenticeship_funding(aim):
    return aim.FundModel == 36


@rule(
    "LearnDelFAMType_54",
    LearningDelivery,
    summary="Aims entitled to 16 to 18 apprenticeship funding (EEF 2) must be fully funded.",
    message="EEF 2, entitlement to 16 to 18 apprenticeship funding, is recorded with FFI 2, co-funding.",
    fix="Record FFI 1, or remove EEF 2 if the learner is not entitled.",
    unless=[on_an_apprenticeship_standard, on_apprenticeship_funding],
    cases="""
        FAM       | ProgType | FundModel | fires | why
        EEF2 FFI2 |          | 35        | yes   | entitled, but co-funded
        EEF2 FFI1 |          | 35        | no    | fully funded
        EEF2      |          | 35        | no    | no indicator: LearnDelFAMType_02
        EEF3 FFI2 |          | 35        | no    | another entitlement
        FFI2      |          | 35        | no    | no entitlement
        EEF2 FFI2 | 25       | 81        | no    | apprenticeship standard
        EEF2 FFI2 | 24       | 35        | yes   | another programme
        EEF2 FFI2 |          | 36        | no    | apprenticeship funding
    """,
)
def entitled_but_co_funded(aim):
    return has_fam(aim, "EEF", "2") & has_fam(aim, "FFI", "2")


@rule(
    "LearnDelFAMType_111",
    LearningDelivery,
    summary="Skills Bootcamps need the full or co-funding indicator (FFI).",
    message="ProgType is {ProgType}, a Skills Bootcamp, without a full or co-funding indicator.",
    fix="Record FFI 1 or FFI 2.",
    cases="""
        ProgType | FAM    | fires | why
        32       | SOF105 | yes   | no indicator
        32       | FFI1   | no    | fully funded
        32       | FFI2   | no    | co-funded
        31       | SOF105 | no    | no bootcamp
                 | SOF105 | no    | no programme
    """,
)
def bootcamp_without_indicator(aim):
    return (aim.ProgType == 32) & ~has_fam(aim, "FFI")
