"""Groups of learners and aims that several rules about FAM records leave out."""

from openilr.derive.codes import ever_in_lars_category, has_basic_skills_type, has_fam, is_english_or_maths
from openilr.derive.dd07 import dd07
from openilr.derive.dd12 import dd12
from openilr.derive.dd21 import dd21
from openilr.derive.dd28 import dd28
from openilr.derive.dd29 import dd29
from openilr.derive.dd35 import dd35
from openilr.derive.dd38 import dd38


def is_apprenticeship(aim):
    return dd07(aim)


def is_traineeship_outside_flexible_element(aim):
    return dd29(aim)


def devolved_authority_funds(aim):
    return dd35(aim)


def in_custody(aim):
    return has_fam(aim, "LDM", "034")


def on_temporary_licence(aim):
    """Released on temporary licence (RoTL)."""
    return has_fam(aim, "LDM", "328")


def steel_redundancy_training(aim):
    return has_fam(aim, "LDM", "347")


def on_low_wages(aim):
    return has_fam(aim, "LDM", "363")


def fully_funded_by_authority(aim):
    return has_fam(aim, "DAM", "023")


def project_s(aim):
    """The pilot "Project S" of the adult skills fund."""
    return has_fam(aim, "LDM", "395")


def on_mandatory_benefits(aim):
    return dd12(aim)


def on_other_benefits(aim):
    return dd21(aim)


def unemployed_with_benefits(aim):
    """DD28, which holds all that DD21 does."""
    return dd28(aim)


def unemployed_with_benefits_since_2020(aim):
    """DD38, which holds all that DD37 does."""
    return dd38(aim)


def english_or_maths(aim):
    return is_english_or_maths(aim)


def essential_digital_skill(aim):
    return has_basic_skills_type(aim, 43)


def digital_functional_skill(aim):
    return has_basic_skills_type(aim, 44)


def in_level_2_entitlement(aim):
    return ever_in_lars_category(aim, 37)


def earns_below_threshold(aim):
    return has_fam(aim, "LDM", "391")


def is_trade_union_aim(aim):
    return ever_in_lars_category(aim, 19)


def at_a_specialist_designated_college(aim):
    return aim.lookup("organisations", "LegalOrgType", UKPRN=aim.UKPRN) == "USDC"
