"""Dates of an aim: its start, its first start before a break, its achievement, read from the published text."""

from datetime import date, timedelta

from tests.second_reading.model import reading
from tests.second_reading.words import apprenticeship, ldm, restart, started, within

AIM = "LearningDelivery"


def years_later(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


@reading("LearnStartDate_02", AIM)
def start_02(aim, facts):
    return aim.LearnStartDate < years_later(facts.starts, -10)


@reading("LearnStartDate_03", AIM)
def start_03(aim, facts):
    if aim.FundModel in (36, 37) or aim.ProgType in (25, 31):
        return False
    return aim.LearnStartDate > facts.ends


@reading("LearnStartDate_05", AIM)
def start_05(aim, facts):
    birth = aim.learner.DateOfBirth
    return birth is not None and birth >= aim.LearnStartDate


@reading("LearnStartDate_12", AIM)
def start_12(aim, facts):
    return apprenticeship(aim) and aim.LearnStartDate > years_later(facts.ends, 1)


def versions(aim, facts):
    return facts.rows("lars_standard", StandardCode=aim.StdCode)


@reading("LearnStartDate_13", AIM)
def start_13(aim, facts):
    if aim.ProgType != 25 or aim.AimType != 1 or restart(aim):
        return False
    found = versions(aim, facts)
    return bool(found) and all(v["EffectiveTo"] is not None and aim.LearnStartDate > v["EffectiveTo"] for v in found)


@reading("LearnStartDate_14", AIM)
def start_14(aim, facts):
    if aim.ProgType != 25 or aim.AimType != 3 or restart(aim):
        return False
    starts = [
        a.LearnStartDate
        for a in aim.learner.aims
        if a.AimType == 1 and a.ProgType == aim.ProgType and a.StdCode == aim.StdCode
    ]
    found = versions(aim, facts)
    if not starts or not found:
        return False
    return all(v["EffectiveTo"] is not None and min(starts) > v["EffectiveTo"] for v in found)


@reading("LearnStartDate_17", AIM)
def start_17(aim, facts):
    if aim.ProgType != 25 or aim.AimType != 1 or restart(aim):
        return False
    found = versions(aim, facts)
    return bool(found) and all(
        v["EffectiveFrom"] is not None and aim.LearnStartDate < v["EffectiveFrom"] for v in found
    )


@reading("LearnStartDate_18", AIM)
def start_18(aim, facts):
    if not started(aim, date(2020, 8, 1)) or aim.ProgType != 25 or aim.AimType != 1 or restart(aim):
        return False
    found = versions(aim, facts)
    return bool(found) and all(
        v["LastDateStarts"] is not None and aim.LearnStartDate > v["LastDateStarts"] for v in found
    )


@reading("LearnStartDate_21", AIM)
def start_21(aim, facts):
    return aim.FundModel == 37 and started(aim, last=date(2022, 7, 31))


# The start before a break ---------------------------------------------------------------------------------


@reading("OrigLearnStartDate_01", AIM)
def original_01(aim, facts):
    original = aim.OrigLearnStartDate
    return original is not None and original < years_later(aim.LearnStartDate, -10)


@reading("OrigLearnStartDate_02", AIM)
def original_02(aim, facts):
    return aim.OrigLearnStartDate is not None and aim.OrigLearnStartDate >= aim.LearnStartDate


@reading("OrigLearnStartDate_03", AIM)
def original_03(aim, facts):
    models = (25, 82, 10) if facts.year == "2526" else (25, 82)
    return aim.OrigLearnStartDate is not None and aim.FundModel in models


@reading("OrigLearnStartDate_04", AIM)
def original_04(aim, facts):
    return aim.OrigLearnStartDate is not None and not restart(aim)


def never_valid(aim, facts, *wanted):
    """Whether the original start lies in no validity of these categories."""
    if aim.OrigLearnStartDate is None:
        return False
    found = facts.rows("lars_validity", LearnAimRef=aim.LearnAimRef)
    found = [r for r in found if r["ValidityCategory"] in wanted]
    return not any(within(r, aim.OrigLearnStartDate, "StartDate", "EndDate") for r in found)


@reading("OrigLearnStartDate_06", AIM)
def original_06(aim, facts):
    if aim.FundModel != 35 or apprenticeship(aim) or ldm(aim, "378"):
        return False
    more = ("MCA_GLA",) if facts.year == "2627" else ()
    return never_valid(aim, facts, "ADULT_SKILLS", "UNEMPLOYED", "OLASS_ADULT", *more)


@reading("OrigLearnStartDate_07", AIM)
def original_07(aim, facts):
    if aim.FundModel == 81 or (aim.FundModel == 36 and aim.ProgType == 25):
        return never_valid(aim, facts, "ANY")
    return False


@reading("OrigLearnStartDate_08", AIM)
def original_08(aim, facts):
    return aim.FundModel == 99 and bool(aim.fams("ADL")) and never_valid(aim, facts, "ADV_LEARN_LOAN")


@reading("OrigLearnStartDate_09", AIM)
def original_09(aim, facts):
    if aim.FundModel != 36 or not started(aim, date(2017, 5, 1)):
        return False
    return aim.OrigLearnStartDate is not None and aim.OrigLearnStartDate < date(2017, 5, 1)


@reading("OrigLearnStartDate_10", AIM)
def original_10(aim, facts):
    return aim.FundModel == 37 and never_valid(aim, facts, "ANY")


@reading("OrigLearnStartDate_11", AIM)
def original_11(aim, facts):
    if aim.FundModel != 38 or ldm(aim, "378"):
        return False
    return never_valid(aim, facts, "ADULT_SKILLS", *(("MCA_GLA",) if facts.year == "2627" else ()))


# Achievement ----------------------------------------------------------------------------------------------


def bootcamp(aim):
    return aim.FundModel == 37 and aim.ProgType == 32


@reading("AchDate_02", AIM)
def achieved_02(aim, facts):
    return aim.AchDate is not None and aim.AchDate > facts.ends


@reading("AchDate_03", AIM)
def achieved_03(aim, facts):
    return aim.AchDate is not None and aim.AchDate < aim.LearnStartDate and not bootcamp(aim)


@reading("AchDate_04", AIM)
def achieved_04(aim, facts):
    return aim.AchDate is not None and aim.LearnActEndDate is None and not bootcamp(aim)


@reading("AchDate_05", AIM)
def achieved_05(aim, facts):
    return bool(aim.AchDate and aim.LearnActEndDate and aim.AchDate < aim.LearnActEndDate) and not bootcamp(aim)


@reading("AchDate_07", AIM)
def achieved_07(aim, facts):
    return aim.AchDate is not None and aim.AchDate > aim.header["FilePreparationDate"]


@reading("AchDate_08", AIM)
def achieved_08(aim, facts):
    return aim.AimType == 1 and aim.FundModel == 81 and aim.ProgType == 25 and aim.Outcome == 1 and aim.AchDate is None


@reading("AchDate_09", AIM)
def achieved_09(aim, facts):
    if aim.AchDate is None or not started(aim, date(2015, 8, 1)) or bootcamp(aim):
        return False
    return not (aim.AimType == 1 and aim.FundModel in (81, 36) and aim.ProgType == 25)


def funded_standard(aim, ended_from):
    if aim.AimType != 1 or aim.FundModel != 36 or aim.ProgType != 25:
        return False
    return aim.LearnActEndDate is not None and aim.LearnActEndDate >= ended_from


@reading("AchDate_11", AIM)
def achieved_11(aim, facts):
    if not funded_standard(aim, date(2019, 8, 1)) or aim.AchDate is None:
        return False
    return aim.AchDate < aim.LearnActEndDate + timedelta(7)


@reading("AchDate_12", AIM)
def achieved_12(aim, facts):
    return funded_standard(aim, date(2021, 8, 1)) and aim.CompStatus == 2 and aim.AchDate is None


@reading("AchDate_13", AIM)
def achieved_13(aim, facts):
    if aim.AimType != 1 or aim.ProgType != 32 or aim.AchDate is None or aim.LearnActEndDate is None:
        return False
    return aim.AchDate > six_months_after(aim.LearnActEndDate)


def six_months_after(day):
    year, month = (day.year, day.month + 6) if day.month <= 6 else (day.year + 1, day.month - 6)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError


@reading("AchDate_14", AIM)
def achieved_14(aim, facts):
    return aim.AchDate is not None and aim.AimType != 1


@reading("AchDate_15", AIM)
def achieved_15(aim, facts):
    return aim.ProgType == 32 and aim.AchDate is not None and aim.AchDate < aim.LearnStartDate


@reading("LearnActEndDate_01", AIM)
def ended_01(aim, facts):
    return aim.LearnActEndDate is not None and aim.LearnActEndDate < aim.LearnStartDate


@reading("LearnActEndDate_04", AIM)
def ended_04(aim, facts):
    return aim.LearnActEndDate is not None and aim.LearnActEndDate > aim.header["FilePreparationDate"]


@reading("LearnPlanEndDate_02", AIM)
def planned_02(aim, facts):
    return aim.LearnPlanEndDate < aim.LearnStartDate


@reading("LearnPlanEndDate_03", AIM)
def planned_03(aim, facts):
    return aim.LearnPlanEndDate >= years_later(aim.LearnStartDate, 10)


@reading("LearnPlanEndDate_04", AIM)
def planned_04(aim, facts):
    if aim.AimType != 1 or aim.ProgType != 34:
        return False
    return (aim.LearnPlanEndDate - aim.LearnStartDate).days > 16 * 7
