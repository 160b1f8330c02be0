"""Code lists: which values a coded field may take, when, and where we know that from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Code:
    """One code. ``type`` is set where the meaning hangs on a type field (LearnDelFAMType for LearnDelFAMCode).

    ``valid_from`` and ``valid_to`` are filled only where a source states a date: None means that no
    date was seen, not that the code is valid today.
    """

    code: str
    label: str
    type: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True)
class CodeList:
    """All codes of one field as one source gives them.

    ``complete`` is False where the sources that were read do not hold the whole list: a rule that looks a value
    up must then say which list it used, and a user may drop in a fuller one.
    """

    field: str
    codes: tuple[Code, ...]
    complete: bool
    provenance: str

    @staticmethod
    def of(field: str, codes: Iterable[Code], complete: bool, provenance: str) -> CodeList:
        return CodeList(field, tuple(codes), complete, provenance)

    def values(self, type: str = "") -> list[str]:
        return [c.code for c in self.codes if not type or c.type == type]

    def label(self, code: str, type: str = "") -> str | None:
        return next((c.label for c in self.codes if c.code == code and c.type == type), None)
