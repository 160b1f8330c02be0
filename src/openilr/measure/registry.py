"""Finds the measures by reading this package's folder: every module or package of it that has a ``MEASURE``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from openilr.measure.declare import Measure, MeasureError


@cache
def _all() -> dict[str, Measure]:
    package = __name__.rpartition(".")[0]
    modules = [
        import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(import_module(package).__path__)
    ]
    found = [module.MEASURE for module in modules if isinstance(getattr(module, "MEASURE", None), Measure)]
    return {measure.name: measure for measure in found}


def names() -> list[str]:
    """The names of all measures, in alphabetical order."""
    return sorted(_all())


def get(name: str) -> Measure:
    """The measure of this name; MeasureError names those that there are."""
    if name not in _all():
        raise MeasureError(f"There is no measure {name!r}: choose from {', '.join(names())}.")
    return _all()[name]
