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
    """Make the next edition: the files of the last one, with these in place of those of the same table or name.

    The names that were added: of a folder, with all folders in it, the files that are known by their names, for nobody
    can tell what else is in it. The caller holds the writer's lock; ``key`` is asked for where a file has to be
    encrypted.
    """
    from openilr.reference import TABLES, BadReference
    from openilr.reference.files import SEALED, find, tables_in

    try:
        found, _ = find([source])
    except BadReference as problem:
        raise StoreError(f"{problem} Nothing was changed.") from None
    paths = sorted({each.path for of_table in found.values() for each in of_table.sources})
    if not paths:
        raise StoreError(f"{source} is no reference file that OpenILR knows by name, nor a folder with one in it.")
    added = {path.relative_to(source).as_posix() if source.is_dir() else path.name: path for path in paths}
    editions = catalogue.reference_editions()
    number, _, files = editions[-1] if editions else (0, "", {})
    last, final = folder / "reference" / f"{number:04d}", folder / "reference" / f"{number + 1:04d}"
    new = {table: part for path in paths for table, part in tables_in(path).items()}
    kept = [
        name for name in files
        if name.removesuffix(SEALED) not in added and not _replaced(name, tables_in(last / name), new)
    ]  # fmt: skip
    with durable.staging((final, 0o755)) as (part,):
        for name in kept:
            _link_or_copy(last / name, _place(part, name))
        files = {name: files[name] for name in kept}
        for name, path in added.items():
            people = any(TABLES[table].personal for table in tables_in(path))
            stored = name + SEALED * people
            size, sha256 = _copy(path, _place(part, stored), key() if people else None)
            files[stored] = {"bytes": size, "sha256": sha256}
        for inner in {(part / name).parent for name in files} - {part}:
            durable.sync_folder(inner)
        durable.publish_folder(part, final)
        catalogue.add_reference(number + 1, now, files)
    return list(added)


def _replaced(name: str, old: dict[str, bool], new: dict[str, bool]) -> bool:
    """Whether a file goes as new ones are of its tables. StoreError where it holds other tables, which would go too."""
    gone = {table for table, part in old.items() if table in new and not (part and new[table])}
    if gone and (left := sorted(old.keys() - gone)):
        raise StoreError(
            f"{name}, which the store has, is of {', '.join(sorted(gone))} and of {', '.join(left)}. Add newer files "
            "of all of them together; nothing was changed."
        )
    return bool(gone)


def _place(folder: Path, name: str) -> Path:
    """Where a file of an edition lies; the folders around it are made."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def unseal(path: Path, key: Key) -> Iterator[bytes]:
    """The content of a file that is kept encrypted. VaultError where it was changed."""
    return (piece for _, piece in read_pieces(path, key, _name(path)))


def _name(path: Path) -> str:
    return f"reference/{path.name}"


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
    about = source.stat()
    os.utime(target, ns=(about.st_atime_ns, about.st_mtime_ns))  # the date of a file whose name has none
    return sink.size, sink.sha256


def _link_or_copy(source: Path, target: Path) -> None:
    # Files of an edition never change, so editions may share them; not every file system can.
    with suppress(OSError):
        durable.step(f"link {target.name}")
        os.link(source, target)
        return
    shutil.copyfile(source, target)
