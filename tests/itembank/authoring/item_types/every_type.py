"""One item of each type, in Thai with an English translation, and the answer that gets everything."""

from __future__ import annotations

from typing import Any

from itembank.authoring.content import (
    CognitiveLevel,
    ItemContent,
    ItemType,
    NumericKey,
    Option,
    Prompt,
    RubricAspect,
    Translation,
)
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt

_LAWS = ("พ.ร.บ. ข้อมูลข่าวสาร", "พ.ร.บ. คุ้มครองข้อมูลส่วนบุคคล", "พ.ร.บ. ธุรกรรมทางอิเล็กทรอนิกส์")
_LAWS_IN_ENGLISH = ("Official Information Act", "Personal Data Protection Act", "Electronic Transactions Act")
_STEPS = ("รับคำขอ", "ตรวจสอบตัวตน", "ส่งข้อมูล", "บันทึกผล")
_STEPS_IN_ENGLISH = ("Take in the request", "Check the identity", "Send the data", "Record what was done")


def item(kind: ItemType, stem: str, **fields: Any) -> ItemContent:
    """Write an item of DG101-1.1."""
    return ItemContent(
        criterion="DG101-1.1",
        type=kind,
        cognitive_level=CognitiveLevel.APPLY,
        difficulty_rating=3,
        language="th",
        stem=stem,
        **fields,
    )


def options(texts: tuple[str, ...], *right: int) -> tuple[Option, ...]:
    """Write options, of which those at some places are right."""
    return tuple(Option(text, place in right, rationale=f"เพราะ {place}") for place, text in enumerate(texts))


def english(stem: str, texts: tuple[str, ...] = (), **fields: Any) -> tuple[Translation, ...]:
    """Write the English translation."""
    return (Translation("en", stem, options=tuple(TranslatedOption(text) for text in texts), **fields),)


SINGLE = item(
    ItemType.SINGLE_CHOICE, "กฎหมายใดว่าด้วยข้อมูลส่วนบุคคล", options=options(_LAWS, 1),
    translations=english("Which act is about personal data?", _LAWS_IN_ENGLISH),
)  # fmt: skip
SEVERAL = item(
    ItemType.MULTIPLE_CHOICE, "กฎหมายใดว่าด้วยข้อมูล", options=options(_LAWS, 0, 1), partial_credit=True,
    translations=english("Which acts are about information?", _LAWS_IN_ENGLISH),
)  # fmt: skip
TRUE_FALSE = item(
    ItemType.TRUE_FALSE, "รหัสผ่านควรบอกต่อได้", options=options(("ถูก", "ผิด"), 1),
    translations=english("Passwords may be passed on.", ("True", "False")),
)  # fmt: skip
MATCHING = item(
    ItemType.MATCHING, "จับคู่เรื่องกับกฎหมาย", options=options(_LAWS), partial_credit=True,
    prompts=(Prompt(1, "ขอลบข้อมูลของตน"), Prompt(0, "ขอดูเอกสารราชการ")),
    translations=english(
        "Match the matter with the act.", _LAWS_IN_ENGLISH,
        prompts=(TranslatedPrompt("Having one's data deleted"), TranslatedPrompt("Seeing official papers")),
    ),
)  # fmt: skip
ORDERING = item(
    ItemType.ORDERING, "เรียงขั้นตอนตามลำดับ", options=options(_STEPS), partial_credit=True,
    translations=english("Put the steps in order.", _STEPS_IN_ENGLISH),
)  # fmt: skip
GAPS = item(
    ItemType.INLINE_CHOICE, "ผู้ควบคุมข้อมูลต้องแจ้ง[[1]]ภายใน [[2]] ชั่วโมง", partial_credit=True,
    prompts=(Prompt(0, options=("สำนักงาน", "ตำรวจ", "ศาล")), Prompt(2, options=("24", "48", "72"))),
    rationale="มาตรา 37 (4)",
    translations=english(
        "The controller tells [[1]] within [[2]] hours.",
        prompts=(
            TranslatedPrompt(options=("the Office", "the police", "a court")),
            TranslatedPrompt(options=("24", "48", "72")),
        ),
    ),
)  # fmt: skip
NUMERIC = item(
    ItemType.NUMERIC, "ค่าปรับร้อยละ 5 ของ 25,010 บาทเป็นเท่าใด", number=NumericKey("1,250.50", "0.5", unit="บาท"),
    translations=english("How much is 5% of 25,010 baht?", unit="baht"),
)  # fmt: skip
SHORT_TEXT = item(
    ItemType.SHORT_TEXT, "หน่วยของพลังน้ำเรียกว่าอะไร", accepted=("น้ำหนัก", "Water weight"),
    translations=english("What is it called?"),
)  # fmt: skip
RESPONSE = item(
    ItemType.CONSTRUCTED_RESPONSE, "อธิบายสิทธิของเจ้าของข้อมูล",
    rubric=(RubricAspect("เนื้อหา", ("ไม่มี", "บางส่วน", "ครบ")), RubricAspect("ภาษา", ("ผิด", "ถูก"))),
    translations=english("Explain the rights of the data subject."),
)  # fmt: skip

#: Those that a rule scores.
SCORED = (SINGLE, SEVERAL, TRUE_FALSE, MATCHING, ORDERING, GAPS, NUMERIC, SHORT_TEXT)
EVERY_TYPE = (*SCORED, RESPONSE)
