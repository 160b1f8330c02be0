"""OrigLearnStartDate: when the learner first started an aim that is now restarted."""

from __future__ import annotations

from collections.abc import Mapping

from openilr.derive.codes import has_fam, is_restart
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learning_delivery.learn_aim_ref.validities import dates_of, is_valid_on
from openilr.validate.rules.learning_delivery.learn_del_fam_type.exclusions import is_apprenticeship

CORRECT = "Correct OrigLearnStartDate or LearnStartDate."


def is_free_course_for_jobs(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "378")


@rule(
    "OrigLearnStartDate_01",
    LearningDelivery,
    summary="The original start is at most 10 years before the start.",
    message="OrigLearnStartDate {OrigLearnStartDate} is more than 10 years before LearnStartDate {LearnStartDate}.",
    fix=CORRECT,
    cases="""
        OrigLearnStartDate | LearnStartDate | fires | why
        2015-09-01         | 2025-09-01     | no    | ten years before
        2015-08-31         | 2025-09-01     | yes   | ten years and a day before
        2024-09-01         | 2025-09-01     | no    | a year before
                           | 2025-09-01     | no    | not returned
        2015-08-31         |                | no    | no start to compare
    """,
)
def more_than_ten_years_before_start(aim):
    return aim.OrigLearnStartDate < aim.LearnStartDate.plus_years(-10)


@rule(
    "OrigLearnStartDate_02",
    LearningDelivery,
    summary="The original start is before the start.",
    message="OrigLearnStartDate {OrigLearnStartDate} is not before LearnStartDate {LearnStartDate}.",
    fix=CORRECT,
    cases="""
        OrigLearnStartDate | LearnStartDate | fires | why
        2025-08-31         | 2025-09-01     | no    | the day before
        2025-09-01         | 2025-09-01     | yes   | the same day
        2025-09-02         | 2025-09-01     | yes   | after the start
                           | 2025-09-01     | no    | not returned
    """,
)
def not_before_start(aim):
    return aim.OrigLearnStartDate >= aim.LearnStartDate


def _not_for(
    models: tuple[int, ...], words: str, cases: str, since: str | None = None, until: str | None = None
) -> None:
    rule(
        "OrigLearnStartDate_03", LearningDelivery,
        summary=f"{words} aims have no original start.",
        message="OrigLearnStartDate {OrigLearnStartDate} is recorded on FundModel {FundModel}.",
        fix="Remove OrigLearnStartDate, or correct FundModel.",
        cases=cases, since=since, until=until,
    )(lambda aim: aim.FundModel.is_in(models) & aim.OrigLearnStartDate.known)  # fmt: skip


_FUNDING_CASES = """
    OrigLearnStartDate | FundModel | years | fires | why
    2024-09-01         | 25        |       | yes   | 16 to 19
    2024-09-01         | 82        |       | yes   | other 16 to 19
    2024-09-01         | 10        | 2526  | yes   | community learning
    2024-09-01         | 10        | 2627  | no    | community learning is no longer named
    2024-09-01         | 35        |       | no    | another funding model
    2024-09-01         |           |       | no    | no funding model
                       | 25        |       | no    | not returned
"""
_not_for((25, 82, 10), "16 to 19 funded and community learning", _FUNDING_CASES, until="2526")
_not_for((25, 82), "16 to 19 funded", _FUNDING_CASES, since="2627")


@rule(
    "OrigLearnStartDate_04",
    LearningDelivery,
    summary="An aim with an original start is a restart (RES).",
    message="OrigLearnStartDate {OrigLearnStartDate} is recorded, but no restart indicator (RES).",
    fix="Add the restart indicator (RES 1), or remove OrigLearnStartDate.",
    cases="""
        OrigLearnStartDate | FAM    | fires | why
        2024-09-01         |        | yes   | no FAM record
        2024-09-01         | SOF105 | yes   | other FAM records
        2024-09-01         | RES1   | no    | restart
                           |        | no    | not returned
    """,
)
def no_restart_indicator(aim):
    return aim.OrigLearnStartDate.known & ~is_restart(aim)


