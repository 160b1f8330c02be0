"""Records that must not stand twice, and aims that must belong to one another, read from the published text."""

from datetime import date

from tests.second_reading.model import reading
from tests.second_reading.words import ENGLISH_AND_MATHS, lars, ldm

OPEN_END = date(2099, 12, 31)


def programme_of(aim):
    return (aim.ProgType, aim.StdCode)


def twice(record, *fields):
    """Whether another record of the same kind in the same parent has these same values."""
    mine = [getattr(record, f) for f in fields]
    return sum([getattr(r, f) for f in fields] == mine for r in record.up.all(record.entity)) > 1


# The same thing twice -------------------------------------------------------------------------------------


@reading("R_06", "Learner")
def r_06(learner, facts):
    return sum(other.LearnRefNumber == learner.LearnRefNumber for other in facts.learners) > 1


@reading("R_59", "Learner")
def r_59(learner, facts):
    return learner.ULN not in (None, 9999999999) and sum(other.ULN == learner.ULN for other in facts.learners) > 1


@reading("R_07", "LearningDelivery")
def r_07(aim, facts):
    return twice(aim, "AimSeqNumber")


@reading("R_43", "LearnerEmploymentStatus")
def r_43(status, facts):
    return twice(status, "DateEmpStatApp")


@reading("R_45", "LLDDandHealthProblem")
def r_45(problem, facts):
    return twice(problem, "LLDDCat")


@reading("R_49", "ProviderSpecLearnerMonitoring")
def r_49(monitoring, facts):
    return twice(monitoring, "ProvSpecLearnMonOccur")


@reading("R_50", "ProviderSpecDeliveryMonitoring")
def r_50(monitoring, facts):
    return twice(monitoring, "ProvSpecDelMonOccur")


@reading("R_51", "LearnerFAM")
def r_51(fam, facts):
    return twice(fam, "LearnFAMType", "LearnFAMCode")


@reading("R_52", "LearningDeliveryFAM")
def r_52(fam, facts):
    return fam.LearnDelFAMType not in ("LSF", "ACT", "ALB") and twice(fam, "LearnDelFAMType", "LearnDelFAMCode")


@reading("R_67", "LearningDeliveryWorkPlacement")
def r_67(placement, facts):
    return twice(placement, "WorkPlaceStartDate", "WorkPlaceEmpId")


@reading("R_96", "LearningDeliveryWorkPlacement")
def r_96(placement, facts):
    everything = [p for aim in placement.learner.aims for p in aim.all("LearningDeliveryWorkPlacement")]
    return sum(p.WorkPlaceStartDate == placement.WorkPlaceStartDate for p in everything) > 1


@reading("R_68", "AppFinRecord")
def r_68(record, facts):
    def of_such_a_programme(aim):
        return aim.FundModel == 36 and aim.AimType == 1 and aim.ProgType == 25

    if not of_such_a_programme(record.aim):
        return False
    programmes = [a for a in record.learner.aims if of_such_a_programme(a) and a.StdCode == record.aim.StdCode]
    everything = [(r.AFinType, r.AFinCode, r.AFinDate) for a in programmes for r in a.all("AppFinRecord")]
    return everything.count((record.AFinType, record.AFinCode, record.AFinDate)) > 1


@reading("R_97", "LearnerEmploymentStatus")
def r_97(status, facts):
    def content(s):
        monitoring = {(m.ESMType, m.ESMCode) for m in s.all("EmploymentStatusMonitoring")}
        return (s.EmpStat, s.EmpId, s.AgreemId if facts.year == "2627" else None, monitoring)

    earlier = [s for s in status.up.all("LearnerEmploymentStatus") if s.DateEmpStatApp < status.DateEmpStatApp]
    if not earlier:
        return False
    last = max(s.DateEmpStatApp for s in earlier)
    return any(content(s) == content(status) for s in earlier if s.DateEmpStatApp == last)


@reading("R_157", "LearningDeliveryFAM")
def r_157(fam, facts):
    if fam.LearnDelFAMType != "ALB" or fam.LearnDelFAMDateFrom is None or fam.aim.LearnStartDate < date(2026, 8, 1):
        return False
    return [f.LearnDelFAMDateFrom for f in fam.aim.fams("ALB")].count(fam.LearnDelFAMDateFrom) > 1


# Programme aims and component aims ------------------------------------------------------------------------


def partner(aim, types, *fields):
    """Whether the learner has an aim of these types with the same values as this one."""
    mine = [getattr(aim, f) for f in fields]
    return any(a.AimType in types and [getattr(a, f) for f in fields] == mine for a in aim.learner.aims)


@reading("R_30", "LearningDelivery")
def r_30(aim, facts):
    return aim.AimType == 3 and not partner(aim, (1,), "ProgType", "StdCode")


@reading("R_31", "LearningDelivery")
def r_31(aim, facts):
    return aim.AimType == 1 and aim.LearnActEndDate is None and not partner(aim, (3, 5), "ProgType", "StdCode")


@reading("R_56", "LearningDelivery")
def r_56(aim, facts):
    """On the funded component aim."""
    if aim.AimType != 3 or aim.FundModel == 99:
        return False
    for programme in aim.learner.aims:
        if programme.AimType == 1 and programme.FundModel == 99 and programme.LearnActEndDate is None:
            over = aim.LearnActEndDate is not None and aim.LearnActEndDate < programme.LearnStartDate
            if programme_of(programme) == programme_of(aim) and not (facts.year == "2627" and over):
                return True
    return False


@reading("R_66", "LearningDelivery")
def r_66(aim, facts):
    return aim.AimType == 3 and aim.FundModel != 99 and not partner(aim, (1,), "FundModel", "ProgType", "StdCode")


