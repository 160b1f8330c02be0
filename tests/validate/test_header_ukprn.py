"""UKPRN_03: the learning provider is the one in the header."""

import pytest

from openilr.validate.file_level import FILE_RULES, FileFacts


@pytest.mark.parametrize(
    ("provider", "source", "fires"),
    [(10000001, 10000001, False), (10000001, 10000002, True), (None, 10000001, False), (10000001, None, False)],
)
def test_provider_and_header(provider, source, fires):
    header = {"LearningProvider.UKPRN": provider, "UKPRN": source}
    finding = FILE_RULES["UKPRN_03"].check(FileFacts("ILR-10000001-2526-20251101-120000-01.XML", header=header))
    assert (finding is not None) == fires
    if finding:
        assert finding.fields == {"LearningProvider.UKPRN": "10000001", "Source.UKPRN": "10000002"}
