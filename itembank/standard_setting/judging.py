"""What a judge of a panel sees and says: the own panels, one page after the other, and nothing of other judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from uuid import UUID

from sqlmodel import Session, col, select

from calibration.standard_setting.bookmark import BOOKMARK
from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.criteria import CriterionContext
from itembank.errors import IllegalMove, InvalidInput, NotFound
from itembank.framework.store import standard_by_id
from itembank.standard_setting.judge_feedback import JudgeFeedback, feedback_for
from itembank.standard_setting.panel_pages import PanelPage
from itembank.standard_setting.panel_rows import (
    expected_of_each,
    find_panel,
    pages_of,
    rated_of,
    said_by_each,
    said_in,
)
from itembank.standard_setting.states import LOOKING, PanelState
from itembank.tables import ItemVersion, PanelBallot, PanelJudge, PanelJudgement, StandardPanel

#: A page that was opened stays open so long; after that looking at it is another look.
LOOK_LASTS = timedelta(minutes=30)
#: Whether there is a booklet: how the panel is judged, and what is not possible then.
_OTHER_METHOD = {
    True: ("judged by bookmarks", "judging a single item"),
    False: ("judged item by item", "placing a bookmark"),
}
_HIDDEN = (PanelState.DRAFT, PanelState.ABANDONED)


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One of a judge's panels, and how much the judge has said in its round."""

    panel_id: UUID
    unit: str
    unit_title: str
    method: str
    state: PanelState
    round: int
    rounds: int
    said: int
    expected: int


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """A page with the own judgement: a share of the item's points, None before there is one."""

    place: int
    page: PanelPage
    share: float | None


@dataclass(frozen=True, slots=True)
class JudgingView:
    """A panel as one of its judges sees it; ``rated`` lists the items whose curves are their writers' ratings."""

    panel_id: UUID
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
    pages: tuple[JudgedPage, ...]
    bookmark: int | None
    limits: tuple[float, ...] | None
    said: int
    expected: int
    may_look: bool
    may_judge: bool
    feedback: JudgeFeedback | None
    rated: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """A page that a judge looks at; ``content`` is None until it is opened, ``key_shown`` False until it is judged."""

    panel: JudgingView
    place: int
    page: PanelPage
    share: float | None
    context: CriterionContext
    content: ItemContent | None
    key_shown: bool
    own_item: bool

    @property
    def next_place(self) -> int | None:
        """The page after this one."""
        return self.place + 1 if self.place < len(self.panel.pages) else None


def my_panels(session: Session, *, actor: Actor) -> tuple[JudgedLine, ...]:
    """List the panels that a judge is on and whose first round was opened, the newest first.

    Raises:
        NotAllowed: The actor is not a judge.
    """
    actor.require(Role.JUDGE)
    panels = session.exec(
        select(StandardPanel)
        .join(PanelJudge, col(PanelJudge.panel_id) == col(StandardPanel.id))
        .where(PanelJudge.person_id == actor.person_id, col(StandardPanel.state).not_in([*_HIDDEN]))
        .order_by(col(StandardPanel.created_at).desc())
    )
    return tuple(_line(session, actor, panel) for panel in panels)


def judging_view(session: Session, *, actor: Actor, panel_id: UUID) -> JudgingView:
    """Show a panel to one of its judges: the own judgements, and the feedback of the round closed last.

    Raises:
        NotAllowed: The actor is not a judge.
        NotFound: There is no such panel, or the judge is not on it, or it is not open to judges.
    """
    panel, _ = _own(session, actor, panel_id)
    return _view(session, actor, panel)


def open_page(session: Session, *, actor: Actor, panel_id: UUID, place: int, now: datetime) -> PageView:
    """Open a page; the audit log notes the look.

    Raises:
        NotAllowed: The actor is not a judge.
        NotFound: There is no such panel or page, or the judge is not on the panel.
        IllegalMove: Items are not to be looked at any more.
    """
    panel, judge = _own(session, actor, panel_id, lock=True)
    if PanelState(panel.state) not in LOOKING:
        raise IllegalMove(what="panel", state=panel.state, move="looking at items")
    page = _page(panel, place)
    if not _is_open(judge, place, now):
        audit.record(
            session, actor=actor, action="panel.look", kind="panel", subject=panel.id, now=now,
            round=panel.round, item=page.code,
        )  # fmt: skip
        judge.looking_at, judge.looked_at = place, now
        session.add(judge)
        session.flush()
    return page_view(session, actor=actor, panel_id=panel_id, place=place, now=now)


