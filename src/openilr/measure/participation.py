"""Participation: how many people learn.

Implemented: distinct persons (by ULN over providers) with at least one funded aim in learning on a day of the period;
aged 19 or over on 31 August, unless ``ages`` is "all"; apprenticeships, and adult education and training with tailored
(before 2024-25, community) learning in it; aims paid by an advanced learner loan.

Not yet: see ``MEASURE.not_yet``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from openilr.measure import dimensions as by
from openilr.measure.aims import ADULT_FUNDING, is_active, is_apprenticeship, is_tailored_learning, with_fam_flag
from openilr.measure.declare import Dimension, Measure
from openilr.measure.period import Period

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

NOT_FUNDED = 99


def rows(connection: Backend, period: Period, options: Mapping[str, str]) -> ir.Table:
    """The funded aims in learning within the period."""
    aims = connection.table("learning_delivery")
    aims = aims.filter(is_active(aims, period.start, period.end))
    if options["ages"] == "19+":
        aims = aims.filter(aims.age_aug31 >= 19)
    aims = with_fam_flag(connection, aims, "ADL", "has_loan")
    apprenticeship = is_apprenticeship(aims)
    with_a_loan = (aims.FundModel == NOT_FUNDED) & aims.has_loan
    # An apprenticeship ProgType on adult funding is an apprenticeship only; nothing stands in both.
    education = (aims.FundModel.isin(ADULT_FUNDING) | with_a_loan).fill_null(False) & ~apprenticeship
    wanted = {
        "fe-and-skills": apprenticeship | education,
        "apprenticeships": apprenticeship,
        "education-and-training": education,
        "tailored-learning": education & is_tailored_learning(aims),
    }
    return aims.filter(wanted[options["provision"]])


def _provision(aims: ir.Table) -> ir.Value:
    import ibis

    return ibis.ifelse(is_apprenticeship(aims), "apprenticeships", "education-and-training")


PROVISION = Dimension(
    "provision",
    "Type of provision",
    "provision_type",
    _provision,
    (("apprenticeships", "Apprenticeships"), ("education-and-training", "Education and training")),
)

MEASURE = Measure(
    name="participation",
    title="Learner participation in further education and skills",
    definition=(
        "People who were in funded learning on at least one day of the period. Each person counts once in a total and "
        "once in each item of a breakdown that they studied in, so levels do not sum to the total."
    ),
    formula="distinct persons with at least one funded aim: start <= period end, and no end or end >= period start",
    source="FE and skills statistics methodology, Department for Education",
    unit="learners",
    indicator="participation_count",
    count="people",
    rows=rows,
    dimensions=(by.LEVEL, by.AGE_AUGUST, by.SEX, by.LLDD, by.ETHNICITY, PROVISION, by.UKPRN),
    options={
        "provision": ("fe-and-skills", "apprenticeships", "education-and-training", "tailored-learning"),
        "ages": ("19+", "all"),
    },
    not_yet=(
        "Learners with a temporary ULN are told apart by provider and reference only.",
        "Learners who leave within the qualifying period are counted.",
        "Skills bootcamps, the growth and skills short courses, traineeships as a group of their own, and 16 to 19 "
        "study programmes are not shown.",
        "Home and delivery areas: learners who live outside England are in the total and have no row of their own.",
        "Full level 2 and full level 3, and essential skills.",
    ),
)
