"""Planted faults: each spoils one clean learner record so that one named rule has something to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from openilr.synth.programmes import Record

#: What a fault does to a record: the aim's number (None for the learner), or False where it does not fit.
Spoil = Callable[[Record], int | bool | None]


@dataclass(frozen=True)
class Fault:
    name: str
    rule: str
    spoil: Spoil


def _funded(model: int, spoil: Spoil) -> Spoil:
    """A fault of learners all of whose aims have one funding model."""

    def spoil_if(record: Record) -> int | bool | None:
        return all(aim["FundModel"] == model for aim in record["LearningDelivery"]) and spoil(record)

    return spoil_if


def _on_aim(change: Callable[[Record], bool], **wanted: Any) -> Spoil:
    """A fault of the first aim with these values that the change fits (it says whether)."""

    def spoil(record: Record) -> int | bool | None:
        for place, aim in enumerate(record["LearningDelivery"]):
            if any(aim.get(name) != value for name, value in wanted.items()):
                continue
            copy = dict(aim)
            if change(copy):
                record["LearningDelivery"] = [*record["LearningDelivery"]]
                record["LearningDelivery"][place] = copy
                return int(copy["AimSeqNumber"])
        return False

    return spoil


def _set(field: str, value: Any, **wanted: Any) -> Spoil:
    """The learner's field takes a value (None leaves it out), if the learner has these values."""

    def spoil(record: Record) -> int | bool | None:
        if any(record.get(name) != found for name, found in wanted.items()) or record.get(field) == value:
            return False
        record[field] = value
        return None

    return spoil


def _aim_set(field: str, value: Any, **wanted: Any) -> Spoil:
    def change(aim: Record) -> bool:
        if aim.get(field) == value:
            return False
        aim[field] = value
        return True

    return _on_aim(change, **wanted)


def _without_fam(kind: str, **wanted: Any) -> Spoil:
    def change(aim: Record) -> bool:
        kept = [fam for fam in aim["LearningDeliveryFAM"] if fam["LearnDelFAMType"] != kind]
        fits = len(kept) < len(aim["LearningDeliveryFAM"])
        aim["LearningDeliveryFAM"] = kept
        return fits

    return _on_aim(change, **wanted)


def _with_fam(kind: str, code: str, **wanted: Any) -> Spoil:
    def change(aim: Record) -> bool:
        more = {
            "LearnDelFAMType": kind,
            "LearnDelFAMCode": code,
            "LearnDelFAMDateFrom": None,
            "LearnDelFAMDateTo": None,
        }
        aim["LearningDeliveryFAM"] = [*aim["LearningDeliveryFAM"], more]
        return True

    return _on_aim(change, **wanted)


def _ended(change: Callable[[Record], None], **wanted: Any) -> Spoil:
    def fits(aim: Record) -> bool:
        if not aim.get("LearnActEndDate"):
            return False
        change(aim)
        return True

    return _on_aim(fits, **wanted)


def _wrong_uln(record: Record) -> None:
    # The last digit is a check digit, so any other is wrong. Nine digits stay the same.
    record["ULN"] += -1 if record["ULN"] % 10 else 1


def _status(change: Callable[[Record], bool]) -> Spoil:
    """A fault of the first employment status that it fits."""

    def spoil(record: Record) -> int | bool | None:
        for place, status in enumerate(record.get("LearnerEmploymentStatus", [])):
            copy = dict(status)
            if change(copy):
                record["LearnerEmploymentStatus"] = [*record["LearnerEmploymentStatus"]]
                record["LearnerEmploymentStatus"][place] = copy
                return None
        return False

    return spoil


def _no_monitoring(emp_stat: int, kind: str, model: int) -> Spoil:
    def change(status: Record) -> bool:
        kept = [row for row in status["EmploymentStatusMonitoring"] if row["ESMType"] != kind]
        fits = status["EmpStat"] == emp_stat and len(kept) < len(status["EmploymentStatusMonitoring"])
        status["EmploymentStatusMonitoring"] = kept
        return fits

    return _funded(model, _status(change))


