"""A synthetic twin of an extract: the same tables and columns, everyday values, and none of the people.

A researcher gets it as soon as an application is in, to write code against while people decide. It is drawn from
numbers that could be published: for each column the share of its values over the population, counts rounded to ten,
values of fewer than ten people left out, and the number of records under each person, likewise. Columns are drawn one
by one, so nothing says which values went together in anybody. Populations of fewer than ``FEWEST`` people take their
shares from everybody in the same return instead, so a narrow condition tells nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.access.admissible import refusals
from openilr.access.application import Application, Wanted
from openilr.access.errors import AccessError, Refused
from openilr.access.population import LEARNER, Population, basis, opened, parents
from openilr.store import durable

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from openilr.store import Store

FEWEST = 1_000
ROUNDED_TO = 10
_MOST_PEOPLE = 20_000
_MOST_VALUES = 5_000


def make(
    store: Store, asked: Application, out: Path, *, people: int = 1_000, link_run: str | None = None, seed: int = 1
) -> dict[str, Any]:
    """Write the twin of what an application asks for: one Parquet file a table, and ``manifest.json``; the manifest.

    ``people``: how many to make up, at most 20,000. Linked sources need no link run: without one their columns are
    there, and empty. AccessError where the folder is not empty, Refused where the application may not be decided.
    """
    against = refusals(asked, store)
    if against:
        raise Refused(" ".join(against))
    if not 1 <= people <= _MOST_PEOPLE:
        raise AccessError(f"A twin has 1 to {_MOST_PEOPLE:,} people.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise AccessError(f"{out} is not an empty folder; nothing was written.")
    out.parent.mkdir(parents=True, exist_ok=True)
    chosen = basis(store, asked, link_run=link_run)
    narrow = False
    with opened(store, asked, chosen) as population:
        narrow = population.people < FEWEST
        frames = None if narrow else _frames(population, asked, people, seed)
    if frames is None:
        with opened(store, replace(asked, where=()), chosen) as population:
            frames = _frames(population, asked, people, seed)
    manifest = {
        "synthetic": True, "title": asked.title, "years": list(asked.years), "seed": seed, "people": people,
        "drawn_from": "everybody in the return" if narrow else "the population asked for",
        "says": "Made up. No record is of a person; columns were drawn one by one from rounded shares.",
        "tables": {name: {"rows": f.height, "columns": {c: str(t) for c, t in f.schema.items()}}
                   for name, f in frames.items()},
    }  # fmt: skip
    if out.is_dir():
        out.rmdir()
    with durable.staging((out, 0o755)) as (part,):
        for name, frame in frames.items():
            frame.write_parquet(part / f"{name}.parquet")
        durable.write_file(part / "manifest.json", json.dumps(manifest, indent=1).encode())
        durable.publish_folder(part, out)
    return manifest


def _frames(population: Population, asked: Application, people: int, seed: int) -> dict[str, pl.DataFrame]:
    import numpy as np
    import polars as pl

    random = np.random.default_rng(seed)
    by_table: dict[str, list[Wanted]] = {}
    for wanted in sorted(asked.fields, key=lambda each: each.name):
        by_table.setdefault(population.field(wanted.name).table, []).append(wanted)
    order = sorted(by_table, key=lambda name: (_depth(name), name))
    made: dict[str, pl.DataFrame] = {}
    everyone = pl.DataFrame({"person_id": _numbers(random, people), "learner_id": _numbers(random, people)})
    for name in order:
        above = parents().get(name)
        columns = [wanted for wanted in by_table[name] if population.field(wanted.name).name != "year"]
        with _records(population, name, columns):
            under = made.get(above or "", everyone)
            owners = _repeated(population, name, above if above in made else None, under.height, random)
            values = {population.field(w.name).name: _drawn(population, w, len(owners), random) for w in columns}
        frame = under[owners]
        ids = {"person_id": frame["person_id"]}
        if name in parents():
            ids["learner_id"] = pl.Series(_numbers(random, len(owners))) if name == LEARNER else frame["learner_id"]
        if any(parents().get(other) == name for other in by_table):
            ids["record_id"] = pl.Series(_numbers(random, len(owners)))
        if above in made:
            ids["parent_id"] = frame["record_id"]
        if name in parents():
            ids["year"] = pl.Series([asked.years[i] for i in random.integers(0, len(asked.years), len(owners))])
        made[name] = pl.DataFrame({**ids, **values}).sort("person_id")
    return {name: made[name] for name in sorted(made)}


@contextmanager
def _records(population: Population, table: str, columns: list[Wanted]) -> Iterator[None]:
    """The records of a table in the details asked for, as ``_records``; empty without the link run that it needs."""
    if population.holds(table):
        owner = ["year", "ukprn", "parent"] if table in parents() else []
        chosen = ", ".join(["person", *owner, *(_sql(population, each) for each in columns)])
        source = f"SELECT {chosen} FROM ({population.table(table)})"  # noqa: S608 - names and SQL of the catalogue
    else:
        names = ["person", *(_column(population, each) for each in columns)]
        source = f"SELECT {', '.join(f'NULL AS {each}' for each in names)} LIMIT 0"
    population.session.execute(f"CREATE TEMP TABLE _records AS {source}")
    try:
        yield
    finally:
        population.session.execute("DROP TABLE _records")


def _sql(population: Population, wanted: Wanted) -> str:
    found = population.field(wanted.name)
    rung = found.rungs[found.rung(wanted.detail)]
    return f"{rung.sql.format(x=_quoted(found.name))} AS {_column(population, wanted)}"


def _column(population: Population, wanted: Wanted) -> str:
    """The value's own name, so that it hides no column of the record's owner."""
    return f'"value {population.field(wanted.name).name}"'


def _quoted(name: str) -> str:
    return f'"{name}"'


def _depth(table: str) -> int:
    above = parents().get(table)
    return 0 if above is None else 1 + _depth(above)


def _repeated(
    population: Population, table: str, above: str | None, owners: int, random: np.random.Generator
) -> np.ndarray:
    """For each record to make, the place of its owner (a record of ``above``, else a person).

    An owner has as many records as owners usually have, up to ten.
    """
    import numpy as np

    if not population.holds(table):
        return np.zeros(0, dtype=np.int64)
    by = "year, ukprn, parent" if above else "person"
    rows = population.session.execute(
        f"SELECT least(n, 10) AS n, count(*) FROM (SELECT count(*) AS n FROM _records GROUP BY {by}) "  # noqa: S608
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    counts = {n: _rounded(times) for n, times in rows}
    if table != LEARNER:
        all_owners = population.rows(above) if above else population.people
        counts[0] = _rounded(all_owners - sum(times for _, times in rows))
    if not any(counts.values()):
        counts = {1: 1}
    weights = np.array(list(counts.values()), dtype=float)
    times = random.choice(list(counts), owners, p=weights / weights.sum())
    return np.repeat(np.arange(owners), times)


def _drawn(population: Population, wanted: Wanted, count: int, random: np.random.Generator) -> pl.Series:
    """Values of one column, in the shares that they have; nulls too."""
    import polars as pl

    found = population.field(wanted.name)
    if found.rungs[found.rung(wanted.detail)].kind == "pseudonym":
        return pl.Series(_numbers(random, 50)).gather(random.integers(0, 50, count))
    relation = population.session.sql(
        f"SELECT {_column(population, wanted)} AS value, count(DISTINCT person) AS people FROM _records "  # noqa: S608
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    shares = pl.DataFrame(pl.from_arrow(relation.to_arrow_table()))
    shares = shares.with_columns(people=(pl.col("people") / ROUNDED_TO).floor() * ROUNDED_TO)
    kept = shares.filter(pl.col("people") >= ROUNDED_TO).head(_MOST_VALUES)
    common = int(kept["people"].sum()) / max(int(shares["people"].sum()), 1)
    if (shares["value"].dtype.is_numeric() or shares["value"].dtype == pl.Date) and common < 0.5:
        return _in_between(shares["value"].drop_nulls(), count, random)
    if kept.is_empty():
        return pl.Series([None] * count, dtype=shares["value"].dtype)
    weights = kept["people"].to_numpy()
    return kept["value"].gather(random.choice(len(weights), count, p=weights / weights.sum()))


def _in_between(values: pl.Series, count: int, random: np.random.Generator) -> pl.Series:
    """For a column of mostly rare values, such as pay: numbers between rounded quantiles, ten values or more apart."""
    import polars as pl

    steps = min(20, len(values) // ROUNDED_TO)
    if steps < 3:
        return pl.Series([None] * count, dtype=values.dtype)
    numbers = (values.cast(pl.Int32) if values.dtype == pl.Date else values).cast(pl.Float64).sort()
    cuts = numbers.gather([len(numbers) * i // steps for i in range(1, steps)])
    ends = [float(f"{cut:.3g}") for cut in cuts]
    at = random.integers(0, len(ends) - 1, count)
    share = random.random(count)
    drawn = pl.Series([ends[i] + (ends[i + 1] - ends[i]) * s for i, s in zip(at, share, strict=True)], dtype=pl.Float64)
    return drawn.round().cast(pl.Int32).cast(pl.Date) if values.dtype == pl.Date else drawn.cast(values.dtype)


def _rounded(count: int) -> int:
    return round(count / ROUNDED_TO) * ROUNDED_TO


def _numbers(random: np.random.Generator, count: int) -> list[str]:
    """Made-up pseudonyms."""
    return [random.bytes(16).hex() for _ in range(count)]
