"""The private folder of the service in the store, and its signing key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def private_folder(store: Path, *below: str) -> Path:
    """``STORE/web``, or a folder in it, that only its owner may look into."""
    folder = store / "web"
    for part in ("", *below):
        folder = folder / part
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def signing_key(folder: Path) -> str:
    """The key that signs cookies and links; made the first time, and then the same for as long as the file is there."""
    path = folder / "signing-key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text("ascii")
