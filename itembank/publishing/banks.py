"""Published banks: taking a snapshot, putting one in force, putting an earlier one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.roles import BANK_READERS
from itembank.errors import InvalidInput, NotFound
from itembank.framework.store import current_standard
from itembank.item_decisions.held_items import parameters_before_hold
from itembank.publishing.bank_content import bank_content, changed_versions, same_content
from itembank.publishing.bank_tasks import bank_tasks, same_tasks
from itembank.publishing.parameters import Parameters
from itembank.tables import Bank, BankInForce, BankItem, BankTask, Standard


@dataclass(frozen=True, slots=True)
class BankView:
    """A published bank."""

    id: UUID
    number: int
    published_at: datetime
    published_by: str
    note: str
    items: int
    in_force: bool
    calibration_run_id: UUID | None
    simulated_data: bool


@dataclass(frozen=True, slots=True)
class InForceView:
    """When a bank was put in force, by whom and why."""

    number: int
    since: datetime
    decided_by: str
    reason: str


def publish_bank(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    calibrated: Mapping[UUID, Parameters] | None = None,
    calibration_run_id: UUID | None = None,
    simulated_data: bool = False,
) -> BankView:
    """Publish the item versions of the current standard that are operational or tried out, and put the bank in force.

    An item version's parameters are, in this order: the calibrated ones given here, those of the bank in force, those
    it had when it was put on hold, the prior from the writer's rating. One that is on hold is left out. Where that
    gives the bank in force again, such as at a double click, nothing is published; a calibration run always gets a
    bank of its own.

    Args:
        session: The transaction.
        actor: A psychometrician.
        now: When.
        note: Why, for the record.
        calibrated: New parameters by item version.
        calibration_run_id: The run they come from.
        simulated_data: Whether answers of simulated candidates are in them.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NothingToPublish: No item is operational.
        InvalidInput: Calibrated parameters don't fit their item.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    lock_banks(session)
    standard = current_standard(session)
    before = find_bank_in_force(session)
    rows_before, tasks_before = _rows(session, before)
    known = parameters_before_hold(session) | _measured_by(rows_before, tasks_before) | dict(calibrated or {})
    bank = Bank(
        standard_id=standard.id,
        number=_next_number(session),
        published_at=now,
        published_by=actor.display_name,
        note=note,
        calibration_run_id=calibration_run_id,
        simulated_data=simulated_data or (before is not None and before.simulated_data),
    )
    standards = _versions(session)
    content = bank_content(session, bank, standards=standards, framework=standard.framework, known=known)
    tasks = bank_tasks(session, bank, standards=standards, framework=standard.framework, known=known)
    of_this_standard = before is not None and before.standard_id == standard.id
    same = same_content(rows_before, content) and same_tasks(tasks_before, tasks)
    if before is not None and of_this_standard and calibration_run_id is None and same:
        return bank_view(session, bank_id=before.id)
    session.add(bank)
    session.flush()
    session.add_all([*content, *tasks])
    _put_in_force(session, actor=actor, bank=bank, reason=note, now=now)
    audit.record(
        session, actor=actor, action="bank.publish", kind="bank", subject=bank.number, now=now,
        items=len(content), note=note,
    )  # fmt: skip
    return bank_view(session, bank_id=bank.id)


def _rows(session: Session, bank: Bank | None) -> tuple[Sequence[BankItem], Sequence[BankTask]]:
    if bank is None:
        return (), ()
    items = session.exec(select(BankItem).where(BankItem.bank_id == bank.id)).all()
    return items, session.exec(select(BankTask).where(BankTask.bank_id == bank.id)).all()


def _measured_by(items: Sequence[BankItem], tasks: Sequence[BankTask]) -> dict[UUID, Parameters]:
    rows: list[BankItem | BankTask] = [*items, *tasks]
    return {row.item_version_id: Parameters.of_row(row) for row in rows}


