"""Who is who between two files, or within one: sure steps first, then a model, then the few that are left.

1. **Sure**: an equal ULN or NI number, and the rest agrees; or everything agrees, and nobody else fits. The model
   learns from them, and they leave the next steps on both sides.
2. **Model**: pairs that a narrow rule brings up, weighed by Splink. Two people who are each other's likeliest are
   linked where the probability, rivals counted, is high enough; then the next, until nothing moves.
3. **Rest**: those still without a link, compared much more widely, as they are few by now.

A person may stand in a file with several rows, as with an address history; ``who`` numbers the people.
"""

# ruff: noqa: S608 - queries are put together from our own column names; no value goes into their text
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr.link import scoring, settle, training
from openilr.link.blocking import NARROW, WIDE, Rule, usable
from openilr.link.engine import open_database
from openilr.link.errors import LinkError
from openilr.link.model import Model, possible
from openilr.link.sure import compared, sure, weighed

if TYPE_CHECKING:
    import polars as pl

#: Pairs below this weight are not kept as candidates: odds of one to a thousand.
LEAST_WEIGHT = -10.0
#: The most pairs that a step may bring up: at least the first number, more for more people.
_MOST_PAIRS, _PAIRS_PER_PERSON = 5_000_000, 30
#: Two files so small that all rules may be used at once.
_SMALL = 250_000


@dataclass
class Matched:
    """Links with the columns of :data:`openilr.link.settle.LINKS`, the model, and what was done (counts only).

    ``pairs`` are all pairs that were weighed and not far from likely: who_l, who_r, weight, twins.
    """

    links: pl.DataFrame
    model: Model | None
    steps: dict[str, Any]
    pairs: pl.DataFrame | None = None


class Bench:
    """Two files side by side in a database (one file twice with ``within``), and a model: a given one, or learnt."""

    def __init__(
        self, left: pl.DataFrame, right: pl.DataFrame, model: Model | None = None,
        watch: Callable[[str], object] = str, *, within: bool = False, engine: str = "duckdb",
    ) -> None:  # fmt: skip
        self.within, self.watch = within, watch
        self.held = (_filled(left), _filled(right))
        self.columns = left.columns
        self.comparisons = model.comparisons if model else possible(self.held[0] & self.held[1])
        if not self.comparisons:
            raise LinkError(
                "The two files have no column in common with values in both, so there is nothing to compare."
            )
        self.database = open_database(engine)
        self.database.put("people_l", left)
        if not within:
            self.database.put("people_r", right)
        self.tables = ("people_l", "people_l" if within else "people_r")
        self.rows, self.sizes = (left.height, right.height), (left["who"].n_unique(), right["who"].n_unique())
        self.most = max(_MOST_PAIRS, _PAIRS_PER_PERSON * sum(self.rows))
        self._model = model

    @property
    def model(self) -> Model:
        if self._model is None:
            raise RuntimeError("Learn first.")
        return self._model

    def usable(self, rules: tuple[Rule, ...], tables: tuple[str, str]) -> tuple[list[Rule], list[tuple[Rule, int]]]:
        return usable(rules, self.held, self.database, tables, self.most)

    def rules(self, tables: tuple[str, str]) -> list[Rule]:
        """The narrow rules, and the wide ones, too, where there are few people or there is nothing narrow to use."""
        rules = self.usable(NARROW, tables)[0]
        if self.within or not rules or self.rows[0] * self.rows[1] <= _SMALL:
            rules += [rule for rule in self.usable(WIDE, tables)[0] if rule not in rules]
        if not rules:
            raise LinkError("Too few columns are filled to tell people apart; add a date of birth, a name or a number.")
        return rules

    def learn(self, settled: pl.DataFrame | None = None) -> None:
        """Learn a model where none was given, and how frequent values are.

        ``settled`` are pairs compared by :func:`openilr.link.sure.compared`, of people who are in no other pair. What
        they teach is counted from them; only the others are brought up and compared.
        """
        if self._model is None:
            self.watch("Learning how records of one person differ")
            columns = [name for name in self.columns if name not in ("row", "who")]
            counted = training.chance(self.database, self.comparisons, sorted(set(self.tables)), columns)
            tables, rows, known = self.tables, self.rows, None
            if settled is not None and not settled.is_empty():
                tables, _, rows = self.left_over(settled)
                known = training.of_settled(settled, len(counted))
            pairs = training.Brought(tables, rows, tuple(self.rules(tables)), known)
            self._model = training.train(self.database, counted, pairs, columns, self.tables, self.rows, self.within)
        scoring.frequencies(self.database, self.model, sorted(set(self.tables)))

    def score(self, rules: list[Rule], tables: tuple[str, str]) -> pl.DataFrame:
        return scoring.score(self.database, self.model, rules, tables, self.columns, LEAST_WEIGHT)

    def sure(self, *, unique: bool) -> pl.DataFrame:
        return sure(self.database, self.held, self.tables, unique=unique, within=self.within)

    def left_over(self, done: pl.DataFrame) -> tuple[tuple[str, str], tuple[int, int], tuple[int, int]]:
        """Tables of the people without a link so far, how many people they are, and in how many rows."""
        self.database.put("done", done.select("who_l", "who_r"))
        counted = []
        for side in "lr":
            self.database.make(
                f"rest_{side}", f"select * from people_{side} where who not in (select who_{side} from done)"
            )
            counted.append(f"select '{side}' as side, count(distinct who) as people, count(*) as n from rest_{side}")
        counts = self.database.get(" union all ".join(counted)).sort("side")
        (_, people_l, rows_l), (_, people_r, rows_r) = counts.iter_rows()
        return ("rest_l", "rest_r"), (people_l, people_r), (rows_l, rows_r)


