"""How pages are made: the Jinja2 environment, and what every page is given."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, Undefined

from openilr.spec.words import count
from openilr.web import areas

_HERE = Path(__file__).parent


def environment(**options: Any) -> Environment:
    folders = [_HERE / "templates", *(_HERE / name / "templates" for name in areas.names())]
    options["loader"] = ChoiceLoader(
        [
            FileSystemLoader(folders),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    options["undefined"] = _Missing
    made = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - Django turns autoescape on
    made.globals.update(static=static, url=_url)
    made.filters.update(counted=count, number=number, moment=moment, day=day, iso_day=iso_day)
    return made


class _Missing(Undefined):
    """What is missing may be asked about, as the design system's macros do, but printing it is a mistake of ours."""

    __str__ = Undefined._fail_with_undefined_error


def every_page(request: HttpRequest) -> dict[str, Any]:
    from django.contrib.auth.models import AnonymousUser

    # A request that is refused early has no user yet, and still gets a page.
    user = getattr(request, "user", None) or AnonymousUser()
    links = [
        link for link in areas.navigation() if not link.roles or (user.is_authenticated and user.has_role(*link.roles))
    ]
    return {"user": user, "navigation": links, "notices": get_messages(request), "path": request.path}


def number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" if isinstance(value, float) else str(value)


def day(value: Any) -> str:
    return f"{value.day} {value:%B %Y}" if value else ""


def iso_day(value: str | None) -> str:
    return day(datetime.fromisoformat(value)) if value else ""


def moment(value: Any) -> str:
    return f"{day(value)} at {value:%H:%M}" if value else ""


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)
