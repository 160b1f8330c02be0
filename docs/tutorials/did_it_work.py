"""Did an intervention work? Pay of people who were coached, before and after, against people like them."""

from openilr import research as r

extract = r.open_extract()
pay = extract["hmrc_earnings"].select(
    "person_id", year=r.col("TaxYear").cast(str).str.slice(0, 4).cast(int), pay=r.col("Earnings").cast(float)
)
started = extract["coaching"].group_by("person_id").agg(start=r.col("Started").min())
# The first tax year that lies wholly after the start.
started = started.select("person_id", first=r.col("start").dt.year() + (r.col("start").dt.month() > 3).cast(int))

panel = extract.sample(pay, unit="people and tax years", population="learners with pay from employment")
panel = panel.where("pay of at least 1,000 pounds", r.col("pay") >= 1000)
panel = panel.join(started, on="person_id").with_columns(
    log_pay=r.col("pay").log(),
    coached=r.col("first").is_not_null().cast(int),
    since=r.col("year") - r.col("first"),
)
panel = panel.with_columns(after=(r.col("since") >= 0).fill_null(False).cast(int))

caution = (
    "Who was coached was not drawn by lot: those who had done worse at school took part more often. Effects of each "
    "person and each year are taken out; what remains is causal only if both groups' pay would have moved alike, which "
    "the years before the start can make doubtful but not prove."
)
plain = r.ols(panel.where("in or after 2026", r.col("year") >= 2026), "log_pay ~ coached", cluster="person_id")
r.output(plain, "plain", "Log pay of coached and other people, no adjustment", caution)
effect = r.difference_in_differences(panel, "log_pay", "coached", "after", unit="person_id", time="year")
r.output(effect, "effect", "Effect of coaching on log pay, difference in differences", caution)
steps = r.event_study(panel, "log_pay", "since", unit="person_id", time="year", first=-3, last=3)
r.output(r.figure(steps), "years", "Effect on log pay by years since the start of coaching", caution)
