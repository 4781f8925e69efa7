"""A way through a sitting for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select

from engine.sittings.sitting import pending_item_id
from itembank.actor import Actor
from itembank.authoring.item_types.question import Answer
from itembank.database import Database
from itembank.delivery.records import load_record
from itembank.delivery.sittings import SittingView, start_sitting, submit_answer
from itembank.tables import Sitting

Chooser = Callable[[tuple[int, ...], int], list[int]]


def always_right(key: tuple[int, ...], _options: int) -> list[int]:
    """Answer with the key."""
    return list(key)


def always_wrong(key: tuple[int, ...], options: int) -> list[int]:
    """Answer with the first option that is not in the key."""
    return [next(option for option in range(options) if option not in key)]


def begin(database: Database, *, actor: Actor, exam_id: UUID, now: datetime) -> SittingView:
    """Start a sitting in a transaction of its own."""
    with database.writing() as session:
        return start_sitting(session, actor=actor, exam_id=exam_id, now=now)


def answer_once(
    database: Database, *, actor: Actor, view: SittingView, now: datetime, choose: Chooser = always_right
) -> SittingView:
    """Answer the current question."""
    assert view.question is not None
    selected = pending_choice(database, view.id, now, choose)
    with database.writing() as session:
        return submit_answer(
            session,
            actor=actor,
            sitting_id=view.id,
            position=view.question.position,
            answer=Answer(tuple(selected)),
            now=now,
        )


def sit_through(
    database: Database, *, actor: Actor, exam_id: UUID, now: datetime, choose: Chooser = always_right
) -> SittingView:
    """Sit an exam until the engine stops."""
    view = begin(database, actor=actor, exam_id=exam_id, now=now)
    while not view.finished:
        now += timedelta(seconds=20)
        view = answer_once(database, actor=actor, view=view, now=now, choose=choose)
    return view


def pending_choice(database: Database, sitting_id: UUID, now: datetime, choose: Chooser) -> list[int]:
    """Work out what to answer to the pending question, by looking where candidates can't."""
    with database.reading() as session:
        loaded = load_record(session, sitting_id)
        pending = pending_item_id(loaded.prepared, loaded.state(now))
        assert pending is not None
        content = loaded.unit_pool.contents[loaded.unit_pool.index_of_item[pending]]
        return choose(content.key, len(content.options))


def only_sitting(database: Database) -> Sitting:
    """Give the one sitting there is."""
    with database.reading() as session:
        return session.exec(select(Sitting)).one()
