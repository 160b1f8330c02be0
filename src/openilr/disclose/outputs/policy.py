"""The conventions in ``policy.toml``: what an output must keep to, each number with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from openilr.disclose.errors import DisclosureError

__all__ = ["Policy", "load_policy"]

_SETTINGS = {
    "threshold": {"persons", "employers", "providers"},
    "classes": {"full", "zeros"},
    "dominance": {"nk", "p_percent"},
    "endpoints": {"status"},
    "quantiles": {"round_to", "each_side"},
    "regression": {"residual_degrees_of_freedom", "persons_per_category"},
    "survival": {"at_risk", "events_per_step"},
    "text": {"characters"},
    "labels": {"characters"},
    "figures": {"significant"},
}


@dataclass(frozen=True)
class Policy:
    """One convention. ``policy["threshold"]["persons"]`` is a setting, ``policy.source("threshold")`` its source.

    console: whether sessions may be live, their prints seen on a screen.
    """

    name: str
    title: str
    checkers: int
    settings: Mapping[str, Mapping[str, Any]]
    console: bool = False

    def __getitem__(self, rule: str) -> Mapping[str, Any]:
        return self.settings[rule]

    def source(self, rule: str) -> str:
        return str(self.settings[rule]["source"])

    @property
    def threshold(self) -> int:
        """The least number of people behind anything shown."""
        return int(self.settings["threshold"]["persons"])


def load_policy(name: str = "default", path: Path | None = None) -> Policy:
    """A convention by name, from the package's file or another of the same form.

    DisclosureError for an unknown name and for a setting that is missing, unknown or not a number where one belongs:
    a misspelt threshold must not become no threshold.
    """
    text = (path or files(__package__).joinpath("policy.toml")).read_text("utf-8")
    conventions: dict[str, dict[str, Any]] = tomllib.loads(text)
    if name not in conventions:
        raise DisclosureError(f"There is no convention {name!r} for outputs: choose from {', '.join(conventions)}.")
    given = dict(conventions[name])
    title, checkers, console = given.pop("title", ""), given.pop("checkers", None), given.pop("console", False)
    if given.keys() != _SETTINGS.keys() or not title or checkers not in (1, 2) or not isinstance(console, bool):
        wrong = ", ".join(sorted(given.keys() ^ _SETTINGS.keys())) or "title, checkers (1 or 2) or console"
        raise DisclosureError(f"The convention {name} has missing or unknown settings: {wrong}.")
    for rule, settings in given.items():
        if settings.keys() != _SETTINGS[rule] | {"source"} or not settings["source"]:
            wrong = ", ".join(sorted(settings.keys() ^ (_SETTINGS[rule] | {"source"}))) or "source"
            raise DisclosureError(f"The convention {name}, rule {rule}, has missing or unknown settings: {wrong}.")
        for key, value in settings.items():
            _known(name, rule, key, value)
    return Policy(name, title, checkers, given, console)


def _known(name: str, rule: str, key: str, value: object) -> None:
    if key == "source":
        return
    if key in ("full", "zeros", "status"):
        good = value in ("fail", "review", "note")
    elif key == "nk":
        good = isinstance(value, list) and all(len(pair) == 2 for pair in value)
    else:
        good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if not good:
        raise DisclosureError(f"The convention {name}: {rule}.{key} can not be {value!r}.")
