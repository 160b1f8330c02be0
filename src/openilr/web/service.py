"""Start the service over a store.

>>> serve(Path("sector"), host="127.0.0.1", port=8000)      # doctest: +SKIP
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: The longest body that is read: a return of a large provider is some 650 MB.
LONGEST_BODY = 1 << 30


def start(store: Path, *, hosts: tuple[str, ...] = ()) -> Any:
    """Django over the store, with the service's tables brought up to date; the WSGI application.

    A process serves one store. StoreError where the folder is not one.
    """
    from openilr.store import Store

    Store(store)
    os.environ["OPENILR_STORE"] = str(Path(store).absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "openilr.web.settings"
    if hosts and "OPENILR_HOSTS" not in os.environ:
        os.environ["OPENILR_HOSTS"] = ",".join(("localhost", "127.0.0.1", "[::1]", *hosts))
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return get_wsgi_application()


def in_front() -> dict[str, Any]:
    """What waitress may believe of the server that speaks HTTPS in front: who asked, and how. Nothing without one."""
    if os.environ.get("OPENILR_HTTPS") != "1":
        return {}
    return {
        "trusted_proxy": os.environ.get("OPENILR_PROXY", "127.0.0.1"), "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }  # fmt: skip


def serve(store: Path, *, host: str, port: int, ready: Callable[[str], None], threads: int = 8) -> None:
    """Answer requests until the process is told to stop. ``ready`` is called with the address once it listens.

    OSError where the address is taken or not allowed. Background work runs in a process of its own beside it.
    """
    from waitress.server import create_server

    application = start(store, hosts=(host,) if host not in ("0.0.0.0", "::") else ())  # noqa: S104
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = create_server(
        application, host=host, port=port, threads=threads, ident=None, max_request_body_size=LONGEST_BODY,
        channel_timeout=120, clear_untrusted_proxy_headers=True, **in_front(),
    )  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-m", "openilr.web.worker"])
    try:
        name = f"[{host}]" if ":" in host else host
        ready(f"http://{name}:{getattr(server, 'effective_port', port)}/")
        server.run()
    finally:
        worker.terminate()
        worker.wait(10)
