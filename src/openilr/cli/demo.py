"""``ilr demo``: the whole life of the record, on made-up returns. It only calls what each stage offers."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.cli.run import FINE, CannotRun

if TYPE_CHECKING:
    import polars as pl

    from openilr.measure import Result
    from openilr.reference import Reference
    from openilr.store import Store
    from openilr.synth import Written
    from openilr.validate.report import Report

__all__ = ["run"]

YEAR = "2526"
RETURN = "R14"
PREPARED = date(2026, 10, 15)
AS_OF = date(2026, 10, 16)  #: so that the demonstration says the same on any day
PROVIDERS = (90_000_001, 90_000_002, 90_000_003)
LEARNERS = 400
FAULTS = 0.1
#: Made by the demonstration and removed by the next one. A folder with other things in it is left alone.
_PARTS = ("returns", "reference", "reports", "store", "published", "vault.key")
_MARK = ".made-by-ilr-demo"


@dataclass
class _Demo:
    """What one run has made so far."""

    out: Path
    written: list[Written] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def path(self, name: str) -> Path:
        return self.out / name


def run(out: Path) -> int:
    """Make up returns, check them, keep, count, protect and publish; say what was found and what to open.

    Writes into ``out`` (a new or empty folder, or the one of an earlier demonstration). The exit code is 0 even
    though errors are found, because they were planted.
    """
    demo = _Demo(_prepared(out))
    _make_returns(demo)
    reference = _load_reference(demo)
    _check(demo, reference)
    _official_samples()
    with _vault_key(demo.path("vault.key")):
        store = _keep(demo, reference)
        results = _count(store)
    _publish(demo, results)
    _where_to_look(demo)
    return FINE


def _prepared(out: Path) -> Path:
    if out.exists() and not out.is_dir():
        raise CannotRun(f"{out} is a file; name a folder for the demonstration.")
    if out.exists() and any(out.iterdir()) and not (out / _MARK).exists():
        raise CannotRun(f"{out} holds other things. Name a new folder for the demonstration, or an empty one.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in _PARTS:
            part = out / name
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
        (out / _MARK).touch()
    except OSError as problem:
        raise CannotRun(f"{out} can not be written: {problem.strerror}.") from None
    return out


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


def _heading(number: int, text: str) -> None:
    _say("", f"{number}. {text}", "-" * (len(text) + 3))


def _make_returns(demo: _Demo) -> None:
    from openilr.synth import write_reference, write_return

    _heading(1, "Made-up returns")
    write_reference(demo.path("reference"))
    for position, ukprn in enumerate(PROVIDERS):
        written = write_return(
            demo.path("returns"), LEARNERS, year=YEAR, ukprn=ukprn, prepared=PREPARED, faults=FAULTS,
            first=position * LEARNERS,
        )  # fmt: skip
        demo.written.append(written)
        _say(
            f"{written.path.name}: {written.learners} learners, {written.aims} aims, "
            f"{len(written.planted)} faults planted"
        )
    _say("No learner in them exists. Reference data (learning aims, postcodes ...) was made up to go with them.")


def _load_reference(demo: _Demo) -> Reference:
    from openilr.reference import load

    return load(demo.path("reference"))


def _check(demo: _Demo, reference: Reference) -> None:
    from openilr.validate import validate
    from openilr.validate.reports import html

    _heading(2, "Checked")
    demo.path("reports").mkdir()
    for written in demo.written:
        report = validate(written.path, reference=reference, as_of=AS_OF)
        demo.reports.append(report)
        _say(_summary(report))
        found = set(zip(report.findings["learn_ref_number"], report.findings["rule"], strict=True))
        seen = sum(planted in found for planted in written.planted)
        _say(f"  {seen} of the {len(written.planted)} planted faults were found, by learner and rule.")
    first = demo.reports[0]
    for rule, severity, learners, _ in first.summary().head(8).iter_rows():
        _say(f"    {rule:<24}{severity:<9}{learners:>3} learner{'' if learners == 1 else 's'}")
    demo.path("reports/report.html").write_bytes(_bytes(html.render(demo.reports)))


def _bytes(page: str | bytes) -> bytes:
    return page.encode() if isinstance(page, str) else page


def _summary(report: Report) -> str:
    counts = report.counts
    return (
        f"{report.file}: errors {counts['errors']}, warnings {counts['warnings']}; "
        f"learners {counts['learners']}, with errors {report.learners_with_errors}; "
        f"rules not run {len(report.not_run)}."
    )


def _official_samples() -> None:
    """Check the Department's own sample files too, where they are at hand."""
    from openilr.validate import validate

    folder = Path(os.environ.get("OPENILR_OFFICIAL", "../shared/ilr"))
    samples = sorted(folder.glob("*/ILR-*.xml"))
    if not samples:
        return
    _say("", "The Department's sample files, which are at hand:")
    for sample in samples:
        _say(_summary(validate(sample, as_of=AS_OF)))


