"""The service as it really runs: waitress on a free port, in this process."""

from __future__ import annotations

import threading
from contextlib import contextmanager


@contextmanager
def serving(application):
    """The address of a running service."""
    from waitress.server import create_server

    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(5)
