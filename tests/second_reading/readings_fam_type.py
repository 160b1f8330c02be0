"""Kinds of delivery monitoring and what they may stand with, read from the published text: up to LearnDelFAMType_97."""

from datetime import date

from tests.second_reading.model import reading
from tests.second_reading.words import (
    ENGLISH_AND_MATHS,
    apprenticeship,
    devolved,
    fam_reading,
    lars,
    ldm,
    restart,
    skills,
    started,
    within,
)

AIM = "LearningDelivery"
FAM = "LearningDeliveryFAM"


def english_or_maths(aim, facts):
    return skills(aim, facts, ENGLISH_AND_MATHS) or lars(aim, facts).get("FrameworkCommonComponent") == 20


@reading("LearnDelFAMType_01", AIM)
def fam_01(aim, facts):
    models = (25, 82, 35, 36, 37, 81, 10, 11, 38) + ((39,) if facts.year == "2627" else ())
    return aim.FundModel in models and not aim.fams("SOF")


@reading("LearnDelFAMType_02", AIM)
def fam_02(aim, facts):
    return aim.FundModel in (35, 38) and not aim.fams("FFI")


@reading("LearnDelFAMType_07", AIM)
def fam_07(aim, facts):
    return aim.FundModel in (25, 82) and bool(aim.fams("SOF")) and not aim.fams("SOF", "105", "107")


@fam_reading("LearnDelFAMType_08", AIM, "SOF", "105", "107")
def fam_08(aim, facts):
    return aim.FundModel == 99


@reading("LearnDelFAMType_09", AIM)
def fam_09(aim, facts):
    models = (35, 38, 36, 81, 10, 11) if facts.year == "2526" else (35, 38, 36, 81, 11, 39)
    if aim.FundModel not in models or devolved(aim, facts):
        return False
    return bool(aim.fams("SOF")) and not aim.fams("SOF", "105")


@fam_reading("LearnDelFAMType_14", AIM, "EEF")
def fam_14(aim, facts):
    return not (aim.FundModel in (35, 36, 81) and apprenticeship(aim))


@fam_reading("LearnDelFAMType_15", AIM, "LDM", "118")
def fam_15(aim, facts):
    return aim.LearnActEndDate is not None


@fam_reading("LearnDelFAMType_16", AIM, "LDM", "118")
def fam_16(aim, facts):
    # R11 of 2026-27 closed on 6 July 2027; for 2025-26 the end of the year is taken.
    last = date(2026, 7, 31) if facts.year == "2526" else date(2027, 7, 6)
    return aim.header["FilePreparationDate"] > last


@reading("LearnDelFAMType_18", FAM)
def fam_18(fam, facts):
    once = ("SOF", "FFI", "EEF", "RES", "ADL", "ACL", "AFL", "ASL", "FLN")
    return fam.LearnDelFAMType in once and len(fam.aim.fams(fam.LearnDelFAMType)) > 1


@fam_reading("LearnDelFAMType_22", AIM, "FFI")
def fam_22(aim, facts):
    models = (35, 37, 38, 81, 11, 10) if facts.year == "2526" else (35, 37, 38, 81)
    return aim.FundModel not in models


@reading("LearnDelFAMType_31", AIM)
def fam_31(aim, facts):
    return len(aim.fams("LDM")) > 6


@fam_reading("LearnDelFAMType_35", AIM, "ADL")
def fam_35(aim, facts):
    return aim.FundModel != 99


@fam_reading("LearnDelFAMType_36", AIM, "ALB")
def fam_36(aim, facts):
    return not aim.fams("ADL")


@fam_reading("LearnDelFAMType_38", AIM, "ALB")
def fam_38(aim, facts):
    return aim.FundModel != 99


@reading("LearnDelFAMType_39", AIM)
def fam_39(aim, facts):
    return started(aim, date(2013, 8, 1)) and aim.FundModel in (81, 82) and aim.ProgType != 25 and not aim.fams("LDM")


@fam_reading("LearnDelFAMType_40", AIM, "ADL")
def fam_40(aim, facts):
    return aim.FundModel == 99 and apprenticeship(aim)


