"""Travel: how far learners' homes are from where they learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openilr.measure import fe_and_skills as fe
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Clause, Indicator, Measure
from openilr.measure.shares import PEOPLE, SHARE, with_share
from openilr.store.places import BANDS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

SOURCE = "Own definition: there is no official statistic of travel to learn"
NO_PLACE = Clause(
    "no_place", "out_of_scope",
    "The home or the place of delivery is not known, or the aim is learnt at a distance (ZZ99 9ZZ).", SOURCE,
)  # fmt: skip
#: The bands with their first and last kilometre. The farthest has no end.
_BANDS = tuple(zip((0, *(end for end, _ in BANDS)), BANDS, strict=False))


def median(rows: ir.Table) -> ir.Value:
    """The median distance in kilometres, as statistics of banded data find it: by how far into its band the middle
    aim would be if those in the band were spread evenly. Null where the middle is in the farthest band."""
    import ibis

    aims = [rows.count(where=rows.distance_band == name) for _, name in BANDS]
    half = rows.count() / 2
    below: list[ir.Value] = [ibis.literal(0)]
    for count in aims:
        below.append(below[-1] + count)
    inside = (
        (half <= below[place + 1], first + (half - below[place]) / aims[place] * (last - first))
        for place, (first, (last, _)) in enumerate(_BANDS)
    )
    return ibis.cases(*inside, else_=ibis.null("float64")).round(1)


def finish(frame: pl.DataFrame, asked: Asked, by: tuple[str, ...]) -> pl.DataFrame:
    """Shares of the known, and the median of all but the bands themselves."""
    import polars as pl

    from openilr.measure.run import TOTAL

    if "distance" in by:
        frame = frame.with_columns(median_km=pl.when(pl.col("distance") == TOTAL).then("median_km"))
    return with_share(frame, asked, by)


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    return fe.active_aims(connection, asked).leave_out(NO_PLACE, lambda a: a.distance_band.isnull())


MEASURE = Measure(
    name="travel",
    title="Learners by distance from home to learning",
    definition=(
        "People in funded learning in the period, by the distance as the crow flies from their home's postcode to that "
        "of the place of delivery. Distances are kept in bands only, so that a home cannot be found from them. "
        "Distance learning and unmatched postcodes are left out. The median over aims is estimated from the bands."
    ),
    formula=(
        "square root of (easting difference squared + northing difference squared) / 1000, in bands of kilometres; "
        "median = start of its band + width * (half of the aims - those in nearer bands) / those in the band"
    ),
    source=SOURCE,
    unit="learners",
    indicator="participation_count",
    count="people",
    judge=judge,
    counted="Home and place of delivery are {distance_band} kilometres apart.",
    example=(
        "A learner with one aim 3 km and another 12 km from home counts in both bands, and once in a total. Of four "
        "aims, one nearer than 2 km and three from 2 to 5, the median is 3 km."
    ),
    clauses=(*fe.CLAUSES, NO_PLACE),
    dimensions=fe.DIMENSIONS,
    default_by=("distance",),
    options=fe.OPTIONS,
    indicators=(PEOPLE, Indicator("median_km", "Median distance", "km", "median", of=median, decimals=1), SHARE),
    finish=finish,
    not_yet=("Distances along roads, and travel times.", "Exact medians: only bands are kept."),
)
