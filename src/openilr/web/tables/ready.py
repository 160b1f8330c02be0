"""Ready tables of a data set: its first measure by each category, over all periods, as links."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse

from openilr.publish.datasets import DataSet, Version
from openilr.web.datasets import library
from openilr.web.tables import choice as choices

#: Tables of a data set, and items of a category that still make one.
MOST, MOST_ITEMS = 4, 40


def ready(d: DataSet, v: Version) -> list[tuple[str, str]]:
    """Title and address of each."""
    meta = library().meta(d, v)
    start = choices.start(d, v, meta)
    made: list[tuple[str, str]] = []
    for f in [f for f in meta.filters if 1 < len(f.options) <= MOST_ITEMS][:MOST]:
        options = tuple((g, choices.in_order(g.options) if g is f else o) for g, o in start.options)
        choice = choices.laid_out(replace(start, options=options, rows=(), columns=()))
        made.append((choices.title_of(choice), f"{reverse('tables:table', args=[d.id])}?{choice.address()}"))
    return made
