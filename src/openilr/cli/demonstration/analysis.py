"""The analysis of the demonstration: runs in the sandbox of `ilr project run`, on the extract or on its twin."""

from openilr import research as r

extract = r.open_extract()
aims = extract.sample("learning_delivery", unit="learning_delivery", population="funded aims of adults and apprentices")
aims = aims.with_columns(
    completed=(r.col("CompStatus") == 2).cast(int),
    far=r.col("distance_band").is_in(["20 to 50", "over 50"]).cast(int),
    funding=r.col("FundModel").cast(str),
)

r.output(
    r.table(aims, ["distance_band", "funding"]),
    "aims-by-distance",
    "Aims by distance from home to the place of learning, and funding model",
)
r.output(
    r.logit(aims, "completed ~ far + funding"),
    "completion",
    "Completion of those who travel 20 km or more, by funding model",
    "An association: those who travel far differ in other ways too.",
)
