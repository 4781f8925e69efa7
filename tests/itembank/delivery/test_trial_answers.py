"""Answers to items tried out are counted when a sitting begins, and kept with it; outcomes tell the last answer."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import col, select

from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.tables import BankItem, RecordedAnswer, RecordedOutcome, Sitting
from tests.itembank.delivery.test_everything_at_once import Filled, make_exam, replayed, tried_out
from tests.support.institution import NOON
from tests.support.sitting import always_right, begin, sit_through


def counts_of(filled: Filled, sitting_id: UUID) -> dict[str, int]:
    with filled[0].reading() as session:
        return dict(session.get_one(Sitting, sitting_id).pretest_counts)


def test_a_sitting_keeps_how_often_items_had_been_tried_when_it_began(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    first = sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON, choose=always_right)
    assert counts_of(filled, first.id) == {}
    second = begin(database, actor=people["candidate2"], exam_id=exam_id, now=NOON)
    with database.reading() as session:
        tried = session.exec(select(RecordedAnswer.item_version_id).where(RecordedAnswer.sitting_id == first.id)).all()
        code = dict(session.exec(select(BankItem.item_version_id, BankItem.item_code)).all())
    expected = {code[version]: 1 for version in tried if version in tried_out(database)}
    assert expected
    assert counts_of(filled, second.id) == expected
    sit_through(database, actor=people["candidate2"], exam_id=exam_id, now=NOON, choose=always_right)
    replayed(database, people, first.id)
    replayed(database, people, second.id)


def test_answers_that_a_calibration_used_are_not_counted_again(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    first = sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON, choose=always_right)
    with database.writing() as session:
        for row in session.exec(select(BankItem).where(col(BankItem.pretest).is_(True))):
            row.n_responses = 1
            session.add(row)
    second = begin(database, actor=people["candidate2"], exam_id=exam_id, now=NOON)
    assert counts_of(filled, second.id) == {}
    replayed(database, people, first.id)


def test_simulated_candidates_count_among_themselves(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON, choose=always_right)
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=exam_id, count=3, now=NOON)
    with database.reading() as session:
        query = select(Sitting).where(col(Sitting.simulated).is_(True)).order_by(col(Sitting.started_at))
        sittings = list(session.exec(query))
    totals = [sum(sitting.pretest_counts.values()) for sitting in sittings]
    assert totals[0] == 0
    assert totals == sorted(totals)
    assert totals[-1] > 0
    for sitting in sittings:
        replayed(database, people, sitting.id)


def test_the_outcome_tells_what_the_last_answer_changed(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    view = sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON, choose=always_right)
    with database.writing() as session:
        recorded = session.get_one(RecordedOutcome, view.id)
        last = recorded.document["last_answer"]
        assert last["response"] == last["highest"]
        assert last["after"]["theta"] > last["before"]["theta"]
        assert last["after"]["theta"] == pytest.approx(recorded.document["unit"]["theta"], abs=1e-9)
        # An outcome recorded before outcomes told so agrees with the replay all the same.
        recorded.document = {name: part for name, part in recorded.document.items() if name != "last_answer"}
        session.add(recorded)
    replayed(database, people, view.id)
