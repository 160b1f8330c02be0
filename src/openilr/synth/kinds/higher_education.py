"""Higher education in further education colleges (FundModel 99, SOF 1), with the records that HE needs."""

from __future__ import annotations

from datetime import date
from random import Random

from openilr.synth import calendar, qualifications
from openilr.synth.decks import Decks
from openilr.synth.kinds import Draft, Kind, adult_status, aim, completion, fam, withdrawal
from openilr.synth.programmes import Aim, Programme, Record

#: The share who have money from the college (assumed).
_SUPPORTED = 0.15


def _applicant(random: Random, _: Decks | None) -> tuple[int, int, None]:
    return 18 + int(30 * random.betavariate(1, 3)), random.choice((6, 6, 6, 7)), None


def _plan(draft: Draft) -> Programme | None:
    random = draft.random
    years = random.choice((1, 2, 2))
    planned = date(draft.start.year + years, 6, random.randrange(5, 28))
    end = (
        withdrawal(random, draft.start, planned)
        if random.random() < 0.18
        else completion(random, draft.start, planned, True, 3, 10)
    )
    if not draft.is_seen(end.day):
        return None
    full_time = random.random() < 0.45
    fee = random.choice((5_000, 6_000, 7_500)) // (1 if full_time else 2)
    record = aim(
        draft, qualifications.pick(random, "higher").reference, 4, 99, (planned - draft.start).days, [fam("SOF", 1)],
        LearningDeliveryHE=[
            {
                "NUMHUS": f"{draft.person.number:010d}", "QUALENT3": "P50", "SOC": 4159, "SEC": 9, "TYPEYR": 1,
                "MODESTUD": 1 if full_time else 3, "FUNDLEV": 10, "FUNDCOMP": 3, "STULOAD": 100 if full_time else 50,
                "YEARSTU": 1, "MSTUFEE": 1, "PCFLDCS": 100, "SPECFEE": 0, "NETFEE": fee, "GROSSFEE": fee,
                "PERMADDCOUNTRY": "XF", "DOMICILE": "XF", "ELQ": 3, "HEPostCode": draft.site(),
            }
        ],
    )  # fmt: skip
    accommodation: Record = {"TTACCOM": random.choice((4, 5, 7) if full_time else (5, 7))}
    if random.random() < _SUPPORTED:
        accommodation["LearnerHEFinancialSupport"] = [{"FINTYPE": 2, "FINAMOUNT": random.randrange(200, 2_000, 50)}]
    fields = {"PlanLearnHours": 480 if full_time else 240, "LearnerHE": [accommodation]}
    return Programme(
        "higher_education", draft.provider.number, [Aim(record, end)], fields,
        [adult_status(draft, 0.7)], achieved=end.outcome == 1, level=4,
    )  # fmt: skip


KIND = Kind(
    "higher_education", "adult", _applicant, _plan, {"college": 1.0}, calendar.september, 690, since=date(2024, 8, 1)
)
