"""Each rule warns of what it is for, in both languages, and is silent beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, NumericKey, Option, Prompt
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.flaws import stem_rules
from itembank.authoring.flaws.flaw import SOURCES, Rule
from itembank.authoring.flaws.lint import balance_flaws, flaws_of, key_balance
from itembank.authoring.flaws.words import content_words, visible_length, words_of
from tests.itembank.authoring.item_types.every_type import (
    GAPS,
    MATCHING,
    NUMERIC,
    ORDERING,
    RESPONSE,
    SHORT_TEXT,
)

THAI = ("แจ้งเจ้าของข้อมูล", "ลบไฟล์ในเครื่อง", "เปลี่ยนรหัสผ่าน", "ปิดเครือข่าย")
ENGLISH = ("a blue door", "a green roof", "a brown fence", "a white gate")


def item(
    stem: str,
    options: Sequence[str] = THAI,
    *,
    key: int = 0,
    language: str = "th",
    kind: ItemType = ItemType.SINGLE_CHOICE,
    rationale: str = "เพราะเป็นเช่นนั้น",
    level: CognitiveLevel = CognitiveLevel.APPLY,
    stimulus: str = "",
) -> ItemContent:
    return ItemContent(
        criterion="DG101-1.1",
        type=kind,
        cognitive_level=level,
        difficulty_rating=3,
        language=language,
        stem=stem,
        options=tuple(Option(text, correct=place == key, rationale=rationale) for place, text in enumerate(options)),
        testlet="T1" if stimulus else "",
        stimulus=stimulus,
    )


def rules(content: ItemContent) -> set[Rule]:
    return {flaw.rule for flaw in flaws_of(content)}


def test_a_plain_item_has_none() -> None:
    assert flaws_of(item("เมื่อข้อมูลรั่วไหล ควรทำสิ่งใดก่อน")) == ()
    assert flaws_of(item("What do visitors see first?", ENGLISH, language="en")) == ()


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        (Rule.LONGEST_OPTION_IS_KEY, item("ควรทำสิ่งใด", ("แจ้งเจ้าของข้อมูลภายในสามวันพร้อมบอกวิธีป้องกันตนเอง", *THAI[1:]))),
        (Rule.UNEQUAL_OPTIONS, item("ควรทำสิ่งใด", ("แจ้ง", "ลบไฟล์แล้วรายงานผู้บังคับบัญชาตามลำดับชั้นเป็นหนังสือ", *THAI[2:]))),
        (Rule.OVERLAPPING_OPTIONS, item("ควรทำสิ่งใด", (*THAI[:3], "เปลี่ยนรหัสผ่านและปิดเครือข่าย"))),
        (Rule.OVERLAPPING_OPTIONS, item("ใช้เวลาเท่าใด", ("1-5 วัน", "5-10 วัน", "11-20 วัน"))),
        (Rule.ABSOLUTE_WORDS, item("ควรทำสิ่งใด", (*THAI[:3], "ปิดเครือข่ายเสมอ"))),
        (Rule.ABSOLUTE_WORDS, item("What is seen?", (*ENGLISH[:3], "never a gate"), language="en")),
        (Rule.ALL_OR_NONE, item("ควรทำสิ่งใด", (*THAI[:3], "ถูกทุกข้อ"))),
        (Rule.ALL_OR_NONE, item("ควรทำสิ่งใด", (*THAI[:3], "ถูกทั้ง ก และ ข"))),
        (Rule.ALL_OR_NONE, item("What is seen?", (*ENGLISH[:3], "None of the above"), language="en")),
        (Rule.REPEATED_WORDS, item("พบกรณีรั่วไหล ควรแจ้งเจ้าของข้อมูลอย่างไร", ("แจ้งเจ้าของโดยตรง", *THAI[1:]))),
        (Rule.ODD_ONE_OUT, item("ควรทำสิ่งใด", ("แจ้งเจ้าของ", "ลบไฟล์", "ลบบัญชี", "ลบรหัสผ่าน"))),
        (Rule.NEGATIVE_STEM, item("ข้อใดไม่ใช่ข้อมูลส่วนบุคคล")),
        (Rule.NEGATIVE_STEM, item("เป็นหน้าที่ของกรมทุกข้อ ยกเว้นข้อใด")),
        (Rule.NEGATIVE_STEM, item("Which of these is not seen?", ENGLISH, language="en")),
        (Rule.DOUBLE_NEGATIVE, item("ข้อใดไม่ควรทำ", ("ไม่แจ้งเจ้าของ", *THAI[1:]))),
        (Rule.BLANK_AT_BEGINNING, item("____ คือสิ่งที่ควรทำก่อน")),
        (Rule.GRAMMAR_CLUE, item("What you see is an", ("apple", "pear", "plum"), language="en")),
        (Rule.LONG_TO_READ, item("หน่วยงานให้บริการประชาชน " * 80 + "ควรทำสิ่งใด")),
        (Rule.MISSING_RATIONALE, item("ควรทำสิ่งใด", rationale=" ")),
        (Rule.UNEXPLAINED_ABBREVIATION, item("ตามหลัก ECRS ควรทำสิ่งใด")),
        (Rule.UNEXPLAINED_ABBREVIATION, item("ตามประกาศของ ส.พ.ร. ควรทำสิ่งใด")),
    ],
)  # fmt: skip
def test_a_rule_sees_its_flaw(rule: Rule, content: ItemContent) -> None:
    assert rule in rules(content)


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        # The same words where they do no harm.
        (Rule.ABSOLUTE_WORDS, item("ควรทำสิ่งใด", ("แจ้งเจ้าของเสมอ", *THAI[1:3], "ปิดเครือข่ายเสมอ"))),
        (Rule.ABSOLUTE_WORDS, item("ข้อใดเกี่ยวกับความเสมอภาค", (*THAI[:3], "บริการอย่างเสมอภาค"))),
        (Rule.NEGATIVE_STEM, item("ข้อใด **ไม่ใช่** ข้อมูลส่วนบุคคล")),
        (Rule.NEGATIVE_STEM, item("Which of these is NOT seen?", ENGLISH, language="en")),
        (Rule.NEGATIVE_STEM, item("เครื่องใช้งานไม่ได้ ควรทำสิ่งใด")),
        (Rule.NEGATIVE_STEM, item("แหล่งใดเป็นข้อมูลที่ไม่มีโครงสร้าง")),
        (Rule.DOUBLE_NEGATIVE, item("ควรทำสิ่งใด", ("ไม่แจ้งเจ้าของ", *THAI[1:]))),
        (Rule.REPEATED_WORDS, item("ควรแจ้งเจ้าของอย่างไร", ("แจ้งเจ้าของโดยตรง", "แจ้งเจ้าของทางสื่อ", *THAI[2:]))),
        (Rule.OVERLAPPING_OPTIONS, item("ใช้เวลาเท่าใด", ("1-5 วัน", "6-10 วัน", "11-20 วัน"))),
        (Rule.GRAMMAR_CLUE, item("What you see is an", ("apple", "orange", "egg"), language="en")),
        (Rule.UNEXPLAINED_ABBREVIATION, item("ตามหลักการลดขั้นตอน (ECRS) ควรทำสิ่งใด")),
        (Rule.UNEXPLAINED_ABBREVIATION, item("ข้อมูลในเซลล์ B2 ถึง C19 ของแฟ้ม CSV เมื่อ พ.ศ. 2562")),
        (Rule.LONG_TO_READ, item("ควรทำสิ่งใด", stimulus="หน่วยงานให้บริการประชาชน " * 80)),
        (Rule.LONGEST_OPTION_IS_KEY, item("ถูกหรือผิด", ("ถูก", "ผิด"), kind=ItemType.TRUE_FALSE)),
    ],
)  # fmt: skip
def test_a_rule_is_silent_beside_its_flaw(rule: Rule, content: ItemContent) -> None:
    assert rule not in rules(content)


def test_a_flaw_tells_where_it_is_and_what_was_seen() -> None:
    (flaw,) = [
        flaw for flaw in flaws_of(item("ควรทำสิ่งใด", (*THAI[:3], "ปิดเครือข่ายเสมอ"))) if flaw.rule is Rule.ABSOLUTE_WORDS
    ]
    assert (flaw.field, flaw.seen) == ("options.4", "เสมอ")


def test_every_rule_has_a_source() -> None:
    assert set(SOURCES) == set(Rule)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=80).filter(str.strip), st.sampled_from(["th", "en"]))
def test_no_text_breaks_a_rule(text: str, language: str) -> None:
    if not text.isprintable() or text.strip() in ("y", "z"):
        return
    for flaw in flaws_of(item(text, (text, f"{text} x", "y", "z"), language=language)):
        assert flaw.field == "stem" or flaw.field.startswith("options")


def test_thai_words_are_found_without_blanks() -> None:
    assert words_of("ข้อมูลส่วนบุคคล") == ("ข้อมูล", "ส่วนบุคคล")
    assert words_of("State-of-the-art, 2nd edition!") == ("state-of-the-art", "2nd", "edition")
    assert "ควร" not in content_words("ควรแจ้งหน่วยงาน")
    assert visible_length("ที่นี่") == 2  # two consonants with a vowel and a mark above each


def test_keys_out_of_balance_are_told() -> None:
    even = [item("ถาม", key=place % 4) for place in range(40)]
    uneven = [item("ถาม", key=0 if place < 30 else 1) for place in range(40)]
    assert balance_flaws(key_balance(even)) == ()
    (flaw,) = balance_flaws(key_balance(uneven))
    assert (flaw.rule, flaw.seen, flaw.numbers["items"]) == (Rule.KEY_POSITIONS, "A 30, B 10, C 0, D 0", 40)
    (balance,) = key_balance(uneven)
    # Pearson's statistic by hand: (400 + 0 + 100 + 100) / 10 = 60 on 3 degrees of freedom.
    assert balance.probability == pytest.approx(5.87e-13, rel=0.01)
    # Too few to say anything.
    assert balance_flaws(key_balance(uneven[:10])) == ()


def test_types_have_rules_of_their_own() -> None:
    for content in (MATCHING, ORDERING, NUMERIC, SHORT_TEXT, RESPONSE):
        assert [flaw.field for flaw in flaws_of(content)] == ["rationale"]
    assert flaws_of(GAPS) == ()
    crossed = replace(MATCHING, options=MATCHING.options[:2], translations=(), rationale="เพราะ")
    exact = replace(NUMERIC, number=NumericKey("12.5", "0.0"), translations=(), rationale="เพราะ")
    whole = replace(exact, number=NumericKey("12.0"))
    longest = ("สำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคลแห่งชาติ", "ตำรวจ", "ศาล")
    long = replace(GAPS, prompts=(Prompt(0, options=longest), GAPS.prompts[1]), translations=())
    found = {(flaw.rule, flaw.field) for content in (crossed, exact, whole, long) for flaw in flaws_of(content)}
    assert found == {
        (Rule.LAST_BY_ELIMINATION, "options"),
        (Rule.EXACT_DECIMAL, "tolerance"),
        (Rule.LONGEST_OPTION_IS_KEY, "prompts.1"),
    }


def test_drafts_of_any_type_lack_anything_without_harm() -> None:
    for kind in ItemType:
        draft = ItemDraft(type=kind, prompts=(Prompt(-1),), number=NumericKey("", "x"))
        assert {flaw.rule for flaw in flaws_of(draft)} <= {Rule.MISSING_RATIONALE}


def test_short_forms_are_looked_for_once_and_overlong_texts_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    shorts = [f"{one}{two}X" for one in "BCDEFGHJ" for two in "BCDEFGHJ"]
    text = " ".join((*shorts, "Network Access Control (NAC) QOS (Quality of Service) NAC QOS"))
    searches: list[str] = []
    monkeypatch.setattr(
        "itembank.authoring.flaws.stem_rules.re.search", lambda pattern, *_: searches.append(str(pattern))
    )
    seen = stem_rules.unexplained_abbreviation(item(text))[0].seen
    assert seen.split(", ") == shorts
    # Not a search of the whole text for each of them.
    assert searches == []
    monkeypatch.undo()
    assert Rule.UNEXPLAINED_ABBREVIATION in rules(item(text))
    draft = ItemDraft(stem=text)
    for long in (
        replace(draft, stem=text * 50),
        replace(draft, stimulus=text * 100),
        replace(draft, options=(Option(text * 10, correct=True),)),
    ):
        assert flaws_of(long) == ()
