"""Write a synthetic sector: returns of every provider and year, and the reference data that goes with them.

Providers are written one after another and learners one by one, so that memory does not grow with their number (only
the numbers of people who change provider, and what they drew, are kept).
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO, TYPE_CHECKING

from openilr import years
from openilr.synth import planted
from openilr.synth.calendar import Period
from openilr.synth.careers import Career, career, seen, visits
from openilr.synth.decks import Again, Decks
from openilr.synth.kinds import Kind, kinds
from openilr.synth.programmes import Record
from openilr.synth.providers import Provider, providers
from openilr.synth.registers import ALL_OF_LARS, FILLER, write_registers
from openilr.synth.returns import file_name, header
from openilr.synth.writing import writer

if TYPE_CHECKING:
    from openilr.synth.linked import LinkedWriter, Rates

#: The first year of the funding models that the kinds are written for (Adult Skills Fund, tailored learning).
FIRST_YEAR = "2425"
REFERENCE = "reference"
TRUTH = ("file", "learn_ref_number", "aim_seq_number", "fault", "rule")


@dataclass
class Sector:
    """What was written: files, people, learner records and aims in all returns, and planted faults."""

    folder: Path
    people: int = 0
    periods: list[Period] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    records: int = 0
    aims: int = 0
    faults: int = 0
    linked: LinkedWriter | None = None


@dataclass
class _Return:
    """One file that is being written. It is opened with the first learner: a return holds at least one."""

    path: Path
    period: Period
    provider: Provider
    told: object
    out: IO[str] | None = None


def write_sector(
    folder: Path,
    learners: int,
    *,
    provider_count: int | None = None,
    year_names: tuple[str, ...] = ("2526", "2627"),
    returns: tuple[str, ...] = ("R14",),
    seed: int = 1,
    faults: float = 0.0,
    whole_lars: bool = False,
    linked: Rates | None = None,
    begun: Callable[[Path], None] | None = None,
    taken: Callable[[Path, Period], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sector:
    """Write a sector of ``learners`` people into ``folder``, the same for the same arguments.

    Each person is in a return of at least one of the years. ``faults`` is the share of learner records, from 0 to 1,
    with one planted fault, listed in ``truth.csv``. ``whole_lars`` gives LARS the size of the real one. ``linked``
    writes linked sources too, with errors at these rates, into ``linked``, and what is true of them into ``truth``.
    ``begun`` is called with the folder of the reference data once they are written; ``taken`` with each return once it
    is whole, and the file is deleted after that. ValueError says what can not be written.
    """
    if learners < 1 or not 0 <= faults <= 1:
        raise ValueError("A sector has at least one learner, and a share of faults from 0 to 1.")
    count = provider_count or max(5, min(1_300, learners // 250))
    periods = _periods(year_names, returns)
    span = (min(p.year.start for p in periods), max(p.until for p in periods))
    offered = {name: kind for name, kind in kinds().items() if kind.since < span[1]}
    random = Random(f"{seed} providers")  # noqa: S311 - made-up providers, not secrets
    made = providers(random, count, learners, list(offered.values()))
    result = Sector(Path(folder), learners, periods)
    result.folder.mkdir(parents=True, exist_ok=True)
    asked = tuple(sorted({p.year.name for p in periods}))
    write_registers(result.folder / REFERENCE, made, learners, asked, ALL_OF_LARS if whole_lars else FILLER)
    if begun is not None:
        begun(result.folder / REFERENCE)
    offers = {name: [p for p in made if name in p.learners] for name in offered}
    offers = {name: found for name, found in offers.items() if found}
    with ExitStack() as stack:
        truth = None
        if faults:
            file = stack.enter_context((result.folder / "truth.csv").open("w", encoding="utf-8", newline=""))
            truth = csv.writer(file, lineterminator="\n")
            truth.writerow(TRUTH)
        spoil = planted.Planter(seed, faults, truth)
        watch: Callable[[Career], None] | None = None
        if linked is not None:
            from openilr.synth.linked import LinkedWriter

            lives = stack.enter_context(closing(LinkedWriter(result.folder, seed, learners, span, linked)))
            result.linked, watch = lives, lives.add
        for provider, careers in _by_provider(made, seed, span, offers, offered, progress, watch):
            for each in _write(provider, careers, periods, result, spoil):
                if taken is not None:
                    taken(each.path, each.period)
                    each.path.unlink()
        result.faults = spoil.count
    return result


def _periods(year_names: tuple[str, ...], returns: tuple[str, ...]) -> list[Period]:
    known = [name for name in years.available() if name >= FIRST_YEAR]
    for name in year_names:
        if name not in known:
            raise ValueError(f"No return of {name} can be made; of these years one can: {', '.join(known)}.")
    return [Period.of(year, name) for year in sorted(set(year_names)) for name in dict.fromkeys(returns)]


def _by_provider(
    made: list[Provider], seed: int, span: tuple, offers: dict[str, list[Provider]], offered: dict[str, Kind],
    progress: Callable[[int], None] | None, watch: Callable[[Career], None] | None,
) -> Iterator[tuple[Provider, Iterator[Career]]]:  # fmt: skip
    """Each provider with the careers of its people: those who begin there, and those who came from another one.

    ``watch`` is told of every career once.
    """
    coming: dict[int, list[tuple[int, str, Provider, tuple[str, ...]]]] = defaultdict(list)
    number = 0
    people: Counter[str] = Counter()
    for provider in made:
        for name, quota in provider.learners.items():
            people[offered[name].group] += quota
    decks = Decks(people, seed)

    def careers(provider: Provider, start: int) -> Iterator[Career]:
        person = start
        for name, quota in provider.learners.items():
            for _ in range(quota):
                found = career(seed, person, offered[name], provider, span, offers, offered, decks)
                dealt = decks.dealt()
                if watch:
                    watch(found)
                for other in visits(found, provider):
                    coming[other].append((person, name, provider, dealt))
                yield found
                person += 1
                if progress and person % 1000 == 0:
                    progress(person)
        for visitor, name, origin, dealt in coming.pop(provider.number, ()):
            yield career(seed, visitor, offered[name], origin, span, offers, offered, Again(dealt))

    for provider in made:
        yield provider, careers(provider, number)
        number += sum(provider.learners.values())


def _write(
    provider: Provider, careers: Iterator[Career], periods: list[Period], result: Sector, spoil: planted.Planter
) -> list[_Return]:
    """Write one provider's returns of all periods; those that hold somebody are files now, and are given back."""
    with ExitStack() as stack:
        open_returns = []
        for period in periods:
            place = result.folder / f"{period.year.name}-{period.name}"
            path = place / file_name(period.year.name, provider.ukprn, period.made)
            told = Period.of(period.year.previous.name, "R14").made.date()
            open_returns.append(_Return(path, period, provider, told))
        for found in careers:
            for each in open_returns:
                record = seen(found, provider.number, each.period, each.told)  # type: ignore[arg-type]
                if record is not None:
                    _add(each, record, result, stack, spoil)
        for each in open_returns:
            if each.out:
                each.out.write("</Message>\n")
    return [each for each in open_returns if each.out]


def _add(each: _Return, record: Record, result: Sector, stack: ExitStack, spoil: planted.Planter) -> None:
    year = each.period.year.name
    if each.out is None:
        each.path.parent.mkdir(parents=True, exist_ok=True)
        each.out = stack.enter_context(each.path.open("w", encoding="utf-8", newline="\n", buffering=1 << 18))
        schema = years.load(year).schema
        each.out.write(f'<?xml version="1.0" encoding="utf-8"?>\n<Message xmlns="{schema.namespace}">\n')
        each.out.write(_writer(year, "Header")(header(year, each.provider.ukprn, each.period.made)))
        each.out.write(_writer(year, "LearningProvider")({"UKPRN": each.provider.ukprn}))
        result.files.append(each.path)
    spoil.perhaps(record, year, f"{each.path.parent.name}/{each.path.name}")
    each.out.write(_writer(year, "Learner")(record))
    result.records += 1
    result.aims += len(record["LearningDelivery"])


_WRITERS: dict[tuple[str, str], Callable[[Record], str]] = {}


def _writer(year: str, entity: str) -> Callable[[Record], str]:
    key = year, entity
    if key not in _WRITERS:
        _WRITERS[key] = writer(years.load(year).schema.entities[entity])
    return _WRITERS[key]
