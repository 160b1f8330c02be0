"""Employment status rules, read record by record from the published text."""

from datetime import date

from tests.second_reading.model import age, reading
from tests.second_reading.words import apprenticeship, monitored, started, statuses_on


@reading("EmpId_02", "LearnerEmploymentStatus")
def emp_id_02(status, facts):
    number = status.EmpId
    if number is None or number == 999999999:
        return False
    digits = str(number)
    if len(digits) != 9:
        return True
    total = sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2), strict=False))
    check = 11 - total % 11
    wanted = {11: "0", 10: "X"}.get(check, str(check))
    return digits[8] != wanted


@reading("EmpStat_08", "LearningDelivery")
def emp_stat_08(aim, facts):
    start = aim.LearnStartDate
    if start is None or start < date(2014, 8, 1) or aim.FundModel not in (35, 37, 81, 99) or aim.ProgType == 25:
        return False
    if facts.year == "2526" and aim.FundModel == 99 and aim.fams("SOF", "108"):
        return False
    teaching_year = start.year if start.month >= 8 else start.year - 1
    years = age(aim.learner.DateOfBirth, date(teaching_year, 8, 31))
    if years is None or years < 19:
        return False
    return not any(e.DateEmpStatApp and e.DateEmpStatApp < start for e in aim.learner.all("LearnerEmploymentStatus"))


@reading("EmpStat_12", "LearningDelivery")
def emp_stat_12(aim, facts):
    if aim.ProgType != 25 or aim.AimType != 1 or aim.fams("LDM", "353", "355"):
        return False
    return not_employed_at_start(aim)


@reading("ESMType_15", "EmploymentStatusMonitoring")
def esm_type_15(monitoring, facts):
    if monitoring.ESMType not in ("SEI", "EII", "LOU", "LOE", "BSI", "PEI", "SEM"):
        return False
    return sum(m.ESMType == monitoring.ESMType for m in monitoring.up.all("EmploymentStatusMonitoring")) > 1


AIM = "LearningDelivery"
STATUS = "LearnerEmploymentStatus"
MONITORING = "EmploymentStatusMonitoring"


def adult_in_the_year_of_the_start(aim):
    start = aim.LearnStartDate
    years = age(aim.learner.DateOfBirth, date(start.year if start.month >= 8 else start.year - 1, 8, 31))
    return years is not None and years >= 19


def has_status(aim, on_the_day):
    days = [e.DateEmpStatApp for e in aim.learner.all(STATUS) if e.DateEmpStatApp]
    return any(d < aim.LearnStartDate or (on_the_day and d == aim.LearnStartDate) for d in days)


def not_employed_at_start(aim):
    """A learner without any status on the day is not employed."""
    return not any(s.EmpStat == 10 for s in statuses_on(aim, aim.LearnStartDate))


@reading("EmpStat_01", AIM)
def emp_stat_01(aim, facts):
    if not started(aim, date(2012, 8, 1), date(2014, 7, 31)) or aim.FundModel not in (35, 81, 99):
        return False
    if apprenticeship(aim) or (aim.FundModel == 99 and aim.fams("SOF", "108")):
        return False
    return adult_in_the_year_of_the_start(aim) and not has_status(aim, on_the_day=True)


@reading("EmpStat_02", AIM)
def emp_stat_02(aim, facts):
    if not apprenticeship(aim) or aim.AimType != 1 or not started(aim, last=date(2014, 7, 31)):
        return False
    return not has_status(aim, on_the_day=True)


@reading("EmpStat_09", AIM)
def emp_stat_09(aim, facts):
    if not apprenticeship(aim) or aim.AimType != 1 or not started(aim, date(2014, 8, 1)):
        return False
    return not has_status(aim, on_the_day=False)


@reading("EmpStat_11", AIM)
def emp_stat_11(aim, facts):
    if not started(aim, date(2014, 8, 1)) or aim.FundModel not in (25, 82):
        return False
    hours = (aim.learner.PlanLearnHours or 0) + (aim.learner.PlanEEPHours or 0)
    return hours < 540 and not has_status(aim, on_the_day=False)


