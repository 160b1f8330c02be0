"""What researchers use inside a session: the extract, and analyses whose results can be checked and released.

>>> from openilr import research as r
>>> extract = r.open_extract()                                                       # doctest: +SKIP
>>> adults = extract.sample("learner", unit="learners", population="all learners").where(
...     "aged 19 and over", r.col("age_aug31") >= 19)                                # doctest: +SKIP
>>> r.output(r.table(adults, ["Sex", "Ethnicity"]), "who", "Adults by sex and ethnic group")  # doctest: +SKIP
"""

from polars import col

from openilr.research.causal import Matched, difference_in_differences, event_study, match, weight
from openilr.research.errors import ResearchError
from openilr.research.models import cox, fixed_effects, instrumental, logit, ols, poisson, probit
from openilr.research.plots import figure, histogram, survival
from openilr.research.record import Result, output
from openilr.research.sample import Extract, Sample, open_extract
from openilr.research.tables import bands, table

__all__ = [
    "Extract", "Matched", "ResearchError", "Result", "Sample", "bands", "col", "cox", "difference_in_differences",
    "event_study", "figure", "fixed_effects", "histogram", "instrumental", "logit", "match", "ols", "open_extract",
    "output", "poisson", "probit", "survival", "table", "weight",
]  # fmt: skip
