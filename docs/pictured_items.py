"""What the pictures show beside the demo: one item of each type, in Thai and English, and an exam that asks them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE, Actor
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
from itembank.authoring.item_types.question import Answer
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.items import create_item, move_item
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.delivery.records import load_record
from itembank.delivery.sittings import submit_answer
from itembank.publishing.banks import publish_bank
from itembank.tables import Item

_UNIT = "DG100"


def _item(kind: ItemType, stem: str, *, criterion: str = "DG101-1.1", rating: int = 3, **fields: Any) -> ItemContent:
    return ItemContent(
        criterion=criterion, type=kind, cognitive_level=CognitiveLevel.APPLY, difficulty_rating=rating, language="th",
        stem=stem, **fields,
    )  # fmt: skip


def _options(*texts: str, right: tuple[int, ...] = ()) -> tuple[Option, ...]:
    return tuple(Option(text, place in right) for place, text in enumerate(texts))


def _english(stem: str, *texts: str, **fields: Any) -> tuple[Translation, ...]:
    return (Translation("en", stem, options=tuple(TranslatedOption(text) for text in texts), **fields),)


_SEVERAL = _item(
    ItemType.MULTIPLE_CHOICE,
    "หน่วยงานเก็บภาพถ่ายบัตรประจำตัวประชาชนของผู้มาติดต่อ "
    "ข้อใดเป็นหน้าที่ของหน่วยงานตามพระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
    options=_options(
        "แจ้งวัตถุประสงค์ของการเก็บให้เจ้าของข้อมูลทราบ", "เก็บข้อมูลไว้ตลอดไปเพื่อใช้เป็นหลักฐาน",
        "จัดให้มีมาตรการรักษาความมั่นคงปลอดภัยที่เหมาะสม", "ส่งสำเนาข้อมูลทุกชุดให้หน่วยงานกำกับดูแล", right=(0, 2),
    ),
    partial_credit=True, rationale="มาตรา 23 และมาตรา 37 (1)",
    translations=_english(
        "An office keeps pictures of visitors' identity cards. "
        "What is its duty under the Personal Data Protection Act of 2019?",
        "Tell the visitors what the data are kept for", "Keep the data for ever, as evidence",
        "Provide appropriate security measures", "Send a copy of all data to the supervising office",
    ),
)  # fmt: skip
_TRUE_FALSE = _item(
    ItemType.TRUE_FALSE, "การถอนความยินยอมให้ใช้ข้อมูลส่วนบุคคลต้องทำได้ง่ายเช่นเดียวกับการให้ความยินยอม",
    options=_options("ถูก", "ผิด", right=(0,)), rationale="มาตรา 19", rating=2,
    translations=_english(
        "Withdrawing consent to the use of personal data has to be as easy as giving it.", "True", "False"
    ),
)  # fmt: skip
_MATCHING = _item(
    ItemType.MATCHING, "เจ้าหน้าที่ได้รับเรื่องต่อไปนี้ กฎหมายใดเกี่ยวข้องโดยตรงกับแต่ละเรื่อง",
    options=_options(
        "พระราชบัญญัติข้อมูลข่าวสารของราชการ พ.ศ. 2540", "พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
        "พระราชบัญญัติว่าด้วยธุรกรรมทางอิเล็กทรอนิกส์ พ.ศ. 2544",
    ),
    prompts=(
        Prompt(1, "ผู้รับบริการขอให้ลบข้อมูลของตน"), Prompt(0, "ประชาชนขอตรวจดูสัญญาจัดซื้อของหน่วยงาน"),
    ),
    partial_credit=True,
    translations=_english(
        "An officer receives the following. Which act is directly about each of them?",
        "Official Information Act of 1997",
        "Personal Data Protection Act of 2019",
        "Electronic Transactions Act of 2001",
        prompts=(
            TranslatedPrompt("A customer asks for the erasure of his data"),
            TranslatedPrompt("A citizen asks to see the office's purchase contracts"),
        ),
    ),
)  # fmt: skip
_ORDERING = _item(
    ItemType.ORDERING, "ผู้รับบริการขอสำเนาข้อมูลส่วนบุคคลของตน เรียงสิ่งที่หน่วยงานต้องทำจากขั้นแรกไปขั้นสุดท้าย", criterion="DG102-2.1",
    options=_options(
        "ตรวจสอบว่าผู้ขอเป็นเจ้าของข้อมูล", "พิจารณาว่ามีเหตุที่กฎหมายให้ปฏิเสธหรือไม่", "ส่งสำเนาข้อมูล",
    ),
    partial_credit=True,
    translations=_english(
        "A customer asks for a copy of his personal data. Put what the office has to do in order, from first to last.",
        "Check that the data are the applicant's own", "Consider whether the law gives a reason to refuse",
        "Send the copy",
    ),
)  # fmt: skip
_GAPS = _item(
    ItemType.INLINE_CHOICE,
    "เมื่อทราบเหตุละเมิดข้อมูลที่มีความเสี่ยงต่อสิทธิของบุคคล "
    "ผู้ควบคุมข้อมูลต้องแจ้ง[[1]]โดยไม่ชักช้าภายใน [[2]] ชั่วโมงเท่าที่จะสามารถทำได้",
    criterion="DG102-2.1",
    prompts=(
        Prompt(0, options=("สำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล", "สำนักงานตำรวจแห่งชาติ", "ศาลปกครอง")),
        Prompt(2, options=("24", "48", "72")),
    ),
    rationale="มาตรา 37 (4)", partial_credit=True,
    translations=_english(
        "After a breach that puts people's rights at risk, the controller notifies [[1]] without delay, "
        "where possible within [[2]] hours.",
        prompts=(
            TranslatedPrompt(
                options=("the Personal Data Protection Office", "the Royal Thai Police", "the Administrative Court")
            ),
            TranslatedPrompt(options=("24", "48", "72")),
        ),
    ),
)  # fmt: skip
_NUMERIC = _item(
    ItemType.NUMERIC,
    "แผนกำหนดให้บุคลากรร้อยละ 80 ผ่านการอบรมเรื่องข้อมูลส่วนบุคคล ต้องมีผู้ผ่านการอบรมเพิ่มอีกกี่คน\n\n"
    "| กอง | บุคลากร | ผ่านแล้ว |\n| --- | --: | --: |\n| บริการ | 120 | 90 |\n| อำนวยการ | 80 | 50 |",
    criterion="DG102-2.2", number=NumericKey("20", unit="คน"), rationale="ร้อยละ 80 ของ 200 คือ 160 ผ่านแล้ว 140",
    translations=_english(
        "A plan asks for 80% of the staff to be trained in personal data. How many more people have to be trained?\n\n"
        "| Division | Staff | Trained |\n| --- | --: | --: |\n| Service | 120 | 90 |\n| Administration | 80 | 50 |",
        unit="people",
    ),
)  # fmt: skip
_SHORT_TEXT = _item(
    ItemType.SHORT_TEXT, "เจ้าหน้าที่คุ้มครองข้อมูลส่วนบุคคลมีชื่อย่อภาษาอังกฤษว่าอะไร", rating=2,
    accepted=("DPO", "Data Protection Officer"),
    translations=_english("By what English abbreviation is a data protection officer known?"),
)  # fmt: skip
_TASK = _item(
    ItemType.CONSTRUCTED_RESPONSE,
    "ประชาชนร้องเรียนว่าหน่วยงานของท่านส่งรายชื่อผู้เข้าอบรมพร้อมเลขประจำตัวประชาชนให้บริษัทเอกชน อธิบายว่าเรื่องนี้อาจขัดต่อกฎหมายอย่างไร "
    "และท่านจะดำเนินการอย่างไร", criterion="DG101-1.2", rating=4,
    rubric=(
        RubricAspect("ปัญหาตามกฎหมาย", (
            "ไม่ระบุปัญหา", "ระบุว่าเปิดเผยข้อมูลส่วนบุคคล แต่ไม่บอกว่าเหตุใดจึงผิด", "ระบุว่าเปิดเผยโดยไม่มีฐานทางกฎหมายหรือเกินวัตถุประสงค์",
        )),
        RubricAspect("การดำเนินการ", (
            "ไม่บอกสิ่งที่จะทำ", "บอกอย่างใดอย่างหนึ่ง: ระงับ แจ้งเหตุ หรือป้องกัน", "บอกครบ: ระงับ แจ้งผู้เกี่ยวข้อง และป้องกันไม่ให้เกิดซ้ำ",
        )),
    ),
    rationale="ระบุการเปิดเผยโดยไม่มีฐานทางกฎหมาย ระงับการส่ง ประเมินความเสี่ยง แจ้งเหตุตามมาตรา 37 (4) และทบทวนขั้นตอน",
    translations=_english(
        "A citizen complains that your office gave a company a list of trainees with their identity numbers. "
        "Explain how this may be against the law, and what you would do."
    ),
)  # fmt: skip

#: By the name of its picture.
TYPES = {
    "several": _SEVERAL, "true-false": _TRUE_FALSE, "matching": _MATCHING, "ordering": _ORDERING, "gaps": _GAPS,
    "number": _NUMERIC, "short-text": _SHORT_TEXT,
}  # fmt: skip

#: What a candidate writes for the task.
WRITTEN = (
    "รายชื่อพร้อมเลขประจำตัวประชาชนเป็นข้อมูลส่วนบุคคล หน่วยงานเก็บไว้เพื่อจัดการอบรม "
    "การส่งให้บริษัทจึงเกินวัตถุประสงค์ที่แจ้งไว้และไม่มีความยินยอม\n\n"
    "ข้าพเจ้าจะสั่งระงับการส่งข้อมูล ขอให้บริษัทลบข้อมูลที่ได้รับ "
    "รายงานเจ้าหน้าที่คุ้มครองข้อมูลส่วนบุคคลของหน่วยงานเพื่อประเมินความเสี่ยง และแจ้งเหตุภายใน 72 ชั่วโมงหากเข้าเกณฑ์"
)


def publish_types(session: Session, *, writer: Actor, now: datetime) -> dict[str, UUID]:
    """Put items of every type in the place of those of DG100, and publish the bank.

    Returns:
        The items by the names of their pictures; "task" is the one for written answers.
    """
    for item_id in session.exec(select(Item.id).where(col(Item.code).startswith("DG10"))).all():
        move_item(session, actor=COMMAND_LINE, item_id=item_id, move_name="retire", now=now, note="สำหรับภาพประกอบ")
    made = {}
    for name, content in {**TYPES, "task": _TASK}.items():
        item = create_item(session, actor=writer, content=content, now=now)
        move_item(session, actor=writer, item_id=item.id, move_name="submit", now=now)
        for move in ("approve", "release"):
            move_item(session, actor=COMMAND_LINE, item_id=item.id, move_name=move, now=now)
        made[name] = item.id
    publish_bank(session, actor=COMMAND_LINE, now=now, note="ข้อสอบทุกชนิด")
    return made


def exam_of_types(session: Session, *, username: str, now: datetime) -> UUID:
    """Create an exam that asks every question once, and then the task."""
    design = propose_design(session, actor=COMMAND_LINE, unit=_UNIT)
    fixed = {"minimum_length": len(TYPES), "maximum_length": len(TYPES), "blueprint": [], "maximum_exposure": None}
    design = type(design).from_dict(design.to_dict() | fixed | {"pretest_items": 0, "written_tasks": 1})
    exam = create_exam(
        session, actor=COMMAND_LINE, title="กฎหมายและธรรมาภิบาลดิจิทัล (DG100) – ข้อสอบทุกชนิด", unit=_UNIT, design=design,
        time_limit_minutes=60, now=now,
    )  # fmt: skip
    enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=[username], now=now)
    return exam.id


def question_now(database: Database, sitting: UUID, *, now: datetime) -> tuple[str, Answer] | None:
    """Tell which picture's question a sitting is at, and its right answer; None after the last."""
    with database.reading() as session:
        loaded = load_record(session, sitting)
        pending = loaded.state(now).next_item
        if pending is None:
            return None
        content = loaded.unit_pool.contents[pending]
    name = next(name for name, one in TYPES.items() if one.stem == content.stem)
    return name, rule_of(content.type).right_answer(content)


def answer_now(
    database: Database, actor: Actor, sitting: UUID, answer: Answer, *, position: int, now: datetime
) -> None:
    """Answer the question that a sitting is at."""
    with database.writing() as session:
        submit_answer(
            session,
            actor=actor,
            sitting_id=sitting,
            position=position,
            answer=answer,
            now=now + timedelta(seconds=position),
        )