@reading("EmpStat_15", AIM)
def emp_stat_15(aim, facts):
    if not started(aim, date(2016, 8, 1)) or not apprenticeship(aim) or aim.AimType != 1:
        return False
    if facts.year == "2526" and aim.fams("LDM", "353", "355"):
        return False
    return any(s.EmpStat == 98 for s in statuses_on(aim, aim.LearnStartDate))


@reading("EmpStat_20", AIM)
def emp_stat_20(aim, facts):
    return bool(aim.fams("LDM", "363")) and not_employed_at_start(aim)


@reading("EmpStat_21", AIM)
def emp_stat_21(aim, facts):
    return aim.FundModel == 38 and adult_in_the_year_of_the_start(aim) and not has_status(aim, on_the_day=False)


@reading("EmpStat_22", AIM)
def emp_stat_22(aim, facts):
    return aim.FundModel == 11 and not has_status(aim, on_the_day=True)


@reading("EmpStat_23", AIM)
def emp_stat_23(aim, facts):
    return bool(aim.fams("LDM", "403")) and aim.AimType == 4 and not_employed_at_start(aim)


@reading("EmpStat_24", AIM)
def emp_stat_24(aim, facts):
    return aim.ProgType == 34 and aim.AimType == 1 and not_employed_at_start(aim)


@reading("EmpId_10", AIM)
def emp_id_10(aim, facts):
    if not apprenticeship(aim) or aim.AimType != 1:
        return False
    return any(s.EmpStat == 10 and s.EmpId is None for s in statuses_on(aim, aim.LearnStartDate))


@reading("EmpId_14", STATUS)
def emp_id_14(status, facts):
    types = (2, 3, 20, 21, 22, 23, 25) if facts.year == "2526" else (25,)
    apprentice = any(a.ProgType in types for a in status.learner.aims)
    return apprentice and status.EmpStat in (11, 12) and status.EmpId is not None


@reading("ESMType_02", STATUS)
def esm_type_02(status, facts):
    return status.DateEmpStatApp >= date(2012, 8, 1) and status.EmpStat == 10 and not monitored(status, "EII")


@reading("ESMType_05", STATUS)
def esm_type_05(status, facts):
    return status.EmpStat == 10 and monitored(status, "LOU")


@reading("ESMType_07", STATUS)
def esm_type_07(status, facts):
    return status.EmpStat != 10 and monitored(status, "SEI")


@reading("ESMType_09", AIM)
def esm_type_09(aim, facts):
    if not apprenticeship(aim) or aim.AimType != 1:
        return False
    return any(
        s.EmpStat == 10 and s.DateEmpStatApp >= date(2013, 8, 1) and not monitored(s, "LOE")
        for s in statuses_on(aim, aim.LearnStartDate)
    )


@reading("ESMType_10", STATUS)
def esm_type_10(status, facts):
    return status.EmpStat in (11, 12) and monitored(status, "LOE")


@reading("ESMType_12", STATUS)
def esm_type_12(status, facts):
    return (
        status.DateEmpStatApp >= date(2013, 8, 1)
        and status.EmpStat in (11, 12)
        and (monitored(status, "EII") or monitored(status, "SEI"))
    )


@reading("ESMType_16", STATUS)
def esm_type_16(status, facts):
    return (
        status.EmpStat in (11, 12)
        and monitored(status, "SEM", 1)
        and any(a.ProgType == 25 for a in status.learner.aims)
    )


@reading("ESMType_18", STATUS)
def esm_type_18(status, facts):
    return status.EmpStat == 10 and monitored(status, "OET", 1)


@reading("ESMType_19", STATUS)
def esm_type_19(status, facts):
    return status.EmpStat != 10 and monitored(status, "OET", 2)


@reading("ESMType_20", MONITORING)
def esm_type_20(monitoring, facts):
    if monitoring.ESMType != "OET":
        return False
    others = [m.ESMCode for m in monitoring.up.all(MONITORING) if m.ESMType == "OET"]
    return others.count(monitoring.ESMCode) > 1


@reading("ESMType_21", AIM)
def esm_type_21(aim, facts):
    if aim.ProgType != 34 or aim.AimType != 1:
        return False
    return not any(monitored(s, "LOE") for s in statuses_on(aim, aim.LearnStartDate))
