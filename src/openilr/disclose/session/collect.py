"""What came back from a room: outputs that can be read as such, and by name what else was left there."""

from __future__ import annotations

import builtins
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openilr.disclose.outputs.kinds import BadOutput, Output, read_output

__all__ = ["Returned", "collect"]

_MOST_OUTPUTS = 200
#: Kinds of error that are told by name: they are Python's or a library's own, so the name carries nothing.
_NAMED = {n for n, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
_NAMED |= {"ResearchError", "ColumnNotFoundError", "SchemaError", "ComputeError", "ShapeError", "LinAlgError"}


@dataclass(frozen=True)
class Returned:
    """``outputs`` in the order of their ids; ``left`` what was not taken, and why; ``error`` how the code ended."""

    outputs: tuple[Output, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    error: dict[str, Any] = field(default_factory=dict)


def collect(folder: Path, script: str) -> Returned:
    """Read the outputs of a session that has ended. Nothing is followed, run, unpickled or shown as it is.

    An id has to stand in the script as it is: the researcher sees ids at once, so they may not be made of data.
    """
    outputs: dict[str, Output] = {}
    left: list[tuple[str, str]] = []
    error: dict[str, Any] = {}
    for path in sorted(folder.iterdir()):
        name = path.name
        shown = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "?" for c in name)[:60]
        if name == "run.json":
            error = _ended(path)
        elif path.suffix == ".arrow" and path.with_suffix(".json").is_file():
            continue  # read with its output
        elif path.suffix != ".json":
            left.append((shown, "only tables, models, figures and texts of openilr.research come back"))
        elif len(outputs) >= _MOST_OUTPUTS:
            left.append((shown, f"a session gives back at most {_MOST_OUTPUTS} outputs"))
        else:
            try:
                output = read_output(path)
                if output.id != path.stem or output.changes:
                    raise BadOutput(f"{shown} is not named as its id, or comes with changes.")
                if output.id not in script:
                    raise BadOutput(f"{shown}: the id does not stand in the analysis.")
                outputs[output.id] = output
            except BadOutput as problem:
                left.append((shown, str(problem)))
    return Returned(tuple(outputs[key] for key in sorted(outputs)), tuple(left), error)


def _ended(path: Path) -> dict[str, Any]:
    """How the code says that it ended: a kind of error that is known by name, and a line of the script."""
    try:
        said = json.loads(path.read_bytes()[:10_000]) if path.is_file() and not path.is_symlink() else {}
    except (ValueError, OSError):
        said = {}
    if not isinstance(said, dict) or said.get("ended") != "error":
        return {}
    kind, line = said.get("kind"), said.get("line")
    return {
        "kind": kind if isinstance(kind, str) and kind in _NAMED else "an error",
        "line": line if isinstance(line, int) and 0 < line < 100_000 else None,
    }
