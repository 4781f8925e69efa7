"""What the rules of item writing warn of in the bank, and the reasons that people give where a warning stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.enemies import check_reason
from itembank.authoring.flaws.flaw import SOURCES, Flaw, Rule
from itembank.authoring.flaws.lint import KeyBalance, balance_of
from itembank.authoring.item_list import ItemLine, Narrowing, list_items
from itembank.authoring.item_rows import lock_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.authoring.starter import starter_flaw_reasons, starter_items
from itembank.errors import NotFound
from itembank.tables import FlawReason, ItemFlaw, ItemVersion, ItemWords


@dataclass(frozen=True, slots=True)
class StandingReason:
    """Why a warning about a version stands; only shipped items have the reason in English too."""

    rule: Rule
    reason: str
    reason_in_english: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many items a rule warns of, and of how many people said why the warning stands.

    ``false_alarms`` counts the shipped items whose warning people found unfounded, among all shipped items.
    """

    rule: Rule
    source: str
    items: int
    explained: int
    false_alarms: int


@dataclass(frozen=True, slots=True)
class BankFlaws:
    """The bank under the rules: newest versions, retired ones apart."""

    items: int
    warned: int
    rules: tuple[RuleCount, ...]
    keys: tuple[KeyBalance, ...]
    shipped: int


@dataclass(frozen=True, slots=True)
class FlawedItem:
    """An item with the flaws of its newest version, and the reasons for those that stand, by rule."""

    line: ItemLine
    flaws: tuple[Flaw, ...]
    reasons: Mapping[Rule, StandingReason]


def bank_flaws(session: Session, *, actor: Actor) -> BankFlaws:
    """Count what each rule warns of in the bank, and how keys are spread; retired items apart.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    explained = and_(
        col(FlawReason.item_version_id) == col(ItemWords.item_version_id), col(FlawReason.rule) == col(ItemFlaw.rule)
    )
    in_work = (col(ItemVersion.state) != ItemState.RETIRED.value,)
    rows = session.execute(
        select_columns(col(ItemFlaw.rule), func.count(), func.count(col(FlawReason.rule)))
        .join(ItemWords, col(ItemWords.item_id) == col(ItemFlaw.item_id))
        .join(ItemVersion, col(ItemVersion.id) == col(ItemWords.item_version_id))
        .outerjoin(FlawReason, explained)
        .where(*in_work)
        .group_by(col(ItemFlaw.rule))
    ).all()
    warned = (
        select_columns(func.count(col(ItemFlaw.item_id).distinct()))
        .join(ItemWords, col(ItemWords.item_id) == col(ItemFlaw.item_id))
        .join(ItemVersion, col(ItemVersion.id) == col(ItemWords.item_version_id))
    )
    keys = _keys(session)
    shipped = false_alarms()
    known = [(Rule(rule), items, reasons) for rule, items, reasons in rows if rule in set(Rule)]
    return BankFlaws(
        items=_items(session),
        warned=session.execute(warned.where(*in_work)).scalar_one(),
        rules=tuple(
            RuleCount(rule, SOURCES[rule], items, reasons, shipped[rule])
            for rule, items, reasons in sorted(known, key=lambda entry: (-entry[1], entry[0].value))
        ),
        keys=tuple(balance_of(options, counted) for options, counted in sorted(keys.items())),
        shipped=len(starter_items()),
    )


def flawed_items(
    session: Session,
    *,
    actor: Actor,
    rule: Rule | None = None,
    unexplained: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> tuple[tuple[FlawedItem, ...], int]:
    """List the items that a rule warns of, by code, retired ones apart.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        rule: The rule; None for any.
        unexplained: Only items where nobody has said why a warning stands.
        offset: How many to skip.
        limit: How many to give at most.

    Returns:
        The items, and how many there are in all.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    narrowing = Narrowing(flawed=True, rule=rule, unexplained=unexplained, retired=False)
    lines, count = list_items(session, actor=actor, narrowing=narrowing, offset=offset, limit=limit)
    ids = [line.id for line in lines]
    flaws: dict[UUID, list[Flaw]] = defaultdict(list)
    for row in session.exec(select(ItemFlaw).where(col(ItemFlaw.item_id).in_(ids)).order_by(col(ItemFlaw.rule))):
        if row.rule in set(Rule) and rule in (None, row.rule):
            flaws[row.item_id] += [_flaw(row.rule, place) for place in row.places]
    reasons = _reasons_of(session, ids)
    return tuple(FlawedItem(line, tuple(flaws[line.id]), reasons.get(line.id, {})) for line in lines), count


