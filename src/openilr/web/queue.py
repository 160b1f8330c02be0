"""The queue of background work. An area declares its tasks with ``@huey.task()`` in its ``jobs.py``."""

from __future__ import annotations

from django.conf import settings
from huey import SqliteHuey

huey = SqliteHuey("openilr", filename=str(settings.PRIVATE / "jobs.sqlite3"), fsync=True, utc=True)
