"""Make people who can sign in; used by ``ilr users`` and by tests."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openilr.access.people import SERVICE
from openilr.web.roles import Role

#: One person of each role, for a store of made-up data.
DEMO = (
    ("data-manager", (Role.PROVIDER,)), ("steward", (Role.STEWARD,)), ("researcher", (Role.RESEARCHER,)),
    ("checker", (Role.CHECKER,)), ("auditor", (Role.AUDITOR,)),
)  # fmt: skip
_FILE = "demo-sign-ins.json"


class PeopleError(Exception):
    """The person cannot be made as asked; the message says why."""


def add(name: str, roles: Sequence[str], *, password: str | None = None, ukprn: int | None = None) -> str:
    """Make a person, or give an existing one these roles and a new password; the password, made up if none is given.

    PeopleError for an unknown role, a provider's person without a UKPRN, a poor password, or a name with odd signs or
    of the service itself.
    """
    from django.contrib.auth import get_user_model
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    known = [role.value for role in Role]
    wrong = [role for role in roles if role not in known]
    if wrong or not roles:
        raise PeopleError(f"There is no role {', '.join(wrong) or 'given'}: choose from {', '.join(known)}.")
    if (Role.PROVIDER in roles) != (ukprn is not None):
        raise PeopleError("A provider's person needs --ukprn, and nobody else has one.")
    if name.casefold() == SERVICE:
        raise PeopleError(f"{name!r} stands in the audit log for what the service does by itself: choose another name.")
    users = get_user_model()
    user = users.objects.filter(username=name).first() or users(username=name)
    user.role_names, user.ukprn = list(dict.fromkeys(roles)), ukprn
    given = password or secrets.token_urlsafe(12)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(given, user)
    except ValidationError as problem:
        raise PeopleError(" ".join(problem.messages)) from None
    user.set_password(given)
    user.save()
    return given


def everyone() -> list[dict[str, Any]]:
    """Name, roles, provider, second step and last sign-in of everybody, by name."""
    from django.contrib.auth import get_user_model
    from django_otp import user_has_device

    return [
        {
            "name": user.username, "roles": ", ".join(user.role_names), "ukprn": user.ukprn,
            "second_step": user_has_device(user), "active": user.is_active, "last_sign_in": user.last_login,
        }
        for user in get_user_model().objects.order_by("username")
    ]  # fmt: skip


def make_demo(folder: Path, ukprn: int | None) -> list[dict[str, str]]:
    """One person of each role with a made-up password, kept in a private file so that they can be shown again."""
    made = []
    for name, roles in DEMO:
        if Role.PROVIDER in roles and ukprn is None:
            continue
        password = add(name, roles, ukprn=ukprn if Role.PROVIDER in roles else None)
        made.append({"name": name, "role": roles[0].value, "password": password})
    path = folder / _FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(made, file)
    return made


def demo_sign_ins(folder: Path) -> list[dict[str, str]]:
    """What ``make_demo`` made; empty for a store that is no demonstration."""
    path = folder / _FILE
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


def reset(name: str) -> str:
    """Remove a person's second step and set a new password; the password. PeopleError for an unknown name."""
    from django.contrib.auth import get_user_model
    from django_otp import devices_for_user

    user = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise PeopleError(f"There is nobody called {name}.")
    for device in devices_for_user(user):
        device.delete()
    return add(name, user.role_names, ukprn=user.ukprn)
