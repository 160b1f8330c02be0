"""What is asked of a person who signs in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest


class SignIn(forms.Form):
    username = forms.CharField(max_length=150, strip=True, error_messages={"required": "Enter your user name"})
    password = forms.CharField(max_length=1000, strip=False, error_messages={"required": "Enter your password"})

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.person: Any = None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("username") and data.get("password"):
            self.person = authenticate(self._request, username=data["username"], password=data["password"])
            if self.person is None:
                raise forms.ValidationError("The user name or the password is not right")
        return data


class Code(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        error_messages={"required": "Enter the code from your app", "invalid": "The code is six digits"},
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())
