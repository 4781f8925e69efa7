"""Items that the tests of the bank's pages write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option

CONTENT = ItemContent(
    criterion="DG101-1.1",
    type=ItemType.SINGLE_CHOICE,
    cognitive_level=CognitiveLevel.APPLY,
    difficulty_rating=2,
    language="th",
    stem="ในโครงการสาธิต ข้อใดเป็นหน้าที่ของผู้บริหาร",
    options=(
        Option("กำหนดนโยบาย", True, "ผู้บริหารเป็นผู้กำหนดทิศทาง"),
        Option("เขียนโปรแกรม", False, "เป็นงานของผู้พัฒนา"),
        Option("ติดตั้งเครื่อง", False, "เป็นงานของช่าง"),
    ),
    source="คู่มือทดสอบ",
)

SEVERAL = replace(
    CONTENT,
    type=ItemType.MULTIPLE_CHOICE,
    options=(Option("กำหนดนโยบาย", True), Option("จัดสรรงบประมาณ", True), Option("ติดตั้งเครื่อง", False)),
)
TEXT = "กรมแห่งหนึ่งเปิดให้ประชาชนจองคิวออนไลน์\nวันแรกมีผู้จอง **สองพันคน**"

_ATTACK = "<script>alert(1)</script>"
HOSTILE = replace(
    CONTENT,
    stem=f"{_ATTACK} **<img src=x onerror=alert(1)>**",
    options=(Option(f"ก {_ATTACK}", True, _ATTACK), Option('"><img src=x>', False, "{{ 7 * 7 }}")),
    source=_ATTACK,
    stimulus=f"{_ATTACK} **<b>**",
)


def form_of(content: ItemContent) -> dict[str, Any]:
    """Give an item as the fields of its form."""
    fields: dict[str, Any] = {
        "criterion": content.criterion,
        "type": content.type.value,
        "cognitive_level": content.cognitive_level.value,
        "difficulty_rating": str(content.difficulty_rating),
        "language": content.language,
        "stem": content.stem,
        "source": content.source,
        "testlet": content.testlet,
        "stimulus": content.stimulus,
        "correct": [str(position + 1) for position in content.key],
    }
    if content.partial_credit:
        fields["partial_credit"] = "1"
    for number, option in enumerate(content.options, start=1):
        fields |= {f"text_{number}": option.text, f"rationale_{number}": option.rationale}
    return fields
