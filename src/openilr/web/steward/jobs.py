"""Background work of stewards: what was approved comes out when its moment has come."""

from __future__ import annotations

from huey import crontab

from openilr.web.datasets import library
from openilr.web.queue import huey


@huey.periodic_task(crontab(minute="*"))
def publish_due() -> None:
    library().publish_due()
