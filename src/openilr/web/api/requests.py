"""Reads requests, and refuses what is not well formed with the error and the path that clients expect."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict

from openilr.publish.datasets import codes
from openilr.publish.datasets.query import IN_WORDS, Query, level_and_key
from openilr.web.api.problems import Invalid, note

_DEEPEST = 60
_MOST_ROWS = 10_000
_LEVELS = sorted(codes.LEVELS)
_COMPARATORS = ("eq", "notEq", "in", "notIn")
_TIME_COMPARATORS = (*_COMPARATORS, "gt", "gte", "lt", "lte")
_FACETS = {
    "filters": _COMPARATORS,
    "geographicLevels": _COMPARATORS,
    "locations": _COMPARATORS,
    "timePeriods": _TIME_COMPARATORS,
}
_LIST = ("in", "notIn")


@dataclass(frozen=True)
class Asked:
    """A query with how its answer is wanted."""

    query: Query
    debug: bool = False
    labels: bool = False


@dataclass
class _Errors:
    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, code: str, path: str, **detail: Any) -> None:
        self.found.append(note(code, path, **detail))

    def stop(self) -> None:
        if self.found:
            raise Invalid(self.found)


# Values, wherever they stand


def _text(errors: _Errors, value: Any, path: str, longest: int) -> str | None:
    if not isinstance(value, str):
        errors.add("InvalidValue", path)
    elif not value.strip():
        errors.add("NotEmpty", path, value=value)
    elif len(value) > longest:
        errors.add("MaximumLength", path, maxLength=longest, totalLength=len(value), value=value[:100])
    else:
        return value
    return None


def _option(errors: _Errors, value: Any, path: str) -> str | None:
    in_words = isinstance(value, str) and IN_WORDS in value
    return _text(errors, value, path, 300 if in_words else 10)


def _level(errors: _Errors, value: Any, path: str) -> str | None:
    if not isinstance(value, str):
        errors.add("InvalidValue", path)
    elif value not in codes.LEVELS:
        errors.add("AllowedValue", path, value=value, allowed=_LEVELS)
    else:
        return value
    return None


_LONGEST = {"id": 10, "code": 30, "oldCode": 20, "ukprn": 20, "urn": 20, "laEstab": 20}


def _properties(level: str) -> list[str]:
    own = list(codes.LEVELS[level].codes.values())
    return ["id", *own]


def _location(errors: _Errors, value: Any, path: str) -> dict[str, str] | None:
    if not isinstance(value, dict):
        errors.add("InvalidValue", path)
        return None
    before = len(errors.found)
    for name in value.keys() - {"level", *_LONGEST}:
        errors.add("UnknownField", f"{path}.{name}")
    keys = [name for name in _LONGEST if name in value]
    if not keys:
        errors.add("RequiredValue", f"{path}.id")
        return None
    if "level" in value:
        _level(errors, value["level"], f"{path}.level")
    elif keys[0] in ("id", "code"):
        errors.add("RequiredValue", f"{path}.level")
    for name in keys:
        _text(errors, value[name], f"{path}.{name}", _LONGEST[name])
    if len(errors.found) > before:
        return None
    level, [(key, _), *_] = level_and_key(value)
    if key not in _properties(level):
        errors.add("AllowedValue", f"{path}.level", value=level, allowed=[x for x in _LEVELS if key in _properties(x)])
        return None
    return {str(k): str(v) for k, v in value.items()}


def _time(errors: _Errors, value: Any, path: str, *, whole: bool = False) -> dict[str, str] | None:
    """``whole``: the value came as one text, so errors are on it and not on its parts."""
    if not isinstance(value, dict):
        errors.add("InvalidValue", path)
        return None
    at = (lambda name: path) if whole else (lambda name: f"{path}.{name}")  # noqa: ARG005
    for name in value.keys() - {"period", "code"}:
        errors.add("UnknownField", f"{path}.{name}")
    missing = [name for name in ("period", "code") if name not in value]
    wrong = [name for name in ("period", "code") if name in value and not isinstance(value[name], str)]
    for name in missing:
        errors.add("RequiredValue", f"{path}.{name}")
    for name in wrong:
        errors.add("InvalidValue", f"{path}.{name}")
    if missing or wrong:
        return None
    period, code = value["period"], value["code"]
    is_range = "/" in period
    allowed = sorted(codes.RANGE_CODES if is_range else codes.IDENTIFIERS)
    if code not in allowed:
        errors.add("TimePeriodAllowedCode", at("code"), value=code[:100], allowedCodes=allowed, allowed=allowed)
    elif not is_range and not re.fullmatch(r"[0-9]{1,9}", period):
        errors.add("TimePeriodInvalidYear", at("period"), value=period[:100])
    elif is_range and not _follow(period):
        errors.add("TimePeriodInvalidYearRange", at("period"), value=period[:100])
    else:
        return {"period": period, "code": code}
    return None


def _follow(period: str) -> bool:
    parts = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", period)
    return parts is not None and int(parts[2]) == int(parts[1]) + 1


_CHECKS: dict[str, Callable[[_Errors, Any, str], Any]] = {
    "filters": _option, "geographicLevels": _level, "locations": _location, "timePeriods": _time,
}  # fmt: skip


# A query in the body


def from_body(request: HttpRequest) -> Asked:
    """The query of a POST request; Invalid with all its errors."""
    body = request.body
    if not body.strip():
        raise Invalid([note("NotEmptyBody")])
    try:
        given = json.loads(_without_comments(body.decode("utf-8-sig")), parse_constant=_no_constants)
    except (ValueError, RecursionError):
        raise Invalid([note("InvalidValue")]) from None
    if not isinstance(given, dict):
        raise Invalid([note("InvalidValue")])
    errors = _Errors()
    known = ("criteria", "indicators", "sorts", "debug", "labels", "page", "pageSize")
    for name in given.keys() - set(known):
        errors.add("UnknownField", str(name)[:100])
    criteria = given.get("criteria")
    if criteria is not None:
        criteria = _criteria(errors, criteria, "criteria", 1)
    indicators = given.get("indicators")
    if indicators is not None:
        indicators = [
            _text(errors, v, path, 40) for v, path in _items(errors, indicators, "indicators", may_be_empty=True)
        ]
    sorts = _body_sorts(errors, given.get("sorts"))
    debug, labels = (_boolean(errors, given, name) for name in ("debug", "labels"))
    page = _integer(errors, given.get("page", 1), "page", 1, None)
    page_size = _integer(errors, given.get("pageSize", 1000), "pageSize", 1, _MOST_ROWS)
    errors.stop()
    return Asked(Query(criteria, indicators, sorts, page, page_size), debug, labels)


def _no_constants(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _without_comments(text: str) -> str:
    return re.sub(r'("(?:[^"\\]|\\.)*+")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or " ", text, flags=re.DOTALL)


def _boolean(errors: _Errors, given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        errors.add("InvalidValue", name)
    return value is True


def _integer(errors: _Errors, value: Any, path: str, minimum: int, maximum: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
        errors.add("InvalidValue", path)
    elif maximum is not None and not minimum <= value <= maximum:
        errors.add(
            "InclusiveBetween", path, minimum=minimum, maximum=maximum, **{"from": minimum, "to": maximum}, value=value
        )
    elif value < minimum:
        errors.add("GreaterThanOrEqual", path, minimum=minimum, comparisonValue=minimum, value=value)
    else:
        return value
    return minimum


def _items(errors: _Errors, given: Any, path: str, *, may_be_empty: bool = False) -> list[tuple[Any, str]]:
    if not isinstance(given, list):
        errors.add("InvalidValue", path)
        return []
    if not given and not may_be_empty:
        errors.add("NotEmpty", path)
    return [(value, f"{path}[{n}]") for n, value in enumerate(given)]


def _criteria(errors: _Errors, given: Any, path: str, depth: int) -> dict[str, Any]:
    if not isinstance(given, dict) or depth > _DEEPEST:
        errors.add("InvalidValue", path)
        return {}
    words = [word for word in ("and", "or", "not") if word in given]
    if words:
        word = words[0]
        for name in given.keys() - {word}:
            errors.add("UnknownField", f"{path}.{name}"[:200])
        if word == "not":
            return {"not": _criteria(errors, given["not"], f"{path}.not", depth + 1)}
        parts = _items(errors, given[word], f"{path}.{word}")
        return {word: [_criteria(errors, part, at, depth + 1) for part, at in parts]}
    made: dict[str, Any] = {}
    for name, facet in given.items():
        if name not in _FACETS:
            errors.add("UnknownField", f"{path}.{name}"[:200])
        elif facet is not None:
            made[name] = _facet(errors, name, facet, f"{path}.{name}")
    return made


def _facet(errors: _Errors, name: str, facet: Any, path: str) -> dict[str, Any]:
    if not isinstance(facet, dict):
        errors.add("InvalidValue", path)
        return {}
    made: dict[str, Any] = {}
    for comparator, value in facet.items():
        at = f"{path}.{comparator}"[:200]
        if comparator not in _FACETS[name]:
            errors.add("UnknownField", at)
        elif value is None:
            continue
        elif comparator in _LIST:
            made[comparator] = [_CHECKS[name](errors, item, place) for item, place in _items(errors, value, at)]
        else:
            made[comparator] = _CHECKS[name](errors, value, at)
    return made


def _body_sorts(errors: _Errors, given: Any) -> list[tuple[str, bool]]:
    if given is None:
        return []
    made = []
    for item, path in _items(errors, given, "sorts"):
        if not isinstance(item, dict):
            errors.add("InvalidValue", path)
            continue
        for name in item.keys() - {"field", "direction"}:
            errors.add("UnknownField", f"{path}.{name}"[:200])
        missing = [name for name in ("field", "direction") if name not in item]
        for name in missing:
            errors.add("RequiredValue", f"{path}.{name}")
        if missing:
            continue
        name = _text(errors, item["field"], f"{path}.field", 40)
        if item["direction"] not in ("Asc", "Desc"):
            wrong = item["direction"]
            code = "AllowedValue" if isinstance(wrong, str) else "InvalidValue"
            errors.add(code, f"{path}.direction", value=str(wrong)[:100], allowed=["Asc", "Desc"])
        elif name is not None:
            made.append((name, item["direction"] == "Desc"))
    return made


# A query in the address


_OTHERS = frozenset(("dataSetVersion", "indicators", "sorts", "debug", "labels", "page", "pageSize"))


def from_address(request: HttpRequest) -> Asked:
    """The query of a GET request; Invalid with all its errors."""
    errors = _Errors()
    given = request.GET
    facets: dict[str, dict[str, Any]] = {}
    for name, comparators in _FACETS.items():
        for comparator in comparators:
            path = f"{name}.{comparator}"
            if path in given:
                facets.setdefault(name, {})[comparator] = _address_facet(errors, given, name, comparator, path)
    known = {f"{name}.{comparator}" for name, comparators in _FACETS.items() for comparator in comparators}
    unknown_parameters(
        errors, given, known | {"dataSetVersion", "indicators", "sorts", "debug", "labels", "page", "pageSize"}
    )
    indicators = None
    if "indicators" in given:
        indicators = [_text(errors, v, f"indicators[{n}]", 40) for n, v in enumerate(listed(given, "indicators"))]
    sorts = (
        [_address_sort(errors, v, f"sorts[{n}]") for n, v in enumerate(listed(given, "sorts"))]
        if "sorts" in given
        else []
    )
    if "sorts" in given and not sorts:
        errors.add("NotEmpty", "sorts")
    debug, labels = (_address_boolean(errors, given, name) for name in ("debug", "labels"))
    page, page_size = paging(errors, given, 1000, _MOST_ROWS)
    errors.stop()
    wanted = [sort for sort in sorts if sort]
    return Asked(Query(facets or None, indicators, wanted, page, page_size, path=""), debug, labels)  # type: ignore[arg-type]


def unknown_parameters(errors: _Errors, given: QueryDict, known: Iterable[str]) -> None:
    for name in given.keys() - set(known):
        errors.add("UnknownField", name[:100])


def listed(given: QueryDict, name: str) -> list[str]:
    """Values of a parameter that may be repeated and may hold commas; blanks around them do not count."""
    values = [part.strip() for value in given.getlist(name) for part in value.split(",")]
    return [] if values in ([], [""]) else values


def _address_facet(errors: _Errors, given: QueryDict, name: str, comparator: str, path: str) -> Any:
    if comparator not in _LIST:
        return _address_value(errors, name, given.get(path, "").strip(), path)
    values = listed(given, path)
    if not values:
        errors.add("NotEmpty", path)
    return [_address_value(errors, name, value, f"{path}[{n}]") for n, value in enumerate(values)]


def _address_value(errors: _Errors, name: str, value: str, path: str) -> Any:
    if name in ("filters", "geographicLevels") or not value:
        return _CHECKS["filters" if not value else name](errors, value, path)
    if name == "timePeriods":
        period, sign, code = value.partition("|")
        if not sign or "|" in code:
            errors.add("TimePeriodFormat", path, value=value[:100], expectedFormat="{period}|{code}")
            return None
        return _time(errors, {"period": period, "code": code}, path, whole=True)
    return _address_location(errors, value, path)


def _address_location(errors: _Errors, value: str, path: str) -> dict[str, str] | None:
    if not re.fullmatch(r"[^|]*\|[^|]+\|[^|]*", value):
        errors.add("LocationFormat", path, value=value[:100], expectedFormat="{level}|{property}|{value}")
        return None
    level, key, text = value.split("|")
    if level not in codes.LEVELS:
        errors.add("LocationAllowedLevel", path, value=level[:100], allowedLevels=_LEVELS, allowed=_LEVELS)
    elif key not in _properties(level):
        allowed = _properties(level)
        errors.add("LocationAllowedProperty", path, value=key[:100], allowedProperties=allowed, allowed=allowed)
    elif not text.strip():
        errors.add("LocationValueNotEmpty", path, property=key, value=text)
    elif len(text) > _LONGEST[key]:
        errors.add("LocationValueMaxLength", path, property=key, maxLength=_LONGEST[key], value=text[:100])
    else:
        return {"level": level, key: text}
    return None


def _address_sort(errors: _Errors, value: str, path: str) -> tuple[str, bool] | None:
    if not value:
        errors.add("NotEmpty", path)
        return None
    if not re.fullmatch(r"[^|]*(\|[^|]+)?\|[^|]*", value):
        errors.add("SortFormat", path, value=value[:100], expectedFormat="{field}|{direction}")
        return None
    name, _, direction = value.rpartition("|")
    if not name.strip():
        errors.add("SortFieldNotEmpty", path, property="field", value=name)
    elif len(name) > 40:
        errors.add("SortFieldMaxLength", path, property="field", maxLength=40, value=name[:100])
    elif direction not in ("Asc", "Desc"):
        errors.add("SortDirection", path, property="direction", value=direction[:100], allowed=["Asc", "Desc"])
    else:
        return name, direction == "Desc"
    return None


def _address_boolean(errors: _Errors, given: QueryDict, name: str) -> bool:
    value = given.get(name, "false").strip().lower()
    if value not in ("true", "false"):
        errors.add("InvalidValue", name)
    return value == "true"


def paging(errors: _Errors, given: QueryDict, usual: int, most: int) -> tuple[int, int]:
    numbers = []
    for name, default, maximum in (("page", 1, None), ("pageSize", usual, most)):
        text = given.get(name, str(default)).strip()
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,10}", text) else None
        numbers.append(_integer(errors, number, name, 1, maximum))
    return numbers[0], numbers[1]


def pages_asked(given: QueryDict, usual: int, most: int, *, search: bool = False) -> tuple[int, int, str]:
    """Page, page size and search words of a list; Invalid where they are wrong."""
    errors = _Errors()
    unknown_parameters(errors, given, {"page", "pageSize", *(["search"] if search else [])})
    page, size = paging(errors, given, usual, most)
    words = given.get("search", "") if search else ""
    if search and "search" in given and len(words) < 3:
        errors.add("MinimumLength", "search", minLength=3, totalLength=len(words), value=words)
    errors.stop()
    return page, size, words


def types_asked(given: QueryDict, allowed: tuple[str, ...]) -> list[str]:
    """The parts of the description that are wanted; Invalid for one that there is not."""
    errors = _Errors()
    unknown_parameters(errors, given, {"types", "dataSetVersion"})
    found = listed(given, "types") if "types" in given else []
    for n, value in enumerate(found):
        if value not in allowed:
            errors.add("AllowedValue", f"types[{n}]", value=value[:100], allowed=list(allowed))
    errors.stop()
    return found or list(allowed)
