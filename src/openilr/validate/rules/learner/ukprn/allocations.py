"""What the rules about the provider's funding allocations (FCT) ask, and how their cases are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from openilr.derive.codes import has_fam
from openilr.derive.expressions import Expr, Record

#: Stands for the start of an allocation that the list gives without one.
LONG_AGO = "1900-01-01"


def streams(record: Record, rule: str) -> tuple[str, ...]:
    """The funding stream period codes that the year's rule looks for."""
    return tuple(record.pack.parameters["funding_streams"][rule])


def allocation(aim: Record, rule: str, where: Callable[[Record], Expr] | None = None) -> Expr:
    """Whether the provider has an allocation from one of the rule's streams (and as ``where`` asks)."""
    codes = streams(aim, rule)

    def wanted(c: Record) -> Expr:
        from_stream = c.FundingStreamPeriodCode.is_in(codes)
        return from_stream & where(c) if where else from_stream

    return aim.any("contract_allocations", wanted, same={"DeliveryUKPRN": aim.UKPRN})


def starts_after_stop(aim: Record, rule: str) -> Expr:
    """Whether the aim starts on or after the day from which the provider's latest allocation takes no new starts.

    The latest is the one with the latest StartDate. Where several of the streams begin on that day, one that is stopped
    is enough.
    """
    latest = start_of_latest(aim, rule)
    return allocation(
        aim, rule,
        lambda c: (c.StartDate.or_(LONG_AGO) == latest) & (c.StopNewStartsFromDate <= aim.LearnStartDate),
    )  # fmt: skip


def start_of_latest(aim: Record, rule: str) -> Expr:
    """The latest StartDate among the provider's allocations from one of the rule's streams."""
    codes = streams(aim, rule)
    return aim.last(
        "contract_allocations",
        lambda c: c.StartDate.or_(LONG_AGO),
        lambda c: c.FundingStreamPeriodCode.is_in(codes),
        same={"DeliveryUKPRN": aim.UKPRN},
    )


def day_of_stop(aim: Record, rule: str) -> Expr:
    """The day from which the provider's latest allocation takes no new starts, for messages."""
    codes, latest = streams(aim, rule), start_of_latest(aim, rule)
    return aim.first(
        "contract_allocations",
        lambda c: c.StopNewStartsFromDate,
        lambda c: c.FundingStreamPeriodCode.is_in(codes) & (c.StartDate.or_(LONG_AGO) == latest),
        same={"DeliveryUKPRN": aim.UKPRN},
    )


# Which aims ------------------------------------------------------------------------------------------------


def ended_in_previous_year(aim: Record) -> Expr:
    previous = aim.teaching_year.previous
    return aim.LearnActEndDate.between(previous.start, previous.end)


def is_restart_1(aim: Record) -> Expr:
    return has_fam(aim, "RES", "1")


def is_offender_learning(aim: Record) -> Expr:
    """Offender learning in custody (OLASS): LDM 034."""
    return has_fam(aim, "LDM", "034")


def is_procured_2017(aim: Record) -> Expr:
    """Adult education budget procured from 2017: LDM 357."""
    return has_fam(aim, "LDM", "357")


def is_traineeship_procured_2020(aim: Record) -> Expr:
    """Traineeship of the procurement of 2020: LDM 377."""
    return has_fam(aim, "LDM", "377")


def is_procured_2021(aim: Record) -> Expr:
    """Adult education budget procured from 2021: LDM 379."""
    return has_fam(aim, "LDM", "379")


def is_procured_2023(aim: Record) -> Expr:
    """Adult education budget procured from 2023: LDM 388."""
    return has_fam(aim, "LDM", "388")


def is_extended_non_levy(aim: Record) -> Expr:
    """Non-levy apprenticeship on an extended allocation: LDM 358."""
    return has_fam(aim, "LDM", "358")


def is_sporting_excellence(aim: Record) -> Expr:
    """Non-apprenticeship sporting excellence: LDM 353."""
    return has_fam(aim, "LDM", "353")


def is_sea_fishing(aim: Record) -> Expr:
    """Non-apprenticeship sea fishing: LDM 355."""
    return has_fam(aim, "LDM", "355")


def is_funded_nationally(aim: Record) -> Expr:
    """Whether the department itself is the source of funding: SOF 105."""
    return has_fam(aim, "SOF", "105")


def is_levy_apprenticeship(aim: Record) -> Expr:
    """An apprenticeship on the apprenticeship service: FundModel 36 and ACT 1."""
    return (aim.FundModel == 36) & has_fam(aim, "ACT", "1")


def is_non_levy_apprenticeship(aim: Record) -> Expr:
    """An apprenticeship on a contract with the department: FundModel 36 and ACT 2."""
    return (aim.FundModel == 36) & has_fam(aim, "ACT", "2")


# Cases -----------------------------------------------------------------------------------------------------


class CaseTable:
    """The cases of one rule: its own columns, then allocations, actual end and years."""

    def __init__(self, columns: str) -> None:
        self._lines = [f"{columns} | LearnActEndDate | contract_allocations | years | fires | why"]

    def add(
        self, own: str, allocations: Iterable[str], verdict: str, why: str, *, end: str = "", years: str = ""
    ) -> None:
        rows = "; ".join(a if "DeliveryUKPRN" in a else f"DeliveryUKPRN=10000001 {a}" for a in allocations)
        self._lines.append(f"{own} | {end} | {rows} | {years} | {verdict} | {why}")

    def add_more(self, lines: str, allocations: Iterable[str] = ()) -> None:
        """More lines of own cells with a verdict and a reason; ``allocations`` hold for each."""
        for line in filter(None, map(str.strip, lines.splitlines())):
            *own, verdict, why = (cell.strip() for cell in line.split("|"))
            self.add(" | ".join(own), allocations, verdict, why)

    def add_ends(self, own: str, allocations: Iterable[str], ended: str, running: str) -> None:
        """The first and last day of the previous year, and the days around them."""
        for year, first, last in (("2526", 2024, 2025), ("2627", 2025, 2026)):
            self.add(own, allocations, running, "ended before the previous year", end=f"{first}-07-31", years=year)
            self.add(own, allocations, ended, "first day of the previous year", end=f"{first}-08-01", years=year)
            self.add(own, allocations, ended, "last day of the previous year", end=f"{last}-07-31", years=year)
            self.add(own, allocations, running, "ended this year", end=f"{last}-08-01", years=year)

    def __str__(self) -> str:
        return "\n".join(self._lines)


def by_year(given: tuple[str, ...] | Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Streams by the years they hold for ("" is every year)."""
    return dict(given) if isinstance(given, Mapping) else {"": given}
