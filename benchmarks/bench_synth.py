"""How large, fast, true and clean a synthetic sector is, and whether its pay shows what was planted.

    python benchmarks/bench_synth.py --work FOLDER [--parts linked,into,clean,faults,seeds] [--people 100000]
        [--seeds 7,1001,424242] [--seed-people 30000] [--timed LOG --timed-store STORE]

Each step is a process of its own; processor seconds are of all its threads, memory is its peak. Results of each part are
kept in FOLDER, so parts can be run one by one, and docs/benchmarks/synth.md is written from all that are there.
--timed takes the output of ``/usr/bin/time -v`` of one large run of ``ilr synth --into`` that was made apart.
"""

# ruff: noqa: E501 - the sentences of a page
from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "synth.md"
YEARS = "2425,2526,2627"
#: The year whose achievers are followed: the returns of the next one are there too.
FOLLOWED = "2526"


def timed(*command: object) -> dict[str, Any]:
    """Run a command and say what it used. It may find errors (1), but not fail (2)."""
    began = time.perf_counter()
    done = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    said = done.stdout.read() if done.stdout else ""
    _, status, usage = os.wait4(done.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command} failed.")
    return {
        "cpu": usage.ru_utime + usage.ru_stime, "wall": time.perf_counter() - began,
        "memory": usage.ru_maxrss / 1024**2, "said": said,
    }  # fmt: skip


def ilr(*arguments: object) -> dict[str, Any]:
    return timed(sys.executable, "-m", "openilr", *arguments, "--quiet")


