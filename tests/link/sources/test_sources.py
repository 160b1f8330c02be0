"""What linked sources hold, and how files of them are checked and kept."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from openilr.link import sources
from openilr.link.sources import Refused, SourceError, Table
from openilr.link.sources.declare import read as read_description
from openilr.store import Store
from tests import leaks

EMPLOYMENT = "EduKey,StartDate,EndDate,UncertainStartDate\nK1,2024-01-01,2024-05-31,0\nK2,01/09/2023,,1\n"
CIS = (
    "EduKey,NINO,Surname,Forenames,DateOfBirth,Sex,Postcode,AddressFrom\n"
    "K1,ZZ000001A,Okoro,Ada,2001-02-03,F,QA1 1AA,2020-01-01\n"
    "K1,ZZ000001A,Okoro,Ada,2001-02-03,F,QB2 2BB,2023-01-01\n"
    "K2,ZZ000002B,Reid,Sam,2002-03-04,M,QC3 3DD,2019-01-01\n"
)


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "key"))
    return Store.init(tmp_path / "store")


def written(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def problems(store: Store, path: Path) -> list[str]:
    with pytest.raises(Refused) as refused:
        sources.add(store, path)
    return refused.value.problems


def test_every_source_that_a_store_may_hold_is_declared():
    wanted = {"npd_ks4", "npd_census", "plams", "hesa", "hmrc_employment", "hmrc_self_assessment", "dwp_benefits",
              "dwp_cis", "leo", "graduate_outcomes"}  # fmt: skip
    assert set(sources.declared()) == wanted


def test_no_two_tables_have_one_name_and_every_column_has_a_grade():
    tables = [table for source in sources.declared().values() for table in source.tables]
    assert len({table.name for table in tables}) == len(tables)
    for table in tables:
        for column in table.columns:
            assert column.identifiability and column.sensitivity and column.title, (table.name, column.name)


def test_identifiers_are_graded_as_the_most_identifying():
    for source in sources.declared().values():
        for table in source.tables:
            for role, column in table.identifiers:
                assert column.identifiability == 1 or (role == "sex" and column.is_answer), (table.name, column.name)


def test_answers_are_kept_without_identifiers_and_identifiers_under_the_same_key(held: Store, tmp_path: Path):
    added = sources.add(held, written(tmp_path / "sent", hmrc_employment=EMPLOYMENT, dwp_cis=CIS))

    assert {(each.table, each.rows, each.people) for each in added} == {("hmrc_employment", 2, 2), ("dwp_cis", 3, 2)}
    answers = pl.read_parquet(sources.paths(held)["hmrc_employment"])
    assert answers.columns == ["record_key", "StartDate", "EndDate", "UncertainStartDate", "UncertainEndDate"]
    assert answers["StartDate"].dtype == pl.Date
    who = sources.identifiers(held, "dwp")
    assert set(who["record_key"]) == set(answers["record_key"])
    assert set(who["postcode"]) == {"QA1 1AA", "QB2 2BB", "QC3 3DD"}
    assert who.filter(pl.col("family_name") == "Okoro")["since"].to_list() == ["2020-01-01", "2023-01-01"]


def test_nothing_on_the_disk_shows_who_somebody_is(held: Store, tmp_path: Path):
    texts = {"hmrc_employment": EMPLOYMENT, "dwp_cis": CIS}
    sent = written(tmp_path / "sent", **{name: text.replace("K1", "EDUKEY77") for name, text in texts.items()})
    sources.add(held, sent)
    files = [path for path in held.path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".parquet", ".vault"}
    wanted = leaks.needles(["Okoro", "ZZ000001A", "QB2 2BB", "2001-02-03", "EDUKEY77"])
    assert not leaks.leaks(wanted, held.path) and leaks.leaks(wanted, sent)


def test_a_broken_value_is_named_by_file_row_and_column_without_the_value(held: Store, tmp_path: Path):
    text = EMPLOYMENT + "K3,31/02/2024,,0\n,2024-01-01,,0\nK4,2024-01-01,,7\n"
    said = problems(held, written(tmp_path / "sent", hmrc_employment=text))
    assert said == [
        "hmrc_employment.csv, row 5, column EduKey: is empty and may not be.",
        "hmrc_employment.csv, row 4, column StartDate: is not a date (write 2024-08-31 or 31/08/2024).",
        "hmrc_employment.csv, row 6, column UncertainStartDate: is not one of 0, 1.",
    ]
    assert not (held.path / "sources" / "hmrc_employment").exists()
    assert sources.editions(held) == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("EduKey,TaxYear\nK1,202324\n", "no column Earnings"),
        ("EduKey,TaxYear,Earnings\nK1,202324,100\nK2,202324\n", "row 3"),
        ("EduKey,TaxYear,Earnings\nK1,202324,100,5\n", "row 2"),
        ('EduKey,TaxYear,Earnings\n"K1,202324,100\n', "quotation"),
        ("EduKey,TaxYear,Earnings,taxyear\nK1,202324,100,202324\n", "twice"),
        ("", "is empty"),
    ],
)
def test_a_broken_file_is_one_plain_sentence(held: Store, tmp_path: Path, text: str, named: str):
    with pytest.raises(SourceError, match=named) as problem:
        sources.add(held, written(tmp_path / "sent", hmrc_earnings=text))
    assert "hmrc_earnings.csv" in str(problem.value)
    assert "K1" not in str(problem.value)
    assert sources.editions(held) == {}


def test_a_tax_year_is_two_years_that_follow_each_other(held: Store, tmp_path: Path):
    text = "EduKey,TaxYear,Earnings\nK1,202324,100\nK1,202325,100\nK1,199900,5\n"
    said = problems(held, written(tmp_path / "sent", hmrc_earnings=text))
    assert len(said) == 1 and "row 3" in said[0]


TABLES = [table for source in sources.declared().values() for table in source.tables]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_loader_says_where_a_broken_file_is_broken_and_keeps_nothing(held: Store, tmp_path: Path, table: Table):
    some = {"text": "x", "whole": "1", "decimal": "0.5", "date": "2024-01-31", "taxyear": "202324"}
    good = {
        column.name: next(iter(column.codes), "") if column.codes
        else some[column.type] if column.low is None else f"{column.low:g}"
        for column in table.columns
    }  # fmt: skip
    csv, parquet, said = f"{table.name}.csv", f"{table.name}.parquet", []

    def refusal(file: str, data: bytes) -> str:
        folder = tmp_path / f"sent-{len(said)}"
        folder.mkdir()
        (folder / file).write_bytes(data)
        with pytest.raises(SourceError) as problem:
            sources.add(held, folder)
        said.append(str(problem.value))
        assert said[-1].startswith(file)
        return said[-1]

    def lines(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
        return "".join(f"{','.join(row)}\n" for row in ([*rows[0]], *(row.values() for row in rows))).encode(encoding)

    needed = [column.name for column in table.columns if column.needed][-1]
    without = {name: value for name, value in good.items() if name != needed}
    assert f"no column {needed}, which" in refusal(csv, lines(without)) and "ilr link sources" in said[-1]
    checked = next((c.name for c in table.columns if c.type != "text" or c.codes), None)
    bad, where = (checked, "@@") if checked else (needed, "")
    told = refusal(csv, lines(good, good, good | {bad: where}))
    assert f"{csv}, row 4, column {bad}: is " in told and "@@" not in told
    text = next(column.name for column in table.columns if column.type == "text")
    told = refusal(csv, lines(good, good | {text: "Zoë"}, encoding="cp1252"))
    assert f"{csv}, row 3, column {text}: not UTF-8. Save" in told and "Zo" not in told
    assert "row 1: not UTF-8" in refusal(csv, lines(good, encoding="utf-16"))
    assert "is empty; it needs a first line" in refusal(csv, b"")
    packed = io.BytesIO()
    pl.DataFrame([good] * 50).write_parquet(packed)
    assert "Copy it again" in refusal(parquet, packed.getvalue()[: len(packed.getvalue()) // 2])
    assert sources.editions(held) == {} and not list((held.path / "sources").rglob("*.parquet"))


def test_parquet_is_read_like_csv(held: Store, tmp_path: Path):
    folder = written(tmp_path / "sent")
    frame = pl.DataFrame({"edukey": ["K1"], "TaxYear": [202324], "Earnings": [100.0], "extra": [1]})
    frame.write_parquet(folder / "HMRC_Earnings_2324.parquet")
    (added,) = sources.add(held, folder)
    assert (added.table, added.rows, added.unused) == ("hmrc_earnings", 1, ("extra",))
    assert pl.read_parquet(sources.paths(held)["hmrc_earnings"])["Earnings"].to_list() == [100]
    (folder / "HMRC_Earnings_2324.parquet").write_bytes((folder / "HMRC_Earnings_2324.parquet").read_bytes()[:-9])
    with pytest.raises(SourceError, match="cut off"):
        sources.add(held, folder)


def test_a_new_edition_keeps_the_tables_that_were_not_given_again(held: Store, tmp_path: Path):
    earnings = "EduKey,TaxYear,Earnings\nK1,202324,100\n"
    sources.add(held, written(tmp_path / "sent", hmrc_employment=EMPLOYMENT, hmrc_earnings=earnings))
    sources.add(held, written(tmp_path / "later", hmrc_earnings_2425="EduKey,TaxYear,Earnings\nK1,202425,7\n"))

    assert sources.editions(held)["hmrc_employment"].number == 2
    kept = {name: pl.read_parquet(path) for name, path in sources.paths(held).items()}
    assert kept["hmrc_employment"].height == 2
    assert kept["hmrc_earnings"]["TaxYear"].to_list() == [202425]


def test_names_of_the_school_census_may_carry_term_and_year(held: Store, tmp_path: Path):
    text = (
        "PupilMatchingRefAnonymous_SPR24,AcademicYear_SPR24,CensusTerm_SPR24,Surname_SPR24,URN_SPR24_anon\n"
        "P1,2023/2024,Spr,Okoro,77\n"
    )
    (added,) = sources.add(held, written(tmp_path / "sent", npd_census_spr24=text))
    assert added.unused == ()
    assert pl.read_parquet(sources.paths(held)["npd_census"])["URN_anon"].to_list() == ["77"]
    assert sources.identifiers(held, "npd")["family_name"].to_list() == ["Okoro"]


def test_sources_of_one_register_share_the_key_of_a_person(held: Store, tmp_path: Path):
    hesa = "HUSID,NUMHUS,HE_ACADYR,SURNAME,HE_SEXID,HE_COMDATE\nH1,H1-a,2024/2025,Okoro,10,2024-09-20\n"
    outcomes = "HUSID,NUMHUS,GO_ACADYR,GO_STATUS\nH1,H1-a,2024/2025,full\nH1,,2024/2025,none\n"
    sources.add(held, written(tmp_path / "sent", hesa=hesa, graduate_outcomes=outcomes))
    one, two = (pl.read_parquet(sources.paths(held)[name]) for name in ("hesa", "graduate_outcomes"))
    assert set(one["record_key"]) == set(two["record_key"])
    # The number of an instance may hold that of the student, so it is a code, too: the same in both.
    assert set(two["NUMHUS"]) == {one["NUMHUS"][0], None} and "H1" not in one["NUMHUS"][0]
    assert sources.registers(held) == {"hesa": ["hesa"]}
    assert sources.identifiers(held, "hesa")["sex"].to_list() == ["F"]


def test_an_extract_keeps_the_keys_that_its_scripts_join_on(held: Store, tmp_path: Path):
    sources.add(held, written(tmp_path / "sent", leo_employment="EduKey,StartDate\nE1,2020-01-01\n"))
    assert pl.read_parquet(sources.paths(held)["leo_employment"])["EduKey"].to_list() == ["E1"]


SURVEY = """
name = "happiness"
title = "Are learners happy?"
key = "Respondent"
[identifiers]
given_names = "First name"
date_of_birth = "DOB"
[answers]
Happy = [1, 2, 3]
Hours = "decimal"
Health = { values = [1, 2], type = "whole", title = "How healthy", grade = "4B" }
"""
ANSWERS = "Respondent,First name,DOB,Happy,Hours,Health\nR1,Ada,2001-02-03,2,37.5,1\n"


def test_a_survey_is_described_by_its_user(held: Store, tmp_path: Path):
    (tmp_path / "happiness.toml").write_text(SURVEY)
    folder = written(tmp_path / "sent", answers=ANSWERS)
    (added,) = sources.add(held, folder / "answers.csv", description=tmp_path / "happiness.toml")
    assert (added.source, added.table) == ("happiness", "happiness")
    assert pl.read_parquet(sources.paths(held)["happiness"]).columns == ["record_key", "Happy", "Hours", "Health"]
    assert sources.identifiers(held, "happiness")["date_of_birth"].to_list() == ["2001-02-03"]


def test_what_a_survey_asks_is_listed_for_those_who_grade_it(held: Store, tmp_path: Path):
    assert sources.described_answers(held) == ()
    folder = written(tmp_path / "sent", happiness=ANSWERS, dwp_cis="EduKey\nE1\n")
    (folder / "happiness.toml").write_text(SURVEY)
    sources.add(held, folder)
    here = ("happiness", "happiness")
    assert sources.described_answers(held) == (
        sources.Answer(*here, "Happy", "", "text", ("1", "2", "3"), None, None),
        sources.Answer(*here, "Hours", "", "decimal", None, None, None),
        sources.Answer(*here, "Health", "How healthy", "whole", ("1", "2"), 4, "B"),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("given_names", "nickname"), "nickname is no identifier"),
        (('"decimal"', '"number"'), "or a list of codes"),
        (('"4B"', '"B4"'), "the grade of Health"),
        (("[1, 2]", "[1, 2.5]"), "the codes of Health"),
        (('title = "How', 'label = "How'), "Health is a type, a list of codes, or has"),
        (("key =", "keys ="), "a survey has name, key"),
        (('"happiness"', '"Happy survey"'), "small letters"),
        (('"happiness"', '"hesa"'), "is the name of a source"),
        (('"happiness"', '"learner"'), "can not be called learner"),
        (("[answers]", "[answers"), "not a description"),
    ],
)
def test_a_wrong_description_says_what_is_wrong(held: Store, tmp_path: Path, change: tuple[str, str], said: str):
    path = tmp_path / "survey.toml"
    path.write_text(SURVEY.replace(*change))
    folder = written(tmp_path / "sent", answers=ANSWERS)
    with pytest.raises(SourceError, match=said):
        sources.add(held, folder / "answers.csv", description=path)


def test_declarations_are_read_back_as_written():
    for name in sources.declared():
        path = Path(sources.__file__).parent / "declared" / f"{name}.toml"
        assert read_description(path, name) == sources.declared()[name]
