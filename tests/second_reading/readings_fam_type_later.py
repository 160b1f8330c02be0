"""Kinds of delivery monitoring and what goes with them, from LearnDelFAMType_98 on, read from the published text."""

from datetime import date

from tests.second_reading.model import age, reading
from tests.second_reading.words import (
    categories,
    devolved,
    fam_reading,
    lars,
    ldm,
    restart,
    started,
    under,
    within,
)

AIM = "LearningDelivery"
UP_TO_JULY_2024 = date(2024, 7, 31)
AUGUST_2024 = date(2024, 8, 1)
FREE_COURSES = {45, 46, 49, 56}


@fam_reading("LearnDelFAMType_98", AIM, "LDM", "378")
def fam_98(aim, facts):
    if not (started(aim, last=UP_TO_JULY_2024) and aim.FundModel == 35 and lars(aim, facts)):
        return False
    return not categories(aim, facts) & (FREE_COURSES | {48})


@reading("LearnDelFAMType_99", AIM)
def fam_99(aim, facts):
    if not (started(aim, last=UP_TO_JULY_2024) and aim.FundModel == 35 and 48 in categories(aim, facts)):
        return False
    return not ldm(aim, "378") and not devolved(aim, facts)


@fam_reading("LearnDelFAMType_100", AIM, "LDM", "378")
def fam_100(aim, facts):
    return started(aim, last=date(2021, 3, 31))


@fam_reading("LearnDelFAMType_105", AIM, "LDM", "379")
def fam_105(aim, facts):
    other_source = any(f.LearnDelFAMCode != "105" for f in aim.fams("SOF"))
    return aim.FundModel not in (35, 10) or other_source or aim.ProgType is not None


@fam_reading("LearnDelFAMType_106", AIM, "LDM", "320", "321")
def fam_106(aim, facts):
    years = age(aim.learner.DateOfBirth, facts.august_31)
    return years is not None and years < 14


@fam_reading("LearnDelFAMType_107", AIM, "LDM", "320", "321", "381")
def fam_107(aim, facts):
    return aim.FundModel not in (25, 82)


@fam_reading("LearnDelFAMType_108", AIM, "LDM", "382")
def fam_108(aim, facts):
    return started(aim, last=UP_TO_JULY_2024) and not ldm(aim, "378")


@reading("LearnDelFAMType_109", AIM)
def fam_109(aim, facts):
    return devolved(aim, facts) and aim.ProgType in (2, 3, 20, 21, 22, 23, 25, 24, 30, 31)


@fam_reading("LearnDelFAMType_110", AIM, "LDM", "378")
def fam_110(aim, facts):
    return not devolved(aim, facts) and 56 in categories(aim, facts, on_start=True) and not restart(aim)


@reading("LearnDelFAMType_111", AIM)
def fam_111(aim, facts):
    return aim.ProgType == 32 and not aim.fams("FFI")


@reading("LearnDelFAMType_112", AIM)
def fam_112(aim, facts):
    return aim.ProgType == 32 and not aim.fams("SOF", "105")


@fam_reading("LearnDelFAMType_113", AIM, "LDM", "384")
def fam_113(aim, facts):
    return aim.FundModel != 81


def outside_all(aim, facts, refs):
    """Whether the aim has such categories and started outside the dates of each of them."""
    found = [r for r in facts.rows("lars_category", LearnAimRef=aim.LearnAimRef) if r["CategoryRef"] in refs]
    return bool(found) and not any(within(r, aim.LearnStartDate) for r in found)


@fam_reading("LearnDelFAMType_114", AIM, "LDM", "378")
def fam_114(aim, facts):
    if not started(aim, last=UP_TO_JULY_2024) or devolved(aim, facts) or restart(aim):
        return False
    return outside_all(aim, facts, {45, 46})


@reading("LearnDelFAMType_115", AIM)
def fam_115(aim, facts):
    return ldm(aim, "379") and ldm(aim, "388")


@fam_reading("LearnDelFAMType_116", AIM, "LDM", "388")
def fam_116(aim, facts):
    other_source = any(f.LearnDelFAMCode != "105" for f in aim.fams("SOF"))
    return aim.FundModel not in (35, 38, 11, 10) or other_source or aim.ProgType is not None


