"""Sessions: a researcher's code, run in its room, in a queue of their own so that nothing else waits for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from openilr.access import AccessError
from openilr.disclose.errors import DisclosureError
from openilr.disclose.session import Limits
from openilr.disclose.session.project import run_for_project
from openilr.store import StoreError
from openilr.web import errors
from openilr.web.outputs.models import Session
from openilr.web.queue import sessions
from openilr.web.returns import store

#: A session of the service has the bounds of one at the command line; see ``openilr.disclose.session.Limits``.
LIMITS = Limits()


@sessions.task()
def run(token: str) -> None:
    """Run an analysis on the project's extract; what comes back is on the desk, and how it ended with the session."""
    from django.db import close_old_connections

    close_old_connections()
    asked = Session.objects.get(token=token)
    asked.status = "running"
    asked.save(update_fields=["status"])
    try:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / asked.file
            script.write_text(asked.script, "utf-8")
            session, items = run_for_project(store(), asked.project, script, by=asked.by, limits=LIMITS)
        asked.status, asked.sentence = "done", session.words()
        asked.run = items[0].run.name if items else ""
    except (AccessError, DisclosureError, StoreError) as problem:
        asked.status, asked.sentence = "refused", str(problem)
    except Exception as problem:
        print(f"openilr.web: an analysis could not be run: {errors.where(problem)}", flush=True)
        asked.status, asked.sentence = "refused", "It could not be run because of a fault of this service."
    asked.script = ""
    asked.save()


@sessions.on_startup()
def tell_what_was_cut_off() -> None:
    """A session that ran when the service was stopped will not end by itself; whoever asked for it is told."""
    Session.objects.filter(status="running").update(
        status="refused", script="", sentence="The service was stopped while it ran. Ask for it again."
    )
