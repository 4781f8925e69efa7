"""The same standard in other line ends, pages and encodings gives the same document."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.framework.decoding import decode_standard
from itembank.framework.differences import same_content
from itembank.framework.document import Framework
from itembank.framework.errors import NotAStandard, StandardError, UnreadableStandard
from itembank.framework.page_text import clean_lines
from itembank.framework.parser import parse_standard
from tests.itembank.framework.small_standard import SMALL_STANDARD

SMALL = parse_standard(SMALL_STANDARD, source_name="small.txt")
LINES = SMALL_STANDARD.split("\n")


@pytest.mark.parametrize(
    "text",
    [
        SMALL_STANDARD.replace("\n", "\r\n"),
        SMALL_STANDARD.replace("\n", "\r"),
        "\ufeff" + SMALL_STANDARD,
        SMALL_STANDARD.replace("\n", "\n\n"),
        SMALL_STANDARD.replace("\n", " \n"),
        SMALL_STANDARD.replace(" ", "\u00a0"),
        SMALL_STANDARD.replace("ผ้า", "ผ้า\u200b"),
    ],
    ids=["windows", "old-mac", "mark", "blank-lines", "trailing-space", "no-break-space", "zero-width-space"],
)
def test_layout_does_not_matter(text: str) -> None:
    assert same_content(parse_standard(text, source_name="other.txt"), SMALL)


def test_form_feeds_with_page_numbers() -> None:
    """Pages of twenty lines, numbered at the foot, cut through every table and paragraph."""
    pages = [LINES[start : start + 20] for start in range(0, len(LINES), 20)]
    text = "\f".join("\n".join([*page, f"- {number} -", ""]) for number, page in enumerate(pages, start=5))
    assert same_content(parse_standard(text, source_name="x"), SMALL)


def test_form_feeds_with_a_running_title_and_no_numbers() -> None:
    pages = [LINES[start : start + 20] for start in range(0, len(LINES), 20)]
    text = "\f".join("\n".join(["คู่มือมาตรฐานฉบับร่าง", *page, ""]) for page in pages)
    assert same_content(parse_standard(text, source_name="x"), SMALL)


def test_the_remainder_of_a_wrapped_code_at_a_page_edge_is_no_page_number() -> None:
    text = "ก\n8\n\fข\n9\n\fDTR20\n1\n\fค\n11\n"
    assert [line.text for line in clean_lines(text)] == ["ก", "ข", "DTR20", "1", "ค"]


def test_a_single_number_at_a_page_edge_proves_nothing() -> None:
    assert [line.text for line in clean_lines("ก\n4\n\fข\n")] == ["ก", "4", "ข"]


def test_lines_keep_their_numbers() -> None:
    assert [(line.number, line.text) for line in clean_lines("ก\r\n\r\n ข\n\fค\fง")] == [
        (1, "ก"),
        (3, "ข"),
        (4, "ค"),
        (4, "ง"),
    ]


def test_parsing_twice_gives_the_same() -> None:
    assert parse_standard(SMALL_STANDARD, source_name="small.txt") == SMALL


def test_document_survives_json() -> None:
    assert Framework.from_dict(json.loads(json.dumps(SMALL.to_dict()))) == SMALL


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
def test_encodings(encoding: str) -> None:
    text = SMALL_STANDARD.replace("−", "•")
    assert decode_standard(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\x00\x01\x02", "U\\+0000"),
        (b"PK\x03\x04abc\n", "line 1 holds the control character U\\+0003"),
        (b"\xff\xfe\x41", "byte 3"),
        ("naïve café, déjà vu".encode("cp1252"), "neither"),
        (bytes([0xDB, 0xDC, 0xFF]), "byte 1"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableStandard, match=message) as caught:
        decode_standard(data, source_name="scan.pdf")
    assert str(caught.value).startswith("scan.pdf: expected")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "the text is empty"),
        ("  \n\n", "the text is empty"),
        ("<!DOCTYPE html><html><body>มาตรฐานอาชีพ</body></html>", "a web page"),
        ("\x00\x01\x02", "control characters"),
        ("ข้าพเจ้าเดินไปตลาด\n" * 30, "none in 30 lines"),
        (SMALL_STANDARD.partition(" 1. รหัสหน่วยสมรรถนะ")[0], "none in"),
    ],
    ids=["empty", "blank", "html", "binary", "prose", "header-only"],
)
def test_no_standard_at_all(text: str, found: str) -> None:
    with pytest.raises(NotAStandard, match=found) as caught:
        parse_standard(text, source_name="letter.txt")
    assert str(caught.value).startswith("letter.txt: expected the text of an occupational standard with unit blocks")
    assert "\n" not in str(caught.value)


def test_blocks_without_any_element() -> None:
    text = "1. รหัสหน่วยสมรรถนะ A1\n2. ชื่อหน่วยสมรรถนะ ก\n"
    with pytest.raises(NotAStandard, match="section 11"):
        parse_standard(text, source_name="x")


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """The small standard with lines dropped, doubled, swapped, cut and strange ones put in."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 40))):
        place = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "cut", "insert"])):
            case "drop" if len(lines) > 1:
                del lines[place]
            case "double":
                lines.insert(other, lines[place])
            case "swap":
                lines[place], lines[other] = lines[other], lines[place]
            case "cut":
                lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
            case _:
                lines.insert(
                    place, draw(st.sampled_from(["1.1", "9", "(ก)", "\f", "{x}", "•", "PRT-PRS-4-", "1. (", "−"]))
                )
    return "\n".join(lines)


@given(mangled())
@settings(max_examples=150, deadline=None)
def test_mangled_texts_are_read_or_refused(text: str) -> None:
    try:
        framework = parse_standard(text, source_name="x")
    except StandardError:
        return
    codes = [unit.code for unit in framework.units]
    codes += [element.code for element in framework.elements]
    codes += [criterion.code for criterion in framework.criteria]
    assert len(framework.units) == len({unit.code for unit in framework.units})
    assert len(codes) - len(framework.units) == len(set(codes[len(framework.units) :]))
    assert Framework.from_dict(framework.to_dict()) == framework
    for warning in framework.warnings:
        assert warning.line is None or 1 <= warning.line <= text.count("\n") + 1


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(NotAStandard):
        parse_standard(text, source_name="x")


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        text = decode_standard(data)
    except UnreadableStandard:
        return
    assert text.strip("\ufeff").strip() or not data.strip()


def test_corrections_are_no_content() -> None:
    element = SMALL.units[0].elements[0]
    corrected = dataclasses.replace(element.criteria[1], correction="แก้แล้ว")
    assert corrected.wording == "แก้แล้ว"
    assert element.criteria[1].wording == element.criteria[1].text
    changed = dataclasses.replace(element, criteria=(element.criteria[0], corrected, *element.criteria[2:]))
    unit = dataclasses.replace(SMALL.units[0], elements=(changed, *SMALL.units[0].elements[1:]))
    assert same_content(SMALL, dataclasses.replace(SMALL, units=(unit, *SMALL.units[1:])))
