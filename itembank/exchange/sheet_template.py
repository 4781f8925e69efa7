"""The template workbook: what each column means, in Thai and English, and an example of each item type."""

from __future__ import annotations

from typing import Any, Final

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
from itembank.authoring.translations import TranslatedOption
from itembank.exchange.translated_cells import TRANSLATED_COLUMNS

_MEANINGS: Final = {
    "id": ("รหัสข้อสอบ เว้นว่างไว้ให้ระบบตั้งให้ได้", "Code of the item; left empty, it gets one"),
    "criterion": (
        "รหัสเกณฑ์การปฏิบัติงาน เช่น DG101-1.1 (ต้องมี)",
        "Code of the performance criterion, such as DG101-1.1 (required)",
    ),
    "type": ("ประเภทข้อสอบ เลือกจากรายการ (ต้องมี)", "Type, from the list (required)"),
    "status": ("สถานะตอนส่งออก ตอนนำเข้าทุกข้อเป็นฉบับร่าง", "State when exported; everything imported is a draft"),
    "stem": ("คำถาม (ต้องมี)", "The question (required)"),
    "options": (
        (
            "ตัวเลือก บรรทัดละหนึ่งตัวเลือก กด Alt+Enter ขึ้นบรรทัด ถ้าตัวเลือกมีหลายบรรทัด ให้ใส่บรรทัด /// ไว้เหนือทุกตัวเลือก "
            "ข้อเรียงลำดับให้เขียนตามลำดับที่ถูก ข้อจับคู่ให้เขียนคำตอบที่ให้เลือก"
        ),
        (
            "Options, one a line; Alt+Enter begins a line. Where one has several lines, put a line /// above each "
            "option. For ordering in their right order; for matching the choices"
        ),
    ),
    "key": (
        "อักษรของตัวเลือกที่ถูก เช่น B หรือ AC ข้อจับคู่และข้อเติมคำแบบเลือกใช้อักษรหนึ่งตัวต่อหนึ่งบรรทัดใน prompts",
        "Letters of the right options, such as B or AC; for matching and gaps one for each line of prompts",
    ),
    "difficulty_rating": (
        "ความยากที่คาด 1 ง่ายที่สุด ถึง 5 ยากที่สุด (ต้องมี)",
        "Expected difficulty from 1, easiest, to 5, hardest (required)",
    ),
    "cognitive_level": ("ระดับพฤติกรรมการคิด เลือกจากรายการ", "Cognitive level, from the list"),
    "language": ("ภาษาของข้อสอบ th หรือ en", "Language of the item: th or en"),
    "rationales": (
        "เหตุผลของแต่ละตัวเลือก บรรทัดละหนึ่งตัวเลือกตามลำดับ",
        "Why each option is right or wrong, one a line in their order",
    ),
    "source": ("แหล่งอ้างอิง", "Where it comes from"),
    "testlet": ("รหัสชุดข้อสอบที่ใช้เนื้อเรื่องเดียวกัน", "Code that the items of one text share"),
    "stimulus": ("เนื้อเรื่องของชุด", "The text that they share"),
    "partial_credit": ("ให้คะแนนบางส่วนหรือไม่ yes หรือ no", "Whether parts count: yes or no"),
    "enemies": (
        "รหัสข้อที่ต้องไม่ออกคู่กัน บรรทัดละข้อ ตามด้วย : และเหตุผล",
        "Codes that must not meet it, one a line, each with : and the reason",
    ),
    "prompts": (
        (
            "ข้อจับคู่: รายการที่ต้องจับคู่ บรรทัดละรายการ ข้อเติมคำแบบเลือก: ตัวเลือกของช่องว่างแต่ละช่อง บรรทัดละช่อง คั่นด้วย | "
            "และใส่ [[1]] [[2]] ในคำถาม"
        ),
        (
            "Matching: what is matched, one a line. Gaps: the choices of each gap, a gap a line, | between; the "
            "question has [[1]], [[2]] where they stand"
        ),
    ),
    "number": ("คำตอบที่เป็นตัวเลข เช่น 1,250.50", "The right number, such as 1,250.50"),
    "tolerance": (
        "คลาดเคลื่อนได้เท่าใด เช่น 0.5 หรือ 2% (พิมพ์เป็นข้อความ)",
        "How far an answer may be from it, such as 0.5 or 2% (typed as text)",
    ),
    "unit": ("หน่วยของตัวเลข", "Unit of the number"),
    "accepted": ("ข้อความสั้นที่ถือว่าถูก บรรทัดละคำตอบ", "Short text: answers that count as right, one a line"),
    "rubric": (
        "เกณฑ์ให้คะแนนข้อเขียนตอบ บรรทัดละด้าน: ชื่อด้าน | ความหมายของ 0 คะแนน | 1 คะแนน | …",
        "Rubric of a constructed response, one aspect a line: title | what 0 points stand for | 1 point | …",
    ),
    "rationale": ("เหตุผลของคำตอบที่ถูก", "Why the answer is right"),
}


