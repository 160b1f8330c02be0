"""Copies of reference files in the store, as published: one folder an edition, which never changes.

A file that holds people's numbers (a table that is declared personal) is kept encrypted, with the vault's key.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from openilr.store import durable
from openilr.store.catalogue import Catalogue
from openilr.store.errors import StoreError
from openilr.store.vault import Key, VaultWriter, read_pieces

_PIECE = 1 << 20


def keep_reference(folder: Path, catalogue: Catalogue, source: Path, key: Callable[[], Key], now: str) -> list[str]:
    """Make the next edition: the files of the last one, with these in place of those of the same name.

    The names that were added: of a folder, the files that are known by their names, for nobody can tell what else is in
    it. The caller holds the writer's lock; ``key`` is asked for where a file has to be encrypted.
    """
    from openilr.reference.files import SEALED, tables_in

    added = {path: tables for path in _files(source) if (tables := tables_in(path))}
    if not added:
        raise StoreError(f"{source} is no reference file that OpenILR knows by name, nor a folder with one in it.")
    editions = catalogue.reference_editions()
    number, _, files = editions[-1] if editions else (0, "", {})
    final = folder / "reference" / f"{number + 1:04d}"
    with durable.staging((final, 0o755)) as (part,):
        for name in files.keys() - {file.name + ending for file in added for ending in ("", SEALED)}:
            _link_or_copy(folder / "reference" / f"{number:04d}" / name, part / name)
        for file, tables in added.items():
            people = any(table.personal for table in tables)
            name = file.name + SEALED * people
            files = {n: about for n, about in files.items() if n not in (file.name, file.name + SEALED)}
            size, sha256 = _copy(file, part / name, key() if people else None)
            files[name] = {"bytes": size, "sha256": sha256}
        durable.publish_folder(part, final)
        catalogue.add_reference(number + 1, now, files)
    return [file.name for file in added]


def unseal(path: Path, key: Key) -> Iterator[bytes]:
    """The content of a file that is kept encrypted. VaultError where it was changed."""
    return (piece for _, piece in read_pieces(path, key, _name(path)))


def _name(path: Path) -> str:
    return f"reference/{path.name}"


def _files(source: Path) -> list[Path]:
    return [source] if source.is_file() else sorted(p for p in source.glob("*") if p.is_file())


def _copy(source: Path, target: Path, key: Key | None) -> tuple[int, str]:
    if key and source.suffix.lower() == ".zip":
        raise StoreError(f"{source.name} has a file of people's numbers in it. Unpack it and add that file by itself.")
    sink = durable.Sink(target)
    try:
        with source.open("rb") as file:
            writer = VaultWriter(sink, key, _name(target)) if key else None
            while piece := file.read(_PIECE):
                if writer:
                    writer.add("", piece)
                else:
                    sink.write(piece)
            if writer:
                writer.finish()
        sink.finish()
    finally:
        sink.close()
    return sink.size, sink.sha256


def _link_or_copy(source: Path, target: Path) -> None:
    # Files of an edition never change, so editions may share them; not every file system can.
    with suppress(OSError):
        durable.step(f"link {target.name}")
        os.link(source, target)
        return
    shutil.copyfile(source, target)
