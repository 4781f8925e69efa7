"""Asking reviewers by name: who can be asked, what comes first in their queue, and when it is done or late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from itembank.authoring.review import ReviewQueue, review_queue
from itembank.authoring.reviewing.requests import (
    RequestView,
    ask_to_review,
    possible_reviewers,
    review_requests,
    withdraw_request,
)
from itembank.authoring.reviewing.votes import Vote
from itembank.database import Database
from itembank.errors import IllegalMove, InvalidInput, NotAllowed, NotFound
from tests.itembank.authoring.reviewing.board import Board
from tests.support.institution import NOON, Institution

TODAY = date(2026, 11, 22)
SOON = TODAY + timedelta(3)


@pytest.fixture
def board(filled: tuple[Database, Institution]) -> Board:
    return Board(*filled)


def ask(board: Board, *usernames: str, who: str = "administrator", due: date = SOON, note: str = "") -> None:
    board.do(
        lambda session: ask_to_review(
            session, actor=board.people[who], item_id=board.item_id, usernames=usernames, due=due, today=TODAY,
            note=note, now=NOON,
        )
    )  # fmt: skip


def asked(board: Board) -> list[RequestView]:
    return list(board.do(lambda session: review_requests(session, actor=board.people["writer"], item_id=board.item_id)))


def queue(board: Board, who: str) -> ReviewQueue:
    return board.do(lambda session: review_queue(session, actor=board.people[who]))


def test_what_one_is_asked_for_comes_first(database: Database, institution: Institution) -> None:
    board = Board(database, institution)
    ask(board, "reviewer", note="ดูถ้อยคำ")
    (first,) = queue(board, "reviewer").asked
    assert (first.line.id, first.due, first.note, first.asked_by) == (
        board.item_id, SOON, "ดูถ้อยคำ", "ทดสอบ administrator",
    )  # fmt: skip
    assert (first.is_late(SOON), first.is_late(SOON + timedelta(1))) == (False, True)
    assert queue(board, "reviewer").items == ()
    assert [line.id for line in queue(board, "reviewer2").items] == [board.item_id]
    board.vote("reviewer")
    assert (queue(board, "reviewer").asked, queue(board, "reviewer").voted) == ((), 1)
    (request,) = asked(board)
    assert (request.done, request.is_late(SOON + timedelta(9))) == (True, False)


def test_asking_again_sets_another_day_and_taking_back_ends_it(board: Board) -> None:
    ask(board, "reviewer", "reviewer2", "both")
    ask(board, "reviewer", due=TODAY)
    assert [(request.reviewer, request.due) for request in asked(board)] == [
        ("ทดสอบ reviewer", TODAY), ("ทดสอบ both", SOON), ("ทดสอบ reviewer2", SOON),
    ]  # fmt: skip
    number = asked(board)[0].id
    for _ in range(2):
        board.do(
            lambda session: withdraw_request(
                session, actor=board.people["reviewer2"], item_id=board.item_id, request_id=number, now=NOON
            )
        )
    assert len(asked(board)) == 2
    assert queue(board, "reviewer").asked == ()


def test_an_answered_request_does_not_come_back_with_the_next_version(board: Board) -> None:
    ask(board, "reviewer")
    board.vote("reviewer", Vote.NEEDS_CHANGES)
    board.save("writer", stem="โจทย์ที่แก้แล้ว")
    board.move("writer", "submit")
    found = queue(board, "reviewer")
    assert (found.asked, [line.id for line in found.items]) == ((), [board.item_id])


def test_only_those_who_may_vote_can_be_asked(board: Board) -> None:
    board.move("writer", "withdraw")
    board.save("both", difficulty_rating=5)
    with pytest.raises(IllegalMove):
        ask(board, "reviewer")
    board.move("writer", "submit")
    board.vote("reviewer")
    with board.database.reading() as session:
        people = possible_reviewers(session, actor=board.people["administrator"], item_id=board.item_id)
        with pytest.raises(NotAllowed):
            possible_reviewers(session, actor=board.people["writer"], item_id=board.item_id)
    assert [person.username for person in people] == ["reviewer2"]
    for usernames in ((), ("writer",), ("both",), ("reviewer",), ("nobody",)):
        with pytest.raises(InvalidInput):
            ask(board, *usernames)
    with pytest.raises(InvalidInput):
        ask(board, "reviewer2", due=TODAY - timedelta(1))
    with pytest.raises(InvalidInput):
        ask(board, "reviewer2", note="x" * 1001)
    with pytest.raises(NotAllowed):
        ask(board, "reviewer2", who="writer")
    with pytest.raises(NotFound):
        board.do(
            lambda session: withdraw_request(
                session, actor=board.people["reviewer"], item_id=board.item_id, request_id=99, now=NOON
            )
        )
    assert asked(board) == []