@fam_reading("LearnDelFAMType_117", AIM, "LDM", "388")
def fam_117(aim, facts):
    found = lars(aim, facts)
    regulated = bool(found) and found["LearningDeliveryGenre"] in ("EOQ", "EOU", "EQQ")
    return bool(found) and not regulated and 65 not in categories(aim, facts)


@reading("LearnDelFAMType_118", AIM)
def fam_118(aim, facts):
    return aim.ProgType == 31 and any(f.LearnDelFAMCode != "107" for f in aim.fams("SOF"))


@reading("LearnDelFAMType_119", AIM)
def fam_119(aim, facts):
    return started(aim, date(2023, 8, 1)) and aim.FundModel == 10 and not aim.fams("ACL")


@fam_reading("LearnDelFAMType_120", AIM, "LDM", "378")
def fam_120(aim, facts):
    return started(aim, AUGUST_2024) and not ldm(aim, "391")


@fam_reading("LearnDelFAMType_121", AIM, "LDM", "378")
def fam_121(aim, facts):
    if not (started(aim, AUGUST_2024) and aim.FundModel == 38 and lars(aim, facts)) or ldm(aim, "395"):
        return False
    return not categories(aim, facts) & FREE_COURSES


@reading("LearnDelFAMType_126", AIM)
def fam_126(aim, facts):
    return started(aim, AUGUST_2024) and aim.FundModel == 11 and not aim.fams("ACL")


@fam_reading("LearnDelFAMType_127", AIM, "LDM", "395")
def fam_127(aim, facts):
    return aim.FundModel != 38


@fam_reading("LearnDelFAMType_128", AIM, "LDM", "396")
def fam_128(aim, facts):
    return aim.FundModel != 81


@fam_reading("LearnDelFAMType_129", AIM, "LDM", "378")
def fam_129(aim, facts):
    if not devolved(aim, facts) or restart(aim) or categories(aim, facts) & {45, 46}:
        return False
    return outside_all(aim, facts, {56})


@reading("LearnDelFAMType_131", AIM)
def fam_131(aim, facts):
    return started(aim, date(2025, 8, 1)) and aim.FundModel == 11 and not ldm(aim, "399", "400", "401")


@fam_reading("LearnDelFAMType_132", AIM, "EVI")
def fam_132(aim, facts):
    return aim.ProgType != 32


@fam_reading("LearnDelFAMType_133", AIM, "EVI")
def fam_133(aim, facts):
    return aim.AimType != 1


@fam_reading("LearnDelFamType_134", AIM, "SOF", "121", "122", "123")
def fam_134(aim, facts):
    return aim.FundModel in (35, 10)


def apprenticeship_unit(aim):
    return aim.FundModel == 39 and aim.ProgType == 34


@fam_reading("LearnDelFAMType_135", AIM, "LDM", "403")
def fam_135(aim, facts):
    return aim.FundModel != 99 and not apprenticeship_unit(aim)


@fam_reading("LearnDelFAMType_136", AIM, "LDM", "403")
def fam_136(aim, facts):
    return under(aim, 19)


@fam_reading("LearnDelFAMType_137", AIM, "LDM", "403")
def fam_137(aim, facts):
    return started(aim, last=date(2026, 3, 31))


@fam_reading("LearnDelFAMType_138", AIM, "LDM", "404")
def fam_138(aim, facts):
    return not ldm(aim, "403") and not apprenticeship_unit(aim)


@fam_reading("LearnDelFAMType_139", AIM, "LDM", "403")
def fam_139(aim, facts):
    return aim.Outcome == 1 and not ldm(aim, "404")


@fam_reading("LearnDelFAMType_140", AIM, "LDM", "403")
def fam_140(aim, facts):
    return bool(lars(aim, facts)) and 91 not in categories(aim, facts)


@fam_reading("LearnDelFamType_141", AIM, "LDM", "404")
def fam_141(aim, facts):
    return aim.ProgType != 34 and not ldm(aim, "403")


@fam_reading("LearnDelFamType_142", AIM, "LDM", "404")
def fam_142(aim, facts):
    return aim.AimType != 1 and not ldm(aim, "403")
