"""What every answer carries, how long a session lasts, and what becomes of a fault."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

Next = Callable[[HttpRequest], HttpResponse]

#: Scripts, styles, pictures and forms from here and nowhere else; nothing inline, no frames, no plug-ins.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def security_headers(following: Next) -> Next:
    def add(request: HttpRequest) -> HttpResponse:
        response = following(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return add


def one_spelling_of_the_api(following: Next) -> Next:
    """Addresses of the API are the same in upper and lower case, and with a slash at the end."""

    def lower(request: HttpRequest) -> HttpResponse:
        if is_api(request.path_info):
            request.path_info = request.path_info.lower().rstrip("/")
        return following(request)

    return lower


def is_api(path: str) -> bool:
    return path.lower().startswith(("/v1/", "/statistics/", "/health", "/swagger/"))


def session_limits(following: Next) -> Next:
    """Signs a person out when the session has lasted SESSION_LONGEST, however busy it was."""

    def limit(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            began = request.session.setdefault("began", time.time())
            if time.time() - began > settings.SESSION_LONGEST:
                logout(request)
        return following(request)

    return limit


#: What Django answers by itself with 400, 403 or 404.
_ANSWERED = (BadRequest, Http404, MultiPartParserError, PermissionDenied, SuspiciousOperation)


class plain_faults:
    """A fault of ours says on the log where it is, without the data that it met, and the reader gets a plain page."""

    def __init__(self, following: Next) -> None:
        self._following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._following(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, _ANSWERED):
            return None
        from openilr.web import errors

        logging.getLogger("openilr.web").error("%s", errors.where(problem))
        return errors.fault(request)
