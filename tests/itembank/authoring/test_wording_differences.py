"""Differences between wordings must be true to both wordings and readable in Thai."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itembank.authoring.wording_differences import Passage, compare_wordings, likeness

THAI = st.text(alphabet="กขคงจฉชซดตถทนบปพมยรลวสหอเแโใไะาำิีึืุู่้๊๋์ ab1*.", max_size=40)


def _plain(text: str) -> str:
    parts = text.split("**")
    return "".join(parts) if len(parts) % 2 else "".join(parts[:-1]) + "**" + parts[-1]


def _changed(passages: tuple[Passage, ...]) -> list[str]:
    return [passage.text for passage in passages if passage.changed]


@given(THAI, THAI)
def test_the_passages_are_the_wordings(before: str, after: str) -> None:
    found = compare_wordings(before, after)
    assert "".join(passage.text for passage in found.before) == _plain(before)
    assert "".join(passage.text for passage in found.after) == _plain(after)


@given(THAI, THAI)
def test_what_is_unmarked_is_the_same_on_both_sides(before: str, after: str) -> None:
    found = compare_wordings(before, after)
    kept = ["".join(p.text for p in side if not p.changed) for side in (found.before, found.after)]
    assert kept[0] == kept[1]


@given(THAI)
def test_a_wording_does_not_differ_from_itself(text: str) -> None:
    assert compare_wordings(text, text).same
    assert likeness(text, text) == 1


def test_no_mark_begins_in_the_middle_of_a_thai_letter() -> None:
    found = compare_wordings("ผู้บริหารมีหน้าที่กำกับ", "ผู้บริหารมีหน้าที่กำหนด")
    for passage in (*found.before, *found.after):
        assert not unicodedata.category(passage.text[0]).startswith("M")
    assert _changed(found.before) == ["กับ"]
    assert _changed(found.after) == ["หนด"]


def test_scattered_letters_are_merged_into_one_mark() -> None:
    # "เว็บไซต์" and "ระบบออนไลน์" share single letters by chance; marking around each of them would be unreadable.
    found = compare_wordings("กรมเปิดเว็บไซต์รับสมัครสมาชิก", "กรมเปิดระบบออนไลน์รับสมัครสมาชิก")
    assert _changed(found.before) == ["เว็บไซต์"]
    assert _changed(found.after) == ["ระบบออนไลน์"]


def test_words_of_other_scripts_change_whole() -> None:
    found = compare_wordings("ตาม ISO 27001", "ตาม ISO 27701")
    assert _changed(found.before) == ["27001"]
    assert _changed(found.after) == ["27701"]


def test_a_lost_emphasis_is_a_change() -> None:
    found = compare_wordings("ข้อใด**ไม่**ใช่หน้าที่ของผู้บริหาร", "ข้อใดไม่ใช่หน้าที่ของผู้บริหาร")
    assert not found.same
    assert any(passage.strong for passage in found.before)


@pytest.mark.parametrize(("one", "other"), [("", "ใหม่"), ("เก่า", "")])
def test_an_empty_side_has_no_passage(one: str, other: str) -> None:
    found = compare_wordings(one, other)
    assert _changed(found.before) == [one] * bool(one)
    assert _changed(found.after) == [other] * bool(other)


def test_long_texts_are_compared_by_words_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itembank.authoring.wording_differences._MOST_WORK", 300)
    words = [f"คำที่{number}" for number in range(60)]
    before = " ".join(words)
    after = " ".join((*words[:5], "ใหม่", *words[6:30], "อื่น", *words[31:]))
    found = compare_wordings(before, after)
    assert ("".join(one.text for one in found.before), "".join(one.text for one in found.after)) == (before, after)
    assert [text.strip() for text in _changed(found.after)] == ["ใหม่", "อื่น"]
    # A few signs repeated have too much in common to be compared; only what is before and after them is the same.
    repeated = compare_wordings("ต้น" + "ก" * 90 + "ท้าย", "ต้น" + "กข" * 45 + "ท้าย")
    assert len(_changed(repeated.after)) == 1
    assert repeated.after[0].text.startswith("ต้น")
    assert repeated.after[-1].text == "ท้าย"
    assert likeness(before, after) > 0.8 > 0.2 > likeness(before, before[::-1])
