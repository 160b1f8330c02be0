"""Which LARS validity an aim must have for its funding, read aim by aim from the published text.

The rules come in families of five for each kind of funding: started within the validity, ended within it, started
before the last day for new starts, the newest validity not closed before this year, has the validity at all.
"""

from datetime import date, timedelta

from tests.second_reading.model import reading
from tests.second_reading.words import apprenticeship, categories, devolved, lars, ldm, restart, started, within

AIM = "LearningDelivery"
D2020, D2021, D2023, D2024 = (date(y, 8, 1) for y in (2020, 2021, 2023, 2024))
UP_TO_JULY_2024 = date(2024, 7, 31)


# Kinds of funding -----------------------------------------------------------------------------------------


def adult_skills(aim, facts):
    if aim.FundModel != 35 or apprenticeship(aim) or ldm(aim, "034", "378"):
        return False
    return not devolved(aim, facts)


def adult_skills_fund(aim, facts):
    return aim.FundModel == 38 and not ldm(aim, "378", "395") and not devolved(aim, facts)


def young(aim, facts):
    return aim.FundModel in (25, 82) and not ldm(aim, "320", "321", "381")


def very_young(aim, facts):
    return aim.FundModel == 25 and ldm(aim, "320", "321", "381")


def very_young_not_long_ended(aim, facts):
    return very_young(aim, facts) and not ended(aim, None, date(2021, 7, 31))


def community(aim, facts):
    return aim.FundModel == 10


def tailored(aim, facts):
    return aim.FundModel == 11


def loan(aim, facts):
    return aim.FundModel == 99 and bool(aim.fams("ADL"))


def other(aim, facts):
    if aim.fams("ADL"):
        return False
    return (aim.FundModel == 36 and aim.ProgType == 25) or aim.FundModel in (37, 81, 99)


def other_but_apprenticeships(aim, facts):
    return aim.FundModel in (37, 81, 99) and not aim.fams("ADL") and not apprenticeship(aim)


def combined_authority(aim, facts):
    return devolved(aim, facts) and not ldm(aim, "378")


def free_courses(aim, facts):
    return aim.FundModel == 38 and ldm(aim, "378")


def free_courses_but_56(aim, facts):
    return free_courses(aim, facts) and 56 not in categories(aim, facts)


def free_courses_but_395(aim, facts):
    return free_courses_but_56(aim, facts) and not ldm(aim, "395")


def growth_and_skills(aim, facts):
    return aim.FundModel == 39


# The five questions ---------------------------------------------------------------------------------------


def validity(aim, facts, category):
    found = facts.rows("lars_validity", LearnAimRef=aim.LearnAimRef)
    return [r for r in found if r["ValidityCategory"].upper() == category.upper()]


def ended(aim, first=None, last=None):
    day = aim.LearnActEndDate
    if first is None and last is None:
        return True
    return day is not None and (first is None or first <= day) and (last is None or day <= last)


def start_outside(aim, facts, category):
    found = validity(aim, facts, category)
    return bool(found) and not any(within(r, aim.LearnStartDate, "StartDate", "EndDate") for r in found)


def end_after(aim, facts, category):
    found = validity(aim, facts, category)
    if not found or aim.LearnActEndDate is None:
        return False
    return all(r["EndDate"] is not None and aim.LearnActEndDate > r["EndDate"] for r in found)


def late_start(aim, facts, category, restarts_may=True):
    found = validity(aim, facts, category)
    last = "EndOfTime" if restarts_may and restart(aim) else "LastNewStartDate"
    return bool(found) and not any(
        within(r | {"EndOfTime": None}, aim.LearnStartDate, "StartDate", last) for r in found
    )


def closed_before_this_year(aim, facts, category):
    found = [r for r in validity(aim, facts, category) if r["StartDate"]]
    if not found:
        return False
    newest = max(r["StartDate"] for r in found)
    last_day = facts.starts - timedelta(1)
    return any(r["EndDate"] is not None and r["EndDate"] <= last_day for r in found if r["StartDate"] == newest)


def without(aim, facts, category):
    return bool(lars(aim, facts)) and not validity(aim, facts, category)


# The rules ------------------------------------------------------------------------------------------------

