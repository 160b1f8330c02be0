"""Outcomes: what learners who achieved did from October to March of the next academic year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.measure import fe_and_skills as fe
from openilr.measure.achievers import CLAUSES, KS4, NOT_YET, OPTIONS, SOURCE, achievers, linked_views
from openilr.measure.afterwards import activities, matched, window
from openilr.measure.candidates import Candidates
from openilr.measure.declare import Asked, Indicator, Measure

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import polars as pl
    from ibis.backends import BaseBackend

POSITIVE, NOT_SUSTAINED, BENEFIT, NOTHING = "sustained positive", "not sustained", "benefit only", "no destination"
UNKNOWN = "not matched"


def judge(connection: BaseBackend, asked: Asked) -> Candidates:
    """The achievers of the year, each with a destination."""
    people = achievers(connection, asked)
    return people.change(lambda a: with_destination(connection, a, asked.year))


def with_destination(connection: BaseBackend, aims: ir.Table, year: str, later: int = 1) -> ir.Table:
    """The aims with what their learners did afterwards, ``matched`` and ``destination``."""
    import ibis

    after, known = activities(connection, year, later), matched(connection)
    aims = aims.left_join(known, "person_id").select(aims, known.matched)
    names = [name for name in after.columns if name != "person_id"]
    aims = aims.left_join(after, "person_id").select(aims, *(after[name] for name in names))
    flags = ("matched", "in_work", "self_employed", "in_learning", "sustained", "something", "benefit")
    aims = aims.mutate(**{name: aims[name].fill_null(False) for name in flags})
    aims = aims.mutate(
        destination=ibis.cases(
            (~aims.matched, UNKNOWN), (aims.sustained, POSITIVE), (aims.something, NOT_SUSTAINED),
            (aims.benefit, BENEFIT), else_=NOTHING,
        ),
        progresses=aims.sustained & (aims.learning_level > aims.achieved_level).fill_null(False),
    )  # fmt: skip
    return aims


def _people(name: str, title: str, when: Any = None) -> Indicator:
    """How many of the matched learners meet a condition."""

    def count(rows: ir.Table) -> ir.Value:
        return (rows.matched & when(rows)).sum().fill_null(0)

    return Indicator(name, title, "learners", kind="people", of=count)


def _share(name: str, title: str, of: str) -> Indicator:
    return Indicator(
        name, title, "%", kind="rate", rate=(of, "number_of_matched_learners"), decimals=1
    )  # fmt: skip


_COUNTS = (
    ("sustained_positive", "Sustained positive destination", "spd_percent", lambda r: r.sustained),
    ("sustained_employment", "Sustained employment", "emp_percent", lambda r: r.in_work),
    ("self_employment", "Self-employment", "self_emp_percent", lambda r: r.self_employed),
    ("sustained_learning", "Sustained learning", "learn_percent", lambda r: r.in_learning),
    ("in_fe", "Sustained learning in further education", "fe_percent",
     lambda r: r.in_learning & r.learning_type.isin(("fe", "school")).fill_null(False)),
    ("in_he", "Sustained learning in higher education", "he_percent",
     lambda r: r.in_learning & (r.learning_type == "he").fill_null(False)),
    ("in_apprenticeship", "Sustained learning in an apprenticeship", "app_percent",
     lambda r: r.in_learning & (r.learning_type == "apprenticeship").fill_null(False)),
    ("progression", "Positive destination with learning at a higher level", "progression_sustained_prior_percent",
     lambda r: r.progresses),
    ("not_sustained", "Some activity that is not sustained", "not_sustained_percent",
     lambda r: r.destination == NOT_SUSTAINED),
    ("not_sustained_with_benefit", "Not sustained, with an out-of-work benefit", "not_sustained_benefit",
     lambda r: (r.destination == NOT_SUSTAINED) & r.benefit),
    ("benefit_only", "An out-of-work benefit and nothing else", "benefit_percent",
     lambda r: r.destination == BENEFIT),
    ("no_destination", "Nothing found", "no_dest_percent", lambda r: r.destination == NOTHING),
)  # fmt: skip
INDICATORS = (
    Indicator("number_of_learners", "Learners who achieved", "learners", kind="people", of=lambda r: r.count()),
    Indicator("number_of_matched_learners", "Learners matched to employment and benefit records", "learners",
              kind="people", of=lambda r: r.matched.sum().fill_null(0)),
    *(_people(name, title, when) for name, title, _, when in _COUNTS),
    *(_share(percent, f"{title}, percent", name) for name, title, percent, _ in _COUNTS),
)  # fmt: skip


def notes(frame: pl.DataFrame, asked: Asked) -> tuple[str, ...]:
    """What a reader must know where the store does not reach far enough."""
    from openilr.link.sources import paths
    from openilr.spec import AcademicYear

    said = []
    after = AcademicYear(AcademicYear(asked.year).next.name).name
    if asked.store.returns(after).is_empty():
        said.append(f"The store has no returns of {after}: learning afterwards is seen only at school and in HE.")
    there = paths(asked.store)
    for table, what in (
        ("hmrc_employment", "employment"), ("hmrc_self_assessment", "self-employment"), ("dwp_benefits", "benefits"),
        ("hesa", "higher education"),
    ):  # fmt: skip
        if table not in there:
            said.append(f"The store has no records of {what} ({table}), so none is found.")
    if frame["number_of_learners"].sum() and not frame["number_of_matched_learners"].sum():
        first, last = window(asked.year)
        said.append(f"No learner is matched to HMRC and DWP records, so nothing is known of {first} to {last}.")
    return tuple(said)


MEASURE = Measure(
    name="outcomes",
    title="Outcomes of further education and skills",
    definition=(
        "Learners who achieved in the year: aged 19 or over in education and training, of any age in an "
        "apprenticeship, one record for each learner and provider by the best aim. Observed from October to March "
        "of the next academic year. Sustained employment: paid employment in at least five of the six months, or a "
        "self-assessment return with self-employment for the tax year. Sustained learning: learning in each month. "
        "Sustained positive destination: either, or each month has one or the other with at most one switch."
    ),
    formula="100 * matched learners with the outcome / matched learners",
    source=SOURCE,
    unit="learners",
    indicator="number_of_learners",
    count="people",
    judge=judge,
    counted="Destination: {destination}. Work sustained: {in_work}; learning sustained: {in_learning}.",
    example="In work from October to January and in an apprenticeship from February: a positive destination.",
    clauses=CLAUSES,
    dimensions=(*fe.DIMENSIONS, KS4),
    options=OPTIONS,
    indicators=INDICATORS,
    shown="spd_percent",
    not_yet=(
        *NOT_YET,
        "Published figures count a month of learning by rules of each source; here one day of a month is enough.",
        "Learning types below higher education are not split by level.",
    ),
    kind="rate",
    connect=linked_views,
    notes=notes,
)
