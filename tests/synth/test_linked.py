"""Linked sources of a synthetic sector: they join with the returns, err as asked, and show the planted effects."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from openilr.link import sources
from openilr.link.sources.keeping import find
from openilr.link.sources.reading import read
from openilr.synth.linked import Rates
from openilr.synth.linked.effects import effect
from openilr.synth.linked.lives import _persisting
from openilr.synth.linked.schools import upn_of
from openilr.synth.sector import write_sector

YEARS = ("2526",)


@pytest.fixture(scope="module")
def sector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sector")
    write_sector(out, 1200, year_names=YEARS, seed=3, linked=Rates())
    return out


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("large")
    write_sector(out, 6000, year_names=YEARS, seed=11, linked=Rates(others=0))
    return out


def csv(sector: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(
        sector / name, infer_schema_length=None, try_parse_dates=True, schema_overrides={"uln": pl.String}
    )


def linked(sector: Path, table: str) -> pl.DataFrame:
    return csv(sector, f"linked/{next((sector / 'linked').rglob(table + '.csv')).parent.name}/{table}.csv")


def test_every_file_is_as_its_source_declares_it(sector: Path):
    found = find(sector / "linked", sources.declared().values())
    assert {table for _, table in found} == {
        "npd_ks4", "npd_ks4_exam", "npd_census", "plams", "hesa", "graduate_outcomes", "dwp_cis", "hmrc_employment",
        "hmrc_earnings", "hmrc_self_assessment", "dwp_benefits",
    }  # fmt: skip
    for (source, table), paths in found.items():
        made = read(sources.declared()[source].table(table), paths)
        assert made.frame.height > 0, table
        assert made.unused == (), table


def test_people_of_the_returns_are_in_the_truth_with_their_numbers(sector: Path):
    people = csv(sector, "truth/people.csv").filter(pl.col("learner") == 1)
    in_truth = dict(people.select("learn_ref_number", "uln").iter_rows())
    assert len(in_truth) == 1200
    text = "".join(path.read_text() for path in sorted((sector / "2526-R14").glob("*.xml")))
    records = re.findall(r"<LearnRefNumber>(\w+)</LearnRefNumber>\s*<ULN>(\d+)</ULN>", text)
    assert len(records) > 1000
    assert all(in_truth[reference] == uln for reference, uln in records)


def test_every_key_of_a_source_belongs_to_one_person(sector: Path):
    people = csv(sector, "truth/people.csv")
    for table, column, register in (
        ("npd_ks4", "KS4_PupilMatchingRefAnonymous", "pmr"), ("npd_census", "PupilMatchingRefAnonymous", "pmr"),
        ("hesa", "HUSID", "husid"), ("dwp_benefits", "EduKey", "edukey"), ("hmrc_earnings", "EduKey", "edukey"),
    ):  # fmt: skip
        keys = people[register].cast(pl.String)
        assert keys.n_unique() == people.height
        assert linked(sector, table)[column].cast(pl.String).is_in(keys.implode()).all()


def test_the_same_seed_gives_the_same_bytes_and_another_other_people(tmp_path: Path):
    def digest(name: str, seed: int) -> dict[str, str]:
        write_sector(tmp_path / name, 150, year_names=YEARS, seed=seed, linked=Rates())
        files = [path for part in ("linked", "truth") for path in sorted((tmp_path / name / part).rglob("*.csv"))]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    first = digest("a", 5)
    assert first == digest("b", 5)
    other = digest("c", 6)
    assert [name for name in first if other[name] == first[name]] == ["effects.csv"]


def test_linked_sources_leave_the_returns_as_they_are(tmp_path: Path):
    write_sector(tmp_path / "with", 120, year_names=YEARS, seed=5, linked=Rates())
    write_sector(tmp_path / "without", 120, year_names=YEARS, seed=5)
    for path in (tmp_path / "without").rglob("*.xml"):
        assert path.read_bytes() == (tmp_path / "with" / path.relative_to(tmp_path / "without")).read_bytes()


def test_errors_come_at_the_rates_asked_for(sector: Path):
    people = csv(sector, "truth/people.csv").with_columns(pl.col("husid").cast(pl.String))
    cis = linked(sector, "dwp_cis").join(people, left_on="EduKey", right_on="edukey").unique("EduKey")
    wrong = cis.filter(pl.col("DateOfBirth") != pl.col("date_of_birth")).height / cis.height
    assert 0.002 < wrong < 0.03
    hesa = csv(sector, "linked/hesa/hesa.csv").unique("HUSID")
    assert 0.2 < hesa["ULN"].is_null().mean() < 0.5


def test_without_errors_everyone_is_written_down_as_they_are(tmp_path: Path):
    kinds = (f"{name}=0" for name in Rates.__dataclass_fields__ if name != "others")
    write_sector(tmp_path, 150, year_names=YEARS, seed=5, linked=Rates.of(",".join(kinds)))
    people = csv(tmp_path, "truth/people.csv")
    cis = linked(tmp_path, "dwp_cis").join(people, left_on="EduKey", right_on="edukey")
    assert (cis["DateOfBirth"] == cis["date_of_birth"]).all()
    assert (cis["Sex"] == cis["sex"]).all()
    hesa = linked(tmp_path, "hesa")
    assert hesa.height and hesa["ULN"].null_count() == 0


@pytest.mark.parametrize("text", ["typos=0.1", "typo=2", "typo=often"])
def test_a_wrong_rate_is_a_plain_sentence(text: str):
    with pytest.raises(ValueError, match="typo"):
        Rates.of(text)


def test_pay_shows_the_planted_effects(large: Path):
    """The effects as a researcher would find them: pay of a tax year on what it depends on."""
    people, pay = csv(large, "truth/people.csv"), csv(large, "truth/pay.csv")
    found = pay.filter(pl.col("days") > 300, pl.col("lowered") == 0, pl.col("tax_year") >= 202930)
    found = found.join(people, on="person")
    y = np.log(found["pay"].to_numpy() / found["days"].to_numpy() * 365)
    levels = [(found["level"] == level).to_numpy() for level in range(1, 8)]
    others = ("prior_attainment", "completed", "treated", "london", "experience")
    x = np.column_stack([np.ones(len(y)), *levels, *(found[name].to_numpy() for name in others),
                         (found["sex"] == "F").to_numpy()]).astype(float)  # fmt: skip
    estimate = dict(zip((*range(8), *others, "F"), np.linalg.lstsq(x, y, rcond=None)[0], strict=True))
    assert estimate[3] - estimate[2] == pytest.approx(
        effect("log_pay", "level", "3") - effect("log_pay", "level", "2"), abs=0.05
    )
    assert estimate["prior_attainment"] == pytest.approx(
        effect("log_pay", "prior_attainment", "per standard deviation"), abs=0.02
    )
    assert estimate["treated"] == pytest.approx(effect("log_pay", "intervention", "treated"), abs=0.08)
    assert estimate["london"] == pytest.approx(effect("log_pay", "region", "E12000007"), abs=0.04)
    assert estimate["experience"] == pytest.approx(effect("log_pay", "experience", "per year to 20"), abs=0.002)
    assert estimate["F"] == pytest.approx(effect("log_pay", "sex", "F"), abs=0.03)


def test_an_effect_on_work_is_there_whole_from_the_month_in_which_it_begins():
    size, months, turn = 40_000, 30, 10
    chance = np.full((size, months), 0.5)
    chance[: size // 2, turn:] += 0.08
    works = _persisting(np.random.default_rng(1), chance, np.full(size, turn))
    apart = works[: size // 2].mean(axis=0) - works[size // 2 :].mean(axis=0)
    error = 0.5 * np.sqrt(2 / (size // 2))
    assert np.abs(apart[:turn]).max() < 4 * error and np.abs(apart[turn:] - 0.08).max() < 4 * error
    assert (works[:, turn + 1 :] == works[:, turn:-1]).mean() > 0.9  # and work goes on from month to month


def test_who_did_worse_takes_part_more_often(large: Path):
    eligible = csv(large, "truth/people.csv").filter(pl.col("eligible") == 1)
    means = dict(eligible.group_by("treated").agg(pl.col("prior_attainment").mean()).iter_rows())
    assert means[1] < means[0] - 0.1
    coached = csv(large, "linked/coaching/coaching.csv")
    assert coached.height == eligible["treated"].sum()


def test_pupil_numbers_have_their_check_letter_and_an_authority_that_is_none():
    number = upn_of(1234)
    assert re.fullmatch(r"[A-HJ-NP-RT-Z]999\d{9}", number)
    assert upn_of(1235) != number
