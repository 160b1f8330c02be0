"""Pseudonyms: one AES-256 block for each id, under a key of its own for each project and field.

A block cipher is a permutation: different ids never meet in one pseudonym, and only who has the key goes back. The key
is HKDF of the project's secret and the field, so two projects have no pseudonym in common, two fields of one project
neither, and one project stays joinable over all its extracts. When the secret is destroyed, nobody goes back any more.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

_LONGEST = 15  #: bytes of text that fit into a block beside the mark of their end


class Pseudonyms:
    """The pseudonyms of one project, 32 hexadecimal digits each; null stays null."""

    def __init__(self, secret: bytes, project: str) -> None:
        self._secret, self._project = secret, project

    def keys(self, field: str, ids: pl.Series) -> pl.Series:
        """Of keys of 32 hexadecimal digits, such as ``person_key`` and ``learner_key``."""
        present = ids.drop_nulls()
        return self._back(field, ids, bytes.fromhex("".join(present.to_list())))

    def undo(self, field: str, pseudonyms: pl.Series) -> pl.Series:
        """Back from what ``keys`` gave, for who has the secret: the ledger of releases counts people over projects.

        ValueError for text that is no pseudonym; null is not allowed.
        """
        import polars as pl
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        blocks = bytes.fromhex("".join(pseudonyms.to_list()))
        if len(blocks) != 16 * len(pseudonyms):
            raise ValueError("A pseudonym has 32 hexadecimal digits.")
        plain = Cipher(algorithms.AES(self._key(field)), modes.ECB()).decryptor().update(blocks).hex()  # noqa: S305
        return pl.Series("key", [plain[i : i + 32] for i in range(0, len(plain), 32)], dtype=pl.String)

    def texts(self, field: str, ids: pl.Series) -> pl.Series:
        """Of texts and whole numbers, such as provider and employer numbers."""
        import polars as pl

        texts = ids.cast(pl.String)
        distinct = texts.drop_nulls().unique()
        key = self._key(field)
        blocks = b"".join(_block(key, text.encode()) for text in distinct)
        table = pl.DataFrame({"id": distinct, "pseudonym": self._hex(field, blocks)})
        return texts.to_frame("id").join(table, on="id", how="left", maintain_order="left")["pseudonym"]

    def pairs(self, field: str, high: pl.Series, low: pl.Series) -> pl.Series:
        """Of pairs of whole numbers from 0 to 2^63, none of them null."""
        import numpy as np

        blocks = np.empty((len(high), 2), dtype=">u8")
        blocks[:, 0], blocks[:, 1] = high.to_numpy(), low.to_numpy()
        return self._hex(field, blocks.tobytes())

    def _key(self, field: str) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, None, f"openilr pseudonym/{self._project}/{field}".encode()).derive(self._secret)

    def _encrypted(self, field: str, blocks: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        # One block for each id, so the mode's weakness (equal blocks look equal) is what is wanted here.
        return Cipher(algorithms.AES(self._key(field)), modes.ECB()).encryptor().update(blocks)  # noqa: S305

    def _hex(self, field: str, blocks: bytes) -> pl.Series:
        import numpy as np
        import polars as pl
        import pyarrow as pa

        digits = self._encrypted(field, blocks).hex().encode("ascii")
        ends: np.ndarray = np.arange(0, len(digits) + 1, 32, dtype=np.int64)
        count = len(ends) - 1
        made = pa.LargeStringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(digits))
        return pl.Series("pseudonym", made, dtype=pl.String)

    def _back(self, field: str, ids: pl.Series, blocks: bytes) -> pl.Series:
        """Pseudonyms of the ids that are there, in their places."""
        import polars as pl

        made = self._hex(field, blocks)
        if len(made) == len(ids):
            return made
        if len(made) == 0:
            return pl.Series("pseudonym", [None] * len(ids), dtype=pl.String)
        places = ids.is_not_null().cum_sum().cast(pl.Int64) - 1
        gathered = made.gather(places.clip(0))
        return pl.select(pl.when(ids.is_not_null()).then(gathered)).to_series().alias("pseudonym")


def _block(key: bytes, text: bytes) -> bytes:
    """The text and a mark of its end; of a longer one a keyed hash of 128 bits, which nobody goes back from."""
    if len(text) <= _LONGEST:
        return (text + b"\x80").ljust(16, b"\0")
    return hmac.digest(key, text, "sha256")[:16]
