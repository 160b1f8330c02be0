"""UKPRN_06 to UKPRN_15, 23, 27 and 29: the provider needs a funding allocation for what it returns.

The streams of each rule are among the year's parameters; those given here are for the cases.
"""

from collections.abc import Mapping

from openilr.derive.codes import has_fam
from openilr.derive.dd07 import dd07
from openilr.derive.dd35 import dd35
from openilr.derive.expressions import Expr, Record, text
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learner.ukprn.allocations import (
    CaseTable,
    allocation,
    by_year,
    ended_in_previous_year,
    is_extended_non_levy,
    is_funded_nationally,
    is_levy_apprenticeship,
    is_non_levy_apprenticeship,
    is_offender_learning,
    is_procured_2017,
    is_procured_2021,
    is_procured_2023,
    is_restart_1,
    is_sea_fishing,
    is_sporting_excellence,
    is_traineeship_procured_2020,
    streams,
)

WHY = "Learning that is returned without a contract is not paid."


def _funding_cases(
    columns: str, fits: str, examples: tuple[str, ...] | Mapping[str, tuple[str, ...]], more: str
) -> str:
    table = CaseTable(columns)
    table.add(fits, [], "yes", "no allocation at all")
    table.add(fits, ["FundingStreamPeriodCode=ZZZZ2526"], "yes", "another stream only")
    for years, codes in by_year(examples).items():
        for code in codes:
            mine = f"FundingStreamPeriodCode={code}"
            table.add(fits, [mine], "no", "an allocation", years=years)
        table.add(fits, [f"DeliveryUKPRN=10000002 {mine}"], "yes", "another provider's allocation", years=years)
        table.add(fits, [f"{mine} StartDate=2010-08-01 EndDate=2011-07-31"], "no", "any date", years=years)
    for years, codes in by_year(examples).items():
        for other in set(by_year(examples)) - {years}:
            table.add(fits, [f"FundingStreamPeriodCode={codes[0]}"], "yes", "another year's stream", years=other)
    table.add_ends(fits, [], ended="no", running="yes")
    table.add_more(more)
    return str(table)


def _needs_funding(
    id: str, what: str, condition: Predicate, columns: str, fits: str,
    examples: tuple[str, ...] | Mapping[str, tuple[str, ...]], more: str = "", unless: tuple[Predicate, ...] = (),
) -> None:  # fmt: skip
    """A rule that the provider needs an allocation. ``fits`` is an aim that needs one, ``examples`` the streams."""
    rule(
        id,
        LearningDelivery,
        summary=f"A provider needs a funding allocation for {what}.",
        message=f"Provider {{UKPRN}} has no allocation for {what} ({{streams}}).",
        show={"streams": _streams_of(id)},
        why=WHY,
        fix="Check the aim's funding; if it is right, ask why the allocation is not in the list of contracts.",
        unless=(*unless, ended_in_previous_year),
        cases=_funding_cases(columns, fits, examples, more),
    )(lambda aim: condition(aim) & ~allocation(aim, id))


def _streams_of(id: str) -> Predicate:
    return lambda aim: text(", ".join(streams(aim, id)))


def is_non_funded(aim: Record) -> Expr:
    return aim.FundModel == 99


def is_apprenticeship_funded(aim: Record) -> Expr:
    return aim.FundModel == 36


ADULT_SKILLS = {
    "2526": ("ASFC-ASCL2526", "STFIG2526", "ASFC-FCFJ2526"),
    "2627": ("ASFC-ASCL2627", "STFIG2627", "ASFC-FCFJ2627"),
}
NON_LEVY_PROCURED = ("16-18NLAP2018", "ANLAP2018")

_needs_funding("UKPRN_06", "adult skills", lambda aim: aim.FundModel == 35,
    "FundModel | ProgType | FAM", "35 | | SOF105", ADULT_SKILLS, """
    38 |    | SOF105 | no  | another funding model
    35 | 24 | SOF105 | yes | a programme that is no apprenticeship
    35 | 25 | SOF105 | no  | apprenticeship
    35 |    | LDM357 | no  | procured in 2017
    35 |    | LDM034 | no  | offender learning
    35 |    | LDM377 | no  | traineeship procured in 2020
    35 |    | LDM379 | no  | procured in 2021
    35 |    | LDM388 | no  | procured in 2023
    35 |    | LDM331 | yes | another LDM code
    35 |    | SOF110 | no  | a devolved authority pays
    35 |    |        | yes | no source of funding
""", unless=(dd07, is_procured_2017, is_offender_learning, dd35, is_traineeship_procured_2020, is_procured_2021,
             is_procured_2023))  # fmt: skip
