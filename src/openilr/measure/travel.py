"""Travel: how far learners' homes are from where they learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Clause, Measure
from openilr.measure.shares import PEOPLE, SHARE, with_share

if TYPE_CHECKING:
    from ibis.backends import BaseBackend

SOURCE = "Own definition: there is no official statistic of travel to learn"
NO_PLACE = Clause(
    "no_place", "out_of_scope",
    "The home or the place of delivery is not known, or the aim is learnt at a distance (ZZ99 9ZZ).", SOURCE,
)  # fmt: skip


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    return fe.active_aims(connection, asked).leave_out(NO_PLACE, lambda a: a.distance_band.isnull())


MEASURE = Measure(
    name="travel",
    title="Learners by distance from home to learning",
    definition=(
        "People in funded learning in the period, by the distance as the crow flies from their home's postcode to that "
        "of the place of delivery. Distances are kept in bands only, so that a home cannot be found from them. "
        "Distance learning and unmatched postcodes are left out."
    ),
    formula="square root of (easting difference squared + northing difference squared) / 1000, in bands of kilometres",
    source=SOURCE,
    unit="learners",
    indicator="participation_count",
    count="people",
    judge=judge,
    counted="Home and place of delivery are {distance_band} kilometres apart.",
    example="A learner with one aim 3 km and another 12 km from home counts in both bands, and once in a total.",
    clauses=(*fe.CLAUSES, NO_PLACE),
    dimensions=fe.DIMENSIONS,
    default_by=("distance",),
    options=fe.OPTIONS,
    indicators=(PEOPLE, SHARE),
    finish=with_share,
    not_yet=("Distances along roads, and travel times.", "Medians: only bands are kept."),
)
