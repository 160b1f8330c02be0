"""A file that a provider uploaded, and what became of it. Findings are not in here: they are sealed files."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models


def _token() -> str:
    return secrets.token_hex(12)


class Upload(models.Model):
    """``status``: waiting, checking, done or failed. ``sentence`` says in plain words how it ended."""

    token = models.CharField(primary_key=True, max_length=32, default=_token, editable=False)
    made = models.DateTimeField(auto_now_add=True)
    finished = models.DateTimeField(null=True)
    by = models.CharField(max_length=150)
    ukprn = models.PositiveIntegerField()
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    return_name = models.CharField(max_length=3)
    send = models.BooleanField()
    status = models.CharField(max_length=10, default="waiting")
    learners_checked = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    accepted = models.BooleanField(null=True)
    sentence = models.TextField(blank=True)

    class Meta:
        ordering = ("-made",)

    @property
    def folder(self) -> Path:
        """Private place of the file while it is checked, and of its sealed findings after that."""
        return settings.UPLOADS / self.token

    @property
    def running(self) -> bool:
        return self.status in ("waiting", "checking")

    def before(self) -> Any:
        """The upload of the same provider that was checked last before this one, or None."""
        return Upload.objects.filter(ukprn=self.ukprn, status="done", made__lt=self.made).first()
