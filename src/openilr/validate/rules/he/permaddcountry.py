"""PERMADDCOUNTRY, SEC, SOC and UCASSCHEMECODE: where the learner comes from, and how the learner applied."""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearnerHE, LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import UNITED_KINGDOM, is_not_returned, must_be_returned
from openilr.validate.shapes import list_used, lookup


def applied_from_the_united_kingdom(he: Record) -> Expr:
    """Whether the aim started on or after 1 August 2013, after a UCAS application from an address in the UK."""
    applied = (he.LearnStartDate >= "2013-08-01") & ~is_not_returned(he.UCASSCHEMECODE)
    return applied & he.PERMADDCOUNTRY.is_in(UNITED_KINGDOM)


def has_ucas_number(he: Record) -> Expr:
    return he.any(LearnerHE, lambda learner: ~is_not_returned(learner.UCASPERID))


must_be_returned("PERMADDCOUNTRY_01", "PERMADDCOUNTRY", "The country of the permanent address",
                 "the aim started on or after 1 August 2013", lambda he: he.LearnStartDate >= "2013-08-01", """
    LearnStartDate | PERMADDCOUNTRY | fires | why
    2013-08-01     |                | yes   | first day
    2013-07-31     |                | no    | the day before
    2025-09-01     | XF             | no    | returned
""")  # fmt: skip
lookup("PERMADDCOUNTRY_02", LearningDeliveryHE, "PERMADDCOUNTRY", known="XF", unknown="X1")

lookup("SEC_01", LearningDeliveryHE, "SEC", known="1 2 3 4 5 6 7 8 9", unknown="0")

_APPLIED = "a learner from the United Kingdom applied through UCAS and started on or after 1 August 2013"


def _applicant_cases(field: str, value: str) -> str:
    return f"""
        LearnStartDate | UCASSCHEMECODE | PERMADDCOUNTRY | {field} | fires | why
        2013-08-01     | ZZ01           | XF             |         | yes   | first day
        2013-07-31     | ZZ01           | XF             |         | no    | the day before
        2025-09-01     | ZZ01           | XG             |         | yes   | Northern Ireland
        2025-09-01     | ZZ01           | XH             |         | yes   | Scotland
        2025-09-01     | ZZ01           | XI             |         | yes   | Wales
        2025-09-01     | ZZ01           | XK             |         | yes   | United Kingdom
        2025-09-01     | ZZ01           | FR             |         | no    | from abroad
        2025-09-01     | ZZ01           |                |         | no    | country not returned
        2025-09-01     |                | XF             |         | no    | not through UCAS
        2025-09-01     | ZZ01           | XF             | {value} | no    | returned
    """


must_be_returned("SEC_02", "SEC", "The socio-economic classification", _APPLIED, applied_from_the_united_kingdom,
                 _applicant_cases("SEC", "1"))  # fmt: skip
must_be_returned("SOC_02", "SOC", "The occupation code", _APPLIED, applied_from_the_united_kingdom,
                 _applicant_cases("SOC", "1115"))  # fmt: skip


@rule(
    "SOC_04",
    LearningDeliveryHE,
    summary="On aims that started on or after 1 August 2014, SOC must be an occupation code of 2010.",
    message="SOC is {SOC}, which is not in the list of occupation codes of 2010 {list}.",
    show={"list": list_used("SOC")},
    fix="Look the occupation up in the year's ILR specification and record its code.",
    cases="""
        LearnStartDate | SOC  | fires | why
        2014-08-01     | 1114 | yes   | first day, a code of 2000 only
        2014-07-31     | 1114 | no    | the day before
        2025-09-01     | 1115 | no    | a code of 2010
        2025-09-01     | 1121 | no    | a code of both
        2025-09-01     | 9998 | yes   | no such code
        2025-09-01     |      | no    | not returned: SOC_02
    """,
)
def occupation_not_listed(he):
    listed = [int(c.code) for c in he.pack.code_list("SOC").codes if c.type != "SOC2000"]
    return (he.LearnStartDate >= "2014-08-01") & he.SOC.known & ~he.SOC.is_in(listed)


must_be_returned("UCASSCHEMECODE_01", "UCASSCHEMECODE", "The UCAS scheme code",
                 "the learner has a UCAS personal identifier and started on or after 1 August 2013",
                 lambda he: (he.LearnStartDate >= "2013-08-01") & has_ucas_number(he), """
    LearnStartDate | LearnerHE            | UCASSCHEMECODE | fires | why
    2013-08-01     | UCASPERID=0000000001 |                | yes   | first day
    2013-07-31     | UCASPERID=0000000001 |                | no    | the day before
    2025-09-01     | UCASPERID=0000000001 | ZZ01           | no    | returned
    2025-09-01     | TTACCOM=1            |                | no    | no UCAS identifier
    2025-09-01     |                      |                | no    | no LearnerHE record
""")  # fmt: skip


@rule(
    "UCASSCHEMECODE_02",
    LearningDeliveryHE,
    summary="On aims that started on or after 1 August 2025, the UCAS scheme code is two letters and two digits.",
    message="UCASSCHEMECODE is {UCASSCHEMECODE}, which is not two letters and two digits.",
    fix="Check the code against the learner's UCAS application.",
    cases="""
        LearnStartDate | UCASSCHEMECODE | fires | why
        2025-08-01     | 123456789      | yes   | first day, an older form
        2025-07-31     | 123456789      | no    | the day before
        2025-09-01     | ZZ01           | no    | two letters, two digits
        2025-09-01     | zz01           | no    | small letters are letters
        2025-09-01     | ZZ001          | yes   | three digits
        2025-09-01     | ZZZ1           | yes   | three letters
        2025-09-01     | 01ZZ           | yes   | the other way round
        2025-09-01     |                | no    | not returned: UCASSCHEMECODE_01
    """,
)
def scheme_code_of_another_form(he):
    is_other = ~is_not_returned(he.UCASSCHEMECODE) & ~he.UCASSCHEMECODE.matches("[A-Za-z]{2}[0-9]{2}")
    return (he.LearnStartDate >= "2025-08-01") & is_other
