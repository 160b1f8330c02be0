"""The questions of ``bench_measure.py`` written by hand in DuckDB SQL: year 2025-26, default settings.

Each says the whole definition of its measure, and its answer has to be the measure's. Only a file that holds one aim
twice is left out, which the nation has not.
"""
# ruff: noqa: E501, S608 - the queries are constants of this file, and read better unbroken

from __future__ import annotations

APP = "coalesce(ProgType IN (2,3,20,21,22,23,25) AND FundModel IN (35,36,81), false)"
FLAG = "(SELECT DISTINCT year, \"return\", ukprn, parent FROM learning_delivery_fam WHERE LearnDelFAMType = '{}')"
SAME = 'f.year = a.year AND f."return" = a."return" AND f.ukprn = a.ukprn AND f.parent = a.row'
ADULT = f"(NOT {APP} AND (FundModel IN (10,11,35,38,81) OR (FundModel = 99 AND f.parent IS NOT NULL)))"
ACTIVE = f"""learning_delivery a LEFT JOIN {FLAG.format("ADL")} f ON {SAME}
    WHERE LearnStartDate <= '2026-07-31' AND (LearnActEndDate IS NULL OR LearnActEndDate >= '2025-08-01')
    AND age_aug31 >= 19 AND ({APP} OR {ADULT})"""
ACHIEVED = f"""learning_delivery a LEFT JOIN {FLAG.format("ADL")} f ON {SAME}
    WHERE Outcome = 1 AND coalesce(AchDate, LearnActEndDate) BETWEEN '2025-08-01' AND '2026-07-31'
    AND age_aug31 >= 19 AND ({APP} OR {ADULT}) AND NOT ({APP} AND AimType = 3)"""
#: The level as linked measures take it: its first figure, entry level 0.
LEVEL_OF_LINKS = f"""try_cast(CASE WHEN upper(CASE WHEN {APP} THEN programme_level ELSE aim_level END) = 'E' THEN '0'
    ELSE CASE WHEN {APP} THEN programme_level ELSE aim_level END END[1:1] AS INT)"""
#: Each month has work or learning, with at most one switch between them.
_SWITCH = "(" + " OR ".join(
    f"(({one} & {(1 << n) - 1}) = {(1 << n) - 1} AND ({other} & {64 - (1 << n)}) = {64 - (1 << n)})"
    for n in range(1, 6) for one, other in (("works", "learns"), ("learns", "works"))
) + ")"  # fmt: skip
LEVEL = f"""CASE CASE WHEN {APP} THEN programme_level ELSE upper(aim_level) END WHEN 'E' THEN 0 WHEN '1' THEN 1
    WHEN '1.5' THEN 1 WHEN '2' THEN 2 WHEN '3' THEN 3 WHEN '4' THEN 4 WHEN 'H' THEN 4 WHEN '5' THEN 5 WHEN '6' THEN 6
    WHEN '7' THEN 7 WHEN '8' THEN 8 END"""
TOO_SHORT = """{end} - {start} < CASE WHEN {planned} - {start} < 14 THEN 0 WHEN {planned} - {start} < 168 THEN 14
    ELSE 42 END"""


def _year(day: str) -> str:
    return f"(year({day}) - (month({day}) < 8)::INT)"


def _full_level(level: int) -> str:
    return f"""SELECT count(*) FROM (SELECT person_key FROM {ACTIVE} AND full_level{level}_percent > 0
        GROUP BY person_key HAVING sum(full_level{level}_percent) >= 100)"""


