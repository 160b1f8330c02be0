"""Who participates? Learners of 2025-26 by sex, age and kind of provision."""

from openilr import research as r

extract = r.open_extract()
kinds = {"25": "16 to 19 funding", "35": "Adult skills", "36": "Apprenticeships", "38": "Tailored learning"}

# One row a learner: the provision that comes first in this order, so that nobody is counted twice.
aims = extract["learning_delivery"].filter(year="2526")
order = {"36": 0, "25": 1, "35": 2, "38": 3}
provision = (
    aims.with_columns(code=r.col("FundModel").cast(str))
    .with_columns(
        first=r.col("code").replace_strict(order, default=9),
        Provision=r.col("code").replace_strict(kinds, default="Other"),
    )
    .sort("person_id", "first")
    .group_by("person_id", maintain_order=True)
    .agg(r.col("Provision").first())
)
people = extract["learner"].filter(year="2526").unique("person_id", keep="first", maintain_order=True)
people = extract.labelled(people, "Sex").with_columns(r.bands("age_aug31", [19, 25, 35, 50]).alias("Age"))

learners = extract.sample(people, unit="learners", population="learners in returns of 2025-26")
learners = learners.join(provision, on="person_id").where(
    "with a main provision that has a name", r.col("Provision") != "Other"
)

caution = (
    "Counts of a synthetic sector. Each learner counts once: under apprenticeships first, then 16 to 19 funding, then "
    "adult skills. Participation is not need: who could have taken part is not in these data."
)
r.output(r.table(learners, ["Age", "Sex"]), "age-and-sex", "Learners by age and sex, 2025-26", caution)
by_provision = r.table(learners, ["Provision", "Sex"], "share", within="Provision")
r.output(by_provision, "provision-by-sex", "Women and men in each kind of provision, 2025-26", caution)
r.output(r.figure(r.table(learners, "Age")), "age-figure", "Learners by age, 2025-26", caution)
