"""The numbers of a model, from the data themselves.

``u``, how often different people agree, comes from pairs within each file: whoever has two records there is rare, so
agreement is chance. ``m``, how often records of one person agree, and the share of pairs that are one person come from
expectation maximisation over the pairs that blocking brings up; all others count as different people. Pairs that the
sure steps settled need no such reading: they are one person, and are counted as they are. Both start from
the numbers of :mod:`openilr.link.model`, which count like a number of observed pairs: in a file of thirty they lead, in
a file of thousands they are forgotten. (Fellegi and Sunter 1969; Winkler 1988. Splink trains without such a prior,
which leaves small files to chance.)
"""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openilr.link.blocking import Rule, brought_up
from openilr.link.engine import row
from openilr.link.model import ONE_PERSON_AMONG_TWINS, TWINS, TWINS_PER_PERSON, Comparison, Level, Model

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from openilr.link.engine import Database

#: How many pairs the starting numbers count for.
PRIOR_PAIRS = 100
#: Pairs that are drawn for u, and about how many pairs EM reads.
CHANCE_PAIRS, READ_PAIRS = 100_000, 1_000_000
_SMALLEST = 1e-9
#: Years between the older and the younger people of a file in which families would show.
_YEARS_OF_A_FAMILY = 15
#: Least years between a parent and a child, and levels of a name or birthday that is another one.
_GENERATION = 15
_OTHER = ("different", "two of day, month, year", "the year before or after")


def level_sql(comparison: Comparison) -> str:
    """The number of the level that a pair reaches; null where the comparison says nothing."""
    cases = [f"when {level.sql} then {place}" for place, level in enumerate(comparison.levels) if level.sql]
    last = len(comparison.levels) - 1
    return f"case when {comparison.silent} then null {' '.join(cases)} else {last} end"


def twins_sql(given: Comparison) -> str:
    """Whether two people could be twins: all but the forename is shared, home included, and no number is."""
    place = [level.name for level in given.levels].index(TWINS)
    no_number = " and ".join(f"not coalesce({name}_l = {name}_r, false)" for name in ("uln", "nino"))
    return (
        f"(coalesce(({level_sql(given)}) = {place}, false) and coalesce(postcode_l = postcode_r, true) and {no_number})"
    )


def family_sql(model: Model) -> str:
    """Whether two people could be two of one family rather than one: twins, or brothers and sisters or a parent, whose
    forename and birthday both differ; or parent and child of one name, born a generation apart. No number is shared.

    Home and family name agree in a family together, which independent weights count as two agreements. Where the files
    show that they have no families, only what twins would share is asked.
    """
    comparisons = model.comparisons
    given, family, dob = (next(c for c in comparisons if c.name == name) for name in ("given", "family", "dob"))
    if model.twins >= 0:
        return twins_sql(given)
    near = ("same", "one digit off", "one character off")
    numbers = [each for each in comparisons if each.name in ("uln", "nino")]
    no_number = "".join(f" and not {_reaches(each, near)}" for each in numbers)
    other_name, other_day = (_reaches(each, _OTHER) for each in (given, dob))
    both = f"({other_name} and {other_day})"
    if dob.needs[0] == "dob" and any(level.name == "one digit off" for level in dob.levels):
        named, born = _reaches(given, ("same",)), f"abs(born_l - born_r) >= {_GENERATION}"
        both = f"({both} or ({named} and {_reaches(dob, ('different',))} and coalesce({born}, false)))"
    return f"({twins_sql(given)} or ({both} and {_reaches(family, ('same',))}{no_number}))"


def _reaches(comparison: Comparison, names: Collection[str]) -> str:
    places = ", ".join(str(place) for place, level in enumerate(comparison.levels) if level.name in names)
    return f"coalesce(({level_sql(comparison)}) in ({places}), false)"


def _twins(
    database: Database, comparisons: Sequence[Comparison], columns: Sequence[str], tables: tuple[str, str]
) -> float:
    """The most that a pair may weigh that could be twins, by how many there are between and within the files.

    Twins in one file are two people. Between two files, twins who are in both make two such pairs; what there is
    beyond that is one person under two names. Within one file, what is beyond the number of twins that are born is.
    """
    given = next((comparison for comparison in comparisons if comparison.name == "given"), None)
    counts = []
    for left, right in (tables, (tables[0], tables[0]), (tables[1], tables[1])):
        if given is None or not {"dob", "family"} <= {comparison.name for comparison in comparisons}:
            return 0.0
        once = " and l.who < r.who" if left == right else ""
        pairs = f"{left} l join {right} r on l.dob = r.dob and l.family = r.family and l.given1 <> r.given1{once}"
        query = side_by_side(columns, pairs, also=("l.who as one", "r.who as other"))
        found = f"select count(*) as n from (select distinct one, other from ({query}) where {twins_sql(given)})"
        counts.append(int(row(database, found)[0]))
    expected: float = counts[1] + counts[2]
    if tables[0] == tables[1]:
        expected = _twins_born(database, tables[0], columns)
    between, beyond = counts[0], max(0.0, counts[0] - expected)
    share = (beyond + 20 * ONE_PERSON_AMONG_TWINS) / (between + 20)
    return math.log2(share / (1 - share))


