"""A bank whose DG100 has one item of each type that a rule scores, and an exam that asks them all."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import ItemContent
from itembank.authoring.items import create_item, move_item
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.publishing.banks import publish_bank
from itembank.tables import Item
from tests.itembank.authoring.item_types.every_type import SCORED
from tests.support.institution import NOON, Institution

#: Beginnings of their questions in both languages; that of the gaps, up to the first of them.
_STEMS = {
    stem.partition("[[")[0]: content for content in SCORED for stem in (content.stem, content.translations[0].stem)
}


def asked(page: str) -> ItemContent:
    """Tell which item stands on a page, from its source."""
    shown = unescape(page)
    return next(content for stem, content in _STEMS.items() if stem in shown)


def publish_every_type(session: Session, people: Institution) -> None:
    """Retire the items of DG100, write those of every type and publish the bank."""
    for item_id in session.exec(select(Item.id).where(col(Item.code).startswith("DG10"))).all():
        move_item(session, actor=COMMAND_LINE, item_id=item_id, move_name="retire", now=NOON, note="replaced")
    for content in SCORED:
        item = create_item(session, actor=people["writer"], content=content, now=NOON)
        for move in ("submit", "approve", "release"):
            actor = people["writer"] if move == "submit" else COMMAND_LINE
            move_item(session, actor=actor, item_id=item.id, move_name=move, now=NOON)
    publish_bank(session, actor=people["psychometrician"], now=NOON, note="every type")


def exam_of_every_type(session: Session, *, username: str, title: str, now: datetime = NOON) -> UUID:
    """Create an exam that asks each item of DG100 once, and enrol somebody."""
    design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
    fixed = {
        "minimum_length": len(SCORED), "maximum_length": len(SCORED), "pretest_items": 0,
        "blueprint": [], "maximum_exposure": None,
    }  # fmt: skip
    exam = create_exam(
        session,
        actor=COMMAND_LINE,
        title=title,
        unit="DG100",
        design=type(design).from_dict(design.to_dict() | fixed),
        now=now,
    )
    enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=[username], now=now)
    return exam.id
