# ruff: noqa: S608 - the SQL is made of names and numbers of this file
"""Speed, memory and size of governed access: the minimisation check, the twin, and an extract with links.

    make bench

Writes a snapshot of made-up learners straight into a store's files, with two aims and three monitoring records for
most of them, a spine and a linked source, and times each step in a process of its own. The page that it writes is
docs/benchmarks/access.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks" / "access.md"
YEAR, RETURN = "2526", "R14"

#: One person in twenty is at two providers.
PERSON = "md5('p' || (i - i % 20 // 19))"
#: Values of made-up learners and aims by column; whatever is not here is empty. {i} is the row's number.
LEARNER = {
    "learner_key": "md5('l' || {i})", "person_key": PERSON, "row": "{i}",
    "parent": "0", "line": "{i} * 9", "age_aug31": "15 + ({h} >> 3) % 50", "home_lsoa": "printf('E01%06d', {area})",
    "home_lad": "printf('E07%06d', {area} // 110)", "home_region": "printf('E12%06d', {area} // 3700)",
    "imd_decile": "1 + {area} % 10", "Sex": "CASE WHEN ({h} >> 13) % 100 < 52 THEN 'F' ELSE 'M' END",
    "Ethnicity": "CASE WHEN ({h} >> 17) % 100 < 70 THEN 31 ELSE 31 + ({h} >> 21) % 17 END",
    "LLDDHealthProb": "CASE WHEN ({h} >> 27) % 100 < 80 THEN 2 ELSE 1 END",
}  # fmt: skip
AIM = {
    "learner_key": "md5('l' || {learner})", "row": "{i}", "parent": "{learner}",
    "line": "{i} * 4", "FundModel": "CASE WHEN {i} % 3 = 0 THEN 35 ELSE 36 END", "AimType": "1 + {i} % 3",
    "LearnAimRef": "printf('%08d', ({h} >> 5) % 9000)", "ssa2": "printf('%d.%d', ({h} >> 5) % 15, ({h} >> 5) % 3)",
    "ssa1": "printf('%d', ({h} >> 5) % 15)",
    "LearnStartDate": "DATE '2025-08-01' + CAST(({h} >> 11) % 330 AS INTEGER)",
    "CompStatus": "1 + ({h} >> 19) % 3", "Outcome": "1 + ({h} >> 23) % 3",
}  # fmt: skip
FAM = {
    "row": "{i}", "parent": "{aim}", "learner_key": "md5('l' || {learner})", "LearnDelFAMCode": "'1'",
    "LearnDelFAMType": "CASE {i} % 3 WHEN 0 THEN 'SOF' WHEN 1 THEN 'FFI' ELSE 'ACT' END",
}  # fmt: skip
#: Of each table: its rows for one learner, its columns, and the numbers of its aim and its learner.
TABLES = {
    "Learner": (1, LEARNER, "", "{i}"),
    "LearningDelivery": (2.5, AIM, "{i}", "({aim} // 5 * 2 + {aim} % 5 // 3)"),
    "LearningDeliveryFAM": (3.75, FAM, "({i} // 3 * 2)", "({aim} // 5 * 2 + {aim} % 5 // 3)"),
}

APPLICATION = """
title = "A benchmark"
public_benefit = "None."
legal_basis = "Made-up data"
ethics = "None needed."
outputs = "A page of numbers."
end_date = 2099-07-31
[[question]]
id = "q"
text = "How long does it take?"
[[researcher]]
id = "r-one"
name = "R One"
organisation = "Nowhere"
accreditation = "0"
accreditation_until = 2099-12-31
training_until = 2099-12-31
[data]
years = ["2526"]
"""
CHECKS = {
    "learner's fields": (
        "learner.age_aug31", "learner.Sex", "learner.home_lsoa", "learner.ukprn", "learner.Ethnicity",
        "learner.LLDDHealthProb", "learner.imd_decile",
    ),
    "with fields of aims": (
        "learner.age_aug31", "learner.Sex", "learner.home_lad", "learner.Ethnicity", "learning_delivery.LearnAimRef",
        "learning_delivery.LearnStartDate", "learning_delivery.Outcome",
    ),
}  # fmt: skip
EXTRACT = (
    "learner.age_aug31", "learner.Sex", "learner.home_lad", "learner.ukprn", "learning_delivery.LearnAimRef",
    "learning_delivery.LearnStartDate", "learning_delivery.CompStatus", "learning_delivery.Outcome",
    "learning_delivery_fam.LearnDelFAMType", "learning_delivery_fam.LearnDelFAMCode", "hmrc_earnings.TaxYear",
    "hmrc_earnings.Earnings",
)  # fmt: skip


def application(fields: tuple[str, ...], *, linked: bool = False) -> str:
    source = '[[source]]\nname = "hmrc_employment"\njustification = "To measure."\n' if linked else ""
    return APPLICATION + source + "".join(f'[[field]]\nname = "{name}"\nserves = ["q"]\n' for name in fields)


def build(folder: Path, learners: int) -> None:
    """A store with a snapshot of so many learners, written straight into its files."""
    import duckdb

    from openilr import years
    from openilr.store import Store
    from openilr.store.catalogue import Snapshot, StoredFile
    from openilr.store.durable import file_sha256
    from openilr.store.tables import DUCKDB, columns, table_name

    store = Store.init(folder)
    target = folder / "snapshots" / f"{YEAR}-{RETURN}-1"
    target.mkdir(parents=True)
    session = duckdb.connect()

    def copy(query: str, path: Path) -> None:
        session.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")

    files = []
    schema = years.load(YEAR).schema
    for name, (times, values, aim, learner) in TABLES.items():
        entity, count = schema.entities[name], int(learners * times)
        common = {"year": f"'{YEAR}'", "return": f"'{RETURN}'", "ukprn": "10000000 + {learner} % 1600"}
        made = [
            f'CAST({_filled(({**common, **values}).get(column, "NULL"), aim, learner)} AS {DUCKDB[kind]}) AS "{column}"'
            for column, kind in columns(entity)
        ]
        path = target / f"{table_name(name)}.parquet"
        copy(f"SELECT {', '.join(made)} FROM range({count}) t(i)", path)
        size, sha256 = file_sha256(path)
        files.append(StoredFile(f"snapshots/{target.name}/{path.name}", "table", size, sha256, name, count))
    counts = {"learners": learners, "aims": learners * 5 // 2}
    links = folder / "links" / "bench"
    links.mkdir(parents=True)
    copy(
        f"SELECT md5('l' || i) AS learner_key, {PERSON} AS person_id FROM range({learners}) t(i)",
        links / "spine.parquet",
    )
    copy(
        f"SELECT 'dwp' AS source, md5('r' || i) AS record_key, {PERSON} AS person_id FROM range(0, {learners}, 2) t(i)",
        links / "keys.parquet",
    )
    source = folder / "sources" / "hmrc_employment" / "0001"
    source.mkdir(parents=True)
    copy(
        "SELECT md5('r' || (i // 4 * 2)) AS record_key, CAST(202122 + i % 4 * 101 AS INTEGER) AS TaxYear, "
        f"CAST(hash(i) % 60000 AS INTEGER) AS Earnings FROM range({learners * 2}) t(i)",
        source / "hmrc_earnings.parquet",
    )
    facts = {"rows": learners * 2, "people": learners // 2, "bytes": (source / "hmrc_earnings.parquet").stat().st_size}
    with store.writing() as catalogue:
        catalogue.add_source("hmrc_employment", 1, "2026-01-01T00:00:00+00:00", {"hmrc_earnings": facts})
        catalogue.add_snapshot(
            Snapshot(target.name, YEAR, RETURN, 1, "bench", "2026-01-01T00:00:00+00:00", "", counts, (), tuple(files))
        )


def _filled(value: str, aim: str, learner: str) -> str:
    value = value.replace("{learner}", learner).replace("{aim}", aim)
    value = value.replace("{area}", "(({h} >> 9) % 33000)")
    return value.replace("{h}", "hash(i)").replace("{i}", "i")


def step(name: str, folder: Path) -> str:
    """Do one step; what to say of it beside its time."""
    from openilr.access import extract, minimise, open_extract, people, project, twin
    from openilr.access.application import parse
    from openilr.store import Store

    store = Store(folder)
    if name in CHECKS:
        said = minimise.check(store, parse(application(CHECKS[name])))
        assert said.asked and said.proposed
        steps = ", ".join(f"{s.name} {s.proposed}" for s in said.proposal)
        return f"{said.people:,} people, {said.asked.unique:.1%} unique; {said.proposed.unique:.1%} after {steps}"
    if name == "twin":
        made = twin.make(store, parse(application(EXTRACT, linked=True)), folder / "twin", link_run="bench")
        return f"{sum(table['rows'] for table in made['tables'].values()):,} rows"
    if name == "extract":
        people.add(store, "anna", by="anna", roles=["steward"])
        id = project.apply(store, application(EXTRACT, linked=True), by="r-one").id
        project.approve(store, id, by="anna", reason="To measure.")
        made = extract.make(store, id, by="anna", link_run="bench")
        size = sum(path.stat().st_size for path in made.folder.iterdir()) / 1e6
        return f"{sum(table['rows'] for table in made.manifest['tables'].values()):,} rows, {size:,.0f} MB sealed"
    tables = open_extract(store, "P-" + name.removeprefix("open P-"), by="r-one")
    return f"{sum(tables.table(table).height for table in tables.names):,} rows"


def measure(name: str, folder: Path) -> tuple[float, float, float, str]:
    """Seconds by the clock, processor seconds, peak MB, and what the step said."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, __file__, "--step", name, "--store", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said, _, peak = done.stdout.strip().rpartition("|")
    return time.perf_counter() - start, used, float(peak), said


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--step")
    options.add_argument("--store", type=Path)
    options.add_argument("--learners", type=int, nargs=2, default=(2_000_000, 1_000_000))
    given = options.parse_args()
    if given.step:
        said = step(given.step, given.store)
        print(f"{said}|{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
        return
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["OPENILR_VAULT_KEY_FILE"] = str(Path(scratch) / "keys" / "vault.key")
        for learners, steps in zip(
            given.learners, (list(CHECKS), ["twin", "extract", f"open P-{time.gmtime().tm_year}-001-E1"]), strict=True
        ):
            folder = Path(scratch) / f"store-{learners}"
            build(folder, learners)
            for name in steps:
                wall, used, peak, said = measure(name, folder)
                what = f"check: {name}" if name in CHECKS else name.split(" ")[0]
                rows.append(f"| {learners:,} | {what} | {wall:.1f} | {used:.1f} | {peak:,.0f} | {said} |")
                print(rows[-1], flush=True)
    PAGE.write_text(page(rows), "utf-8")


def page(rows: list[str]) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "polars", "cryptography"))
    return "\n".join(
        (
            "# Governed access",
            "",
            "What a minimisation check, a synthetic twin and an extract with links cost. Written by",
            "`benchmarks/bench_access.py`; every row is a process of its own, from start to end. Learners are made up",
            "and spread evenly, which is hard on the check: nearly everybody is unique at first. Aims are two and half",
            "a learner. The extract has twelve fields of four tables, one of them linked by a link run, and is sealed",
            "and hashed; `open` decrypts, checks and reads all of it. Other work ran on the machine: processor seconds",
            "say more than the clock.",
            "",
            "| Learners | Step | Seconds | Processor s | Peak MB | What |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()},",
            f"{packages}. The",
            "goals: a check of two million learners in under 15 seconds, and an extract of a million at all.",
            "",
        )
    )


if __name__ == "__main__":
    main()
