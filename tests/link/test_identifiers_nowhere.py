"""Identifiers appear in no file outside the vault, in no log and in no message."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import polars as pl
import pytest

from openilr import link
from openilr.cli.run import run as ilr
from openilr.link import sources
from openilr.link.report.review import Review
from tests.link.conftest import Sector

_OF_LEARNERS = ("FamilyName", "GivenNames", "ULN", "NINumber", "Postcode", "PostcodePrior", "LearnRefNumber", "TelNo")


def _identifiers(sector: Sector) -> set[bytes]:
    """Every value that says who somebody is, as it stands in the returns and in the linked sources."""
    values: set[str] = set()
    for path in sector.folder.glob("*-R14/*.xml"):
        for node in ET.parse(path).getroot().iter():  # noqa: S314 - a file that we made
            if node.tag.rsplit("}", 1)[-1] in _OF_LEARNERS and node.text:
                values.add(node.text.strip())
    declared = {table.name: table for source in sources.declared().values() for table in source.tables}
    for path in (sector.folder / "linked").rglob("*.csv"):
        people = pl.read_csv(path, infer_schema=False)
        if path.stem in declared:
            named = [c.name for c in declared[path.stem].columns if c.is_key or (c.roles and not c.is_answer)]
        else:
            named = [c for c in people.columns if re.search("name|birth|postcode|number", c, re.IGNORECASE)]
        for column in set(named) & set(people.columns):
            values |= set(people[column].drop_nulls())
    values |= {value.replace(" ", "") for value in values}
    # Short names and dates are found in anything; a person's number, postcode or rarer name is not.
    return {value.encode() for value in values if len(value) >= 6 and not re.fullmatch(r"[\d-]{8,10}|\d{6}", value)} | {
        value.encode() for value in values if re.fullmatch(r"\d{10}", value)
    }


def _written(folder: Path) -> dict[Path, bytes]:
    """Every file outside the vault, with Parquet opened up: its text would be compressed otherwise."""
    found = {}
    for path in folder.rglob("*"):
        if not path.is_file() or path.suffix == ".vault":
            continue
        found[path] = path.read_bytes()
        if path.suffix == ".parquet":
            found[path] += pl.read_parquet(path).write_json().encode()
    return found


def test_no_identifier_is_outside_the_vault(
    sector: Sector, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    store = str(sector.store.path)
    report, key = tmp_path / "report", str(tmp_path / "shared.key")
    assert ilr(["link", "run", "--store", store, "--retrain"]) == 0
    for form in ("json", "html"):
        ilr(["link", "report", "--store", store, "--truth", str(sector.truth), "--format", form,
             "--output", f"{report}.{form}"])  # fmt: skip
    ilr(["link", "sources", "--store", store])
    months = ["--from", "2025-08", "--to", "2025-12", "--output", str(tmp_path / "months.parquet")]
    assert ilr(["link", "months", "--store", store, *months]) == 0
    assert ilr(["link", "key", key]) == 0
    assert ilr(["link", "encode", "--store", store, "--key", key, "--output", str(tmp_path / "coded.parquet")]) == 0
    Review.of(sector.store, None, 5, "tester").judge(0, "unsure")
    said = capfd.readouterr()
    wanted = _identifiers(sector)
    assert len(wanted) > 1000
    everything = _written(sector.store.path) | _written(tmp_path)
    everything[Path("standard output")] = said.out.encode()
    everything[Path("error stream")] = said.err.encode()
    everything[Path("log")] = caplog.text.encode()
    assert len([path for path in everything if "links" in path.parts]) > 10
    pattern = re.compile(b"(?<![0-9A-Za-z])(" + b"|".join(map(re.escape, sorted(wanted))) + b")(?![0-9A-Za-z])")
    leaks = {str(path): len(found) for path, data in everything.items() if (found := set(pattern.findall(data)))}
    assert not leaks, leaks


def test_the_search_would_find_one(sector: Sector):
    """The test above proves something: a name that is put into a run's folder is found."""
    run = link.runs(sector.store)[-1]
    path = run.folder.parent / "stray.parquet"
    value = sorted(_identifiers(sector))[100]
    pl.DataFrame({"note": [value.decode()]}).write_parquet(path)
    try:
        assert any(value in data for name, data in _written(sector.store.path).items() if name == path)
    finally:
        path.unlink()


def test_errors_name_nobody(sector: Sector, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    (tmp_path / "bad.csv").write_text('person,learn_ref_number\n1,Zebedee\n"2,Zebedee\n')
    for arguments in (
        ["link", "report", "--store", str(sector.store.path), "--truth", str(tmp_path / "bad.csv")],
        ["link", "run", "--store", str(sector.store.path), "--source", "nhs"],
        ["link", "report", "--store", str(sector.store.path), "--run", "L9999"],
    ):
        assert ilr(arguments) in (1, 2)
    assert "Zebedee" not in capfd.readouterr().err
