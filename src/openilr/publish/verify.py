"""Checks a suppressed data set against its certificates, with additions and comparisons only.

    python verify.py DATA.csv DATA.meta.csv CERTIFICATES_FOLDER [THRESHOLD]

This file shares no code with what protects: it reads the pair itself, works out for itself what adds up to what, and
needs nothing but Python. Whoever doubts a release can read it in one sitting, copy it and run it.

A certificate is a whole table: one count for each hidden cell that agrees with all shown cells and all sums, none
below 1. Every hidden cell must reach the threshold in one of them, so no reader can show that it is below. Table 0 says
the count of each hidden cell; the others say only where they differ from it.

To read it: ``_indicator`` is the proof, ``sums`` finds every sum that a reader can check, ``_items`` and ``_places``
say which items and places are parts of which, and ``_derived`` looks at rates.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FORM = "openilr certificates 1"
#: The columns of a place at each geographic_level; the first has its code.
LEVELS = {
    "National": ("country_code", "country_name"), "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "old_la_code", "la_name"), "Ward": ("ward_code", "ward_name"),
    "Local authority district": ("lad_code", "lad_name"), "Parliamentary constituency": ("pcon_code", "pcon_name"),
    "Local enterprise partnership": ("local_enterprise_partnership_code", "local_enterprise_partnership_name"),
    "Local skills improvement plan area": ("lsip_code", "lsip_name"), "Police force area": ("pfa_code", "pfa_name"),
    "English devolved area": ("english_devolved_area_code", "english_devolved_area_name"),
    "Mayoral combined authority": ("mayoral_combined_authority_code", "mayoral_combined_authority_name"),
    "Opportunity area": ("opportunity_area_code", "opportunity_area_name"), "RSC region": ("rsc_region_lead_name",),
    "Planning area": ("planning_area_code", "planning_area_name"), "Sponsor": ("sponsor_id", "sponsor_name"),
    "MAT": ("trust_id", "trust_name"), "Provider": ("provider_ukprn", "provider_name"),
    "Institution": ("institution_id", "institution_name"), "School": ("school_urn", "school_laestab", "school_name"),
}  # fmt: skip
#: An item of a filter with its group before it, or a place with its level before it.
Node = tuple[str, ...]
#: For each node the lists of nodes that add up to it: a country to its regions, and to its providers.
Parts = dict[Node, list[list[Node]]]


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
    #: Filters said to hold one learner in several items: their items were not taken to add up.
    overlapping: list[str] = field(default_factory=list)


def verify(data: Path, meta: Path, certificates: Path, threshold: int | None = None) -> Verdict:
    """Check one pair; ``certificates`` is the folder. Refused with the first thing that is wrong."""
    try:
        manifest, tables = _certificates(data, meta, certificates)
        if threshold is not None and manifest["threshold"] < threshold:
            raise Refused(f"The certificates are for a threshold of {manifest['threshold']}, not {threshold}.")
        rows, about = read(data), read(meta)
        filters = [r for r in about if r["col_type"] == "Filter"]
        verdict = Verdict(manifest["threshold"], 0, 0, 0, manifest["indicators"], manifest["overlapping"])
        for name in (r["col_name"] for r in about if r["col_type"] == "Indicator"):
            if name in manifest["indicators"]:
                covered = manifest.get("covered", {}).get(name, [])
                _indicator(name, rows, filters, tables[name], covered, verdict)
            elif name in manifest["derived"]:
                _derived(name, rows, manifest["derived"][name])
            elif any(row[name] == "c" for row in rows):
                raise Refused(f"{name} has hidden cells and no certificates.")
    except (KeyError, IndexError, TypeError, ValueError) as problem:
        raise Refused(f"The files are not what they should be: {problem!r}.") from None
    return verdict


def adds_up(data: Path, meta: Path, indicators: Iterable[str], overlapping: Iterable[str] = ()) -> int:
    """Check that every sum of a data set without hidden cells holds; how many there are."""
    rows, filters = read(data), [r for r in read(meta) if r["col_type"] == "Filter"]
    found = 0
    for name in indicators:
        shown = {n: "0" if row[name] == "low" else row[name] for n, row in enumerate(rows)}
        counts = {n: int(text) for n, text in shown.items() if text.isdecimal()}
        for whole, parts in sums(rows, filters, set(overlapping), counts):
            found += 1
            if counts[whole] != sum(counts[p] for p in parts):
                raise Refused(f"Row {whole + 1}, {name}: the parts do not add up to it.")
    return found


def _certificates(data: Path, meta: Path, folder: Path) -> tuple[dict, dict[str, dict[int, dict[int, int]]]]:
    """The manifest, and by indicator and table the count of each row. A digest is no proof, but notices a slip."""
    stem = data.name.removesuffix(".csv")
    about, proof = folder / f"{stem}.json", folder / f"{stem}.csv"
    try:
        manifest = json.loads(about.read_text("utf-8"))
        intact = manifest.pop("sha256") == seal(manifest) and manifest["form"] == FORM
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise Refused(f"There is no readable {about.name} in {folder.name}.") from None
    if not intact:
        raise Refused(f"{about.name} was changed after it was made.")
    for name, path in (("data", data), ("meta", meta), ("tables", proof)):
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != manifest[name]:
            raise Refused(f"{path.name} is not the file that the certificates were made for.")
    tables: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for line in read(proof):
        if not (line["table"].isdecimal() and line["row"].isdecimal() and line["count"].isdecimal()):
            raise Refused(f"{proof.name} holds something other than whole numbers.")
        tables[line["indicator"]][int(line["table"])][int(line["row"]) - 1] = int(line["count"])
    return manifest, tables


def seal(manifest: dict) -> str:
    """A digest over the manifest."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _indicator(
    name: str, rows: list[dict], filters: list[dict], tables: dict[int, dict[int, int]], covered: list[str],
    verdict: Verdict,
) -> None:  # fmt: skip
    """Every table agrees with what is shown and adds up, and each hidden cell reaches the threshold in one of them."""
    hidden = {n for n, row in enumerate(rows) if row[name] == "c"}
    base = tables.setdefault(0, {})
    if base.keys() != hidden:
        odd = sorted(base.keys() ^ hidden)[0]
        raise Refused(f"Row {odd + 1}, {name}: the cells that are hidden are not those of the certificates.")
    counts = {n: int(row[name]) for n, row in enumerate(rows) if row[name].isdecimal()} | base
    for n, row in enumerate(rows):
        if n not in counts and row[name] not in ("z", "x"):
            raise Refused(f"Row {n + 1}, {name}: {row[name]!r} is neither a count nor c, z or x.")
    share = set(verdict.overlapping)
    every = [(whole, parts, {whole, *parts}) for whole, parts in sums(rows, filters, share, counts)]
    # Items that share learners: none is larger than the total, and together they are no smaller.
    one_more = {column: sums(rows, filters, share - {column}, counts) for column in covered}
    within = [each for found in one_more.values() for each in found if (*each, {each[0], *each[1]}) not in every]
    reached = set()
    for number, changed in tables.items():
        if not changed.keys() <= hidden or min(changed.values(), default=1) < 1:
            raise Refused(f"Table {number} of {name} changes a shown cell, or has a hidden count below 1.")
        table = counts | changed
        for whole, parts, cells in every:
            if (number == 0 or not cells.isdisjoint(changed)) and table[whole] != sum(table[p] for p in parts):
                raise Refused(f"Table {number} of {name} does not add up at row {whole + 1}.")
        for whole, parts in within:
            if not max(table[p] for p in parts) <= table[whole] <= sum(table[p] for p in parts):
                raise Refused(f"Table {number} of {name} has items that do not fit into row {whole + 1}.")
        reached |= {n for n, count in changed.items() if count >= verdict.threshold}
    if hidden - reached:
        raise Refused(f"Row {min(hidden - reached) + 1}, {name}: no table has {verdict.threshold} or more there.")
    verdict.hidden += len(hidden)
    verdict.tables += len(tables) if hidden else 0
    verdict.sums += len(every)