def _twins_born(database: Database, table: str, columns: Sequence[str]) -> float:
    """How many pairs of twins a file may hold: those that are born, but no more than it has other pairs of a family.

    A file that has people of all ages and their homes, and hardly two of one name at one address, is of people drawn
    one by one, or of addresses that nobody shares: it has no twins, either. A file of few years says nothing of that,
    for brothers and sisters are seldom born in one.
    """
    people, years = row(
        database,
        f"select count(distinct who) as people, quantile_cont(born, 0.95) - quantile_cont(born, 0.05) as years "
        f"from {table}",
    )
    born = float(TWINS_PER_PERSON * people)
    homes = [column for column in ("postcode", "house") if column in columns]
    filled = ", ".join(f"count({column}) as {column}" for column in homes)
    if not homes or (years or 0) < _YEARS_OF_A_FAMILY:
        return born
    held = row(database, f"select {filled} from {table}")
    one_home = " and ".join(f"l.{home} = r.{home}" for home, count in zip(homes, held, strict=True) if count)
    if not one_home:
        return born
    families = row(
        database,
        f"select count(*) as n from (select distinct l.who as one, r.who as other from {table} l join {table} r "
        f"on {one_home} and l.family = r.family and l.who < r.who and left(l.given1, 1) <> left(r.given1, 1) "
        "and abs(l.born - r.born) > 1)",
    )[0]
    return min(born, float(families))


def _patterns(database: Database, comparisons: Sequence[Comparison], pairs: str) -> tuple[Any, Any]:
    """(levels, how often): each distinct pattern of levels over a query that gives ``l`` and ``r`` side by side."""
    import numpy as np

    levels = ", ".join(f"{level_sql(comparison)} as c{place}" for place, comparison in enumerate(comparisons))
    names = ", ".join(f"c{place}" for place in range(len(comparisons)))
    query = f"select {names}, count(*) as n from (select {levels} from ({pairs})) group by {names}"
    found = database.get(query).fill_null(-1)
    table = found.sort(found.columns).to_numpy().astype(np.int64).reshape(-1, len(comparisons) + 1)
    return table[:, :-1], table[:, -1].astype(float)


def side_by_side(columns: Sequence[str], source: str, also: Sequence[str] = ()) -> str:
    """The columns of ``l`` and ``r`` with the endings that conditions use, after others."""
    both = (f"l.{name} as {name}_l, r.{name} as {name}_r" for name in columns)
    return f"select {', '.join([*also, *both])} from {source}"


def chance(
    database: Database, comparisons: Sequence[Comparison], tables: Sequence[str], columns: Sequence[str]
) -> tuple[Comparison, ...]:
    """The comparisons with u as it is in these tables."""
    import numpy as np

    seen = [np.zeros(len(c.levels)) for c in comparisons]
    for table in tables:
        people = row(database, f"select count(*) as n from {table}")[0]
        if people < 2:
            continue
        wanted = CHANCE_PAIRS // len(tables)
        steps = _steps(people, wanted)
        numbered = f"(select row, row_number() over (order by {_shuffled('row')}) - 1 as place from {table})"
        shifted = f"(select *, unnest({steps}) as step from {numbered} where place < {max(1, wanted // len(steps))})"
        drawn = f"{shifted} x join {numbered} y on y.place = (x.place + x.step) % {people}"
        pairs = f"{drawn} join {table} l on l.row = x.row join {table} r on r.row = y.row"
        levels, counts = _patterns(database, comparisons, side_by_side(columns, pairs))
        for place, tally in enumerate(seen):
            known = levels[:, place] >= 0
            tally += np.bincount(levels[known, place], counts[known], len(tally))
    out = []
    for comparison, tally in zip(comparisons, seen, strict=True):
        share = (tally + PRIOR_PAIRS * _start(comparison)) / (tally.sum() + PRIOR_PAIRS)
        floor = np.minimum(_start(comparison), max(1 / (tally.sum() + 1), _SMALLEST))
        share = np.maximum(share, floor)
        for place, level in enumerate(comparison.levels):
            if level.name == "same" and level.sql:
                exact = same_by_chance(database, tables, comparison.needs[0], level)
                share[place] = exact
        levels_now = tuple(
            level if level.fixed else replace(level, u=float(value))
            for level, value in zip(comparison.levels, share, strict=True)
        )
        out.append(replace(comparison, levels=levels_now))
    return tuple(out)


def _shuffled(row: str) -> str:
    """Text by which rows are in no order of theirs, and in the same one on every engine."""
    return f"md5(cast({row} as varchar))"


def _start(comparison: Comparison) -> np.ndarray:
    import numpy as np

    return np.array([level.u for level in comparison.levels])


