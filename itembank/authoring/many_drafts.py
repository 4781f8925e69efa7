"""Many new items at once, stored in a few statements: nobody's answer waits while thousands come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, select

from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.item_words import WorkedOut, new_stamp, work_out
from itembank.authoring.lifecycle import ItemState
from itembank.framework.store import current_standard
from itembank.tables import AuditEntry, Item, ItemFlaw, ItemMove, ItemVersion, ItemWords, Standard


@dataclass(frozen=True, slots=True)
class PreparedDraft:
    """An item that is about to be stored, with the code that it gets and what is worked out from its wording."""

    code: str
    content: ItemContent
    found: WorkedOut
    document: Mapping[str, Any]


def prepare_drafts(
    session: Session, items: Iterable[tuple[str, ItemContent]], *, told: Callable[[int], None] = lambda _: None
) -> tuple[PreparedDraft, ...]:
    """Number items that have no code, and work out what is kept of each wording.

    Args:
        session: A transaction that need not be the one in which they are stored.
        items: Code, or nothing, and content of each.
        told: Called with how many are prepared, again and again.
    """
    items = list(items)
    taken = {*session.exec(select(Item.code)), *(code for code, _ in items)}
    numbers = _last_numbers(taken)
    prepared: list[PreparedDraft] = []
    for code, content in items:
        while not code:
            numbers[content.criterion] += 1
            code = f"{content.criterion}-{numbers[content.criterion]:02d}"
        told(len(prepared))
        prepared.append(PreparedDraft(code, content, work_out(content, code=code), content.to_dict()))
    return tuple(prepared)


def store_drafts(session: Session, *, actor: Actor, drafts: Sequence[PreparedDraft], now: datetime) -> dict[str, UUID]:
    """Store new items as drafts.

    Args:
        session: The transaction.
        actor: An item writer.
        drafts: Items whose codes nobody has taken, checked to be fit for the bank.
        now: When.

    Returns:
        The id of each by its code.

    Raises:
        NotAllowed: The actor is not an item writer.
    """
    actor.require(Role.ITEM_WRITER)
    standard = current_standard(session)
    # The standard's row is the lock that keeps two writers from the same number.
    session.exec(select(Standard.id).where(Standard.id == standard.id).with_for_update()).one()
    rows = [_Rows(draft, actor=actor, standard_id=standard.id, now=now) for draft in drafts]
    _insert(session, Item, [row.item for row in rows])
    _insert(session, ItemVersion, [row.version for row in rows])
    _insert(session, ItemMove, [row.move for row in rows])
    _insert(session, ItemWords, [row.words for row in rows])
    _insert(session, ItemFlaw, [flaw for row in rows for flaw in row.flaws])
    _insert(session, AuditEntry, [row.entry for row in rows])
    return {row.item["code"]: row.item["id"] for row in rows}


class _Rows:
    """The rows of one item."""

    def __init__(self, draft: PreparedDraft, *, actor: Actor, standard_id: UUID, now: datetime) -> None:
        item_id, version_id = uuid4(), uuid4()
        content, found = draft.content, draft.found
        self.item: dict[str, Any] = {
            "id": item_id, "code": draft.code, "standard_id": standard_id, "head_version": 1, "created_at": now,
            "sample": False,
        }  # fmt: skip
        self.version = {
            "id": version_id, "item_id": item_id, "number": 1, "content": draft.document,
            "criterion": content.criterion, "kind": content.type.value, "testlet": content.testlet,
            "difficulty_rating": content.difficulty_rating, "state": ItemState.DRAFT.value,
            "written_by": actor.person_id, "writer_name": actor.display_name, "written_at": now,
        }  # fmt: skip
        self.move = {
            "item_version_id": version_id, "from_state": None, "to_state": ItemState.DRAFT.value, "note": "",
            "person_id": actor.person_id, "actor_name": actor.display_name, "at": now,
        }  # fmt: skip
        self.words = {
            "item_id": item_id, "item_version_id": version_id, "stamp": new_stamp(), "compared": False,
            "language": found.language, "options": found.options, "key_place": found.key_place,
            "searched": found.searched, "words": found.words,
        }  # fmt: skip
        self.flaws = [{"item_id": item_id, "rule": rule, "places": places} for rule, places in found.flaws.items()]
        self.entry: dict[str, Any] = {
            "at": now, "person_id": actor.person_id, "actor_name": actor.display_name, "action": "item.create",
            "subject_kind": "item", "subject": draft.code, "details": {},
        }  # fmt: skip


def _insert(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(table), list(rows))


def _last_numbers(codes: Iterable[str]) -> Counter[str]:
    """Find the highest number of each criterion's items."""
    numbers: Counter[str] = Counter()
    for code in codes:
        criterion, _, number = code.rpartition("-")
        if criterion and number.isascii() and number.isdigit():
            numbers[criterion] = max(numbers[criterion], int(number[:9]))
    return numbers
