"""Where the official files are: in the folder that OPENILR_OFFICIAL names, or beside the repository."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("OPENILR_OFFICIAL") or Path(__file__).parents[2].parent / "shared" / "ilr")


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder with the published schemas, sample files and rule lists; the test is skipped without it."""
    if not (FOLDER / "2526" / "schema.xsd").is_file():
        pytest.skip("The official files are not at hand: name their folder in OPENILR_OFFICIAL.")
    return FOLDER
