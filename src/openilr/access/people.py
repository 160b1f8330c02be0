"""People: who they are, what they do, and how long their accreditation and training last.

The audit log knows a person by handle, roles and dates; name, organisation and accreditation number lie in a text that
only its hash ties to the log, so that a person can be forgotten and the log stays whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from openilr.access import texts
from openilr.access.application import HANDLE, Researcher
from openilr.access.audit import Event, Log
from openilr.access.errors import AccessError, AuditError, Refused

SERVICE = "service"  #: who acts where nobody does, as in what is done every day
ROLES = ("steward", "researcher", "checker", "auditor")


@dataclass(frozen=True)
class Person:
    """``accreditation_until`` and ``training_until`` are the last days on which they hold; None is never."""

    id: str
    roles: tuple[str, ...]
    accreditation_until: date | None
    training_until: date | None
    vouched_by: str
    details: str  #: hash of the text with name, organisation and accreditation number

    def barred(self, today: date) -> str | None:
        """Why the person may not see data today, in one sentence; None where they may."""
        for what, until in (("accreditation", self.accreditation_until), ("training", self.training_until)):
            if until is None:
                return f"{self.id} has no {what}."
            if until < today:
                return f"The {what} of {self.id} ended on {until:%Y-%m-%d}."
        return None


def register(events: Iterable[Event]) -> dict[str, Person]:
    """Everybody by handle, as the log has them. A person who was withdrawn is not there."""
    found: dict[str, Person] = {}
    for event in events:
        facts = event.facts
        if event.action == "person.register":
            found[facts["person"]] = Person(
                facts["person"], tuple(facts["roles"]), _day(facts.get("accreditation_until")),
                _day(facts.get("training_until")), event.actor, facts["details"],
            )  # fmt: skip
        elif event.action == "person.withdraw":
            found.pop(facts["person"], None)
    return found


def add(
    store: Any,
    person: str,
    *,
    by: str,
    roles: Iterable[str],
    name: str = "",
    organisation: str = "",
    accreditation: str = "",
    accreditation_until: date | None = None,
    training_until: date | None = None,
    given: Iterable[str] | None = None,
) -> Person:
    """Register a person, or say anew what holds of one. ``by`` must be a steward, and another person.

    The first person of a store is a steward whom anybody with the store's keys may register. ``given``: roles of ``by``
    that a sign-in vouches for. Refused otherwise.
    """
    log = Log(store)
    wanted = tuple(dict.fromkeys(roles))
    wrong = [role for role in wanted if role not in ROLES]
    if wrong or not wanted:
        raise AccessError(f"There is no role {', '.join(wrong) or 'given'}: choose from {', '.join(ROLES)}.")
    handle(person)
    with log.writing() as events:
        known = register(events)
        allowed = "steward" in given if given is not None else not known or is_steward(known, by)
        if not known and given is None and "steward" not in wanted:
            raise AccessError("The first person of a store must be a steward: add --role steward.")
        if not allowed:
            raise refusal(log, by, "person.register", "not-a-steward", f"{by} is not a steward.", person=person)
        if (known or given is not None) and person == by:
            raise refusal(log, by, "person.register", "own-record", "Nobody vouches for themselves.", person=person)
        details = {"name": name, "organisation": organisation, "accreditation": accreditation}
        write(log, by, person, wanted, details, accreditation_until, training_until)
        return register(log.events())[person]


def withdraw(store: Any, person: str, *, by: str, reason: str) -> None:
    """Take a person out of the register: they see and decide nothing from now on."""
    log = Log(store)
    with log.writing() as events:
        known = register(events)
        if person not in known:
            raise AccessError(f"Nobody called {person} is registered.")
        if not is_steward(known, by):
            raise refusal(log, by, "person.withdraw", "not-a-steward", f"{by} is not a steward.", person=person)
        log.add(by, "person.withdraw", person=person, reason=texts.put(log.store, reason))


def with_claims(known: dict[str, Person], researchers: Iterable[Researcher], by: str) -> list[Person]:
    """The researchers of an application as the register has them; those it does not know, as the application says.

    What the register says of a researcher stands: a later date in an application renews nothing.
    """
    found = []
    for each in researchers:
        before = known.get(each.id)
        if before is None or "researcher" not in before.roles:
            roles = (*(before.roles if before else ()), "researcher")
            before = Person(each.id, roles, each.accreditation_until, each.training_until, by, "")
        found.append(before)
    return found


def vouch(log: Log, by: str, researchers: Iterable[Researcher], known: dict[str, Person]) -> None:
    """Put the researchers whom the register does not know into it; ``by`` vouches for them."""
    asked = tuple(researchers)
    for each, person in zip(asked, with_claims(known, asked, by), strict=True):
        if person is not known.get(each.id):
            about = {"name": each.name, "organisation": each.organisation, "accreditation": each.accreditation}
            write(log, by, each.id, person.roles, about, each.accreditation_until, each.training_until)


def write(
    log: Log, by: str, person: str, roles: tuple[str, ...], details: dict[str, str],
    accreditation_until: date | None, training_until: date | None,
) -> None:  # fmt: skip
    log.add(
        by, "person.register", person=person, roles=list(roles), accreditation_until=accreditation_until,
        training_until=training_until, details=texts.put(log.store, json.dumps(details, ensure_ascii=False)),
    )  # fmt: skip


def details(store: Any, person: Person) -> dict[str, str]:
    """Name, organisation and accreditation number; empty words where the text was removed."""
    try:
        return json.loads(texts.get(store, person.details))
    except AuditError:
        return {"name": "", "organisation": "", "accreditation": ""}


def handle(who: str) -> str:
    """The handle of somebody who acts; AccessError where it is none. All that is decided goes by handles."""
    if who == SERVICE:
        raise AccessError(f"{who!r} is what acts where nobody does; a person needs another handle.")
    if not HANDLE.fullmatch(who):
        raise AccessError(f"{who!r} is not a handle: write small letters, digits, dots and dashes, at most 40.")
    return who


def is_steward(known: dict[str, Person], who: str) -> bool:
    return who in known and "steward" in known[who].roles


def refusal(log: Log, actor: str, action: str, why: str, sentence: str, **facts: Any) -> Refused:
    """The error to raise, after the log has been told that it was refused and why (a short code)."""
    log.add(actor, f"{action}.refused", why=why, **facts)
    return Refused(sentence)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
