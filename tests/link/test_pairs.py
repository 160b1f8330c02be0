"""Two files linked: right links, one to one, in files of any size and with any columns."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest

from openilr.link import METHODS, LinkError, pairs
from openilr.link.match import Matched
from openilr.synth.person_files import COLLEGE, ELSEWHERE, harder, write_pair
from tests.link.truth import scores, true_pairs, without

FILES = write_pair(4_000, seed=20)


@cache
def linked(*left_out: str) -> tuple[pl.DataFrame, Matched]:
    """The pairs of FILES, linked once."""
    a, b = FILES
    return pairs(without(a, *left_out), without(b, *left_out))


@pytest.mark.parametrize(("left_out", "least"), [((), 0.995), (("uln",), 0.985)])
def test_most_people_are_found_and_hardly_anyone_wrongly(left_out: tuple[str, ...], least: float):
    found, about = linked(*left_out)
    precision, recall, f1 = scores(found, true_pairs(*FILES))
    assert f1 >= least, (precision, recall, f1, about.steps)
    assert precision >= 0.997


def test_pairs_are_one_to_one_and_say_how_they_were_made():
    found, _ = linked()
    assert found.columns == ["id_a", "id_b", "probability", "method"]
    assert not found["id_a"].is_duplicated().any() and not found["id_b"].is_duplicated().any()
    assert found["probability"].is_between(0.5, 1).all()
    assert set(found["method"]) == set(METHODS) - {"nino"}
    flagged = linked("uln")[1].links.filter("ambiguous")
    assert flagged.height and flagged["runner_up_weight"].null_count() == 0


def test_the_probability_means_what_it_says():
    a, b = write_pair(3_000, seed=22, first=harder(COLLEGE, 3), second=harder(ELSEWHERE, 3))
    found, _ = pairs(without(a, "uln"), without(b, "uln"), least=0.2)
    truth = true_pairs(a, b).with_columns(right=True)
    unsure = found.filter(pl.col("probability") < 0.95).join(truth, on=["id_a", "id_b"], how="left")
    assert unsure.height > 30
    assert abs(unsure["right"].fill_null(False).mean() - unsure["probability"].mean()) < 0.2


@pytest.mark.parametrize("people", [12, 60, 400])
def test_small_files_link_well_without_much_to_learn_from(people: int):
    right = found_in_all = true_in_all = 0
    for seed in range(max(1, min(3, 120 // people))):
        a, b = write_pair(people, seed=seed)
        found, _ = pairs(without(a, "uln"), without(b, "uln"))
        truth = true_pairs(a, b)
        right += found.join(truth, on=["id_a", "id_b"]).height
        found_in_all += found.height
        true_in_all += truth.height
    assert right / found_in_all >= 0.98  # a pair of twins more or less
    assert right / true_in_all >= 0.95


@pytest.mark.parametrize(
    ("kept", "least"),
    [
        (("uln",), 0.75),
        (("given_names", "family_name", "date_of_birth"), 0.93),
        (("family_name", "date_of_birth", "postcode"), 0.80),
        (("given_names", "family_name", "postcode"), 0.80),
        (("given_names", "date_of_birth", "sex", "postcode"), 0.90),
    ],
)
def test_some_columns_are_enough(kept: tuple[str, ...], least: float):
    a, b = write_pair(1_000, seed=5)
    found, _ = pairs(a.select("id", *kept), b.select("id", *kept))
    assert scores(found, true_pairs(a, b))[2] >= least


def test_a_file_may_lack_what_the_other_has():
    a, b = write_pair(300, seed=3)
    found, _ = pairs(without(a), without(b, "uln", "sex", "postcode"))
    assert scores(found, true_pairs(a, b))[2] >= 0.95


def test_nothing_in_common_is_said():
    a, b = write_pair(50, seed=3)
    with pytest.raises(LinkError, match="no column in common"):
        pairs(a.select("id", "uln"), b.select("id", "postcode"))


@pytest.mark.parametrize("kind", ["sister", "mother", "mother of one name"])
def test_two_of_a_family_are_not_one_person(kind: str):
    """One is in each file, of one family name at one address, and neither is in the other: the edge of the rule."""
    a, b = write_pair(1_000, seed=20)
    names = [name for name in a["given_names"].to_list() if name and len(name) > 3]
    one, other = [], []
    for place in range(40):
        named, related = names[2 * place], names[2 * place + 1]
        home = {"family_name": f"{names[place]}worth", "postcode": f"QZ{place + 1} {place % 9}ZZ", "sex": "F"}
        if kind == "mother of one name":
            related = named
        born = date(1990 + place % 12, 1 + place % 12, 1 + place % 28)
        theirs = (
            born + timedelta(days=700 + 9 * place) if kind == "sister" else born - timedelta(days=9_000 + 70 * place)
        )
        one.append({"id": f"new-{place}", "given_names": named, "date_of_birth": born.isoformat(), **home})
        other.append({"id": f"new-{place}", "given_names": related, "date_of_birth": theirs.isoformat(), **home})
    found, _ = pairs(*(
        pl.concat([without(people, "uln"), pl.DataFrame(added)], how="diagonal")
        for people, added in ((a, one), (b, other))
    ))  # fmt: skip
    joined = found.filter(pl.col("id_a").str.starts_with("new-") & pl.col("id_b").str.starts_with("new-"))
    assert joined.height <= 2, joined
    assert scores(found, true_pairs(a, b))[2] >= 0.98


def test_where_memory_runs_out_it_says_so_and_nothing_is_on_the_disk(tmp_path, monkeypatch):
    a, b = write_pair(3_000, seed=3)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("OPENILR_MEMORY", "15MB")
    with pytest.raises(LinkError, match="not enough memory"):
        pairs(without(a), without(b))
    assert not list(tmp_path.iterdir())


def test_empty_files_have_no_pairs():
    a, b = write_pair(50, seed=3)
    for one, other in ((a.clear(), b), (a, b.clear()), (a.clear(), b.clear())):
        found, _ = pairs(without(one), without(other))
        assert found.is_empty() and found.columns == ["id_a", "id_b", "probability", "method"]


def test_twins_are_told_apart_or_left():
    born = {"date_of_birth": "2006-04-09", "family_name": "Ashbury", "postcode": "QA1 1AA"}
    others, more = write_pair(100, seed=8)
    twins = pl.DataFrame([{"id": "t1", "given_names": "Ella", "sex": "F", **born},
                          {"id": "t2", "given_names": "Grace", "sex": "F", **born}])  # fmt: skip
    one = twins.filter(pl.col("id") == "t2").with_columns(id=pl.lit("only"))
    a = pl.concat([without(others), twins], how="diagonal")
    found, _ = pairs(a, pl.concat([without(more), one], how="diagonal"))
    assert found.filter(pl.col("id_b") == "only")["id_a"].to_list() == ["t2"]
    found, _ = pairs(a.filter(pl.col("id") != "t2"), pl.concat([without(more), one], how="diagonal"))
    assert found.filter(pl.col("id_b") == "only").is_empty()


def test_many_gives_every_likely_pair():
    a, b = write_pair(150, seed=4)
    twice = pl.concat([without(b), without(b).with_columns(id="again-" + pl.col("id"))])
    found, _ = pairs(without(a), twice, many=True)
    assert found.group_by("id_a").len()["len"].mean() > 1.9
    once, _ = pairs(without(a), twice)
    assert not once["id_a"].is_duplicated().any()


def test_the_answer_does_not_depend_on_the_run():
    a, b = write_pair(300, seed=6)
    first, _ = pairs(without(a), without(b))
    second, _ = pairs(without(a), without(b))
    assert first.equals(second)
