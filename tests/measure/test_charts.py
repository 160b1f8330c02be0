"""Charts are well formed, say in words what they show, and stand beside their table."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from lxml import etree

from openilr import measure
from openilr.measure.charts import PALETTE, Chart, Series, chart_of, page, svg
from tests.measure.test_measures import course
from tests.store.making import aim, learner, report, sent_file, tables

SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart):
    return etree.fromstring(svg(chart))


def test_bars_are_as_long_as_their_values():
    root = parsed(Chart("T & <t>", "s", ("a", "b", "c"), (Series("n", (10, 20, None), ("", "", "c")),)))
    bars = [r for r in root.iter(f"{SVG}rect") if r.get("fill") == PALETTE[0]]
    wide = [float(bar.get("width")) for bar in bars]
    assert wide[1] == pytest.approx(2 * wide[0], abs=0.2) and wide[2] == 0
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert {"T & <t>", "a", "10", "20", "c"} <= set(texts)


def test_a_chart_says_in_words_what_it_shows():
    root = parsed(
        Chart("T", "s", ("2024-25", "2025-26"), (Series("x", (60.5, 65.4)), Series("y", (1, 2))), "%", 1, "line")
    )
    assert root.get("role") == "img"
    ids = {e.get("id") for e in root.iter() if e.get("id")}
    assert set(root.get("aria-labelledby").split()) == ids
    assert "2024-25: x 60.5%, y 1.0%. 2025-26: x 65.4%, y 2.0%" in root.find(f"{SVG}desc").text
    dashes = [line.get("stroke-dasharray") for line in root.iter(f"{SVG}polyline")]
    assert len(set(dashes)) == 2, "lines differ by more than colour"


def test_what_cannot_be_read_is_refused():
    one = Series("n", (1.0,))
    for bad in ({"series": (one,) * 5}, {"kind": "pie"}, {"categories": ("a", "b")}):
        with pytest.raises(ValueError):
            Chart(**{"title": "t", "subtitle": "s", "categories": ("a",), "series": (one,), **bad})


def test_everything_drawn_is_inside_the_picture():
    chart = Chart("t", "s", tuple(f"A very long category of subject {n}" * 3 for n in range(9)),
                  tuple(Series(f"series {n}", tuple(range(9))) for n in range(4)))  # fmt: skip
    root = parsed(chart)
    high = float(root.get("height"))
    for rect in root.iter(f"{SVG}rect"):
        right = float(rect.get("x", 0)) + float(rect.get("width"))
        assert right <= 760 and float(rect.get("y", 0)) + float(rect.get("height")) <= high


def test_a_chart_shows_what_a_measure_is_about():
    for name, shown in (("outcomes", "spd_percent"), ("earnings", "median"), ("qar", ""), ("travel", "")):
        declared = measure.get(name)
        assert declared.shown == shown and shown in ("", *(number.name for number in declared.numbers))


def test_a_page_has_the_chart_its_table_and_the_definition(store):
    store.submit([tables([learner("A", aim(), Sex="F"), learner("B", course(), aim(2), Sex="M")])], report(),
                 file=sent_file(store.path.parent), return_name="R14", submitted_by="t")  # fmt: skip
    result = measure.compute(store, "starts", "2526", by=["sex", "std_fwk"])
    html = page(result)
    assert html.count("<svg") == html.count("<table>") == 1
    assert html.count('<div class="wide" role="region" tabindex="0"') == 2, "on a phone they scroll, not the page"
    many = pl.DataFrame({"sex": ["F"] * 5, "std_fwk": list("abcde"), "value": [1, 2, 3, 4, 5]})
    turned = chart_of(replace(result, frame=many))
    assert turned.categories == tuple("abcde") and [each.name for each in turned.series] == ["Female"]
    assert "not protected" in html and result.measure.definition[:40] in html
    assert '<th scope="row">Female</th>' in html and '<td class="number">1</td>' in html
    assert chart_of(measure.compute(store, "starts", "2526")) is None
    assert "<table>" in page(measure.compute(store, "qar", "2526", by=["sex"]))
