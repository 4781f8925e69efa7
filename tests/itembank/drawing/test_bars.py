"""Bars on their axis."""

from __future__ import annotations

import pytest

from itembank.drawing.bars import bar_figure


def test_bars_stand_on_the_axis_and_reach_their_value() -> None:
    figure = bar_figure([("A", 5.0, False), ("B", 10.0, True)], reference=7.5)
    assert [(bar.y, bar.height) for bar in figure.bars] == [(50, 50), (0, 100)]
    assert figure.bars[1].x == 55
    assert figure.reference == 25
    assert figure.bars[0].value_text == "5"


def test_a_negative_bar_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="bar A"):
        bar_figure([("A", -1.0, False)])
