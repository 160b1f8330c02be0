"""The code that makes a table again: in Python with our client, in R with DfE's, and in SQL on the Parquet file."""

from __future__ import annotations

import json
from pprint import pformat

from openilr.web.tables.choice import Choice


def python(choice: Choice, base: str) -> str:
    return f"""# pip install openilr
from openilr.client import Client

client = Client({base + "/statistics/v1"!r})
data_set = client.data_set({choice.data_set.id!r}, version={choice.version.public!r})
table = data_set.query(
    criteria={_indented(pformat(choice.criteria(), width=96, sort_dicts=False), 13)},
    indicators={[i.id for i in choice.indicators]!r},
)
print(table)  # a Polars frame with labels; table.to_pandas() for pandas
"""


def r(choice: Choice, base: str) -> str:
    body = {"criteria": choice.criteria(), "indicators": [i.id for i in choice.indicators]}
    return f'''# install.packages(c("httr2", "jsonlite"))
library(httr2)

body <- '{json.dumps(body)}'
answer <- request("{base}/statistics/v1/data-sets/{choice.data_set.id}/query") |>
  req_url_query(dataSetVersion = "{choice.version.public}") |>
  req_headers(Accept = "text/csv") |>
  req_body_raw(body, "application/json") |>
  req_perform()
table <- read.csv(text = resp_body_string(answer), check.names = FALSE)
'''


def sql(choice: Choice, base: str) -> str:
    """DuckDB over the Parquet file of the version, in words."""
    from openilr.publish.datasets import codes

    where = [_in("time_period", [t.period[:4] + t.period[7:] for t in choice.times])]
    places = []
    for level in dict.fromkeys(level for level, _ in choice.places):
        described = codes.LEVELS[level]
        column, key = next(iter(described.codes.items()), (described.name, "label"))
        chosen = [place.codes.get(key, place.label) for at, place in choice.places if at == level]
        places.append(f"(geographic_level = {_text(described.label)} AND {_in(column, chosen)})")
    where.append("(" + "\n    OR ".join(places) + ")")
    where += [_in(f.column, [option.label for option in options]) for f, options in choice.options]
    shown = ["time_period", "geographic_level", *(f.column for f, _ in choice.options)]
    columns = ", ".join([*shown, *(f'"{i.column}"' for i in choice.indicators)])
    address = f"{base}/statistics/v1/data-sets/{choice.data_set.id}/parquet?dataSetVersion={choice.version.public}"
    return (
        f"-- DuckDB. First: INSTALL httpfs; LOAD httpfs;\nSELECT {columns}\nFROM read_parquet({_text(address)})\n"
        f"WHERE {chr(10).join(['', *('  AND ' + w for w in where)]).removeprefix(chr(10) + '  AND ')}\n"
        "ORDER BY time_period;\n"
    )


def _in(column: str, values: list[str]) -> str:
    return f'"{column}" IN ({", ".join(_text(value) for value in dict.fromkeys(values))})'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)
