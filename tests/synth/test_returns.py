"""A synthetic return follows the year's schema, repeats itself, and breaks what it was asked to break."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openilr import years
from openilr.synth import write_reference, write_return
from openilr.synth.numbers import employer_id, national_insurance, postcode, uln


def _official_uln(number: int) -> bool:
    # The check digit as DD01 words it: weights 10 to 2, remainder from 11, taken from 10; a remainder of 0 is no ULN.
    digits = [int(d) for d in str(number)]
    remainder = sum(w * d for w, d in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    return len(digits) == 10 and remainder != 0 and digits[9] == 10 - remainder


def test_ulns_pass_the_check_digit_and_do_not_repeat():
    numbers = [uln(i) for i in range(20_000)]
    assert all(map(_official_uln, numbers))
    assert len(set(numbers)) == len(numbers)
    assert not _official_uln(numbers[0] + 1)


def test_employer_ids_pass_the_check_digit_and_do_not_repeat():
    def passes(number: int) -> bool:
        digits = [int(d) for d in str(number)]
        check = 11 - sum(w * d for w, d in zip(range(9, 1, -1), digits[:8], strict=True)) % 11
        return len(digits) == 9 and check != 10 and digits[8] == check % 11

    numbers = [employer_id(i) for i in range(20_000)]
    assert all(map(passes, numbers))
    assert len(set(numbers)) == len(numbers)


def test_postcodes_have_the_published_form_and_no_real_area():
    form = re.compile(r"[QVX][A-Z][0-9]{1,2} [0-9][ABD-HJLNP-UW-Z]{2}")
    codes = [postcode(i) for i in range(0, 40_000, 7)]
    assert all(form.fullmatch(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_national_insurance_numbers_use_a_prefix_that_is_not_issued():
    assert re.fullmatch(r"ZZ[0-9]{6}[ABCD]", national_insurance(123_456_789))


@pytest.mark.parametrize("year", ["2526", "2627"])
def test_the_fields_follow_the_order_and_facets_of_the_schema(tmp_path: Path, year: str):
    lxml = pytest.importorskip("lxml.etree")
    schema = years.load(year).schema
    written = write_return(tmp_path, 400, year=year)
    root = lxml.parse(str(written.path)).getroot()
    seen = set()
    for element in root.iter():
        name = lxml.QName(element)
        assert name.namespace == schema.namespace
        if len(element) == 0:
            continue
        entity = schema.entities[name.localname]
        order = [child.name for child in entity.children]
        places = [order.index(lxml.QName(child).localname) for child in element]
        assert places == sorted(places)
        present = {order[place] for place in places}
        assert {field.name for field in entity.fields if field.required} <= present
        for child in element:
            field = schema.fields.get(f"{entity.name}.{lxml.QName(child).localname}")
            if field is None:
                continue
            seen.add(field.path)
            if field.pattern:
                assert re.fullmatch(field.pattern, child.text), field.path
            if field.max_length:
                assert len(child.text) <= field.max_length, field.path
            if field.max_value is not None:
                assert field.min_value <= int(child.text) <= field.max_value, field.path
    assert len(seen) > 60


def test_the_same_arguments_give_the_same_file(tmp_path: Path):
    one = write_return(tmp_path / "one", 50, seed=3, faults=0.2)
    two = write_return(tmp_path / "two", 50, seed=3, faults=0.2)
    other = write_return(tmp_path / "other", 50, seed=4, faults=0.2)
    assert one.path.read_bytes() == two.path.read_bytes() != other.path.read_bytes()
    assert one.planted == two.planted
    assert one.learners == 50


def test_counts_are_those_of_the_file(tmp_path: Path):
    written = write_return(tmp_path, 120)
    text = written.path.read_text("utf-8")
    assert text.count("<Learner>") == written.learners == 120
    assert text.count("<LearningDelivery>") == written.aims
    assert not written.planted


def test_faults_are_planted_in_about_the_share_asked_for(tmp_path: Path):
    written = write_return(tmp_path, 500, faults=0.2)
    assert 60 < len(written.planted) < 140
    assert len({rule for _, rule in written.planted}) > 3


def test_the_name_is_the_one_that_the_file_name_rules_ask_for(tmp_path: Path):
    assert write_return(tmp_path, 1).path.name == "ILR-99999999-2526-20260630-090000-01.xml"
    assert re.fullmatch(
        r"ILR-90000001-2627-\d{8}-\d{6}-01\.xml", write_return(tmp_path, 1, year="2627", ukprn=90000001).path.name
    )


def test_no_learner_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="at least one learner"):
        write_return(tmp_path, 0)


def test_the_reference_set_holds_what_returns_use(tmp_path: Path):
    write_reference(tmp_path / "reference")
    text = write_return(tmp_path, 300).path.read_text("utf-8")

    def column(table: str) -> set[str]:
        lines = (tmp_path / "reference" / table).read_text("utf-8").splitlines()[1:]
        return {line.split(",")[0] for line in lines}

    def used(field: str) -> set[str]:
        return set(re.findall(f"<{field}>([^<]+)<", text))

    assert used("LearnAimRef") <= column("LARS_LearningDelivery.csv") & column("LARS_Validity.csv")
    assert used("StdCode") <= column("LARS_Standard.csv") & column("LARS_StandardFunding.csv")
    assert used("Postcode") | used("DelLocPostCode") <= column("NSPL_AUG_2026_UK.csv")
    assert used("EmpId") <= column("Employers.csv")
