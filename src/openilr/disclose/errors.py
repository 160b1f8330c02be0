"""Why something was refused."""

from __future__ import annotations


class DisclosureError(Exception):
    """An output or table was refused: nothing is shown rather than something unchecked."""
