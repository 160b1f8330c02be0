"""Reading learners that are put together as they should be, a few thousand at a time and without a loop.

Well-formed XML without comments, CDATA or instructions is a table: a row ends at each ``<``, and ``>`` parts the tag
from the text behind it. Polars reads it as such. Each tag name stands in one place of the year's tree only, so
whether two tags may follow each other settles by induction where every tag stands: one look-up in a matrix holds
the nesting, the order and the number of every field. Whatever is not entirely plain is declined, and goes to
:class:`openilr.collect.structure.Reader`, which says what is wrong with it. Whether the bytes are well-formed XML is
for expat to say in either case.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from html import unescape as _html_unescape

import numpy as np
import polars as pl

from openilr.collect.layout import Layout
from openilr.collect.structure import TEXT_LIMIT, Raw
from openilr.collect.values import WHITE
from openilr.spec import Entity, Field

_REFERENCE = re.compile(r"&(#[0-9]+|#x[0-9A-Fa-f]+|lt|gt|amp|quot|apos);")


@cache
def scanner_of(layout: Layout) -> Scanner:
    return Scanner(layout)


class Scanner:
    """Knows the tags of one year's Learner, and which may follow which."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        learner = layout.entities["Learner"]
        names = [e.name for e in learner.walk()] + [f.name for e in learner.walk() for f in e.fields]
        #: A name in two places would leave open where a tag stands.
        self.usable = len(set(names)) == len(names)
        self.tags = [form for name in names for form in (name, f"/{name}", f"{name}/")]
        self.code = {tag: i for i, tag in enumerate(self.tags)}
        self._type = pl.Enum(self.tags)

    @cached_property
    def _allowed(self) -> np.ndarray:
        """``[before, after]``: whether one tag may directly follow the other."""
        allowed = np.zeros((len(self.tags), len(self.tags)), dtype=bool)
        learner = self.layout.entities["Learner"]

        def starts(child: Field | Entity) -> list[int]:
            # A group that is opened and closed by one tag is left to the careful reader.
            return [self.code[child.name]] + ([self.code[f"{child.name}/"]] if isinstance(child, Field) else [])

        def ends(child: Field | Entity) -> list[int]:
            return [self.code[f"/{child.name}"]] + ([self.code[f"{child.name}/"]] if isinstance(child, Field) else [])

        for entity in learner.walk():
            close = self.code[f"/{entity.name}"]
            allowed[self.code[entity.name], [c for child in entity.children for c in starts(child)] + [close]] = True
            for place, child in enumerate(entity.children):
                again = place if isinstance(child, Entity) else place + 1
                after = [c for below in entity.children[again:] for c in starts(below)] + [close]
                allowed[np.ix_(ends(child), after)] = True
                if isinstance(child, Field):
                    allowed[self.code[child.name], self.code[f"/{child.name}"]] = True
        allowed[self.code["/Learner"], self.code["Learner"]] = True
        return allowed

    def scan(self, chunk: bytes) -> Scan | None:
        """The chunk as tags and texts, or None where it holds anything but whole and well-built learners."""
        first = chunk.find(b"<")
        if first < 0 or chunk[:first].strip(WHITE.encode()):
            return None
        if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"):
            return None  # a lone carriage return ends a line too
        try:
            # A remark, a CDATA section or an attribute makes a tag that is none of the year's, which is an error.
            table = pl.read_csv(
                memoryview(chunk)[first + 1 :].tobytes(), separator=">", eol_char="<", quote_char=None,
                has_header=False, schema={"tag": self._type, "text": pl.String}, empty_string_is_null=False,
            )  # fmt: skip
        except (pl.exceptions.PolarsError, UnicodeDecodeError):
            return None
        if table.height != chunk.count(b">"):  # a text that holds ">" would have been cut
            return None
        scan = Scan(self, chunk, first, table)
        return scan if scan.is_plain() else None


