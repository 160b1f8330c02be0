"""The rules about the file itself: its name, its container, its header.

They look at one file and the clock, not at records, so they are plain functions over :class:`FileFacts`. Three of
them ask what only the place that receives files can know; :mod:`openilr.store` asks those of its own memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openilr.years import Year

__all__ = ["FILE_RULES", "SERVICE_ONLY", "FileFacts", "FileFinding", "FileRule"]

_NAME = re.compile(
    r"ILR-(?P<ukprn>[^-]*)-(?P<year>[^-]*)-(?P<date>[^-]*)-(?P<time>[^-]*)(?:-(?P<serial>.*))?", re.IGNORECASE
)
_FORMAT = re.compile(r"ILR-[0-9]{8}-[0-9]{4}-[0-9]{8}-[0-9]{6}-[A-Za-z0-9]{2}\.(XML|ZIP)", re.IGNORECASE)
_UKPRN = re.compile("[0-9]{8}")
_MOMENT = re.compile("[0-9]{14}")


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file once it was read (or could not be)."""

    name: str  #: base name as given
    problems: tuple[str, ...] = ()  #: what is wrong with the container (``openilr.collect.examine``)
    namespace: str | None = None  #: of the root element; None where no XML could be read
    expected: Year | None = None  #: the collection year that the file is meant for
    header: Mapping[str, Any] = field(default_factory=dict)
    learners: int = 0
    complete: bool = True  #: False where reading stopped early
    as_of: datetime = field(default_factory=datetime.now)
    organisations: frozenset[int] | None = None  #: known UKPRNs; None where the list was not given
    received: tuple[str, ...] | None = None  #: names of files that were taken in before; None where nobody knows

    @property
    def parts(self) -> dict[str, str]:
        """The pieces of the name: ukprn, year, date, time, serial. Empty where the name has no such shape."""
        stem = self.name.rpartition(".")[0] or self.name
        found = _NAME.fullmatch(stem)
        return {k: v for k, v in found.groupdict().items() if v is not None} if found else {}

    @property
    def named_moment(self) -> datetime | None:
        """The date and time in the name; None where it has none that the calendar and the clock know."""
        text = self.parts.get("date", "") + self.parts.get("time", "")
        try:
            return datetime.strptime(text, "%Y%m%d%H%M%S") if _MOMENT.fullmatch(text) else None
        except ValueError:
            return None

    @property
    def earlier(self) -> list[datetime]:
        """The moments in the names of files received before, of this provider and year."""
        mine = (self.parts.get("ukprn"), self.parts.get("year"))
        files = [FileFacts(name) for name in self.received or ()]
        return [f.named_moment for f in files if (f.parts.get("ukprn"), f.parts.get("year")) == mine and f.named_moment]


@dataclass(frozen=True)
class FileFinding:
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FileRule:
    """One file-level rule. ``check`` returns a finding, or None. ``ids`` are its official ids over the years."""

    ids: tuple[str, ...]
    summary: str
    fix: str
    check: Callable[[FileFacts], FileFinding | None]
    needs: tuple[str, ...] = ()
    why: str = ""
    fields: tuple[str, ...] = ()


FILE_RULES: dict[str, FileRule] = {}

#: Rules that need what only the receiving service knows, with the reason. ``ilr store submit`` asks its own memory.
SERVICE_ONLY: dict[str, str] = {
    "Inconsistent UKPRN": "It compares the file with the account that uploads it.",
    "Filename_2": "It asks whether this very file was received before.",
    "Filename_8": "It compares the file with the one received before it.",
}


def _rule(*ids: str, summary: str, fix: str, why: str = "", needs: tuple[str, ...] = (), fields: tuple[str, ...] = ()):
    def made(check: Callable[[FileFacts], FileFinding | None]) -> Callable[[FileFacts], FileFinding | None]:
        for id in ids:
            FILE_RULES[id] = FileRule(ids, summary, fix, check, needs, why, fields)
        return check

    return made


