"""A link run over a store: right links, kept as keys only, and the same again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from openilr import link
from openilr.link import LinkError, sources
from openilr.link.report import build, html, text
from openilr.link.report.review import BANDS, Review, judged, sample
from openilr.link.report.shares import Share
from openilr.store import Store
from tests.link.conftest import Sector


@pytest.fixture(scope="module")
def first(made: Sector) -> str:
    return made.first


def test_registers_are_linked_nearly_all_and_rightly(sector: Sector, first: str):
    report = build(sector.store, first, known=sector.truth)
    registers = report.to_dict()["registers"]
    assert set(registers) == set(sources.registers(sector.store))
    for name, each in registers.items():
        assert each["known"]["precision"]["share"] >= 0.98, name
        assert each["known"]["recall"]["share"] >= 0.95, name
        assert abs(each["estimated"]["precision"] - each["known"]["precision"]["share"]) < 0.03
        assert sum(each["methods"].values()) == each["links"]
    assert report.to_dict()["spine"]["known"]["precision"]["share"] >= 0.99


def test_tables_have_keys_and_numbers_only(sector: Sector, first: str):
    run = link.get(sector.store, first)
    assert run.table("spine").columns == ["learner_key", "person_id", "method", "weight", "ambiguous"]
    assert run.table("keys").columns == [
        "source", "record_key", "person_id", "method", "probability", "weight", "runner_up_weight", "ambiguous",
    ]  # fmt: skip
    keys = run.table("keys")
    assert not keys.select("source", "record_key").is_duplicated().any()
    assert not keys.select("source", "person_id").is_duplicated().any()
    assert keys["probability"].is_between(0.5, 1).all()
    unlinked = run.table("unlinked")
    assert unlinked.join(keys, on=["source", "record_key"], how="semi").is_empty()


def test_linked_views_join_answers_to_learners(sector: Sector, first: str):
    connection = link.connect(sector.store, first)
    joined = connection.con.sql(
        "select count(distinct l.learner_key) from learner l join spine s using (learner_key) "
        "join hmrc_employment e using (person_id)"
    ).fetchall()[0][0]
    assert joined > 60
    assert connection.table("npd_ks4").columns[:2] == ("person_id", "record_key")


def test_linking_again_changes_nothing(sector: Sector):
    # Other tests of the same worker may have linked the store since it was made, so the last run is the one before.
    before = link.runs(sector.store)[-1].id
    again = link.run(sector.store)
    one, other = (link.get(sector.store, each) for each in (before, again))
    for name in ("spine", "keys"):
        keys = [c for c in one.table(name).columns if c not in ("weight", "probability", "runner_up_weight")]
        assert one.table(name).select(keys).equals(other.table(name).select(keys)), name
    assert other.table("changes").is_empty()
    assert other.facts["before"] == before and not other.facts["trained"]


def test_new_data_changes_only_what_must(sector: Sector, first: str):
    """The first run here had the returns of one year only; then those of the next came."""
    early, now = link.get(sector.store, sector.early), link.get(sector.store, first)
    assert now.facts["before"] == early.id and not now.facts["trained"]
    both = early.table("spine").join(now.table("spine"), on="learner_key", suffix="_now")
    assert both.height == early.table("spine").height < now.table("spine").height
    assert (both["person_id"] == both["person_id_now"]).all()
    changes = now.table("changes")
    assert set(changes.filter(pl.col("source") == "spine")["kind"]) == {"new"}
    of_links = changes.filter(pl.col("source") != "spine")["kind"].value_counts()
    counts = dict(of_links.iter_rows())
    assert counts["linked"] > 10
    assert sum(count for kind, count in counts.items() if kind != "linked") <= 0.02 * early.table("keys").height
    assert changes.height == sum(now.facts["changes"].values())


def test_one_register_may_be_linked_alone(sector: Sector, first: str):
    id = link.run(sector.store, registers=["hesa"])
    run = link.get(sector.store, id)
    assert run.table("changes").is_empty()
    assert run.facts["steps"]["dwp"] == {"taken over from": str(run.facts["before"])}
    with pytest.raises(LinkError, match="no identifiers of nhs"):
        link.run(sector.store, registers=["nhs"])


def test_attributes_are_not_needed_for_linking(
    made: Sector, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Separation: with every attribute destroyed, the linker does the same; so it can not have read any."""
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(made.key))
    copy = tmp_path / "store"
    shutil.copytree(made.store.path, copy)
    destroyed = 0
    for path in copy.rglob("*.parquet"):
        if "links" in path.parts:
            continue
        if path.name == "learner.parquet":
            pl.read_parquet(path, columns=["row", "Sex"]).write_parquet(path)
        else:
            path.write_bytes(b"nothing")
        destroyed += 1
    assert destroyed > 20
    run = link.get(Store(copy), link.run(Store(copy), registers=["dwp", "npd"]))
    kept = link.get(made.store, first)
    assert (
        run.table("keys")
        .drop("weight", "probability", "runner_up_weight")
        .equals(kept.table("keys").drop("weight", "probability", "runner_up_weight"))
    )


