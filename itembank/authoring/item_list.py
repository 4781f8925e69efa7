"""The list of items: narrowed, searched, sorted, page by page, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from itembank.actor import Actor
from itembank.authoring.content import ItemType
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.authoring.searched_text import folded
from itembank.framework.store import current_standard
from itembank.tables import FlawReason, Item, ItemFlaw, ItemVersion, ItemWords, Person

#: Parts of a search beyond these are not looked for: nobody types so many, and each reads all texts.
_MOST_PARTS = 8


class ItemOrder(StrEnum):
    """What a list is sorted by."""

    CODE = "code"
    NEWEST = "newest"
    OLDEST = "oldest"
    EASIEST = "easiest"
    HARDEST = "hardest"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which items a list shows beyond place, state and search, and in which order; all where nothing is said.

    ``writer`` is the id of a person, or a name as it was when the version was written; ``mine`` are those whose newest
    version the actor wrote; ``flawed`` those that any rule warns of, ``rule`` those
    that this one warns of, and ``unexplained`` those where nobody has said why a warning stands; ``retired`` ones are
    listed unless that is false.
    """

    type: ItemType | None = None
    difficulty_rating: int | None = None
    language: str = ""
    writer: str = ""
    mine: bool = False
    flawed: bool = False
    rule: Rule | None = None
    unexplained: bool = False
    retired: bool = True
    order: ItemOrder = ItemOrder.CODE


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list."""

    id: UUID
    code: str
    criterion: str
    type: str
    difficulty_rating: int
    state: ItemState
    version: int
    stem: str
    language: str
    writer_name: str
    written_at: datetime


def list_items(
    session: Session,
    *,
    actor: Actor,
    criterion: str | None = None,
    state: ItemState | None = None,
    search: str = "",
    narrowing: Narrowing | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[ItemLine, ...], int]:
    """List items, newest versions only.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        criterion: Code of a criterion, an element or a unit; None for all.
        state: Only newest versions in this state.
        search: Only items whose code, testlet or texts in any language hold each part of this text.
        narrowing: What else they must be, and their order; by code if not given.
        offset: How many to skip.
        limit: How many to give at most.

    Returns:
        The lines, and how many there are in all.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    narrowing = narrowing or Narrowing()
    conditions = _conditions(actor, narrowing)
    if criterion:
        conditions.append(col(ItemVersion.criterion).in_(_criteria_under(session, criterion)))
    if state is not None:
        conditions.append(col(ItemVersion.state) == state.value)
    parts = folded(search).split()[:_MOST_PARTS]
    conditions += [_holds(session, part) for part in parts]
    found, count = _page(session, conditions, order=narrowing.order, offset=offset, limit=limit)
    return tuple(item_line(item, version) for item, version in found), count


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote newest versions: a person by id and name, or what wrote without an account by its name alone."""

    key: str
    name: str


def writers(session: Session, *, actor: Actor) -> tuple[Writer, ...]:
    """List who wrote newest versions, for a list to be narrowed by one of them.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    rows = session.execute(
        select_columns(
            col(ItemVersion.written_by), col(ItemVersion.writer_name), col(Person.display_name), col(Person.username)
        )
        .select_from(Item)
        .join(ItemVersion, (col(ItemVersion.item_id) == Item.id) & (col(ItemVersion.number) == Item.head_version))
        .join(Person, col(Person.id) == col(ItemVersion.written_by), isouter=True)
        .distinct()
    ).all()
    names = {str(person_id or written): (name or written, username) for person_id, written, name, username in rows}
    bearers = Counter(name for name, _ in names.values())
    # Namesakes are told apart by what they sign in with.
    found = [
        Writer(key, f"{name} ({username})" if username and bearers[name] > 1 else name)
        for key, (name, username) in names.items()
    ]
    return tuple(sorted(found, key=lambda writer: (writer.name, writer.key)))


def item_line(item: Item, row: ItemVersion) -> ItemLine:
    """Describe an item by one of its versions, as lists show it."""
    return ItemLine(
        id=item.id,
        code=item.code,
        criterion=row.criterion,
        type=row.kind,
        difficulty_rating=row.difficulty_rating,
        state=ItemState(row.state),
        version=row.number,
        stem=row.content["stem"],
        language=row.content.get("language", "th"),
        writer_name=row.writer_name,
        written_at=row.written_at,
    )


