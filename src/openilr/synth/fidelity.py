"""How close a synthetic sector came to its targets: each category of each margin, beside what the returns hold.

What is compared is read from the written returns and reference files, as a user would read them. A category is close
where it is within two percent of its target, or within sampling error: two standard errors of the share in a random
sample. Where people are counted more than once (aims, starts), the sample is one of people. Careers are drawn so that a
sector varies less than that from seed to seed (see ``decks``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from math import exp, factorial
from pathlib import Path
from typing import Any

import polars as pl

from openilr.collect import examine
from openilr.reference import Reference, load
from openilr.spec import AcademicYear
from openilr.store.enrich import whole_years
from openilr.synth.events import Event, careers
from openilr.synth.kinds import TRANSFER
from openilr.synth.targets import Margin, margins

#: Who the groups of the targets are, by the funding of the learner's aims. Of learners in several, the first counts.
_GROUPS = {
    "apprenticeship": pl.col("FundModel") == 36,
    "young": pl.col("FundModel") == 25,
    "tailored": pl.col("FundModel") == 11,
    "adult": pl.col("FundModel").is_in([38, 37, 99, 39]),
}
#: The aims whose achievement a published rate is about.
_RATED = _GROUPS | {
    "adult": pl.col("FundModel") == 38,
    "young": (pl.col("FundModel") == 25) & pl.col("ProgType").is_null(),
}
_ETHNICITY = {
    "White": range(31, 35), "Mixed": range(35, 39), "Asian": range(39, 44), "Black": range(44, 47), "Other": (47, 98),
    "Unknown": (99,),
}  # fmt: skip
_KINDS = (
    ("apprenticeship", pl.col("FundModel") == 36), ("t_level", pl.col("ProgType") == 31),
    ("study_programme", pl.col("FundModel") == 25), ("adult_skills", pl.col("FundModel") == 38),
    ("tailored_learning", pl.col("FundModel") == 11), ("bootcamp", pl.col("FundModel") == 37),
    ("short_course", pl.col("FundModel") == 39), ("higher_education", pl.col("sof") == "1"),
)  # fmt: skip
_KEY = ["file", "ref"]
_FEW, _TAIL = 5, 0.0228
#: How long after its planned end an aim may still be going on and then be achieved.
_LATE = timedelta(days=200)


@dataclass(frozen=True)
class Row:
    """One category: shares from 0 to 1, of ``count`` learners, aims, starts or providers.

    ``effect`` is the design effect: how many times the variance is that of a random sample of as many.
    """

    group: str
    characteristic: str
    category: str
    target: float
    found: float
    count: int
    source: str
    effect: float = 1.0

    @property
    def is_near(self) -> bool:
        """Within two percent."""
        return abs(self.found - self.target) <= 0.02 * self.target

    @property
    def is_close(self) -> bool:
        """Within two percent or sampling error."""
        size = self.count / self.effect
        error = 2 * (self.target * (1 - self.target) / max(size, 1)) ** 0.5
        return self.is_near or abs(self.found - self.target) <= error or self._is_rare_and_likely(size)

    def _is_rare_and_likely(self, size: float) -> bool:
        """Of a category of a few, two standard errors are no measure: not among the rarest 2.3 % at either end."""
        expected, count = self.target * size, round(self.found * size)
        if expected >= _FEW:
            return False
        chances = [exp(-expected) * expected**n / factorial(n) for n in range(count + 1)]
        return sum(chances) > _TAIL and 1 - sum(chances[:-1]) > _TAIL


@dataclass
class Fidelity:
    """Every target beside what came out."""

    rows: list[Row] = field(default_factory=list)
    careers: list[Event] = field(default_factory=list)
    records: list[Event] = field(default_factory=list)

    @property
    def score(self) -> float:
        """The share of targets that are close, from 0 to 1."""
        return sum(row.is_close for row in self.rows) / max(len(self.rows), 1)

    def text(self) -> str:
        lines = [f"{'group':<15}{'characteristic':<24}{'category':<18}{'target':>8}{'found':>8}      of"]
        for r in self.rows:
            mark = " " if r.is_close else "*"
            note = " (assumed)" if r.source.startswith("assumed") else ""
            shares = f"{r.target:>8.1%}{r.found:>8.1%} {mark}{r.count:>8,}{note}"
            lines.append(f"{r.group:<15}{r.characteristic:<24}{r.category:<18}{shares}")
        close = sum(row.is_close for row in self.rows)
        near = sum(row.is_near for row in self.rows)
        score = f"{close} of {len(self.rows)} targets within 2 % or sampling error: {self.score:.0%}"
        lines += ["", f"{score} ({near} within 2 %)"]
        for title, events in (("What happens in careers", self.careers), ("Records in the returns", self.records)):
            lines += ["", f"{title}:", *(f"{e.count:>11,} {e.unit:<11}{e.name}" for e in events)]
        return "\n".join(lines)


def compare(folder: Path) -> Fidelity:
    """Compare a sector that :func:`openilr.synth.sector.write_sector` wrote with the targets.

    Each person is counted once: in the earliest return that holds them. ValueError where the folder
    holds no returns.
    """
    files = sorted(folder.glob("*-R*/ILR-*.xml"))
    if not files:
        raise ValueError(f"{folder} holds no returns of a synthetic sector.")
    reference = load(folder / "reference")
    records: Counter[str] = Counter()
    parts = [part for file in files for part in _read(file, records)]
    seen, aims = pl.concat([learner for learner, _ in parts]), pl.concat([aim for _, aim in parts])
    del parts
    learners = seen.unique("ref", keep="first", maintain_order=True)
    return Fidelity(
        list(_rows(_described(learners, aims, reference), aims, reference)),
        careers(seen, aims),
        [Event(name, count, "records") for name, count in sorted(records.items())],
    )


def _read(file: Path, records: Counter[str]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Learners and aims of one return, as few columns as are counted; ``records`` gets the records of each entity."""
    ukprn = file.name.split("-")[1]
    year = file.name.split("-")[2]
    named = [pl.lit(year).alias("year"), pl.lit(ukprn).alias("ukprn"), pl.lit(file.name).alias("file")]
    with examine(file).stream(batch=20_000) as stream:
        for tables in stream:
            records.update({name: frame.height for name, frame in tables.frames.items()})
            learner = tables.frames["Learner"].select(
                "row", "DateOfBirth", "Ethnicity", "Sex", "LLDDHealthProb", "Postcode", *named,
                ref=pl.col("LearnRefNumber"),
            )  # fmt: skip
            funding = tables.frames["LearningDeliveryFAM"].filter(pl.col("LearnDelFAMType") == "SOF")
            sof = funding.select(row="parent", sof="LearnDelFAMCode").unique("row")
            again = tables.frames["LearningDeliveryFAM"].filter(pl.col("LearnDelFAMType") == "RES").select(row="parent")
            aim = tables.frames["LearningDelivery"].join(sof, on="row", how="left")
            aim = aim.with_columns(again=pl.col("row").is_in(again["row"].implode()))
            who = learner.select("ref", "DateOfBirth", "Postcode", learner="row")
            aim = aim.join(who, on="learner").select(
                "SWSupAimId", "ref", "DateOfBirth", "LearnAimRef", "FundModel", "ProgType", "AimType", "StdCode",
                "LearnStartDate", "OrigLearnStartDate", "LearnPlanEndDate", "LearnActEndDate", "WithdrawReason",
                "Postcode", "DelLocPostCode", "CompStatus", "Outcome", "AchDate", "sof", "again", *named,
            )  # fmt: skip
            yield learner, aim


