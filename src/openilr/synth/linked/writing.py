"""Writes linked sources and their truth, a batch of people at a time, in the layouts that ``ilr link add`` reads."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from openilr.link.sources import declared
from openilr.synth.careers import Career
from openilr.synth.linked import effects, identities, schools, surveys, truth, universities, work
from openilr.synth.linked.identities import Rates
from openilr.synth.linked.lives import live
from openilr.synth.linked.people import Batch, Gatherer, Span

if TYPE_CHECKING:
    import numpy as np

_BATCH = 10_000
#: Length of the keys of people in each register, in bytes of a hash, and how they are written.
_KEYS = {"pmr": 9, "edukey": 7, "husid": 6, "number": 5}


class LinkedWriter:
    """Takes the careers of a sector one by one; everything is on the disk after :meth:`close`.

    ``learners`` is how many careers come: the people who are in no return get the numbers after them.
    """

    def __init__(self, folder: Path, seed: int, learners: int, span: tuple[date, date], rates: Rates) -> None:
        self._seed, self._rates, self._span = seed, rates, Span(*span)
        self._next = learners
        self._gathered = Gatherer()
        self._batches = 0
        self._files: dict[str, IO[bytes]] = {}
        self._folder = folder
        self.people = 0
        self.rows: dict[str, int] = {}

    def add(self, career: Career) -> None:
        self._gathered.add(career)
        if len(self._gathered) >= _BATCH:
            self._flush()

    def close(self) -> None:
        if len(self._gathered):
            self._flush()
        for file in self._files.values():
            file.close()
        shutil.copyfile(effects.FILE, self._folder / "truth" / "effects.csv")
        for name, text in surveys.DESCRIPTIONS.items():
            (self._folder / "linked" / name.removesuffix(".toml") / name).write_text(text, encoding="utf-8")

    def _flush(self) -> None:
        import numpy as np

        random = np.random.default_rng([abs(self._seed), self._batches, 71])
        batch = self._gathered.take(random, self._rates.others, self._rates.twin, self._next)
        self._batches += 1
        self._next += batch.size - int(batch.who["learner"].sum())
        self.people += batch.size
        lives = live(random, batch, self._span)
        known = identities.names(random, batch, self._rates)
        keys = {kind: self._keys(kind, batch) for kind in _KEYS}
        shared = random, batch, self._span, lives, self._rates, known
        found = schools.tables(*shared, keys["pmr"]) | universities.tables(*shared, keys["husid"])
        of_work, pay = work.tables(*shared, keys["edukey"])
        found |= of_work | surveys.tables(*shared, keys["number"])
        for table, rows in found.items():
            self._append(f"linked/{_source_of(table)}/{table}.csv", _in_order(table, rows), table)
        self._append("truth/people.csv", truth.people(batch, self._span, lives, keys), "truth: people")
        self._append("truth/pay.csv", truth.pay(batch, lives, pay, self._span), "truth: pay")
        self._append("truth/destinations.csv", truth.destinations(batch, self._span, lives), "truth: destinations")

    def _keys(self, kind: str, batch: Batch) -> np.ndarray[Any, Any]:
        """The number of each person in one register: made from the seed, and telling nothing."""
        import numpy as np

        size = _KEYS[kind]
        salt = f"{self._seed} {kind} ".encode()
        made = [hashlib.blake2b(salt + b"%d" % person, digest_size=size).hexdigest() for person in batch.who["person"]]
        if kind == "husid":
            made = [f"{int(text, 16) % 10**13:013d}" for text in made]
        return np.array([text.upper() for text in made], dtype=object)

    def _append(self, path: str, columns: dict[str, Any], name: str) -> None:
        import polars as pl

        frame = pl.DataFrame({column: _series(values) for column, values in columns.items()})
        first = path not in self._files
        if first:
            whole = self._folder / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            self._files[path] = whole.open("wb")
        frame.write_csv(self._files[path], include_header=first)
        self.rows[name] = self.rows.get(name, 0) + frame.height


def _series(values: Any) -> Any:
    import polars as pl

    if values.dtype == object:
        kinds = {type(value) for value in values[:1000] if value is not None}
        if kinds and kinds <= {int}:
            return pl.Series(values.tolist(), dtype=pl.Int64)
        if kinds and kinds <= {float}:
            return pl.Series(values.tolist(), dtype=pl.Float64)
        return pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)
    return pl.Series(values)


def _source_of(table: str) -> str:
    return next((s.name for s in declared().values() if any(t.name == table for t in s.tables)), table)


def _in_order(table: str, rows: dict[str, Any]) -> dict[str, Any]:
    """The columns in the order of the declaration; what a survey has as it comes."""
    source = declared().get(_source_of(table))
    if source is None:
        return rows
    names = [column.name for column in source.table(table).columns]
    return {name: rows[name] for name in names if name in rows}
