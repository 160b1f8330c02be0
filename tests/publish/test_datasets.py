"""Data sets to serve: ids that stay, versions with what changed, and a library that survives a crash."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from openilr.publish.datasets import DataSetError, Library, Refused
from openilr.publish.datasets.changes import compare
from openilr.publish.datasets.library import published, withdrawn
from openilr.publish.datasets.model import public_id
from tests.publish.making import write_pair
from tests.publish.pairs import COLUMNS, META, PLACES, rows, write

YEARS = ("202324", "202425")


@pytest.fixture
def library(tmp_path):
    (tmp_path / "store").mkdir()
    return Library(tmp_path / "store")


@pytest.fixture(scope="module")
def four_versions(tmp_path_factory):
    """1.0, 1.1, 1.1.1 and 2.0."""
    folder = tmp_path_factory.mktemp("versions")
    library = Library(folder)
    _add(library, folder, "1")
    _add(library, folder, "2", years=(*YEARS, "202526"))
    _add(library, folder, "3", years=(*YEARS, "202526"), seed=2)
    return _add(library, folder, "4", years=("202526",))[0]


def _add(library, tmp_path, folder, title="Starts", **choices):
    return library.add(*write(tmp_path / folder, **choices), title=title)


def test_the_first_ids_are_those_of_the_original_service():
    known = "dP0Zw O7CLF 7zXob pTSoj IzBzg it6Xr LxWjE 6jrfe 0kT5D HTzLj CpId1 YPHKM qFjG7 arLPb BT7J3"
    assert [public_id(n) for n in range(1, 16)] == known.split()


def test_ids_count_filters_options_indicators_and_places_apart(library, tmp_path):
    d, v, new = _add(library, tmp_path, "1")
    m = library.meta(d, v)
    assert new and (v.number, v.public, v.kind, v.rows) == ("1.0.0", "1.0", "Major", 120)
    assert [(f.id, f.label) for f in m.filters] == [("dP0Zw", "Age group"), ("O7CLF", "Apprenticeship level")]
    options = [(o.id, o.label) for f in m.filters for o in f.options]
    assert options[:2] == [("dP0Zw", "19 to 24"), ("O7CLF", "25 plus")] and options[4] == ("IzBzg", "Advanced")
    assert [(i.id, i.label) for i in m.indicators] == [("dP0Zw", "Share of starts"), ("O7CLF", "Starts")]
    assert [(p.level, p.options[0].id) for p in m.places] == [("LAD", "dP0Zw"), ("NAT", "7zXob"), ("REG", "pTSoj")]
    assert [t.label for t in m.times] == ["2023/24", "2024/25"]


def test_the_same_files_are_no_new_version(library, tmp_path):
    first = _add(library, tmp_path, "1")
    again = _add(library, tmp_path, "2")
    assert first[2] and not again[2] and again[1] == first[1]


@pytest.mark.parametrize(
    ("choices", "number", "kind"),
    [
        ({"years": (*YEARS, "202526")}, "1.1.0", "Minor"),
        ({"levels": ("Intermediate", "Advanced", "Higher", "Total")}, "1.1.0", "Minor"),
        ({"seed": 2}, "1.0.1", "Patch"),
        ({"made": rows()[:-1]}, "1.1.0", "Minor"),
        ({"years": YEARS[1:]}, "2.0.0", "Major"),
        ({"levels": ("Advanced", "Total")}, "2.0.0", "Major"),
        ({"places": PLACES[:-1]}, "2.0.0", "Major"),
        ({"places": PLACES[:3]}, "2.0.0", "Major"),
    ],
)
def test_the_number_says_how_much_changed(library, tmp_path, choices, number, kind):
    _add(library, tmp_path, "1")
    _, v, _ = _add(library, tmp_path, "2", **choices)
    assert (v.number, v.kind) == (number, kind)


def test_ids_stay_and_are_never_given_again(library, tmp_path):
    d, first, _ = _add(library, tmp_path, "1")
    d, second, _ = _add(library, tmp_path, "2", levels=("Advanced", "Total"))
    d, third, _ = _add(library, tmp_path, "3", levels=("Advanced", "Higher", "Intermediate", "Total"))
    ids = [{o.label: o.id for f in library.meta(d, v).filters for o in f.options} for v in (first, second, third)]
    assert ids[0]["Advanced"] == ids[1]["Advanced"] == ids[2]["Advanced"]
    assert ids[2]["Higher"] not in ids[0].values() and ids[2]["Intermediate"] not in ids[0].values()
    assert [v.public for v in d.public_versions()] == ["2.1", "2.0", "1.0"]


def test_changes_name_what_came_went_and_was_renamed(library, tmp_path):
    d, _, _ = _add(library, tmp_path, "1")
    meta = [tuple("Number of starts" if cell == "Starts" else cell for cell in row) for row in META]
    renamed = [
        tuple("Manchester City" if c == "Manchester" else c for c in row) for row in rows(levels=("Advanced", "Total"))
    ]
    d, v, _ = _add(library, tmp_path, "2", made=renamed, meta=meta)
    found = library.changes(d, v)
    [gone] = found["majorChanges"]["filterOptions"]
    assert gone["filter"]["label"] == "Apprenticeship level"
    assert [o["previousState"]["label"] for o in gone["options"]] == ["Intermediate"]
    assert "currentState" not in gone["options"][0]
    [indicator] = found["minorChanges"]["indicators"]
    assert indicator["currentState"]["label"] == "Number of starts" and indicator["previousState"]["label"] == "Starts"
    [places] = found["minorChanges"]["locationOptions"]
    assert places["options"][0]["currentState"]["label"] == "Manchester City"
    assert compare(library.meta(d, v), library.meta(d, v)) == {"majorChanges": {}, "minorChanges": {}}


def test_a_correction_is_listed_cell_by_cell(library, tmp_path):
    made = rows()
    _add(library, tmp_path, "1", made=made)
    row = list(made[7])
    before, row[11] = row[11], "7770"
    d, v, _ = _add(library, tmp_path, "2", made=[*made[:7], tuple(row), *made[8:]])
    assert v.differences == {
        "compared": True, "changed": 1, "added": 0, "removed": 0, "periods": {"202324": {"changed": 1}},
    }  # fmt: skip
    [cell] = library.changed_cells(d, v)
    assert (cell["indicator"], cell["before"], cell["after"]) == ("start_count", before, "7770")
    assert cell["age_group"] == row[10] and cell["apprenticeship_level"] == row[9]


def test_other_filters_are_said_not_to_be_compared(library, tmp_path):
    _add(library, tmp_path, "1")
    without = [row[:10] + row[11:] for row in rows() if row[10] == "Total"]
    meta = [row for row in META if row[0] != "age_group"]
    columns = [c for c in COLUMNS if c != "age_group"]
    d, v, _ = _add(library, tmp_path, "2", made=without, meta=meta, columns=columns)
    assert v.number == "2.0.0" and v.differences == {"compared": False}
    assert library.changed_cells(d, v) == []


def test_titles_and_names_say_which_data_set_is_meant(library, tmp_path):
    one, *_ = library.add(*write(tmp_path / "1", name="some_starts"))
    assert one.title == "Some starts"
    two, v, _ = library.add(*write(tmp_path / "2", name="some_starts", seed=2))
    assert (two.id, v.number) == (one.id, "1.0.1")
    other, v, _ = library.add(*write(tmp_path / "3", name="some_starts"), title="Others")
    assert other.id != one.id and v.number == "1.0.0"
    with pytest.raises(DataSetError, match="Several data sets"):
        library.add(*write(tmp_path / "4", name="some_starts", seed=4))
    again, *_ = Library(library.folder.parent).add(*write(tmp_path / "5", name="elsewhere", seed=5), title="OTHERS")
    assert again.id == other.id


def test_ids_of_data_sets_follow_from_their_titles(library, tmp_path):
    (tmp_path / "other").mkdir()
    pair = write(tmp_path / "1")
    assert library.add(*pair, title="A")[0].id == Library(tmp_path / "other").add(*pair, title="A")[0].id


def test_what_the_screening_fails_is_not_kept(library, tmp_path):
    broken = [(*row[:-1], "") for row in rows()]
    with pytest.raises(Refused) as refused:
        _add(library, tmp_path, "1", made=broken)
    assert "blanks" in str(refused.value) and library.data_sets(drafts=True) == []


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (None, "2.0.0"),
        ("*", "2.0.0"),
        ("1", "1.0.0"),
        ("1.0", "1.0.0"),
        ("1.0.0", "1.0.0"),
        ("v1.1", "1.1.0"),
        ("1.*", "1.1.1"),
        ("1.1.*", "1.1.1"),
        ("2", "2.0.0"),
        ("2.*", "2.0.0"),
        ("3", None),
        ("1.2", None),
        ("x", None),
        ("1.x", None),
        ("", "2.0.0"),
        ("1.0.0.0", None),
        ("-1", None),
        ("1..0", None),
        ("١", None),
    ],
)
def test_versions_are_found_as_clients_write_them(four_versions, asked, number):
    found = four_versions.find(asked)
    assert (found.number if found else None) == number


def test_drafts_wait_for_their_moment_and_withdrawn_versions_stand_aside(library, tmp_path):
    from dataclasses import replace

    d, v, _ = library.add(*write(tmp_path / "1"), title="A", draft=True)
    assert library.data_sets() == [] and library.publications() == [] and d.latest is None
    assert library.publish_due() == []
    library.change(d.id, v.number, lambda x: replace(x, approved_by="steward", publish_at="2026-03-01T09:30:00+00:00"))
    assert library.publish_due("2026-03-01T09:29:59+00:00") == []
    [(_, now)] = library.publish_due("2026-03-01T09:30:00+00:00")
    assert now.status == "Published" and library.data_sets()[0].latest == now
    library.add(*write(tmp_path / "2", seed=2), title="A")
    library.change(d.id, "1.0.1", withdrawn)
    assert library.data_set(d.id).latest.number == "1.0.0"
    with pytest.raises(DataSetError):
        library.change(d.id, "9.9.9", published)


def test_the_file_comes_back_as_it_was_given(library, tmp_path):
    pair = write(tmp_path / "1")
    d, v, _ = library.add(*pair, title="A")
    assert gzip.decompress((library.path(d, v) / "data.csv.gz").read_bytes()) == pair[0].read_bytes()
    assert (library.path(d, v) / "data.meta.csv").read_bytes() == pair[1].read_bytes()


_DYING = """
import os, signal, sys
from openilr.publish.datasets import Library
from openilr.store import durable
count, stop = 0, int(sys.argv[1])
def step(name):
    global count
    count += 1
    if count == stop:
        os.kill(os.getpid(), signal.SIGKILL)
