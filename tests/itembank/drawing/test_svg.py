"""Drawings as SVG text: well-formed, escaped, complete, and readable without colour."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from itembank.drawing.bars import bar_figure
from itembank.drawing.lines import LineFigure, Series, line_figure
from itembank.drawing.svg import MOST_SERIES, draw_bars, draw_key, draw_lines, draw_reference_key

HOSTILE = '<script>"&'


def lines(count: int = 3, **options: object) -> LineFigure:
    return line_figure(
        [Series(f"s{place}", ((0.0, place, 0.1), (1.0, place + 1.0, 0.1))) for place in range(count)],
        **options,  # type: ignore[arg-type]
    )


def drawn(figure: LineFigure, **words: str) -> str:
    given = {"uid": "u", "title": "T", "description": "D", "x_label": "x", "y_label": "y"} | words
    return draw_lines(figure, **given)


def classes(svg: str) -> list[str]:
    return [element.get("class", "") for element in ElementTree.fromstring(svg).iter()]


def test_a_drawing_is_well_formed_named_and_described() -> None:
    svg = drawn(lines(upright=0.5, across=0.0, diagonal=True))
    root = ElementTree.fromstring(svg)
    assert root.get("aria-labelledby") == "u-title u-desc"
    assert {element.get("id") for element in root} >= {"u-title", "u-desc"}
    assert classes(svg).count("reference") == 3
    assert classes(svg).count("whisker") == 6
    assert not re.search(r"\bstyle=|\bon\w+=", svg)  # the site's content policy allows neither


def test_series_differ_by_dashes_and_by_the_shape_of_their_points() -> None:
    root = ElementTree.fromstring(drawn(lines()))
    paths = [element for element in root.iter() if element.tag == "path"]
    assert len({path.get("stroke-dasharray") for path in paths}) == 3
    samples = [ElementTree.fromstring(draw_key(place)) for place in (1, 2, 3)]
    shapes = {tuple(element.tag for element in sample) for sample in samples}
    assert shapes == {("line", "circle"), ("line", "rect"), ("line", "text")}
    assert [element.tag for element in ElementTree.fromstring(draw_key(2, marked=False))] == ["line"]
    assert ElementTree.fromstring(draw_reference_key()).get("aria-hidden") == "true"


def test_a_single_point_is_drawn_without_a_line() -> None:
    svg = drawn(line_figure([Series("one", ((0.0, 1.0, 0.0),))]))
    assert "<path" not in svg
    assert classes(svg).count("point") == 1


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="not 4"):
        drawn(lines(MOST_SERIES + 1))


def test_no_text_gets_out_of_its_place() -> None:
    figure = bar_figure([(HOSTILE, 1.0, True), ("b", 2.0, False)], reference=1.5)
    svg = draw_bars(figure, uid=HOSTILE, title=HOSTILE, description=HOSTILE, x_label=HOSTILE, y_label=HOSTILE)
    assert "<script>" not in svg
    assert "".join(ElementTree.fromstring(svg).itertext()).count(HOSTILE) >= 5
    assert "<script>" not in drawn(lines(), uid=HOSTILE, title=HOSTILE, x_label=HOSTILE)


def test_bars_that_stand_out_carry_a_triangle_and_labels_thin_out() -> None:
    few = draw_bars(
        bar_figure([("a", 1.0, True), ("b", 2.0, False)]), uid="u", title="", description="", x_label="", y_label=""
    )
    assert few.count("▲") == 1
    assert classes(few).count("bar-flagged") == 1
    many = draw_bars(
        bar_figure([(f"n{place}", 1.0, False) for place in range(95)]),
        uid="u", title="", description="", x_label="", y_label="",
    )  # fmt: skip
    assert len(re.findall(r">n\d+</text>", many)) == 10
    assert classes(many).count("bar") == 95
