"""Published banks: taking a snapshot, putting one in force, putting an earlier one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from calibration.priors import difficulty_prior, discrimination_of_guess
from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.items import BANK_READERS
from itembank.authoring.lifecycle import ItemState
from itembank.errors import InvalidInput, NotFound, NothingToPublish
from itembank.framework.document import Framework
from itembank.framework.store import current_standard
from itembank.tables import Bank, BankInForce, BankItem, Item, ItemVersion, Standard


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an item is measured by in a bank."""

    model: str
    discrimination: float
    difficulty: float
    se_discrimination: float
    se_difficulty: float
    source: str  # "prior" or "calibration"
    n_responses: int = 0


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


def prior_parameters(difficulty_rating: int) -> Parameters:
    """Give the parameters of an item about which only the writer's rating is known (cold start)."""
    difficulty, spread = difficulty_prior(difficulty_rating)
    return Parameters(
        model="2pl",
        discrimination=discrimination_of_guess(1.0, spread),
        difficulty=difficulty,
        se_discrimination=0.35,
        se_difficulty=spread,
        source="prior",
    )


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
    """Publish every operational item version of the current standard as a new bank and put it in force.

    An item version's parameters are, in this order: the calibrated ones given here, those of the bank in force, the
    prior from the writer's rating. Where that gives the bank in force again, such as at a double click, nothing is
    published; a calibration run always gets a bank of its own.

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
    """
    actor.require(Role.PSYCHOMETRICIAN)
    lock_banks(session)
    standard = current_standard(session)
    before = find_bank_in_force(session)
    known = _parameters_of(session, before.id) if before else {}
    known.update(calibrated or {})
    bank = Bank(
        standard_id=standard.id,
        number=_next_number(session),
        published_at=now,
        published_by=actor.display_name,
        note=note,
        calibration_run_id=calibration_run_id,
        simulated_data=simulated_data or (before is not None and before.simulated_data),
    )
    content = _content(session, bank, framework=standard.framework, known=known)
    if before is not None and calibration_run_id is None and _is_the_same(session, before, bank, content):
        return bank_view(session, bank_id=before.id)
    session.add(bank)
    session.flush()
    session.add_all(content)
    _put_in_force(session, actor=actor, bank=bank, reason=note, now=now)
    audit.record(
        session, actor=actor, action="bank.publish", kind="bank", subject=bank.number, now=now,
        items=len(content), note=note,
    )  # fmt: skip
    return bank_view(session, bank_id=bank.id)


def _content(session: Session, bank: Bank, *, framework: Framework, known: Mapping[UUID, Parameters]) -> list[BankItem]:
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(ItemVersion.state == ItemState.OPERATIONAL.value, col(Item.standard_id).in_(_versions(session)))
        .order_by(Item.code)
    )
    elements = {criterion.code: element for element in framework.elements for criterion in element.criteria}
    content = [
        _bank_item(
            bank.id,
            item=item,
            version=version,
            unit=framework.unit_of(elements[version.criterion].code).code,
            element=elements[version.criterion].code,
            parameters=known.get(version.id) or prior_parameters(version.difficulty_rating),
        )
        for item, version in rows
        if version.criterion in elements
    ]
    if not content:
        raise NothingToPublish
    return content


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
    """Count item versions that the bank in force and the operational items don't have in common."""
    bank = find_bank_in_force(session)
    operational = set(
        session.exec(
            select(ItemVersion.id)
            .join(Item, col(Item.id) == col(ItemVersion.item_id))
            .where(ItemVersion.state == ItemState.OPERATIONAL.value, col(Item.standard_id).in_(_versions(session)))
        ).all()
    )
    published: set[UUID] = set()
    if bank is not None:
        published = set(session.exec(select(BankItem.item_version_id).where(BankItem.bank_id == bank.id)).all())
    return len(operational ^ published)


def lock_banks(session: Session) -> None:
    """Hold what decides about the current standard's banks until the transaction ends.

    Two that publish at once, or ask for a calibration, come one after the other; nobody who starts an exam waits.
    """
    versions = col(Standard.id).in_(_versions(session))
    first = select(Standard.id).where(versions).order_by(col(Standard.version)).limit(1)
    session.exec(first.with_for_update(key_share=True)).one()


def _is_the_same(session: Session, before: Bank, bank: Bank, content: Sequence[BankItem]) -> bool:
    if before.standard_id != bank.standard_id:
        return False
    published = session.exec(select(BankItem).where(BankItem.bank_id == before.id))
    return {_identity(row) for row in published} == {_identity(row) for row in content}


def _identity(row: BankItem) -> tuple[object, ...]:
    return tuple(sorted(row.model_dump(exclude={"bank_id"}).items()))


def _put_in_force(session: Session, *, actor: Actor, bank: Bank, reason: str, now: datetime) -> None:
    session.add(
        BankInForce(
            standard_id=bank.standard_id, bank_id=bank.id, since=now, decided_by=actor.display_name, reason=reason
        )
    )
    session.flush()


def _parameters_of(session: Session, bank_id: UUID) -> dict[UUID, Parameters]:
    rows = session.exec(select(BankItem).where(BankItem.bank_id == bank_id))
    return {
        row.item_version_id: Parameters(
            model=row.model,
            discrimination=row.discrimination,
            difficulty=row.difficulty,
            se_discrimination=row.se_discrimination,
            se_difficulty=row.se_difficulty,
            source=row.parameter_source,
            n_responses=row.n_responses,
        )
        for row in rows
    }


def _bank_item(
    bank_id: UUID, *, item: Item, version: ItemVersion, unit: str, element: str, parameters: Parameters
) -> BankItem:
    return BankItem(
        bank_id=bank_id,
        item_version_id=version.id,
        item_code=item.code,
        unit=unit,
        element=element,
        criterion=version.criterion,
        model=parameters.model,
        discrimination=parameters.discrimination,
        difficulty=parameters.difficulty,
        se_discrimination=parameters.se_discrimination,
        se_difficulty=parameters.se_difficulty,
        parameter_source=parameters.source,
        n_responses=parameters.n_responses,
    )


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
