"""Errors and warnings in the form of the public API.

Codes are those of explore education statistics, because its clients read them; the sentences are ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse

_TYPES = {
    400: ("https://tools.ietf.org/html/rfc9110#section-15.5.1", "Bad Request"),
    403: ("https://tools.ietf.org/html/rfc9110#section-15.5.4", "Forbidden"),
    404: ("https://tools.ietf.org/html/rfc9110#section-15.5.5", "Not Found"),
    405: ("https://tools.ietf.org/html/rfc9110#section-15.5.6", "Method Not Allowed"),
    413: ("https://tools.ietf.org/html/rfc9110#section-15.5.14", "Content Too Large"),
    415: ("https://tools.ietf.org/html/rfc9110#section-15.5.16", "Unsupported Media Type"),
    500: ("https://tools.ietf.org/html/rfc9110#section-15.6.1", "An error occurred while processing your request."),
    504: ("https://tools.ietf.org/html/rfc9110#section-15.6.5", "Gateway Timeout"),
}
_WORDS = {
    "AllowedValue": "The value must be one of those allowed.",
    "DebugEnabled": "Debug mode is on: ids carry labels. Turn it off where programs read the answer.",
    "FiltersNotFound": "Some filter options do not exist in this version of the data set.",
    "GeographicLevelsNotFound": "Some geographic levels do not exist in this version of the data set.",
    "GreaterThanOrEqual": "The value must be {minimum} or more.",
    "InclusiveBetween": "The value must be from {minimum} to {maximum}.",
    "IndicatorsNotFound": "Some indicators do not exist in this version of the data set.",
    "InvalidValue": "The value has a wrong type or form.",
    "LocationAllowedLevel": "The level of the location is not one of those allowed.",
    "LocationAllowedProperty": "Locations of this level are not identified by that property.",
    "LocationFormat": "A location is written level|property|value.",
    "LocationValueMaxLength": "The {property} of the location may have up to {maxLength} characters.",
    "LocationValueNotEmpty": "The {property} of the location may not be empty.",
    "LocationsNotFound": "Some locations do not exist in this version of the data set.",
    "MaximumLength": "The value may have up to {maxLength} characters.",
    "MinimumLength": "The value must have {minLength} characters or more.",
    "NotEmpty": "The value may not be empty.",
    "NotEmptyBody": "The request needs a body.",
    "QueryNoResults": "Nothing matches the query. Ask for less.",
    "RequiredValue": "A value is needed here.",
    "SortDirection": "A sort is Asc or Desc.",
    "SortFieldMaxLength": "The field of a sort may have up to {maxLength} characters.",
    "SortFieldNotEmpty": "The field of a sort may not be empty.",
    "SortFieldsNotFound": "Some sort fields do not exist in this version of the data set.",
    "SortFormat": "A sort is written field|direction.",
    "TimePeriodAllowedCode": "The code of the time period is not one of those allowed.",
    "TimePeriodFormat": "A time period is written period|code.",
    "TimePeriodInvalidYear": "The year of the time period is not a year.",
    "TimePeriodInvalidYearRange": "The second year of a time period must follow the first.",
    "TimePeriodsNotFound": "Some time periods do not exist in this version of the data set.",
    "UnknownField": "The field is not known here; leave it out.",
}


def note(code: str, path: str | None = None, **detail: Any) -> dict[str, Any]:
    """An error or a warning. ``detail`` is always there, because clients read into it."""
    made: dict[str, Any] = {"message": _WORDS[code].format_map(_Blank(detail)), "code": code, "detail": detail}
    return made if path is None else {**made, "path": path}


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "value"


@dataclass
class Invalid(Exception):
    """The request cannot be answered: its errors."""

    errors: list[dict[str, Any]] = field(default_factory=list)


def problem(status: int) -> HttpResponse:
    kind, title = _TYPES[status]
    return answer({"type": kind, "title": title, "status": status}, status)


def invalid(errors: list[dict[str, Any]]) -> HttpResponse:
    kind, _ = _TYPES[400]
    body = {"type": kind, "title": "One or more validation errors occurred.", "status": 400, "errors": errors}
    return answer(body, 400)


def answer(body: Any, status: int = 200) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode("utf-8", "replace"), content_type="application/json; charset=utf-8", status=status)