@reading("R_125", "LearningDelivery")
def r_125(aim, facts):
    return aim.AimType in (3, 5) and aim.ProgType in (30, 31) and not partner(aim, (1,), "FundModel", "ProgType")


@reading("R_126", "LearningDelivery")
def r_126(aim, facts):
    return aim.AimType == 1 and aim.ProgType in (30, 31) and not partner(aim, (3, 5), "FundModel", "ProgType")


@reading("R_129", "LearningDelivery")
def r_129(aim, facts):
    if aim.AimType != 5 or lars(aim, facts).get("LearnAimRefType") != "1468" or ldm(aim, "384"):
        return False
    return not partner(aim, (1,), "ProgType")


@reading("R_135", "LearningDelivery")
def r_135(aim, facts):
    return aim.AimType == 3 and aim.ProgType == 32 and not partner(aim, (1,), "FundModel", "ProgType", "ConRefNumber")


@reading("R_136", "LearningDelivery")
def r_136(aim, facts):
    return aim.AimType == 1 and aim.ProgType == 32 and not partner(aim, (3,), "FundModel", "ProgType", "ConRefNumber")


UNIT = ("FundModel", "ProgType", "LearnStartDate", "LearnPlanEndDate", "LearnActEndDate")


@reading("R_159", "LearningDelivery")
def r_159(aim, facts):
    return aim.AimType == 3 and aim.ProgType == 34 and not partner(aim, (1,), *UNIT)


@reading("R_160", "LearningDelivery")
def r_160(aim, facts):
    return aim.AimType == 1 and aim.ProgType == 34 and not partner(aim, (3,), *UNIT)


# Ends within a programme ----------------------------------------------------------------------------------


def english_or_maths(aim, facts):
    return any(
        r["BasicSkillsType"] in ENGLISH_AND_MATHS for r in facts.rows("lars_annual_value", LearnAimRef=aim.LearnAimRef)
    )


def latest_programme_aims(aim):
    """The programme aims of the aim's programme that started last."""
    found = [a for a in aim.learner.aims if a.AimType == 1 and programme_of(a) == programme_of(aim)]
    return [a for a in found if a.LearnStartDate == max(b.LearnStartDate for b in found)]


@reading("R_89", "LearningDelivery")
def r_89(aim, facts):
    if aim.AimType != 1 or aim.LearnActEndDate is None or aim not in latest_programme_aims(aim):
        return False
    ends = [
        a.LearnActEndDate
        for a in aim.learner.aims
        if a.AimType == 3 and programme_of(a) == programme_of(aim) and a.LearnActEndDate
        if not english_or_maths(a, facts)
    ]
    return bool(ends) and aim.LearnActEndDate < max(ends)


@reading("R_90", "LearningDelivery")
def r_90(aim, facts):
    if aim.AimType != 3 or aim.LearnActEndDate is not None or english_or_maths(aim, facts):
        return False
    latest = latest_programme_aims(aim)
    return bool(latest) and latest[-1].LearnActEndDate is not None


def effective_end(aim):
    """DD36, for a programme aim."""
    if aim.ProgType == 25:
        return aim.AchDate or aim.LearnActEndDate or OPEN_END
    if aim.ProgType == 32:
        return aim.LearnActEndDate or aim.AchDate or OPEN_END
    return aim.LearnActEndDate or OPEN_END


@reading("R_124", "LearningDelivery")
def r_124(aim, facts):
    if aim.AimType != 1:
        return False
    others = [a for a in aim.learner.aims if a.AimType == 1 and a is not aim]
    return any(other.LearnStartDate <= aim.LearnStartDate <= effective_end(other) for other in others)


@reading("R_58", "LearningDelivery")
def r_58(aim, facts):
    """On the core aim that starts while another one runs."""
    if aim.AimType != 5:
        return False
    ordered = sorted((a for a in aim.learner.aims if a.AimType == 5), key=lambda a: (a.LearnStartDate, a.number))
    earlier = ordered[: ordered.index(aim)]
    return any(aim.LearnStartDate <= (a.LearnActEndDate or OPEN_END) for a in earlier)


# All aims of the learner ----------------------------------------------------------------------------------


@reading("R_63", "LearningDelivery")
def r_63(aim, facts):
    if aim.FundModel != 25 or aim.fams("SOF", "105"):
        return False
    return not any(a.AimType == 5 for a in aim.learner.aims)


@reading("R_130", "Learner")
def r_130(learner, facts):
    if not learner.aims or any(a.FundModel != 25 or a.ProgType != 31 for a in learner.aims):
        return False
    return learner.PlanLearnHours is not None or learner.PlanEEPHours is not None


@reading("R_137", "LearningDelivery")
def r_137(aim, facts):
    return aim.ProgType == 31 and not any((a.LearnAimRef or "").startswith("ZTLOS") for a in aim.learner.aims)


def pathways(aim, facts):
    return {(r["FworkCode"], r["PwayCode"]) for r in facts.rows("lars_framework_aims", LearnAimRef=aim.LearnAimRef)}


@reading("R_147", "LearningDelivery")
def r_147(aim, facts):
    """On the specialism: an open technical qualification stands beside it, and none has a pathway in common with it."""
    if aim.LearnActEndDate is not None or not (aim.LearnAimRef or "").startswith("ZTLOS"):
        return False
    open_aims = [a for a in aim.learner.aims if a.LearnActEndDate is None]
    qualifications = [a for a in open_aims if lars(a, facts).get("LearnAimRefType") == "1468"]
    return bool(qualifications) and not any(pathways(aim, facts) & pathways(a, facts) for a in qualifications)
