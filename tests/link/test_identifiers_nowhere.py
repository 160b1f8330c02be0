"""Identifiers appear in no file outside the vault, in no log and in no message."""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from openilr.cli.run import run as ilr
from openilr.link import gather
from openilr.link.report.review import Review
from tests import leaks
from tests.link.conftest import Sector


def test_no_identifier_is_outside_the_vault(
    sector: Sector, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    store, sent, out = str(sector.store.path), tmp_path / "sent", tmp_path / "out"
    sent.mkdir()
    out.mkdir()
    assert ilr(["link", "add", str(sector.folder / "linked" / "dwp_cis"), "--store", store]) == 0
    assert ilr(["link", "run", "--store", store, "--source", "npd", "--retrain"]) == 0
    for form in ("json", "html", "text"):
        ilr(["link", "report", "--store", store, "--truth", str(sector.truth), "--format", form,
             "--output", f"{out}/report.{form}"])  # fmt: skip
    ilr(["link", "sources", "--store", store])
    months = ["--from", "2025-08", "--to", "2025-12", "--output", str(out / "months.parquet")]
    assert ilr(["link", "months", "--store", store, *months]) == 0
    for name, people in (("a", gather.learners(sector.store)), ("b", gather.register(sector.store, "npd"))):
        people.unique("key", maintain_order=True).rename({"key": "id"}).write_csv(sent / f"{name}.csv")
    both = [str(sent / "a.csv"), str(sent / "b.csv")]
    assert ilr(["link", "pairs", *both, "--output", str(out / "pairs.csv")]) == 0
    assert ilr(["link", "key", str(out / "shared.key")]) == 0
    key = ["--key", str(out / "shared.key")]
    assert ilr(["link", "encode", "--store", store, *key, "--output", str(out / "a.parquet")]) == 0
    assert ilr(["link", "encode", both[1], *key, "--output", str(out / "b.parquet")]) == 0
    Review.of(sector.store, None, 5, "tester").judge(0, "unsure")
    said = capfd.readouterr()
    wanted = leaks.of_sector(sector.folder)
    assert len(wanted) > 2500
    assert len([path for path in sector.store.path.rglob("links/*/*") if path.is_file()]) > 10
    assert len(list(out.iterdir())) == 8
    heard = {"standard output": said.out, "error stream": said.err, "log": caplog.text}
    assert not leaks.leaks(wanted, sector.store.path, out, said=heard)


def _sqlite(text: str, number: int) -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("create table t (a text, b integer)")
    database.execute("insert into t values (?, ?)", (text, number))
    database.commit()
    return database.serialize()


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", data)
    return out.getvalue()


def _frame(text: str, number: int, form: str) -> bytes:
    out = io.BytesIO()
    getattr(pl.DataFrame({"a": [text, None], "b": [number, 1]}), f"write_{form}")(out, compression="zstd")
    return out.getvalue()


_PACKED = {
    "text": lambda text, number: f"Linking {text.upper()}, {number}".encode(),
    "glued together": lambda text, number: f"key{number}{text}key".encode(),
    "Parquet": lambda text, number: _frame(text, number, "parquet"),
    "Arrow": lambda text, number: _frame(text, number, "ipc"),
    "SQLite": _sqlite,
    "gzip": lambda text, number: gzip.compress(f"{text} {number}".encode()),
    "zip of a zip": lambda text, number: _zip(_zip(f"{text} {number}".encode())),
    "zstd": lambda text, number: pa.compress(f"{text} {number}".encode(), codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("form", _PACKED)
def test_the_search_finds_a_planted_name_and_number(form: str, tmp_path: Path):
    (tmp_path / "planted").write_bytes(_PACKED[form]("Thornbourne", 9000000101))
    wanted = leaks.needles(["Thornbourne", 9000000101, "Morwenna"])
    assert leaks.leaks(wanted, tmp_path) == {str(tmp_path / "planted"): {"thornbourne", "9000000101"}}


def test_short_names_count_as_words_and_postcodes_in_any_spelling(tmp_path: Path):
    wanted = leaks.needles(["Ella", "QA1 1AA", "2006-03-31", "Zoë"], innocent=["2006-03-31"], shortest=3)
    for text, found in (("Umbrellas of 2006-03-31", set()), ("(ella)", {"ella"}), ("qa11aa", {"qa11aa"}),
                        ("in QA1 1AA", {"qa1 1aa"}), ("Zoë's", {"zoë"})):  # fmt: skip
        assert leaks.leaks(wanted, said={"log": text}) == ({"log": found} if found else {})
    (tmp_path / "Ella.txt").touch()
    assert leaks.leaks(wanted, tmp_path) == {str(tmp_path / "Ella.txt"): {"ella"}}


def test_what_does_not_unpack_is_no_clean_bill(tmp_path: Path):
    (tmp_path / "cut.parquet").write_bytes(_frame("Thornbourne", 1, "parquet")[:-9])
    wanted = leaks.needles(["Thornbourne"])
    with pytest.raises(pl.exceptions.ComputeError):
        leaks.leaks(wanted, tmp_path)
    leaks.leaks(wanted, tmp_path, broken=True)


def test_errors_name_nobody(sector: Sector, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    (tmp_path / "bad.csv").write_text('person,learn_ref_number\n1,Zebedee\n"2,Zebedee\n')
    for arguments in (
        ["link", "report", "--store", str(sector.store.path), "--truth", str(tmp_path / "bad.csv")],
        ["link", "run", "--store", str(sector.store.path), "--source", "nhs"],
        ["link", "report", "--store", str(sector.store.path), "--run", "L9999"],
    ):
        assert ilr(arguments) in (1, 2)
    assert "Zebedee" not in capfd.readouterr().err
