"""A reference file without a column that a rule asks for: the rule is named as not run, never silently passed."""

from openilr.synth import write_return
from openilr.validate import validate


def not_run(report):
    return {n["rule"]: n for n in report.not_run}


def test_a_missing_column_is_said(tmp_path):
    file = write_return(tmp_path, 3).path
    folder = tmp_path / "reference"
    folder.mkdir()
    table = folder / "LARS_Standard.csv"
    table.write_text("StandardCode,StandardName,EffectiveFrom\n1,A standard,2015-08-01\n")
    said = not_run(validate(file, reference=folder))["DateOfBirth_59"]
    assert said["needs"] == ["lars_standard"]
    assert "ApprenticeshipStandardTypeCode" in said["reason"]

    table.write_text("StandardCode,StandardName,EffectiveFrom,ApprenticeshipStandardTypeCode\n1,A,2015-08-01,A0001\n")
    assert "DateOfBirth_59" not in not_run(validate(file, reference=folder))
