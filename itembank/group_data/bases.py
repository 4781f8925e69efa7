"""Lawful bases: recording one, telling which is in force, and withdrawing it together with the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import IllegalMove, InvalidInput, NoLawfulBasis, NotFound
from itembank.group_data.legal_grounds import LegalGround, grounds_for, legal_day
from itembank.storable_text import can_be_kept
from itembank.tables import GroupMembership, GroupVariable, LawfulBasis

LONGEST_REFERENCE, LONGEST_PURPOSE = 300, 1000
#: Ten years with their leap days: who needs longer looks at the ground again.
LONGEST_TIME = timedelta(days=3653)
_YEARS = "in years of the Common Era (2026, not 2569)"


class BasisState(StrEnum):
    """Where a basis stands on a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    #: Another was recorded since, which has begun, or which was recorded before this one had begun.
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class BasisView:
    """A lawful basis as it was recorded; the last day counts too."""

    id: UUID
    ground: LegalGround
    reference: str
    purpose: str
    valid_from: date
    valid_until: date
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    people_deleted: int | None
    state: BasisState


def record_basis(
    session: Session,
    *,
    actor: Actor,
    variable_id: UUID,
    ground: str,
    reference: str,
    purpose: str,
    valid_from: date,
    valid_until: date,
    now: datetime,
) -> BasisView:
    """Record why the law allows a variable's data to be kept and compared, from one day to another.

    From its first day it takes the place of those recorded before, so that a time can be shortened and a mistake
    corrected; one that had not begun yet never does. Data that are on record already are used under the new basis too.

    Args:
        session: The transaction.
        actor: An administrator.
        variable_id: The variable.
        ground: One of the grounds that data of its kind may rest on.
        reference: The document that shows it.
        purpose: What the data are for.
        valid_from: The first day.
        valid_until: The last day.
        now: When.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
        InvalidInput: The ground does not fit the kind of data, something is missing, or the days are past, exchanged,
            more than ten years apart or more than ten years ahead.
    """
    actor.require(Role.ADMINISTRATOR)
    variable = _locked(session, variable_id)
    _require_fitting(variable, ground)
    _require_days(valid_from, valid_until, today=legal_day(now))
    basis = LawfulBasis(
        variable_id=variable.id,
        basis=ground,
        reference=_sentence(reference, field="reference", longest=LONGEST_REFERENCE),
        purpose=_sentence(purpose, field="purpose", longest=LONGEST_PURPOSE),
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_by=actor.display_name,
        recorded_at=_moment_after(session, variable_id, now),
    )
    session.add(basis)
    session.flush()
    audit.record(
        session, actor=actor, action="group.basis", kind="group", subject=variable.id, now=now,
        title=variable.name_th, ground=ground, reference=basis.reference,
    )  # fmt: skip
    return basis_view(session, basis.id, now=now)


def withdraw_basis(session: Session, *, actor: Actor, variable_id: UUID, now: datetime) -> int:
    """Withdraw a variable's bases and delete the group of everybody on record; this cannot be undone.

    Results of studies stay, since nobody's group can be told from them; what still runs comes to nothing.

    Returns:
        How many people's data were deleted.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such variable.
        IllegalMove: No basis is on record that has not been withdrawn.
    """
    actor.require(Role.ADMINISTRATOR)
    variable = _locked(session, variable_id)
    standing = session.exec(
        select(LawfulBasis)
        .where(LawfulBasis.variable_id == variable_id, col(LawfulBasis.withdrawn_at).is_(None))
        .order_by(col(LawfulBasis.recorded_at).desc())
    ).all()
    if not standing:
        raise IllegalMove(what="group variable", state="without a lawful basis", move="withdraw")
    of_variable = col(GroupMembership.variable_id) == variable_id
    deleted = session.exec(select(func.count()).select_from(GroupMembership).where(of_variable)).one()
    session.exec(delete(GroupMembership).where(of_variable))
    for basis in standing:
        basis.withdrawn_by, basis.withdrawn_at = actor.display_name, now
        basis.people_deleted = deleted if basis is standing[0] else 0
        session.add(basis)
    session.flush()
    audit.record(
        session, actor=actor, action="group.withdraw", kind="group", subject=variable.id, now=now,
        title=variable.name_th, people=deleted,
    )  # fmt: skip
    return deleted


