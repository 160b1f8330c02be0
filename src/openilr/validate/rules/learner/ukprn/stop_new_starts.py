"""UKPRN_16 to UKPRN_30: no new starts from the day on which the provider's latest allocation stops them.

The streams of each rule are among the year's parameters; those given here are for the cases.
"""

from collections.abc import Mapping

from openilr.derive.codes import is_restart
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learner.ukprn.allocations import (
    CaseTable,
    by_year,
    day_of_stop,
    is_funded_nationally,
    is_levy_apprenticeship,
    is_non_levy_apprenticeship,
    is_procured_2017,
    is_procured_2021,
    is_procured_2023,
    starts_after_stop,
)


def _stop_cases(columns: str, fits: str, streams: tuple[str, ...] | Mapping[str, tuple[str, ...]], more: str) -> str:
    """``fits`` is an aim in scope that starts on 2025-09-01."""
    table = CaseTable(columns)
    table.add(fits, [], "no", "no allocation is another rule's question")
    for years, codes in by_year(streams).items():
        one, *_, last = (f"FundingStreamPeriodCode={code}" for code in codes)
        for mine in (one, last):
            table.add(fits, [f"{mine} StartDate=2025-08-01 StopNewStartsFromDate=2025-09-01"], "yes",
                      "starts on the day of the stop", years=years)  # fmt: skip
        table.add(fits, [f"{one} StopNewStartsFromDate=2025-08-31"], "yes", "the day after it", years=years)
        table.add(fits, [f"{one} StartDate=2025-08-01 StopNewStartsFromDate=2025-09-02"], "no", "the day before it",
                  years=years)  # fmt: skip
        table.add(fits, [f"{one} StartDate=2025-08-01"], "no", "no stop", years=years)
        table.add(fits, [f"DeliveryUKPRN=10000002 {one} StopNewStartsFromDate=2025-08-31"], "no",
                  "another provider's allocation", years=years)  # fmt: skip
        stopped = f"{one} ContractAllocationNumber=ZZ-1 StartDate=2024-08-01 StopNewStartsFromDate=2025-01-01"
        later = f"{last} ContractAllocationNumber=ZZ-2 StartDate=2025-08-01"
        table.add(fits, [later, stopped], "no", "a later allocation is not stopped", years=years)
        table.add(fits, [f"{later} StopNewStartsFromDate=2025-09-01", f"{one} StartDate=2024-08-01"], "yes",
                  "the later one is stopped", years=years)  # fmt: skip
        table.add(fits, [f"{later} StopNewStartsFromDate=2025-09-01", f"{one} StartDate=2025-08-01"], "yes",
                  "one of two that begin on the same day is stopped", years=years)  # fmt: skip
    table.add(fits, ["FundingStreamPeriodCode=ZZZZ2526 StopNewStartsFromDate=2025-08-31"], "no", "another stream")
    all_codes = [code for codes in by_year(streams).values() for code in codes]
    stopped_in_all = [f"FundingStreamPeriodCode={code} StopNewStartsFromDate=2021-01-01" for code in all_codes]
    table.add_more(more, stopped_in_all)
    return str(table)


def _no_new_starts(
    id: str, what: str, condition: Predicate, columns: str, fits: str,
    streams: tuple[str, ...] | Mapping[str, tuple[str, ...]], more: str, unless: tuple[Predicate, ...] = (),
) -> None:  # fmt: skip
    rule(
        id,
        LearningDelivery,
        summary=f"No aim may start on {what} from the day on which the provider's latest allocation stops new starts.",
        message=f"The aim starts on {{LearnStartDate}}, but provider {{UKPRN}} may start nobody on {what} from {{stop}} on.",
        show={"stop": lambda aim: day_of_stop(aim, id)},
        why="A stop on new starts is part of the contract: learners who start after it are not paid for.",
        fix="Check the aim's start date and funding; if both are right, ask for the stop to be lifted.",
        unless=(*unless, is_restart),
        cases=_stop_cases(columns, fits, streams, more),
    )(lambda aim: condition(aim) & starts_after_stop(aim, id))