@rule(
    "OrigLearnStartDate_09",
    LearningDelivery,
    summary="The original start of an apprenticeship (FundModel 36) that started since 1 May 2017 is not before that day.",
    message="OrigLearnStartDate {OrigLearnStartDate} is before 1 May 2017, the first day of FundModel 36; the aim started "
    "on {LearnStartDate}.",
    fix="Correct OrigLearnStartDate or FundModel.",
    cases="""
        OrigLearnStartDate | LearnStartDate | FundModel | fires | why
        2017-05-01         | 2018-09-01     | 36        | no    | the first day
        2017-04-30         | 2018-09-01     | 36        | yes   | the day before
        2017-04-30         | 2017-05-01     | 36        | yes   | started on the first day
        2016-09-01         | 2017-04-30     | 36        | no    | started the day before the rule
        2017-04-30         | 2018-09-01     | 35        | no    | another funding model
        2017-04-30         | 2018-09-01     |           | no    | no funding model
                           | 2018-09-01     | 36        | no    | not returned
    """,
)
def apprenticeship_before_may_2017(aim):
    is_in_scope = (aim.FundModel == 36) & (aim.LearnStartDate >= "2017-05-01")
    return is_in_scope & (aim.OrigLearnStartDate < "2017-05-01")


def _valid_then(
    id: str, words: str, belongs: Predicate, categories: tuple[str, ...], cells: Mapping[str, str], more: str = "",
    *, unless: tuple[Predicate, ...] = (), since: str | None = None, until: str | None = None,
) -> None:  # fmt: skip
    """A rule that LARS held the aim valid on the original start in one of these categories.

    ``cells`` are those of a case that belongs (FundModel, ProgType, FAM); ``more`` are further lines of the cases.
    """
    model, programme, fam = (cells.get(c, "") for c in ("FundModel", "ProgType", "FAM"))
    mine = f"{model} | {programme} | {fam}"
    first = categories[0]
    rule(
        id, LearningDelivery,
        summary=f"Aims of {words} were valid in {' or '.join(categories)} of LARS on the original start.",
        message="LARS does not hold {LearnAimRef} valid in " + " or ".join(categories) + " on OrigLearnStartDate "
        "{OrigLearnStartDate}. It does {dates}.",
        show={"dates": lambda aim: dates_of(aim, categories)},
        fix="Correct OrigLearnStartDate, LearnAimRef or FundModel.",
        unless=unless, since=since, until=until,
        cases=f"""
            OrigLearnStartDate | FundModel | ProgType | FAM | lars_validity | fires | why
            2020-09-01 | {mine} | ValidityCategory={first} StartDate=2020-09-01                         | no  | valid from that day
            2020-09-01 | {mine} | ValidityCategory={first} StartDate=2020-09-02                         | yes | valid from the day after
            2020-09-01 | {mine} | ValidityCategory={first} StartDate=2015-08-01 EndDate=2020-09-01      | no  | the last valid day
            2020-09-01 | {mine} | ValidityCategory={first} StartDate=2015-08-01 EndDate=2020-08-31      | yes | valid until the day before
            2020-09-01 | {mine} | ValidityCategory={first} StartDate=2015-08-01 LastNewStartDate=2018-07-31 | no  | closed for new starts, but valid
            2020-09-01 | {mine} | ValidityCategory=X StartDate=2015-08-01                               | yes | another category
            2020-09-01 | {mine} |                                                                       | yes | no validity at all
                       | {mine} |                                                                       | no  | not returned
            2020-09-01 | {mine} | ValidityCategory={first} StartDate=2010-08-01 EndDate=2012-07-31; ValidityCategory={first} StartDate=2019-08-01 | no | the second record holds it
            2020-09-01 | 25     | {programme} | {fam} |                                                  | no  | another funding model
            {more}
        """,
    )(
        lambda aim: aim.OrigLearnStartDate.known & belongs(aim)
        & ~is_valid_on(aim, aim.OrigLearnStartDate, categories)
    )  # fmt: skip


