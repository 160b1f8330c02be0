"""The rules about the file itself, on real files: each fires where it should and on nothing else."""

import io
import zipfile
from datetime import date, datetime

import pytest

from openilr import years
from openilr.reference import Reference
from openilr.validate import validate
from openilr.validate.file_level import FILE_RULES, SERVICE_ONLY
from tests.collect.messages import document, message

YEARS = ("2526", "2627")
UKPRN = "10000000"  # the UKPRN in the header of the made-up message
NOON = datetime(2026, 11, 2, 12, 0, 0)
WITH_PUBLISHED_NAME = {
    "2526": ("Namespace Mismatch", "Protected ZIP file"),
    "2627": ("Namespace_Mismatch", "Protected_ZIP_file"),
}


def name_of(year="2526", ukprn=UKPRN, moment="20261102-120000", serial="-01", ending=".XML"):
    return f"ILR-{ukprn}-{year}-{moment}{serial}{ending}"


def xml_of(year="2526", **changes):
    """A return of one learner. ``changes`` are (old, new) pairs of text, by any name."""
    text = document(message(year, full=False))
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new, 1)
    return text


def found(path, by="2526", **more):
    """Ids of the file-level rules (by the names of one year) that fire, and the report."""
    own = ["Schema", *(id for id in years.load(by).rules if id in FILE_RULES)]
    report = validate(path, **({"as_of": NOON, "rules": own} | more))
    return [r for r in report.findings["rule"].to_list() if r != "Schema"], report


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def zipped(folder, name, members):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return path


def message_of(report, rule):
    return report.findings.filter(report.findings["rule"] == rule)["message"].item()


@pytest.mark.parametrize("year", YEARS)
def test_every_file_level_rule_of_the_year_is_there(year):
    published = {id for id, rule in years.load(year).rules.items() if rule.category == "File Level"}
    assert len(published) == 17
    assert published <= set(FILE_RULES) | set(SERVICE_ONLY)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("ending", [".XML", ".xml"])
def test_a_proper_file_breaks_none(tmp_path, year, ending):
    rules, report = found(write(tmp_path, name_of(year, ending=ending), xml_of(year)), year)
    assert rules == []
    assert report.readable and report.year == year


# The name ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"serial": ""}, ["Filename_1"]),
        ({"serial": "-1"}, ["Filename_5", "Filename_1"]),
        ({"serial": "-001"}, ["Filename_5", "Filename_1"]),
        ({"serial": "-A1"}, ["Filename_5"]),
        ({"serial": "-0A"}, ["Filename_5"]),
        ({"serial": "-00"}, ["Filename_6"]),
        ({"serial": "-99"}, []),
        ({"moment": "20261102-120001"}, ["Filename_7"]),
        ({"moment": "20261102-115959"}, []),
        ({"moment": "20261103-000000"}, ["Filename_7"]),
        ({"moment": "20261131-120000"}, ["Filename_1"]),  # no such day
        ({"moment": "20261102-250000"}, ["Filename_1"]),  # no such hour
        ({"moment": "2026112-120000"}, ["Filename_1"]),
        ({"moment": "20261102-1200"}, ["Filename_1"]),
        ({"moment": "20261102120000"}, ["Filename_1"]),
        ({"ukprn": "1000000"}, ["Header_3", "Filename_1"]),
        ({"ukprn": "1000000²"}, ["Header_3", "Filename_1"]),
        ({"ukprn": "10000001"}, ["Header_3"]),
        ({"year": "2425"}, ["Filename_4"]),
        ({"ending": ".txt"}, ["Filename_1"]),
    ],
)
def test_names(tmp_path, year, changes, expected):
    path = write(tmp_path, name_of(**({"year": year} | changes)), xml_of(year))
    rules, _ = found(path, year)
    assert rules == expected


@pytest.mark.parametrize(
    "name", ["return.xml", "ILR.xml", "ILR-10000000.XML", "ILS-10000000-2526-20261102-120000-01.XML"]
)
def test_names_of_another_shape(tmp_path, name):
    assert found(write(tmp_path, name, xml_of()))[0] == ["Filename_1"]


def test_the_missing_serial_number_is_named(tmp_path):
    _, report = found(write(tmp_path, name_of(serial=""), xml_of()))
    assert "serial number" in message_of(report, "Filename_1")


def test_a_day_as_clock_means_its_end(tmp_path):
    path = write(tmp_path, name_of(moment="20261102-235959"), xml_of())
    assert found(path, as_of=date(2026, 11, 2))[0] == []
    assert found(path, as_of=date(2026, 11, 1))[0] == ["Filename_7"]


