"""What goes with the choice after 16: an apprenticeship, or full-time study?"""

from openilr import research as r

extract = r.open_extract()
aims = extract["learning_delivery"].with_columns(code=r.col("FundModel").cast(int))
chose = aims.group_by("person_id").agg(
    apprenticeship=(r.col("code") == 36).any().cast(int), study=(r.col("code") == 25).any().cast(int)
)
school = (
    extract["npd_ks4"]
    .unique("person_id")
    .select("person_id", attainment=r.col("KS4_ATT8") / 10, free_meals=r.col("KS4_FSM6").cast(int))
)
young = extract["learner"].sort("year").unique("person_id", keep="first", maintain_order=True)
young = extract.labelled(young, "Sex")

sample = extract.sample(young, unit="learners", population="learners in returns of 2024-25 and 2025-26")
sample = sample.where("aged 16 to 18 when first seen", r.col("age_aug31").is_between(16, 18))
sample = sample.join(chose, on="person_id").where(
    "in an apprenticeship or in 16 to 19 study", (r.col("apprenticeship") + r.col("study")) > 0
)
sample = sample.join(school, on="person_id").where("with a linked result at 16", r.col("attainment").is_not_null())

caution = (
    "What goes together, not what causes what: pupils with other marks differ in much that is not recorded, and places "
    "for apprentices are offered by employers, not only chosen. Only those with a linked school record are in."
)
r.output(
    r.table(sample, ["Sex"], "mean", of="attainment", labels={"attainment": "Attainment 8, tens of points"}),
    "attainment", "Attainment at 16 of learners aged 16 to 18, by sex", caution,
)  # fmt: skip
model = r.logit(sample, "apprenticeship ~ attainment + free_meals + C(Sex)")
r.output(model, "choice", "Log odds of an apprenticeship against 16 to 19 study", caution)
r.output(r.figure(model), "choice-figure", "Log odds of an apprenticeship against 16 to 19 study", caution)
