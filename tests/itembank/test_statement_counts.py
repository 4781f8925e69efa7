"""Lists take as many statements for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring.coverage import coverage
from itembank.authoring.enemy_proposals import proposed_enemies
from itembank.authoring.flawed_items import bank_flaws, flawed_items
from itembank.authoring.item_list import list_items
from itembank.authoring.items import create_item
from itembank.authoring.likeness import similar_items
from itembank.calibration_runs.runs import list_runs
from itembank.calibration_runs.states import RunState
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, list_exams, propose_design
from itembank.delivery.my_exams import my_exams
from itembank.people.accounts import create_person, list_people
from itembank.publishing.banks import bank_in_force
from itembank.tables import CalibrationRun
from tests.itembank.authoring.written import SINGLE
from tests.support.banks import publish_another
from tests.support.institution import NOON, PASSWORD, Institution


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def _counted(database: Database, read: Callable[[Session], object]) -> int:
    with database.reading() as session:
        read(session)  # what a process keeps, it keeps from now on
    with statements(database) as sent, database.reading() as session:
        read(session)
    return len(sent)


def _add_exam(session: Session, number: int) -> None:
    design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
    exam = create_exam(session, actor=COMMAND_LINE, title=str(number), unit="DG100", design=design, now=NOON)
    enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate"], now=NOON)


def _add_person(session: Session, number: int) -> None:
    create_person(
        session, actor=COMMAND_LINE, username=f"one-of-many-{number}", display_name="x", roles=[Role.CANDIDATE],
        password=PASSWORD, now=NOON,
    )  # fmt: skip


def _add_run(session: Session, number: int) -> None:
    base = bank_in_force(session)
    published = publish_another(session, actor=COMMAND_LINE)
    session.add(
        CalibrationRun(
            standard_id=base.standard_id, unit="DG100", base_bank_id=base.id, model="2pl", requested_by="x",
            state=RunState.PUBLISHED.value, published_bank_id=published.id, requested_at=NOON + timedelta(number),
        )
    )  # fmt: skip


def _add_item(session: Session, number: int) -> None:
    content = replace(SINGLE, stem=f"ข้อที่ {number} ABCX", testlet="")
    create_item(session, actor=COMMAND_LINE, content=content, now=NOON)


@pytest.mark.parametrize(
    ("add", "read"),
    [
        (_add_exam, lambda session, people: list_exams(session, actor=people["administrator"])),
        (_add_exam, lambda session, people: my_exams(session, actor=people["candidate"], now=NOON)),
        (_add_person, lambda session, people: list_people(session, actor=people["administrator"])),
        (_add_run, lambda session, people: list_runs(session, actor=people["psychometrician"])),
        (_add_item, lambda session, people: list_items(session, actor=people["writer"], search="ข้อ")),
        (_add_item, lambda session, people: coverage(session, actor=people["writer"])),
        (_add_item, lambda session, people: bank_flaws(session, actor=people["writer"])),
        (_add_item, lambda session, people: flawed_items(session, actor=people["writer"], limit=100)),
        (_add_item, lambda session, people: proposed_enemies(session, actor=people["writer"])),
        (_add_item, lambda session, people: similar_items(session, actor=people["writer"], wording=SINGLE)),
    ],
    ids=[
        "exams",
        "my exams",
        "people",
        "calibration runs",
        "list of items",
        "grid",
        "flaws by rule",
        "items with flaws",
        "proposed enemies",
        "items alike",
    ],
)
def test_a_longer_list_takes_no_more_statements(
    filled: tuple[Database, Institution],
    add: Callable[[Session, int], None],
    read: Callable[[Session, Institution], object],
) -> None:
    database, people = filled
    with database.writing() as session:
        add(session, 0)
    few = _counted(database, lambda session: read(session, people))
    with database.writing() as session:
        for number in range(1, 9):
            add(session, number)
    assert _counted(database, lambda session: read(session, people)) == few