LEARNERS = (
    'learner l ON l.year = a.year AND l."return" = a."return" AND l.ukprn = a.ukprn AND l.learner_key = a.learner_key'
)
QAR = f"""
WITH used AS (
    SELECT year, "return", ukprn, 2000 + CAST(year[1:2] AS INT) AS y,
           "return" = max("return") OVER (PARTITION BY year, ukprn) AS is_final,
           "return" = max("return") FILTER ("return" <= 'R04') OVER (PARTITION BY year, ukprn) AS is_early FROM files),
last AS (SELECT ukprn, max(y) AS provider_year FROM used WHERE is_final GROUP BY ALL),
nameless AS MATERIALIZED (SELECT DISTINCT learner_key FROM learner WHERE person_key = learner_key),
known AS MATERIALIZED (SELECT learner_key, max(person_key) AS known FROM learner SEMI JOIN nameless USING (learner_key)
    WHERE person_key <> learner_key GROUP BY ALL),
marks AS MATERIALIZED (
    SELECT year, "return", ukprn, parent AS row, bool_or(t = 'RES') AS restart, bool_or(t = 'ADL') AS loan, bool_or(t = 'LDM') AS pilot,
           bool_or(t = 'HE') AS he
    FROM (SELECT year, "return", ukprn, parent, LearnDelFAMType AS t FROM learning_delivery_fam
          WHERE LearnDelFAMType IN ('RES', 'ADL')
             OR (LearnDelFAMType = 'LDM' AND LearnDelFAMCode IN ('348', '351', '359', '384', '395', '396'))
          UNION ALL SELECT year, "return", ukprn, parent, 'HE' FROM learning_delivery_he) GROUP BY ALL),
records AS (
    SELECT a.*, {APP} AS app, coalesce(restart, false) AS restart, y, is_final, coalesce(is_early, false) AS is_early,
           CASE WHEN person_key = a.learner_key THEN coalesce(known, person_key) ELSE person_key END AS person,
           CASE WHEN {APP} THEN CAST(StdCode AS VARCHAR) ELSE upper(LearnAimRef) END AS code,
           CASE WHEN {APP} THEN ProgType ELSE 0 END AS prog
    FROM learning_delivery a JOIN used u ON u.year = a.year AND u."return" = a."return" AND u.ukprn = a.ukprn
    LEFT JOIN marks m ON m.year = a.year AND m."return" = a."return" AND m.ukprn = a.ukprn AND m.row = a.row
    LEFT JOIN known k ON k.learner_key = a.learner_key
    WHERE NOT coalesce(pilot, false) AND (({APP} AND AimType = 1) OR (NOT {APP} AND coalesce(AimType, 0) <> 1 AND coalesce(ProgType, 0) <> 24
        AND (FundModel IN (25, 35, 38, 81, 82) OR (FundModel = 99 AND loan)) AND NOT coalesce(he, false)
        AND NOT starts_with(upper(LearnAimRef), 'ZWRKX') AND NOT starts_with(upper(LearnAimRef), 'ZESF')
        AND NOT starts_with(upper(LearnAimRef), 'ZPROG') AND NOT starts_with(upper(LearnAimRef), 'ZVOC')))),
histories AS MATERIALIZED (
    SELECT ukprn, person, app, prog, code, LearnStartDate, bool_or(restart) AS any_restart,
           arg_max({{'e': LearnActEndDate, 'p': LearnPlanEndDate, 'c': CompStatus, 'o': Outcome, 'a': AchDate, 'fm': FundModel,
                    'w': WithdrawReason, 'res': restart, 'y': y, 'row': row}}, y * 100 + CAST("return"[2:] AS INT)) AS x,
           min(y) FILTER (is_final) AS first_year, max(y) FILTER (is_final) AS last_year,
           min(y) FILTER (is_final AND LearnActEndDate IS NOT NULL) AS final_end,
           min(y - 1) FILTER (is_early AND {_year("LearnActEndDate")} < y) AS early_end
    FROM records GROUP BY ALL),
restarts AS (
    SELECT b.ukprn, b.x.row AS row, b.x.y AS y, min(r.LearnStartDate) AS restarted_on
    FROM histories b JOIN histories r USING (ukprn, person, app, prog, code)
    WHERE b.x.c = 6 AND r.any_restart AND r.LearnStartDate >= b.x.e GROUP BY ALL),
years AS (
    SELECT h.*, provider_year, {_year("x.p")} AS planned, {_year("x.e")} AS actual,
           CASE WHEN app AND prog = 25 AND x.fm = 36 THEN {_year("x.a")} END AS achieved,
           least(final_end, CASE WHEN first_year <= early_end THEN early_end END) AS reported,
           {_year("restarted_on")} AS restarted
    FROM histories h JOIN last USING (ukprn)
    LEFT JOIN restarts s ON s.ukprn = h.ukprn AND s.row = h.x.row AND s.y = h.x.y WHERE first_year IS NOT NULL),
flagged AS (
    SELECT *, x.c = 6 AND x.e IS NOT NULL AND provider_year >= last_year + 1
              AND NOT coalesce(restarted <= greatest(actual, last_year) + 1, false) AS lost_break,
           app AND prog = 25 AND x.e IS NOT NULL AND x.a IS NULL AND x.c = 1 AND coalesce(x.o = 8, false) AS waits,
           greatest(coalesce(planned, actual), actual, reported, achieved) AS plain FROM years),
counted AS (
    SELECT *, CASE WHEN lost_break THEN greatest(plain, last_year + 1) WHEN x.e IS NOT NULL THEN plain
                   WHEN provider_year > last_year AND planned <= last_year THEN greatest(planned, last_year + 1) END AS hybrid
    FROM flagged),
left_in_year AS MATERIALIZED (
    SELECT * FROM counted WHERE hybrid = 2025 AND NOT waits AND NOT (x.c = 6 AND x.e IS NOT NULL AND NOT lost_break)
    AND NOT (x.c = 3 AND x.w IN (7, 28, 41, 47)) AND NOT (x.c = 3 AND NOT x.res AND coalesce(x.o, 0) <> 1
        AND {TOO_SHORT.format(end="x.e", start="LearnStartDate", planned="x.p")})),
moved AS (
    SELECT DISTINCT l.ukprn, l.x.y AS y, l.x.row AS row FROM left_in_year l JOIN learning_delivery n
    ON n.person_key = l.person AND n.ukprn = l.ukprn
    WHERE l.x.c = 3 AND l.x.w = 40 AND n.LearnStartDate - l.x.e BETWEEN 0 AND 120 AND n.LearnStartDate <> l.LearnStartDate)
SELECT count(*), count(*) FILTER (x.e IS NOT NULL AND NOT lost_break AND (x.c = 2 OR (app AND prog = 25 AND x.c NOT IN (3, 6)))),
    count(*) FILTER (x.e IS NOT NULL AND x.o = 1 AND x.c <> 3 AND NOT lost_break), count(DISTINCT person)
FROM left_in_year l LEFT JOIN moved m ON m.ukprn = l.ukprn AND m.y = l.x.y AND m.row = l.x.row WHERE m.row IS NULL
"""