def organisations(*ukprns):
    return Reference.from_frames({"organisations": [{"UKPRN": str(u), "LegalOrgType": "UGFE"} for u in ukprns]})


@pytest.mark.parametrize("year", YEARS)
def test_the_provider_of_the_name_is_known(tmp_path, year):
    path = write(tmp_path, name_of(year), xml_of(year))
    assert found(path, year, reference=organisations(10000000))[0] == []
    rules, report = found(path, year, reference=organisations(10000001))
    assert rules == ["Filename_3"]
    assert UKPRN in message_of(report, "Filename_3")
    _, without = found(path, year)
    assert {"rule": "Filename_3", "needs": ["organisations"]} in without.not_run


def test_the_provider_of_an_unreadable_name_is_not_looked_up(tmp_path):
    path = write(tmp_path, name_of(ukprn="1000000²"), xml_of())
    assert found(path, reference=organisations(10000001))[0] == ["Header_3", "Filename_1"]


# Files that came before ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ([], []),
        ([{"moment": "20261102-120000", "serial": "-02"}], ["Filename_8", "Filename_2"]),
        ([{"moment": "20261102-120001"}], ["Filename_8"]),
        ([{"moment": "20261102-115959"}], []),
        ([{"moment": "20261102-120001", "ukprn": "10000001"}], []),
        ([{"moment": "20261102-120001", "year": "2425"}], []),
        ([{"moment": "20261101-120000"}, {"moment": "20261102-120001"}], ["Filename_8"]),
    ],
)
def test_after_other_files(tmp_path, year, before, expected):
    path = write(tmp_path, name_of(year), xml_of(year))
    received = [name_of(**({"year": year} | b)) for b in before]
    assert found(path, year, received=received)[0] == expected


def test_without_a_store_the_two_rules_are_listed_as_not_run(tmp_path):
    _, report = found(write(tmp_path, name_of(), xml_of()))
    not_run = {item["rule"]: item for item in report.not_run}
    assert {"Filename_2", "Filename_8"} <= set(not_run)
    assert all(not_run[id]["needs"] == ["store"] and not_run[id]["reason"] for id in ("Filename_2", "Filename_8"))


# The header ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("day", "expected"), [("2026-11-01", []), ("2026-11-02", []), ("2026-11-03", ["Header_2"])])
def test_the_day_of_preparation(tmp_path, year, day, expected):
    text = xml_of(year, day=("<FilePreparationDate>2009-02-27", f"<FilePreparationDate>{day}"))
    rules, report = found(write(tmp_path, name_of(year), text), year)
    assert rules == expected
    if expected:
        assert day in report.findings["fields"].item()


@pytest.mark.parametrize("year", YEARS)
def test_ukprns_of_name_header_and_provider(tmp_path, year):
    inside = ("<LearningProvider>\n\t\t<UKPRN>10000000<", "<LearningProvider>\n\t\t<UKPRN>10000001<")
    rules, report = found(write(tmp_path, name_of(year), xml_of(year, provider=inside)), year)
    assert rules == ["UKPRN_03"]
    assert "10000001" in message_of(report, "UKPRN_03") and "10000000" in message_of(report, "UKPRN_03")
    source = (
        "Personal</ProtectiveMarking>\n\t\t\t<UKPRN>10000000<",
        "Personal</ProtectiveMarking>\n\t\t\t<UKPRN>10000001<",
    )
    rules, _ = found(write(tmp_path, name_of(year), xml_of(year, source=source)), year)
    assert rules == ["Header_3", "UKPRN_03"]
    rules, _ = found(write(tmp_path, name_of(year, ukprn="10000001"), xml_of(year, p=inside, s=source)), year)
    assert rules == []


@pytest.mark.parametrize("year", YEARS)
def test_a_file_without_learners(tmp_path, year):
    text = xml_of(year)
    at, end = text.index("<Learner>"), text.index("</Learner>") + len("</Learner>")
    assert found(write(tmp_path, name_of(year), text[:at] + text[end:]), year)[0] == ["Entity_1"]


@pytest.mark.parametrize("text", ["", "this is no XML", "<Message", xml_of()[:-30]])
def test_nothing_is_said_of_learners_in_a_file_that_can_not_be_read(tmp_path, text):
    rules, report = found(write(tmp_path, name_of(), text))
    assert rules == []
    assert not report.readable
    assert "Schema" in report.findings["rule"].to_list()


