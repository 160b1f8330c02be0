"""MSTUFEE: the major source of tuition fees."""

from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import code_has_ended, must_be_returned
from openilr.validate.shapes import list_used, lookup

#: Sources with a student support number: award authorities of England and Wales, Scotland and Northern Ireland, alone
#: or together with the learner.
WITH_SUPPORT_NUMBER = (2, 3, 4, 52, 53, 54)

lookup("MSTUFEE_01", LearningDeliveryHE, "MSTUFEE", known="1", unknown="16")


@rule(
    "MSTUFEE_02",
    LearningDeliveryHE,
    summary="The source of tuition fees must be one that could still be used when the aim started.",
    message="MSTUFEE {MSTUFEE} ended before {LearnStartDate}, when the aim started {list}.",
    show={"list": list_used("MSTUFEE")},
    fix="Record a source that is valid on the start date.",
    cases="""
        LearnStartDate | MSTUFEE | fires | why
        2018-07-31     | 33      | no    | last day of this source
        2018-08-01     | 33      | yes   | the day after
        2025-07-31     | 4       | no    | last day of another
        2025-08-01     | 4       | yes   | the day after
        2026-09-01     | 1       | no    | a source without an end
        2026-09-01     |         | no    | not returned
        2026-09-01     | 16      | no    | no such source: MSTUFEE_01
    """,
)
def source_had_ended(he):
    return code_has_ended(he, "MSTUFEE", he.LearnStartDate)


def _not_from_elsewhere(
    id: str, country: str, codes: tuple[str, ...], wrong: tuple[int, int], right: int, other: str
) -> None:
    rule(
        id,
        LearningDeliveryHE,
        summary=f"Learners from {country} should not have tuition fees paid by the award bodies of other countries of "
        f"the United Kingdom (MSTUFEE {wrong[0]} or {wrong[1]}).",
        message="MSTUFEE is {MSTUFEE}, an award body of another country than PERMADDCOUNTRY, {PERMADDCOUNTRY}.",
        fix="Check the source of tuition fees and the country of the permanent address.",
        cases="\n".join(
            [
                "PERMADDCOUNTRY | MSTUFEE | fires | why",
                *(f"{c} | {w} | yes | award body of another country" for c in codes for w in wrong),
                *(f"{c} | {right} | no | its own award body" for c in codes),
                f"{codes[0]} | 1 | no | no award",
                f"{other} | {wrong[0]} | no | another country",
                f"| {wrong[0]} | no | country not returned",
            ]
        ),
    )(lambda he: he.PERMADDCOUNTRY.is_in(codes) & he.MSTUFEE.is_in(wrong))


_not_from_elsewhere("MSTUFEE_03", "Scotland", ("XH",), (2, 4), 3, "XF")
_not_from_elsewhere("MSTUFEE_04", "Northern Ireland", ("XG",), (2, 3), 4, "XH")
_not_from_elsewhere("MSTUFEE_05", "England and Wales", ("XF", "XI"), (3, 4), 2, "XG")

must_be_returned("MSTUFEE_06", "SSN", "The student support number",
                 "the aim started from 1 August 2021 to 31 July 2025 and an award authority pays tuition fees",
                 lambda he: he.LearnStartDate.between("2021-08-01", "2025-07-31")
                 & he.MSTUFEE.is_in(WITH_SUPPORT_NUMBER), """
    LearnStartDate | MSTUFEE | SSN           | fires | why
    2021-08-01     | 2       |               | yes   | first day
    2021-07-31     | 2       |               | no    | the day before
    2025-07-31     | 3       |               | yes   | last day
    2025-08-01     | 3       |               | no    | the day after: MSTUFEE_07
    2024-09-01     | 4       |               | yes   | Northern Ireland
    2024-09-01     | 52      |               | yes   | together with the learner
    2024-09-01     | 53      |               | yes   | together with the learner
    2024-09-01     | 54      |               | yes   | together with the learner
    2024-09-01     | 10      |               | no    | another source
    2024-09-01     | 2       | WADM46891352A | no    | returned
""", verb="should")  # fmt: skip
must_be_returned("MSTUFEE_07", "SSN", "The student support number",
                 "the aim started on or after 1 August 2025 and SAAS or the Student Loans Company pays tuition fees",
                 lambda he: (he.LearnStartDate >= "2025-08-01") & he.MSTUFEE.is_in(3, 10), """
    LearnStartDate | MSTUFEE | SSN           | fires | why
    2025-08-01     | 3       |               | yes   | first day, Student Awards Agency for Scotland
    2025-07-31     | 3       |               | no    | the day before: MSTUFEE_06
    2025-08-04     | 10      |               | yes   | Student Loans Company
    2025-09-01     | 2       |               | no    | another source
    2025-09-01     | 10      | WADM46891352A | no    | returned
""", verb="should")  # fmt: skip
