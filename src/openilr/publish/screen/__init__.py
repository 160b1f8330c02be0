"""Screens an EES pair before it is uploaded, by the checks that such files are refused for.

Source of what is checked: explore education statistics guidance and screening rules, Department for Education. Stages
run in order, and a failure in one ends the screening after it, because later checks would only repeat it.
``Screening.not_checked`` says what could not be checked for want of a list.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from openilr.publish.places import Lists
from openilr.publish.screen.model import LOOK_UPS, STAGES, Check, Pair, Screening

for _module in ("files", "meta", "content", "geography", "harmonised"):
    import_module(f"{__name__}.{_module}")  # each registers its checks

__all__ = ["ORDER", "STAGES", "Check", "Pair", "Screening", "check"]

#: The order in which stages run.
ORDER = (
    "Filenames", "Reading", "Empty", "Precheck columns", "Precheck cross-file", "Columns", "Precheck meta", "Meta",
    "Precheck time", "Precheck filters", "Precheck geography", "Time", "Filters", "Geography", "General", "Indicators",
    "Places", "Harmonised", "API",
)  # fmt: skip


def check(
    data: str | os.PathLike[str], meta: str | os.PathLike[str], lists: str | os.PathLike[str] | None = None
) -> Screening:
    """Screen a data file and its meta file. ``lists`` is a folder of fuller lists of places, or a data dictionary.

    FileNotFoundError where a file is not there.
    """
    pair = Pair(Path(data), Path(meta), Lists.read(Path(lists) if lists is not None else None))
    for path in (pair.data_path, pair.meta_path):
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}.")
    checks: list[Check] = []
    for number, stage in enumerate(ORDER, start=1):
        here = [Check(stage, name, severity, condition(pair), ees) for name, ees, severity, condition in STAGES[stage]]
        checks.extend(here)
        if any(c.severity == "fail" and not c.passed for c in here):
            return Screening(tuple(checks), ORDER[number:], _not_checked(pair, stage))
    return Screening(tuple(checks), (), _not_checked(pair, ORDER[-1]))


def _not_checked(pair: Pair, last: str) -> tuple[str, ...]:
    found = []
    if ORDER.index(last) >= ORDER.index(LOOK_UPS):
        unlisted = [level for level in pair.levels if not pair.lists.has(level)]
        if unlisted:
            found.append(f"codes and names of level {', '.join(unlisted)}, for which there is no list")
    if not pair.lists.dictionary:
        found.append("names and items against the data dictionary of the API, which was not given")
    return tuple(found)
