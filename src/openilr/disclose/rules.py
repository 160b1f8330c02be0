"""The conventions in ``rules.toml``: thresholds and rounding, each with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any


class DisclosureError(Exception):
    """A table was refused: nothing is shown rather than something unchecked."""


@dataclass(frozen=True)
class Rules:
    """One convention. ``threshold`` is in unweighted learners, ``round_to`` in the unit of the value."""

    name: str
    title: str
    threshold: int
    round_to: int
    low: bool
    source: str

    def __post_init__(self) -> None:
        whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (self.threshold, self.round_to))
        if not whole or self.threshold < 0 or self.round_to < 2:
            raise DisclosureError(f"{self.name}: threshold must be a whole number from 0, round_to one from 2.")
        if not isinstance(self.low, bool) or not self.source:
            raise DisclosureError(f"{self.name}: low must be true or false, and source may not be empty.")


def load_rules(name: str = "default", path: Path | None = None) -> Rules:
    """A convention by name, from the package's file or another of the same form.

    DisclosureError for an unknown name, and for a setting that is missing or unknown: a misspelt threshold must not
    become no threshold.
    """
    text = (path or files(__package__).joinpath("rules.toml")).read_text("utf-8")
    conventions: dict[str, dict[str, Any]] = tomllib.loads(text)
    if name not in conventions:
        raise DisclosureError(f"There is no convention {name!r}: choose from {', '.join(conventions)}.")
    settings = conventions[name]
    expected = {field.name for field in fields(Rules)} - {"name"}
    if settings.keys() != expected:
        wrong = ", ".join(sorted(settings.keys() ^ expected))
        raise DisclosureError(f"The convention {name} has missing or unknown settings: {wrong}.")
    return Rules(name, **settings)