def _container(problem: str, message: str) -> Callable[[FileFacts], FileFinding | None]:
    return lambda file: FileFinding(message.format(name=file.name)) if problem in file.problems else None


_rule("Protected ZIP file", "Protected_ZIP_file",
      summary="A zip file must not be protected by a password.",
      fix="Make the zip again without a password, or send the XML itself.")(
    _container("Protected_ZIP_file", "{name} is protected by a password, so nothing in it could be read."))  # fmt: skip
_rule("ZIP_CORRUPT",
      summary="A zip file must open.",
      fix="Make the zip again from the XML; if it arrived by mail or download, transfer it again.")(
    _container("ZIP_CORRUPT", "{name} is damaged or is no zip file, so nothing in it could be read."))  # fmt: skip
_rule("ZIP_EMPTY",
      summary="A zip file must hold exactly one XML file.",
      fix="Put the one return into the zip, and nothing else.")(
    _container("ZIP_EMPTY", "{name} holds no XML file, or more than that one file: nothing was read."))  # fmt: skip
_rule("ZIP_INCONSISTENT_FILENAME",
      summary="A zip file and the XML in it must have the same name.",
      fix="Rename one of them so that they differ in the ending only.")(
    _container("ZIP_INCONSISTENT_FILENAME", "The XML inside {name} has another name than the zip."))  # fmt: skip


@_rule("Namespace Mismatch", "Namespace_Mismatch",
       summary="The file must use the namespace of the collection year's schema.",
       why="The namespace is how the collection tells one year's return from another's.",
       fix="Export the return for the right year, or update the software that makes it.")  # fmt: skip
def namespace(file: FileFacts) -> FileFinding | None:
    if file.expected is None or file.namespace is None or file.namespace == file.expected.namespace:
        return None
    label, wanted = file.expected.academic_year.label, file.expected.namespace
    return FileFinding(f"The file's namespace is {file.namespace or 'blank'}; for {label} it is {wanted}.")  # fmt: skip


@_rule("Filename_1",
       summary="The file name must read ILR-UKPRN-YYYY-yyyymmdd-hhmmss-NN.XML.",
       fix="Rename the file: ILR, the provider's UKPRN, the year, date, time, serial number.")  # fmt: skip
def filename_format(file: FileFacts) -> FileFinding | None:
    if _FORMAT.fullmatch(file.name) and file.named_moment:
        return None
    missing = " It lacks the serial number (-01) at the end." if file.parts and "serial" not in file.parts else ""
    return FileFinding(f"The name {file.name} does not read ILR-UKPRN-YYYY-yyyymmdd-hhmmss-NN.XML.{missing}")


@_rule("Filename_3", needs=("organisations",),
       summary="The UKPRN in the file name must be a known organisation.",
       fix="Check the UKPRN against the UK Register of Learning Providers.")  # fmt: skip
def filename_ukprn_known(file: FileFacts) -> FileFinding | None:
    ukprn = file.parts.get("ukprn", "")
    if not _UKPRN.fullmatch(ukprn) or file.organisations is None or int(ukprn) in file.organisations:
        return None
    return FileFinding(f"The UKPRN {ukprn} in the file name is not in the list of organisations.")


@_rule("Filename_4",
       summary="The year in the file name must be the collection year.",
       fix="Rename the file, or export the return for the right year.")  # fmt: skip
def filename_year(file: FileFacts) -> FileFinding | None:
    year = file.parts.get("year")
    if year is None or file.expected is None or year == file.expected.name:
        return None
    return FileFinding(f"The file name says year {year}; the collection is {file.expected.name}.")


@_rule("Filename_5",
       summary="The serial number at the end of the file name must be two digits.",
       fix="End the name with -01 for the first file of that moment, -02 for the next.")  # fmt: skip
def filename_serial_digits(file: FileFacts) -> FileFinding | None:
    serial = file.parts.get("serial")
    if serial is None or re.fullmatch(r"[0-9]{2}", serial):
        return None
    return FileFinding(f"The serial number {serial!r} at the end of the file name is not two digits.")


