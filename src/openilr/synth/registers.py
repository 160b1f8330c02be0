"""The reference data of a synthetic sector, under the names and headers that its owners publish it with.

Learning aims and standards, postcodes and who funds adults there, deprivation, providers and their contracts,
employers, assessment organisations and the learner register: everything that a rule asks for. All of it is invented.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from openilr import years
from openilr.synth import geography, population, qualifications
from openilr.synth.kinds import EMPLOYERS
from openilr.synth.kinds.bootcamp import contract
from openilr.synth.numbers import employer_id, uln
from openilr.synth.providers import LEGAL, Provider
from openilr.synth.qualifications import OPEN, PROGRAMME, Qualification

Row = tuple[object, ...]

#: Learning aims that nobody takes, to give the list some size; and as many as give it the size of the real one.
FILLER, ALL_OF_LARS = 4_000, 118_000
_GRADES = {
    "0002": ("A*", "A", "B", "C", "D", "E", "U"),
    "0003": ("9", "8", "7", "6", "5", "4", "3", "2", "1", "U"),
}
_CATEGORIES = (
    (20, "Licence to practise"), (37, "Level 2 entitlement"), (38, "Level 3 entitlement"),
    (45, "Free courses for jobs"), (46, "Free courses for jobs, short"), (62, "Skills Bootcamps"),
    (91, "Apprenticeship units"),
)  # fmt: skip


def write_registers(
    folder: Path, providers: list[Provider], learners: int, year_names: tuple[str, ...], aims: int = FILLER
) -> list[Path]:
    """Write the reference files for these providers and the first ``learners`` people, and give their paths.

    ``aims`` is how many learning aims LARS lists beside those that somebody takes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        **_lars(aims),
        **_places(),
        "population.csv": (population.HEADER, population.rows(learners, year_names)),
        **_organisations(providers, year_names),
        **_courses(providers),
        **_people(learners),
    }
    return [_write(folder / name, header.split(","), rows) for name, (header, rows) in tables.items()]


