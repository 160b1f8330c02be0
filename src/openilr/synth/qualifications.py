"""The made-up Learning Aim Reference Service of a synthetic sector: pools of learning aims, each for one use.

References begin with 9, except for those that the rules name (programme aim, T Level and work placement codes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from openilr.synth.targets import margin

PROGRAMME = "ZPROG001"
T_LEVEL_PLACEMENT = "ZWRKX003"
WORK_EXPERIENCE = "ZWRKX001"
OPEN = date(2012, 8, 1)

#: Sector subject areas, tier 2 by tier 1, with an invented word for titles.
SUBJECTS = {
    1: ((1.1, "Nursing support"), (1.2, "Surgery reception"), (1.3, "Care"), (1.5, "Child care")),
    2: ((2.1, "Laboratory science"), (2.2, "Mathematics")),
    3: ((3.1, "Agriculture"), (3.2, "Horticulture"), (3.3, "Animal care")),
    4: ((4.1, "Engineering"), (4.2, "Manufacturing"), (4.3, "Motor vehicles")),
    5: ((5.1, "Architecture"), (5.2, "Building")),
    6: ((6.1, "Computing"), (6.2, "Digital skills")),
    7: ((7.1, "Retail"), (7.2, "Warehousing"), (7.3, "Hairdressing"), (7.4, "Hospitality")),
    8: ((8.1, "Sport"), (8.2, "Travel")),
    9: ((9.1, "Performing arts"), (9.2, "Craft"), (9.3, "Media")),
    10: ((10.1, "History"), (10.4, "Theology")),
    11: ((11.1, "Geography"), (11.2, "Sociology")),
    12: ((12.1, "Languages"), (12.2, "Linguistics")),
    13: ((13.1, "Teaching"), (13.2, "Learning support")),
    14: ((14.1, "Foundations"), (14.2, "Preparation for work")),
    15: ((15.1, "Accounting"), (15.2, "Administration"), (15.3, "Management"), (15.5, "Law")),
}
#: Validity categories by use.
_ADULT = ("ADULT_SKILLS", "MCA_GLA", "ANY", "1619_EFA")
_YOUNG = ("1619_EFA", "ANY")


@dataclass(frozen=True, slots=True)
class Qualification:
    """One learning aim. ``level`` is the notional NVQ level ("E" entry, "X" none); ``basic`` a basic skills type."""

    reference: str
    title: str
    type: str
    level: str
    tier2: float
    hours: int
    validity: tuple[str, ...]
    categories: tuple[int, ...] = ()
    basic: int | None = None
    full: int = 0  #: percent of a full level 2 or 3
    prescribed: int | None = None  #: prescribed higher education (EnglPrscID)
    pathway: int | None = None  #: the T Level that it belongs to

    @property
    def tier1(self) -> int:
        return int(self.tier2)


@dataclass(frozen=True, slots=True)
class Standard:
    """One apprenticeship standard: level 2 to 7, funding cap in pounds, usual length in days."""

    code: int
    title: str
    level: int
    tier2: float
    cap: int
    days: int

    @property
    def assessor(self) -> str:
        return f"EPA{self.code % 60 + 1:05d}"[:7]


#: How the published "higher" level (4 and above) is spread over levels: assumed.
HIGHER = {"4": 0.27, "5": 0.33, "6": 0.24, "7": 0.16}
#: How starts are spread over the four standards of a subject and level: so that the largest standards have the shares
#: of starts that the largest of the published ones have.
_POPULARITY = (42, 28, 18, 12)
_POPULAR = {
    (1, 3): (47, 31, 14, 8),
    (15, 3): (28, 26, 24, 22),
    (15, 5): (55, 20, 15, 10),
    (1, 5): (60, 20, 12, 8),
}


class Maker:
    """Gives references one after another."""

    def __init__(self) -> None:
        self.made = 0

    def many(
        self, count: int, levels: str, types: str, validity: tuple[str, ...], **facts: object
    ) -> list[Qualification]:
        return [self._one(i, levels, types, validity, facts) for i in range(count)]

    def _one(self, i: int, levels: str, types: str, validity: tuple[str, ...], facts: dict) -> Qualification:
        self.made += 1
        subjects = [pair for pairs in SUBJECTS.values() for pair in pairs]
        tier2, subject = subjects[i % len(subjects)]
        level = levels[i // len(subjects) % len(levels)] if len(levels) <= len(subjects) else levels[i % len(levels)]
        level = levels[i % len(levels)] if i < len(levels) else level
        size = ("Award", "Certificate", "Diploma")[i % 3]
        words = f"Synthetic {facts.get('word', size)} in {subject} {self.made}"
        fixed = {name: value for name, value in facts.items() if name not in ("word", "reference", "tier2")}
        return Qualification(
            str(facts.get("reference", "9{:07d}")).format(i + 1 if "reference" in facts else self.made), words, types,
            level, float(facts.get("tier2", tier2)), 20 + self.made * 37 % 400, validity, **fixed,
        )  # fmt: skip


@cache
def pools() -> dict[str, list[Qualification]]:
    """Every learning aim that returns use, by use. The same for every sector."""
    m = Maker()
    english = {"tier2": 14.1, "word": "English"}
    maths = {"tier2": 14.1, "word": "Maths"}
    both = (*_ADULT, "APPRENTICESHIPS")
    return {
        "young_1": m.many(60, "1", "0006", _YOUNG),
        "young_2": m.many(90, "2", "0006", _YOUNG, full=100),
        "young_3": m.many(120, "3", "0006", _YOUNG, full=100),
        "a_level": m.many(40, "3", "0002", (*_YOUNG, "ADULT_SKILLS"), full=50, word="A Level"),
        "gcse_english": m.many(4, "2", "0003", (*_ADULT, "EFAConFundEnglish"), basic=11, **english),
        "gcse_maths": m.many(4, "2", "0003", (*_ADULT, "EFAConFundMaths"), basic=2, **maths),
        "functional_english": m.many(12, "E12", "0016", (*both, "EFAConFundEnglish"), basic=13, **english),
        "functional_maths": m.many(12, "E12", "0016", (*both, "EFAConFundMaths"), basic=20, **maths),
        "esol": m.many(30, "E1", "0016", _ADULT, basic=36, tier2=12.1, word="ESOL"),
        "digital": m.many(10, "E1", "0016", _ADULT, basic=43, tier2=6.2, word="Essential digital skills"),
        "adult_low": m.many(160, "E1", "0006", _ADULT),
        "adult_2": m.many(160, "2", "0006", _ADULT),
        "entitled_2": m.many(80, "2", "0006", _ADULT, categories=(37,), full=100),
        "entitled_3": m.many(80, "3", "0006", _ADULT, categories=(38,), full=100),
        "free_course": m.many(
            80, "3", "0006", ("FCFJ_ADULT_SKILLS", "MCA_GLA", "ANY"), categories=(38, 45, 46), full=100
        ),
        "tailored": m.many(200, "XE1", "0008", ("TAILORED_LEARNING", "MCA_GLA", "ANY"), word="Course"),
        "loan": m.many(120, "3", "0006", ("ADV_LEARN_LOAN", "ANY"), full=100),
        "higher": m.many(90, "45", "0127", ("ANY",), word="Higher National", prescribed=1),
        "component": m.many(240, "23", "0006", ("APPRENTICESHIPS", "ANY")),
        "bootcamp": m.many(60, "X", "2001", ("ANY",), categories=(62,), word="Bootcamp", reference="ZSB{:05d}"),
        "t_level": [
            replaced(q, pathway=i) for i, q in enumerate(m.many(24, "3", "1468", _YOUNG, word="T Level", full=100))
        ],
        "specialism": [
            replaced(q, pathway=i % 24)
            for i, q in enumerate(m.many(48, "3", "1469", _YOUNG, word="Specialism", reference="ZTLOS{:03d}"))
        ],
        "unit": m.many(
            30, "2345", "2002", ("GROWTH_SKILLS_SHORT_COURSES", "ANY"), categories=(91,), word="Unit",
            reference="ZSC{:05d}",
        ),
    }  # fmt: skip


def replaced(qualification: Qualification, **facts: object) -> Qualification:
    from dataclasses import replace

    return replace(qualification, **facts)  # type: ignore[arg-type]


def pick(random: Random, pool: str) -> Qualification:
    return random.choice(pools()[pool])


def several(random: Random, pool: str, count: int) -> list[Qualification]:
    """Different aims of a pool, at most as many as it has."""
    found = pools()[pool]
    return random.sample(found, min(count, len(found)))


def fixed() -> Iterator[Qualification]:
    """Aims with a reference that the rules name, and the validity that each needs."""
    everywhere = ("ANY", "APPRENTICESHIPS", "1619_EFA", "GROWTH_SKILLS_SHORT_COURSES")
    yield Qualification(PROGRAMME, "Programme aim", "9999", "X", 14.2, 0, everywhere)
    yield Qualification(T_LEVEL_PLACEMENT, "T Level industry placement", "1447", "X", 14.2, 315, _YOUNG)
    yield Qualification(WORK_EXPERIENCE, "Work experience", "1447", "X", 14.2, 40, _YOUNG)


def every() -> Iterator[Qualification]:
    """All aims that returns use."""
    yield from fixed()
    for pool in pools().values():
        yield from pool


def filler(count: int) -> Iterator[Qualification]:
    """Aims that nobody takes: they give the list its size."""
    m = Maker()
    m.made = 500_000
    for i in range(count):
        yield m._one(i, "E12345", "0006", ("ADULT_SKILLS", "ANY"), {})


@cache
def standards() -> tuple[Standard, ...]:
    """Four standards for each subject that apprentices take and each level from 2 to 7."""
    found: list[Standard] = []
    for tier1 in sorted(int(name) for name in margin("apprenticeship", "subject").values):
        for level in range(2, 8):
            for i in range(4):
                tier2, subject = SUBJECTS[tier1][i % len(SUBJECTS[tier1])]
                code = len(found) + 1
                # Level 6 and 7 take years; nobody plans less than the year that starts before August 2025 need.
                days = 385 + level * 45 + i * 30 + (200 if level >= 6 else 0)
                cap = 3000 + level * 2000 + i * 500
                found.append(
                    Standard(code, f"Synthetic {subject} practitioner, level {level} ({code})", level, tier2, cap, days)
                )
    return tuple(found)


@cache
def _by_subject_and_level() -> dict[tuple[int, int], list[Standard]]:
    found: dict[tuple[int, int], list[Standard]] = {}
    for each in standards():
        found.setdefault((int(each.tier2), each.level), []).append(each)
    return found


def popularity(subject: int, level: int) -> dict[str, float]:
    """The share of each standard of a subject (tier 1) and level (2 to 7), by its place among them."""
    return {str(place): share for place, share in enumerate(_POPULAR.get((subject, level), _POPULARITY))}


def standard(subject: int, level: int, place: int) -> Standard:
    return _by_subject_and_level()[subject, level][place]
