"""Item statistics: how the items of the bank in force behave, and one item in depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Actor
from itembank.calibration_runs.item_detail import ItemDetail, item_detail
from itembank.calibration_runs.item_statistics import (
    ENOUGH_ANSWERS,
    HARMFUL_FLAGS,
    ItemFlag,
    ItemStatisticsLine,
    UnitStatistics,
    item_statistics,
    units_in_force,
)
from itembank.drawing.bars import BarFigure, bar_figure
from itembank.errors import InvalidInput
from itembank.item_decisions.decision_views import decisions_about
from itembank.item_decisions.item_case import item_case
from itembank.item_decisions.item_uses import item_uses
from itembank.item_decisions.queue import QueueEntry, harm_queue
from web.charts import ScatterFigure, scatter_figure
from web.page import Now, SignedInPage, Transaction, actor_of
from web.pages import item_decisions
from web.pages.harm_words import reason_text
from web.pages.item_decisions import Trail, TrailInAddress, place_of
from web.pages.item_figures import item_curves, option_figure
from web.texts_catalogue import Texts

router = APIRouter()
router.include_router(item_decisions.router)

_HARM = {flag: len(ItemFlag) - rank for rank, flag in enumerate(ItemFlag)}
_BINS = 10


@dataclass(frozen=True, slots=True)
class _Sort:
    """A column to sort by: its value, and which end comes first at the first click."""

    value: Callable[[ItemStatisticsLine], Any]
    descending_first: bool
    number: bool = True


_SORTS = {
    "flags": _Sort(lambda line: sum(_HARM[flag] for flag in line.flags[:1]), descending_first=True, number=False),
    "code": _Sort(lambda line: line.code, descending_first=False, number=False),
    "answers": _Sort(lambda line: line.answers, descending_first=True),
    "p": _Sort(lambda line: line.proportion_right, descending_first=False),
    "a": _Sort(lambda line: line.discrimination, descending_first=False),
    "b": _Sort(lambda line: line.difficulty, descending_first=False),
    "exposure": _Sort(lambda line: line.exposure_rate, descending_first=True),
    "source": _Sort(lambda line: line.source, descending_first=False, number=False),
}
_ORDERS = ("ascending", "descending")


@router.get("/measurement")
def statistics_page(
    page: SignedInPage, session: Transaction, unit: str = "", sort: str = "flags", order: str = ""
) -> Response:
    """Show the items of a unit, those that may do harm first."""
    actor = actor_of(page)
    units = units_in_force(session, actor=actor)
    if not units:
        return page.render("measurement/items.html", units=units, statistics=None)
    if sort not in _SORTS:
        raise InvalidInput(field="sort", expected=f"one of {', '.join(_SORTS)}")
    chosen = order if order in _ORDERS else _first_order(sort)
    statistics = item_statistics(session, actor=actor, unit=unit or units[0].code)
    return page.render(
        "measurement/items.html",
        block="items",
        units=units,
        statistics=statistics,
        lines=_sorted(statistics.lines, sort=sort, order=chosen),
        columns=_columns(page.t, statistics.unit, sort=sort, order=chosen),
        parameters=_parameter_figure(statistics),
        exposure=_exposure_figure(statistics),
        flagged=sum(not HARMFUL_FLAGS.isdisjoint(line.flags) for line in statistics.lines),
        uncalibrated=sum(ItemFlag.UNCALIBRATED in line.flags for line in statistics.lines),
        enough=sum(line.answers >= ENOUGH_ANSWERS for line in statistics.lines),
        enough_answers=ENOUGH_ANSWERS,
        flags_present=[flag for flag in ItemFlag if any(flag in line.flags for line in statistics.lines)],
    )


@router.get("/measurement/items/{item_id}")
def item_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    trail: TrailInAddress,
    item_id: UUID,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show one item: its curves with what was observed, its options, what was decided, where it is used."""
    actor = actor_of(page)
    detail = item_detail(session, actor=actor, item_id=item_id, version=version)
    case = item_case(session, actor=actor, item_id=item_id, version=detail.line.version, now=now)
    return page.render(
        "measurement/item.html",
        detail=detail,
        line=detail.line,
        case=case,
        curves=item_curves(detail),
        option_curves=option_figure(detail),
        decisions=decisions_about(session, actor=actor, item_id=item_id),
        uses=item_uses(session, actor=actor, item_id=item_id, unit=detail.unit.unit, now=now),
        trail=trail,
        neighbours=_neighbours(session, actor, trail, detail) if trail.back == "items" else None,
        words=lambda reason: reason_text(page.t, reason),
    )


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Where the queue goes on from an item, and how far it is gone through."""

    number: int
    count: int
    before: QueueEntry | None
    after: QueueEntry | None


def _neighbours(session: Session, actor: Actor, trail: Trail, detail: ItemDetail) -> _Neighbours | None:
    queue = harm_queue(session, actor=actor, wanted=trail.wanted)
    entries = queue.entries if queue else ()
    place = place_of(entries, item_id=detail.line.item_id, version=detail.line.version)
    if place is None:
        return None
    return _Neighbours(
        number=place + 1,
        count=len(entries),
        before=entries[place - 1] if place else None,
        after=entries[place + 1] if place + 1 < len(entries) else None,
    )


def _first_order(sort: str) -> str:
    return _ORDERS[_SORTS[sort].descending_first]


def _sorted(lines: tuple[ItemStatisticsLine, ...], *, sort: str, order: str) -> list[ItemStatisticsLine]:
    value = _SORTS[sort].value
    known = [line for line in lines if value(line) is not None]
    # What has no value comes last either way; equal values stay in the order of their codes.
    return sorted(known, key=value, reverse=order == "descending") + [line for line in lines if value(line) is None]


def _columns(t: Texts, unit: str, *, sort: str, order: str) -> list[dict[str, Any]]:
    columns = []
    for name in ("code", "answers", "p", "a", "b", "source", "exposure", "flags"):
        other = _ORDERS[_ORDERS.index(order) - 1] if name == sort else _first_order(name)
        columns.append(
            {
                "label": t(f"measurement.column_{name}"),
                "number": _SORTS[name].number,
                "url": f"/measurement?{urlencode({'unit': unit, 'sort': name, 'order': other})}",
                "sort": order if name == sort else None,
            }
        )
    return columns


def _parameter_figure(statistics: UnitStatistics) -> ScatterFigure:
    points = [
        (line.code, line.difficulty, line.discrimination, ItemFlag.LOW_DISCRIMINATION in line.flags)
        for line in statistics.lines
    ]
    return scatter_figure(points, same_scale=False)


def _exposure_figure(statistics: UnitStatistics) -> BarFigure | None:
    rated = [line for line in statistics.lines if line.exposure_rate is not None]
    bins: list[list[ItemStatisticsLine]] = [[] for _ in range(_BINS)]
    for line in rated:
        bins[min(int((line.exposure_rate or 0.0) * _BINS), _BINS - 1)].append(line)
    if not rated:
        return None
    return bar_figure(
        [
            (
                f"{100 * place // _BINS}–{100 * (place + 1) // _BINS}",
                float(len(held)),
                any(ItemFlag.OVER_EXPOSED in line.flags for line in held),
            )
            for place, held in enumerate(bins)
        ]
    )