def _steps(people: int, pairs: int) -> list[int]:
    """Distances between the places of two people: all of them in a small file, evenly spread ones in a large one."""
    wanted = max(1, min(people - 1, pairs // people))
    return sorted({1 + place * (people - 1) // wanted for place in range(wanted)})


def same_by_chance(database: Database, tables: Sequence[str], column: str, level: Level) -> float:
    """How often two people of one file have the same value, counted exactly over all pairs."""
    each = (
        f"select coalesce(sum(n * (n - 1)), 0) as same, coalesce(sum(n), 0) as people from (select "
        f"count(distinct who)::double as n from {table} where {column} is not null group by {column})"
        for table in tables
    )
    counts = database.get(" union all ".join(each))
    equal = sum(counts["same"].to_list())
    total = sum(people * (people - 1) for people in counts["people"].to_list())
    floor = min(level.u, max(1 / (total + 1), _SMALLEST))
    return float(max((equal + PRIOR_PAIRS * level.u) / (total + PRIOR_PAIRS), floor))


@dataclass(frozen=True)
class Brought:
    """What m is learnt from: the people of two tables, how many rows they have, the rules that bring pairs of them up,
    and the pairs of others who are one person for certain (levels, how often), None where there are none."""

    tables: tuple[str, str]
    rows: tuple[int, int]
    rules: tuple[Rule, ...]
    known: tuple[np.ndarray, np.ndarray] | None = None


def of_settled(pairs: pl.DataFrame, comparisons: int) -> tuple[np.ndarray, np.ndarray]:
    """(levels, how often) of compared pairs; of several rows of two people, the likest two count."""
    import polars as pl

    names = [f"c{place}" for place in range(comparisons)]
    likest = (
        pairs.with_columns(apart=pl.sum_horizontal(names))
        .sort("apart", *names)
        .unique(["who_l", "who_r"], keep="first")
    )
    counted = likest.group_by(names).len().sort(names)
    return counted.select(pl.col(names).fill_null(-1).cast(pl.Int64)).to_numpy(), counted["len"].to_numpy().astype(
        float
    )


def train(
    database: Database, comparisons: Sequence[Comparison], pairs: Brought, columns: Sequence[str],
    tables: tuple[str, str], sizes: tuple[int, int], within: bool,
) -> Model:  # fmt: skip
    """m and the prior, by expectation maximisation over ``pairs``; u is taken as it is.

    ``tables`` and ``sizes`` are everybody, of whom ``pairs`` may be a part; ``within`` one file, a pair counts once.
    Where the rules bring up more pairs than are read, a part of the left-hand people stands for all.
    """
    import numpy as np

    left, right = pairs.tables
    share = min(1.0, READ_PAIRS / max(1, sum(brought_up(pairs.rules, database, pairs.tables))))
    part = "" if share == 1 else f" and left({_shuffled('l.row')}, 5) < '{int(share * 16**5):05x}'"
    once = " and l.who < r.who" if within else ""
    found = " union ".join(
        f"select l.row x, r.row y from {left} l join {right} r on {rule.sql}{once}{part}" for rule in pairs.rules
    )
    source = f"({found}) p join {left} l on l.row = p.x join {right} r on r.row = p.y"
    levels, counts = _patterns(database, comparisons, side_by_side(columns, source))
    certain = np.zeros(len(counts), dtype=bool)
    if pairs.known is not None:
        levels, counts = np.vstack([levels, pairs.known[0]]), np.append(counts, share * pairs.known[1])
        certain = np.append(certain, np.ones(len(pairs.known[1]), dtype=bool))
    everything = max(
        1.0, share * (pairs.rows[0] * (pairs.rows[0] - 1) / 2 if within else pairs.rows[0] * pairs.rows[1])
    )
    most = max(0.5, share * min(pairs.rows))
    prior = min(0.5 * most / everything, 0.5)
    ms = [np.array([level.m for level in c.levels]) for c in comparisons]
    us = [_start(c) for c in comparisons]
    starts = [m.copy() for m in ms]
    for _ in range(60):
        odds = np.full(len(counts), prior / (1 - prior))
        for place, (m, u) in enumerate(zip(ms, us, strict=True)):
            known = levels[:, place] >= 0
            odds[known] *= (m / u)[levels[known, place]]
        one = np.where(certain, counts, counts * odds / (1 + odds))
        before, prior = prior, min(one[~certain].sum(), most) / everything
        prior = min(max(prior, 0.01 * most / everything), 0.5)
        for place, comparison in enumerate(comparisons):
            known = levels[:, place] >= 0
            tally = np.bincount(levels[known, place], one[known], len(comparison.levels))
            new = (tally + PRIOR_PAIRS * starts[place]) / (tally.sum() + PRIOR_PAIRS * starts[place].sum())
            held = np.array([level.fixed for level in comparison.levels])
            ms[place] = np.where(held, starts[place], new)
        if abs(prior - before) < 1e-4 * before:
            break
    trained = tuple(
        replace(c, levels=tuple(replace(v, m=float(x)) for v, x in zip(c.levels, m, strict=True)))
        for c, m in zip(comparisons, ms, strict=True)
    )
    matches = (prior * everything + one[certain].sum()) / share
    about = {"people": list(sizes), "pairs read": int(counts[~certain].sum()), "matches": round(matches)}
    of_all = matches / (sizes[0] * (sizes[0] - 1) / 2 if within else sizes[0] * sizes[1])
    return Model(trained, float(of_all), about, _twins(database, trained, columns, tables))
