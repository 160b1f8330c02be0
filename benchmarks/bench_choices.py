"""What every choice that a definition leaves open does to the number, on a made-up sector.

    python benchmarks/bench_choices.py [--learners 6000] [--providers 24]

Writes src/openilr/measure/effects.json, which `ilr measure NAME --explain` and the reference page of measures print.
The sector is that of ``openilr.synth``, 2024-25 to 2026-27, R04 and R14 of each. What it does not bring about by itself
is put in on the way into the store, at the rates below: without a merger, nobody can say what mergers do.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from openilr import measure
from openilr.collect import read
from openilr.measure.effects import FILE
from openilr.measure.qar.scope import PILOTS
from openilr.store import Store
from openilr.synth import sector as synth

YEAR = "2526"
#: Of how many one: learners of 2024-25 whom later returns forget; withdrawals that take a reason (by reason); aims of
#: 2025-26 with a pilot's code.
FORGOTTEN, REASONS, PILOT = 60, {41: 8, 28: 12}, 100
OLD_UKPRN = 90_000_900
POPULATION = {f"E1200000{n}": 6_000 for n in range(1, 10)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--learners", type=int, default=6_000)
    parser.add_argument("--providers", type=int, default=24)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="choices-") as scratch:
        folder = Path(scratch)
        os.environ["OPENILR_VAULT_KEY_FILE"] = str(folder / "key")
        store = _store(folder, asked.learners, asked.providers)
        effects = {}
        for name in measure.names():
            declared = measure.get(name)
            if not declared.choices or name == "earnings":
                continue
            found = {"": _numbers(store, name)}
            for choice in declared.choices:
                for value in choice.values[1:]:
                    found[f"{choice.name}={value}"] = _numbers(store, name, **{choice.name: value})
            effects[name] = found
            print(name, json.dumps(found), flush=True)
    sector = {
        "people": asked.learners, "providers": asked.providers, "year": YEAR, "forgotten": FORGOTTEN,
        "reasons": {str(reason): many for reason, many in REASONS.items()}, "pilot": PILOT,
    }  # fmt: skip
    FILE.write_text(json.dumps({"sector": sector, "effects": effects}, indent=1) + "\n", "utf-8")


def _numbers(store: Store, name: str, **choice: str) -> dict[str, Any]:
    """The measure's numbers over all, or over all areas together."""
    result = measure.compute(store, name, YEAR, return_name="R14", **choice)
    shown = [indicator.name for indicator in result.measure.numbers]
    if result.by:
        first = result.frame.filter(pl.col(result.by[0]) == min(POPULATION))
        return dict(zip(shown, first.select(shown).row(0), strict=True))
    return dict(zip(shown, result.frame.select(shown).row(0), strict=True))


def _store(folder: Path, learners: int, providers: int) -> Store:
    synth.write_sector(
        folder / "sector", learners, provider_count=providers, year_names=("2425", "2526", "2627"),
        returns=("R04", "R14"), seed=11,
    )  # fmt: skip
    lines = ["AreaCode,Year,Age,Population"]
    lines += [f"{area},2025,{age},{people // 90}" for area, people in POPULATION.items() for age in range(90)]
    (folder / "sector" / "reference" / "population.csv").write_text("\n".join(lines) + "\n")
    store = Store.init(folder / "store")
    store.add_reference(folder / "sector" / "reference")
    paths = sorted(folder.glob("sector/2*/*.xml"), key=lambda path: (path.parent.name, path.name))
    merged = max(
        {path.name.split("-")[1] for path in paths}, key=lambda u: sum(p.stat().st_size for p in paths if u in p.name)
    )
    for path in paths:
        sent = read(path)
        _spoil(sent.frames, sent.year.name, merged=f"-{merged}-" in path.name)
        store.ingest([sent], return_name=path.parent.name[-3:], submitted_by="bench")
    return store


def _spoil(frames: dict[str, pl.DataFrame], year: str, *, merged: bool) -> None:
    """Puts in what the sector does not have."""
    learners = frames["Learner"]
    number = pl.col("LearnRefNumber").hash(seed=5)
    if year > "2425":
        gone = learners.filter(number % FORGOTTEN == 0)["row"].to_list()
        for name, frame in frames.items():
            if "learner" in frame.columns:
                frames[name] = frame.filter(~pl.col("learner").is_in(gone))
    if merged and year == "2425":
        frames["LearningProvider"] = frames["LearningProvider"].with_columns(UKPRN=pl.lit(OLD_UKPRN, pl.Int32))
    elif merged:
        frames["Learner"] = frames["Learner"].with_columns(PMUKPRN=pl.lit(OLD_UKPRN, pl.Int32))
    aims = frames["LearningDelivery"]
    drawn = pl.struct("LearnAimRef", "LearnStartDate", "LearnPlanEndDate").hash(seed=7)
    reason = pl.col("WithdrawReason")
    for code, many in REASONS.items():
        left = (pl.col("CompStatus") == 3) & (drawn % many == 0)
        reason = pl.when(left).then(pl.lit(code, pl.Int32)).otherwise(reason)
    frames["LearningDelivery"] = aims.with_columns(WithdrawReason=reason)
    fams = frames["LearningDeliveryFAM"]
    marked = aims.filter((pl.col("AimType") == 4) & (drawn % PILOT == 0))["row"]
    first = fams.filter(pl.col("parent").is_in(marked.to_list())).unique("parent", keep="first", maintain_order=True)
    pilots = first.with_columns(LearnDelFAMType=pl.lit("LDM"), LearnDelFAMCode=pl.lit(PILOTS[-2]))
    frames["LearningDeliveryFAM"] = pl.concat([fams, pilots])


if __name__ == "__main__":
    main()
