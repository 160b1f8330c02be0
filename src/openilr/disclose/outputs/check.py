"""The check of one output: what it shows by itself, and together with everything released before."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openilr.disclose.ledger import Attack, Ledger, Published, attack
from openilr.disclose.outputs.cells import count_cells
from openilr.disclose.outputs.findings import Finding, Verdict
from openilr.disclose.outputs.kinds import DRAWINGS, KINDS, STATISTICS, BadOutput, Output
from openilr.disclose.outputs.model_checks import check_model
from openilr.disclose.outputs.policy import Policy, load_policy
from openilr.disclose.outputs.survival import check_survival, count_steps
from openilr.disclose.outputs.table_checks import check_table, plain_text
from openilr.disclose.outputs.telling import published_cells, published_population
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Context", "check", "find", "published"]

#: Of what an output says about its rows.
_MOST_FILTERS, _MOST_WORDS = 30, 300


@dataclass(frozen=True)
class Context:
    """What a check needs to know beside the output.

    name: what the release would be called; people: all persons of the extract, so that invented ones are seen;
    keys: from the extract's pseudonyms to the ledger's keys of people, so that projects meet; numbers: what other
    outputs of the same request show, for texts.
    """

    name: str = "this request"
    policy: Policy = field(default_factory=load_policy)
    people: pl.Series | None = None
    keys: Callable[[pl.Series], pl.Series] | None = None
    numbers: frozenset[str] = frozenset()
    seconds: float = 20.0


def check(output: Output, context: Context | None = None, ledger: Ledger | None = None) -> Verdict:
    """The verdict on an output, with the safer versions that would pass.

    What is not known (a kind, a statistic, an estimator, a form) is never passed: it goes to a person.
    """
    from openilr.disclose.outputs.safer import propose

    context, ledger = context or Context(), ledger if ledger is not None else Ledger()
    start = time.monotonic()
    findings, _ = find(output, context, ledger)
    failed = any(f.status == "fail" for f in findings)
    safer = propose(output, context, ledger) if failed else {}
    return Verdict(tuple(findings), safer, time.monotonic() - start)


def find(output: Output, context: Context, ledger: Ledger) -> tuple[list[Finding], list[Attack]]:
    """All findings, and the attacks that were tried."""
    findings: list[Finding] = []
    attacks: list[Attack] = []
    try:
        findings += _context(output, context)
        own = list(_itself(output, context))
        findings += own
        release = None if any(f.rule == "kind" for f in own) else published(output, context)
        if release is not None:
            attacks += _attacks(findings, release, context, ledger)
    except BadOutput as problem:
        findings.append(Finding("form", "review", f"{problem} It can not be checked; a person must look."))
    return findings, attacks


def published(output: Output, context: Context) -> Published | None:
    """What the output would tell, as the ledger keeps it; None for a text."""
    import polars as pl

    inner = output.inner
    if inner.kind == "text" or inner.kind not in KINDS:
        return None
    if inner.rows is None:
        raise BadOutput("There is no evidence of who is in this output.")
    if context.keys is not None:
        inner = _with_keys(inner, context.keys)
    rows = inner.rows
    assert rows is not None  # noqa: S101 - as above
    if inner.kind == "table":
        return published_cells(context.name, count_cells(inner))
    if inner.kind == "survival":
        parts = rows.select("person", pl.col("d0").cast(pl.String))
        content = {"statistic": "count", "dimensions": [{"name": "group", "label": inner.content["group"]}]}
        table = Output(inner.id, "table", inner.title, content, rows=parts)
        return published_cells(context.name, count_cells(table))
    return published_population(context.name, rows["person"])


def _with_keys(output: Output, keys: Callable[[pl.Series], pl.Series]) -> Output:
    from dataclasses import replace

    assert output.rows is not None  # noqa: S101 - asked before
    return replace(output, rows=output.rows.with_columns(keys(output.rows["person"]).alias("person")))


def _context(output: Output, context: Context) -> Iterator[Finding]:
    """Who and what is counted must be said, and must be true of the rows; in words of the analysis itself."""
    source = context.policy.source("labels")
    made = output.context.get("made", [])
    if made and output.kind != "text":
        words = f"Words that do not stand in the analysis, but were made by it: {', '.join(map(str, made))}. Read them."
        yield Finding("words", "review", words, (), source)
    given = output.context.get("filters", [])
    filters = given if isinstance(given, list) else []
    texts = [str(output.context.get(word, "")) for word in ("unit", "population")]
    texts += [str(step.get("words", "") if isinstance(step, dict) else step) for step in filters]
    if len(filters) > _MOST_FILTERS or not all(len(text) <= _MOST_WORDS and plain_text(text) for text in texts):
        words = f"Unit, population and filters are at most {_MOST_FILTERS} plain texts of {_MOST_WORDS} characters."
        yield Finding("labels", "fail", words, (), source)
    if output.kind == "text":
        return
    missing = [word for word in ("unit", "population") if not str(output.context.get(word, "")).strip()]
    if missing:
        yield Finding("context", "review", f"The output does not say its {' and '.join(missing)}.")
    rows = output.rows
    if rows is None or "person" not in rows.columns:
        return
    people = rows["person"].n_unique()
    said = output.context.get("persons")
    if said is not None and said != people:
        yield Finding(
            "context",
            "fail",
            f"The output says that it counts {count(said, 'person', 'people')}, its rows have {people}.",
        )
    if context.people is not None:
        strangers = rows["person"].unique().is_in(context.people.implode()).not_().sum()
        if strangers:
            yield Finding(
                "context",
                "fail",
                f"{count(int(strangers), 'person in its rows is', 'people in its rows are')} not in the extract.",
            )


def _itself(output: Output, context: Context) -> Iterator[Finding]:
    policy, inner = context.policy, output.inner
    if output.kind not in KINDS:
        yield Finding(
            "kind", "review", f"The kind {output.kind[:40]!r} is not known to the checker: a person must decide."
        )
        return
    if not plain_text(output.title + output.notes):
        yield Finding(
            "labels", "fail", "Title or notes hold characters that do not print.", (), policy.source("labels")
        )
    if output.kind == "figure":
        drawing = output.content.get("drawing")
        if drawing not in DRAWINGS or inner is output or inner.kind not in ("table", "model", "survival"):
            yield Finding("kind", "review", "The figure is none that can be drawn again from checked data.")
            return
    if inner.kind == "table":
        if inner.content.get("statistic") not in STATISTICS:
            told = f"The statistic {str(inner.content.get('statistic'))[:40]!r} is not known to the checker"
            yield Finding("kind", "review", f"{told}: a person must decide.")
            return
        yield from check_table(inner, count_cells(inner), policy)
    elif inner.kind == "model":
        yield from check_model(inner, policy)
    elif inner.kind == "survival":
        yield from check_survival(inner, policy)
    elif inner.kind == "text":
        yield from _text(inner, context)


def _text(output: Output, context: Context) -> Iterator[Finding]:
    """A text always goes to a person; numbers that no other output shows are named for them."""
    text, most = output.content.get("text"), int(context.policy["text"]["characters"])
    if not isinstance(text, str) or output.content.keys() != {"text"}:
        raise BadOutput("A text's content is one text.")
    if len(text) > most or not plain_text(text):
        yield Finding(
            "text", "fail", f"The text has more than {most} characters, or some that do not print.", (),
            context.policy.source("text"),
        )  # fmt: skip
    found = [n.rstrip(",.") for n in re.findall(r"\d[\d,]*\.?\d*", text)]
    numbers = [n for n in found if n not in context.numbers]
    words = f" It has numbers that no released output shows: {', '.join(numbers[:10])}." if numbers else ""
    yield Finding("text", "review", f"A person must read the text.{words}", (), context.policy.source("text"))


def _attacks(findings: list[Finding], release: Published, context: Context, ledger: Ledger) -> list[Attack]:
    """First the output by itself (its totals), then with everything released before (differences)."""
    threshold, source = context.policy.threshold, context.policy.source("threshold")
    alone = attack([release], threshold, seconds=context.seconds)
    tried = [alone]
    # What is shown as small is told by the threshold already.
    hidden = [e for e in alone.exposed if e.table < 0 or release.hidden[e.row] or release.shown[e.row] != f"{e.low:,}"]
    if hidden:
        told = " | ".join(e.words() for e in hidden[:3])
        words = f"{_groups(len(hidden))} can be worked out from the totals: {told}."
        findings.append(Finding("secondary", "fail", words, tuple(e.group for e in hidden), source))
    undecided, given_away = list(alone.undecided), bool(hidden)
    if len(ledger):
        known = {(tuple(sorted(e.group.items()))) for e in alone.exposed}
        joint = ledger.attack(release, threshold, seconds=context.seconds)
        tried.append(joint)
        new = [e for e in joint.exposed if tuple(sorted(e.group.items())) not in known]
        if any(release.name not in {t.release for t in e.used} for e in new):
            # What earlier releases give away by themselves is not this request's doing.
            before = {tuple(sorted(e.group.items())) for e in ledger.exposed(threshold, seconds=context.seconds)}
            new = [e for e in new if tuple(sorted(e.group.items())) not in before]
        if new:
            names = sorted({t.release for e in new for t in e.used if t.release != release.name})
            told = " | ".join(e.words() for e in new[:3])
            words = f"With {'; '.join(names) or 'earlier releases'}, {_groups(len(new))} can be worked out: {told}."
            findings.append(Finding("differencing", "fail", words, tuple(e.group for e in new), source))
        undecided, given_away = undecided + joint.undecided, given_away or bool(new)
    if undecided and given_away:
        words = f"{_groups(len(undecided))} not looked at to the end, as the output is refused for others."
        findings.append(Finding("attack", "note", words, tuple(undecided[:50]), source))
    elif undecided:
        words = f"{_groups(len(undecided))} not decided: neither a way to work them out nor a proof of none."
        findings.append(Finding("attack", "review", words, tuple(undecided[:50]), source))
    return tried


def _groups(many: int) -> str:
    return count(many, "small group")


def shown_numbers(output: Output) -> frozenset[str]:
    """Every number that the output shows, as text."""
    inner = output.inner
    if inner.kind == "table":
        frame = count_cells(inner).shown()
        return frozenset(v for column in frame.columns for v in frame[column].to_list() if v)
    if inner.kind == "survival":
        return frozenset(f"{v:g}" for v in count_steps(inner)["survival"])
    if inner.kind == "model":
        terms: list[Mapping[str, Any]] = inner.content["terms"]
        return frozenset(f"{v:.4g}" for t in terms for k, v in t.items() if k != "term" and v is not None)
    return frozenset()
