"""UKPRN_31 to UKPRN_35: learning dates against what the apprenticeship service says that the provider may deliver.

Only courses that the service lists for the provider are judged. Where it lists one more than once, an entry that allows
the date is enough.
"""

from collections.abc import Callable

from openilr.derive.codes import has_fam, is_restart
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule

LIVE = ("Active", "ActiveButNotTakingOnApprentices")
DATES = (
    "Check the date; if it is right, ask for the provider's course dates in the apprenticeship service to be corrected."
)


def _listed(aim: Record, type: str, code: Expr, where: Callable[[Record], Expr] | None = None) -> Expr:
    """Whether the service lists the course for the provider as a live course of this type (and as ``where`` asks)."""

    def wanted(course: Record) -> Expr:
        live = (course.CourseType == type) & course.Status.is_in(LIVE)
        return live & where(course) if where else live

    return aim.any("apprenticeship_service", wanted, same={"UKPRN": aim.UKPRN, "LARSCode": code})


def _last_day(aim: Record, type: str, code: Expr, column: str) -> Expr:
    """The latest day in a column among the provider's live entries for the course, for messages."""
    return aim.last(
        "apprenticeship_service",
        lambda c: c.field(column),
        lambda c: (c.CourseType == type) & c.Status.is_in(LIVE),
        same={"UKPRN": aim.UKPRN, "LARSCode": code},
    )


def short_course(aim: Record, where: Callable[[Record], Expr] | None = None) -> Expr:
    return _listed(aim, "ShortCourse", aim.LearnAimRef, where)


def apprenticeship(aim: Record, where: Callable[[Record], Expr] | None = None) -> Expr:
    return _listed(aim, "Apprenticeship", aim.StdCode.as_text(), where)


def begun_by(course: Record, day: Expr) -> Expr:
    return course.EffectiveFrom.missing | (course.EffectiveFrom <= day)


def not_ended_on(course: Record, day: Expr) -> Expr:
    return course.EffectiveTo.missing | (day <= course.EffectiveTo)


def takes_starts_on(course: Record, day: Expr) -> Expr:
    return course.LastDateStarts.missing | (day <= course.LastDateStarts)


@rule(
    "UKPRN_31",
    LearningDelivery,
    summary="An aim with LDM 403 must start while the provider's short course is open in the apprenticeship service.",
    message="The aim starts on {LearnStartDate}, outside the dates of short course {LearnAimRef} in the "
    "apprenticeship service.",
    fix=DATES,
    cases="""
        LearnAimRef | LearnStartDate | FAM    | apprenticeship_service                                                                              | fires | why
        ZSC00001    | 2026-08-31     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                        | yes   | the day before the first
        ZSC00001    | 2026-09-01     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                        | no    | the first day
        ZSC00001    | 2026-12-31     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 EffectiveTo=2026-12-31 | no    | the last day
        ZSC00001    | 2027-01-01     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 EffectiveTo=2026-12-31 | yes   | the day after the last
        ZSC00001    | 2026-08-31     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=ActiveButNotTakingOnApprentices EffectiveFrom=2026-09-01 | yes | the other live status
        ZSC00001    | 2026-08-31     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Removed EffectiveFrom=2026-09-01                       | no    | not live
        ZSC00001    | 2026-08-31     | LDM403 | LARSCode=ZSC00001 CourseType=Apprenticeship Status=Active EffectiveFrom=2026-09-01                     | no    | no short course
        ZSC00001    | 2026-08-31     | LDM403 | LARSCode=ZSC00002 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                        | no    | another course
        ZSC00001    | 2026-08-31     | LDM403 | UKPRN=10000002 LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01         | no    | another provider
        ZSC00001    | 2026-08-31     | LDM403 |                                                                                                     | no    | not in the service
        ZSC00001    | 2026-08-31     | LDM402 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                        | no    | another LDM code
        ZSC00001    | 2026-07-31     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-01-01 EffectiveTo=2026-07-31; LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 | no | open in one of two spans
        ZSC00001    | 2026-08-15     | LDM403 | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-01-01 EffectiveTo=2026-07-31; LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 | yes | between two spans
    """,
)
def unit_starts_outside_service_dates(aim):
    start = aim.LearnStartDate
    is_open = short_course(aim, lambda course: begun_by(course, start) & not_ended_on(course, start))
    return has_fam(aim, "LDM", "403") & start.known & short_course(aim) & ~is_open


