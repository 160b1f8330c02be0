"""Dates of delivery monitoring: their order, their overlaps and the aim's own dates, read from the published text."""

from datetime import date, timedelta

from tests.second_reading.model import reading
from tests.second_reading.words import apprenticeship, monitored, restart, statuses_on

FAM = "LearningDeliveryFAM"
DATED_MODELS = (35, 36, 38, 81, 99)


@reading("LearnDelFAMDateFrom_01", FAM)
def from_01(fam, facts):
    if fam.LearnDelFAMType not in ("LSF", "ALB"):
        return False
    return fam.LearnDelFAMDateFrom is None or fam.LearnDelFAMDateTo is None


@reading("LearnDelFAMDateFrom_02", FAM)
def from_02(fam, facts):
    if fam.LearnDelFAMDateFrom is None or fam.aim.FundModel not in DATED_MODELS:
        return False
    return fam.LearnDelFAMDateFrom < fam.aim.LearnStartDate


@reading("LearnDelFAMDateFrom_03", FAM)
def from_03(fam, facts):
    return fam.LearnDelFAMType not in ("LSF", "ACT", "ALB", "EVI") and fam.LearnDelFAMDateFrom is not None


@reading("LearnDelFAMDateFrom_04", FAM)
def from_04(fam, facts):
    return fam.LearnDelFAMType == "ACT" and fam.LearnDelFAMDateFrom is None


@reading("LearnDelFAMDateFrom_05", FAM)
def from_05(fam, facts):
    return fam.LearnDelFAMType == "EVI" and fam.LearnDelFAMDateFrom is None


@reading("LearnDelFAMDateFrom_06", FAM)
def from_06(fam, facts):
    first = date(2025, 8, 1)
    return fam.LearnDelFAMType == "EVI" and fam.LearnDelFAMDateFrom is not None and fam.LearnDelFAMDateFrom < first


@reading("LearnDelFAMDateFrom_07", FAM)
def from_07(fam, facts):
    day, aim = fam.LearnDelFAMDateFrom, fam.aim
    if fam.LearnDelFAMType != "EVI" or day is None or aim.AimType != 1:
        return False
    return day < aim.LearnStartDate or (aim.LearnActEndDate is not None and day > aim.LearnActEndDate)


@reading("LearnDelFAMDateTo_01", FAM)
def to_01(fam, facts):
    return bool(fam.LearnDelFAMDateTo and fam.LearnDelFAMDateFrom and fam.LearnDelFAMDateTo < fam.LearnDelFAMDateFrom)


@reading("LearnDelFAMDateTo_02", FAM)
def to_02(fam, facts):
    if fam.LearnDelFAMDateTo is None or fam.LearnDelFAMDateTo <= fam.aim.LearnPlanEndDate:
        return False
    return not (fam.aim.AimType == 1 and fam.LearnDelFAMType == "ACT" and fam.aim.AchDate is not None)


@reading("LearnDelFAMDateTo_03", FAM)
def to_03(fam, facts):
    if fam.LearnDelFAMType == "ACT" or fam.aim.FundModel not in DATED_MODELS:
        return False
    return bool(fam.LearnDelFAMDateTo and fam.aim.LearnActEndDate and fam.LearnDelFAMDateTo > fam.aim.LearnActEndDate)


@reading("LearnDelFAMDateTo_04", FAM)
def to_04(fam, facts):
    return fam.LearnDelFAMType not in ("LSF", "ACT", "ALB") and fam.LearnDelFAMDateTo is not None


@reading("LearnDelFAMDateTo_05", FAM)
def to_05(fam, facts):
    if fam.LearnDelFAMType != "ACT" or fam.aim.FundModel != 36:
        return False
    return bool(fam.LearnDelFAMDateTo and fam.aim.AchDate and fam.LearnDelFAMDateTo > fam.aim.AchDate)


# Records one after the other ------------------------------------------------------------------------------


def in_order(fams):
    return sorted((f for f in fams if f.LearnDelFAMDateFrom), key=lambda f: (f.LearnDelFAMDateFrom, f.number))


def before(fam, fams):
    """The record before this one in the order of first days."""
    ordered = in_order(fams)
    if fam not in ordered or ordered[0] is fam:
        return None
    return ordered[ordered.index(fam) - 1]


