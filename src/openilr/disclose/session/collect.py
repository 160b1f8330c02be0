"""What came back from a room: outputs that can be read as such, and by name what else was left there."""

from __future__ import annotations

import ast
import builtins
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.disclose.outputs.kinds import BadOutput, Output, read_output
from openilr.spec.words import count

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Returned", "collect"]

_MOST_OUTPUTS = 200
#: Of a longer script no line is told: which of very many lines it stopped at would say too much.
_MOST_LINES = 2_000
#: So many people have a value that it is no person's own.
_COMMON = 10
#: A value of so many characters (an age, a code) names nobody.
_SHORT = 3
#: What openilr.research itself puts before the words of a filter.
_OURS = ("matched on ",)
#: What it and the readers of formulas put into the names of terms.
_TERMS = {"Intercept", "C", "treated_after", "contr", "treatment"}
_NUMBER = r"(-?\d[\d,.]{0,11})"
#: The bands that openilr.research makes (``bands``): of what edges in the script they are.
_BANDS = [re.compile(form) for form in (rf"under {_NUMBER}", rf"{_NUMBER} to {_NUMBER}", rf"{_NUMBER} and over")]
#: Kinds of error that are told by name: they are Python's or a library's own, so the name carries nothing.
_NAMED = {n for n, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
_NAMED |= {"ResearchError", "ColumnNotFoundError", "SchemaError", "ComputeError", "ShapeError", "LinAlgError"}


@dataclass(frozen=True)
class Returned:
    """``outputs`` in the order of their ids; ``left`` what was not taken, and why; ``error`` how the code ended."""

    outputs: tuple[Output, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    error: dict[str, Any] = field(default_factory=dict)


def collect(folder: Path, script: str, tables: Mapping[str, pl.DataFrame] | None = None) -> Returned:
    """Read the outputs of a session that has ended. Nothing is followed, run, unpickled or shown as it is.

    An id has to stand in the script, in a call of ``output``: the researcher sees ids at once, so they may not be made
    of data, nor picked from a long list. Words that do not stand in the script were made by it, perhaps of data: they
    are named in the output's context (``made``), and a person reads them. tables: what the extract holds; categories
    that are values in it are no such words.
    """
    words = _Words(script, tables or {})
    outputs: dict[str, Output] = {}
    left: list[tuple[str, str]] = []
    error: dict[str, Any] = {}
    for path in sorted(folder.iterdir()):
        name = path.name
        shown = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "?" for c in name)[:60]
        if name == "run.json":
            error = _ended(path, script.count("\n") + 1)
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
                if output.id not in words.ids:
                    raise BadOutput(f"{shown}: the id does not stand in the analysis, as an argument of output().")
                outputs[output.id] = replace(output, context={**output.context, "made": words.made(output)})
            except BadOutput as problem:
                left.append((shown, str(problem)))
    return Returned(tuple(outputs[key] for key in sorted(outputs)), tuple(left), error)


class _Words:
    """What stands in a script as text, and which words of an output do not."""

    def __init__(self, script: str, tables: Mapping[str, pl.DataFrame]) -> None:
        self.literals = set(_TERMS)
        self.ids: set[str] = set()
        self.numbers: set[float] = set()
        self.tables = tables
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(script)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return  # it did not run either
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                self.numbers |= {float(node.value), -float(node.value)}
            if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
                self.literals.add(_plain(str(node.value)))
                self.literals |= set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", str(node.value)))  # of formulas
            if isinstance(node, ast.keyword) and node.arg:
                self.literals.add(node.arg)  # a column that with_columns(name=...) makes
            if isinstance(node, ast.Call) and _name(node.func) == "output":
                given = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "id")]
                self.ids |= {a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)}
        # Outputs are chosen by their ids: of many, choosing says much.
        if len(self.ids) > _MOST_OUTPUTS:
            self.ids = set()

    def made(self, output: Output) -> list[str]:
        """Words of the output, by the place where they are, that do not stand in the script."""
        found = [place for place, text in _said(output) if not self._known(text)]
        labels = {label for label in _labels(output) if not self._known(label) and not self._band(label)}
        if labels:
            labels -= self._values
        if labels:
            found.append(count(len(labels), "category", "categories"))
        return list(dict.fromkeys(found))

    def _known(self, text: str) -> bool:
        plain = _plain(text).removesuffix(" (bands)")
        return not plain or plain in self.literals or any(
            plain.startswith(start) and plain.removeprefix(start) in self.literals for start in _OURS
        )  # fmt: skip

    def _band(self, label: str) -> bool:
        """Whether this is a band between numbers that stand in the script: any other could tell a number of the data.
        The upper end of ``19 to 24`` is just below an edge: 25, or 24 itself where values are no whole numbers."""
        match = next((m for band in _BANDS if (m := band.fullmatch(label))), None)
        if match is None:
            return False
        low, *high = (float(end.replace(",", "").rstrip(".") or "nan") for end in match.groups())
        return low in self.numbers and all(end in self.numbers or end + 1 in self.numbers for end in high)

    @cached_property
    def _values(self) -> set[str]:
        """Texts and whole numbers of the extract that are short, or that at least ten people have; what codes stand
        for."""
        import polars as pl

        from openilr.access.catalogue import known_words

        found = known_words() | {"Not known", *(c for t in self.tables.values() for c in t.columns)}
        for table in self.tables.values():
            person = "person_id" if "person_id" in table.columns else table.columns[0]
            for column, kind in table.schema.items():
                if column != person and (kind == pl.String or kind.is_integer() or kind == pl.Boolean):
                    many = table.group_by(column).agg(pl.col(person).n_unique().alias("people;"))
                    words = many.with_columns(pl.col(column).cast(pl.String)).drop_nulls(column)
                    words = words.filter((pl.col("people;") >= _COMMON) | (pl.col(column).str.len_chars() <= _SHORT))
                    found |= set(words[column].to_list())
        return found


