"""The page of boundary cases names tests and learners that exist, and leaves none of the learners out."""

import re
from pathlib import Path

from tests.measure.cases import CASES

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "explanation" / "boundary-cases.md").read_text("utf-8")


def test_every_test_that_the_page_names_is_there():
    named = re.findall(r"`((?:tests/store/)?test_\w+\.py)::(test_\w+)`", PAGE)
    assert len(named) == PAGE.count(".py::") > 30
    for file, test in named:
        path = ROOT / file if "/" in file else ROOT / "tests" / "measure" / file
        assert f"\ndef {test}(" in path.read_text("utf-8"), f"{file}::{test}"


def test_every_learner_of_the_cases_is_on_the_page_and_no_other():
    last_cells = re.findall(r"\| ([^|\n]+) \|$", PAGE, re.MULTILINE)
    beside = re.findall(r"\(`(\w+)`\)", PAGE)
    assert {*beside, *(name for cell in last_cells for name in re.findall(r"`(\w+)`", cell))} == set(CASES)
