"""One learner over returns, years and providers: what was one aim all along, and which aim follows which.

A *person* is a ULN. Where a learner of one provider (one LearnRefNumber) appears under two ULNs, or first without one,
or comes with the reference and UKPRN that it had before (PrevLearnRefNumber, PrevUKPRN), it is still one person, if sex
and year of birth agree: a reference that was given to somebody else is not joined. What
this can not see, a person without a ULN at two providers, is the business of ``openilr.link``; its answer may be given.

An *episode* is one aim at one provider: the same person, LearnAimRef, LearnStartDate and programme, in however many
years it was returned; what its last return says, counts. A *journey* joins the episodes in which a person goes on with
the same thing: a restart (RES, or OrigLearnStartDate) follows the episode that was broken off; a transfer follows the
one that ended with CompStatus 3 and a WithdrawReason that says so.

Every year is taken from its last return of each provider.
"""

# ruff: noqa: S608 - statements are put together from names of our own schema

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from openilr.store import durable, scratch, views
from openilr.store.catalogue import Submission
from openilr.store.errors import StoreError, VaultError

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

    from openilr.store.store import Store

#: WithdrawReason of a transfer (source: ILR specification): elsewhere; within the provider.
ELSEWHERE, WITHIN = (2, 7, 41, 47), (40,)
#: Days after the end within which the aim that a learner transferred to has begun.
TRANSFER_DAYS = 90
GOES_ON = (1, 6)
#: Aims that are joined at once.
AT_ONCE = 3_000_000
PREVIOUS = ("learner_key", "previous_key")
_WRITTEN = """
    SELECT person, journey, step, how, ukprn, learner_key, j.* EXCLUDE (who_id, journey, step, how, ukprn, learner_id)
    FROM journey j JOIN person USING (who_id) JOIN who ON who.id = j.learner_id ORDER BY j.who_id, journey, step
"""
_SAME = ("who_id", "ukprn", "LearnAimRef", "LearnStartDate", "ProgType", "StdCode", "FworkCode", "PwayCode", "_n")


def of(store: Store, output: Path | None, spine: pl.DataFrame | None) -> tuple[pl.DataFrame, dict[str, int]]:
    """Journeys over all that the store holds: the rows, or none of them where they went to a file; and counts."""
    import polars as pl

    last: dict[tuple[str | None, int | None], Submission] = {}
    for submission in store.submissions(current=True, with_files=True):
        last[submission.year, submission.ukprn] = submission  # in the order of returns
    if not last:
        raise StoreError("The store holds no accepted return.")
    paths = views.of_submissions(store.path, list(last.values()))

    def previous(moved: set[tuple[str, int]]) -> pl.DataFrame:
        with suppress(VaultError):
            return previous_references(store, [last[one] for one in sorted(moved)])
        return pl.DataFrame(schema=dict.fromkeys(PREVIOUS, pl.String))

    with scratch.folder() as folder:
        part = folder / "journeys.parquet" if output is None else output.with_name(output.name + durable.PART)
        counts = journeys(paths, part, previous, spine)
        if output is not None:
            part.replace(output)
            return pl.DataFrame(), counts
        return pl.read_parquet(part), counts


def journeys(
    paths: views.Paths,
    output: Path,
    previous: Callable[[set[tuple[str, int]]], pl.DataFrame],
    spine: pl.DataFrame | None,
) -> dict[str, int]:
    """Write one row an episode to a Parquet file, those of a person together; how many there are of what.

    Columns: person, journey, step (1 is the first of the journey), how (first, restart, transfer_within,
    transfer_elsewhere), ukprn, learner_key, LearnAimRef, AimType, ProgType, StdCode, LearnStartDate, LearnPlanEndDate,
    LearnActEndDate, CompStatus, Outcome, first_year, last_year, years (how many it was returned in), lost (it went on,
    and the provider's next year is without it). ``spine`` has learner_key and person_id, from linking.
    ``previous`` is asked for (learner_key, previous_key) of the years and providers whose learners came from another.
    """
    with views.duckdb_session() as session:
        for name, query in views.queries(paths).items():
            if name in ("learner", "learning_delivery", "learning_delivery_fam"):
                session.execute(f"CREATE VIEW {name} AS {query}")
        moved = session.execute("SELECT DISTINCT year, ukprn FROM learner WHERE PrevUKPRN IS NOT NULL").fetchall()
        session.register("previous", previous(set(moved)).to_arrow())
        joined, kept_apart = _people(session, spine)
        session.execute("CREATE TABLE provider AS SELECT ukprn, max(year) AS last FROM learner GROUP BY ukprn")
        session.execute(
            "CREATE TABLE res AS SELECT DISTINCT year, ukprn, parent FROM learning_delivery_fam "
            "WHERE LearnDelFAMType = 'RES'"
        )
        counts: Counter[str] = Counter()
        # Everything below is about one person at a time, so that a part of the people is a part of the answer.
        parts = 1 + views.row(session, "SELECT count(*) FROM learning_delivery")[0] // AT_ONCE
        with scratch.folder() as folder:
            files = [folder / f"{part}.parquet" for part in range(parts)]
            for part, file in enumerate(files):
                _episodes(session, f"w.who_id % {parts} = {part}", counts["episodes"])
                _links(session)
                session.execute(f"COPY ({_WRITTEN}) TO '{file}' (FORMAT parquet)")
                counts.update(_counts(session))
            views.copy(session, f"SELECT * FROM read_parquet({views.listed(files)})", output, "COMPRESSION zstd")
        return dict(counts) | {"ulns_joined": joined, "references_used_again": kept_apart}


