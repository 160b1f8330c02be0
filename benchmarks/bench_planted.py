"""What is planted in a synthetic sector with linked sources, and what the linked measures find of it in a store.

    python benchmarks/bench_planted.py [--learners 4000] [--year 2526]

Returns are submitted, sources added and linked as a user does it; then measures are set beside the truth. What counts as
found was fixed before looking: no further from what was planted than three standard errors. Writes
docs/benchmarks/planted.md.
"""

# ruff: noqa: E501 - the sentences of a page
from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import date
from pathlib import Path

from openilr import link
from openilr.link import sources
from openilr.link.report import build
from openilr.store import Store
from openilr.synth.linked import Rates
from openilr.synth.linked.compare import Row, compare
from openilr.synth.stocking import fill

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "planted.md"
#: How far what is found may be from what was planted, in standard errors; and of how many people at least.
FAR, FEW = 3.0, 30


def shown(row: Row, value: float) -> str:
    return f"{value:,.0f}" if row.planted >= 1000 else f"{value:.3f}" if abs(row.planted) < 1 else f"{value:.1f}"


def verdict(row: Row) -> str:
    return "meant to miss" if "plain" in row.group else "found" if row.distance <= FAR else "**not found**"


def page(learners: int, year: str, rows: list[Row], report: dict, processor: float) -> str:
    rows = [row for row in rows if row.count >= FEW]
    fair = [row for row in rows if "plain" not in row.group]
    near = sum(row.distance <= FAR for row in fair)
    lines = [
        "# Planted and found", "",
        f"Measured by `benchmarks/bench_planted.py` on {date.today():%d %B %Y}: {learners:,} learners of {year} and the year "
        f"after with linked sources, seed 8, in {processor:,.0f} processor seconds. Returns were submitted, sources added and "
        f"linked, and the measures of {year} set beside the truth that the synthetic sector writes. Found means within "
        f"{FAR:.0f} standard errors, fixed beforehand, for numbers of at least {FEW} people: {near} of {len(fair)} are. "
        "The plain comparison of coached and other learners is not among them: it is meant to miss, as who did worse at school "
        "takes part more often.", "",
        "Found numbers carry the errors of records, missed and false links, and what a measure can not see. Most of the people are the "
        "same on both sides, so they should be much nearer than chance would have it; an effect that "
        "was planted on chances (of work) or on pay is estimated, and is off by what chance does.", "",
        "The truth takes a programme as achieved, the measure an aim. In a sector of 2,000 learners, 7 of 225 achievers of education and "
        "training by the truth had no achieved aim (mostly short tailored learning), and 3 that the measure counts achieved one aim of a "
        "programme that failed. So their shares are a little apart however many there are.", "",
        "## Links", "",
        "| register | people | links | precision | recall |", "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, each in report["registers"].items():
        known = each["known"]
        lines.append(
            f"| {name} | {each['records']:,} | {each['links']:,} | {known['precision']['share']:.4f} | {known['recall']['share']:.4f} |"
        )
    known = report["spine"]["known"]
    lines += ["", f"The spine of learners has pairwise precision {known['precision']['share']:.4f} and recall {known['recall']['share']:.4f}.", "",
              "## Measures", "", "| number | group | people | planted | found | standard error | apart | 95 % interval holds it | |",
              "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    lines += [
        f"| {row.number} | {row.group} | {row.count:,} | {shown(row, row.planted)} | {shown(row, row.found)} | "
        f"{shown(row, row.error)} | {row.distance:.1f} | {'yes' if row.distance <= 1.96 else 'no'} | {verdict(row)} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=4_000)
    parser.add_argument("--year", default="2526")
    asked = parser.parse_args()
    before = time.process_time()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["OPENILR_VAULT_KEY_FILE"] = str(folder / "vault.key")
        store = Store.init(folder / "store")
        after = f"{int(asked.year[:2]) + 1:02d}{int(asked.year[2:]) + 1:02d}"
        fill(store, folder / "made", asked.learners, year_names=(asked.year, after), seed=8, linked=Rates())
        sources.add(store, folder / "made" / "linked")
        report = build(store, link.run(store), known=folder / "made" / "truth" / "people.csv").to_dict()
        rows = compare(folder / "made", store, asked.year)
        made = page(asked.learners, asked.year, rows, report, time.process_time() - before)
    PAGE.write_text(made, "utf-8")
    print(made)


if __name__ == "__main__":
    main()