@rule(
    "UKPRN_32",
    LearningDelivery,
    summary="An apprenticeship unit must start from the first day to the last day for new starts that the "
    "apprenticeship service gives the provider's short course.",
    message="The aim starts on {LearnStartDate}, outside the dates for starts on short course {LearnAimRef} in the "
    "apprenticeship service.",
    fix=DATES,
    cases="""
        LearnAimRef | LearnStartDate | ProgType | apprenticeship_service                                                                                 | fires | why
        ZSC00001    | 2026-08-31     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                           | yes   | the day before the first
        ZSC00001    | 2026-09-01     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                           | no    | the first day
        ZSC00001    | 2026-12-31     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 LastDateStarts=2026-12-31 | no    | the last day for starts
        ZSC00001    | 2027-01-01     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 LastDateStarts=2026-12-31 | yes   | the day after it
        ZSC00001    | 2027-01-01     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01 EffectiveTo=2026-12-31    | no    | the end is UKPRN_34's question
        ZSC00001    | 2026-08-31     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=ActiveButNotTakingOnApprentices EffectiveFrom=2026-09-01  | yes   | the other live status
        ZSC00001    | 2026-08-31     | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Removed EffectiveFrom=2026-09-01                          | no    | not live
        ZSC00001    | 2026-08-31     | 34       | LARSCode=ZSC00001 CourseType=Apprenticeship Status=Active EffectiveFrom=2026-09-01                        | no    | no short course
        ZSC00001    | 2026-08-31     | 34       | LARSCode=ZSC00002 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                           | no    | another course
        ZSC00001    | 2026-08-31     | 34       | UKPRN=10000002 LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01            | no    | another provider
        ZSC00001    | 2026-08-31     | 34       |                                                                                                        | no    | not in the service
        ZSC00001    | 2026-08-31     | 25       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveFrom=2026-09-01                           | no    | another programme type
    """,
)
def unit_starts_outside_dates_for_starts(aim):
    start = aim.LearnStartDate
    is_open = short_course(aim, lambda course: begun_by(course, start) & takes_starts_on(course, start))
    return (aim.ProgType == 34) & start.known & short_course(aim) & ~is_open


@rule(
    "UKPRN_33",
    LearningDelivery,
    summary="An apprenticeship must start by the last day for new starts that the apprenticeship service gives the "
    "provider for the standard.",
    message="The programme starts on {LearnStartDate}; the last day for starts on standard {StdCode} in the "
    "apprenticeship service is {last}.",
    show={"last": lambda aim: _last_day(aim, "Apprenticeship", aim.StdCode.as_text(), "LastDateStarts")},
    fix=DATES,
    unless=(is_restart,),
    cases="""
        StdCode | LearnStartDate | FundModel | AimType | FAM  | apprenticeship_service                                                                               | fires | why
        91      | 2027-01-01     | 36        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31                          | yes   | the day after the last
        91      | 2026-12-31     | 36        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31                          | no    | the last day
        91      | 2027-01-01     | 36        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=Active                                                    | no    | no last day
        91      | 2026-08-31     | 36        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveFrom=2026-09-01                           | no    | the first day is not asked for
        91      | 2027-01-01     | 36        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=ActiveButNotTakingOnApprentices LastDateStarts=2026-12-31 | yes   | the other live status
        91      | 2027-01-01     | 36        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=Removed LastDateStarts=2026-12-31                         | no    | not live
        91      | 2027-01-01     | 36        | 1       |      | LARSCode=91 CourseType=ShortCourse Status=Active LastDateStarts=2026-12-31                             | no    | a short course
        91      | 2027-01-01     | 36        | 1       |      | LARSCode=92 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31                          | no    | another standard
        91      | 2027-01-01     | 36        | 1       |      | UKPRN=10000002 LARSCode=91 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31           | no    | another provider
        91      | 2027-01-01     | 36        | 1       |      |                                                                                                      | no    | not in the service
        91      | 2027-01-01     | 36        | 3       |      | LARSCode=91 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31                          | no    | a component aim
        91      | 2027-01-01     | 99        | 1       |      | LARSCode=91 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31                          | no    | another funding model
        91      | 2027-01-01     | 36        | 1       | RES1 | LARSCode=91 CourseType=Apprenticeship Status=Active LastDateStarts=2026-12-31                          | no    | restart
    """,
)
def apprenticeship_starts_after_last_day_for_starts(aim):
    start = aim.LearnStartDate
    in_scope = (aim.FundModel == 36) & (aim.AimType == 1) & start.known & apprenticeship(aim)
    return in_scope & ~apprenticeship(aim, lambda course: takes_starts_on(course, start))


