"""The vault: identifiers and reports, encrypted with AES-256-GCM. Only linking, and the store itself, open it.

One key file serves one store. It lies outside the store's folder, so a copy of the folder alone gives away nobody.
The name of the key file comes from ``OPENILR_VAULT_KEY_FILE``; without it, a file in the user's configuration folder.

A vault file is the magic bytes, 16 bytes of salt, and then sealed pieces, each one a length (4 bytes, big endian), a
nonce (12 bytes) and the ciphertext. The key of a file is derived from the store's key and the salt. Every piece is
bound to its submission, file name and place, and the last says that it is the last: pieces that were changed, moved,
dropped or taken from another file do not open.
"""

from __future__ import annotations

import hmac
import io
import os
import re
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from openilr.store import durable
from openilr.store.errors import StoreError, VaultError

if TYPE_CHECKING:
    import polars as pl

KEY_FILE = "OPENILR_VAULT_KEY_FILE"
_KEY_TEXT = re.compile(r"openilr-vault-key-1 ([0-9a-f]{64})\s*")
_MAGIC = b"OPENILR-VAULT-1\n"
_LONGEST_PIECE = 1 << 30
#: Rows of a frame in one piece.
_ROWS = 1_000_000
#: A ULN that stands for "none yet" (source: ILR specification, field ULN).
TEMPORARY_ULN = 9999999999


@dataclass(frozen=True)
class Key:
    """A store's secret. All keys in use are derived from it, each for one purpose."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str, salt: bytes | None = None) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, salt, b"openilr " + purpose.encode()).derive(self.secret)

    @cached_property
    def id(self) -> str:
        """Tells keys apart without giving anything away."""
        return self.derive("key id").hex()[:16]

    @cached_property
    def _learner(self) -> bytes:
        return self.derive("learner key")

    @cached_property
    def _person(self) -> bytes:
        return self.derive("person key")

    def learner_key(self, ukprn: int, learn_ref_number: str) -> str:
        """32 hexadecimal digits, the same for one provider's reference in every return and year of this store."""
        return hmac.digest(self._learner, f"{ukprn}|{learn_ref_number.strip()}".encode(), "sha256").hex()[:32]

    def person_key(self, uln: int | None, learner_key: str) -> str:
        """The same for one ULN at every provider. Without a ULN, or with the temporary one, the learner's own."""
        if uln is None or uln == TEMPORARY_ULN:
            return learner_key
        return hmac.digest(self._person, str(uln).encode(), "sha256").hex()[:32]


def key_path(store_id: str) -> Path:
    """Where the key of this store is looked for."""
    named = os.environ.get(KEY_FILE)
    if named:
        return Path(named)
    if os.name == "nt":
        root = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        root = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return root / "openilr" / "keys" / f"{store_id}.key"


def make_key(store_id: str, store: Path) -> Key:
    """The key of a new store: the file that is already there, or a new one that only its owner can read."""
    path = key_path(store_id)
    if path.absolute().is_relative_to(store.absolute()):
        raise VaultError(f"The vault key may not lie inside the store. Point {KEY_FILE} somewhere else.")
    if path.exists():
        return read_key(store_id)
    secret = secrets.token_bytes(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f"openilr-vault-key-1 {secret.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise VaultError(
            f"The vault's key can not be written to {path} ({error.strerror}). Make its folder, owned by who runs this "
            f"command, or name another file in {KEY_FILE}."
        ) from None
    return Key(secret)


