"""Charts that everyone can read: SVG made here, with a title, a description, direct labels and the table beside it.

No script and no library: a chart is text that prints, scales and can be tested. Colours are those of the Government
Analysis Function's palette; nothing is told by colour alone.

>>> chart = Chart("Starts", "2025-26", ("Level 2", "Level 3"), (Series("Starts", (10, 20)),))
>>> svg(chart).startswith("<svg")
True
"""

from openilr.measure.charts.drawing import PALETTE, Chart, Series, svg
from openilr.measure.charts.page import chart_of, page, table

__all__ = ["PALETTE", "Chart", "Series", "chart_of", "page", "svg", "table"]
