"""Files as handed in: plain, zipped, damaged, and zips that are built to do harm."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from openilr.collect import Return, Unreadable, container, examine
from tests.collect.messages import document, message

NAME = "ILR-10000000-2526-20260630-090000-01"


@pytest.fixture(scope="module")
def xml() -> bytes:
    return document(message("2526", full=True, learners=3)).encode()


def zipped(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def learners(found: Return, scan_from: int | None = 0) -> int:
    with found.stream(scan_from=scan_from) as stream:
        return sum(tables["Learner"].height for tables in stream)


def test_a_plain_file(tmp_path, xml):
    path = tmp_path / f"{NAME}.xml"
    path.write_bytes(xml)
    found = examine(path)
    assert (found.path, found.name, found.xml_name, found.problems) == (path, path.name, path.name, [])
    assert learners(found) == 3
    assert learners(found) == 3  # each stream reads afresh
    assert examine(str(path)).name == path.name


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_reads_like_the_file_in_it(tmp_path, xml, method):
    found = examine(zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml}, method))
    assert (found.name, found.xml_name, found.problems) == (f"{NAME}.zip", f"{NAME}.xml", [])
    assert learners(found) == 3


@pytest.mark.parametrize("suffix", [".ZIP", ".xml", "", ".dat"])
def test_a_zip_is_known_by_its_content(tmp_path, xml, suffix):
    assert learners(examine(zipped(tmp_path / f"{NAME}{suffix}", {f"{NAME}.XML": xml}))) == 3


@pytest.mark.parametrize(
    "clutter", ["__MACOSX/._x.xml", "__MACOSX/", ".DS_Store", "Thumbs.db", "folder/", "folder/desktop.ini"]
)
def test_what_systems_leave_in_zips_does_not_count(tmp_path, xml, clutter):
    found = examine(zipped(tmp_path / f"{NAME}.zip", {clutter: b"", f"folder/{NAME}.xml": xml}))
    assert found.problems == []
    assert learners(found) == 3


@pytest.mark.parametrize(
    ("entries", "readable"),
    [
        ({}, 0),
        ({"readme.txt": b"x"}, 0),
        ({f"{NAME}.xml": b"", "other.xml": b""}, 0),
        ({f"{NAME}.xml": None, "readme.txt": b"x"}, 3),
    ],
    ids=["nothing", "no XML", "two XML", "another file"],
)
def test_a_zip_holds_one_xml_file(tmp_path, xml, entries, readable):
    path = zipped(tmp_path / f"{NAME}.zip", {k: xml if v is None else v for k, v in entries.items()})
    found = examine(path)
    assert found.problems == ["ZIP_EMPTY"]
    assert learners(found) == readable


@pytest.mark.parametrize(
    ("inside", "problems"), [(f"{NAME.lower()}.xml", []), ("other.xml", ["ZIP_INCONSISTENT_FILENAME"])]
)
def test_the_names_of_zip_and_xml_agree_but_for_case(tmp_path, xml, inside, problems):
    found = examine(zipped(tmp_path / f"{NAME}.zip", {inside: xml}))
    assert found.problems == problems
    assert learners(found) == 3


def test_a_protected_zip(tmp_path, xml):
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml})
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag in the local header, and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    found = examine(path)
    assert found.problems == ["Protected_ZIP_file"]
    assert not found.readable
    assert learners(found) == 0


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100, b"<Message/>", b"PK\x05\x06" + b"\0" * 17]
)
def test_a_corrupt_zip(tmp_path, data):
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(data)
    found = examine(path)
    assert found.problems == ["ZIP_CORRUPT"]
    with found.stream() as stream:
        assert list(stream) == []
    assert not stream.complete


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_damage_inside_a_zip_comes_out_while_reading(tmp_path, at):
    xml = document(message("2526", full=True, learners=60)).encode()
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[int(len(xml) * at)] ^= 0x01
    path.write_bytes(data)
    found = examine(path)
    with found.stream(batch=5) as stream:
        list(stream)
    assert not stream.complete or stream.findings
    assert found.problems == ["ZIP_CORRUPT"] or any(f.kind == "XML" for f in stream.findings)


def test_a_damaged_sum_is_damage(tmp_path, xml):
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"<Sex>F<", b"<Sex>M<", 1))
    found = examine(path)
    with found.stream() as stream:
        list(stream)
    assert found.problems == ["ZIP_CORRUPT"]
    assert not stream.complete
    assert "damaged" in stream.findings[-1].message


def test_a_zip_cut_short(tmp_path, xml):
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml})
    path.write_bytes(path.read_bytes()[:-30])
    assert examine(path).problems == ["ZIP_CORRUPT"]


def test_an_unknown_compression(tmp_path, xml):
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, 8, 97)
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, 97)
    path.write_bytes(data)
    found = examine(path)
    assert learners(found) == 0
    assert found.problems == ["ZIP_CORRUPT"]


@pytest.mark.parametrize(
    "name", ["../ILR.xml", "a/../../ILR.xml", "/etc/ILR.xml", "C:ILR.xml", "C:/ILR.xml", "a\\..\\ILR.xml", "inner.zip"]
)
def test_names_that_reach_out_of_the_zip(tmp_path, xml, name):
    path = zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml, name: b"x"})
    found = examine(path)
    assert found.problems == ["ZIP_UNSAFE"]
    assert learners(found) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]


def test_a_link_in_a_zip(tmp_path):
    path = tmp_path / f"{NAME}.zip"
    entry = zipfile.ZipInfo(f"{NAME}.xml")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert examine(path).problems == ["ZIP_UNSAFE"]


def test_a_zip_bomb_by_what_it_says(tmp_path):
    path = tmp_path / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{NAME}.xml", "w") as member:
        for _ in range(120):
            member.write(b" " * (1 << 20))
    found = examine(path)
    assert found.problems == ["ZIP_UNSAFE"]
    assert not found.readable


def test_a_zip_that_grows_more_than_it_says(tmp_path, xml, monkeypatch):
    found = examine(zipped(tmp_path / f"{NAME}.zip", {f"{NAME}.xml": xml}))
    monkeypatch.setattr(container, "_LARGE", 1000)
    monkeypatch.setattr(container, "_RATIO", 2)
    with found.stream() as stream:
        list(stream)
    assert found.problems == ["ZIP_UNSAFE"]
    assert stream.findings[-1].kind == "SIZE"
    assert not stream.complete


def test_a_table_of_contents_without_end(tmp_path, xml):
    path = tmp_path / f"{NAME}.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(20_000):
            archive.writestr(f"{n:08}.xml", b"")
    path.write_bytes(buffer.getvalue())
    assert examine(path).problems == ["ZIP_UNSAFE"]


def test_paths_that_cannot_be_read(tmp_path):
    with pytest.raises(Unreadable, match="There is no file"):
        examine(tmp_path / "none.xml")
    with pytest.raises(Unreadable, match="is a folder"):
        examine(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="not an ordinary file"):
        examine(tmp_path / "pipe")
    with pytest.raises(Unreadable):
        examine("a\0b")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_file_that_is_closed_to_us(tmp_path, xml):
    path = tmp_path / f"{NAME}.xml"
    path.write_bytes(xml)
    path.chmod(0)
    with pytest.raises(Unreadable, match="permissions"):
        examine(path)
