"""Rules and findings: check a return and explain what is wrong, so that a person can put it right.

:func:`validate` checks a file and gives a :class:`Report`; :func:`explain` and :func:`rule_list` say what each rule
demands. The rules themselves are in :mod:`openilr.validate.rules`, one function each with its words and cases.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openilr.validate.engine import validate
    from openilr.validate.explanations import Explanation, explain, rule_list
    from openilr.validate.report import Report

__all__ = ["Explanation", "Report", "explain", "rule_list", "validate"]

_HOME = {
    "validate": "engine",
    "Explanation": "explanations",
    "explain": "explanations",
    "rule_list": "explanations",
    "Report": "report",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: `ilr --help` and reports need not wait for the rules.
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"openilr.validate.{_HOME[name]}"), name)
    raise AttributeError(name)


class _Callable(ModuleType):
    """``openilr.validate`` names this stage and, in the public face, the function: calling the one is the other."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.validate(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
