"""A provider's forecast as a page: the cases drawn, the aims at risk listed."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from openilr.measure.charts.drawing import Chart, Series, svg
from openilr.measure.charts.page import STYLE, wide
from openilr.measure.qar.forecast import CASES
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    import polars as pl

    from openilr.measure.qar.forecast import Forecast


def page(forecast: Forecast) -> str:
    """A whole page in one file, for the provider alone: it names learners by the provider's reference."""
    programme = "" if forecast.programme == "all" else f", {forecast.programme.replace('-', ' ')}"
    title = f"Achievement rate forecast, {forecast.ukprn}, {_period(forecast)}{programme}"
    tables = "".join(
        _table(frame, heading)
        for heading, frame in (
            ("Cases", forecast.rates), ("Aims at risk", in_words(forecast.at_risk)),
            ("What would change the rate", forecast.changes),
        )
    )  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body><main>'
        f"<h1>{escape(title)}</h1>"
        '<p class="warning">For the provider alone: these numbers are not protected, and learners are named.</p>'
        f"{wide(f'<figure>{picture(forecast)}</figure>', 'Chart: achievement rate in each case')}<p>{escape(CASES)}</p>"
        f"{tables}</main></body></html>\n"
    )


def picture(forecast: Forecast) -> str:
    """The rate in each case, drawn as SVG; its numbers are ``forecast.rates``."""
    rates = forecast.rates
    chart = Chart(
        "Achievement rate: where the year may end", f"Provider {forecast.ukprn}, {_period(forecast)}",
        tuple(case.capitalize() for case in rates["case"]),
        (Series("Achievement rate", tuple(rates["achievement_rate"])),), "%", 1,
    )  # fmt: skip
    return svg(chart)


def _period(forecast: Forecast) -> str:
    return f"{AcademicYear(forecast.year).label}, {forecast.return_name}"


def _table(frame: pl.DataFrame, caption: str) -> str:
    marks = [' class="number"' if kind.is_numeric() else "" for kind in frame.dtypes]
    heads = "".join(
        f'<th scope="col"{mark}>{escape(name.replace("_", " ").capitalize())}</th>'
        for name, mark in zip(frame.columns, marks, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td{m}>{escape(_cell(value))}</td>" for value, m in zip(row, marks, strict=True)) + "</tr>"
        for row in frame.iter_rows()
    )
    table = f"<table><caption><h2>{caption}</h2></caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return wide(table, f"Table: {caption}")


def _cell(value: Any) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return "" if value is None else str(value)


def in_words(at_risk: pl.DataFrame) -> pl.DataFrame:
    """The aims at risk, with each risk as people say it."""
    import polars as pl

    return at_risk.with_columns(pl.col("risk").str.replace_all("_", " "))
