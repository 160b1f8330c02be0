"""Code lists: which values a coded field may take, when, and where we know that from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Code:
    """One code. ``type`` is set where the meaning hangs on a type field (LearnDelFAMType for LearnDelFAMCode).

    ``valid_from`` and ``valid_to`` are filled only where a source states a date: None means that no
    date was seen, not that the code is valid today. ``first_year`` and ``last_year`` ("2526") are the academic years
    from which and until which the code belongs to its list at all; empty where no source says so.
    """

    code: str
    label: str
    type: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    first_year: str = ""
    last_year: str = ""

    def belongs_to(self, year: str) -> bool:
        """Whether the code is in the list of this academic year ("2526"), as far as is known."""
        return self.first_year <= year and (not self.last_year or year <= self.last_year)


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
    partial: frozenset[str] = frozenset()  #: types of which only some codes are known

    @staticmethod
    def of(field: str, codes: Iterable[Code], complete: bool, provenance: str, partial: Iterable[str] = ()) -> CodeList:
        return CodeList(field, tuple(codes), complete, provenance, frozenset(partial))

    def values(self, type: str = "") -> list[str]:
        return [c.code for c in self.codes if not type or c.type == type]

    def label(self, code: str, type: str = "") -> str | None:
        return next((c.label for c in self.codes if c.code == code and c.type == type), None)
