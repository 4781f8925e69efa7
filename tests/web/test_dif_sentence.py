"""The sentence that tells a difference between groups keeps the sign of its interval."""

from __future__ import annotations

import re
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from web.page import templates
from web.texts_catalogue import Texts

GROUPS = SimpleNamespace(
    reference=SimpleNamespace(name_th="ก", name_en="First"), focal=SimpleNamespace(name_th="ข", name_en="Second")
)


@pytest.mark.parametrize(
    ("favours", "difference", "interval", "told"),
    [
        ("focal", 0.037, (-0.127, 0.202), "3.7 percentage points more.*−12.7 to 20.2"),
        ("reference", -0.249, (-0.437, -0.061), "24.9 percentage points more.*6.1 to 43.7"),
        ("reference", -0.008, (-0.21, 0.194), "0.8 percentage points more.*−19.4 to 21.0"),
    ],
)
def test_an_interval_that_leaves_the_direction_open_goes_below_zero(
    favours: str, difference: float, interval: tuple[float, float], told: str
) -> None:
    item = SimpleNamespace(favours=favours, share_difference=difference, share_interval=interval)
    words = (
        templates()
        .get_template("dif/_words.html")
        .make_module({"t": Texts("en", ZoneInfo("Asia/Bangkok")), "lang": "en"})
    )
    first = "Second" if favours == "focal" else "First"
    sentence = str(words.sentence(GROUPS, item))  # type: ignore[attr-defined]
    assert f"“{first}” gets" in sentence
    assert re.search(told, sentence)
