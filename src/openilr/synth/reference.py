"""Write synthetic reference files under the names and headers that their owners publish them with.

LARS (the Learning Aim Reference Service's CSV extract), the National Statistics Postcode Lookup and an employer list.
Every code is made up; the areas are numbered, not named, and no postcode can be a real one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from openilr import years
from openilr.synth import catalogue
from openilr.synth.numbers import employer_id, postcode

#: The order of size of the real tables.
FULL_SIZE = {"aims": 120_000, "postcodes": 1_800_000, "employers": 400_000}

_OPEN = date(2010, 8, 1)


def write_reference(folder: Path, *, full: bool = False) -> list[Path]:
    """Write the reference files for synthetic returns into ``folder`` and give their paths.

    A small set holds what synthetic returns use (2,000 aims, 20,000 postcodes, 5,000 employers); a ``full`` one has
    the size of the real tables (120,000 aims, 1.8 million postcodes, 400,000 employers) and holds the small set.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    aims = FULL_SIZE["aims"] if full else catalogue.AIMS_IN_USE
    postcodes = FULL_SIZE["postcodes"] if full else catalogue.POSTCODES_IN_USE + 100
    employers = FULL_SIZE["employers"] if full else catalogue.EMPLOYERS_IN_USE
    tables: dict[str, tuple[str, Iterable[tuple[object, ...]]]] = {
        "LARS_LearningDelivery.csv": (
            "LearnAimRef,EffectiveFrom,EffectiveTo,LearnAimRefTitle,LearnAimRefType,NotionalNVQLevel,NotionalNVQLevelv2,"
            "FrameworkCommonComponent,AwardOrgCode,SectorSubjectAreaTier1,SectorSubjectAreaTier2,GuidedLearningHours",
            _learning_delivery(aims),
        ),
        "LARS_AnnualValue.csv": (
            "LearnAimRef,EffectiveFrom,EffectiveTo,BasicSkills,BasicSkillsType,FullLevel2EntitlementCategory,"
            "FullLevel2Percent,FullLevel3EntitlementCategory,FullLevel3Percent",
            ((a.reference, a.start, "", 0, "", "", 0, "", 0) for a in _aims(aims)),
        ),
        "LARS_Validity.csv": ("LearnAimRef,ValidityCategory,StartDate,EndDate,LastNewStartDate", _validity(aims)),
        "LARS_LearningDeliveryCategory.csv": ("LearnAimRef,CategoryRef,EffectiveFrom,EffectiveTo", _categories(aims)),
        "LARS_Funding.csv": (
            "LearnAimRef,FundingCategory,EffectiveFrom,EffectiveTo,RateWeighted,RateUnWeighted,WeightingFactor",
            ((a.reference, "Matrix", a.start, "", 4 * a.hours, 4 * a.hours, "A") for a in _aims(aims)),
        ),
        "LARS_Standard.csv": (
            "StandardCode,Version,StandardName,StandardSectorCode,NotionalEndLevel,EffectiveFrom,LastDateStarts,"
            "EffectiveTo,Reference",
            ((s.code, 1, s.title, s.sector, s.level, _OPEN, "", "", f"ST{s.code:04d}") for s in _standards()),
        ),
        "LARS_StandardFunding.csv": (
            "StandardCode,FundingCategory,EffectiveFrom,EffectiveTo,BandNumber,CoreGovContributionCap",
            ((s.code, "StandardTblazer", _OPEN, "", 1 + s.cap // 3000, s.cap) for s in _standards()),
        ),
        "LARS_StandardValidity.csv": (
            "StandardCode,ValidityCategory,StartDate,EndDate,LastNewStartDate",
            ((s.code, "Apprenticeships", _OPEN, "", "") for s in _standards()),
        ),
        "NSPL_AUG_2026_UK.csv": (
            "pcds,dointr,doterm,oa21cd,lad26cd,ctry26cd,rgn26cd,lsoa21cd,msoa21cd,lat,long,imd25ind",
            _postcodes(postcodes),
        ),
        "Employers.csv": ("ERN", ((employer_id(i),) for i in range(employers))),
        "Organisations.csv": ("UKPRN,Name,LegalOrgType,Status,LongTermResid,HESAProvider", _organisations()),
        "ContractAllocations.csv": (
            "DeliveryUKPRN,FundingStreamPeriodCode,ContractAllocationNumber,StartDate,EndDate,StopNewStartsFromDate",
            _allocations(),
        ),
        "EPAOrganisations.csv": (
            "EPAOrgID,StandardCode,Name,EffectiveFrom,EffectiveTo",
            ((s.assessor, s.code, f"Assessor {s.assessor[3:]}", _OPEN, "") for s in _standards()),
        ),
    }
    return [_write(folder / name, header.split(","), rows) for name, (header, rows) in tables.items()]


def _write(path: Path, header: list[str], rows: Iterable[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _aims(count: int) -> Iterator[catalogue.Aim]:
    return map(catalogue.aim, range(count))


def _standards() -> Iterator[catalogue.Standard]:
    return map(catalogue.standard, range(catalogue.STANDARDS))


def _learning_delivery(count: int) -> Iterator[tuple[object, ...]]:
    yield catalogue.PROGRAMME_AIM, _OPEN, "", "Programme aim", "9999", "X", "X", "-2", "", "", "", ""
    for a in _aims(count):
        # -2 is how LARS writes that something does not apply.
        yield a.reference, a.start, "", a.title, "0006", a.level, a.level, "-2", "OPENILR", a.tier1, a.tier2, a.hours


def _validity(count: int) -> Iterator[tuple[object, ...]]:
    yield catalogue.PROGRAMME_AIM, "ANY", _OPEN, "", ""
    yield catalogue.PROGRAMME_AIM, "APPRENTICESHIPS", _OPEN, "", ""
    for i, a in enumerate(_aims(count)):
        # The aims that returns use stay open. A third of the others took their last new start some years ago.
        last = date(2018 + i % 7, 7, 31) if i >= catalogue.AIMS_IN_USE and i % 3 == 0 else ""
        for category in catalogue.VALIDITY:
            yield a.reference, category, a.start, "", last


def _categories(count: int) -> Iterator[tuple[object, ...]]:
    for i, a in enumerate(_aims(count)):
        if i >= catalogue.AIMS_IN_USE and i % 4 == 0:
            yield a.reference, 30 + i % 40, a.start, ""


def _organisations() -> Iterator[tuple[object, ...]]:
    for i, ukprn in enumerate(catalogue.UKPRNS):
        yield ukprn, f"Synthetic Provider {i}", "General FE college" if i % 2 == 0 else "Private", "Active", 0, "false"


def _allocations() -> Iterator[tuple[object, ...]]:
    """Every provider may return adult skills, loans and apprenticeships, in each year that has rules."""
    packs = [years.load(name) for name in years.available() if years.load(name).has_rules]
    streams = [pack.parameters["funding_streams"] for pack in packs]
    funded = ("UKPRN_06", "UKPRN_08", "UKPRN_10", "UKPRN_29")
    codes = dict.fromkeys(code for known in streams for rule in funded for code in known[rule])
    for ukprn in catalogue.UKPRNS:
        for number, code in enumerate(codes):
            yield ukprn, code, f"C{ukprn}-{number}", _OPEN, "", ""


def _postcodes(count: int) -> Iterator[tuple[object, ...]]:
    yield "ZZ99 9ZZ", 198001, "", "", "", "", "", "", "", "", "", ""
    for i in range(count):
        area = i // 50
        terminated = 201_506 if i >= catalogue.POSTCODES_IN_USE and i % 11 == 0 else ""
        yield (
            postcode(i), 198_001, terminated, f"E00{i // 12:06d}", f"E06{area // 100 % 300:06d}", "E92000001",
            f"E12{area // 3000 % 9 + 1:06d}", f"E01{area:06d}", f"E02{area // 5:06d}",
            round(50 + i % 500_000 / 100_000, 5), round(-5 + i % 700_000 / 100_000, 5), area * 37 % 33_755 + 1,
        )  # fmt: skip