def match(
    left: pl.DataFrame, right: pl.DataFrame, *, many: bool = False, least: float = 0.5, model: Model | None = None,
    runners_up: bool = False, watch: Callable[[str], object] = str, engine: str = "duckdb",
) -> Matched:  # fmt: skip
    """Link the people of two frames of :func:`openilr.link.identifiers.prepare` or :func:`openilr.link.keyed.decode`.

    One to one, or with ``many`` every pair of at least the probability ``least``. ``model`` is an earlier one to use
    instead of training. ``runners_up`` looks for rivals of the sure links, too, which takes as long again. Raises
    LinkError where the two hold nothing in common that could be compared.
    """
    import polars as pl

    if left.is_empty() or right.is_empty():
        return Matched(settle.no_links(), model, {})
    bench = Bench(left, right, model, watch, engine=engine)
    if many:
        bench.learn()
        watch("Weighing pairs")
        pairs = bench.score(bench.rules(bench.tables), bench.tables)
        return Matched(settle.every(pairs, bench.model, least, bench.sure(unique=False)), bench.model, {}, pairs)
    watch("Linking people who agree in every respect")
    settled = compared(bench.database, bench.comparisons, bench.sure(unique=True), bench.tables, bench.columns)
    bench.learn(settled)
    certain = weighed(settled, bench.model)
    names = ("who_l", "who_r", "probability", "weight", "method")
    found, seen = [certain.select(names)], []
    steps: dict[str, Any] = {"sure": certain.height}
    for name, of_step in (("model", NARROW), ("rest", WIDE)):
        tables, sizes, _ = bench.left_over(pl.concat(found))
        if 0 in sizes:
            break
        rules, out = bench.usable(of_step, tables)
        if not rules:
            continue
        watch(f"Weighing pairs of {sizes[0]:,} and {sizes[1]:,} people")
        pairs = bench.score(rules, tables)
        now = settle.one_to_one(pairs, bench.model, sizes, least, sum(each.height for each in found))
        steps[name] = {"people": list(sizes), "pairs": pairs.height, "links": now.height, "rules left out": len(out)}
        found.append(now.select(names))
        seen.append(pairs)
    if runners_up:
        watch("Looking for rivals")
        seen.append(bench.score(bench.rules(bench.tables), bench.tables))
    none = pl.DataFrame(schema={"who_l": pl.Int64, "who_r": pl.Int64, "weight": pl.Float64, "twins": pl.Boolean})
    together = pl.concat([none, *seen]).unique(["who_l", "who_r"], keep="last")
    links = settle.with_runner_up(pl.concat(found), together).sort("who_l", "who_r")
    return Matched(links, bench.model, steps, together)


def match_within(
    people: pl.DataFrame, *, least: float = 0.9, model: Model | None = None,
    watch: Callable[[str], object] = str, engine: str = "duckdb",
) -> Matched:  # fmt: skip
    """Pairs of people of one file who are one person with at least the probability ``least``, each pair by itself."""
    if people["who"].n_unique() < 2:
        return Matched(settle.no_links(), model, {})
    bench = Bench(people, people, model, watch, within=True, engine=engine)
    bench.learn()
    watch(f"Weighing pairs among {bench.sizes[0]:,} records")
    pairs = bench.score(bench.rules(bench.tables), bench.tables)
    links = settle.every(pairs, bench.model, least, bench.sure(unique=False))
    return Matched(links.sort("who_l", "who_r"), bench.model, {"pairs": pairs.height, "links": links.height}, pairs)


def _filled(people: pl.DataFrame) -> set[str]:
    return {name for name in people.columns if people[name].null_count() < people.height}
