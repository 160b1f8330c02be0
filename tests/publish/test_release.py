"""From accepted returns to a release: data sets that agree with each other, in every form."""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from datetime import date
from xml.etree import ElementTree

import polars as pl
import pytest

from openilr.measure import MeasureError
from openilr.publish import check as screen_pair
from openilr.publish.attack import attack
from openilr.publish.release import DATA_SETS, DataSet, choose
from openilr.publish.release.build import build
from openilr.publish.release.pair import ReleaseError
from openilr.publish.verify import adds_up, verify
from openilr.store import StoreError
from tests.publish.making import read
from tests.publish.sector import BY, SMALL, files_of, send
from tests.store.making import aim, learner


def test_every_total_adds_up_and_is_near_the_count(sector, rounded):
    from openilr import measure

    data, meta = files_of(rounded, "starts_all")
    assert adds_up(data, meta, ["start_count"]) > 20
    counted = measure.compute(sector, "starts", "2526", by=BY, totals=True)
    raw = {tuple(counted.measure.dimension(d).label(r[d]) if r[d] != "Total" else "Total" for d in BY): r["value"]
           for r in counted.frame.iter_rows(named=True)}  # fmt: skip
    rows = read(data)
    assert len(rows) > 20
    for row in rows:
        count = raw[row["apprenticeship_level"], row["age_group"], row["sex"]]
        shown = 0 if row["start_count"] == "low" else int(row["start_count"])
        assert abs(shown - count) < 5 and shown % 5 == 0
        assert row["start_count"] != "low"  # unless asked for


def test_a_number_is_the_same_wherever_it_stands(rounded):
    seen = defaultdict(set)
    for name in ("starts_all", "starts_provider"):
        for row in read(files_of(rounded, name)[0]):
            if row["geographic_level"] == "National" and row.get("sex", "Total") == row.get("age_group", "Total"):
                seen[row["apprenticeship_level"]].add(row["start_count"])
    assert len(seen) > 2 and all(len(values) == 1 for values in seen.values())


def test_what_was_published_keeps_its_value(sector, rounded):
    again = build(sector, "2526", "R14", SMALL[:1], "rounding", base=5, by="tests")
    assert again.id == "2526-R14-2" and again.snapshots == rounded.snapshots
    assert files_of(again, "starts_all")[0].read_bytes() == files_of(rounded, "starts_all")[0].read_bytes()
    other = DataSet("starts_lldd", "Starts", "By learning difficulty.", ("starts",), ("lldd", *BY))
    wider = build(sector, "2526", "R14", (other,), "rounding", base=5, by="tests")
    old = {tuple(r[c] for c in ("apprenticeship_level", "age_group", "sex")): r["start_count"]
           for r in read(files_of(rounded, "starts_all")[0])}  # fmt: skip
    rows = read(files_of(wider, "starts_lldd")[0])
    rows = [r for r in rows if r.get("learning_difficulty_disability", "Total") == "Total"]
    assert {tuple(r[c] for c in ("apprenticeship_level", "age_group", "sex")): r["start_count"] for r in rows} == old


def test_learners_at_two_levels_are_said_to_overlap(rounded):
    [learners] = [b for b in rounded.built if b.data_set.name == "learners_all"]
    assert learners.counted.overlapping == ("qualification_level",)
    assert "do not add up to the total" in (rounded.folder / "guidance.txt").read_text()


def test_suppressed_and_attacked(unpublished):
    release = build(unpublished, "2526", "R14", SMALL, "suppression", threshold=10, by="tests")
    hidden = 0
    for each in release.built:
        data, meta = files_of(release, each.data_set.name)
        verdict = verify(data, meta, release.folder / "data" / "certificates")
        hidden += verdict.hidden
        overlapping = each.counted.overlapping
        assert attack(data, meta, each.counted.indicators, 10, overlapping=overlapping) == []
    assert hidden > 10


