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


def faults(page, addresses):
    """What axe objects to on these pages, what is wider than a phone, and what the browser complained of."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for address in addresses:
        page.goto(address)
        page.wait_for_function("document.body.classList.contains('govuk-frontend-supported')")
        found += [(address, v["id"], v["nodes"][0]["html"][:120]) for v in Axe().run(page).response["violations"]]
        page.set_viewport_size({"width": 375, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append((address, "wider than the screen", ""))
        page.set_viewport_size({"width": 1200, "height": 900})
    return [*found, *page.problems]
