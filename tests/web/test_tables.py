"""Tables that people make: what is in them, what is worked out, how they are shared and downloaded."""

from __future__ import annotations

import io
import json
import re
import zipfile
from urllib.parse import urlencode

import pytest

from openilr.publish.datasets import Library
from openilr.web.tables.derived import work_out
from tests.publish.pairs import PLACES, rows, write


@pytest.fixture(scope="module")
def chosen(published):
    """An address of a table of regions, and the rows that it must show."""
    library, d = published
    meta = library.meta(d, d.latest)
    starts = next(i for i in meta.indicators if i.column == "start_count")
    pairs = [("time", t.key) for t in meta.times[-2:]] + [("level", "REG"), ("indicator", starts.id)]
    return d, f"/data-tables/{d.id}/table/?{urlencode(pairs)}", pairs


def _cells(page):
    body = page.split("<tbody", 1)[1].split("</tbody>")[0]
    out = {}
    for row in body.split("<tr")[1:]:
        heads = re.findall(r"<th[^>]*>([^<]*)</th>", row)
        out[heads[-1] if heads else ""] = re.findall(r"<td[^>]*>([^<]*)</td>", row)
    return out


def test_a_table_has_the_published_numbers(visitor, chosen):
    _, address, _ = chosen
    page = visitor.get(address).text
    cells = _cells(page)
    source = {
        (r[6], r[0]): r[11]
        for r in rows(years=("202324", "202425"), places=PLACES, levels=("Total",))
        if r[2] == "Regional" and r[9] == r[10] == "Total"
    }
    for (region, year), value in source.items():
        assert cells[region][("202324", "202425").index(year)].replace(",", "") == value
    assert len(cells) == 9
    assert "<li>One number corrected.</li>" in page, "the notes of the version go with each table"


def test_columns_are_worked_out_from_published_numbers_only():
    assert work_out("change", "30", "20", None, None) == "10.0"
    assert work_out("percent_change", "1,030", "1000", None, None) == "3.0"
    assert work_out("index", "5", None, "4", None) == "125.0"
    assert work_out("share", "1", None, None, "3") == "33.3"
    for name in ("change", "percent_change", "index", "share"):
        assert work_out(name, "low", "20", "20", "20") == "x"
        assert work_out(name, "30", "c", "c", "c") == "x"
        assert work_out(name, None, "1", "1", "1") == ""
    assert work_out("percent_change", "5", "0", None, None) == "x", "nothing divides by nothing"
    assert work_out("share", "1", None, None, "8") == "12.5" and work_out("change", "0.05", "0", None, None) == "0.1"


def test_shares_are_of_the_total_even_where_it_is_not_shown(visitor, chosen, published):
    library, d = published
    meta = library.meta(d, d.latest)
    age = next(f for f in meta.filters if f.column == "age_group")
    under = next(o for o in age.options if o.label == "Under 19")
    pairs = [
        ("time", meta.times[-1].key),
        ("place", f"NAT|{meta.places_by_level['NAT'].options[0].id}"),
        ("option", under.id),
    ]
    starts = next(i for i in meta.indicators if i.column == "start_count")
    page = visitor.get(
        f"/data-tables/{d.id}/table/?{urlencode([*pairs, ('indicator', starts.id), ('derived', 'share')])}"
    ).text
    [[count, share]] = _cells(page).values()
    total = next(r[11] for r in rows(years=("202425",), levels=("Total",)) if r[2] == "National" and r[10] == "Total")
    assert share == work_out("share", count, None, None, total)


def test_what_is_missing_is_named(visitor, chosen):
    d, _, _ = chosen
    page = visitor.get(f"/data-tables/{d.id}/table/?x=1")
    assert page.status_code == 400
    for words in ("Choose one period or more", "Choose one place or more", "Choose one measure or more"):
        assert words in page.text


def test_dimensions_move_and_charts_have_their_table(visitor, chosen):
    _, address, _ = chosen
    page = visitor.get(address).text
    move = re.search(r'href="\?([^"]+)">Move to rows', page)[1].replace("&amp;", "&")
    turned = visitor.get(address.split("?")[0] + "?" + move).text
    assert len(_cells(turned)) == 2 or "rowgroup" in turned
    for chart in ("line", "bar", "map"):
        page = visitor.get(f"{address}&chart={chart}").text
        assert (
            "<svg" in page
            and "<title>" in page
            and "<table" in page
            and "style=" not in page.split("<svg")[1].split("</svg>")[0]
        )


def test_a_map_of_what_has_no_map_says_so(visitor, published):
    library, d = published
    meta = library.meta(d, d.latest)
    pairs = [("time", meta.times[0].key), ("level", "LAD"), ("indicator", meta.indicators[0].id), ("chart", "map")]
    assert "A map needs three places or more" in visitor.get(f"/data-tables/{d.id}/table/?{urlencode(pairs)}").text


