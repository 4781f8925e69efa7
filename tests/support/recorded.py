"""Things of every kind in the institution's database, so that every address leads somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.items import create_item, move_item
from itembank.database import Database
from itembank.delivery.sittings import start_sitting
from itembank.framework.store import current_standard
from itembank.publishing.banks import bank_in_force
from itembank.tables import CalibrationRun, Person
from tests.support.institution import Institution


@dataclass(frozen=True)
class Recorded:
    """Ids of one thing of each kind; items by state."""

    exam_id: UUID
    sitting_id: UUID
    person_id: UUID
    run_id: UUID
    items: dict[str, UUID]


def record_things(database: Database, institution: Institution, *, now: datetime) -> Recorded:
    """Start the candidate's sitting, write a draft, put an item in review, approve one, and note a calibration run."""
    with database.writing() as session:
        sitting = start_sitting(session, actor=institution["candidate"], exam_id=institution.exam, now=now)
        standard = current_standard(session)
        run = CalibrationRun(
            standard_id=standard.id,
            unit="DG100",
            base_bank_id=bank_in_force(session).id,
            model="2pl",
            state="waiting",
            requested_by="วัดผล",
            requested_at=now,
        )
        session.add(run)
        criterion = standard.framework.written_criteria[0].code
        items = {}
        for state, moves in (("draft", ()), ("in_review", ("submit",)), ("approved", ("submit", "approve"))):
            item = create_item(session, actor=institution["writer"], content=_content(criterion, state), now=now)
            for move in moves:
                actor = institution["writer"] if move == "submit" else COMMAND_LINE
                move_item(session, actor=actor, item_id=item.id, move_name=move, now=now)
            items[state] = item.id
        person_id = session.exec(select(Person.id).where(Person.username == "candidate2")).one()
        return Recorded(institution.exam, sitting.id, person_id, run.id, items)


def _content(criterion: str, state: str) -> ItemContent:
    return ItemContent(
        criterion=criterion,
        type=ItemType.TRUE_FALSE,
        cognitive_level=CognitiveLevel.REMEMBER,
        difficulty_rating=2,
        language="th",
        stem=f"ข้อความนี้ถูกต้อง ({state})",
        options=(Option("ถูก", correct=True), Option("ผิด", correct=False)),
    )
