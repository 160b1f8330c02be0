"""Who may be fully funded: ages, levels, benefits and many exclusions, read aim by aim from the published text."""

from datetime import date

from tests.second_reading.model import reading
from tests.second_reading.words import (
    DIGITAL,
    ENGLISH_AND_MATHS,
    aged,
    apprenticeship,
    categories,
    dam_023,
    dd12,
    dd21,
    dd28,
    dd29,
    dd38,
    devolved,
    ldm,
    legal_type,
    level,
    prior_on_start,
    restart,
    skills,
    started,
)

UP_TO_LEVEL_2 = ("E", "1", "2")
LEVEL_2_OR_ABOVE = (4, 6, 7, 8, 9, 10, 97, 98)


def fully_funded(aim):
    return bool(aim.fams("FFI", "1"))


def any_prior_level_2(aim):
    return any(p.PriorLevel in LEVEL_2_OR_ABOVE for p in aim.learner.all("PriorAttain"))


@reading("LearnDelFAMType_57", "LearningDelivery")
def fam_57(aim, facts):
    if not (started(aim, last=date(2016, 7, 31)) and aim.FundModel == 35 and aged(aim, 24)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or not fully_funded(aim):
        return False
    if apprenticeship(aim) or ldm(aim, "034", "328", "347") or dd12(aim) or dd21(aim) or restart(aim):
        return False
    return not (
        skills(aim, facts, ENGLISH_AND_MATHS) or 19 in categories(aim, facts) or legal_type(aim, facts) == "USDC"
    )


@reading("LearnDelFAMType_60", "LearningDelivery")
def fam_60(aim, facts):
    if not (started(aim, date(2016, 8, 1), date(2017, 7, 31)) and aim.FundModel == 35 and aged(aim, 24)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or not fully_funded(aim):
        return False
    if apprenticeship(aim) or ldm(aim, "034", "328", "347") or restart(aim):
        return False
    # The two published texts leave out different learners; all of them are left out.
    if dd12(aim) or dd21(aim) or dd28(aim) or dd29(aim, facts):
        return False
    return not (
        skills(aim, facts, ENGLISH_AND_MATHS) or 19 in categories(aim, facts) or legal_type(aim, facts) == "USDC"
    )


@reading("LearnDelFAMType_61", "LearningDelivery")
def fam_61(aim, facts):
    if not (started(aim, date(2017, 8, 1), date(2020, 7, 31)) and aim.FundModel == 35 and aged(aim, 19, 23)):
        return False
    if level(aim, facts) != "2" or 37 in categories(aim, facts) or not fully_funded(aim):
        return False
    if apprenticeship(aim) or dd29(aim, facts) or ldm(aim, "034", "328", "347", "363") or restart(aim) or dam_023(aim):
        return False
    return not (dd12(aim) or dd21(aim) or dd28(aim) or skills(aim, facts, ENGLISH_AND_MATHS))


@reading("LearnDelFAMType_65", "LearningDelivery")
def fam_65(aim, facts):
    if not (started(aim, date(2017, 8, 1), date(2020, 7, 31)) and aim.FundModel == 35 and aged(aim, 19, 23)):
        return False
    if not any(p.PriorLevel in LEVEL_2_OR_ABOVE for p in prior_on_start(aim)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or not fully_funded(aim):
        return False
    if apprenticeship(aim) or dd29(aim, facts) or ldm(aim, "034", "328", "347", "363") or restart(aim) or dam_023(aim):
        return False
    return not (dd21(aim) or dd28(aim) or skills(aim, facts, ENGLISH_AND_MATHS))


@reading("LearnDelFAMType_66", "LearningDelivery")
def fam_66(aim, facts):
    if not (started(aim, date(2017, 8, 1), date(2020, 7, 31)) and aim.FundModel == 35 and aged(aim, 24)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or not fully_funded(aim):
        return False
    if apprenticeship(aim) or dd29(aim, facts) or ldm(aim, "034", "328", "347", "363") or restart(aim) or dam_023(aim):
        return False
    return not (dd21(aim) or dd28(aim) or skills(aim, facts, ENGLISH_AND_MATHS))


@reading("LearnDelFAMType_79", "LearningDelivery")
def fam_79(aim, facts):
    if not (started(aim, date(2020, 8, 1), date(2024, 7, 31)) and aim.FundModel == 35 and aged(aim, 19, 23)):
        return False
    if level(aim, facts) != "2" or 37 in categories(aim, facts) or not fully_funded(aim):
        return False
    if apprenticeship(aim) or dd29(aim, facts) or ldm(aim, "034", "328", "347", "363") or restart(aim) or dam_023(aim):
        return False
    return not (dd21(aim) or dd38(aim) or skills(aim, facts, ENGLISH_AND_MATHS | {43}))


@reading("LearnDelFAMType_80", "LearningDelivery")
def fam_80(aim, facts):
    if not (started(aim, date(2020, 8, 1), date(2024, 7, 31)) and aim.FundModel == 35 and aged(aim, 19, 23)):
        return False
    if not any_prior_level_2(aim) or level(aim, facts) not in UP_TO_LEVEL_2 or not fully_funded(aim):
        return False
    if apprenticeship(aim) or dd29(aim, facts) or ldm(aim, "034", "328", "347", "363") or restart(aim) or dam_023(aim):
        return False
    return not (dd21(aim) or dd38(aim) or skills(aim, facts, ENGLISH_AND_MATHS | DIGITAL))


@reading("LearnDelFAMType_81", "LearningDelivery")
def fam_81(aim, facts):
    if not (started(aim, date(2020, 8, 1), date(2024, 7, 31)) and aim.FundModel == 35 and aged(aim, 24)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or not fully_funded(aim):
        return False
    if apprenticeship(aim) or dd29(aim, facts) or ldm(aim, "034", "328", "363") or restart(aim) or dam_023(aim):
        return False
    return not (dd38(aim) or skills(aim, facts, ENGLISH_AND_MATHS | DIGITAL))


def asf_from_2024(aim):
    return started(aim, date(2024, 8, 1)) and aim.FundModel == 38


@reading("LearnDelFAMType_122", "LearningDelivery")
def fam_122(aim, facts):
    if not (asf_from_2024(aim) and aged(aim, 19, 23) and level(aim, facts) == "2" and fully_funded(aim)):
        return False
    if 37 in categories(aim, facts) or ldm(aim, "391"):
        return False
    return not (restart(aim) or dam_023(aim) or skills(aim, facts, ENGLISH_AND_MATHS))


@reading("LearnDelFAMType_123", "LearningDelivery")
def fam_123(aim, facts):
    if not (asf_from_2024(aim) and aged(aim, 19, 23) and fully_funded(aim)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or 37 in categories(aim, facts) or ldm(aim, "391"):
        return False
    return not (restart(aim) or devolved(aim, facts) or skills(aim, facts, ENGLISH_AND_MATHS | DIGITAL))


@reading("LearnDelFAMType_124", "LearningDelivery")
def fam_124(aim, facts):
    if not (asf_from_2024(aim) and aged(aim, 24) and fully_funded(aim)):
        return False
    if level(aim, facts) not in UP_TO_LEVEL_2 or ldm(aim, "391"):
        return False
    return not (restart(aim) or dam_023(aim) or skills(aim, facts, ENGLISH_AND_MATHS | DIGITAL))


@reading("LearnDelFAMType_125", "LearningDelivery")
def fam_125(aim, facts):
    if not (asf_from_2024(aim) and aged(aim, 24) and level(aim, facts) == "3" and 38 in categories(aim, facts)):
        return False
    return not (ldm(aim, "378", "395") or restart(aim) or dam_023(aim))


@reading("LearnDelFAMType_130", "LearningDelivery")
def fam_130(aim, facts):
    if not (asf_from_2024(aim) and 37 in categories(aim, facts) and aged(aim, 19, 23) and any_prior_level_2(aim)):
        return False
    if not fully_funded(aim) or ldm(aim, "391"):
        return False
    return not (restart(aim) or devolved(aim, facts) or skills(aim, facts, ENGLISH_AND_MATHS | DIGITAL))