def people(session: DuckDBPyConnection) -> tuple[pl.DataFrame, int]:
    """Person keys that stand for one person: (person_key, person), one row a key that is joined to another; and how
    many references were kept apart because sex or birth year differ. ``previous`` is a table of the session."""
    import polars as pl

    found = views.frame(session, """
        WITH each AS (
            SELECT learner_key, person_key, max(Sex) AS sex, min(Sex) AS sex_too,
                   max(2000 + left(year, 2)::INTEGER - age_aug31) AS born,
                   min(2000 + left(year, 2)::INTEGER - age_aug31) AS born_too, min(year) AS since
            FROM learner GROUP BY learner_key, person_key
        )
, alike AS (
            SELECT learner_key AS learner, learner_key FROM each GROUP BY learner_key HAVING count(*) > 1
            UNION ALL SELECT learner_key || ' before', learner_key FROM previous
            UNION ALL SELECT learner_key || ' before', previous_key FROM previous
        )
        SELECT DISTINCT learner, each.* FROM alike JOIN each USING (learner_key)
        ORDER BY learner, since DESC, person_key
    """)  # fmt: skip
    above: dict[str, str] = {}

    def top(key: str) -> str:
        while above.get(key, key) != key:
            key = above[key]
        return key

    apart, rows = 0, []
    for (_,), part in found.group_by(["learner"], maintain_order=True):
        same = [part[column].drop_nulls().n_unique() <= 1 for column in ("sex", "sex_too", "born", "born_too")]
        if not all(same):
            apart += 1
            continue
        keys = part["person_key"].to_list()
        # The learner's own key stands for "no ULN yet": a real ULN is the better name for the person.
        own = set(part["learner_key"])
        keys.sort(key=lambda key, own=own: key in own)  # type: ignore[misc]
        for key in keys:
            above[top(key)] = top(keys[0])
        rows += keys
    pairs = [(key, top(key)) for key in dict.fromkeys(rows) if top(key) != key]
    return pl.DataFrame(pairs, schema={"person_key": pl.String, "person": pl.String}, orient="row"), apart


def previous_references(store: Store, submissions: list[Submission]) -> pl.DataFrame:
    """(learner_key, previous_key) of learners who say where they were before."""
    import polars as pl

    pairs: list[tuple[str, str]] = []
    vault = store.vault()
    for submission in submissions:
        files = [store.path / f.path for f in submission.files if (f.entity, f.kind) == ("Learner", "table")]
        before = pl.scan_parquet(files).select("row", "PrevUKPRN").drop_nulls().collect()
        names = vault.identifiers(submission.id, "Learner").drop_nulls("PrevLearnRefNumber")
        found = names.join(before, on="row").select("learner_key", "PrevUKPRN", "PrevLearnRefNumber")
        pairs += [(own, store.learner_key(ukprn, reference)) for own, ukprn, reference in found.iter_rows()]
    return pl.DataFrame(pairs, schema=dict.fromkeys(PREVIOUS, pl.String), orient="row")


