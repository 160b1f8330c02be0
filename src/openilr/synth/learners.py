"""Made-up learners: one function for each kind, from random numbers to a record that follows the year's main rules.

A record is a dictionary of official field names; an entity below it is a list of such dictionaries. The order of the
keys does not matter: :mod:`openilr.synth.returns` writes them in the order of the year's schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from openilr.spec import AcademicYear
from openilr.synth import catalogue
from openilr.synth.numbers import employer_id, national_insurance, postcode, uln

Record = dict[str, Any]

#: Funding models 11 and 38 take no start before this day (FundModel_19, FundModel_20).
_ADULT_SKILLS_FUND = date(2024, 8, 1)

#: How long an end-point assessment takes at most.
_ASSESSMENT = timedelta(days=60)

_GIVEN = [
    "Ada", "Ben", "Chloe", "Dev", "Ella", "Femi", "Grace", "Hugo", "Imani", "Jay", "Kofi", "Lena",
    "Mina", "Noor", "Omar", "Priya", "Rosa", "Sam", "Tariq", "Una", "Zoe",
]  # fmt: skip
_FAMILY = [
    "Abbot", "Barker", "Cole", "Dhillon", "Evans", "Frost", "Gray", "Hussain", "Innes", "Jarvis",
    "Khan", "Lowe", "Mistry", "Nolan", "Okoro", "Patel", "Reid", "Webb",
]  # fmt: skip
_STREETS = ["Mill Lane", "Station Road", "Church Street", "High Street", "Park View", "Orchard Close"]
_ETHNICITY = (31,) * 12 + (32, 34, 35, 36, 38, 39, 40, 41, 42, 44, 45, 47, 98, 99)
_DISABILITY = (4, 5, 6, 9, 10, 12, 14, 17, 94, 95)


@dataclass(frozen=True)
class Setting:
    """What all learners of one return share. ``prepared`` is the file preparation date."""

    year: AcademicYear
    prepared: date
    delivery: int = 0  #: the number of the provider's first delivery postcode

    @property
    def until(self) -> date:
        """Nothing happens after this day: the file was made, or the year was over."""
        return min(self.prepared, self.year.end)


def learner(setting: Setting, number: int, random: Random) -> Record:
    """The learner with this number, of a kind that ``random`` picks. The number alone makes the ULN and reference."""
    pick = random.random()
    if pick < 0.32:
        record = _sixteen_to_nineteen(setting, random)
    elif pick < 0.64:
        record = _apprentice(setting, random)
    elif pick < 0.88:
        record = _adult_skills(setting, random)
    elif pick < 0.96:
        record = _tailored_learning(setting, random)
    else:
        record = _advanced_learner_loan(setting, random)
    record["LearnRefNumber"] = f"L{number:07d}"
    record["ULN"] = uln(number)
    if "NINumber" in record:
        record["NINumber"] = national_insurance(number)
    for sequence, aim in enumerate(record["LearningDelivery"], start=1):
        aim["AimSeqNumber"] = sequence
        aim["HRSRecord"] = _hours(aim)
    return record


def _hours(aim: Record) -> list[Record]:
    """The hours as records, which took over from PHours and OTJActHours in 2026-27; each schema takes its own."""
    codes = {"PHours": 5 if aim["FundModel"] == 11 else 1, "OTJActHours": 3}
    return [
        {"HRSType": "HRS", "HRSCode": code, "HRSAmount": aim[field]} for field, code in codes.items() if field in aim
    ]


def _sixteen_to_nineteen(setting: Setting, random: Random) -> Record:
    """A full-time study programme: one core aim and up to three others, funding model 25."""
    record = _person(setting, random, 16, 18)
    maths, english = random.choice(("4", "5", "6", "3", "2")), random.choice(("4", "5", "7", "3", "1"))
    record |= {
        "Accom": 5 if random.random() < 0.02 else None,
        "PlanLearnHours": random.randrange(540, 680),
        "PlanEEPHours": random.randrange(20, 90),
        "MathGrade": maths,
        "EngGrade": english,
    }
    monitoring = [_fam("EDF", code) for code, grade in ((1, maths), (2, english)) if grade in "123"]
    if random.random() < 0.4:
        monitoring.append(_fam("LSR", random.choice((55, 56))))
    if random.random() < 0.2:
        monitoring.append(_fam("FME", 2))
    record["LearnerFAM"] = monitoring
    start = _september(setting, random)
    aims = [_aim(setting, random, start, random.randrange(250, 310), 25, 5, [_delivery("SOF", "107")])]
    for _ in range(random.choice((1, 2, 2, 3))):
        aims.append(_aim(setting, random, start, random.randrange(200, 310), 25, 4, [_delivery("SOF", "107")]))
    record["LearningDelivery"] = aims
    return record


def _apprentice(setting: Setting, random: Random) -> Record:
    """An apprenticeship standard: a programme aim, its component aims, prices and a contract type. Funding model 36."""
    record = _person(setting, random, 17, 45)
    record |= {
        "NINumber": "",
        "PlanLearnHours": random.randrange(300, 900),
        "PriorAttain": [_attainment(setting, random)],
    }
    standard = catalogue.standard(random.randrange(catalogue.STANDARDS))
    start = setting.year.previous.start + timedelta(days=random.randrange(31, 640))
    start = min(start, setting.until - timedelta(days=14))
    programme = _aim(
        setting, random, start, standard.days + random.randrange(-60, 60), 36, 1, [_delivery("SOF", "105")]
    )
    contract: Record = {"LearnDelFAMType": "ACT", "LearnDelFAMCode": "1", "LearnDelFAMDateFrom": start}
    programme |= {
        "LearnAimRef": catalogue.PROGRAMME_AIM,
        "PHours": random.randrange(300, 900),
        "EPAOrgID": standard.assessor,
        "AppFinRecord": _prices(random, start, standard.cap, setting.until),
    }
    programme["LearningDeliveryFAM"].append(contract)
    ended = programme.get("LearnActEndDate")
    if ended:
        _close_programme(random, programme, contract, ended)
    components = [_component(setting, random, programme) for _ in range(random.choice((1, 2, 2)))]
    for aim in (programme, *components):
        aim |= {"ProgType": 25, "StdCode": standard.code}
    record["LearningDelivery"] = [programme, *components]
    record["LearnerEmploymentStatus"] = [
        _employed(random, start - timedelta(days=random.randrange(10, 400)), with_length=True)
    ]
    return record


def _close_programme(random: Random, programme: Record, contract: Record, ended: date) -> None:
    # The end-point assessment comes at least seven days after the learning, and the contract type runs until then.
    programme["OTJActHours"] = programme["PHours"] + random.randrange(-40, 60)
    if programme["CompStatus"] == 2:
        assessed = ended + timedelta(days=random.randrange(7, _ASSESSMENT.days))
        programme |= {"AchDate": assessed, "Outcome": 1}
        contract["LearnDelFAMDateTo"] = assessed
    else:
        contract["LearnDelFAMDateTo"] = ended


def _component(setting: Setting, random: Random, programme: Record) -> Record:
    length = (programme["LearnPlanEndDate"] - programme["LearnStartDate"]).days
    aim = _aim(setting, random, programme["LearnStartDate"], length, 36, 3, [_delivery("SOF", "105")])
    for name in ("CompStatus", "LearnActEndDate", "WithdrawReason", "Outcome"):
        aim.pop(name, None)
        if name in programme:
            aim[name] = programme[name]
    return aim


def _prices(random: Random, start: date, cap: int, prepared: date) -> list[Record]:
    """A training and an assessment price from the first day, and payments by the employer since."""
    assessment = cap // 5
    records = [_price("TNP", 1, start, cap - assessment), _price("TNP", 2, start, assessment)]
    paid = start + timedelta(days=45)
    while paid <= prepared and len(records) < 4:
        records.append(_price("PMR", 1, paid, max(1, cap // 100 + random.randrange(50))))
        paid += timedelta(days=180)
    return records


def _adult_skills(setting: Setting, random: Random) -> Record:
    """One to three aims of the Adult Skills Fund, funding model 38, up to level 2.

    Level 3 is funded for those under 24, or in certain subjects, by categories of LARS that these returns do not use.
    """
    record = _person(setting, random, 20, 62)
    record |= {"PlanLearnHours": random.randrange(40, 500), "PriorAttain": [_attainment(setting, random)]}
    aims = []
    for _ in range(random.choice((1, 2, 2, 3))):
        start = max(_any_start(setting, random), _ADULT_SKILLS_FUND)
        aims.append(_aim(setting, random, start, random.randrange(60, 330), 38, 4, _adult_monitoring(random)))
        aims[-1] |= {"LSDPostcode": record["Postcode"], "LearnAimRef": _aim_up_to_level_2(random)}
    record["LearningDelivery"] = aims
    record["LearnerFAM"] = [_fam("LSR", 58)] if random.random() < 0.15 else []
    record["LearnerEmploymentStatus"] = _adult_employment(random, aims)
    return record


def _aim_up_to_level_2(random: Random) -> str:
    while True:
        aim = catalogue.aim(random.randrange(catalogue.AIMS_IN_USE))
        if aim.level in ("E", "1", "2"):
            return aim.reference


def _adult_monitoring(random: Random) -> list[Record]:
    fams = [_delivery("SOF", "105")]
    # Learners under the earnings threshold (LDM 391) are fully funded; the others pay a share.
    if random.random() < 0.4:
        fams += [_delivery("FFI", "1"), _delivery("LDM", "391")]
    else:
        fams.append(_delivery("FFI", "2"))
    return fams


def _tailored_learning(setting: Setting, random: Random) -> Record:
    """One or two tailored learning aims, funding model 11."""
    record = _person(setting, random, 20, 80)
    record["PlanLearnHours"] = random.randrange(10, 120)
    aims = []
    for _ in range(random.choice((1, 1, 2))):
        start = max(_any_start(setting, random), _ADULT_SKILLS_FUND)
        fams = [_delivery("SOF", "105"), _delivery("ACL", str(random.randrange(1, 8))), _delivery("LDM", "399")]
        aims.append(_aim(setting, random, start, random.randrange(20, 120), 11, 4, fams))
        aims[-1] |= {"LSDPostcode": record["Postcode"], "PHours": random.randrange(10, 90)}
        if aims[-1]["CompStatus"] != 1:
            aims[-1]["TLOut"] = random.randrange(1, 4)
    record["LearningDelivery"] = aims
    record["LearnerEmploymentStatus"] = _adult_employment(random, aims)
    return record


def _advanced_learner_loan(setting: Setting, random: Random) -> Record:
    """One aim paid for with an Advanced Learner Loan, funding model 99."""
    record = _person(setting, random, 20, 50)
    record |= {"PlanLearnHours": random.randrange(200, 700), "PriorAttain": [_attainment(setting, random)]}
    aim = _aim(setting, random, _any_start(setting, random), random.randrange(250, 500), 99, 4, [_delivery("ADL", "1")])
    record["LearningDelivery"] = [aim]
    record["LearnerEmploymentStatus"] = _adult_employment(random, [aim])
    return record


def _person(setting: Setting, random: Random, youngest: int, oldest: int) -> Record:
    """Who the learner is. Ages are whole years on 31 August of the academic year."""
    age = random.randint(youngest, oldest)
    born = setting.year.august_31.replace(year=setting.year.august_31.year - age) - timedelta(
        days=random.randrange(1, 364)
    )
    home = postcode(random.randrange(catalogue.POSTCODES_IN_USE))
    record: Record = {
        "FamilyName": random.choice(_FAMILY),
        "GivenNames": random.choice(_GIVEN),
        "DateOfBirth": born,
        "Ethnicity": random.choice(_ETHNICITY),
        "Sex": random.choice("FM"),
        "LLDDHealthProb": 2,
        "PostcodePrior": home,
        "Postcode": home,
        "AddLine1": f"{random.randrange(1, 250)} {random.choice(_STREETS)}",
        "TelNo": f"01632{random.randrange(960_000, 961_000)}",  # a range kept for drama, which reaches nobody
        "Email": f"learner{random.randrange(100_000)}@example.org",
        "ProviderSpecLearnerMonitoring": [
            {"ProvSpecLearnMonOccur": "A", "ProvSpecLearnMon": f"G{random.randrange(900):03d}"}
        ],
    }
    if random.random() < 0.12:
        record["LLDDHealthProb"] = 1
        record["LLDDandHealthProblem"] = [{"LLDDCat": random.choice(_DISABILITY), "PrimaryLLDD": 1}]
    return record


def _aim(
    setting: Setting, random: Random, start: date, days: int, funding: int, kind: int, monitoring: list[Record]
) -> Record:
    """A learning delivery, still going on, completed or left, according to its dates."""
    aim: Record = {
        "LearnAimRef": catalogue.aim(random.randrange(catalogue.AIMS_IN_USE)).reference,
        "AimType": kind,
        "LearnStartDate": start,
        "LearnPlanEndDate": start + timedelta(days=days),
        "FundModel": funding,
        "DelLocPostCode": postcode(setting.delivery + random.randrange(4)),
        "CompStatus": 1,
        "SWSupAimId": str(UUID(int=random.getrandbits(128), version=4)),
        "LearningDeliveryFAM": monitoring,
        "ProviderSpecDeliveryMonitoring": [
            {"ProvSpecDelMonOccur": "A", "ProvSpecDelMon": f"C{random.randrange(10_000):05d}"}
        ],
    }
    _end(setting, random, aim)
    return aim


def _end(setting: Setting, random: Random, aim: Record) -> None:
    start, planned = aim["LearnStartDate"], aim["LearnPlanEndDate"]
    pick = random.random()
    if pick < 0.08:
        ended = start + (planned - start) // 2
        if setting.year.start <= ended <= setting.until:
            aim |= {
                "CompStatus": 3,
                "LearnActEndDate": ended,
                "Outcome": 3,
                "WithdrawReason": random.choice((3, 43, 44, 97)),
            }
    elif pick < 0.95:
        # An apprentice learns until some weeks before the planned end, so that the assessment fits in: AchDate_12
        # asks for its date from whoever has completed.
        apprentice = aim["FundModel"] == 36
        ended = planned + timedelta(days=random.randrange(-110, -70) if apprentice else random.randrange(-10, 15))
        latest = setting.until - _ASSESSMENT if apprentice else setting.until
        if setting.year.start <= ended <= latest:
            aim |= {"CompStatus": 2, "LearnActEndDate": ended, "Outcome": random.choice((1, 1, 1, 1, 1, 1, 3))}


def _september(setting: Setting, random: Random) -> date:
    return setting.year.start + timedelta(days=random.randrange(31, 60))


def _any_start(setting: Setting, random: Random) -> date:
    """A day in the academic year up to a fortnight before the file was made."""
    days = (setting.until - setting.year.start).days - 14
    return setting.year.start + timedelta(days=random.randrange(max(days, 1)))


def _adult_employment(random: Random, aims: list[Record]) -> list[Record]:
    before = min(aim["LearnStartDate"] for aim in aims) - timedelta(days=random.randrange(10, 300))
    if random.random() < 0.6:
        return [_employed(random, before, with_length=False)]
    status: Record = {"EmpStat": random.choice((11, 12)), "DateEmpStatApp": before}
    status["EmploymentStatusMonitoring"] = [{"ESMType": "BSI", "ESMCode": random.choice((1, 4, 6))}]
    if status["EmpStat"] == 11:
        status["EmploymentStatusMonitoring"].append({"ESMType": "LOU", "ESMCode": random.randrange(1, 6)})
    return [status]


def _employed(random: Random, since: date, with_length: bool) -> Record:
    monitoring = [{"ESMType": "EII", "ESMCode": random.choice((6, 7, 8))}]
    if with_length:
        monitoring.append({"ESMType": "LOE", "ESMCode": random.randrange(1, 5)})
    return {
        "EmpStat": 10,
        "DateEmpStatApp": since,
        "EmpId": employer_id(random.randrange(catalogue.EMPLOYERS_IN_USE)),
        "EmploymentStatusMonitoring": monitoring,
    }


def _attainment(setting: Setting, random: Random) -> Record:
    return {
        "PriorLevel": random.choice((1, 2, 3, 4, 5, 99)),
        "DateLevelApp": date(setting.year.start.year - 2, 7, 1),
    }


def _fam(kind: str, code: int) -> Record:
    return {"LearnFAMType": kind, "LearnFAMCode": code}


def _delivery(kind: str, code: str) -> Record:
    return {"LearnDelFAMType": kind, "LearnDelFAMCode": code}


def _price(kind: str, code: int, day: date, pounds: int) -> Record:
    return {"AFinType": kind, "AFinCode": code, "AFinDate": day, "AFinAmount": pounds}
