"""What psychometricians see of group data: variables that may be compared now, and how many people there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from itembank.actor import Actor, Role
from itembank.group_data.bases import BasisView, bases_of, in_force
from itembank.group_data.variables import Category, categories_of, counts_of
from itembank.tables import GroupVariable

#: Smaller groups are not counted out: a small number would tell about people.
SMALLEST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ComparableVariable:
    """A variable with a lawful basis in force.

    ``counts`` go with ``categories``; None stands for fewer than ten.
    """

    id: UUID
    name_th: str
    name_en: str
    simulated: bool
    categories: tuple[Category, ...]
    counts: tuple[int | None, ...]
    basis: BasisView


def comparable_variables(session: Session, *, actor: Actor, now: datetime) -> tuple[ComparableVariable, ...]:
    """List the variables whose data may be used now, by name.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    rows = session.exec(select(GroupVariable).order_by(GroupVariable.name_th)).all()
    found = ((row, in_force(bases_of(session, row.id, now=now))) for row in rows)
    return tuple(_comparable(session, row, basis) for row, basis in found if basis is not None)


def _comparable(session: Session, row: GroupVariable, basis: BasisView) -> ComparableVariable:
    categories, counts = categories_of(session, row.id), counts_of(session, row.id)
    numbers = [counts.get(one.code, 0) for one in categories]
    return ComparableVariable(
        id=row.id,
        name_th=row.name_th,
        name_en=row.name_en,
        simulated=row.simulated,
        categories=categories,
        counts=tuple(number if number >= SMALLEST_SHOWN else None for number in numbers),
        basis=basis,
    )
