"""What the tests of collect share."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from openilr.collect import SchemaFinding, Stream, Tables


@dataclass
class Read:
    """What came of reading some bytes."""

    parts: list[Tables]
    stream: Stream

    @property
    def findings(self) -> list[SchemaFinding]:
        return self.stream.findings

    @property
    def kinds(self) -> list[str]:
        return [finding.kind for finding in self.findings]

    @property
    def learners(self) -> list[str | None]:
        return [ref for part in self.parts for ref in part["Learner"]["LearnRefNumber"].to_list()]


def read_bytes(
    data: bytes | str | object, scan_from: int | None = None, batch: int = 5000, name: str = "x.xml"
) -> Read:
    """Read bytes (or anything with ``read``) as ``examine(path).stream()`` reads a file."""
    if isinstance(data, str):
        data = data.encode()
    readable = io.BytesIO(data) if isinstance(data, bytes) else data

    @contextmanager
    def source() -> Iterator[object]:
        yield readable

    with Stream(source, name, batch, None, scan_from) as stream:  # type: ignore[arg-type]
        return Read(list(stream), stream)


@pytest.fixture(params=[None, 0], ids=["element by element", "scan"])
def read(request) -> Callable[..., Read]:
    """Both ways of reading, which must give the same."""
    return lambda data, **more: read_bytes(data, request.param, **more)
