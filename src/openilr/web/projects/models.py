"""An application that somebody is still writing. It is no application until it is handed in."""

from __future__ import annotations

from typing import Any

from django.db import models


class Draft(models.Model):
    """One a person. ``content`` is the application as ``tomllib`` would read it, with dates as text."""

    owner = models.CharField(primary_key=True, max_length=150)
    project = models.CharField(max_length=20, blank=True)  #: the project that it is a new version for
    content = models.JSONField(default=dict)
    changed = models.DateTimeField(auto_now=True)

    def text(self) -> str:
        """The application in TOML, as far as it is written."""
        from openilr.access.application import written

        return written(_with_days(self.content))

    def problems(self) -> list[str]:
        """What is missing or wrong, in sentences; empty where it can be handed in."""
        from openilr.access.admissible import refusals
        from openilr.access.application import parse
        from openilr.access.errors import AccessError
        from openilr.web.returns import store

        try:
            return refusals(parse(self.text()), store())
        except AccessError as problem:
            return [each.strip() + "." for each in str(problem).rstrip(".").split(". ") if each.strip()]


_DAYS = ("end_date", "accreditation_until", "training_until", "from", "to", "in")


def _with_days(value: Any, name: str = "") -> Any:
    """The content with dates in the places that take them."""
    from datetime import date

    if isinstance(value, dict):
        return {each: _with_days(found, each) for each, found in value.items()}
    if isinstance(value, list):
        return [_with_days(each, name) for each in value]
    if name in _DAYS and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