@rule(
    "UKPRN_34",
    LearningDelivery,
    summary="An apprenticeship unit must end by the end of the provider's short course in the apprenticeship service.",
    message="The aim ended on {LearnActEndDate}; short course {LearnAimRef} ended on {last} in the apprenticeship service.",
    show={"last": lambda aim: _last_day(aim, "ShortCourse", aim.LearnAimRef, "EffectiveTo")},
    fix=DATES,
    cases="""
        LearnAimRef | LearnActEndDate | ProgType | apprenticeship_service                                                                                | fires | why
        ZSC00001    | 2027-01-01      | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31                           | yes   | the day after the end
        ZSC00001    | 2026-12-31      | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31                           | no    | the last day
        ZSC00001    |                 | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31                           | no    | not ended
        ZSC00001    | 2027-01-01      | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active                                                  | no    | the course has no end
        ZSC00001    | 2027-01-01      | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=ActiveButNotTakingOnApprentices EffectiveTo=2026-12-31  | yes   | the other live status
        ZSC00001    | 2027-01-01      | 34       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Removed EffectiveTo=2026-12-31                          | no    | not live
        ZSC00001    | 2027-01-01      | 34       | LARSCode=ZSC00001 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                        | no    | no short course
        ZSC00001    | 2027-01-01      | 34       | LARSCode=ZSC00002 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31                           | no    | another course
        ZSC00001    | 2027-01-01      | 34       | UKPRN=10000002 LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31            | no    | another provider
        ZSC00001    | 2027-01-01      | 25       | LARSCode=ZSC00001 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31                           | no    | another programme type
    """,
)
def unit_ends_after_course(aim):
    end = aim.LearnActEndDate
    in_scope = (aim.ProgType == 34) & end.known & short_course(aim)
    return in_scope & ~short_course(aim, lambda course: not_ended_on(course, end))


@rule(
    "UKPRN_35",
    LearningDelivery,
    summary="An apprenticeship must end by the day on which the apprenticeship service ends the standard for the provider.",
    message="The programme ended on {LearnActEndDate}; standard {StdCode} ended on {last} in the apprenticeship service.",
    show={"last": lambda aim: _last_day(aim, "Apprenticeship", aim.StdCode.as_text(), "EffectiveTo")},
    fix=DATES,
    cases="""
        StdCode | LearnActEndDate | FundModel | AimType | apprenticeship_service                                                                            | fires | why
        91      | 2027-01-01      | 36        | 1       | LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                          | yes   | the day after the end
        91      | 2026-12-31      | 36        | 1       | LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                          | no    | the last day
        91      |                 | 36        | 1       | LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                          | no    | not ended
        91      | 2027-01-01      | 36        | 1       | LARSCode=91 CourseType=Apprenticeship Status=Active                                                 | no    | the standard has no end
        91      | 2027-01-01      | 36        | 1       | LARSCode=91 CourseType=Apprenticeship Status=ActiveButNotTakingOnApprentices EffectiveTo=2026-12-31 | yes   | the other live status
        91      | 2027-01-01      | 36        | 1       | LARSCode=91 CourseType=Apprenticeship Status=Removed EffectiveTo=2026-12-31                         | no    | not live
        91      | 2027-01-01      | 36        | 1       | LARSCode=91 CourseType=ShortCourse Status=Active EffectiveTo=2026-12-31                             | no    | a short course
        91      | 2027-01-01      | 36        | 1       | LARSCode=92 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                          | no    | another standard
        91      | 2027-01-01      | 36        | 1       | UKPRN=10000002 LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31           | no    | another provider
        91      | 2027-01-01      | 36        | 3       | LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                          | no    | a component aim
        91      | 2027-01-01      | 99        | 1       | LARSCode=91 CourseType=Apprenticeship Status=Active EffectiveTo=2026-12-31                          | no    | another funding model
    """,
)
def apprenticeship_ends_after_standard(aim):
    end = aim.LearnActEndDate
    in_scope = (aim.FundModel == 36) & (aim.AimType == 1) & end.known & apprenticeship(aim)
    return in_scope & ~apprenticeship(aim, lambda course: not_ended_on(course, end))
