"""A synthetic sector straight into a store: each return is taken in as soon as it is whole, and not kept as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.collect import examine
from openilr.synth.calendar import Period
from openilr.synth.sector import Sector, write_sector

if TYPE_CHECKING:
    from openilr.store import Store

SENDER = "ilr synth"


def fill(store: Store, folder: Path, learners: int, **settings: Any) -> Sector:
    """Write the sector's reference data and truth into ``folder`` and ``store``, and its returns into ``store`` alone.

    ``settings`` are those of :func:`openilr.synth.sector.write_sector`. Nobody checks the returns on their way in, and
    the store says so: they are ingested, not submitted. Raises what both do.
    """
    known: list[Any] = []

    def begun(reference: Path) -> None:
        store.add_reference(reference)
        known.append(store.reference())

    def taken(path: Path, period: Period) -> None:
        with examine(path).stream() as stream:
            store.ingest(stream, return_name=period.name, submitted_by=SENDER, reference=known[0])

    made = write_sector(folder, learners, begun=begun, taken=taken, **settings)
    for period in made.periods:
        place = folder / f"{period.year.name}-{period.name}"
        if place.is_dir():
            place.rmdir()
    return made
