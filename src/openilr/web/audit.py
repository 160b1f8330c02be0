"""Sensitive pages write who saw what into the store's audit log, which nobody can change unnoticed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from openilr.access import audit


def record(request: HttpRequest, action: str, /, **facts: Any) -> None:
    """Append to the audit log: the signed-in person, the action (such as ``web.findings.view``) and plain facts."""
    audit.append(settings.STORE, request.user.get_username() or "public", action, **facts)