def standing_reasons(session: Session, *, item_version_id: UUID) -> tuple[StandingReason, ...]:
    """Give the reasons for which warnings about a version stand, for its reviewers to judge."""
    rows = session.exec(
        select(FlawReason).where(FlawReason.item_version_id == item_version_id).order_by(col(FlawReason.rule))
    )
    return tuple(_standing(row) for row in rows if row.rule in set(Rule))


def reasons_of_item(session: Session, *, actor: Actor, item_id: UUID) -> tuple[StandingReason, ...]:
    """Give the reasons for which warnings about an item's newest version stand.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    return tuple(_reasons_of(session, [item_id]).get(item_id, {}).values())


def explain_flaw(session: Session, *, actor: Actor, item_id: UUID, rule: Rule, reason: str, now: datetime) -> None:
    """Say why a warning about an item's newest version stands, in place of what was said before.

    Args:
        session: The transaction.
        actor: An item writer.
        item_id: The item.
        rule: The rule that warns.
        reason: Why the wording is right all the same, in a sentence.
        now: When.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such item, or the rule does not warn of it (any more).
        InvalidInput: The reason is missing or can't be kept.
    """
    actor.require(Role.ITEM_WRITER)
    check_reason(reason)
    item = lock_item(session, item_id)
    words = session.get(ItemWords, item_id)
    if words is None or session.get(ItemFlaw, (item_id, rule.value)) is None:
        raise NotFound(what="warning", name=f"{item.code}, {rule.value}")
    session.merge(
        FlawReason(
            item_version_id=words.item_version_id,
            rule=rule.value,
            reason=reason.strip(),
            given_by=actor.display_name,
            given_at=now,
        )
    )
    session.flush()
    audit.record(
        session, actor=actor, action="item.explain_flaw", kind="item", subject=item.code, now=now,
        rule=rule.value, reason=reason.strip(),
    )  # fmt: skip


@lru_cache(maxsize=1)
def false_alarms() -> Counter[Rule]:
    """Count, by rule, the shipped items whose warning people looked at and found unfounded."""
    return Counter(reason.rule for reason in starter_flaw_reasons())


def _items(session: Session) -> int:
    return session.exec(
        select(func.count())
        .select_from(ItemVersion)
        .join(ItemWords, col(ItemWords.item_version_id) == col(ItemVersion.id))
        .where(col(ItemVersion.state) != ItemState.RETIRED.value)
    ).one()


def _keys(session: Session) -> dict[int, dict[int, int]]:
    rows = session.execute(
        select_columns(col(ItemWords.options), col(ItemWords.key_place), func.count())
        .join(ItemVersion, col(ItemVersion.id) == col(ItemWords.item_version_id))
        .where(col(ItemWords.options).is_not(None), col(ItemVersion.state) != ItemState.RETIRED.value)
        .group_by(col(ItemWords.options), col(ItemWords.key_place))
    )
    counted: dict[int, dict[int, int]] = defaultdict(dict)
    for options, place, count in rows:
        counted[options][place] = count
    return counted


def _reasons_of(session: Session, item_ids: Collection[UUID]) -> dict[UUID, dict[Rule, StandingReason]]:
    rows = session.exec(
        select(ItemWords.item_id, FlawReason)
        .join(FlawReason, col(FlawReason.item_version_id) == col(ItemWords.item_version_id))
        .where(col(ItemWords.item_id).in_(item_ids))
    )
    found: dict[UUID, dict[Rule, StandingReason]] = defaultdict(dict)
    for item_id, row in rows:
        if row.rule in set(Rule):
            found[item_id][Rule(row.rule)] = _standing(row)
    return found


def _standing(row: FlawReason) -> StandingReason:
    return StandingReason(Rule(row.rule), row.reason, row.reason_in_english, row.given_by, row.given_at)


def _flaw(rule: str, place: Mapping[str, Any]) -> Flaw:
    return Flaw(Rule(rule), place["field"], seen=place["seen"], numbers=place["numbers"])
