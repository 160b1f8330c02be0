"""What is asked of a steward."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django import forms


class Freezing(forms.Form):
    year = forms.RegexField(
        r"^\d{4}$", error_messages={"required": "Enter a year", "invalid": "A year is written 2526"}
    )
    return_name = forms.RegexField(
        r"^R(0[1-9]|1[0-4])$", error_messages={"required": "Enter a return", "invalid": "A return is written R14"}
    )
    note = forms.CharField(max_length=500, required=False)


class Adding(forms.Form):
    data = forms.FileField(
        max_length=120, error_messages={"required": "Choose the data file", "empty": "The data file is empty"}
    )
    meta = forms.FileField(
        max_length=120, error_messages={"required": "Choose the meta file", "empty": "The meta file is empty"}
    )
    title = forms.CharField(max_length=200, error_messages={"required": "Enter a title"})
    publication = forms.CharField(max_length=200, required=False)
    summary = forms.CharField(max_length=1000, required=False)
    notes = forms.CharField(max_length=1000, required=False)

    def clean(self) -> None:
        names = {part: self.cleaned_data[part].name for part in ("data", "meta") if part in self.cleaned_data}
        for part, name in names.items():
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.csv", name):
                self.add_error(part, "A file is called such as starts.csv, its meta file starts.meta.csv")
        if len(names) == 2 and names["data"] == names["meta"]:
            self.add_error("meta", "Choose the meta file, such as starts.meta.csv: this is the data file again")


class Deciding(forms.Form):
    """``publish_at`` is empty for now, or a moment such as 2026-11-27 09:30 (UTC)."""

    decision = forms.ChoiceField(
        choices=[(x, x) for x in ("approve", "withdraw")],
        error_messages={"required": "Choose what to do", "invalid_choice": "Choose what to do"},
    )
    publish_at = forms.CharField(max_length=20, required=False)

    def clean_publish_at(self) -> str | None:
        text = self.cleaned_data["publish_at"].strip()
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat()
        except ValueError:
            raise forms.ValidationError("Write the moment as 2026-11-27 09:30") from None


class Answering(forms.Form):
    decision = forms.ChoiceField(
        choices=[(x, x) for x in ("answer", "refuse")], error_messages={"required": "Choose what to do"}
    )
    answer = forms.CharField(max_length=4000, error_messages={"required": "Write an answer"})
    measure = forms.CharField(max_length=50, required=False)
    year = forms.RegexField(r"^\d{4}$", required=False, error_messages={"invalid": "A year is written 2526"})
    by = forms.CharField(max_length=200, required=False)