def _meaning_of_translation(column: str) -> tuple[str, str]:
    text, _, language = column.rpartition("_")
    return (
        f"คำแปลของ {text} เป็นภาษา{'ไทย' if language == 'th' else 'อังกฤษ'} เขียนแบบเดียวกับ {text}",
        f"The {'Thai' if language == 'th' else 'English'} translation of {text}, written the same way",
    )


#: What each column means, in Thai and English, for whoever fills it in.
MEANINGS: Final = _MEANINGS | {column: _meaning_of_translation(column) for column in TRANSLATED_COLUMNS}


def _example(kind: ItemType, stem: str, **fields: Any) -> ItemContent:
    return ItemContent(
        criterion="DG101-1.1",
        type=kind,
        cognitive_level=CognitiveLevel.UNDERSTAND,
        difficulty_rating=2,
        language="th",
        stem=stem,
        **fields,
    )


def _choices(*texts: str, right: tuple[int, ...] = ()) -> tuple[Option, ...]:
    return tuple(Option(text, correct=place in right) for place, text in enumerate(texts))


#: An item of each type, to look at and to write over.
EXAMPLES: Final = (
    _example(
        ItemType.SINGLE_CHOICE,
        "จังหวัดใดอยู่เหนือสุดของประเทศไทย",
        options=(
            Option("เชียงใหม่", correct=False, rationale="อยู่ใต้กว่าเชียงราย"),
            Option("เชียงราย", correct=True, rationale="อำเภอแม่สายเป็นอำเภอเหนือสุด"),
            Option("น่าน", correct=False),
        ),
        translations=(
            Translation(
                "en",
                "Which province is the northernmost of Thailand?",
                tuple(TranslatedOption(name) for name in ("Chiang Mai", "Chiang Rai", "Nan")),
            ),
        ),
    ),
    _example(
        ItemType.MULTIPLE_CHOICE,
        "จังหวัดใดติดทะเล เลือกทุกข้อที่ถูก",
        options=_choices("ระยอง", "ตรัง", "แพร่", right=(0, 1)),
        partial_credit=True,
    ),
    _example(
        ItemType.TRUE_FALSE,
        "ที่ความดัน 1 บรรยากาศ น้ำเดือดที่ 100 องศาเซลเซียส",
        options=_choices("ถูก", "ผิด", right=(0,)),
    ),
    _example(
        ItemType.MATCHING,
        "จับคู่จังหวัดกับภาค",
        options=_choices("ภาคเหนือ", "ภาคใต้", "ภาคตะวันออก"),
        prompts=(Prompt(key=0, text="ลำปาง"), Prompt(key=1, text="พังงา")),
    ),
    _example(
        ItemType.ORDERING,
        "เรียงลำดับการบันทึกไฟล์",
        options=_choices("เปิดเมนูไฟล์", "เลือกบันทึก", "ตั้งชื่อไฟล์"),
    ),
    _example(
        ItemType.INLINE_CHOICE,
        "หนึ่งไบต์มี [[1]] บิต และหนึ่งกิบิไบต์มี [[2]] เมบิไบต์",
        prompts=(Prompt(key=1, options=("4", "8", "16")), Prompt(key=0, options=("1024", "1000"))),
    ),
    _example(
        ItemType.NUMERIC,
        "ระยะทาง 2.5 กิโลเมตรเท่ากับกี่เมตร",
        number=NumericKey("2,500", "0", unit="เมตร"),
    ),
    _example(
        ItemType.SHORT_TEXT,
        "เมืองหลวงของประเทศไทยคือเมืองใด",
        accepted=("กรุงเทพมหานคร", "กรุงเทพฯ", "Bangkok"),
    ),
    _example(
        ItemType.CONSTRUCTED_RESPONSE,
        "อธิบายวิธีตั้งรหัสผ่านที่ปลอดภัย",
        rubric=(
            RubricAspect("ความถูกต้อง", ("ไม่ถูกต้อง", "ถูกต้องบางส่วน", "ถูกต้องครบถ้วน")),
            RubricAspect("ตัวอย่าง", ("ไม่มี", "มีตัวอย่างที่เหมาะสม")),
        ),
    ),
)
