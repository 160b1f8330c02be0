"""Participation: how many people learn."""

from __future__ import annotations

from openilr.measure import fe_and_skills as fe
from openilr.measure.declare import Measure

MEASURE = Measure(
    name="participation",
    title="Learner participation in further education and skills",
    definition=(
        "People who were in funded learning on at least one day of the period: apprenticeships, and adult education "
        "and training with tailored (before 2024-25, community) learning and advanced learner loans. Aged 19 or over "
        "on 31 August, unless all ages are asked for. Each person, known by ULN over providers, counts once in a "
        "total and once in each item of a breakdown that they studied in, so levels do not sum to the total."
    ),
    formula="distinct persons with at least one funded aim: start <= period end, and no end or end >= period start",
    source=fe.SOURCE,
    unit="learners",
    indicator="participation_count",
    count="people",
    judge=fe.active_aims,
    counted="It was in funded learning from {LearnStartDate} to {LearnActEndDate}, within the period.",
    example=(
        "Ann studies at two colleges under one ULN: an entry level English aim and a level 2 aim. She is one learner "
        "in the total, one at entry level and one at level 2. Ben, who ended on 31 July, is not in the next year."
    ),
    clauses=fe.CLAUSES,
    dimensions=fe.DIMENSIONS,
    options=fe.OPTIONS,
    not_yet=(
        "Learners with a temporary ULN are told apart by provider and reference only.",
        "Learners who leave within the qualifying period are counted.",
        "Skills bootcamps, the growth and skills short courses, traineeships as a group of their own, and 16 to 19 "
        "study programmes are not shown.",
    ),
)