def require_basis(session: Session, variable: GroupVariable, *, now: datetime) -> BasisView:
    """Give the basis in force.

    Raises:
        NoLawfulBasis: There is none.
    """
    basis = in_force(bases_of(session, variable.id, now=now))
    if basis is None:
        raise NoLawfulBasis(title=variable.name_th)
    return basis


def bases_of(session: Session, variable_id: UUID, *, now: datetime) -> tuple[BasisView, ...]:
    """List a variable's bases, the newest first."""
    today = legal_day(now)
    rows = session.exec(
        select(LawfulBasis)
        .where(LawfulBasis.variable_id == variable_id)
        .order_by(col(LawfulBasis.recorded_at).desc(), col(LawfulBasis.valid_until).desc())
    )
    views: list[BasisView] = []
    standing: list[LawfulBasis] = []
    for row in rows:
        views.append(_view(row, _state(row, standing, today)))
        if row.withdrawn_at is None and not _never_begins(row, standing):
            standing.append(row)
    return tuple(views)


def in_force(bases: Sequence[BasisView]) -> BasisView | None:
    """Pick the one that is in force: the newest that has begun, unless its time is over."""
    return next((basis for basis in bases if basis.state is BasisState.IN_FORCE), None)


def basis_view(session: Session, basis_id: UUID, *, now: datetime) -> BasisView:
    """Describe one basis, for the records that rest on it."""
    variable_id = session.get_one(LawfulBasis, basis_id).variable_id
    return next(basis for basis in bases_of(session, variable_id, now=now) if basis.id == basis_id)


def _moment_after(session: Session, variable_id: UUID, now: datetime) -> datetime:
    """Give a moment after that of any basis recorded before: which one is the newest must never be in doubt."""
    latest = session.exec(select(func.max(LawfulBasis.recorded_at)).where(LawfulBasis.variable_id == variable_id)).one()
    return now if latest is None or latest < now else latest + timedelta(microseconds=1)


def _locked(session: Session, variable_id: UUID) -> GroupVariable:
    variable = session.exec(select(GroupVariable).where(GroupVariable.id == variable_id).with_for_update()).first()
    if variable is None:
        raise NotFound(what="group variable", name=variable_id)
    return variable


def _require_fitting(variable: GroupVariable, ground: str) -> None:
    allowed = [one.value for one in grounds_for(sensitive=variable.sensitive)]
    if ground not in allowed:
        raise InvalidInput(field="ground", expected=f"one of {', '.join(allowed)}")


def _require_days(first: date, last: date, *, today: date) -> None:
    if first - today > LONGEST_TIME:
        raise InvalidInput(field="valid_from", expected=f"a day within ten years from now, {_YEARS}")
    if last < first:
        raise InvalidInput(field="valid_until", expected="a day on or after the first one")
    if last - first > LONGEST_TIME:
        raise InvalidInput(field="valid_until", expected=f"a day at most ten years after the first one, {_YEARS}")
    if last < today:
        raise InvalidInput(field="valid_until", expected="a day that is not past")


def _sentence(entered: str, *, field: str, longest: int) -> str:
    text = entered.strip()
    if not text or len(text) > longest or not can_be_kept(text):
        raise InvalidInput(field=field, expected=f"a text of up to {longest} letters")
    return text


def _view(row: LawfulBasis, state: BasisState) -> BasisView:
    return BasisView(
        id=row.id,
        ground=LegalGround(row.basis),
        reference=row.reference,
        purpose=row.purpose,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        people_deleted=row.people_deleted,
        state=state,
    )


def _state(row: LawfulBasis, newer: Sequence[LawfulBasis], today: date) -> BasisState:
    """Tell where a basis stands, given those recorded after it that stand."""
    if row.withdrawn_at is not None:
        return BasisState.WITHDRAWN
    if _never_begins(row, newer) or any(one.valid_from <= today for one in newer):
        return BasisState.REPLACED
    if today < row.valid_from:
        return BasisState.COMING
    return BasisState.EXPIRED if today > row.valid_until else BasisState.IN_FORCE


def _never_begins(row: LawfulBasis, newer: Sequence[LawfulBasis]) -> bool:
    """Tell whether another was recorded before this one's first day."""
    return any(legal_day(one.recorded_at) < row.valid_from for one in newer)
