"""Counting field by field: how much is filled, not known, no valid code, contradicted, and changed since before."""

# ruff: noqa: S608 - statements are put together from names and codes of our own

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openilr.spec import CodeList, Entity, Field
from openilr.store import views
from openilr.store.quality.facts import APPLIES, CHECKS, KNOWN_ALL_THE_SAME, NOT_KNOWN
from openilr.store.tables import kept_entities, plain_fields, table_name

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

    from openilr.years import Year

#: The type field that gives a code its meaning.
TYPE_OF = {
    "LearnDelFAMCode": "LearnDelFAMType", "LearnFAMCode": "LearnFAMType", "ESMCode": "ESMType", "OutCode": "OutType",
    "AFinCode": "AFinType", "HRSCode": "HRSType",
}  # fmt: skip
_SHOWN_CODES = 5
#: A provider stands out whose share is this far from the middle provider's, and this many times the usual distance.
_FAR, _TIMES, _FEWEST_ROWS, _FEWEST_PROVIDERS = 0.10, 4.0, 30, 8


@dataclass(frozen=True)
class Counts:
    """One field over all rows. Shares are of ``applicable`` rows for ``filled``, of filled rows for the others."""

    entity: str
    field: str
    required: bool  #: the schema, or a rule that we know, wants it filled where it applies
    rows: int
    applicable: int
    filled: int  #: of the applicable rows
    not_known: int
    invalid: int
    list_complete: bool | None  #: None where there is no list of codes
    unknown_codes: tuple[dict[str, Any], ...] = ()
    inconsistent: tuple[dict[str, Any], ...] = ()
    outliers: tuple[dict[str, Any], ...] = ()
    compared: int = 0  #: learners or aims that were there in the return before
    filled_later: int = 0
    changed: int = 0
    removed: int = 0
    providers: tuple[float, ...] = ()  #: each provider's share filled, for the picture


def profile(session: DuckDBPyConnection, pack: Year) -> list[Counts]:
    """Of the views in the session, named as the national views, by the schema and code lists of a year."""
    found = []
    for entity in kept_entities(pack.schema):
        fields = plain_fields(entity)
        by_provider = _by_provider(session, entity, fields, pack.code_lists)
        for place, field in enumerate(fields):
            found.append(_counts(session, entity, field, pack.code_lists.get(field.name), by_provider, place))
    return found


def with_identifiers(vault_frames: Iterator[tuple[Entity, pl.DataFrame]]) -> list[Counts]:
    """Of what lies in the vault: how much is filled, and what stands for "none". Nothing else is looked at."""
    import polars as pl

    from openilr.store.places import NOWHERE
    from openilr.store.vault import TEMPORARY_ULN

    sums: dict[tuple[str, str], list[int]] = {}
    required: dict[tuple[str, str], bool] = {}
    for entity, frame in vault_frames:
        for field in (f for f in entity.fields if f.name in frame.columns):
            values = frame[field.name]
            empty = values == TEMPORARY_ULN if field.name == "ULN" else None
            if "ostcode" in field.name.lower() and values.dtype == pl.String:
                empty = values.str.to_uppercase().str.strip_chars() == NOWHERE
            not_known = int(empty.sum()) if empty is not None else 0
            one = sums.setdefault((entity.name, field.name), [0, 0, 0])
            for place, number in enumerate((frame.height, frame.height - values.null_count(), not_known)):
                one[place] += number
            required[entity.name, field.name] = field.required or field.path in APPLIES
    return [
        Counts(entity, name, required[entity, name], rows, rows, filled, not_known, 0, None)
        for (entity, name), (rows, filled, not_known) in sums.items()
    ]


def _by_provider(session: DuckDBPyConnection, entity: Entity, fields: tuple[Field, ...], lists: Any) -> pl.DataFrame:
    """One row a provider: rows, and for the n-th field applicable_n, filled_n, not_known_n, invalid_n."""
    parts = ["ukprn", "count(*) AS rows"]
    for place, field in enumerate(fields):
        where = APPLIES.get(field.path, "true")
        value = f'"{field.name}"'
        known = lists.get(field.name)
        parts += [
            f"count(*) FILTER ({where}) AS applicable_{place}",
            f"count({value}) FILTER ({where}) AS filled_{place}",
            f"count(*) FILTER ({where} AND {_among(field, known, _unknown(field, known))}) AS not_known_{place}",
            f"count(*) FILTER ({value} IS NOT NULL AND {_wrong(field, known)}) AS invalid_{place}",
        ]
    return views.frame(
        session, f"SELECT {', '.join(parts)} FROM {table_name(entity.name)} GROUP BY ukprn ORDER BY ukprn"
    )


