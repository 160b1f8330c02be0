"""The public API as its clients call it: shapes, ids, the query language, errors, versions and files."""

from __future__ import annotations

import gzip
import io
import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openilr.publish.datasets import Library
from tests.publish.pairs import rows, write

TIME = "criteria.timePeriods.eq"
YEARS = ("202223", "202324", "202425")


@pytest.fixture(scope="module")
def kept(served, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    library = Library(served)
    library.add(
        *write(folder / "1", years=YEARS[:2]), title="API starts", publication="API publication", summary="Made up"
    )
    library.add(
        *write(folder / "2", years=YEARS, levels=("Advanced", "Total")), title="API starts", notes="One level fewer"
    )
    d, v, _ = library.add(*write(folder / "3", years=YEARS, levels=("Advanced", "Total"), seed=3), title="API starts")
    return library, d, v


@pytest.fixture(scope="module")
def base(kept):
    return f"/statistics/v1/data-sets/{kept[1].id}"


@pytest.fixture(scope="module")
def call(served):
    from django.test import Client

    browser = Client(raise_request_exception=False)

    def get(address, status=200, **headers):
        response = browser.get(address, headers=headers)
        assert response.status_code == status, response.content[:500]
        return response.json() if "json" in response.headers.get("Content-Type", "") else response

    return get


@pytest.fixture(scope="module")
def ask(served, base):
    from django.test import Client

    browser = Client(raise_request_exception=False)

    def post(body, status=200, version=None):
        address = f"{base}/query" + (f"?dataSetVersion={version}" if version else "")
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        response = browser.post(address, text, content_type="application/json")
        assert response.status_code == status, response.content[:500]
        return response.json()

    return post


def _errors(answer):
    return [(e["code"], e.get("path")) for e in answer["errors"]]


# Publications, data sets, versions


def test_both_bases_and_any_case_are_the_same(call, kept):
    one = call(f"/v1/data-sets/{kept[1].id}")
    assert one == call(f"/statistics/v1/data-sets/{kept[1].id}") == call(f"/V1/Data-Sets/{kept[1].id.upper()}")
    assert set(one) == {"id", "title", "summary", "status", "latestVersion"}
    latest = one["latestVersion"]
    assert latest["version"] == "2.0.1" and latest["totalResults"] == 120
    assert latest["timePeriods"] == {"start": "2022/23", "end": "2024/25"}
    assert latest["filters"] == ["Age group", "Apprenticeship level"]


def test_publications_are_listed_searched_and_paged(call, kept):
    found = call("/v1/publications?search=publicaton")["results"]
    assert [p["slug"] for p in found] == ["api-publication"]
    one = call(f"/v1/publications/{found[0]['id']}")
    assert set(one) == {"id", "title", "slug", "summary", "lastPublished"}
    sets = call(f"/v1/publications/{one['id']}/data-sets")
    assert [d["title"] for d in sets["results"]] == ["API starts"] and sets["paging"]["totalPages"] == 1
    assert call("/v1/publications?page=9")["results"] == []
    assert call("/v1/publications?search=qqqqqqq")["paging"] == {
        "page": 1, "pageSize": 20, "totalResults": 0, "totalPages": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code", "path"),
    [
        ("search=ab", "MinimumLength", "search"),
        ("page=0", "GreaterThanOrEqual", "page"),
        ("pageSize=41", "InclusiveBetween", "pageSize"),
        ("page=x", "InvalidValue", "page"),
        ("nonsense=1", "UnknownField", "nonsense"),
    ],
)
def test_lists_refuse_what_they_do_not_know(call, kept, query, code, path):
    answer = call(f"/v1/publications?{query}", 400)
    assert answer["title"] and answer["type"] and answer["status"] == 400
    assert _errors(answer) == [(code, path)] and answer["errors"][0]["detail"] is not None


@pytest.mark.parametrize(
    "where", ["data-sets/{}", "data-sets/{}/meta", "data-sets/{}/query", "publications/{}", "data-sets/{}/csv"]
)
@pytest.mark.parametrize(
    "id", ["nonsense", "00000000-0000-4000-8000-000000000000", "..%2f..%2fetc", "%00", "1' OR '1'='1"]
)
def test_what_is_not_there_is_a_404_problem(call, kept, where, id):
    answer = call(f"/v1/{where.format(id)}", 404)
    assert set(answer) == {"type", "title", "status"}


def test_versions_newest_first_with_their_changes(call, base):
    found = call(f"{base}/versions")["results"]
    assert [(v["version"], v["type"]) for v in found] == [("2.0.1", "Patch"), ("2.0", "Major"), ("1.0", "Major")]
    assert found[1]["notes"] == "One level fewer" and found[1]["release"] == {"title": "2024/25", "slug": "2024-25"}
    assert call(f"{base}/versions/1.0")["totalResults"] == 120
    changes = call(f"{base}/versions/2.0/changes")
    assert set(changes) == {"versionNumber", "notes", "majorChanges", "minorChanges"}
    assert changes["minorChanges"]["timePeriods"][0]["currentState"]["label"] == "2024/25"
    patch = call(f"{base}/versions/2.0.1/changes?includePatchHistory=true")
    assert [h["versionNumber"] for h in patch["patchHistory"]] == ["2.0"]
    assert call(f"{base}/versions/2.0.1/differences")["cells"]["changed"] > 100
    call(f"{base}/versions/7.0", 404)


def test_a_draft_is_403_and_a_withdrawn_version_gives_no_data(call, served, tmp_path):
    from openilr.publish.datasets.library import withdrawn

    library = Library(served)
    d, *_ = library.add(*write(tmp_path / "1"), title="Hidden", draft=True)
    for address in ("", "/meta", "/query", "/csv", "/versions"):
        call(f"/v1/data-sets/{d.id}{address}", 403)
    e, w, _ = library.add(*write(tmp_path / "2"), title="Gone")
    library.change(e.id, w.number, withdrawn)
    assert call(f"/v1/data-sets/{e.id}/versions/1.0")["status"] == "Withdrawn"
    call(f"/v1/data-sets/{e.id}/query?dataSetVersion=1.0", 403)
    assert "Hidden" not in str(call("/v1/publications?pageSize=40"))


def test_meta_has_what_was_asked_for(call, base):
    whole = call(f"{base}/meta")
    assert [f["label"] for f in whole["filters"]] == ["Age group", "Apprenticeship level"]
    assert whole["indicators"][0] == {
        "id": "dP0Zw", "column": "start_percent", "label": "Share of starts", "unit": "%", "decimalPlaces": 1,
    }  # fmt: skip
    regions = next(x for x in whole["locations"] if x["level"]["code"] == "REG")
    assert {"label": "North East", "code": "E12000001"}.items() <= regions["options"][0].items()
    assert whole["timePeriods"][0] == {"code": "AY", "period": "2022/2023", "label": "2022/23"}
    some = call(f"{base}/meta?types=Filters,TimePeriods")
    assert some["filters"] and some["timePeriods"] and not some["indicators"] and not some["locations"]
    assert call(f"{base}/meta?types=Filters&types=TimePeriods") == some
    assert _errors(call(f"{base}/meta?types=Everything", 400)) == [("AllowedValue", "types[0]")]
    assert "Intermediate" in str(call(f"{base}/meta?dataSetVersion=1.0"))


# Queries


@pytest.fixture(scope="module")
def ids(kept):
    library, d, v = kept
    m = library.meta(d, v)
    found = {o.label: o.id for f in m.filters for o in f.options if o.label != "Total"}
    found |= {f"{f.label} total": o.id for f in m.filters for o in f.options if o.label == "Total"}
    found |= {f"indicator {i.column}": i.id for i in m.indicators}
    found |= {p.label: p.id for places in m.places for p in places.options}
    return found


def test_a_row_has_ids_and_values_as_text(ask, ids):
    answer = ask({"indicators": [ids["indicator start_count"]], "pageSize": 1})
    assert answer["paging"] == {"page": 1, "pageSize": 1, "totalResults": 120, "totalPages": 120}
    [row] = answer["results"]
    assert row["timePeriod"] == {"code": "AY", "period": "2024/2025"}
    assert row["geographicLevel"] == "LAD", "levels by label, new periods first"
    assert row["locations"]["LAD"] == ids["Hartlepool"] and set(row["locations"]) == {"NAT", "REG", "LAD"}
    assert set(row["values"]) == {ids["indicator start_count"]}
    assert isinstance(row["values"][ids["indicator start_count"]], str)
    assert answer["warnings"] == []


def test_national_rows_carry_no_region(ask):
    [row, *_] = ask({"criteria": {"geographicLevels": {"eq": "NAT"}}})["results"]
    assert set(row["locations"]) == {"NAT"}


def test_get_and_post_say_the_same(call, ask, base, ids):
    body = {
        "criteria": {
            "filters": {"in": [ids["Under 19"], ids["Advanced"]]},
            "locations": {"eq": {"level": "REG", "code": "E12000002"}},
            "timePeriods": {"gt": {"period": "2022", "code": "AY"}},
        },
        "sorts": [{"field": f"indicator|{ids['indicator start_percent']}", "direction": "Asc"}],
    }
    address = (
        f"{base}/query?filters.in={ids['Under 19']},%20{ids['Advanced']}&locations.eq=REG|code|E12000002"
        f"&timePeriods.gt=2022/2023|AY&sorts=indicator|{ids['indicator start_percent']}|Asc"
    )
    one, two = ask(body), call(address)
    assert one == two and one["paging"]["totalResults"] > 0
    shares = [float(row["values"][ids["indicator start_percent"]]) for row in one["results"]]
    assert shares == sorted(shares)


def test_filters_of_several_columns_are_joined_with_or_and_excluded_with_and(ask, ids):
    both = [ids["Under 19"], ids["Advanced"]]
    assert ask({"criteria": {"filters": {"in": both}}})["paging"]["totalResults"] == 30 + 60 - 15
    assert ask({"criteria": {"filters": {"notIn": both}}})["paging"]["totalResults"] == 120 - 75


def test_facets_under_not_are_joined_with_or(ask, ids):
    facets = {"filters": {"eq": ids["Advanced"]}, "geographicLevels": {"eq": "NAT"}}
    assert ask({"criteria": facets})["paging"]["totalResults"] == 12
    assert ask({"criteria": {"not": facets}})["paging"]["totalResults"] == 48


def test_a_place_matches_rows_of_every_level_that_carry_it(ask, ids):
    answer = ask({"criteria": {"locations": {"eq": {"level": "REG", "id": ids["North East"]}}}})
    assert {row["geographicLevel"] for row in answer["results"]} == {"REG", "LAD"}


def test_what_does_not_exist_is_a_warning(ask, call, base):
    answer = ask(
        {
            "criteria": {
                "or": [
                    {"filters": {"eq": "zzzzz"}},
                    {"locations": {"in": [{"level": "LA", "oldCode": "999"}, {"urn": "1"}]}},
                    {"timePeriods": {"lte": {"period": "1999", "code": "CY"}}},
                    {"geographicLevels": {"in": ["SCH"]}},
                ]
            }
        }
    )
    assert answer["results"] == []
    assert [(w["code"], w.get("path")) for w in answer["warnings"]] == [
        ("FiltersNotFound", "criteria.or[0].filters.eq"),
        ("LocationsNotFound", "criteria.or[1].locations.in"),
        ("TimePeriodsNotFound", "criteria.or[2].timePeriods.lte"),
        ("GeographicLevelsNotFound", "criteria.or[3].geographicLevels.in"),
        ("QueryNoResults", None),
    ]
    assert answer["warnings"][1]["detail"]["items"] == [{"level": "LA", "oldCode": "999"}, {"urn": "1"}]
    answer = call(f"{base}/query?filters.notEq=zzzzz&locations.notEq=LA|oldCode|999&timePeriods.notIn=1999|CY")
    assert answer["paging"]["totalResults"] == 120
    assert [w["detail"]["items"] for w in answer["warnings"]] == [["zzzzz"], ["LA|oldCode|999"], ["1999|CY"]]


def test_unknown_indicators_and_sorts_are_errors(ask, call, base):
    answer = ask({"indicators": ["zzzzz"], "sorts": [{"field": "filter|zz", "direction": "Asc"}]}, 400)
    assert _errors(answer) == [("IndicatorsNotFound", "indicators"), ("SortFieldsNotFound", "sorts")]
    assert answer["errors"][0]["detail"]["items"] == ["zzzzz"]
    assert answer["errors"][1]["detail"]["items"] == [{"field": "filter|zz", "direction": "Asc"}]
    assert call(f"{base}/query?sorts=zz|Desc", 400)["errors"][0]["detail"]["items"] == ["zz|Desc"]


def test_debug_shows_labels_and_labels_give_words(ask):
    [row] = ask({"debug": True, "labels": True, "pageSize": 1})["results"]
    assert "dP0Zw :: age_group" in row["filters"] and " :: Hartlepool (code = E06000001)" in row["locations"]["LAD"]
    assert row["labels"]["locations"]["LAD"] == {"label": "Hartlepool", "code": "E06000001"}
    assert row["labels"]["filters"]["age_group"] == "Under 19"
    assert [w["code"] for w in ask({"debug": True})["warnings"]] == ["DebugEnabled"]


def test_options_and_indicators_may_be_named_in_words(ask, ids):
    body = {"criteria": {"filters": {"eq": "age_group::Under 19"}}, "indicators": ["start_count"]}
    same = {"criteria": {"filters": {"eq": ids["Under 19"]}}, "indicators": [ids["indicator start_count"]]}
    assert ask(body)["results"] == ask(same)["results"]


def test_pages_join_to_the_whole(ask):
    whole = ask({})["results"]
    pages = [ask({"page": n, "pageSize": 50})["results"] for n in (1, 2, 3, 4)]
    assert list(itertools.chain(*pages)) == whole and len(whole) == 120 and pages[3] == []


def test_older_versions_answer_too(ask):
    assert ask({}, version="1.0")["paging"]["totalResults"] == 120
    assert ask({}, version="1.*")["results"] == ask({}, version="1.0")["results"]


def test_comments_are_allowed_in_a_body(ask):
    assert ask('{ // all of it\n "pageSize": 1, /* really */ "sorts": [{"field": "timePeriod", "direction": "Asc"}] }')
    assert ask('{"criteria": {"filters": {"eq": "//x"}}}')["warnings"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("", [("NotEmptyBody", None)]),
        ("[]", [("InvalidValue", None)]),
        ("{", [("InvalidValue", None)]),
        (b"\xff\xfe", [("InvalidValue", None)]),
        ('{"page": NaN}', [("InvalidValue", None)]),
        ({"unknown": 1}, [("UnknownField", "unknown")]),
        ({"criteria": {"unknown": {}}}, [("UnknownField", "criteria.unknown")]),
        ({"criteria": {"and": []}}, [("NotEmpty", "criteria.and")]),
        ({"criteria": {"and": [1]}}, [("InvalidValue", "criteria.and[0]")]),
        ({"criteria": {"filters": {"in": []}}}, [("NotEmpty", "criteria.filters.in")]),
        ({"criteria": {"filters": {"eq": ""}}}, [("NotEmpty", "criteria.filters.eq")]),
        ({"criteria": {"filters": {"eq": "x" * 11}}}, [("MaximumLength", "criteria.filters.eq")]),
        ({"criteria": {"filters": {"gt": "x"}}}, [("UnknownField", "criteria.filters.gt")]),
        (
            {"criteria": {"geographicLevels": {"in": ["NAT", "XX"]}}},
            [("AllowedValue", "criteria.geographicLevels.in[1]")],
        ),
        (
            {"criteria": {"locations": {"eq": {"level": "XX", "id": "a"}}}},
            [("AllowedValue", "criteria.locations.eq.level")],
        ),
        ({"criteria": {"locations": {"eq": {"level": "NAT"}}}}, [("RequiredValue", "criteria.locations.eq.id")]),
        ({"criteria": {"locations": {"eq": {"code": "a"}}}}, [("RequiredValue", "criteria.locations.eq.level")]),
        (
            {"criteria": {"locations": {"eq": {"level": "REG", "ukprn": "1"}}}},
            [("AllowedValue", "criteria.locations.eq.level")],
        ),
        (
            {"criteria": {"timePeriods": {"eq": {"period": "2020"}}}},
            [("RequiredValue", "criteria.timePeriods.eq.code")],
        ),
        (
            {"criteria": {"timePeriods": {"eq": {"period": "2020", "code": "ZZ"}}}},
            [("TimePeriodAllowedCode", f"{TIME}.code")],
        ),
        (
            {"criteria": {"timePeriods": {"eq": {"period": "2020/2021", "code": "CY"}}}},
            [("TimePeriodAllowedCode", f"{TIME}.code")],
        ),
        (
            {"criteria": {"timePeriods": {"eq": {"period": "x", "code": "AY"}}}},
            [("TimePeriodInvalidYear", f"{TIME}.period")],
        ),
        (
            {"criteria": {"timePeriods": {"eq": {"period": "2020/2022", "code": "AY"}}}},
            [("TimePeriodInvalidYearRange", f"{TIME}.period")],
        ),
        ({"sorts": []}, [("NotEmpty", "sorts")]),
        ({"sorts": [{"field": "a", "direction": "Up"}]}, [("AllowedValue", "sorts[0].direction")]),
        ({"sorts": [{"direction": "Asc"}]}, [("RequiredValue", "sorts[0].field")]),
        ({"indicators": [""]}, [("NotEmpty", "indicators[0]")]),
        ({"page": 0, "pageSize": 10001}, [("GreaterThanOrEqual", "page"), ("InclusiveBetween", "pageSize")]),
        ({"page": "1"}, [("InvalidValue", "page")]),
        ({"page": 10**12}, [("InvalidValue", "page")]),
        ({"debug": "yes"}, [("InvalidValue", "debug")]),
        ('{"criteria":' + '{"not":' * 5000 + "{}" + "}" * 5000 + "}", [("InvalidValue", None)]),
    ],
)
def test_a_body_that_is_wrong_says_where(ask, body, found):
    answer = ask(body, 400)
    assert _errors(answer) == found
    assert all(set(e) >= {"message", "code", "detail"} for e in answer["errors"])


