"""Numbers and words as people type them: what counts as the same, and what must not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from itembank.authoring.content import Answer, ItemType, NumericKey
from itembank.authoring.item_types.numeric import read_number
from itembank.authoring.item_types.short_text import one_spelling
from itembank.errors import InvalidInput
from tests.itembank.authoring.item_types.every_type import NUMERIC, RESPONSE, SHORT_TEXT, item


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"), ("-5", "-5"), ("+5", "5"), ("−5", "-5"), ("–5", "-5"), ("- 5", "-5"), ("-0", "0"),
        ("0.5", "0.5"), (".5", "0.5"), ("-.5", "-0.5"), ("007", "7"), ("1,250", "1250"), ("1,234,567.89", "1234567.89"),
        ("1 250", "1250"), ("1\u00a0250.5", "1250.5"), ("1\u202f234\u202f567", "1234567"), ("12500", "12500"),
        ("๑๒๓", "123"), ("๑,๒๕๐.๕๐", "1250.5"), ("１２．５", "12.5"), (" 42 ", "42"), ("9" * 40, "9" * 40),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_here(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ".", ",", "1e5", "1E5", "NaN", "inf", "0x1F", "1,5", "1,50", "12,5", "0,500", "1,2345", "12,34,567",
     "1 5", "1 234,567", "1,234 567", ",500", "1.2.3", "1.", "1..2", "--5", "5-", "½", "²", "Ⅻ", "٫5", "1٫5", "١٢",
     "१२", "1_000", "1\n2", "5%", "๕ บาท", "9" * 41, "1,000,00"],
)  # fmt: skip
def test_what_might_mean_two_things_is_no_number(text: str) -> None:
    assert read_number(text) is None
    with pytest.raises(InvalidInput):
        replace(NUMERIC, number=NumericKey("1")).taken(Answer(text=text))


@pytest.mark.parametrize("text", ["1250.50บาท", "1,250.50 บาท", "๑,๒๕๐.๕๐ บาท", "1250.5 Baht", " 1250.5 "])
def test_the_unit_may_be_typed_too_in_any_language_of_the_item(text: str) -> None:
    assert NUMERIC.score(Answer(text=text)) == 1


def test_a_unit_never_eats_digits_nor_stands_for_another() -> None:
    twos = item(ItemType.NUMERIC, "กี่ตารางเมตร", number=NumericKey("12", unit="2"))
    assert twos.score(Answer(text="12")) == 1
    metres = item(ItemType.NUMERIC, "กี่เมตร", number=NumericKey("12", unit="M"))
    assert metres.score(Answer(text="12 m")) == 1
    for text in ("12 km", "12 cm", "m", "12 m m"):
        with pytest.raises(InvalidInput):
            metres.score(Answer(text=text))


@pytest.mark.parametrize(
    ("key", "text", "right"),
    [
        (NumericKey("0.3", "0.1"), "0.2", True),  # binary fractions would miss this bound
        (NumericKey("0.3", "0.1"), "0.4", True),
        (NumericKey("0.3", "0.1"), "0.4000000000000000000001", False),
        (NumericKey("200", "5", percent=True), "210", True),
        (NumericKey("200", "5", percent=True), "210.01", False),
        (NumericKey("-200", "5", percent=True), "-190", True),
        (NumericKey("0", "5", percent=True), "0", True),
        (NumericKey("0", "5", percent=True), "0.01", False),
        (NumericKey("1" + "0" * 38, "0.1"), "1" + "0" * 37 + "1", False),  # beyond the 28 digits of decimals
        (NumericKey("๑๐", "๐.๕"), "9.5", True),
    ],
)
def test_bounds_are_exact(key: NumericKey, text: str, right: bool) -> None:
    assert replace(NUMERIC, number=key, translations=()).score(Answer(text=text)) == right


decimals = st.decimals(-(10**9), 10**9, places=4)


@settings(max_examples=60, deadline=None)
@given(decimals, decimals, decimals.map(abs))
def test_numbers_agree_with_fractions(value: Decimal, entered: Decimal, tolerance: Decimal) -> None:
    content = replace(NUMERIC, number=NumericKey(f"{value:f}", f"{tolerance:f}"), translations=())
    right = abs(Fraction(entered) - Fraction(value)) <= Fraction(tolerance)
    assert content.score(Answer(text=f"{entered:,f}")) == right


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("น้ำ", "น\u0e49\u0e4d\u0e32"),  # am as two signs, the tone before
        ("น้ำ", "น\u0e4d\u0e49\u0e32"),  # and between them
        ("น้ำ", "นำ\u0e49"),  # and after
        ("แม่", "เเม่"),
        ("ที่", "ท\u0e48ี"),
        ("สิทธิ์", "สิทธ\u0e4cิ"),
        ("ปู่", "ป\u0e48ู"),
        ("ที่", "ที่\u0e48"),
        ("กรมการปกครอง", "กรม\u200bการ ปก\u200bครอง"),
        ("Café", "cafe\u0301"),
        ("ＡＢＣ１２", "abc12"),
        ("มาตรา ๓๗", "มาตรา37"),
        ("Two-Factor", "two‑factor"),
        ("“ใช่”", "ใช่"),
        ("  open   data. ", "Open Data"),
        ("ﬁle", "file"),
        ("don’t", "don't"),
        ("don´t", "don't"),
        ("e\u00admail", "email"),
        ("STRASSE", "straße"),
    ],
)
def test_ways_to_type_the_same_are_the_same(one: str, other: str) -> None:
    assert one_spelling(one) == one_spelling(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("C++", "C"), ("C#", "C"), ("1.5", "15"), ("3-2", "32"), ("open data", "opendata"), ("มา", "ม้า"), ("ปา", "ป่า"),
     ("น้ำ", "นำ"), ("เก", "แก"), ("a/b", "ab"), ("ไม่ใช่", "ใช่"), ("ใน", "ไน"), ("cafe", "café"), ("10%", "10")],
)  # fmt: skip
def test_what_differs_counts(one: str, other: str) -> None:
    assert one_spelling(one) != one_spelling(other)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("กนมแเำํา่้๊๋์ิีุูั็ๆฯ aAß.-“”\u200b\u00a0๑1'"), max_size=10))
@example(")\u1fef!")  # becomes a quotation mark
def test_a_spelling_stays_what_it_is(text: str) -> None:
    assert one_spelling(one_spelling(text)) == one_spelling(text)


def test_any_accepted_answer_counts_and_typing_is_kept() -> None:
    assert [SHORT_TEXT.score(Answer(text=text)) for text in ("น\u0e49ำหนัก", "WATER  WEIGHT", "water")] == [1, 1, 0]
    assert SHORT_TEXT.taken(Answer((1, 2), "  Water Weight ")) == Answer(text="Water Weight")


def test_a_long_answer_is_counted_in_characters() -> None:
    assert RESPONSE.taken(Answer(text="😀" * 20_000)).text == "😀" * 20_000
