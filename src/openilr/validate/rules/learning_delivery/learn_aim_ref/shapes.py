"""The five shapes of the rules about validity categories; a rule is a kind of provision and a period."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from openilr import years
from openilr.derive.codes import is_in_lars, is_restart
from openilr.derive.expressions import Expr, Record, all_of
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, Rule, register
from openilr.validate.rules.learning_delivery.learn_aim_ref.provisions import SILENT, Cells, Provision
from openilr.validate.rules.learning_delivery.learn_aim_ref.validities import (
    dates_of,
    has_validity,
    is_valid_on,
    latest_end,
)

__all__ = ["Period", "end_is_valid", "in_category", "new_start_is_valid", "start_is_valid", "still_valid"]

_COLUMNS = (
    "LearnStartDate", "LearnActEndDate", "FundModel", "ProgType", "FAM", "lars", "lars_validity", "lars_category", "years",
)  # fmt: skip
_ONE = timedelta(days=1)
_LONG_AGO = "2000-08-01"
_CHOOSE = "Choose a learning aim that LARS funds in this way, or correct FundModel or the dates of the aim."
_WHY = "An aim that LARS does not hold valid for this provision is not paid for."


@dataclass(frozen=True)
class Period:
    """Aims whose start (LearnStartDate) or end (LearnActEndDate) lies from ``first`` to ``last``, both included."""

    field: str = "LearnStartDate"
    first: str = ""
    last: str = ""

    def holds(self, aim: Record) -> list[Expr]:
        value = aim.field(self.field)
        return [*([value >= self.first] if self.first else []), *([value <= self.last] if self.last else [])]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.first or self.last or "2026-09-01")

    @property
    def words(self) -> str:
        what = " that started" if self.field == "LearnStartDate" else " that ended"
        first = f" from {_in_words(self.first)}" if self.first else ""
        last = f" until {_in_words(self.last)}" if self.last else ""
        return what + first + last if first or last else ""

    def cases(self) -> Iterable[tuple[Cells, bool, str]]:
        """The boundary days of a case that fires."""
        for text, step, inside, beyond in (
            (self.first, -_ONE, "the first day", "the day before"), (self.last, _ONE, "the last day", "the day after"),
        ):  # fmt: skip
            if text:
                yield {self.field: text}, True, inside
                yield {self.field: str(date.fromisoformat(text) + step)}, False, beyond
        if (self.first or self.last) and self.field == "LearnActEndDate":
            yield {self.field: ""}, False, "not ended"


def _in_words(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


ALWAYS = Period()


def _rows(provision: Provision, *records: str) -> str:
    """Validity records of the provision's (first) category."""
    return "; ".join(f"ValidityCategory={provision.categories[0]} {r}" for r in records)


def _table(base: Cells, provision: Provision, period: Period, own: Iterable[tuple[Cells, bool, str]]) -> str:
    lines = [" | ".join([*_COLUMNS, "fires", "why"])]
    base = {**base, **provision.cells}
    general: list[tuple[Cells, bool, str]] = [*period.cases()]
    general += [(cells, False, why) for why, cells in provision.outside.items()]
    general += [(cells, True, why) for why, cells in provision.inside.items()]
    for exclusion in provision.unless:
        silent = SILENT[exclusion]
        general.append((silent, False, exclusion.__name__.replace("_", " ")))
        if "FAM" in silent:
            general.append(({"FAM": "+DAM" + silent["FAM"][4:]}, True, "its code under another type"))
    for cells, fires, why in [*own, *general]:
        values = {**base, **cells}
        if values.get("FAM", "").startswith("+"):
            values["FAM"] = f"{base.get('FAM', '')} {values['FAM'][1:]}".strip()
        lines.append(" | ".join([*(values.get(c, "") for c in _COLUMNS), "yes" if fires else "no", why]))
    return "\n".join(lines)


def _dates(provision: Provision, last: str) -> Mapping[str, Predicate]:
    return {"dates": lambda aim: dates_of(aim, provision.categories, last)}