def test_the_files_of_a_release(rounded):
    with zipfile.ZipFile(rounded.archive) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    for name in ("starts_all", "starts_provider", "learners_all"):
        assert {f"data/{name}.csv", f"data/{name}.meta.csv", f"data/{name}.csv-metadata.json", f"tables/{name}.ods",
                f"tables/{name}.xlsx", f"parquet/{name}.parquet"} <= names  # fmt: skip
        assert screen_pair(*files_of(rounded, name)).passed
    assert {"guidance.txt", "release.json"} <= names
    assert json.loads((rounded.folder / "release.json").read_text())["base"] == 5


def test_parquet_and_csvw_say_what_the_csv_says(rounded):
    rows = read(files_of(rounded, "starts_all")[0])
    frame = pl.read_parquet(rounded.folder / "parquet" / "starts_all.parquet")
    for row, (number, symbol) in zip(rows, frame.select("start_count", "start_count_symbol").rows(), strict=True):
        assert row["start_count"] == (symbol or str(number))
    about = json.loads((rounded.folder / "data" / "starts_all.csv-metadata.json").read_text())
    columns = about["tableSchema"]["columns"]
    assert [c["name"] for c in columns] == list(rows[0]) and about["url"] == "starts_all.csv"
    assert {"low", "c"} <= set(columns[-1]["null"]) and columns[-1]["datatype"] == "integer"


def _ods(path):
    names = {"table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
             "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0"}  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].filename == "mimetype" and archive.infolist()[0].compress_type == 0
        for name in ("META-INF/manifest.xml", "meta.xml", "styles.xml"):
            ElementTree.fromstring(archive.read(name))  # noqa: S314 - our own file
        root = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 - our own file
    sheets = {}
    for table in root.iter(f"{{{names['table']}}}table"):
        rows = table.iter(f"{{{names['table']}}}table-row")
        sheets[table.get(f"{{{names['table']}}}name")] = [["".join(c.itertext()) for c in row] for row in rows]
    return sheets, list(root.iter(f"{{{names['table']}}}database-range"))


def test_workbooks_have_cover_contents_notes_and_marked_tables(rounded):
    sheets, ranges = _ods(rounded.folder / "tables" / "starts_provider.ods")
    assert list(sheets) == ["Cover", "Contents", "Notes", "National", "Provider"]
    assert len(ranges) == 4
    rows = [r for r in read(files_of(rounded, "starts_provider")[0]) if r["geographic_level"] == "Provider"]
    title, words, header, *body = sheets["Provider"]
    assert title == ["Starts by provider: Provider"] and words[0].startswith("This worksheet contains one table of")
    assert header[-1] == "Apprenticeship starts" and [r[-1] for r in body] == [r["start_count"] for r in rows]
    with zipfile.ZipFile(rounded.folder / "tables" / "starts_provider.xlsx") as book:
        assert sum(n.startswith("xl/tables/") for n in book.namelist()) == 4
        assert b"mergeCell" not in book.read("xl/worksheets/sheet5.xml")


def test_how_good_the_data_are_stands_in_every_file_for_readers(rounded):
    facts = json.loads((rounded.folder / "release.json").read_text())
    notes = {each["name"]: each["notes"] for each in facts["data_sets"]}
    assert any(note.startswith("Learner.Sex is rated fair in 2526-R14-1.") for note in notes["starts_all"])
    assert all("is not the effect" in told[-1] for told in notes.values())
    assert not any("Learner.Sex" in note for note in notes["starts_provider"]), "it does not read that field"
    about = json.loads((rounded.folder / "data" / "starts_all.csv-metadata.json").read_text())
    in_workbook = {cell for row in _ods(rounded.folder / "tables" / "starts_all.ods")[0]["Notes"] for cell in row}
    for note in notes["starts_all"]:
        assert note in (rounded.folder / "guidance.txt").read_text()
        assert {"quality": note} in about["notes"] and note in in_workbook


