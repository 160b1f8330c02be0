"""Financial records of apprenticeships, read record by record from the published text."""

from datetime import date

from tests.second_reading.model import reading
from tests.second_reading.readings_dates import years_later
from tests.second_reading.words import within

AIM = "LearningDelivery"
RECORD = "AppFinRecord"


def prices(aim, *codes, type="TNP"):
    found = [r for r in aim.all(RECORD) if r.AFinType == type]
    return [r for r in found if r.AFinCode in codes] if codes else found


def standard_programme(aim):
    return aim.ProgType == 25 and aim.AimType == 1


@reading("AFinDate_03", RECORD)
def afin_date_03(record, facts):
    return record.AFinDate > record.header["FilePreparationDate"]


@reading("AFinDate_04", RECORD)
def afin_date_04(record, facts):
    end = record.aim.LearnActEndDate
    return record.AFinType == "TNP" and record.aim.ProgType != 25 and end is not None and record.AFinDate > end


def price_after(record, total, residual):
    if record.AFinType != "TNP" or record.AFinCode != total:
        return False
    return any(record.AFinDate > other.AFinDate for other in prices(record.aim, residual))


@reading("AFinDate_05", RECORD)
def afin_date_05(record, facts):
    return price_after(record, 1, 3)


@reading("AFinDate_06", RECORD)
def afin_date_06(record, facts):
    return price_after(record, 2, 4)


def price_on_same_day(record, total, residual):
    if record.AFinType != "TNP" or record.AFinCode != residual:
        return False
    return any(record.AFinDate == other.AFinDate for other in prices(record.aim, total))


@reading("AFinDate_07", RECORD)
def afin_date_07(record, facts):
    return price_on_same_day(record, 1, 3)


@reading("AFinDate_08", RECORD)
def afin_date_08(record, facts):
    return price_on_same_day(record, 2, 4)


@reading("AFinDate_09", RECORD)
def afin_date_09(record, facts):
    return standard_programme(record.aim) and record.AFinDate < years_later(record.aim.LearnStartDate, -1)


@reading("AFinDate_12", RECORD)
def afin_date_12(record, facts):
    end = record.aim.LearnActEndDate
    return standard_programme(record.aim) and end is not None and record.AFinDate > years_later(end, 2)


@reading("AFinDate_13", RECORD)
def afin_date_13(record, facts):
    aim = record.aim
    if aim.ProgType != 25 or record.AFinType != "TNP":
        return False
    if aim.AchDate is not None:
        return record.AFinDate > aim.AchDate
    return aim.WithdrawReason is not None and aim.LearnActEndDate is not None and record.AFinDate > aim.LearnActEndDate


@reading("AFinDate_14", RECORD)
def afin_date_14(record, facts):
    return record.AFinType == "PMR" and record.AFinDate > record.header["FilePreparationDate"]


@reading("AFinType_01", AIM)
def afin_type_01(aim, facts):
    return aim.FundModel == 81 and standard_programme(aim) and not prices(aim, 1)


@reading("AFinType_04", RECORD)
def afin_type_04(record, facts):
    aim = record.aim
    return not ((aim.FundModel == 81 and standard_programme(aim)) or (aim.FundModel == 36 and aim.AimType == 1))


@reading("AFinType_07", AIM)
def afin_type_07(aim, facts):
    return standard_programme(aim) and bool(prices(aim, 2, type="PMR")) and not prices(aim, 2, 4)


@reading("AFinType_08", RECORD)
def afin_type_08(record, facts):
    return record.AFinType == "TNP" and record.AFinCode in (3, 4) and record.aim.FundModel != 36


@reading("AFinType_10", AIM)
def afin_type_10(aim, facts):
    return standard_programme(aim) and aim.FundModel != 99 and not prices(aim, 2, 4)


@reading("AFinType_11", RECORD)
def afin_type_11(record, facts):
    return record.aim.FundModel == 36 and record.aim.ProgType != 25 and record.AFinCode in (2, 4)


@reading("AFinType_12", AIM)
def afin_type_12(aim, facts):
    return aim.FundModel == 36 and aim.AimType == 1 and not prices(aim)


@reading("AFinType_13", AIM)
def afin_type_13(aim, facts):
    if aim.FundModel != 36 or aim.AimType != 1:
        return False
    return not any(p.AFinDate == aim.LearnStartDate for p in prices(aim))


