"""Sittings that end in the very moment in which a neutralisation is applied: none is missed, none corrected twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from itembank.actor import Actor, Role
from itembank.database import Database
from itembank.delivery.exams import enrol
from itembank.delivery.sittings import end_sitting
from itembank.neutralisation import applying, proposals
from itembank.neutralisation.proposals import Proposal
from itembank.neutralisation.work import execute_correction
from itembank.people.accounts import create_person
from itembank.tables import CorrectionRun, Item, ItemVersion, Neutralisation, OutcomeVersion, RecordedAnswer
from tests.support.institution import NOON, Institution
from tests.support.sitting import answer_once, begin

PEOPLE = 8
SOON = NOON + timedelta(minutes=5)


@pytest.fixture
def room(database: Database, institution: Institution) -> tuple[list[tuple[Actor, UUID]], str]:
    """Sittings of three answers each, and the question that most of them answered: two at least, with 20 items."""
    seats = []
    with database.writing() as session:
        for number in range(PEOPLE):
            name = f"seat{number}"
            made = create_person(
                session, actor=institution["administrator"], username=name, display_name=name,
                roles=[Role.CANDIDATE], now=NOON,
            )  # fmt: skip
            seats.append(Actor(made.person.id, name, name, frozenset({Role.CANDIDATE})))
        names = [seat.username for seat in seats]
        enrol(session, actor=institution["administrator"], exam_id=institution.exam, usernames=names, now=NOON)
    sat = []
    for seat in seats:
        view = begin(database, actor=seat, exam_id=institution.exam, now=NOON)
        for question in range(1, 4):
            view = answer_once(database, actor=seat, view=view, now=NOON + timedelta(seconds=20 * question))
        sat.append((seat, view.id))
    return sat, _most_answered(database)


def _most_answered(database: Database) -> str:
    with database.reading() as session:
        versions = Counter(session.exec(select(RecordedAnswer.item_version_id)))
        version = session.get_one(ItemVersion, versions.most_common(1)[0][0])
        return session.get_one(Item, version.item_id).code


def _run(session: Session, task: str) -> UUID:
    return session.exec(select(CorrectionRun.id).where(CorrectionRun.task == task)).one()


def test_nobody_is_missed(
    database: Database,
    institution: Institution,
    room: tuple[list[tuple[Actor, UUID]], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "BATCH", 2)
    monkeypatch.setattr(applying, "MOST_AT_THE_END", 1)
    sat, code = room
    one = _approved(database, institution, code)
    barrier, failures = threading.Barrier(PEOPLE + 1), []

    def leave(seat: Actor, sitting_id: UUID) -> None:
        try:
            barrier.wait(timeout=30)
            with database.writing() as session:
                end_sitting(session, actor=seat, sitting_id=sitting_id, now=SOON)
        except Exception as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=leave, args=place) for place in sat]
    for thread in threads:
        thread.start()
    barrier.wait(timeout=30)
    with database.reading() as session:
        run_id = _run(session, "apply")
    execute_correction(database, run_id, clock=lambda: SOON)
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    with database.reading() as session:
        neutralisation = session.get_one(Neutralisation, one)
        assert neutralisation.state == "in_force"
        version_id = neutralisation.item_version_id
        concerned = session.exec(
            select(RecordedAnswer.sitting_id).where(RecordedAnswer.item_version_id == version_id)
        ).all()
        versions = session.exec(select(OutcomeVersion)).all()
        assert Counter(version.sitting_id for version in versions) == Counter(concerned)
        assert {version.number for version in versions} == {2}
        assert len(concerned) > 1


def _approved(database: Database, institution: Institution, code: str) -> UUID:
    proposal = Proposal(code=code, fault="leaked", reason_th="ข้อสอบรั่ว", reason_en="Leaked.", rule="all")
    with database.writing() as session:
        found = proposals.propose_neutralisation(
            session, actor=institution["psychometrician"], proposal=proposal, now=NOON
        )
        preview = _run(session, "preview")
    assert execute_correction(database, preview, clock=lambda: NOON)
    with database.writing() as session:
        proposals.approve_neutralisation(
            session, actor=institution["administrator"], neutralisation_id=found.id, now=SOON
        )
    return found.id
