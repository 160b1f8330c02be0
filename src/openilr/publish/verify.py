"""Checks a suppressed data set against its certificates with additions and comparisons only.

This file shares no code with what protects: it reads the pair itself, works out for itself what adds up to what, and
needs nothing but Python. Whoever doubts a release can read it in one sitting and run it.

A certificate is a whole table: one count for each hidden cell that agrees with all shown cells and all sums, none
below 1. Every hidden cell must reach the threshold in one of them, so no reader can show that it is below.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FORM = "openilr certificates 1"
LEVELS = {
    "National": ("country_code", "country_name"), "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "old_la_code", "la_name"),
    "Local authority district": ("lad_code", "lad_name"), "Ward": ("ward_code", "ward_name"),
    "Parliamentary constituency": ("pcon_code", "pcon_name"),
    "Local enterprise partnership": ("local_enterprise_partnership_code", "local_enterprise_partnership_name"),
    "Local skills improvement plan area": ("lsip_code", "lsip_name"),
    "English devolved area": ("english_devolved_area_code", "english_devolved_area_name"),
    "Mayoral combined authority": ("mayoral_combined_authority_code", "mayoral_combined_authority_name"),
    "Opportunity area": ("opportunity_area_code", "opportunity_area_name"),
    "Planning area": ("planning_area_code", "planning_area_name"), "Police force area": ("pfa_code", "pfa_name"),
    "RSC region": ("rsc_region_lead_name",), "Sponsor": ("sponsor_id", "sponsor_name"),
    "MAT": ("trust_id", "trust_name"), "Provider": ("provider_ukprn", "provider_name"),
    "Institution": ("institution_id", "institution_name"),
    "School": ("school_urn", "school_laestab", "school_name"),
}  # fmt: skip
Node = tuple[str, ...]


class Refused(Exception):
    """The data set does not hold what its certificates promise; the message says where."""


@dataclass
class Verdict:
    """What was checked, in numbers."""

    threshold: int
    hidden: int = 0
    tables: int = 0
    sums: int = 0
    indicators: list[str] = field(default_factory=list)


def verify(data: Path, meta: Path, certificates: Path, threshold: int | None = None) -> Verdict:
    """Check one pair; ``certificates`` is the folder. Refused with the first thing that is wrong."""
    manifest, tables = _certificates(data, meta, certificates)
    if threshold is not None and manifest["threshold"] < threshold:
        raise Refused(f"The certificates are for a threshold of {manifest['threshold']}, not {threshold}.")
    rows, about = read(data), read(meta)
    filters = [r for r in about if r["col_type"] == "Filter"]
    counts = [r["col_name"] for r in about if r["col_type"] == "Indicator"]
    verdict = Verdict(manifest["threshold"], indicators=list(manifest["indicators"]))
    for name in counts:
        hidden = {n for n, row in enumerate(rows) if row[name] == "c"}
        if name in manifest["indicators"]:
            _indicator(rows, filters, manifest, name, hidden, tables.get(name, {}), verdict)
        elif hidden and name not in manifest["derived"]:
            raise Refused(f"{name} has hidden cells and no certificates.")
        else:
            _derived(rows, name, manifest["derived"].get(name))
    return verdict


def adds_up(data: Path, meta: Path, indicators: Iterable[str], overlapping: Iterable[str] = ()) -> int:
    """Check that every sum of a data set without hidden cells holds; how many there are."""
    rows, filters = read(data), [r for r in read(meta) if r["col_type"] == "Filter"]
    found = 0
    for name in indicators:
        counts = {n: int(row[name]) for n, row in enumerate(rows) if row[name].isdecimal()}
        counts |= {n: 0 for n, row in enumerate(rows) if row[name] == "low"}
        for whole, parts in sums(rows, filters, set(overlapping), counts):
            found += 1
            if counts[whole] != sum(counts[p] for p in parts):
                raise Refused(f"Row {whole + 1}, {name}: the parts do not add up to it.")
    return found


def _certificates(data: Path, meta: Path, folder: Path) -> tuple[dict, dict[str, dict[int, dict[int, int]]]]:
    """The manifest, and by indicator and table the count of each row."""
    stem = data.name.removesuffix(".csv")
    manifest_path, tables_path = folder / f"{stem}.json", folder / f"{stem}.csv"
    try:
        text = manifest_path.read_text("utf-8")
        manifest = json.loads(text)
        digest = manifest.pop("sha256")
        intact = manifest["form"] == FORM and digest == seal(manifest) and text == written(manifest)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise Refused(f"There is no readable {manifest_path.name} in {folder.name}.") from None
    if not intact:
        raise Refused(f"{manifest_path.name} was changed after it was made.")
    for name, path in (("data", data), ("meta", meta), ("tables", tables_path)):
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != manifest[name]:
            raise Refused(f"{path.name} is not the file that the certificates were made for.")
    tables: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for line in read(tables_path):
        if not (line["table"].isdecimal() and line["row"].isdecimal() and line["count"].isdecimal()):
            raise Refused(f"{tables_path.name} holds something other than whole numbers.")
        tables[line["indicator"]][int(line["table"])][int(line["row"]) - 1] = int(line["count"])
    return manifest, tables


def seal(manifest: dict) -> str:
    """A digest over the manifest, so that a slip of the keyboard is noticed."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def written(manifest: dict) -> str:
    """The manifest as it stands in its file."""
    return json.dumps({**manifest, "sha256": seal(manifest)}, indent=1) + "\n"