def test_places_are_drawn_in_the_middle_of_their_postcodes(tmp_path):
    from openilr import reference
    from openilr.web import charts
    from openilr.web.tables import centres

    columns = "pcds,doterm,oseast1m,osnrth1m,osgrdind,lad25cd\n"
    (tmp_path / "NSPL_AUG_2025_UK.csv").write_text(
        columns + "AA1 1AA,,400000,300000,1,E06000001\nAA1 1AB,,402000,304000,1,E06000001\n"
        "AA1 1AC,202401,900000,900000,1,E06000001\nAA1 1AD,,0,0,9,E06000001\n"
        "AA2 1AA,,500000,200000,1,E06000002\nBT1 1AA,,330000,370000,1,N09000003\n",
        "utf-8",
    )
    found = centres.middles(reference.load(tmp_path), "lad")
    assert found == {"E06000001": (401000, 302000), "E06000002": (500000, 200000)}

    points = [charts.Point(f"Place {n} <&>", value, 100_000 * n, 0) for n, value in enumerate((10, 40, None, 90))]
    drawn = charts.point_map("Starts", points, shaded=False)
    sizes = [float(r) for r in re.findall(r'r="([\d.]+)"[^>]*stroke-opacity="0.5"><title>', drawn)]
    assert sizes[0] == pytest.approx(3 * sizes[2], rel=0.02) and "Place 2 &lt;&amp;&gt;: not shown" in drawn
    assert "3 places. Lowest 10 (Place 0 &lt;&amp;&gt;). Highest 90 (Place 3" in drawn
    assert charts.point_map("Starts", points[1:3], shaded=False) is None
    shades = re.findall(r'fill="(#\w+)" fill-opacity="0.85"[^>]*><title>', charts.point_map("%", points, shaded=True))
    assert len(set(shades)) == 3


def test_a_page_has_the_map_and_the_table(visitor, published, monkeypatch):
    from openilr.web.tables import views

    library, d = published
    meta = library.meta(d, d.latest)
    places = {code: (4e5 + n, 3e5) for n, code in enumerate(o.code for o in meta.places_by_level["REG"].options)}
    monkeypatch.setattr(views, "centres", lambda _: places)
    monkeypatch.setattr(views.charts, "tile_map", lambda *_: None)
    pairs = [("time", meta.times[0].key), ("level", "REG"), ("indicator", meta.indicators[0].id), ("chart", "map")]
    page = visitor.get(f"/data-tables/{d.id}/table/?{urlencode(pairs)}").text
    assert "Each circle stands in the middle" in page and "<title>London: " in page and "London" in _cells(page)


@pytest.mark.parametrize("kind", ["csv", "json", "ods", "parquet", "xlsx"])
def test_every_file_holds_the_table(visitor, chosen, kind):
    _, address, _ = chosen
    shown = _cells(visitor.get(address).text)
    answer = visitor.get(address.replace("/table/", f"/download/{kind}/"))
    assert answer.status_code == 200 and f".{kind}" in answer.headers["Content-Disposition"]
    body = answer.content
    numbers = sorted(v.replace(",", "") for line in shown.values() for v in line)
    if kind == "csv":
        found = [cell for line in body.decode("utf-8-sig").splitlines()[1:] for cell in line.split(",")[1:]]
    elif kind == "json":
        told = json.loads(body)
        assert told["about"]["Source"].startswith("Apprenticeship starts, version 1.1.1")
        found = [str(v).removesuffix(".0") for line in told["rows"] for v in line[1:]]
    elif kind == "parquet":
        import polars as pl

        frame = pl.read_parquet(io.BytesIO(body))
        found = [v for row in frame.rows() for v in row[1:]]
    else:
        book = zipfile.ZipFile(io.BytesIO(body))
        name = "content.xml" if kind == "ods" else "xl/worksheets/sheet2.xml"
        text = book.read(name).decode()
        found = [
            x.removesuffix(".0")
            for x in re.findall(r'office:value="([\d.]+)"' if kind == "ods" else r"<v>([\d.]+)</v>", text)
        ]
        shared = "" if kind == "ods" else book.read("xl/sharedStrings.xml").decode()
        assert "This file holds a cover sheet" in text + shared
        assert {n for n in numbers if n[0].isdigit()} <= set(found)
        return
    assert sorted(found) == numbers


