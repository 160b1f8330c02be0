"""Protecting a pair: rounded, everything adds up; suppressed, nothing small can be shown, with proof."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict

import pytest

from openilr.publish.attack import attack
from openilr.publish.cells import CellsError
from openilr.publish.protect import ProtectError, protect
from openilr.publish.verify import Refused, verify
from tests.publish.making import META, PLACES, change, place, read, write, write_pair


def sums_broken(path, column) -> int:
    """Sums of the made-up pair that do not hold, worked out here and nowhere else."""
    value = {}
    for r in read(path):
        value[r["time_period"], r["region_name"], r["la_name"], r["sex"], r["age_group"], r["age"]] = int(r[column])
    below = defaultdict(int)
    for (time, region, area, sex, group, age), count in value.items():
        if area:
            below[time, region, "", sex, group, age, "areas"] += count
        elif region:
            below[time, "", "", sex, group, age, "regions"] += count
        if sex != "Total":
            below[time, region, area, "Total", group, age, "sexes"] += count
        if age != "Total":
            below[time, region, area, sex, group, "Total", "ages"] += count
        elif group != "Total":
            below[time, region, area, sex, "Total", "Total", "groups"] += count
    assert len(below) > 100
    return sum(value[key[:-1]] != total for key, total in below.items())


@pytest.mark.parametrize("base", [5, 10, 3])
@pytest.mark.parametrize("seed", [1, 2])
def test_rounding_adds_up_and_moves_nothing_by_the_base(tmp_path, base, seed):
    data, meta = write_pair(tmp_path / "raw", seed=seed)
    done = protect(data, meta, tmp_path / "out", "rounding", base=base)
    for column in ("starts", "leavers"):
        assert sums_broken(data, column) == sums_broken(done.data, column) == 0
        for before, after in zip(read(data), read(done.data), strict=True):
            raw, rounded = int(before.pop(column)), int(after.pop(column))
            assert rounded % base == 0 and (raw or not rounded)
            # To multiples of 3 not every three-way table can be rounded to neighbours: then some move by the base.
            assert abs(rounded - raw) < base or (base == 3 and raw % 3 == 0 and abs(rounded - raw) == 3)
    assert done.meta.read_bytes() == meta.read_bytes()
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["starts.csv", "starts.meta.csv"]


def test_rows_keep_their_order_and_all_else(tmp_path):
    data, meta = write_pair(tmp_path / "raw")
    done = protect(data, meta, tmp_path / "out", "rounding")
    for before, after in zip(read(data), read(done.data), strict=True):
        assert {k: v for k, v in before.items() if k not in ("starts", "leavers")} == {
            k: v for k, v in after.items() if k not in ("starts", "leavers")
        }


@pytest.mark.parametrize(("seed", "threshold"), [(1, 10), (2, 10), (3, 5)])
def test_no_hidden_count_can_be_shown_to_be_small(tmp_path, threshold, seed):
    data, meta = write_pair(tmp_path / "raw", seed=seed, times=("202425",))
    done = protect(data, meta, tmp_path / "out", "suppression", threshold=threshold)
    raw, shown = read(data), read(done.data)
    for column in ("starts", "leavers"):
        small = [n for n, r in enumerate(raw) if 0 < int(r[column]) < threshold]
        assert small and all(shown[n][column] == "c" for n in small)
        assert all(s[column] in ("c", r[column]) for r, s in zip(raw, shown, strict=True))
        assert all(s[column] == "0" for r, s in zip(raw, shown, strict=True) if r[column] == "0")
    assert attack(done.data, done.meta, ("starts", "leavers"), threshold) == []
    verdict = verify(done.data, done.meta, tmp_path / "out" / "certificates")
    assert verdict.threshold == threshold and verdict.hidden == done.hidden


def test_the_attack_finds_what_hiding_small_counts_alone_gives_away(tmp_path):
    data, meta = write_pair(tmp_path / "raw", times=("202425",))
    for n, row in enumerate(raw := read(data)):
        raw[n] = [("c" if c == "starts" and 0 < int(v) < 10 else v) for c, v in row.items()]
    hidden = tmp_path / "starts.csv"
    write(hidden, [list(read(data)[0]), *raw])
    exposed = attack(hidden, meta, ["starts"], 10)
    assert len(exposed) > 20
    truth = read(data)
    assert all(e.least <= int(truth[e.row]["starts"]) <= e.most < 10 for e in exposed)


def test_certificates_do_not_depend_on_what_is_hidden(tmp_path):
    # Two raw tables that look the same once protected have the same certificates, to the byte.
    data, meta = write_pair(tmp_path / "raw", times=("202425",), regions=2, areas=3)
    done = protect(data, meta, tmp_path / "out", "suppression")
    proof = tmp_path / "out" / "certificates" / "starts.csv"
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "raw", other)
    base = {(r["indicator"], int(r["row"]) - 1): r["count"] for r in read(proof) if r["table"] == "0"}
    for (indicator, row), count in base.items():
        change(other / "starts.csv", row, indicator, count)
    from openilr.disclose.tables.certify import certify
    from openilr.publish.cells import Cells

    for column in ("starts", "leavers"):
        [one], [two] = (list(Cells(f / "starts.csv", meta).tables(column)) for f in (tmp_path / "raw", other))
        hidden = [read(done.data)[row][column] == "c" for row in one.rows]
        import numpy as np

        assert (one.table.values != two.table.values).any()
        assert certify(one.table, np.array(hidden), 10) == certify(two.table, np.array(hidden), 10)


def _suppressed(folder, regions, areas):
    data, meta = write_pair(folder / "raw", times=("202425",), regions=regions, areas=areas, rate=True)
    protect(data, meta, folder / "out", "suppression")
    return folder / "out"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return _suppressed(tmp_path_factory.mktemp("published"), 2, 3)


def _first(path, column, hidden):
    return next(n for n, r in enumerate(read(path)) if (r[column] == "c") == hidden and r[column] != "0")


def _reseal(out, **changed):
    """Certificates whose digests are right again after a change: what a forger would do."""
    import hashlib

    from openilr.publish import verify as checker

    path = out / "certificates" / "starts.json"
    manifest = json.loads(path.read_text())
    manifest.pop("sha256")
    files = {"data": out / "starts.csv", "meta": out / "starts.meta.csv", "tables": out / "certificates/starts.csv"}
    manifest |= {k: hashlib.sha256(p.read_bytes()).hexdigest() for k, p in files.items()} | changed
    path.write_text(json.dumps(manifest | {"sha256": checker.seal(manifest)}))


def _show(out):
    change(out / "starts.csv", _first(out / "starts.csv", "starts", True), "starts", "3")


def _hide(out):
    change(out / "starts.csv", _first(out / "starts.csv", "starts", False), "starts", "c")


def _another_number(out):
    row = _first(out / "starts.csv", "starts", False)
    change(out / "starts.csv", row, "starts", str(int(read(out / "starts.csv")[row]["starts"]) + 10))


def _proof(change_it):
    def spoil(out):
        path = out / "certificates" / "starts.csv"
        rows = read(path)
        rows = change_it(rows)
        write(path, [["indicator", "table", "row", "count"], *([*r.values()] for r in rows)])

    return spoil


def _lower(rows):
    return [{**r, "count": str(min(int(r["count"]), 9))} for r in rows]


def _one_more(rows):
    return [{**r, "count": str(int(r["count"]) + (n == 0))} for n, r in enumerate(rows)]


def _moved_shown(rows):
    shown = next(str(n) for n in range(1, 500) if str(n) not in {r["row"] for r in rows})
    return [*rows, {"indicator": "starts", "table": "1", "row": shown, "count": "12"}]


def _negative(rows):
    return [{**r, "count": "-3" if n == 5 else r["count"]} for n, r in enumerate(rows)]


def _zero(rows):
    return [{**r, "count": "0" if n == 5 else r["count"]} for n, r in enumerate(rows)]


def _shifted_rate(out):
    row = next(n for n, r in enumerate(read(out / "starts.csv")) if r["rate"] not in ("c", "z", "x"))
    change(out / "starts.csv", row, "rate", "55.5")


SPOILT = [
    _show, _hide, _another_number, _shifted_rate, _proof(_lower), _proof(_one_more), _proof(_moved_shown),
    _proof(_negative), _proof(_zero), _proof(lambda rows: rows[1:]), _proof(lambda rows: rows[: len(rows) // 2]),
    _proof(lambda rows: [r for r in rows if r["table"] == "0"]),
]  # fmt: skip


@pytest.mark.parametrize("sealed", [False, True], ids=["as it is", "with new digests"])
@pytest.mark.parametrize("spoil", SPOILT)
def test_what_was_changed_is_refused(published, tmp_path, spoil, sealed):
    out = tmp_path / "out"
    shutil.copytree(published, out)
    verify(out / "starts.csv", out / "starts.meta.csv", out / "certificates")
    spoil(out)
    if sealed:
        _reseal(out)
    with pytest.raises(Refused):
        verify(out / "starts.csv", out / "starts.meta.csv", out / "certificates")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return _suppressed(tmp_path_factory.mktemp("tiny"), 1, 2)


def test_each_number_matters_though_a_forger_seals_anew(tiny, tmp_path):
    """Counts, hidden cells and rates of the data, and numbers of the certificates, each changed alone; every tenth, for
    time. (With every one of them, as it was run once, all were refused as well.)"""
    out = tmp_path / "out"
    shutil.copytree(tiny, out)
    data, meta, proofs = out / "starts.csv", out / "starts.meta.csv", out / "certificates"
    verify(data, meta, proofs)
    tried = []
    for path, columns in ((data, ("starts", "leavers", "rate")), (proofs / "starts.csv", ("table", "row", "count"))):
        whole, rows = path.read_bytes(), read(path)
        for n, row in enumerate(rows):
            for column in columns:
                old = row[column]
                if old == "z" or (n + len(column)) % 10:
                    continue
                if column == "rate":
                    new = "12.3" if old == "c" else f"{float(old) + 0.1:.1f}"
                else:
                    new = "7" if old == "c" else str(int(old) + 1)
                for other in (new, "c") if path == data and old != "c" else (new,):
                    tried.append((path.name, n, column, other))
                    row[column] = other
                    write(path, [list(row), *([*r.values()] for r in rows)])
                    row[column] = old
                    _reseal(out)
                    with pytest.raises(Refused):
                        verify(data, meta, proofs)
        path.write_bytes(whole)
        _reseal(out)
        verify(data, meta, proofs)
    assert len(tried) > 50


def test_the_checker_needs_nothing_but_python(tiny, tmp_path):
    import subprocess
    import sys

    from openilr.publish import verify as checker

    alone = shutil.copy(checker.__file__, tmp_path / "verify.py")
    command = [sys.executable, "-I", "-S", str(alone), "starts.csv", "starts.meta.csv", "certificates"]
    for threshold, code in (("10", 0), ("11", 1)):
        done = subprocess.run([*command, threshold], cwd=tiny, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
    assert done.stderr.startswith("Refused. The certificates are for a threshold of 10, not 11.")


def test_filters_whose_sums_were_not_checked_are_said(tmp_path):
    rows = [(place(*w), [i], n) for w in ((), (0,)) for i, n in (("Total", 10), ("2", 7), ("3", 8))]
    done = protect(*simple(tmp_path / "raw", rows), tmp_path / "out", "suppression", overlapping=["level"])
    assert verify(done.data, done.meta, tmp_path / "out" / "certificates").overlapping == ["level"]


def test_any_other_byte_of_the_certificates_is_noticed(published, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(published, out)
    for path in sorted((out / "certificates").iterdir()):
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 60)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(Refused):
                verify(out / "starts.csv", out / "starts.meta.csv", out / "certificates")
        path.unlink()
        with pytest.raises(Refused):
            verify(out / "starts.csv", out / "starts.meta.csv", out / "certificates")
        path.write_bytes(whole)


def test_a_lower_threshold_is_refused(published, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(published, out)
    _reseal(out, threshold=3)
    assert verify(out / "starts.csv", out / "starts.meta.csv", out / "certificates").threshold == 3
    with pytest.raises(Refused, match="threshold of 3, not 10"):
        verify(out / "starts.csv", out / "starts.meta.csv", out / "certificates", threshold=10)


@pytest.mark.parametrize("method", ["rounding", "suppression"])
def test_rates_come_from_protected_counts(tmp_path, method):
    data, meta = write_pair(tmp_path / "raw", rate=True, times=("202425",))
    done = protect(data, meta, tmp_path / "out", method)
    assert done.rates == {"rate": "100 x starts / leavers"}
    seen = set()
    for row in read(done.data):
        above, below, rate = row["starts"], row["leavers"], row["rate"]
        seen.add(rate if rate.isalpha() else "number")
        if rate == "u":
            assert method == "rounding" and 0 < int(below) < 5 * 5
        elif rate.isalpha():
            assert rate == "z" or "c" in (above, below) or below == "0"
        else:
            assert method == "suppression" or int(below) >= 5 * 5
            assert abs(100 * int(above) / int(below) - float(rate)) <= 0.05 + 1e-9
    assert "number" in seen and ("c" in seen) == (method == "suppression") and ("u" in seen) == (method == "rounding")


def test_what_is_no_rate_of_the_counts_is_refused(tmp_path):
    data, meta = write_pair(tmp_path / "raw", rate=True)
    change(data, 7, "rate", "12.3")
    with pytest.raises(ProtectError, match="rate: it is no count, and no rate of the counts"):
        protect(data, meta, tmp_path / "out", "rounding")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("-3", "line 9, starts: -3 is negative"), ("", "it is blank"), ("c", "protected before"),
        ("low", "protected before"), ("many", "'many' is not a count"), ("1,200", "'1,200' is not a count"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_refused_by_line_and_column(tmp_path, value, words):
    data, meta = write_pair(tmp_path / "raw")
    change(data, 7, "starts", value)
    with pytest.raises(CellsError, match=words):
        protect(data, meta, tmp_path / "out", "suppression")


def test_fractions_are_refused(tmp_path):
    data, meta = write_pair(tmp_path / "raw")
    change(data, 7, "starts", "3.5")
    with pytest.raises(ProtectError, match="starts: it is no count"):
        protect(data, meta, tmp_path / "out", "suppression")


def test_what_does_not_add_up_is_refused_with_the_numbers(tmp_path):
    data, meta = write_pair(tmp_path / "raw")
    row = next(n for n, r in enumerate(read(data)) if r["sex"] == "Total" and r["la_name"] and r["age"] == "Total")
    change(data, row, "starts", "7777")
    with pytest.raises(
        CellsError, match=r"202324: the counts do not add up.* is 131, but its parts add up to 7880\."
    ) as problem:
        protect(data, meta, tmp_path / "out", "rounding")
    assert "\n" not in str(problem.value)


def simple(folder, rows, filters=("level",), group=None):
    """A pair with one indicator from (place, items, count)."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [*([group] if group else []), *filters]
    write(folder / "t.csv", [[*PLACES, *columns, "n"], *(["202425", "Academic year", *p, *i, c] for p, i, c in rows)])
    about = [[f, "Filter", f, "", "", "", "", group or ""] for f in filters]
    write(folder / "t.meta.csv", [META.split(","), *about, ["n", "Indicator", "N", "", "", "0", "", ""]])
    return folder / "t.csv", folder / "t.meta.csv"


