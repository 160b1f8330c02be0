"""What a reader says when a reference file can not be used."""

from __future__ import annotations

__all__ = ["BadReference"]


class BadReference(ValueError):
    """A reference file that can not be used: which file, where in it, and what was expected.

    ``line`` is the line of the file (the header is line 1), ``column`` the column's name; each may be None.
    """

    def __init__(self, file: str, problem: str, *, line: int | None = None, column: str | None = None) -> None:
        self.file, self.problem, self.line, self.column = file, problem, line, column
        where = file if line is None else f"{file}, line {line:,}"
        where = where if column is None else f"{where}, column {column}"
        super().__init__(f"{where}: {problem}")