def size(folder: Path) -> float:
    """Gigabytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9


def linked(work: Path, people: int) -> dict[str, Any]:
    """All sources of all years as files, and the report of fidelity."""
    out = work / "linked"
    shutil.rmtree(out, ignore_errors=True)
    made = ilr("synth", out, "--learners", people, "--years", YEARS, "--linked")
    report = ilr("synth", out, "--report")
    text = str(report.pop("said"))
    return {
        "people": people, "made": made, "report": report, "returns": sum(size(folder) for folder in out.glob("*-R14")),
        "sources": size(out / "linked"), "pay": pay_effects(out), **fidelity(text), "events": text.split("What happens in careers:")[1].split("Plot:")[0],
    }  # fmt: skip


def fidelity(text: str) -> dict[str, Any]:
    """What a report says: the score, and the targets that were missed."""
    score = re.search(r"(\d+) of (\d+) targets.*\((\d+) within 2 %\)", text)
    missed = [" ".join(line.replace("*", " ").split()) for line in text.splitlines() if " *" in line]
    return {"close": int(score[1]), "targets": int(score[2]), "near": int(score[3]), "missed": missed}  # type: ignore[index]


def seeds(work: Path, people: int, numbers: list[int]) -> dict[str, Any]:
    """The fidelity of sectors that differ in nothing but their seed."""
    found = {}
    for seed in numbers:
        out = work / f"seed-{seed}"
        shutil.rmtree(out, ignore_errors=True)
        ilr("synth", out, "--learners", people, "--years", YEARS, "--seed", seed)
        found[str(seed)] = fidelity(str(ilr("synth", out, "--report")["said"]))
        shutil.rmtree(out)
    return {"people": people, "seeds": found}


def into(work: Path, people: int) -> dict[str, Any]:
    """One year straight into a store."""
    for name in ("into", "store"):
        shutil.rmtree(work / name, ignore_errors=True)
    os.environ["OPENILR_VAULT_KEY_FILE"] = str(work / "vault.key")
    made = ilr("synth", work / "into", "--learners", people, "--years", FOLLOWED, "--into", work / "store")
    return {"people": people, "made": made, "store": size(work / "store")}


def clean(work: Path) -> dict[str, Any]:
    """Fifty providers without faults, checked by every rule."""
    out = work / "clean"
    shutil.rmtree(out, ignore_errors=True)
    made = ilr("synth", out, "--learners", 12_500, "--providers", 50)
    checked = check(out, work / "clean.jsonl")
    counts = [json.loads(line)["counts"] for line in (work / "clean.jsonl").read_text("utf-8").splitlines()]
    return {"made": made, "checked": checked, "files": len(counts), **{
        name: sum(count[name] for count in counts) for name in ("learners", "aims", "errors", "warnings")
    }}  # fmt: skip


def check(out: Path, report: Path) -> dict[str, Any]:
    return ilr(
        "validate", *sorted(out.glob("*-R14")), "--reference", out / "reference", "--as-of", "2027-12-01",
        "--format", "jsonl", "--output", report,
    )  # fmt: skip


def faults(work: Path) -> dict[str, Any]:
    """The same with faults in two of a hundred records, and what was found of them."""
    out = work / "faults"
    shutil.rmtree(out, ignore_errors=True)
    made = ilr("synth", out, "--learners", 12_500, "--providers", 50, "--faults", 0.02)
    check(out, work / "faults.jsonl")
    return {"made": made, "score": ilr("synth", out, "--score", work / "faults.jsonl")["said"]}


def pay_effects(out: Path) -> list[list[Any]]:
    """Planted effects on log pay by least squares on the pay records, each given to its person by the truth.

    Standard errors allow for several years of one person. Whole years without full-time study or an apprenticeship, which lower pay.
    """
    import numpy as np
    import polars as pl

    from openilr.synth.linked.effects import effect

    text = {"uln": pl.String, "husid": pl.String}
    people = pl.read_csv(out / "truth" / "people.csv", schema_overrides=text, try_parse_dates=True)
    pay = pl.read_csv(out / "truth" / "pay.csv")
    found = pay.filter(pl.col("days") > 300, pl.col("lowered") == 0, pl.col("tax_year") >= 202930).join(
        people, on="person"
    )
    annual = found["pay"].to_numpy() / found["days"].to_numpy() * 365
    columns: dict[str, Any] = {"constant": np.ones(found.height)}
    columns |= {f"level {n} against 0": (found["level"] == n).to_numpy() for n in range(1, 8)}
    columns |= {
        "prior attainment, per standard deviation": found["prior_attainment"].to_numpy(),
        "achieved a programme": found["completed"].to_numpy(), "coached": found["treated"].to_numpy(),
        "women": (found["sex"] == "F").to_numpy(), "a year of experience": found["experience"].to_numpy(),
        "London": found["london"].to_numpy(),
    }  # fmt: skip
    planted_values = {f"level {n} against 0": effect("log_pay", "level", str(n)) for n in range(1, 8)} | {
        "prior attainment, per standard deviation": effect("log_pay", "prior_attainment", "per standard deviation"),
        "achieved a programme": effect("log_pay", "completion", "achieved a programme"),
        "coached": effect("log_pay", "intervention", "treated"), "women": effect("log_pay", "sex", "F"),
        "a year of experience": effect("log_pay", "experience", "per year to 20"),
        "London": effect("log_pay", "region", "E12000007"),
    }  # fmt: skip
    if "subject" in found.columns:
        subjects = (1, 3, 4, 5, 7, 9, 13, 15)
        columns |= {f"subject area {n}": (found["subject"] == n).to_numpy() for n in subjects}
        planted_values |= {f"subject area {n}": effect("log_pay", "subject", str(n)) for n in subjects}
    everyone, eligible = np.ones(found.height, dtype=bool), (found["eligible"] == 1).to_numpy()
    person = found["person"].to_numpy()
    whole = least_squares(columns, np.log(annual), person, everyone)
    rows = [[name, value, *whole[name]] for name, value in planted_values.items()]
    for title, names in (
        ("coached, of the eligible: plain comparison", ["constant", "coached"]),
        ("coached, of the eligible: allowing for the rest", list(columns)),
    ):
        # The programme was not offered in London: what is the same for all of the eligible tells nothing.
        chosen = {name: columns[name] for name in names if name == "constant" or np.ptp(columns[name][eligible] * 1.0)}
        rows.append(
            [title, planted_values["coached"], *least_squares(chosen, np.log(annual), person, eligible)["coached"]]
        )
    return rows


def least_squares(columns: dict[str, Any], y: Any, person: Any, here: Any) -> dict[str, tuple[float, float, int]]:
    """Coefficient, standard error by persons, and number of rows, for each column."""
    import numpy as np

    x, y = np.column_stack(list(columns.values())).astype(float)[here], y[here]
    inverse = np.linalg.pinv(x.T @ x)
    b = inverse @ x.T @ y
    _, number = np.unique(person[here], return_inverse=True)
    sums = np.zeros((number.max() + 1, x.shape[1]))
    np.add.at(sums, number, x * (y - x @ b)[:, None])
    error = np.sqrt(np.diag(inverse @ (sums.T @ sums) @ inverse))
    return {name: (float(b[at]), float(error[at]), len(y)) for at, name in enumerate(columns)}


def large(log: Path, store: Path) -> dict[str, Any]:
    """What ``/usr/bin/time -v`` said of a run, and the size of its store."""
    text = log.read_text("utf-8")

    def number(name: str) -> str:
        return re.search(rf"{re.escape(name)}.*: (\S+)\n", text).group(1)  # type: ignore[union-attr]

    wall = 0.0
    for part in number("Elapsed (wall clock) time").split(":"):
        wall = wall * 60 + float(part)
    command = re.search(r'being timed: "(.*)"', text).group(1)  # type: ignore[union-attr]
    return {
        "learners": int(re.search(r"--learners (\d+)", command).group(1)),  # type: ignore[union-attr]
        "made": {"cpu": float(number("User time")) + float(number("System time")), "wall": wall,
                 "memory": int(number("Maximum resident set size")) / 1024**2},
        "store": size(store), "said": next((line for line in text.splitlines() if "learner records" in line), ""),
    }  # fmt: skip


def line(name: str, used: dict[str, Any], rest: str = "") -> str:
    return f"| {name} | {used['cpu']:.0f} s | {used['wall']:.0f} s | {used['memory']:.2f} GB | {rest} |"


def verdict(value: float, found: float, error: float) -> str:
    return "yes" if abs(found - value) <= 1.96 * error else "no"


def page(parts: dict[str, dict[str, Any]]) -> str:
    text = [
        "# A synthetic sector",
        "",
        "How large, fast, true and clean, and whether pay shows what was planted. Made by `benchmarks/bench_synth.py`, on two processors that",
        "did other work too: processor seconds say more than the clock.",
        "",
        "## Size and time",
        "",
        "| What | Processor | Clock | Peak memory | Made |",
        "| --- | --- | --- | --- | --- |",
    ]
    if found := parts.get("linked"):
        made = f"{found['returns']:.1f} GB of returns, {found['sources']:.1f} GB of linked sources"
        text.append(line(f"{found['people']:,} people, {YEARS}, with linked sources, as files", found["made"], made))
        text.append(line("`--report` on them", found["report"], f"{found['close']} of {found['targets']} targets"))
    if found := parts.get("into"):
        text.append(line(f"{found['people']:,} people, {FOLLOWED}, straight into a store", found["made"], f"{found['store']:.2f} GB of store"))  # fmt: skip
    if found := parts.get("large"):
        text.append(line(f"{found['learners']:,} people, {FOLLOWED}, straight into a store", found["made"], f"{found['store']:.1f} GB of store; {found['said']}"))  # fmt: skip
        if found.get("note"):
            text += ["", found["note"]]
    checked = [("1", found["people"], found)] if (found := parts.get("linked")) else []
    if found := parts.get("seeds"):
        checked += [(seed, found["people"], each) for seed, each in found["seeds"].items()]
    if checked:
        text += [
            "", "## True to the targets", "",
            "Targets met are within two percent or sampling error, that of a random sample of as many people: two standard errors.",
            "", "| Seed | People | Targets met | Within two percent | Not met: target, found, of |", "| --- | --- | --- | --- | --- |",
        ]  # fmt: skip
        text += [
            f"| {seed} | {people:,} | {each['close']} of {each['targets']} ({each['close'] / each['targets']:.1%}) | "
            f"{each['near']} | {'; '.join(each['missed']).replace('|', ', ') or 'none'} |"
            for seed, people, each in checked
        ]
    if found := parts.get("linked"):
        text += ["", f"What the careers and returns of these {found['people']:,} people hold:", "", "```"]
        text += [found["events"].strip(), "```"]
    if found := parts.get("clean"):
        text += [
            "", "## Clean, and faults that are found", "",
            f"A clean sector of 50 providers: {found['files']} returns, {found['learners']:,} learners, {found['aims']:,} aims, "
            f"**{found['errors']} errors** and {found['warnings']} warnings ({found['checked']['cpu']:.0f} s of processor).",
        ]  # fmt: skip
    if found := parts.get("faults"):
        text += ["", "With `--faults 0.02`:", "", "```", found["score"].rstrip(), "```"]
    if found := parts.get("linked"):
        text += [
            "", "## Planted against found", "",
            f"Effects on the logarithm of annual pay of the {found['people']:,} people above, by least squares on the pay of whole tax years from",
            "2029-30, with people known by the truth. What an analyst finds through returns, links and measures is in [Planted and",
            "found](planted.md).",
            "", "| Effect | Planted | Found | Standard error | 95 % interval holds it |", "| --- | --- | --- | --- | --- |",
        ]  # fmt: skip
        text += [
            f"| {name} | {value:.3f} | {got:.3f} | {error:.4f} | {verdict(value, got, error)} |"
            for name, value, got, error, _ in found["pay"]
        ]
        text += [
            "", "Years with full-time study or an apprenticeship in them are left out, for they lower pay. One in twenty intervals misses by",
            "chance alone. The plain comparison of the eligible is wrong on purpose: who did worse at school is coached more often.",
        ]  # fmt: skip
    return "\n".join(text) + "\n"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--work", type=Path, required=True)
    asked.add_argument("--parts", default="linked,into,clean,faults,seeds")
    asked.add_argument("--seeds", default="7,1001,424242")
    asked.add_argument("--seed-people", type=int, default=30_000)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--timed", type=Path)
    asked.add_argument("--timed-store", type=Path)
    given = asked.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    steps = {
        "linked": lambda: linked(given.work, given.people), "into": lambda: into(given.work, given.people),
        "clean": lambda: clean(given.work), "faults": lambda: faults(given.work),
        
        "seeds": lambda: seeds(given.work, given.seed_people, [int(seed) for seed in given.seeds.split(",")]),
        "large": lambda: large(given.timed, given.timed_store),
    }  # fmt: skip
    names = [name for name in given.parts.split(",") if name] + (["large"] if given.timed else [])
    for name in names:
        (given.work / f"{name}.json").write_text(json.dumps(steps[name]()), "utf-8")
    kept = {name: given.work / f"{name}.json" for name in steps}
    PAGE.write_text(page({name: json.loads(f.read_text("utf-8")) for name, f in kept.items() if f.is_file()}), "utf-8")


if __name__ == "__main__":
    main()
