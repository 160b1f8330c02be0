"""What a researcher's code can get wrong."""

from __future__ import annotations


class ResearchError(Exception):
    """The analysis asks for something that is not there or makes no sense; the message says what to do."""
