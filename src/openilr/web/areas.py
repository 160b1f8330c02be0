"""The areas of the service, found by reading this folder: each sub-package that has a ``urls.py``.

``urls.py`` of an area holds ``urlpatterns`` (whole paths from the root, named ``<area>:<page>``), and may hold
``NAVIGATION``, the links that it adds to the top of every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Link:
    """A link at the top of every page. ``roles`` are those who see it; empty means everybody."""

    text: str
    to: str
    roles: tuple[str, ...] = ()
    order: int = 50


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in _HERE.glob("*/urls.py")))


def apps() -> list[str]:
    return [f"openilr.web.{name}" for name in names()]


@cache
def navigation() -> tuple[Link, ...]:
    found = [link for name in names() for link in getattr(import_module(f"openilr.web.{name}.urls"), "NAVIGATION", ())]
    return tuple(sorted(found, key=lambda link: link.order))