@reading("AFinType_14", AIM)
def afin_type_14(aim, facts):
    return aim.AimType == 1 and bool(prices(aim, 1, type="PMR")) and not prices(aim, 1, 3)


@reading("AFinType_15", RECORD)
def afin_type_15(record, facts):
    return record.AFinType == "RIP" and record.AFinCode == 1 and record.AFinAmount > 18000


@reading("AFinType_16", RECORD)
def afin_type_16(record, facts):
    return record.AFinType == "RIP" and record.AFinCode == 1 and record.AFinAmount < 5


@reading("EPAOrgID_02", AIM)
def epa_02(aim, facts):
    return bool(prices(aim, 2, 4)) and aim.EPAOrgID is None


@reading("EPAOrgID_03", AIM)
def epa_03(aim, facts):
    return aim.EPAOrgID is not None and not prices(aim, 2, 4)


@reading("R_100", AIM)
def r_100(aim, facts):
    return standard_programme(aim) and aim.CompStatus == 2 and aim.FundModel != 99 and not prices(aim, 2, 4)


@reading("R_119", RECORD)
def r_119(record, facts):
    start = record.aim.LearnStartDate
    return record.AFinType == "TNP" and start >= date(2019, 2, 1) and record.AFinDate < start


def reduced_hours(aim):
    return any(h.HRSType == "HRS" and h.HRSCode == 4 for h in aim.all("HRSRecord"))


@reading("R_161", AIM)
def r_161(aim, facts):
    return reduced_hours(aim) and not prices(aim, 1, type="RIP")


@reading("R_162", AIM)
def r_162(aim, facts):
    return bool(prices(aim, 1, type="RIP")) and not reduced_hours(aim)


@reading("R_142", RECORD)
def r_142(record, facts):
    """On the price record of the programme aim that the learner left."""
    aim = record.aim
    if record.AFinType != "TNP" or not standard_programme(aim) or aim.CompStatus not in (3, 6):
        return False
    if aim.LearnActEndDate is None:
        return False
    still_open = [a for a in aim.learner.aims if standard_programme(a) and a.LearnActEndDate is None]
    starts = [a.LearnStartDate for a in still_open if a.LearnStartDate >= date(2022, 8, 1)]
    return any(record.AFinDate >= start for start in starts)


# Contributions of employers -------------------------------------------------------------------------------


def trailblazer_programme(aim):
    """All programme aims of the trailblazer programme, whoever funds them; none for other aims."""
    if aim.FundModel != 81 or not standard_programme(aim):
        return []
    return [a for a in aim.learner.aims if standard_programme(a) and a.StdCode == aim.StdCode]


def latest_price(aims, code):
    found = [p for a in aims for p in prices(a, code)]
    if not found:
        return 0
    return max(found, key=lambda p: (p.AFinDate, p.number)).AFinAmount


def caps(aims, facts):
    """The caps that applied on the first day of the programme: one, unless LARS has several kinds of funding for it."""
    first = min(d for a in aims for d in (a.LearnStartDate, a.OrigLearnStartDate) if d)
    found = [r for r in facts.rows("lars_standard_funding", StandardCode=aims[0].StdCode) if within(r, first)]
    return [r["CoreGovContributionCap"] for r in found if r["CoreGovContributionCap"] is not None]


def paid(aims):
    received = sum(p.AFinAmount for a in aims for p in prices(a, 1, 2, type="PMR"))
    return received - sum(p.AFinAmount for a in aims for p in prices(a, 3, type="PMR"))


def negotiated(aims):
    return latest_price(aims, 1) + latest_price(aims, 2)


def exceeded(aims, facts):
    """DD17: the caps that two thirds of the price are above."""
    return [cap for cap in caps(aims, facts) if 2 * negotiated(aims) > 3 * cap]


@reading("R_72", AIM)
def r_72(aim, facts):
    aims = trailblazer_programme(aim)
    return bool(aims) and not exceeded(aims, facts) and 3 * paid(aims) > negotiated(aims)


@reading("R_73", AIM)
def r_73(aim, facts):
    aims = trailblazer_programme(aim)
    return bool(aims) and any(paid(aims) > negotiated(aims) - cap for cap in exceeded(aims, facts))
