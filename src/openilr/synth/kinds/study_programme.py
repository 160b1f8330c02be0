"""16 to 19 study programmes (FundModel 25): a core aim, others with it, English and maths for those without a pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import (
    EMPLOYERS,
    Draft,
    Kind,
    aim,
    completion,
    ending,
    fam,
    grade,
    learner_fam,
    level_of,
    withdrawal,
    year_of,
)
from openilr.synth.numbers import employer_id
from openilr.synth.people import Person
from openilr.synth.programmes import Aim, Programme, Record
from openilr.synth.targets import margin

_STAYS = {"yes": 0.914, "no": 0.086}
#: The share of aims that are not left: more than that of learners, as some aims end before their learner leaves.
_AIMS_KEPT = 0.922
#: What somebody goes on to who has achieved level 1 or less, or level 2.
_HIGHER = {0: "young_2", 1: "young_2", 2: "young_3"}
_GRADES = {"yes": ("4", "4", "5", "5", "6", "7", "8"), "no": ("3", "3", "2", "1")}
#: Minutes aside, a year of English or of maths is 100 hours: the amount is not recorded, that it is met is.
_LOW = ("3", "2", "1", "U")


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, str]:
    course = random.choices(("a_level", "young_3", "young_2", "young_1"), (30, 32, 24, 14))[0]
    return random.choice((16, 16, 17, 17, 18)), {"a_level": 4, "young_3": 4, "young_2": 3, "young_1": 1}[course], course


def _plan(draft: Draft) -> Programme | None:
    random, before = draft.random, draft.before
    if before is not None and before.kind == "study_programme":
        if before.level not in _HIGHER:
            return None
        draft.choice = _HIGHER[before.level]
    course = draft.choice
    years = 2 if course in ("a_level", "young_3") and draft.person.age(draft.start) < 18 else 1
    planned = date(draft.start.year + years, 7, random.randrange(1, 20))
    stays = draft.deal(_STAYS, "young", "stays", year_of(planned)) == "yes"
    left = None if stays else withdrawal(random, draft.start, planned)
    if not draft.is_seen(planned if left is None else left.day):
        return None
    passes = 0.97 if course == "a_level" else 0.55 if course == "young_3" else 0.25
    grades = {name: random.choice(_GRADES["yes" if random.random() < passes else "no"]) for name in ("Math", "Eng")}
    if before is not None:
        grades |= {name: before.learner[f"{name}Grade"] for name in grades if f"{name}Grade" in before.learner}
    aims: list[Aim] = []
    for number, (reference, days) in enumerate(_references(draft, planned, grades)):
        record = aim(draft, reference, 5 if number == 0 else 4, 25, days, [fam("SOF", 107)])
        end = (
            replace(left)
            if left
            else ending(
                draft, record["LearnPlanEndDate"], "young", margin("young", "achieved").share("yes") / _AIMS_KEPT, 1
            )
        )
        if left and left.day > record["LearnPlanEndDate"]:
            end = completion(random, draft.start, record["LearnPlanEndDate"], random.random() < 0.85, 5, 0)
        # All of a programme is over by the end of the year: what is left of it would lack its core aim (R_63).
        end.day = min(end.day, date(record["LearnPlanEndDate"].year, 7, 28))
        if aims and aims[0].end:
            end.told = min(end.told, max(aims[0].end.told, end.day))
        if reference == qualifications.WORK_EXPERIENCE:
            record["LearningDeliveryWorkPlacement"] = [_placement(random, draft.start, end.day)]
        grade(random, reference, end)
        aims.append(Aim(record, end))
    fams = _fams(draft.person, random, grades)
    fields = {
        "MathGrade": grades["Math"], "EngGrade": grades["Eng"], "LearnerFAM": fams,
        "PlanLearnHours": random.randrange(540, 680), "PlanEEPHours": random.randrange(20, 90),
        "Accom": 5 if random.random() < 0.01 else None,
    }  # fmt: skip
    level = level_of(aims[0].record["LearnAimRef"])
    return Programme("study_programme", draft.provider.number, aims, fields, [], False, left is None, level)


def _references(draft: Draft, planned: date, grades: dict[str, str]) -> list[tuple[str, int]]:
    random, course = draft.random, draft.choice
    whole = (planned - draft.start).days
    first_year = (date(draft.start.year + 1, 6, 25) - draft.start).days
    count = 3 if course == "a_level" else random.choice((1, 1, 2))
    found = [(q.reference, whole) for q in qualifications.several(random, course, count)]
    for subject, before in (("maths", grades["Math"]), ("english", grades["Eng"])):
        if before in _LOW:
            pool = f"gcse_{subject}" if before == "3" else f"functional_{subject}"
            found.append((qualifications.pick(random, pool).reference, first_year))
    if course != "a_level" and random.random() < 0.3:
        found.append((qualifications.WORK_EXPERIENCE, first_year))
    return found


def _placement(random: Random, start: date, last: date) -> Record:
    begins = min(start + timedelta(days=random.randrange(1, 200)), last)
    return {
        "WorkPlaceStartDate": begins, "WorkPlaceEndDate": min(begins + timedelta(days=5), last), "WorkPlaceHours": 35,
        "WorkPlaceMode": 2, "WorkPlaceEmpId": employer_id(random.randrange(EMPLOYERS)),
    }  # fmt: skip


def _fams(person: Person, random: Random, grades: dict[str, str]) -> list[Record]:
    found = [learner_fam("EDF", code) for code, name in ((1, "Math"), (2, "Eng")) if grades[name] in _LOW]
    found += [learner_fam(kind, 1) for kind, name in (("MMH", "Math"), ("EMH", "Eng")) if grades[name] in _LOW]
    if random.random() < 0.3:
        found.append(learner_fam("LSR", random.choice((55, 56))))
    if random.random() < 0.18:
        found.append(learner_fam("FME", 2))
    if person.record["LLDDHealthProb"] == 1:
        # A plan or support stays with the person: the two exclude each other (LearnFAMType_14).
        pick = person.number * 0.618 % 1
        found += [learner_fam("EHC", 1)] if pick < 0.15 else [learner_fam("SEN", 1)] if pick < 0.4 else []
    return found


KIND = Kind(
    "study_programme", "young", _applicant, _plan,
    {"college": 0.72, "sixth_form": 0.2, "private": 0.06, "authority": 0.02},
    calendar.september, 700, next={"study_programme": 0.8, "apprenticeship": 0.03, "adult_skills": 0.04},
)  # fmt: skip
