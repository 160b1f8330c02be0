"""Pages, and answers of the API, for what went wrong."""

from __future__ import annotations

import traceback
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openilr.web.middleware import is_api

_HOME = Path(__file__).resolve().parents[2]
_WORDS = {
    400: ("Bad request", "The request could not be understood."),
    403: ("You do not have access to this page", "It belongs to another role, or to another provider or project."),
    404: ("Page not found", "If you typed the address, check that it is right. If you followed a link, it may be old."),
    413: ("The file is too large", "The service takes files of up to 1 GB."),
    500: ("Sorry, there is a problem with the service", "Try again later. What you sent was not saved."),
}


def answer(request: HttpRequest, status: int, words: str = "") -> HttpResponse:
    """A plain page, or a problem in the API's form where the address is the API's."""
    title, text = _WORDS[status]
    if is_api(request.path):
        from openilr.web.api.problems import problem

        return problem(status)
    return render(request, "error.html", {"title": title, "text": words or text}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return answer(request, 404)


def fault(request: HttpRequest) -> HttpResponse:
    return answer(request, 500)


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return answer(
        request, 403, "The form was open for too long, or did not come from this service. Go back and send it again."
    )


def where(problem: BaseException) -> str:
    """The kind of error and the last line of ours that it passed; not its text, which may hold somebody's data."""
    ours = [f for f in traceback.extract_tb(problem.__traceback__) if Path(f.filename).is_relative_to(_HOME)]
    place = f" at {Path(ours[-1].filename).relative_to(_HOME).as_posix()}:{ours[-1].lineno}" if ours else ""
    return f"{type(problem).__name__}{place}"
