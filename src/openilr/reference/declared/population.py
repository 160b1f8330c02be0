"""How many people live in an area: mid-year estimates."""

from __future__ import annotations

from openilr.reference.tables import Table, columns_of

TABLES = (
    Table(
        "population",
        "People by area, year and single year of age",
        "Mid-year population estimates, Office for National Statistics",
        (r"population(?:estimates?)?", r"(?:mid)?yearpopulationestimates?", r"mye\w*"),
        columns_of(r"""
        AreaCode     key text  = code | areacode | geographycode | ladcode\d* | lad\d\dcd
        Year         key int   = date | midyear
        Age          key? int
        Population   must int  = obsvalue | count | estimate
        """),
        own_layout=True,
    ),
)
