"""An analysis that a researcher has asked to be run. What it gave back is on the project's desk, not here."""

from __future__ import annotations

import secrets

from django.db import models


def _token() -> str:
    return secrets.token_hex(12)


class Session(models.Model):
    """``status``: waiting, running, done or refused. ``sentence`` says how it ended; ``run`` is its name on the desk.

    ``script`` is kept until it has run; after that it stands with the run's outputs.
    """

    token = models.CharField(primary_key=True, max_length=32, default=_token, editable=False)
    project = models.CharField(max_length=20)
    by = models.CharField(max_length=150)
    made = models.DateTimeField(auto_now_add=True)
    file = models.CharField(max_length=120)
    script = models.TextField(blank=True)
    status = models.CharField(max_length=10, default="waiting")
    sentence = models.TextField(blank=True)
    run = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ("-made",)

    @property
    def running(self) -> bool:
        return self.status in ("waiting", "running")
