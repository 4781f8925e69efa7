"""Constructed responses from delivery to outcome: asked, kept, marked by two, settled, told, replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.authoring.enemies import declare_enemies
from itembank.authoring.item_types.question import Answer
from itembank.database import Database
from itembank.delivery.exams import create_exam, propose_design
from itembank.delivery.my_exams import MyExamState, my_exam
from itembank.delivery.outcome_record import result_view
from itembank.delivery.records import load_record
from itembank.delivery.replay import replay_sitting
from itembank.delivery.sittings import end_sitting, settle_expired, sitting_view, start_sitting, submit_answer
from itembank.delivery.sittings_now import SittingLine, sitting_line
from itembank.delivery.written_tasks import save_draft, submit_task
from itembank.errors import (
    AnswerConflict,
    BankTooSmall,
    IllegalMove,
    InvalidInput,
    NotAllowed,
    NotFound,
    PositionOutOfOrder,
    ResultWaits,
    SittingFinished,
)
from itembank.publishing import task_pools
from itembank.publishing.banks import publish_bank
from itembank.publishing.pools import unit_pool
from itembank.tables import (
    AskedTask,
    BankItem,
    BankTask,
    Item,
    RecordedOutcome,
    SettledMark,
    Sitting,
    TaskAnswer,
    TaskDraft,
)
from tests.support.institution import NOON, Institution
from tests.support.sitting import always_right, always_wrong, answer_once, begin, pending_choice
from tests.support.written import (
    answers_of,
    exam_with_tasks,
    mark_as,
    publish_tasks,
    sit_to_tasks,
    write_answers,
)

#: Most of it is no matter of the database.
Filled = tuple[Database, Institution]

LATER = NOON + timedelta(hours=3)
LONG = "ผู้ควบคุมข้อมูลต้องแจ้งเหตุ " * 20


def _exam(database: Database, people: Institution, **design: Any) -> UUID:
    with database.writing() as session:
        publish_tasks(session, people)
        return exam_with_tasks(session, **design)


def _told(database: Database, sitting_id: UUID) -> dict[str, Any] | None:
    with database.reading() as session:
        found = session.get(RecordedOutcome, sitting_id)
        return None if found is None else dict(found.document)


def test_a_sitting_goes_from_its_questions_to_tasks_marks_and_a_result_that_replays(
    database: Database, institution: Institution
) -> None:
    exam = _exam(database, institution)
    with database.reading() as session:
        rows = session.exec(select(BankTask)).all()
        items = session.exec(select(BankItem.item_version_id)).all()
        mine = my_exam(session, actor=institution["candidate"], exam_id=exam, now=NOON)
    assert mine.written_tasks == 2
    assert {row.element for row in rows} == {"DG101", "DG102"}
    assert {row.model for row in rows} == {"gpcm"}
    assert {row.item_version_id for row in rows}.isdisjoint(items)

    view = sit_to_tasks(database, institution, exam)
    assert (view.finished, view.question, view.tasks, view.tasks_answered) == (False, None, 2, 0)
    assert view.task is not None
    assert (view.task.position, view.task.count, view.task.draft) == (1, 2, "")
    assert view.task.for_reader("en").stem.startswith("Explain")
    with database.reading() as session:
        asked = session.exec(select(AskedTask).order_by(AskedTask.position)).all()
        assert session.exec(select(Sitting.finished_at)).one() is None
        with pytest.raises(IllegalMove):
            result_view(session, actor=institution["candidate"], sitting_id=view.id, now=NOON)
        assert replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER).agrees
    # One for each element, before any gets a second; the verdict that is most open first.
    assert {task.decision["element"] for task in asked} == {"DG101", "DG102"}
    assert all(one.decision["openness"] >= other.decision["openness"] for one, other in pairwise(asked))

    view = write_answers(database, institution, view, texts=["ตอบข้อแรก\r\nบรรทัดสอง", LONG])
    assert (view.finished, view.task, view.tasks_answered) == (True, None, 2)
    assert _told(database, view.id) is None
    with database.reading() as session:
        for actor in (institution["candidate"], institution["administrator"]):
            with pytest.raises(ResultWaits) as waits:
                result_view(session, actor=actor, sitting_id=view.id, now=LATER)
            assert waits.value.details == {"marked": 0, "asked": 2}
        report = replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER)
        assert (report.agrees, report.outcome) == (True, None)
        first = session.exec(select(TaskAnswer).where(TaskAnswer.position == 1)).one()
        assert (first.text, first.language, first.handed_in) == ("ตอบข้อแรก\nบรรทัดสอง", "th", True)

    answers = answers_of(database, view.id)
    for answer in answers:
        assert not mark_as(database, institution, "marker", answer, [0, 0])
    assert mark_as(database, institution, "marker2", answers[0], [0, 0])
    assert _told(database, view.id) is None
    assert mark_as(database, institution, "marker2", answers[1], [0, 0])
    with database.reading() as session:
        result = result_view(session, actor=institution["candidate"], sitting_id=view.id, now=LATER)
        report = replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER)
        loaded = load_record(session, view.id)
        assert my_exam(session, actor=institution["candidate"], exam_id=exam, now=LATER).state is MyExamState.FINISHED
    told = _told(database, view.id)
    assert told is not None
    assert (result.tasks, result.tasks_missing, result.version) == (2, False, 1)
    assert result.outcome.theta == pytest.approx(told["unit"]["theta"])
    assert report.agrees, (report.differences, [task.differences for task in report.tasks])
    assert [(task.points, task.highest_points, task.manner, task.blind_marks) for task in report.tasks] == [
        (0, 5, "agreed", (0, 0))
    ] * 2
    # The posterior is that of the questions times the likelihood of the marks, worked out by hand.
    state = loaded.state(LATER)
    nodes = loaded.prepared.grid.nodes
    likelihood = np.ones_like(nodes)
    assert loaded.tasks is not None
    for task in loaded.tasks.asked:
        row = next(row for row in rows if row.item_version_id == task.item_version_id)
        steps = [0.0, *np.cumsum([row.discrimination * (nodes - one) for one in row.parameters["thresholds"]], axis=0)]
        likelihood = likelihood / sum(np.exp(step) for step in steps)
    posterior = state.posterior * likelihood
    assert told["unit"]["theta"] == pytest.approx(float((nodes * posterior).sum() / posterior.sum()), abs=1e-9)
    assert told["unit"]["theta"] < float((nodes * state.posterior).sum())


def test_what_was_recorded_otherwise_is_found_by_a_replay(filled: Filled) -> None:
    database, institution = filled
    view = sit_to_tasks(database, institution, _exam(database, institution, tasks=1, length=10))
    write_answers(database, institution, view, texts=["ตอบ"])
    (answer,) = answers_of(database, view.id)
    mark_as(database, institution, "marker", answer, [1, 1])
    mark_as(database, institution, "marker2", answer, [1, 1])
    with database.writing() as session:
        session.get_one(SettledMark, answer).points = 5
        asked = session.get_one(AskedTask, (view.id, 1))
        asked.decision = asked.decision | {"openness": 0.123}
    with database.reading() as session:
        report = replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER)
    assert not report.agrees
    assert [difference.partition(":")[0] for difference in report.tasks[0].differences] == ["task.openness", "mark"]
    assert any("outcome.unit" in difference for difference in report.differences)


def test_the_language_on_record_is_the_one_that_was_shown(filled: Filled) -> None:
    database, people = filled
    view = sit_to_tasks(database, people, _exam(database, people, length=10))
    told = {"actor": people["candidate"], "sitting_id": view.id, "text": "ตอบ", "now": NOON + timedelta(minutes=10)}
    with database.writing() as session:
        save_draft(session, position=1, language="fr", **told)
        assert session.exec(select(TaskDraft.language)).one() == "th"
        submit_task(session, position=1, language="fr", **told)
        submit_task(session, position=2, language="en", **told)
        answers = session.exec(select(TaskAnswer).order_by(TaskAnswer.position)).all()
        assert [answer.language for answer in answers] == ["th", "en"]


def test_drafts_are_kept_and_taken_when_the_time_is_over(database: Database, institution: Institution) -> None:
    exam = _exam(database, institution, length=10)
    view = sit_to_tasks(database, institution, exam)
    candidate = institution["candidate"]
    with database.writing() as session:
        for text in ("เริ่มเขียน", "เริ่มเขียนแล้ว\r\nต่อ"):
            view = save_draft(
                session, actor=candidate, sitting_id=view.id, position=1, text=text, now=NOON + timedelta(minutes=10),
                language="en",
            )  # fmt: skip
            assert view.task is not None
            assert view.task.draft == text.replace("\r\n", "\n")
    with database.reading() as session:
        view = sitting_view(session, actor=candidate, sitting_id=view.id, now=NOON + timedelta(minutes=20))
    assert view.task is not None
    assert (view.task.draft, view.tasks_answered) == ("เริ่มเขียนแล้ว\nต่อ", 0)
    late = NOON + timedelta(minutes=61)
    with database.reading() as session:
        # The clock ends it for whoever looks, before anything wrote that down.
        assert sitting_view(session, actor=candidate, sitting_id=view.id, now=late).finished
    assert settle_expired(database, now=late) == 1
    with database.reading() as session:
        kept = session.exec(select(TaskAnswer).order_by(TaskAnswer.position)).all()
        assert [(one.text, one.handed_in, one.language) for one in kept] == [
            ("เริ่มเขียนแล้ว\nต่อ", False, "en"), ("", False, ""),
        ]  # fmt: skip
        blank = session.exec(select(SettledMark)).one()
        assert (blank.answer_id, blank.points, blank.manner) == (kept[1].id, 0, "blank")
        assert session.exec(select(Sitting.finish_reason)).one() == "confident_competent"
    assert _told(database, view.id) is None
    mark_as(database, institution, "marker", kept[0].id, [2, 1])
    mark_as(database, institution, "marker2", kept[0].id, [2, 1])
    assert _told(database, view.id) is not None
    with database.reading() as session:
        assert replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER).agrees
    with database.writing() as session, pytest.raises(SittingFinished):
        save_draft(session, actor=candidate, sitting_id=view.id, position=3, text="x", now=late)


def test_ending_early_and_leaving_blank_need_no_marker(filled: Filled) -> None:
    database, institution = filled
    exam = _exam(database, institution, length=10)
    begun = begin(database, actor=institution["candidate"], exam_id=exam, now=NOON)
    with database.writing() as session:
        ended = end_sitting(
            session, actor=institution["candidate"], sitting_id=begun.id, now=LATER - timedelta(hours=2.5)
        )
    assert (ended.finished, ended.task) == (True, None)
    with database.reading() as session:
        result = result_view(session, actor=institution["candidate"], sitting_id=begun.id, now=LATER)
    assert (result.tasks, result.tasks_missing, result.outcome.complete) == (0, True, False)
    assert result.outcome.verdict == "not_enough_evidence"

    view = sit_to_tasks(database, institution, exam, who="candidate2", choose=always_wrong)
    view = write_answers(database, institution, view, texts=["", ""], who="candidate2")
    assert view.finished
    with database.reading() as session:
        result = result_view(session, actor=institution["candidate2"], sitting_id=view.id, now=LATER)
        for sitting in (begun.id, view.id):
            assert replay_sitting(session, actor=COMMAND_LINE, sitting_id=sitting, now=LATER).agrees
    assert (result.tasks, result.tasks_missing, result.outcome.complete) == (2, False, True)


def test_answers_are_final_and_in_order(filled: Filled) -> None:
    database, institution = filled
    view = sit_to_tasks(database, institution, _exam(database, institution, length=10))
    candidate, now = institution["candidate"], NOON + timedelta(minutes=20)

    def hand_in(position: int, text: str, *, who: str = "candidate") -> None:
        with database.writing() as session:
            submit_task(session, actor=institution[who], sitting_id=view.id, position=position, text=text, now=now)

    for text, expected in (("  ", InvalidInput), ("ก" * 20_001, InvalidInput), ("\0", InvalidInput)):
        with pytest.raises(expected):
            hand_in(1, text)
    with pytest.raises(PositionOutOfOrder):
        hand_in(2, "ข้ามไปข้อสอง")
    with pytest.raises(NotFound):
        hand_in(1, "ของคนอื่น", who="candidate2")
    with pytest.raises(NotAllowed):
        hand_in(1, "ไม่ใช่ผู้เข้าสอบ", who="marker")
    hand_in(1, "คำตอบ")
    hand_in(1, " คำตอบ ")
    with pytest.raises(AnswerConflict):
        hand_in(1, "คำตอบอื่น")
    with database.writing() as session, pytest.raises(AnswerConflict):
        save_draft(session, actor=candidate, sitting_id=view.id, position=1, text="สาย", now=now)
    with database.writing() as session:
        late = submit_task(
            session, actor=candidate, sitting_id=view.id, position=2, text="ช้าไป", now=NOON + timedelta(minutes=62)
        )
    assert (late.finished, late.saved_position) == (True, None)
    with database.reading() as session:
        assert session.exec(select(TaskAnswer.text).where(TaskAnswer.position == 2)).one() == ""
        with pytest.raises(SittingFinished):
            submit_answer(session, actor=candidate, sitting_id=view.id, position=11, answer=Answer((0,)), now=now)


def test_a_bank_that_lacks_tasks_refuses_the_exam_and_the_start(filled: Filled) -> None:
    database, institution = filled
    exam = _exam(database, institution, tasks=3)
    with database.writing() as session:
        pool = unit_pool(session, bank_id=session.exec(select(BankTask.bank_id)).first(), unit="DG100")  # type: ignore[arg-type]
        assert all(content.type != "constructed_response" for content in pool.contents)
        design = replace(propose_design(session, actor=COMMAND_LINE, unit="DG100"), written_tasks=4)
        with pytest.raises(InvalidInput, match="written_tasks: at most 3"):
            create_exam(session, actor=COMMAND_LINE, title="x", unit="DG100", design=design, now=NOON)
        for wrong, field in (({"written_tasks": 11}, "written_tasks"), ({"marking_tolerance": 1}, "marking_tolerance")):
            with pytest.raises(InvalidInput) as refused:
                create_exam(
                    session, actor=COMMAND_LINE, title="x", unit="DG100",
                    design=replace(propose_design(session, actor=COMMAND_LINE, unit="DG100"), **wrong), now=NOON,
                )  # fmt: skip
            assert refused.value.details["field"] == field
        session.delete(session.exec(select(BankTask)).first())
    task_pools._kept.clear()
    with database.writing() as session, pytest.raises(BankTooSmall):
        start_sitting(session, actor=institution["candidate"], exam_id=exam, now=NOON)


def test_enemies_of_a_task_never_meet_it(filled: Filled) -> None:
    database, institution = filled
    with database.writing() as session:
        first, second, third = publish_tasks(session, institution)
        code = session.get_one(Item, second).code
        for item in (first, third):
            declare_enemies(session, actor=institution["writer"], item_id=item, code=code, reason="บอกคำตอบ", now=NOON)
        before = session.exec(select(BankTask.bank_id)).first()
        again = publish_bank(session, actor=COMMAND_LINE, now=NOON, note="enemies")
        assert again.id != before
        assert publish_bank(session, actor=COMMAND_LINE, now=NOON, note="the same").id == again.id
        exam = exam_with_tasks(session, tasks=3, length=10)
    view = sit_to_tasks(database, institution, exam)
    with database.reading() as session:
        codes = {task.decision["task"] for task in session.exec(select(AskedTask))}
    # The third task is an enemy of one of the two that are asked, whichever came first.
    assert view.task is not None
    assert view.task.count == len(codes)
    assert code not in codes or codes == {code}


def test_a_last_answer_within_the_grace_leaves_the_tasks_unasked_and_the_verdict_open(filled: Filled) -> None:
    database, institution = filled
    candidate, late = institution["candidate"], NOON + timedelta(minutes=10, seconds=3)
    with database.writing() as session:
        publish_tasks(session, institution)
        exam = exam_with_tasks(session, tasks=2, length=10, time_limit_minutes=10)
    view = begin(database, actor=candidate, exam_id=exam, now=NOON)
    for second in range(9):
        now = NOON + timedelta(seconds=second)
        view = answer_once(database, actor=candidate, view=view, now=now, choose=always_right)
    chosen = pending_choice(database, view.id, NOON, always_right)
    with database.writing() as session:
        view = submit_answer(
            session, actor=candidate, sitting_id=view.id, position=10, answer=Answer(tuple(chosen)), now=late
        )
    assert (view.finished, view.saved_position, view.finish_reason) == (True, 10, "time_expired")
    with database.reading() as session:
        result = result_view(session, actor=candidate, sitting_id=view.id, now=late)
        assert replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=late).agrees
        assert session.exec(select(AskedTask)).all() == []
    assert (result.tasks, result.tasks_missing) == (0, True)


def test_questions_that_may_take_all_the_time_leave_none_for_tasks(filled: Filled) -> None:
    database, institution = filled
    with database.writing() as session:
        publish_tasks(session, institution)
        design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
        stopping = replace(design.stopping, further_rules=("time",), time_limit_seconds=600.0)
        design = replace(design, written_tasks=2, stopping=stopping)
        with pytest.raises(InvalidInput, match="600 seconds"):
            create_exam(
                session, actor=COMMAND_LINE, title="หมดเวลา", unit="DG100", design=design, time_limit_minutes=10,
                now=NOON,
            )  # fmt: skip


def test_those_who_run_exams_see_how_far_tasks_are(filled: Filled) -> None:
    database, institution = filled
    with database.writing() as session:
        publish_tasks(session, institution)
        exam = exam_with_tasks(session, tasks=2, length=10)
    view = sit_to_tasks(database, institution, exam)
    view = write_answers(database, institution, view, texts=["หนึ่ง"])
    moment = NOON + timedelta(minutes=30)

    def line() -> SittingLine:
        with database.reading() as session:
            return sitting_line(session, actor=COMMAND_LINE, sitting_id=view.id, now=moment)

    assert (line().tasks, line().tasks_answered, line().last_answer_at, line().result_waits) == (2, 1, moment, False)
    with database.writing() as session:
        end_sitting(session, actor=institution["candidate"], sitting_id=view.id, now=moment)
    assert (line().tasks_answered, line().result_waits) == (2, True)
