"""Write the reference pages from the code: rules, fields, code lists, commands, measures and known differences.

They go to docs/reference, which git ignores, before Sphinx reads its sources. A page is rewritten only when it has
changed, so that a second build is quick.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import astuple
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.spec import Field
from openilr.validate import rule_list
from openilr.years import Year

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STATUS = {
    "implemented": "checked",
    "not_yet": "not checked yet",
    "service_only": "only the submission service can check it",
}
#: One page for a rule is linked from the table of rules; a tree of 900 pages would be repeated in each sidebar.
ORPHAN = "---\norphan: true\n---\n\n"
CREDIT = (
    "Facts on this page (names, codes, dates, what is checked) come from documents of the Department for Education, "
    "Crown copyright, used under the Open Government Licence v3.0. The words are OpenILR's."
)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", lambda app: write(Path(app.srcdir) / "reference"))
    return {"version": "1", "parallel_read_safe": True}


def write(folder: Path) -> None:
    """Write all pages and remove those that no longer belong."""
    packs = [years.load(name) for name in years.available()]
    pages = {
        "index.md": _index(),
        **_rule_pages([pack for pack in packs if pack.has_rules]),
        **_field_pages(packs),
        "code-lists.md": _code_lists(packs[-1]),
        "commands.md": _commands(),
        "differences.md": _differences([pack for pack in packs if pack.has_rules]),
        **_measure_pages(),
    }
    for old in folder.rglob("*.md"):
        if old.relative_to(folder).as_posix() not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _index() -> str:
    return """# Reference

Printed from the code, so it says what OpenILR does, not what it was meant to do.

