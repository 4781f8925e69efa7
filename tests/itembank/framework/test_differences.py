"""What a new version says about itself."""

from dataclasses import replace
from typing import Any

import pytest

from itembank.framework.differences import Difference, describe_differences, same_content
from itembank.framework.document import Framework
from itembank.framework.errors import MalformedFramework
from itembank.framework.parser import parse_standard
from tests.itembank.framework.small_standard import SECOND_UNIT, SMALL_STANDARD, THIRD_UNIT

SMALL = parse_standard(SMALL_STANDARD, source_name="small.txt")


def changed(old: str, new: str) -> Framework:
    assert old in SMALL_STANDARD
    return parse_standard(SMALL_STANDARD.replace(old, new), source_name="new.txt")


def outline(differences: tuple[Difference, ...]) -> list[tuple[str, str, str, str]]:
    return [(d.kind, d.what, d.code, d.field) for d in differences]


def test_the_same_text_has_no_differences() -> None:
    again = parse_standard(SMALL_STANDARD + "\n", source_name="again.txt")
    assert again.source_sha256 != SMALL.source_sha256
    assert same_content(SMALL, again)
    assert describe_differences(SMALL, again) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2.1 ขึงผ้าสกรีน", "2.1 ยืดผ้าสกรีน", ("changed", "criterion", "PRT-PRS-4-255ZB.2-2.1", "text")),
        ("\nเลือกผ้า\n1.1", "\nเลือกใยผ้า\n1.1", ("changed", "element", "PRT-PRS-4-255ZB.1", "title")),
        ("ข้อสอบข้อเขียน\nการสัมภาษณ์", "การสัมภาษณ์", ("changed", "element", "PRT-PRS-4-255ZB.1", "methods")),
        ("• ใบรับรอง", "• ใบประกาศ", ("changed", "unit", "PRT-PRS-4-255ZB", "evidence_guide")),
        ("หน่วยนี้ใช้กับผ้าฝ้าย", "หน่วยนี้ใช้กับผ้าไหม", ("changed", "unit", "PRT-PRS-4-255ZB", "range_statement")),
        ("05/03/2561", "05/03/2562", ("changed", "framework", "", "announced")),
        ("B2 จัดเก็บข้อมูล", "B2 เก็บข้อมูล", ("changed", "function", "B2", "description")),
        ("3.1 ตั้งอุณหภูมิ", "3.1 ตั้งอุณหภูมิ\n3.2 จับเวลา", ("added", "criterion", "PRT-PRS-4-256ZB.3-3.2", "")),
        ("1.3 เช็ดสีส่วนเกิน\n", "", ("removed", "criterion", "PRT-PRS-4-256ZB.1-1.3", "")),
        ("(สชผ.) และ", "(สภา) และ", ("changed", "framework", "", "issuer")),
        ("4\n8. กลุ่มอาชีพ", "5\n8. กลุ่มอาชีพ", ("changed", "unit", "PRT-PRS-4-255ZB", "level")),
    ],
)
def test_one_change_is_one_difference(old: str, new: str, expected: tuple[str, ...]) -> None:
    version = changed(old, new)
    assert not same_content(SMALL, version)
    assert outline(describe_differences(SMALL, version)) == [expected]


def test_sentences() -> None:
    (difference,) = describe_differences(SMALL, changed("2.1 ขึงผ้าสกรีน", "2.1 ยืดผ้าสกรีน"))
    assert difference.before == "ขึงผ้าสกรีน (Screen Mesh) ให้ตึง"
    assert difference.after == "ยืดผ้าสกรีน (Screen Mesh) ให้ตึง"
    assert difference.english == (
        "Criterion PRT-PRS-4-255ZB.2-2.1: text changed from “ขึงผ้าสกรีน (Screen Mesh) ให้ตึง”"
        " to “ยืดผ้าสกรีน (Screen Mesh) ให้ตึง”."
    )
    assert difference.thai.startswith("เกณฑ์ในการปฏิบัติงาน PRT-PRS-4-255ZB.2-2.1: ข้อความเปลี่ยนจาก “ขึงผ้า")


def test_methods_are_named_in_the_sentences_language() -> None:
    (difference,) = describe_differences(SMALL, changed("ข้อสอบข้อเขียน\nการสัมภาษณ์", "การสัมภาษณ์"))
    assert "from “written exam; interview” to “interview”" in difference.english
    assert "จาก “ข้อสอบข้อเขียน; การสัมภาษณ์” เป็น “การสัมภาษณ์”" in difference.thai


def test_an_emptied_section_and_a_long_one() -> None:
    (emptied,) = describe_differences(SMALL, changed("• อ่านแบบได้", "N/A"))
    assert emptied.english.endswith("from “อ่านแบบได้” to nothing.")
    (long,) = describe_differences(SMALL, changed("• อ่านแบบได้", "• " + "ก" * 900))
    assert long.after == "ก" * 900
    assert len(long.english) < 350


def test_a_unit_that_comes_and_goes() -> None:
    without = parse_standard(SMALL_STANDARD.replace(THIRD_UNIT, ""), source_name="x")
    gone = outline(describe_differences(SMALL, without))
    assert gone == [
        ("removed", "unit", "ICT-QLIP-401B", ""),
        ("removed", "element", "ICT-QLIP-401B.01", ""),
        ("removed", "criterion", "ICT-QLIP-401B.01-1.1", ""),
        ("removed", "criterion", "ICT-QLIP-401B.01-1.2", ""),
    ]
    assert [("removed", *rest) for _, *rest in outline(describe_differences(without, SMALL))] == gone


def test_order_and_parents() -> None:
    swapped = parse_standard(
        SMALL_STANDARD.replace(SECOND_UNIT + THIRD_UNIT, THIRD_UNIT + SECOND_UNIT), source_name="x"
    )
    assert ("changed", "unit", "", "order") in outline(describe_differences(SMALL, swapped))
    first, second, third = SMALL.units
    moved = second.elements[-1]
    units = (
        replace(first, elements=(*first.elements, moved)),
        replace(second, elements=second.elements[:-1]),
        third,
    )
    assert ("changed", "element", moved.code, "parent") in outline(
        describe_differences(SMALL, replace(SMALL, units=units))
    )


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("title", None, "document.title: expected a text, found None"),
        ("units", "x", "document.units: expected a list, found 'x'"),
        ("units", [3], r"document.units\[0\]: expected an object, found 3"),
        ("colour", "red", "document.colour: expected no such field"),
        ("roles", [{"code": "A"}], r"document.roles\[0\].description: expected a value, found none"),
    ],
)
def test_a_malformed_document_is_refused_by_field(place: str, value: Any, message: str) -> None:
    with pytest.raises(MalformedFramework, match=message):
        Framework.from_dict(SMALL.to_dict() | {place: value})


def test_a_malformed_method_is_refused_by_field() -> None:
    document = SMALL.to_dict()
    document["units"][0]["elements"][0]["methods"] = ["guess"]
    with pytest.raises(MalformedFramework, match=r"methods\[0\]: expected one of written, interview, demonstration"):
        Framework.from_dict(document)
