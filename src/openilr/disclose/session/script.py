"""A notebook as a script: the code cells of an ``.ipynb`` file in order, or a script with ``# %%`` marks as it is."""

from __future__ import annotations

import json
from pathlib import Path

from openilr.disclose.errors import DisclosureError

__all__ = ["ScriptError", "as_script"]

_MOST = 2_000_000


class ScriptError(DisclosureError):
    """The analysis can not be read."""


def as_script(path: Path) -> str:
    """The Python that a session runs. A mark goes before each code cell of a notebook, so that lines are found again.

    ScriptError for a file that is neither, one that is not text, and for the magics of IPython, which are no Python.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ScriptError(f"{path.name} is no text.") from None
    except OSError as problem:
        raise ScriptError(f"{path.name} can not be read: {problem.strerror}.") from None
    if len(text) > _MOST:
        raise ScriptError(f"{path.name} has more than {_MOST:,} characters.")
    if path.suffix == ".py":
        return text
    if path.suffix != ".ipynb":
        raise ScriptError(f"{path.name} is neither a Python script (.py) nor a notebook (.ipynb).")
    try:
        cells = json.loads(text)["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise ScriptError(f"{path.name} is no notebook.") from None
    for number, cell in enumerate(code, start=1):
        magic = next((line for line in cell.splitlines() if line.lstrip().startswith(("%", "!"))), None)
        if magic is not None:
            raise ScriptError(f"{path.name}, cell {number}: {magic.strip()[:40]!r} is no Python; take it out.")
    return "\n".join(f"# %% cell {number}\n{cell}\n" for number, cell in enumerate(code, start=1))
