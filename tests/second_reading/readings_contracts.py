"""Contracts that a provider needs for its funding, and when they stop new starts, read from the published text."""

from datetime import date

from tests.second_reading.model import reading
from tests.second_reading.words import apprenticeship, devolved, ldm, restart, started

AIM = "LearningDelivery"


def allocations(record, facts, *streams):
    found = facts.rows("contract_allocations", DeliveryUKPRN=record.header["UKPRN"])
    return [r for r in found if r["FundingStreamPeriodCode"] in streams]


def ended_last_year(aim, facts):
    last_start = facts.starts.replace(year=facts.starts.year - 1)
    return aim.LearnActEndDate is not None and last_start <= aim.LearnActEndDate < facts.starts


def adult_streams(facts):
    return (f"ASFC-ASCL{facts.year}", f"STFIG{facts.year}", f"ASFC-FCFJ{facts.year}")


def procured_2023(facts):
    return (f"ASF2023-AS{facts.year}", f"ASF2023-FCFJ{facts.year}", f"ASF2023-STFI{facts.year}")


NON_LEVY = ("16-18NLAP2018", "ANLAP2018")
LEVY = ("LEVY1799", "NONLEVY2019")
PROCURED_2017 = ("AEB-19TRN2021", "AEB-AS2021")
PROCURED_2021 = ("AEB-AS2324", "AEB-NSF2324")


@reading("UKPRN_06", AIM)
def ukprn_06(aim, facts):
    if aim.FundModel != 35 or apprenticeship(aim) or ldm(aim, "357", "034", "377", "379", "388"):
        return False
    if ended_last_year(aim, facts) or devolved(aim, facts):
        return False
    return not allocations(aim, facts, *adult_streams(facts))


@reading("UKPRN_08", AIM)
def ukprn_08(aim, facts):
    if not aim.fams("ALB") or ended_last_year(aim, facts):
        return False
    return not allocations(aim, facts, f"ALLB{facts.year}", f"ALLBC{facts.year}")


@reading("UKPRN_09", AIM)
def ukprn_09(aim, facts):
    if not apprenticeship(aim) or aim.FundModel in (36, 99) or ldm(aim, "034", "353", "355"):
        return False
    return not ended_last_year(aim, facts) and not allocations(aim, facts, "APPS2526")


@reading("UKPRN_10", AIM)
def ukprn_10(aim, facts):
    if not aim.fams("ACT", "1") or aim.FundModel != 36 or not started(aim, date(2017, 5, 1)):
        return False
    return not ended_last_year(aim, facts) and not allocations(aim, facts, *LEVY)


@reading("UKPRN_11", AIM)
def ukprn_11(aim, facts):
    if not aim.fams("ACT", "2") or aim.FundModel != 36 or not started(aim, date(2017, 5, 1)):
        return False
    return not ended_last_year(aim, facts) and not allocations(aim, facts, "APPS2526", *NON_LEVY)


@reading("UKPRN_12", AIM)
def ukprn_12(aim, facts):
    if not ldm(aim, "357") or not started(aim, date(2017, 11, 1)) or ended_last_year(aim, facts):
        return False
    return not allocations(aim, facts, *PROCURED_2017, "STFI2021")


@reading("UKPRN_13", AIM)
def ukprn_13(aim, facts):
    if not aim.fams("ACT", "2") or aim.AimType != 1 or not started(aim, date(2018, 1, 1)):
        return False
    if ldm(aim, "358") or aim.fams("RES", "1") or ended_last_year(aim, facts):
        return False
    return not allocations(aim, facts, *NON_LEVY)


@reading("UKPRN_14", AIM)
def ukprn_14(aim, facts):
    if not ldm(aim, "358") or not aim.fams("ACT", "2") or ended_last_year(aim, facts):
        return False
    return not allocations(aim, facts, "APPS2526")


@reading("UKPRN_15", AIM)
def ukprn_15(aim, facts):
    if not ldm(aim, "358") or not aim.fams("ACT", "2") or ended_last_year(aim, facts):
        return False
    return bool(allocations(aim, facts, *NON_LEVY))


@reading("UKPRN_23", AIM)
def ukprn_23(aim, facts):
    if not started(aim, date(2021, 8, 1)) or not ldm(aim, "379") or aim.FundModel != 35 or not aim.fams("SOF", "105"):
        return False
    return not ended_last_year(aim, facts) and not allocations(aim, facts, *PROCURED_2021)


@reading("UKPRN_27", AIM)
def ukprn_27(aim, facts):
    if not started(aim, date(2023, 8, 1)) or not ldm(aim, "388") or aim.FundModel not in (35, 38):
        return False
    if not aim.fams("SOF", "105") or ended_last_year(aim, facts):
        return False
    return not allocations(aim, facts, *procured_2023(facts))


# New starts that a contract no longer allows ----------------------------------------------------------------


