"""Keys of access: outside the store, each for one thing, and gone for good once destroyed.

The folder lies beside the vault's key (``openilr.store.vault.key_path``), or where ``OPENILR_ACCESS_KEYS`` says. It
holds the log's signing key, one secret for each project (from which its pseudonyms come) and one key for each extract.
A copy of the store, and so every backup of it, opens nothing. Back this folder up apart, if at all: a copy of a key
outlives its destruction here.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openilr.access.errors import AccessError
from openilr.store import Store
from openilr.store.durable import sync_folder
from openilr.store.vault import key_path

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FOLDER = "OPENILR_ACCESS_KEYS"


class Keys:
    """The key folder of one store."""

    def __init__(self, store: Any) -> None:
        held = store if isinstance(store, Store) else Store(store)
        named = os.environ.get(FOLDER)
        self.folder = Path(named) if named else key_path(held.id).with_name(f"{held.id}.access")
        if self.folder.absolute().is_relative_to(held.path.absolute()):
            raise AccessError(f"Keys may not lie inside the store. Point {FOLDER} somewhere else.")

    @cached_property
    def signing(self) -> Ed25519PrivateKey:
        """The log's signing key, made when first needed."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.get("signing") or self.make("signing"))

    def make(self, name: str) -> bytes:
        """A new key of 32 random bytes under this name (``project/P-2026-001``), on disk when this returns."""
        path = self._path(name)
        for folder in (self.folder, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
        return key

    def get(self, name: str) -> bytes | None:
        """The key of this name; None where there is none (any more). AccessError where others can read it."""
        path = self._path(name)
        try:
            if os.name != "nt" and path.stat().st_mode & 0o077:
                raise AccessError(f"The key {path} can be read by others on this computer. Run: chmod 600 {path}")
            key = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AccessError(f"The key {path} cannot be read ({type(error).__name__}).") from None
        if len(key) != 32:
            raise AccessError(f"{path} is not a key.")
        return key

    def need(self, name: str) -> bytes:
        """The key of this name, made where it is not there yet."""
        return self.get(name) or self.make(name)

    def destroy(self, name: str) -> None:
        """Overwrite the key and remove it. On disks that move blocks about only the removal is certain."""
        path = self._path(name)
        with suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            sync_folder(path.parent)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.key"


def fingerprint(key: bytes) -> str:
    """Tells keys apart without giving anything away: 32 hexadecimal digits."""
    return hashlib.sha256(b"openilr key " + key).hexdigest()[:32]
