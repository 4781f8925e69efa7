"""A board of reviewers over one item, each deed in a transaction of its own as the faces run them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sqlmodel import Session

from itembank.actor import COMMAND_LINE, Actor, Role
from itembank.authoring.items import ItemView, create_item, item_view, move_item, save_item
from itembank.authoring.reviewing.rules import set_approvals_needed
from itembank.authoring.reviewing.votes import Vote, vote_on_item
from itembank.database import Database
from itembank.people.accounts import create_person
from tests.itembank.authoring.written import SINGLE
from tests.support.institution import NOON, PASSWORD, Institution

_Result = TypeVar("_Result")


class Board:
    """An item in review, and three reviewers of whom the last writes too."""

    def __init__(self, database: Database, people: Institution, *, approvals: int = 2) -> None:
        self.database = database
        self.people = dict(people.people)
        with database.writing() as session:
            for name in ("reviewer2", "both"):
                self.people[name] = _person(session, name)
            set_approvals_needed(session, actor=COMMAND_LINE, number=approvals, now=NOON)
            made = create_item(session, actor=self.people["writer"], content=SINGLE, now=NOON)
        self.item_id = made.id
        self.move("writer", "submit")

    def do(self, deed: Callable[[Session], _Result]) -> _Result:
        """Do something in a transaction of its own."""
        with self.database.writing() as session:
            return deed(session)

    def move(self, who: str, move: str) -> ItemView:
        """Move the item on."""
        return self.do(
            lambda session: move_item(
                session, actor=self.people[who], item_id=self.item_id, move_name=move, now=NOON, note="เหตุผล"
            )
        )

    def vote(self, who: str, vote: Vote = Vote.APPROVE, **options: Any) -> str:
        """Vote on it; give the state that it is in afterwards."""
        values: dict[str, Any] = {"now": NOON, "note": "เหตุผล"} | options
        return self.do(
            lambda session: vote_on_item(session, actor=self.people[who], item_id=self.item_id, vote=vote, **values)
        ).value

    def save(self, who: str, **changes: Any) -> ItemView:
        """Save a new version."""
        head = self.seen().head
        return self.do(
            lambda session: save_item(
                session, actor=self.people[who], item_id=self.item_id, content=replace(head.content, **changes),
                started_from=head.number, now=NOON,
            )
        )  # fmt: skip

    def seen(self, who: str = "writer") -> ItemView:
        """Read the item."""
        return self.do(lambda session: item_view(session, actor=self.people[who], item_id=self.item_id))


def _person(session: Session, name: str) -> Actor:
    roles = frozenset({Role.REVIEWER, Role.ITEM_WRITER} if name == "both" else {Role.REVIEWER})
    made = create_person(
        session, actor=COMMAND_LINE, username=name, display_name=f"ทดสอบ {name}", roles=roles, password=PASSWORD,
        now=NOON,
    )  # fmt: skip
    return Actor(made.person.id, name, made.person.display_name, roles)
