"""What is true: who is who in every source, what everyone's life was, and the effects that made it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.spec import AcademicYear
from openilr.synth.linked.lives import Lives, lives_in_london
from openilr.synth.linked.people import Batch, Span, first_day, month_of

if TYPE_CHECKING:
    import numpy as np

Rows = dict[str, Any]
#: Months from October to March.
_WINDOW = 6
_IN_WORK_MONTHS = 5
#: The academic years afterwards of which more than the first is told, as pay is measured then.
_LATER = (3, 5)


def people(batch: Batch, span: Span, lives: Lives, keys: dict[str, Any]) -> Rows:
    """One row a person: which keys are theirs, and what the model knows of them."""
    import numpy as np

    who = batch.who
    return {
        "person": who["person"], "learner": who["learner"].astype(int), "learn_ref_number": who["reference"],
        "uln": who["uln"], "date_of_birth": who["born"], "sex": who["sex"], **keys,
        "prior_attainment": np.round(lives.z, 4), "prior_level": who["prior"],
        "eligible": lives.eligible.astype(int), "treated": lives.treated.astype(int),
        "offered": np.where(lives.eligible, first_day(np.where(lives.eligible, lives.offered, 0), span),
                            np.datetime64("NaT")),
    }  # fmt: skip


def pay(batch: Batch, lives: Lives, found: Rows, span: Span) -> Rows:
    """One row a person and tax year with pay: days, pounds, and what the pay depends on at its middle (September).

    ``lowered`` is 1 where somebody was in full-time study or an apprenticeship, which lower pay, in any of its months.
    ``london`` is of the home, ``experience`` in years since the sixteenth birthday.
    """
    import numpy as np

    middle = np.array([(int(year) // 100 - span.start.year) * 12 + 8 for year in found["year"]])
    person, made = found["person"], batch.programmes
    year = np.minimum(middle[:, None] + np.arange(-5, 7), span.months - 1)
    lowering = lives.full_time | lives.university | lives.school | lives.apprentice
    years = (middle - month_of(batch.who["born"], span)[person]) / 12
    done = made["achieved"] & (month_of(made["end"], span) < 10**5)
    ends = np.where(done, month_of(made["end"], span), 10**6)
    subject = np.where(made["kind"][person, 0] != "", made["subject"][person, 0], 0)
    return {
        "person": batch.who["person"][person], "tax_year": found["year"], "days": found["days"], "pay": found["pay"],
        "level": lives.level[person, middle],
        "subject": subject,
        "completed": (ends[person] < middle[:, None]).any(axis=1).astype(int),
        "treated": (lives.treated[person] & (middle >= lives.offered[person] + 6)).astype(int),
        "chance": np.round(lives.chance[person, middle], 4),
        "lowered": lowering[person[:, None], year].any(axis=1).astype(int),
        "london": lives_in_london(batch)[person].astype(int),
        "experience": np.round(np.clip(years - 16, 0, 20), 2),
    }  # fmt: skip


def destinations(batch: Batch, span: Span, lives: Lives) -> Rows:
    """One row a programme that was achieved: what its learner did from October to March of the next academic year.

    Written from the months that were lived and not from what sources say, by the definition of further education
    outcomes: work in five of the six months or self-employment, learning in all six. Work and higher education are told
    of the third and the fifth academic year afterwards, too; 0 where the lives end before.
    """
    import numpy as np

    made = batch.programmes
    rows = [np.flatnonzero(made["achieved"][:, place]) for place in range(made["achieved"].shape[1])]
    person = np.concatenate(rows)
    place = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
    end = made["end"][person, place]
    october = _october_after(end, span)
    here = (october >= 0) & (october + _WINDOW <= span.months)
    person, place, end, october = (values[here] for values in (person, place, end, october))
    at = person[:, None], october[:, None] + np.arange(_WINDOW)
    works = lives.employed[at]
    learns = (lives.full_time | lives.apprentice | lives.learning | lives.university | lives.school)[at]
    own = _self_employed_in_tax_year(lives, person, october)
    in_work, in_university = _work_and_university(lives, person, october, span)
    in_learning = learns.all(axis=1)
    mixed = np.zeros(len(person), dtype=bool)
    for months in range(1, _WINDOW):
        for one, other in ((works, learns), (learns, works)):
            mixed |= one[:, :months].all(axis=1) & other[:, months:].all(axis=1)
    benefit = lives.on_benefit[at].any(axis=1)
    something = works.any(axis=1) | learns.any(axis=1) | own
    later = {after: _work_and_university(lives, person, october + 12 * (after - 1), span) for after in _LATER}
    return {
        "person": batch.who["person"][person], "kind": made["kind"][person, place],
        "provider": made["provider"][person, place], "level": made["level"][person, place],
        "achieved": end, "year": np.array([AcademicYear.of(day).name for day in end.astype(object)], dtype=object),
        "sustained_employment": in_work.astype(int), "sustained_learning": in_learning.astype(int),
        "sustained_positive": (in_work | in_learning | mixed).astype(int),
        "higher_education": in_university.astype(int),
        "any_activity": something.astype(int), "benefit": benefit.astype(int),
        **{f"sustained_employment_{after}": work.astype(int) for after, (work, _) in later.items()},
        **{f"higher_education_{after}": university.astype(int) for after, (_, university) in later.items()},
    }  # fmt: skip


def _work_and_university(lives: Lives, person: Any, october: Any, span: Span) -> tuple[Any, Any]:
    """Whether work was sustained in the window that begins in each ``october``; whether there was any university."""
    import numpy as np

    here = october + _WINDOW <= span.months
    start = np.where(here, october, 0)
    at = person[:, None], start[:, None] + np.arange(_WINDOW)
    own = _self_employed_in_tax_year(lives, person, start)
    in_work = (lives.employed[at].sum(axis=1) >= _IN_WORK_MONTHS) | own
    return here & in_work, here & lives.university[at].any(axis=1)


def _october_after(days: Any, span: Span) -> Any:
    """The October of the academic year after the one that each day is in, counted in months of the span."""
    import numpy as np

    year = days.astype("datetime64[Y]").astype(int) + 1970
    ends = year + ((days.astype("datetime64[M]").astype(int) % 12) >= 7)  # August begins the next academic year
    return (ends - span.start.year) * 12 + 9 - np.int64(span.start.month - 1)


def _self_employed_in_tax_year(lives: Lives, person: np.ndarray[Any, Any], october: Any) -> Any:
    """Self-employed at all in the tax year of the window, which begins six months before it."""
    import numpy as np

    return lives.self_employed[person[:, None], np.maximum(october[:, None] - 6 + np.arange(12), 0)].any(axis=1)
