"""The criteria that items are written for: which there are, and what the standard says around one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor, Role
from itembank.authoring.roles import BANK_READERS
from itembank.errors import NotFound
from itembank.framework.document import ElementOfCompetence, Framework, PerformanceCriterion, UnitOfCompetence
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard, standard_by_id
from itembank.tables import Item


@dataclass(frozen=True, slots=True)
class CriterionContext:
    """A performance criterion with the element and the unit around it."""

    criterion: PerformanceCriterion
    element: ElementOfCompetence
    unit: UnitOfCompetence


def framework_of(session: Session, *, item_id: UUID | None = None) -> Framework:
    """Give the standard that an item is written for; for a new item that is the current one.

    Raises:
        NotFound: There is no such item, or no standard is stored yet.
    """
    if item_id is None:
        return current_standard(session).framework
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    return standard_by_id(session, item.standard_id).framework


def criterion_context(session: Session, *, actor: Actor, code: str, item_id: UUID | None = None) -> CriterionContext:
    """Look up a criterion with what the standard says around it.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        code: Code of the criterion.
        item_id: The item in whose standard to look; None for the current standard.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such criterion.
    """
    actor.require(*BANK_READERS)
    framework = framework_of(session, item_id=item_id)
    try:
        element = framework.element_of(code)
    except UnknownCode:
        raise NotFound(what="performance criterion", name=code) from None
    return CriterionContext(framework.criterion(code), element, framework.unit_of(element.code))


def writable_elements(
    session: Session, *, actor: Actor, item_id: UUID | None = None
) -> tuple[ElementOfCompetence, ...]:
    """List the elements whose criteria take items, for a writer to choose from.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: There is no such item, or no standard is stored yet.
    """
    actor.require(Role.ITEM_WRITER)
    return framework_of(session, item_id=item_id).written_elements


def written_units(session: Session, *, actor: Actor) -> tuple[UnitOfCompetence, ...]:
    """List the units that have an element with a written exam, for finding items by unit or element.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: No standard is stored yet.
    """
    actor.require(*BANK_READERS)
    units = current_standard(session).framework.units
    return tuple(unit for unit in units if any(element.is_written for element in unit.elements))
