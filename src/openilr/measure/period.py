"""The part of the academic year that a return's statistics cover."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from openilr.measure.declare import MeasureError
from openilr.spec import AcademicYear

#: The month in which each return's period ends. R04, R06, R10 and R14 are the published ones: one quarter, two
#: quarters, three quarters and the whole year (source: FE and skills methodology, Department for Education). The others
#: follow the month before the return closes.
_LAST_MONTH = {
    "R01": 8, "R02": 9, "R03": 10, "R04": 10, "R05": 12, "R06": 1, "R07": 2, "R08": 3, "R09": 4, "R10": 4,
    "R11": 6, "R12": 7, "R13": 7, "R14": 7,
}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Both days are part of it."""

    start: date
    end: date

    @staticmethod
    def of(year: str, return_name: str) -> Period:
        """From 1 August to the last day that statistics from this return cover."""
        academic = AcademicYear(year)
        if return_name not in _LAST_MONTH:
            raise MeasureError(f"{return_name!r} is not a return: write R01 to R14.")
        month = _LAST_MONTH[return_name]
        calendar_year = academic.start.year if month >= 8 else academic.end.year
        return Period(academic.start, date(calendar_year, month, calendar.monthrange(calendar_year, month)[1]))