def test_criteria_may_nest_but_not_without_end(ask):
    def nested(depth):
        criteria = {"geographicLevels": {"eq": "NAT"}}
        for _ in range(depth):
            criteria = {"not": criteria}
        return {"criteria": criteria}

    assert ask(nested(40))["paging"]["totalResults"] == 24
    assert ask(nested(70), 400)["errors"][0]["code"] == "InvalidValue"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("filters.in=", "NotEmpty"),
        ("locations.eq=NAT", "LocationFormat"),
        ("locations.eq=XX|id|a", "LocationAllowedLevel"),
        ("locations.eq=REG|ukprn|1", "LocationAllowedProperty"),
        ("locations.eq=REG|id|", "LocationValueNotEmpty"),
        (f"locations.eq=REG|id|{'x' * 11}", "LocationValueMaxLength"),
        ("timePeriods.eq=2020", "TimePeriodFormat"),
        ("timePeriods.eq=2020|ZZ", "TimePeriodAllowedCode"),
        ("timePeriods.eq=x|AY", "TimePeriodInvalidYear"),
        ("timePeriods.eq=2020/2023|AY", "TimePeriodInvalidYearRange"),
        ("sorts=a", "SortFormat"),
        ("sorts=|Asc", "SortFieldNotEmpty"),
        ("sorts=a|Up", "SortDirection"),
        (f"sorts={'a' * 41}|Asc", "SortFieldMaxLength"),
        ("filter.in=a", "UnknownField"),
        ("debug=perhaps", "InvalidValue"),
        ("pageSize=0", "InclusiveBetween"),
        ("indicators=", "IndicatorsNotFound"),
    ],
)
def test_an_address_that_is_wrong_says_so(call, base, query, code):
    if code == "IndicatorsNotFound":
        # An empty list asks for no indicator at all, as in a body.
        assert call(f"{base}/query?{query}")["results"][0]["values"] == {}
        return
    assert [c for c, _ in _errors(call(f"{base}/query?{query}", 400))] == [code]