def _people(session: DuckDBPyConnection, spine: pl.DataFrame | None) -> tuple[int, int]:
    """Tables ``person``: person, who_id; and ``who``: learner_key, person_key, who_id, id.

    From here on the numbers stand for the long keys: a third of the time and less than half of the memory.
    """
    joined, apart = people(session)
    session.register("joined", joined.to_arrow())
    linked = "p.person_key"
    extra = ""
    if spine is not None:
        session.register("spine", spine.select("learner_key", "person_id").unique("learner_key").to_arrow())
        linked, extra = "coalesce(s.person_id, p.person_key)", "LEFT JOIN spine s USING (learner_key)"
    person = "coalesce(j.person, p.person_key)" if spine is None else linked
    session.execute(
        f"CREATE VIEW known AS SELECT learner_key, p.person_key, {person} AS person "
        f"FROM (SELECT DISTINCT learner_key, person_key FROM learner) p "
        f"LEFT JOIN joined j ON j.person_key = p.person_key {extra}"
    )
    session.execute(
        "CREATE TABLE person AS SELECT person, (row_number() OVER ())::INTEGER AS who_id "
        "FROM (SELECT DISTINCT person FROM known)"
    )
    session.execute(
        "CREATE TABLE who AS SELECT learner_key, person_key, who_id, (row_number() OVER ())::INTEGER AS id "
        "FROM known JOIN person USING (person)"
    )
    return joined.height, apart


def _episodes(session: DuckDBPyConnection, whose: str, before: int) -> None:
    """The table ``episode`` of some people, numbered on from those of others."""
    have = {row[0] for row in session.execute("DESCRIBE learning_delivery").fetchall()}
    same = [name for name in _SAME if name in have or name in ("who_id", "_n")]
    keys = ", ".join(f'"{name}"' for name in same)
    number = ", ".join(f'"{name}"' for name in same if name != "_n")
    said_last = (
        "AimType", "LearnPlanEndDate", "LearnActEndDate", "CompStatus", "Outcome", "WithdrawReason",
        "OrigLearnStartDate", "learner_id", "restarted",
    )  # fmt: skip
    columns = [name for name in said_last if name in have or name in ("learner_id", "restarted")]
    last = ", ".join(f'arg_max_null("{n}", year) AS "{n}"' for n in columns)
    session.execute(f"""
        CREATE OR REPLACE TABLE episode AS
        WITH aims AS (
            SELECT d.*, w.who_id, w.id AS learner_id, r.parent IS NOT NULL AS restarted
            FROM learning_delivery d JOIN who w ON {whose}
                AND w.learner_key = d.learner_key AND w.person_key = d.person_key
            LEFT JOIN res r ON r.year = d.year AND r.ukprn = d.ukprn AND r.parent = d.row
        ), numbered AS (
            SELECT *, row_number() OVER (PARTITION BY year, {number} ORDER BY AimSeqNumber, row) AS _n FROM aims
        )
        SELECT {before} + row_number() OVER () AS id, {keys}, {last}, min(year) AS first_year, max(year) AS last_year,
               count(DISTINCT year) AS years
        FROM numbered GROUP BY {keys}
    """)  # fmt: skip


def _links(session: DuckDBPyConnection) -> None:
    """The table ``journey``: episodes with what they follow, pointers followed back to the first."""
    elsewhere, within = (f"({', '.join(map(str, codes))})" for codes in (ELSEWHERE, WITHIN))
    session.execute(f"""
        CREATE OR REPLACE TABLE link AS
        WITH restart AS (
            SELECT b.id, arg_max(a.id, a.LearnStartDate) AS before FROM episode b JOIN episode a
            ON a.who_id = b.who_id AND a.LearnStartDate < b.LearnStartDate
               AND a.AimType IS NOT DISTINCT FROM b.AimType AND a.ProgType IS NOT DISTINCT FROM b.ProgType
               AND (a.LearnAimRef = b.LearnAimRef) AND a.StdCode IS NOT DISTINCT FROM b.StdCode
            WHERE b.restarted OR b.OrigLearnStartDate IS NOT NULL GROUP BY b.id
        ), moved AS (
            SELECT b.id, arg_max(a.id, a.LearnActEndDate) AS before,
                   arg_max(a.ukprn, a.LearnActEndDate) <> any_value(b.ukprn) AS away
            FROM episode b JOIN episode a
            ON a.who_id = b.who_id AND a.id <> b.id AND a.CompStatus = 3 AND a.AimType IS NOT DISTINCT FROM b.AimType
               AND b.LearnStartDate BETWEEN a.LearnActEndDate AND a.LearnActEndDate + INTERVAL {TRANSFER_DAYS} DAY
               AND b.LearnStartDate > a.LearnStartDate
               AND ((a.WithdrawReason IN {elsewhere} AND a.ukprn <> b.ukprn)
                    OR (a.WithdrawReason IN {within} AND a.ukprn = b.ukprn))
            GROUP BY b.id
        )
        SELECT id, before, 'restart' AS how FROM restart
        UNION ALL
        SELECT id, before, CASE WHEN away THEN 'transfer_elsewhere' ELSE 'transfer_within' END
        FROM moved WHERE id NOT IN (SELECT id FROM restart)
    """)  # fmt: skip
    session.execute("CREATE OR REPLACE TABLE chain AS SELECT id, before AS head, 2 AS step FROM link")
    while True:
        session.execute(
            "CREATE OR REPLACE TABLE longer AS SELECT c.id, coalesce(l.head, c.head) AS head, "
            "c.step + coalesce(l.step - 1, 0) AS step, l.id IS NOT NULL AS moved "
            "FROM chain c LEFT JOIN chain l ON l.id = c.head"
        )
        moved = views.row(session, "SELECT count(*) FILTER (moved) FROM longer")[0]
        session.execute("CREATE OR REPLACE TABLE chain AS SELECT id, head, step FROM longer")
        if not moved:
            break
    session.execute(f"""
        CREATE OR REPLACE TABLE journey AS
        SELECT e.who_id, coalesce(c.head, e.id) AS journey, coalesce(c.step, 1) AS step,
               coalesce(l.how, 'first') AS how, e.ukprn, e.learner_id, e.LearnAimRef, e.AimType, e.ProgType,
               e.StdCode, e.LearnStartDate, e.LearnPlanEndDate, e.LearnActEndDate, e.CompStatus, e.Outcome,
               e.first_year, e.last_year, e.years,
               e.CompStatus IN ({', '.join(map(str, GOES_ON))}) AND e.last_year < p.last AS lost
        FROM episode e JOIN provider p USING (ukprn)
        LEFT JOIN chain c ON c.id = e.id LEFT JOIN link l ON l.id = e.id
    """)  # fmt: skip


