"""OpenILR: the Individualised Learner Record, from a provider's return to published statistics.

>>> import openilr
>>> report = openilr.validate("ILR-10000001-2526-20251104-090000-01.xml")  # doctest: +SKIP
>>> report.summary()  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openilr.collect import Tables, read
    from openilr.measure.store import Store
    from openilr.validate import Report, explain, validate

__version__ = "0.1.0"
__all__ = ["Report", "Store", "Tables", "explain", "read", "validate"]

_HOME = {"Report": "validate", "Store": "measure.store", "Tables": "collect", "explain": "validate", "read": "collect",
         "validate": "validate"}  # fmt: skip


def __getattr__(name: str) -> Any:
    # Stages are loaded when they are asked for, so that importing the package costs nothing.
    if name in _HOME:
        module = import_module(f"openilr.{_HOME[name]}")
        return getattr(module, name)
    raise AttributeError(f"openilr has no {name!r}. It offers: {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
