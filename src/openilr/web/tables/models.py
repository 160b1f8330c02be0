"""A table that was shared: what it said is frozen, and can be compared with what it says now."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from django.db import models


def _token() -> str:
    return secrets.token_hex(12)


class SharedTable(models.Model):
    """``address`` is the choice, ``cells`` the values of that day by readable key, ``sha256`` of them.

    ``featured`` is the name under which a steward shows the table to everybody, or empty.
    """

    token = models.CharField(primary_key=True, max_length=32, default=_token, editable=False)
    made = models.DateTimeField(auto_now_add=True)
    title = models.CharField(max_length=500)
    data_set = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    address = models.TextField()
    table = models.JSONField()
    cells = models.JSONField()
    sha256 = models.CharField(max_length=64)
    featured = models.CharField(max_length=120, blank=True, default="")

    @staticmethod
    def hash_of(table: Any) -> str:
        return hashlib.sha256(json.dumps(table, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
