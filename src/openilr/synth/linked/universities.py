"""Higher education: student records, and the survey of graduates 15 months on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.synth.linked.identities import Names, Rates, identity, only, without
from openilr.synth.linked.lives import Lives
from openilr.synth.linked.people import Batch, Span, first_day, month_of

if TYPE_CHECKING:
    from numpy.random import Generator

_ANSWERS = 0.5
_IN_WORK, _UNEMPLOYED, _STUDYING = 1, 8, 5

Rows = dict[str, Any]


def tables(
    random: Generator, batch: Batch, span: Span, lives: Lives, rates: Rates, known: Names, keys: Any
) -> dict[str, Rows]:
    """Columns of hesa and graduate_outcomes. ``keys`` are HUSIDs."""
    import numpy as np

    students = np.flatnonzero((lives.enters < span.months) & (lives.enters > -60))
    adult = identity(random, batch, rates, known, span.first)
    uln = without(random, batch.who["uln"], rates.missing_uln)
    leaves = np.minimum(lives.leaves, span.months - 1)
    # A row for each academic year: they begin twelve months apart, in the month of entry.
    years = (leaves[students] - lives.enters[students]) // 12 + 1
    who = np.repeat(students, years)
    place = np.arange(len(who)) - np.repeat(np.cumsum(years) - years, years)
    begins = lives.enters[who] + 12 * place
    last = place == np.repeat(years, years) - 1
    ended = last & (lives.leaves[who] < span.months)
    graduates = ended & lives.graduates[who]
    first = first_day(lives.enters[who], span) + np.timedelta64(19, "D")
    ends = first_day(lives.leaves[who], span) + np.timedelta64(20, "D")
    year = first_day(begins, span).astype("datetime64[Y]").astype(int) + 1970
    classes = np.array(["1", "2", "2", "3", "4"], dtype=object)[random.integers(0, 5, batch.size)]
    hesa: Rows = {
        "HUSID": keys[who], "HE_ACADYR": np.array([f"{y}/{y + 1}" for y in year], dtype=object),
        "NUMHUS": np.array([f"{keys[i]}1" for i in who], dtype=object), "ULN": uln[who],
        "SURNAME": adult["family_name"][who], "FNAMES": adult["given_names"][who],
        "BIRTHDTE": adult["date_of_birth"][who], "HE_SEXID": np.where(adult["sex"] == "F", "10", "11")[who],
        "POSTCODE": adult["postcode"][who],
        "HE_XINSTID01_ANON": np.array([f"I{i % 131:04d}" for i in who], dtype=object), "HE_COMDATE": first,
        "HE_ENDDATE": np.where(ended, ends, np.datetime64("NaT")), "HE_XMODE01": np.ones(len(who), dtype=int),
        "HE_XLEV601": np.full(len(who), 4), "HE_XQLEV601": only(graduates, 4), "HE_XQOBTN01": only(graduates, "H00"),
        "HE_XCLASS01": only(graduates, classes[who]), "HE_XPSR01": np.ones(len(who), dtype=int),
        "HE_XPQUAL01": graduates.astype(int),
        "HE_XCAH01_1": np.array([f"CAH{i % 24 + 1:02d}" for i in who], dtype=object),
        "HE_RSNEND": only(ended, np.where(graduates, "1", "3")),
        "HE_ETHNIC": batch.who["ethnicity"][who].astype(str), "HE_QUALENT3": np.full(len(who), "P50", dtype=object),
    }  # fmt: skip
    return {"hesa": hesa, "graduate_outcomes": _survey(random, span, lives, keys)}


def _survey(random: Generator, span: Span, lives: Lives, keys: Any) -> Rows:
    import numpy as np

    census = lives.leaves + 15
    asked = np.flatnonzero(lives.graduates & (lives.leaves > 0) & (census < span.months))
    answers = random.random(len(asked)) < _ANSWERS
    month = census[asked]
    works = (lives.employed | lives.self_employed)[asked, month]
    pay = np.round(lives.rate[asked, month], -2).astype(int)
    studies = (lives.apprentice | lives.learning)[asked, month]
    activity = np.where(works, _IN_WORK, np.where(studies, _STUDYING, _UNEMPLOYED))
    end = month_of(first_day(lives.leaves[asked], span), span)
    year = first_day(end, span).astype("datetime64[Y]").astype(int) + 1970
    status = np.where(answers, np.where(random.random(len(asked)) < 0.9, "full", "partial"), "none")
    full = status == "full"
    return {
        "HUSID": keys[asked], "NUMHUS": np.array([f"{keys[i]}1" for i in asked], dtype=object),
        "GO_ACADYR": np.array([f"{y - 1}/{y}" for y in year], dtype=object),
        "GO_COHORT": np.full(len(asked), "D", dtype=object), "GO_CENSUSDATE": first_day(month, span),
        "GO_STATUS": status, "GO_MAINACT": only(answers, activity),
        "GO_WORKBASIS": only(answers & works, 1), "GO_SALARY": only(full & works, pay),
        "GO_FURTHERSTUDY": only(answers, studies.astype(int)),
        "GO_MEANING": only(full, random.integers(1, 6, len(asked))),
        "GO_WEIGHT": only(answers, np.round(0.8 + 0.4 * random.random(len(asked)), 4)),
    }  # fmt: skip
