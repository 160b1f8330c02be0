"""Protection of tables of counts whose totals are published too.

``round_table`` rounds so that everything still adds up; ``suppress`` hides small counts, and enough others, with
certificates that none of them can be shown to be small.

>>> table = Table.of([Dimension.flat("sex", ["F", "M"])], np.array([3, 24]))     # doctest: +SKIP
>>> round_table(table, 5).values                                               # doctest: +SKIP
"""