def _derived(name: str, rows: list[dict], how: dict) -> None:
    """A rate must be hidden where a number behind it is, and follow from the shown numbers elsewhere."""
    of, by = how["of"], how["by"]
    for n, row in enumerate(rows):
        above, below = row[of], rows[how["rows"][n] if how["rows"] else n][by]
        expected = {"z", "x"}
        if "c" in (above, below):
            expected |= {"c"}
        elif above.isdecimal() and below.isdecimal() and int(below):
            expected |= {ratio(int(above), int(below), how["scale"], how["places"])}
        if row[name] not in expected:
            raise Refused(f"Row {n + 1}, {name}: it does not follow from the shown {of} and {by}.")


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
    families = [_places(rows), *(_items(rows, about, overlapping) for about in filters)]
    for at, (nodes, ways) in enumerate(families):
        # Rows that differ in this family alone are one small table: for each node its row.
        tables: dict[Node, dict[tuple, dict[Node, int]]] = defaultdict(lambda: defaultdict(dict))
        for n in counts:
            others = tuple(of_row[n] for i, (of_row, _) in enumerate(families) if i != at)
            table = tables[rows[n]["time_period"], rows[n]["time_identifier"]][others]
            if counts[table.setdefault(nodes[n], n)] != counts[n]:
                raise Refused(f"Rows {table[nodes[n]] + 1} and {n + 1} are the same cell with two values.")
        for period in tables.values():
            possible = [[each for table in period.values() for each in _in_table(way, table)] for way in ways]
            yield from next((p for p in possible if not any(_contradicts(counts, *each) for each in p)), possible[0])


