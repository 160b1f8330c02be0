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
_MONTH_FIRST = r"^\s*(0?[1-9]|1[0-2])[/.-](1[3-9]|2\d|3[01])[/.-]\d{4}\b"


def read_people(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The people of a file as text, in file order, and what the user should know about it.

    Columns: those of :data:`openilr.link.identifiers.COLUMNS` that the file has, also under common other names; the
    rest is not read. LinkError where there is no such file, it can not be read, it has no ``id``, an id is missing or
    comes twice, or no column can be compared.
    """
    import polars as pl

    if not path.is_file():
        raise LinkError(f"{path} is a folder, not a file." if path.is_dir() else f"There is no file {path}.")
    parquet = _is_parquet(path)
    frame, notes = _parquet(path) if parquet else _csv(path)
    first_row = 1 if parquet else 2  # the line with the names of a CSV file is a row to who opens it
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
        raise LinkError(
            f"{path.name} has an id but none of {', '.join(COLUMNS[1:])}, so nothing can be compared. Its columns are: "
            f"{', '.join(frame.columns)}."
        )
    if unread := [column for column in frame.columns if column not in named.values()]:
        notes.append(
            f"{path.name}: not read: {', '.join(unread)}. What is read are columns called {', '.join(COLUMNS)}; rename "
            "those that say who somebody is."
        )
    people = frame.select(pl.col(column).cast(pl.String).alias(ours) for ours, column in named.items())
    ids = people["id"].str.strip_chars()
    if (ids.is_null() | (ids == "")).any():
        row = (ids.is_null() | (ids == "")).arg_true()[0]
        raise LinkError(f"{path.name}, row {row + first_row}, column {named['id']}: the id is empty.")
    if ids.is_duplicated().any():
        first, again = (ids == ids.filter(ids.is_duplicated())[0]).arg_true()[:2]
        raise LinkError(
            f"{path.name}, rows {first + first_row} and {again + first_row}, column {named['id']}: the same id twice. "
            "Each row needs an id of its own."
        )
    if "date_of_birth" in named:
        notes += _of_dates(path.name, people["date_of_birth"], first_row)
    return people.with_columns(id=ids), notes


def _of_dates(file: str, dates: pl.Series, first_row: int) -> list[str]:
    """What to say of dates of birth that can not be read."""
    bad = unread_dates(dates)
    if bad.is_empty():
        return []
    many = f"{bad.len():,} dates of birth are" if bad.len() > 1 else "1 date of birth is"
    notes = [
        f"{file}: {many} not a date that can be read (first: row {bad[0] + first_row}); they count as missing. Write "
        "dates as 2006-03-31 or 31/03/2006."
    ]
    if dates.gather(bad).str.contains(_MONTH_FIRST).any():
        notes.append(
            f"{file}: dates look as if the month came first. Days up to 12 were read as months; write the day first."
        )
    return notes


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
    last = 1
    try:
        header = next(rows)
        if len(set(header)) < len(header):
            return f"{path.name} names a column twice; each needs a name of its own."
        for row in rows:
            begins, last = last + 1, rows.line_num
            if len(row) > len(header):
                return f"{path.name}, row {begins}: {len(row)} values for {len(header)} columns. Is a comma not quoted?"
            if any("\n" in value for value in row) and last == len(text.splitlines()):
                return f"{path.name}, row {begins}: a quotation mark is opened and not closed."
    except csv.Error:
        return f"{path.name}, row {last + 1}: not readable as CSV."
    return f"{path.name} can not be read as CSV. Is a quotation mark not closed?"
