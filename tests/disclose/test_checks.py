"""Small counts are hidden, the others rounded, and what is not understood is refused."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from openilr import measure
from openilr.disclose import DisclosureError, Rules, check, load_rules
from openilr.measure import Result

STARTS = measure.get("starts")


def result(*rows: tuple, by: tuple[str, ...] = ("level",), **about) -> Result:
    """``rows`` are (item, value, learners)."""
    types = {**dict.fromkeys(by, pl.String), "value": pl.Int64, "learners": pl.Int64}
    return Result(STARTS, "2526", "R14", by, {}, pl.DataFrame(rows, schema=types, orient="row"), **about)


def shown(*counts: int, **settings) -> list[str]:
    rules = replace(load_rules(), **settings)
    return check(result(*((str(n), n, n) for n in counts)), rules).table["value"].to_list()


def test_small_counts_are_hidden_and_zero_is_not():
    assert shown(0, 1, 9, 10, 11) == ["0", "c", "c", "10", "10"]


def test_halves_go_up():
    assert shown(14, 15, 24, 25, 35, 1_234_565) == ["10", "20", "20", "30", "40", "1234570"]
    assert shown(12, 13, 17, 18, round_to=5) == ["10", "15", "15", "20"]


def test_low_is_not_zero():
    assert shown(0, 1, 4, 5, threshold=0) == ["0", "low", "low", "10"]
    assert shown(1, 4, threshold=0, low=False) == ["0", "0"]


def test_the_threshold_is_about_learners_and_not_about_what_is_counted():
    table = check(result(("2", 12, 9), ("3", 12, 12), ("Total", 24, 20))).table
    assert table.rows() == [("2", "c"), ("3", "10"), ("Total", "20")]


def test_a_small_total_is_hidden_too():
    assert check(result(("2", 3, 3), ("Total", 3, 3))).table["value"].to_list() == ["c", "c"]


def test_marks_and_missing_counts():
    given = result(("2", 30, 30), ("3", None, None), ("4+", None, None))
    given = replace(given, frame=given.frame.with_columns(mark=pl.Series([None, "z", None], dtype=pl.String)))
    assert check(given).table["value"].to_list() == ["30", "z", "x"]


def test_the_record_says_what_was_done_and_what_was_not():
    checked = check(result(("2", 3, 3), ("3", 40, 40), ("Total", 43, 43), notes=("a note",)))
    assert (checked.record["cells"], checked.record["suppressed"], checked.record["low"]) == (3, 1, 0)
    assert checked.record["convention"]["threshold"] == 10
    assert checked.record["not_done"] == ["secondary", "audit"] == list(checked.missing)
    assert checked.notes == ("a note",)


def test_a_table_is_not_called_protected_before_every_check():
    checked = check(result(("2", 30, 30)))
    assert not checked.is_protected
    assert not replace(checked, checks=("primary", "rounding", "secondary")).is_protected
    assert replace(checked, checks=("primary", "rounding", "secondary", "audit")).is_protected


def test_no_exact_small_count_survives_anywhere():
    checked = check(result(*((str(n), n, n) for n in range(200))))
    values = checked.table["value"].to_list()
    assert all(v in ("c", "0") or int(v) % 10 == 0 for v in values)
    assert values[1:10] == ["c"] * 9


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"measure": replace(STARTS, kind="rate")}, "starts is a rate"),
        ({"measure": replace(STARTS, kind="")}, "only counts"),
        ({"frame": pl.DataFrame({"level": ["2"], "value": [3]})}, "must have the columns"),
        ({"frame": pl.DataFrame({"level": ["2"], "value": [3], "learners": [3], "names": ["x"]})}, "no others"),
        ({"frame": pl.DataFrame({"level": ["2"], "value": [3.5], "learners": [3]})}, "whole number"),
        ({"frame": pl.DataFrame({"level": ["2"], "value": [-3], "learners": [3]})}, "whole number"),
        ({"frame": pl.DataFrame({"level": ["2", "3"], "value": [3, 4], "learners": [3, None]})}, "whole number"),
        ({"frame": pl.DataFrame({"level": ["2"], "value": [3], "learners": [0]})}, "learners behind"),
        ({"frame": pl.DataFrame({"level": ["2"], "value": [3], "learners": [3], "mark": ["ok"]})}, "mark may be"),
        ({"frame": pl.DataFrame({"level": ["2", "2"], "value": [3, 4], "learners": [3, 4]})}, "two rows"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(change, says):
    with pytest.raises(DisclosureError, match=says):
        check(replace(result(("2", 30, 30)), **change))


def test_every_convention_has_its_source():
    for name in ("default", "fe-statistics", "fe-outcomes", "round-to-5"):
        assert load_rules(name).source
    assert (load_rules().threshold, load_rules().round_to) == (10, 10)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[a]\ntitle = "t"\nthresold = 10\nround_to = 5\nlow = true\nsource = "s"\n', "threshold, thresold"),
        ('[a]\ntitle = "t"\nthreshold = -1\nround_to = 5\nlow = true\nsource = "s"\n', "whole number"),
        ('[a]\ntitle = "t"\nthreshold = 10\nround_to = 1\nlow = true\nsource = "s"\n', "from 2"),
        ('[a]\ntitle = "t"\nthreshold = 10\nround_to = 5\nlow = "no"\nsource = "s"\n', "true or false"),
        ('[a]\ntitle = "t"\nthreshold = 10\nround_to = 5\nlow = true\nsource = ""\n', "source"),
        ("[b]\n", "no convention 'a'"),
    ],
)
def test_a_convention_that_is_not_understood_is_refused(tmp_path, text, says):
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(DisclosureError, match=says):
        load_rules("a", path)


def test_rules_made_in_code_are_checked_too():
    with pytest.raises(DisclosureError):
        Rules("x", "x", True, 10, True, "s")
