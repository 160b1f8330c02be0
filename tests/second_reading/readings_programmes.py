"""Skills Bootcamps, T Levels, free courses for jobs: rules over several aims, read from the published text."""

from datetime import date

from tests.second_reading.model import age, reading
from tests.second_reading.readings_dates import six_months_after
from tests.second_reading.words import (
    ENGLISH_AND_MATHS,
    aged,
    apprenticeship,
    categories,
    dam_023,
    dd38,
    lars,
    ldm,
    legal_type,
    level,
    prior_on_start,
    restart,
    skills,
    started,
)

AIM = "LearningDelivery"
FULL_LEVEL_3 = (6, 7, 8, 9, 10, 97, 98)
EVENTS = ("Z0059747", "Z0059748", "Z0059749")
HGV_EVENTS = ("Z0060439", "Z0009541", "Z0060440", "Z0060441", "Z0060442", "Z0060443")
AUGUST_2024, AUGUST_2025 = date(2024, 8, 1), date(2025, 8, 1)


# English and maths beside an apprenticeship ---------------------------------------------------------------


def beside_open_apprenticeship(aim):
    opened = [a for a in aim.learner.aims if a.AimType == 1 and a.FundModel == 36 and a.LearnActEndDate is None]
    return any(aim.LearnStartDate >= a.LearnStartDate for a in opened)


@reading("R_114", AIM)
def r_114(aim, facts):
    if aim.FundModel != 35 or not started(aim, last=date(2024, 7, 31)) or not skills(aim, facts, ENGLISH_AND_MATHS):
        return False
    return beside_open_apprenticeship(aim)


@reading("R_146", AIM)
def r_146(aim, facts):
    return aim.FundModel == 38 and skills(aim, facts, ENGLISH_AND_MATHS) and beside_open_apprenticeship(aim)


# Prior attainment -----------------------------------------------------------------------------------------


@reading("R_131", "Learner")
def r_131(learner, facts):
    models = (36, 35, 37, 38, 99, 81) + ((39,) if facts.year == "2627" else ())
    starts = [a.LearnStartDate for a in learner.aims if a.FundModel in models]
    if not starts:
        return False
    return not any(p.DateLevelApp <= min(starts) for p in learner.all("PriorAttain"))


@reading("R_132", AIM)
def r_132(aim, facts):
    if not started(aim, date(2022, 4, 1), date(2024, 7, 31)) or not ldm(aim, "378") or ldm(aim, "382"):
        return False
    if not any(p.PriorLevel in FULL_LEVEL_3 for p in aim.learner.all("PriorAttain")):
        return False
    return not dd38(aim) and not dam_023(aim)


@reading("R_148", AIM)
def r_148(aim, facts):
    if not started(aim, AUGUST_2024) or aim.FundModel != 38 or not ldm(aim, "378") or ldm(aim, "391"):
        return False
    if not aged(aim, 19, 23) or restart(aim) or dam_023(aim):
        return False
    return not any(p.PriorLevel in (1, 2, 3, 4, 5, 99) for p in aim.learner.all("PriorAttain"))


@reading("R_151", AIM)
def r_151(aim, facts):
    if not started(aim, AUGUST_2024) or aim.FundModel != 38 or not ldm(aim, "378") or ldm(aim, "391"):
        return False
    return aged(aim, 24) and not dam_023(aim)


# Skills Bootcamps -----------------------------------------------------------------------------------------


@reading("R_134", "EmploymentStatusMonitoring")
def r_134(monitoring, facts):
    if monitoring.ESMType != "OET" or monitoring.ESMCode != 2:
        return False
    if facts.year == "2526" and any(dam_023(a) for a in monitoring.learner.aims):
        return False
    return not any(a.ProgType == 32 for a in monitoring.learner.aims)


def bootcamp(aim, type):
    return aim.ProgType == 32 and aim.AimType == type


def of_contract(aim, type, *more):
    """The learner's bootcamp aims of a type with the same contract (and the same other values)."""
    fields = ("ConRefNumber", *more)
    mine = [getattr(aim, f) for f in fields]
    return [a for a in aim.learner.aims if bootcamp(a, type) and [getattr(a, f) for f in fields] == mine]


def latest(aims):
    return [a for a in aims if a.LearnStartDate == max(b.LearnStartDate for b in aims)]


def earliest_start(aim):
    starts = [a.LearnStartDate for a in of_contract(aim, 1)]
    return min(starts) if starts else None


def subjects(aim, facts):
    """Subject aims with the contract of a programme aim; their own ProgType is not asked."""
    found = [a for a in aim.learner.aims if a.AimType == 3 and a.ConRefNumber == aim.ConRefNumber]
    return [a for a in found if 62 in categories(a, facts, on_start=True)]


@reading("R_139", AIM)
def r_139(aim, facts):
    if not bootcamp(aim, 1) or aim.CompStatus != 2:
        return False
    return not any(a.LearnActEndDate is not None for a in subjects(aim, facts))