def page_view(session: Session, *, actor: Actor, panel_id: UUID, place: int, now: datetime) -> PageView:
    """Show a page; what the item says only while it is open.

    Raises:
        NotAllowed: The actor is not a judge.
        NotFound: There is no such panel or page, or the judge is not on the panel.
    """
    panel, judge = _own(session, actor, panel_id)
    page, seen = _page(panel, place), _view(session, actor, panel)
    is_open = PanelState(panel.state) in LOOKING and _is_open(judge, place, now)
    version = session.get_one(ItemVersion, page.item_version_id)
    framework = standard_by_id(session, panel.standard_id).framework
    element = framework.element_of(page.criterion)
    share = seen.pages[place - 1].share
    # A bookmark judges the pages before it and its own; those behind it the judge may not even have read.
    judged = place <= (seen.bookmark or 0) if panel.method == BOOKMARK else share is not None
    return PageView(
        panel=seen,
        place=place,
        page=page,
        share=share,
        context=CriterionContext(framework.criterion(page.criterion), element, framework.unit_of(element.code)),
        content=ItemContent.from_dict(version.content) if is_open else None,
        key_shown=is_open and panel.shows_key and judged,
        own_item=version.written_by is not None and version.written_by == actor.person_id,
    )


def judge_item(
    session: Session, *, actor: Actor, panel_id: UUID, place: int, share: float, now: datetime
) -> JudgingView:
    """Say what share of an item's points a just competent candidate is expected to get; the last word counts.

    Raises:
        NotAllowed: The actor is not a judge.
        NotFound: There is no such panel or page, or the judge is not on the panel.
        IllegalMove: No round is open, or the panel has a booklet.
        InvalidInput: The share is not between 0 and 1.
    """
    panel = _judged_now(session, actor, panel_id, bookmark=False)
    page = _page(panel, place)
    if not (isfinite(share) and 0 <= share <= 1):
        raise InvalidInput(field="share", expected="a share of the item's points from 0 to 1")
    row = session.get(PanelJudgement, (panel.id, panel.round, actor.person_id, page.item_version_id))
    if row is None:
        row = PanelJudgement(
            panel_id=panel.id,
            round=panel.round,
            person_id=_person(actor),
            item_version_id=page.item_version_id,
            share=share,
            judged_at=now,
        )
    elif row.share == share:
        return _view(session, actor, panel)
    row.share, row.judged_at = share, now
    session.add(row)
    _said(session, actor, panel, now, item=page.code)
    return _view(session, actor, panel)


def place_bookmark(session: Session, *, actor: Actor, panel_id: UUID, page: int, now: datetime) -> JudgingView:
    """Mark the first page of a booklet that a just competent candidate does not master; the last mark counts.

    Args:
        session: The transaction.
        actor: A judge of the panel.
        panel_id: The panel.
        page: From 2, since a page before it has to be mastered, to one more than there are pages.
        now: When.

    Raises:
        NotAllowed: The actor is not a judge.
        NotFound: There is no such panel, or the judge is not on it.
        IllegalMove: No round is open, or the panel has no booklet.
        InvalidInput: There is no such page.
    """
    panel = _judged_now(session, actor, panel_id, bookmark=True)
    last = len(panel.pages) + 1
    if not 2 <= page <= last:
        raise InvalidInput(field="bookmark", expected=f"a page from 2 to {last}")
    _ballot(session, actor, panel, now).bookmark = page
    _said(session, actor, panel, now, said="bookmark")
    return _view(session, actor, panel)


def set_limits(
    session: Session, *, actor: Actor, panel_id: UUID, limits: Sequence[float], now: datetime
) -> JudgingView:
    """Say what a judge accepts for Hofstee's compromise.

    Args:
        session: The transaction.
        actor: A judge of the panel.
        panel_id: The panel.
        limits: Lowest and highest acceptable cut as shares of points, lowest and highest acceptable share failing.
        now: When.

    Raises:
        NotAllowed: The actor is not a judge.
        NotFound: There is no such panel, or the judge is not on it.
        IllegalMove: No round is open, or the panel does not ask for limits.
        InvalidInput: The limits are not shares in rising order.
    """
    panel = _judged_now(session, actor, panel_id, bookmark=None)
    if not panel.asks_limits:
        raise IllegalMove(what="panel", state="one that asks for no limits", move="setting limits")
    names = ("lowest_cut", "highest_cut", "lowest_failing", "highest_failing")
    low, high, few, many = limits
    for name, value in zip(names, limits, strict=True):
        if not (isfinite(value) and 0 <= value <= 1) or (name.endswith("cut") and not 0 < value < 1):
            raise InvalidInput(field=name, expected="a share above 0 and below 1" if "cut" in name else "0 to 1")
    if low >= high:
        raise InvalidInput(field="highest_cut", expected="more than the lowest cut")
    if few >= many:
        raise InvalidInput(field="highest_failing", expected="more than the lowest share failing")
    _ballot(session, actor, panel, now).limits = list(limits)
    _said(session, actor, panel, now, said="limits")
    return _view(session, actor, panel)


