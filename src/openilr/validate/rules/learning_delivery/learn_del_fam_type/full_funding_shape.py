"""The shape of the rules in ``full_funding``: full funding (FFI 1) is not for these learners and aims."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from openilr.derive.codes import age_at_start, has_fam, lars
from openilr.derive.expressions import Expr, Record, all_of
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, Rule, register
from openilr.validate.rules.learning_delivery.learn_del_fam_type.full_funding_cases import APPLIES, FALLS_SHORT

__all__ = ["full_funding"]

Cells = Mapping[str, str]
_COLUMNS = (
    "FundModel", "ProgType", "LearnStartDate", "DateOfBirth", "FAM", "Emp", "Prior", "organisations", "lars",
    "lars_annual_value", "lars_category",
)  # fmt: skip
_FUND_MODELS = (25, 35, 36, 38, 81, 99)
_LEVELS = ("E", "1", "2", "3", "4", "X")


def full_funding(
    id: str, model: int, *, starts: tuple[str | None, str | None], ages: tuple[int, int | None],
    levels: Sequence[str], unless: Sequence[Predicate], about: str = "",
    wanted: Sequence[Predicate] = (), base: Cells | None = None,
    more: Sequence[tuple[Cells, bool, str]] = (),
) -> Rule:  # fmt: skip
    """A rule that FFI 1 must not be recorded on aims of ``model`` with these starts, ages and LARS levels.

    ``starts`` and ``ages`` (whole years on the start) are the first and the last, both included; None is open.
    No ``levels`` means any. ``wanted`` are further conditions, met by the cells of ``base``; ``silent`` gives for
    each exclusion the cells of a case to which it applies; ``more`` are further cases: cells, whether it fires, why.
    """

    def wrongly_claimed(aim: Record) -> Expr:
        low, high = ages
        conditions = [has_fam(aim, "FFI", "1"), aim.FundModel == model, age_at_start(aim) >= low]
        conditions += [aim.LearnStartDate >= day for day in starts[:1] if day]
        conditions += [aim.LearnStartDate <= day for day in starts[1:] if day]
        conditions += [age_at_start(aim) <= high] if high is not None else []
        conditions += [lars(aim, "NotionalNVQLevelv2").is_in(levels)] if levels else []
        return all_of(*conditions, *(condition(aim) for condition in wanted))

    cases = _Cases(model, starts, ages, levels, base or {})
    lines = [" | ".join([*_COLUMNS, "fires", "why"]), *cases.of_the_limits()]
    for exclusion in unless:
        words = exclusion.__name__.replace("_", " ")
        lines += [cases.line(cells, False, words) for cells in APPLIES[exclusion]]
        lines += [cases.line(cells, True, f"just not: {words}") for cells in FALLS_SHORT.get(exclusion, ())]
    lines += [cases.line(*one) for one in more]
    who = f"learners of {ages[0]} to {ages[1]}" if ages[1] else f"learners from {ages[0]}"
    what = "aims" if not levels else "level 2 aims" if tuple(levels) == ("2",) else "aims up to level 2"
    return register(
        Rule(
            id, LearningDelivery, wrongly_claimed,
            summary=f"On starts {_period(*starts)}, FundModel {model} does not fully fund {what} of {who}"
            + (f" {about}." if about else "."),
            message=f"FFI 1, full funding, is recorded on a start on {{LearnStartDate}} of a learner aged {{age}}: "
            f"{what} of {who}{' ' + about if about else ''} are not fully funded.",
            fix="Record FFI 2 (co-funding), or what makes the learner eligible for full funding: the employment status "
            "and benefit at the start, or the monitoring code.",
            show={"age": age_at_start}, unless=tuple(unless), cases="\n".join(lines),
            module=sys._getframe(1).f_globals["__name__"],
        )
    )  # fmt: skip


class _Cases:
    """Lines of the case table: a case that fires, and what differs from it."""

    def __init__(
        self, model: int, starts: tuple[str | None, str | None], ages: tuple[int, int | None], levels: Sequence[str],
        base: Cells,
    ) -> None:  # fmt: skip
        self.model, self.starts, self.ages, self.levels = model, starts, ages, levels
        self.start = date.fromisoformat(starts[0] or starts[1] or "")
        level = levels[0] if levels else "2"
        self.base = {
            "FundModel": str(model), "LearnStartDate": str(self.start), "DateOfBirth": self._born(ages[0]),
            "lars": f"NotionalNVQLevelv2={level}", **base,
        }  # fmt: skip

    def _born(self, age: int, *, days_later: int = 0) -> str:
        """The day of birth of someone who is of this age on the start, or so many days after it."""
        return str(self.start.replace(year=self.start.year - age) + timedelta(days=days_later))

    def line(self, cells: Cells, fires: bool, why: str) -> str:
        """A case that differs from the one that fires in these cells. FAM adds to FFI1, unless it holds an FFI."""
        one = timedelta(days=1)
        days = {"start": self.start, "before": self.start - one, "after": self.start + one}
        values = {**self.base, **{column: cell.format(**days) for column, cell in cells.items()}}
        fam = cells.get("FAM", "")
        values["FAM"] = fam if "FFI" in fam or fam == "-" else f"FFI1 {fam}".strip()
        row = ["" if values.get(column) == "-" else values.get(column, "") for column in _COLUMNS]
        return " | ".join([*row, "yes" if fires else "no", why])

    def of_the_limits(self) -> Iterator[str]:
        yield self.line({}, True, "the youngest")
        yield self.line({"DateOfBirth": self._born(self.ages[0], days_later=1)}, False, "a day too young")
        yield self.line({"DateOfBirth": ""}, False, "no date of birth")
        if self.ages[1]:
            yield self.line({"DateOfBirth": self._born(self.ages[1] + 1)}, False, "too old from that day")
            yield self.line({"DateOfBirth": self._born(self.ages[1] + 1, days_later=1)}, True, "the oldest")
        else:
            yield self.line({"DateOfBirth": "1960-01-01"}, True, "much older")
        yield from self._of_the_starts()
        yield self.line({"FAM": "FFI2"}, False, "co-funded")
        yield self.line({"FAM": "-"}, False, "no indicator")
        for model in _FUND_MODELS:
            if model != self.model:
                yield self.line({"FundModel": str(model)}, False, "another funding model")
        for level in _LEVELS:
            fires = not self.levels or level in self.levels
            yield self.line({"lars": f"NotionalNVQLevelv2={level}"}, fires, f"level {level}")

    def _of_the_starts(self) -> Iterator[str]:
        first, last = (day and date.fromisoformat(day) for day in self.starts)
        one = timedelta(days=1)
        # Ages move with the start, so the learner of these cases is in the middle of the group.
        born = {"DateOfBirth": self._born(self.ages[0] + 2)}
        if first:
            yield self.line({**born, "LearnStartDate": str(first)}, True, "the first day")
            yield self.line({**born, "LearnStartDate": str(first - one)}, False, "the day before")
        if last:
            born = {"DateOfBirth": str(last.replace(year=last.year - self.ages[0] - 2))}
            yield self.line({**born, "LearnStartDate": str(last)}, True, "the last day")
            yield self.line({**born, "LearnStartDate": str(last + one)}, False, "the day after")


def _period(first: str | None, last: str | None) -> str:
    if first and last:
        return f"from {_day(first)} to {_day(last)}"
    return f"from {_day(first)}" if first else f"until {_day(last or '')}"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
