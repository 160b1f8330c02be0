"""Academic years, as the ILR names them, and ages in whole years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


def whole_years(start: date, end: date) -> int:
    """Completed years from ``start`` to ``end``. A birthday on 29 February falls on 1 March in other years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


@dataclass(frozen=True, slots=True, order=True)
class AcademicYear:
    """1 August to 31 July, named by its four digits: "2526" is 1 August 2025 to 31 July 2026."""

    name: str

    def __post_init__(self) -> None:
        if not (len(self.name) == 4 and self.name.isdigit() and (int(self.name[:2]) + 1) % 100 == int(self.name[2:])):
            raise ValueError(f"{self.name!r} is not an academic year: write the four digits, such as 2526 for 2025-26.")

    @property
    def start(self) -> date:
        return date(2000 + int(self.name[:2]), 8, 1)

    @property
    def end(self) -> date:
        return date(2001 + int(self.name[:2]), 7, 31)

    @property
    def august_31(self) -> date:
        """The day on which funding and many rules take a learner's age."""
        return date(self.start.year, 8, 31)

    @property
    def previous(self) -> AcademicYear:
        return AcademicYear.starting(self.start.year - 1)

    @property
    def next(self) -> AcademicYear:
        return AcademicYear.starting(self.start.year + 1)

    @property
    def label(self) -> str:
        return f"{self.start.year}-{self.name[2:]}"

    @staticmethod
    def starting(year: int) -> AcademicYear:
        return AcademicYear(f"{year % 100:02d}{(year + 1) % 100:02d}")

    @staticmethod
    def of(day: date) -> AcademicYear:
        """The academic year that holds this day."""
        return AcademicYear.starting(day.year if day.month >= 8 else day.year - 1)
