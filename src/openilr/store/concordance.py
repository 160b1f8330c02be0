"""Years with different schemas in one set of views: which fields each year has, and how to read across.

A view has the columns of all its years; a field that a year does not have is null there. Nothing is renamed or
converted silently: where a later field stands for an earlier one, this says so, and what to mind.
"""

from __future__ import annotations

from dataclasses import dataclass

from openilr import years
from openilr.store.tables import kept_entities, table_name


@dataclass(frozen=True)
class Across:
    """``later`` stands for ``earlier`` (dotted names), with what to mind. Sources: the years' ILR specifications."""

    earlier: str
    later: str
    mind: str


ACROSS = (
    Across("Learner.PriorAttain", "PriorAttain.PriorLevel",
           "One value became a record with a date, and the codes changed: level 2 and 3 are told apart in other ways. "
           "Take the latest DateLevelApp before the start."),
    Across("Learner.OTJHours", "LearningDelivery.OTJActHours",
           "Planned hours of the learner became actual hours of the programme aim."),
    Across("LearnerEmploymentStatus.AgreeId", "LearnerEmploymentStatus.AgreemId", "The same under a new name."),
    Across("LearningDeliveryHE.SOC2000", "LearningDeliveryHE.SOC", "Another edition of the occupation codes."),
    Across("LearningDeliveryHE.DOMICILE", "LearningDeliveryHE.PERMADDCOUNTRY",
           "Where the student lived before became where the student permanently lives."),
    Across("LearningDelivery.PHours", "HRSRecord.HRSAmount", "Hours became records with a type and a code."),
    Across("LearningDelivery.OTJActHours", "HRSRecord.HRSAmount", "Hours became records with a type and a code."),
    Across("LearningDelivery.AddHours", "HRSRecord.HRSAmount", "Hours became records with a type and a code."),
)  # fmt: skip
#: Fields that end or begin without another in their place, with what that means for a series.
ALONE = {
    "ContactPreference": "Contact preferences are no longer collected.",
    "LearningDelivery.FworkCode": "Apprenticeship frameworks closed to new starts on 31 July 2020.",
    "LearningDelivery.PwayCode": "Apprenticeship frameworks closed to new starts on 31 July 2020.",
    "LearningDelivery.EmpOutcome": "Employment outcomes are measured by matching with tax records instead.",
    "LearnerDestinationandProgression": "Destinations are no longer returned; they are measured by matching instead.",
    "DPOutcome": "Destinations are no longer returned; they are measured by matching instead.",
    "LearningDelivery.LSDPostcode": "Collected since adult funding was devolved to combined authorities.",
    "LearningDelivery.TLOut": "Outcomes of tailored learning, which took the place of community learning in 2024-25.",
}


def fields() -> list[tuple[str, str, tuple[str, ...]]]:
    """(view, dotted name, years that have it) of every field that not every year has, in the order of the views."""
    found: dict[str, tuple[str, list[str]]] = {}
    for year in years.available():
        for entity in kept_entities(years.load(year).schema):
            for field in entity.fields:
                found.setdefault(field.path, (table_name(entity.name), []))[1].append(year)
    return [(view, path, tuple(of)) for path, (view, of) in found.items() if len(of) < len(years.available())]


def note(path: str) -> str:
    """What to mind of one field over years; empty where nothing is known."""
    said = [f"Goes on as `{one.later}`. {one.mind}" for one in ACROSS if one.earlier == path]
    said += [f"Before: `{one.earlier}`." for one in ACROSS if one.later == path]
    return " ".join(said) or ALONE.get(path, ALONE.get(path.split(".")[0], ""))


def page() -> str:
    """The table of the guide, in Markdown."""
    names = years.available()
    head = f"| View | Field | {' | '.join(names)} | |\n| --- | --- | {' | '.join('---' for _ in names)} | --- |\n"
    rows = (
        f"| {view} | `{path}` | {' | '.join('yes' if year in of else '' for year in names)} | {note(path)} |\n"
        for view, path, of in fields()
    )
    return head + "".join(rows)
