"""What the pages of projects share: who somebody is here, which projects they see, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openilr.access import AccessError, Refused
from openilr.access.project import Project, application, projects
from openilr.disclose.errors import DisclosureError
from openilr.store import StoreError
from openilr.web.returns import store
from openilr.web.roles import Role

EVERYBODY = (Role.STEWARD, Role.RESEARCHER, Role.CHECKER, Role.AUDITOR)
View = Callable[..., HttpResponse]


def who(request: HttpRequest) -> str:
    """The person as the audit log knows them."""
    return str(request.user.get_username()).lower()


def roles(request: HttpRequest) -> list[str]:
    """The roles that the sign-in vouches for."""
    return list(request.user.role_names)


def seen_by(request: HttpRequest) -> dict[str, Project]:
    """All projects for those who look after them; a researcher's own for a researcher."""
    found = projects(store())
    if request.user.has_role(Role.STEWARD, Role.CHECKER, Role.AUDITOR):
        return found
    return {id: each for id, each in found.items() if is_of(each, who(request))}


def is_of(project: Project, person: str) -> bool:
    """Whether a person applied for a project or is named in its latest or approved application."""
    return person in (project.applicant, *project.people) or person in application(store(), project).people


def one(request: HttpRequest, id: str) -> Project:
    """A project that this person may look at; whether it exists is not told to others."""
    found = seen_by(request).get(id)
    if found is None:
        raise PermissionDenied
    return found


def governed(view: View) -> View:
    """What access or the desk refuses becomes a page that says why: 403 refused, 409 where it can not be done now."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (AccessError, DisclosureError, StoreError) as problem:
            status = 403 if isinstance(problem, Refused) else 409
            return render(request, "projects/problem.html", {"sentence": str(problem)}, status=status)

    return guarded