def _counts(session: DuckDBPyConnection) -> dict[str, int]:
    words = ("people", "journeys", "episodes", "over_several_years", "people_with_several_providers", "restarts",
             "transfers", "lost")  # fmt: skip
    row = views.row(session, """
        SELECT count(DISTINCT who_id), count(DISTINCT journey), count(*), count(*) FILTER (years > 1),
               (SELECT count(*) FROM (SELECT who_id FROM journey GROUP BY who_id HAVING min(ukprn) <> max(ukprn))),
               count(*) FILTER (how = 'restart'), count(*) FILTER (how LIKE 'transfer%'), count(*) FILTER (lost)
        FROM journey
    """)  # fmt: skip
    return dict(zip(words, row, strict=True))


_HOW = {
    "restart": "restarted", "transfer_within": "moved within the provider to", "transfer_elsewhere": "moved here to",
}  # fmt: skip


def numbers(store: Store, learner_keys: list[str]) -> int:
    """How many ULNs these learners were returned under, a missing one counted as one."""
    paths = views.of_submissions(store.path, store.submissions(current=True, with_files=True))
    keys = ", ".join(f"'{key}'" for key in learner_keys)
    of_all = views.queries(paths)["learner"]
    with views.duckdb_session() as session:
        return int(
            views.row(session, f"SELECT count(DISTINCT person_key) FROM ({of_all}) WHERE learner_key IN ({keys})")[0]
        )


def tell(episodes: pl.DataFrame, ulns: int = 1) -> str:
    """One person's journeys in words. ``ulns`` is under how many the person was returned."""
    from openilr import years

    lists = years.load(years.available()[-1]).code_lists
    lines = [f"One person, returned under {ulns} ULNs: it changed, or came late."] if ulns > 1 else []
    for number, ((_,), journey) in enumerate(episodes.group_by(["journey"], maintain_order=True), 1):
        lines.append(f"Journey {number}")
        for row in journey.sort("step").to_dicts():
            what = (
                f"standard {row['StdCode']}"
                if row["StdCode"] is not None and row["AimType"] == 1
                else row["LearnAimRef"]
            )
            status = lists["CompStatus"].label(str(row["CompStatus"])) or row["CompStatus"]
            outcome = lists["Outcome"].label(str(row["Outcome"])) if row["Outcome"] is not None else None
            ended = f", ended {row['LearnActEndDate']}" if row["LearnActEndDate"] else ""
            lost = "; it went on and was not returned again" if row["lost"] else ""
            years_said = row["first_year"] if row["years"] == 1 else f"{row['first_year']} to {row['last_year']}"
            lines.append(
                f"  {row['LearnStartDate']} at {row['ukprn']}: {_HOW.get(row['how'], 'began')} {what}{ended} "
                f"({status}{f'; {outcome}' if outcome else ''}{lost}). Returned in {years_said}."
            )
    return "\n".join(lines) + "\n"