```{toctree}
:maxdepth: 1

rules/index
fields/index
code-lists
commands
measures/index
differences
```
"""


# Measures


def _measure_pages() -> dict[str, str]:
    """What ``ilr measure NAME --explain`` prints, a page for each measure."""
    from openilr import measure
    from openilr.measure.explain import explain

    found = [measure.get(name) for name in measure.names()]
    lines = ["# Measures", "", "Every measure by its definition, as `ilr measure NAME --explain` prints it.", ""]
    rows = [[f"[{each.name}]({each.name}.md)", each.title, each.formula] for each in found]
    lines += _table(["Name", "What it counts", "Formula"], rows)
    return {
        "measures/index.md": "\n".join(lines) + "\n",
        **{f"measures/{each.name}.md": ORPHAN + explain(each) for each in found},
    }


# Rules


def _rule_pages(packs: list[Year]) -> dict[str, str]:
    """One page for a rule over the years. A rule whose id is spelt otherwise in another year (DateofBirth_60,
    DateOfBirth_60) is the same rule."""
    by_rule: dict[str, dict[str, Any]] = {}
    for pack in packs:
        for said in rule_list(pack):
            by_year = by_rule.setdefault(_slug(said.rule), {})
            if pack.name in by_year:
                raise ValueError(f"{said.rule} and {by_year[pack.name].rule} of {pack.name} would share one page.")
            by_year[pack.name] = said
    pages = {f"rules/{slug}.md": _rule_page(by_year) for slug, by_year in by_rule.items()}
    return {"rules/index.md": _rule_index(packs, by_rule), **pages}


def _rule_index(packs: list[Year], by_rule: dict[str, dict[str, Any]]) -> str:
    lines = ["# Rules", "", CREDIT, ""]
    rows = []
    for pack in packs:
        listed = [by_year[pack.name] for by_year in by_rule.values() if pack.name in by_year]
        counts = [sum(said.status == status for said in listed) for status in STATUS]
        rows.append([_label(pack), str(len(listed)), *map(str, counts)])
    lines += _table(["Year", "Rules", *(words.capitalize() for words in STATUS.values())], rows)
    groups: dict[str, list[Any]] = {}
    for by_year in by_rule.values():
        newest = by_year[max(by_year)]
        groups.setdefault(newest.category, []).append((newest, by_year))
    for category, members in groups.items():
        lines += ["", f"## {category}", ""]
        rows = [
            [
                f"[{said.rule}]({_slug(said.rule)}.md)",
                said.severity,
                STATUS[said.status],
                ", ".join(years.load(name).academic_year.label for name in by_year),
                "" if said.status == "not_yet" else _escape(said.summary),
            ]
            for said, by_year in members
        ]
        lines += _table(["Rule", "Severity", "OpenILR", "Years", "What it asks for"], rows)
    return "\n".join(lines) + "\n"


def _rule_page(by_year: dict[str, Any]) -> str:
    lines = [f"# {by_year[max(by_year)].rule}", ""]
    rows = [
        [years.load(name).academic_year.label, said.rule, said.category, said.severity, STATUS[said.status]]
        for name, said in by_year.items()
    ]
    lines += _table(["Year", "Id", "Category", "Severity", "OpenILR"], rows)
    for names, said in _same_words(by_year):
        level = "##"
        if len(names) < len(by_year):
            labels = " and ".join(years.load(name).academic_year.label for name in names)
            lines += ["", f"## {labels}"]
            level = "###"
        lines += ["", _escape(said.summary)]
        if said.reason:
            lines += ["", _escape(said.reason)]
        parts = {"Why it matters": said.why, "What to do": said.fix, "What the report says": said.message}
        for heading, text in parts.items():
            if text:
                lines += ["", f"{level} {heading}", "", _escape(text)]
        if said.fields:
            links = [f"[{path}](../fields/{_slug(path)}.md)" for path in said.fields]
            lines += ["", f"{level} Fields it reads", "", ", ".join(links)]
        if said.needs:
            needs = ", ".join(f"`{name}`" for name in said.needs)
            lines += ["", f"{level} Reference data it needs", "", f"{needs}. Without it the rule is listed as not run."]
        if said.cases:
            lines += ["", f"{level} Cases", "", "Each row is a test that is run.", "", *_cases(said.cases)]
    return ORPHAN + "\n".join([*lines, "", CREDIT]) + "\n"


def _same_words(by_year: dict[str, Any]) -> list[tuple[list[str], Any]]:
    """Years whose explanation differs in nothing but the year share a section."""
    groups: list[tuple[list[str], Any]] = []
    for name, said in by_year.items():
        content = [
            part for part, field in zip(astuple(said), said.__dataclass_fields__, strict=True) if field in _WORDS
        ]
        for names, other in groups:
            same = [part for part, f in zip(astuple(other), other.__dataclass_fields__, strict=True) if f in _WORDS]
            if same == content:
                names.append(name)
                break
        else:
            groups.append(([name], said))
    return groups


_WORDS = {"summary", "why", "fix", "message", "fields", "needs", "cases", "reason"}


def _cases(text: str) -> list[str]:
    rows = [line.strip() for line in text.splitlines() if line.strip() and not set(line.strip()) <= set("-+| ")]
    cells = [[_escape(cell.strip()) for cell in row.split("|")] for row in rows]
    return _table(cells[0], cells[1:])


# Fields


def _field_pages(packs: list[Year]) -> dict[str, str]:
    by_path: dict[str, dict[str, Field]] = {}
    for pack in packs:
        for path, field in pack.schema.fields.items():
            by_path.setdefault(path, {})[pack.name] = field
    readers: dict[str, list[str]] = {}
    for pack in packs:
        if pack.has_rules:
            for said in rule_list(pack):
                for path in said.fields:
                    if said.rule not in readers.setdefault(path, []):
                        readers[path].append(said.rule)
    pages = {f"fields/{_slug(path)}.md": _field_page(path, f, readers.get(path, [])) for path, f in by_path.items()}
    lines = ["# Fields", "", CREDIT]
    for entity in dict.fromkeys(path.partition(".")[0] for path in by_path):
        lines += ["", f"## {entity}", ""]
        rows = [
            [
                f"[{path.partition('.')[2]}]({_slug(path)}.md)",
                _escape(_newest(versions).title),
                ", ".join(years.load(name).academic_year.label for name in versions),
            ]
            for path, versions in by_path.items()
            if path.partition(".")[0] == entity
        ]
        lines += _table(["Field", "Title", "Years"], rows)
    return {"fields/index.md": "\n".join(lines) + "\n", **pages}


def _newest(versions: dict[str, Field]) -> Field:
    return versions[max(versions)]


def _field_page(path: str, versions: dict[str, Field], readers: list[str]) -> str:
    newest = _newest(versions)
    lines = [f"# {path}", "", f"{_escape(newest.title)}." if newest.title else "", ""]
    if newest.identifier:
        lines += ["The value by itself points to a person: it is kept apart, encrypted, and only linking reads it.", ""]
    facets = {
        "Type": lambda f: f.type.value,
        "Must be returned": lambda f: "yes" if f.required else "no",
        "Length": lambda f: str(f.length or "") or _range(f.min_length, f.max_length),
        "Digits": lambda f: str(f.total_digits or ""),
        "Decimal places": lambda f: "" if f.fraction_digits is None else str(f.fraction_digits),
        "Range": lambda f: _range(f.min_value, f.max_value),
        "Pattern": lambda f: f"`{f.pattern}`" if f.pattern else "",
        "Only value": lambda f: f"`{f.enumeration}`" if f.enumeration else "",
    }
    rows = [[name, *(_bars(said(field)) for field in versions.values())] for name, said in facets.items()]
    header = ["", *(years.load(name).academic_year.label for name in versions)]
    lines += _table(header, [row for row in rows if any(row[1:])])
    codes = years.load(max(versions)).code_lists.get(newest.name)
    if codes:
        lines += ["", f"Its codes are listed under [{newest.name}](../code-lists.md#{newest.name.lower()})."]
    if readers:
        links = [f"[{rule}](../rules/{_slug(rule)}.md)" for rule in readers]
        lines += ["", "## Rules that read it", "", ", ".join(links)]
    return ORPHAN + "\n".join([*lines, "", CREDIT]) + "\n"


def _range(low: object, high: object) -> str:
    return "" if low is None and high is None else f"{'' if low is None else low} to {'' if high is None else high}"


# Code lists, commands, differences


def _code_lists(pack: Year) -> str:
    lines = [
        "# Code lists",
        "",
        CREDIT,
        "",
        "An empty date means that no source stated one. Where a list is not complete, a rule that looks a value up",
        "says which list it used, and a fuller list can be dropped in with the reference data.",
    ]
    for name, codes in pack.code_lists.items():
        lines += [
            "",
            f"## {name}",
            "",
            "Complete." if codes.complete else "Not complete.",
            _escape(codes.provenance),
            "",
        ]
        typed = any(code.type for code in codes.codes)
        rows = [
            [
                *([f"`{code.type}`"] if typed else []),
                f"`{code.code}`",
                _escape(code.label),
                str(code.valid_from or ""),
                str(code.valid_to or ""),
            ]
            for code in codes.codes
        ]
        lines += _table([*(["Type"] if typed else []), "Code", "Meaning", "From", "To"], rows)
    return "\n".join(lines) + "\n"


def _commands() -> str:
    from typer.main import get_command
    from typer.testing import CliRunner

    from openilr.cli.app import app

    def below(command: Any, words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        yield words
        for name, child in sorted(getattr(command, "commands", {}).items()):
            if not child.hidden:
                yield from below(child, (*words, name))

    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    lines = ["# Commands", "", "What each command says when it is asked with `--help`.", ""]
    for words in below(get_command(app), ()):
        result = CliRunner().invoke(app, [*words, "--help"], env=plain, prog_name="ilr")
        if result.exit_code:
            raise ValueError(f"ilr {' '.join(words)} --help ended with {result.exit_code}: {result.output}")
        text = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
        lines += [f"## {' '.join(('ilr', *words))}", "", "```text", text, "```", ""]
    return "\n".join(lines)


def _differences(packs: list[Year]) -> str:
    """Where OpenILR knowingly differs from the published rules, from each pack's divergences.toml."""
    lines = [
        "# Known differences",
        "",
        "The published rules sometimes contradict each other or themselves. What OpenILR does then, and why.",
    ]
    for pack in packs:
        path = files("openilr.years") / pack.name / "divergences.toml"
        entries = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
        lines += ["", f"## {_label(pack)}", ""]
        if not entries:
            lines += ["None is recorded."]
        for rule, entry in entries.items():
            words = entry if isinstance(entry, str) else " ".join(str(value) for value in entry.values())
            lines += [f"**{rule}**", f": {_escape(words)}", ""]
    return "\n".join(lines) + "\n"


# Text


def _label(pack: Year) -> str:
    return pack.academic_year.label


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _bars(text: str) -> str:
    return text.replace("|", "\\|")


def _escape(text: str) -> str:
    """Our plain sentences as Markdown: nothing in them is markup, and a bar does not end a cell."""
    return re.sub(r"([\\*<>\[\]`|#])", r"\\\1", " ".join(text.split()))


def _table(header: list[str], rows: Iterable[list[str]]) -> list[str]:
    line = "| {} |".format
    return [line(" | ".join(header)), line(" | ".join("---" for _ in header)), *(line(" | ".join(row)) for row in rows)]
