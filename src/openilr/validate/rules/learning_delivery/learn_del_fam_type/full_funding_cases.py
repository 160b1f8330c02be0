"""Cases for the exclusions of the rules in ``full_funding``: cells with which each applies, and cells just short of it.

FAM adds to FFI1. ``{start}``, ``{before}`` and ``{after}`` stand for the start of the aim and the days around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openilr.derive.codes import is_restart
from openilr.validate.rule import Predicate
from openilr.validate.rules.learning_delivery.learn_del_fam_type import exclusions as ex

Cells = Mapping[str, str]


def _employed(*cells: str) -> list[Cells]:
    return [{"Emp": cell} for cell in cells]


def _basic_skills(*cells: str) -> list[Cells]:
    return [{"lars_annual_value": f"BasicSkillsType={cell}"} for cell in cells]


def _category(*cells: str) -> list[Cells]:
    return [{"lars_category": f"CategoryRef={cell} EffectiveFrom=2000-08-01"} for cell in cells]


def _on_type(type: str) -> list[Cells]:
    return _basic_skills(
        f"{type} EffectiveFrom=2000-08-01",
        f"{type} EffectiveFrom={{start}} EffectiveTo={{start}}",
    )


def _off_type(type: str) -> list[Cells]:
    return _basic_skills(
        f"{type} EffectiveFrom={{after}}",
        f"{type} EffectiveFrom=2000-08-01 EffectiveTo={{before}}",
        "36 EffectiveFrom=2000-08-01",
    )


APPLIES: Mapping[Predicate, Sequence[Cells]] = {
    ex.is_apprenticeship: [{"ProgType": "25"}],
    ex.is_traineeship_outside_flexible_element: [{"ProgType": "24", **cells} for cells in _category("2", "4")],
    ex.in_custody: [{"FAM": "LDM034"}],
    ex.on_temporary_licence: [{"FAM": "LDM328"}],
    ex.on_mandatory_benefits: [
        {"FAM": "LDM318", "Emp": "10@2010-08-01 BSI4"},
        *_employed("10@{start} BSI1", "98@2010-08-01 BSI2", "10@2009-08-01; 10@2010-08-01 BSI1"),
    ],
    ex.on_other_benefits: [
        {"FAM": "LDM118", "Emp": "11@{start} BSI4"},
        {"FAM": "LDM118", "Emp": "12@2010-08-01 BSI4"},
        *_employed("11@{start} BSI3", "12@2010-08-01 BSI3", "11@2009-08-01; 11@2010-08-01 BSI3"),
    ],
    ex.unemployed_with_benefits: _employed(
        "10@{start} BSI1", "98@2010-08-01 BSI2", "11@{start} BSI3", "12@2010-08-01 BSI4",
        "10@{start} EII2 BSI3", "10@2010-08-01 EII6 BSI4", "11@2009-08-01; 11@2010-08-01 BSI3",
        "10@2009-08-01; 10@2010-08-01 EII2 BSI3",
    ),
    ex.unemployed_with_benefits_since_2020: _employed(
        "10@{start} BSI1", "98@2010-08-01 BSI1", "11@{start} BSI4", "12@2010-08-01 BSI6",
        "10@{start} EII2 BSI4", "10@2010-08-01 EII6 BSI6", "11@2009-08-01; 11@2010-08-01 BSI5",
        "10@2009-08-01; 10@2010-08-01 EII2 BSI5",
    ),
    is_restart: [{"FAM": "RES1"}],
    ex.english_or_maths: _on_type("1") + _on_type("35"),
    ex.essential_digital_skill: _on_type("43"),
    ex.digital_functional_skill: _on_type("44"),
    ex.steel_redundancy_training: [{"FAM": "LDM347"}],
    ex.on_low_wages: [{"FAM": "LDM363"}],
    ex.fully_funded_by_authority: [{"FAM": "DAM023"}],
    ex.devolved_authority_funds: [{"FAM": "SOF110"}, {"FAM": "SOF123"}],
    ex.is_trade_union_aim: _category("19"),
    ex.at_a_specialist_designated_college: [{"organisations": "LegalOrgType=USDC"}],
    ex.in_level_2_entitlement: _category("37"),
    ex.earns_below_threshold: [{"FAM": "LDM391"}],
}  # fmt: skip

#: Cells with which an exclusion does not apply, nor any other that stands beside it in a rule.
FALLS_SHORT: Mapping[Predicate, Sequence[Cells]] = {
    ex.is_apprenticeship: [{"ProgType": "32"}],
    ex.is_traineeship_outside_flexible_element: [{"ProgType": "24"}, *_category("2")],
    ex.in_custody: [{"FAM": "LDM118 DAM001 SOF105"}],
    ex.on_mandatory_benefits: [
        {"FAM": "LDM318"},
        *_employed("10@2010-08-01 BSI4", "10@{after} BSI1", "10@2010-08-01 BSI1; 10@2011-08-01", "10@2010-08-01 SEI1"),
    ],
    ex.on_other_benefits: [
        {"FAM": "LDM118"},
        {"FAM": "LDM118", "Emp": "98@2010-08-01 BSI3"},
        *_employed("11@{after} BSI3", "11@2010-08-01 BSI3; 11@2011-08-01", "11@2010-08-01 LOU3"),
    ],
    ex.unemployed_with_benefits: _employed(
        "11@{after} BSI3", "98@2010-08-01 BSI3", "10@2010-08-01 BSI4", "10@2010-08-01 EII1 BSI3", "10@2010-08-01 EII2",
        "11@2010-08-01 BSI5", "11@2010-08-01 BSI3; 11@2011-08-01", "10@2010-08-01 EII2 BSI3; 10@2011-08-01",
        "11@2010-08-01 LOU1 LOU3",
    ),
    ex.unemployed_with_benefits_since_2020: _employed(
        "11@{after} BSI4", "98@2010-08-01 BSI4", "10@2010-08-01 BSI5", "10@2010-08-01 EII1 BSI5", "10@2010-08-01 EII2",
        "11@2010-08-01 BSI2", "11@2010-08-01 BSI5; 11@2011-08-01", "10@2010-08-01 EII2 BSI5; 10@2011-08-01",
        "11@2010-08-01 LOU1 LOU4",
    ),
    ex.english_or_maths: _off_type("1"),
    ex.essential_digital_skill: _off_type("43"),
    ex.digital_functional_skill: _off_type("44"),
    ex.devolved_authority_funds: [{"FAM": "SOF105"}],
    ex.is_trade_union_aim: _category("20"),
    ex.at_a_specialist_designated_college: [{"organisations": "LegalOrgType=USFC"}],
    ex.in_level_2_entitlement: _category("38"),
}  # fmt: skip
