"""What a user brings along: the participants of an intervention, and a survey of learners, each described in TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.synth.linked.identities import Names, Rates, identity, without
from openilr.synth.linked.lives import Lives
from openilr.synth.linked.people import Batch, Span, first_day

if TYPE_CHECKING:
    from numpy.random import Generator

_SURVEYED = 0.15

Rows = dict[str, Any]

#: Descriptions as ``ilr link add --description`` takes them, by file name.
DESCRIPTIONS = {
    "coaching.toml": """\
name = "coaching"
title = "Participants of a made-up coaching programme"
owner = "A made-up evaluation"
key = "Participant"

[identifiers]
uln = "ULN"
given_names = "First name"
family_name = "Last name"
date_of_birth = "Date of birth"
postcode = "Postcode"

[answers]
Started = "date"
Sessions = "whole"
""",
    "learner_survey.toml": """\
name = "learner_survey"
title = "A made-up survey of learners"
owner = "A made-up survey organisation"
key = "Respondent"

[identifiers]
given_names = "First name"
family_name = "Last name"
date_of_birth = "Date of birth"
sex = "Sex"
postcode = "Postcode"

[answers]
Satisfied = [1, 2, 3, 4, 5]
Recommends = [0, 1]
HoursHelped = "decimal"
""",
}


def tables(
    random: Generator, batch: Batch, span: Span, lives: Lives, rates: Rates, known: Names, keys: Any
) -> dict[str, Rows]:
    """Columns of coaching and learner_survey. ``keys`` are numbers of participants and respondents."""
    import numpy as np

    now = identity(random, batch, rates, known, span.until)
    treated = np.flatnonzero(lives.treated)
    asked = np.flatnonzero(batch.who["learner"] & (random.random(batch.size) < _SURVEYED))
    achieved = batch.programmes["achieved"][asked].any(axis=1)
    happy: Any = np.clip(np.round(3 + achieved + random.normal(0, 1, len(asked))), 1, 5).astype(int)

    def person(rows: Any) -> Rows:
        return {
            "First name": now["given_names"][rows], "Last name": now["family_name"][rows],
            "Date of birth": now["date_of_birth"][rows], "Sex": now["sex"][rows], "Postcode": now["postcode"][rows],
        }  # fmt: skip

    coached = {name: values for name, values in person(treated).items() if name != "Sex"}
    return {
        "coaching": {
            "Participant": keys[treated],
            "ULN": without(random, batch.who["uln"], rates.missing_uln)[treated], **coached,
            "Started": first_day(lives.offered[treated], span), "Sessions": random.integers(4, 13, len(treated)),
        },
        "learner_survey": {
            "Respondent": keys[asked], **person(asked), "Satisfied": happy,
            "Recommends": (happy + random.integers(-1, 2, len(asked)) > 3).astype(int),
            "HoursHelped": np.round(random.gamma(2, 2, len(asked)), 1),
        },
    }  # fmt: skip
