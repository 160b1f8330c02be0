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
    status = _first({"LearningDelivery": record.get("LearnerEmploymentStatus", [])}, lambda row: row.get("EmpId"))
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
}


def plant(record: Record, random: Random) -> str | None:
    """Put one fault into the learner and name the rule that it breaks; None where no fault fits this learner."""
    rules = list(FAULTS)
    random.shuffle(rules)
    return next((rule for rule in rules if FAULTS[rule](record)), None)


def _first(record: Record, fits: Callable[[Record], Any]) -> Record | None:
    return next((aim for aim in record["LearningDelivery"] if fits(aim)), None)
