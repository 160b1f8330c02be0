"""A provider's forecast as a page: the cases drawn, the aims at risk listed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from openilr.measure.charts.drawing import Chart, Series, svg
from openilr.measure.charts.page import STYLE
from openilr.spec import AcademicYear

if TYPE_CHECKING:
    import polars as pl

    from openilr.measure.qar.forecast import Forecast


def page(forecast: Forecast) -> str:
    """A whole page in one file, for the provider alone: it names learners by the provider's reference."""
    title = f"Achievement rate forecast, {forecast.ukprn}, {_period(forecast)}"
    tables = "".join(
        f"<h2>{heading}</h2>{_table(frame, heading)}"
        for heading, frame in (
            ("Cases", forecast.rates), ("Aims at risk", forecast.at_risk),
            ("What would change the rate", forecast.changes),
        )
    )  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body><main>'
        f"<h1>{escape(title)}</h1>"
        '<p class="warning">For the provider alone: these numbers are not protected, and learners are named.</p>'
        f"<figure>{picture(forecast)}</figure>{tables}</main></body></html>\n"
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
    heads = "".join(f'<th scope="col">{escape(name.replace("_", " ").capitalize())}</th>' for name in frame.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{'' if value is None else escape(str(value))}</td>" for value in row) + "</tr>"
        for row in frame.iter_rows()
    )
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