def _said(output: Output) -> Iterator[tuple[str, str]]:
    """Each piece of free text of an output, with its place in words."""
    yield "title", output.title
    yield "notes", output.notes
    for word in ("unit", "population"):
        yield word, str(output.context.get(word, ""))
    filters = output.context.get("filters", [])
    for step in filters if isinstance(filters, list) else []:
        yield "filters", str(step.get("words", "") if isinstance(step, dict) else step)
    if output.kind == "text":
        yield "text", str(output.content.get("text", ""))


def _labels(output: Output) -> set[str]:
    """Categories of a table or curve with the names of its dimensions; of a model what its terms are made of."""
    inner = output.inner
    content, rows = inner.content, inner.rows
    if inner.kind == "model":
        terms = content.get("terms", [])
        names = [str(t.get("term", "")) for t in terms if isinstance(t, dict)] if isinstance(terms, list) else []
        return {part for name in names for part in _parts(name)}
    dims = content.get("dimensions", [])
    labels = {str(d.get("label", "")) for d in dims if isinstance(d, dict)} if isinstance(dims, list) else set()
    columns = [c for c in rows.columns if re.fullmatch(r"d\d+", c)] if rows is not None else []
    return labels | {str(v) for c in columns for v in rows[c].unique().to_list()}  # type: ignore[index]


def _parts(term: str) -> Iterator[str]:
    """The columns and categories of a term such as ``C(Sex)[T.Male]:age``."""
    yield from re.findall(r"\[(?:T\.)?([^\]]*)\]", term)
    yield from re.findall(r"[A-Za-z_][A-Za-z0-9_]*|\d{4,}", re.sub(r"\[[^\]]*\]", "", term))


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _plain(text: str) -> str:
    return " ".join(text.split())


def _ended(path: Path, lines: int) -> dict[str, Any]:
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
        "line": line if isinstance(line, int) and 0 < line <= lines <= _MOST_LINES else None,
    }
