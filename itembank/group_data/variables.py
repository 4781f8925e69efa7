"""What people are told apart by: variables with their groups, as administrators define them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import AlreadyExists, InvalidInput, NotFound
from itembank.group_data.bases import BasisState, BasisView, bases_of, in_force
from itembank.storable_text import can_be_kept
from itembank.tables import GroupCategory, GroupMembership, GroupVariable

LONGEST_NAME, LONGEST_CODE = 120, 40
FEWEST_CATEGORIES, MOST_CATEGORIES = 2, 20


@dataclass(frozen=True, slots=True)
class Category:
    """A group: its code in files, and its names."""

    code: str
    name_th: str
    name_en: str


@dataclass(frozen=True, slots=True)
class VariableView:
    """A variable as an administrator sees it: never who is in which group.

    ``people`` are those whose group is on record; ``counts`` go with ``categories``. Of ``bases`` the newest comes
    first; ``basis`` is the one in force, if any is.
    """

    id: UUID
    name_th: str
    name_en: str
    sensitive: bool
    simulated: bool
    categories: tuple[Category, ...]
    counts: tuple[int, ...]
    people: int
    basis: BasisView | None
    bases: tuple[BasisView, ...]

    @property
    def has_expired(self) -> bool:
        """Whether data are on record without a basis that would still allow their use."""
        return self.people > 0 and self.basis is None

    @property
    def has_coming(self) -> bool:
        """Whether a basis is on record whose first day is still to come."""
        return any(basis.state is BasisState.COMING for basis in self.bases)


def create_variable(
    session: Session,
    *,
    actor: Actor,
    name_th: str,
    name_en: str,
    categories: Sequence[Category],
    now: datetime,
    sensitive: bool = False,
    simulated: bool = False,
) -> VariableView:
    """Define what people are to be told apart by; nothing can be loaded before a lawful basis is recorded.

    Args:
        session: The transaction.
        actor: An administrator.
        name_th: Its name in Thai.
        name_en: Its name in English.
        categories: Its groups, from 2 to 20, in the order in which they are shown.
        now: When.
        sensitive: Whether it is of a kind that section 26 of the Personal Data Protection Act protects.
        simulated: Whether it is made up for simulated candidates, and for them alone.

    Raises:
        NotAllowed: The actor is not an administrator.
        InvalidInput: A name or a category can't be taken.
        AlreadyExists: There is a variable of this name.
    """
    actor.require(Role.ADMINISTRATOR)
    names = [_name(name_th, field="name_th"), _name(name_en, field="name_en")]
    chosen = _checked(categories)
    for known in session.exec(select(GroupVariable)):
        if known.name_th == names[0] or known.name_en == names[1]:
            raise AlreadyExists(what="group variable", name=names[0])
    variable = GroupVariable(
        name_th=names[0], name_en=names[1], sensitive=sensitive, simulated=simulated, created_at=now
    )
    session.add(variable)
    session.flush()
    session.add_all(
        GroupCategory(
            variable_id=variable.id, code=one.code, name_th=one.name_th, name_en=one.name_en, position=position
        )
        for position, one in enumerate(chosen)
    )
    session.flush()
    audit.record(
        session, actor=actor, action="group.create", kind="group", subject=variable.id, now=now,
        title=names[0], groups=len(chosen),
    )  # fmt: skip
    return shown(session, variable, now=now)


def list_variables(session: Session, *, actor: Actor, now: datetime) -> tuple[VariableView, ...]:
    """List the variables by name.

    Raises:
        NotAllowed: The actor is not an administrator.
    """
    actor.require(Role.ADMINISTRATOR)
    rows = session.exec(select(GroupVariable).order_by(GroupVariable.name_th)).all()
    return tuple(shown(session, variable, now=now) for variable in rows)


def variable_view(session: Session, *, actor: Actor, variable_id: UUID, now: datetime) -> VariableView:
    """Show one variable.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
    """
    actor.require(Role.ADMINISTRATOR)
    return shown(session, find_variable(session, variable_id), now=now)


def find_variable(session: Session, variable_id: UUID, *, lock: bool = False) -> GroupVariable:
    """Find a variable, for others who use it.

    Args:
        session: The transaction.
        variable_id: Which.
        lock: Whether to hold it until the transaction ends, so that loading and deleting come one after the other.

    Raises:
        NotFound: There is no such variable.
    """
    query = select(GroupVariable).where(GroupVariable.id == variable_id)
    variable = session.exec(query.with_for_update() if lock else query).first()
    if variable is None:
        raise NotFound(what="group variable", name=variable_id)
    return variable


def categories_of(session: Session, variable_id: UUID) -> tuple[Category, ...]:
    """List a variable's groups in their order."""
    rows = session.exec(
        select(GroupCategory).where(GroupCategory.variable_id == variable_id).order_by(col(GroupCategory.position))
    )
    return tuple(Category(row.code, row.name_th, row.name_en) for row in rows)


def counts_of(session: Session, variable_id: UUID) -> dict[str, int]:
    """Count the people on record by the code of their group."""
    rows = session.exec(
        select(GroupMembership.category, func.count())
        .where(GroupMembership.variable_id == variable_id)
        .group_by(col(GroupMembership.category))
    )
    return dict(rows.all())


def shown(session: Session, variable: GroupVariable, *, now: datetime) -> VariableView:
    """Describe a variable."""
    categories, counts = categories_of(session, variable.id), counts_of(session, variable.id)
    bases = bases_of(session, variable.id, now=now)
    return VariableView(
        id=variable.id,
        name_th=variable.name_th,
        name_en=variable.name_en,
        sensitive=variable.sensitive,
        simulated=variable.simulated,
        categories=categories,
        counts=tuple(counts.get(one.code, 0) for one in categories),
        people=sum(counts.values()),
        basis=in_force(bases),
        bases=bases,
    )


def _name(entered: str, *, field: str) -> str:
    name = entered.strip()
    if not name or len(name) > LONGEST_NAME or not can_be_kept(name):
        raise InvalidInput(field=field, expected=f"a name of up to {LONGEST_NAME} letters")
    return name


def _checked(categories: Sequence[Category]) -> tuple[Category, ...]:
    if not FEWEST_CATEGORIES <= len(categories) <= MOST_CATEGORIES:
        raise InvalidInput(
            field="categories", expected=f"{FEWEST_CATEGORIES} to {MOST_CATEGORIES} groups, not {len(categories)}"
        )
    chosen: list[Category] = []
    for place, one in enumerate(categories, start=1):
        code = one.code.strip()
        if not code or len(code) > LONGEST_CODE or not can_be_kept(code):
            raise InvalidInput(field="categories", expected=f"a code of up to {LONGEST_CODE} letters for group {place}")
        if any(code == other.code for other in chosen):
            raise InvalidInput(field="categories", expected=f"each code once; {code} stands twice")
        names = [_name(name, field="categories") for name in (one.name_th, one.name_en)]
        chosen.append(Category(code, names[0], names[1]))
    return tuple(chosen)