_needs_funding("UKPRN_08", "advanced learner loans bursary", lambda aim: has_fam(aim, "ALB"),
    "FundModel | FAM", "99 | ALB1", {"2526": ("ALLB2526", "ALLBC2526"), "2627": ("ALLB2627", "ALLBC2627")}, """
    99 | ADL1      | no  | a loan without bursary
    99 |           | no  | no FAM record
    99 | ADL1 ALB3 | yes | whatever the code
    35 | ALB1      | yes | whatever the funding model
""")  # fmt: skip
_needs_funding("UKPRN_09", "apprenticeships", dd07, "FundModel | ProgType | FAM", "35 | 25 |", ("APPS2526",), """
    81 | 25 |        | yes | other adult funding
    35 | 24 |        | no  | no apprenticeship
    35 |    |        | no  | no programme
    35 | 25 | LDM034 | no  | offender learning
    35 | 25 | LDM353 | no  | sporting excellence
    35 | 25 | LDM355 | no  | sea fishing
    35 | 25 | LDM354 | yes | another LDM code
    36 | 25 |        | no  | apprenticeship funding
    99 | 25 |        | no  | non-funded
""", unless=(is_offender_learning, is_apprenticeship_funded, is_sporting_excellence, is_sea_fishing, is_non_funded))  # fmt: skip
_needs_funding("UKPRN_10", "apprenticeships on the apprenticeship service",
    lambda aim: is_levy_apprenticeship(aim) & (aim.LearnStartDate >= "2017-05-01"),
    "LearnStartDate | FundModel | FAM", "2017-05-01 | 36 | ACT1", ("LEVY1799", "NONLEVY2019"), """
    2017-04-30 | 36 | ACT1 | no | the day before the first
    2025-09-01 | 36 | ACT2 | no | a contract with the department
    2025-09-01 | 36 |      | no | no contract type
    2025-09-01 | 35 | ACT1 | no | another funding model
""")  # fmt: skip
_needs_funding("UKPRN_11", "apprenticeships on a contract with the department",
    lambda aim: is_non_levy_apprenticeship(aim) & (aim.LearnStartDate >= "2017-05-01"),
    "LearnStartDate | FundModel | FAM", "2017-05-01 | 36 | ACT2", ("APPS2526", *NON_LEVY_PROCURED), """
    2017-04-30 | 36 | ACT2 | no | the day before the first
    2025-09-01 | 36 | ACT1 | no | on the apprenticeship service
    2025-09-01 | 36 |      | no | no contract type
    2025-09-01 | 35 | ACT2 | no | another funding model
""")  # fmt: skip
_needs_funding("UKPRN_12", "the adult education budget procured in 2017",
    lambda aim: is_procured_2017(aim) & (aim.LearnStartDate >= "2017-11-01"),
    "LearnStartDate | FAM", "2017-11-01 | LDM357", ("AEB-19TRN2021", "AEB-AS2021", "STFI2021"), """
    2017-10-31 | LDM357 | no | the day before the first
    2025-09-01 | LDM358 | no | another LDM code
    2025-09-01 |        | no | no LDM record
""")  # fmt: skip
_needs_funding("UKPRN_13", "procured non-levy apprenticeships",
    lambda aim: has_fam(aim, "ACT", "2") & (aim.AimType == 1) & (aim.LearnStartDate >= "2018-01-01"),
    "LearnStartDate | AimType | FAM", "2018-01-01 | 1 | ACT2", NON_LEVY_PROCURED, """
    2017-12-31 | 1 | ACT2        | no  | the day before the first
    2025-09-01 | 3 | ACT2        | no  | a component aim
    2025-09-01 | 1 | ACT1        | no  | on the apprenticeship service
    2025-09-01 | 1 | ACT2 LDM358 | no  | an extended allocation
    2025-09-01 | 1 | ACT2 RES1   | no  | restart
    2025-09-01 | 1 | ACT2 LDM357 | yes | another LDM code
""", unless=(is_extended_non_levy, is_restart_1))  # fmt: skip


def is_extended_non_levy_apprenticeship(aim: Record) -> Expr:
    return is_extended_non_levy(aim) & has_fam(aim, "ACT", "2")


