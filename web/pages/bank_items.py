"""Items: one item with its life, its moves, and the differences between versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.authoring.criteria import criterion_context
from itembank.authoring.items import ItemView, MoveView, item_view, move_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.shown_item import shown_item
from itembank.authoring.testlets import mates_in_testlet
from itembank.authoring.version_differences import version_differences
from itembank.errors import EditConflict, IllegalMove, InvalidInput
from itembank.publishing.item_in_force import ItemInForce, item_in_force
from web.change_marks import marked_item, show_changes
from web.error_pages import error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.enemy_form import NO_ENEMY, EnteredEnemy, enemies_shown
from web.pages.item_form import problem_text
from web.pages.item_review import NOTHING_ENTERED, EnteredReview, review_shown

#: Decisions that a reviewer makes only after answering the question, on a page of its own.
_REVIEWERS_MOVES = frozenset({"approve", "return"})

router = APIRouter()


@router.get("/bank/items/{item_id}")
def item_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    enemy: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show an item: what candidates see, where it stands, what can be done with it, its enemies, its history."""
    return show_item(page, session, item_id, now=now, entered=EnteredEnemy(search=enemy))


@router.post("/bank/items/{item_id}/moves")
def move_item_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    move: Annotated[str, Form()],
    version: Annotated[int, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:
    """Move an item on in its life."""
    try:
        move_item(
            session,
            actor=actor_of(page),
            item_id=item_id,
            move_name=move,
            now=now,
            note=note,
            version_seen=version,
        )
    except InvalidInput as problem:
        session.rollback()
        return show_item(page, session, item_id, now=now, refused=move, error=problem_text(problem, page.t), status=422)
    except EditConflict as error:
        session.rollback()
        notice = Notice("warning", page.t("bank.newer_version", **error.details))
        return show_item(page, session, item_id, now=now, notice=notice, status=409)
    except IllegalMove as error:
        session.rollback()
        notice = Notice("warning", error_text(error, page.t))
        return show_item(page, session, item_id, now=now, notice=notice, status=409)
    return page.redirect(f"/bank/items/{item_id}", notice=f"bank.notice_{move}")


@router.get("/bank/items/{item_id}/history")
def history_page(
    page: SignedInPage,
    session: Transaction,
    item_id: UUID,
    before: Annotated[int | None, Query(alias="from")] = None,
    after: Annotated[int | None, Query(alias="to")] = None,
) -> Response:
    """Show the differences between two versions side by side."""
    differences = version_differences(session, actor=actor_of(page), item_id=item_id, before=before, after=after)
    return page.render(
        "bank/history.html",
        item=differences.item,
        differences=differences,
        marked_item=marked_item,
        show_changes=show_changes,
    )


def show_item(
    page: Page,
    session: Session,
    item_id: UUID,
    *,
    now: datetime,
    notice: Notice | None = None,
    refused: str = "",
    error: str = "",
    entered: EnteredEnemy = NO_ENEMY,
    review: EnteredReview = NOTHING_ENTERED,
    status: int = 200,
) -> Response:
    """Show an item, with what was entered and refused.

    Args:
        page: The request.
        session: The transaction.
        item_id: The item.
        now: The time.
        notice: A message at the top.
        refused: The move that was refused.
        error: Why it was.
        entered: What was entered about an enemy.
        review: What was entered about its review.
        status: HTTP status.
    """
    actor = actor_of(page)
    item = item_view(session, actor=actor, item_id=item_id)
    in_force = item_in_force(session, actor=actor, item_id=item_id)
    names = {move.name for move in item.possible_moves}
    return page.render(
        "bank/item.html",
        block="enemies",
        status=status,
        notice=notice,
        item=item,
        shown=shown_item(item.head.content, item.head.content.type),
        context=criterion_context(session, actor=actor, code=item.head.content.criterion, item_id=item_id),
        moves=[move for move in item.possible_moves if move.name not in _REVIEWERS_MOVES],
        may_review=not names.isdisjoint(_REVIEWERS_MOVES),
        events=[(_event(move), move) for move in reversed(item.moves)],
        in_force=in_force,
        exams=_exams(item, in_force),
        refused=refused,
        error=error,
        mates=mates_in_testlet(session, actor=actor, testlet=item.head.content.testlet, item_id=item_id),
        **enemies_shown(session, actor=actor, item_id=item_id, entered=entered),
        **review_shown(page, session, actor=actor, item=item, entered=review, now=now),
    )


def _exams(item: ItemView, in_force: ItemInForce | None) -> str:
    # What the page says about exams: whether they use what the bank's workers see here.
    operational = item.live if item.live and item.live.state is ItemState.OPERATIONAL else None
    if operational and in_force:
        return "in_use" if operational.number == in_force.version else "replaced_next"
    if operational:
        return "enters_next"
    return "leaves_next" if in_force else "unused"


def _event(move: MoveView) -> str:
    if move.from_state is None:
        return "created" if move.to_state is ItemState.DRAFT else "installed"
    if move.to_state is ItemState.DRAFT:
        return "returned" if move.note else "withdrawn"
    # People give a reason when they retire a version; one that its successor retires has none.
    if move.to_state is ItemState.RETIRED and not move.note:
        return "succeeded"
    return move.to_state.value
