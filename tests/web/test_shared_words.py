"""One thing has one name: forms, reports, replays and the engine's sentences use the same words in both languages."""

from __future__ import annotations

import json

import pytest

from engine.design import SELECTIONS
from engine.explanations import explanation_words
from engine.stop_rules.stop_reasons import STOP_SENTENCES
from engine.stop_rules.stop_settings import STOP_RULES
from itembank.simulations.report import words
from web.texts_catalogue import LANGUAGES, catalogue

#: Other Thai words for what has a name already, with the name.
SECOND_NAMES = {
    "จุดตัด": "คะแนนตัด",
    "เส้นเกณฑ์": "คะแนนตัด",
    "โอกาสถึงเกณฑ์": "ความน่าจะเป็นที่มีสมรรถนะ",
    "กติกา": "เกณฑ์หยุดสอบ",
    "จำนวนข้อน้อยที่สุด": "จำนวนข้ออย่างน้อย",
    "จำนวนข้อมากที่สุด": "จำนวนข้ออย่างมาก",
    "ข้อทดลองที่": "ข้อทดลองใช้",
    "ข้อทดลอง ": "ข้อทดลองใช้",
    "ชุดข้อสอบ": "ชุดคำถาม",
    "ข้อมูลที่ข้อสอบให้": "สารสนเทศที่ข้อสอบให้",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_names_settings_as_the_exam_form_does(language: str) -> None:
    for name in (
        "cut_score", "confidence", "selection", "randomesque", "maximum_exposure", "exposure_bins", "pretest_items",
    ):  # fmt: skip
        # The form says besides in what unit to write; the report writes the unit with the value.
        label = catalogue()[f"administration.{name}"][language]
        shown = words.SETTINGS[name][language]
        assert label == shown or label.startswith(f"{shown} ("), name
    assert words.SETTINGS["stop_rules"][language] == catalogue()["administration.stop_rule"][language]
    for selection in SELECTIONS:
        key = f"administration.selection_{selection.replace('-', '_')}"
        assert words.SELECTIONS[selection][language] == catalogue()[key][language]
    for rule in set(STOP_RULES) - {"time"}:
        assert words.STOP_RULES[rule][language] == catalogue()[f"administration.stop_{rule}"][language]


def test_nothing_has_a_second_name_in_thai() -> None:
    texts = {key: told["th"] for key, told in catalogue().items()}
    tables = (
        words.FIGURES, words.SETTINGS, words.SELECTIONS, words.STOP_RULES, words.TEXTS, STOP_SENTENCES,
        explanation_words.RULES, explanation_words.CONSTRAINTS, explanation_words.TEXTS,
    )  # fmt: skip
    for place, table in enumerate(tables):
        texts |= {f"{place}.{key}": told["th"] for key, told in table.items()}
    found = {key: second for key, text in texts.items() for second in SECOND_NAMES if second in text}
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_engine_speaks_of_a_testlet_as_the_pages_do(language: str) -> None:
    name = {"th": "ชุดคำถาม", "en": "testlet"}[language]
    assert name in explanation_words.RULES["testlet"][language]
    assert name in explanation_words.TEXTS["in_testlet"][language]
    assert name in catalogue()["replay.testlet"][language].lower()