def rounded(folder, *pair, **settings):
    done = protect(*pair, folder / "out", "rounding", **settings)
    return [int(r["n"]) for r in read(done.data)]


def test_areas_without_their_region_still_add_up_to_the_country(tmp_path):
    rows = [(place(), ["Total"], 31), (place(0, 0), ["Total"], 8), (place(0, 1), ["Total"], 11)]
    rows += [(place(1), ["Total"], 12), (place(1, 0), ["Total"], 6), (place(1, 1), ["Total"], 6)]
    whole, a, b, region, c, d = rounded(tmp_path, *simple(tmp_path / "raw", [(*r[:2], r[2]) for r in rows]))
    assert whole == a + b + region and region == c + d


def test_groups_that_each_cover_everyone(tmp_path):
    items = [("Total", "Total"), ("Sex", "Female"), ("Sex", "Male"), ("Age", "Under 19"), ("Age", "19+")]
    rows = [(place(), list(i), n) for i, n in zip(items, (23, 11, 12, 7, 16), strict=True)]
    whole, f, m, young, old = rounded(tmp_path, *simple(tmp_path / "raw", rows, ("breakdown",), "topic"))
    assert whole == f + m == young + old


def test_the_same_cell_twice_has_one_value(tmp_path):
    rows = [(place(), [i], n) for i, n in (("Total", 13), ("a", 6), ("b", 7), ("a", 6))]
    whole, a, b, again = rounded(tmp_path, *simple(tmp_path / "raw", rows))
    assert again == a and whole == a + b
    rows[-1] = (place(), ["a"], 7)
    with pytest.raises(CellsError, match="lines 3 and 5 are the same cell with two values"):
        rounded(tmp_path, *simple(tmp_path / "raw", rows))