def test_formulas_in_labels_are_only_text(visitor, served, tmp_path):
    made = [tuple("=cmd()|x" if c == "Advanced" else c for c in r) for r in rows()]
    d, v, _ = Library(served).add(*write(tmp_path, made), title="Formulas")
    meta = Library(served).meta(d, v)
    pairs = [
        ("time", meta.times[0].key),
        ("place", f"NAT|{meta.places_by_level['NAT'].options[0].id}"),
        ("indicator", meta.indicators[0].id),
    ]
    pairs += [("option", o.id) for f in meta.filters for o in f.options]
    text = visitor.get(f"/data-tables/{d.id}/download/csv/?{urlencode(pairs)}").content.decode("utf-8-sig")
    assert "'=cmd()" in text and not re.search(r"(^|,)=cmd", text, re.M)


def _shared(visitor, meta, d):
    """The address of a shared table of starts by period and region."""
    starts = next(i for i in meta.indicators if i.column == "start_count")
    pairs = [("time", t.key) for t in meta.times] + [("level", "REG"), ("indicator", starts.id)]
    pairs += [("option", f.default_option.id) for f in meta.filters]
    return visitor.post(f"/data-tables/{d.id}/share/", {"address": urlencode(pairs)})["Location"]


def test_a_shared_table_stays_and_says_what_changed_since(visitor, served, tmp_path):
    library = Library(served)
    made = rows()
    d, v, _ = library.add(*write(tmp_path / "1", made), title="Shared")
    meta = library.meta(d, v)
    where = _shared(visitor, meta, d)
    before = visitor.get(where).text
    assert "Nothing has changed since" in before
    at = next(n for n, r in enumerate(made) if r[2] == "Regional" and r[0] == "202425" and r[9] == r[10] == "Total")
    made[at] = (*made[at][:11], "123450", made[at][12])
    library.add(*write(tmp_path / "2", made), title="Shared")
    after = visitor.get(where).text
    assert "1 is another" in after and "123450" in after.split("What changed since")[1]
    frozen = after.rsplit("<table", 1)[1]
    assert "123,450" not in frozen, "the table itself is as it was"
    from openilr.web.tables.models import SharedTable

    kept = SharedTable.objects.get(token=where.split("/")[-2])
    assert SharedTable.hash_of(kept.table) == kept.sha256
    kept.table["labels"] = []
    kept.save()
    assert "the table was changed after it was shared" in visitor.get(where).text


def test_a_steward_features_a_table_where_everybody_finds_it(visitor, signed_in, published):
    d = published[1]
    where = _shared(visitor, published[0].meta(d, d.latest), d)
    assert "Feature this table" not in visitor.get(where).text
    assert visitor.post(f"{where}feature/", {"name": "Mine"}).status_code == 302
    assert signed_in("researcher").post(f"{where}feature/", {"name": "Mine"}).status_code == 403
    steward = signed_in("steward")
    assert "Feature this table" in steward.get(where).text
    places = ("/data-tables/", f"/data-tables/{d.id}/", "/find-statistics/apprenticeships/")
    for name, there in (("Starts <b>at a glance", True), ("", False)):
        steward.post(f"{where}feature/", {"name": name})
        for place in places:
            assert ("Starts &lt;b&gt;at a glance" in visitor.get(place).text) is there


def _fetch(address):
    import httpx

    return httpx.get(address, timeout=30).content


def test_the_code_of_a_table_gives_its_numbers(visitor, chosen, live, published):
    """The Python that the page shows is run; the SQL too, on the Parquet file that it names."""
    d, address, _ = chosen
    import html

    page = _fetch(f"{live}{address}").decode()
    shown = _cells(page)
    codes = [html.unescape(x) for x in re.findall(r"<pre class=\"ilr-code\"[^>]*><code>(.*?)</code>", page, re.S)]
    assert len(codes) == 3
    namespace = {}
    exec(codes[0].replace("print(table)", ""), namespace)  # noqa: S102 - what the page tells people to run
    frame = namespace["table"]
    for region, values in shown.items():
        ours = [row["start_count"] for row in frame.sort("time_period").to_dicts() if row["reg_name"] == region]
        assert ours == [v.replace(",", "") for v in values]
    import duckdb

    query = codes[2].split("\n", 1)[1]
    local = published[0].path(d, d.latest).parent / "whole.parquet"
    url = re.search(r"read_parquet\('([^']+)'\)", query)[1]
    local.write_bytes(_fetch(url))
    try:
        found = duckdb.sql(query.replace(url, str(local))).fetchall()
    finally:
        local.unlink()
    assert sorted(r[-1] for r in found) == sorted(frame["start_count"])


def test_a_data_set_begins_with_ready_tables_that_are_there(visitor, published):
    d = published[1]
    page = visitor.get(f"/data-tables/{d.id}/").text
    links = re.findall(rf'href="(/data-tables/{d.id}/table/[^"]+)">([^<]+)<', page)
    assert len(links) == 2 and all(" by " in title for _, title in links)
    for address, title in links:
        shown = visitor.get(address.replace("&amp;", "&"))
        assert shown.status_code == 200 and title in shown.text