durable.step = step
Library(sys.argv[2]).add(sys.argv[3], sys.argv[4], title="A")
print(count)
"""


def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new_one(library, tmp_path):
    library.add(*write(tmp_path / "1"), title="A")
    pair = write(tmp_path / "2", seed=2)
    before = (library.folder / "index.json").read_bytes()
    script = tmp_path / "dying.py"
    script.write_text(textwrap.dedent(_DYING))
    stops, done = 0, False
    # Every fifth moment: each costs a process.
    for stop in range(1, 100, 5):
        command = [sys.executable, str(script), str(stop), str(library.folder.parent), *map(str, pair)]
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ)
        if run.returncode == 0:
            done = True
            break
        assert run.returncode == -signal.SIGKILL, run.stderr
        stops += 1
        kept = Library(library.folder.parent)
        [d] = kept.data_sets()
        assert kept.meta(d, d.latest).rows == 120
        if (library.folder / "index.json").read_bytes() != before:
            done = True
            break
    assert done and stops > 3
    kept = Library(library.folder.parent)
    _, v, _ = kept.add(*pair, title="A")
    assert v.number == "1.0.1"
    folders = {path.name for path in (library.folder / d.id).iterdir()}
    assert folders == {"v1.0.0", "v1.0.1"}, "nothing half written is left"


def test_two_writers_do_not_mix(library, tmp_path):
    from openilr.store import StoreBusy
    from openilr.store.durable import Lock

    library.folder.mkdir()
    with Lock(library.folder / "writer.lock"), pytest.raises(StoreBusy):
        library.add(*write(tmp_path / "1"), title="A")


def test_the_index_is_plain_json(library, tmp_path):
    _add(library, tmp_path, "1")
    held = json.loads((library.folder / "index.json").read_text("utf-8"))
    assert held["format"] == 1 and held["data_sets"][0]["versions"][0]["number"] == "1.0.0"


def test_rounding_is_said_where_every_count_shows_it_and_every_total_adds_up(library, tmp_path):
    from openilr.publish.protect import protect

    made = protect(*write_pair(tmp_path / "raw"), tmp_path / "out", "rounding", base=5)
    said = library.protection(*library.add(made.data, made.meta, title="Rounded")[:2])
    assert (said["method"], said["base"]) == ("rounding", 5) and said["sums"] > 20
    # Raw counts, and counts that are multiples of ten but do not add up, are not called rounded.
    raw = library.add(*write_pair(tmp_path / "again"), title="Raw")[:2]
    assert library.protection(*raw) is None
    assert library.protection(*_add(library, tmp_path, "1")[:2]) is None