_ADULT_SKILLS = ("ADULT_SKILLS", "UNEMPLOYED", "OLASS_ADULT")
_ADULT_SKILLS_CASES = """
    2020-09-01 | 35 |    |        | ValidityCategory=UNEMPLOYED StartDate=2015-08-01   | no  | valid for the unemployed
    2020-09-01 | 35 |    |        | ValidityCategory=OLASS_ADULT StartDate=2015-08-01  | no  | valid in custody
    2020-09-01 | 35 | 25 |        |                                                    | no  | apprenticeship
    2020-09-01 | 35 |    | LDM378 |                                                    | no  | free course for jobs
    2020-09-01 | 35 |    | LDM347 |                                                    | yes | another monitoring code
"""
_FUND_CASES = """
    2020-09-01 | 38 |    | LDM378 |                                                    | no  | free course for jobs
    2020-09-01 | 38 |    | LDM347 |                                                    | yes | another monitoring code
"""
_DEVOLVED = "2020-09-01 | {} | | | ValidityCategory=MCA_GLA StartDate=2015-08-01 | {} | valid for devolved authorities"


def is_adult_skills(aim: Record) -> Expr:
    return aim.FundModel == 35


def is_other_adult_or_standard(aim: Record) -> Expr:
    return (aim.FundModel == 81) | ((aim.FundModel == 36) & (aim.ProgType == 25))


def is_loan(aim: Record) -> Expr:
    return (aim.FundModel == 99) & has_fam(aim, "ADL")


def is_bootcamp(aim: Record) -> Expr:
    return aim.FundModel == 37


def is_adult_skills_fund(aim: Record) -> Expr:
    return aim.FundModel == 38


_valid_then(
    "OrigLearnStartDate_06", "adult skills", is_adult_skills, _ADULT_SKILLS, {"FundModel": "35"},
    _ADULT_SKILLS_CASES + _DEVOLVED.format(35, "yes"), unless=(is_apprenticeship, is_free_course_for_jobs),
    until="2526",
)  # fmt: skip
_valid_then(
    "OrigLearnStartDate_06", "adult skills", is_adult_skills, (*_ADULT_SKILLS, "MCA_GLA"), {"FundModel": "35"},
    _ADULT_SKILLS_CASES + _DEVOLVED.format(35, "no"), unless=(is_apprenticeship, is_free_course_for_jobs),
    since="2627",
)  # fmt: skip
_valid_then(
    "OrigLearnStartDate_07", "other adult provision or an apprenticeship standard", is_other_adult_or_standard,
    ("ANY",), {"FundModel": "81"},
    """
    2020-09-01 | 36 | 25 |  |                                           | yes | a funded standard
    2020-09-01 | 36 | 25 |  | ValidityCategory=ANY StartDate=2015-08-01 | no  | a funded standard, valid
    2020-09-01 | 36 |    |  |                                           | no  | apprenticeship funding without a standard
    2020-09-01 | 99 | 25 |  |                                           | no  | a standard that is not funded
    """,
)  # fmt: skip
_valid_then(
    "OrigLearnStartDate_08", "an advanced learner loan", is_loan, ("ADV_LEARN_LOAN",),
    {"FundModel": "99", "FAM": "ADL1"}, "2020-09-01 | 99 | | | | no | no loan",
)  # fmt: skip
_valid_then("OrigLearnStartDate_10", "a Skills Bootcamp", is_bootcamp, ("ANY",), {"FundModel": "37"})
_valid_then(
    "OrigLearnStartDate_11", "the Adult Skills Fund", is_adult_skills_fund, ("ADULT_SKILLS",), {"FundModel": "38"},
    _FUND_CASES + _DEVOLVED.format(38, "yes"), unless=(is_free_course_for_jobs,), until="2526",
)  # fmt: skip
_valid_then(
    "OrigLearnStartDate_11", "the Adult Skills Fund", is_adult_skills_fund, ("ADULT_SKILLS", "MCA_GLA"),
    {"FundModel": "38"}, _FUND_CASES + _DEVOLVED.format(38, "no"), unless=(is_free_course_for_jobs,), since="2627",
)  # fmt: skip
