"""A return read batch by batch, in constant memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any

import polars as pl

from openilr import years
from openilr.collect.encoding import Readable, Utf8Source
from openilr.collect.findings import SchemaFinding
from openilr.collect.layout import Layout, layout_of
from openilr.collect.scan import Scan, Scanner, scanner_of
from openilr.collect.structure import Raw, Reader, Refused
from openilr.collect.tables import Tables, header_of, type_and_check
from openilr.years import Year

_BLOCK = 1 << 22
#: Most bytes that are kept while looking for the end of a batch.
_WINDOW = 1 << 24
_HEAD = 1 << 20
#: Pieces from this size on are read by the scan; it takes longer to start than to read a few learners.
SCAN_FROM = 1 << 17
_YEAR = re.compile(rb"<(?:[^<>/\s:]+:)?Year\s*>\s*(\d{4})\s*</")
_ROOT = re.compile(rb"<(?:([^<>/\s:!?]+):)?Message[\s/>]")
_NAMED_YEAR = re.compile(r"-(\d{4})-\d{8}-")


_Part = Raw | Future[Any]


class Stream:
    """Iterating gives :class:`Tables`, one for each batch of learners, in document order.

    ``findings`` grows as batches are given and is complete at the end; ``complete`` is False where the file could
    not be read to its end; ``year`` is the year of the file's namespace, None where no year has it. A message without
    learners gives one batch with empty tables; what is no message at all gives none.
    """

    def __init__(
        self,
        source: Callable[[], AbstractContextManager[Readable | None]],
        name: str,
        batch: int,
        year: Year | None,
        scan_from: int | None,
    ) -> None:
        if batch < 1:
            raise ValueError("A batch holds at least one learner.")
        self._open, self._name, self._batch, self._fallback, self._scan_from = source, name, batch, year, scan_from
        self.namespace: str | None = None
        self.year: Year | None = None
        self.read_as: Year | None = None  #: the year whose structure the file was read with
        self.complete = False
        self._begun = False
        self.counts = {"learners": 0, "aims": 0}
        self.header: dict[str, Any] = {}
        self._head = b""
        self._head_findings: list[SchemaFinding] = []
        self._body_findings: list[SchemaFinding] = []
        self._last_findings: list[SchemaFinding] = []
        self._head_frames: dict[str, pl.DataFrame] = {}
        self._head_size: list[int] = []
        self._scanner: Scanner | None = None
        self._stack = ExitStack()
        self._reader = Reader(self._choose, batch)

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def findings(self) -> list[SchemaFinding]:
        """All findings so far: those of the header, then of the batches, then of the end of the file."""
        return [*self._head_findings, *self._body_findings, *self._last_findings]

    def __iter__(self) -> Iterator[Tables]:
        if self._begun:
            raise RuntimeError("A stream is read once: open another one to read the file again.")
        self._begun = True
        with self._stack:
            source = self._stack.enter_context(self._open())
            if source is None:
                return
            given = False
            for part in self._ahead(self._parts(source, self._stack.enter_context(ThreadPoolExecutor(1)))):
                tables = self._emit(part)
                if tables is not None:
                    given = True
                    yield tables
            self._finish()
            if not given and self._reader.is_message:
                yield self._with_header({})

    def _ahead(self, parts: Iterator[_Part]) -> Iterator[_Part]:
        """Each part once the next one was read, so that it is checked meanwhile."""
        held: _Part | None = None
        try:
            for part in parts:
                if held is not None:
                    yield held
                held = part
            self.complete = self._reader.ended
        except Refused as refused:
            self._refuse(refused)
        if held is not None:
            yield held
        yield from self._take()

    # Cutting the file

    def _parts(self, source: Readable, worker: ThreadPoolExecutor) -> Iterator[_Part]:
        cutter = _Cutter(Utf8Source(source))
        self._head = cutter.head()
        self._reader.feed(self._head)
        yield from self._take()
        while not cutter.at_end:
            chunk = cutter.records(self._batch)
            scan = self._scan(chunk)
            if scan is None:
                self._reader.feed(chunk)
                yield from self._take()
            else:
                yield self._scanned(chunk, scan, worker)
        if cutter.problem is not None:
            self._reader.abandon()
            raise cutter.problem
        self._reader.feed(b"", final=True)
        yield from self._take()

    def _take(self) -> list[Raw]:
        ready, self._reader.ready = self._reader.ready, []
        return ready

    def _scan(self, chunk: bytes) -> Scan | None:
        reader = self._reader
        if self._scan_from is None or len(chunk) < self._scan_from:
            return None
        if not (reader.is_message and reader.at_boundary and reader.plain_namespace):
            return None
        if not reader.may_hold_learners or reader.layout is None:
            return None
        if self._scanner is None:
            self._scanner = scanner_of(reader.layout)
        return self._scanner.scan(chunk) if self._scanner.usable else None

    def _scanned(self, chunk: bytes, scan: Scan, worker: ThreadPoolExecutor) -> Future[Any]:
        reader = self._reader
        assert reader.layout is not None  # noqa: S101 - for the type checker
        layout, learner, start, line = reader.layout, reader.learners, reader.position, reader.line
        # The lock is free for most of this, so it runs beside expat's reading.
        future = worker.submit(lambda: type_and_check(scan.raw(learner, start, line), layout))
        try:
            reader.feed_checked(chunk)
        except Refused as refused:
            future.cancel()
            good = chunk[: refused.args[1]]
            good = good[: good.rfind(b"</Learner>") + len(b"</Learner>")] if b"</Learner>" in good else b""
            part = self._scanner.scan(good) if good and self._scanner else None
            if part is not None:
                reader.count_scanned(part.count("Learner"))
                reader.ready.append(part.raw(learner, start, line))
            raise
        reader.count_scanned(scan.count("Learner"))
        return future

    def _choose(self, namespace: str) -> Layout:
        """The layout for a message of this namespace, or for the year that the file seems to be."""
        self.namespace, self.year = namespace, years.by_namespace(namespace)
        self.read_as = self.year or self._fallback or self._guess()
        return layout_of(self.read_as)

    def _guess(self) -> Year:
        inside, named = _YEAR.search(self._head), _NAMED_YEAR.search(self._name)
        for found in (inside[1].decode() if inside else "", named[1] if named else ""):
            if found in years.available():
                return years.load(found)
        return years.load(years.available()[-1])

    # Handing over

    def _emit(self, part: _Part) -> Tables | None:
        assert self._reader.layout is not None  # noqa: S101 - for the type checker
        frames, findings = type_and_check(part, self._reader.layout) if isinstance(part, Raw) else part.result()
        self._body_findings += findings
        if frames:
            self.counts["learners"] += frames["Learner"].height
            self.counts["aims"] += frames["LearningDelivery"].height
        self._check_header()
        if not any(frame.height for frame in frames.values()):
            return None
        return self._with_header(frames)

    def _with_header(self, frames: dict[str, pl.DataFrame]) -> Tables:
        assert self.read_as is not None  # noqa: S101 - for the type checker
        return Tables(self.read_as, {**Tables.empty(self.read_as).frames, **self._head_frames, **frames})

    def _check_header(self) -> None:
        """Type and check the header, again only where it has grown since."""
        layout = self._reader.layout
        if layout is None or not self._reader.is_message:
            return
        size = [len(self._reader.rows[name]) for name in layout.header]
        if size == self._head_size:
            return
        self._head_size, raw = size, self._reader.header()
        self._head_frames, self._head_findings = type_and_check(Raw(raw, chunk=self._head), layout)
        self.header = header_of(self._head_frames, ("CollectionDetails", "Source"))
        for name, value in header_of(self._head_frames, ("LearningProvider",)).items():
            self.header[f"LearningProvider.{name}"] = value

    def _finish(self) -> None:
        self._check_header()
        if self.complete:
            self._last_findings += self._reader.missing_records()

    def _refuse(self, refused: Refused) -> None:
        line = refused.line or (self._reader.line if self._reader.position else 1)
        self._last_findings.append(SchemaFinding(line, None, None, None, None, refused.kind, None, refused.message))


class _Cutter:
    """Cuts the file into its head, then pieces that end with the n-th learner."""

    def __init__(self, source: Utf8Source) -> None:
        self._source = source
        self._buffer = bytearray()
        self._ended = False
        self.problem: Refused | None = None
        self._open, self._close = b"<Learner>", b"</Learner>"

    @property
    def at_end(self) -> bool:
        return self._ended and not self._buffer

    def head(self) -> bytes:
        """What stands before the first learner, as far as it is small."""
        while not self._ended and len(self._buffer) < _HEAD and self._open not in self._buffer:
            self._more(1 << 16)
            root = _ROOT.search(self._buffer)
            if root and root[1]:
                self._open = b"<" + root[1] + b":Learner>"
                self._close = b"</" + root[1] + b":Learner>"
        at = self._buffer.find(self._open)
        return self._cut(at if at >= 0 else len(self._buffer))

    def records(self, count: int) -> bytes:
        """Up to and with the ``count``-th end of a learner; all that is there where there is none."""
        found = at = end = 0
        while found < count:
            at = self._buffer.find(self._close, at)
            if at >= 0:
                at = end = at + len(self._close)
                found += 1
                continue
            if self._ended or len(self._buffer) >= _WINDOW:
                break
            at = max(end, len(self._buffer) - len(self._close))
            self._more(_BLOCK)
        return self._cut(end or len(self._buffer))

    def _more(self, size: int) -> None:
        try:
            data = self._source.read(size)
        except Refused as problem:  # what was read before it is still good
            data, self.problem = b"", problem
        self._buffer += data
        self._ended = not data

    def _cut(self, at: int) -> bytes:
        piece = bytes(self._buffer[:at])
        del self._buffer[:at]
        return piece
