"""Testlets: which items share a text, and what keeps items from sharing one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor
from itembank.authoring.content import ItemContent
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.errors import InvalidInput, TornTestlet
from itembank.framework.document import Framework
from itembank.framework.errors import UnknownCode
from itembank.tables import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class MemberOfTestlet:
    """A version of an item that belongs to a testlet and may still be used."""

    item: str
    testlet: str
    criterion: str


@dataclass(frozen=True, slots=True)
class MateInTestlet:
    """Another item of the same testlet by its newest version."""

    item_id: UUID
    code: str
    state: ItemState
    stem: str
    language: str
    stimulus: str


def members_of_testlets(session: Session, *, testlet: str | None = None) -> tuple[MemberOfTestlet, ...]:
    """List what belongs to testlets, retired versions apart.

    An item whose newest version left a testlet still belongs to it while an earlier version is in use.

    Args:
        session: The transaction.
        testlet: Only this one; None for all.
    """
    query = (
        select(Item.code, ItemVersion.testlet, ItemVersion.criterion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(ItemVersion.testlet != "", ItemVersion.state != ItemState.RETIRED.value)
        .order_by(Item.code, col(ItemVersion.number))
    )
    if testlet is not None:
        query = query.where(ItemVersion.testlet == testlet)
    return tuple(MemberOfTestlet(*row) for row in session.exec(query))


def mates_in_testlet(
    session: Session, *, actor: Actor, testlet: str, item_id: UUID | None = None
) -> tuple[MateInTestlet, ...]:
    """List the other items whose newest version belongs to a testlet, by code.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        testlet: Its code; an empty one has no items.
        item_id: The item whose mates are wanted; None for all of the testlet.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    if not testlet:
        return ()
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(
            ItemVersion.testlet == testlet,
            ItemVersion.state != ItemState.RETIRED.value,
            col(ItemVersion.number) == col(Item.head_version),
        )
        .order_by(Item.code)
    )
    return tuple(
        MateInTestlet(
            item_id=item.id,
            code=item.code,
            state=ItemState(version.state),
            stem=version.content["stem"],
            language=version.content.get("language", "th"),
            stimulus=version.content.get("stimulus", ""),
        )
        for item, version in rows
        if item.id != item_id
    )


def known_testlets(session: Session, *, actor: Actor) -> tuple[str, ...]:
    """List the codes of the testlets that there are, for a writer to choose from.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    return tuple(sorted({member.testlet for member in members_of_testlets(session)}))


def check_one_unit(
    content: ItemContent, *, item: str, members: Iterable[MemberOfTestlet], framework: Framework
) -> None:
    """Refuse content whose testlet has items of another unit: a sitting draws on one unit and gives testlets whole.

    Args:
        content: What would be saved.
        item: Code of its item; empty for a new one.
        members: What belongs to testlets already.
        framework: The standard that the item is written for.

    Raises:
        InvalidInput: Names an item of the testlet and its unit.
    """
    unit = _unit_of(framework, content.criterion)
    for member in members:
        other = _unit_of(framework, member.criterion)
        if member.testlet == content.testlet and member.item != item and other not in (None, unit):
            raise InvalidInput(
                field="testlet",
                expected=f"a testlet of unit {unit}; {member.item} of {content.testlet} is in unit {other}",
                reason="testlet_unit",
                item=member.item,
                unit=other,
            )


def check_no_enemies(
    testlet: str, *, members: Iterable[MemberOfTestlet], enemies: Collection[str], field: str = "testlet"
) -> None:
    """Refuse a testlet that holds an enemy of an item that would join it: its items meet in every sitting.

    Args:
        testlet: Code of the testlet.
        members: What belongs to testlets already.
        enemies: Codes of the item's enemies.
        field: What was entered, for the error.

    Raises:
        InvalidInput: Names the enemy.
    """
    for member in members:
        if member.testlet == testlet and member.item in enemies:
            raise InvalidInput(
                field=field,
                expected=f"enemies that share no testlet; {member.item} belongs to {testlet}",
                reason="testlet_enemy",
                item=member.item,
            )


def check_published_testlets(items: Iterable[tuple[str, str, ItemContent]]) -> None:
    """Refuse a bank in which a testlet's items show different texts or measure different units.

    Args:
        items: Code, unit and content of each item of the bank.

    Raises:
        TornTestlet: Names the testlet and its items.
    """
    shown: dict[str, set[tuple[str, str]]] = defaultdict(set)
    codes: dict[str, list[str]] = defaultdict(list)
    for code, unit, content in items:
        if content.testlet:
            shown[content.testlet].add((unit, content.stimulus))
            codes[content.testlet].append(code)
    for testlet in sorted(shown):
        if len(shown[testlet]) > 1:
            raise TornTestlet(name=testlet, items=", ".join(sorted(codes[testlet])))


def _unit_of(framework: Framework, criterion: str) -> str | None:
    try:
        return framework.unit_of(framework.element_of(criterion).code).code
    except UnknownCode:
        # An item of another version of the standard, with a criterion that this one does not have.
        return None