@reading("R_61", FAM)
def r_61(fam, facts):
    if fam.LearnDelFAMType not in ("LSF", "ALB") or fam.LearnDelFAMDateFrom is None:
        return False
    for earlier in in_order(fam.aim.fams(fam.LearnDelFAMType)):
        if earlier is fam:
            return False
        if earlier.LearnDelFAMDateTo is None or earlier.LearnDelFAMDateTo > fam.LearnDelFAMDateFrom:
            return True
    return False


@reading("R_101", FAM)
def r_101(fam, facts):
    if fam.LearnDelFAMType != "ACT" or fam.LearnDelFAMDateFrom is None:
        return False
    ordered = in_order(fam.aim.fams("ACT"))
    earlier = ordered[: ordered.index(fam)]
    return any(f.LearnDelFAMDateTo is None or fam.LearnDelFAMDateFrom < f.LearnDelFAMDateTo for f in earlier)


@reading("R_102", "LearningDelivery")
def r_102(aim, facts):
    found = aim.fams("ACT")
    return bool(found) and not any(f.LearnDelFAMDateFrom == aim.LearnStartDate for f in found)


@reading("R_104", FAM)
def r_104(fam, facts):
    previous = before(fam, fam.aim.fams("ACT")) if fam.LearnDelFAMType == "ACT" else None
    if previous is None:
        return False
    return previous.LearnDelFAMDateTo is None or fam.LearnDelFAMDateFrom != previous.LearnDelFAMDateTo + timedelta(1)


def all_fams(record, type):
    return [f for aim in record.learner.aims for f in aim.fams(type)]


def apply_together(a, b):
    """Whether the two overlap; without a last day a record goes on."""
    if a.LearnDelFAMDateFrom is None or b.LearnDelFAMDateFrom is None:
        return False
    return all(y.LearnDelFAMDateTo is None or x.LearnDelFAMDateFrom <= y.LearnDelFAMDateTo for x, y in ((a, b), (b, a)))


@reading("R_105", FAM)
def r_105(fam, facts):
    if fam.LearnDelFAMType != "ACT":
        return False
    others = [f for f in all_fams(fam, "ACT") if f.LearnDelFAMCode != fam.LearnDelFAMCode]
    return any(apply_together(fam, other) for other in others)


@reading("R_106", FAM)
def r_106(fam, facts):
    if fam.LearnDelFAMType != "LSF" or fam.LearnDelFAMDateFrom is None or fam.LearnDelFAMDateFrom < date(2016, 8, 1):
        return False
    return any(apply_together(fam, f) for f in all_fams(fam, "LSF") if f is not fam)


@reading("R_110", FAM)
def r_110(fam, facts):
    aim = fam.aim
    if fam.LearnDelFAMType != "ACT" or fam.LearnDelFAMCode != "1" or aim.FundModel != 36 or restart(aim):
        return False
    if fam.LearnDelFAMDateFrom is None:
        return False
    # A learner without any status on the day is not employed.
    if any(s.EmpStat == 10 for s in statuses_on(fam, fam.LearnDelFAMDateFrom)):
        return False
    latest = statuses_on(fam, date(9999, 1, 1))
    return not any(monitored(s, "OET", 1) for s in latest)


def is_latest_contract(fam):
    """Whether this is the aim's latest contract type, on an apprenticeship standard funded by model 36."""
    # Among others, a record without a first day is not known to be the latest.
    ordered = in_order(fam.aim.fams("ACT")) or fam.aim.fams("ACT")
    return bool(ordered) and ordered[-1] is fam and fam.aim.FundModel == 36 and apprenticeship(fam.aim)


@reading("R_121", FAM)
def r_121(fam, facts):
    return is_latest_contract(fam) and fam.aim.AchDate is not None and fam.LearnDelFAMDateTo != fam.aim.AchDate


@reading("R_122", FAM)
def r_122(fam, facts):
    if not is_latest_contract(fam) or fam.aim.CompStatus == 1 or fam.aim.AchDate is not None:
        return False
    return fam.LearnDelFAMDateTo != fam.aim.LearnActEndDate


@reading("R_123", FAM)
def r_123(fam, facts):
    return is_latest_contract(fam) and fam.aim.CompStatus == 1 and fam.LearnDelFAMDateTo is not None