def _wrong_employer(status: Record) -> bool:
    if not status.get("EmpId"):
        return False
    status["EmpId"] += -1 if status["EmpId"] % 10 else 1
    return True


def _end_before_start(aim: Record) -> None:
    aim["LearnActEndDate"] = aim["LearnStartDate"] - timedelta(days=1)


def _achieved_before_end(aim: Record) -> None:
    aim["AchDate"] = aim["LearnActEndDate"] - timedelta(days=3)


def _unlisted_attainment(record: Record) -> bool | None:
    if not record.get("PriorAttain"):
        return False
    record["PriorAttain"] = [record["PriorAttain"][0] | {"PriorLevel": 50}]
    return None


def _planned_before_start(aim: Record) -> bool:
    aim["LearnPlanEndDate"] = aim["LearnStartDate"] - timedelta(days=1)
    return True


def _same_number(record: Record) -> int | bool | None:
    if len(record["LearningDelivery"]) < 2:
        return False
    first, second, *others = record["LearningDelivery"]
    record["LearningDelivery"] = [first, second | {"AimSeqNumber": 1}, *others]
    return 1


def _set_end(name: str, value: Any) -> Callable[[Record], None]:
    return lambda aim: aim.update({name: value})


def _learner(change: Callable[[Record], None]) -> Spoil:
    def spoil(record: Record) -> None:
        change(record)

    return spoil


def _nationally_funded(record: Record) -> int | bool | None:
    """The aim of national adult skills funding becomes one that this funding does not have."""
    paid = ("SOF", "105")

    def change(aim: Record) -> bool:
        codes = {(fam["LearnDelFAMType"], fam["LearnDelFAMCode"]) for fam in aim["LearningDeliveryFAM"]}
        if paid not in codes or ("LDM", "378") in codes:
            return False
        aim["LearnAimRef"] = "ZWRKX001"
        return True

    return _on_aim(change, FundModel=38)(record)


def _no_price(aim: Record) -> bool:
    kept = [price for price in aim.get("AppFinRecord", []) if price["AFinType"] != "TNP"]
    fits = len(kept) < len(aim.get("AppFinRecord", []))
    aim["AppFinRecord"] = kept
    return fits


