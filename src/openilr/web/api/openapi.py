"""Our own description of the API (OpenAPI 3.1): what explore education statistics has, and what this service adds."""

from __future__ import annotations

from functools import cache
from typing import Any

from openilr.publish.datasets import codes

Json = dict[str, Any]


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Json:
    return {
        "type": "object",
        "required": sorted(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "integer"}
_ID: Json = {"type": "string", "format": "uuid"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_BY_ID: Json = {"type": "object", "additionalProperties": _TEXT}
_LEVEL: Json = {"type": "string", "enum": sorted(codes.LEVELS)}
_CODE: Json = {"type": "string", "enum": sorted(codes.IDENTIFIERS)}
_PLACE_CODES = ("code", "oldCode", "ukprn", "urn", "laEstab")


def _facet(value: Json, *more: str) -> Json:
    one = {name: {"anyOf": [value, {"type": "null"}]} for name in ("eq", "notEq", *more)}
    many = {name: {"anyOf": [{**_list(value), "minItems": 1}, {"type": "null"}]} for name in ("in", "notIn")}
    return _object({}, {**one, **many})


def _schemas() -> Json:
    about = {
        "timePeriods": _object({"start": _TEXT, "end": _TEXT}),
        "geographicLevels": _list(_TEXT),
        "filters": _list(_TEXT),
        "indicators": _list(_TEXT),
    }
    file = _object({"id": _ID})
    labelled = {"id": _TEXT, "label": _TEXT}
    level = _object({"code": _LEVEL, "label": _TEXT})
    f = {"id": _TEXT, "column": _TEXT, "label": _TEXT, "hint": _TEXT}
    indicator = _object({"id": _TEXT, "column": _TEXT, "label": _TEXT, "unit": _TEXT}, {"decimalPlaces": _NUMBER})
    place = _object(labelled, dict.fromkeys(_PLACE_CODES, _TEXT))
    time = _object({"code": _CODE, "period": _TEXT, "label": _TEXT})
    note = _object({"message": _TEXT, "code": _TEXT, "detail": {"type": "object"}}, {"path": _TEXT})
    asked_place = {
        "anyOf": [
            _object({"level": _LEVEL, "id": {**_TEXT, "minLength": 1, "maxLength": 10, "pattern": r"\S"}}),
            _object({"level": _LEVEL, "code": {**_TEXT, "minLength": 1, "maxLength": 30, "pattern": r"\S"}}),
        ]
    }
    asked_time = _object({"period": {**_TEXT, "pattern": "^[0-9]{4}$"}, "code": _CODE})
    option = {**_TEXT, "minLength": 1, "maxLength": 10, "pattern": r"\S"}
    facets = _object(
        {},
        {
            "filters": _facet(option),
            "geographicLevels": _facet(_LEVEL),
            "locations": _facet(asked_place),
            "timePeriods": _facet(asked_time, "gt", "gte", "lt", "lte"),
        },
    )
    criteria = {
        "anyOf": [
            facets,
            _object({"and": {**_list(_ref("Criteria")), "minItems": 1}}),
            _object({"or": {**_list(_ref("Criteria")), "minItems": 1}}),
            _object({"not": _ref("Criteria")}),
        ]
    }
    query = _object(
        {},
        {
            "criteria": _ref("Criteria"),
            "indicators": _list({**_TEXT, "minLength": 1, "maxLength": 40}),
            "sorts": {
                **_list(
                    _object(
                        {"field": {**_TEXT, "minLength": 1, "maxLength": 40}, "direction": {"enum": ["Asc", "Desc"]}}
                    )
                ),
                "minItems": 1,
            },
            "debug": {"type": "boolean"},
            "labels": {"type": "boolean"},
            "page": {**_NUMBER, "minimum": 1, "maximum": 2**31 - 1},
            "pageSize": {**_NUMBER, "minimum": 1, "maximum": 10_000},
        },
    )

    def change(of: Json) -> Json:
        return _object({}, {"currentState": of, "previousState": of})

    sets = _object(
        {},
        {
            "filters": _list(change(_object(f))),
            "geographicLevels": _list(change(level)),
            "filterOptions": _list(_object({"filter": _object(f), "options": _list(change(_object(labelled)))})),
            "indicators": _list(change(indicator)),
            "locationGroups": _list(change(_object({"level": level}))),
            "locationOptions": _list(_object({"level": level, "options": _list(change(place))})),
            "timePeriods": _list(change(time)),
        },
    )
    changed = {"versionNumber": _TEXT, "majorChanges": sets, "minorChanges": sets}
    return {
        "Paging": _object({"page": _NUMBER, "pageSize": _NUMBER, "totalResults": _NUMBER, "totalPages": _NUMBER}),
        "Publication": _object({"id": _ID, "title": _TEXT, "slug": _TEXT, "summary": _TEXT, "lastPublished": _TEXT}),
        "DataSet": _object(
            {"id": _ID, "title": _TEXT, "summary": _TEXT, "status": {"enum": ["Published", "Deprecated", "Withdrawn"]}},
            {
                "latestVersion": _object(
                    {"version": _TEXT, "published": _MOMENT, "totalResults": _NUMBER, "file": file, **about}
                )
            },
        ),
        "Version": _object(
            {
                "version": _TEXT,
                "type": {"enum": ["Major", "Minor", "Patch"]},
                "status": _TEXT,
                "notes": _TEXT,
                "totalResults": _NUMBER,
                "file": file,
                "release": _object({"title": _TEXT, "slug": _TEXT}),
                **about,
            },
            {"published": _MOMENT, "withdrawn": _MOMENT},
        ),
        "Meta": _object(
            {
                "filters": _list(_object({**f, "options": _list(_object(labelled))})),
                "indicators": _list(indicator),
                "geographicLevels": _list(level),
                "locations": _list(_object({"level": level, "options": _list(place)})),
                "timePeriods": _list(time),
            }
        ),
        "Criteria": criteria,
        "Query": query,
        "Row": _object(
            {
                "timePeriod": _object({"code": _CODE, "period": _TEXT}),
                "geographicLevel": _LEVEL,
                "locations": _BY_ID,
                "filters": _BY_ID,
                "values": _BY_ID,
            },
            {"labels": {"type": "object"}},
        ),
        "Results": _object({"paging": _ref("Paging"), "results": _list(_ref("Row")), "warnings": _list(note)}),
        "Changes": _object(changed, {"notes": _TEXT, "patchHistory": _list(_object(changed, {"notes": _TEXT}))}),
        "Problem": {
            "type": "object",
            "required": ["status", "title", "type"],
            "properties": {"type": _TEXT, "title": _TEXT, "status": _NUMBER, "errors": _list(note)},
        },
    }


def _answers(of: str, *problems: int, kind: str = "application/json") -> Json:
    schema = _TEXT if kind != "application/json" else _ref(of)
    words = {400: "Not well formed", 403: "Not public", 404: "Not there"}
    bad = {
        str(status): {"description": words[status], "content": {"application/json": {"schema": _ref("Problem")}}}
        for status in problems
    }
    return {"200": {"description": "The answer", "content": {kind: {"schema": schema}}}, **bad}


_AT = {"name": "dataSetVersion", "in": "query", "schema": _TEXT, "description": "Such as 2.0, 2.* or *"}
_PAGE = {"name": "page", "in": "query", "schema": {**_NUMBER, "minimum": 1, "maximum": 2**31 - 1}}


def _page_size(most: int) -> Json:
    return {"name": "pageSize", "in": "query", "schema": {**_NUMBER, "minimum": 1, "maximum": most}}


def _in_path(*names: str) -> list[Json]:
    return [{"name": name, "in": "path", "required": True, "schema": _ID if "Id" in name else _TEXT} for name in names]


def _query_parameters() -> list[Json]:
    facets = {
        "filters": ("eq", "notEq", "in", "notIn"),
        "geographicLevels": ("eq", "notEq", "in", "notIn"),
        "locations": ("eq", "notEq", "in", "notIn"),
        "timePeriods": ("eq", "notEq", "in", "notIn", "gt", "gte", "lt", "lte"),
    }
    names = [f"{facet}.{comparator}" for facet, comparators in facets.items() for comparator in comparators]
    made: list[Json] = [{"name": n, "in": "query", "schema": _TEXT} for n in (*names, "indicators", "sorts")]
    made += [{"name": n, "in": "query", "schema": {"type": "boolean"}} for n in ("debug", "labels")]
    return [_AT, *made, _PAGE, _page_size(10_000)]


@cache
def description() -> Json:
    one = "/v1/data-sets/{dataSetId}"
    paths: Json = {}

    def add(
        path: str, words: str, answers: Json, parameters: list[Json] | None = None, method: str = "get", **more: Any
    ) -> None:
        paths.setdefault(path, {})[method] = {
            "summary": words,
            "responses": answers,
            "parameters": parameters or [],
            **more,
        }

    search = {"name": "search", "in": "query", "schema": {**_TEXT, "minLength": 3}}
    data_set, publication = _in_path("dataSetId"), _in_path("publicationId")
    version = _in_path("dataSetId", "dataSetVersion")
    add("/v1/publications", "List publications", _answers("Publications", 400), [search, _PAGE, _page_size(40)])
    add("/v1/publications/{publicationId}", "A publication", _answers("Publication", 404), publication)
    add(
        "/v1/publications/{publicationId}/data-sets",
        "Its data sets",
        _answers("DataSets", 400, 404),
        [*publication, _PAGE, _page_size(20)],
    )
    add(one, "A data set", _answers("DataSet", 403, 404), data_set)
    types = {
        "name": "types",
        "in": "query",
        "schema": _TEXT,
        "description": "Filters, Indicators, Locations, TimePeriods",
    }
    add(f"{one}/meta", "What a version is made of", _answers("Meta", 400, 403, 404), [*data_set, types, _AT])
    add(f"{one}/query", "Rows that match", _answers("Results", 400, 403, 404), [*data_set, *_query_parameters()])
    body = {"required": True, "content": {"application/json": {"schema": _ref("Query")}}}
    add(
        f"{one}/query",
        "Rows that match",
        _answers("Results", 400, 403, 404),
        [*data_set, _AT],
        "post",
        requestBody=body,
    )
    add(f"{one}/csv", "The file", _answers("", 403, 404, kind="text/csv"), [*data_set, _AT])
    add(
        f"{one}/parquet",
        "The file in words",
        _answers("", 403, 404, kind="application/vnd.apache.parquet"),
        [*data_set, _AT],
    )
    add(f"{one}/versions", "Its versions", _answers("Versions", 400, 403, 404), [*data_set, _PAGE, _page_size(20)])
    add(f"{one}/versions/{{dataSetVersion}}", "A version", _answers("Version", 403, 404), version)
    history = {"name": "includePatchHistory", "in": "query", "schema": {"type": "boolean"}}
    add(
        f"{one}/versions/{{dataSetVersion}}/changes",
        "What it changed",
        _answers("Changes", 400, 403, 404),
        [*version, history],
    )
    add(
        f"{one}/versions/{{dataSetVersion}}/differences",
        "Cells that it changed",
        _answers("Differences", 403, 404),
        version,
    )
    schemas = _schemas()
    for name in ("Publication", "DataSet", "Version"):
        schemas[f"{name}s"] = _object({"paging": _ref("Paging"), "results": _list(_ref(name))})
    schemas["Differences"] = _object({"versionNumber": _TEXT, "cells": {"type": "object"}, "results": _list(_BY_ID)})
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenILR public data API", "version": "1", "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/statistics"}, {"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }
