"""Work and benefits: who has a National Insurance number, employment spells, pay, self-assessment, benefit spells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.synth.linked.identities import Names, Rates, identity, postcodes, without
from openilr.synth.linked.lives import Lives
from openilr.synth.linked.people import Batch, Span, first_day, month_of
from openilr.synth.numbers import national_insurance

if TYPE_CHECKING:
    from numpy.random import Generator

#: Shares (assumed): people with a number; spells with a first day that is not sure; pay that was never reported.
_COVERAGE, _UNCERTAIN, _NOT_REPORTED = 0.985, 0.01, 0.015
_SECTIONS = "ACFGHIJKMNOPQRS"
_OUT_OF_WORK, _SHARES = ("UCE", "JSA", "ESA"), (0.76, 0.1, 0.14)
_IN_WORK = "UAB"

Rows = dict[str, Any]


def tables(
    random: Generator, batch: Batch, span: Span, lives: Lives, rates: Rates, known: Names, keys: Any
) -> tuple[dict[str, Rows], Rows]:
    """Columns of the tables of HMRC and DWP, and the truth about pay. ``keys`` are EduKeys."""
    import numpy as np

    grown = month_of(batch.who["born"], span) + 16 * 12 < span.months
    covered = grown & (random.random(batch.size) < _COVERAGE)
    found = {"dwp_cis": _register(random, batch, span, rates, known, keys, np.flatnonzero(covered))}
    person, first, last = spells(lives.employed & covered[:, None])
    start = _day(random, first, span)
    goes_on = last == span.months - 1
    end = np.maximum(_day(random, last, span), start)
    pay, truth = _pay(random, lives, span, person, start, np.where(goes_on, np.datetime64(span.end), end), keys)
    unsure = random.random(len(person)) < _UNCERTAIN
    found["hmrc_employment"] = {
        "EduKey": keys[person], "StartDate": np.where(unsure, _sixth_of_april(start), start),
        "EndDate": np.where(goes_on, np.datetime64("NaT"), end), "UncertainStartDate": unsure.astype(int),
        "UncertainEndDate": np.zeros(len(person), dtype=int),
    }  # fmt: skip
    found["hmrc_earnings"] = pay
    found["hmrc_self_assessment"] = _self_assessment(lives, span, covered, keys)
    found["dwp_benefits"] = _benefits(random, lives, span, covered, keys)
    return found, truth


def spells(state: Any) -> tuple[Any, Any, Any]:
    """Person, first and last month of each run of months in which ``state`` (people by months) is true."""
    import numpy as np

    padded = np.pad(state.astype(np.int8), ((0, 0), (1, 1)))
    change = np.diff(padded, axis=1)
    person, first = np.nonzero(change == 1)
    _, after = np.nonzero(change == -1)
    return person, first, after - 1


def _day(random: Generator, months: Any, span: Span) -> Any:

    return first_day(months, span) + random.integers(0, 28, len(months)).astype("timedelta64[D]")


def _sixth_of_april(days: Any) -> Any:
    """The first day of the tax year of each day."""
    import numpy as np

    year = days.astype("datetime64[Y]").astype(int) + 1970
    april = np.array([f"{y}-04-06" for y in year], dtype="datetime64[D]")
    return np.where(days >= april, april, april - np.timedelta64(365, "D"))


def tax_years(span: Span) -> list[int]:
    """The years in which the tax years of a span begin; the last ends with it."""
    return list(range(span.start.year, span.end.year))


def tax_year_name(year: int) -> int:
    return year * 100 + (year + 1) % 100


def _pay(
    random: Generator, lives: Lives, span: Span, person: Any, start: Any, end: Any, keys: Any
) -> tuple[Rows, Rows]:
    """Pay of each tax year: days employed times the mean annual rate of the months in work."""
    import numpy as np

    size = len(keys)
    parts: list[dict[str, Any]] = []
    for year in tax_years(span):
        first, last = np.datetime64(f"{year}-04-06"), np.datetime64(f"{year + 1}-04-05")
        overlap = (np.minimum(end, last) - np.maximum(start, first)).astype("timedelta64[D]").astype(int) + 1
        days = np.bincount(person, weights=np.maximum(overlap, 0), minlength=size).astype(int)
        count = np.bincount(person, weights=overlap > 0, minlength=size).astype(int)
        months = slice((year - span.start.year) * 12 + 3, (year - span.start.year) * 12 + 15)
        works, rate = lives.employed[:, months], lives.rate[:, months]
        mean = np.where(works, rate, 0).sum(axis=1) / np.maximum(works.sum(axis=1), 1)
        here = np.flatnonzero((days > 0) & (mean > 0))
        parts.append(
            {
                "person": here, "year": np.full(len(here), tax_year_name(year)), "days": days[here],
                "pay": np.round(mean[here] * days[here] / 365).astype(int), "count": count[here],
            }
        )  # fmt: skip
    together = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    told = random.random(len(together["person"])) >= _NOT_REPORTED
    who, pay = together["person"][told], together["pay"][told]
    section = np.array(list(_SECTIONS), dtype=object)[who % len(_SECTIONS)]
    enterprise = np.array([f"E{i * 7919 % 90_000:06d}" for i in who], dtype=object)
    rows: Rows = {
        "EduKey": keys[who], "TaxYear": together["year"][told], "Earnings": pay, "main_enterprise": enterprise,
        "enterprise_earnings": pay, "Num_Employments": together["count"][told], "Main_Section": section,
        "Section_Earnings": pay,
    }  # fmt: skip
    return rows, {name: together[name] for name in ("person", "year", "days", "pay")}


def _self_assessment(lives: Lives, span: Span, covered: Any, keys: Any) -> Rows:
    import numpy as np

    parts = []
    for year in tax_years(span):
        months = slice((year - span.start.year) * 12 + 3, (year - span.start.year) * 12 + 15)
        works = lives.self_employed[:, months] & covered[:, None]
        here = np.flatnonzero(works.any(axis=1))
        earned = np.round(np.where(works, lives.rate[:, months], 0).sum(axis=1) / 12 * 0.75).astype(int)
        parts.append((here, np.full(len(here), tax_year_name(year)), earned[here]))
    who, year_names, earned = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {
        "EduKey": keys[who], "TaxYear": year_names, "Self_Employed": np.ones(len(who), dtype=int),
        "EARNINGS_SOLE": earned, "EARNINGS_SELF_EMPLOYMENT": earned,
    }  # fmt: skip


def _benefits(random: Generator, lives: Lives, span: Span, covered: Any, keys: Any) -> Rows:
    """Each person has one benefit out of work all along, and Universal Credit in work."""
    import numpy as np

    kind = np.array(_OUT_OF_WORK, dtype=object)[random.choice(len(_SHARES), len(keys), p=_SHARES)]
    parts = []
    for state, out in ((lives.on_benefit, 1), (lives.in_work_benefit, 0)):
        person, first, last = spells(state & covered[:, None])
        start = _day(random, first, span)
        end = np.maximum(_day(random, last, span), start)
        ended = np.where(last == span.months - 1, np.datetime64("NaT"), end)
        types = kind[person] if out else np.full(len(person), _IN_WORK, dtype=object)
        parts.append((keys[person], start, ended, types, np.full(len(person), out)))
    names = ("EduKey", "StartDate", "EndDate", "Benefit_type", "Out_of_work_benefit")
    return {name: np.concatenate(column) for name, column in zip(names, zip(*parts, strict=True), strict=True)}


def _register(random: Generator, batch: Batch, span: Span, rates: Rates, known: Names, keys: Any, covered: Any) -> Rows:
    """One row a person, and one more for the new address of who moved."""
    import numpy as np

    who = batch.who
    as_known = identity(random, batch, rates, known, span.until)
    nino = np.array([national_insurance(int(person)) for person in who["person"]], dtype=object)
    nino = without(random, nino, rates.missing_nino / 5)
    moved = covered[(who["moved"] <= np.datetime64(span.until))[covered]]
    rows = np.concatenate([covered, moved])
    first = np.repeat([True, False], [len(covered), len(moved)])
    since = np.where(first, who["born"][rows] + np.timedelta64(16 * 365, "D"), who["moved"][rows])
    address = np.where(first & np.isin(rows, moved), postcodes(who["first_home"])[rows], as_known["postcode"][rows])
    return {
        "EduKey": keys[rows], "NINO": nino[rows], "Surname": as_known["family_name"][rows],
        "Forenames": as_known["given_names"][rows], "DateOfBirth": as_known["date_of_birth"][rows],
        "Sex": as_known["sex"][rows], "Postcode": address, "AddressFrom": since,
    }  # fmt: skip
