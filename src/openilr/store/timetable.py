"""Who has returned, who is late and who is missing, against the timetable of the collection.

A return closes at 18:00 on its last day (source: the Department's data collection timetable). Dates come from the year
pack, or from a timetable that the user added as reference data, which counts before it. A provider is expected at a
return if it has an accepted file for an earlier return of the year, or for the last return of the year before.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import AcademicYear
from openilr.spec.words import count
from openilr.store.catalogue import Submission

if TYPE_CHECKING:
    import polars as pl

CLOSES_AT = 18
_ZONE = "Europe/London"


def closing_days(year: str, reference: Any = None) -> dict[str, date | None]:
    """The last day of each return of a year; None where neither the pack nor the user says it."""
    known = years.load(year).returns if year in years.available() else {}
    days = {f"R{number:02d}": None for number in range(1, 15)} | {n: r.closes for n, r in known.items()}
    if reference is not None and "collection_timetable" in reference.names:
        given = reference["collection_timetable"].filter(year=year)
        days |= dict(given.select("return", "closes").iter_rows())
    return days


def described_to(year: str, return_name: str) -> date:
    """The day up to which a return describes learning at least: R04 to 1 November, R14 to 31 July.

    Source: reference dates of R04, R06, R10, R13 and R14 in the Department's help centre for 2020-21 and 2022-23; the
    other returns follow the same step, the first day of the month before they close.
    """
    first, number = AcademicYear(year).start, int(return_name[1:])
    month = first.month + number - 1
    if number > 12:
        return AcademicYear(year).end
    return date(first.year + (month > 12), (month - 1) % 12 + 1, 1)


def standing(
    submissions: list[Submission], year: str, return_name: str | None, days: dict[str, date | None], now: datetime
) -> pl.DataFrame:
    """One row for each return and provider that sent something for it or was expected to.

    Columns: year, return, ukprn, closes, status, first_accepted (UTC), versions, learners, aims, submission. Status:
    ``on time`` or ``late`` by the first accepted file; ``returned`` where no closing day is known; ``refused`` where
    nothing was accepted; ``missing`` after the closing day, ``due`` before it or where it is not known. ``submissions``
    are those of the year and of the year before.
    """
    import polars as pl

    schema: dict[str, Any] = {
        "year": pl.String, "return": pl.String, "ukprn": pl.Int32, "closes": pl.Date, "status": pl.String,
        "first_accepted": pl.Datetime("us", "UTC"), "versions": pl.Int32, "learners": pl.Int64, "aims": pl.Int64,
        "submission": pl.String,
    }  # fmt: skip
    of_year = [s for s in submissions if s.year == year and s.ukprn is not None]
    names = [return_name] if return_name else sorted({s.return_name for s in of_year})
    rows = []
    for name in names:
        sent: dict[int, list[Submission]] = {}
        for each in of_year:
            if each.return_name == name:
                sent.setdefault(each.ukprn or 0, []).append(each)
        for ukprn in sorted(sent.keys() | _expected(submissions, year, name)):
            rows.append((year, name, ukprn, days.get(name), *_status(sent.get(ukprn, []), days.get(name), now)))
    return pl.DataFrame(rows, schema=schema, orient="row")


def _expected(submissions: list[Submission], year: str, return_name: str) -> set[int]:
    before = AcademicYear(year).previous.name
    accepted = [s for s in submissions if s.status == "accepted" and s.ukprn is not None]
    last = max((s.return_name for s in accepted if s.year == before), default=None)
    return {
        s.ukprn or 0
        for s in accepted
        if (s.year == year and s.return_name < return_name) or (s.year == before and s.return_name == last)
    }


def _status(sent: list[Submission], closes: date | None, now: datetime) -> tuple[Any, ...]:
    end = _end_of(closes)
    accepted = sorted((s for s in sent if s.status == "accepted"), key=lambda s: s.version)
    if not accepted:
        word = "refused" if sent else "missing" if end is not None and now > end else "due"
        return word, None, len(sent), None, None, None
    first, last = datetime.fromisoformat(accepted[0].submitted_at), accepted[-1]
    word = "returned" if end is None else "on time" if first <= end else "late"
    return word, first, len(sent), last.counts.get("learners_accepted"), last.counts.get("aims_accepted"), last.id


def _end_of(closes: date | None) -> datetime | None:
    """18:00 of that day by the clock in London."""
    import polars as pl

    if closes is None:
        return None
    evening = pl.Series([datetime(closes.year, closes.month, closes.day, CLOSES_AT)])
    return evening.dt.replace_time_zone(_ZONE).dt.convert_time_zone("UTC").item()


def told(found: pl.DataFrame) -> str:
    """A sentence for each return: how many returned, how many late, who is missing."""
    lines = []
    for (name,), part in found.group_by(["return"], maintain_order=True):
        n = dict(part["status"].value_counts().iter_rows())
        closes = part["closes"][0]
        returned = sum(n.get(word, 0) for word in ("on time", "late", "returned"))
        when = f"closes {closes}" if closes else "no source gives its closing day"
        words = f"{name} ({when}): {returned:,} of {count(part.height, 'provider has', 'providers have')} returned"
        words += f", {n['late']:,} of them late" if n.get("late") else ""
        for status, said in (("refused", "only refused files from"), ("missing", "missing"), ("due", "still to come")):
            who = part.filter(status=status)["ukprn"].to_list()
            more = f" and {len(who) - 8:,} more" if len(who) > 8 else ""
            words += f"; {said}: {', '.join(map(str, who[:8]))}{more}" if who else ""
        lines.append(words + ".")
    return "\n".join(lines) + ("\n" if lines else "")
