"""The process that does background work: ``python -m openilr.web.worker``, with OPENILR_STORE set.

Tasks are the functions of ``jobs.py`` in any area; the queues are SQLite files in the private folder of the store.
"""

from __future__ import annotations

import os
import threading
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    from openilr.web import areas
    from openilr.web.service import start

    start(Path(os.environ["OPENILR_STORE"]))
    from openilr.web.queue import huey, sessions

    for name in areas.names():
        if find_spec(f"openilr.web.{name}.jobs"):
            import_module(f"openilr.web.{name}.jobs")
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    how = {"workers": 1, "worker_type": "thread", "initial_delay": 0.1, "max_delay": 1.0}
    sessions.create_consumer(periodic=False, **how).start()
    huey.create_consumer(periodic=True, **how).run()


def _leave_with_parent(parent: int) -> None:
    """End when the service has ended, even if it was killed and could not say so."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
