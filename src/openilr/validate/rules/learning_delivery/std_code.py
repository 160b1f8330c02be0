"""StdCode: the apprenticeship standard."""

from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule


@rule(
    "StdCode_01",
    LearningDelivery,
    summary="An aim of an apprenticeship standard names the standard.",
    message="ProgType is 25, an apprenticeship standard, but StdCode is blank.",
    fix="Record the code that LARS gives the standard.",
    cases="""
        ProgType | StdCode | fires | why
        25       |         | yes   | no standard
        25       | 91      | no    | returned
        24       |         | no    | another programme type
                 |         | no    | no programme
    """,
)
def standard_missing(aim):
    return (aim.ProgType == 25) & aim.StdCode.missing


@rule(
    "StdCode_02",
    LearningDelivery,
    summary="The apprenticeship standard must be in the validity table of LARS.",
    message="LARS has no validity record of the standard {StdCode}.",
    fix="Look the standard up in the LARS search and correct StdCode.",
    cases="""
        StdCode | lars_standard_validity                                           | fires | why
        91      | StandardCode=91 ValidityCategory=X StartDate=2015-08-01          | no    | known
        91      | StandardCode=91 ValidityCategory=X StartDate=2010-08-01 EndDate=2012-07-31 | no | known, on whatever dates
        91      | StandardCode=92 ValidityCategory=X StartDate=2015-08-01          | yes   | only others are known
        91      |                                                                  | yes   | not known
                |                                                                  | no    | not returned
    """,
)
def standard_not_in_lars(aim):
    return aim.StdCode.known & aim.none("lars_standard_validity", same={"StandardCode": aim.StdCode})


@rule(
    "StdCode_03",
    LearningDelivery,
    summary="Only aims of an apprenticeship standard have a standard.",
    message="StdCode is {StdCode}, but ProgType is {ProgType}, not 25.",
    fix="Remove StdCode, or correct ProgType.",
    cases="""
        ProgType | StdCode | fires | why
        25       | 91      | no    | an apprenticeship standard
        24       | 91      | yes   | another programme type
                 | 91      | yes   | no programme
        24       |         | no    | not returned
    """,
)
def standard_outside_apprenticeship(aim):
    return (aim.ProgType != 25) & aim.StdCode.known
