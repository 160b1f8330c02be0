"""Each declaration holds together, and files are known by the names that they are published under."""

from __future__ import annotations

import re

import polars as pl
import pytest

from openilr.reference import TABLES, Table, schema_of
from openilr.reference.tables import columns_of, squeezed

_PUBLISHED = {
    "LARS_LearningDelivery": "lars",
    "LearningDelivery": "lars",
    "learningdelivery_v008": "lars",
    "published_012_LearningDelivery_V012": "lars",
    "AnnualValue": "lars_annual_value",
    "LARS_Validity": "lars_validity",
    "LearningDeliveryCategory": "lars_category",
    "Category": "lars_category_name",
    "Funding": "lars_funding",
    "Framework": "lars_framework",
    "FrameworkAims": "lars_framework_aims",
    "FrameworkCmnComp": "lars_framework_common_component",
    "Standard": "lars_standard",
    "StandardAims": "lars_standard_aims",
    "StandardFunding": "lars_standard_funding",
    "LARS_StandardCommonComponent": "lars_standard_common_component",
    "StandardValidity": "lars_standard_validity",
    "ApprenticeshipFunding": "lars_apprenticeship_funding",
    "Section96": "lars_section96",
    "Version": "lars_version",
    "ONSPD_AUG_2025_UK": "postcodes",
    "ONSPD_FEB_2025_UK_AB": "postcodes",
    "NSPL_AUG_2026_UK": "postcodes",
    "NSPL21_AUG_2025_UK": "postcodes",
    "Complete ASF postcode dataset": "devolved_postcodes",
    "Devolved_ASF_postcode_dataset": "devolved_postcodes",
    "Spreadsheet_friendly_A-K_ASF_postcode_dataset": "devolved_postcodes",
    "Local_Authority_District_to_Combined_Authority_(May_2025)_Lookup_in_EN": "combined_authorities",
    "LAD25_CAUTH25_EN_LU": "combined_authorities",
    "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators": "deprivation",
    "Org_Details": "organisations",
    "Org_PartnerUKPRN": "organisation_partners",
    "Org_Funding": "organisation_funding",
    "CampusIdentifier": "campus_identifiers",
    "UKRLP-export": "providers",
    "apar-2026-10-01-10-00-00": "providers",
    "edubasealldata20261001": "schools",
    "employers": "employers",
    "EPAOrganisations": "epa_organisations",
    "ContractAllocation": "contract_allocations",
    "ContractDeliverable": "contract_deliverables",
    "SkillsBootcampContracts": "skills_bootcamp_contracts",
    "ShortTermFundingInitiative": "short_term_funding",
    "OfSProviders": "office_for_students",
    "ApprenticeshipService": "apprenticeship_service",
    "AppSerAgeEligibility": "apprenticeship_ages",
    "short_courses": "short_courses",
    "learner_register": "learner_register",
    "CollectionTimetable": "collection_timetable",
    "Qualifications": "qualifications",
    "ApprenticeshipServiceRecords": "apprenticeship_records",
    "nomis_2026_10_01": "labour_market",
    "population": "population",
    "CareerPathways_Subjects": "career_pathways",
    "SkillsImperative2035_Occupations": "forecasts",
    "AppendixQ_Annex1": "gcse_grades",
    "code-lists": "code_lists",
    "validation-rules": "official_rules",
    "ILR validation rules 2025 to 2026": "official_rules",
}