def _described(learners: pl.DataFrame, aims: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Learners with the group and kind of their first aim, region, quintile and age."""
    kind = pl.lit("loan")
    for name, test in reversed(_KINDS):
        kind = pl.when(test).then(pl.lit(name)).otherwise(kind)
    group = pl.lit("adult")
    for name, test in reversed(_GROUPS.items()):
        group = pl.when(test).then(pl.lit(name)).otherwise(group)
    firsts = aims.sort("LearnStartDate").unique(_KEY, keep="first", maintain_order=True)
    first = firsts.select(*_KEY, "LearnStartDate", kind=kind, group=group)
    places = reference["postcodes"].select(Postcode="pcds", region="rgn", rank="imd")
    age = _age(pl.col("LearnStartDate"))
    band = pl.when(age < 19).then(pl.lit("16-18")).when(age < 25).then(pl.lit("19-24")).when(age < 50)
    ethnicity = pl.lit("Unknown")
    for name, codes in _ETHNICITY.items():
        ethnicity = pl.when(pl.col("Ethnicity").is_in(list(codes))).then(pl.lit(name)).otherwise(ethnicity)
    return (
        learners.join(first, on=_KEY)
        .join(places, on="Postcode", how="left")
        .with_columns(
            sex=pl.col("Sex"),
            lldd=pl.col("LLDDHealthProb").cast(pl.String),
            ethnicity=ethnicity,
            quintile=((pl.col("rank") - 1) * 5 // 33_755 + 1).cast(pl.String),
            age=band.then(pl.lit("25-49")).otherwise(pl.lit("50+")),
        )
    )


def _age(day: pl.Expr) -> pl.Expr:
    return whole_years(pl.col("DateOfBirth"), day)


def _rows(learners: pl.DataFrame, aims: pl.DataFrame, reference: Reference) -> Iterator[Row]:
    first, last = AcademicYear(str(aims["year"].min())).start, AcademicYear(str(aims["year"].max())).end
    starts = _starts(aims.filter(pl.col("LearnStartDate") >= first), reference)
    # Who leaves early is known long before those who finish, and those who left before the first year are not seen at
    # all. So rates are of the aims whose whole length, with time to finish late, lies within the years.
    whole = aims.filter((pl.col("LearnStartDate") >= first) & (pl.col("LearnPlanEndDate") <= last - _LATE))
    for (group, characteristic), margin in margins().items():
        if group == "sector":
            values = learners.select("ref", value="kind")
        elif group == "provider":
            values = _sizes(starts)
        elif characteristic.startswith("achieved"):
            part = characteristic.removeprefix("achieved").strip()
            values = _achieved(whole.filter(_RATED[group]), group, part, reference)
        elif characteristic == "learning_after":
            values = _learning_after(aims)
        elif group == "apprenticeship" and characteristic in starts.columns:
            values = starts.select("ref", value=characteristic)
        else:
            values = learners.filter(pl.col("group") == group).select("ref", value=characteristic)
        if not values.is_empty():  # the years asked for may be too few for what takes long
            yield from _against(margin, values)


def _starts(aims: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Apprenticeships of the years with what is counted of them: each start once, restarts not at all."""
    standards = reference["lars_standard"].select("StandardCode", "NotionalEndLevel", "SectorSubjectAreaTier1")
    programmes = aims.filter((pl.col("FundModel") == 36) & (pl.col("AimType") == 1) & ~pl.col("again"))
    programmes = programmes.unique(["ukprn", "ref", "StdCode", "LearnStartDate"])
    joined = programmes.join(standards, left_on="StdCode", right_on="StandardCode")
    places = reference["postcodes"].select("pcds", "rgn")
    joined = joined.join(places.rename({"rgn": "home"}), left_on="Postcode", right_on="pcds", how="left")
    joined = joined.join(places.rename({"rgn": "taught"}), left_on="DelLocPostCode", right_on="pcds", how="left")
    same = pl.when(pl.col("home") == pl.col("taught")).then(pl.lit("same region")).otherwise(pl.lit("another region"))
    place = joined.group_by("StdCode").len().sort("len", "StdCode", descending=True).with_row_index("place", 1)
    joined = joined.join(place.select("StdCode", "place"), on="StdCode")
    rank: Any = pl.lit("others")
    for last, words in ((11, "7th to 11th"), (6, "2nd to 6th"), (1, "largest")):
        rank = pl.when(pl.col("place") <= last).then(pl.lit(words)).otherwise(rank)
    age = _age(pl.col("LearnStartDate"))
    band = pl.when(age < 19).then(pl.lit("16-18")).when(age < 25).then(pl.lit("19-24")).otherwise(pl.lit("25+"))
    return joined.select(
        "ref",
        "ukprn",
        level_age=_level() + "|" + band,
        delivery=same,
        subject=pl.col("SectorSubjectAreaTier1").cast(pl.Int32).cast(pl.String),
        standard=rank,
    )


def _level() -> pl.Expr:
    """The published level of a standard: 2, 3 or 4+."""
    level = pl.col("NotionalEndLevel")
    return pl.when(level.cast(pl.Int32) >= 4).then(pl.lit("4+")).otherwise(level)


#: The most starts that a provider of each published band has, and the mean of all providers.
_SIZES = {12: "up to 12", 35: "13 to 35", 104: "36 to 104", 280: "105 to 280", 563: "281 to 563", 895: "564 to 895",
          3337: "896 to 3337"}  # fmt: skip
_MEAN_SIZE = 284


def _sizes(starts: pl.DataFrame) -> pl.DataFrame:
    """Providers of apprenticeships by the band of their starts, as if their mean were that of the published ones."""
    each = starts.group_by("ukprn").len()
    scaled = pl.col("len") * _MEAN_SIZE / pl.col("len").mean()
    band: Any = pl.lit("over 3337")
    for most, name in reversed(_SIZES.items()):
        band = pl.when(scaled <= most + 0.5).then(pl.lit(name)).otherwise(band)
    return each.select(ref="ukprn", value=band)


def _achieved(aims: pl.DataFrame, group: str, part: str, reference: Reference) -> pl.DataFrame:
    """Of aims that are over (apprenticeships: programme aims), whether they were achieved. Transfers do not count.

    ``part`` is an age at the start or a level of an apprenticeship; empty for all.
    """
    left = pl.col("CompStatus").is_in([2, 3]) & pl.col("WithdrawReason").ne_missing(TRANSFER)
    over = aims.filter(pl.col("LearnActEndDate").is_not_null() & left)
    if group == "apprenticeship":
        over = over.filter(pl.col("AimType") == 1)
    over = over.unique("SWSupAimId", keep="last", maintain_order=True)
    if part.startswith("level") and group == "apprenticeship":
        standards = reference["lars_standard"].select("StandardCode", "NotionalEndLevel")
        over = over.join(standards, left_on="StdCode", right_on="StandardCode").filter(_level() == part.split()[1])
    elif part.startswith("level"):
        listed = reference["lars"].select("LearnAimRef", level="NotionalNVQLevelv2")
        over = over.join(listed, on="LearnAimRef").filter(pl.col("level").is_in(part.split()[1::2]))
    elif part:
        age = _age(pl.coalesce("OrigLearnStartDate", "LearnStartDate"))
        band = pl.when(age < 19).then(pl.lit("16-18")).when(age < 24).then(pl.lit("19-23")).otherwise(pl.lit("24+"))
        over = over.filter(band == part)
    return over.select("ref", value=pl.when(pl.col("Outcome") == 1).then(pl.lit("yes")).otherwise(pl.lit("no")))


def _learning_after(aims: pl.DataFrame) -> pl.DataFrame:
    """Whether adults who achieved in education and training learn in each month from October to March after it.

    One answer for each learner, provider and year; only of years whose next one has returns.
    """
    last = aims.sort("file").unique("SWSupAimId", keep="last", maintain_order=True)
    adult = pl.col("FundModel").is_in([11, 38]) | ((pl.col("FundModel") == 99) & (pl.col("sof").ne_missing("1")))
    found = []
    years = sorted(aims["year"].unique())
    for year in (AcademicYear(name) for name in years):
        if year.next.name not in years:
            continue
        ended = pl.col("LearnActEndDate").is_between(year.start, year.end) & (pl.col("Outcome") == 1)
        of_age = _age(pl.lit(year.august_31)) >= 19
        who = last.filter(adult & ended & of_age).select("ref", "ukprn").unique()
        months = pl.DataFrame({"first": pl.date_range(*_window(year), "1mo", eager=True)})
        ends = pl.col("LearnActEndDate").fill_null(year.next.end)
        running = (pl.col("LearnStartDate") <= pl.col("first").dt.month_end()) & (ends >= pl.col("first"))
        seen = last.join(months, how="cross").filter(running).group_by("ref").agg(pl.col("first").n_unique())
        kept = seen.filter(pl.col("first") == months.height)["ref"]
        answer = pl.when(pl.col("ref").is_in(kept.implode())).then(pl.lit("yes")).otherwise(pl.lit("no"))
        found.append(who.select("ref", value=answer))
    return pl.concat(found) if found else pl.DataFrame()


def _window(year: AcademicYear) -> tuple[date, date]:
    """The first days of October and of March in the year after."""
    return date(year.end.year, 10, 1), date(year.end.year + 1, 3, 1)


def _against(margin: Margin, values: pl.DataFrame) -> Iterator[Row]:
    """The margin's categories of ``value``; what is in none of them is left out of the denominator, as published shares
    do. ``ref`` says whose value it is.
    """
    values = values.filter(pl.col("value").is_in(list(margin.values)))
    counts = dict(values["value"].value_counts().iter_rows())
    for category in margin.values:
        found = counts.get(category, 0) / values.height if values.height else 0.0
        yield Row(
            margin.group,
            margin.characteristic,
            category,
            margin.share(category),
            found,
            values.height,
            margin.sources[category],
            _design_effect(values, category, found),
        )


def _design_effect(values: pl.DataFrame, category: str, share: float) -> float:
    """How many times the variance of a share is that of a random sample, as some people are counted several times."""
    if not 0 < share < 1:
        return 1.0
    off = (pl.col("value") == category).cast(pl.Float64) - share
    by_person = values.group_by("ref").agg(off.sum().alias("off"))["off"]
    return max(1.0, float((by_person**2).sum()) / (values.height * share * (1 - share)))


def write_plots(found: Fidelity, folder: Path) -> list[Path]:
    """One SVG for each group: a bar of what came out, and a line where the target is."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = dict.fromkeys(row.group for row in found.rows)
    return [_plot(group, [row for row in found.rows if row.group == group], folder) for group in groups]


def _plot(group: str, rows: list[Row], folder: Path) -> Path:
    height, left, width = 18, 230, 420
    most = max(max(row.target, row.found) for row in rows) or 1
    parts = []
    for i, row in enumerate(rows):
        label = escape(f"{row.characteristic} {row.category}")
        y, colour = 40 + i * height, "#1d70b8" if row.is_close else "#d4351c"
        mark = left + row.target / most * width
        parts.append(
            f'<text x="{left - 8}" y="{y + 11}" text-anchor="end">{label}</text>'
            f'<rect x="{left}" y="{y}" width="{row.found / most * width:.1f}" height="13" fill="{colour}"/>'
            f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="{y - 2}" y2="{y + 15}" stroke="#0b0c0c" stroke-width="2"/>'
            f'<text x="{left + width + 8}" y="{y + 11}">{row.found:.1%} ({row.target:.1%})</text>'
        )
    path = folder / f"{group}.svg"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 120}" height="{60 + len(rows) * height}" '
        f'font-family="sans-serif" font-size="11" role="img"><title>{escape(group)}: what came out</title>'
        f'<text x="8" y="20" font-size="14">{escape(group)}: bars came out, lines are targets; red is off</text>'
        + "".join(parts)
        + "</svg>\n",
        encoding="utf-8",
    )
    return path
