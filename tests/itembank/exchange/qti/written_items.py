"""An item of every type with everything filled in, and a picture for them to show."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

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
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt
from itembank.media.cleaning import clean_image


def drawn_picture(colour: str = "red") -> bytes:
    """Draw a picture as the bank keeps it."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(drawn, "PNG")
    return clean_image(drawn.getvalue()).data


PICTURE = drawn_picture()
PICTURE_ID = clean_image(PICTURE).id
IMAGES = {PICTURE_ID: PICTURE}

#: Every mark that a text may have, and signs that are none.
RICH = (
    f"ดูภาพ ![แผนผัง <A> & B](media:{PICTURE_ID}) แล้วคำนวณ $\\frac{{a_1}}{{2}} \\le x$ "
    "โดย **เน้น**คำ และ *เอียง* กับ `a < b`\n"
    "บรรทัดที่สอง ST_CD 2*3 = 6 ราคา $5\n\n"
    "- ข้อแรก\n- ข้อสอง\n\n"
    "| ชื่อ | ค่า |\n| --- | --- |\n| ก | 1 |\n\n"
    "```\nif a < b:\n    print('&')\n```\n\n"
    "> คำกล่าว\n\n"
    "$$\\sum_{i=1}^{n} i$$"
)


def _english(content: ItemContent, *, stem: str = "In English?") -> Translation:
    number = "baht" if content.number else ""
    return Translation(
        language="en",
        stem=stem,
        options=tuple(TranslatedOption(f"option {n}", f"reason {n}") for n, _ in enumerate(content.options, start=1)),
        prompts=tuple(
            TranslatedPrompt(
                f"line {n}" if prompt.text else "", tuple(f"choice {n}.{m}" for m, _ in enumerate(prompt.options))
            )
            for n, prompt in enumerate(content.prompts, start=1)
        ),
        stimulus="A story" if content.stimulus else "",
        unit=number,
        rationale="Because",
    )


_BASE = ItemContent(
    criterion="DG101-1.1",
    type=ItemType.SINGLE_CHOICE,
    cognitive_level=CognitiveLevel.EVALUATE,
    difficulty_rating=5,
    language="th",
    stem=RICH,
    options=(
        Option("ตัวเลือก **หนึ่ง** <1>", correct=False, rationale="เพราะ $x < 1$"),
        Option(f"ดู ![กราฟ](media:{PICTURE_ID})", correct=True, rationale="- ถูก\n- ต้อง"),
        Option("สาม & สี่", correct=False, rationale="ไม่ใช่"),
    ),
    source="พระราชบัญญัติ พ.ศ. 2562 มาตรา 23 & 24",
    testlet="T-01",
    stimulus=f"เรื่องของกรม\n\n![ภาพ](media:{PICTURE_ID})",
    rationale="โดยรวม **ถูก**",
)
_TYPES = (
    _BASE,
    replace(
        _BASE,
        type=ItemType.MULTIPLE_CHOICE,
        options=tuple(Option(f"ข้อ {n}", correct=n % 2 == 1, rationale=f"เหตุผล {n}") for n in range(1, 6)),
        partial_credit=True,
    ),
    replace(_BASE, type=ItemType.TRUE_FALSE, options=(Option("ถูก", True, "ใช่"), Option("ผิด", False, "ไม่"))),
    replace(
        _BASE,
        type=ItemType.MATCHING,
        options=(Option("ก", False, "เหตุ"), Option("ข", False), Option("ค *เกิน* มา", False)),
        prompts=(Prompt(1, "หนึ่ง $x$"), Prompt(0, "สอง"), Prompt(1, "สาม")),
        partial_credit=True,
    ),
    replace(
        _BASE,
        type=ItemType.ORDERING,
        options=tuple(Option(f"ขั้น {n}", False) for n in range(1, 6)),
        partial_credit=True,
    ),
    replace(
        _BASE,
        type=ItemType.INLINE_CHOICE,
        stem="น้ำเดือดที่ [[1]] องศา ซึ่ง [[2]] กว่าแอลกอฮอล์",
        options=(),
        prompts=(Prompt(2, options=("80", "90", "100")), Prompt(0, options=("สูง **มาก**", "ต่ำ"))),
        partial_credit=True,
    ),
    replace(
        _BASE,
        type=ItemType.NUMERIC,
        options=(),
        number=NumericKey("1,250.50", tolerance="2.5", percent=True, unit="บาท"),
    ),
    replace(_BASE, type=ItemType.SHORT_TEXT, options=(), accepted=("กรุงเทพมหานคร", "Bangkok", "กทม.")),
    replace(
        _BASE,
        type=ItemType.CONSTRUCTED_RESPONSE,
        options=(),
        rubric=(
            RubricAspect("ความถูกต้อง & ครบถ้วน", ("ไม่ถูก", "ถูก: บางส่วน", "ถูก **ทั้งหมด**")),
            RubricAspect("ภาษา", ("อ่านไม่เข้าใจ", "อ่านเข้าใจ")),
        ),
    ),
)
EVERY_TYPE = tuple(
    ExchangedItem(
        code=f"DG101-1.1-{number:02}",
        state="operational" if number % 2 else "review",
        content=replace(
            content,
            translations=(
                _english(content, stem="In [[1]] and [[2]]?" if content.type == "inline_choice" else "In English?"),
            ),
        ),
        enemies=(ExchangedEnemy("DG101-1.1-99", "บอกคำตอบ: <ก> & ข"),) if number == 1 else (),
    )
    for number, content in enumerate(_TYPES, start=1)
)
#: The same without partial credit and with tolerances, marks and rationales left out.
PLAIN_TYPES = tuple(
    replace(
        item,
        content=replace(
            item.content,
            stem=item.content.stem if item.content.type == "inline_choice" else "ข้อใดถูกต้อง",
            options=tuple(replace(option, rationale="") for option in item.content.options),
            stimulus="",
            testlet="",
            rationale="",
            partial_credit=False,
            number=NumericKey("3.5", tolerance="0.25") if item.content.number else None,
            translations=(),
        ),
    )
    for item in EVERY_TYPE
)
