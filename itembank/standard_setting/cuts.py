"""Cut scores of units as panels set them: who accepted one, who took it over, and which one new exams propose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.errors import IllegalMove, JudgeOfPanel, NotFound, OwnCut
from itembank.standard_setting.panel_rows import find_panel, pages_of, rated_of
from itembank.tables import Bank, PanelJudge, UnitCut


@dataclass(frozen=True, slots=True)
class CutView:
    """A cut score of a unit on the scale of a bank.

    ``proposed`` tells whether new exams of the unit propose it, ``rated_items`` how many of the ``items`` judged were
    not calibrated: their curves were writers' ratings.
    """

    id: UUID
    unit: str
    theta: float
    standard_error: float
    method: str
    judges: int
    panel_id: UUID
    round: int
    bank_number: int
    accepted_by: str
    accepted_at: datetime
    adopted_by: str | None
    adopted_at: datetime | None
    proposed: bool
    items: int
    rated_items: int


def list_cuts(session: Session, *, actor: Actor, unit: str | None = None) -> tuple[CutView, ...]:
    """List the accepted cut scores, the newest first.

    Raises:
        NotAllowed: The actor neither measures nor runs exams.
    """
    actor.require(Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)
    query = select(UnitCut)
    if unit is not None:
        query = query.where(UnitCut.unit == unit)
    rows = session.exec(query.order_by(col(UnitCut.accepted_at).desc())).all()
    current: dict[tuple[UUID, str], UUID | None] = {}
    for row in rows:
        if (row.standard_id, row.unit) not in current:
            newest = _adopted(session, standard_id=row.standard_id, unit=row.unit)
            current[row.standard_id, row.unit] = newest.id if newest else None
    return tuple(_view(session, row, proposed=current[row.standard_id, row.unit] == row.id) for row in rows)


def proposed_cut(session: Session, *, standard_id: UUID, unit: str) -> CutView | None:
    """Give the cut score that new exams of a unit propose: the one taken over last; None before any was."""
    row = _adopted(session, standard_id=standard_id, unit=unit)
    return None if row is None else _view(session, row, proposed=True)


def cut_of_panel(session: Session, *, panel_id: UUID) -> CutView | None:
    """Give the cut score that was accepted from a panel."""
    row = session.exec(select(UnitCut).where(UnitCut.panel_id == panel_id)).first()
    if row is None:
        return None
    newest = _adopted(session, standard_id=row.standard_id, unit=row.unit)
    proposed = newest is not None and newest.id == row.id
    return _view(session, row, proposed=proposed)


def adopt_cut(session: Session, *, actor: Actor, cut_id: UUID, now: datetime) -> CutView:
    """Take an accepted cut score over, so that new exams of the unit propose it; exams that exist stay as they are.

    Taking over an earlier one again makes it the proposed one again.

    Raises:
        NotAllowed: The actor is not an administrator.
        NotFound: There is no such cut score.
        OwnCut: The actor accepted it.
        JudgeOfPanel: The actor was a judge of its panel.
        IllegalMove: It is the proposed one already.
    """
    actor.require(Role.ADMINISTRATOR)
    row = session.exec(select(UnitCut).where(UnitCut.id == cut_id).with_for_update()).first()
    if row is None:
        raise NotFound(what="cut score", name=cut_id)
    if _accepted_by(row, actor):
        raise OwnCut(name=row.accepted_by)
    refuse_judge(session, actor=actor, panel_id=row.panel_id)
    newest = _adopted(session, standard_id=row.standard_id, unit=row.unit)
    if newest is not None and newest.id == row.id:
        raise IllegalMove(what="cut score", state="proposed already", move="taking it over")
    row.adopted_by, row.adopted_by_id, row.adopted_at = actor.display_name, actor.person_id, now
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="panel.adopt", kind="panel", subject=row.panel_id, now=now,
        unit=row.unit, cut_score=row.theta, standard_error=row.standard_error,
    )  # fmt: skip
    return _view(session, row, proposed=True)


def refuse_judge(session: Session, *, actor: Actor, panel_id: UUID) -> None:
    """Refuse a judge of a panel who would decide what comes of it.

    Raises:
        JudgeOfPanel: The actor is one.
    """
    if actor.person_id is not None and session.get(PanelJudge, (panel_id, actor.person_id)) is not None:
        raise JudgeOfPanel(name=actor.display_name)


def _accepted_by(row: UnitCut, actor: Actor) -> bool:
    """Tell whether the actor accepted it; the command line has no id, there the name decides."""
    if row.accepted_by_id is None:
        return row.accepted_by == actor.display_name
    return row.accepted_by_id == actor.person_id


def _adopted(session: Session, *, standard_id: UUID, unit: str) -> UnitCut | None:
    return session.exec(
        select(UnitCut)
        .where(
            col(UnitCut.standard_id).in_(versions_of(standard_id)),
            UnitCut.unit == unit,
            col(UnitCut.adopted_at).is_not(None),
        )
        .order_by(col(UnitCut.adopted_at).desc())
    ).first()


def _view(session: Session, row: UnitCut, *, proposed: bool) -> CutView:
    panel = find_panel(session, row.panel_id)
    return CutView(
        id=row.id,
        unit=row.unit,
        theta=row.theta,
        standard_error=row.standard_error,
        method=row.method,
        judges=row.judges,
        panel_id=row.panel_id,
        round=row.round,
        bank_number=session.get_one(Bank, row.bank_id).number,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
        adopted_by=row.adopted_by,
        adopted_at=row.adopted_at,
        proposed=proposed,
        items=len({page.item_version_id for page in pages_of(panel)}),
        rated_items=len(rated_of(session, panel)),
    )
