"""Sittings: every answer once and final, whatever the network, the clock or a second tab does."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import func, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.item_types.question import Answer
from itembank.database import Database
from itembank.delivery.exams import grant_extra_time, set_times
from itembank.delivery.my_exams import MyExamState, my_exam, my_exams
from itembank.delivery.outcome_record import result_view
from itembank.delivery.records import GRACE
from itembank.delivery.sittings import SittingView, end_sitting, sitting_view, submit_answer
from itembank.errors import (
    AnswerConflict,
    ExamNotOpen,
    IllegalMove,
    InvalidInput,
    NotAllowed,
    NotFound,
    PositionOutOfOrder,
    SittingFinished,
)
from itembank.tables import AskedItem, ItemExposure, RecordedAnswer, RecordedOutcome, Sitting
from tests.support.institution import NOON, Institution
from tests.support.sitting import always_right, always_wrong, answer_once, begin, only_sitting, sit_through

Filled = tuple[Database, Institution]


def _count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def _submit(
    database: Database, people: Institution, view: SittingView, position: int, selected: list[int], **later: float
) -> SittingView:
    with database.writing() as session:
        return submit_answer(
            session,
            actor=people["candidate"],
            sitting_id=view.id,
            position=position,
            answer=Answer(tuple(selected)),
            now=NOON + timedelta(**later),
        )


@pytest.mark.parametrize(
    ("choose", "verdict", "reason"),
    [(always_right, "competent", "confident_competent"), (always_wrong, "not_yet_competent", "confident_not_yet")],
)
def test_a_whole_sitting_ends_with_an_outcome_on_record(
    database: Database, institution: Institution, choose: object, verdict: str, reason: str
) -> None:
    done = sit_through(
        database,
        actor=institution["candidate"],
        exam_id=institution.exam,
        now=NOON,
        choose=choose,  # type: ignore[arg-type]
    )
    assert (done.finished, done.finish_reason, done.question) == (True, reason, None)
    assert done.minimum_length <= done.answered <= done.maximum_length
    with database.reading() as session:
        result = result_view(session, actor=institution["candidate"], sitting_id=done.id, now=NOON)
        stored = session.get(RecordedOutcome, done.id)
    assert result.outcome.verdict == verdict
    assert [element.code for element in result.elements] == ["DG101", "DG102"]
    assert all(element.other_methods == ("interview",) for element in result.elements)
    assert stored is not None
    assert stored.document["unit"]["verdict"] == verdict
    assert _count(database, RecordedAnswer) == _count(database, AskedItem) == done.answered


def test_starting_twice_gives_the_same_sitting(database: Database, institution: Institution) -> None:
    first = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    again = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    assert (first.id, first.question) == (again.id, again.question)
    assert _count(database, Sitting) == 1


def test_a_repeated_answer_changes_nothing_and_a_different_one_is_refused(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    after = _submit(database, people, view, 1, [0])
    again = _submit(database, people, view, 1, [0], seconds=30)
    assert (again.answered, again.question, again.saved_position) == (1, after.question, 1)
    with pytest.raises(AnswerConflict, match="Question 1"):
        _submit(database, people, view, 1, [1])
    assert _count(database, RecordedAnswer) == 1


def test_many_equal_posts_at_once_record_one_answer(database: Database, institution: Institution) -> None:
    view = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    seen: list[object] = []

    def post() -> None:
        try:
            seen.append(_submit(database, institution, view, 1, [0]).answered)
        except Exception as error:
            seen.append(error)

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 8
    assert _count(database, RecordedAnswer) == 1


def test_two_tabs_with_different_answers_record_one_of_them(database: Database, institution: Institution) -> None:
    view = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    outcomes: list[str] = []

    def post(option: int) -> None:
        try:
            _submit(database, institution, view, 1, [option])
            outcomes.append("recorded")
        except AnswerConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=post, args=(option,)) for option in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "recorded"]


def test_the_language_on_record_is_the_one_that_was_shown(filled: Filled) -> None:
    """The items here are in Thai alone, so that is what a reader of any other language sees."""
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    for position, wanted in enumerate(("en", "th", "xx", ""), start=1):
        assert view.question is not None
        assert view.question.for_reader(wanted).language == "th"
        with database.writing() as session:
            view = submit_answer(
                session, actor=people["candidate"], sitting_id=view.id, position=position, answer=Answer((0,)),
                now=NOON, language=wanted,
            )  # fmt: skip
    with database.reading() as session:
        rows = session.exec(select(RecordedAnswer).order_by(RecordedAnswer.position)).all()
        assert [row.language for row in rows] == ["th", "th", "th", ""]


def test_an_answer_to_a_question_not_asked_is_refused(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    for position in (0, 2, -1):
        with pytest.raises(PositionOutOfOrder):
            _submit(database, people, view, position, [0])
    assert view.question is not None
    too_many = [[0, 1]] if view.question.item.type != "multiple_choice" else []
    for selected in ([], [9], *too_many):
        with pytest.raises(InvalidInput, match="answer"):
            _submit(database, people, view, 1, selected)
    assert _count(database, RecordedAnswer) == 0


def test_a_finished_sitting_takes_no_answer(filled: Filled) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with pytest.raises(SittingFinished):
        _submit(database, people, done, done.answered + 1, [0])


def test_coming_back_shows_the_same_question(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    for _ in range(3):
        view = answer_once(database, actor=people["candidate"], view=view, now=NOON)
    again = Database(database.url)
    with again.reading() as session:
        back = sitting_view(session, actor=people["candidate"], sitting_id=view.id, now=NOON + timedelta(minutes=5))
    again.close()
    assert (back.question, back.answered) == (view.question, 3)
    assert back.remaining_seconds == 55 * 60


def test_another_candidates_sitting_does_not_exist(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.writing() as session:
        for call in (sitting_view, end_sitting, result_view):
            with pytest.raises(NotFound):
                call(session, actor=people["candidate2"], sitting_id=view.id, now=NOON)
        for username in ("writer", "reviewer", "psychometrician", "administrator"):
            with pytest.raises(NotAllowed):
                sitting_view(session, actor=people[username], sitting_id=view.id, now=NOON)
        with pytest.raises(NotAllowed):
            result_view(session, actor=people["writer"], sitting_id=view.id, now=NOON)


def test_a_candidate_who_ends_early_gets_no_forced_verdict(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.reading() as session, pytest.raises(IllegalMove, match="in progress"):
        result_view(session, actor=people["candidate"], sitting_id=view.id, now=NOON)
    view = answer_once(database, actor=people["candidate"], view=view, now=NOON)
    for _ in range(2):  # ending twice does no harm
        with database.writing() as session:
            ended = end_sitting(session, actor=people["candidate"], sitting_id=view.id, now=NOON)
    assert (ended.finished, ended.finish_reason, ended.answered) == (True, "candidate_ended", 1)
    with database.reading() as session:
        result = result_view(session, actor=people["candidate"], sitting_id=view.id, now=NOON)
    assert result.outcome.verdict == "not_enough_evidence"
    assert {element.outcome.verdict for element in result.elements if element.outcome} == {"not_enough_evidence"}


def test_time_ends_a_sitting_with_what_was_answered(database: Database, institution: Institution) -> None:
    view = begin(database, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
    view = answer_once(database, actor=institution["candidate"], view=view, now=NOON)
    # In the grace of a few seconds an answer that was under way still counts.
    late = _submit(database, institution, view, 2, [0], minutes=60, seconds=GRACE.total_seconds() / 2)
    assert (late.answered, late.saved_position) == (2, 2)
    too_late = _submit(database, institution, view, 3, [0], minutes=61)
    assert (too_late.finished, too_late.finish_reason, too_late.saved_position) == (True, "time_expired", None)
    assert _count(database, RecordedAnswer) == 2
    sitting = only_sitting(database)
    assert sitting.finished_at == NOON + timedelta(minutes=60)


def test_extra_time_counts_before_and_during_the_sitting(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    person_id = people["candidate"].person_id
    assert person_id is not None
    with database.writing() as session:
        grant_extra_time(
            session, actor=people["administrator"], exam_id=people.exam, person_id=person_id, minutes=30, now=NOON
        )
    later = NOON + timedelta(minutes=75)
    with database.reading() as session:
        seen = sitting_view(session, actor=people["candidate"], sitting_id=view.id, now=later)
        mine = my_exam(session, actor=people["candidate"], exam_id=people.exam, now=later)
    assert (seen.finished, seen.remaining_seconds) == (False, 15 * 60)
    assert (mine.time_limit_minutes, mine.extra_minutes) == (90, 30)
    with database.writing() as session:
        for minutes in (-1, 10_000):
            with pytest.raises(InvalidInput):
                grant_extra_time(
                    session, actor=people["administrator"], exam_id=people.exam, person_id=person_id,
                    minutes=minutes, now=NOON,
                )  # fmt: skip
        with pytest.raises(NotFound):
            grant_extra_time(
                session, actor=people["administrator"], exam_id=people.exam, person_id=UUID(int=0), minutes=1, now=NOON
            )


def test_an_exam_is_started_only_between_its_times(filled: Filled) -> None:
    database, people = filled

    def state(minutes: int) -> MyExamState:
        with database.reading() as session:
            return my_exams(session, actor=people["candidate"], now=NOON + timedelta(minutes=minutes))[0].state

    with database.writing() as session:
        set_times(
            session, actor=people["administrator"], exam_id=people.exam, time_limit_minutes=60,
            opens_at=NOON + timedelta(minutes=10), closes_at=NOON + timedelta(minutes=20), now=NOON,
        )  # fmt: skip
    assert [state(minutes) for minutes in (0, 10, 20)] == [MyExamState.UPCOMING, MyExamState.OPEN, MyExamState.CLOSED]
    for minutes in (0, 20):
        with pytest.raises(ExamNotOpen):
            begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON + timedelta(minutes=minutes))
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON + timedelta(minutes=19))
    assert not answer_once(
        database, actor=people["candidate"], view=view, now=NOON + timedelta(minutes=30)
    ).finished  # who began in time may finish
    assert state(30) is MyExamState.IN_PROGRESS
    assert state(100) is MyExamState.FINISHED


def test_somebody_not_enrolled_finds_no_exam(filled: Filled) -> None:
    database, people = filled
    stranger = people["candidate"].__class__(UUID(int=7), "x", "x", people["candidate"].roles)
    with pytest.raises(NotFound):
        begin(database, actor=stranger, exam_id=people.exam, now=NOON)
    with database.reading() as session:
        assert my_exams(session, actor=stranger, now=NOON) == ()
        with pytest.raises(NotFound):
            my_exam(session, actor=stranger, exam_id=people.exam, now=NOON)
        with pytest.raises(NotAllowed):
            my_exams(session, actor=COMMAND_LINE, now=NOON)


def test_exposure_is_counted_when_a_sitting_ends(database: Database, institution: Institution) -> None:
    for number, username in enumerate(("candidate", "candidate2"), start=1):
        done = sit_through(database, actor=institution[username], exam_id=institution.exam, now=NOON)
        with database.reading() as session:
            rows = session.exec(select(ItemExposure)).all()
            answers = session.exec(select(func.count()).where(RecordedAnswer.sitting_id == done.id)).one()
        assert len(rows) == 20
        assert rows[0].sittings == pytest.approx(number, abs=0.01)
        assert answers == done.answered
    assert sum(row.administered for row in rows) == pytest.approx(_count(database, RecordedAnswer), abs=0.1)


def test_a_question_that_was_seen_counts_as_exposed_even_if_it_was_never_answered(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    answer_once(database, actor=people["candidate"], view=view, now=NOON)
    with database.writing() as session:
        end_sitting(session, actor=people["candidate"], sitting_id=view.id, now=NOON)
    with database.reading() as session:
        assert sum(row.administered for row in session.exec(select(ItemExposure))) == pytest.approx(2)


def test_the_first_two_sittings_of_an_exam_may_end_at_the_same_moment(
    database: Database, institution: Institution
) -> None:
    views = {
        name: begin(database, actor=institution[name], exam_id=institution.exam, now=NOON)
        for name in ("candidate", "candidate2")
    }
    failures: list[BaseException] = []
    barrier = threading.Barrier(2)

    def end(name: str) -> None:
        try:
            with database.writing() as session:
                if not database.is_sqlite:  # there the second waits for the first before it begins
                    barrier.wait(timeout=20)
                end_sitting(session, actor=institution[name], sitting_id=views[name].id, now=NOON)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=end, args=(name,)) for name in views]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        counts = [row.sittings for row in session.exec(select(ItemExposure))]
    assert counts == pytest.approx([1.999] * 20)
