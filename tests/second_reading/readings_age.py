"""Ages at the start of the aim and on 31 August, and how long an apprenticeship lasts, read from the published text."""

from datetime import date, timedelta

from tests.second_reading.model import age, reading
from tests.second_reading.words import (
    aged,
    apprenticeship,
    categories,
    dam_023,
    lars,
    ldm,
    legal_type,
    level,
    restart,
    started,
    under,
)

AIM = "LearningDelivery"
LEVEL_3_AND_ABOVE = ("3", "4", "5", "6", "7", "8", "H")
A_LEVELS = ("0002", "1413", "1430", "1431", "1453")


def on_31_august(aim, facts):
    return age(aim.learner.DateOfBirth, facts.august_31)


def younger_on_31_august(aim, facts, limit):
    years = on_31_august(aim, facts)
    return years is not None and years < limit


def aged_on_31_august(aim, facts, least, most=500):
    years = on_31_august(aim, facts)
    return years is not None and least <= years <= most


@reading("DateOfBirth_01", AIM)
def birth_01(aim, facts):
    models = (25, 82, 35, 36, 37, 38, 81) + ((39,) if facts.year == "2627" else ())
    return aim.FundModel in models and aim.learner.DateOfBirth is None and not ldm(aim, "034")


@reading("DateOfBirth_02", AIM)
def birth_02(aim, facts):
    models = (10, 99, 11) if facts.year == "2526" else (99, 11)
    return aim.FundModel in models and aim.learner.DateOfBirth is None and not aim.fams("ADL")


@reading("DateOfBirth_04", "Learner")
def birth_04(learner, facts):
    years = age(learner.DateOfBirth, facts.starts)
    return years is not None and years >= 115


@reading("DateOfBirth_05", AIM)
def birth_05(aim, facts):
    return aim.FundModel in (10, 99) and under(aim, 4)


@reading("DateOfBirth_06", AIM)
def birth_06(aim, facts):
    return aim.FundModel in (25, 82) and younger_on_31_august(aim, facts, 13)


@reading("DateOfBirth_07", AIM)
def birth_07(aim, facts):
    return aim.FundModel in (25, 82) and aged_on_31_august(aim, facts, 25) and bool(aim.fams("SOF", "107"))


@reading("DateOfBirth_12", AIM)
def birth_12(aim, facts):
    return aim.FundModel == 10 and under(aim, 19) and bool(aim.fams("ASL", "1", "2"))


@reading("DateOfBirth_13", AIM)
def birth_13(aim, facts):
    if aim.FundModel != 99 or not aim.fams("SOF", "1"):
        return False
    years = age(aim.learner.DateOfBirth, facts.ends)
    return years is not None and years < 16


@reading("DateOfBirth_14", AIM)
def birth_14(aim, facts):
    return aim.FundModel in (35, 81) and ldm(aim, "034") and under(aim, 18)


def source_other_than_107(aim):
    return any(f.LearnDelFAMCode != "107" for f in aim.fams("SOF"))


@reading("DateOfBirth_20", AIM)
def birth_20(aim, facts):
    return aim.FundModel in (25, 82) and younger_on_31_august(aim, facts, 19) and source_other_than_107(aim)


@reading("DateOfBirth_23", AIM)
def birth_23(aim, facts):
    if aim.FundModel != 99 or not aim.fams("ADL") or ldm(aim, "034"):
        return False
    return aim.learner.DateOfBirth is None


@reading("DateOfBirth_24", "Learner")
def birth_24(learner, facts):
    return learner.ULN is not None and learner.ULN != 9999999999 and learner.DateOfBirth is None


def adult_skills(aim):
    return (aim.FundModel == 35 and not apprenticeship(aim)) or aim.FundModel == 38


@reading("DateOfBirth_25", AIM)
def birth_25(aim, facts):
    if facts.year == "2627" and not started(aim, last=date(2026, 7, 31)):
        return False
    if not (adult_skills(aim) or aim.FundModel == 37) or ldm(aim, "034"):
        return False
    return younger_on_31_august(aim, facts, 19)


@reading("DateOfBirth_26", AIM)
def birth_26(aim, facts):
    return aim.FundModel == 99 and bool(aim.fams("ADL")) and under(aim, 19)


@reading("DateOfBirth_27", "Learner")
def birth_27(learner, facts):
    return learner.DateOfBirth is not None and learner.DateOfBirth >= facts.starts


def has_learner_fam(aim, type):
    return any(f.LearnFAMType == type for f in aim.learner.all("LearnerFAM"))


@reading("DateOfBirth_30", AIM)
def birth_30(aim, facts):
    if facts.year == "2526" and (ldm(aim, "034") or apprenticeship(aim)):
        return False
    if aim.FundModel not in (25, 82, 35, 38, 81) or not aged_on_31_august(aim, facts, 19, 24):
        return False
    return has_learner_fam(aim, "EHC") and source_other_than_107(aim)


def level_3_at_24(aim, facts):
    return aged(aim, 24) and level(aim, facts) in LEVEL_3_AND_ABOVE


def excused_before_2017(aim, facts):
    if apprenticeship(aim) or ldm(aim, "034", "347") or restart(aim):
        return True
    return 19 in categories(aim, facts) or legal_type(aim, facts) == "USDC"


@reading("DateOfBirth_32", AIM)
def birth_32(aim, facts):
    if not started(aim, date(2015, 8, 1), date(2016, 7, 31)) or aim.FundModel != 35:
        return False
    return level_3_at_24(aim, facts) and not excused_before_2017(aim, facts)


