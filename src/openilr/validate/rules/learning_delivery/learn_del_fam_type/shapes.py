"""Shapes of rules about FAM records: which records a funding model allows, needs or forbids."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from openilr.derive.codes import has_fam
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, Rule, register

__all__ = ["forbidden_on", "needed_on", "only_on"]

FUND_MODELS = (10, 11, 25, 35, 36, 37, 38, 39, 81, 82, 99)


def only_on(
    id: str, models: Sequence[int], what: str, type: str, *codes: str, unless: Mapping[Predicate, str] | None = None,
    since: str | None = None, until: str | None = None,
) -> Rule:  # fmt: skip
    """A rule that these FAM records (``what``, in words) belong on aims of some funding models only.

    ``unless`` maps each exclusion to a case for it: "FundModel | ProgType | why".
    """

    def wrongly_recorded(aim: Record) -> Expr:
        return has_fam(aim, type, *codes) & ~aim.FundModel.is_in(models)

    recorded = [type + code for code in codes] or [f"{type}1"]
    other = next(model for model in reversed(FUND_MODELS) if model not in models)
    cases = [f"{model} | | {recorded[0]} | no | belongs there" for model in models]
    cases += [
        f"{model} | | {recorded[0]} | yes | does not belong there" for model in FUND_MODELS if model not in models
    ]
    cases += [f"{other} | | {fam} | yes | each of the codes" for fam in recorded[1:]]
    cases += [f"{other} | | | no | not recorded", f"{other} | | SOF1 | no | another type of record"]
    cases += [f"{other} | | {type}999 | no | another code"] if codes else []
    cases += _exclusions(unless, recorded[0])
    return _row(
        id, wrongly_recorded, cases, unless=unless, since=since, until=until,
        summary=f"{_first_upper(what)} belongs on FundModel {_listed(models)} only.",
        message=f"{_first_upper(what)} is recorded on FundModel {{FundModel}}.",
        fix="Remove the FAM record, or correct FundModel.",
    )  # fmt: skip


def forbidden_on(
    id: str, models: Sequence[int], what: str, type: str, *codes: str,
    since: str | None = None, until: str | None = None,
) -> Rule:  # fmt: skip
    """A rule that these FAM records must not stand on aims of some funding models."""

    def wrongly_recorded(aim: Record) -> Expr:
        return has_fam(aim, type, *codes) & aim.FundModel.is_in(models)

    recorded = [type + code for code in codes] or [f"{type}1"]
    cases = [f"{model} | | {recorded[0]} | yes | forbidden there" for model in models]
    cases += [f"{model} | | {recorded[0]} | no | allowed there" for model in FUND_MODELS if model not in models]
    cases += [f"{models[0]} | | {fam} | yes | each of the codes" for fam in recorded[1:]]
    cases += [f"{models[0]} | | | no | not recorded"]
    cases += [f"{models[0]} | | {type}999 | no | another code"] if codes else []
    return _row(
        id, wrongly_recorded, cases, since=since, until=until,
        summary=f"{_first_upper(what)} must not be recorded on FundModel {_listed(models)}.",
        message=f"{_first_upper(what)} is recorded on FundModel {{FundModel}}.",
        fix="Remove the FAM record, or correct FundModel.",
    )  # fmt: skip


def needed_on(
    id: str, models: Sequence[int], what: str, type: str, *codes: str, starts: str = "",
    since: str | None = None, until: str | None = None,
) -> Rule:  # fmt: skip
    """A rule that aims of some funding models need such a FAM record, where ``starts`` is given on starts from that day."""

    def left_out(aim: Record) -> Expr:
        wanted = aim.FundModel.is_in(models) & ~has_fam(aim, type, *codes)
        return wanted & (aim.LearnStartDate >= starts) if starts else wanted

    recorded = [type + code for code in codes] or [f"{type}1"]
    on = starts or "2025-09-01"
    cases = [f"{model} | {on} | | yes | needed there" for model in models]
    cases += [f"{model} | {on} | | no | not needed there" for model in FUND_MODELS if model not in models]
    cases += [f"{models[0]} | {on} | {fam} | no | recorded" for fam in recorded]
    cases += [f"{models[0]} | {on} | XYZ1 | yes | another type of record"]
    cases += [f"{models[0]} | {on} | {type}999 | yes | another code"] if codes else []
    if starts:
        day_before = date.fromisoformat(starts) - timedelta(days=1)
        cases += [f"{models[0]} | {day_before} | | no | the day before it was needed"]
    from_when = f", on starts from {_day(starts)}" if starts else ""
    return _row(
        id, left_out, cases, since=since, until=until, second="LearnStartDate",
        summary=f"FundModel {_listed(models)} needs {what}{from_when}.",
        message=f"FundModel is {{FundModel}}, but {what} is not recorded.",
        fix=f"Record {what}, or correct FundModel.",
    )  # fmt: skip


def _row(
    id: str, condition: Predicate, cases: list[str], *, summary: str, message: str, fix: str, second: str = "ProgType",
    unless: Mapping[Predicate, str] | None = None, since: str | None = None, until: str | None = None,
) -> Rule:  # fmt: skip
    table = "\n".join([f"FundModel | {second} | FAM | fires | why", *cases])
    module = sys._getframe(2).f_globals["__name__"]
    return register(
        Rule(id, LearningDelivery, condition, summary, message, fix, unless=tuple(unless or ()), cases=table,
             since=since, until=until, module=module)
    )  # fmt: skip


def _exclusions(unless: Mapping[Predicate, str] | None, fam: str) -> Iterable[str]:
    for cells in (unless or {}).values():
        model, programme, why = (cell.strip() for cell in cells.split("|"))
        yield f"{model} | {programme} | {fam} | no | {why}"


def _listed(models: Sequence[int]) -> str:
    *most, last = map(str, models)
    return f"{', '.join(most)} or {last}" if most else last


def _first_upper(what: str) -> str:
    return what[0].upper() + what[1:]


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