@fam_reading("LearnDelFAMType_46", AIM, "FLN")
def fam_46(aim, facts):
    return aim.FundModel not in (35, 38)


@fam_reading("LearnDelFAMType_50", AIM, "LSF")
def fam_50(aim, facts):
    return aim.FundModel in ((25, 82, 10, 99) if facts.year == "2526" else (25, 82, 99))


@fam_reading("LearnDelFAMType_53", AIM, "ALB", "1", "3")
def fam_53(aim, facts):
    stream = f"ALLBC{facts.year}"
    return not facts.rows("contract_allocations", DeliveryUKPRN=aim.header["UKPRN"], FundingStreamPeriodCode=stream)


@reading("LearnDelFAMType_54", AIM)
def fam_54(aim, facts):
    if aim.ProgType == 25 or aim.FundModel == 36:
        return False
    return bool(aim.fams("EEF", "2") and aim.fams("FFI", "2"))


@fam_reading("LearnDelFAMType_63", AIM, "ACT")
def fam_63(aim, facts):
    if aim.FundModel == 36 and aim.AimType == 1:
        return False
    return not (aim.FundModel == 36 and aim.AimType == 3 and english_or_maths(aim, facts))


@reading("LearnDelFAMType_64", AIM)
def fam_64(aim, facts):
    if aim.FundModel != 36 or aim.fams("ACT"):
        return False
    return aim.AimType == 1 or (aim.AimType == 3 and english_or_maths(aim, facts))


@fam_reading("LearnDelFAMType_67", AIM, "LSF")
def fam_67(aim, facts):
    known = bool(lars(aim, facts))
    return aim.FundModel == 36 and aim.AimType == 3 and known and not english_or_maths(aim, facts)


@fam_reading("LearnDelFAMType_68", AIM, "LDM", "356")
def fam_68(aim, facts):
    return aim.FundModel != 36 or aim.AimType != 1


@fam_reading("LearnDelFAMType_69", AIM, "LDM", "357")
def fam_69(aim, facts):
    models = (35, 10) if facts.year == "2526" else (35,)
    return aim.FundModel not in models or started(aim, last=date(2017, 10, 31))


@fam_reading("LearnDelFAMType_70", AIM, "LDM", "358")
def fam_70(aim, facts):
    return started(aim, last=date(2017, 12, 31))


@fam_reading("LearnDelFAMType_71", AIM, "LDM", "358")
def fam_71(aim, facts):
    return not aim.fams("ACT", "2")


@fam_reading("LearnDelFAMType_75", AIM, "LDM", "034", "357", "363", "379", "388")
def fam_75(aim, facts):
    return devolved(aim, facts)


@reading("LearnDelFAMType_76", AIM)
def fam_76(aim, facts):
    return ldm(aim, "034") and any(f.LearnDelFAMCode != "105" for f in aim.fams("SOF"))


@reading("LearnDelFAMType_77", AIM)
def fam_77(aim, facts):
    return len(aim.fams("DAM")) > 6


@fam_reading("LearnDelFAMType_78", AIM, "DAM")
def fam_78(aim, facts):
    return aim.FundModel not in ((35, 38, 11, 10) if facts.year == "2526" else (35, 38, 11))


@reading("LearnDelFAMType_83", FAM)
def fam_83(fam, facts):
    if fam.LearnDelFAMType != "LDM" or not facts.rows("short_term_funding", LDMCode=fam.LearnDelFAMCode):
        return False
    found = facts.rows("short_term_funding", UKPRN=fam.header["UKPRN"], LDMCode=fam.LearnDelFAMCode)
    return not any(within(row, fam.aim.LearnStartDate) for row in found)


@reading("LearnDelFAMType_91", AIM)
def fam_91(aim, facts):
    return aim.FundModel == 99 and bool(aim.fams("ADL") and aim.fams("SOF"))


@fam_reading("LearnDelFAMType_92", AIM, "ACT", "2")
def fam_92(aim, facts):
    return started(aim, date(2021, 4, 1)) and aim.AimType == 1 and not restart(aim)


@reading("LearnDelFAMType_97", AIM)
def fam_97(aim, facts):
    return aim.FundModel == 35 and bool(aim.fams("DAM", "002") and aim.fams("SOF", "105"))
