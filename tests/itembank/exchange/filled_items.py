"""An item of every type with everything filled in, and texts that are hard to carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt

#: Line breaks, lines of marks, bars, signs of formulas and of Markdown, quotes.
HARD = 'บรรทัดแรก\n\n///\nมี | เส้น และ = + - @ "อัญประกาศ"\n- รายการ $x_1 \\le 2$ `โค้ด`'


def _options(*right: int, count: int = 4) -> tuple[Option, ...]:
    return tuple(
        Option(f"ตัวเลือก {place}\nสองบรรทัด" if place == 1 else f"ตัวเลือก {place}", correct=place in right,
               rationale=f"เหตุผล {place}\nต่อ" if place != 2 else "")
        for place in range(count)
    )  # fmt: skip


def _translation(options: int = 0, prompts: tuple[TranslatedPrompt, ...] = (), unit: str = "", stem: str = "") -> Any:
    return (
        Translation(
            "en",
            stem or "Which\nof these?",
            tuple(TranslatedOption(f"Option {place}\nof two lines", f"Reason {place}") for place in range(options)),
            prompts,
            "A story\nof two lines",
            unit,
            "Because\nit is so",
        ),
    )


def _item(code: str, kind: ItemType, **fields: Any) -> ExchangedItem:
    content = ItemContent(**{
        "criterion": "DG101-1.1", "type": kind, "cognitive_level": CognitiveLevel.ANALYSE, "difficulty_rating": 4,
        "language": "th", "stem": HARD, "source": "ที่มา\nสองบรรทัด", "testlet": "T-01", "stimulus": HARD,
        "rationale": "เพราะ\nอย่างนั้น", **fields,
    })  # fmt: skip
    return ExchangedItem(code, "draft", content, (ExchangedEnemy("DG101-1.1-01", "ถาม: เรื่องเดียวกัน"),))


_CHOICES = ("หนึ่ง | ครึ่ง", "สอง\nบรรทัด", "สาม")
EVERY_TYPE = (
    _item("X-01", ItemType.SINGLE_CHOICE, options=_options(1), translations=_translation(4)),
    _item("X-02", ItemType.MULTIPLE_CHOICE, options=_options(0, 2), partial_credit=True, translations=_translation(4)),
    _item("X-03", ItemType.TRUE_FALSE, options=_options(0, count=2), translations=_translation(2)),
    _item(
        "X-04",
        ItemType.MATCHING,
        options=tuple(Option(f"คู่ {place}\nต่อ", correct=False) for place in range(3)),
        prompts=(Prompt(key=2, text="ก | ข"), Prompt(key=0, text="ค\nง"), Prompt(key=2, text="///")),
        partial_credit=True,
        translations=_translation(3, tuple(TranslatedPrompt(text=f"Line {n}\nmore") for n in range(3))),
    ),
    _item(
        "X-05",
        ItemType.ORDERING,
        options=tuple(Option(f"ขั้น {place}\nต่อ", correct=False) for place in range(4)),
        partial_credit=True,
        translations=_translation(4),
    ),
    _item(
        "X-06",
        ItemType.INLINE_CHOICE,
        stem="ก่อน [[1]] กลาง\n[[2]] หลัง",
        prompts=(Prompt(key=1, options=_CHOICES), Prompt(key=0, options=("ใช่", "ไม่ใช่"))),
        partial_credit=True,
        translations=_translation(
            prompts=(
                TranslatedPrompt(options=("one | half", "two\nlines", "three")),
                TranslatedPrompt(options=("y", "n")),
            ),
            stem="before [[1]] between\n[[2]] after",
        ),
    ),
    _item(
        "X-07",
        ItemType.NUMERIC,
        number=NumericKey("1,250.50", "2.5", percent=True, unit="บาท"),
        translations=_translation(unit="baht"),
    ),
    _item("X-08", ItemType.SHORT_TEXT, accepted=("กรุงเทพฯ", "Bangkok | BKK", "= 1"), translations=_translation()),
    _item(
        "X-09",
        ItemType.CONSTRUCTED_RESPONSE,
        rubric=(
            RubricAspect("ความถูกต้อง", ("ไม่ถูก | ว่าง", "ถูก\nบางส่วน", "ถูก")),
            RubricAspect("ภาษา", ("อ่านไม่รู้เรื่อง", "อ่านรู้เรื่อง")),
        ),
        translations=_translation(),
    ),
)


def without_context(items: Sequence[ExchangedItem]) -> list[ExchangedItem]:
    """Leave out what the formats of other programs have no place for."""
    nothing = {"translations": (), "testlet": "", "stimulus": "", "source": ""}
    return [replace(item, content=replace(item.content, **nothing), enemies=()) for item in items]