@reading("R_141", AIM)
def r_141(aim, facts):
    if not bootcamp(aim, 1) or aim.LearnActEndDate is not None:
        return False
    return not subjects(aim, facts)


@reading("R_140", AIM)
def r_140(aim, facts):
    if not bootcamp(aim, 3) or aim.LearnActEndDate is not None:
        return False
    programmes = latest(of_contract(aim, 1, "FundModel"))
    return bool(programmes) and programmes[-1].LearnActEndDate is not None


@reading("R_143", AIM)
def r_143(aim, facts):
    if not bootcamp(aim, 1) or aim.LearnActEndDate is None or aim not in latest(of_contract(aim, 1, "FundModel")):
        return False
    ends = [a.LearnActEndDate for a in of_contract(aim, 3, "FundModel") if a.LearnActEndDate]
    return bool(ends) and aim.LearnActEndDate < max(ends)


@reading("R_144", AIM)
def r_144(aim, facts):
    if not bootcamp(aim, 1) or not started(aim, date(2023, 8, 1)) or aim.AchDate is None:
        return False
    return aim.AchDate < earliest_start(aim)


@reading("R_152", "LearningDeliveryFAM")
def r_152(fam, facts):
    return fam.LearnDelFAMType == "EVI" and bootcamp(fam.aim, 1) and earliest_start(fam.aim) < AUGUST_2025


@reading("R_153", "LearningDeliveryFAM")
def r_153(fam, facts):
    if fam.LearnDelFAMType != "EVI" or not bootcamp(fam.aim, 1) or fam.LearnDelFAMDateFrom is None:
        return False
    return earliest_start(fam.aim) >= AUGUST_2025 and fam.LearnDelFAMDateFrom < AUGUST_2025


@reading("R_154", AIM)
def r_154(aim, facts):
    """On the event aim."""
    if aim.AimType != 3 or aim.LearnAimRef not in EVENTS + HGV_EVENTS:
        return False
    first = earliest_start(aim)
    return first is not None and first >= AUGUST_2025


@reading("R_138", AIM)
def r_138(aim, facts):
    if not bootcamp(aim, 1) or aim.CompStatus != 2 or not started(aim, last=date(2025, 7, 31)):
        return False
    if latest(of_contract(aim, 1))[-1].AchDate is not None or any(a.LearnAimRef in EVENTS for a in aim.learner.aims):
        return False
    end = aim.LearnActEndDate
    return not (end is not None and aim.header["FilePreparationDate"] > six_months_after(end))


# Learning aims --------------------------------------------------------------------------------------------


@reading("LearnAimRef_30", AIM)
def learn_aim_ref_30(aim, facts):
    return (aim.LearnAimRef == "ZPROG001") != (aim.AimType == 1)


@reading("LearnAimRef_56", AIM)
def learn_aim_ref_56(aim, facts):
    if not started(aim, date(2015, 8, 1)) or aim.FundModel not in (35, 81) or not ldm(aim, "034", "328"):
        return False
    return 22 in categories(aim, facts)


@reading("LearnAimRef_78", AIM)
def learn_aim_ref_78(aim, facts):
    if not started(aim, date(2016, 8, 1), date(2017, 7, 31)) or aim.FundModel != 35 or level(aim, facts) != "3":
        return False
    if apprenticeship(aim) or ldm(aim, "034", "347") or restart(aim) or legal_type(aim, facts) == "USDC":
        return False
    return 38 not in categories(aim, facts)


@reading("LearnAimRef_79", AIM)
def learn_aim_ref_79(aim, facts):
    if not started(aim, date(2016, 8, 1), date(2024, 7, 31)) or aim.FundModel != 35 or level(aim, facts) != "4":
        return False
    return not (apprenticeship(aim) or ldm(aim, "034") or restart(aim) or dam_023(aim))


@reading("LearnAimRef_84", AIM)
def learn_aim_ref_84(aim, facts):
    if not started(aim, date(2017, 8, 1), date(2024, 7, 31)) or aim.FundModel != 35 or level(aim, facts) != "3":
        return False
    if apprenticeship(aim) or aim.ProgType == 24 or ldm(aim, "034", "378") or restart(aim) or dam_023(aim):
        return False
    return 38 not in categories(aim, facts, on_start=True)


@reading("LearnAimRef_85", AIM)
def learn_aim_ref_85(aim, facts):
    if not started(aim, date(2017, 8, 1), date(2024, 7, 31)) or aim.FundModel != 35 or level(aim, facts) != "3":
        return False
    if not any(p.PriorLevel in FULL_LEVEL_3 for p in prior_on_start(aim)):
        return False
    if apprenticeship(aim) or aim.ProgType == 24 or restart(aim) or dam_023(aim) or ldm(aim, "382"):
        return False
    return not (ldm(aim, "378") and dd38(aim))