STARTED_WITHIN = [
    ("LearnAimRef_94", adult_skills, "ADULT_SKILLS", D2020, UP_TO_JULY_2024),
    ("LearnAimRef_102", young, "1619_EFA", D2020, None),
    ("LearnAimRef_106", community, "COMM_LEARN", D2020, None),
    ("LearnAimRef_110", loan, "ADV_LEARN_LOAN", D2020, None),
    ("LearnAimRef_114", other, "ANY", D2020, None),
    ("LearnAimRef_118", combined_authority, "MCA_GLA", D2020, None),
    ("LearnAimRef_122", very_young, "1416_EFA", D2020, None),
    ("LearnAimRef_138", adult_skills_fund, "ADULT_SKILLS", D2024, None),
    ("LearnAimRef_143", free_courses, "FCFJ_ADULT_SKILLS", D2024, None),
    ("LearnAimRef_148", tailored, "Tailored_Learning", D2024, None),
    ("LearnAimRef_156", growth_and_skills, "GROWTH_SKILLS_SHORT_COURSES", None, None),
]
ENDED_WITHIN = [
    ("LearnAimRef_95", adult_skills, "ADULT_SKILLS", D2020, UP_TO_JULY_2024),
    ("LearnAimRef_103", young, "1619_EFA", D2020, None),
    ("LearnAimRef_107", community, "COMM_LEARN", D2020, None),
    ("LearnAimRef_111", loan, "ADV_LEARN_LOAN", D2020, None),
    ("LearnAimRef_115", other, "ANY", D2020, None),
    ("LearnAimRef_119", combined_authority, "MCA_GLA", D2020, None),
    ("LearnAimRef_123", very_young, "1416_EFA", D2020, None),
    ("LearnAimRef_139", adult_skills_fund, "ADULT_SKILLS", D2024, None),
    ("LearnAimRef_144", free_courses, "FCFJ_ADULT_SKILLS", D2024, None),
    ("LearnAimRef_149", tailored, "Tailored_Learning", D2024, None),
    ("LearnAimRef_157", growth_and_skills, "GROWTH_SKILLS_SHORT_COURSES", None, None),
]
NEW_STARTS = [
    ("LearnAimRef_104", young, "1619_EFA", D2021, None),
    ("LearnAimRef_108", community, "COMM_LEARN", D2021, None),
    ("LearnAimRef_112", loan, "ADV_LEARN_LOAN", D2021, None),
    ("LearnAimRef_116", other, "ANY", D2021, None),
    ("LearnAimRef_120", combined_authority, "MCA_GLA", D2021, None),
    ("LearnAimRef_124", very_young, "1416_EFA", D2021, None),
    ("LearnAimRef_140", adult_skills_fund, "ADULT_SKILLS", D2024, None),
    ("LearnAimRef_145", free_courses_but_56, "FCFJ_ADULT_SKILLS", D2024, None),
    ("LearnAimRef_150", tailored, "Tailored_Learning", D2024, None),
    ("LearnAimRef_158", growth_and_skills, "GROWTH_SKILLS_SHORT_COURSES", None, None),
]
STILL_OPEN = [
    ("LearnAimRef_97", adult_skills, "ADULT_SKILLS", None, UP_TO_JULY_2024),
    ("LearnAimRef_105", young, "1619_EFA", D2021, None),
    ("LearnAimRef_109", community, "COMM_LEARN", None, None),
    ("LearnAimRef_113", loan, "ADV_LEARN_LOAN", None, None),
    ("LearnAimRef_117", other_but_apprenticeships, "ANY", None, None),
    ("LearnAimRef_121", combined_authority, "MCA_GLA", None, None),
    ("LearnAimRef_125", very_young_not_long_ended, "1416_EFA", None, None),
    ("LearnAimRef_141", adult_skills_fund, "ADULT_SKILLS", D2024, None),
    ("LearnAimRef_146", free_courses, "FCFJ_ADULT_SKILLS", D2024, None),
    ("LearnAimRef_151", tailored, "Tailored_Learning", None, None),
    ("LearnAimRef_159", growth_and_skills, "GROWTH_SKILLS_SHORT_COURSES", None, None),
]
HAS_IT = [
    ("LearnAimRef_127", adult_skills, "ADULT_SKILLS", D2023, UP_TO_JULY_2024),
    ("LearnAimRef_129", young, "1619_EFA", D2023, None),
    ("LearnAimRef_130", community, "COMM_LEARN", D2023, None),
    ("LearnAimRef_131", loan, "ADV_LEARN_LOAN", D2023, None),
    ("LearnAimRef_132", other, "ANY", D2023, None),
    ("LearnAimRef_134", very_young, "1416_EFA", D2023, None),
    ("LearnAimRef_142", adult_skills_fund, "ADULT_SKILLS", D2024, None),
    ("LearnAimRef_147", free_courses_but_395, "FCFJ_ADULT_SKILLS", D2024, None),
    ("LearnAimRef_152", tailored, "Tailored_Learning", D2024, None),
    ("LearnAimRef_160", growth_and_skills, "GROWTH_SKILLS_SHORT_COURSES", None, None),
]


def of_a_family(rule, question, when, funding, category, first, last):
    @reading(rule, AIM)
    def fires(aim, facts):
        return funding(aim, facts) and when(aim, first, last) and question(aim, facts, category)


def new_start(aim, facts, category):
    # In 2026-27 restarts are no longer left out of the rule about 16 to 19.
    return late_start(aim, facts, category, restarts_may=not (category == "1619_EFA" and facts.year == "2627"))


for _rules, _question, _when in (
    (STARTED_WITHIN, start_outside, ended),
    (ENDED_WITHIN, end_after, ended),
    (NEW_STARTS, new_start, started),
    (STILL_OPEN, closed_before_this_year, started),
    (HAS_IT, without, started),
):
    for _rule, _funding, _category, _first, _last in _rules:
        of_a_family(_rule, _question, _when, _funding, _category, _first, _last)


# The years of this one are those of the end, although it is about new starts.
of_a_family("LearnAimRef_96", new_start, ended, adult_skills, "ADULT_SKILLS", D2021, UP_TO_JULY_2024)


@reading("LearnAimRef_133", AIM)
def learn_aim_ref_133(aim, facts):
    if not (started(aim, D2023) and combined_authority(aim, facts) and lars(aim, facts)):
        return False
    return not any(validity(aim, facts, c) for c in ("MCA_GLA", "COMM_LEARN", "Tailored_Learning"))
