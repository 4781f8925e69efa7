"""Comments stay at their words over versions, are settled by those who may, and say the same thing once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from itembank.authoring.content import Option
from itembank.authoring.reviewing.comments import (
    ThreadView,
    comments,
    open_comments,
    reply_to_comment,
    settle_comment,
    write_comment,
)
from itembank.authoring.reviewing.places import place_of_words, places_of
from itembank.authoring.translations import TranslatedOption, Translation
from itembank.database import Database
from itembank.errors import EditConflict, InvalidInput, NotAllowed, NotFound
from tests.itembank.authoring.reviewing.board import Board
from tests.itembank.authoring.written import SINGLE
from tests.support.institution import NOON, Institution


@pytest.fixture
def board(filled: tuple[Database, Institution]) -> Board:
    return Board(*filled)


def say(board: Board, who: str, text: str = "ชัดเจนกว่านี้ได้", **options: Any) -> UUID:
    return board.do(
        lambda session: write_comment(
            session, actor=board.people[who], item_id=board.item_id, text=text, now=NOON, **options
        )
    )


def settle(board: Board, who: str, comment: UUID, *, settled: bool = True) -> None:
    board.do(
        lambda session: settle_comment(
            session, actor=board.people[who], item_id=board.item_id, comment_id=comment, settled=settled, now=NOON
        )
    )


def threads(board: Board, who: str = "writer") -> tuple[ThreadView, ...]:
    return board.do(lambda session: comments(session, actor=board.people[who], item_id=board.item_id))


def still_open(board: Board) -> list[tuple[str, str]]:
    found = board.do(lambda session: open_comments(session, actor=board.people["writer"], item_id=board.item_id))
    return [(thread.place, thread.quote) for thread in found]


def test_a_comment_is_carried_over_while_its_words_stand(database: Database, institution: Institution) -> None:
    board = Board(database, institution)
    say(board, "reviewer", quote="ตัวเลือก  2")
    say(board, "reviewer", place="stem", quote="ถูกต้องที่สุด")
    say(board, "reviewer", place="stem", text="ยาวไป")
    say(board, "reviewer", text="ทั้งข้อ")
    assert still_open(board) == [("", ""), ("stem", "ถูกต้องที่สุด"), ("stem", ""), ("options.3", "ตัวเลือก 2")]
    board.move("writer", "withdraw")
    options = (SINGLE.options[2], replace(SINGLE.options[1], text="ใหม่"), Option("อื่น", False), SINGLE.options[0])
    board.save("writer", stem="ข้อใด**ถูกต้อง**", options=options)
    # The option moved and took its comment along; the words in the question are gone.
    assert still_open(board) == [("", ""), ("stem", ""), ("options.1", "ตัวเลือก 2")]
    gone = [thread for thread in threads(board) if not thread.stands]
    assert [(thread.place, thread.version, thread.is_open) for thread in gone] == [("stem", 1, False)]
    board.save("writer", stem="ข้อใดถูกต้อง**ที่สุด**", options=options)
    assert ("stem", "ถูกต้องที่สุด") in still_open(board)


def test_replying_settling_and_opening_again(board: Board) -> None:
    comment = say(board, "reviewer", place="options.1")
    for _ in range(2):
        board.do(
            lambda session: reply_to_comment(
                session, actor=board.people["writer"], item_id=board.item_id, comment_id=comment, text="แก้แล้ว",
                now=NOON,
            )
        )  # fmt: skip
    (thread,) = threads(board)
    assert [reply.text for reply in thread.replies] == ["แก้แล้ว"]
    assert [threads(board, who)[0].may_settle for who in ("writer", "reviewer", "reviewer2")] == [True, True, False]
    with pytest.raises(NotAllowed):
        settle(board, "reviewer2", comment)
    settle(board, "writer", comment)
    assert (still_open(board), threads(board)[0].resolved_by) == ([], "ทดสอบ writer")
    settle(board, "reviewer", comment, settled=False)
    assert still_open(board) == [("options.1", "")]


def test_the_same_comment_twice_is_one(board: Board) -> None:
    first = say(board, "reviewer", place="stem")
    assert say(board, "reviewer", place="stem") == first
    assert say(board, "reviewer2", place="stem") != first
    settle(board, "reviewer", first)
    assert say(board, "reviewer", place="stem") != first  # said again on purpose


def test_refusals(board: Board) -> None:
    for options in (
        {"text": " "}, {"text": "x" * 5001}, {"text": "\x00"}, {"place": "rubric.1"}, {"quote": "คำที่ไม่มี"},
        {"place": "stem", "quote": "ตัวเลือก 2"}, {"quote": "x" * 1001},
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            say(board, "reviewer", **options)
    with pytest.raises(EditConflict):
        say(board, "reviewer", version_seen=2)
    for who in ("administrator", "candidate"):
        with pytest.raises(NotAllowed):
            say(board, who)
    with pytest.raises(NotAllowed):
        threads(board, "candidate")
    with pytest.raises(NotFound):
        settle(board, "writer", uuid4())
    assert threads(board) == ()


def test_places_are_named_in_the_order_of_reading() -> None:
    content = replace(
        SINGLE, stimulus="ข้อความ", source="คู่มือ",
        translations=(Translation("en", "Which?", tuple(TranslatedOption(f"Option {n}") for n in range(4)),
                                  stimulus="Text"),),
    )  # fmt: skip
    names = list(places_of(content))
    assert names[:4] == ["stimulus", "stem", "options.1", "options.1.rationale"]
    assert names[-6:] == [
        "translations.en.stimulus", "translations.en.stem", *(f"translations.en.options.{n}" for n in range(1, 5)),
    ]  # fmt: skip
    assert place_of_words(content, place="", quote="option 3") is None
    assert place_of_words(content, place="", quote="Option 3") == "translations.en.options.4"
    assert place_of_words(content, place="rubric.1", quote="") is None
