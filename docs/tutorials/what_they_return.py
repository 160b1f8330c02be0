"""What do qualifications return in earnings? Pay by highest level achieved, with what was known before."""

from openilr import research as r

extract = r.open_extract()
achieved = (
    extract["learning_delivery"]
    .filter((r.col("Outcome") == 1) & r.col("aim_level").is_in(["1", "2", "3", "4", "5"]))
    .group_by("person_id")
    .agg(Level=r.col("aim_level").max().replace({"4": "4 or 5", "5": "4 or 5"}))
)
pay = (
    extract["hmrc_earnings"].sort("person_id", "TaxYear").group_by("person_id", maintain_order=True)
    .agg(pay=r.col("Earnings").last().cast(float), enterprise=r.col("main_enterprise").last())
)  # fmt: skip
people = extract["learner"].sort("year").unique("person_id", keep="last", maintain_order=True)
people = extract.labelled(people, "Sex")
sample = extract.sample(people, unit="learners", population="learners in returns of 2024-25 and 2025-26")
sample = sample.join(achieved, on="person_id").where(
    "who achieved an aim of level 1 to 5", r.col("Level").is_not_null()
)
sample = sample.join(pay, on="person_id").where(
    "with pay of at least 1,000 pounds in their last year", r.col("pay") >= 1000
)
sample = sample.with_columns(log_pay=r.col("pay").log(), experience=(r.col("age_aug31") - 16).clip(0, 20))

caution = (
    "People at higher levels had done better before; part of the difference was theirs without the qualification. Only "
    "employees' pay is in; who was out of work or self-employed is not. Synthetic data."
)
words = {"pay": "Pay in the last year, pounds"}
medians = r.table(sample, "Level", "median", of="pay", employer="enterprise", round_to=100, labels=words)
r.output(medians, "median-pay", "Median pay by highest level achieved", caution)
model = r.ols(sample, "log_pay ~ C(Level, contr.treatment('1')) + C(Sex) + experience")
r.output(model, "model", "Log pay by level, given sex and experience", caution)
r.output(r.figure(model), "model-figure", "Log pay by level, given sex and experience", caution)
