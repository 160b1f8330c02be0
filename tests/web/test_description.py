"""The API against two descriptions: ours, and that of explore education statistics where it lies nearby."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

schemathesis = pytest.importorskip("schemathesis")
OFFICIAL = Path(os.environ.get("OPENILR_OFFICIAL") or Path(__file__).parents[2] / "../shared/ilr")
EES = OFFICIAL.parent / "ees" / "openapi-v1.json"
EXAMPLES = 8


def _settings():
    return settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip


def _operations(description, address):
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=address)
    return [result.ok() for result in schema.get_all_operations()]


def _filled(case, d):
    """Ask for what there is, so that answers are more than 404."""
    for name in case.path_parameters or {}:
        if name == "dataSetId":
            case.path_parameters[name] = d.id
        if name == "publicationId":
            case.path_parameters[name] = d.publication
        if name == "dataSetVersion":
            case.path_parameters[name] = "1.1"
    if case.query and "dataSetVersion" in case.query:
        case.query["dataSetVersion"] = "1.*"
    return case


def _checks():
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    return [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


def _try(operation, d, checks):
    """Made-up requests to one operation; how many were answered with 200."""
    counts = {"all": 0, "fine": 0}

    @_settings()
    @given(case=operation.as_strategy())
    def ask(case):
        response = _filled(case, d).call_and_validate(checks=checks)
        counts["all"] += 1
        counts["fine"] += response.status_code == 200

    ask()
    return counts


@pytest.fixture(scope="module")
def described(live):
    import httpx

    return httpx.get(f"{live}/swagger/v1/openapi.json").json()


def test_our_description_has_all_that_there_is(described):
    from openilr.web.api.urls import _PAGES

    named = {"{dataSetId}": "<str:id>", "{publicationId}": "<str:id>", "{dataSetVersion}": "<str:number>"}
    said = {re.sub(r"\{\w+\}", lambda m: named[m[0]], path.removeprefix("/")) for path in described["paths"]}
    assert said == {page for page in _PAGES if page.startswith("v1/")}


def test_the_api_does_what_our_description_says(described, live, published):
    tried = {}
    for operation in _operations(described, f"{live}/statistics"):
        tried[operation.label] = _try(operation, published[1], _checks())
    assert len(tried) == 13
    assert all(counts["fine"] for counts in tried.values()), tried


def _possible(description):
    """Their places stand in ``allOf`` with two parts that each forbid what the other needs, so that no answer can fit.

    What the parts say of each property stays; only that they forbid others is left out, and that exactly one must fit.
    """
    schemas = description["components"]["schemas"]
    for name, schema in schemas.items():
        if re.fullmatch(r"Location\w*OptionViewModel", name):
            for part in [schema, *schema.get("allOf", [])]:
                part.pop("additionalProperties", None)
    options = schemas["LocationGroupOptionsViewModel"]["properties"]["options"]["items"]
    options["anyOf"] = options.pop("oneOf")
    return description


@pytest.mark.skipif(not EES.is_file(), reason="the description of explore education statistics is not there")
def test_the_api_does_what_the_description_of_ees_says(live, published):
    description = _possible(json.loads(EES.read_text("utf-8")))
    tried = {}
    for operation in _operations(description, live):
        tried[operation.label] = _try(operation, published[1], _checks())
    assert len(tried) == 11
    assert all(counts["fine"] for counts in tried.values()), tried
