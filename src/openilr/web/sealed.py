"""Files of the service that hold learners' data, such as findings: encrypted under the signing key."""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings


@cache
def _box() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"openilr-sealed").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def write(path: Path, data: bytes) -> None:
    """Encrypt into a new file that only its owner can read; it has its name when it is whole."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_box().encrypt(data))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read(path: Path) -> bytes:
    """What ``write`` was given. cryptography's InvalidToken where the file was changed or the key is another one."""
    return _box().decrypt(path.read_bytes())
