"""Write a synthetic return of any size, and reference files to check it against.

    python benchmarks/generate.py build/benchmarks --learners 20000
    python benchmarks/generate.py build/benchmarks --learners 1000 --reference full

The return is streamed to the file, is the same for the same seed, and is checked with xmllint where that is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from openilr.synth import write_reference, write_return


def schema_of(year: str, folder: Path) -> Path:
    """OpenILR's own XML schema of the year, as ``ilr schema`` prints it."""
    path = folder / f"schema-{year}.xsd"
    ilr = Path(sys.executable).with_name("ilr")
    with path.open("wb") as out:
        subprocess.run([ilr, "schema", year], stdout=out, check=True)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a synthetic return and reference files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--year", default="2526")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.0, help="share of learners with a planted fault, 0 to 1")
    parser.add_argument("--reference", choices=["small", "full"], help="also write reference files of this size")
    choice = parser.parse_args()
    written = write_return(choice.folder, choice.learners, year=choice.year, seed=choice.seed, faults=choice.faults)
    size = written.path.stat().st_size / 1e6
    print(f"{written.path}: {written.learners} learners, {written.aims} aims, {size:.1f} MB")
    if choice.reference:
        folder = choice.folder / f"reference-{choice.reference}"
        files = write_reference(folder, full=choice.reference == "full")
        print(f"{folder}: {len(files)} reference files")
    if shutil.which("xmllint"):
        schema = schema_of(choice.year, choice.folder)
        command = ["xmllint", "--noout", "--stream", "--schema", schema, written.path]
        sys.exit(subprocess.run(command).returncode)


if __name__ == "__main__":
    main()