def test_not_applicable_stays(tmp_path):
    rows = [(place(), [i], n) for i, n in (("Total", 13), ("a", 6), ("b", 7), ("d", "z"))]
    data, meta = simple(tmp_path / "raw", rows)
    done = protect(data, meta, tmp_path / "out", "rounding")
    assert [r["n"] for r in read(done.data)][-1] == "z"


def test_items_that_share_learners_need_not_add_up(tmp_path):
    rows = [(place(*w), [i], n) for w in ((), (0,)) for i, n in (("Total", 10), ("2", 7), ("3", 8))]
    pair = simple(tmp_path / "raw", rows)
    with pytest.raises(CellsError, match="--overlapping level"):
        rounded(tmp_path, *pair)
    values = rounded(tmp_path, *pair, overlapping=["level"])
    assert values[:3] == values[3:]


def test_a_population_stays_as_it_is_and_rates_use_it(tmp_path):
    data, meta = write_pair(tmp_path / "raw", indicators=("starts", "population"), times=("202425",))
    rows = read(data)
    for r in rows:
        r["population"] = str(int(r["population"]) * 1000 + 1_000)
        r["per"] = f"{100_000 * int(r['starts']) / int(r['population']):.1f}"
    write(data, [list(rows[0]), *([*r.values()] for r in rows)])
    about = [META.split(","), *([*r.values()] for r in read(meta)), ["per", "Indicator", "Per", "", "", "1", "", ""]]
    write(meta, about)
    done = protect(data, meta, tmp_path / "out", "rounding", keep=["population"])
    assert done.rates == {"per": "100000 x starts / population"}
    for before, after in zip(rows, read(done.data), strict=True):
        assert after["population"] == before["population"]
        assert float(after["per"]) == pytest.approx(1e5 * int(after["starts"]) / int(after["population"]), abs=0.051)


