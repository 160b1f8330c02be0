"""FUNDLEV and FUNDCOMP: the level of the aim, and whether the year was completed, for funding of higher education."""

from openilr.derive.codes import lars
from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import must_be_returned, ofs_asks_for_no_funding_fields
from openilr.validate.shapes import code_is_listed, list_used, lookup

#: LARS types of undergraduate and of postgraduate aims, as the published rules list them.
UNDERGRADUATE = (
    "0394", "1406", "1407", "1408", "9000", "9002", "9107", "E007", "9112", "9111", "9110", "9113",
)  # fmt: skip
POSTGRADUATE = ("0393", "1410", "2001", "9100", "9101", "9109", "E008", "1411", "1412", "9103")


@rule(
    "FUNDCOMP_01",
    LearningDeliveryHE,
    summary="FUNDCOMP must be a code from its published list.",
    message="FUNDCOMP is {FUNDCOMP}, which is not in the list of codes {list}.",
    fix="Look FUNDCOMP up in the year's ILR specification and record a code that is listed there.",
    show={"list": list_used("FUNDCOMP")},
    unless=(ofs_asks_for_no_funding_fields,),
    cases="""
        FUNDCOMP | office_for_students               | fires | why
        1        |                                   | no    | a listed code
        4        |                                   | yes   | no such code
                 |                                   | no    | not returned
        4        | HEFundingFieldsRequired=false     | no    | the provider need not return it
        4        | HEFundingFieldsRequired=true      | yes   | the provider has to return it
        4        | UKPRN=10000002 HEFundingFieldsRequired=false | yes | that is another provider
    """,
)
def completion_not_listed(he):
    return he.FUNDCOMP.known & ~code_is_listed(he, "FUNDCOMP")


lookup("FUNDLEV_01", LearningDeliveryHE, "FUNDLEV", known="10 11 20 21 30 31 99", unknown="12")


@rule(
    "FUNDLEV_02",
    LearningDeliveryHE,
    summary="An undergraduate aim should have an undergraduate level (10 or 11), or 99 for outside the HESES population.",
    message="FUNDLEV is {FUNDLEV}, but LARS has {LearnAimRef} as an undergraduate aim (type {type}).",
    fix="Check FUNDLEV and LearnAimRef.",
    show={"type": lambda he: lars(he, "LearnAimRefType")},
    cases="""
        LearnStartDate | FUNDLEV | lars                 | fires | why
        2009-08-01     | 20      | LearnAimRefType=0394 | yes   | first day, postgraduate level
        2009-07-31     | 20      | LearnAimRefType=0394 | no    | the day before
        2025-09-01     | 31      | LearnAimRefType=9113 | yes   | another undergraduate type
        2025-09-01     | 10      | LearnAimRefType=9000 | no    | undergraduate level
        2025-09-01     | 11      | LearnAimRefType=E007 | no    | undergraduate level
        2025-09-01     | 99      | LearnAimRefType=1406 | no    | not in the population
        2025-09-01     | 20      | LearnAimRefType=0393 | no    | a postgraduate aim
        2025-09-01     |         | LearnAimRefType=0394 | no    | not returned: FUNDLEV_04
        2025-09-01     | 20      |                      | no    | not in LARS
    """,
)
def undergraduate_aim_at_another_level(he):
    is_undergraduate = lars(he, "LearnAimRefType").is_in(UNDERGRADUATE)
    return (he.LearnStartDate >= "2009-08-01") & is_undergraduate & he.FUNDLEV.known & ~he.FUNDLEV.is_in(10, 11, 99)


@rule(
    "FUNDLEV_03",
    LearningDeliveryHE,
    summary="A postgraduate aim should have a postgraduate level (20, 21, 30, 31), or 99 for outside the HESES population.",
    message="FUNDLEV is {FUNDLEV}, but LARS has {LearnAimRef} as a postgraduate aim (type {type}).",
    fix="Check FUNDLEV and LearnAimRef.",
    show={"type": lambda he: lars(he, "LearnAimRefType")},
    cases="""
        LearnStartDate | FUNDLEV | lars                 | fires | why
        2009-08-01     | 10      | LearnAimRefType=0393 | yes   | first day, undergraduate level
        2009-07-31     | 10      | LearnAimRefType=0393 | no    | the day before
        2025-09-01     | 11      | LearnAimRefType=E008 | yes   | another postgraduate type
        2025-09-01     | 20      | LearnAimRefType=1410 | no    | postgraduate level
        2025-09-01     | 21      | LearnAimRefType=2001 | no    | postgraduate level
        2025-09-01     | 30      | LearnAimRefType=9100 | no    | postgraduate level
        2025-09-01     | 31      | LearnAimRefType=9103 | no    | postgraduate level
        2025-09-01     | 99      | LearnAimRefType=1411 | no    | not in the population
        2025-09-01     | 10      | LearnAimRefType=0394 | no    | an undergraduate aim
        2025-09-01     |         | LearnAimRefType=0393 | no    | not returned: FUNDLEV_04
        2025-09-01     | 10      |                      | no    | not in LARS
    """,
)
def postgraduate_aim_at_another_level(he):
    is_postgraduate = lars(he, "LearnAimRefType").is_in(POSTGRADUATE)
    levels = (20, 21, 30, 31, 99)
    return (he.LearnStartDate >= "2009-08-01") & is_postgraduate & he.FUNDLEV.known & ~he.FUNDLEV.is_in(levels)


must_be_returned("FUNDLEV_04", "FUNDLEV", "Level for HESES", "the aim started on or after 1 August 2024",
                 lambda he: he.LearnStartDate >= "2024-08-01", """
    LearnStartDate | FUNDLEV | office_for_students               | fires | why
    2024-08-01     |         |                                   | yes   | first day
    2024-07-31     |         |                                   | no    | the day before
    2025-09-01     | 10      |                                   | no    | returned
    2025-09-01     |         | HEFundingFieldsRequired=false     | no    | the provider need not return it
    2025-09-01     |         | HEFundingFieldsRequired=true      | yes   | the provider has to return it
    2025-09-01     |         | Name=Somewhere                    | yes   | the register does not say that it need not
""", unless=(ofs_asks_for_no_funding_fields,))  # fmt: skip
