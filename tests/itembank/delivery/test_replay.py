"""Replay: a record that follows from its answers is confirmed, one that was touched is not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.database import Database
from itembank.delivery.record_differences import differences_between
from itembank.delivery.replay import ReplayReport, replay_sitting
from itembank.delivery.sittings import end_sitting
from itembank.errors import NotAllowed
from itembank.tables import AskedItem, BankItem, RecordedAnswer, RecordedOutcome, Sitting
from tests.support.institution import NOON, Institution
from tests.support.sitting import always_wrong, answer_once, begin, sit_through

Filled = tuple[Database, Institution]


def _replay(database: Database, people: Institution, sitting_id: UUID) -> ReplayReport:
    with database.reading() as session:
        return replay_sitting(session, actor=people["administrator"], sitting_id=sitting_id, now=NOON)


def test_a_finished_and_a_running_sitting_agree(database: Database, institution: Institution) -> None:
    done = sit_through(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    report = _replay(database, institution, done.id)
    assert report.agrees
    assert len(report.steps) == done.answered
    assert report.finish_reason == done.finish_reason
    view = begin(database, actor=institution["candidate2"], exam_id=institution.exam, now=NOON)
    view = answer_once(database, actor=institution["candidate2"], view=view, now=NOON, choose=always_wrong)
    running = _replay(database, institution, view.id)
    assert running.agrees
    assert [step.score for step in running.steps] == [0, None]
    with database.writing() as session:
        end_sitting(session, actor=institution["candidate2"], sitting_id=view.id, now=NOON + timedelta(minutes=1))
    ended = _replay(database, institution, view.id)
    assert (ended.agrees, ended.finish_reason) == (True, "candidate_ended")


def test_whatever_is_touched_afterwards_is_found(filled: Filled) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)

    def touched(change: object) -> ReplayReport:
        with database.writing() as session:
            change(session)  # type: ignore[operator]
        return _replay(database, people, done.id)

    def score(session: object) -> None:
        row = session.get(RecordedAnswer, (done.id, 3))  # type: ignore[attr-defined]
        row.score = 1 - row.score

    def decision(session: object) -> None:
        row = session.get(AskedItem, (done.id, 2))  # type: ignore[attr-defined]
        row.decision = row.decision | {"theta": row.decision["theta"] + 1e-6}

    def outcome(session: object) -> None:
        row = session.get(RecordedOutcome, done.id)  # type: ignore[attr-defined]
        row.document = row.document | {"unit": row.document["unit"] | {"verdict": "not_yet_competent"}}

    def reason(session: object) -> None:
        row = session.exec(select(Sitting)).one()  # type: ignore[attr-defined]
        row.finish_reason = "maximum_length"

    assert any("decision.theta" in text for text in touched(decision).steps[1].differences)
    assert any("verdict" in text for text in touched(outcome).differences)
    assert any("maximum_length" in text for text in touched(reason).differences)
    report = touched(score)
    assert not report.agrees
    assert any("score: recorded 0, recomputed 1" in text for step in report.steps for text in step.differences)


def test_a_missing_last_answer_is_reported_and_does_not_break_the_replay_off(filled: Filled) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.writing() as session:
        session.delete(session.get_one(RecordedAnswer, (done.id, done.answered)))
    report = _replay(database, people, done.id)
    assert f"end: recorded {done.finish_reason}, recomputed None" in report.differences
    assert any(text.startswith("outcome: ") for text in report.differences)


def test_an_answer_to_another_item_than_the_one_asked_is_found(filled: Filled) -> None:
    database, people = filled
    actor = people["candidate"]
    view = begin(database, actor=actor, exam_id=people.exam, now=NOON)
    answer_once(database, actor=actor, view=view, now=NOON)
    with database.writing() as session:
        answer = session.get_one(RecordedAnswer, (view.id, 1))
        bank_id = session.get_one(Sitting, view.id).bank_id
        answer.item_version_id = session.exec(
            select(BankItem.item_version_id).where(
                BankItem.bank_id == bank_id,
                BankItem.unit == "DG100",
                BankItem.item_version_id != answer.item_version_id,
            )
        ).all()[0]
        session.add(answer)
    report = _replay(database, people, view.id)
    assert any(text.startswith("answered item: ") for text in report.steps[0].differences)


def test_an_answer_that_its_item_cannot_have_is_found(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    answer_once(database, actor=people["candidate"], view=view, now=NOON)
    with database.writing() as session:
        answer = session.get_one(RecordedAnswer, (view.id, 1))
        answer.selected = [17]
        session.add(answer)
    report = _replay(database, people, view.id)
    assert report.steps[0].differences == ("score: recorded 1, recomputed None",)


def test_candidates_do_not_replay(filled: Filled) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.reading() as session, pytest.raises(NotAllowed):
        replay_sitting(session, actor=people["candidate"], sitting_id=done.id, now=NOON)


def test_a_record_older_than_some_of_its_keys_agrees_and_is_completed_for_its_explanation(filled: Filled) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.writing() as session:
        row = session.get_one(AskedItem, (done.id, 2))
        row.decision = {name: row.decision[name] for name in ("position", "theta", "item_id", "candidates")}
        outcome = session.get_one(RecordedOutcome, done.id)
        outcome.document = outcome.document | {
            "unit": {name: outcome.document["unit"][name] for name in ("code", "verdict", "probability")}
        }
    report = _replay(database, people, done.id)
    assert report.agrees
    assert report.steps[1].decision.keys() == report.steps[2].decision.keys()
    assert report.steps[1].decision["last_answer"]["item_id"] == report.steps[0].item


def test_a_recorded_key_that_is_not_recomputed_is_a_difference() -> None:
    assert differences_between({"a": 1, "b": 2}, {"a": 1, "c": 3}, path="x") == ["x.b: recorded 2, recomputed None"]