def _rule(
    id: str, provision: Provision, wrong: Predicate, cases: str, since: str | None, until: str | None,
    *, summary: str, message: str, show: Mapping[str, Predicate] | None = None, fix: str = _CHOOSE,
) -> Rule:  # fmt: skip
    return register(
        Rule(id, LearningDelivery, wrong, summary, message, fix, _WHY, provision.unless, show or {}, cases, since, until,
             sys._getframe(2).f_globals["__name__"])
    )  # fmt: skip


def start_is_valid(id: str, provision: Provision, period: Period = ALWAYS, *, since: str | None = None,
                   until: str | None = None) -> Rule:  # fmt: skip
    """The aim must start within a validity record of the category, from StartDate to EndDate.

    An aim with no record of the category is left to the rules of the shape :func:`in_category`.
    """
    start = period.day - 30 * _ONE if period.field == "LearnActEndDate" else period.day

    def starts_outside(aim: Record) -> Expr:
        scope = [provision.belongs(aim), *period.holds(aim), aim.LearnStartDate.known]
        valid = is_valid_on(aim, aim.LearnStartDate, provision.categories)
        return all_of(*scope, has_validity(aim, provision.categories), ~valid)

    def one(*records: str) -> Cells:
        return {"lars_validity": _rows(provision, *records)}

    base = {"LearnStartDate": str(start), "LearnActEndDate": str(period.day), **one(f"StartDate={start + _ONE}")}
    own = [
        (one(f"StartDate={start + _ONE}"), True, "valid from the day after the start"),
        (one(f"StartDate={start}"), False, "valid from the start, without end"),
        (one(f"StartDate={_LONG_AGO} EndDate={start}"), False, "the start is the last valid day"),
        (one(f"StartDate={_LONG_AGO} EndDate={start - _ONE}"), True, "validity ended the day before"),
        (one(f"StartDate={_LONG_AGO} EndDate=2001-07-31", f"StartDate={start}"), False, "the second record holds it"),
        (one(f"StartDate={_LONG_AGO} EndDate=2001-07-31", f"StartDate={start + _ONE}"), True, "between two records"),
        (
            {
                "lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO}; "
                + _rows(provision, f"StartDate={start + _ONE}")
            },
            True,
            "held in another category",
        ),
        ({"lars_validity": f"ValidityCategory=X StartDate={start + _ONE}"}, False, "no record of the category"),
        ({"lars_validity": ""}, False, "no record at all"),
        ({"LearnStartDate": ""}, False, "no start"),
    ]
    return _rule(
        id, provision, starts_outside, _table(base, provision, period, own), since, until, show=_dates(provision, "EndDate"),
        summary=f"{provision.words}{period.words} must start while LARS holds them valid in {provision.names}.",
        message=f"{{LearnAimRef}} starts on {{LearnStartDate}}; LARS holds it valid in {provision.names} {{dates}}.",
    )  # fmt: skip


def end_is_valid(id: str, provision: Provision, period: Period = ALWAYS, *, since: str | None = None,
                 until: str | None = None) -> Rule:  # fmt: skip
    """The aim must not end after the last EndDate of its validity records of the category."""
    end = period.day

    def ends_after(aim: Record) -> Expr:
        scope = [provision.belongs(aim), *period.holds(aim), aim.LearnActEndDate.known]
        valid = has_validity(
            aim, provision.categories, lambda v: v.EndDate.missing | (aim.LearnActEndDate <= v.EndDate)
        )
        return all_of(*scope, has_validity(aim, provision.categories), ~valid)

    def one(*ends: str) -> Cells:
        return {"lars_validity": _rows(provision, *(f"StartDate=200{n}-08-01 {e}" for n, e in enumerate(ends)))}

    base = {"LearnStartDate": str(end - 90 * _ONE), "LearnActEndDate": str(end), **one(f"EndDate={end - 9 * _ONE}")}
    own = [
        (one(f"EndDate={end - _ONE}"), True, "validity ended the day before"),
        (one(f"EndDate={end}"), False, "the end is the last valid day"),
        (one(""), False, "no end of validity"),
        (one("EndDate=2001-07-31", ""), False, "the later record is open"),
        (one("EndDate=2001-07-31", f"EndDate={end - _ONE}"), True, "both records ended before"),
        ({"lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO}; " + _rows(provision, f"EndDate={end - _ONE}")},
         True, "held in another category"),
        ({"LearnActEndDate": ""}, False, "still open"),
        ({"lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO} EndDate=2001-07-31"}, False,
         "no record of the category"),
    ]  # fmt: skip
    return _rule(
        id, provision, ends_after, _table(base, provision, period, own), since, until, show=_dates(provision, "EndDate"),
        summary=f"{provision.words}{period.words} must end before LARS's validity in {provision.names} does.",
        message=f"{{LearnAimRef}} ends on {{LearnActEndDate}}; LARS holds it valid in {provision.names} {{dates}}.",
    )  # fmt: skip


