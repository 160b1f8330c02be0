"""Copies of reference files in the store, as published: one folder an edition, which never changes."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from openilr.store import durable
from openilr.store.catalogue import Catalogue
from openilr.store.errors import StoreError


def keep_reference(folder: Path, catalogue: Catalogue, source: Path, now: str) -> list[str]:
    """Make the next edition: the files of the last one, with these in place of those of the same name.

    The names that were added. The caller holds the writer's lock.
    """
    added = [source] if source.is_file() else sorted(p for p in source.glob("*") if p.is_file())
    if not added:
        raise StoreError(f"{source} is not a file, nor a folder with files in it.")
    editions = catalogue.reference_editions()
    number, _, files = editions[-1] if editions else (0, "", {})
    final = folder / "reference" / f"{number + 1:04d}"
    with durable.staging((final, 0o755)) as (part,):
        for name in files.keys() - {file.name for file in added}:
            _link_or_copy(folder / "reference" / f"{number:04d}" / name, part / name)
        for file in added:
            size, sha256 = _copy(file, part / file.name)
            files[file.name] = {"bytes": size, "sha256": sha256}
        durable.publish_folder(part, final)
        catalogue.add_reference(number + 1, now, files)
    return [file.name for file in added]


def _copy(source: Path, target: Path) -> tuple[int, str]:
    sink = durable.Sink(target)
    try:
        with source.open("rb") as file:
            while piece := file.read(1 << 20):
                sink.write(piece)
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
