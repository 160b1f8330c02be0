"""Reference files made for one return: all that the return names exists and is valid, from 2000 on, without an end.

With them most rules that need reference data run on a sample, and none has a reason to object to a code only because
it is not known. What the made tables say about an aim (its level, its type, its categories) is invented.
"""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET  # The official samples are read, and nothing else.
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from openilr import years

START = "2000-08-01"
VALIDITY = (
    "1416_EFA",
    "1619_EFA",
    "ADULT_SKILLS",
    "ADV_LEARN_LOAN",
    "ANY",
    "APPRENTICESHIPS",
    "COMM_LEARN",
    "FCFJ_ADULT_SKILLS",
    "GROWTH_SKILLS_SHORT_COURSES",
    "MCA_GLA",
    "TAILORED_LEARNING",
)
Rows = Iterable[tuple[object, ...]]


def write_reference(sample: Path, folder: Path) -> Path:
    """Write the reference files for the return ``sample`` into ``folder``, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    root = ET.parse(sample).getroot()  # noqa: S314
    values = _values(root)
    for name, (header, rows) in (_tables(values) | _lars(_aims(root), values.get("StdCode", []))).items():
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header.split(","))
            writer.writerows(rows)
    return folder


def _values(root: ET.Element) -> dict[str, list[str]]:
    """All values of each field of the return (or of one record of it), each once, in order."""
    found: dict[str, dict[str, None]] = {}
    for element in root.iter():
        if element.text and element.text.strip():
            found.setdefault(element.tag.rpartition("}")[2], {})[element.text.strip()] = None
    return {name: list(values) for name, values in found.items()}


@dataclass(frozen=True)
class Aim:
    """What the made LARS says of an aim, from the part that it plays in the return."""

    reference: str
    type: str  #: 9999 programme aim, 1468 T Level technical qualification, 0006 anything else
    basic_skills: str  #: 01 for the English and maths aims of an apprenticeship, which have contract types
    category: int  #: 62 subject of a Skills Bootcamp, 45 Free Courses for Jobs, 1 anything else
    prescribed: int  #: 1 prescribed higher education, 0 anything else


def _aims(root: ET.Element) -> list[Aim]:
    """Every LearnAimRef of the return once, as the first record that names it has it."""
    found: dict[str, Aim] = {}
    for record in root.iter():
        if not record.tag.endswith("}LearningDelivery"):
            continue
        of = _values(record)
        reference, kind, programme = of["LearnAimRef"][0], of["AimType"][0], of.get("ProgType", [""])[0]
        technical = kind == "5" and programme == "31"
        subject = kind == "3" and programme == "32"
        found.setdefault(
            reference,
            Aim(
                reference,
                "9999" if reference == "ZPROG001" else "1468" if technical else "0006",
                "01" if kind == "3" and "ACT" in of.get("LearnDelFAMType", []) else "",
                62 if subject else 45 if "378" in of.get("LearnDelFAMCode", []) else 1,
                int("SSN" in of),
            ),
        )
    return list(found.values())


def _several(values: dict[str, list[str]], *fields: str) -> list[str]:
    return list(dict.fromkeys(value for field in fields for value in values.get(field, [])))


def _tables(values: dict[str, list[str]]) -> dict[str, tuple[str, Rows]]:
    aims = _several(values, "LearnAimRef")
    standards = _several(values, "StdCode")
    postcodes = _several(values, "Postcode", "PostcodePrior", "DelLocPostCode", "LSDPostcode", "HEPostCode")
    providers = _several(values, "UKPRN", "PMUKPRN", "PrevUKPRN", "PartnerUKPRN")
    return {
        "NSPL_AUG_2026_UK.csv": ("pcds,dointr,doterm,lad26cd,ctry26cd", ((p, 198001, "", "", "") for p in postcodes)),
        "Organisations.csv": (
            "UKPRN,Name,LegalOrgType,Status,LongTermResid,HESAProvider",
            ((p, f"Provider {p}", "UGFE", "Active", 1, "true") for p in providers),
        ),
        "OrganisationPartners.csv": ("UKPRN,NameLegal,EffectiveFrom,EffectiveTo", ((p, "", "", "") for p in providers)),
        "DevolvedPostcodes.csv": (
            "Postcode,SourceOfFunding,EffectiveFrom,EffectiveTo",
            ((p, "105" if p in _several(values, "LSDPostcode") else "112", START, "") for p in postcodes),
        ),
        "ShortTermFunding.csv": (
            "UKPRN,LDMCode,Reason,EffectiveFrom,EffectiveTo",
            ((p, c, "", START, "") for p in providers for c in _several(values, "LearnDelFAMCode") if len(c) == 3),
        ),
        "OfficeForStudents.csv": (
            "UKPRN,Name,HEFundingFieldsRequired,EffectiveFrom,EffectiveTo",
            ((p, f"Provider {p}", "false", START, "") for p in providers),
        ),
        "GCSEGrades.csv": ("LearnAimRefType,OutGrade,EffectiveFrom,EffectiveTo", [("0003", "9", START, "")]),
        "CampusIdentifiers.csv": (
            "CampId,MasterUKPRN,OriginalUKPRN,EffectiveFrom,EffectiveTo",
            ((c, p, p, START, "") for c in _several(values, "CampId") for p in providers),
        ),
        "Employers.csv": ("ERN", ((e,) for e in _several(values, "EmpId", "WorkPlaceEmpId"))),
        "EPAOrganisations.csv": (
            "EPAOrgID,StandardCode,EffectiveFrom,EffectiveTo",
            ((o, s, START, "") for o in _several(values, "EPAOrgID") for s in standards),
        ),
        "ContractAllocations.csv": (
            "DeliveryUKPRN,FundingStreamPeriodCode,ContractAllocationNumber,StartDate,EndDate,StopNewStartsFromDate",
            ((p, c, f"C{p}", START, "", "") for p in providers for c in _streams()),
        ),
        "ContractDeliverables.csv": (
            "ContractAllocationNumber,DeliverableCode",
            ((f"C{p}", c) for p in providers for c in _several(values, "ConRefNumber")),
        ),
        "SkillsBootcampsContracts.csv": (
            "ILRContractRefNumber,UKPRN,StartDate,EndDate",
            ((c, p, START, "") for p in _several(values, "UKPRN") for c in _several(values, "ConRefNumber")),
        ),
        "LearnerRegister.csv": ("ULN", ((u,) for u in _several(values, "ULN"))),
        "ApprenticeshipService.csv": (
            "UKPRN,CourseType,LARSCode,Status,EffectiveFrom,EffectiveTo,LastDateStarts",
            (
                (p, kind, code, "Active", START, "", "")
                for p in providers
                for kind, codes in (("Apprenticeship", standards), ("ShortCourse", aims))
                for code in codes
            ),
        ),
        "ApprenticeshipAges.csv": (
            "StandardCode,MinimumAge,MaximumAge,EffectiveFrom,EffectiveTo",
            ((s, 14, 115, START, "") for s in standards),
        ),
    }


def _streams() -> list[str]:
    """Every funding stream that a rule wants to find; not those that a rule wants not to be there (UKPRN_15)."""
    packs = [years.load(name) for name in years.available() if years.load(name).has_rules]
    streams = [pack.parameters["funding_streams"] for pack in packs]
    return list(dict.fromkeys(code for known in streams for codes in known.values() for code in codes))


def _lars(aims: list[Aim], standards: list[str]) -> dict[str, tuple[str, Rows]]:
    return {
        "LARS_LearningDelivery.csv": (
            "LearnAimRef,EffectiveFrom,EffectiveTo,LearnAimRefTitle,LearnAimRefType,NotionalNVQLevel,NotionalNVQLevelv2,"
            "FrameworkCommonComponent,AwardOrgCode,EnglPrscID,LearningDeliveryGenre,SectorSubjectAreaTier1,"
            "SectorSubjectAreaTier2",
            (
                (a.reference, START, "", f"Aim {a.reference}", a.type, 2, 2, -2, "AWARD", a.prescribed, "", 1, 1.1)
                for a in aims
            ),
        ),
        "LARS_AnnualValue.csv": (
            "LearnAimRef,EffectiveFrom,EffectiveTo,BasicSkills,BasicSkillsType,FullLevel2EntitlementCategory,"
            "FullLevel2Percent,FullLevel3EntitlementCategory,FullLevel3Percent",
            ((a.reference, START, "", 0, a.basic_skills, "", 0, "", 0) for a in aims),
        ),
        "LARS_Validity.csv": (
            "LearnAimRef,ValidityCategory,StartDate,EndDate,LastNewStartDate",
            ((a.reference, category, START, "", "") for a in aims for category in VALIDITY),
        ),
        "LARS_LearningDeliveryCategory.csv": (
            "LearnAimRef,CategoryRef,EffectiveFrom,EffectiveTo",
            ((a.reference, a.category, START, "") for a in aims),
        ),
        "LARS_Category.csv": (
            "CategoryRef,ParentCategoryRef,CategoryName,Target",
            ((c, "", f"Category {c}", "") for c in (1, 45, 62)),
        ),
        "LARS_FrameworkAims.csv": (
            "FworkCode,ProgType,PwayCode,LearnAimRef,EffectiveFrom,EffectiveTo,FrameworkComponentType",
            ((1, 31, 1, a.reference, START, "", 1) for a in aims),
        ),
        "LARS_Standard.csv": (
            "StandardCode,Version,ApprenticeshipStandardTypeCode,StandardName,StandardSectorCode,NotionalEndLevel,"
            "EffectiveFrom,LastDateStarts,EffectiveTo",
            ((s, 1, 1, f"Standard {s}", 1, "3", START, "", "") for s in standards),
        ),
        "LARS_StandardFunding.csv": (
            "StandardCode,FundingCategory,EffectiveFrom,EffectiveTo,BandNumber,CoreGovContributionCap",
            ((s, "StandardTblazer", START, "", 10, 27000) for s in standards),
        ),
        "LARS_StandardValidity.csv": (
            "StandardCode,ValidityCategory,StartDate,EndDate,LastNewStartDate",
            ((s, "APPRENTICESHIPS", START, "", "") for s in standards),
        ),
    }
