"""Judging: a judge's own panels, one page after the other, and nothing of other judges before a round is closed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.resources.sitting_an_exam import ShownItemOut
from api.resources.standard_setting import CompromiseShown, ImpactLineShown, ItemFindingShown, JudgeFindingShown
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.shown_item import shown_item
from itembank.standard_setting.judging import (
    JudgedLine,
    JudgingView,
    PageView,
    judge_item,
    judging_view,
    my_panels,
    open_page,
    page_view,
    place_bookmark,
    set_limits,
)
from itembank.standard_setting.states import PanelState

#: A judgement decides about people: neither a truth value nor a text passes for a number.
Number = Annotated[float, Field(strict=True)]

router = APIRouter(prefix="/judging", tags=["standard setting"])

_LINE = {
    "panel_id": "c6a1f5d2-3b7d-4a55-9b0e-7b1d8f8c9e01",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "method": "angoff",
    "state": "round_open",
    "round": 1,
    "rounds": 2,
    "said": 7,
    "expected": 20,
}


class JudgedLineShown(Shown):
    """One of a judge's panels."""

    panel_id: UUID
    unit: str
    unit_title: str
    method: str
    state: PanelState
    round: int
    rounds: int
    said: int
    expected: int


class JudgedLinesShown(Shown):
    """A judge's panels, the newest first."""

    model_config = example(panels=[_LINE])

    panels: list[JudgedLineShown]


class PageOfJudgeShown(Shown):
    """A page as its judge sees it in a list: the item's code and points, not where it lies on the scale."""

    item_version_id: UUID
    code: str
    criterion: str
    highest: int
    score: int


class JudgedPageShown(Shown):
    """A page with the own judgement."""

    place: int
    page: PageOfJudgeShown
    share: float | None


class ItemComparisonShown(Shown):
    """An item as the panel judged it, and the own judgement."""

    item: ItemFindingShown
    own: float | None


class OwnResultsShown(Shown):
    """What a closed round came to, other judges left out."""

    refusal: str | None
    theta: float | None
    standard_error: float | None
    points: float | None
    highest_points: int
    sittings: int
    simulated: bool
    impact: list[ImpactLineShown]
    compromise: CompromiseShown | None


class FeedbackShown(Shown):
    """A closed round as one judge may see it; the cut scores of the others without their names."""

    number: int
    results: OwnResultsShown
    own: JudgeFindingShown | None
    cuts: list[float]
    items: list[ItemComparisonShown]


class JudgingShown(Shown):
    """A panel as one of its judges sees it."""

    model_config = example(
        **_LINE, description_th="ผู้ที่ทำงานตามเกณฑ์ได้พอดี", description_en="", shows_key=True, asks_limits=False,
        response_probability=2 / 3, pages=[], bookmark=None, limits=None, may_look=True, may_judge=True, feedback=None,
        rated=[],
    )  # fmt: skip

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
    pages: list[JudgedPageShown]
    bookmark: int | None
    limits: list[float] | None
    said: int
    expected: int
    may_look: bool
    may_judge: bool
    feedback: FeedbackShown | None
    rated: list[UUID] = Field(description="items whose curves are their writers' ratings, not calibrated")


class ItemToJudgeShown(ShownItemOut):
    """What an item says, in the language it was written in; the key once it is judged, where the panel shows it."""

    key: list[int] | None = Field(description="Right answer in places that are shown; null until it may be seen.")
    key_texts: list[str] | None = Field(description="What counts as right where the answer is typed; null likewise.")


class PageShown(Shown):
    """A page; the item is null until the page is opened, and again half an hour later."""

    model_config = example(
        place=1, code="DG101-1.1-01", criterion="DG101-1.1", criterion_text="ระบุกฎหมายที่เกี่ยวข้องได้", highest=1,
        score=0, share=None, own_item=False, next_place=2,
        item={
            "type": "single_choice", "language": "th", "stem": "ข้อใดถูกต้อง", "options": ["ก", "ข"], "prompts": [],
            "unit": "", "stimulus": "", "partial_credit": False, "key": None, "key_texts": None,
        },
    )  # fmt: skip

    place: int
    code: str
    criterion: str
    criterion_text: str
    highest: int
    score: int
    share: float | None
    own_item: bool
    next_place: int | None
    item: ItemToJudgeShown | None


