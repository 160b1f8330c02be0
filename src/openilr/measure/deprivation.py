"""Deprivation: where learners live, from the most to the least deprived areas of England."""

from openilr.measure import fe_and_skills as fe
from openilr.measure.declare import Measure
from openilr.measure.shares import PEOPLE, SHARE, with_share

MEASURE = Measure(
    name="deprivation",
    title="Learners by deprivation of where they live",
    definition=(
        "Participation by the fifth of England's small areas (LSOA) that the learner's home lies in, by the rank of "
        "the area in the English indices of deprivation; 1 is the most deprived. Homes outside England and postcodes "
        "that are in no list are not known, and shares leave them out."
    ),
    formula="fifth = ceiling(rank / areas * 5), 33,755 areas in 2025 and 32,844 in 2019; share = fifth / all known",
    source="English Indices of Deprivation, Ministry of Housing, Communities and Local Government; " + fe.SOURCE,
    unit="learners",
    indicator="participation_count",
    count="people",
    judge=fe.active_aims,
    counted="It was in funded learning within the period.",
    example="The area with rank 6,751 of 33,755 is in the first fifth, the next one in the second.",
    clauses=fe.CLAUSES,
    dimensions=fe.DIMENSIONS,
    default_by=("deprivation",),
    options=fe.OPTIONS,
    indicators=(PEOPLE, SHARE),
    finish=with_share,
)