def _contradicts(counts: Mapping[int, int | None], whole: int, parts: list[int]) -> bool:
    known = [count for n in parts if (count := counts[n]) is not None]
    return len(known) == len(parts) and counts[whole] not in (None, sum(known))


def _in_table(parts_of: Parts, table: dict[Node, int]) -> Iterator[tuple[int, list[int]]]:
    """The sums of one table; a part that has no row is replaced by what adds up to it."""

    def rows_of(node: Node) -> list[int]:
        if node in table:
            return [table[node]]
        return next((found for parts in parts_of.get(node, []) if (found := below(parts))), [])

    def below(parts: list[Node]) -> list[int]:
        return [row for part in parts for row in rows_of(part)]

    for whole, ways in parts_of.items():
        yield from ((table[whole], found) for parts in ways if whole in table and (found := below(parts)))


def _items(rows: list[dict], about: dict, overlapping: set[str]) -> tuple[list[Node], list[Parts]]:
    """A filter's item in each row, and how items may add up: all to the total; by group; each group on its own."""
    name, group = about["col_name"], about.get("filter_grouping_column", "").strip()
    of_row: list[Node] = [("" if group in ("", name) else row[group], row[name]) for row in rows]
    default = about.get("filter_default", "").strip().casefold() or "total"
    plain = {node: tuple(word.strip().casefold() for word in node) for node in of_row}
    if name in overlapping:
        return of_row, [{}]
    if group in ("", name):
        tops = [n for n in plain if plain[n][1] == "total"] or [n for n in plain if plain[n][1] == default]
        return of_row, [{top: [[n for n in plain if n not in tops]] for top in tops}]
    root, heads, items = None, {}, defaultdict(list)
    for node, (of, item) in plain.items():
        if of == "total" and item in ("total", default):
            root = node
        elif item in ("total", of, f"total {of}", f"{of} total", f"{of}: total", f"{of} (total)", f"all {of}"):
            heads[node[0]] = node
        else:
            items[node[0]].append(node)
    alone = [g for g in heads if g not in items]
    if root is None and len(alone) == 1 and len(heads) > 1:
        root = heads.pop(alone[0])
    inside: Parts = {heads[g]: [items[g]] for g in heads if g in items}
    groups = [[heads[g]] for g in heads] + [items[g] for g in items if g not in heads]
    if root is None:
        return of_row, [inside]
    return of_row, [{**inside, root: [[n for one in groups for n in one]]}, {**inside, root: groups}]


def _places(rows: list[dict]) -> tuple[list[Node], list[Parts]]:
    """The place of each row, and for each place the places just below it, level by level."""
    levels = {row["geographic_level"] for row in rows}
    of_row = [_place(row, row["geographic_level"]) for row in rows]
    over: dict[Node, set[Node]] = defaultdict(set)
    for row, node in zip(rows, of_row, strict=True):
        over[node] |= {_place(row, level) for level in levels if level != node[0] and row[LEVELS[level][0]]}
    countries = {node for node in over if node[0] == "National"}
    for node in {place for places in over.values() for place in places} - over.keys():
        over[node] = countries if len(countries) == 1 else set()  # a place that has no row of its own
    over = {node: {place for place in over[node] if node not in over[place]} for node in over}
    below: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for node, places in over.items():
        for place in places - {far for near in places for far in over[near]}:
            below[place][node[0]].append(node)
    return of_row, [{place: list(parts.values()) for place, parts in below.items()}]


def _place(row: dict, level: str) -> Node:
    """A place is its code; where the code says that there is none, its name too."""
    if level not in LEVELS:
        raise Refused(f"There is no geographic_level {level!r}.")
    code, *names = (row[column] for column in LEVELS[level] if column in row)
    return (level, code) if code not in ("z", "x", "") else (level, code, *names)


if __name__ == "__main__":
    try:
        pair = [Path(name) for name in sys.argv[1:4]]
        print(verify(pair[0], pair[1], pair[2], int(sys.argv[4]) if sys.argv[4:] else None))
    except Refused as reason:
        sys.exit(f"Refused. {reason}")
