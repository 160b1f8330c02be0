"""Work on many records that a page only asks for: a check of an application, an extract."""

from __future__ import annotations

from django.conf import settings
from huey import crontab

from openilr.access import AccessError, checks, ending, extract
from openilr.access.project import application, project
from openilr.store import StoreError
from openilr.web import errors
from openilr.web.queue import huey
from openilr.web.returns import store


@huey.task()
def look(id: str) -> None:
    """Make the check of a project's latest application, for its reviewers."""
    held = store()
    try:
        checks.made(held, application(held, project(held, id)))
    except (AccessError, StoreError) as problem:
        print(f"openilr.web: a check could not be made: {errors.where(problem)}", flush=True)


@huey.task()
def make_extract(id: str, by: str, roles: list[str], link_run: str | None, replace: bool) -> None:
    """Make an extract. What becomes of it is in the log: the extract, or why it was refused."""
    try:
        extract.make(store(), id, by=by, roles=roles, link_run=link_run, replace=replace)
    except (AccessError, StoreError) as problem:
        print(f"openilr.web: an extract could not be made: {errors.where(problem)}", flush=True)


@huey.periodic_task(crontab(hour="5", minute="0"))
def every_day() -> None:
    """Remind of what ends; close what has ended, if the owner has said when."""
    held = store()
    try:
        ending.remind(held)
        if settings.CLOSE_AFTER is not None:
            ending.close_overdue(held, after=int(settings.CLOSE_AFTER))
    except (AccessError, StoreError) as problem:
        print(f"openilr.web: reminders could not be written: {errors.where(problem)}", flush=True)
