"""What is asked on the pages of outputs."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms

LARGEST = 1_000_000


class Analysis(forms.Form):
    """A script or notebook, as text."""

    file = forms.FileField(
        max_length=120, error_messages={"required": "Choose the analysis", "empty": "The file is empty"}
    )

    def clean_file(self) -> tuple[str, str]:
        given: Any = self.cleaned_data["file"]
        name = PurePath(given.name).name
        if PurePath(name).suffix not in (".py", ".ipynb"):
            raise forms.ValidationError("Choose a Python script (.py) or a notebook (.ipynb)")
        if given.size > LARGEST:
            raise forms.ValidationError("The analysis may have at most 1 MB")
        try:
            return name, given.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is no text") from None


class Deciding(forms.Form):
    """A checker's decision on the version that they looked at."""

    decision = forms.ChoiceField(
        choices=[(x, x) for x in ("agree", "refuse")], error_messages={"required": "Choose what to do"}
    )
    reason = forms.CharField(max_length=4000, error_messages={"required": "Say why"})
    version = forms.IntegerField(min_value=1)