class Scan:
    """One chunk of whole learners."""

    def __init__(self, scanner: Scanner, chunk: bytes, first: int, table: pl.DataFrame) -> None:
        self._scanner, self._chunk, self._first = scanner, chunk, first
        self._codes = table["tag"].to_physical().to_numpy()
        self._texts = table["text"].rechunk()
        self._sizes = self._texts.str.len_bytes().to_numpy()

    def is_plain(self) -> bool:
        codes, code = self._codes, self._scanner.code
        if codes[0] != code["Learner"] or codes[-1] != code["/Learner"]:
            return False
        if not self._scanner._allowed[codes[:-1], codes[1:]].all():
            return False
        if (self._sizes > TEXT_LIMIT).any():
            return False
        between = self._texts.filter(pl.Series(~self._holds_text[codes]))
        return not any(text.strip(WHITE) for text in between.unique().to_list())

    @property
    def _holds_text(self) -> np.ndarray:
        fields = {f.name for e in self._scanner.layout.entities["Learner"].walk() for f in e.fields}
        return np.array([tag in fields for tag in self._scanner.tags])

    @cached_property
    def _places(self) -> dict[int, np.ndarray]:
        """Where each tag occurs, by its code."""
        order = np.argsort(self._codes, kind="stable")
        ends = np.cumsum(np.bincount(self._codes, minlength=len(self._scanner.tags)))
        return dict(enumerate(np.split(order, ends[:-1])))

    def _at(self, tag: str) -> np.ndarray:
        return self._places[self._scanner.code[tag]]

    def count(self, entity: str) -> int:
        return len(self._at(entity))

    def raw(self, learner: int, start: int, line: int) -> Raw:
        """The rows of the chunk, whose first byte is byte ``start`` of the file, in line ``line``."""
        lengths = np.array([len(tag) for tag in self._scanner.tags])
        sizes = lengths[self._codes] + self._sizes + 2
        offsets = np.cumsum(sizes) - sizes + self._first
        breaks = np.flatnonzero(np.frombuffer(self._chunk, np.uint8) == 10)
        learners = self._at("Learner")
        frames = {}
        for name, entity in self._scanner.layout.entities.items():
            if self._scanner.layout.record_of[name] != "Learner":
                if name in self._scanner.layout.body:
                    frames[name] = self._scanner.layout.empty_raw(name)
                continue
            rows = self._at(name)
            if not len(rows):
                frames[name] = self._scanner.layout.empty_raw(name)
                continue
            above = self._at(entity.parent) if name != "Learner" and entity.parent else None
            at = offsets[rows]
            keys = [
                np.zeros(len(rows)) if above is None else np.searchsorted(above, rows) - 1,
                np.arange(len(rows)) if above is None else np.searchsorted(learners, rows) - 1,
                np.searchsorted(breaks, at) + line,
            ]
            frames[name] = pl.DataFrame(
                [
                    *(
                        pl.Series(k, v.astype(np.uint32))
                        for k, v in zip(("parent", "record", "line"), keys, strict=True)
                    ),
                    pl.Series("offset", at.astype(np.int64) + start),
                    *(self._column(field, rows) for field in entity.fields),
                ]
            )
        return Raw(frames, learner, self._chunk, start, line)

    def _column(self, field: Field, rows: np.ndarray) -> pl.Series:
        places, empty = self._at(field.name), self._at(f"{field.name}/")
        if not len(places) and not len(empty):
            return pl.Series(field.name, [None], pl.String).new_from_index(0, len(rows))
        if len(places) == len(rows):
            column = self._texts.gather(places)
        else:
            chosen = np.full(len(rows), len(self._texts_and_null) - 1)
            chosen[np.searchsorted(rows, places) - 1] = places
            column = self._texts_and_null.gather(chosen)
        column = _as_written(column, self._has_references, self._has_returns)
        if len(empty):
            column = column.scatter(np.searchsorted(rows, empty) - 1, "")
        return column.alias(field.name)

    @cached_property
    def _texts_and_null(self) -> pl.Series:
        return pl.concat([self._texts, pl.Series([None], dtype=pl.String)], rechunk=True)

    @cached_property
    def _has_references(self) -> bool:
        return b"&" in self._chunk

    @cached_property
    def _has_returns(self) -> bool:
        return b"\r" in self._chunk


def _as_written(column: pl.Series, has_references: bool, has_returns: bool) -> pl.Series:
    """The values that the text stands for: references resolved, line ends as XML has them."""
    marks = [m for m, there in (("&", has_references), ("\r", has_returns)) if there]
    for mark in marks[:1]:
        some = column.str.contains(mark, literal=True)
        for other in marks[1:]:
            some |= column.str.contains(other, literal=True)
        at = some.fill_null(False).arg_true()
        if len(at):
            texts = column.gather(at).to_list()
            column = column.scatter(at, [_REFERENCE.sub(_resolve, t.replace("\r\n", "\n")) for t in texts])
    return column


def _resolve(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#"):
        return chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))
    return _html_unescape(found[0])