def reinstate_bank(session: Session, *, actor: Actor, number: int, reason: str, now: datetime) -> BankView:
    """Put an earlier bank back in force; nothing is changed or deleted, and running sittings keep theirs.

    Putting back the bank that is in force does nothing: a double click leaves one line in the record.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no bank of this number.
        InvalidInput: No reason is given.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    if not reason.strip():
        raise InvalidInput(field="reason", expected="why the earlier bank is put back, in a sentence")
    lock_banks(session)
    bank = session.exec(
        select(Bank).where(col(Bank.standard_id).in_(_versions(session)), Bank.number == number)
    ).first()
    if bank is None:
        raise NotFound(what="bank", name=number)
    in_force = find_bank_in_force(session)
    if in_force is not None and in_force.id == bank.id:
        return bank_view(session, bank_id=bank.id)
    _put_in_force(session, actor=actor, bank=bank, reason=reason.strip(), now=now)
    audit.record(
        session, actor=actor, action="bank.reinstate", kind="bank", subject=number, now=now, reason=reason.strip()
    )
    return bank_view(session, bank_id=bank.id)


def find_bank_in_force(session: Session, *, standard_id: UUID | None = None) -> Bank | None:
    """Find the bank that new sittings use, if one has been published.

    Args:
        session: The transaction.
        standard_id: A version of the standard; the one stored last if not given. All versions of a standard share
            their banks, so that a new version of the text does not stop the exams.
    """
    return session.exec(
        select(Bank)
        .join(BankInForce, col(BankInForce.bank_id) == col(Bank.id))
        .where(col(BankInForce.standard_id).in_(_versions(session, standard_id)))
        .order_by(col(BankInForce.id).desc())
    ).first()


def bank_in_force(session: Session, *, standard_id: UUID | None = None) -> Bank:
    """Give the bank that new sittings use, of the given standard or the one stored last.

    Raises:
        NotFound: None has been published.
    """
    bank = find_bank_in_force(session, standard_id=standard_id)
    if bank is None:
        raise NotFound(what="bank", name="in force; publish one first")
    return bank


def bank_view(session: Session, *, bank_id: UUID) -> BankView:
    """Describe one bank.

    Raises:
        NotFound: There is none with this id.
    """
    bank = session.get(Bank, bank_id)
    if bank is None:
        raise NotFound(what="bank", name=bank_id)
    in_force = find_bank_in_force(session)
    items = session.exec(select(func.count()).select_from(BankItem).where(BankItem.bank_id == bank.id)).one()
    return _view(bank, items=items, in_force=in_force is not None and in_force.id == bank.id)


def list_banks(session: Session, *, actor: Actor) -> tuple[BankView, ...]:
    """List the published banks of the current standard, the newest first.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    in_force = find_bank_in_force(session)
    counts: dict[UUID, int] = dict(
        session.exec(select(BankItem.bank_id, func.count()).group_by(col(BankItem.bank_id))).all()
    )
    banks = session.exec(
        select(Bank).where(col(Bank.standard_id).in_(_versions(session))).order_by(col(Bank.number).desc())
    )
    return tuple(
        _view(bank, items=counts.get(bank.id, 0), in_force=in_force is not None and in_force.id == bank.id)
        for bank in banks
    )


def in_force_history(session: Session, *, actor: Actor) -> tuple[InForceView, ...]:
    """List which bank was put in force when, the newest first.

    Raises:
        NotAllowed: The actor does not work on the bank.
    """
    actor.require(*BANK_READERS)
    rows = session.exec(
        select(BankInForce, Bank.number)
        .join(Bank, col(Bank.id) == col(BankInForce.bank_id))
        .where(col(BankInForce.standard_id).in_(_versions(session)))
        .order_by(col(BankInForce.id).desc())
    )
    return tuple(InForceView(number, row.since, row.decided_by, row.reason) for row, number in rows)


def unpublished_changes(session: Session) -> int:
    """Count item versions that stand otherwise than in the bank in force: used, tried out, or whose enemy."""
    bank = find_bank_in_force(session)
    return changed_versions(session, bank_id=bank.id if bank else None, standards=_versions(session))


def lock_banks(session: Session) -> None:
    """Hold what decides about the current standard's banks until the transaction ends.

    Two that publish at once, or ask for a calibration, come one after the other; nobody who starts an exam waits.
    """
    versions = col(Standard.id).in_(_versions(session))
    first = select(Standard.id).where(versions).order_by(col(Standard.version)).limit(1)
    session.exec(first.with_for_update(key_share=True)).one()


def _put_in_force(session: Session, *, actor: Actor, bank: Bank, reason: str, now: datetime) -> None:
    session.add(
        BankInForce(
            standard_id=bank.standard_id, bank_id=bank.id, since=now, decided_by=actor.display_name, reason=reason
        )
    )
    session.flush()


def _next_number(session: Session) -> int:
    newest = session.exec(select(func.max(Bank.number)).where(col(Bank.standard_id).in_(_versions(session)))).one()
    return (newest or 0) + 1


def _versions(session: Session, standard_id: UUID | None = None) -> Sequence[UUID]:
    known = standard_id or current_standard(session).id
    series = select(Standard.series).where(Standard.id == known).scalar_subquery()
    return session.exec(select(Standard.id).where(Standard.series == series)).all()


def _view(bank: Bank, *, items: int, in_force: bool) -> BankView:
    return BankView(
        id=bank.id,
        number=bank.number,
        published_at=bank.published_at,
        published_by=bank.published_by,
        note=bank.note,
        items=items,
        in_force=in_force,
        calibration_run_id=bank.calibration_run_id,
        simulated_data=bank.simulated_data,
    )
