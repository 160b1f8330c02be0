"""A client of the public API, for a service of OpenILR and for the Department for Education's own.

>>> client = Client("http://127.0.0.1:8000/statistics/v1")                            # doctest: +SKIP
>>> data_set = client.data_set("2fcdeb1b-cd75-50d0-bfec-d0f124ec2f1d")                # doctest: +SKIP
>>> data_set.query(filters={"age_group": ["Under 19", "Total"]}, levels=["REG"])      # doctest: +SKIP

Answers are Polars frames in words: labels and codes, not ids. It needs nothing but Polars. A server that is busy, or a
connection that breaks, is asked again a few times.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DFE", "ApiError", "Client", "DataSet", "Meta", "Publication", "Version"]

#: The Department for Education's service.
DFE = "https://api.education.gov.uk/statistics/v1"
_MOST_ROWS = 10_000
_BUSY = (429, 500, 502, 503, 504)


class ApiError(Exception):
    """The API refused the request, or could not be reached. ``errors`` are its errors: code, path, message, detail."""

    def __init__(self, words: str, status: int | None = None, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.errors = list(errors)


@dataclass(frozen=True)
class Publication:
    id: str
    title: str
    slug: str
    summary: str
    last_published: str


@dataclass(frozen=True)
class Version:
    """One version of a data set; ``kind`` is Major, Minor or Patch."""

    number: str
    kind: str
    status: str
    published: str | None
    rows: int
    notes: str
    release: str


@dataclass(frozen=True)
class Meta:
    """What a version is made of, by id: labels, and for places their codes too."""

    filters: dict[str, tuple[str, str]]
    options: dict[str, tuple[str, str]]
    indicators: dict[str, tuple[str, str]]
    places: dict[tuple[str, str], dict[str, str]]
    levels: dict[str, str]
    times: dict[tuple[str, str], str]

    @staticmethod
    def read(d: Mapping[str, Any]) -> Meta:
        places = {(g["level"]["code"], o["id"]): dict(o) for g in d["locations"] for o in g["options"]}
        return Meta(
            {f["id"]: (f["column"], f["label"]) for f in d["filters"]},
            {o["id"]: (f["column"], o["label"]) for f in d["filters"] for o in f["options"]},
            {i["id"]: (i["column"], i["label"]) for i in d["indicators"]},
            places,
            {x["code"]: x["label"] for x in d["geographicLevels"]}
            | {g["level"]["code"]: g["level"]["label"] for g in d["locations"]},
            {(t["period"], t["code"]): t["label"] for t in d["timePeriods"]},
        )


class Client:
    """A connection to one API. ``base`` ends in ``/v1``; ``preview_token`` shows drafts to those who were given one."""

    def __init__(
        self, base: str = DFE, *, timeout: float = 60.0, tries: int = 5, preview_token: str | None = None
    ) -> None:
        if not base.startswith(("https://", "http://")):
            raise ValueError("The base address must begin with https:// or http://.")
        self.base = base.rstrip("/")
        self._timeout = timeout
        self._tries = max(1, tries)
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "openilr-client"}
        if preview_token:
            self._headers["Preview-Token"] = preview_token

    def __repr__(self) -> str:
        return f"Client({self.base!r})"

    def publications(self, search: str | None = None) -> list[Publication]:
        """All publications, or those that match a search of three letters or more."""
        found = self.pages("publications", {"search": search} if search else {}, 40)
        return [Publication(p["id"], p["title"], p["slug"], p["summary"], p["lastPublished"]) for p in found]

    def data_sets(self, publication: str | Publication | None = None) -> list[DataSet]:
        """Data sets of a publication (or its id), or of all."""
        homes = [publication] if publication else self.publications()
        ids = [p.id if isinstance(p, Publication) else p for p in homes]
        return [DataSet(self, d) for id in ids for d in self.pages(f"publications/{id}/data-sets", {}, 20)]

    def data_set(self, id: str, version: str | None = None) -> DataSet:
        """A data set, at its latest version, or at another such as ``1.0`` or ``1.*``."""
        return DataSet(self, self.get(f"data-sets/{urllib.parse.quote(id, safe='')}"), version)

    # Asking

    def pages(self, path: str, query: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
        """The results of a list, all pages of it."""
        page, last = 1, 1
        while page <= last:
            answer = self.get(path, {**query, "page": page, "pageSize": size})
            last = answer["paging"]["totalPages"]
            yield from answer["results"]
            page += 1

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return json.loads(self.ask(path, query))

    def post(self, path: str, body: Any, query: Mapping[str, Any] | None = None) -> Any:
        return json.loads(self.ask(path, query, json.dumps(body).encode()))

    def ask(self, path: str, query: Mapping[str, Any] | None = None, body: bytes | None = None) -> bytes:
        """The body of the answer to one request. ApiError where it is refused, or fails in the end."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        address = f"{self.base}/{path}" + (f"?{urllib.parse.urlencode(given)}" if given else "")
        headers = {**self._headers, **({"Content-Type": "application/json"} if body else {})}
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - the scheme was looked at
        for attempt in range(1, self._tries + 1):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                    text = answer.read()
                    return gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text
            except urllib.error.HTTPError as problem:
                if problem.code not in _BUSY or attempt == self._tries:
                    raise _refused(problem) from None
                wait = problem.headers.get("Retry-After", "")
                self._wait(attempt, float(wait) if wait.isdigit() else None)
            except (urllib.error.URLError, TimeoutError, ConnectionError) as problem:
                if attempt == self._tries:
                    reason = getattr(problem, "reason", problem)
                    raise ApiError(f"{self.base} can not be reached: {reason}.") from None
                self._wait(attempt)
        raise AssertionError("every attempt returns or raises")

    def _wait(self, attempt: int, asked: float | None = None) -> None:
        time.sleep(min(asked, 60.0) if asked is not None else 0.25 * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311


def _refused(problem: urllib.error.HTTPError) -> ApiError:
    try:
        text = problem.read()
        body = json.loads(gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text)
    except (ValueError, OSError):
        body = {}
    errors = body.get("errors", []) if isinstance(body, dict) else []
    errors = errors if isinstance(errors, list) else []
    words = "; ".join(f"{e.get('path') or 'request'}: {e.get('code')}, {e.get('message')}" for e in errors)
    return ApiError(words or f"{problem.code} {problem.reason}", problem.code, errors)


@dataclass
class DataSet:
    """A data set at one version. What it says of itself is asked for once."""

    _client: Client = field(repr=False)
    _told: Mapping[str, Any] = field(repr=False)
    version: str | None = None

    @property
    def id(self) -> str:
        return str(self._told["id"])

    @property
    def title(self) -> str:
        return str(self._told["title"])

    @property
    def summary(self) -> str:
        return str(self._told["summary"])

    @property
    def status(self) -> str:
        return str(self._told["status"])

    @cached_property
    def meta(self) -> Meta:
        return Meta.read(self._client.get(self._path("meta"), self._at()))

    def versions(self) -> list[Version]:
        """All public versions, newest first."""
        return [
            Version(
                v["version"],
                v["type"],
                v["status"],
                v.get("published"),
                v["totalResults"],
                v["notes"],
                v["release"]["title"],
            )
            for v in self._client.pages(self._path("versions"), {}, 20)
        ]

    def changes(self, version: str) -> dict[str, Any]:
        """What a version changed: ``majorChanges`` and ``minorChanges``."""
        found: dict[str, Any] = self._client.get(self._path(f"versions/{urllib.parse.quote(version, safe='')}/changes"))
        return found

    def query(
        self,
        criteria: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, Iterable[str]] | None = None,
        levels: Iterable[str] | None = None,
        places: Iterable[str] | None = None,
        times: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
        sorts: Sequence[Mapping[str, str]] | None = None,
    ) -> pl.DataFrame:
        """All rows that match, in words.

        ``criteria`` is the API's own query language. The others say the simple things by name: ``filters`` labels by
        column, ``levels`` codes such as REG or words, ``places`` codes or names, ``times`` labels such as 2024/25,
        ``indicators`` columns or ids. ValueError for a name that the data set does not have.
        """
        named = self._named(filters, levels, places, times)
        parts = [*([criteria] if criteria else []), *named]
        body: dict[str, Any] = {"pageSize": _MOST_ROWS}
        if parts:
            body["criteria"] = parts[0] if len(parts) == 1 else {"and": parts}
        if indicators is not None:
            body["indicators"] = [self._indicator(name) for name in indicators]
        if sorts:
            body["sorts"] = list(sorts)
        rows: list[dict[str, Any]] = []
        page, last = 1, 1
        while page <= last:
            answer = self._client.post(self._path("query"), {**body, "page": page}, self._at())
            last = answer["paging"]["totalPages"]
            rows += answer["results"]
            page += 1
        return self._frame(rows, body.get("indicators"))

    def csv(self) -> pl.DataFrame:
        """The whole file, every column as text."""
        import polars as pl

        return pl.read_csv(io.BytesIO(self._client.ask(self._path("csv"), self._at())), infer_schema=False)

    # Inside

    def _path(self, below: str) -> str:
        return f"data-sets/{self.id}/{below}"

    def _at(self) -> dict[str, Any]:
        return {"dataSetVersion": self.version} if self.version else {}

    def _named(
        self, filters: Mapping[str, Iterable[str]] | None, levels: Iterable[str] | None, places: Iterable[str] | None,
        times: Iterable[str] | None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        parts: list[dict[str, Any]] = []
        for column, labels in (filters or {}).items():
            known = {label: id for id, (of, label) in self.meta.options.items() if of == column}
            parts.append({"filters": {"in": [_one(known, label, column) for label in labels]}})
        if levels is not None:
            codes = {code: code for code in self.meta.levels} | {label: c for c, label in self.meta.levels.items()}
            parts.append({"geographicLevels": {"in": [_one(codes, level, "levels") for level in levels]}})
        if places is not None:
            known_places: dict[str, dict[str, str]] = {}
            for (level, id), about in self.meta.places.items():
                for name, value in about.items():
                    if name != "id":
                        known_places.setdefault(value, {"level": level, "id": id})
            parts.append({"locations": {"in": [_one(known_places, place, "places") for place in places]}})
        if times is not None:
            known_times = {label: {"period": p, "code": c} for (p, c), label in self.meta.times.items()}
            parts.append({"timePeriods": {"in": [_one(known_times, label, "times") for label in times]}})
        return parts

    def _indicator(self, name: str) -> str:
        known = {column: id for id, (column, _) in self.meta.indicators.items()}
        return name if name in self.meta.indicators else str(_one(known, name, "indicators"))

    def _frame(self, rows: Sequence[Mapping[str, Any]], indicators: Sequence[str] | None) -> pl.DataFrame:
        """Ids become labels and codes: time_period, geographic_level, <level>_name and codes, filters, indicators."""
        import polars as pl

        m = self.meta
        made: dict[str, list[Any]] = {
            "time_period": [m.times.get((r["timePeriod"]["period"], r["timePeriod"]["code"])) for r in rows],
            "geographic_level": [m.levels.get(r["geographicLevel"], r["geographicLevel"]) for r in rows],
        }
        for level in dict.fromkeys(level for r in rows for level in r["locations"]):
            found = [m.places.get((level, r["locations"].get(level, "")), {}) for r in rows]
            for name in dict.fromkeys(name for place in found for name in place if name != "id"):
                heading = f"{level.lower()}_{'name' if name == 'label' else name}"
                made[heading] = [place.get(name) for place in found]
        for id, (column, _) in m.filters.items():
            made[column] = [m.options[r["filters"][id]][1] if id in r["filters"] else None for r in rows]
        for id in indicators if indicators is not None else m.indicators:
            made[m.indicators[id][0]] = [r["values"].get(id) for r in rows]
        return pl.DataFrame(made, schema=dict.fromkeys(made, pl.String))


def _one(known: Mapping[str, Any], name: str, of: str) -> Any:
    if name not in known:
        shown = ", ".join(list(known)[:10])
        raise ValueError(f"{of} has no {name!r}. It has: {shown}{' ...' if len(known) > 10 else ''}.")
    return known[name]
