"""Free text and applications, each in a file named by its SHA-256. The audit log holds the hash, never the text."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from openilr.access.errors import AuditError


def put(store: Any, text: str) -> str:
    """Keep a text; its SHA-256, which is what goes into the log."""
    digest = digest_of(text)
    folder = store.path / "access" / "texts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / digest
    if not path.exists():
        part = path.with_name(f".{digest}.{os.getpid()}.part")
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    return digest


def get(store: Any, digest: str) -> str:
    """The text of a hash. AuditError where it is not there, or was changed since."""
    path: Path = store.path / "access" / "texts" / digest
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        raise AuditError(f"The text {digest[:12]} that the audit log names is missing or cannot be read.") from None
    if digest_of(text) != digest:
        raise AuditError(f"The text {digest[:12]} that the audit log names was changed after it was written.")
    return text


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