_no_new_starts("UKPRN_16", "procured non-levy apprenticeships",
    lambda aim: is_non_levy_apprenticeship(aim) & (aim.AimType == 1),
    "LearnStartDate | FundModel | AimType | FAM", "2025-09-01 | 36 | 1 | ACT2", ("16-18NLAP2018", "ANLAP2018"), """
    2025-09-01 | 36 | 3 | ACT2      | no | a component aim
    2025-09-01 | 35 | 1 | ACT2      | no | another funding model
    2025-09-01 | 36 | 1 | ACT1      | no | on the apprenticeship service
    2025-09-01 | 36 | 1 | ACT2 RES1 | no | restart
""")  # fmt: skip
_no_new_starts("UKPRN_18", "adult skills",
    lambda aim: (aim.FundModel == 35) & is_funded_nationally(aim),
    "LearnStartDate | FundModel | FAM", "2025-09-01 | 35 | SOF105", {
        "2526": ("ASFC-ASCL2526", "STFIG2526", "ASFC-FCFJ2526"),
        "2627": ("ASFC-ASCL2627", "STFIG2627", "ASFC-FCFJ2627"),
    }, """
    2025-09-01 | 38 | SOF105        | no  | another funding model
    2025-09-01 | 35 | SOF110        | no  | another source of funding
    2025-09-01 | 35 |               | no  | no source of funding
    2025-09-01 | 35 | SOF105 LDM357 | no  | procured in 2017
    2025-09-01 | 35 | SOF105 LDM379 | yes | another LDM code
    2025-09-01 | 35 | SOF105 RES1   | no  | restart
""", unless=(is_procured_2017,))  # fmt: skip
_no_new_starts("UKPRN_19", "the adult education budget procured in 2017",
    lambda aim: (aim.FundModel == 35) & is_funded_nationally(aim) & is_procured_2017(aim),
    "LearnStartDate | FundModel | FAM", "2025-09-01 | 35 | SOF105 LDM357", ("AEB-19TRN2021", "AEB-AS2021"), """
    2025-09-01 | 38 | SOF105 LDM357      | no | another funding model
    2025-09-01 | 35 | SOF110 LDM357      | no | another source of funding
    2025-09-01 | 35 | SOF105             | no | not procured
    2025-09-01 | 35 | SOF105 LDM357 RES1 | no | restart
""")  # fmt: skip
_no_new_starts("UKPRN_21", "apprenticeships on the apprenticeship service",
    lambda aim: is_levy_apprenticeship(aim) & (aim.AimType == 1),
    "LearnStartDate | FundModel | AimType | FAM", "2025-09-01 | 36 | 1 | ACT1", ("LEVY1799", "NONLEVY2019"), """
    2025-09-01 | 36 | 3 | ACT1      | no | a component aim
    2025-09-01 | 35 | 1 | ACT1      | no | another funding model
    2025-09-01 | 36 | 1 | ACT2      | no | a contract with the department
    2025-09-01 | 36 | 1 | ACT1 RES1 | no | restart
""")  # fmt: skip
_no_new_starts("UKPRN_24", "the adult education budget procured in 2021",
    lambda aim: (aim.FundModel == 35) & is_funded_nationally(aim) & is_procured_2021(aim),
    "LearnStartDate | FundModel | FAM", "2025-09-01 | 35 | SOF105 LDM379", ("AEB-AS2324", "AEB-NSF2324"), """
    2025-09-01 | 38 | SOF105 LDM379      | no | another funding model
    2025-09-01 | 35 | SOF110 LDM379      | no | another source of funding
    2025-09-01 | 35 | SOF105 LDM388      | no | another procurement
    2025-09-01 | 35 | SOF105 LDM379 RES1 | no | restart
""")  # fmt: skip
_no_new_starts("UKPRN_28", "the adult skills fund procured in 2023",
    lambda aim: aim.FundModel.is_in(35, 38) & is_funded_nationally(aim) & is_procured_2023(aim),
    "LearnStartDate | FundModel | FAM", "2025-09-01 | 38 | SOF105 LDM388", {
        "2526": ("ASF2023-AS2526", "ASF2023-FCFJ2526", "ASF2023-STFI2526"),
        "2627": ("ASF2023-AS2627", "ASF2023-FCFJ2627", "ASF2023-STFI2627"),
    }, """
    2025-09-01 | 35 | SOF105 LDM388      | yes | adult skills
    2025-09-01 | 99 | SOF105 LDM388      | no  | another funding model
    2025-09-01 | 35 | SOF110 LDM388      | no  | another source of funding
    2025-09-01 | 38 | SOF105 LDM379      | no  | another procurement
    2025-09-01 | 38 | SOF105 LDM388 RES1 | no  | restart
""")  # fmt: skip
_no_new_starts("UKPRN_30", "the adult skills fund",
    lambda aim: (aim.FundModel == 38) & is_funded_nationally(aim),
    "LearnStartDate | FundModel | FAM", "2025-09-01 | 38 | SOF105", {
        "2526": ("ASFC-ASCL2526", "STFIG2526", "ASFC-FCFJ2526"),
        "2627": ("ASFC-ASCL2627", "STFIG2627", "ASFC-FCFJ2627"),
    }, """
    2025-09-01 | 35 | SOF105        | no  | another funding model
    2025-09-01 | 38 | SOF110        | no  | another source of funding
    2025-09-01 | 38 |               | no  | no source of funding
    2025-09-01 | 38 | SOF105 LDM388 | no  | procured in 2023
    2025-09-01 | 38 | SOF105 LDM379 | yes | another LDM code
    2025-09-01 | 38 | SOF105 RES1   | no  | restart
""", unless=(is_procured_2023,))  # fmt: skip
