"""The guide names every table, its columns, and which of them must be there."""

from __future__ import annotations

import re
from pathlib import Path

from openilr.reference import TABLES
from openilr.reference.tables import squeezed

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "reference-data.md"


def _sections() -> dict[str, str]:
    parts = re.split(r"^### (\w+)$", GUIDE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_table_with_its_columns() -> None:
    told = _sections()
    assert set(told) == set(TABLES)
    for name, table in TABLES.items():
        columns = re.search(r"^Columns: (.+)$", told[name], re.MULTILINE)[1]
        listed = [(c.strip("*` "), c.strip().startswith("**")) for c in columns.split(",")]
        assert listed == [(c.name, c.required) for c in table.columns], name
        assert ("Layout of our own" in told[name]) == table.own_layout, name


def test_the_file_names_told_are_known() -> None:
    for name, text in _sections().items():
        files = re.findall(r"`([^`]+\.csv)`", text)
        assert files, name
        for file in files:
            assert TABLES[name].rank(squeezed(file.removesuffix(".csv"))) is not None, file