def test_other_methods_are_refused_and_browsers_of_other_sites_may_ask(served, base):
    from django.test import Client

    browser = Client()
    assert browser.put(f"{base}/query").status_code == 405
    assert browser.post(base).json()["status"] == 405
    answer = browser.options(f"{base}/query")
    assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert browser.head(f"{base}/meta").status_code == 200
    assert browser.get(f"{base}/meta").headers["api-supported-versions"] == "1"


def test_a_body_that_is_too_large_is_refused(served, base):
    from django.test import Client

    browser = Client(raise_request_exception=False)
    answer = browser.post(f"{base}/query", "x" * (1 << 21), content_type="application/json")
    assert answer.status_code in (400, 413) and answer.json()["status"] == answer.status_code


# Files


def test_the_csv_is_the_file_as_it_was_given(call, base, kept):
    response = call(f"{base}/csv?dataSetVersion=*")
    assert response.headers["Content-Encoding"] == "gzip" and response.headers["X-Robots-Tag"] == "noindex"
    assert f"{kept[1].id}_v2.0.1.csv" in response.headers["Content-Disposition"]
    lines = gzip.decompress(b"".join(response.streaming_content)).decode().splitlines()
    assert len(lines) == 121 and lines[1] == ",".join(rows(years=YEARS, levels=("Advanced", "Total"), seed=3)[0])


