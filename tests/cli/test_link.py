"""``ilr link pairs`` on files as people have them."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from openilr.synth.person_files import write_pair
from tests.link.truth import scores, true_pairs, without


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    a, b = write_pair(400, seed=11)
    without(a).write_csv(folder / "a.csv")
    # The other file as another office writes it: other names and order of columns, other dates, semicolons, a gap.
    other = without(b, "nino").select("sex", "postcode", "family_name", "date_of_birth", "id", "given_names", "uln")
    other = other.with_columns(
        pl.col("date_of_birth").str.replace(r"(\d{4})-(\d\d)-(\d\d)", "$3/$2/$1"), note=pl.lit("x")
    )
    other = other.rename({"family_name": "Surname", "date_of_birth": "DOB", "id": "ID", "given_names": "Forenames"})
    other.write_csv(folder / "b.csv", separator=";", include_bom=True)
    without(b).write_parquet(folder / "b.parquet")
    return folder, true_pairs(a, b)


@pytest.mark.parametrize("second", ["b.csv", "b.parquet"])
def test_files_of_different_offices_are_linked(ilr, files, tmp_path, second):
    folder, truth = files
    out = tmp_path / "pairs.csv"
    code, printed, err = ilr("link", "pairs", folder / "a.csv", folder / second, "--output", out)
    assert (code, printed) == (0, ""), err
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id_a", "id_b", "probability", "method"]
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)
    found = pl.DataFrame([{"id_a": row["id_a"], "id_b": row["id_b"]} for row in rows])
    assert scores(found, truth)[2] > 0.97
    assert "400 and 400 people" in err
    assert ("b.csv: not read: note." in err) == (second == "b.csv")


def test_nothing_but_the_header_gives_nothing_but_the_header(ilr, files, tmp_path):
    (tmp_path / "none.csv").write_text("id,uln,given_names\n")
    code, out, _ = ilr("link", "pairs", tmp_path / "none.csv", files[0] / "a.csv", "--quiet")
    assert (code, out) == (0, "id_a,id_b,probability,method\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x.csv is empty; it needs at least a line with the names of its columns."),
        ("given_names,uln\nAda,1\n", "x.csv has no column id. Its columns are: given_names, uln."),
        ("id,colour\n1,red\n", "x.csv has an id but none of uln, given_names"),
        ("id,uln\n1,1234567890\n,2\n", "x.csv, row 3, column id: the id is empty."),
        ("id,uln\n7,1\n8,2\n7,3\n", "x.csv, rows 2 and 4, column id: the same id twice."),
        ("id,uln\n1,2,3\n", "x.csv, row 2: 3 values for 2 columns."),
        ("id,dob,date_of_birth\n1,2,3\n", "x.csv has two columns for date_of_birth"),
        ("id,sex\n1,F\n", "Too few columns are filled to tell people apart"),
        ("\x00\x01\x02", "x.csv is neither CSV nor Parquet."),
        ("PAR1 and no more", "x.csv begins like a Parquet file but can not be read"),
        ('id,uln\n1,2\n"2,3\n4,5\n', "x.csv, row 3: a quotation mark is opened and not closed."),
    ],
)
def test_what_can_not_be_linked_is_said(ilr, files, tmp_path, text, words):
    (tmp_path / "x.csv").write_text(text)
    out = tmp_path / "pairs.csv"
    code, printed, err = ilr("link", "pairs", tmp_path / "x.csv", files[0] / "a.csv", "--output", out)
    assert (code, printed) == (2, "")
    assert words in err and err.startswith("ilr: ") and err.count("\n") == 1
    assert not out.exists()


def test_no_name_is_in_an_error(ilr, files, tmp_path):
    (tmp_path / "x.csv").write_text(
        "id,given_names,family_name,date_of_birth\n1,Cuthbertina,Ozzle,Tuesday\n2,Cuthbertina,Ozzle,\n"
    )
    _, _, err = ilr("link", "pairs", tmp_path / "x.csv", files[0] / "a.csv")
    assert "1 date of birth is not a date that can be read (first: row 2)" in err
    assert "Cuthbertina" not in err and "Tuesday" not in err


def test_a_missing_file_and_a_wrong_output(ilr, files, tmp_path):
    code, _, err = ilr("link", "pairs", tmp_path / "no.csv", files[0] / "a.csv")
    assert code == 2 and "There is no file" in err
    code, _, err = ilr("link", "pairs", files[0] / "a.csv", files[0] / "b.csv", "--output", tmp_path / "x.xlsx")
    assert code == 2 and "must end in .csv or .parquet" in err


def test_dates_with_the_month_first_are_said(ilr, files, tmp_path):
    (tmp_path / "x.csv").write_text("id,family_name,dob\n1,Ozzle,03/31/2006\n2,Ozzle,03/04/2006\n")
    code, _, err = ilr("link", "pairs", tmp_path / "x.csv", files[0] / "a.csv")
    assert code == 0 and "the month came first" in err and "(first: row 2)" in err