def _indicator(
    rows: list[dict], filters: list[dict], manifest: dict, name: str, hidden: set[int],
    tables: dict[int, dict[int, int]], verdict: Verdict,
) -> None:  # fmt: skip
    base = tables.get(0, {})
    if base.keys() != hidden:
        odd = sorted(base.keys() ^ hidden)[0]
        raise Refused(f"Row {odd + 1}, {name}: the cells that are hidden are not those of the certificates.")
    counts = {n: int(row[name]) for n, row in enumerate(rows) if row[name].isdecimal()} | base
    for n, row in enumerate(rows):
        if n not in counts and row[name] not in ("z", "x"):
            raise Refused(f"Row {n + 1}, {name}: {row[name]!r} is neither a count nor c, z or x.")
    every = list(sums(rows, filters, set(manifest["overlapping"]), counts))
    for whole, parts in every:
        if counts[whole] != sum(counts[p] for p in parts):
            raise Refused(f"Row {whole + 1}, {name}: the parts do not add up to it.")
    touching = defaultdict(list)
    for each in every:
        for n in (each[0], *each[1]):
            touching[n].append(each)
    reached = {n for n in hidden if base[n] >= verdict.threshold}
    for number, changed in tables.items():
        if not changed.keys() <= hidden or min(changed.values(), default=1) < 1:
            raise Refused(f"Table {number} of {name} changes a shown cell, or has a hidden count below 1.")
        reached |= {n for n, count in changed.items() if count >= verdict.threshold}
        for whole, parts in {id(each): each for n in changed for each in touching[n]}.values():
            if changed.get(whole, counts[whole]) != sum(changed.get(p, counts[p]) for p in parts):
                raise Refused(f"Table {number} of {name} does not add up at row {whole + 1}.")
    if hidden - reached:
        raise Refused(f"Row {min(hidden - reached) + 1}, {name}: no table has {verdict.threshold} or more there.")
    verdict.hidden += len(hidden)
    verdict.tables += len(tables)
    verdict.sums += len(every)


def _derived(rows: list[dict], name: str, how: dict | None) -> None:
    """A rate must be hidden where a number behind it is, and follow from the shown numbers elsewhere."""
    if how is None:
        return
    for n, row in enumerate(rows):
        above, below = row[how["of"]], rows[how["rows"][n]][how["by"]] if how["rows"] else row[how["by"]]
        if "c" in (above, below):
            expected = {"c"}
        elif above.isdecimal() and below.isdecimal() and int(below):
            expected = {ratio(int(above), int(below), how["scale"], how["places"])}
        else:
            expected = {"z", "x"}
        if row[name] not in expected | {"z", "x"}:
            raise Refused(f"Row {n + 1}, {name}: it does not follow from the shown {how['of']} and {how['by']}.")


def ratio(above: int, below: int, scale: int, places: int) -> str:
    """scale x above / below with so many decimal places, halves up."""
    units = (2 * scale * above * 10**places + below) // (2 * below)
    return f"{units // 10**places}.{units % 10**places:0{places}d}" if places else str(units)


def read(path: Path) -> list[dict]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{k: v or "" for k, v in row.items()} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Refused(f"{path.name} can not be read as CSV in UTF-8.") from None


