"""The queues of background work. An area declares its tasks with ``@huey.task()`` in its ``jobs.py``.

Researchers' sessions, which may take half an hour, have a queue of their own, so that nothing else waits for them.
"""

from __future__ import annotations

from django.conf import settings
from huey import SqliteHuey

huey = SqliteHuey("openilr", filename=str(settings.PRIVATE / "jobs.sqlite3"), fsync=True, utc=True)
sessions = SqliteHuey("sessions", filename=str(settings.PRIVATE / "sessions.sqlite3"), fsync=True, utc=True)
