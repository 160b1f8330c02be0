"""What the pages of outputs share: who checks, by which rules, and what the safer versions are called."""

from __future__ import annotations

from django.http import HttpRequest

from openilr.access.project import Project
from openilr.disclose.outputs import Policy
from openilr.disclose.session.project import convention
from openilr.web.projects.common import is_of, who
from openilr.web.returns import store
from openilr.web.roles import Role

#: The ways to a safer version, in words for the button that makes it.
WAYS = {
    "suppress": "Hide the cells concerned", "round": "Round the numbers", "merge": "Put small categories together",
}  # fmt: skip


def policy() -> Policy:
    """The store's own convention, or the package's."""
    return convention(store())


def is_checker(request: HttpRequest, project: Project) -> bool:
    """Whether this person may see a project's outputs before they are released: a checker who has no part in it."""
    return bool(request.user.has_role(Role.CHECKER)) and not is_of(project, who(request))
