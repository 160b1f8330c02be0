"""Planted pay is that of the people whom the measure of earnings follows, by the level of what they achieved."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from openilr import measure
from openilr.synth.linked import compare


def test_who_has_a_degree_by_then_still_counts_at_the_level_achieved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    truth, size = tmp_path / "truth", 41
    truth.mkdir()
    person = range(size)
    born = pl.DataFrame({"person": person}).with_columns(date_of_birth=pl.lit("2000-01-01"), sex=pl.lit("F"))
    born.write_csv(truth / "people.csv")
    flags = {f"{name}{after}": [int(name == "sustained_employment")] * size
             for name in ("sustained_employment", "higher_education") for after in ("", "_3", "_5")}  # fmt: skip
    pl.DataFrame({
        "person": person, "kind": ["apprenticeship"] * size, "provider": [1] * size, "level": [3] * size,
        "achieved": ["2026-05-01"] * size, "year": ["2526"] * size, **flags,
    }).write_csv(truth / "destinations.csv")  # fmt: skip
    pl.DataFrame({
        "person": person, "tax_year": [203132] * size, "days": [365] * size, "pay": [20_000 + 100 * i for i in person],
        "level": [6 if i > 20 else 3 for i in person],
    }).write_csv(truth / "pay.csv")  # fmt: skip
    found = pl.DataFrame({"level": ["3"], "earners": [size], "lower_quartile": [21_000.0], "median": [22_000.0],
                          "upper_quartile": [23_000.0]})  # fmt: skip
    monkeypatch.setattr(measure, "compute", lambda *_, **__: SimpleNamespace(frame=found))
    rows = compare._earnings(tmp_path, None, "2526")
    assert [(row.planted, row.found) for row in rows] == [(21_000, 21_000), (22_000, 22_000), (23_000, 23_000)]