FOLLOWED = f"""followed AS MATERIALIZED (SELECT *, m.person_id IS NOT NULL AS matched FROM (
        SELECT * FROM (SELECT a.ukprn, a.learner_key, {APP} AS app, coalesce(AchDate, LearnActEndDate) AS achieved_on, AimSeqNumber,
            {LEVEL_OF_LINKS} AS level, {APP} OR (level = 2 AND full_level2_percent >= 100) OR (level = 3 AND full_level3_percent >= 100) AS whole
            FROM learning_delivery a LEFT JOIN {FLAG.format("ADL")} f ON {SAME}
            WHERE a.year = '2526' AND a."return" = 'R14' AND Outcome = 1 AND achieved_on BETWEEN '2025-08-01' AND '2026-07-31'
            AND (({APP} AND AimType <> 3) OR ({ADULT} AND age_aug31 >= 19)))
        QUALIFY row_number() OVER (PARTITION BY ukprn, learner_key ORDER BY app DESC, coalesce(level, -1) DESC, coalesce(whole, false) DESC, achieved_on DESC, AimSeqNumber) = 1)
    LEFT JOIN spine USING (learner_key) LEFT JOIN (SELECT DISTINCT person_id FROM link_keys WHERE source = 'dwp') m USING (person_id))"""