def _conditions(actor: Actor, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowing.type is not None:
        wanted.append(col(ItemVersion.kind) == narrowing.type.value)
    if narrowing.difficulty_rating is not None:
        wanted.append(col(ItemVersion.difficulty_rating) == narrowing.difficulty_rating)
    if narrowing.language:
        wanted.append(col(ItemWords.language) == narrowing.language)
    if narrowing.writer:
        wanted.append(_written_by(narrowing.writer))
    if narrowing.mine:
        # Nobody without an account, such as the command line, has written anything of his own.
        wanted.append(col(ItemVersion.written_by) == (actor.person_id or UUID(int=0)))
    if not narrowing.retired:
        wanted.append(col(ItemVersion.state) != ItemState.RETIRED.value)
    if narrowing.flawed or narrowing.unexplained or narrowing.rule is not None:
        wanted.append(_warned(narrowing))
    return wanted


def _written_by(writer: str) -> ColumnElement[bool]:
    try:
        return col(ItemVersion.written_by) == UUID(writer)
    except ValueError:
        return col(ItemVersion.writer_name) == writer


def _warned(narrowing: Narrowing) -> ColumnElement[bool]:
    warned = [col(ItemFlaw.item_id) == col(Item.id)]
    if narrowing.rule is not None:
        warned.append(col(ItemFlaw.rule) == narrowing.rule.value)
    if narrowing.unexplained:
        same = (col(FlawReason.item_version_id) == col(ItemVersion.id), col(FlawReason.rule) == col(ItemFlaw.rule))
        # By itself the inner query would only look at the one around it, and take any version for the item's.
        warned.append(~exists().where(*same).correlate(ItemVersion, ItemFlaw))
    return exists().where(*warned)


def _holds(session: Session, part: str) -> ColumnElement[bool]:
    # A plain search for the part takes half the time of a pattern around it, and knows no signs with a meaning.
    position = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    return position(col(ItemWords.searched), part) > 0


def _page(
    session: Session, conditions: Sequence[ColumnElement[bool]], *, order: ItemOrder, offset: int, limit: int
) -> tuple[list[tuple[Item, ItemVersion]], int]:
    # First which rows, by narrow columns that an index holds, and how many in the same pass; then the page's own rows:
    # sorting whole rows would carry every wording along.
    listed = (
        select_columns(col(ItemVersion.id), func.count().over())
        .select_from(Item)
        .join(ItemVersion, (col(ItemVersion.item_id) == Item.id) & (col(ItemVersion.number) == Item.head_version))
        .join(ItemWords, col(ItemWords.item_id) == col(Item.id))
        .where(*conditions)
    )
    rows = session.execute(listed.order_by(*_order(order)).offset(offset).limit(limit)).all()
    if not rows:
        # A page behind the last one; the first page of an empty list has been counted already.
        count = session.execute(select(func.count()).select_from(listed.subquery())).scalar_one() if offset else 0
        return [], count
    places = {row[0]: place for place, row in enumerate(rows)}
    found = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.id).in_(places))
    )
    return sorted(found, key=lambda pair: places[pair[1].id]), rows[0][1]


def _order(order: ItemOrder) -> tuple[ColumnElement[Any], ...]:
    by_code = col(Item.code).asc()
    life = {state.value: place for place, state in enumerate(ItemState)}
    first: dict[ItemOrder, ColumnElement[Any]] = {
        ItemOrder.NEWEST: col(ItemVersion.written_at).desc(),
        ItemOrder.OLDEST: col(ItemVersion.written_at).asc(),
        ItemOrder.EASIEST: col(ItemVersion.difficulty_rating).asc(),
        ItemOrder.HARDEST: col(ItemVersion.difficulty_rating).desc(),
        ItemOrder.STATE: case(life, value=col(ItemVersion.state)).asc(),
    }
    return (first[order], by_code) if order in first else (by_code,)


def _criteria_under(session: Session, code: str) -> Sequence[str]:
    framework = current_standard(session).framework
    return [
        criterion.code
        for unit in framework.units
        for element in unit.elements
        for criterion in element.criteria
        if code in (unit.code, element.code, criterion.code)
    ]
