"""A made-up list of learning aims and apprenticeship standards, as large as it is asked to be.

Returns and reference files are made from the same list, so an aim that a synthetic return uses is always found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PROGRAMME_AIM = "ZPROG001"
#: How many aims and standards returns use. A reference set of any size holds at least these.
AIMS_IN_USE = 2_000
STANDARDS = 300
POSTCODES_IN_USE = 20_000
EMPLOYERS_IN_USE = 5_000
#: Synthetic providers: the UKPRN of the official samples, which belongs to nobody, and others that are not issued.
UKPRNS = (99999999, *range(90_000_001, 90_001_000))

#: LARS validity categories that every aim in use is valid for.
VALIDITY = (
    "ADULT_SKILLS",
    "APPRENTICESHIPS",
    "1619_EFA",
    "COMM_LEARN",
    "TAILORED_LEARNING",
    "ADV_LEARN_LOAN",
    "ANY",
)

_SUBJECTS = (
    ("Adult nursing", "1", "1.3"),
    ("Animal care", "3", "3.3"),
    ("Motor vehicles", "4", "4.3"),
    ("Plumbing", "5", "5.2"),
    ("Web design", "6", "6.1"),
    ("Catering", "7", "7.4"),
    ("Travel", "8", "8.2"),
    ("Photography", "9", "9.3"),
    ("Sociology", "11", "11.2"),
    ("Spanish", "12", "12.1"),
    ("Childcare", "13", "13.1"),
    ("Bookkeeping", "15", "15.1"),
)
_TYPES = ("Award", "Certificate", "Diploma")
_LEVELS = ("E", "1", "2", "3", "2", "3")
_STANDARD_LEVELS = (2, 3, 3, 2, 4, 6)


@dataclass(frozen=True, slots=True)
class Aim:
    """One learning aim. ``level`` is a notional NVQ level ("E" is entry level), ``hours`` are guided learning hours."""

    reference: str
    title: str
    level: str
    tier1: str
    tier2: str
    hours: int
    start: date


@dataclass(frozen=True, slots=True)
class Standard:
    """One apprenticeship standard: its level (2 to 7), funding cap in pounds and usual length in days."""

    code: int
    title: str
    level: int
    sector: str
    cap: int
    days: int

    @property
    def assessor(self) -> str:
        """The made-up end-point assessment organisation that assesses it."""
        return f"EPA{self.code % 60 + 1:04d}"


def aim(i: int) -> Aim:
    subject, tier1, tier2 = _SUBJECTS[i % len(_SUBJECTS)]
    level = _LEVELS[i // len(_SUBJECTS) % len(_LEVELS)]
    kind = _TYPES[i // 72 % len(_TYPES)]
    title = f"{kind} in {subject} ({'Entry Level' if level == 'E' else f'Level {level}'}) {i}"
    return Aim(f"9{i:07d}", title, level, tier1, tier2, 30 + i * 37 % 600, date(2010 + i % 10, 8, 1))


def standard(i: int) -> Standard:
    subject, tier1, _ = _SUBJECTS[i % len(_SUBJECTS)]
    level = _STANDARD_LEVELS[i // len(_SUBJECTS) % len(_STANDARD_LEVELS)]
    return Standard(
        i + 1, f"{subject} practitioner, level {level}", level, tier1, 3000 + i * 500 % 24_000, 440 + level * 60
    )
