"""Turn a year's official list of validation rules into the pack's ``rules.csv``.

    python tools/import_rules.py path/to/validation-rules.csv 2728

One of the steps of adding a year (CONTRIBUTING, "How to add a year"). Only facts carry over: id, category, severity,
status and whether the rule runs in the desktop service. What we wrote (``note``, ``previous_name``) is kept from the
``rules.csv`` that is already there. The list needs the columns Name, Status, Category, Severity and RuleInFis; it may
have CurrentSldSeverity and CurrentFisSeverity, what the two services were set to when it was published.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

COLUMNS = ["rule", "category", "severity", "status", "in_fis", "note", "rows", "previous_name"]
DERIVED = "Derived Data for validation"


def severity(row: dict[str, str]) -> str:
    """What a submission would meet: the two services' setting where they agree, else the published severity.

    Derived data items are not reported, so theirs is empty.
    """
    if row["Category"] == DERIVED:
        return ""
    services = {row.get("CurrentSldSeverity", "").strip(), row.get("CurrentFisSeverity", "").strip()} - {"", "N/A"}
    published = row["Severity"].strip()
    agreed = services.pop() if len(services) == 1 else published
    return (agreed if agreed in ("Error", "Warning") else "Error").lower()


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def convert(published: list[dict[str, str]], ours: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    """One row an id, in published order. ``rows`` says how often the official list has it."""
    result: dict[str, dict[str, str]] = {}
    for row in published:
        name = row["Name"].strip()
        if name in result:
            result[name]["rows"] = str(int(result[name]["rows"]) + 1)
            continue
        known = ours.get(name, {})
        result[name] = {
            "rule": name,
            "category": row["Category"].strip(),
            "severity": severity(row),
            "status": row["Status"].strip(),
            "in_fis": row["RuleInFis"].strip(),
            "note": known.get("note", ""),
            "rows": "1",
            "previous_name": known.get("previous_name", ""),
        }
    return list(result.values())


def main(source: str, year: str) -> None:
    out = Path(__file__).parents[1] / "src/openilr/years" / year / "rules.csv"
    ours = {row["rule"]: row for row in read(out)} if out.is_file() else {}
    rules = convert(read(Path(source)), ours)
    with out.open("w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rules)
    dropped = [rule for rule, row in ours.items() if row["note"] and rule not in {r["rule"] for r in rules}]
    live = sum(int(r["rows"]) for r in rules if r["status"] != "Deleted")
    print(f"{year}: {len(rules)} ids, {live} published rows not deleted")
    if dropped:
        print(f"Notes dropped with their rules: {', '.join(dropped)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
