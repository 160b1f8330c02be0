"""What is asked on the pages of an application and of those who decide on it."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from openilr.access.application import HANDLE
from openilr.access.people import ROLES

RETURNS = tuple(f"R{number:02d}" for number in range(14, 0, -1))
PARTS = ("id", "name", "organisation", "accreditation", "accreditation_until", "training_until")
QUESTIONS, PEOPLE, CONDITIONS = 6, 4, 4


def _words(missing: str, longest: int = 4000) -> forms.CharField:
    return forms.CharField(max_length=longest, error_messages={"required": missing})


def _day(missing: str, *, required: bool = True) -> forms.DateField:
    wrong = {"required": missing, "invalid": "Enter a date such as 2027-07-31"}
    return forms.DateField(required=required, error_messages=wrong, input_formats=["%Y-%m-%d"])


class About(forms.Form):
    title = _words("Enter a title", 300)
    public_benefit = _words("Say what the public gains")
    legal_basis = _words("Enter the legal basis", 500)
    ethics = _words("Say how ethics were looked at", 1000)
    outputs = _words("Say which outputs will leave", 1000)
    end_date = _day("Enter the last day on which the data are needed")


class Questions(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, QUESTIONS + 1):
            self.fields[f"question_{number}"] = forms.CharField(max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        if not any(self.cleaned_data.values()):
            self.add_error("question_1", "Write at least one question")
        return self.cleaned_data


class People(forms.Form):
    """Up to four researchers; a row is empty or whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, PEOPLE + 1):
            for part in PARTS:
                made = _day("", required=False) if part.endswith("until") else forms.CharField(max_length=200)
                made.required = False
                self.fields[f"{part}_{number}"] = made

    def clean(self) -> dict[str, Any]:
        for number in range(1, PEOPLE + 1):
            row = {part: self.cleaned_data.get(f"{part}_{number}") for part in PARTS}
            if not any(row.values()):
                continue
            for part, value in row.items():
                if not value and f"{part}_{number}" not in self.errors:
                    self.add_error(f"{part}_{number}", f"Person {number}: enter the {part.replace('_', ' ')}")
            if row["id"] and not HANDLE.fullmatch(row["id"]):
                self.add_error(f"id_{number}", f"Person {number}: the user name is small letters, digits, . - and _")
        if not self.errors and not self.rows():
            self.add_error("id_1", "Name at least one researcher")
        return self.cleaned_data

    def rows(self) -> list[dict[str, Any]]:
        rows = ({part: self.cleaned_data.get(f"{part}_{n}") for part in PARTS} for n in range(1, PEOPLE + 1))
        return [{part: str(value) for part, value in row.items()} for row in rows if all(row.values())]


class Data(forms.Form):
    """Years, return, and who is in the data."""

    years = forms.MultipleChoiceField(error_messages={"required": "Choose at least one year"})
    return_name = forms.ChoiceField(choices=[(name, name) for name in RETURNS])

    def __init__(self, years: tuple[str, ...], conditions: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["years"].choices = [(year, year) for year in years]
        for number in range(1, CONDITIONS + 1):
            choices = [("", ""), *((name, name) for name in conditions)]
            self.fields[f"field_{number}"] = forms.ChoiceField(choices=choices, required=False)
            self.fields[f"values_{number}"] = forms.CharField(max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        for number in range(1, CONDITIONS + 1):
            name, values = self.cleaned_data.get(f"field_{number}"), self.cleaned_data.get(f"values_{number}")
            if bool(name) != bool(values):
                self.add_error(f"values_{number}", f"Condition {number}: choose a field and enter its values")
        return self.cleaned_data

    def rows(self) -> list[dict[str, Any]]:
        rows = ((self.cleaned_data[f"field_{n}"], self.cleaned_data[f"values_{n}"]) for n in range(1, CONDITIONS + 1))
        return [{"field": name, **_values(values)} for name, values in rows if name]


class NewField(forms.Form):
    """A field that is asked for, in which detail, and the questions that it serves."""

    detail = forms.ChoiceField(error_messages={"required": "Choose a detail"})
    serves = forms.MultipleChoiceField(error_messages={"required": "Choose the questions that this field serves"})

    def __init__(self, details: list[str], questions: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["detail"].choices = [(name, name) for name in details]
        self.fields["serves"].choices = [(name, name) for name in questions]


class Reason(forms.Form):
    reason = _words("Say why")
    application = forms.CharField(required=False)


class NewPerson(forms.Form):
    person = forms.RegexField(HANDLE, error_messages={"required": "Enter a user name", "invalid": "Enter a user name of small letters, digits, . - and _"})  # fmt: skip # noqa: E501
    roles = forms.MultipleChoiceField(
        choices=[(role, role) for role in ROLES], error_messages={"required": "Choose at least one role"}
    )
    name = forms.CharField(max_length=200, required=False)
    organisation = forms.CharField(max_length=200, required=False)
    accreditation = forms.CharField(max_length=100, required=False)
    accreditation_until = _day("", required=False)
    training_until = _day("", required=False)


def _values(text: str) -> dict[str, Any]:
    """``36, 35`` is a list; ``16 to 18``, ``19 or more`` and ``18 or less`` are ranges."""
    span = re.fullmatch(r"(.+?) to (.+)", text.strip())
    if span:
        return {"from": _value(span[1]), "to": _value(span[2])}
    bound = re.fullmatch(r"(.+?) or (more|less)", text.strip())
    if bound:
        return {"from" if bound[2] == "more" else "to": _value(bound[1])}
    return {"in": [_value(each) for each in text.split(",") if each.strip()]}


def _value(text: str) -> int | str:
    text = text.strip()
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def values_text(condition: dict[str, Any]) -> str:
    """A condition as the form shows it."""
    if "in" in condition:
        return ", ".join(map(str, condition["in"]))
    if "from" in condition and "to" in condition:
        return f"{condition['from']} to {condition['to']}"
    return f"{condition['from']} or more" if "from" in condition else f"{condition['to']} or less"
