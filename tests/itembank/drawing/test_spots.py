"""Spots, the Wright map and copies for print: places that can be worked out by hand, well-formed and escaped."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from itembank.drawing.bars import bar_figure
from itembank.drawing.lines import Series, line_figure
from itembank.drawing.print_copy import print_copy, print_copy_of_sample
from itembank.drawing.spots import Spot, spot_figure
from itembank.drawing.svg import draw_bars, draw_lines, draw_reference_key, draw_sample, draw_spots, draw_wright_map
from itembank.drawing.wright_map import ITEMS_FROM, PEOPLE_AXIS, PlacedItem, PlacedPerson, wright_map

HOSTILE = '<script>"&'
WORDS = {"uid": "u", "title": HOSTILE, "description": HOSTILE, "y_label": "θ"}


def people(count: int, ability: float, *, simulated: bool = False) -> list[PlacedPerson]:
    return [PlacedPerson(ability, simulated)] * count


def test_spots_stand_where_their_values_are_with_bars_of_1_96_errors() -> None:
    figure = spot_figure([Spot("a", 0.0, 4.0), Spot("b", 2.0, 2.0, 0.5, 0.25, flagged=True), Spot("c", 4.0, 0.0)])
    assert [spot.name for spot in figure.spots] == ["a", "c", "b"]  # what stands out is in front
    spot = figure.spots[-1]
    assert (spot.x, spot.y) == (50, 50)
    assert spot.right - spot.left == pytest.approx(2 * 1.96 * 0.5 * 25, abs=0.01)
    assert spot.bottom - spot.top == pytest.approx(2 * 1.96 * 0.25 * 25, abs=0.01)
    assert figure.x_ticks[0].text == figure.y_ticks[0].text == "0"


def test_a_spot_without_a_place_is_named() -> None:
    with pytest.raises(ValueError, match="lost"):
        spot_figure([Spot("lost", 0.0, math.nan)])


def test_drawn_spots_are_told_apart_by_shape_and_name() -> None:
    figure = spot_figure([Spot(HOSTILE, 0.0, 1.0, flagged=True), Spot("plain", 1.0, 0.0, 0.1, 0.1)])
    root = ElementTree.fromstring(draw_spots(figure, x_label="x", **WORDS))
    texts = [element.text for element in root.iter("text")]
    assert texts.count("▲") == 1
    assert HOSTILE in texts
    assert "plain" not in texts
    assert HOSTILE in [element.text for element in root.iter("title")]
    assert len(list(root.iter("circle"))) == 1
    assert [element.get("class") for element in root.iter("line")].count("faint-whisker") == 2


def test_names_that_would_cover_one_another_are_left_to_the_table() -> None:
    crowd = [Spot("a", 0.0, 0.0, flagged=True), Spot("b", 0.01, 0.01, flagged=True), Spot("c", 0.0, 1.0, flagged=True)]
    figure = spot_figure([*crowd, Spot("plain", 1.0, 1.0)])
    assert {spot.name: spot.labelled for spot in figure.spots} == {"a": True, "b": False, "c": True, "plain": False}


def test_a_wright_map_counts_everybody_once_and_puts_real_people_inside() -> None:
    crowd = [*people(3, 0.05), *people(1, 0.05, simulated=True), *people(2, -1.0, simulated=True)]
    figure = wright_map(crowd, [PlacedItem("i", 0.0, True), PlacedItem("j", 0.0, False)], cut=1.0)
    assert figure.most == 4
    assert sum(row.real for row in figure.rows) == 3
    assert sum(row.simulated for row in figure.rows) == 3
    full = next(bar for bar in figure.bars if bar.real)
    assert (full.real, full.simulated) == (pytest.approx(0.75 * PEOPLE_AXIS), pytest.approx(0.25 * PEOPLE_AXIS))
    assert [mark.name for mark in figure.marks] == ["i", "j"]
    assert figure.marks[0].y == figure.marks[1].y
    assert ITEMS_FROM < figure.marks[0].x < figure.marks[1].x
    assert figure.cut == 0  # the upper end of the scale
    assert [row.low for row in figure.rows] == sorted((row.low for row in figure.rows), reverse=True)
    for row in figure.rows:
        assert len(row.items) == 2 * (row.low <= 0.0 < row.high)


def test_the_ends_of_the_scale_belong_to_the_map() -> None:
    figure = wright_map([*people(1, 2.0), *people(1, -2.0)], [])
    assert sum(row.real for row in figure.rows) == 2
    assert figure.cut is None
    with pytest.raises(ValueError, match="finite"):
        wright_map(people(1, math.inf), [])


def test_a_drawn_map_tells_kinds_apart_without_colour() -> None:
    figure = wright_map(
        [*people(1, 0.0), *people(1, 0.0, simulated=True)],
        [PlacedItem(HOSTILE, 0.0, True), PlacedItem("j", 1.0, False)],
    )
    root = ElementTree.fromstring(draw_wright_map(figure, people_label="people", items_label="items", **WORDS))
    looks = {element.get("class"): element for element in root.iter()}
    assert "stroke-dasharray" in looks["bar-simulated"].attrib
    assert "stroke-dasharray" not in looks["bar"].attrib
    assert (looks["known-item"].tag, looks["rated-item"].tag) == ("circle", "rect")
    assert looks["known-item"].find("title") is not None


def test_a_copy_for_print_has_every_place_worked_out() -> None:
    drawing = draw_lines(
        line_figure([Series("s", ((0.0, 0.0, 0.1), (2.0, 2.0, 0.1)))], upright=1.0), x_label="ความสามารถ (θ)", **WORDS
    )
    copy = print_copy(drawing, font="Sarabun")
    root = ElementTree.fromstring(copy)
    assert "%" not in copy
    assert "vector-effect" not in copy
    space = "{http://www.w3.org/2000/svg}"
    # In the middle of a plot of 640: 50 %.
    assert [line.get("x1") for line in root.iter(f"{space}line") if line.get("x1") == line.get("x2") == "320"]
    path = next(root.iter(f"{space}path")).get("d")
    assert path is not None
    assert path.startswith("M0,")
    assert "L640," in path
    spans = [span.text for span in root.iter(f"{space}tspan")]
    assert spans == ["θ", "θ"]
    assert next(iter(root)).get("transform") == "translate(56 30)"
    taller = ElementTree.fromstring(print_copy(drawing, height=500, font="Sarabun"))
    assert float(taller.attrib["height"]) - float(root.attrib["height"]) == pytest.approx(500 - 288)


def test_bars_and_samples_are_copied_too() -> None:
    bars = draw_bars(bar_figure([("a", 1.0, True), ("b", 2.0, False)], reference=1.5), x_label="x", **WORDS)
    assert "%" not in print_copy(bars, font="Sarabun").replace("&lt;", "")
    samples = ("bar", "bar-simulated", "known-item", "rated-item", "spot", "spot-flagged")
    for sample in (draw_reference_key(), draw_reference_key(upright=True), *map(draw_sample, samples)):
        root = ElementTree.fromstring(print_copy_of_sample(sample, font="Sarabun"))
        assert (root.get("width"), root.get("height")) == ("32", "16")
        assert len(root) == 1