def _counts(
    session: DuckDBPyConnection, entity: Entity, field: Field, known: CodeList | None, found: pl.DataFrame, place: int
) -> Counts:
    def total(name: str) -> int:
        return int(found[f"{name}_{place}"].sum())

    def among(name: str, of: str) -> Any:
        return found.select("ukprn", n=f"{of}_{place}", share=found[f"{name}_{place}"] / found[f"{of}_{place}"])

    required = field.required or field.path in APPLIES
    shares = among("filled", "applicable").filter(found[f"applicable_{place}"] >= _FEWEST_ROWS)
    outliers = [*_outliers(shares, "filled")] if required else []
    outliers += _outliers(among("not_known", "filled"), "not known")
    listed = known is not None and bool(known.codes)
    return Counts(
        entity.name, field.name, required, int(found["rows"].sum()), total("applicable"), total("filled"),
        total("not_known"), total("invalid"), known.complete if listed and known else None,
        _codes(session, entity, field, known) if listed and known else (), _contradictions(session, entity, field),
        tuple(outliers), providers=tuple(shares["share"].to_list()),
    )  # fmt: skip


def _unknown(field: Field, known: CodeList | None) -> list[tuple[str, str]]:
    """(type, code) of what stands for "not known"."""
    codes = known.codes if known else ()
    return [
        (c.type, c.code)
        for c in codes
        if re.search(NOT_KNOWN, c.label, re.IGNORECASE) and (field.name, c.code) not in KNOWN_ALL_THE_SAME
    ]


def _among(field: Field, known: CodeList | None, pairs: list[tuple[str, str]]) -> str:
    """SQL: the value is one of these codes, of its type where the list has types."""
    if not pairs or known is None:
        return "false"
    kind = TYPE_OF.get(field.name)
    if kind is None:
        return f"{_text(field)} IN ({', '.join(_quoted(_code(field, code)) for _, code in pairs)})"
    joined = ", ".join(_quoted(f"{type}|{_code(field, code)}") for type, code in pairs)
    return f"(\"{kind}\" || '|' || {_text(field)}) IN ({joined})"


def _wrong(field: Field, known: CodeList | None) -> str:
    """SQL: the value breaks its list, where the whole list is known, or its bounds."""
    limits = [
        f'"{field.name}" {sign} {limit}'
        for sign, limit in (("<", field.min_value), (">", field.max_value))
        if limit is not None and field.type.is_number
    ]
    if known is not None and known.codes and known.complete:
        limits.append(f"NOT ({_among(field, known, [(c.type, c.code) for c in known.codes])})")
    return f"({' OR '.join(limits)})" if limits else "false"


def _codes(session: DuckDBPyConnection, entity: Entity, field: Field, known: CodeList) -> tuple[dict[str, Any], ...]:
    """The commonest values that are not among the codes that we know, also of lists that are not complete."""
    kind = TYPE_OF.get(field.name)
    typed = kind if kind and any(f.name == kind for f in entity.fields) else None
    shown = f"(\"{typed}\" || ' ' || {_text(field)})" if typed else _text(field)
    unknown = f"NOT ({_among(field, known, [(c.type, c.code) for c in known.codes])})"
    query = (
        f"SELECT {shown} AS code, count(*) AS rows, count(DISTINCT ukprn) AS providers FROM {table_name(entity.name)} "
        f'WHERE "{field.name}" IS NOT NULL AND {unknown} GROUP BY ALL ORDER BY rows DESC, code LIMIT {_SHOWN_CODES}'
    )
    return tuple(views.frame(session, query).to_dicts())


def _contradictions(session: DuckDBPyConnection, entity: Entity, field: Field) -> tuple[dict[str, Any], ...]:
    names = {f.name for f in entity.fields}
    mine = [c for c in CHECKS if (c.entity, c.field) == (entity.name, field.name)]
    # A year without one of the fields can not break the check.
    mine = [c for c in mine if not (set(re.findall(r"[A-Z]\w+[a-z]\w*", c.broken)) - names)]
    if not mine:
        return ()
    counted = ", ".join(f"count(*) FILTER ({check.broken})" for check in mine)
    numbers = views.row(session, f"SELECT {counted} FROM {table_name(entity.name)}")
    return tuple({"check": c.words, "rows": int(n)} for c, n in zip(mine, numbers, strict=True) if n)


def _outliers(shares: pl.DataFrame, what: str) -> list[dict[str, Any]]:
    """Providers whose share is far from the others': by the distance from the middle in robust terms."""
    import polars as pl

    enough = shares.filter(pl.col("n") >= _FEWEST_ROWS)
    if enough.height < _FEWEST_PROVIDERS:
        return []
    middle = float(enough["share"].median() or 0)  # type: ignore[arg-type]
    spread = 1.4826 * float((enough["share"] - middle).abs().median() or 0)  # type: ignore[arg-type]
    far = enough.filter((pl.col("share") - middle).abs() > max(_FAR, _TIMES * spread))
    far = far.sort((pl.col("share") - middle).abs(), descending=True)
    return [
        {"ukprn": ukprn, "what": what, "share": round(share, 4), "typical": round(middle, 4)}
        for ukprn, _, share in far.iter_rows()
    ]


def _text(field: Field) -> str:
    return f'upper(trim("{field.name}"))' if field.type.is_text else f'"{field.name}"::VARCHAR'


def _code(field: Field, code: str) -> str:
    return code.upper() if field.type.is_text else str(int(code)) if code.lstrip("-").isdigit() else code


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
