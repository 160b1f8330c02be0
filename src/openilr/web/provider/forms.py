"""What is asked of a person who uploads a return."""

from __future__ import annotations

import re

from django import forms
from django.core.files.uploadedfile import UploadedFile

RETURNS = tuple(f"R{number:02d}" for number in range(1, 15))
LARGEST = 1 << 30


class Sending(forms.Form):
    file = forms.FileField(
        max_length=150,
        error_messages={
            "required": "Choose a file", "empty": "The file is empty", "invalid": "Choose a file",
            "max_length": "The name of the file is too long",
        },
    )  # fmt: skip
    return_name = forms.ChoiceField(
        choices=[(name, name) for name in RETURNS],
        error_messages={"required": "Choose a return", "invalid_choice": "Choose a return"},
    )
    send = forms.ChoiceField(
        choices=[("check", ""), ("send", "")],
        error_messages={
            "required": "Say if the file is to be sent in",
            "invalid_choice": "Say if the file is to be sent in",
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,140}\.(xml|zip)", file.name or "", re.IGNORECASE):
            raise forms.ValidationError("The file must be XML or zip, with a name of letters, digits, dots and hyphens")
        if file.size and file.size > LARGEST:
            raise forms.ValidationError("The file is larger than 1 GB")
        return file
