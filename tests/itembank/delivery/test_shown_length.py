"""How many questions people are told to expect: the same number before, in and after a sitting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete

from engine.stop_rules.stop_settings import StopSettings
from itembank.database import Database
from itembank.delivery.exam_planning import pretest_items_in_force
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.delivery.my_exams import my_exam
from itembank.delivery.outcome_record import result_view
from itembank.delivery.shown_length import pretest_pool_sizes
from itembank.delivery.sittings_now import sitting_line
from itembank.errors import InvalidInput, NotFound
from itembank.tables import BankInForce
from tests.support.institution import NOON, Institution
from tests.support.richer_bank import publish_richer_bank
from tests.support.sitting import answer_once, begin, sit_through

Filled = tuple[Database, Institution]
Told = tuple[int, int, bool]


def make_exam(
    database: Database, people: Institution, *, pretest_items: int, stopping: StopSettings | None = None
) -> UUID:
    """Make an exam of 10 to 15 questions that count, on the bank in force."""
    admin = people["administrator"]
    with database.writing() as session:
        design = propose_design(session, actor=admin, unit="DG100")
        design = replace(design, minimum_length=10, maximum_length=15, pretest_items=pretest_items)
        design = replace(design, stopping=stopping or design.stopping)
        exam = create_exam(session, actor=admin, title="x", unit="DG100", design=design, now=NOON)
        enrol(session, actor=admin, exam_id=exam.id, usernames=["candidate", "candidate2"], now=NOON)
    return exam.id


def told(database: Database, people: Institution, exam_id: UUID, *, username: str = "candidate") -> Told:
    """Give what a candidate's list and instructions say."""
    with database.reading() as session:
        mine = my_exam(session, actor=people[username], exam_id=exam_id, now=NOON)
    return mine.minimum_length, mine.maximum_length, mine.tries_out


def test_no_more_are_promised_than_the_bank_tries_out(database: Database, institution: Institution) -> None:
    few, many = (make_exam(database, institution, pretest_items=wanted) for wanted in (2, 20))
    assert told(database, institution, few) == told(database, institution, many) == (10, 15, False)
    with database.writing() as session:
        publish_richer_bank(session, institution)
    assert told(database, institution, few) == (12, 17, True)
    assert told(database, institution, many) == (14, 19, True)


def test_a_sitting_keeps_the_lengths_of_the_bank_that_it_began_with(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people, pretest_items=3)
    view = begin(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    with database.writing() as session:
        publish_richer_bank(session, people)
    later = begin(database, actor=people["candidate2"], exam_id=exam_id, now=NOON)
    for username, sitting, lengths in (("candidate", view, (10, 15)), ("candidate2", later, (13, 18))):
        assert told(database, people, exam_id, username=username)[:2] == lengths
        assert (sitting.minimum_length, sitting.maximum_length) == lengths
        with database.reading() as session:
            line = sitting_line(session, actor=people["administrator"], sitting_id=sitting.id, now=NOON)
        assert (line.minimum_length, line.maximum_length) == lengths


def test_where_the_clock_may_end_the_exam_nothing_tried_out_is_promised(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        publish_richer_bank(session, people)
    clock = StopSettings(further_rules=("time",), time_limit_seconds=60)
    exam_id = make_exam(database, people, pretest_items=3, stopping=clock)
    view = begin(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    assert told(database, people, exam_id) == (10, 18, True)
    late = NOON + timedelta(minutes=2)
    while not view.finished:
        assert (view.minimum_length, view.maximum_length) == (10, 18)
        view = answer_once(database, actor=people["candidate"], view=view, now=late)
    # Those whose place came before the time was over were asked, the others were not.
    assert 10 <= view.answered < 13


def test_the_result_tells_how_many_answers_did_not_count(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        publish_richer_bank(session, people)
    exam_id = make_exam(database, people, pretest_items=3)
    done = sit_through(database, actor=people["candidate"], exam_id=exam_id, now=NOON)
    with database.reading() as session:
        result = result_view(session, actor=people["candidate"], sitting_id=done.id, now=NOON)
    assert result.not_counted == 3
    assert result.answered == result.outcome.items_answered + 3


def test_without_a_bank_in_force_nothing_is_promised_beside_the_design(filled: Filled) -> None:
    database, people = filled
    exam_id = make_exam(database, people, pretest_items=3)
    with database.writing() as session:
        assert pretest_pool_sizes(session, bank_ids=[]) == {}
        session.exec(delete(BankInForce))
    assert told(database, people, exam_id) == (10, 15, False)
    with database.reading() as session:
        assert pretest_items_in_force(session, actor=people["administrator"], exam_id=exam_id) == 0
        with pytest.raises(NotFound):
            pretest_items_in_force(session, actor=people["administrator"], exam_id=UUID(int=0))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pretest_items": 21}, "pretest_items"),
        ({"pretest_items": 10**12}, "pretest_items"),
        ({"randomesque": 10**12}, "randomesque"),
        ({"exposure_bins": 2, "maximum_exposure": None}, "exposure_bins"),
        (
            {"stopping": StopSettings(further_rules=("time",), time_limit_seconds=1e300)},
            "stopping.time_limit_seconds",
        ),
    ],
)
def test_no_exam_is_made_of_a_design_beyond_all_sense(filled: Filled, changes: dict[str, object], field: str) -> None:
    database, people = filled
    admin = people["administrator"]
    with database.writing() as session:
        design = replace(propose_design(session, actor=admin, unit="DG100"), **changes)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput) as refused:
            create_exam(session, actor=admin, title="x", unit="DG100", design=design, now=NOON)
    assert refused.value.details["field"] == field