def sums(
    rows: list[dict], filters: list[dict], overlapping: set[str], counts: Mapping[int, int | None]
) -> Iterator[tuple[int, list[int]]]:
    """Every sum that a reader can check, as the row of the whole and those of its parts.

    ``counts`` are the cells by row, None where unknown. Where a grouped filter may add up in two ways, the first that
    no known counts contradict is taken.
    """
    families = [_places(rows)]
    for row in filters:
        name, group = row["col_name"], row.get("filter_grouping_column", "").strip()
        columns = (group, name) if group and group != name else (name,)
        families.append(([tuple(r[c] for c in columns) for r in rows], _ways(rows, row, columns, overlapping)))
    times = [(r["time_period"], r["time_identifier"]) for r in rows]
    for at, (nodes, ways) in enumerate(families):
        others = [f for i, (f, _) in enumerate(families) if i != at]
        tables: dict[tuple, dict[Node, int]] = defaultdict(dict)
        for n in counts:
            found = tables[(times[n], *(o[n] for o in others))].setdefault(nodes[n], n)
            if counts[found] != counts[n]:
                raise Refused(f"Rows {found + 1} and {n + 1} are the same cell with two values.")
        by_time = defaultdict(list)
        for key, table in tables.items():
            by_time[key[0]].append(table)
        for here in by_time.values():
            possible = [[s for table in here for s in _in_table(way, table)] for way in ways]
            right = [every for every in possible if not any(_contradicts(counts, w, ps) for w, ps in every)]
            yield from (right or possible)[0]


def _contradicts(counts: Mapping[int, int | None], whole: int, parts: list[int]) -> bool:
    known = [count for n in parts if (count := counts[n]) is not None]
    return len(known) == len(parts) and counts[whole] not in (None, sum(known))


def _in_table(way: dict[Node, list[list[Node]]], table: dict[Node, int]) -> Iterator[tuple[int, list[int]]]:
    """The sums of one table; a part that has no row is replaced by what adds up to it."""

    def rows_of(node: Node) -> list[int]:
        if node in table:
            return [table[node]]
        return next((found for parts in way.get(node, []) if (found := [r for p in parts for r in rows_of(p)])), [])

    for whole, alternatives in way.items():
        for parts in alternatives if whole in table else ():
            found = [row for part in parts for row in rows_of(part)]
            if found:
                yield table[whole], found


def _ways(
    rows: list[dict], about: dict, columns: tuple[str, ...], overlapping: set[str]
) -> list[dict[Node, list[list[Node]]]]:
    """How a filter's items may add up, likeliest first: to the total; by group; each group on its own."""
    if columns[-1] in overlapping:
        return [{}]
    nodes = list(dict.fromkeys(tuple(r[c] for c in columns) for r in rows))
    default = about.get("filter_default", "").strip().casefold() or "total"

    def total(text: str, word: str = "total") -> bool:
        return text.strip().casefold() in ("total", word)

    if len(columns) == 1:
        tops = [n for n in nodes if total(n[0])] or [n for n in nodes if total(n[0], default)]
        parts = [n for n in nodes if n not in tops]
        return [{top: [parts] for top in tops if parts}]
    root, heads, items = None, {}, defaultdict(list)
    for node in nodes:
        group, item = node[0].strip().casefold(), node[1].strip().casefold()
        named = {group, f"total {group}", f"{group} total", f"{group}: total", f"{group} (total)", f"all {group}"}
        if total(group) and total(item, default):
            root = node
        elif total(item) or item in named:
            heads[node[0]] = node
        else:
            items[node[0]].append(node)
    if root is None:
        lone = [g for g in heads if g not in items]
        root = heads.pop(lone[0]) if len(lone) == 1 and len(heads) > 1 else None
    inside = {heads[g]: [items[g]] for g in heads if items.get(g)}
    if root is None:
        return [inside]
    groups = [[heads[g]] for g in heads] + [items[g] for g in items if g not in heads]
    return (
        [{**inside, root: [[n for group in groups for n in group]]}, {**inside, root: groups}] if groups else [inside]
    )


def _places(rows: list[dict]) -> tuple[list[Node], list[dict[Node, list[list[Node]]]]]:
    """The place of each row, and for each place the places just below it, level by level."""
    there = set(rows[0]) if rows else set()
    levels = {row["geographic_level"] for row in rows}
    own = [_place(row, row["geographic_level"], there) for row in rows]
    over: dict[Node, set[Node]] = defaultdict(set)
    for row, node in zip(rows, own, strict=True):
        over[node] |= {_place(row, v, there) for v in levels if v != node[0] and row[LEVELS[v][0]]}
    countries = {node for node in over if node[0] == "National"}
    for node in {place for places in over.values() for place in places} - over.keys():
        over[node] = countries if len(countries) == 1 else set()  # a place that has no row of its own
    over = {n: {p for p in over[n] if n not in over[p]} for n in over}
    below: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for node in over:
        for place in over[node]:
            if not any(place in over[other] for other in over[node]):
                below[place][node[0]].append(node)
    return own, [{place: list(parts.values()) for place, parts in below.items()}]


def _place(row: dict, level: str, there: Iterable[str]) -> Node:
    if level not in LEVELS:
        raise Refused(f"There is no geographic_level {level!r}.")
    code, *names = (row[c] for c in LEVELS[level] if c in there)
    return (level, code) if code not in ("z", "x", "") else (level, code, *names)
