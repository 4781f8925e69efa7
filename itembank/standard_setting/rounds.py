"""The rounds of a panel: opening and closing them, and accepting or abandoning what they came to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from calibration.standard_setting.bookmark import BOOKMARK
from engine.design_checks import CUT_REACH
from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import InvalidInput, JudgementsMissing, UnusableCut
from itembank.standard_setting.cuts import refuse_judge
from itembank.standard_setting.impact import known_abilities
from itembank.standard_setting.panel_pages import operational_rows, rows_of_pages
from itembank.standard_setting.panel_rows import (
    ballots_in,
    expected_of_each,
    find_panel,
    judgements_in,
    pages_of,
    said_by_each,
    said_in,
)
from itembank.standard_setting.panels import PanelView, panel_view
from itembank.standard_setting.results import RoundResults
from itembank.standard_setting.round_outcome import JudgedPanel, Said, round_results
from itembank.standard_setting.states import after_move
from itembank.tables import PanelBallot, PanelJudgement, PanelRound, StandardPanel, UnitCut

#: A cut score is integrated over its standard error by the engine only up to the standard deviation of abilities.
LARGEST_ERROR = 1.0


def open_round(session: Session, *, actor: Actor, panel_id: UUID, now: datetime) -> PanelView:
    """Open the next round; every judge begins with what was said in the round before and may change it.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such panel.
        IllegalMove: A round is open, no rounds are left, or the panel is finished.
    """
    panel = _movable(session, actor, panel_id, "open")
    before, panel.round = panel.round, panel.round + 1
    session.add(PanelRound(panel_id=panel.id, number=panel.round, opened_at=now))
    session.flush()
    for judgement in judgements_in(session, panel_id=panel.id, number=before):
        session.add(PanelJudgement(**judgement.model_dump() | {"round": panel.round}))
    for ballot in ballots_in(session, panel_id=panel.id, number=before):
        session.add(PanelBallot(**ballot.model_dump() | {"round": panel.round}))
    return _decided(session, actor, panel, "panel.open", now, round=panel.round)


def close_round(session: Session, *, actor: Actor, panel_id: UUID, now: datetime, reason: str = "") -> PanelView:
    """Close the open round: what was said in it stands from now on, and judges see how they stand to the panel.

    Args:
        session: The transaction.
        actor: A psychometrician.
        panel_id: The panel.
        now: When.
        reason: Why, where judgements are missing.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such panel.
        IllegalMove: No round is open.
        JudgementsMissing: Judgements are missing and no reason is given; names who and how many.
        TooFewJudges: Fewer than two judges said anything.
    """
    panel = _movable(session, actor, panel_id, "close")
    said = said_in(session, panel_id=panel.id, number=panel.round)
    missing = _missing(panel, said)
    if missing and not reason.strip():
        raise JudgementsMissing(missing=missing)
    results = round_results(_judged_panel(session, panel), said)
    row = session.get_one(PanelRound, (panel.id, panel.round))
    row.closed_at, row.results, row.reason = now, results.to_dict(), reason.strip() if missing else ""
    session.add(row)
    return _decided(
        session, actor, panel, "panel.close", now,
        round=panel.round, missing=missing, reason=row.reason, cut_score=results.theta,
    )  # fmt: skip


def accept_panel(session: Session, *, actor: Actor, panel_id: UUID, now: datetime) -> PanelView:
    """Accept what the last round came to as a cut score of the unit; another person may then take it over into exams.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such panel.
        IllegalMove: No round is closed, one is open, or the panel is finished.
        JudgeOfPanel: The actor is a judge of the panel.
        UnusableCut: The round came to no cut score, or to one that no exam can have.
    """
    panel = _movable(session, actor, panel_id, "accept")
    refuse_judge(session, actor=actor, panel_id=panel.id)
    row = session.get_one(PanelRound, (panel.id, panel.round))
    theta, error, judges = _usable(RoundResults.from_dict(row.results or {}))
    session.add(
        UnitCut(
            standard_id=panel.standard_id,
            unit=panel.unit,
            bank_id=panel.bank_id,
            panel_id=panel.id,
            round=panel.round,
            method=panel.method,
            theta=theta,
            standard_error=error,
            judges=judges,
            accepted_by=actor.display_name,
            accepted_by_id=actor.person_id,
            accepted_at=now,
        )
    )
    return _decided(
        session, actor, panel, "panel.accept", now, round=panel.round, cut_score=theta, standard_error=error
    )


def abandon_panel(session: Session, *, actor: Actor, panel_id: UUID, reason: str, now: datetime) -> PanelView:
    """Give a panel up; what was said stays on record with the reason.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such panel.
        IllegalMove: It is finished.
        InvalidInput: No reason is given.
    """
    panel = _movable(session, actor, panel_id, "abandon")
    if not reason.strip():
        raise InvalidInput(field="reason", expected="why the panel is given up, in a sentence")
    panel.reason = reason.strip()
    return _decided(session, actor, panel, "panel.abandon", now, reason=panel.reason)


def _movable(session: Session, actor: Actor, panel_id: UUID, move: str) -> StandardPanel:
    actor.require(Role.PSYCHOMETRICIAN)
    panel = find_panel(session, panel_id, lock=True)
    after_move(panel.state, move, rounds_left=panel.round < panel.rounds or move != "open")
    return panel


def _decided(
    session: Session, actor: Actor, panel: StandardPanel, action: str, now: datetime, **details: object
) -> PanelView:
    panel.state = after_move(panel.state, action.removeprefix("panel."))
    session.add(panel)
    session.flush()
    audit.record(session, actor=actor, action=action, kind="panel", subject=panel.id, now=now, **details)
    return panel_view(session, actor=actor, panel_id=panel.id)


def _missing(panel: StandardPanel, said: Said) -> str:
    """Name who has not said everything, and how much is missing."""
    expected = expected_of_each(panel)
    lacking = {person: expected - count for person, count in said_by_each(panel, said).items() if count < expected}
    return ", ".join(f"{said.names[person]} ({count})" for person, count in lacking.items())


def _judged_panel(session: Session, panel: StandardPanel) -> JudgedPanel:
    pages = pages_of(panel)
    rows = rows_of_pages(session, bank_id=panel.bank_id, pages=pages)
    sampled = panel.method == BOOKMARK and len(rows) < panel.items_in_bank
    return JudgedPanel(
        method=panel.method,
        pages=pages,
        rows=rows,
        items_in_bank=panel.items_in_bank,
        known=known_abilities(session, standard_id=panel.standard_id, unit=panel.unit),
        bank_rows=tuple(operational_rows(session, bank_id=panel.bank_id, unit=panel.unit)) if sampled else (),
        response_probability=panel.response_probability,
    )


def _usable(results: RoundResults) -> tuple[float, float, int]:
    """Give the cut score, its standard error and the number of judges, if an exam can be designed with them."""
    if results.theta is None or results.standard_error is None:
        raise UnusableCut(reason=results.refusal)
    if abs(results.theta) >= CUT_REACH:
        raise UnusableCut(reason=f"θ = {results.theta:.2f}; between −{CUT_REACH:g} and {CUT_REACH:g} is expected")
    if results.standard_error > LARGEST_ERROR:
        raise UnusableCut(reason=f"SE = {results.standard_error:.2f}; at most {LARGEST_ERROR:g} is expected")
    return results.theta, results.standard_error, len(results.judges)
