"""T Levels (FundModel 25, ProgType 31): programme, technical qualification, occupational specialism and placement."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import EMPLOYERS, Draft, Kind, aim, fam, hours, learner_fam, out_of_work, told, withdrawal
from openilr.synth.numbers import employer_id
from openilr.synth.programmes import Aim, End, Programme, Record

_HOURS = 1_400


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, None]:
    return random.choice((16, 16, 16, 17)), 4, None


@cache
def _specialisms(pathway: int) -> list[str]:
    return [q.reference for q in qualifications.pools()["specialism"] if q.pathway == pathway]


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    planned = date(draft.start.year + 2, 7, random.randrange(1, 20))
    if random.random() < 0.27:
        end = withdrawal(random, draft.start, planned)
    else:
        end = End(planned, 2, 1 if random.random() < 0.914 else 3, told(random, planned))
    if not draft.is_seen(end.day):
        return None
    technical = qualifications.pick(random, "t_level")
    specialism = random.choice(_specialisms(technical.pathway or 0))
    days = (planned - draft.start).days
    fams, shared = [fam("SOF", 107)], {"ProgType": 31}
    records = [
        aim(draft, qualifications.PROGRAMME, 1, 25, days, fams, PHours=_HOURS, HRSRecord=[hours(2, _HOURS)], **shared),
        aim(draft, technical.reference, 5, 25, days, fams, **shared),
        aim(draft, specialism, 3, 25, days, fams, **shared),
        aim(draft, qualifications.T_LEVEL_PLACEMENT, 3, 25, days, fams, **shared),
    ]
    records[3]["LearningDeliveryWorkPlacement"] = [_placement(random, draft.start)]
    lsr = [learner_fam("LSR", 55)] if random.random() < 0.2 else []
    fields = {"MathGrade": random.choice("4567"), "EngGrade": random.choice("4567"), "LearnerFAM": lsr}
    aims = [Aim(record, end) for record in records]
    # Planned hours are not returned for T Levels, and without them a status is asked for (R_130, EmpStat_11).
    status = out_of_work(random, draft.start - timedelta(days=random.randrange(5, 60)), looking=False)
    return Programme("t_level", draft.provider.number, aims, fields, [status], True, end.outcome == 1, 3)


def _placement(random: Random, start: date) -> Record:
    # It begins in the first days, so that whoever leaves early has had some of it.
    begins = start + timedelta(days=1)
    return {
        "WorkPlaceStartDate": begins, "WorkPlaceHours": 315, "WorkPlaceMode": 2,
        "WorkPlaceEmpId": employer_id(random.randrange(EMPLOYERS)),
    }  # fmt: skip


KIND = Kind(
    "t_level", "young", _applicant, _plan, {"college": 0.8, "sixth_form": 0.2}, calendar.september, 720,
    next={"apprenticeship": 0.05},
)  # fmt: skip
