"""The official sample files: exactly what is found in them, with and without reference data, alone and in company.

``docs/official-samples.md`` says of each finding why it is right. Where a rule changes on purpose, print the new lists
with ``python -m tests.official.test_samples``, read what came and went against the record and the rule's text, and
bring both the lists below and that page up to date.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from openilr.validate import validate
from tests.official.conftest import FOLDER
from tests.official.made_reference import write_reference

AS_OF = datetime(2026, 6, 30, 12)
PAGE = Path(__file__).parents[2] / "docs" / "official-samples.md"
LEARNERS = {"1819": 18, "2526": 19, "2627": 16}

#: Rule, then the lines of its findings; "-" stands for the file as a whole.
FINDINGS = {
    "1819": """
        Schema 127
    """,
    "2526": """
        Filename_1 -
        ULN_02 394 1333
        ULN_03 375 1112 1205 1302 1441 1504
        ULN_04 1359
        EmpStat_11 1139 1155 1171 1187 1229 1246 1262 1278
        EmpStat_08 1467 1485 1530 1566
        R_152 1549 1554 1559
        WorkPlaceStartDate_02 1293
        LearnDelFAMDateFrom_02 251 333 362
        LearnDelFAMType_111 1467 1485 1530 1566
        QUALENT3_02 676
        AchDate_07 1530
        LearnActEndDate_04 91 313 1530 1566
        R_07 313 344
        R_59 268 1036
        R_123 1010
        R_131 557 1441 1504
        PHours_07 1333
        FundModel_19 1077
        FundModel_17 232
        FundModel_10 1077
        LearnAimRef_154 1566
        LearnPlanEndDate_02 1139 1155 1171 1187
        EngGrade_01 1112 1205
        MathGrade_04 111
        MathGrade_01 1112 1205
        PlanLearnHours_01 1441
        PriorAttain_01 1441 1504
        LearnDelFAMDateFrom_06 1549 1554 1559
    """,
    "2627": """
        Schema 1259
        Filename_1 -
        ULN_03 774 867
        ULN_04 968 1030 1112 1175 1258
        EmpStat_11 801 817 833 849 891 912 928 944
        EmpStat_08 1138 1156 1201 1237
        R_152 1220 1225 1230
        WorkPlaceStartDate_02 959
        LearnDelFAMDateFrom_02 651
        LearnDelFAMType_111 1138 1156 1201 1237
        QUALENT3_02 457
        LearnDelFAMType_01 1288 1304
        FD_LearnRefNumber_AP 1259
        FD_LearnRefNumber_AL 1259
        R_102 635
        R_131 338 1112 1175
        FundModel_19 739
        FundModel_10 739
        LearnAimRef_154 1237
        LearnPlanEndDate_02 801 817 833 849
        EngGrade_01 774 867
        MathGrade_04 115
        MathGrade_01 774 867
        PlanLearnHours_01 1112 1258
        PriorAttain_09 1274
        PriorAttain_01 1112 1175
        LearnDelFAMDateFrom_06 1220 1225 1230
        ESMType_21 1288
    """,
}

#: What comes on top with the reference files of ``made_reference``.
WITH_REFERENCE = {
    "2526": """
        LearnDelFAMType_81 313 344
        LSDPostcode_01 313 344
    """,
    "2627": "",
}


def sample_of(folder: Path, year: str) -> Path:
    (sample,) = (folder / year).glob("ILR-*.xml")
    return sample


def listed(text: str) -> Counter[tuple[str, int | None]]:
    rows = [line.split() for line in text.split("\n") if line.strip()]
    return Counter((rule, None if line == "-" else int(line)) for rule, *lines in rows for line in lines)


def found(sample: Path, reference: Path | None = None) -> Counter[tuple[str, int | None]]:
    findings = validate(sample, reference=reference, as_of=AS_OF).findings
    return Counter(zip(findings["rule"], findings["line"], strict=True))


def without_name(report: dict) -> list[dict]:
    """The findings of a report, but for those about the name of the file."""
    return [v for v in report["violations"] if not v["rule"].lower().startswith("filename")]


@pytest.mark.parametrize("year", LEARNERS)
def test_the_findings_without_reference_data(year, official):
    sample = sample_of(official, year)
    assert found(sample) == listed(FINDINGS[year])
    assert validate(sample, as_of=AS_OF).counts["learners"] == LEARNERS[year]


def on_page(heading: str) -> Counter[tuple[str, int | None]]:
    """The findings in the table below a heading of the page."""
    section = PAGE.read_text(encoding="utf-8").split(f"# {heading}\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in row.split("|")] for row in section.split("\n") if row.startswith("| ")]
    return listed("\n".join(f"{rule} {lines}" for _, rule, _, lines, *_ in rows if rule != "Rule"))


@pytest.mark.parametrize(
    ("year", "heading"), [("1819", "2018-19"), ("2526", "2025-26"), ("2627", "2026-27")], ids=list(LEARNERS)
)
def test_the_page_explains_every_finding(year, heading):
    assert on_page(heading) == listed(FINDINGS[year])
    if year in WITH_REFERENCE:
        assert on_page(f"{heading} with made reference data") == listed(WITH_REFERENCE[year])


@pytest.mark.parametrize("year", LEARNERS)
def test_the_schema_findings(year, official):
    """One in 2018-19, none in 2025-26, one in 2026-27."""
    schema = [(rule, line) for rule, line in found(sample_of(official, year)) if rule == "Schema"]
    assert schema == {"1819": [("Schema", 127)], "2526": [], "2627": [("Schema", 1259)]}[year]


@pytest.mark.parametrize("year", WITH_REFERENCE)
def test_the_findings_with_reference_data(year, official, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENILR_CACHE", str(tmp_path / "cache"))
    sample = sample_of(official, year)
    reference = write_reference(sample, tmp_path / "reference")
    assert found(sample, reference) == listed(FINDINGS[year]) + listed(WITH_REFERENCE[year])
    left = {entry["rule"] for entry in validate(sample, reference=reference, as_of=AS_OF).not_run}
    assert left == {"Inconsistent UKPRN", "Filename_2", "Filename_8"}


@pytest.mark.parametrize("year", LEARNERS)
def test_the_same_findings_in_a_zip(year, official, tmp_path):
    sample = sample_of(official, year)
    packed = tmp_path / sample.with_suffix(".zip").name
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(sample, sample.name)
    plain, zipped = (validate(path, as_of=AS_OF).to_dict() for path in (sample, packed))
    assert without_name(zipped) == without_name(plain)
    assert zipped["counts"]["learners"] == LEARNERS[year]


def test_the_same_findings_among_a_hundred(official, tmp_path):
    """One call on a folder: 34 or 33 copies of each sample, under names of their own."""
    alone = {year: without_name(validate(sample_of(official, year), as_of=AS_OF).to_dict()) for year in LEARNERS}
    for number in range(100):
        year = list(LEARNERS)[number % 3]
        stamp = f"{number // 60:02}{number % 60:02}00"
        shutil.copy(sample_of(official, year), tmp_path / f"ILR-99999999-{year}-20260102-{stamp}-01.xml")
    command = ["validate", str(tmp_path), "--format", "json", "--as-of", "2026-06-30", "--quiet"]
    done = subprocess.run([sys.executable, "-m", "openilr", *command], capture_output=True, timeout=400)
    assert done.returncode == 1, done.stderr.decode()
    reports = json.loads(done.stdout)
    assert len({report["file"] for report in reports}) == 100
    for report in reports:
        assert without_name(report) == alone[report["year"]], report["file"]


def _print_lists() -> None:
    from tempfile import TemporaryDirectory

    def table(counted: Counter[tuple[str, int | None]]) -> str:
        rules: dict[str, list[str]] = {}
        for (rule, line), times in counted.items():
            rules.setdefault(rule, []).extend([str(line or "-")] * times)
        return "".join(f"        {rule} {' '.join(lines)}\n" for rule, lines in rules.items())

    for year in LEARNERS:
        plain = found(sample_of(FOLDER, year))
        print(f'    "{year}": """\n{table(plain)}    """,')
        if year in WITH_REFERENCE:
            with TemporaryDirectory() as folder:
                more = found(sample_of(FOLDER, year), write_reference(sample_of(FOLDER, year), Path(folder)))
            print(f'with reference\n    "{year}": """\n{table(more - plain)}    """,')


if __name__ == "__main__":
    _print_lists()
