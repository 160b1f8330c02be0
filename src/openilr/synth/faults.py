"""Planted faults: each changes one valid learner so that one named rule has something to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

Record = dict[str, Any]


def _wrong_uln_digit(record: Record) -> bool:
    record["ULN"] += -1 if record["ULN"] % 10 else 1
    return True


def _no_date_of_birth(record: Record) -> bool:
    # The rule asks for a date of birth wherever a ULN is known, which every synthetic learner has.
    record["DateOfBirth"] = None
    return True


def _bad_postcode(record: Record) -> bool:
    record["Postcode"] = "QA1 1II"
    return True


def _bad_national_insurance(record: Record) -> bool:
    if "NINumber" not in record:
        return False
    record["NINumber"] = "D" + record["NINumber"][1:]
    return True


def _contract_without_start(record: Record) -> bool:
    fams = [fam for aim in record["LearningDelivery"] for fam in aim["LearningDeliveryFAM"]]
    contract = next((fam for fam in fams if fam["LearnDelFAMType"] == "ACT"), None)
    if contract is None:
        return False
    contract["LearnDelFAMDateFrom"] = None
    return True


def _employed_without_hours(record: Record) -> bool:
    status = next((row for row in record.get("LearnerEmploymentStatus", []) if row["EmpStat"] == 10), None)
    if status is None:
        return False
    monitoring = status["EmploymentStatusMonitoring"]
    status["EmploymentStatusMonitoring"] = [row for row in monitoring if row["ESMType"] != "EII"]
    return True


def _ended_without_outcome(record: Record) -> bool:
    aim = _first(record, lambda aim: aim.get("LearnActEndDate") and aim["AimType"] == 4)
    if aim is None:
        return False
    aim["Outcome"] = None
    return True


def _planned_end_before_start(record: Record) -> bool:
    aim = _first(record, lambda aim: aim["AimType"] == 4 and not aim.get("LearnActEndDate"))
    if aim is None:
        return False
    aim["LearnPlanEndDate"] = aim["LearnStartDate"] - timedelta(days=1)
    return True


def _wrong_employer_digit(record: Record) -> bool:
    status = next((row for row in record.get("LearnerEmploymentStatus", []) if row.get("EmpId")), None)
    if status is None:
        return False
    status["EmpId"] += -1 if status["EmpId"] % 10 else 1
    return True


def _no_ethnicity(record: Record) -> bool:
    record["Ethnicity"] = None
    return True


FAULTS: dict[str, Callable[[Record], bool]] = {
    "ULN_04": _wrong_uln_digit,
    "DateOfBirth_24": _no_date_of_birth,
    "Postcode_15": _bad_postcode,
    "NINumber_01": _bad_national_insurance,
    "Outcome_12": _ended_without_outcome,
    "LearnPlanEndDate_02": _planned_end_before_start,
    "EmpId_02": _wrong_employer_digit,
    "FD_Ethnicity_MA": _no_ethnicity,
    "LearnDelFAMDateFrom_04": _contract_without_start,
    "ESMType_02": _employed_without_hours,
}


def known(year: str) -> list[str]:
    """The faults that a rule of this year is there to find."""
    from openilr.validate import rule_list

    checked = {said.rule for said in rule_list(year) if said.status == "implemented"}
    return [rule for rule in FAULTS if rule in checked]


def plant(record: Record, rules: list[str], random: Random) -> str | None:
    """Put one fault into the learner and name the rule that it breaks; None where none of ``rules`` fits it."""
    tries = random.sample(rules, len(rules))
    return next((rule for rule in tries if FAULTS[rule](record)), None)


def _first(record: Record, fits: Callable[[Record], Any]) -> Record | None:
    return next((aim for aim in record["LearningDelivery"] if fits(aim)), None)
