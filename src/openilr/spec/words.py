"""Numbers in sentences."""

from __future__ import annotations


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 learner``, ``2,000 learners``; ``many`` where it is not ``one`` with an s: ``1 person learns``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
