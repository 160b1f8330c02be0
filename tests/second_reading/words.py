"""What several of the published texts say in the same words, looked up row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.second_reading.model import Facts, Row, age, reading

ENGLISH_AND_MATHS = {1, 2, 11, 12, 13, 14, 19, 20, 21, 23, 24, 25, 29, 30, 31, 32, 33, 34, 35}
DIGITAL = {43, 44}


def within(row: dict[str, Any], day: date | None, first: str = "EffectiveFrom", last: str = "EffectiveTo") -> bool:
    """Whether a day is within the dates of a reference row; a missing last day means still open."""
    if day is None or row[first] is None or day < row[first]:
        return False
    return row[last] is None or day <= row[last]


def lars(aim: Row, facts: Facts) -> dict[str, Any]:
    """The LARS row of the aim, or an empty one."""
    return next(iter(facts.rows("lars", LearnAimRef=aim.LearnAimRef)), {})


def level(aim: Row, facts: Facts) -> str | None:
    return lars(aim, facts).get("NotionalNVQLevelv2")


def skills(aim: Row, facts: Facts, types: set[int]) -> bool:
    """Whether LARS has one of these basic skills types for the aim on its start."""
    found = facts.rows("lars_annual_value", LearnAimRef=aim.LearnAimRef)
    return any(r["BasicSkillsType"] in types and within(r, aim.LearnStartDate) for r in found)


def categories(aim: Row, facts: Facts, on_start: bool = False) -> set[int]:
    """LARS categories of the aim, whenever they applied, or those on its start."""
    found = facts.rows("lars_category", LearnAimRef=aim.LearnAimRef)
    return {r["CategoryRef"] for r in found if not on_start or within(r, aim.LearnStartDate)}


def legal_type(record: Row, facts: Facts) -> str | None:
    found = facts.rows("organisations", UKPRN=record.header["UKPRN"])
    return found[0]["LegalOrgType"] if found else None


def ldm(aim: Row, *codes: str) -> bool:
    return bool(aim.fams("LDM", *codes))


def dam_023(aim: Row) -> bool:
    return bool(aim.fams("DAM", "023"))


def restart(aim: Row) -> bool:
    return bool(aim.fams("RES"))


def apprenticeship(aim: Row) -> bool:
    """DD07."""
    return aim.ProgType == 25


def devolved(aim: Row, facts: Facts) -> bool:
    """DD35. The list grew between the years."""
    last = 123 if facts.year == "2526" else 130
    return bool(aim.fams("SOF", *map(str, range(110, last + 1))))


def statuses_on(record: Row, day: date | None) -> list[Row]:
    """The employment status records that apply on a day: those of the latest date up to it."""
    latest = record.learner.status_on(day)
    if latest is None:
        return []
    everything = record.learner.all("LearnerEmploymentStatus")
    return [e for e in everything if e.DateEmpStatApp == latest.DateEmpStatApp]


def monitored(status: Row, type: str, *codes: int) -> bool:
    found = [m for m in status.all("EmploymentStatusMonitoring") if m.ESMType == type]
    return any(m.ESMCode in codes for m in found) if codes else bool(found)


def on_start(aim: Row, test: Callable[[Row], bool]) -> bool:
    """Whether a status that applies on the aim's start is such."""
    return any(test(status) for status in statuses_on(aim, aim.LearnStartDate))


def dd12(aim: Row) -> bool:
    return aim.FundModel == 35 and on_start(
        aim, lambda s: monitored(s, "BSI", 1, 2) or (monitored(s, "BSI", 4) and ldm(aim, "318"))
    )


def dd21(aim: Row) -> bool:
    return aim.FundModel == 35 and on_start(
        aim,
        lambda s: (
            s.EmpStat in (11, 12)
            and (
                monitored(s, "BSI", 3)
                or (monitored(s, "BSI", 4) and any(f.LearnDelFAMCode != "318" for f in aim.fams("LDM")))
            )
        ),
    )


def _on_benefits(aim: Row, always: tuple[int, ...], otherwise: tuple[int, ...]) -> bool:
    def such(s: Row) -> bool:
        if s.EmpStat in (10, 11, 12, 98) and monitored(s, "BSI", *always):
            return True
        if s.EmpStat in (11, 12) and monitored(s, "BSI", *otherwise):
            return True
        return bool(s.EmpStat == 10 and monitored(s, "EII", 2, 5, 6) and monitored(s, "BSI", *otherwise))

    return aim.FundModel == 35 and on_start(aim, such)


def dd28(aim: Row) -> bool:
    return _on_benefits(aim, (1, 2), (3, 4))


def dd38(aim: Row) -> bool:
    return _on_benefits(aim, (1,), (4, 5, 6))


def dd29(aim: Row, facts: Facts) -> bool:
    return aim.ProgType == 24 and bool(categories(aim, facts) & {2, 4})


def age_at_start(aim: Row) -> int | None:
    return age(aim.learner.DateOfBirth, aim.LearnStartDate)


def aged(aim: Row, least: int, most: int = 200) -> bool:
    """Whether the learner is of such an age at the start of the aim. An unknown age is none."""
    years = age_at_start(aim)
    return years is not None and least <= years <= most


def under(aim: Row, limit: int) -> bool:
    """Whether the learner is known to be younger than that at the start of the aim."""
    years = age_at_start(aim)
    return years is not None and years < limit


def started(aim: Row, first: date | None = None, last: date | None = None) -> bool:
    """Whether the aim started in these days, both included."""
    day = aim.LearnStartDate
    return day is not None and (first is None or first <= day) and (last is None or day <= last)


def prior_on_start(aim: Row) -> list[Row]:
    """The latest prior attainment from the aim's start or before."""
    past = [
        p
        for p in aim.learner.all("PriorAttain")
        if p.DateLevelApp and aim.LearnStartDate and p.DateLevelApp <= aim.LearnStartDate
    ]
    return [p for p in past if p.DateLevelApp == max(q.DateLevelApp for q in past)]


def fam_reading(rule: str, on: str, type: str, *codes: str) -> Any:
    """A reading about aims with a FAM record of a type (and code). ``on`` is what the finding stands on."""

    def made(asks: Callable[[Row, Facts], bool]) -> Callable[[Row, Facts], bool]:
        def fires(record: Row, facts: Facts) -> bool:
            if on == "LearningDelivery":
                found = record.fams(type, *codes)
                return bool(found) and asks(record, facts)
            named = record.LearnDelFAMType == type and (not codes or record.LearnDelFAMCode in codes)
            return bool(named) and asks(record.aim, facts)

        reading(rule, on)(fires)
        return asks

    return made
