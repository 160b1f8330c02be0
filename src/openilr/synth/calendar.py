"""Academic years, returns and start dates: when people begin, and when providers send what they know."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from openilr.spec import AcademicYear

#: Starts by month from August. September is highest, then October and January; summer is low (assumed shares).
_MONTHS = (5, 25, 14, 8, 3, 12, 8, 8, 6, 5, 4, 2)
_SUMS = list(accumulate(_MONTHS))

#: Month and day on which each return closes, and years after the start of the academic year (timetable of 2026-27).
_CLOSES = {
    "R01": (0, 9, 4), "R02": (0, 10, 6), "R03": (0, 11, 5), "R04": (0, 12, 4), "R05": (1, 1, 7), "R06": (1, 2, 4),
    "R07": (1, 3, 4), "R08": (1, 4, 6), "R09": (1, 5, 7), "R10": (1, 6, 4), "R11": (1, 7, 6), "R12": (1, 8, 5),
    "R13": (1, 9, 14), "R14": (1, 10, 21),
}  # fmt: skip
RETURNS = tuple(_CLOSES)


@dataclass(frozen=True)
class Period:
    """One return of one year: the file is made at ``made`` and covers what happened ``until`` a day."""

    year: AcademicYear
    name: str
    made: datetime
    until: date

    @staticmethod
    def of(year: str, name: str) -> Period:
        """ValueError where there is no such return. The file is made the day before the return closes."""
        if name not in _CLOSES:
            raise ValueError(f"There is no return {name}; the returns of a year are R01 to R14.")
        academic = AcademicYear(year)
        later, month, day = _CLOSES[name]
        closes = date(academic.start.year + later, month, day)
        covered = closes.replace(day=1) - timedelta(days=1)
        return Period(
            academic, name, datetime.combine(closes - timedelta(days=1), time(9, 0)), min(covered, academic.end)
        )


def any_day(random: Random, year: int) -> date:
    """A start date in the academic year that begins in August of ``year``, by the profile of starts over months."""
    month = bisect(_SUMS, random.random() * _SUMS[-1])
    calendar_year, calendar_month = (year, 8 + month) if month < 5 else (year + 1, month - 4)
    return date(calendar_year, calendar_month, 1 + random.randrange(28))


def september(random: Random, year: int) -> date:
    """A start date in September, as study programmes have."""
    return date(year, 9, 1 + random.randrange(20))
