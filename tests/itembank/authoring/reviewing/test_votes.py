"""Several reviewers: enough approvals approve, one objection returns, and nobody votes on his own work or twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from itembank.authoring.review import item_for_review, review_queue
from itembank.authoring.reviewing.check_points import CHECK_POINTS, Check, Finding
from itembank.authoring.reviewing.rules import review_rules, set_approvals_needed
from itembank.authoring.reviewing.votes import ReviewStanding, Vote, review_standing, vote_problems
from itembank.authoring.translations import TranslatedOption, Translation
from itembank.database import Database
from itembank.errors import AlreadyVoted, EditConflict, IllegalMove, InvalidInput, NotAllowed, OwnWork
from itembank.tables import AuditEntry, ReviewVote
from tests.itembank.authoring.reviewing.board import Board
from tests.itembank.authoring.written import SINGLE
from tests.support.institution import NOON, Institution

MET = tuple(Check(point.name, Finding.YES) for point in CHECK_POINTS)


@pytest.fixture
def board(filled: tuple[Database, Institution]) -> Board:
    return Board(*filled)


def standing(board: Board, who: str = "writer") -> ReviewStanding:
    return board.do(lambda session: review_standing(session, actor=board.people[who], item_id=board.item_id))


def test_enough_approvals_approve_and_each_judges_for_himself(database: Database, institution: Institution) -> None:
    board = Board(database, institution)
    assert board.vote("reviewer", note="ดี", checks=MET) == "in_review"
    assert (standing(board).needed, standing(board).approvals) == (2, 1)
    # Who has not voted yet sees that somebody has, but not what.
    waiting = standing(board, "reviewer2")
    assert (waiting.votes, waiting.withheld, waiting.approvals) == ((), 1, 1)
    with pytest.raises(AlreadyVoted):
        board.vote("reviewer")
    assert not {"approve", "return"} & {move.name for move in board.seen("reviewer").possible_moves}
    assert board.vote("reviewer2") == "approved"
    found = standing(board, "reviewer2")
    assert [(vote.voter_name, vote.vote, vote.counts) for vote in found.votes] == [
        ("ทดสอบ reviewer2", Vote.APPROVE, True), ("ทดสอบ reviewer", Vote.APPROVE, True),
    ]  # fmt: skip
    assert found.votes[1].checks == MET
    with board.database.reading() as session:
        deeds = session.exec(select(AuditEntry.action).where(AuditEntry.subject == board.seen().code)).all()
    assert deeds[-3:] == ["item.vote", "item.vote", "item.approve"]


def test_one_objection_returns_and_a_new_version_starts_afresh(board: Board) -> None:
    board.vote("reviewer")
    assert board.vote("reviewer2", Vote.NEEDS_CHANGES, note="ตัวลวงสั้นไป") == "draft"
    assert board.seen().moves[-1].note == "ตัวลวงสั้นไป"
    board.save("writer", stem="ข้อใดถูกต้องที่สุดตามกฎหมาย")
    board.move("writer", "submit")
    found = standing(board)
    assert (found.approvals, found.withheld) == (0, 0)
    assert [(vote.version, vote.counts) for vote in found.votes] == [(1, False), (1, False)]
    assert board.vote("reviewer2") == "in_review"
    assert board.vote("reviewer") == "approved"


def test_a_version_sent_again_is_voted_on_again(board: Board) -> None:
    board.vote("reviewer")
    board.move("writer", "withdraw")
    board.move("writer", "submit")
    assert standing(board).approvals == 0
    assert board.vote("reviewer") == "in_review"
    assert [vote.round for vote in standing(board).votes] == [2, 1]


def test_whoever_wrote_or_translated_a_version_does_not_vote(board: Board) -> None:
    board.move("writer", "withdraw")
    translation = Translation("en", "Which is right?", tuple(TranslatedOption(f"Option {n}", "") for n in range(4)))
    board.save("both", translations=(translation,))
    board.save("writer", difficulty_rating=4, translations=(translation,))
    board.move("writer", "submit")
    with pytest.raises(OwnWork):
        board.vote("both")
    with board.database.reading() as session:
        with pytest.raises(OwnWork):
            item_for_review(session, actor=board.people["both"], item_id=board.item_id)
        assert (review_queue(session, actor=board.people["both"]).items, board.seen("both").head_is_own) == ((), True)


def test_refusals_leave_nothing(board: Board) -> None:
    with pytest.raises(NotAllowed):
        board.vote("writer")
    with pytest.raises(EditConflict):
        board.vote("reviewer", version_seen=7)
    for vote, options in (
        (Vote.NEEDS_CHANGES, {"note": " "}),
        (Vote.APPROVE, {"checks": MET[1:]}),
        (Vote.APPROVE, {"checks": (*MET, MET[0])}),
        (Vote.APPROVE, {"checks": (*MET, Check("mood", Finding.YES))}),
        (Vote.APPROVE, {"checks": (replace(MET[0], finding=Finding.NO), *MET[1:])}),
        (Vote.NEEDS_CHANGES, {"checks": (replace(MET[0], note="x" * 1001),)}),
        (Vote.APPROVE, {"note": "x" * 5001}),
    ):
        with pytest.raises(InvalidInput):
            board.vote("reviewer", vote, **options)
    with board.database.reading() as session:
        assert session.exec(select(ReviewVote)).all() == []
    board.move("writer", "withdraw")
    with pytest.raises(IllegalMove):
        board.vote("reviewer")


def test_every_lack_of_a_check_list_is_named_at_once() -> None:
    found = vote_problems(vote=Vote.APPROVE, note="", checks=())
    assert [problem.details["field"] for problem in found] == [f"check_{point.name}" for point in CHECK_POINTS]
    assert vote_problems(vote=Vote.NEEDS_CHANGES, note="เหตุผล", checks=()) == ()
    assert vote_problems(vote=Vote.APPROVE, note="", checks=None) == ()


def test_points_concern_what_an_item_has() -> None:
    image = f"![ภาพ](media:{'0' * 64})"
    with_all = replace(
        SINGLE, rationale=image,
        translations=(Translation("en", "Which?", tuple(TranslatedOption(f"Option {n}") for n in range(4))),),
    )  # fmt: skip
    bare = {point.name for point in CHECK_POINTS if not point.concerns(SINGLE)}
    assert bare == {"translation", "images"}
    assert all(point.concerns(with_all) for point in CHECK_POINTS)


def test_the_rule_belongs_to_administrators(board: Board) -> None:
    def set_to(who: str, number: int) -> int:
        return board.do(
            lambda session: set_approvals_needed(session, actor=board.people[who], number=number, now=NOON)
        ).approvals_needed

    for number in (0, 6):
        with pytest.raises(InvalidInput):
            set_to("administrator", number)
    with pytest.raises(NotAllowed):
        set_to("reviewer", 3)
    assert set_to("administrator", 3) == 3
    assert set_to("administrator", 3) == 3
    with board.database.reading() as session:
        rules = review_rules(session, actor=board.people["writer"])
        assert (rules.approvals_needed, rules.set_by) == (3, "ทดสอบ administrator")
        deeds = session.exec(select(AuditEntry).where(AuditEntry.action == "review.set_rules")).all()
    assert [deed.details["approvals"] for deed in deeds] == [2, 3]


def test_an_item_with_enough_approvals_is_approved_when_fewer_are_asked_for(board: Board) -> None:
    assert board.vote("reviewer") == "in_review"
    board.do(lambda session: set_approvals_needed(session, actor=board.people["administrator"], number=1, now=NOON))
    assert board.seen().head.state == "approved"


def test_a_note_that_no_database_can_keep_is_refused(board: Board) -> None:
    for vote in Vote:
        with pytest.raises(InvalidInput, match="null characters"):
            board.vote("reviewer", vote, note="ก\0ข")
