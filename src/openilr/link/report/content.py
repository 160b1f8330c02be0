"""What a report says, as plain numbers: one object for text, JSON and HTML."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.link import gather, sources
from openilr.link.identifiers import COLUMNS
from openilr.link.report import groups, truth
from openilr.link.report.causes import causes
from openilr.link.report.review import judgements
from openilr.link.report.shares import Share
from openilr.link.run import Run, get

if TYPE_CHECKING:
    import polars as pl

    from openilr.store import Store

#: A group is warned of where its share lies this far below that of all others, and beyond chance.
GAP = 0.02
#: Groups of fewer people are counted but not compared.
FEWEST = 30
_MADE = ("made_at", "made_by", "before", "trained", "least_probability", "changes")
_CURVE = (-6, -4, -2, 0, 2, 4, 6, 8, 10, 15, 20, 25, 30)


@dataclass(frozen=True)
class Report:
    """All sections of a report; :meth:`to_dict` says what is in them. It holds counts and shares, and nobody."""

    run: str
    sections: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {"run": self.run, **self.sections}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"

    @property
    def warnings(self) -> list[str]:
        return list(self.sections["warnings"])


def build(
    store: Store, run: str | None = None, *, known: Path | None = None, watch: Callable[[str], object] = str
) -> Report:
    """The report on a run, the last by default. ``known`` is a file of known people (``openilr.link.report.truth``).

    Raises LinkError where there is no such run or the file can not be used, VaultError without the key.
    """
    chosen = get(store, run)
    spine, keys = chosen.table("spine"), chosen.table("keys")
    watch("Counting what was provided")
    provided = _provided(store)
    watch("Comparing who was linked with who was not")
    people = groups.learners(store, spine)
    facts = truth.read(store, known) if known is not None else None
    persons = _persons(spine, facts[0]) if facts is not None else None
    registers = {}
    for name in sorted(set(keys["source"]) | set(chosen.table("unlinked")["source"])):
        watch(f"Judging the links of {name}")
        registers[name] = _register(store, chosen, name, people, facts, persons)
    sections: dict[str, Any] = {
        "made": {name: chosen.facts[name] for name in _MADE},
        "provision": {"sources": sources_of(chosen), "identifiers": provided},
        "spine": _spine(spine, facts[0] if facts else None),
        "registers": registers,
        "warnings": [warning for each in registers.values() for warning in each["warnings"]],
        "known_truth": known.name if known is not None else None,
    }  # fmt: skip
    return Report(chosen.id, sections)


def sources_of(run: Run) -> list[dict[str, Any]]:
    return list(run.facts["sources"])


def _provided(store: Store) -> dict[str, dict[str, Any]]:
    """How complete each identifier is: the share of people for whom it is there at least once."""
    import polars as pl

    tables = {"learners": gather.learners(store)}
    tables |= {name: gather.register(store, name) for name in sorted(sources.registers(store))}
    found: dict[str, dict[str, Any]] = {}
    for name, people in tables.items():
        each = people.group_by("key").agg(pl.col(c).is_not_null().any() for c in COLUMNS[1:])
        found[name] = {"people": each.height} | {
            column: Share(int(each[column].sum()), each.height).value for column in COLUMNS[1:] if each[column].any()
        }
    return found


def _persons(spine: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """person_id of the spine to the known person that most of its records are of."""
    import polars as pl

    both = spine.select("learner_key", "person_id").join(known, on="learner_key")
    counted = (
        both.group_by("person_id", "person").len().sort("person_id", "len", "person", descending=[False, True, False])
    )
    return counted.group_by("person_id", maintain_order=True).first().select("person_id", pl.col("person").alias("is"))


def _spine(spine: pl.DataFrame, known: pl.DataFrame | None) -> dict[str, Any]:
    import polars as pl

    found: dict[str, Any] = {
        "learner_records": spine.height,
        "people": spine["person_id"].n_unique(),
        "ambiguous": int(spine["ambiguous"].sum()),
        "methods": dict(spine.group_by("method").len().sort("method").iter_rows()),
    }
    if known is not None:
        both = spine.join(known, on="learner_key")
        sizes = [both.group_by(*by).len()["len"] for by in (("person_id", "person"), ("person_id",), ("person",))]
        right, made, true = (int((size * (size - 1) // 2).sum()) for size in sizes)
        found["known"] = {
            "people": both["person"].n_unique(),
            "precision": Share(right, made).to_dict(),
            "recall": Share(right, true).to_dict(),
            "people_in_two": int((both.group_by("person").agg(pl.col("person_id").n_unique())["person_id"] > 1).sum()),
        }
    return found


def _register(
    store: Store, run: Run, name: str, people: pl.DataFrame, facts: tuple[pl.DataFrame, pl.DataFrame] | None,
    persons: pl.DataFrame | None,
) -> dict[str, Any]:  # fmt: skip
    """Everything about the links of one register."""
    import polars as pl

    keys, unlinked, candidates = (
        run.table(table).filter(pl.col("source") == name) for table in ("keys", "unlinked", "candidates")
    )
    records = keys.height + unlinked.height
    chance = 1 / (1 + 2.0 ** -pl.col("weight").clip(-60, 60))
    certain = float(keys["probability"].sum())
    missed = float(unlinked.select(chance.fill_null(0.0).sum()).item() or 0.0)
    linked_people = people.with_columns(linked=pl.col("person_id").is_in(keys["person_id"].implode()))
    found: dict[str, Any] = {
        "records": records,
        "links": keys.height,
        "match_rate": Share(keys.height, records).to_dict(),
        "learners_linked": Share(int(linked_people["linked"].sum()), people.height).to_dict(),
        "methods": dict(keys.group_by("method").len().sort("method").iter_rows()),
        "ambiguous": int(keys["ambiguous"].sum()),
        "estimated": {
            "precision": certain / keys.height if keys.height else None,
            "recall": certain / (certain + missed) if certain + missed else None,
            "false_links": keys.height - certain,
            "missed_links": missed,
        },
        "review": judgements(run, keys),
    }
    right: pl.DataFrame | None = None
    if facts is not None and persons is not None:
        right, found["known"], found["causes"] = _against_truth(store, name, keys, unlinked, facts[1], persons)
    found["curve"] = _curve(keys, candidates, unlinked, right, found.get("known"))
    found["groups"] = _groups(linked_people, right, found.get("known"), _likely_missed(keys, unlinked, candidates))
    found["compared"] = _compared(linked_people)
    found["warnings"] = _warnings(name, found["groups"])
    found.get("known", {}).pop("linkable_people", None)
    return found


def _against_truth(
    store: Store, name: str, keys: pl.DataFrame, unlinked: pl.DataFrame, known: pl.DataFrame, persons: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, Any], dict[str, Any]]:
    import polars as pl

    there = pl.concat([keys.select("record_key"), unlinked.select("record_key")])
    true = known.filter(pl.col("source") == name).join(there, on="record_key", how="semi")
    true = true.join(persons.rename({"is": "person"}), on="person").select("record_key", true_person="person_id")
    links = keys.join(
        known.filter(pl.col("source") == name).select("record_key", "person"), on="record_key", how="left"
    )
    links = links.join(persons, on="person_id", how="left").with_columns(
        right=(pl.col("person") == pl.col("is")).fill_null(False)
    )
    hits = int(links["right"].sum())
    linkable = true["record_key"].n_unique()
    measured = {
        "precision": Share(hits, links.height).to_dict(),
        "recall": Share(hits, linkable).to_dict(),
        "linkable_people": true,
        "linkable": linkable,
    }
    false = links.filter(~pl.col("right")).select("record_key", "person_id")
    got = links.filter("right").select("record_key")
    missed = true.join(got, on="record_key", how="anti").select("record_key", person_id="true_person")
    return links.select("record_key", "person_id", "weight", "right"), measured, causes(store, name, missed, false)


def _curve(
    keys: pl.DataFrame, candidates: pl.DataFrame, unlinked: pl.DataFrame, right: pl.DataFrame | None,
    known: dict[str, Any] | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """What other thresholds would give: links kept at a weight, with estimated and, where known, measured quality."""
    import polars as pl

    chance = 1 / (1 + 2.0 ** -pl.col("weight").clip(-60, 60))
    best = candidates.join(unlinked.select("record_key"), on="record_key", how="semi").sort("weight", descending=True)
    more = best.unique("record_key", keep="first", maintain_order=True).select("weight", chance.alias("chance"))
    every = pl.concat([keys.select("weight", pl.col("probability").alias("chance")), more])
    total = float(every["chance"].sum())
    rows = []
    for least in _CURVE:
        kept = every.filter(pl.col("weight") >= least)
        likely = float(kept["chance"].sum())
        row: dict[str, Any] = {
            "weight": least,
            "probability": 1 / (1 + 2.0**-least),
            "links": kept.height,
            "precision": likely / kept.height if kept.height else None,
            "recall": likely / total if total else None,
        }
        if right is not None and known is not None:
            made = right.filter(pl.col("weight") >= least)
            hits = int(made["right"].sum())
            row["known_precision"] = hits / made.height if made.height else None
            row["known_recall"] = hits / known["linkable"] if known["linkable"] else None
        rows.append(row)
    return rows


def _likely_missed(keys: pl.DataFrame, unlinked: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """person_id, linked, chance: how likely each link is, and the best candidate of each record without one."""
    import polars as pl

    chance = 1 / (1 + 2.0 ** -pl.col("weight").clip(-60, 60))
    best = candidates.join(unlinked.select("record_key"), on="record_key", how="semi").sort("weight", descending=True)
    best = best.unique("record_key", keep="first", maintain_order=True)
    made = keys.select("person_id", pl.lit(True).alias("made"), pl.col("probability").alias("chance"))
    return pl.concat([made, best.select("person_id", pl.lit(False).alias("made"), chance.alias("chance"))])


def _groups(
    people: pl.DataFrame, right: pl.DataFrame | None, known: dict[str, Any] | None, likely: pl.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """By each grouping and group: the share of learners who were linked, and of the links that there should be.

    The second is measured where the truth is known (``recall``), and estimated from the model (``estimated_recall``).
    """
    import polars as pl

    found: dict[str, list[dict[str, Any]]] = {}
    true = None
    if right is not None and known is not None:
        got = right.filter("right").select("record_key").with_columns(got=pl.lit(True))
        true = known["linkable_people"].rename({"true_person": "person_id"}).join(got, on="record_key", how="left")
        true = true.with_columns(pl.col("got").fill_null(False)).join(people, on="person_id")
    expected = likely.join(people, on="person_id")
    for grouping in groups.GROUPINGS:
        rows = []
        counted = people.group_by(grouping).agg(pl.len().alias("of"), pl.col("linked").sum()).sort(grouping)
        for group, of, linked in counted.iter_rows():
            row: dict[str, Any] = {"group": group, "linked": Share(linked, of).to_dict()}
            row["estimated_recall"], row["estimated_recall_of_others"] = _estimated(expected, grouping, group)
            if true is not None:
                mine = true.filter(pl.col(grouping) == group)
                others = true.filter(pl.col(grouping) != group)
                row["recall"] = Share(int(mine["got"].sum()), mine.height).to_dict()
                row["recall_of_others"] = Share(int(others["got"].sum()), others.height).value
            rows.append(row)
        found[grouping] = rows
    return found


def _estimated(expected: pl.DataFrame, grouping: str, group: str) -> tuple[dict[str, Any], float | None]:
    import polars as pl

    shares = []
    for some in (expected.filter(pl.col(grouping) == group), expected.filter(pl.col(grouping) != group)):
        shares.append(Share(float(some.filter("made")["chance"].sum()), float(some["chance"].sum())))
    return shares[0].to_dict(), shares[1].value


def _compared(people: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Shares of each group among learners with and without a link, and the standardised difference between them."""
    import polars as pl

    linked, without = people.filter("linked"), people.filter(~pl.col("linked"))
    found: dict[str, list[dict[str, Any]]] = {}
    if linked.is_empty() or without.is_empty():
        return found
    for grouping in groups.GROUPINGS:
        rows = []
        for group in people[grouping].unique().sort():
            one, other = ((frame[grouping] == group).mean() or 0.0 for frame in (linked, without))
            spread = math.sqrt((one * (1 - one) + other * (1 - other)) / 2)
            rows.append({"group": group, "linked": one, "unlinked": other,
                         "difference": (one - other) / spread if spread else 0.0})  # fmt: skip
        found[grouping] = rows
    return found


def _warnings(name: str, by: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Groups that link worse than all others together: by true links where they are known, else by likely ones."""
    found = []
    for grouping, rows in by.items():
        for row in rows:
            measure = "recall" if "recall" in row else "estimated_recall"
            words = "true links were found" if measure == "recall" else "likely links were made"
            share, of_others = row[measure], row[f"{measure}_of_others"]
            if share["of"] < FEWEST or of_others is None or share["share"] is None:
                continue
            if share["high"] < of_others and of_others - share["share"] >= GAP:
                found.append(
                    f"{name}: {grouping} {row['group']}: {100 * share['share']:.1f}% of {words} "
                    f"({100 * share['low']:.1f} to {100 * share['high']:.1f}), {100 * of_others:.1f}% for all others."
                )
    return found
