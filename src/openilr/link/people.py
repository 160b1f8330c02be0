"""Person files: CSV or Parquet, one row a person."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from openilr.link.errors import LinkError
from openilr.link.identifiers import COLUMNS, unread_dates
from openilr.link.keyed import is_encoded

if TYPE_CHECKING:
    import polars as pl

#: What other systems call our columns, without case, spaces and underscores.
_ALSO = {
    "uniqueid": "id", "recordid": "id", "recordkey": "id", "learnrefnumber": "id", "personid": "id",
    "uniquelearnernumber": "uln", "forename": "given_names", "forenames": "given_names", "firstname": "given_names",
    "firstnames": "given_names", "givenname": "given_names", "surname": "family_name", "lastname": "family_name",
    "familynames": "family_name", "dob": "date_of_birth", "birthdate": "date_of_birth", "gender": "sex",
    "addline1": "address", "addressline1": "address", "address1": "address", "ninumber": "nino",
    "nationalinsurancenumber": "nino",
}  # fmt: skip
_OURS = {name.replace("_", ""): name for name in COLUMNS}
_DELIMITERS = ",;\t|"


def read_people(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The people of a file as text, in file order, and what the user should know about it.

    Columns: those of :data:`openilr.link.identifiers.COLUMNS` that the file has, also under common other names; the
    rest is not read. LinkError where there is no such file, it can not be read, it has no ``id``, an id is missing or
    comes twice, or no column can be compared.
    """
    import polars as pl

    if not path.is_file():
        raise LinkError(f"There is no file {path}.")
    frame, notes = _parquet(path) if _is_parquet(path) else _csv(path)
    if is_encoded(frame):
        return frame, notes
    named: dict[str, str] = {}
    for column in frame.columns:
        plain = re.sub(r"[^a-z]", "", column.casefold())
        ours = _OURS.get(plain) or _ALSO.get(plain)
        if ours in named:
            raise LinkError(
                f"{path.name} has two columns for {ours}: {named[ours]} and {column}. Leave one of them out."
            )
        if ours:
            named[ours] = column
    if "id" not in named:
        raise LinkError(f"{path.name} has no column id. Its columns are: {', '.join(frame.columns) or 'none'}.")
    if len(named) == 1:
        raise LinkError(f"{path.name} has an id but none of {', '.join(COLUMNS[1:])}, so nothing can be compared.")
    people = frame.select(pl.col(column).cast(pl.String).alias(ours) for ours, column in named.items())
    ids = people["id"].str.strip_chars()
    if (ids.is_null() | (ids == "")).any():
        row = (ids.is_null() | (ids == "")).arg_true()[0]
        raise LinkError(f"{path.name}, row {row + 2}, column {named['id']}: the id is empty.")
    if ids.is_duplicated().any():
        first, again = (ids == ids.filter(ids.is_duplicated())[0]).arg_true()[:2]
        raise LinkError(
            f"{path.name}, rows {first + 2} and {again + 2}, column {named['id']}: the same id twice. "
            "Each row needs an id of its own."
        )
    if "date_of_birth" in named:
        bad = unread_dates(people["date_of_birth"])
        if bad.len():
            many = f"{bad.len():,} dates of birth are" if bad.len() > 1 else "1 date of birth is"
            notes.append(
                f"{path.name}: {many} not a date that can be read (first: row {bad[0] + 2}); they count as missing."
            )
    return people.with_columns(id=ids), notes


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _parquet(path: Path) -> tuple[pl.DataFrame, list[str]]:
    import polars as pl

    try:
        return pl.read_parquet(path), []
    except (pl.exceptions.PolarsError, OSError):
        raise LinkError(f"{path.name} begins like a Parquet file but can not be read; it may be cut off.") from None


def _csv(path: Path) -> tuple[pl.DataFrame, list[str]]:
    import polars as pl

    data, notes = path.read_bytes(), []
    if not data.strip():
        raise LinkError(f"{path.name} is empty; it needs at least a line with the names of its columns.")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        notes.append(f"{path.name} is not UTF-8 and was read as Windows-1252.")
    if "\0" in text:
        raise LinkError(f"{path.name} is neither CSV nor Parquet.")
    header = next(line for line in text.splitlines() if line.strip())
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        frame = pl.read_csv(io.BytesIO(text.encode()), separator=delimiter, infer_schema=False)
    except pl.exceptions.PolarsError:
        raise LinkError(_trouble(path, text, delimiter)) from None
    return frame, notes


def _trouble(path: Path, text: str, delimiter: str) -> str:
    """What is wrong with a CSV file that does not read, with the row."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = next(rows)
        if len(set(header)) < len(header):
            return f"{path.name} names a column twice; each needs a name of its own."
        for number, row in enumerate(rows, start=2):
            if len(row) > len(header):
                return f"{path.name}, row {number}: {len(row)} values for {len(header)} columns. Is a comma not quoted?"
    except csv.Error:
        return f"{path.name}, row {rows.line_num}: not readable as CSV."
    return f"{path.name} can not be read as CSV. Is a quotation mark not closed?"