@reading("LearnAimRef_90", AIM)
def learn_aim_ref_90(aim, facts):
    others = ("Z0007834", "Z0007835", "Z0007836", "Z0007837", "Z0007838", "Z0002347", "ZWRKX001", "ZWRKX002")
    return aim.ProgType == 31 and aim.LearnAimRef in others


def on_one_day(aim):
    return aim.LearnStartDate == aim.LearnPlanEndDate == aim.LearnActEndDate


@reading("LearnAimRef_126", AIM)
def learn_aim_ref_126(aim, facts):
    return aim.LearnAimRef in EVENTS and not on_one_day(aim)


@reading("LearnAimRef_154", AIM)
def learn_aim_ref_154(aim, facts):
    return started(aim, AUGUST_2024) and aim.ProgType == 32 and aim.LearnAimRef in HGV_EVENTS and not on_one_day(aim)


@reading("LearnAimRef_135", AIM)
def learn_aim_ref_135(aim, facts):
    return started(aim, AUGUST_2024) and aim.FundModel == 38 and level(aim, facts) == "4" and not dam_023(aim)


@reading("LearnAimRef_136", AIM)
def learn_aim_ref_136(aim, facts):
    if not started(aim, AUGUST_2024) or aim.FundModel != 38 or level(aim, facts) != "3":
        return False
    if restart(aim) or dam_023(aim) or ldm(aim, "378", "395"):
        return False
    return 38 not in categories(aim, facts, on_start=True)


@reading("LearnAimRef_137", AIM)
def learn_aim_ref_137(aim, facts):
    if not started(aim, AUGUST_2024) or aim.FundModel != 38 or level(aim, facts) != "3" or ldm(aim, "391"):
        return False
    if not any(p.PriorLevel in FULL_LEVEL_3 for p in prior_on_start(aim)):
        return False
    return not (restart(aim) or dam_023(aim))


@reading("LearnAimRef_153", AIM)
def learn_aim_ref_153(aim, facts):
    return aim.FundModel == 35 and 67 in categories(aim, facts)


@reading("R_158", AIM)
def r_158(aim, facts):
    if aim.FundModel != 38 or 76 not in categories(aim, facts) or dam_023(aim):
        return False
    for other in aim.learner.aims:
        if other is aim or other.FundModel != 38 or 76 in categories(other, facts):
            continue
        building = lars(other, facts).get("SectorSubjectAreaTier2") == 5.2
        running = other.LearnStartDate <= aim.LearnStartDate
        if building and running and (other.LearnActEndDate is None or aim.LearnStartDate <= other.LearnActEndDate):
            return False
    return True


# Hours of English and maths -------------------------------------------------------------------------------

TEAM_PROGRAMME = ("60023995", "60027307", "60027629", "60032121", "60033344")


def without_hours(aim, facts, category, exemption, grade, hours):
    learner = aim.learner
    years = age(learner.DateOfBirth, facts.august_31)
    if years is None or years < 16 or aim.FundModel != 25 or not aim.fams("SOF", "107"):
        return False
    valid = [
        r
        for r in facts.rows("lars_validity", LearnAimRef=aim.LearnAimRef)
        if r["ValidityCategory"].upper() == category.upper()
    ]
    if not valid and not (aim.LearnAimRef in TEAM_PROGRAMME and ldm(aim, "331")):
        return False
    fams = {(f.LearnFAMType, f.LearnFAMCode) for f in learner.all("LearnerFAM")}
    if any((exemption, code) in fams for code in (1, 2, 3, 4)) or any(type == hours for type, _ in fams):
        return False
    if grade not in ("3", "2", "1", "U", "D", "E", "F", "G", "X", "NONE"):
        return False
    if (exemption, 5) in fams and grade in ("2", "1", "U", "E", "F", "G", "X", "NONE"):
        return False
    if any(a.ProgType == 31 and started(a, last=date(2022, 7, 31)) for a in aim.learner.aims):
        return False
    return (learner.PlanLearnHours or 0) + (learner.PlanEEPHours or 0) >= 150 or t_level_hours(learner, facts) >= 150


def t_level_hours(learner, facts):
    programmes = latest([a for a in learner.aims if a.ProgType == 31 and a.AimType == 1])
    found = [0]
    for aim in programmes[-1:]:  # of two from one day, the later in the file
        if facts.year == "2526":
            found.append(aim.PHours or 0)
        else:
            found += [h.HRSAmount for h in aim.all("HRSRecord") if h.HRSType == "HRS" and h.HRSCode == 2]
    return max(found)


@reading("R_155", AIM)
def r_155(aim, facts):
    return without_hours(aim, facts, "EFAConFundEnglish", "ECF", aim.learner.EngGrade, "EMH")


@reading("R_156", AIM)
def r_156(aim, facts):
    return without_hours(aim, facts, "EFAConFundMaths", "MCF", aim.learner.MathGrade, "MMH")
