"""Makes the learner of a case whole: what the rules ask of a return beside what the case is about.

A case says the fields that its clause reads. The rest (addresses, employment, prices, contract, hours, the component of
a programme) is filled in here, so that the file is one that a provider could send and the store would take.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openilr.synth import catalogue, write_reference
from openilr.synth.numbers import employer_id, national_insurance, postcode, uln
from tests.store.making import fam

#: What stands for the standards and aims of the cases in the made-up register.
STANDARDS = {105: catalogue.standard(0), 106: catalogue.standard(1)}
AIMS = {"60300002": catalogue.aim(0).reference, "60300003": catalogue.aim(2).reference}


def whole(record: dict[str, Any], number: int, year: int) -> dict[str, Any]:
    """The learner as a provider would return it for the academic year that begins in ``year``."""
    aims = [_aim(dict(each), record) for each in record["LearningDelivery"]]
    components = [_component(each) for each in aims if _is_programme(each)]
    # A case whose one aim has another number than in the year before has it because another aim comes first.
    in_order = [*aims, *components] if min(each["AimSeqNumber"] for each in aims) == 1 else [*components, *aims]
    for place, each in enumerate(in_order, start=1):
        each["AimSeqNumber"] = place
    first = min(each["LearnStartDate"] for each in aims)
    status = record.get("LearnerEmploymentStatus") or [{"EmpStat": 10, "DateEmpStatApp": first - timedelta(days=300)}]
    return {
        **record, "ULN": record["ULN"] if record["ULN"] == 9999999999 else uln(number),
        "NINumber": national_insurance(number), "Postcode": postcode(1), "PostcodePrior": postcode(1),
        "PlanLearnHours": 500, "TelNo": "01632960000",
        "PriorAttain": [{"PriorLevel": 2, "DateLevelApp": date(2010, 7, 1)}] if year > 2020 else 2,
        "LearnerEmploymentStatus": [_status(each) for each in status],
        "LearningDelivery": in_order, **_young(aims),
    }  # fmt: skip


def reference(folder: Path) -> None:
    """The made-up register that the cases follow, with a few class codes more."""
    write_reference(folder)
    with (folder / "LARS_LearningDelivery.csv").open("a") as aims, (folder / "LARS_Validity.csv").open("a") as valid:
        for ref in ("ZPROG001", "ZWRKX001", "ZTPR0001", "ZBOOT001"):
            if ref != "ZPROG001":
                aims.write(f"{ref},2010-08-01,,Class code,9999,X,X,-2,,,,\n")
            valid.write(f"{ref},{'ANY' if ref == 'ZBOOT001' else '1619_EFA'},2010-08-01,,\n")
    with (folder / "LARS_LearningDeliveryCategory.csv").open("a") as categories:
        categories.write("ZBOOT001,62,2010-08-01,\n")  # a subject aim of a Skills Bootcamp


def _young(aims: list[dict[str, Any]]) -> dict[str, Any]:
    """What is asked of those on 16 to 19 funding."""
    if all(each["FundModel"] != 25 for each in aims):
        return {}
    return {"DateOfBirth": date(2008, 1, 15), "EngGrade": "5", "MathGrade": "5", "PlanEEPHours": 50}


def _is_programme(aim: dict[str, Any]) -> bool:
    return aim["AimType"] == 1 and aim["ProgType"] == 25


def _status(said: dict[str, Any]) -> dict[str, Any]:
    more = {"ESMType": "BSI", "ESMCode": 4}
    if said["EmpStat"] == 10:
        loe, eii = {"ESMType": "LOE", "ESMCode": 4}, {"ESMType": "EII", "ESMCode": 8}
        return {**said, "EmpId": employer_id(0), "EmploymentStatusMonitoring": [eii, loe]}
    lou = [{"ESMType": "LOU", "ESMCode": 1}] if said["EmpStat"] == 11 else []
    return {**said, "EmploymentStatusMonitoring": [more, *lou]}


def _aim(aim: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    aim["DelLocPostCode"] = postcode(2)
    aim["LearnAimRef"] = AIMS.get(aim["LearnAimRef"], aim["LearnAimRef"])
    fams = list(aim.get("LearningDeliveryFAM", []))
    if aim["FundModel"] != 99:
        fams.append(fam("SOF", "107" if aim["FundModel"] == 25 else "105"))
    if aim["ProgType"] == 25 and aim["AimType"] == 3:
        aim["StdCode"] = STANDARDS[aim["StdCode"]].code
    elif aim["ProgType"] == 25:
        standard = STANDARDS[aim["StdCode"]]
        start, end = aim["LearnStartDate"], aim.get("LearnActEndDate")
        closed = end and aim["CompStatus"] != 1
        until = {"LearnDelFAMDateTo": aim.get("AchDate") or end} if closed else {}
        if aim["FundModel"] == 36:
            fams.append(fam("ACT", "1", LearnDelFAMDateFrom=start, **until))
        tnp = [{"AFinType": "TNP", "AFinCode": code, "AFinDate": start, "AFinAmount": 1000} for code in (1, 2)]
        paid = {"AFinType": "PMR", "AFinCode": 1, "AFinDate": start, "AFinAmount": 100}
        aim |= {"StdCode": standard.code, "EPAOrgID": standard.assessor, "AppFinRecord": [*tnp, paid], "PHours": 400}
        if end and aim["FundModel"] == 36:
            aim["OTJActHours"] = 400
    if aim["FundModel"] == 11:
        fams += [fam("ACL", "1"), fam("LDM", "399")]
        aim |= {"LSDPostcode": postcode(1), "PHours": 40, "TLOut": 1}
    if aim["FundModel"] == 37:
        fams.append(fam("FFI", "1"))
    if aim.get("WithdrawReason") == 28:
        fams.append(fam("LDM", "034"))
    if aim["FundModel"] == 38:
        fams.append(fam("FFI", "2"))
        aim["LSDPostcode"] = postcode(1)
    aim["LearningDeliveryFAM"] = fams
    codes = {"PHours": 1, "OTJActHours": 3}
    aim["HRSRecord"] = [
        {"HRSType": "HRS", "HRSCode": code, "HRSAmount": aim[name]} for name, code in codes.items() if name in aim
    ]
    return aim


def _component(programme: dict[str, Any]) -> dict[str, Any]:
    """The qualification within an apprenticeship, which goes as its programme goes."""
    left_out = ("PHours", "OTJActHours", "HRSRecord", "AppFinRecord", "EPAOrgID", "AchDate", "SWSupAimId")
    kept = {name: value for name, value in programme.items() if name not in left_out}
    fams = [each for each in programme["LearningDeliveryFAM"] if each["LearnDelFAMType"] != "ACT"]
    if kept["CompStatus"] == 1 and kept.get("LearnActEndDate"):
        kept |= {"CompStatus": 2, "Outcome": 1}  # only the programme waits
    return {**kept, "LearnAimRef": catalogue.aim(1).reference, "AimType": 3, "LearningDeliveryFAM": fams}
