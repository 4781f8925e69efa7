"""Marking: two people blind to one another, a third where they differ, and what others may know of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE, Actor, Role
from itembank.audit import list_entries
from itembank.database import Database
from itembank.delivery.outcome_record import result_view
from itembank.delivery.replay import replay_sitting
from itembank.delivery.sittings import SittingView
from itembank.errors import AlreadyMarked, InvalidInput, MarkingMovedOn, NotAllowed, NotFound, OwnResponse
from itembank.framework.store import current_standard
from itembank.marking.agreement import agreement_by_task
from itembank.marking.marking import correct_mark, mark_response
from itembank.marking.progress import marking_progress
from itembank.marking.queue import marking_queue, response_view
from itembank.marking.settlement import Manner, MarkKind, Settlement, settlement
from itembank.neutralisation.concerned_sittings import count_concerned, count_under_way, load_concerned
from itembank.tables import Mark, Neutralisation, RecordedAnswer, RecordedOutcome, SettledMark, Sitting
from tests.support.institution import NOON, Institution
from tests.support.written import (
    RATIONALE,
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


def _answered(
    database: Database, people: Institution, *, tasks: int = 2, tolerance: int = 0
) -> tuple[SittingView, list[UUID]]:
    with database.writing() as session:
        publish_tasks(session, people)
        exam = exam_with_tasks(session, tasks=tasks, tolerance=tolerance, length=10)
    view = sit_to_tasks(database, people, exam)
    view = write_answers(database, people, view, texts=["หนึ่ง", "สอง"][:tasks])
    return view, answers_of(database, view.id)


def _mark(number: int, points: int, *, who: int, settles: bool = False) -> Mark:
    return Mark(
        answer_id=UUID(int=1), marker_id=UUID(int=who), number=number, levels=[points], points=points, settles=settles,
        marked_at=NOON + timedelta(minutes=10 * who + number),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("points", "tolerance", "expected"),
    [
        ((3,), 0, None),
        ((3, 3), 0, Settlement(3, Manner.AGREED)),
        ((3, 4), 0, None),
        ((3, 4), 1, Settlement(4, Manner.AVERAGED)),
        ((4, 3), 1, Settlement(4, Manner.AVERAGED)),
        ((2, 4), 2, Settlement(3, Manner.AVERAGED)),
        ((0, 1), 1, Settlement(1, Manner.AVERAGED)),
        ((1, 4), 2, None),
    ],
)
def test_two_marks_settle_an_answer_within_the_tolerance(
    points: tuple[int, ...], tolerance: int, expected: Settlement | None
) -> None:
    marks = [_mark(1, one, who=who) for who, one in enumerate(points, start=1)]
    assert settlement(marks, tolerance=tolerance) == expected
    third = [*marks, _mark(1, 5, who=9, settles=True)]
    assert settlement(third, tolerance=tolerance) == Settlement(5, Manner.THIRD_PERSON)


def test_the_latest_mark_of_a_person_counts() -> None:
    marks = [_mark(1, 5, who=1), _mark(1, 2, who=2), _mark(2, 2, who=1)]
    assert settlement(marks, tolerance=0) == Settlement(2, Manner.AGREED)
    # Also where the clock was set back in between.
    marks[2].marked_at = NOON
    assert settlement(marks, tolerance=0) == Settlement(2, Manner.AGREED)


def test_what_a_marker_sees_names_nobody_and_shows_no_other_mark(filled: Filled) -> None:
    database, institution = filled
    _view, (one, two) = _answered(database, institution)
    with database.writing() as session:
        for who in ("candidate", "writer", "psychometrician"):
            with pytest.raises(NotAllowed):
                marking_queue(session, actor=institution[who])
            with pytest.raises(NotAllowed):
                response_view(session, actor=institution[who], answer_id=one)
        with pytest.raises(NotFound):
            response_view(session, actor=institution["marker"], answer_id=UUID(int=0))
    mark_as(database, institution, "marker", one, [3, 2], comment="ดีมาก")
    with database.reading() as session:
        queues = {who: marking_queue(session, actor=institution[who]) for who in ("marker", "marker2", "administrator")}
        seen = response_view(session, actor=institution["marker2"], answer_id=one)
        own = response_view(session, actor=institution["marker"], answer_id=one)
        again = marking_queue(session, actor=institution["marker2"])
    assert [line.answer_id for line in queues["marker"].to_mark] == [two]
    assert [line.answer_id for line in queues["marker"].mine] == [one]
    assert {line.answer_id for line in queues["marker2"].to_mark} == {one, two}
    assert again == queues["marker2"]
    assert (queues["administrator"].to_mark, queues["administrator"].to_settle) == ((), ())
    assert (seen.text, seen.maximum, seen.earlier, seen.mine, seen.rationale) == ("หนึ่ง", 5, (), None, RATIONALE)
    assert own.mine is not None
    assert (own.mine.points, own.mine.comment) == (5, "ดีมาก")
    everything = f"{queues} {seen}"
    for secret in ("ทดสอบ candidate", str(_view.id), str(institution["candidate"].person_id), "ดีมาก"):
        assert secret not in everything
    mark_as(database, institution, "marker2", one, [0, 0], comment="ไม่ตรงคำถาม")
    with database.reading() as session:
        # Neither of the two learns that they differ: what has two marks is out of their hands, agreed on or not.
        for who in ("marker", "marker2"):
            assert marking_queue(session, actor=institution[who]).mine == ()
            with pytest.raises(AlreadyMarked):
                response_view(session, actor=institution[who], answer_id=one)
        third = response_view(session, actor=institution["marker3"], answer_id=one)
        queue = marking_queue(session, actor=institution["administrator"])
        log = str(list_entries(session, actor=COMMAND_LINE, subject=str(one)))
    assert [(mark.points, mark.comment) for mark in third.earlier] == [(5, "ดีมาก"), (0, "ไม่ตรงคำถาม")]
    assert [line.answer_id for line in queue.to_settle] == [one]
    assert "ดีมาก" not in log
    assert "points" not in log


def test_a_mark_can_be_corrected_with_a_reason_until_somebody_else_marks_the_answer(filled: Filled) -> None:
    database, institution = filled
    view, (one,) = _answered(database, institution, tasks=1)
    mark_as(database, institution, "marker", one, [3, 2])

    def correct(who: str, levels: list[int], reason: str) -> None:
        with database.writing() as session:
            correct_mark(
                session, actor=institution[who], answer_id=one, levels=levels, comment="", reason=reason, now=NOON
            )

    with pytest.raises(InvalidInput):
        correct("marker", [1, 0], " ")
    with pytest.raises(NotFound):
        correct("marker3", [1, 0], "ไม่เคยตรวจ")
    with pytest.raises(NotAllowed):
        correct("administrator", [1, 0], "ไม่ใช่ผู้ตรวจ")
    # The clock was set back since, and the correction counts all the same.
    correct("marker", [1, 0], "อ่านข้ามย่อหน้าที่สอง")
    with database.reading() as session:
        mine = response_view(session, actor=institution["marker"], answer_id=one).mine
        assert mine is not None
        assert mine.points == 1
    assert not mark_as(database, institution, "marker2", one, [2, 0])
    for who in ("marker", "marker2"):
        # Otherwise the second could try one mark after the other until they agree.
        with pytest.raises(AlreadyMarked):
            correct(who, [1, 0], "ช้าไป")
    assert mark_as(database, institution, "marker3", one, [1, 0], comment="ตามเกณฑ์")
    with database.reading() as session:
        marks = session.exec(select(Mark).order_by(Mark.marker_id, Mark.number)).all()
        assert sorted((mark.number, mark.points) for mark in marks) == [(1, 1), (1, 2), (1, 5), (2, 1)]
        assert result_view(session, actor=institution["candidate"], sitting_id=view.id, now=LATER).tasks == 1
        assert replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER).agrees
        (task,) = agreement_by_task(session, actor=institution["psychometrician"])
    # Markers are compared by what they saw before any correction.
    assert task.agreement.mean_difference in (-3.0, 3.0)


def test_a_blind_mark_never_becomes_the_one_that_decides(filled: Filled) -> None:
    database, institution = filled
    _view, (one,) = _answered(database, institution, tasks=1)
    with database.reading() as session:
        seen = response_view(session, actor=institution["marker3"], answer_id=one)
    mark_as(database, institution, "marker", one, [3, 2])
    with database.reading() as session:
        # The first and the second mark look alike to whoever gives them.
        assert response_view(session, actor=institution["marker2"], answer_id=one).kind is seen.kind is MarkKind.BLIND
    mark_as(database, institution, "marker2", one, [0, 0])
    with pytest.raises(MarkingMovedOn), database.writing() as session:
        mark_response(
            session, actor=institution["marker3"], answer_id=one, kind=seen.kind, levels=[1, 0], comment="ขาดกฎหมาย",
            now=LATER,
        )  # fmt: skip
    with database.reading() as session:
        assert session.get(SettledMark, one) is None
        assert response_view(session, actor=institution["marker3"], answer_id=one).kind is MarkKind.SETTLING


def test_whoever_may_still_mark_sees_no_answer_beside_a_name(filled: Filled) -> None:
    database, institution = filled
    view, (one,) = _answered(database, institution, tasks=1)
    mark_as(database, institution, "marker", one, [3, 2])
    person = institution["marker2"]
    both = Actor(person.person_id, person.username, person.display_name, frozenset({Role.MARKER, Role.PSYCHOMETRICIAN}))

    def seen(actor: Actor) -> tuple[str | None, tuple[int, ...], bool]:
        with database.reading() as session:
            (task,) = replay_sitting(session, actor=actor, sitting_id=view.id, now=LATER).tasks
        return task.text, task.blind_marks, task.withheld

    for actor in (both, institution["administrator"]):
        assert seen(actor) == (None, (), True)
    assert seen(institution["psychometrician"]) == ("หนึ่ง", (5,), False)
    mark_as(database, institution, "marker2", one, [3, 2])
    assert seen(both) == ("หนึ่ง", (5, 5), False)


def test_an_item_neutralised_while_marks_are_missing_is_left_out_when_the_result_is_told(
    database: Database, institution: Institution
) -> None:
    view, (one,) = _answered(database, institution, tasks=1, tolerance=1)
    with database.writing() as session:
        sitting = session.get_one(Sitting, view.id)
        answer = session.exec(select(RecordedAnswer).where(RecordedAnswer.position == 1)).one()
        neutralisation = Neutralisation(
            standard_id=current_standard(session).id, unit="DG100",
            item_version_id=answer.item_version_id, fault="wrong_key", rule="all", reason_th="เฉลยผิด",
            reason_en="The key was wrong.", state="in_force", proposed_by="ก", proposed_at=NOON, approved_by="ข",
            approved_at=NOON, applied_at=NOON,
        )  # fmt: skip
        session.add(neutralisation)
        session.flush()
        assert sitting.finished_at is not None
        assert count_concerned(session, neutralisation) == 0
        assert count_under_way(session, neutralisation) == {False: 1}
    mark_as(database, institution, "marker", one, [2, 1])
    assert mark_as(database, institution, "marker2", one, [2, 2])
    with database.reading() as session:
        settled = session.get_one(SettledMark, one)
        assert (settled.points, settled.manner) == (4, "averaged")
        result = result_view(session, actor=institution["candidate"], sitting_id=view.id, now=LATER)
        report = replay_sitting(session, actor=COMMAND_LINE, sitting_id=view.id, now=LATER)
        (concerned,) = load_concerned(session, session.exec(select(Neutralisation)).one(), limit=5)
        told = session.get_one(RecordedOutcome, view.id).document
    assert (result.version, result.left_out, result.tasks) == (2, 1, 1)
    assert told["unit"]["theta"] != result.outcome.theta
    assert report.agrees, (report.differences, [version.differences for version in report.versions])
    # Recomputing it once more, as a later run would, counts the marks again.
    assert concerned.tasks is not None
    assert concerned.told is not None
    assert concerned.told["unit"]["theta"] == pytest.approx(result.outcome.theta)


def test_progress_and_agreement_are_told_to_those_who_answer_for_them(filled: Filled) -> None:
    database, institution = filled
    _view, (one, two) = _answered(database, institution)
    with database.writing() as session:
        for who in ("marker", "candidate"):
            with pytest.raises(NotAllowed):
                marking_progress(session, actor=institution[who])
            with pytest.raises(NotAllowed):
                agreement_by_task(session, actor=institution[who])
        with pytest.raises(NotAllowed):
            agreement_by_task(session, actor=institution["administrator"])
        assert agreement_by_task(session, actor=institution["psychometrician"]) == ()
    mark_as(database, institution, "marker", one, [3, 2])
    mark_as(database, institution, "marker2", one, [1, 0])
    with database.reading() as session:
        (exam,) = marking_progress(session, actor=institution["administrator"]).exams
    assert (exam.first_mark, exam.second_mark, exam.third_person, exam.settled) == (1, 0, 1, 0)
    assert (exam.waiting, exam.results_waiting) == (2, 1)
    mark_as(database, institution, "marker3", one, [2, 0], comment="เหตุผลไม่พอ")
    for who in ("marker", "marker2"):
        mark_as(database, institution, who, two, [1, 1])
    with database.reading() as session:
        progress = marking_progress(session, actor=institution["psychometrician"])
        tasks = agreement_by_task(session, actor=institution["psychometrician"])
    assert progress.markers == 3
    assert (progress.exams[0].waiting, progress.exams[0].settled, progress.exams[0].oldest) == (0, 2, None)
    assert sorted((task.agreement.exact, task.third_person) for task in tasks) == [(0.0, 1), (1.0, 0)]


def test_marks_are_blind_two_people_and_a_third_where_they_differ(filled: Filled) -> None:
    database, institution = filled
    view, (one, _two) = _answered(database, institution)
    with pytest.raises(NotAllowed):
        mark_as(database, institution, "candidate", one, [1, 1])
    with pytest.raises(NotAllowed):  # only what two people differ on is an administrator's
        mark_as(database, institution, "administrator", one, [1, 1])
    for levels in ([1], [4, 0], [-1, 0], [1, 1, 1]):
        with pytest.raises(InvalidInput):
            mark_as(database, institution, "marker", one, levels)
    assert not mark_as(database, institution, "marker", one, [3, 2])
    with pytest.raises(AlreadyMarked):
        mark_as(database, institution, "marker", one, [3, 2])
    assert not mark_as(database, institution, "marker2", one, [1, 0])
    with pytest.raises(InvalidInput):
        mark_as(database, institution, "marker3", one, [2, 1])
    with pytest.raises(AlreadyMarked):
        mark_as(database, institution, "marker2", one, [2, 1], comment="ของตนเอง")
    assert mark_as(database, institution, "administrator", one, [2, 2], comment="เหตุผลชัด แต่ขาดข้อกฎหมาย")
    with pytest.raises(AlreadyMarked):
        mark_as(database, institution, "marker3", one, [2, 1], comment="ช้าไป")
    with database.reading() as session:
        assert (session.get_one(SettledMark, one).points, session.get_one(SettledMark, one).manner) == (
            4,
            "third_person",
        )
        assert len(session.exec(select(Mark)).all()) == 3
        assert session.get(RecordedOutcome, view.id) is None


def test_nobody_marks_an_answer_of_his_own(filled: Filled) -> None:
    database, institution = filled
    _view, (answer,) = _answered(database, institution, tasks=1)
    person = institution["candidate"]
    both = Actor(person.person_id, person.username, person.display_name, frozenset({Role.CANDIDATE, Role.MARKER}))
    with database.writing() as session:
        assert marking_queue(session, actor=both).to_mark == ()
        with pytest.raises(OwnResponse):
            response_view(session, actor=both, answer_id=answer)
        with pytest.raises(OwnResponse):
            mark_response(
                session, actor=both, answer_id=answer, kind=MarkKind.BLIND, levels=[1, 1], comment="", now=LATER
            )
        with pytest.raises(NotAllowed):  # the command line is nobody in particular
            mark_response(
                session, actor=COMMAND_LINE, answer_id=answer, kind=MarkKind.BLIND, levels=[1, 1], comment="", now=LATER
            )
