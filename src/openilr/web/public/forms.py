"""What is asked of a person who wants numbers that no data set has."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from openilr.web.public.models import Request


class Asking(forms.ModelForm):
    class Meta:
        model = Request
        fields = ("wanted", "purpose", "name", "email")
        error_messages: ClassVar = {
            "wanted": {"required": "Say which numbers you need"},
            "purpose": {"required": "Say what they are for"},
            "name": {"required": "Enter your name"},
            "email": {
                "required": "Enter an e-mail address",
                "invalid": "Enter an e-mail address such as name@example.org",
            },
        }
