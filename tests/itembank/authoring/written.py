"""Items for the tests of authoring, and the steps of their lives in one line each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.items import ItemView, create_item, move_item, save_item
from itembank.database import Database
from tests.support.institution import NOON, Institution

SINGLE = ItemContent(
    criterion="DG101-1.1",
    type=ItemType.SINGLE_CHOICE,
    cognitive_level=CognitiveLevel.APPLY,
    difficulty_rating=3,
    language="th",
    stem="ข้อใดถูกต้องที่สุด",
    options=tuple(Option(f"ตัวเลือก {n}", correct=n == 1, rationale=f"เหตุผล {n}") for n in range(4)),
)
SEVERAL = replace(
    SINGLE,
    type=ItemType.MULTIPLE_CHOICE,
    options=tuple(Option(f"ตัวเลือก {n}", correct=n in (0, 2, 3)) for n in range(5)),
)
TEXT = "กรมแห่งหนึ่งเปิดให้ประชาชนจองคิวออนไลน์\nวันแรกมีผู้จองสองพันคน"


def create(database: Database, people: Institution, **changes: Any) -> ItemView:
    """Write an item."""
    with database.writing() as session:
        return create_item(session, actor=people["writer"], content=replace(SINGLE, **changes), now=NOON)


def save(database: Database, people: Institution, item: ItemView, **changes: Any) -> ItemView:
    """Save an edit of the newest version."""
    with database.writing() as session:
        return save_item(
            session,
            actor=people["writer"],
            item_id=item.id,
            content=replace(item.head.content, **changes),
            started_from=item.head.number,
            now=NOON,
        )


def release(database: Database, people: Institution, item: ItemView) -> ItemView:
    """Take a draft through review into use."""
    for username, move in (("writer", "submit"), ("reviewer", "approve"), ("psychometrician", "release")):
        with database.writing() as session:
            item = move_item(session, actor=people[username], item_id=item.id, move_name=move, now=NOON)
    return item
