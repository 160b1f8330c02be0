"""A link run: the spine of learners and the links of every register to it, kept in the store under a run id.

``links/<run>/``: ``spine.parquet`` (learner_key, person_id, method, weight, ambiguous), ``keys.parquet`` (source,
record_key, person_id, method, probability, weight, runner_up_weight, ambiguous), ``unlinked.parquet`` (source,
record_key, weight of the best candidate), ``candidates.parquet`` (every pair that was not far from likely, for
threshold curves and clerical review), ``changes.parquet`` (against the run before), the models, and ``run.json``. All
are keys and numbers; nothing of it names anybody. ``source`` is the register of people that a source belongs to.

A run is there whole or not at all: its folder gets its name when everything is on the disk.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.link import gather, sources, spine
from openilr.link.changes import changes
from openilr.link.engine import enough_memory
from openilr.link.errors import LinkError
from openilr.link.identifiers import prepare
from openilr.link.match import match
from openilr.link.model import Model
from openilr.link.scoring import settings
from openilr.store import durable

if TYPE_CHECKING:
    import polars as pl
    from ibis.backends.duckdb import Backend

    from openilr.store import Store

FOLDER = "links"
KEYS = ("source", "record_key", "person_id", "method", "probability", "weight", "runner_up_weight", "ambiguous")


@dataclass(frozen=True)
class Run:
    """A finished run: its id, its folder, and ``facts`` (what run.json says)."""

    id: str
    folder: Path
    facts: dict[str, Any]

    def table(self, name: str) -> pl.DataFrame:
        """spine, keys, unlinked, candidates or changes."""
        import polars as pl

        return pl.read_parquet(self.folder / f"{name}.parquet")

    def model(self, name: str) -> Model | None:
        """The model of the spine or of a register; None where there was nobody to link."""
        path = self.folder / f"model-{name}.json"
        return Model.from_json(path.read_text("utf-8")) if path.is_file() else None


def run(
    store: Store, *, registers: list[str] | None = None, least: float = 0.5, retrain: bool = False, by: str = "",
    watch: Callable[[str], object] = str, engine: str = "duckdb",
) -> str:  # fmt: skip
    """Link everything in a store, and keep the result; the id of the run, such as L0003.

    ``registers`` narrows to some (the links of others are taken over from the run before). The models of the last run
    are used again, so that a link changes only where its evidence did; ``retrain`` learns them anew. ``engine`` is
    duckdb, or spark for more people than one machine holds. LinkError or StoreError: nothing was changed.
    """
    with enough_memory(), store.writing():
        folder = store.path / FOLDER
        folder.mkdir(exist_ok=True)
        for part in folder.glob(f"*{durable.PART}"):
            durable.remove(part)
        old = last(store)
        there = sources.registers(store)
        unknown = set(registers or ()) - there.keys()
        if unknown:
            raise LinkError(f"The store holds no identifiers of {', '.join(sorted(unknown))}. It has: {_named(there)}.")
        made = _Making(store, old, least, retrain, watch, engine)
        made.spine()
        for register in sorted(there):
            made.link(register, take_over=registers is not None and register not in registers)
        id = f"L{int(old.id[1:]) + 1 if old else 1:04d}"
        made.write(folder / id, by)
    return id


class _Making:
    """The tables of a run on their way."""

    def __init__(
        self, store: Store, old: Run | None, least: float, retrain: bool, watch: Callable[[str], object], engine: str
    ) -> None:
        self.store, self.old, self.least, self.watch = store, old, least, watch
        self.retrain, self.engine = retrain, engine
        self.frames: dict[str, list[pl.DataFrame]] = {"keys": [], "unlinked": [], "candidates": []}
        self.models: dict[str, Model] = {}
        self.facts: dict[str, Any] = {}

    def known_model(self, name: str) -> Model | None:
        return self.old.model(name) if self.old and not self.retrain else None

    def spine(self) -> None:
        import polars as pl

        people = gather.learners(self.store)
        if people.is_empty():
            raise LinkError("The store holds no learners to link to; send in returns first.")
        before = dict(self.old.table("spine").select("learner_key", "person_id").iter_rows()) if self.old else {}
        built = spine.build(
            people, before=before, model=self.known_model("spine"), watch=self.watch, engine=self.engine
        )
        self.built = built.people
        self.keep_model("spine", built.model)
        self.facts["spine"] = built.steps
        persons = people.join(self.built.select("key", "person_id"), on="key")
        self.persons = persons.drop("reference", "earlier_reference").with_columns(pl.col("person_id").alias("key"))

    def keep_model(self, name: str, model: Model | None) -> None:
        if model is not None:
            self.models[name] = model

    def link(self, register: str, *, take_over: bool) -> None:
        import polars as pl

        if take_over and self.old:
            for name, frames in self.frames.items():
                frames.append(self.old.table(name).filter(pl.col("source") == register))
            self.keep_model(register, self.old.model(register))
            self.facts[register] = {"taken over from": self.old.id}
            return
        people = gather.register(self.store, register)
        keys, persons = people["key"].unique().sort(), self.persons["key"].unique().sort()
        self.watch(f"Linking {len(keys):,} people of {register}")
        found = match(
            _numbered(people), _numbered(self.persons), least=self.least, model=self.known_model(register),
            runners_up=True, watch=self.watch, engine=self.engine,
        )  # fmt: skip
        self.keep_model(register, found.model)
        source = pl.lit(register).alias("source")

        def named(pairs: pl.DataFrame) -> pl.DataFrame:
            ours = {"record_key": keys.gather(pairs["who_l"]), "person_id": persons.gather(pairs["who_r"])}
            return pairs.with_columns(source, **ours)

        links = named(found.links).select(KEYS)
        none = pl.DataFrame(schema={"who_l": pl.Int64, "who_r": pl.Int64, "weight": pl.Float64, "twins": pl.Boolean})
        seen = found.pairs if found.pairs is not None else none
        candidates = named(seen).select("source", "record_key", "person_id", "weight", "twins")
        best = candidates.group_by("record_key").agg(pl.col("weight").max())
        alone = pl.DataFrame({"record_key": keys}).join(links, on="record_key", how="anti")
        self.frames["keys"].append(links)
        self.frames["candidates"].append(candidates)
        self.frames["unlinked"].append(
            alone.join(best, on="record_key", how="left").select(source, "record_key", "weight")
        )
        self.facts[register] = {"people": len(keys), "linked": links.height, **found.steps}

    def write(self, final: Path, by: str) -> None:
        import polars as pl

        types = {
            "source": pl.String, "record_key": pl.String, "person_id": pl.String, "method": pl.String,
            "probability": pl.Float64, "weight": pl.Float64, "runner_up_weight": pl.Float64, "ambiguous": pl.Boolean,
            "twins": pl.Boolean,
        }  # fmt: skip
        columns = {
            "keys": KEYS,
            "unlinked": ("source", "record_key", "weight"),
            "candidates": ("source", "record_key", "person_id", "weight", "twins"),
        }
        tables = {
            name: pl.concat([pl.DataFrame(schema={c: types[c] for c in columns[name]}), *frames])
            .sort(columns[name][:3])
            for name, frames in self.frames.items()
        }  # fmt: skip
        tables["spine"] = self.built.rename({"key": "learner_key"}).sort("learner_key")
        before = {name: self.old.table(name) for name in ("spine", "keys")} if self.old else None
        tables["changes"] = changes(before, tables["spine"], tables["keys"])
        facts: dict[str, Any] = {
            "run": final.name, "before": self.old.id if self.old else None, "made_at": _now(), "made_by": by,
            "least_probability": self.least, "engine": self.engine,
            "trained": self.old is None or self.retrain, "steps": self.facts,
            "changes": dict(tables["changes"].group_by("source", "kind").len().sort("source", "kind")
                            .select(pl.concat_str("source", "kind", separator=": "), "len").iter_rows()),
            "sources": json.loads(sources.describe(self.store)), "files": {},
        }  # fmt: skip
        with durable.staging((final, 0o755)) as (part,):
            for name, frame in tables.items():
                facts["files"][f"{name}.parquet"] = _write_table(part / f"{name}.parquet", frame)
            for name, model in self.models.items():
                durable.write_file(part / f"model-{name}.json", model.to_json().encode())
                splink = json.dumps(settings(model, [], within=name == "spine"), indent=1)
                durable.write_file(part / f"splink-{name}.json", splink.encode())
            durable.write_file(part / "run.json", json.dumps(facts, indent=1, default=str).encode())
            durable.publish_folder(part, final)


def _numbered(people: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return prepare(people.with_columns(who=people["key"].rank("dense").cast(pl.Int64) - 1))


def _write_table(path: Path, frame: pl.DataFrame) -> dict[str, Any]:
    sink = durable.Sink(path)
    try:
        frame.write_parquet(sink, compression="zstd")  # type: ignore[arg-type]
        sink.finish()
    finally:
        sink.close()
    return {"rows": frame.height, "bytes": sink.size, "sha256": sink.sha256}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _named(names: Any) -> str:
    return ", ".join(sorted(names)) or "no linked source; see `ilr link add --help`"


def runs(store: Store) -> list[Run]:
    """All finished runs of a store, oldest first."""
    found = sorted(path.parent for path in (store.path / FOLDER).glob("L*/run.json") if path.parent.suffix == "")
    return [Run(folder.name, folder, json.loads((folder / "run.json").read_text("utf-8"))) for folder in found]


def last(store: Store) -> Run | None:
    found = runs(store)
    return found[-1] if found else None


def get(store: Store, id: str | None = None) -> Run:
    """One run, the last by default; LinkError where there is none."""
    found = {each.id: each for each in runs(store)}
    if not found:
        raise LinkError(f"Nothing was linked in this store yet. Run: ilr link run --store {store.path.name}")
    if id is not None and id not in found:
        raise LinkError(f"The store has no link run {id}. It has: {', '.join(found)}.")
    return found[id] if id is not None else list(found.values())[-1]


def connect(store: Store, run: str | None = None, *, snapshot: str | None = None, year: str | None = None) -> Backend:
    """An Ibis connection to the national views, with ``spine``, ``link_keys`` and every table of the linked sources.

    The tables of sources have ``person_id`` (null for who was not linked in this run), ``record_key`` and answers;
    join ``spine`` to learners by ``learner_key``. ``run`` is the last by default.
    """
    chosen = get(store, run)
    connection = store.connect(year, snapshot=snapshot) if snapshot else store.connect(year)
    for view, name in (("spine", "spine"), ("link_keys", "keys")):
        connection.raw_sql(f"CREATE VIEW {view} AS SELECT * FROM {_file(chosen.folder / f'{name}.parquet')}")  # noqa: S608
    for table, path in sources.paths(store).items():
        connection.raw_sql(
            f"CREATE VIEW {table} AS SELECT k.person_id, s.* FROM {_file(path)} s "  # noqa: S608 - declared names
            "LEFT JOIN link_keys k USING (record_key)"
        )
    return connection


def _file(path: Path) -> str:
    quoted = str(path.absolute()).replace("'", "''")
    return f"read_parquet('{quoted}')"