def test_an_etag_saves_the_second_answer(call, base):
    for address in (f"{base}/csv", f"{base}/meta", f"{base}/query?pageSize=3", f"{base}/parquet"):
        from django.test import Client

        browser = Client()
        tag = browser.get(address).headers["ETag"]
        assert browser.get(address, headers={"if-none-match": f"W/{tag}"}).status_code == 304
        assert browser.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_answers_as_csv_arrow_and_parquet(served, base):
    import polars as pl
    from django.test import Client

    browser = Client()
    tables = []
    for kind, read in (
        ("text/csv", lambda b: pl.read_csv(b, infer_schema=False)),
        ("application/vnd.apache.arrow.stream", pl.read_ipc_stream),
        ("application/vnd.apache.parquet", pl.read_parquet),
    ):
        response = browser.get(f"{base}/query?geographicLevels.eq=REG&indicators=start_count", headers={"accept": kind})
        assert response.headers["Content-Type"].startswith(kind)
        tables.append(read(io.BytesIO(response.content)).with_columns(pl.all().cast(pl.String)))
    assert tables[0].equals(tables[1]) and tables[1].equals(tables[2])
    assert tables[0].height == 48 and "start_percent" not in tables[0].columns
    assert tables[0]["region_name"].unique().sort().to_list() == ["North East", "North West"]
    whole = pl.read_parquet(io.BytesIO(browser.get(f"{base}/parquet").content))
    assert whole.height == 120


