"""Bytes of an XML file as UTF-8, whatever encoding it was written in."""

from __future__ import annotations

import codecs
import re
from typing import Protocol

from openilr.collect.structure import Refused

_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_UTF8 = re.compile(r"utf-?8", re.IGNORECASE)
_UTF16 = re.compile(r"utf-?16|ucs-?2|iso-10646-ucs-2", re.IGNORECASE)
#: Encodings of one byte to a character. Python knows more, and some of those are no character encodings.
_SINGLE_BYTE = re.compile(r"iso-?8859-\d{1,2}|latin-?\d|(windows-|cp)125\d|us-ascii|ascii", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Utf8Source:
    """Reads ``source`` as UTF-8. Raises :class:`Refused` where the bytes are not what the file says they are.

    A byte order mark decides; without one the XML declaration does, and without either it is UTF-8.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._first = source.read(4096)
        self._line = 1
        self._problem: Refused | None = None
        self._encoding = self._find_encoding()
        self._decoder = None if self._encoding == "utf-8" else codecs.getincrementaldecoder(self._encoding)("strict")

    def read(self, size: int) -> bytes:
        """Up to about ``size`` bytes; none at the end."""
        if self._problem is not None:
            raise self._problem
        first, self._first = self._first, b""
        data = first or self._source.read(size)
        if self._decoder is None:
            return data
        while True:
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(self._encoding)
                line = self._line + good.count("\n")
                name = self._encoding.upper().removesuffix("-LE").removesuffix("-BE")
                self._problem = Refused(
                    "XML", f"The file says that it is in {name}, and line {line} holds bytes that are not.", line
                )
                if good:
                    return good.encode()
                raise self._problem from None
            self._line += text.count("\n")
            if text or not data:
                return text.encode()
            data = self._source.read(size)  # half a character so far

    def _find_encoding(self) -> str:
        first = self._first
        mark = next((m for m in _MARKS if first.startswith(m)), b"")
        if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise Refused("XML", "The file is in UTF-32. Save it in UTF-8.", 1)
        found = _MARKS.get(mark)
        if found is None and first[:4] in (b"<\0?\0", b"<\0M\0"):
            found = "utf-16-le"
        elif found is None and first[:4] in (b"\0<\0?", b"\0<\0M"):
            found = "utf-16-be"
        self._first = first = first[len(mark) :]
        head = first.replace(b"\0", b"") if found and found != "utf-8" else first
        declared = _DECLARED.match(head)
        said = declared[1].decode() if declared else ""
        if found is not None:
            fits = _UTF8 if found == "utf-8" else _UTF16
            if said and not fits.match(said):
                raise Refused(
                    "XML", f"The file says that it is in {said}, and it is in {found[:6].upper().rstrip('-')}.", 1
                )
            return found
        if not said or _UTF8.fullmatch(said):
            return "utf-8"
        if _UTF16.match(said):
            raise Refused("XML", f"The file says that it is in {said}, and it is not. Save it in UTF-8.", 1)
        if not _SINGLE_BYTE.fullmatch(said):
            raise Refused("XML", f"The file says that it is in {said}, which is not read here. Save it in UTF-8.", 1)
        try:
            return codecs.lookup(said).name
        except LookupError:
            raise Refused(
                "XML", f"The file says that it is in {said}, which is not known. Save it in UTF-8.", 1
            ) from None