FAULTS = (
    Fault("check digit of the ULN", "ULN_04", _learner(_wrong_uln)),
    Fault("no date of birth", "DateOfBirth_24", _set("DateOfBirth", None)),
    Fault("postcode of no valid form", "Postcode_15", _set("Postcode", "QA1 1II")),
    Fault("postcode before enrolment of no valid form", "PostcodePrior_02", _set("PostcodePrior", "1AA 1AA")),
    Fault("no family name", "FamilyName_01", _set("FamilyName", None)),
    Fault("no given names", "GivenNames_01", _set("GivenNames", None)),
    Fault("ethnicity not listed", "Ethnicity_01", _set("Ethnicity", 48)),
    Fault("sex not listed", "Sex_01", _set("Sex", "X")),
    Fault("no ethnicity", "FD_Ethnicity_MA", _set("Ethnicity", None)),
    Fault("no address", "AddLine1_03", _set("AddLine1", None)),
    Fault("accommodation not listed", "Accom_01", _set("Accom", 4)),
    Fault("category of difficulty without one", "LLDDHealthProb_04", _set(
        "LLDDandHealthProblem", [{"LLDDCat": 4, "PrimaryLLDD": 1}], LLDDHealthProb=2)),
    Fault("National Insurance number of no valid form", "NINumber_01", _set("NINumber", "DA123456E")),
    Fault("no mathematics grade", "MathGrade_01", _funded(25, _set("MathGrade", None))),
    Fault("no English grade", "EngGrade_01", _funded(25, _set("EngGrade", None))),
    Fault("prior attainment not listed", "PriorAttain_03", _unlisted_attainment),
    Fault("no prior attainment", "PriorAttain_01", _funded(38, _set("PriorAttain", None))),
    Fault("two aims with one number", "R_07", _same_number),
    Fault("planned end before the start", "LearnPlanEndDate_02", _on_aim(_planned_before_start, CompStatus=1)),
    Fault("actual end before the start", "LearnActEndDate_01", _ended(_end_before_start, FundModel=38)),
    Fault("ended without outcome", "Outcome_12", _ended(_set_end("Outcome", None))),
    Fault("continuing, but ended", "CompStatus_02", _ended(_set_end("CompStatus", 1), AimType=4)),
    Fault("withdrawn without reason", "WithdrawReason_03", _ended(_set_end("WithdrawReason", None), CompStatus=3)),
    Fault("reason without withdrawal", "WithdrawReason_04", _ended(_set_end("WithdrawReason", 3), CompStatus=2)),
    Fault("outcome while continuing", "CompStatus_05", _aim_set("Outcome", 1, CompStatus=1, AimType=4)),
    Fault("learning aim not in LARS", "LearnAimRef_01", _aim_set("LearnAimRef", "9XXXXXXX", AimType=4)),
    Fault("learning aim valid for other funding", "LearnAimRef_142", _nationally_funded),
    Fault("no programme type on a component", "ProgType_01", _aim_set("ProgType", None, AimType=3)),
    Fault("no standard on an apprenticeship", "StdCode_01", _aim_set("StdCode", None, AimType=1, ProgType=25)),
    Fault("funding model not listed", "FundModel_01", _aim_set("FundModel", 34, FundModel=38)),
    Fault("delivery postcode of no valid form", "DelLocPostCode_11", _aim_set("DelLocPostCode", "QA1 1II")),
    Fault("no source of funding", "LearnDelFAMType_01", _without_fam("SOF", FundModel=38)),
    Fault("no full or co-funding", "LearnDelFAMType_02", _without_fam("FFI", FundModel=38)),
    Fault("no purpose of tailored learning", "LearnDelFAMType_126", _without_fam("ACL", FundModel=11)),
    Fault("no contract type", "LearnDelFAMType_64", _without_fam("ACT", FundModel=36, AimType=1)),
    Fault("loan on other funding", "LearnDelFAMType_35", _with_fam("ADL", "1", FundModel=38)),
    Fault("monitoring code not listed", "LearnDelFAMType_04", _with_fam("LDM", "099", FundModel=38)),
    Fault("achievement date before the end", "AchDate_05", _ended(
        _achieved_before_end, FundModel=36, AimType=1, Outcome=1)),
    Fault("no price of an apprenticeship", "AFinType_12", _on_aim(_no_price, FundModel=36, AimType=1)),
    Fault("hours of employment missing", "ESMType_02", _no_monitoring(10, "EII", 36)),
    Fault("length of unemployment missing", "ESMType_08", _no_monitoring(11, "LOU", 38)),
    Fault("check digit of the employer", "EmpId_02", _status(_wrong_employer)),
    Fault("no employment status", "EmpStat_21", _funded(38, _set("LearnerEmploymentStatus", None))),
)  # fmt: skip


@cache
def known(year: str) -> tuple[Fault, ...]:
    """The faults that a rule of this year is there to find."""
    from openilr.validate import rule_list

    checked = {said.rule for said in rule_list(year) if said.status == "implemented"}
    return tuple(fault for fault in FAULTS if fault.rule in checked)


class Planter:
    """Spoils a share of learner records and writes down what it did."""

    def __init__(self, seed: int, share: float, truth: Any) -> None:
        self.share, self.truth, self.count = share, truth, 0
        self._random = Random(f"{seed} faults")  # noqa: S311 - made-up faults, not secrets

    def perhaps(self, record: Record, year: str, file: str) -> None:
        if not self.share or self._random.random() >= self.share:
            return
        faults = known(year)
        for fault in self._random.sample(faults, len(faults)):
            aim = fault.spoil(record)
            if aim is not False:
                self.count += 1
                number = "" if aim is None or aim is True else aim
                self.truth.writerow((file, record["LearnRefNumber"], number, fault.name, fault.rule))
                return
