"""Settling: sittings whose time is over are ended without anybody looking, and stay over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import func, select

from itembank.database import Database
from itembank.delivery.exams import grant_extra_time
from itembank.delivery.records import load_record
from itembank.delivery.sittings import settle_expired, sitting_view
from itembank.errors import IllegalMove
from itembank.tables import RecordedOutcome, Sitting
from tests.support.institution import NOON, Institution
from tests.support.sitting import begin


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_expired_sittings_are_settled_without_anybody_looking(database: Database, institution: Institution) -> None:
    view = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    assert settle_expired(database, now=NOON + timedelta(minutes=60)) == 0
    with database.reading() as session:
        seen = sitting_view(session, actor=institution["candidate"], sitting_id=view.id, now=NOON + timedelta(hours=2))
    assert (seen.finished, seen.finish_reason) == (True, "time_expired")
    assert settle_expired(database, now=NOON + timedelta(hours=2)) == 1
    assert settle_expired(database, now=NOON + timedelta(hours=2)) == 0
    assert _count(database, RecordedOutcome) == 1


def test_one_broken_record_does_not_keep_the_others_from_being_settled(
    database: Database, institution: Institution
) -> None:
    broken = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    other = begin(database, actor=institution["candidate2"], exam_id=institution.exam, now=NOON)
    with database.writing() as session:
        sitting = session.get(Sitting, broken.id)
        assert sitting is not None
        sitting.design = {}
        session.add(sitting)
    assert settle_expired(database, now=NOON + timedelta(hours=2)) == 1
    with database.reading() as session:
        ended = session.get(Sitting, other.id)
        assert ended is not None
        assert ended.finished_at == NOON + timedelta(minutes=60)


def test_settling_does_not_wait_for_those_who_still_answer(database: Database, institution: Institution) -> None:
    view = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    with ThreadPoolExecutor(1) as pool, database.writing() as session:
        load_record(session, view.id, lock=True)
        settling = pool.submit(settle_expired, database, now=NOON + timedelta(minutes=30))
        assert settling.result(timeout=5) == 0


def test_processes_that_settle_at_once_end_each_sitting_once(database: Database, institution: Institution) -> None:
    for name in ("candidate", "candidate2"):
        begin(database, actor=institution[name], exam_id=institution.exam, now=NOON)
    with ThreadPoolExecutor(4) as pool:
        ended = sum(pool.map(lambda _: settle_expired(database, now=NOON + timedelta(hours=2)), range(4)))
    assert ended == 2
    assert _count(database, RecordedOutcome) == 2


def test_a_sitting_whose_time_is_over_gets_no_extra_time(database: Database, institution: Institution) -> None:
    candidate = institution["candidate"]
    view = begin(database, actor=candidate, exam_id=institution.exam, now=NOON)
    late = NOON + timedelta(minutes=61)

    def grant() -> None:
        with database.writing() as session:
            grant_extra_time(
                session, actor=institution["administrator"], exam_id=institution.exam,
                person_id=candidate.person_id or UUID(int=0), minutes=30, now=late,
            )  # fmt: skip

    with pytest.raises(IllegalMove):
        grant()
    settle_expired(database, now=late)
    with pytest.raises(IllegalMove):
        grant()
    with database.reading() as session:
        assert sitting_view(session, actor=candidate, sitting_id=view.id, now=late).finished
