"""An attack on what was published: what a count behind it can be, by linear programming.

The attacker sees published files only, and takes all of them together: every data set of every release, versions, and
answers to requests, which are releases too. It knows every sum; that a hidden count is at least 1, and how far rounding
moves; that those who achieve are among those who leave, and that a learner in one item of a filter is in its total. It
may know how many learners a correction was about. Nothing of the code that protects is used; sums are read by
``openilr.publish.verify``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from openilr.disclose.tables.model import Say, silent
from openilr.disclose.tables.solver import Model, solved
from openilr.publish import verify

#: Directions in which to look for possible tables before each count is asked for by itself.
_DIRECTIONS = 24
_MOST = 1e7
#: What rates may be per: the numbers of the file that they may be of are all tried.
_SCALES = (100, 100_000)


@dataclass(frozen=True)
class Exposed:
    """A count that is told too well: it is between ``least`` and ``most``. Of a hidden one that is below the threshold,
    of a rounded one in fewer numbers than half the base."""

    row: int
    indicator: str
    least: int
    most: int
    file: str = ""


@dataclass
class Attacked:
    """What an attack found. ``counts`` are those that were asked for, ``rates`` numbers seen to follow from shown
    counts, ``told`` what is published and does not, in words, and ``programs`` the linear programmes solved."""

    counts: int = 0
    rates: int = 0
    programs: int = 0
    exposed: list[Exposed] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass
class _File:
    """One published pair, and what its release says of it."""

    data: Path
    meta: Path
    overlapping: set[str]
    #: Which count a cell is of, beside its place and items: what the numbers are from, and of whom.
    origin: tuple = ()
    base: int = 0
    #: Whether 0 may be any count that rounds to it: it was not said to be low, or is kept from a version before.
    vague: bool = False

    def __post_init__(self) -> None:
        self.rows = verify.read(self.data)
        about = verify.read(self.meta)
        self.filters = [r for r in about if r["col_type"] == "Filter"]
        self.units = {r["col_name"]: r.get("indicator_unit", "") for r in about if r["col_type"] == "Indicator"}
        self.counts = [name for name, unit in self.units.items() if not unit and "population" not in name]

    def known(self, text: str) -> tuple[float, float] | None:
        """Between what a count is by itself; None where there is none."""
        if text.isdecimal():
            number, reach = int(text), max(self.base - 1, 0)
            if number == 0:
                return 0, reach if self.vague else 0
            return max(number - reach, 1 if self.base else 0), number + reach
        return {"low": (0 if self.vague else 1, self.base - 1), "c": (1, _MOST)}.get(text)

    def cells(self) -> list[tuple]:
        """For each row, what a reader takes its cell for: its period, its place, and the items that narrow it."""
        found = []
        for row in self.rows:
            level, *code = verify._place(row, row["geographic_level"])
            columns = [
                c for f in self.filters for c in (f.get("filter_grouping_column", "").strip(), f["col_name"]) if c
            ]
            items = [(column, row[column]) for column in dict.fromkeys(columns)]
            narrow = tuple(sorted(i for i in items if i[1].strip().casefold() != "total"))
            place = () if level == "National" else (level, *code)
            found.append((row["time_period"], row["time_identifier"], place, narrow))
        return found


class _Program:
    """Everything that is known of the counts, as one linear programme."""

    def __init__(self) -> None:
        self.column: dict[tuple, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self.rows = 0

    def cell(self, key: tuple, low: float = 0, high: float = _MOST) -> int:
        at = self.column.setdefault(key, len(self.low))
        if at == len(self.low):
            self.low.append(low)
            self.high.append(high)
        self.low[at], self.high[at] = max(self.low[at], low), min(self.high[at], high)
        return at

    def equal(self, plus: Iterable[int], minus: Iterable[int]) -> None:
        self.entries += [(self.rows, at, 1.0) for at in plus] + [(self.rows, at, -1.0) for at in minus]
        self.rows += 1

    def at_least(self, more: Iterable[int], less: Iterable[int]) -> None:
        self.equal(more, [*less, self.cell(("slack", self.rows))])

    def read(self, file: _File) -> Iterator[tuple[str, int, int, tuple[float, float]]]:
        """Put a file in; indicator, row, column and own bounds of every count of it."""
        where = file.cells()
        for name in file.counts:
            known = {n: b for n, row in enumerate(file.rows) if (b := file.known(row[name])) is not None}
            at = {n: self.cell((*file.origin, name, where[n]), *bounds) for n, bounds in known.items()}
            if any(self.low[c] > self.high[c] for c in at.values()):
                raise verify.Refused(f"{file.data.name}, {name}: two files contradict each other.")
            shown = {n: int(b[0]) if b[0] == b[1] else None for n, b in known.items()}
            strict = {(w, tuple(p)) for w, p in verify.sums(file.rows, file.filters, file.overlapping, shown)}
            for whole, parts in strict:
                self.equal([at[whole]], [at[p] for p in parts])
            if file.overlapping:
                every = [(w, tuple(p)) for w, p in verify.sums(file.rows, file.filters, set(), dict.fromkeys(known))]
                loose = [each for each in every if each not in strict]
                covers = all(known[w][0] <= sum(known[p][1] for p in parts) for w, parts in loose)
                for whole, parts in loose:
                    if covers:  # everybody is in one of the items at least, for all that is shown
                        self.at_least([at[p] for p in parts], [at[whole]])
                    for part in parts:
                        self.at_least([at[whole]], [at[part]])
            yield from ((name, n, at[n], known[n]) for n in known)

    def differ(self, one: _File, other: _File, people: int) -> None:
        """Between two versions no more than so many learners came, went or moved."""
        both = set(one.cells()) & set(other.cells())
        for name in set(one.counts) & set(other.counts):
            shown = dict.fromkeys(range(len(one.rows)))
            wholes = {whole for whole, _ in verify.sums(one.rows, one.filters, one.overlapping, shown)}
            leaves = [c for n, c in enumerate(one.cells()) if n not in wholes and c in both]
            steps = []
            for cell in dict.fromkeys(leaves):
                old, new = ((*file.origin, name, cell) for file in (one, other))
                if old in self.column and new in self.column:
                    more, less = (self.cell((kind, *new), 0, people) for kind in ("came", "went"))
                    self.equal([self.column[new], less], [self.column[old], more])
                    steps += [more, less]
            if steps:
                self.equal(
                    [*steps, self.cell(("room", *one.origin, name))], [self.cell(("limit", name), *[2 * people] * 2)]
                )

    def model(self) -> Model:
        import scipy.sparse as sp

        at = np.array(self.entries).reshape(-1, 3)
        shape = (self.rows, len(self.low))
        matrix = sp.csc_matrix((at[:, 2], (at[:, 0].astype(int), at[:, 1].astype(int))), shape=shape)
        zero = np.zeros(shape[1])
        return Model(matrix, np.zeros(self.rows), np.array(self.low, float), np.array(self.high, float), zero)


def attack(
    data: Path, meta: Path, indicators: Iterable[str], threshold: int, *, overlapping: Iterable[str] = (),
    rows: Iterable[int] | None = None, say: Say = silent,
) -> list[Exposed]:  # fmt: skip
    """Hidden cells of one data set, whoever hid them, that an attacker shows to be below the threshold. ``rows``
    (from 0) narrows whom to attack."""
    file = _File(data, meta, set(overlapping))
    file.counts, found = list(indicators), Attacked()
    _run([file], threshold, None, None if rows is None else set(rows), found, say)
    return found.exposed


def attack_releases(
    folders: Sequence[Path], threshold: int = 10, *, people: int | None = None, say: Say = silent
) -> Attacked:
    """Attack releases in the order in which they came out, all of them together. ``people`` is how many learners the
    attacker knows each correction to be about, at most. verify.Refused where a folder is no release."""
    found, files = Attacked(), [file for folder in folders for file in _files(folder)]
    for number, file in enumerate(files):
        file.vague |= any(_again(old, file) for old in files[:number])
        _derived(file, found)
    _run(files, threshold, people, None, found, say)
    return found


def _files(folder: Path) -> Iterator[_File]:
    try:
        facts: dict[str, Any] = json.loads((folder / "release.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise verify.Refused(f"{folder} is no release: it has no release.json.") from None
    for each in facts["data_sets"]:
        data = folder / "data" / f"{each['name']}.csv"
        origin = (tuple(facts["snapshots"]), each.get("population", ""))
        base, low = facts.get("base", 0), facts.get("low", True)
        yield _File(data, data.with_suffix(".meta.csv"), set(each["overlapping"]), origin, base, bool(base) and not low)


def _again(old: _File, new: _File) -> bool:
    """Whether a file is a later version of another."""
    times = [{(r["time_period"], r["time_identifier"]) for r in file.rows} for file in (old, new)]
    return old.origin[0] != new.origin[0] and bool(times[0] & times[1]) and bool(set(old.counts) & set(new.counts))


def _run(
    files: list[_File], threshold: int, people: int | None, rows: set[int] | None, found: Attacked, say: Say
) -> None:
    program = _Program()
    wanted: dict[int, tuple[_File, str, int, float]] = {}
    for file in files:
        for name, row, at, (low, high) in program.read(file):
            hidden = file.rows[row][name] == "c"
            if low < high and (rows is None or row in rows):
                need = float(threshold) if hidden else -max(file.base // 2, 1)
                wanted.setdefault(at, (file, name, row, need))
        for part, whole in _shares(file):
            for cell in file.cells():
                one, other = ((*file.origin, name, cell) for name in (whole, part))
                if one in program.column and other in program.column:
                    program.at_least([program.column[one]], [program.column[other]])
    if people is not None:
        for number, file in enumerate(files):
            for old in files[:number]:
                if old.data.name == file.data.name and _again(old, file):
                    program.differ(old, file, people)
    if not wanted:
        return
    found.counts += len(wanted)
    for at, least, most in _bounds(program.model(), {at: w[3] for at, w in wanted.items()}, found, say):
        file, name, row, _ = wanted[at]
        found.exposed.append(Exposed(row, name, least, most, file.data.name))


def _bounds(model: Model, wanted: dict[int, float], found: Attacked, say: Say) -> Iterator[tuple[int, int, int]]:
    """Columns that are told too well. What each ``wanted`` one needs is to reach a number, or, where that is negative,
    to be possible in a range so wide. Each table found settles all counts that it can."""
    import highspy

    columns = np.array(list(wanted), int)
    need = np.array(list(wanted.values()))
    top, bottom = np.full(len(columns), -np.inf), np.full(len(columns), np.inf)
    random = np.random.default_rng(1)
    solver = model.highs()

    def look(cost: np.ndarray | None, one: int = -1, sense: float = 0.0) -> np.ndarray:
        if cost is not None:
            solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        else:
            solver.changeColCost(one, sense)
        x = solved(solver)
        if cost is None:
            solver.changeColCost(one, 0.0)
        found.programs += 1
        if x is None or solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise verify.Refused("The published numbers contradict each other.")
        np.maximum(top, x[columns], out=top)
        np.minimum(bottom, x[columns], out=bottom)
        return x

    def settled() -> np.ndarray:
        return np.where(need > 0, top >= need - 1e-6, top - bottom >= -need - 1e-6)

    for number in range(_DIRECTIONS if len(columns) > 50 else 0):
        left = ~settled()
        if not left.any():
            return
        say(f"direction {number + 1}: {int(left.sum())} counts to go")
        cost = np.zeros(len(model.low))
        way = np.where(need > 0, -1.0, random.choice([-1.0, 1.0], len(columns)))
        cost[columns] = left * way * random.random(len(columns))
        look(cost)
    look(np.zeros(len(model.low)))
    for number, at in enumerate(columns.tolist()):
        if settled()[number]:
            continue
        say(f"count {number + 1} of {len(columns)}")
        look(None, at, -1.0)
        if not settled()[number]:
            look(None, at, 1.0)
        if not settled()[number]:
            yield at, int(np.ceil(bottom[number] - 1e-6)), int(np.floor(top[number] + 1e-6))


def _shares(file: _File) -> set[tuple[str, str]]:
    """Which counts are a part of which, as the percentages of a file tell."""
    made = [_made_of(file, name, (100,)) for name, unit in file.units.items() if unit == "%"]
    return {each for each in made if each}


def _made_of(file: _File, name: str, scales: Sequence[int] = _SCALES) -> tuple[str, str] | None:
    """Of which two shown numbers a rate is worked out, to its last place, on every row."""
    whole = [n for n, unit in file.units.items() if n != name and not unit]
    rows = [r for r in file.rows if r[name] not in ("c", "z", "x", "low", "u")]
    for of, by, scale in ((o, b, s) for s in scales for o in whole for b in whole if o != b):
        if all(_follows(r[name], r[of], r[by], scale) for r in rows):
            return of, by
    return None


def _follows(rate: str, above: str, below: str, scale: int) -> bool:
    places = len(rate.partition(".")[2])
    if not (above.isdecimal() and below.isdecimal() and int(below)):
        return False
    return verify.ratio(int(above), int(below), scale, places) == rate


def _derived(file: _File, found: Attacked) -> None:
    """Rates must follow from shown counts, and a quantile stand only where enough people are shown."""
    for name, unit in file.units.items():
        numbers = [row for row in file.rows if row[name] not in ("c", "z", "x", "low", "u")]
        if name in file.counts or name == "population" or not numbers:
            continue
        if unit == "£":
            few = [r for r in numbers if not any(r[n].isdecimal() and int(r[n]) - file.base >= 20 for n in file.counts)]
            found.told += [f"{file.data.name}: {name} of {r[file.counts[0]]} people" for r in few]
        elif _made_of(file, name) is None:
            found.told.append(f"{file.data.name}: {name} does not follow from the shown counts")
        found.rates += len(numbers)