def test_output_beside_the_raw_counts_is_refused(tmp_path):
    data, meta = write_pair(tmp_path / "raw")
    before = data.read_bytes()
    with pytest.raises(ProtectError, match="another folder"):
        protect(data, meta, tmp_path / "raw", "rounding")
    assert data.read_bytes() == before


def test_no_more_achieve_than_leave(tmp_path):
    data, meta = write_pair(tmp_path / "raw", indicators=("achievers", "leavers"), times=("202425",))
    rows = read(data)
    for row in rows:  # as many again as achieve do not, so that both add up and rates are near a half or one
        small = row["age"] in ("16", "25 plus")
        row["leavers"] = row["achievers"] if small else str(int(row["achievers"]) + int(row["leavers"]))
    leaf = {}
    for row in rows:
        leaf[row["region_name"], row["la_name"], row["sex"], row["age_group"], row["age"]] = int(row["leavers"])
    for row in rows:  # totals of ages anew
        place = row["region_name"], row["la_name"], row["sex"]
        if row["age"] == "Total":
            groups = ("Under 19", "19+") if row["age_group"] == "Total" else (row["age_group"],)
            row["leavers"] = str(
                sum(v for k, v in leaf.items() if k[:3] == place and k[3] in groups and k[4] != "Total")
            )
        row["rate"] = f"{100 * int(row['achievers']) / int(row['leavers']):.1f}" if row["leavers"] != "0" else "z"
    write(data, [list(rows[0]), *([*r.values()] for r in rows)])
    about = [META.split(","), *([*r.values()] for r in read(meta)), ["rate", "Indicator", "Rate", "", "%", "1", "", ""]]
    write(meta, about)
    done = protect(data, meta, tmp_path / "out", "rounding", base=10)
    rates = [float(r["rate"]) for r in read(done.data) if not r["rate"].isalpha()]
    assert len(rates) > 50 and max(rates) <= 100