class JudgementSent(Sent):
    """What share of an item's points a just competent candidate is expected to get."""

    model_config = example(share=0.65)

    share: Number


class BookmarkSent(Sent):
    """The first page that a just competent candidate does not master."""

    model_config = example(page=12)

    page: Annotated[int, Field(strict=True)]


class LimitsSent(Sent):
    """What a judge accepts for Hofstee's compromise, as shares."""

    model_config = example(lowest_cut=0.5, highest_cut=0.75, lowest_failing=0.05, highest_failing=0.4)

    lowest_cut: Number
    highest_cut: Number
    lowest_failing: Number
    highest_failing: Number


@router.get("", response_model=JudgedLinesShown, summary="List my panels")
def list_my_panels(caller: Caller, session: Transaction) -> dict[str, tuple[JudgedLine, ...]]:
    """List the panels that the judge is on. For judges."""
    return {"panels": my_panels(session, actor=caller)}


@router.get("/{panel_id}", response_model=JudgingShown, summary="Read a panel as its judge")
def read_my_panel(panel_id: UUID, caller: Caller, session: Transaction) -> JudgingView:
    """Show the own judgements, and what the round closed last came to. For judges of the panel."""
    return judging_view(session, actor=caller, panel_id=panel_id)


@router.post("/{panel_id}/pages/{place}/look", response_model=PageShown, summary="Open a page")
def open_panel_page(panel_id: UUID, place: int, caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """Open a page; the audit log notes the look. For judges of the panel."""
    return _page(open_page(session, actor=caller, panel_id=panel_id, place=place, now=now))


@router.get("/{panel_id}/pages/{place}", response_model=PageShown, summary="Read a page")
def read_panel_page(panel_id: UUID, place: int, caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """Show a page; the item only while it is open. For judges of the panel."""
    return _page(page_view(session, actor=caller, panel_id=panel_id, place=place, now=now))


@router.put("/{panel_id}/pages/{place}/judgement", response_model=JudgingShown, summary="Judge an item")
def judge_panel_item(
    panel_id: UUID, place: int, said: JudgementSent, caller: Caller, session: Transaction, now: Now
) -> JudgingView:
    """Judge an item; the last word before the round is closed counts. For judges of the panel."""
    return judge_item(session, actor=caller, panel_id=panel_id, place=place, share=said.share, now=now)


@router.put("/{panel_id}/bookmark", response_model=JudgingShown, summary="Place the bookmark")
def place_panel_bookmark(
    panel_id: UUID, said: BookmarkSent, caller: Caller, session: Transaction, now: Now
) -> JudgingView:
    """Mark the first page that is not mastered; the last mark counts. For judges of the panel."""
    return place_bookmark(session, actor=caller, panel_id=panel_id, page=said.page, now=now)


@router.put("/{panel_id}/limits", response_model=JudgingShown, summary="Set what is acceptable")
def set_panel_limits(panel_id: UUID, said: LimitsSent, caller: Caller, session: Transaction, now: Now) -> JudgingView:
    """Say what is acceptable, for Hofstee's compromise. For judges of the panel."""
    limits = (said.lowest_cut, said.highest_cut, said.lowest_failing, said.highest_failing)
    return set_limits(session, actor=caller, panel_id=panel_id, limits=limits, now=now)


def _page(seen: PageView) -> dict[str, object]:
    content = seen.content
    item = content and asdict(shown_item(content, content.type)) | shown_key(content, shown=seen.key_shown)
    return {
        "place": seen.place,
        "code": seen.page.code,
        "criterion": seen.page.criterion,
        "criterion_text": seen.context.criterion.wording,
        "highest": seen.page.highest,
        "score": seen.page.score,
        "share": seen.share,
        "own_item": seen.own_item,
        "next_place": seen.next_place,
        "item": item,
    }


def shown_key(content: ItemContent, *, shown: bool) -> dict[str, object]:
    """Give the key of an item of any type as its places and texts.

    Args:
        content: The item.
        shown: Whether it may be seen; else both are null.
    """
    if not shown:
        return {"key": None, "key_texts": None}
    if content.type is ItemType.CONSTRUCTED_RESPONSE:
        return {"key": [], "key_texts": [f"{aspect.title}: {aspect.maximum}" for aspect in content.rubric]}
    right = rule_of(content.type).right_answer(content)
    return {"key": list(right.selected), "key_texts": list(content.accepted) or ([right.text] if right.text else [])}
