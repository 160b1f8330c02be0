"""The extract, and a sample of it that keeps a record of how it came about."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

from openilr.research.errors import ResearchError

__all__ = ["Extract", "Sample", "open_extract"]


@dataclass(frozen=True)
class Extract:
    """The tables that this project may use. ``extract["learner"]`` is a Polars frame; ``print(extract)`` lists them."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def tables(self) -> list[str]:
        return list(self.about["tables"])

    @property
    def person(self) -> str:
        """The column that names a person (by a pseudonym) in every table."""
        return str(self.about.get("person", "person_id"))

    @property
    def is_twin(self) -> bool:
        """True for synthetic data made to try code on."""
        return bool(self.about.get("twin", False))

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table not in self.tables:
            raise ResearchError(f"There is no table {table!r}. The extract has: {', '.join(self.tables)}.")
        return pl.read_parquet(self.folder / f"{table}.parquet")

    def __repr__(self) -> str:
        lines = [f"Extract of project {self.about.get('project', '')}{' (synthetic twin)' if self.is_twin else ''}"]
        for table in self.tables:
            schema = pl.read_parquet_schema(self.folder / f"{table}.parquet")
            lines.append(f"  {table}: {', '.join(schema)}")
        return "\n".join(lines)

    def label(self, column: str) -> str:
        """What a column is called in words; its name where nothing else is known."""
        return str(self.about.get("labels", {}).get(column) or _titles().get(column) or column)

    def codes(self, column: str) -> dict[str, str]:
        """Code to label of a coded column; empty where it has no list."""
        own = self.about.get("codes", {}).get(column)
        return dict(own) if own else dict(_codes().get(column, {}))

    def labelled(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """The frame with the codes of these columns (by default all that have a list) as their labels."""
        named = columns or tuple(c for c in frame.columns if self.codes(c))
        words = []
        for column in named:
            codes = self.codes(column)
            if not codes:
                raise ResearchError(f"There is no list of codes for {column}.")
            words.append(pl.col(column).cast(pl.String).replace(codes).fill_null("Not known"))
        return frame.with_columns(words)

    def sample(self, frame: pl.DataFrame | str, *, unit: str, population: str, person: str | None = None) -> Sample:
        """A sample to analyse: a frame (or the name of a table), what one row is, and who is in it, in words.

        Every row needs its person: outputs are checked by counting people.
        """
        source = frame if isinstance(frame, str) else "made from the extract"
        rows = self[frame] if isinstance(frame, str) else frame
        column = person or self.person
        if column not in rows.columns:
            raise ResearchError(f"The frame has no column {column}, which names the person of each row. Keep it.")
        if rows[column].null_count():
            raise ResearchError(f"{column} is empty in some rows; filter them out first and say so.")
        return Sample(rows, unit, population, column, self, source)


@dataclass(frozen=True)
class Sample:
    """Rows, and what is known about them: ``unit`` (learners, starts, ...), ``population``, and each filter with its
    counts. Outputs take their context from here."""

    frame: pl.DataFrame
    unit: str
    population: str
    person: str
    extract: Extract
    source: str = ""
    filters: tuple[Mapping[str, Any], ...] = field(default=())

    def where(self, words: str, *conditions: Any, **equal: Any) -> Sample:
        """Keep the rows for which all conditions hold; ``words`` say what is kept (``"aged 19 and over"``)."""
        kept = self.frame.filter(*conditions, **equal)
        step = {"words": words, "before": self.people, "after": kept[self.person].n_unique()}
        return replace(self, frame=kept, filters=(*self.filters, step))

    def with_columns(self, *columns: Any, **named: Any) -> Sample:
        """The sample with new columns, as ``polars.DataFrame.with_columns``."""
        return replace(self, frame=self.frame.with_columns(*columns, **named))

    def join(self, other: pl.DataFrame, *, on: str | Sequence[str], how: Any = "left") -> Sample:
        """The sample with columns of another frame; rows may be lost only by ``where``, so joins are left joins or
        fail where they would drop people."""
        joined = self.frame.join(other, on=on, how=how)
        lost = self.people - joined[self.person].n_unique()
        if lost:
            raise ResearchError(f"The join would drop {lost} people without saying so. Use how='left', then where().")
        return replace(self, frame=joined)

    @cached_property
    def people(self) -> int:
        return self.frame[self.person].n_unique()

    def context(self, rows: pl.DataFrame | None = None) -> dict[str, Any]:
        """What an output says about itself: unit, population, filters, and counts of the rows that it uses."""
        used = self.frame if rows is None else rows
        column = self.person if self.person in used.columns else "person"
        return {
            "unit": self.unit, "population": self.population, "filters": [dict(f) for f in self.filters],
            "persons": used[column].n_unique(), "rows": used.height, "source": self.source,
        }  # fmt: skip

    def need(self, *columns: str) -> None:
        """ResearchError for a column that is not there."""
        missing = [c for c in columns if c not in self.frame.columns]
        if missing:
            raise ResearchError(
                f"The sample has no column {', '.join(missing)}. It has: {', '.join(self.frame.columns)}."
            )


def open_extract(folder: str | Path | None = None) -> Extract:
    """The extract of this session. Outside a session give the folder of a twin, with its ``extract.json``."""
    place = Path(folder or os.environ.get("OPENILR_EXTRACT", ""))
    if not (place / "extract.json").is_file():
        raise ResearchError("There is no extract here. Run the analysis by `ilr project run`, or name a twin's folder.")
    return Extract(place, json.loads((place / "extract.json").read_text("utf-8")))


@cache
def _codes() -> dict[str, dict[str, str]]:
    """Labels of the codes that have a list of their own, such as Sex or Ethnicity."""
    from openilr.years import available, load

    lists = load(available()[-1]).code_lists
    return {name: {c.code: c.label for c in lists[name].codes if not c.type} for name in lists}


@cache
def _titles() -> dict[str, str]:
    """What the specification calls each field."""
    from openilr.years import available, load

    schema = load(available()[-1]).schema
    return {f.name: f.title for entity in schema.root.walk() for f in entity.fields if f.title}
