"""Panels: planning one, changing the plan while it is a draft, and seeing how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from calibration.standard_setting.angoff import ANGOFF
from calibration.standard_setting.bookmark import BOOKMARK, RESPONSE_PROBABILITY
from calibration.standard_setting.cut import LEAST_JUDGES
from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import InvalidInput, NotFound, TooFewJudges
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard, standard_by_id
from itembank.publishing.banks import bank_in_force, find_bank_in_force
from itembank.standard_setting.cuts import CutView, cut_of_panel
from itembank.standard_setting.panel_pages import PanelPage, choose_pages
from itembank.standard_setting.panel_rows import (
    expected_of_each,
    find_panel,
    judges_of,
    pages_of,
    rated_of,
    rounds_of,
    said_by_each,
    said_in,
)
from itembank.standard_setting.results import RoundResults
from itembank.standard_setting.states import PanelState, after_move, possible_moves
from itembank.tables import Bank, ItemVersion, PanelJudge, PanelRound, Person, RoleAssignment, StandardPanel

METHODS = (ANGOFF, BOOKMARK)
MOST_ROUNDS = 3
LONGEST_DESCRIPTION = 10_000
READERS = (Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlan:
    """What a psychometrician decides of a panel before its first round.

    ``sample`` is the number of items, None for all that count; ``shows_key`` shows a judge the key of an item once it
    is judged; ``asks_limits`` asks for the limits of Hofstee's compromise besides.
    """

    unit: str
    method: str
    description_th: str
    description_en: str = ""
    judges: tuple[UUID, ...] = ()
    rounds: int = 2
    sample: int | None = None
    shows_key: bool = True
    asks_limits: bool = False
    response_probability: float = RESPONSE_PROBABILITY


@dataclass(frozen=True, slots=True)
class EligibleJudge:
    """Somebody who may be asked to judge."""

    person_id: UUID
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A panel in a list, with the cut score of its round closed last."""

    id: UUID
    unit: str
    unit_title: str
    method: str
    state: PanelState
    round: int
    rounds: int
    judges: int
    theta: float | None
    standard_error: float | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """A judge of a panel: how much is said in the round, how many of the items are the judge's own.

    ``candidate`` tells whether the judge may be a candidate, too: then the items seen here can be asked in an exam.
    """

    person_id: UUID
    name: str
    said: int
    expected: int
    own_items: int
    candidate: bool


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round; results are there once it is closed."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    reason: str
    results: RoundResults | None


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel as psychometricians and administrators see it.

    ``rated`` lists the items whose curves are their writers' ratings, ``actor_judges`` tells whether the one who looks
    is a judge of it, who accepts nothing.
    """

    id: UUID
    unit: str
    unit_title: str
    method: str
    state: PanelState
    round: int
    rounds: int
    description_th: str
    description_en: str
    shows_key: bool
    asks_limits: bool
    response_probability: float
    items: int
    items_in_bank: int
    pages: tuple[PanelPage, ...]
    rated: tuple[UUID, ...]
    judges: tuple[JudgeProgress, ...]
    closed_rounds: tuple[RoundView, ...]
    open_round: RoundView | None
    bank_number: int
    bank_in_force: bool
    created_by: str
    created_at: datetime
    reason: str
    possible_moves: tuple[str, ...]
    cut: CutView | None
    actor_judges: bool

    @property
    def is_sample(self) -> bool:
        """Whether judges see some of the bank's items only."""
        return self.items < self.items_in_bank


def eligible_judges(session: Session, *, actor: Actor) -> tuple[EligibleJudge, ...]:
    """List the people who hold the role of a judge and may sign in, by name.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    rows = session.exec(
        select(Person)
        .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
        .where(RoleAssignment.role == Role.JUDGE.value, col(Person.active).is_(True))
        .order_by(Person.display_name, Person.username)
    )
    return tuple(EligibleJudge(person.id, person.username, person.display_name) for person in rows)


def plan_panel(session: Session, *, actor: Actor, plan: PanelPlan, now: datetime) -> PanelView:
    """Plan a panel on the bank in force; judges see nothing of it before its first round is opened.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit, or no bank in force.
        BankTooSmall: The bank has no item for the unit.
        TooFewJudges: Fewer than two judges.
        InvalidInput: Something else of the plan can't be taken; names the field.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = bank_in_force(session)
    panel = StandardPanel(
        standard_id=current_standard(session).id,
        unit=plan.unit,
        bank_id=bank.id,
        method=plan.method,
        state=PanelState.DRAFT.value,
        description_th="",
        rounds=plan.rounds,
        pages=[],
        items_in_bank=0,
        response_probability=plan.response_probability,
        created_by=actor.display_name,
        created_by_id=actor.person_id,
        created_at=now,
    )
    _take_plan(session, actor, panel, plan)
    return _planned(session, actor, panel, plan, action="panel.plan", now=now)


