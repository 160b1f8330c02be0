"""Who may see what: the roles, and the one decorator that every page behind a sign-in carries."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


class Role(StrEnum):
    """What a signed-in person does. One person may have several; ``public`` sees what everybody sees."""

    PROVIDER = "provider"
    STEWARD = "steward"
    RESEARCHER = "researcher"
    CHECKER = "checker"
    AUDITOR = "auditor"
    PUBLIC = "public"


def role_required(*roles: str) -> Callable[[View], View]:
    """The page is for people with one of these roles. Others are asked to sign in, or told that it is not theirs (403).

    The roles stay readable as ``view.roles``, so that a test can try every page as every role.
    """
    wanted = tuple(Role(role) for role in roles)
    if not wanted:
        raise ValueError("role_required needs at least one role")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                from django.contrib.auth.views import redirect_to_login  # needs the models, which need this module

                return redirect_to_login(request.get_full_path())
            if not request.user.has_role(*wanted):
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = "no-store"
            return response

        guarded.roles = wanted  # type: ignore[attr-defined]
        return guarded

    return decorate
