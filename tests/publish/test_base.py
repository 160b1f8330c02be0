"""Whatever the table tool and the API can return comes from published files, and those from what was protected."""

from __future__ import annotations

import ast
from pathlib import Path

import openilr
from openilr.publish.datasets import Library
from openilr.publish.datasets.query import Query, Reader, plan
from tests.publish.making import read
from tests.publish.sector import files_of

SOURCE = Path(openilr.__file__).parent
#: What answers to readers are made of: published versions, and helpers that hold no numbers.
ALLOWED = ("openilr.publish.", "openilr.web", "openilr.client", "openilr.store.durable")
#: Where areas lie, for maps: places, of which reference data say where they are, and no learner.
PLACES = ("centres.py", "openilr.reference")
RAW = ("openilr.publish.release", "openilr.publish.protect", "openilr.publish.cells")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("openilr"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("openilr"))


def test_the_table_tool_and_the_api_read_published_versions_and_nothing_else():
    files = [p for part in ("web/tables", "web/api", "publish/datasets") for p in (SOURCE / part).rglob("*.py")]
    names = {(path.name, name) for path in files for name in imported(path)}
    assert len(files) > 15 and len(names) > 20
    names = {(path, name) for path, name in names if not (path == PLACES[0] and name.startswith(PLACES[1]))}
    assert not {(path, name) for path, name in names if not name.startswith(ALLOWED) or name.startswith(RAW)}


def test_a_served_number_is_the_protected_one(rounded, tmp_path):
    library = Library(tmp_path)
    for name in ("starts_all", "starts_provider", "learners_all"):
        data, meta = files_of(rounded, name)
        data_set, version, _ = library.add(data, meta)
        about = library.meta(data_set, version)
        every = plan(about, Query())
        numbers = library.path(data_set, version) / "data.parquet"
        served = Reader().rows(numbers, about, every)
        given = [tuple(row[i.column] for i in every.indicators) for row in read(data)]
        assert sorted(row[-len(every.indicators) :] for row in served) == sorted(given) and given
