"""The stages keep their order, and checking a return loads only what it needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import openilr

ROOT = Path(openilr.__file__).parent

#: A stage may import itself and those before it. The public face, openilr/__init__.py, is not a stage.
ORDER = [
    "spec",
    "years",
    "reference",
    "collect",
    "derive",
    "validate",
    "store",
    "link",
    "access",
    "measure",
    "disclose",
    "research",
    "publish",
    "web",
    "synth",
    "cli",
]
HEAVY = {"django", "pandas", "pyspark", "ibis", "duckdb", "rich", "jinja2"}


def _stages() -> list[str]:
    return sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("_"))


def _imported(source: str, module: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that the source of ``module`` imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = module[: len(module) - node.level] if node.level else ()
            for alias in node.names:
                yield node.lineno, ".".join((*above, *filter(None, [node.module]), alias.name))


def test_every_stage_is_in_the_order():
    assert set(_stages()) <= set(ORDER), "a new package needs its place in the order of stages"


@pytest.mark.parametrize("stage", _stages())
def test_a_stage_imports_only_what_comes_before_it(stage: str):
    allowed = set(ORDER[: ORDER.index(stage) + 1])
    wrong = []
    for path in sorted((ROOT / stage).rglob("*.py")):
        module = path.relative_to(ROOT.parent).with_suffix("").parts
        for line, name in _imported(path.read_text("utf-8"), module):
            parts = name.split(".")
            if parts[0] == "openilr" and len(parts) > 1 and parts[1] in ORDER and parts[1] not in allowed:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_imports_are_seen_in_every_form():
    # The test above would pass for any code if nothing were seen.
    source = """import openilr.cli
def late():
    from openilr.web import page
    from ..store import Store
    from . import codes
"""
    assert list(_imported(source, ("openilr", "spec", "model"))) == [
        (1, "openilr.cli"),
        (3, "openilr.web.page"),
        (4, "openilr.store.Store"),
        (5, "openilr.spec.codes"),
    ]


def _loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(' '.join(sorted(m.split('.')[0] for m in sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_checking_a_return_loads_nothing_heavy():
    loaded = _loaded_by("from openilr.validate import explain, rule_list, validate")
    assert "polars" in loaded
    assert not loaded & HEAVY


def test_a_whole_validation_loads_nothing_heavy(tmp_path: Path):
    from openilr.synth import write_return

    path = write_return(tmp_path, 20, faults=0.5).path
    loaded = _loaded_by(f"from openilr.validate import validate\nvalidate({str(path)!r}).to_json()")
    assert not loaded & HEAVY
