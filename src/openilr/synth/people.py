"""Made-up people: who somebody is, the same in every return that the person is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from openilr.synth import geography
from openilr.synth.decks import Decks
from openilr.synth.numbers import national_insurance, uln
from openilr.synth.programmes import Record
from openilr.synth.targets import margin

_ETHNICITY = {
    "White": (31,) * 17 + (34, 34, 32),
    "Mixed": (35, 36, 37, 38),
    "Asian": (39, 39, 40, 40, 41, 42, 43),
    "Black": (44, 44, 45, 46),
    "Other": (47, 98),
    "Unknown": (99,),
}
_TRAITS = ("sex", "quintile", "lldd", "ethnicity")
_DIFFICULTIES = (4, 5, 6, 7, 8, 9, 9, 10, 11, 12, 12, 13, 14, 16, 17, 93, 94, 95)
_GIVEN = {
    "F": (
        "Ada", "Chloe", "Ella", "Grace", "Imani", "Lena", "Mina", "Noor", "Priya", "Rosa", "Una", "Zoe", "Amara",
        "Beth", "Carys", "Dina", "Esme", "Farah", "Hana", "Ivy", "Jun", "Keira", "Leila", "Maya", "Nia", "Olga",
    ),
    "M": (
        "Ben", "Dev", "Femi", "Hugo", "Jay", "Kofi", "Omar", "Sam", "Tariq", "Adil", "Bram", "Callum", "Dale", "Eli",
        "Finn", "Gus", "Hamza", "Ivan", "Joel", "Kit", "Luca", "Musa", "Ned", "Owen", "Piotr", "Rhys", "Theo",
    ),
}  # fmt: skip
_FAMILY = (
    "Abbot", "Barker", "Cole", "Dhillon", "Evans", "Frost", "Gray", "Hussain", "Innes", "Jarvis", "Khan", "Lowe",
    "Mistry", "Nolan", "Okoro", "Patel", "Reid", "Webb", "Ashby", "Begum", "Carr", "Drake", "Ellis", "Farrow", "Goode",
    "Hale", "Ito", "Jobe", "Kaur", "Lund", "Moss", "Nash", "Osei", "Pike", "Quill", "Rowe", "Sethi", "Tait", "Umar",
    "Vance", "Wilde", "Yates", "Zaman", "O'Dell", "Smith-Lowe",
)  # fmt: skip
_STREETS = ("Mill Lane", "Station Road", "Church Street", "High Street", "Park View", "Orchard Close", "The Green")


@dataclass(slots=True)
class Person:
    """Somebody who learns. ``home`` is a postcode number; ``moved`` the day of a move from ``first_home``."""

    number: int
    born: date
    sex: str
    home: int
    first_home: int
    moved: date | None
    prior_level: int
    record: Record = field(default_factory=dict)

    def age(self, day: date) -> int:
        """Whole years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def home_on(self, day: date) -> int:
        return self.first_home if self.moved and day < self.moved else self.home

    def seen(self, day: date) -> Record:
        """The learner fields of a return that says what is known on a day."""
        home = geography.postcode(self.home_on(day))
        return self.record | {"Postcode": home}


def traits(random: Random, group: str, decks: Decks) -> dict[str, str]:
    """The characteristics of a person of a group of the targets, by name."""
    return {name: decks.deal(random, (group, name), margin(group, name).values) for name in _TRAITS}


def person(
    random: Random, number: int, group: str, traits: dict[str, str], region: int, born: date, prior_level: int,
    day: date,
) -> Person:  # fmt: skip
    """A person of a group of the targets. ``day`` is about when the person first enrols."""
    sex = traits["sex"]
    home = geography.place(region, random, int(traits["quintile"]))
    moved, first_home = None, home
    if random.random() < 0.06:
        first_home = geography.place(region, random, geography.quintile(home))
        moved = day + timedelta(days=random.randrange(30, 700))
    prior_home = geography.place(region, random) if random.random() < 0.08 else first_home
    lldd = int(traits["lldd"])
    record: Record = {
        "LearnRefNumber": f"L{number:09d}",
        "ULN": uln(number),
        "FamilyName": random.choice(_FAMILY),
        "GivenNames": random.choice(_GIVEN[sex]),
        "DateOfBirth": born,
        "Ethnicity": random.choice(_ETHNICITY[traits["ethnicity"]]),
        "Sex": sex,
        "LLDDHealthProb": lldd,
        "NINumber": national_insurance(number) if group == "apprenticeship" or random.random() < 0.5 else None,
        "PostcodePrior": geography.postcode(prior_home),
        "AddLine1": f"{random.randrange(1, 250)} {random.choice(_STREETS)}",
        "TelNo": f"01632{random.randrange(960_000, 961_000)}",  # a range kept for drama, which reaches nobody
        "Email": f"learner{number}@example.org",
    }
    if number % 3:
        record["ProviderSpecLearnerMonitoring"] = [
            {"ProvSpecLearnMonOccur": "A", "ProvSpecLearnMon": f"G{number % 900:03d}"}
        ]
    if lldd == 1:
        found = (
            random.sample(sorted(set(_DIFFICULTIES)), 2) if random.random() < 0.2 else [random.choice(_DIFFICULTIES)]
        )
        record["LLDDandHealthProblem"] = [
            {"LLDDCat": code, "PrimaryLLDD": 1 if place == 0 else None} for place, code in enumerate(found)
        ]
    return Person(number, born, sex, home, first_home, moved, prior_level, record)


def birthday(random: Random, age: int, on: date) -> date:
    """A date of birth of somebody who is ``age`` whole years old on a day."""
    latest = on.replace(year=on.year - age, day=min(on.day, 28))
    return latest - timedelta(days=random.randrange(1, 364))
