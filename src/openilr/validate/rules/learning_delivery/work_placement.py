"""Work placement records: employer, mode and dates, and which aims have them."""

from openilr.derive.dd14 import dd14
from openilr.spec.names import LearningDelivery, LearningDeliveryWorkPlacement
from openilr.validate.rule import rule
from openilr.validate.shapes import lookup

#: Stands for an employer whose identifier is not known yet.
TEMPORARY = 999999999
#: Aims of work experience, supported internships and industry placements, as WorkPlaceStartDate_01 lists them.
WORK_EXPERIENCE = (
    "Z0007834", "Z0007835", "Z0007836", "Z0007837", "Z0007838", "Z0002347", "ZWRKX001", "ZWRKX002",
)  # fmt: skip
T_LEVEL_PLACEMENT = "ZWRKX003"


def has_placement(aim):
    return aim.any(LearningDeliveryWorkPlacement)


def is_non_funded(aim):
    return aim.FundModel == 99


@rule(
    "WorkPlaceEmpId_01",
    LearningDeliveryWorkPlacement,
    summary="The employer of a work placement must be a known one, or the temporary number 999999999.",
    message="WorkPlaceEmpId {WorkPlaceEmpId} is not in the list of employers.",
    fix="Look the employer up in the Employer Data Service, or record 999999999 until the number is known.",
    cases="""
        WorkPlaceEmpId | employers     | fires | why
        154549452      | ERN=154549452 | no    | a known employer
        154549453      | ERN=154549452 | yes   | not in the list
        999999999      | ERN=154549452 | no    | the temporary number
                       | ERN=154549452 | no    | blank
    """,
)
def unknown_employer(placement):
    listed = placement.any("employers", same={"ERN": placement.WorkPlaceEmpId})
    return placement.WorkPlaceEmpId.known & (placement.WorkPlaceEmpId != TEMPORARY) & ~listed


@rule(
    "WorkPlaceEmpId_02",
    LearningDeliveryWorkPlacement,
    summary="The employer identifier of a work placement must have the right check digit.",
    message="WorkPlaceEmpId {WorkPlaceEmpId} has the wrong check digit: at least one of its digits is mistyped.",
    fix="Copy the identifier again from the Employer Data Service.",
    cases="""
        WorkPlaceEmpId | fires | why
        154549452      | no    | the sum is 174, remainder 9, so the digit is 2
        154549453      | yes   | wrong last digit
        987654322      | no    | the sum is 284, remainder 9
        100000002      | no    | only the first digit counts
        200000004      | no    | the sum is 18, remainder 7
        135792460      | no    | the sum is 187, remainder 0, so the digit is 0
        246813571      | no    | the sum is 186, remainder 10, so the digit is 1
        918273641      | no    | the sum is 230, remainder 10
        300000006      | no    | the sum is 27, remainder 5
        135792461      | yes   | remainder 0 asks for 0
        246813570      | yes   | remainder 10 asks for 1
        123456789      | no    | the sum is 156, remainder 2, so the digit is 9
        100000100      | yes   | the sum is 12, remainder 1 asks for 10, which no digit is
        12345678       | yes   | fewer than nine digits
        999999999      | no    | the temporary number
                       | no    | blank
    """,
)
def wrong_check_digit(placement):
    returned = placement.WorkPlaceEmpId.known & (placement.WorkPlaceEmpId != TEMPORARY)
    return returned & (dd14(placement) != placement.WorkPlaceEmpId.as_text().chars(9))


@rule(
    "WorkPlaceEndDate_01",
    LearningDeliveryWorkPlacement,
    summary="A work placement can not end before it starts.",
    message="WorkPlaceEndDate {WorkPlaceEndDate} is before WorkPlaceStartDate {WorkPlaceStartDate}.",
    fix="Correct one of the dates.",
    cases="""
        WorkPlaceStartDate | WorkPlaceEndDate | fires | why
        2025-10-02         | 2025-10-01       | yes   | the day before
        2025-10-01         | 2025-10-01       | no    | one day only
        2025-10-01         |                  | no    | going on
    """,
)
def ends_before_it_starts(placement):
    return placement.WorkPlaceEndDate < placement.WorkPlaceStartDate


@rule(
    "WorkPlaceEndDate_02",
    LearningDeliveryWorkPlacement,
    summary="A work placement can not end after its aim.",
    message="WorkPlaceEndDate {WorkPlaceEndDate} is after the aim ended on {LearnActEndDate}.",
    fix="Correct WorkPlaceEndDate or LearnActEndDate.",
    cases="""
        WorkPlaceEndDate | LearnActEndDate | fires | why
        2025-10-02       | 2025-10-01      | yes   | the day after
        2025-10-01       | 2025-10-01      | no    | that very day
        2025-10-02       |                 | no    | the aim goes on
                         | 2025-10-01      | no    | no end date
    """,
)
def ends_after_the_aim(placement):
    return placement.WorkPlaceEndDate > placement.LearnActEndDate


lookup("WorkPlaceMode_01", LearningDeliveryWorkPlacement, "WorkPlaceMode", known="1 2", unknown="3")