def new_start_is_valid(id: str, provision: Provision, period: Period = ALWAYS, *, restarts_too: bool = False,
                       since: str | None = None, until: str | None = None) -> Rule:  # fmt: skip
    """The aim must start from StartDate to LastNewStartDate of a validity record of the category.

    LastNewStartDate does not bind restarts (RES), unless ``restarts_too``.
    """
    start = period.day - 30 * _ONE if period.field == "LearnActEndDate" else period.day

    def starts_outside(aim: Record) -> Expr:
        scope = [provision.belongs(aim), *period.holds(aim), aim.LearnStartDate.known]
        valid = is_valid_on(aim, aim.LearnStartDate, provision.categories, "LastNewStartDate")
        if not restarts_too:
            begun = has_validity(aim, provision.categories, lambda v: v.StartDate <= aim.LearnStartDate)
            valid = valid | (is_restart(aim) & begun)
        return all_of(*scope, has_validity(aim, provision.categories), ~valid)

    def one(*records: str) -> Cells:
        return {"lars_validity": _rows(provision, *records)}

    closed = f"StartDate={_LONG_AGO} LastNewStartDate={start - 9 * _ONE}"
    base = {"LearnStartDate": str(start), "LearnActEndDate": str(start + 30 * _ONE), **one(closed)}
    own = [
        (one(f"StartDate={_LONG_AGO} LastNewStartDate={start - _ONE}"), True, "new starts ended the day before"),
        (one(f"StartDate={_LONG_AGO} LastNewStartDate={start}"), False, "the last day for new starts"),
        (one(f"StartDate={_LONG_AGO}"), False, "no last day for new starts"),
        (one(f"StartDate={start}"), False, "valid from the start"),
        (one(f"StartDate={start + _ONE}"), True, "valid from the day after the start"),
        (one(closed, f"StartDate={start}"), False, "the second record holds it"),
        ({"FAM": "+RES1"}, restarts_too, "restart after the last day for new starts"),
        ({"FAM": "+RES1", **one(f"StartDate={start + _ONE}")}, True, "restart before the validity starts"),
        (
            {"FAM": "+RES1", **one(f"StartDate={start} LastNewStartDate={start - _ONE}")},
            restarts_too,
            "restart on the first valid day",
        ),
        (
            {
                "FAM": "+RES1",
                "lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO} LastNewStartDate={_LONG_AGO}; "
                + _rows(provision, f"StartDate={start + _ONE}"),
            },
            True,
            "restart, begun in another category only",
        ),
        (
            {"lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO}; " + _rows(provision, closed)},
            True,
            "open in another category",
        ),
        ({"lars_validity": f"ValidityCategory=X {closed}"}, False, "no record of the category"),
        ({"LearnStartDate": ""}, False, "no start"),
    ]
    whom = "" if restarts_too else ", unless they are restarts"
    return _rule(
        id, provision, starts_outside, _table(base, provision, period, own), since, until,
        show=_dates(provision, "LastNewStartDate"),
        summary=f"{provision.words}{period.words} must start while LARS has {provision.names} open to new starts{whom}.",
        message=f"{{LearnAimRef}} starts on {{LearnStartDate}}; LARS has {provision.names} open to new starts {{dates}}.",
        fix=_CHOOSE if restarts_too else _CHOOSE + " If the learner restarts, add the restart indicator (RES).",
    )  # fmt: skip


