"""How many statements the busiest requests send: what each answer costs must not grow with the sitting or the exam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from itembank.database import Database
from itembank.delivery.exams import list_exams
from itembank.delivery.my_exams import my_exams
from itembank.delivery.sittings import sitting_view
from tests.support.institution import NOON, Institution
from tests.support.sitting import answer_once, begin, pending_choice

Filled = tuple[Database, Institution]


@contextmanager
def counted(database: Database) -> Iterator[Callable[[], int]]:
    """Count the statements that reach the database within the block."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield lambda: len([statement for statement in sent if not statement.startswith("BEGIN")])
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_an_answer_takes_five_statements_however_many_came_before(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    counts = []
    while view.answered < 9:
        # What to answer is looked up beforehand: that look is the test's, not the product's.
        chosen = pending_choice(database, view.id, NOON, lambda key, _options: list(key))
        monkeypatch.setattr("tests.support.sitting.pending_choice", lambda *_, known=chosen: known)
        with counted(database) as count:
            view = answer_once(database, actor=people["candidate"], view=view, now=NOON)
        counts.append(count())
    assert set(counts[1:]) == {5}  # sitting, exam and enrolment, answers; the answer, the next question


def test_looking_at_a_question_takes_three(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with counted(database) as count, database.reading() as session:
        sitting_view(session, actor=people["candidate"], sitting_id=view.id, now=NOON)
    assert count() == 3


def test_lists_do_not_ask_again_for_every_row(filled: Filled) -> None:
    database, people = filled
    with counted(database) as count, database.reading() as session:
        my_exams(session, actor=people["candidate"], now=NOON)
        mine = count()
        list_exams(session, actor=people["administrator"])
    assert mine <= 4  # exams; versions of the standard, the bank in force, what it tries out
    # exams, enrolments, sittings; the standard, its versions, the bank in force, what it has
    assert count() - mine <= 7