def read_key(store_id: str, expected: str | None = None) -> Key:
    """The store's key; VaultError where it is missing, unreadable, open to others, or another store's."""
    path = key_path(store_id)
    try:
        if os.name != "nt" and path.stat().st_mode & 0o007:
            raise VaultError(f"The vault key {path} can be read by everyone on this computer. Run: chmod 600 {path}")
        text = path.read_text("ascii")
    except FileNotFoundError:
        raise VaultError(
            f"The vault's key is not at {path}. Put the key file back, or name it in {KEY_FILE}. "
            "Analysis tables can be read without it; sending in files and linking cannot."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(f"The vault key {path} cannot be read ({type(error).__name__}).") from None
    found = _KEY_TEXT.fullmatch(text)
    if not found:
        raise VaultError(f"{path} is not a vault key file.")
    key = Key(bytes.fromhex(found[1]))
    if expected is not None and key.id != expected:
        raise VaultError(f"The key at {path} belongs to another store.")
    return key


class VaultWriter:
    """Writes sealed pieces to a file that is already open. ``name`` binds them to their submission and file."""

    def __init__(self, file: BinaryIO | io.RawIOBase, key: Key, name: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt = secrets.token_bytes(16)
        self._file, self._name, self._place = file, name, 0
        self._cipher = AESGCM(key.derive("vault file", salt))
        file.write(_MAGIC + salt)

    def add(self, label: str, data: bytes) -> None:
        self._seal(label, data, last=False)

    def add_frame(self, label: str, frame: pl.DataFrame) -> None:
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd")
        self.add(label, buffer.getvalue())

    def finish(self) -> None:
        self._seal("", b"", last=True)

    def _seal(self, label: str, data: bytes, *, last: bool) -> None:
        nonce = secrets.token_bytes(12)
        name = label.encode()
        plain = struct.pack(">H", len(name)) + name + data
        sealed = self._cipher.encrypt(nonce, plain, _bound_to(self._name, self._place, last))
        self._file.write(struct.pack(">I?", len(sealed), last) + nonce + sealed)
        self._place += 1


def read_pieces(path: Path, key: Key, name: str) -> Iterator[tuple[str, bytes]]:
    """(label, data) of every piece, in order; VaultError at the first that does not open, or if the end is missing."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    damaged = VaultError(f"The vault file {path.name} of {path.parent.name} is damaged or was changed.")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise damaged
        cipher = AESGCM(key.derive("vault file", file.read(16)))
        place = 0
        while True:
            head = file.read(17)
            if len(head) != 17:
                raise damaged
            size, last = struct.unpack(">I?", head[:5])
            if size > _LONGEST_PIECE:
                raise damaged
            try:
                plain = cipher.decrypt(head[5:], file.read(size), _bound_to(name, place, last))
            except InvalidTag:
                raise damaged from None
            if last:
                return
            end = 2 + struct.unpack(">H", plain[:2])[0]
            yield plain[2:end].decode(), plain[end:]
            place += 1


class Vault:
    """The open vault of a store, for linking. Values read from it are personal data: keep them out of logs."""

    def __init__(self, store: Path, key: Key) -> None:
        self._store, self._key = store, key

    def identifiers(self, submission: str, entity: str) -> pl.DataFrame:
        """What was withheld from the analysis table of this entity, with ``learner_key``, ``person_key`` and ``row``.

        One row for each row of the analysis table. StoreError where the submission has no vault file.
        """
        import polars as pl

        path = self._path(submission, "identifiers")
        pieces = read_pieces(path, self._key, f"{submission}/identifiers")
        frames = [pl.read_parquet(io.BytesIO(data)) for label, data in pieces if label == entity]
        return pl.concat(frames) if frames else pl.DataFrame()

    def all_identifiers(self, submission: str) -> dict[str, pl.DataFrame]:
        """The same for every entity at once, by the entity's name."""
        return self.open(self._path(submission, "identifiers"), f"{submission}/identifiers")

    def record_keys(self, register: str, numbers: list[str]) -> list[str]:
        """32 hexadecimal digits for each number of a register of people, the same each time in this store."""
        secret = self._key.derive(f"record key {register}")
        return [hmac.digest(secret, number.encode(), "sha256").hex()[:32] for number in numbers]

    def seal(self, path: Path, name: str, frames: dict[str, pl.DataFrame]) -> None:
        """Write frames to a new vault file anywhere in the store. ``name`` is what it opens with."""
        sink = durable.Sink(path)
        try:
            writer = VaultWriter(sink, self._key, name)
            for label, frame in frames.items():
                for piece in frame.iter_slices(_ROWS) if frame.height else (frame,):
                    writer.add_frame(label, piece)
            writer.finish()
            sink.finish()
        finally:
            sink.close()

    def open(self, path: Path, name: str) -> dict[str, pl.DataFrame]:
        """The frames of a file that was written by ``seal``; VaultError where it was changed or has another name."""
        import polars as pl

        if not path.is_file():
            raise VaultError(f"The vault file {path.name} is missing.")
        pieces: dict[str, list[pl.DataFrame]] = {}
        for label, data in read_pieces(path, self._key, name):
            pieces.setdefault(label, []).append(pl.read_parquet(io.BytesIO(data)))
        return {label: pl.concat(frames) for label, frames in pieces.items()}

    def report(self, submission: str) -> str:
        """The validation report of a submission, as JSON text."""
        pieces = dict(read_pieces(self._path(submission, "report"), self._key, f"{submission}/report"))
        return pieces["report"].decode()

    def refused(self, submission: str) -> str:
        """Which learners were refused and by which rules, as JSON text: a list of {"learn_ref_number", "rules"}."""
        pieces = dict(read_pieces(self._path(submission, "report"), self._key, f"{submission}/report"))
        return pieces["refused"].decode()

    def _path(self, submission: str, kind: str) -> Path:
        path = self._store / "vault" / submission / f"{kind}.vault"
        if not path.is_file():
            raise StoreError(f"The vault holds no {kind} of the submission {submission}.")
        return path


def _bound_to(name: str, place: int, last: bool) -> bytes:
    return f"{name}|{place}|{int(last)}".encode()
