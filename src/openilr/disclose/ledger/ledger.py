"""The ledger on disk: for each release its cells as shown, and who was in which cell.

``<store>/ledger/<number>/`` holds ``about.json`` (release, project, output, when, the snapshots that the data is from),
``cells.parquet`` and ``members.parquet``. Members are told by the store's own keys, which no project sees, so that
releases of several projects meet. The folder is for this package alone: it holds data about people, and no
researcher's session sees it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from openilr.disclose.errors import DisclosureError
from openilr.disclose.ledger.attack import Attack, Exposure, attack
from openilr.disclose.ledger.published import PatternTable, Published

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Ledger", "LedgerError"]


class LedgerError(DisclosureError):
    """The ledger can not be read or written; nothing may be released then."""


class Ledger:
    """All releases from one vintage of data. ``Ledger()`` by itself is kept in memory only, for trying things."""

    def __init__(self, releases: Sequence[Published] = (), folder: Path | None = None) -> None:
        self._releases = list(releases)
        self._about: list[dict[str, Any]] = [{"release": r.name} for r in releases]
        self._folder = folder
        self._snapshots: tuple[str, ...] = ()

    @classmethod
    def open(cls, store: Path, snapshots: Sequence[str]) -> Ledger:
        """Everything released from data that has one of these snapshots in it; the folder is made when first needed."""
        folder = Path(store) / "ledger"
        ledger = cls(folder=folder)
        ledger._snapshots = tuple(sorted(snapshots))
        for place in sorted(p for p in folder.glob("[0-9]*") if p.suffix != ".part") if folder.is_dir() else []:
            try:
                about = json.loads((place / "about.json").read_text("utf-8"))
                if set(about["snapshots"]).isdisjoint(snapshots):
                    continue
                ledger._releases.append(_read(place, about))
                ledger._about.append(about)
            except (OSError, ValueError, KeyError) as problem:
                raise LedgerError(f"The ledger can not be read at {place.name}: nothing is released.") from problem
        return ledger

    def __len__(self) -> int:
        return len(self._releases)

    @property
    def releases(self) -> tuple[Published, ...]:
        return tuple(self._releases)

    @property
    def about(self) -> tuple[Mapping[str, Any], ...]:
        """Of each release: its name, project, output, title and day."""
        return tuple(self._about)

    def attack(self, new: Published, threshold: int, *, seconds: float = 20.0) -> Attack:
        """What the new release gives away together with those before it, of people that it counts."""
        past = [r for r in self._releases if _meet(r, new)]
        return attack([*past, new], threshold, seconds=seconds)

    def exposed(self, threshold: int, *, seconds: float = 20.0) -> list[Exposure]:
        """What the releases so far give away by themselves. Each was checked, so this should be nothing."""
        return attack(self._releases, threshold, seconds=seconds).exposed if self._releases else []

    def add(self, release: Published, **about: str) -> None:
        """Write a release down. On disk it is there whole or not at all."""
        from openilr.store.durable import Lock, make_folder, publish_folder, write_file

        self._releases.append(release)
        self._about.append({"release": release.name, **about, "snapshots": self._snapshots})
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Lock(self._folder / ".lock"):
            last = max((int(p.name) for p in self._folder.glob("[0-9]*") if p.name.isdigit()), default=0)
            final = self._folder / f"{last + 1:06d}"
            part = final.with_name(final.name + ".part")
            make_folder(part, 0o700)
            cells, meta = _frames(release)
            write_file(part / "cells.parquet", _parquet(cells))
            write_file(part / "members.parquet", _parquet(release.members))
            write_file(part / "about.json", json.dumps({**self._about[-1], **meta}, ensure_ascii=False).encode())
            publish_folder(part, final)


def _meet(one: Published, other: Published) -> bool:
    return not one.members.select("person").join(other.members.select("person"), on="person", how="semi").is_empty()


def _frames(release: Published) -> tuple[pl.DataFrame, dict[str, Any]]:
    import polars as pl

    cells = pl.DataFrame(
        {f"c{j}": release.codes[:, j] for j in range(release.codes.shape[1])}
        | {
            "low": release.low,
            "high": release.high,
            "n": release.n,
            "hidden": release.hidden,
            "shown": list(release.shown),
        }
    )
    meta: dict[str, Any] = {"labels": release.labels, "categories": release.categories}
    if isinstance(release, PatternTable):
        cells = cells.with_columns(
            in_cell=pl.Series([np.flatnonzero(row).tolist() for row in release.sets], dtype=pl.List(pl.Int64)),
            words=pl.Series([json.dumps(dict(k), ensure_ascii=False) for k in release.keyed]),
        )
    return cells, meta


def _read(place: Path, about: Mapping[str, Any]) -> Published:
    import polars as pl

    cells = pl.read_parquet(place / "cells.parquet")
    members = pl.read_parquet(place / "members.parquet")
    labels, categories = tuple(about["labels"]), tuple(tuple(c) for c in about["categories"])
    parts: dict[str, Any] = {
        "name": about["release"], "labels": labels, "categories": categories, "members": members,
        "codes": cells.select([f"c{j}" for j in range(len(labels))]).to_numpy(),
        **{k: cells[k].to_numpy() for k in ("low", "high", "n", "hidden")}, "shown": tuple(cells["shown"]),
    }  # fmt: skip
    if "in_cell" not in cells.columns:
        return Published(**parts)
    sets = np.zeros((cells.height, len(categories[0])), bool)
    for row, inside in enumerate(cells["in_cell"]):
        sets[row, inside.to_numpy()] = True
    return PatternTable(**parts, sets=sets, keyed=tuple(json.loads(w) for w in cells["words"]))


def _parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()
