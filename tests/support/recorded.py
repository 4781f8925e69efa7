"""Things of every kind in the institution's database, so that every address leads somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.items import create_item, move_item
from itembank.database import Database
from itembank.delivery.sittings import start_sitting
from itembank.framework.store import current_standard
from itembank.publishing.banks import bank_in_force
from itembank.standard_setting.panels import plan_panel
from itembank.standard_setting.rounds import open_round
from itembank.tables import (
    AskedItem,
    CalibrationRun,
    GroupCategory,
    GroupVariable,
    Neutralisation,
    Person,
    TaskAnswer,
    UnitCut,
)
from itembank.writing_needs.assignments import AssignmentPlan, assign
from tests.support.institution import Institution
from tests.support.panels import plan_of


@dataclass(frozen=True)
class Recorded:
    """Ids of one thing of each kind; items by state."""

    exam_id: UUID
    sitting_id: UUID
    person_id: UUID
    run_id: UUID
    variable_id: UUID
    items: dict[str, UUID]
    neutralisation_id: UUID
    panel_id: UUID
    cut_id: UUID
    assignment_id: UUID
    answer_id: UUID


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
        variable = GroupVariable(name_th="ภูมิภาค", name_en="Region", created_at=now)
        session.add(variable)
        session.flush()
        session.add_all(
            GroupCategory(variable_id=variable.id, code=code, name_th=code, name_en=code, position=place)
            for place, code in enumerate("ab")
        )
        criterion = standard.framework.written_criteria[0].code
        items = {}
        for state, moves in (("draft", ()), ("in_review", ("submit",)), ("approved", ("submit", "approve"))):
            item = create_item(session, actor=institution["writer"], content=_content(criterion, state), now=now)
            for move in moves:
                actor = institution["writer"] if move == "submit" else COMMAND_LINE
                move_item(session, actor=actor, item_id=item.id, move_name=move, now=now)
            items[state] = item.id
        person_id = session.exec(select(Person.id).where(Person.username == "candidate2")).one()
        return Recorded(
            institution.exam,
            sitting.id,
            person_id,
            run.id,
            variable.id,
            items,
            _proposed(session, run, sitting.id, now),
            *_panel(session, institution, now),
            _assignment(session, institution, criterion, now),
            _answer(session, sitting.id, now),
        )


def _proposed(session: Session, run: CalibrationRun, sitting_id: UUID, now: datetime) -> UUID:
    """Propose to take the question that is asked out of score."""
    proposal = Neutralisation(
        standard_id=run.standard_id,
        unit=run.unit,
        item_version_id=session.exec(select(AskedItem.item_version_id).where(AskedItem.sitting_id == sitting_id)).one(),
        fault="ambiguous",
        rule="better_only",
        reason_th="คำถามกำกวม",
        reason_en="The question is ambiguous.",
        state="proposed",
        proposed_by="วัดผล",
        # Somebody else, so that whoever knocks may be the second person.
        proposed_by_id=run.id,
        proposed_at=now,
    )
    session.add(proposal)
    session.flush()
    return proposal.id


def _assignment(session: Session, institution: Institution, criterion: str, now: datetime) -> UUID:
    """Ask the second writer for items."""
    writer = institution["writer2"].person_id
    assert writer is not None
    plan = AssignmentPlan(criterion=criterion, wanted=2, writer_id=writer, due_on=(now + timedelta(days=7)).date())
    return assign(session, actor=COMMAND_LINE, plan=plan, now=now).id


def _answer(session: Session, sitting_id: UUID, now: datetime) -> UUID:
    """Note an answer in words, as if the question asked were a task."""
    answer = TaskAnswer(
        sitting_id=sitting_id,
        position=1,
        item_version_id=session.exec(select(AskedItem.item_version_id).where(AskedItem.sitting_id == sitting_id)).one(),
        text="คำตอบ",
        handed_in=True,
        answered_at=now,
    )
    session.add(answer)
    session.flush()
    return answer.id


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


def _panel(session: Session, institution: Institution, now: datetime) -> tuple[UUID, UUID]:
    """Open a round of a panel with both judges, and note a cut score that waits to be taken over."""
    actor = institution["psychometrician"]
    panel = plan_panel(session, actor=actor, plan=plan_of(institution), now=now)
    open_round(session, actor=actor, panel_id=panel.id, now=now)
    cut = UnitCut(
        standard_id=current_standard(session).id,
        unit="DG100",
        bank_id=bank_in_force(session).id,
        panel_id=panel.id,
        round=1,
        method="angoff",
        theta=0.1,
        standard_error=0.2,
        judges=2,
        accepted_by=actor.display_name,
        accepted_by_id=actor.person_id,
        accepted_at=now,
    )
    session.add(cut)
    session.flush()
    return panel.id, cut.id