@rule(
    "WorkPlaceStartDate_01",
    LearningDelivery,
    summary="A work experience, supported internship or industry placement aim must have a work placement.",
    message="{LearnAimRef} is a work experience aim, but it has no work placement record.",
    fix="Add the work placement, or correct LearnAimRef.",
    cases="""
        LearnStartDate | LearnAimRef | LearningDeliveryWorkPlacement | fires | why
        2014-08-01     | Z0007834    |                               | yes   | first day
        2014-07-31     | Z0007834    |                               | no    | the day before
        2025-09-01     | Z0007835    |                               | yes   | listed
        2025-09-01     | Z0007836    |                               | yes   | listed
        2025-09-01     | Z0007837    |                               | yes   | listed
        2025-09-01     | Z0007838    |                               | yes   | listed
        2025-09-01     | Z0002347    |                               | yes   | listed
        2025-09-01     | ZWRKX001    |                               | yes   | listed
        2025-09-01     | ZWRKX002    |                               | yes   | listed
        2025-09-01     | ZWRKX003    |                               | no    | T Level: WorkPlacement_01
        2025-09-01     | Z0007834    | WorkPlaceMode=1               | no    | a placement
        2025-09-01     | Z0007839    |                               | no    | another aim
    """,
)
def work_experience_without_placement(aim):
    return (aim.LearnStartDate >= "2014-08-01") & aim.LearnAimRef.is_in(WORK_EXPERIENCE) & ~has_placement(aim)


@rule(
    "WorkPlaceStartDate_02",
    LearningDeliveryWorkPlacement,
    summary="A work placement can not start before its aim.",
    message="WorkPlaceStartDate {WorkPlaceStartDate} is before the aim starts on {LearnStartDate}.",
    fix="Correct WorkPlaceStartDate or LearnStartDate.",
    cases="""
        WorkPlaceStartDate | LearnStartDate | fires | why
        2025-08-31         | 2025-09-01     | yes   | the day before
        2025-09-01         | 2025-09-01     | no    | that very day
                           | 2025-09-01     | no    | no start date: the schema asks for it
    """,
)
def starts_before_the_aim(placement):
    return placement.WorkPlaceStartDate < placement.LearnStartDate


@rule(
    "WorkPlaceStartDate_03",
    LearningDeliveryWorkPlacement,
    summary="Only work experience aims have a work placement.",
    message="{LearnAimRef} is no work experience aim, but it has a work placement.",
    fix="Remove the work placement, or move it to the work experience aim.",
    cases="""
        LearnAimRef | WorkPlaceMode | fires | why
        50000001    | 1             | yes   | another aim
                    | 1             | yes   | aim blank
        Z0007834    | 1             | no    | listed
        Z0007835    | 1             | no    | listed
        Z0007836    | 1             | no    | listed
        Z0007837    | 1             | no    | listed
        Z0007838    | 1             | no    | listed
        Z0002347    | 1             | no    | listed
        ZWRKX001    | 1             | no    | listed
        ZWRKX002    | 1             | no    | listed
        ZWRKX003    | 1             | no    | T Level industry placement
    """,
)
def placement_on_another_aim(placement):
    return ~placement.LearnAimRef.is_in(WORK_EXPERIENCE, T_LEVEL_PLACEMENT)


@rule(
    "WorkPlaceStartDate_04",
    LearningDelivery,
    summary="Industry placements (ZWRKX002) and T Level placements (ZWRKX003) are 16 to 19 funded.",
    message="{LearnAimRef} is an industry placement, but FundModel is {FundModel}.",
    fix="Record FundModel 25, or correct LearnAimRef.",
    unless=(is_non_funded,),
    cases="""
        LearnAimRef | FundModel | fires | why
        ZWRKX002    | 35        | yes   | another funding model
        ZWRKX003    | 82        | yes   | another funding model
        ZWRKX003    |           | yes   | funding model blank
        ZWRKX002    | 25        | no    | 16 to 19
        ZWRKX003    | 99        | no    | non-funded T Level
        ZWRKX001    | 35        | no    | another aim
    """,
)
def industry_placement_on_other_funding(aim):
    return aim.LearnAimRef.is_in("ZWRKX002", T_LEVEL_PLACEMENT) & (aim.FundModel != 25)


@rule(
    "WorkPlacement_01",
    LearningDelivery,
    summary="A T Level industry placement aim must have a work placement.",
    message="{LearnAimRef} is a T Level industry placement, but it has no work placement record.",
    fix="Add the work placement, or correct LearnAimRef.",
    cases="""
        LearnAimRef | LearningDeliveryWorkPlacement | fires | why
        ZWRKX003    |                               | yes   | none
        ZWRKX003    | WorkPlaceMode=2               | no    | a placement
        ZWRKX002    |                               | no    | WorkPlaceStartDate_01
    """,
)
def t_level_placement_without_record(aim):
    return (aim.LearnAimRef == T_LEVEL_PLACEMENT) & ~has_placement(aim)