def test_rates_per_population_are_of_protected_counts(unpublished, tmp_path):
    (tmp_path / "population.csv").write_text("AreaCode,Year,Age,Population\nE92000001,2025,30,2400\n", "utf-8")
    [rates] = choose(("fe_skills_rates",))
    with pytest.raises(MeasureError, match=r"population\.csv"):
        build(unpublished, "2526", "R14", (rates,), "rounding", by="tests")
    release = build(unpublished, "2526", "R14", (SMALL[0], rates), "rounding", lenient=True, by="tests")
    assert set(release.left_out) == {"fe_skills_rates"} and "population.csv" in release.left_out["fe_skills_rates"]
    unpublished.add_reference(tmp_path / "population.csv")
    release = build(unpublished, "2526", "R14", (rates,), "rounding", by="tests")
    country, *others = read(files_of(release, "fe_skills_rates")[0])
    count, people = country["participation_count"], country["population"]
    assert int(count) % 10 == 0 and people == "2400"  # a population is not rounded
    expected = (2 * 100_000 * int(count) + 2400) // 4800
    assert country["participation_rate_per_100000_population"] == str(expected)
    assert others and {row["population"] for row in others} == {"x"}  # no home is known here


def test_every_year_is_read_as_it_was_frozen(unpublished):
    store, qar = unpublished, choose(("achievement_rates_apprenticeships",))
    done = {"CompStatus": 2, "Outcome": 1, "ProgType": 3, "StdCode": None, "FundModel": 35}
    on = date(2025, 9, 1)
    ended = {"LearnStartDate": date(2024, 9, 1), "LearnPlanEndDate": on, "LearnActEndDate": on}

    def before(count):  # planned to end by then and not returned again: withdrawn, where the year before is read
        going = {**done, "LearnStartDate": date(2024, 9, 1), "LearnPlanEndDate": date(2025, 7, 1), "CompStatus": 1}
        going["Outcome"] = None
        return [learner(f"Q{n}", aim(**going), ULN=2_000_000_000 + n) for n in range(count)]

    send(store, 10000003, before(40), year="2425")
    send(store, 10000003, [learner(f"Q{n}", aim(**done, **ended), ULN=2_000_000_000 + n) for n in range(30)])
    store.freeze("2526", "R14", frozen_by="tests")
    first = build(store, "2526", "R14", qar, "rounding", by="tests")
    again = json.loads((first.folder / "release.json").read_text())["snapshots"]
    send(store, 10000003, before(90), year="2425")
    store.freeze("2425", "R14", frozen_by="tests")
    same = build(store, "2526", "R14", qar, "rounding", snapshots=tuple(again), by="tests")
    other = build(store, "2526", "R14", qar, "rounding", by="tests")
    name = qar[0].name
    assert files_of(same, name)[0].read_bytes() == files_of(first, name)[0].read_bytes()
    assert files_of(other, name)[0].read_bytes() != files_of(first, name)[0].read_bytes()
    assert other.snapshots[1] == "2425-R14-2"
    with pytest.raises(StoreError, match="no snapshot of 2526 R14 is among them"):
        build(store, "2526", "R14", qar, "rounding", snapshots=("2425-R14-1",), by="tests")


def test_returns_without_a_period_of_their_own_are_refused(sector):
    with pytest.raises(Exception, match="R05"):
        build(sector, "2526", "R05", SMALL, "rounding", by="tests")
    assert not list((sector.path / "releases").glob("*R05*"))


def test_no_raw_count_leaves_the_store(sector, rounded):
    ledgers = list((sector.path / "releases" / "ledger").glob("*.parquet"))
    assert ledgers and (sector.path / "releases" / "ledger").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(rounded.archive) as archive:
        assert not [n for n in archive.namelist() if "ledger" in n]


def test_every_data_set_names_measures_and_breakdowns_that_there_are():
    from openilr import measure

    for each in DATA_SETS:
        for name in each.measures:
            for breakdown in each.by:
                measure.get(name).dimension(breakdown)
    assert [d.name for d in choose(("fe_skills_subject",))] == ["fe_skills_subject"]
    with pytest.raises(KeyError):
        choose(("nothing",))
    assert issubclass(ReleaseError, Exception)