def change_panel(session: Session, *, actor: Actor, panel_id: UUID, plan: PanelPlan, now: datetime) -> PanelView:
    """Change the plan of a panel that is still a draft; it moves to the bank in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such panel, or no such unit.
        IllegalMove: Its first round was opened already.
        BankTooSmall: As for `plan_panel`.
        TooFewJudges: Likewise.
        InvalidInput: Likewise.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    panel = find_panel(session, panel_id, lock=True)
    panel.state = after_move(panel.state, "change")
    panel.standard_id, panel.bank_id = current_standard(session).id, bank_in_force(session).id
    _take_plan(session, actor, panel, plan)
    for row in session.exec(select(PanelJudge).where(PanelJudge.panel_id == panel.id)):
        session.delete(row)
    session.flush()
    return _planned(session, actor, panel, plan, action="panel.change", now=now)


def list_panels(session: Session, *, actor: Actor) -> tuple[PanelLine, ...]:
    """List the panels, the newest first.

    Raises:
        NotAllowed: The actor neither measures nor runs exams.
    """
    actor.require(*READERS)
    counts = dict(session.exec(select(PanelJudge.panel_id, func.count()).group_by(col(PanelJudge.panel_id))).all())
    closed: dict[UUID, PanelRound] = {}
    for row in session.exec(select(PanelRound).order_by(col(PanelRound.number))):
        if row.results is not None:
            closed[row.panel_id] = row
    panels = session.exec(select(StandardPanel).order_by(col(StandardPanel.created_at).desc()))
    return tuple(_line(session, panel, judges=counts.get(panel.id, 0), last=closed.get(panel.id)) for panel in panels)


def panel_view(session: Session, *, actor: Actor, panel_id: UUID) -> PanelView:
    """Show a panel: its plan, how far its judges are, and what its closed rounds came to.

    Raises:
        NotAllowed: The actor neither measures nor runs exams.
        NotFound: There is no such panel.
    """
    actor.require(*READERS)
    panel = find_panel(session, panel_id)
    pages = pages_of(panel)
    versions = {page.item_version_id for page in pages}
    rounds = [_round_view(row) for row in rounds_of(session, panel.id)]
    judges = _progress(session, panel, versions)
    own = any(judge.person_id == actor.person_id for judge in judges)
    in_force, bank = find_bank_in_force(session), session.get_one(Bank, panel.bank_id)
    return PanelView(
        id=panel.id,
        unit=panel.unit,
        unit_title=standard_by_id(session, panel.standard_id).framework.unit(panel.unit).title,
        method=panel.method,
        state=PanelState(panel.state),
        round=panel.round,
        rounds=panel.rounds,
        description_th=panel.description_th,
        description_en=panel.description_en,
        shows_key=panel.shows_key,
        asks_limits=panel.asks_limits,
        response_probability=panel.response_probability,
        items=len(versions),
        items_in_bank=panel.items_in_bank,
        pages=pages,
        rated=rated_of(session, panel),
        judges=judges,
        closed_rounds=tuple(one for one in rounds if one.closed_at is not None),
        open_round=next((one for one in rounds if one.closed_at is None), None),
        bank_number=bank.number,
        bank_in_force=in_force is not None and in_force.id == bank.id,
        created_by=panel.created_by,
        created_at=panel.created_at,
        reason=panel.reason,
        possible_moves=_moves_of(actor, panel, rounds, judges=own),
        cut=cut_of_panel(session, panel_id=panel.id),
        actor_judges=own,
    )


def _moves_of(actor: Actor, panel: StandardPanel, rounds: Sequence[RoundView], *, judges: bool) -> tuple[str, ...]:
    """List what the actor may do with a panel; what has no cut score can't be accepted, nor anything by a judge."""
    if not actor.has(Role.PSYCHOMETRICIAN):
        return ()
    moves = possible_moves(PanelState(panel.state), rounds_left=panel.round < panel.rounds)
    last = rounds[-1].results if rounds else None
    acceptable = not judges and last is not None and last.theta is not None
    return tuple(move for move in moves if move != "accept" or acceptable)


