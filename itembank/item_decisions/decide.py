"""Deciding about an item: it stays, waits outside new banks, comes back, or is never used again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.item_rows import lock_item, move_version
from itembank.authoring.lifecycle import RETIRE, ItemState, next_state
from itembank.errors import ExamsLeftShort, InvalidInput, ItemNotInForce, NotFound
from itembank.item_decisions.decision_views import DecisionView, newest_decisions
from itembank.item_decisions.exams_left_short import exams_left_short
from itembank.item_decisions.held_items import held_versions
from itembank.item_decisions.item_case import reasons_now
from itembank.item_decisions.verdicts import LEAVING, Verdict, require_verdict
from itembank.publishing.banks import bank_in_force, lock_banks
from itembank.tables import Bank, BankItem, Item, ItemDecision, ItemVersion

MAXIMUM_REASON = 2000

_DEEDS = {
    Verdict.ACCEPT: "item.accept",
    Verdict.HOLD: "item.hold",
    Verdict.RELEASE: "item.end_hold",
    Verdict.RETIRE: "item.retire",
}


def decide_item(
    session: Session,
    *,
    actor: Actor,
    item_id: UUID,
    version: int,
    verdict: Verdict,
    reason: str,
    now: datetime,
    despite_exams: bool = False,
) -> DecisionView:
    """Decide about a version of an item; what speaks against it now is remembered with the decision.

    On hold or retired it stays in the bank in force, and sittings under way keep theirs in any case: the next bank that
    is published is without it. Deciding the same once more, as a double click does, changes nothing.

    Args:
        session: The transaction.
        actor: A psychometrician.
        item_id: The item.
        version: Which of its versions.
        verdict: What is decided.
        reason: Why, in a sentence.
        now: When.
        despite_exams: Take it out even though exams that are open or to come could not be put together without it.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such item or version, or no bank is in force.
        InvalidInput: The reason is empty or longer than anybody reads.
        ItemNotInForce: The version is neither in the bank in force nor on hold.
        IllegalMove: The verdict does not go with where the version stands.
        ExamsLeftShort: Exams could not be put together without it, and that was not confirmed.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    reason = _checked(reason)
    lock_banks(session)
    item = lock_item(session, item_id)
    row = _version(session, item, version)
    newest = newest_decisions(session, [row.id]).get(row.id)
    if newest is not None and _same(newest, actor, verdict, reason):
        return newest
    held = row.id in held_versions(session)
    bank = bank_in_force(session)
    entry = session.get(BankItem, (bank.id, row.id))
    if entry is None and not held:
        raise ItemNotInForce(item=item.code, current=version)
    require_verdict(verdict, ItemState(row.state), held=held)
    if entry is not None and verdict in LEAVING and not held and not despite_exams:
        _require_exams(session, bank=bank, entry=entry, now=now)
    harm = reasons_now(session, bank, entry) if entry is not None else newest.harm if newest else ()
    if verdict is Verdict.RETIRE:
        _retire(session, actor=actor, version=row, reason=reason, now=now)
    session.add(
        ItemDecision(
            item_version_id=row.id,
            bank_id=bank.id,
            verdict=verdict.value,
            reason=reason,
            harm=[found.to_dict() for found in harm],
            person_id=actor.person_id,
            actor_name=actor.display_name,
            decided_at=now,
        )
    )
    session.flush()
    audit.record(
        session, actor=actor, action=_DEEDS[verdict], kind="item", subject=item.code, now=now,
        version=version, note=reason,
    )  # fmt: skip
    return newest_decisions(session, [row.id])[row.id]


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput(field="reason", expected="why, in a sentence", reason="reason_missing")
    if len(reason) > MAXIMUM_REASON:
        raise InvalidInput(field="reason", expected=f"at most {MAXIMUM_REASON} characters", reason="reason_too_long")
    return reason


def _version(session: Session, item: Item, number: int) -> ItemVersion:
    query = select(ItemVersion).where(ItemVersion.item_id == item.id, col(ItemVersion.number) == number)
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound(what=f"version {number} of item", name=item.code)
    return row


def _same(newest: DecisionView, actor: Actor, verdict: Verdict, reason: str) -> bool:
    return (newest.verdict, newest.reason, newest.actor_name) == (verdict, reason, actor.display_name)


def _require_exams(session: Session, *, bank: Bank, entry: BankItem, now: datetime) -> None:
    short = exams_left_short(session, bank=bank, unit=entry.unit, item_version_id=entry.item_version_id, now=now)
    if short:
        raise ExamsLeftShort(item=entry.item_code, title=", ".join(exam.title for exam in short))


def _retire(session: Session, *, actor: Actor, version: ItemVersion, reason: str, now: datetime) -> None:
    move, target = next_state(ItemState(version.state), RETIRE)
    actor.require(*move.roles)
    move_version(session, actor=actor, version=version, to_state=target, note=reason, now=now)