def test_a_report_has_everything_that_the_guidance_asks_for(sector: Sector, first: str):
    report = build(sector.store, first)
    said = report.to_dict()
    assert json.loads(report.to_json())["run"] == first
    each = said["registers"]["dwp"]
    assert set(each["groups"]) == {"sex", "ethnicity", "age", "region", "deprivation", "provision"}
    for rows in each["groups"].values():
        assert sum(row["linked"]["of"] for row in rows) == said["spine"]["people"]
        for row in rows:
            share = row["linked"]
            assert share["low"] <= share["share"] <= share["high"]
    links = [point["links"] for point in each["curve"]]
    assert links == sorted(links, reverse=True)
    assert said["provision"]["identifiers"]["learners"]["uln"] > 0.9
    for page in (html(report), text(report)):
        assert first in page and "dwp" in page
    page = html(report)
    assert "<svg" in page and "http" not in page
    for row in each["groups"]["sex"]:
        share = row["linked"]
        assert f"{100 * share['share']:.1f}% ({100 * share['low']:.1f}&nbsp;to&nbsp;{100 * share['high']:.1f})" in page


def test_a_group_that_links_worse_is_warned_of(sector: Sector, first: str, tmp_path: Path):
    """Links of one sex are taken away, and the report must say so."""
    copy = tmp_path / "store"
    shutil.copytree(sector.store.path, copy)
    store = Store(copy)
    run = link.get(store, first)
    from openilr.link.report.groups import learners

    people = learners(store, run.table("spine")).filter(pl.col("sex") == "Male")["person_id"]
    keys = run.table("keys")
    lost = (pl.col("source") == "dwp") & pl.col("person_id").is_in(people.head(len(people) // 3).implode())
    keys.filter(~lost).write_parquet(run.folder / "keys.parquet")
    unlinked = pl.concat([run.table("unlinked"), keys.filter(lost).select("source", "record_key", "weight")])
    unlinked.write_parquet(run.folder / "unlinked.parquet")
    report = build(store, first, known=sector.truth)
    assert any(warning.startswith("dwp: sex Male: ") for warning in report.warnings), report.warnings
    causes = report.to_dict()["registers"]["dwp"]["causes"]["missed"]
    assert sum(cause["pairs"] for cause in causes) > 10


def test_wilson_interval():
    # Newcombe (1998), table I: 81 of 263.
    low, high = Share(81, 263).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(0, 0).interval is None


def test_pairs_are_judged_by_people_and_counted(sector: Sector, first: str):
    run = link.get(sector.store, first)
    drawn = sample(run, 40)
    assert set(drawn["band"]) <= {band for band, *_ in BANDS} and drawn.equals(sample(run, 40))
    review = Review.of(sector.store, first, 40, "tester")
    page = review.page(0)
    assert "Family name" in page and 'value="same"' in page
    review.judge(0, "same")
    review.judge(0, "different")
    with pytest.raises(ValueError):
        review.judge(1, "perhaps")
    lines = judged(run)
    assert [line["verdict"] for line in lines] == ["different"]
    assert set(lines[0]) == {"source", "record_key", "person_id", "band", "verdict", "by", "at"}
    assert len(Review.of(sector.store, first, 40, "tester").pairs) == len(review.pairs) - 1
    rows = build(sector.store, first).to_dict()["registers"][lines[0]["source"]]["review"]
    assert rows[0]["judged"] == 1 and rows[0]["one_person"]["hits"] == 0


def test_the_page_of_pairs_answers_its_own_address_only(sector: Sector, first: str):
    import threading
    import urllib.error
    import urllib.request
    from queue import Queue

    from openilr.link.report.review import serve

    review = Review.of(sector.store, first, 40, "tester")
    told: Queue[str] = Queue()
    threading.Thread(target=serve, args=(review, 0, told.put), daemon=True).start()
    address = told.get(timeout=10)
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server
        assert answer.headers["Cache-Control"] == "no-store"
        assert b"Pair 1 of" in answer.read()
    data = b"place=0&verdict=unsure"
    with urllib.request.urlopen(address, data=data, timeout=10) as answer:  # noqa: S310
        assert b"Pair 2 of" in answer.read()
    for wrong in (address[:-3], address.rsplit("/", 1)[0]):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(wrong, timeout=10)  # noqa: S310
    other = urllib.request.Request(address, headers={"Host": "elsewhere.example"})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(other, timeout=10)  # noqa: S310


def test_nothing_to_link_is_said(tmp_path: Path, sector: Sector, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENILR_VAULT_KEY_FILE", str(tmp_path / "k"))
    store = Store.init(tmp_path / "empty")
    with pytest.raises(LinkError, match="no learners"):
        link.run(store)
    with pytest.raises(LinkError, match="Nothing was linked"):
        link.get(store)
    assert not list((tmp_path / "empty" / "links").glob("*"))
