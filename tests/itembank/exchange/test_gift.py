"""GIFT and Aiken: what their documentation lists comes in, goes out and comes back, and the rest is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from itembank.authoring.content import ItemContent, ItemType, NumericKey, Option, Prompt
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