def stopped(aim, facts, *streams):
    """Whether an allocation with the latest first day has stopped new starts by the aim's start."""
    found = allocations(aim, facts, *streams)
    dated = [r for r in found if r["StartDate"] is not None]
    latest = [r for r in dated if r["StartDate"] == max(x["StartDate"] for x in dated)] or found
    stops = [r["StopNewStartsFromDate"] for r in latest if r["StopNewStartsFromDate"] is not None]
    return any(aim.LearnStartDate >= stop for stop in stops)


@reading("UKPRN_16", AIM)
def ukprn_16(aim, facts):
    if not aim.fams("ACT", "2") or aim.AimType != 1 or aim.FundModel != 36 or restart(aim):
        return False
    return stopped(aim, facts, *NON_LEVY)


@reading("UKPRN_18", AIM)
def ukprn_18(aim, facts):
    if aim.FundModel != 35 or not aim.fams("SOF", "105") or ldm(aim, "357") or restart(aim):
        return False
    return stopped(aim, facts, *adult_streams(facts))


@reading("UKPRN_19", AIM)
def ukprn_19(aim, facts):
    if aim.FundModel != 35 or not aim.fams("SOF", "105") or not ldm(aim, "357") or restart(aim):
        return False
    return stopped(aim, facts, *PROCURED_2017)


@reading("UKPRN_21", AIM)
def ukprn_21(aim, facts):
    if not aim.fams("ACT", "1") or aim.AimType != 1 or aim.FundModel != 36 or restart(aim):
        return False
    return stopped(aim, facts, *LEVY)


@reading("UKPRN_24", AIM)
def ukprn_24(aim, facts):
    if not ldm(aim, "379") or aim.FundModel != 35 or not aim.fams("SOF", "105") or restart(aim):
        return False
    return stopped(aim, facts, *PROCURED_2021)


@reading("UKPRN_28", AIM)
def ukprn_28(aim, facts):
    if not ldm(aim, "388") or aim.FundModel not in (35, 38) or not aim.fams("SOF", "105") or restart(aim):
        return False
    return stopped(aim, facts, *procured_2023(facts))


# Learner numbers ------------------------------------------------------------------------------------------

TEMPORARY = 9999999999


def prepared(record):
    return record.header["FilePreparationDate"]


def from_january(record, facts):
    return prepared(record) >= date(facts.starts.year + 1, 1, 1)


def five_days(aim):
    ends = [end for end in (aim.LearnPlanEndDate, aim.LearnActEndDate) if end is not None]
    return any((end - aim.LearnStartDate).days >= 5 for end in ends)


def agency_funded(aim, facts, *others):
    models = (25, 82, 35, 37, 38, 36, 81, *others) + ((39,) if facts.year == "2627" else ())
    return aim.FundModel in models or (aim.FundModel == 99 and bool(aim.fams("ADL", "1")))


def temporary_since(aim, facts):
    """Days from the start of such an aim to the file, where the learner still has the temporary number."""
    if aim.learner.ULN != TEMPORARY or not from_january(aim, facts) or not five_days(aim) or ldm(aim, "034"):
        return None
    return (prepared(aim) - aim.LearnStartDate).days


@reading("ULN_02", AIM)
def uln_02(aim, facts):
    models = (99, 10, 11) if facts.year == "2526" else (99, 11)
    return aim.learner.ULN == TEMPORARY and aim.FundModel in models and not aim.fams("SOF", "1")


@reading("ULN_03", "Learner")
def uln_03(learner, facts):
    if learner.ULN != TEMPORARY or from_january(learner, facts):
        return False
    return not any(aim.fams("ACT", "1") for aim in learner.aims)


@reading("ULN_06", AIM)
def uln_06(aim, facts):
    days = temporary_since(aim, facts)
    return days is not None and days <= 60 and agency_funded(aim, facts) and not aim.fams("ACT", "1")


@reading("ULN_07", AIM)
def uln_07(aim, facts):
    days = temporary_since(aim, facts)
    return days is not None and days > 60 and agency_funded(aim, facts, 70) and not aim.fams("ACT", "1")


@reading("ULN_09", "Learner")
def uln_09(learner, facts):
    return learner.ULN == TEMPORARY and from_january(learner, facts) and any(ldm(aim, "034") for aim in learner.aims)


@reading("ULN_10", AIM)
def uln_10(aim, facts):
    days = temporary_since(aim, facts)
    return days is not None and days <= 60 and aim.FundModel == 99 and bool(aim.fams("SOF", "1"))


@reading("ULN_11", AIM)
def uln_11(aim, facts):
    days = temporary_since(aim, facts)
    return days is not None and days > 60 and aim.FundModel == 99 and bool(aim.fams("SOF", "1"))


@reading("ULN_12", "Learner")
def uln_12(learner, facts):
    return learner.ULN == TEMPORARY and any(aim.fams("ACT", "1") for aim in learner.aims)


@reading("ULN_13", "Learner")
def uln_13(learner, facts):
    return learner.ULN == TEMPORARY and any(aim.ProgType == 34 for aim in learner.aims)
