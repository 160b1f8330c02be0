"""Measures: what the national data set says, each by a written definition in a module of its own.

A measure is a module of this package with a ``MEASURE``; adding one needs no list elsewhere. Results are unprotected
numbers for people with the right to see them; ``openilr.disclose`` comes before anything is published.

>>> from openilr import measure
>>> measure.compute(store, "starts", "2526", by=["level", "age"]).rows()    # doctest: +SKIP
>>> list(measure.trail(store, "starts", "2526", ukprn=10001234))           # doctest: +SKIP
>>> measure.forecast(store, 10001234, "2526").rates                        # doctest: +SKIP
"""

from openilr.measure.declare import Choice, Clause, Dimension, Indicator, Measure, MeasureError, Result
from openilr.measure.qar.forecast import Forecast, forecast
from openilr.measure.registry import get, names
from openilr.measure.run import compute
from openilr.measure.trail import trail

__all__ = [
    "Choice",
    "Clause",
    "Dimension",
    "Forecast",
    "Indicator",
    "Measure",
    "MeasureError",
    "Result",
    "compute",
    "forecast",
    "get",
    "names",
    "trail",
]