#: What people do from October 2026 to March 2027: a bit for each month.
AFTER = f"""spells AS (
        SELECT person_id, 'fe' AS state, LearnStartDate AS a, coalesce(LearnActEndDate, make_date(2001 + CAST(year[1:2] AS INT), 7, 31)) AS b, level
        FROM (SELECT learner_key, LearnStartDate, LearnActEndDate, year, {APP} AS app, {LEVEL_OF_LINKS} AS level FROM learning_delivery
            QUALIFY row_number() OVER (PARTITION BY ukprn, learner_key, LearnAimRef, ProgType, StdCode, LearnStartDate ORDER BY year DESC, "return" DESC, AimSeqNumber) = 1)
        JOIN spine USING (learner_key)
        UNION ALL SELECT person_id, 'work', StartDate, coalesce(EndDate, '2027-03-31'), NULL FROM hmrc_employment
        UNION ALL SELECT person_id, 'benefit', StartDate, coalesce(EndDate, '2027-03-31'), NULL FROM dwp_benefits
        UNION ALL SELECT person_id, 'he', HE_COMDATE, coalesce(HE_ENDDATE, '2027-07-31'), 6 FROM hesa),
    bits AS (SELECT person_id, state, level, (1 << (datediff('month', DATE '2026-10-01', least(b, '2027-03-31')) + 1))
            - (1 << datediff('month', DATE '2026-10-01', greatest(a, '2026-10-01'))) AS bit
        FROM spells WHERE a <= b AND a <= '2027-03-31' AND b >= '2026-10-01'),
    lives AS (SELECT person_id, coalesce(bit_or(bit) FILTER (state = 'work'), 0) AS works, coalesce(bit_or(bit) FILTER (state IN ('fe', 'he')), 0) AS learns,
            bool_or(state = 'benefit') AS benefit, bool_or(state = 'he') AS he, max(level) FILTER (state IN ('fe', 'he')) AS learnt FROM bits GROUP BY person_id),
    facts AS MATERIALIZED (SELECT *, bit_count(works) >= 5 AS in_work, learns = 63 AS in_learning, in_work OR in_learning OR {_SWITCH} AS sustained FROM lives)"""