@_rule("Filename_6",
       summary="The serial number in the file name must not be 00.",
       fix="Number the files from 01.")  # fmt: skip
def filename_serial_zero(file: FileFacts) -> FileFinding | None:
    return FileFinding("The serial number in the file name is 00.") if file.parts.get("serial") == "00" else None


@_rule("Filename_7",
       summary="The date and time in the file name must not lie in the future.",
       fix="Check the clock of the computer that made the file, and the name.")  # fmt: skip
def filename_moment(file: FileFacts) -> FileFinding | None:
    moment = file.named_moment
    if moment is None or moment <= file.as_of:
        return None
    return FileFinding(f"The file name says {moment:%Y-%m-%d %H:%M:%S}, which is after {file.as_of:%Y-%m-%d %H:%M}.")


@_rule(
    "Filename_2",
    summary="A file of the same provider, year, date and time must not be sent twice.",
    fix="Make a new export, whose name has its own date and time.",
    needs=("store",),
)
def received_before(file: FileFacts) -> FileFinding | None:
    if file.received is None or file.named_moment not in file.earlier:
        return None
    return FileFinding(
        f"A file of this provider and year from {file.named_moment:%Y-%m-%d %H:%M:%S} was taken in before."
    )


@_rule(
    "Filename_8",
    summary="A file must be newer than those that the provider sent before.",
    fix="Make a new export; do not send an older file after a newer one.",
    needs=("store",),
)
def older_than_before(file: FileFacts) -> FileFinding | None:
    latest = max(file.earlier, default=None)
    if file.named_moment is None or latest is None or file.named_moment > latest:
        return None
    return FileFinding(
        f"The file name says {file.named_moment:%Y-%m-%d %H:%M:%S}; one from {latest:%Y-%m-%d %H:%M:%S} "
        "was taken in before."
    )


@_rule("Header_2", fields=("CollectionDetails.FilePreparationDate",),
       summary="The file preparation date must not lie in the future.",
       fix="Correct FilePreparationDate, or check the clock of the computer that made the file.")  # fmt: skip
def preparation_date(file: FileFacts) -> FileFinding | None:
    day = file.header.get("FilePreparationDate")
    if not isinstance(day, date) or day <= file.as_of.date():
        return None
    return FileFinding(f"FilePreparationDate is {day}, which is after {file.as_of.date()}.",
                       {"CollectionDetails.FilePreparationDate": str(day)})  # fmt: skip


@_rule("Header_3", fields=("Source.UKPRN",),
       summary="The UKPRN in the header must be the one in the file name.",
       fix="Correct the UKPRN in the header, or rename the file.")  # fmt: skip
def header_ukprn(file: FileFacts) -> FileFinding | None:
    named, inside = file.parts.get("ukprn"), file.header.get("UKPRN")
    if named is None or inside is None or named == str(inside):
        return None
    return FileFinding(f"The header's UKPRN is {inside}, the file name's {named}.", {"Source.UKPRN": str(inside)})


@_rule("UKPRN_03", fields=("LearningProvider.UKPRN", "Source.UKPRN"),
       summary="The learning provider's UKPRN must be the one in the header.",
       fix="Correct whichever is wrong: both name the provider that returns the file.")  # fmt: skip
def provider_ukprn(file: FileFacts) -> FileFinding | None:
    provider, source = file.header.get("LearningProvider.UKPRN"), file.header.get("UKPRN")
    if provider is None or source is None or provider == source:
        return None
    return FileFinding(f"The learning provider's UKPRN is {provider}, the header's {source}.",
                       {"LearningProvider.UKPRN": str(provider), "Source.UKPRN": str(source)})  # fmt: skip


@_rule("Entity_1",
       summary="The file must hold at least one learner.",
       fix="Export the return again with learners in it.")  # fmt: skip
def has_learners(file: FileFacts) -> FileFinding | None:
    # Nothing can be said about the learners of a file that could not be read to its end.
    if file.learners or not file.complete or file.namespace is None:
        return None
    return FileFinding("There is no Learner record in the file.")