def _own(session: Session, actor: Actor, panel_id: UUID, *, lock: bool = False) -> tuple[StandardPanel, PanelJudge]:
    """Load a panel for one of its judges; to others, and before its first round, there is no such panel."""
    actor.require(Role.JUDGE)
    panel = find_panel(session, panel_id, lock=lock)
    judge = session.get(PanelJudge, (panel_id, actor.person_id)) if actor.person_id else None
    if judge is None or PanelState(panel.state) in _HIDDEN:
        raise NotFound(what="panel", name=panel_id)
    return panel, judge


def _judged_now(session: Session, actor: Actor, panel_id: UUID, *, bookmark: bool | None) -> StandardPanel:
    panel, _ = _own(session, actor, panel_id, lock=True)
    if panel.state != PanelState.ROUND_OPEN:
        raise IllegalMove(what="panel", state=panel.state, move="judging")
    if bookmark is not None and bookmark != (panel.method == BOOKMARK):
        state, move = _OTHER_METHOD[panel.method == BOOKMARK]
        raise IllegalMove(what="panel", state=state, move=move)
    return panel


def _page(panel: StandardPanel, place: int) -> PanelPage:
    if not 1 <= place <= len(panel.pages):
        raise NotFound(what="page", name=place)
    return PanelPage.from_dict(panel.pages[place - 1])


def _is_open(judge: PanelJudge, place: int, now: datetime) -> bool:
    return judge.looking_at == place and judge.looked_at is not None and now - judge.looked_at < LOOK_LASTS


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound(what="judge", name=actor.username)
    return actor.person_id


def _ballot(session: Session, actor: Actor, panel: StandardPanel, now: datetime) -> PanelBallot:
    row = session.get(PanelBallot, (panel.id, panel.round, actor.person_id))
    if row is None:
        row = PanelBallot(panel_id=panel.id, round=panel.round, person_id=_person(actor), judged_at=now)
    row.judged_at = now
    session.add(row)
    return row


def _said(session: Session, actor: Actor, panel: StandardPanel, now: datetime, **details: object) -> None:
    # What was said stays out: the log is read while the round is open, and then nobody knows it of another.
    session.flush()
    audit.record(
        session, actor=actor, action="panel.judge", kind="panel", subject=panel.id, now=now,
        round=panel.round, **details,
    )  # fmt: skip


def _line(session: Session, actor: Actor, panel: StandardPanel) -> JudgedLine:
    said = said_by_each(panel, said_in(session, panel_id=panel.id, number=panel.round))
    return JudgedLine(
        panel_id=panel.id,
        unit=panel.unit,
        unit_title=standard_by_id(session, panel.standard_id).framework.unit(panel.unit).title,
        method=panel.method,
        state=PanelState(panel.state),
        round=panel.round,
        rounds=panel.rounds,
        said=said[_person(actor)],
        expected=expected_of_each(panel),
    )


def _view(session: Session, actor: Actor, panel: StandardPanel) -> JudgingView:
    person = _person(actor)
    said = said_in(session, panel_id=panel.id, number=panel.round)
    own = said.shares[person]
    limits = said.limits.get(person)
    return JudgingView(
        panel_id=panel.id,
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
        pages=tuple(
            JudgedPage(place, page, own.get(page.item_version_id))
            for place, page in enumerate(pages_of(panel), start=1)
        ),
        bookmark=said.bookmarks.get(person),
        limits=None if limits is None else tuple(limits),
        said=said_by_each(panel, said)[person],
        expected=expected_of_each(panel),
        may_look=PanelState(panel.state) in LOOKING,
        may_judge=panel.state == PanelState.ROUND_OPEN,
        feedback=feedback_for(session, panel_id=panel.id, person_id=person),
        rated=rated_of(session, panel),
    )