_needs_funding("UKPRN_14", "non-levy apprenticeships that were not procured", is_extended_non_levy_apprenticeship,
    "AimType | FAM", "1 | ACT2 LDM358", ("APPS2526",), """
    3 | ACT2 LDM358 | yes | a component aim
    1 | ACT1 LDM358 | no  | on the apprenticeship service
    1 | ACT2        | no  | no extended allocation
    1 | ACT2 LDM357 | no  | another LDM code
""")  # fmt: skip


def _procured_cases() -> str:
    table, procured = CaseTable("AimType | FAM"), "FundingStreamPeriodCode=ANLAP2018"
    table.add("1 | ACT2 LDM358", [procured], "yes", "a procured contract")
    table.add("1 | ACT2 LDM358", ["FundingStreamPeriodCode=16-18NLAP2018"], "yes", "for 16 to 18")
    table.add("3 | ACT2 LDM358", [procured], "yes", "a component aim")
    table.add("1 | ACT2 LDM358", [], "no", "no allocation")
    table.add("1 | ACT2 LDM358", ["FundingStreamPeriodCode=APPS2526"], "no", "another stream")
    table.add("1 | ACT2 LDM358", [f"DeliveryUKPRN=10000002 {procured}"], "no", "another provider's")
    table.add("1 | ACT1 LDM358", [procured], "no", "on the apprenticeship service")
    table.add("1 | ACT2", [procured], "no", "no extended allocation")
    table.add_ends("1 | ACT2 LDM358", [procured], ended="no", running="yes")
    return str(table)


@rule(
    "UKPRN_15",
    LearningDelivery,
    summary="A provider with a procured non-levy contract has no non-levy apprenticeships on an extended allocation.",
    message="Provider {UKPRN} has an allocation for procured non-levy apprenticeships, but the aim has LDM 358.",
    why=WHY,
    fix="Remove LDM 358, or ask why the procured allocation is in the list of contracts.",
    unless=(ended_in_previous_year,),
    cases=_procured_cases(),
)
def extended_beside_procured_contract(aim):
    return is_extended_non_levy_apprenticeship(aim) & allocation(aim, "UKPRN_15")


_needs_funding("UKPRN_23", "the adult education budget procured in 2021",
    lambda aim: (aim.LearnStartDate >= "2021-08-01") & (aim.FundModel == 35) & is_procured_2021(aim)
    & is_funded_nationally(aim),
    "LearnStartDate | FundModel | FAM", "2021-08-01 | 35 | LDM379 SOF105", ("AEB-AS2324", "AEB-NSF2324"), """
    2021-07-31 | 35 | LDM379 SOF105 | no | the day before the first
    2025-09-01 | 38 | LDM379 SOF105 | no | another funding model
    2025-09-01 | 35 | LDM379 SOF110 | no | another source of funding
    2025-09-01 | 35 | LDM379        | no | no source of funding
    2025-09-01 | 35 | LDM388 SOF105 | no | another procurement
""")  # fmt: skip
_needs_funding("UKPRN_27", "the adult skills fund procured in 2023",
    lambda aim: (aim.LearnStartDate >= "2023-08-01") & aim.FundModel.is_in(35, 38) & is_procured_2023(aim)
    & is_funded_nationally(aim),
    "LearnStartDate | FundModel | FAM", "2023-08-01 | 35 | LDM388 SOF105", {
        "2526": ("ASF2023-AS2526", "ASF2023-FCFJ2526", "ASF2023-STFI2526"),
        "2627": ("ASF2023-AS2627", "ASF2023-FCFJ2627", "ASF2023-STFI2627"),
    }, """
    2023-08-01 | 38 | LDM388 SOF105 | yes | adult skills fund
    2023-07-31 | 35 | LDM388 SOF105 | no  | the day before the first
    2025-09-01 | 99 | LDM388 SOF105 | no  | another funding model
    2025-09-01 | 35 | LDM388 SOF110 | no  | another source of funding
    2025-09-01 | 38 | LDM388        | no  | no source of funding
    2025-09-01 | 35 | LDM379 SOF105 | no  | another procurement
""")  # fmt: skip
_needs_funding("UKPRN_29", "the adult skills fund", lambda aim: aim.FundModel == 38,
    "FundModel | FAM", "38 | SOF105", ADULT_SKILLS, """
    35 | SOF105        | no  | another funding model
    38 |               | yes | no source of funding
    38 | SOF110        | no  | a devolved authority pays
    38 | LDM388 SOF105 | no  | procured in 2023
    38 | LDM379 SOF105 | yes | another procurement
""", unless=(dd35, is_procured_2023))  # fmt: skip