# Two ways to the same answer


def _facets(ids):
    options = st.sampled_from([ids[k] for k in ("Under 19", "19 to 24", "25 plus", "Advanced")] + ["zzzzz"])
    levels = st.sampled_from(["NAT", "REG", "LAD", "SCH"])
    places = st.sampled_from(
        [{"level": "REG", "code": "E12000001"}, {"level": "LAD", "code": "E08000003"}, {"level": "REG", "code": "x"}]
    )
    times = st.sampled_from([{"period": y, "code": "AY"} for y in ("2022", "2023/2024", "2024", "1990")])

    def facet(values, *more):
        one = dict.fromkeys(("eq", "notEq", *more), values)
        return st.fixed_dictionaries(
            {},
            optional={
                **one,
                "in": st.lists(values, min_size=1, max_size=3),
                "notIn": st.lists(values, min_size=1, max_size=3),
            },
        )

    return st.fixed_dictionaries(
        {},
        optional={
            "filters": facet(options), "geographicLevels": facet(levels), "locations": facet(places),
            "timePeriods": facet(times, "gt", "gte", "lt", "lte"),
        },
    )  # fmt: skip


def _slowly(criteria, row, ids, join=all):
    """The query language once more, row by row: what a row must be to match."""
    for word, combine in (("and", all), ("or", any)):
        if word in criteria:
            return combine(_slowly(c, row, ids) for c in criteria[word])
    if "not" in criteria:
        return not _slowly(criteria["not"], row, ids, any)
    years = ["2022/2023", "2023/2024", "2024/2025"]

    def is_it(name, value):
        if name == "filters":
            return value in (ids[k] for k in (row[9], row[10]) if k in ids)
        if name == "geographicLevels":
            return {"NAT": "National", "REG": "Regional", "LAD": "Local authority district"}.get(value) == row[2]
        if name == "locations":
            return value["code"] == row[5 if value["level"] == "REG" else 7] != ""
        return _year(value) == f"{row[0][:4]}/{int(row[0][:4]) + 1}"

    def _year(value):
        return value["period"] if "/" in value["period"] else f"{value['period']}/{int(value['period']) + 1}"

    def holds(name, comparator, value):
        values = value if isinstance(value, list) else [value]
        if comparator in ("eq", "in"):
            return any(is_it(name, v) for v in values)
        if comparator in ("notEq", "notIn"):
            return not any(is_it(name, v) for v in values)
        if _year(value) not in years:
            return False
        a, b = years.index(f"{row[0][:4]}/{int(row[0][:4]) + 1}"), years.index(_year(value))
        return {"gt": a > b, "gte": a >= b, "lt": a < b, "lte": a <= b}[comparator]

    facets = [all(holds(name, c, v) for c, v in facet.items()) for name, facet in criteria.items() if facet]
    return join(facets) if facets else True


def test_the_query_language_answers_as_a_row_by_row_reading_does(kept, ids):
    library, d, v = kept
    from openilr.publish.datasets.query import Query, Reader, plan

    reader, meta, numbers = Reader(), library.meta(d, v), library.path(d, v) / "data.parquet"
    everything = rows(years=YEARS, levels=("Advanced", "Total"), seed=3)
    criteria = st.recursive(
        _facets(ids),
        lambda inner: st.one_of(
            st.fixed_dictionaries({"and": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"or": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=6,
    )

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(criteria)
    def same(c):
        found = reader.count(numbers, plan(meta, Query(c)))
        assert found == sum(_slowly(c, row, ids) for row in everything)

    same()
