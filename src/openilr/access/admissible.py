"""What an application may not ask for, whatever the reason: found from its text and the catalogue alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openilr.access import catalogue
from openilr.access.application import Application
from openilr.access.errors import AccessError


def refusals(asked: Application, store: Any = None) -> list[str]:
    """One sentence for each thing that stands against the application; empty where it can be decided.

    Direct identifiers are never given, a field that serves no question is not needed, and a question without a field
    cannot be answered. With a store, fields of its own surveys are known too.
    """
    known = catalogue.fields(store)
    said: list[str] = []
    questions = [question.id for question in asked.questions]
    served: set[str] = set()
    for wanted in asked.fields:
        served.update(wanted.serves)
        if not wanted.serves:
            said.append(f"{wanted.name} serves no question, so it is not needed.")
        for unknown in [each for each in wanted.serves if each not in questions]:
            said.append(f"{wanted.name} serves {unknown}, which is no question of the application.")
        said += _field(known, wanted.name, wanted.detail)
    said += [f"The question {id} is served by no field." for id in questions if id not in served]
    for condition in asked.where:
        said += _condition(known, condition.field)
    used = {known[w.name].source for w in asked.fields if w.name in known}
    named = {source.name for source in asked.sources}
    said += [f"The source {name} is named, but none of its fields is asked for." for name in sorted(named - used)]
    said += [
        f"Fields of {name} are asked for without a [[source]] that says why."
        for name in sorted(filter(None, used - named))
    ]
    return said


def _field(known: Mapping[str, catalogue.Field], path: str, detail: str | None) -> list[str]:
    try:
        found = catalogue.field(path, known)
        if found.grade == "direct":
            return [f"{path} identifies people by itself and is never given."]
        if found.grade == "key":
            return [f"{path} is an internal number; every table comes with pseudonyms that join it to the others."]
        found.rung(detail)
    except AccessError as problem:
        return [str(problem)]
    return []


def _condition(known: Mapping[str, catalogue.Field], path: str) -> list[str]:
    try:
        found = catalogue.field(path, known)
    except AccessError as problem:
        return [str(problem)]
    if found.grade in ("direct", "key"):
        return [f"{path} can not say who is in the data: it identifies people."]
    if found.table not in ("learner", "learning_delivery"):
        return [f"{path} can not say who is in the data: use fields of learner and learning_delivery."]
    return []