def still_valid(id: str, provision: Provision, period: Period = ALWAYS, *, since: str | None = None,
                until: str | None = None, also: Predicate | None = None,
                more: Iterable[tuple[Cells, bool, str]] = ()) -> Rule:  # fmt: skip
    """The validity record with the latest StartDate must not have ended by the end of the previous teaching year.

    ``also`` is one more condition, with its cases in ``more``.
    """

    def ended_before_this_year(aim: Record) -> Expr:
        scope = [provision.belongs(aim), *period.holds(aim), *([also(aim)] if also else [])]
        return all_of(*scope, latest_end(aim, provision.categories) <= aim.teaching_year.previous.end)

    def one(*ends: str) -> Cells:
        return {"lars_validity": _rows(provision, *(f"StartDate=200{n}-08-01 {e}" for n, e in enumerate(ends)))}

    base = {"LearnStartDate": str(period.day), **one("EndDate=2020-07-31")}
    own: list[tuple[Cells, bool, str]] = [
        (one(""), False, "no end of validity"),
        (one("EndDate=2001-07-31", ""), False, "the latest record is open"),
        (one("", "EndDate=2002-07-31"), True, "the latest record has ended, whatever an earlier one says"),
        ({"lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO} EndDate=2001-07-31"}, False,
         "no record of the category"),
    ]  # fmt: skip
    for year in ("2526", "2627"):
        end = years.load(year).academic_year.previous.end
        own.append(({**one(f"EndDate={end}"), "years": year}, True, "ended with the previous year"))
        own.append(({**one(f"EndDate={end + _ONE}"), "years": year}, False, "ends on the first day of this year"))
    return _rule(
        id, provision, ended_before_this_year, _table(base, provision, period, [*own, *more]), since, until,
        show={"end": lambda aim: latest_end(aim, provision.categories)},
        summary=f"{provision.words}{period.words} must be valid in {provision.names} in this teaching year.",
        message=f"The validity of {{LearnAimRef}} in {provision.names} ended on {{end}}, before this teaching year.",
    )  # fmt: skip


def in_category(id: str, provision: Provision, period: Period = ALWAYS, *, since: str | None = None,
                until: str | None = None) -> Rule:  # fmt: skip
    """LARS must have a validity record of the aim in (one of) the provision's categories, on whatever dates.

    The texts look the aim up in LARS first; one that LARS does not know is found by LearnAimRef_01.
    """

    def has_none(aim: Record) -> Expr:
        scope = [provision.belongs(aim), *period.holds(aim), is_in_lars(aim)]
        return all_of(*scope, ~has_validity(aim, provision.categories))

    base = {
        "LearnStartDate": str(period.day), "lars": f"EffectiveFrom={_LONG_AGO}",
        "lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO}",
    }  # fmt: skip
    own = [({"lars_validity": ""}, True, "no validity at all"), ({}, True, "in another category only")]
    own.append(({"lars": "LearnAimRef=60000009", "lars_validity": ""}, False, "LARS does not know the aim"))
    own += [
        ({"lars_validity": f"ValidityCategory={c} StartDate={_LONG_AGO}"}, False, f"in {c}")
        for c in provision.categories
    ]
    own.append(({"lars_validity": f"ValidityCategory=X StartDate={_LONG_AGO}; " + _rows(provision,
                f"StartDate={_LONG_AGO} EndDate=2001-07-31")}, False, "among others, on other dates"))  # fmt: skip
    return _rule(
        id, provision, has_none, _table(base, provision, period, own), since, until,
        summary=f"{provision.words}{period.words} must be in the validity category {provision.names} of LARS.",
        message=f"LARS does not have {{LearnAimRef}} in the validity category {provision.names}.",
    )  # fmt: skip
