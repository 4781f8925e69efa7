"""A bank that uses everything: items tried out, items scored in parts, a testlet, enemies."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.enemies import declare_enemies
from itembank.authoring.items import create_item, move_item
from itembank.publishing.banks import BankView, publish_bank
from itembank.tables import Item
from tests.support.institution import NOON, Institution

CRITERION = "DG101-1.1"
STIMULUS = "หน่วยงานแห่งหนึ่งเก็บสำเนาบัตรประชาชนของผู้มาติดต่อทุกคน"


def content(stem: str, *, in_parts: bool = False, testlet: str = "", criterion: str = CRITERION) -> ItemContent:
    """Write a question with four options, of which the first, or the first two, are right."""
    return ItemContent(
        criterion=criterion,
        type=ItemType.MULTIPLE_CHOICE if in_parts else ItemType.SINGLE_CHOICE,
        cognitive_level=CognitiveLevel.APPLY,
        difficulty_rating=3,
        language="th",
        stem=stem,
        options=tuple(Option(f"ตัวเลือก {number}", correct=number <= 1 + in_parts) for number in range(1, 5)),
        testlet=testlet,
        stimulus=STIMULUS if testlet else "",
        partial_credit=in_parts,
    )


def add_item(session: Session, people: Institution, what: ItemContent, *, to: str = "release") -> UUID:
    """Write an item and take it through its review to "release" or "pretest"."""
    item = create_item(session, actor=people["writer"], content=what, now=NOON)
    for move in ("submit", "approve", to):
        actor = people["writer"] if move == "submit" else COMMAND_LINE
        move_item(session, actor=actor, item_id=item.id, move_name=move, now=NOON)
    return item.id


def publish_richer_bank(session: Session, people: Institution, *, pretest: int = 4) -> BankView:
    """Publish the starter bank with items in DG100 that are tried out, scored in parts, a testlet or enemies."""
    for number in range(pretest):
        add_item(session, people, content(f"ข้อทดลองใช้ที่ {number + 1}"), to="pretest")
    parts = add_item(session, people, content("ข้อที่ให้คะแนนบางส่วน", in_parts=True))
    other = add_item(session, people, content("ข้อที่ให้คะแนนบางส่วนอีกข้อ", in_parts=True, criterion="DG101-1.2"))
    for number in (1, 2):
        add_item(session, people, content(f"ข้อที่ {number} ของสถานการณ์", testlet="ID-CARDS"))
    code = session.get_one(Item, other).code
    declare_enemies(session, actor=people["writer"], item_id=parts, code=code, reason="ข้อหนึ่งบอกคำตอบของอีกข้อ", now=NOON)
    return publish_bank(session, actor=people["psychometrician"], now=NOON, note="richer")
