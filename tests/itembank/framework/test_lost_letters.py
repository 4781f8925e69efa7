"""Which texts are taken for cut short, and which are left in peace."""

import pytest

from itembank.framework.lost_letters import PlacedText, lost_letters

DOCUMENT = [
    "หารือกับหน่วยงานที่เกี่ยวข้องให้ได้ข้อยุติในการแก้ไข",
    "กระบวนงานอัตโนมัติ",
    "ขึ้นบันได",
    "ตรวจสอบหลักฐานด้านความรู้ทุกครั้ง",
    "กำหนดกรอบการดำเนินงานร่วมกัน",
    "ใช้เครื่องมือดิจิทัล (เช่น แผนภูมิ",
    "ประเมินความพร้อมด้านดิจิทัลขององค์กร",
    *["ออกแบบการทำงานร่วม"] * 8,
]


def endings(text: str) -> list[str]:
    texts = [PlacedText(entry, "rest", None, None, None) for entry in DOCUMENT]
    found = list(lost_letters([*texts, PlacedText(text, "X1", 11, "X1-1.1", 7)]))
    assert {(w.section, w.subject, w.line) for w in found if w.unit == "X1"} <= {(11, "X1-1.1", 7)}
    return [warning.message for warning in found if warning.unit == "X1"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("แก้ไขกฎหมายเพื่อให้ได้ข้อยุต", "“ให้ได้ข้อยุติ” (1 ×)"),
        ("ทำงานอย่างอัตโนมัต", "“อัตโนมัติ” (1 ×)"),
        ("หลักฐานด้านความร", "ฐานด้านความรู้” (1 ×)"),
        ("อธิบายแก่ผู้อื่นได", "tone mark"),
        ("การบริหารจัดการภาครั", "no Thai word ends in ั"),
        ("เทคนิคการสร้างทีม (Team Building", "a bracket stays open"),
        ("วางแผนการทำงา", "“การทำงาน” (8 ×)"),
    ],
)
def test_cut_texts(text: str, reason: str) -> None:
    (message,) = endings(text)
    assert reason in message


@pytest.mark.parametrize(
    "text",
    [
        "ให้ได้ข้อยุติ",
        "ทำงานอย่างอัตโนมัติ",
        "เดินขึ้นบันได",
        "กำหนดกรอบการดำเนินงาน",
        "ความพร้อมขององค์กร",
        "ใช้บริการ (IT Service) ได้",
        "Data Analytics",
        "ทำงา",
        "",
    ],
)
def test_whole_texts(text: str) -> None:
    assert endings(text) == []


def test_a_bracket_left_open_long_ago_is_the_authors() -> None:
    assert endings("ใช้เครือข่าย (LAN, MAN, WAN เป็นต้น รวมทั้งการใช้งานและการปรับแต่งโปรแกรมต่าง ๆ ขององค์กร") == []
