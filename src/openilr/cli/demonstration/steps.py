"""The steps of the demonstration, in the order of the stages. To add one, add it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Command:
    """A command line, the exit codes that it may end with, and how many lines of what it prints are shown."""

    line: str
    ends: tuple[int, ...] = (0,)
    lines: int | None = None


@dataclass(frozen=True)
class Step:
    """``made`` names what the step leaves in the folder to look at, with words about it; ``sandbox`` says that it runs
    a research session, and is left out where this computer can not."""

    title: str
    words: str
    commands: tuple[Command, ...]
    made: tuple[tuple[str, str], ...] = ()
    sandbox: bool = False


#: A day after the last return of 2025-26 was made: so that the demonstration says the same on any day.
_DAY = "2026-10-21"

_CHECK = f"sector/2526-R14 --reference sector/reference --as-of {_DAY} --quiet"
_SUBMIT = f"--return R14 --store store --as-of {_DAY} --quiet"
#: The first project of a store, in the year in which it is applied for.
_PROJECT = f"P-{date.today():%Y}-001"
_RELEASE = "store/releases/2526-R14-1"
_LEARNERS = f"{_RELEASE}/data/fe_skills_region_district"
_RATES = f"{_RELEASE}/data/achievement_rates_education"
_APPRENTICES = f"{_RELEASE}/data/apprenticeships_characteristics"

STEPS = (
    Step(
        "A made-up sector",
        "Providers and their learners over two years, and what schools, universities, HMRC and DWP know of them.\n"
        "Nobody in it exists. In every twentieth learner record a fault is planted.",
        (Command("ilr synth sector --learners 2000 --providers 8 --years 2425,2526 --faults 0.05 --linked --quiet"),),
        (("sector", "returns as providers send them, reference data, linked sources, and the truth about all of it"),),
    ),
    Step(
        "A provider checks its return",
        "Every published rule that can be judged, each finding explained. Then the planted faults are counted again.",
        (
            Command(f"ilr validate {_CHECK} --output report.html", (1,)),
            Command(f"ilr validate sector/2425-R14 {_CHECK} --format jsonl --output report.jsonl", (1,)),
            Command("ilr synth sector --score report.jsonl", lines=100),
        ),
        (("report.html", "what is wrong with the returns, for a person: open it in a browser"),),
    ),
    Step(
        "A steward takes the returns in",
        "Learners without errors are accepted; what identifies people goes encrypted into a vault. A return is frozen\n"
        "as a snapshot that never changes, and the quality of each field is stated.",
        (
            Command("ilr store init --store store"),
            Command("ilr reference add sector/reference --store store"),
            Command(f"ilr store submit sector/2425-R14 {_SUBMIT} --output received-2425.txt", (0, 1)),
            Command(f"ilr store submit sector/2526-R14 {_SUBMIT} --output received-2526.txt", (0, 1)),
            Command("ilr store returns --store store --year 2526"),
            Command("ilr store freeze 2425 R14 --store store"),
            Command("ilr store freeze 2526 R14 --store store"),
            Command("ilr store quality --store store --year 2526 --format html --output quality.html"),
        ),
        (
            ("received-2526.txt", "what was found, accepted and refused, provider by provider"),
            ("store", "the store: tables, vault, snapshots, projects, published data sets"),
            ("quality.html", "how good each field is"),
        ),
    ),
    Step(
        "What the record says",
        "Unprotected numbers, for people with the right to see them.",
        (
            Command("ilr measure starts --store store --year 2526 --by level"),
            Command("ilr measure participation --store store --year 2526 --by age"),
            Command("ilr measure qar --store store --year 2526 --programme all"),
            Command("ilr measure qar --store store --year 2526 --by level --format html --output rates.html"),
        ),
        (("rates.html", "achievement rates by level: a chart with its table"),),
    ),
    Step(
        "Linked to the rest of a life",
        "The linker sees identifiers and nothing else, and writes keys and nothing else; analysis sees keys.",
        (
            Command("ilr link add sector/linked --store store"),
            Command("ilr link run --store store --quiet"),
            Command("ilr link report --store store --format html --output links.html --quiet", (0, 1)),
            Command("ilr measure outcomes --store store --year 2425 --format csv"),
        ),
        (("links.html", "how many were linked, how surely, and for whom it works less well"),),
    ),
    Step(
        "From a question to data",
        "A researcher applies, and gets a synthetic twin to write the analysis with. A steward who is somebody else\n"
        "approves, and the extract holds what the question needs and nothing more.",
        (
            Command("ilr project people add steward --role steward --store store --by steward"),
            Command("ilr project people add checker --role checker --store store --by steward"),
            Command(
                "ilr project people add researcher --role researcher --accreditation AR-12345 --accreditation-until "
                "2035-03-31 --training-until 2034-12-31 --store store --by steward"
            ),
            Command("ilr project check application.toml --store store"),
            Command("ilr project apply application.toml --by researcher --store store"),
            Command(f"ilr project twin {_PROJECT} --output twin --store store"),
            Command(f"ilr project approve {_PROJECT} --by steward --reason 'Serves the public.' --store store"),
            Command(f"ilr project extract {_PROJECT} --by steward --store store --quiet"),
        ),
        (("twin", "a synthetic twin of the extract: same tables and columns, none of the people"),),
    ),
    Step(
        "From data to checked results",
        "The analysis runs in a sandbox without a network. A checker, who is somebody else again, looks at its\n"
        "outputs. One is refused, made safer and released; the other waits for a checker in the browser.",
        (
            Command(f"ilr project run {_PROJECT} analysis.py --twin twin --by researcher --store store --quiet"),
            Command(f"ilr project run {_PROJECT} analysis.py --by researcher --store store --quiet"),
            Command(f"ilr project outputs {_PROJECT} aims-by-distance --by checker --store store", (0, 1)),
            Command(f"ilr project outputs {_PROJECT} aims-by-distance --apply suppress --by researcher --store store"),
            Command(
                f"ilr project release {_PROJECT} aims-by-distance --by checker --reason 'Small groups are hidden.' "
                "--output released --store store"
            ),
            Command(f"ilr project report {_PROJECT} --store store"),
        ),
        (("released", "what left: the files, and the receipts"),),
        sandbox=True,
    ),
    Step(
        "Protected and published",
        "All breakdowns and totals of a data set are protected together: every published sum still adds up.\n"
        "Two data sets come out at once; the third waits until a steward approves it in the browser.",
        (
            Command(
                "ilr publish build --store store --year 2526 --quiet --only "
                "fe_skills_region_district,achievement_rates_education,apprenticeships_characteristics"
            ),
            # Districts are invented, so what the release says of them is what they are screened with.
            Command(f"ilr publish check {_LEARNERS}.csv {_LEARNERS}.meta.csv --lists {_RELEASE}/places", lines=30),
            Command(
                f"ilr publish add {_LEARNERS}.csv {_LEARNERS}.meta.csv --store store "
                "--title 'Learners by region and district'"
            ),
            Command(
                f"ilr publish add {_RATES}.csv {_RATES}.meta.csv --store store "
                "--title 'Achievement rates of education and training'"
            ),
            Command(
                f"ilr publish add {_APPRENTICES}.csv {_APPRENTICES}.meta.csv --store store "
                "--title 'Apprenticeships by learner characteristics' --draft"
            ),
            Command("ilr users demo --store store"),
        ),
        ((_RELEASE, "the release: data sets as CSV, Parquet, XLSX and ODS, with guidance"),),
    ),
)
