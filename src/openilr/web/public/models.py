"""A request for numbers that no data set has."""

from __future__ import annotations

import secrets

from django.db import models


def _token() -> str:
    return secrets.token_hex(12)


class Request(models.Model):
    """Asked by anybody, answered by a steward with a protected table or with the reason why not."""

    token = models.CharField(primary_key=True, max_length=32, default=_token, editable=False)
    made = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=200)
    wanted = models.TextField(max_length=4000)
    purpose = models.TextField(max_length=2000)
    status = models.CharField(max_length=10, default="open")
    answer = models.TextField(blank=True)
    table = models.JSONField(null=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered = models.DateTimeField(null=True)
