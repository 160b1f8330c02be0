"""Starts before August 2021: the aim must have been open for new starts in the category of its funding."""

from __future__ import annotations

from openilr.derive.codes import is_restart
from openilr.derive.expressions import Expr, Record, any_of
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learning_delivery.learn_aim_ref.provisions import (
    ADULT_SKILLS,
    ANY,
    COMMUNITY_LEARNING,
    DEVOLVED,
    FOURTEEN_TO_SIXTEEN,
    LOANS,
    SIXTEEN_TO_NINETEEN,
    Provision,
)
from openilr.validate.rules.learning_delivery.learn_aim_ref.validities import is_valid_on

#: Table 1 of the LARS validity codes, 2025-26. Its row for APPRENTICESHIPS holds no aim: it wants DD07 = Y, which is
#: ProgType 25, and excludes ProgType 25.
TABLE_1 = (ADULT_SKILLS, SIXTEEN_TO_NINETEEN, COMMUNITY_LEARNING, LOANS, ANY, DEVOLVED, FOURTEEN_TO_SIXTEEN)


def _is_asked_of(provision: Provision, aim: Record) -> Expr:
    """Whether the aim meets the criteria of a row of the table. All rows but one leave restarts out."""
    result = provision.belongs(aim)
    for exclusion in provision.unless:
        result = result & ~exclusion(aim)
    return result if provision is FOURTEEN_TO_SIXTEEN else result & ~is_restart(aim)


@rule(
    "LearnAimRef_88",
    LearningDelivery,
    summary="Aims that started before August 2021 started while LARS let learners start in their funding's category.",
    message="{LearnAimRef} started on {LearnStartDate}, when LARS did not let learners start it with FundModel {FundModel}.",
    why="An aim that LARS does not hold valid for this provision is not paid for.",
    fix="Choose a learning aim that LARS funds in this way, or correct FundModel or LearnStartDate. If the learner "
    "restarts, add the restart indicator (RES).",
    cases="""
        LearnStartDate | FundModel | ProgType | FAM           | lars_validity | fires | why
        2021-07-31     | 35        |          |               | ValidityCategory=ADULT_SKILLS StartDate=2015-08-01 LastNewStartDate=2021-07-30 | yes | closed for new starts the day before
        2021-08-01     | 35        |          |               | ValidityCategory=ADULT_SKILLS StartDate=2015-08-01 LastNewStartDate=2021-07-30 | no  | later starts have rules of their own
        2021-07-31     | 35        |          |               | ValidityCategory=ADULT_SKILLS StartDate=2015-08-01 LastNewStartDate=2021-07-31 | no  | last day for new starts
        2021-07-31     | 35        |          |               | ValidityCategory=Adult_Skills StartDate=2015-08-01                             | no  | open, in the spelling of the table
        2021-07-31     | 35        |          |               | ValidityCategory=ADULT_SKILLS StartDate=2021-08-01                             | yes | valid from the day after
        2021-07-31     | 35        |          |               | ValidityCategory=ADULT_SKILLS StartDate=2021-07-31                             | no  | valid from that day
        2019-09-01     | 35        |          |               | ValidityCategory=ADULT_SKILLS StartDate=2015-08-01 LastNewStartDate=2017-07-31; ValidityCategory=ADULT_SKILLS StartDate=2019-08-01 | no | the second record holds it
        2019-09-01     | 35        |          |               | ValidityCategory=ANY StartDate=2015-08-01                                      | yes | another category only
        2019-09-01     | 35        |          |               |                                                                                | yes | no validity at all
        2019-09-01     | 35        | 25       |               |                                                                                | no  | apprenticeship
        2019-09-01     | 35        |          | LDM034        |                                                                                | no  | in custody
        2019-09-01     | 35        |          | LDM378        |                                                                                | no  | free course for jobs
        2019-09-01     | 35        |          | RES1          |                                                                                | no  | restart
        2019-09-01     | 35        |          | SOF110        | ValidityCategory=ADULT_SKILLS StartDate=2015-08-01                             | yes | a devolved authority funds: another category
        2019-09-01     | 35        |          | SOF110        | ValidityCategory=MCA_GLA StartDate=2015-08-01                                  | no  | devolved
        2019-09-01     | 35        |          | SOF110 LDM378 |                                                                                | no  | devolved free course for jobs
        2019-09-01     | 35        |          | SOF110 RES1   |                                                                                | no  | devolved restart
        2019-09-01     | 25        |          |               | ValidityCategory=1619_EFA StartDate=2015-08-01                                 | no  | 16 to 19
        2019-09-01     | 82        |          |               | ValidityCategory=ANY StartDate=2015-08-01                                      | yes | other 16 to 19
        2019-09-01     | 25        |          | RES1          |                                                                                | no  | 16 to 19 restart
        2019-09-01     | 25        |          | LDM320        | ValidityCategory=1416_EFA StartDate=2015-08-01                                 | no  | 14 to 16
        2019-09-01     | 25        |          | LDM381        | ValidityCategory=1619_EFA StartDate=2015-08-01                                 | yes | 14 to 16, in the category of 16 to 19
        2019-09-01     | 25        |          | LDM321 RES1   | ValidityCategory=1619_EFA StartDate=2015-08-01                                 | yes | 14 to 16: restarts are not left out
        2019-09-01     | 10        |          |               |                                                                                | yes | community learning
        2019-09-01     | 10        |          |               | ValidityCategory=COMM_LEARN StartDate=2015-08-01                               | no  | community learning, valid
        2019-09-01     | 10        |          | SOF110        | ValidityCategory=COMM_LEARN StartDate=2015-08-01                               | no  | two categories, valid in one
        2019-09-01     | 99        |          | ADL1          | ValidityCategory=ANY StartDate=2015-08-01                                      | yes | a loan needs its own category
        2019-09-01     | 99        |          | ADL1          | ValidityCategory=ADV_LEARN_LOAN StartDate=2015-08-01                           | no  | a loan
        2019-09-01     | 99        |          |               | ValidityCategory=ADV_LEARN_LOAN StartDate=2015-08-01                           | yes | no loan
        2019-09-01     | 81        |          |               | ValidityCategory=ANY StartDate=2015-08-01                                      | no  | other adult
        2019-09-01     | 36        | 25       |               | ValidityCategory=APPRENTICESHIPS StartDate=2015-08-01                          | yes | a standard needs ANY
        2019-09-01     | 36        | 20       |               |                                                                                | no  | a framework is in no row of the table
        2019-09-01     |           |          |               |                                                                                | no  | no funding model
    """,
)
def could_not_start_before_august_2021(aim):
    asked = [
        (_is_asked_of(p, aim), is_valid_on(aim, aim.LearnStartDate, p.categories, "LastNewStartDate")) for p in TABLE_1
    ]
    is_asked = any_of(*(criteria for criteria, _ in asked))
    is_valid = any_of(*(criteria & valid for criteria, valid in asked))
    return (aim.LearnStartDate < "2021-08-01") & is_asked & ~is_valid
