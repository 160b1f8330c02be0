"""Encoded people are linked nearly as well, and nothing of them can be read."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from openilr.link import LinkError, keyed, pairs
from openilr.synth.person_files import write_pair
from tests.link.truth import scores, true_pairs, without

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.mark.parametrize(("left_out", "least"), [((), 0.985), (("uln",), 0.97)])
def test_encoded_people_are_linked(left_out: tuple[str, ...], least: float):
    a, b = write_pair(1_500, seed=30)
    encoded = [keyed.encode(without(each, *left_out), KEY) for each in (a, b)]
    found, _ = pairs(*encoded)
    precision, _, f1 = scores(found, true_pairs(a, b))
    assert f1 >= least and precision > 0.995


def test_no_value_is_in_an_encoding(tmp_path: Path):
    a, _ = write_pair(300, seed=31)
    path = tmp_path / "encoded.parquet"
    keyed.encode(without(a), KEY).write_parquet(path, compression="uncompressed")
    data = path.read_bytes().lower()
    for column in ("uln", "given_names", "family_name", "date_of_birth", "postcode"):
        for value in a[column].drop_nulls().unique():
            if len(value) > 4:
                assert value.lower().encode() not in data, column


def test_equal_values_of_different_fields_differ_and_keys_matter():
    people = pl.DataFrame({"id": ["1"], "given_names": ["Jordan"], "family_name": ["Reid"], "postcode": ["JORDAN"]})
    one, other = keyed.encode(people, KEY), keyed.encode(people, OTHER)
    assert one["given1"][0] != one["postcode"][0]
    assert one["given1"][0] != other["given1"][0] and one["given1_bits0"][0] != other["given1_bits0"][0]
    turned = pl.DataFrame({"id": ["1"], "given_names": ["Reid"], "family_name": ["Jordan"]})
    assert keyed.encode(turned, KEY)["given1"][0] == one["family"][0]  # or names that changed places would be lost


def test_files_of_different_keys_are_refused():
    a, b = write_pair(50, seed=32)
    with pytest.raises(LinkError, match="different keys"):
        pairs(keyed.encode(without(a), KEY), keyed.encode(without(b), OTHER))
    with pytest.raises(LinkError, match="the other is not"):
        pairs(keyed.encode(without(a), KEY), without(b))
    with pytest.raises(LinkError, match="encoded already"):
        keyed.encode(keyed.encode(without(a), KEY), KEY)


def test_a_key_is_private_and_never_written_over(tmp_path: Path):
    path = tmp_path / "shared.key"
    keyed.make_key(path)
    assert path.stat().st_mode & 0o077 == 0
    assert len(keyed.read_key(path)) == 32
    with pytest.raises(LinkError, match="never written over"):
        keyed.make_key(path)
    (tmp_path / "no.key").write_text("hello")
    with pytest.raises(LinkError, match="not a linking key"):
        keyed.read_key(tmp_path / "no.key")
