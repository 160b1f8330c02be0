"""Kinds of provision, by the validity category of LARS that their aims must be in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from openilr.derive.codes import ever_in_lars_category, has_fam
from openilr.derive.dd35 import dd35
from openilr.derive.expressions import Expr, Record
from openilr.validate.rule import Predicate
from openilr.validate.rules.learning_delivery.learn_del_fam_type import exclusions as ex

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Provision:
    """Aims that are funded in one way. ``cells`` and ``outside`` are for cases: an aim that belongs, and how one that
    does not differs from it, by the reason."""

    words: str
    categories: tuple[str, ...]
    belongs: Predicate
    cells: Cells
    outside: Mapping[str, Cells]
    inside: Mapping[str, Cells] = field(default_factory=dict)
    unless: tuple[Predicate, ...] = ()

    @property
    def names(self) -> str:
        return " or ".join(self.categories)

    def but(self, *unless: Predicate) -> Provision:
        """The same, with more exclusions."""
        return replace(self, unless=(*self.unless, *unless))

    def also_in(self, *categories: str) -> Provision:
        """The same, for a rule that more categories satisfy."""
        return replace(self, categories=(*self.categories, *categories))


def is_free_course_for_jobs(aim: Record) -> Expr:
    return has_fam(aim, "LDM", "378")


def is_14_to_16(aim: Record) -> Expr:
    """Marked as provision for learners of 14 to 16."""
    return has_fam(aim, "LDM", "320", "321", "381")


def is_loan(aim: Record) -> Expr:
    """Financed by an advanced learner loan."""
    return has_fam(aim, "ADL")


def is_flexible_devolved_free_course(aim: Record) -> Expr:
    """In LARS category 56: free courses that devolved authorities alone fund."""
    return ever_in_lars_category(aim, 56)


#: What a case must hold for an exclusion to apply. "+" adds FAM records to those that the aim needs.
SILENT: Mapping[Predicate, Cells] = {
    ex.is_apprenticeship: {"ProgType": "25"},
    ex.in_custody: {"FAM": "+LDM034"},
    ex.devolved_authority_funds: {"FAM": "+SOF110"},
    ex.project_s: {"FAM": "+LDM395"},
    is_free_course_for_jobs: {"FAM": "+LDM378"},
    is_14_to_16: {"FAM": "+LDM321"},
    is_loan: {"FAM": "+ADL1"},
    is_flexible_devolved_free_course: {"lars_category": "CategoryRef=56 EffectiveFrom=2000-08-01"},
}

ADULT_SKILLS = Provision(
    "Adult skills aims (FundModel 35)",
    ("ADULT_SKILLS",),
    lambda aim: aim.FundModel == 35,
    {"FundModel": "35"},
    {"another funding model": {"FundModel": "38"}},
    {"another monitoring code": {"FAM": "+LDM347"}, "another source of funding": {"FAM": "+SOF105"}},
    unless=(ex.is_apprenticeship, ex.in_custody, ex.devolved_authority_funds, is_free_course_for_jobs),
)
SIXTEEN_TO_NINETEEN = Provision(
    "16 to 19 funded aims (FundModel 25 or 82)",
    ("1619_EFA",),
    lambda aim: aim.FundModel.is_in(25, 82),
    {"FundModel": "25"},
    {"another funding model": {"FundModel": "35"}, "funding model blank": {"FundModel": ""}},
    {"other 16 to 19 funding": {"FundModel": "82"}, "another monitoring code": {"FAM": "+LDM322"}},
    unless=(is_14_to_16,),
)
COMMUNITY_LEARNING = Provision(
    "Community learning aims (FundModel 10)",
    ("COMM_LEARN",),
    lambda aim: aim.FundModel == 10,
    {"FundModel": "10"},
    {"another funding model": {"FundModel": "11"}},
)
LOANS = Provision(
    "Aims financed by an advanced learner loan (FundModel 99 with ADL)",
    ("ADV_LEARN_LOAN",),
    lambda aim: (aim.FundModel == 99) & is_loan(aim),
    {"FundModel": "99", "FAM": "ADL1"},
    {"no loan": {"FAM": ""}, "another funding model": {"FundModel": "35"}},
)
ANY = Provision(
    "Aims of apprenticeship standards, Skills Bootcamps, other adult and non-funded provision",
    ("ANY",),
    lambda aim: ((aim.FundModel == 36) & (aim.ProgType == 25)) | aim.FundModel.is_in(37, 81, 99),
    {"FundModel": "81"},
    {
        "another funding model": {"FundModel": "35"},
        "apprenticeship funding without a standard": {"FundModel": "36"},
        "a standard on another funding model": {"FundModel": "25", "ProgType": "25"},
    },
    {
        "a funded apprenticeship standard": {"FundModel": "36", "ProgType": "25"},
        "a Skills Bootcamp": {"FundModel": "37", "ProgType": "32"},
        "non-funded": {"FundModel": "99"},
    },
    unless=(is_loan,),
)
ANY_BUT_APPRENTICESHIPS = Provision(
    "Aims of Skills Bootcamps, other adult and non-funded provision",
    ("ANY",),
    lambda aim: aim.FundModel.is_in(37, 81, 99),
    {"FundModel": "81"},
    {
        "another funding model": {"FundModel": "35"},
        "a funded apprenticeship standard": {"FundModel": "36", "ProgType": "25"},
    },
    {"a Skills Bootcamp": {"FundModel": "37", "ProgType": "32"}, "non-funded": {"FundModel": "99"}},
    unless=(is_loan, ex.is_apprenticeship),
)
DEVOLVED = Provision(
    "Aims funded by a devolved authority (DD35)",
    ("MCA_GLA",),
    dd35,
    {"FundModel": "35", "FAM": "SOF110"},
    {"another source of funding": {"FAM": "SOF105"}, "no source of funding": {"FAM": ""}},
    {
        "another devolved authority": {"FundModel": "38", "FAM": "SOF120"},
        "the last devolved authority of 2025-26": {"FAM": "SOF123"},
        "another monitoring code": {"FAM": "+LDM347"},
    },
    unless=(is_free_course_for_jobs,),
)
FOURTEEN_TO_SIXTEEN = Provision(
    "14 to 16 funded aims (FundModel 25 with LDM 320, 321 or 381)",
    ("1416_EFA",),
    lambda aim: (aim.FundModel == 25) & is_14_to_16(aim),
    {"FundModel": "25", "FAM": "LDM320"},
    {
        "no 14 to 16 provision": {"FAM": ""},
        "another monitoring code": {"FAM": "LDM322"},
        "another funding model": {"FundModel": "82"},
    },
    {"LDM 321": {"FAM": "LDM321"}, "LDM 381": {"FAM": "LDM381"}},
)
ADULT_SKILLS_FUND = Provision(
    "Adult Skills Fund aims (FundModel 38)",
    ("ADULT_SKILLS",),
    lambda aim: aim.FundModel == 38,
    {"FundModel": "38"},
    {"another funding model": {"FundModel": "35"}},
    {"another monitoring code": {"FAM": "+LDM391"}, "another source of funding": {"FAM": "+SOF105"}},
    unless=(ex.devolved_authority_funds, is_free_course_for_jobs, ex.project_s),
)
FREE_COURSES_FOR_JOBS = Provision(
    "Free Courses for Jobs aims (FundModel 38 with LDM 378)",
    ("FCFJ_ADULT_SKILLS",),
    lambda aim: (aim.FundModel == 38) & is_free_course_for_jobs(aim),
    {"FundModel": "38", "FAM": "LDM378"},
    {"no free course": {"FAM": ""}, "another funding model": {"FundModel": "35"}},
    {"funded by a devolved authority": {"FAM": "+SOF110"}},
)
TAILORED_LEARNING = Provision(
    "Tailored Learning aims (FundModel 11)",
    ("TAILORED_LEARNING",),
    lambda aim: aim.FundModel == 11,
    {"FundModel": "11"},
    {"another funding model": {"FundModel": "10"}},
)
SHORT_COURSES = Provision(
    "Growth and Skills short courses (FundModel 39)",
    ("GROWTH_SKILLS_SHORT_COURSES",),
    lambda aim: aim.FundModel == 39,
    {"FundModel": "39"},
    {"another funding model": {"FundModel": "36"}},
)