@contextmanager
def _vault_key(path: Path) -> Iterator[None]:
    """Keep the key in the demonstration's folder: it locks nothing but made-up names."""
    from openilr.store.vault import KEY_FILE

    before = os.environ.get(KEY_FILE)
    os.environ[KEY_FILE] = str(path.absolute())
    try:
        yield
    finally:
        if before is None:
            del os.environ[KEY_FILE]
        else:
            os.environ[KEY_FILE] = before


def _keep(demo: _Demo, reference: Reference) -> Store:
    from openilr.collect import examine
    from openilr.store import Store

    _heading(3, f"Kept in a store, as return {RETURN}")
    store = Store.init(demo.path("store"))
    store.add_reference(demo.path("reference"))
    for written, report in zip(demo.written, demo.reports, strict=True):
        with examine(written.path).stream() as stream:
            taken: Any = store.submit(
                stream, report, file=written.path, return_name=RETURN, submitted_by="demonstration", reference=reference
            )
        counts = taken.counts
        _say(
            f"{taken.submission}: {counts['learners_accepted']} learners accepted, {counts['learners_refused']} refused"
        )
    _say("Names, numbers, addresses and dates of birth are encrypted in the store's vault, apart from the tables.")
    return store


def _count(store: Store) -> list[Result]:
    from openilr import measure

    _heading(4, "Counted")
    results = []
    for name in ("participation", "starts"):
        result = measure.compute(store, name, YEAR, by=["level", "sex", "age"], totals=True)
        results.append(result)
        _say(f"{result.measure.title}:")
        for row in result.frame.filter(_only("level")).iter_rows(named=True):
            _say(f"    {result.measure.dimension('level').label(row['level']):<34}{row['value']:>6,}")
        for note in result.notes:
            _say(f"    {note}")
    _say("A learner with aims at two levels counts at both, and once in the total.")
    _say("These are unprotected numbers, for people with the right to see them.")
    return results


def _only(dimension: str) -> pl.Expr:
    """Rows that are broken down by nothing but this."""
    import polars as pl

    return pl.all_horizontal(pl.col(name) == "Total" for name in ("level", "sex", "age") if name != dimension)


def _publish(demo: _Demo, results: list[Result]) -> None:
    from openilr import disclose, publish

    _heading(5, "Protected and written for publication")
    for result in results:
        checked = disclose.check(result)
        data, meta = publish.write(checked, demo.path("published"), result.measure.name, draft=True)
        screening = publish.check(data, meta)
        record = checked.record
        _say(
            f"{data.name}: {record['cells']} numbers, {record['suppressed']} hidden because fewer than "
            f"{record['convention']['threshold']} learners stand behind them, the others rounded to "
            f"{record['convention']['round_to']}.",
            f"  Screening for explore education statistics: {'passed' if screening.passed else 'NOT passed'}.",
        )
        missing = checked.missing
    _say(f"Drafts, not for release: these checks are not there yet: {', '.join(missing)}.")


def _program() -> str:
    """How this user can call us: by name, or by the path that was just used."""
    return "ilr" if shutil.which("ilr") else os.path.relpath(sys.argv[0])


def _where_to_look(demo: _Demo) -> None:
    _heading(6, "Where to look")
    first = demo.written[0].path
    _say(
        f"{demo.path('reports/report.html')}",
        "    what is wrong with the returns, for a person: open it in a browser",
        f"{demo.path('published')}",
        "    the tables, each with a file about its columns and a record of the checks",
        f"{first}",
        "    one of the returns; check it yourself with",
        f"    {_program()} validate {first} --reference {demo.path('reference')} --as-of {AS_OF}",
    )
