"""Employment status rules, read record by record from the published text."""

from datetime import date

from tests.second_reading.model import age, reading


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
    status = aim.status_on(aim.LearnStartDate)
    if status is None:
        return True  # the intent asks for a record of paid employment that applies
    # Of two records from the same day one will do.
    return not any(
        e.EmpStat == 10 for e in aim.learner.all("LearnerEmploymentStatus") if e.DateEmpStatApp == status.DateEmpStatApp
    )


@reading("ESMType_15", "EmploymentStatusMonitoring")
def esm_type_15(monitoring, facts):
    if monitoring.ESMType not in ("SEI", "EII", "LOU", "LOE", "BSI", "PEI", "SEM"):
        return False
    return sum(m.ESMType == monitoring.ESMType for m in monitoring.up.all("EmploymentStatusMonitoring")) > 1