# The year --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("wrong", ["ESFA/ILR/2030-31", "ESFA/ILR/2023-24", "ILR/2025-26", "esfa/ilr/2025-26", ""])
def test_a_namespace_of_no_year(tmp_path, year, wrong):
    text = xml_of(year, ns=(f'xmlns="{years.load(year).namespace}"', f'xmlns="{wrong}"' if wrong else ""))
    rules, report = found(write(tmp_path, name_of(year), text), year)
    assert rules == [WITH_PUBLISHED_NAME[year][0]]
    assert years.load(year).namespace in message_of(report, rules[0])


@pytest.mark.parametrize(("asked", "inside"), [YEARS, YEARS[::-1], ("2526", "2021"), ("2627", "1819")])
def test_a_file_of_another_year_than_asked_for(tmp_path, asked, inside):
    path = write(tmp_path, name_of(inside), document(message(inside, full=False)))
    rules, report = found(path, asked, year=asked)
    assert rules[0] == WITH_PUBLISHED_NAME[asked][0]
    assert "Filename_4" in rules
    assert report.year == asked
    assert [item["rule"] for item in report.not_run] == ["*"]
    assert years.load(inside).academic_year.label in report.not_run[0]["reason"]


@pytest.mark.parametrize("year", YEARS)
def test_the_year_asked_for(tmp_path, year):
    assert found(write(tmp_path, name_of(year), xml_of(year)), year, year=year)[0] == []


def test_without_a_year_the_namespace_decides(tmp_path):
    rules, report = found(write(tmp_path, name_of("2526"), xml_of("2627")), "2627")
    assert rules == ["Filename_4"]
    assert report.year == "2627"


# The container ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([name_of()], []),
        ([name_of(ending=".xml").lower()], []),
        (["inside/" + name_of()], []),
        ([name_of(serial="-02")], ["ZIP_INCONSISTENT_FILENAME"]),
        (["return.xml"], ["ZIP_INCONSISTENT_FILENAME"]),
        ([], ["ZIP_EMPTY"]),
        (["notes.txt"], ["ZIP_EMPTY"]),
        ([name_of(), name_of(serial="-02")], ["ZIP_EMPTY"]),
        ([name_of(), "notes.txt"], ["ZIP_EMPTY"]),
    ],
)
def test_zips(tmp_path, year, members, expected):
    named = [m.replace("2526", year) for m in members]
    path = zipped(tmp_path, name_of(year, ending=".ZIP"), {m: xml_of(year) for m in named})
    rules, report = found(path, year)
    assert rules == expected
    assert report.readable == (expected != ["ZIP_EMPTY"])
    if expected == ["ZIP_EMPTY"]:
        assert [item["rule"] for item in report.not_run] == ["*"]


@pytest.mark.parametrize("year", YEARS)
def test_a_corrupt_zip(tmp_path, year):
    path = zipped(tmp_path, name_of(year, ending=".zip"), {name_of(year): xml_of(year)})
    path.write_bytes(path.read_bytes()[:-30])
    rules, report = found(path, year)
    assert rules == ["ZIP_CORRUPT"]
    assert not report.readable
    path.write_bytes(b"no zip at all")
    assert found(path, year)[0] == ["ZIP_CORRUPT"]


@pytest.mark.parametrize("year", YEARS)
def test_a_protected_zip_is_reported_under_the_name_of_its_year(tmp_path, year):
    path = zipped(tmp_path, name_of(year, ending=".zip"), {name_of(year): xml_of(year)})
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag in the local header, and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    rules, report = found(path, year)
    assert rules == [WITH_PUBLISHED_NAME[year][1]]
    assert not report.readable


def test_an_unreadable_zip_with_no_year_in_its_name(tmp_path):
    path = tmp_path / "return.zip"
    path.write_bytes(b"PK\x03\x04")
    assert found(path, "2627")[0] == ["ZIP_CORRUPT", "Filename_1"]


@pytest.mark.parametrize("year", YEARS)
def test_zip_and_xml_give_the_same_findings(tmp_path, year):
    text = document(message(year, full=True, learners=3)).replace(">2009-02-27</FilePrep", ">2027-01-01</FilePrep")
    name = name_of(year, ukprn="10000001", serial="-00")
    plain = validate(write(tmp_path, name, text), as_of=NOON)
    packed = validate(zipped(tmp_path, name.replace(".XML", ".zip"), {name: text}), as_of=NOON)
    assert {"Header_2", "Header_3", "Filename_6"} <= set(plain.findings["rule"])
    assert packed.findings.equals(plain.findings)
    assert packed.counts == plain.counts and packed.not_run == plain.not_run


def test_a_zip_named_as_xml_is_read_all_the_same(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name_of(), xml_of())
    path = tmp_path / name_of()
    path.write_bytes(data.getvalue())
    rules, report = found(path)
    assert rules == [] and report.counts["learners"] == 1