#: Columns that the validation rules of 2025-26 and 2026-27 name, by table.
_RULES_NAME = {
    "lars": "LearnAimRef LearnAimRefType NotionalNVQLevelv2 EffectiveTo AwardOrgAimRef EnglPrscID "
    "LearningDeliveryGenre FrameworkCommonComponent SectorSubjectAreaTier2",
    "lars_annual_value": "LearnAimRef BasicSkillsType EffectiveFrom EffectiveTo",
    "lars_validity": "LearnAimRef ValidityCategory StartDate EndDate LastNewStartDate",
    "lars_category": "LearnAimRef CategoryRef EffectiveFrom EffectiveTo",
    "lars_framework": "ProgType FworkCode PwayCode EffectiveTo",
    "lars_framework_aims": "LearnAimRef ProgType FworkCode PwayCode EffectiveTo FrameworkComponentType",
    "lars_framework_common_component": "ProgType FworkCode PwayCode CommonComponent",
    "lars_standard": "StandardCode EffectiveFrom EffectiveTo LastDateStarts NotionalEndLevel "
    "ApprenticeshipStandardTypeCode",
    "lars_standard_funding": "StandardCode CoreGovContributionCap EffectiveFrom EffectiveTo",
    "lars_standard_validity": "StandardCode StartDate EndDate LastNewStartDate",
    "postcodes": "pcds dointr doterm",
    "devolved_postcodes": "Postcode SourceOfFunding EffectiveFrom EffectiveTo",
    "organisations": "UKPRN LegalOrgType",
    "organisation_partners": "UKPRN",
    "campus_identifiers": "CampId MasterUKPRN",
    "employers": "ERN",
    "epa_organisations": "EPAOrgID StandardCode EffectiveFrom EffectiveTo",
    "contract_allocations": "DeliveryUKPRN FundingStreamPeriodCode ContractAllocationNumber StartDate "
    "StopNewStartsFromDate",
    "contract_deliverables": "ContractAllocationNumber DeliverableCode",
    "skills_bootcamp_contracts": "ILRContractRefNumber",
    "short_term_funding": "UKPRN LDMCode EffectiveFrom EffectiveTo",
    "office_for_students": "UKPRN HEFundingFieldsRequired",
    "apprenticeship_service": "UKPRN CourseType Status LARSCode EffectiveFrom EffectiveTo LastDateStarts",
    "apprenticeship_ages": "StandardCode MaximumAge EffectiveFrom EffectiveTo",
    "learner_register": "ULN",
    "gcse_grades": "LearnAimRefType OutGrade",
    "code_lists": "field type code valid_from valid_to",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_declaration_holds_together(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert table.order in names
    assert table.files or table.parts
    for pattern in (*table.files, *table.parts, *(a for c in table.columns for a in c.aliases)):
        re.compile(pattern)


def test_every_table_is_known_by_a_published_name_and_by_no_other_table() -> None:
    for name, table in _PUBLISHED.items():
        assert [t.name for t in TABLES.values() if t.rank(squeezed(name)) is not None] == [table], name
    assert set(_PUBLISHED.values()) == set(TABLES)


def test_two_columns_of_a_table_are_never_read_from_one() -> None:
    for table in TABLES.values():
        header = [column.name for column in table.columns]
        assert [column.find(header) for column in table.columns] == list(range(len(header))), table.name


@pytest.mark.parametrize(("table", "columns"), _RULES_NAME.items(), ids=_RULES_NAME)
def test_what_rules_name_is_declared(table: str, columns: str) -> None:
    assert set(columns.split()) <= set(schema_of(table))


def test_the_types_are_those_of_the_fields_that_they_are_compared_with() -> None:
    assert schema_of("organisations")["UKPRN"] == pl.Int32
    assert schema_of("learner_register")["ULN"] == pl.Int64
    assert schema_of("lars_validity")["StartDate"] == pl.Date
    assert schema_of("lars")["NotionalNVQLevelv2"] == pl.String
    assert schema_of("lars")["SectorSubjectAreaTier2"] == pl.Float64
    assert schema_of("office_for_students")["HEFundingFieldsRequired"] == pl.Boolean


def test_an_unknown_table_is_told_which_there_are() -> None:
    with pytest.raises(KeyError, match="lars_validity"):
        schema_of("validity")


@pytest.mark.parametrize("line", ["Name", "Name key", "Name text maybe", "Name text int"])
def test_a_declaration_that_can_not_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="can not be read"):
        columns_of(line)