def _write(path: Path, header: list[str], rows: Iterable[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _all(filler: int) -> Iterator[Qualification]:
    yield from qualifications.every()
    yield from qualifications.filler(filler)


def _lars(filler: int) -> dict[str, tuple[str, Iterable[Row]]]:
    standards = qualifications.standards()
    return {
        "LARS_LearningDelivery.csv": (
            "LearnAimRef,EffectiveFrom,EffectiveTo,LearnAimRefTitle,LearnAimRefType,NotionalNVQLevel,NotionalNVQLevelv2,"
            "FrameworkCommonComponent,AwardOrgCode,EnglPrscID,SectorSubjectAreaTier1,SectorSubjectAreaTier2,"
            "GuidedLearningHours,LearningDeliveryGenre",
            (
                # -2 is how LARS writes that something does not apply.
                (q.reference, OPEN, "", q.title, q.type, q.level, q.level, "-2", "OPENILR",
                 q.prescribed or "", q.tier1, q.tier2, q.hours, "REG")
                for q in _all(filler)
            ),
        ),
        "LARS_AnnualValue.csv": (
            "LearnAimRef,EffectiveFrom,EffectiveTo,BasicSkills,BasicSkillsType,FullLevel2EntitlementCategory,"
            "FullLevel2Percent,FullLevel3EntitlementCategory,FullLevel3Percent",
            (
                (q.reference, OPEN, "", int(q.basic is not None), q.basic or "", "",
                 q.full if q.level == "2" else 0, "", q.full if q.level == "3" else 0)
                for q in _all(filler)
            ),
        ),
        "LARS_Validity.csv": (
            "LearnAimRef,ValidityCategory,StartDate,EndDate,LastNewStartDate",
            ((q.reference, category, OPEN, "", "") for q in _all(filler) for category in q.validity),
        ),
        "LARS_LearningDeliveryCategory.csv": (
            "LearnAimRef,CategoryRef,EffectiveFrom,EffectiveTo",
            ((q.reference, category, OPEN, "") for q in _all(filler) for category in q.categories),
        ),
        "LARS_Category.csv": (
            "CategoryRef,ParentCategoryRef,CategoryName,EffectiveFrom,EffectiveTo",
            ((number, "", name, OPEN, "") for number, name in _CATEGORIES),
        ),
        "LARS_Funding.csv": (
            "LearnAimRef,FundingCategory,EffectiveFrom,EffectiveTo,RateWeighted,RateUnWeighted,WeightingFactor",
            ((q.reference, "Matrix", OPEN, "", 6 * q.hours, 6 * q.hours, "A") for q in _all(filler)),
        ),
        "LARS_Framework.csv": (
            "FworkCode,ProgType,PwayCode,PathwayName,EffectiveFrom,EffectiveTo",
            ((i + 1, 31, 1, f"Synthetic T Level {i + 1}", OPEN, "") for i in range(24)),
        ),
        "LARS_FrameworkAims.csv": (
            "FworkCode,ProgType,PwayCode,LearnAimRef,EffectiveFrom,EffectiveTo,FrameworkComponentType",
            ((q.pathway + 1, 31, 1, q.reference, OPEN, "", 1) for q in qualifications.every() if q.pathway is not None),
        ),
        "LARS_Standard.csv": (
            "StandardCode,Version,StandardName,StandardSectorCode,NotionalEndLevel,EffectiveFrom,LastDateStarts,"
            "EffectiveTo,Reference,SectorSubjectAreaTier1,SectorSubjectAreaTier2,ApprenticeshipStandardTypeCode",
            (
                (s.code, 1, s.title, int(s.tier2), s.level, OPEN, "", "", f"ST{s.code:04d}", int(s.tier2), s.tier2, "")
                for s in standards
            ),
        ),
        "LARS_StandardFunding.csv": (
            "StandardCode,FundingCategory,EffectiveFrom,EffectiveTo,BandNumber,CoreGovContributionCap",
            ((s.code, "StandardTblazer", OPEN, "", 1 + s.cap // 3000, s.cap) for s in standards),
        ),
        "LARS_StandardValidity.csv": (
            "StandardCode,ValidityCategory,StartDate,EndDate,LastNewStartDate",
            ((s.code, "Apprenticeships", OPEN, "", "") for s in standards),
        ),
        "LARS_Version.csv": (
            "MajorNumber,MinorNumber,MaintenanceNumber,ActivationDate,ExpiryDate,Description",
            [(1, 0, 0, date(2026, 8, 1), "", "Synthetic: made by OpenILR, describes no real learning aim")],
        ),
        "GCSEGrades.csv": (
            "LearnAimRefType,OutGrade,EffectiveFrom,EffectiveTo",
            ((kind, grade, OPEN, "") for kind, grades in _GRADES.items() for grade in grades),
        ),
    }  # fmt: skip


def _places() -> dict[str, tuple[str, Iterable[Row]]]:
    return {
        "NSPL_AUG_2026_UK.csv": (
            "pcds,dointr,doterm,east1m,north1m,gridind,oa21cd,lad26cd,ctry26cd,rgn26cd,pcon24cd,lsoa21cd,msoa21cd,lat,long,"
            "imd25ind",
            _postcodes(),
        ),
        "LAD26_to_CAUTH26_Lookup.csv": (
            "LAD26CD,LAD26NM,CAUTH26CD,CAUTH26NM",
            (
                (
                    geography.district(i),
                    f"Synthetic district {geography.district(i)[4:]}",
                    code,
                    f"Synthetic combined authority {code[4:]}",
                )
                for i in range(0, geography.POSTCODES, geography.AREAS * geography.UNITS)
                if (code := geography.combined_authority(i)) is not None
            ),
        ),
        "CompleteASFPostcodeDataset.csv": (
            "Postcode,SourceOfFunding,EffectiveFrom,EffectiveTo",
            ((geography.postcode(i), geography.funder(i), date(2019, 8, 1), "") for i in range(geography.POSTCODES)),
        ),
        "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv": (
            "LSOA code (2021),LSOA name (2021),Local Authority District code (2024),"
            "Local Authority District name (2024),Index of Multiple Deprivation (IMD) Score,"
            "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),"
            "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
            _deprivation(),
        ),
    }


def _postcodes() -> Iterator[Row]:
    yield "ZZ99 9ZZ", 198001, "", "", "", 9, *[""] * 10
    for i in range(geography.POSTCODES):
        east, north = geography.grid(i)
        yield (
            geography.postcode(i), 198001, "", east, north, 1, f"E009{i // 5:05d}", geography.district(i), "E92000001",
            geography.region(i), geography.constituency(i), geography.small_area(i), geography.middle_area(i),
            round(49.8 + north / 111_200, 5), round(-7.6 + east / 68_000, 5), geography.rank(i),
        )  # fmt: skip


def _deprivation() -> Iterator[Row]:
    for i in range(0, geography.POSTCODES, geography.UNITS):
        rank, district = geography.rank(i), geography.district(i)
        yield (
            geography.small_area(i), f"Synthetic area {i // geography.UNITS}", district,
            f"Synthetic district {district[4:]}",
            round(92 * (1 - rank / 33_755) ** 1.7, 3), rank, min(10, (rank - 1) * 10 // 33_755 + 1),
        )  # fmt: skip


def _organisations(providers: list[Provider], year_names: tuple[str, ...]) -> dict[str, tuple[str, Iterable[Row]]]:
    return {
        "Organisations.csv": (
            "UKPRN,Name,LegalOrgType,Status,LongTermResid,HESAProvider",
            ((p.ukprn, p.name, LEGAL[p.type], "Active", 0, int(p.type == "university")) for p in providers),
        ),
        "OrganisationPartners.csv": ("UKPRN,Name", ((p.ukprn, p.name) for p in providers)),
        "UKRLP.csv": ("UKPRN,Name,Status", ((p.ukprn, p.name, "Active") for p in providers)),
        "CampusIdentifiers.csv": (
            "CampusIdentifier,MasterUKPRN,Name",
            ((f"{p.number + 1:08d}", p.ukprn, f"{p.name}, main site") for p in providers),
        ),
        "OfSRegister.csv": (
            "UKPRN,Name,DateOfRegistration,HEFundingFieldsRequired",
            ((p.ukprn, p.name, OPEN, 1) for p in providers if p.on_ofs_register),
        ),
        "EDUBASEALLDATA20260801.csv": (
            "URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),"
            "EstablishmentStatus (code),UKPRN",
            (
                (900_000 + p.number, 900, 8000 + p.number, p.name, 18, 1, p.ukprn)
                for p in providers if p.type in ("college", "sixth_form")
            ),
        ),
        "ContractAllocations.csv": (
            "DeliveryUKPRN,FundingStreamPeriodCode,ContractAllocationNumber,StartDate,EndDate,StopNewStartsFromDate",
            _allocations(providers, year_names),
        ),
        "ContractDeliverables.csv": (
            "ContractAllocationNumber,DeliverableCode,Description",
            ((contract(p.ukprn), f"D{i}", f"Synthetic bootcamp {i}") for p in providers for i in (1, 2, 3)),
        ),
        "SkillsBootcampContracts.csv": (
            "ILRContractRefNumber,UKPRN",
            ((f"{contract(p.ukprn)}-D{i}", p.ukprn) for p in providers for i in (1, 2, 3)),
        ),
        "ShortTermFunding.csv": ("UKPRN,LDMCode,Reason,EffectiveFrom,EffectiveTo", []),
    }  # fmt: skip


def _allocations(providers: list[Provider], year_names: tuple[str, ...]) -> Iterator[Row]:
    """Every provider has what its learners are funded from, in each of the years that have rules about it."""
    wanted = ("UKPRN_06", "UKPRN_08", "UKPRN_10", "UKPRN_29", "LearnDelFAMType_53")
    packs = [pack for pack in map(years.load, year_names) if pack.has_rules]
    streams = [pack.parameters["funding_streams"] for pack in packs]
    if not streams:
        return
    codes = dict.fromkeys(code for known in streams for rule in wanted for code in known[rule])
    for p in providers:
        for number, code in enumerate(codes):
            yield p.ukprn, code, f"C{p.ukprn}-{number}", OPEN, "", ""
        yield p.ukprn, streams[0]["UKPRN_26"][0], contract(p.ukprn), OPEN, "", ""


def _courses(providers: list[Provider]) -> dict[str, tuple[str, Iterable[Row]]]:
    standards, units = qualifications.standards(), qualifications.pools()["unit"]
    return {
        "EPAOrganisations.csv": (
            "EPAOrgID,StandardCode,Name,EffectiveFrom,EffectiveTo",
            ((s.assessor, s.code, f"Synthetic assessor {s.assessor[3:]}", OPEN, "") for s in standards),
        ),
        "ApprenticeshipServiceCourses.csv": (
            "UKPRN,CourseType,LARSCode,Status,EffectiveFrom,EffectiveTo,LastDateStarts",
            _service(providers, [s.code for s in standards], [u.reference for u in units]),
        ),
        "ApprenticeshipAges.csv": (
            "StandardCode,MinimumAge,MaximumAge,EffectiveFrom,EffectiveTo",
            ((s.code, 15, 115, OPEN, "") for s in standards),
        ),
        "ShortCourses.csv": (
            "LearnAimRef,CourseType,Title,EffectiveFrom",
            ((u.reference, "ShortCourse", u.title, OPEN) for u in [*units, *_programme_aims()]),
        ),
    }  # fmt: skip


def _programme_aims() -> list[Qualification]:
    return [q for q in qualifications.fixed() if q.reference == PROGRAMME]


def _service(providers: list[Provider], standards: list[int], units: list[str]) -> Iterator[Row]:
    """What the apprenticeship service lists for each provider: only courses of those that have such learners."""
    for p in providers:
        if "apprenticeship" in p.learners:
            for code in standards[p.number % 7 :: 7]:
                yield p.ukprn, "Apprenticeship", code, "Active", OPEN, "", ""
        if "short_course" in p.learners:
            for reference in (*units, PROGRAMME):
                yield p.ukprn, "ShortCourse", reference, "Active", OPEN, "", ""


def _people(learners: int) -> dict[str, tuple[str, Iterable[Row]]]:
    return {
        "Employers.csv": ("ERN", ((employer_id(i),) for i in range(EMPLOYERS))),
        "LearnerRegister.csv": ("ULN", ((uln(i),) for i in range(learners))),
    }
