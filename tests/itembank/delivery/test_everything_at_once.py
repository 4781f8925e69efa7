"""An exam that uses all the engine can: tried-out questions, parts, testlets, enemies, bins, a stop by time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from engine.design import ExamDesign
from itembank.actor import COMMAND_LINE
from itembank.authoring.items import move_item, save_item
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, grant_extra_time, propose_design
from itembank.delivery.my_exams import my_exam
from itembank.delivery.outcome_record import result_view
from itembank.delivery.records import load_record
from itembank.delivery.replay import ReplayReport, replay_sitting
from itembank.delivery.sittings import SittingView
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.tables import (
    AskedItem,
    BankItem,
    Item,
    ItemExposure,
    ItemExposureInBin,
    RecordedAnswer,
    Sitting,
)
from tests.support.institution import NOON, Institution
from tests.support.richer_bank import STIMULUS, content, publish_richer_bank
from tests.support.sitting import always_right, always_wrong, answer_once, begin, sit_through

Filled = tuple[Database, Institution]
Change = Callable[[ExamDesign], ExamDesign]


def everything(design: ExamDesign) -> ExamDesign:
    """Switch on what the proposal leaves off."""
    return replace(design, exposure_bins=3, maximum_exposure=0.6, maximum_length=20)


def make_exam(database: Database, people: Institution, change: Change = everything) -> UUID:
    """Publish the richer bank and make an exam on it for both candidates."""
    with database.writing() as session:
        publish_richer_bank(session, people)
        design = change(propose_design(session, actor=people["administrator"], unit="DG100"))
        exam = create_exam(
            session, actor=people["administrator"], title="ทุกอย่าง", unit="DG100", design=design, now=NOON,
            time_limit_minutes=120,
        )  # fmt: skip
        names = ["candidate", "candidate2"]
        enrol(session, actor=people["administrator"], exam_id=exam.id, usernames=names, now=NOON)
        return exam.id


def replayed(database: Database, people: Institution, sitting_id: UUID) -> ReplayReport:
    """Replay a sitting and expect no difference."""
    with database.reading() as session:
        report = replay_sitting(session, actor=people["administrator"], sitting_id=sitting_id, now=NOON)
    assert report.agrees, (report.differences, [step.differences for step in report.steps])
    return report


def tried_out(database: Database) -> set[UUID]:
    """Give the item versions that some bank only tries out."""
    with database.reading() as session:
        return set(session.exec(select(BankItem.item_version_id).where(col(BankItem.pretest).is_(True))))


@pytest.mark.parametrize("choose", [always_right, always_wrong])
def test_a_sitting_with_everything_replays_and_counts_only_what_counts(
    database: Database, institution: Institution, choose: Callable[[tuple[int, ...], int], list[int]]
) -> None:
    exam_id = make_exam(database, institution)
    view = sit_through(database, actor=institution["candidate"], exam_id=exam_id, now=NOON, choose=choose)
    steps = replayed(database, institution, view.id).steps
    free = [step for step in steps if not step.counts]
    assert len(free) == 3  # the bank tries out four
    assert all(step.decision["rule"] == "pretest" and step.position > 1 for step in free)
    with database.reading() as session:
        result = result_view(session, actor=institution["candidate"], sitting_id=view.id, now=NOON)
        counted = session.exec(select(ItemExposure).where(ItemExposure.exam_id == exam_id)).all()
    assert view.answered == len(steps) == result.outcome.items_answered + 3
    assert sum(row.administered for row in counted) == result.outcome.items_answered
    codes = {step.item for step in free}
    assert codes.isdisjoint(row.item_code for row in counted)


def test_what_tried_out_questions_are_answered_changes_nothing_that_counts(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    view = sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    free = tried_out(database)
    with database.writing() as session:
        for answer in session.exec(select(RecordedAnswer).where(RecordedAnswer.sitting_id == view.id)):
            if answer.item_version_id in free:
                answer.selected, answer.score = [3], 0
                session.add(answer)
    report = replayed(database, people, view.id)
    assert sum(step.score == 0 for step in report.steps) == 3
    assert report.finish_reason == view.finish_reason


def test_a_candidate_cannot_tell_a_tried_out_question_from_another(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    free = tried_out(database)
    view = begin(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    with database.reading() as session:
        mine = my_exam(session, actor=people["candidate"], exam_id=exam_id, now=NOON)
        prepared = load_record(session, view.id).prepared.design
    assert mine.tries_out
    assert view.maximum_length == mine.maximum_length == prepared.maximum_length + 3
    assert view.minimum_length == prepared.minimum_length + 3
    seen = set()
    while not view.finished and view.question is not None:
        with database.reading() as session:
            asked = session.get_one(AskedItem, (view.id, view.question.position)).item_version_id
        assert view.question.position == view.answered + 1
        seen.add(asked in free)
        view = answer_once(database, actor=people["candidate"], view=view, now=NOON)
    assert seen == {True, False}
    assert set(SittingView.__slots__).isdisjoint({"pretest", "pretest_items"})


def test_questions_of_a_testlet_come_together_under_their_text(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people, lambda design: replace(everything(design), stop_rule="length"))
    view = begin(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    shown: list[str] = []
    while view.question is not None:
        shown.append(view.question.item.stimulus)
        view = answer_once(database, actor=people["candidate"], view=view, now=NOON)
    steps = replayed(database, people, view.id).steps
    with_text = [number for number, text in enumerate(shown) if text]
    assert [step.testlet for step in steps] == ["ID-CARDS" if text else "" for text in shown]
    assert with_text in ([], [with_text[0], with_text[0] + 1] if with_text else [])
    assert {shown[number] for number in with_text} <= {STIMULUS}


def test_enemies_never_meet_and_parts_are_scored(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=exam_id, count=40, now=NOON)
    with database.reading() as session:
        in_parts = select(BankItem).where(col(BankItem.model) == "gpcm", BankItem.unit == "DG100")
        rows = [row for row in session.exec(in_parts) if row.enemies]
        sittings = session.exec(select(Sitting.id)).all()
        scores = {
            row.item_version_id: session.exec(
                select(RecordedAnswer.sitting_id, RecordedAnswer.score).where(
                    RecordedAnswer.item_version_id == row.item_version_id
                )
            ).all()
            for row in rows
        }
    first, second = ({sitting for sitting, _ in answers} for answers in scores.values())
    assert first
    assert second
    assert not first & second
    assert {score for answers in scores.values() for _, score in answers} == {0, 1, 2}
    for sitting_id in sittings:
        replayed(database, people, sitting_id)


def test_exposure_is_counted_in_each_bin_that_a_sitting_visits(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    with database.reading() as session:
        overall = session.exec(select(ItemExposure).where(ItemExposure.exam_id == exam_id)).all()
        bins = session.exec(select(ItemExposureInBin).where(ItemExposureInBin.exam_id == exam_id)).all()
    asked = sum(row.administered for row in overall)
    assert sum(row.administered for row in bins) == asked
    assert {row.bin for row in bins} == {0, 1, 2}
    # Begun in the middle, all right: the lowest bin was not visited, the middle and the highest were.
    visited = {place: {row.sittings for row in bins if row.bin == place} for place in range(3)}
    assert visited == {0: {0.0}, 1: {1.0}, 2: {1.0}}
    view = sit_through(database, actor=people["candidate2"], exam_id=exam_id, now=NOON, choose=always_wrong)
    with database.reading() as session:
        assert len(session.get_one(Sitting, view.id).ineligible_by_bin) == 3
    replayed(database, people, view.id)


def timed(design: ExamDesign) -> ExamDesign:
    """No further question after ten minutes."""
    stopping = replace(design.stopping, further_rules=("time",), time_limit_seconds=600.0)
    return replace(design, stop_rule="length", stopping=stopping)


def sit_slowly(database: Database, people: Institution, exam_id: UUID, *, username: str) -> SittingView:
    """Answer every minute and a half."""
    now = NOON
    view = begin(database, actor=people[username], exam_id=exam_id, now=now)
    while not view.finished:
        now += timedelta(seconds=90)
        view = answer_once(database, actor=people[username], view=view, now=now)
    return view


def test_a_stop_by_time_comes_after_the_fewest_questions_and_gives_extra_time(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people, timed)
    slow_one = people["candidate2"].person_id
    assert slow_one is not None
    with database.writing() as session:
        grant_extra_time(
            session, actor=people["administrator"], exam_id=exam_id, person_id=slow_one, minutes=10, now=NOON
        )
    prompt = sit_slowly(database, people, exam_id, username="candidate")
    slow = sit_slowly(database, people, exam_id, username="candidate2")
    assert (prompt.finish_reason, slow.finish_reason) == ("time_limit_reached", "time_limit_reached")
    counted = [step.counts for step in replayed(database, people, prompt.id).steps]
    assert sum(counted) == 10  # ten minutes are over after the seventh
    # 21 minutes, 10 of them extra; a testlet that is begun by then is brought to its end.
    testlets = [step.testlet for step in replayed(database, people, slow.id).steps]
    assert len(testlets) == slow.answered
    assert set(testlets[14:]) <= {"ID-CARDS"}
    assert slow.answered == 14 or testlets[13] == "ID-CARDS"
    for view in (prompt, slow):
        replayed(database, people, view.id)


def test_extra_time_changed_later_does_not_change_a_recorded_stop(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people, timed)
    view = sit_slowly(database, people, exam_id, username="candidate")
    with database.writing() as session:
        answers = session.exec(select(RecordedAnswer).where(RecordedAnswer.sitting_id == view.id)).all()
        assert [answer.elapsed_seconds for answer in answers] == [90.0 * n for n in range(1, len(answers) + 1)]
        record = load_record(session, view.id)
        assert replace(record, extra_minutes=500).state(NOON).finish_reason == "time_limit_reached"
        # Without the clock's own record, as before there was one, the moments tell.
        for answer in answers:
            answer.elapsed_seconds = None
        assert load_record(session, view.id).elapsed_seconds == [90.0 * n for n in range(1, len(answers) + 1)]
    replayed(database, people, view.id)


def test_simulated_sittings_join_an_exam_that_has_real_ones(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people)
    sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    for _ in range(2):
        with database.writing() as session:
            add_simulated_sittings(session, exam_id=exam_id, count=3, now=NOON)
    with database.reading() as session:
        rows = session.exec(select(ItemExposure).where(ItemExposure.exam_id == exam_id)).all()
        assert len(session.exec(select(Sitting)).all()) == 7
        sequences: Sequence[float] = [row.sittings for row in rows]
    assert all(6.9 < sittings <= 7 for sittings in sequences)


def test_an_exam_without_exposure_control_counts_none(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(
        database, people, lambda design: replace(everything(design), exposure_bins=1, maximum_exposure=None)
    )
    view = sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=exam_id, count=2, now=NOON)
        sitting = session.get_one(Sitting, view.id)
        assert (sitting.ineligible, sitting.ineligible_by_bin) == ([], [])
    replayed(database, people, view.id)


def test_the_new_version_of_an_item_is_never_tried_out_after_the_old_one(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        item = session.exec(select(Item).where(Item.code == "DG101-1.1-01")).one()
        better = content("ถามให้ชัดกว่าเดิม")
        save_item(session, actor=people["writer"], item_id=item.id, content=better, started_from=1, now=NOON)
        for move in ("submit", "approve", "pretest"):
            actor = people["writer"] if move == "submit" else COMMAND_LINE
            move_item(session, actor=actor, item_id=item.id, move_name=move, now=NOON)
    exam_id = make_exam(database, people)
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=exam_id, count=30, now=NOON)
    with database.reading() as session:
        sittings = session.exec(select(Sitting.id)).all()
    asked = [[step.item for step in replayed(database, people, one).steps if step.counts] for one in sittings]
    free = [[step.item for step in replayed(database, people, one).steps if not step.counts] for one in sittings]
    new, old = "DG101-1.1-01 (v2)", "DG101-1.1-01"
    assert any(new in items for items in free)
    assert any(old in items for items in asked)
    assert not any(new in items for items in asked)
    for one in sittings:
        order = [step.item for step in replayed(database, people, one).steps]
        assert new not in order or old not in order or order.index(new) < order.index(old)
