"""ODS of a workbook: OpenDocument written directly, so that tables are marked as such (database ranges)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from openilr.publish.files.workbook import Table, Workbook, introduction

_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        *((n, n) for n in ("office", "style", "text", "table", "meta", "manifest")), ("fo", "xsl-fo-compatible"),
    )
)  # fmt: skip
_LINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
_DUBLIN = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
#: Widths of columns in centimetres.
_NARROW, _WIDE = 2, 20
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write(workbook: Workbook, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _TYPE)  # first and not compressed, as the standard asks
        archive.writestr("META-INF/manifest.xml", _manifest())
        archive.writestr("meta.xml", _meta(workbook))
        archive.writestr("styles.xml", f'{_HEAD}<office:document-styles {_SPACES} office:version="1.3"/>')
        with archive.open("content.xml", "w") as content:
            for piece in _content(workbook):
                content.write(piece.encode())


def _manifest() -> str:
    entries = [("/", _TYPE), *((name, "text/xml") for name in ("content.xml", "styles.xml", "meta.xml"))]
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>' for name, kind in entries
    )
    return f'{_HEAD}<manifest:manifest {_SPACES} manifest:version="1.3">{files}</manifest:manifest>'


def _meta(workbook: Workbook) -> str:
    title = f"<dc:title>{escape(workbook.title)}</dc:title><dc:language>en-GB</dc:language>"
    return (
        f'{_HEAD}<office:document-meta {_SPACES} {_DUBLIN} office:version="1.3"><office:meta>{title}</office:meta>'
        "</office:document-meta>"
    )


def _content(workbook: Workbook) -> Iterator[str]:
    yield f'{_HEAD}<office:document-content {_SPACES} {_LINK} office:version="1.3"><office:automatic-styles>'
    yield '<style:style style:name="heading" style:family="table-cell"><style:text-properties fo:font-weight="bold" '
    yield 'fo:font-size="14pt"/></style:style><style:style style:name="column" style:family="table-cell">'
    yield '<style:text-properties fo:font-weight="bold"/></style:style>'
    yield '<style:style style:name="wrapped" style:family="table-cell">'
    yield '<style:table-cell-properties fo:wrap-option="wrap"/></style:style>'
    for width in range(_NARROW, _WIDE + 1):
        yield f'<style:style style:name="w{width}" style:family="table-column">'
        yield f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
    yield "</office:automatic-styles>"
    yield "<office:body><office:spreadsheet>"
    yield '<table:table table:name="Cover"><table:table-column table:style-name="w20"/>'
    yield _row([_text(workbook.title, "heading")])
    for line in workbook.cover:
        yield _row([_text(line)])
    yield "</table:table>"
    tables = [*workbook.front(), *workbook.tables]
    for table in tables:
        yield from _sheet(table)
    yield "<table:database-ranges>"
    for position, table in enumerate(tables):
        end = f"{_letters(len(table.columns))}{3 + len(table.rows)}"
        name = quoteattr(f"'{table.sheet}'.A3:'{table.sheet}'.{end}")
        yield f'<table:database-range table:name="table_{position}" table:target-range-address={name} '
        yield 'table:contains-header="true"/>'
    yield "</table:database-ranges></office:spreadsheet></office:body></office:document-content>"


def _sheet(table: Table) -> Iterator[str]:
    yield f"<table:table table:name={quoteattr(table.sheet)}>"
    for number, name in enumerate(table.columns):
        widest = max([len(name), *(len(str(row[number])) for row in table.rows[:2000])])
        yield f'<table:table-column table:style-name="w{min(_WIDE, max(_NARROW, widest // 5 + 1))}"/>'
    title, words = introduction(table)
    yield _row([_text(title, "heading")])
    yield _row([_text(words)])
    header = _row([_text(name, "column") for name in table.columns])
    yield f"<table:table-header-rows>{header}</table:table-header-rows>"
    linked, plain = table.sheet == "Contents", "wrapped" if table.sheet == "Notes" else ""
    for row in table.cells():
        yield _row([
            _number(value)
            if isinstance(value, float)
            else _link(value)
            if linked and column == 0
            else _text(value, plain)
            for column, value in enumerate(row)
        ])  # fmt: skip
    yield "</table:table>"


def _row(cells: list[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _text(text: str, style: str = "") -> str:
    styled = f' table:style-name="{style}"' if style else ""
    return f'<table:table-cell office:value-type="string"{styled}><text:p>{escape(text)}</text:p></table:table-cell>'


def _number(value: float) -> str:
    shown = f"{value:g}" if value != int(value) else str(int(value))
    kind = f'office:value-type="float" office:value="{shown}"'
    return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"


def _link(value: str | float) -> str:
    where = quoteattr(f"#{value}.A1")
    inner = f'<text:a xlink:type="simple" xlink:href={where}>{escape(str(value))}</text:a>'
    return f'<table:table-cell office:value-type="string"><text:p>{inner}</text:p></table:table-cell>'


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
