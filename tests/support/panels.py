"""Panels of judges in the institution's database, and judges who go through all of their pages."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from itembank.database import Database
from itembank.standard_setting.judging import judge_item, judging_view, place_bookmark, set_limits
from itembank.standard_setting.panel_pages import PanelPage
from itembank.standard_setting.panels import PanelPlan, PanelView, plan_panel
from itembank.standard_setting.rounds import accept_panel, close_round, open_round
from tests.support.institution import NOON, Institution

DESCRIPTION = "ผู้ที่ทำงานตามเกณฑ์ได้พอดี ไม่มากไปกว่านั้น"
JUDGES = ("judge", "judge2")


def plan_of(institution: Institution, **changes: object) -> PanelPlan:
    """A plan for DG100 with both judges."""
    known: dict[str, object] = {
        "unit": "DG100",
        "method": "angoff",
        "description_th": DESCRIPTION,
        "judges": tuple(institution[name].person_id for name in JUDGES),
    }
    return PanelPlan(**{**known, **changes})  # type: ignore[arg-type]


def open_panel(database: Database, institution: Institution, **changes: object) -> PanelView:
    """Plan a panel and open its first round."""
    actor = institution["psychometrician"]
    with database.writing() as session:
        panel = plan_panel(session, actor=actor, plan=plan_of(institution, **changes), now=NOON)
        return open_round(session, actor=actor, panel_id=panel.id, now=NOON)


def judge_everything(
    database: Database,
    institution: Institution,
    panel_id: UUID,
    share: Callable[[str, int, PanelPage], float],
    *,
    limits: tuple[float, ...] | None = None,
) -> None:
    """Let both judges judge every item: by user name, place and page."""
    with database.writing() as session:
        for name in JUDGES:
            actor = institution[name]
            for one in judging_view(session, actor=actor, panel_id=panel_id).pages:
                value = share(name, one.place, one.page)
                judge_item(session, actor=actor, panel_id=panel_id, place=one.place, share=value, now=NOON)
            if limits is not None:
                set_limits(session, actor=actor, panel_id=panel_id, limits=limits, now=NOON)


def somewhat_apart(name: str, place: int, _page: PanelPage) -> float:
    """Two judges who agree on what is hard, the second one asking for more."""
    return 0.4 + 0.02 * (place % 10) + (0.1 if name == "judge2" else 0.0)


def mark_both(database: Database, institution: Institution, panel_id: UUID, marks: tuple[int, int]) -> None:
    """Place both judges' bookmarks."""
    with database.writing() as session:
        for name, page in zip(JUDGES, marks, strict=True):
            place_bookmark(session, actor=institution[name], panel_id=panel_id, page=page, now=NOON)


def closed(database: Database, institution: Institution, panel_id: UUID, *, reason: str = "") -> PanelView:
    """Close the open round."""
    with database.writing() as session:
        actor = institution["psychometrician"]
        return close_round(session, actor=actor, panel_id=panel_id, now=NOON, reason=reason)


def accepted_panel(database: Database, institution: Institution) -> PanelView:
    """A panel whose only round is closed and accepted."""
    panel = open_panel(database, institution, rounds=1)
    judge_everything(database, institution, panel.id, somewhat_apart)
    closed(database, institution, panel.id)
    with database.writing() as session:
        return accept_panel(session, actor=institution["psychometrician"], panel_id=panel.id, now=NOON)