def _take_plan(session: Session, actor: Actor, panel: StandardPanel, plan: PanelPlan) -> None:
    """Check a plan and put it into the row."""
    _check_plan(session, actor, plan)
    chosen = choose_pages(
        session,
        bank_id=panel.bank_id,
        unit=plan.unit,
        method=plan.method,
        response_probability=plan.response_probability,
        sample=plan.sample,
        seed=panel.id.int,
    )
    panel.unit, panel.method, panel.rounds = plan.unit, plan.method, plan.rounds
    panel.description_th, panel.description_en = plan.description_th.strip(), plan.description_en.strip()
    panel.shows_key, panel.asks_limits = plan.shows_key, plan.asks_limits
    panel.response_probability = plan.response_probability
    panel.pages, panel.items_in_bank = [page.to_dict() for page in chosen.pages], chosen.items_in_bank


def _check_plan(session: Session, actor: Actor, plan: PanelPlan) -> None:
    try:
        current_standard(session).framework.unit(plan.unit)
    except UnknownCode:
        raise NotFound(what="unit", name=plan.unit) from None
    if plan.method not in METHODS:
        raise InvalidInput(field="method", expected=f"one of {', '.join(METHODS)}")
    if not plan.description_th.strip():
        raise InvalidInput(field="description_th", expected="the just competent candidate in words")
    for field, text in (("description_th", plan.description_th), ("description_en", plan.description_en)):
        if len(text) > LONGEST_DESCRIPTION:
            raise InvalidInput(field=field, expected=f"at most {LONGEST_DESCRIPTION} characters")
    if not 1 <= plan.rounds <= MOST_ROUNDS:
        raise InvalidInput(field="rounds", expected=f"a whole number from 1 to {MOST_ROUNDS}")
    if not 0.5 <= plan.response_probability <= 0.9:
        raise InvalidInput(field="response_probability", expected="a number from 0.5 to 0.9")
    if len(set(plan.judges)) < LEAST_JUDGES:
        raise TooFewJudges(judges=len(set(plan.judges)), fewest=LEAST_JUDGES)
    known = {judge.person_id for judge in eligible_judges(session, actor=actor)}
    if not known.issuperset(plan.judges):
        raise InvalidInput(field="judges", expected="people who hold the role of a judge and may sign in")


def _planned(
    session: Session, actor: Actor, panel: StandardPanel, plan: PanelPlan, *, action: str, now: datetime
) -> PanelView:
    session.add(panel)
    session.flush()
    session.add_all(PanelJudge(panel_id=panel.id, person_id=person) for person in sorted(set(plan.judges)))
    session.flush()
    audit.record(
        session, actor=actor, action=action, kind="panel", subject=panel.id, now=now,
        unit=panel.unit, method=panel.method, items=len(panel.pages),
        judges=list(judges_of(session, panel.id).values()),
    )  # fmt: skip
    return panel_view(session, actor=actor, panel_id=panel.id)


def _progress(session: Session, panel: StandardPanel, versions: set[UUID]) -> tuple[JudgeProgress, ...]:
    said = said_in(session, panel_id=panel.id, number=panel.round)
    counts, expected = said_by_each(panel, said), expected_of_each(panel)
    own = _written_by(session, versions)
    candidates = set(
        session.exec(select(RoleAssignment.person_id).where(RoleAssignment.role == Role.CANDIDATE.value)).all()
    )
    return tuple(
        JudgeProgress(person, name, counts[person], expected, own.get(person, 0), person in candidates)
        for person, name in said.names.items()
    )


def _written_by(session: Session, versions: set[UUID]) -> dict[UUID | None, int]:
    rows: Sequence[tuple[UUID | None, int]] = session.exec(
        select(ItemVersion.written_by, func.count())
        .where(col(ItemVersion.id).in_(versions))
        .group_by(col(ItemVersion.written_by))
    ).all()
    return dict(rows)


def _line(session: Session, panel: StandardPanel, *, judges: int, last: PanelRound | None) -> PanelLine:
    results = (last.results if last else None) or {"theta": None, "standard_error": None}
    return PanelLine(
        id=panel.id,
        unit=panel.unit,
        unit_title=standard_by_id(session, panel.standard_id).framework.unit(panel.unit).title,
        method=panel.method,
        state=PanelState(panel.state),
        round=panel.round,
        rounds=panel.rounds,
        judges=judges,
        theta=results["theta"],
        standard_error=results["standard_error"],
        created_by=panel.created_by,
        created_at=panel.created_at,
    )


def _round_view(row: PanelRound) -> RoundView:
    results = None if row.results is None else RoundResults.from_dict(row.results)
    return RoundView(row.number, row.opened_at, row.closed_at, row.reason, results)
