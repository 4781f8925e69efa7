"""GIFT and Aiken: what their documentation lists comes in, goes out and comes back, and the rest is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, NumericKey, Option, Prompt
from itembank.authoring.exchange import ExchangedItem
from itembank.errors import UnreadableFile
from itembank.exchange.item_file import ItemDefaults, ReadItem
from itembank.exchange.item_files import read_item_file, read_items, write_items
from tests.itembank.exchange.filled_items import EVERY_TYPE, without_context

FILES = Path(__file__).parent / "files"
HERE = ItemDefaults(criterion="DG101-1.1")


@pytest.fixture(scope="module")
def found() -> dict[str, ReadItem]:
    return {read.name: read for read in read_item_file(FILES / "gift.txt", defaults=ItemDefaults()).items}


def content(read: ReadItem) -> ItemContent:
    assert read.item is not None, read.problems
    return read.item.content


def test_choices_with_feedback_weights_and_escaped_signs(found: dict[str, ReadItem]) -> None:
    one, several = found["เลือกหนึ่ง"], found["เลือกหลายข้อ"]
    assert content(one).stem == "ข้อใด **ถูก**"
    assert content(one).options == (Option("แรก", True, "ใช่"), Option("ครึ่ง", False), Option("ท้าย = {x}", False))
    assert (content(one).rationale, content(one).criterion, content(one).difficulty_rating) == (
        "เพราะอย่างนั้น", "DG101-1.1", 5,
    )  # fmt: skip
    assert (one.place, one.item.code if one.item else "", [loss.construct for loss in one.lost]) == (
        "line 5", "G-01", ["fraction"],
    )  # fmt: skip
    assert content(several).stem == "เลือก *ทุกข้อ* ที่ถูก: $x$"
    assert content(several).partial_credit
    other = found["เลือกหลายข้อด้วยน้ำหนักอื่น"]
    assert (content(other).partial_credit, other.lost[0].construct) == (False, "fraction")


def test_the_other_types_become_ours(found: dict[str, ReadItem]) -> None:
    assert content(found["จริงเท็จ"]).options == (Option("ถูก", True, "ถูกแล้ว"), Option("ผิด", False, "ผิดตรงที่…"))
    assert content(found["ปลาบินได้"]).key == (1,)
    assert [prompt.text for prompt in content(found["จับคู่"]).prompts] == ["ไทย", "ญี่ปุ่น", "= เท่ากับ"]
    assert content(found["คำตอบสั้น"]).accepted == ("กรุงเทพมหานคร", "Bangkok")
    assert {loss.construct for loss in found["คำตอบสั้น"].lost} == {"fraction", "*"}
    assert content(found["ตัวเลข"]).number == NumericKey("365", "1")
    assert content(found["ช่วง"]).number == NumericKey("3.1415", "0.0005")
    assert content(found["หลายค่า"]).number == NumericKey("1822", "0")
    gap = content(found["เมืองหลวงของไทยคือ"])
    assert (gap.type, gap.stem) == (ItemType.INLINE_CHOICE, "เมืองหลวงของไทยคือ [[1]] ซึ่งอยู่ภาคกลาง")
    assert gap.prompts == (Prompt(1, options=("เชียงใหม่", "กรุงเทพฯ", "ขอนแก่น")),)
    words = content(found["เมืองหลวงของญี่ปุ่นคือ"])
    assert (words.stem, words.accepted) == ("เมืองหลวงของญี่ปุ่นคือ _____ นั่นเอง", ("โตเกียว", "Tokyo"))
    assert content(found["บรรทัดใหม่"]).stem == "บรรทัดแรก\nบรรทัดสอง DG101-1.2"


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("สองค่าถูก", "number: one right number; there are 2"),
        ("เขียนตอบ", "rubric: a rubric"),
        ("ข้อความ", "item: a question with its answers in braces"),
    ],
)
def test_what_has_no_place_here_is_named(found: dict[str, ReadItem], name: str, named: str) -> None:
    assert found[name].item is None
    assert named in str(found[name].problems[0])


def test_our_items_go_out_and_come_back_or_are_named(tmp_path: Path) -> None:
    file = tmp_path / "items.txt"
    plain = without_context(EVERY_TYPE)
    written = write_items(file, plain, file_format="gift")
    back = {read.name: read.item for read in read_item_file(file).items}
    # Put in order and several gaps have no type; essays no rubric.
    assert set(back) == {"X-01", "X-02", "X-03", "X-04", "X-07", "X-08", "X-09"}
    assert {code: written.lost[code][0].detail for code in ("X-05", "X-06")} == {
        "X-05": "type ordering",
        "X-06": "type inline_choice",
    }
    for item in plain:
        if item.code not in written.lost:
            assert back[item.code] == item
    assert {"X-01", "X-02", "X-08"} <= {item.code for item in plain} - set(written.lost)


def test_aiken_comes_in_and_goes_out(tmp_path: Path) -> None:
    reads = read_item_file(FILES / "aiken.txt", defaults=HERE).items
    first, second = (content(read) for read in reads[:2])
    assert (first.key_letters, [option.text for option in first.options]) == ("B", ["เชียงใหม่", "กรุงเทพฯ", "ขอนแก่น"])
    assert second.stem == "คำถามสองบรรทัด\nบรรทัดที่สอง"
    assert [(read.place, str(read.problems[0])) for read in reads[2:]] == [
        ("line 13", "options: option B, such as B. …: C. ค"),
        ("line 18", "key: a last line such as ANSWER: B"),
    ]
    file = tmp_path / "aiken.txt"
    written = write_items(file, EVERY_TYPE, file_format="aiken")
    (single, truth) = read_items(file, defaults=ItemDefaults(criterion="DG101-1.1"))
    assert (single.content.key, truth.content.type) == ((1,), ItemType.SINGLE_CHOICE)
    assert written.lost["X-05"][0].detail == "type ordering"
    assert {loss.construct for loss in written.lost["X-01"]} > {"criterion", "rationales", "translations"}


def test_encodings_are_recognised_or_refused_with_the_reason(tmp_path: Path) -> None:
    text = "ข้อใดถูก {=ก ~ข}\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp874"):
        file = tmp_path / f"{encoding}.gift"
        file.write_bytes(text.encode(encoding))
        assert content(read_item_file(file, defaults=HERE).items[0]).stem == "ข้อใดถูก"
    file = tmp_path / "latin.gift"
    file.write_bytes("café, où? {=é ~à}".encode("latin-1"))
    with pytest.raises(UnreadableFile, match="line 1: UTF-8; byte 0xe9"):
        read_item_file(file)


#: Texts that hold what GIFT, its numbers, or Markdown would take for signs of theirs.
HARD = (
    "Edit -> Copy",
    "=ก",
    "~ข",
    "#ค",
    "{ง} :จ",
    "%50%ฉ",
    "a*b",
    "[html]ช",
    "a\\b \\\\ c",
    "ซ\n\nฌ",
    "$\\frac{1}{2}$",
)


def item(code: str, kind: ItemType, **fields: Any) -> ExchangedItem:
    given = {"criterion": "DG101-1.1", "difficulty_rating": 3, "language": "th", "stem": "ข้อใด -> ถูก", **fields}
    return ExchangedItem(code, "draft", ItemContent(type=kind, cognitive_level=CognitiveLevel.APPLY, **given))


def options(*texts: str, right: int = 0) -> tuple[Option, ...]:
    return tuple(Option(text, place == right, text) for place, text in enumerate(texts))


@pytest.mark.parametrize("first", [0, 3, 5, 7])
def test_texts_full_of_signs_come_back(tmp_path: Path, first: int) -> None:
    texts = (*HARD[first:], *HARD[:first])
    sent = [
        item("C", ItemType.SINGLE_CHOICE, options=options(*texts[:6]), rationale=texts[0]),
        item("D", ItemType.SINGLE_CHOICE, options=options(*texts[6:], right=2)),
        item("S", ItemType.SHORT_TEXT, accepted=tuple(text for text in texts if "->" not in text and "\n" not in text)),
        item(
            "G",
            ItemType.INLINE_CHOICE,
            stem="ก่อน[[1]]หลัง",
            prompts=(Prompt(1, options=texts[:5]),),
        ),
        item(
            "M",
            ItemType.MATCHING,
            options=tuple(Option(text, correct=False) for text in texts[:4]),
            prompts=tuple(Prompt(key, text) for key, text in enumerate(texts[:4])),
            partial_credit=True,
        ),
    ]
    file = tmp_path / "items.gift"
    assert not write_items(file, sent).lost
    assert list(read_items(file)) == sent


def test_what_would_be_read_as_something_else_is_named(tmp_path: Path) -> None:
    gap = (Prompt(0, options=("ก", "ข")),)
    sent = [
        item("arrow", ItemType.SHORT_TEXT, accepted=("a -> b",)),
        item("blanks", ItemType.SHORT_TEXT, accepted=(" ก",)),
        item("gap", ItemType.INLINE_CHOICE, stem="ก่อน [[1]]", prompts=gap),
    ]
    lost = write_items(tmp_path / "items.gift", sent).lost
    assert {code: losses[0].construct for code, losses in lost.items()} == {
        "arrow": "item", "blanks": "blanks", "gap": "type",
    }  # fmt: skip


def read(tmp_path: Path, text: str) -> ReadItem:
    file = tmp_path / "one.gift"
    file.write_text(text, encoding="utf-8")
    (only,) = read_item_file(file, defaults=HERE).items
    return only


def test_arrows_make_pairs_only_where_every_answer_is_one(tmp_path: Path) -> None:
    menu = content(read(tmp_path, "How? {=File -> Save ~Edit -> Copy ~View -> Zoom}"))
    assert (menu.type, menu.key, menu.options[0].text) == (ItemType.SINGLE_CHOICE, (0,), "File -> Save")
    assert content(read(tmp_path, "How? {=File -> Save =File}")).accepted == ("File -> Save", "File")
    pairs = read(tmp_path, "How? {=a -> b -> c =%50%d -> e}")
    assert [prompt.text for prompt in content(pairs).prompts] == ["a", "d"]
    assert [loss.construct for loss in pairs.lost] == ["fraction"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ก {=ข ~ค} และ {=ง ~จ}", "one pair of braces"),
        ("ก {=ข {=ง} ~จ}", "one pair of braces"),
        ("ก {~%1.2.3%A ~%100%B}", "not %1.2.3%A"),
        ("ก {~%.%A ~%100%B}", "not %.%A"),
        ("ก {~%..%A ~%100%B}", "not %..%A"),
        ("ก {~%500%A ~%50%B}", "not 500"),
        ("ก {#1e999999999}", "a number such as 3"),
        ("ก\ufdd0 {=ข ~ค}", "U+FDD0"),
    ],
)
def test_questions_that_would_show_their_key_or_break_are_refused(tmp_path: Path, text: str, named: str) -> None:
    found = read(tmp_path, text)
    assert found.item is None
    assert named in str(found.problems[0])


def test_letters_of_private_use_stay_as_they_are(tmp_path: Path) -> None:
    text = "".join(map(chr, (*range(0xE000, 0xE010), *range(0xE100, 0xE110))))
    assert content(read(tmp_path, f"{text} {{=ข ~ค}}")).stem == text


def test_aiken_is_plain_text(tmp_path: Path) -> None:
    file = tmp_path / "aiken.txt"
    file.write_text("ข้อใด *ถูก* $5\nA. - ก\nB. > ข\nANSWER: A\n", encoding="utf-8")
    plain = replace(read_items(file, defaults=HERE)[0], code="P")
    assert plain.content.stem == "ข้อใด \\*ถูก\\* \\$5"
    assert [option.text for option in plain.content.options] == ["\\- ก", "\\> ข"]
    marked = item("L", ItemType.SINGLE_CHOICE, stem="- ก\n- ข", options=options("**ก**", "ข"))
    alike = item("Q", ItemType.SINGLE_CHOICE, stem="A. ก", options=options("ก", "ข"))
    lost = write_items(file, [plain, marked, alike], file_format="aiken").lost
    assert "marks" not in {loss.construct for loss in lost[plain.code]}
    assert "marks" in {loss.construct for loss in lost["L"]}
    assert lost["Q"][0].construct == "item"
    back, flat = read_items(file, defaults=HERE)
    assert (back.content.stem, back.content.options) == (plain.content.stem, plain.content.options)
    assert (flat.content.stem, flat.content.options[0].text) == ("ก ข", "ก")
