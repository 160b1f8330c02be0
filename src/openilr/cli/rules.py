"""``ilr rules``: which rules there are, what each demands, and how far they are covered."""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openilr.cli.output import Output
from openilr.cli.run import CannotRun
from openilr.cli.schema import known_year
from openilr.spec.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openilr.validate.explanations import Explanation

DEFAULT_YEAR = "2526"

_KEYS = (
    "rule", "year", "category", "severity", "status", "reason", "fields", "needs", "summary", "since", "until",
)  # fmt: skip
_STATUS = {
    "implemented": "checked",
    "service_only": "checked by the submission service only",
    "not_yet": "not in OpenILR yet",
}


class Format(StrEnum):
    text = "text"
    json = "json"


def command(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Explain this one rule.")] = None,
    year: Annotated[str, typer.Option(metavar="YYYY", help="Collection year in four digits.")] = DEFAULT_YEAR,
    format: Annotated[Format, typer.Option(help="Text for people, json for programs.")] = Format.text,
) -> int:
    """List the validation rules of a year, or explain one.

    Example: ilr rules ULN_04 --year 2526

    Exit codes: 0 printed; 2 there is no such rule or year.
    """
    from openilr.validate.explanations import explain, rule_list

    pack = known_year(year)
    if not pack.has_rules:
        raise CannotRun(f"OpenILR has no rules for {pack.academic_year.label}; only its structure is checked.")
    with Output(None) as output:
        found = [explain(known_rule(rule, year), year)] if rule else rule_list(year)
        if format is Format.json:
            keys = (*_KEYS, "why", "fix") if rule else _KEYS
            output.write(_json([{key: getattr(each, key) for key in keys} for each in found]))
        elif rule:
            output.write(_detail(found[0]))
        else:
            output.write(_list(found))
    return 0


def known_rule(id: str, year: str | None = None) -> str:
    """The official id of a rule, however its case was typed; CannotRun suggests the nearest where there is none.

    Without a year, an id of any year that has rules will do.
    """
    from difflib import get_close_matches

    from openilr import years

    packs = [known_year(year)] if year else [years.load(name) for name in years.available()]
    known = {
        name: None
        for pack in packs
        for name, facts in pack.rules.items()
        if facts.status != "Deleted" and not facts.category.startswith("Derived")
    }
    if id in known:
        return id
    by_lower = {name.lower(): name for name in known}
    if id.lower() in by_lower:
        return by_lower[id.lower()]
    near = get_close_matches(id.lower(), by_lower, n=1)
    hint = f" Did you mean {by_lower[near[0]]}?" if near else " `ilr rules` lists them."
    where = f" in {packs[0].academic_year.label}" if year else ""
    raise CannotRun(f"There is no rule {id}{where}.{hint}")


def coverage(found: Sequence[Explanation]) -> str:
    """One line: how many rules there are, and how many of them are implemented, service_only and not_yet."""
    number = Counter(each.status for each in found)
    parts = ", ".join(f"{number[status]:,} {status}" for status in _STATUS)
    return f"{count(len(found), 'rule')}: {parts}"


def _json(items: list[dict[str, Any]]) -> str:
    lines = ",\n ".join(json.dumps(item, ensure_ascii=False, separators=(", ", ": ")) for item in items)
    return f"[{lines}]\n"


def _list(found: Sequence[Explanation]) -> str:
    width = max((len(each.rule) for each in found), default=0)
    lines = [
        f"{each.rule:<{width}}  {each.severity:<7}  {each.status:<12}  {each.summary or each.reason or ''}".rstrip()
        for each in found
    ]
    return "\n".join([*lines, "", coverage(found), "Explain one with: ilr rules RULE", ""])


def _detail(about: Explanation) -> str:
    import textwrap

    from openilr.validate.reports.content import field_title, need_title

    status = _STATUS.get(about.status, about.status) + (f": {about.reason}" if about.reason else "")
    fields = "; ".join(f"{field_title(path, about.year)} ({path})" for path in about.fields)
    live = (
        f"from {about.since or 'the first year known'} to {about.until or 'now'}" if about.since or about.until else ""
    )
    rows = (
        ("What it asks", about.summary), ("Why it matters", about.why), ("What to do", about.fix),
        ("Fields", fields), ("Needs", "; ".join(need_title(need) for need in about.needs)), ("Status", status),
        ("Wording in force", live), ("Category", about.category),
    )  # fmt: skip
    lines = [f"{about.rule}  {about.severity}  {about.year}", ""]
    for label, words in rows:
        if words:
            lines += textwrap.wrap(words, 80, initial_indent=f"{label:<17}", subsequent_indent=" " * 17)
    cases = textwrap.dedent(getattr(about, "cases", "") or "").strip("\n")
    if cases:
        lines += ["", "Cases, which are also its tests:", *(f"  {line}".rstrip() for line in cases.split("\n"))]
    return "\n".join([*lines, ""])