BY_HAND = {
    "participation": f"SELECT count(DISTINCT person_key) FROM {ACTIVE}",
    "starts": f"""SELECT count(*), count(DISTINCT person_key) FROM learning_delivery a ANTI JOIN {FLAG.format("RES")} f ON {SAME}
        WHERE {APP} AND AimType = 1 AND LearnStartDate BETWEEN '2025-08-01' AND '2026-07-31'
        AND NOT (LearnActEndDate IS NOT NULL AND coalesce(Outcome, 0) <> 1
        AND {TOO_SHORT.format(end="LearnActEndDate", start="LearnStartDate", planned="LearnPlanEndDate")})""",
    "achievements": f"""SELECT count(*), count(DISTINCT person_key) FROM learning_delivery WHERE {APP} AND AimType = 1
        AND Outcome = 1 AND coalesce(AchDate, LearnActEndDate) BETWEEN '2025-08-01' AND '2026-07-31'""",
    "learner-achievements": f"SELECT count(DISTINCT person_key) FROM {ACHIEVED}",
    "enrolments": f"""SELECT count(*), count(DISTINCT person_key) FROM {ACTIVE}
        AND NOT ({APP} AND AimType = 3) AND NOT (NOT {APP} AND AimType = 1)""",
    "full-level-2": _full_level(2),
    "full-level-3": _full_level(3),
    "essential-skills": f"SELECT count(DISTINCT person_key) FROM {ACTIVE} AND basic_skills_type > 0",
    "deprivation": f"""SELECT coalesce(CAST((imd_decile + 1) // 2 AS VARCHAR), 'not known') AS fifth,
        count(DISTINCT a.person_key) AS n, CASE WHEN fifth <> 'not known' THEN round(100 * n / sum(n) FILTER (fifth <> 'not known') OVER (), 1) END
        FROM (SELECT a.* FROM {ACTIVE}) a LEFT JOIN {LEARNERS} GROUP BY fifth ORDER BY fifth""",
    "rates": f"""SELECT area, n, p, CAST(round(100000 * n / p) AS BIGINT) FROM (
        SELECT coalesce(home_region, 'not known') AS area, count(DISTINCT a.person_key) AS n
        FROM (SELECT a.* FROM {ACTIVE}) a LEFT JOIN {LEARNERS} GROUP BY area) LEFT JOIN
        (SELECT AreaCode, sum(Population) AS p FROM population WHERE Year = 2025 AND Age >= 19 GROUP BY AreaCode)
        ON AreaCode = area ORDER BY area""",
    "travel": f"""SELECT distance_band, count(DISTINCT person_key) AS n, NULL, round(100 * n / sum(n) OVER (), 1) FROM {ACTIVE}
        AND distance_band IS NOT NULL GROUP BY distance_band ORDER BY distance_band""",
    "progression": f"""WITH done AS MATERIALIZED (
            SELECT a.person_key, coalesce(AchDate, LearnActEndDate) AS achieved_on, {LEVEL} AS level FROM {ACHIEVED}
            AND a.year = '2526' AND a."return" = 'R14')
        SELECT count(DISTINCT person_key), (SELECT count(DISTINCT d.person_key) FROM done d JOIN
            (SELECT person_key, LearnStartDate, {LEVEL} AS level FROM learning_delivery) n ON n.person_key = d.person_key
            WHERE n.level > d.level AND n.LearnStartDate - d.achieved_on BETWEEN 0 AND 365) FROM done""",
    "qar": QAR,
}
_COUNTS = {
    "spd": "sustained", "emp": "in_work", "self": "false", "learn": "in_learning", "fe": "in_learning AND NOT he", "he": "in_learning AND he",
    "app": "false", "prog": "sustained AND learnt > level", "not": "NOT sustained AND works + learns > 0",
    "not_b": "NOT sustained AND works + learns > 0 AND benefit", "ben": "NOT sustained AND works + learns = 0 AND benefit",
    "none": "NOT coalesce(sustained OR works + learns > 0 OR benefit, false)",
}  # fmt: skip
BY_HAND |= {
    "outcomes": f"""WITH {FOLLOWED}, {AFTER} SELECT count(*), count(*) FILTER (matched), {
        ", ".join(f"count(*) FILTER (matched AND ({when}))" for when in _COUNTS.values())
    } FROM followed LEFT JOIN facts USING (person_id)""",
    "earnings": f"""WITH {FOLLOWED}, {AFTER},
        islands AS (SELECT *, sum(CAST(a > reached + 1 OR reached IS NULL AS INT)) OVER (PARTITION BY person_id ORDER BY a, b) AS island FROM (
            SELECT *, max(b) OVER (PARTITION BY person_id ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM (
                SELECT person_id, StartDate AS a, coalesce(EndDate, '2028-04-05') AS b FROM hmrc_employment WHERE StartDate <= '2028-04-05' AND b >= '2027-04-06' AND a <= b))),
        days AS (SELECT person_id, sum(least(b, '2028-04-05') - greatest(a, '2027-04-06') + 1) AS days FROM (
            SELECT person_id, min(a) AS a, max(b) AS b FROM islands GROUP BY person_id, island) GROUP BY person_id),
        pay AS (SELECT person_id, sum(Earnings) / any_value(days) * 365 AS pay FROM hmrc_earnings JOIN days USING (person_id)
            WHERE TaxYear = 202728 AND Earnings > 0 GROUP BY person_id)
        SELECT count(*), CAST(round(quantile_cont(pay, 0.25)) AS BIGINT), CAST(round(quantile_cont(pay, 0.5)) AS BIGINT), CAST(round(quantile_cont(pay, 0.75)) AS BIGINT)
        FROM followed JOIN facts USING (person_id) JOIN pay USING (person_id)
        WHERE matched AND in_work AND NOT he AND (level >= 4 OR (whole AND level IN (2, 3)))""",
    "prior-attainment": f"""SELECT count(*), count(KS4_ATT8), sum(CAST(KS4_L2BASICS_94 = 1 AS INT)), round(quantile_cont(KS4_ATT8, 0.25), 1),
        round(quantile_cont(KS4_ATT8, 0.5), 1), round(quantile_cont(KS4_ATT8, 0.75), 1)
        FROM (SELECT DISTINCT coalesce(person_id, person_key) AS person_id FROM (SELECT a.* FROM {ACTIVE} AND a.year = '2526' AND a."return" = 'R14')
            LEFT JOIN spine USING (learner_key)) LEFT JOIN (
            SELECT person_id, max(KS4_ATT8) AS KS4_ATT8, max(KS4_L2BASICS_94) AS KS4_L2BASICS_94 FROM npd_ks4 GROUP BY person_id) USING (person_id)""",
}
#: Those that read all years.
OVER_YEARS = ("progression", "qar", "outcomes", "earnings", "prior-attainment")
#: Those that read linked sources, which the nation has.
LINKED = ("outcomes", "earnings", "prior-attainment")