@reading("DateOfBirth_49", AIM)
def birth_49(aim, facts):
    if not started(aim, date(2016, 8, 1), date(2017, 7, 31)) or aim.FundModel != 35:
        return False
    return level_3_at_24(aim, facts) and not excused_before_2017(aim, facts)


@reading("DateOfBirth_55", AIM)
def birth_55(aim, facts):
    if not started(aim, date(2017, 8, 1), date(2024, 7, 31)) or aim.FundModel != 35 or not level_3_at_24(aim, facts):
        return False
    if apprenticeship(aim) or ldm(aim, "034", "378") or restart(aim) or dam_023(aim):
        return False
    return lars(aim, facts)["LearnAimRefType"] not in A_LEVELS


@reading("DateOfBirth_56", AIM)
def birth_56(aim, facts):
    if not started(aim, date(2024, 8, 1)) or aim.FundModel != 38 or not level_3_at_24(aim, facts):
        return False
    if ldm(aim, "378", "395") or restart(aim) or dam_023(aim):
        return False
    return lars(aim, facts)["LearnAimRefType"] not in A_LEVELS


@reading("DateOfBirth_34", "Learner")
def birth_34(learner, facts):
    years = age(learner.DateOfBirth, facts.august_31)
    if years is None or not 19 <= years <= 24 or not any(a.FundModel == 25 for a in learner.aims):
        return False
    types = {f.LearnFAMType for f in learner.all("LearnerFAM")}
    return "HNS" in types and "EHC" not in types


# How long an apprenticeship lasts -------------------------------------------------------------------------


def programme(aim, *models):
    return aim.FundModel in models and aim.ProgType == 25 and aim.AimType == 1 and not restart(aim)


def shorter(aim, end, days):
    return end is not None and (end - aim.LearnStartDate).days < days


@reading("DateOfBirth_37", AIM)
def birth_37(aim, facts):
    if not started(aim, date(2014, 8, 1), date(2016, 7, 31)) or not programme(aim, 35, 81):
        return False
    return aged(aim, 19) and shorter(aim, aim.LearnPlanEndDate, 365)


@reading("DateOfBirth_40", AIM)
def birth_40(aim, facts):
    if not started(aim, last=date(2016, 7, 31)) or not programme(aim, 35, 81):
        return False
    return aged(aim, 19) and aim.Outcome == 1 and shorter(aim, aim.LearnActEndDate, 365)


@reading("DateOfBirth_46", AIM)
def birth_46(aim, facts):
    if not started(aim, date(2016, 8, 1), date(2025, 7, 31)) or not programme(aim, 81, 36):
        return False
    return aged(aim, 16) and shorter(aim, aim.LearnPlanEndDate, 365)


@reading("DateOfBirth_47", AIM)
def birth_47(aim, facts):
    if not started(aim, date(2016, 8, 1), date(2025, 7, 31)) or not programme(aim, 81, 36):
        return False
    return aim.CompStatus == 2 and shorter(aim, aim.LearnActEndDate, 365)


@reading("DateOfBirth_57", AIM)
def birth_57(aim, facts):
    if not started(aim, date(2025, 8, 1)) or not programme(aim, 36):
        return False
    return aged(aim, 16) and shorter(aim, aim.LearnPlanEndDate, 242)


@reading("DateOfBirth_58", AIM)
def birth_58(aim, facts):
    if not started(aim, date(2025, 8, 1)) or not programme(aim, 36):
        return False
    return aim.CompStatus == 2 and shorter(aim, aim.LearnActEndDate, 242)


@reading("DateOfBirth_48", AIM)
def birth_48(aim, facts):
    birth = aim.learner.DateOfBirth
    if not started(aim, date(2016, 8, 1)) or not apprenticeship(aim) or birth is None:
        return False
    starts = [a.LearnStartDate for a in aim.learner.aims if a.AimType == 1 and a.ProgType == aim.ProgType]
    # The year from September to August in which the sixteenth birthday lies ends in that calendar year or the next.
    june = birth.year + 16 + (birth.month >= 9)
    day = date(june, 6, 30)
    while day.weekday() != 4:
        day -= timedelta(1)
    return bool(starts) and min(starts) <= day


def standards(aim, facts):
    return facts.rows("lars_standard", StandardCode=aim.StdCode)


@reading("DateOfBirth_59", AIM)
def birth_59(aim, facts):
    if not started(aim, date(2025, 8, 1)) or not programme(aim, 36) or not aged(aim, 25):
        return False
    return any(s["ApprenticeshipStandardTypeCode"] == "A0001" for s in standards(aim, facts))


def level_7(aim, facts):
    if not started(aim, date(2026, 1, 1)) or not programme(aim, 36) or aim.learner.DateOfBirth is None:
        return False
    if not any(s["NotionalEndLevel"] == "7" for s in standards(aim, facts)) or aged(aim, 16, 21):
        return False
    return not (under(aim, 25) and (ldm(aim, "362") or has_learner_fam(aim, "EHC")))


reading("DateofBirth_60", AIM)(level_7)
reading("DateOfBirth_60", AIM)(level_7)


@reading("DateOfBirth_61", AIM)
def birth_61(aim, facts):
    return aim.ProgType == 34 and under(aim, 19)


@reading("DateOfBirth_62", AIM)
def birth_62(aim, facts):
    if not started(aim, date(2026, 8, 1)) or not adult_skills(aim) or ldm(aim, "034"):
        return False
    return younger_on_31_august(aim, facts, 19)


@reading("DateOfBirth_63", AIM)
def birth_63(aim, facts):
    return started(aim, date(2026, 8, 1)) and aim.FundModel == 37 and aim.AimType == 1 and under(aim, 19)
