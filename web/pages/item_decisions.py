"""The queue of items sorted by harm, and deciding about them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from itembank.errors import ExamsLeftShort, InvalidInput
from itembank.item_decisions.decide import MAXIMUM_REASON, decide_item
from itembank.item_decisions.decision_views import Standing
from itembank.item_decisions.harm import Harm
from itembank.item_decisions.item_case import ItemCase, item_case
from itembank.item_decisions.queue import ANY, WANTED, HarmQueue, QueueEntry, QueueFilter, harm_queue
from itembank.item_decisions.verdicts import Verdict, possible_verdicts
from web.error_pages import error_text
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.harm_words import reason_text

#: Where a decision leads back to: the list, or item by item.
_LIST, _ITEMS = "list", "items"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Trail:
    """The queue that somebody is working through, carried along in addresses and forms."""

    wanted: QueueFilter
    back: str

    def fields(self) -> dict[str, str]:
        """Give what a form or an address carries."""
        return {
            "unit": self.wanted.unit,
            "harm": self.wanted.harm,
            "standing": self.wanted.standing,
            "back": self.back,
        }

    def query(self, **more: str | int) -> str:
        """Write it as the query of an address."""
        return urlencode({name: value for name, value in {**self.fields(), **more}.items() if value != ""})

    def item_url(self, entry: QueueEntry) -> str:
        """Give the address of an item's page on this trail."""
        line = entry.item.line
        return f"/measurement/items/{line.item_id}?{self.query(version=line.version)}"


def _trail_in_address(
    unit: Annotated[str, Query(max_length=60)] = "",
    harm: Annotated[str, Query(max_length=40)] = "",
    standing: Annotated[str, Query(max_length=20)] = "undecided",
    back: Annotated[str, Query(max_length=10)] = _LIST,
) -> Trail:
    return Trail(QueueFilter(unit, harm, standing), _ITEMS if back == _ITEMS else _LIST)


def _trail_in_form(
    unit: Annotated[str, Form(max_length=60)] = "",
    harm: Annotated[str, Form(max_length=40)] = "",
    standing: Annotated[str, Form(max_length=20)] = "undecided",
    back: Annotated[str, Form(max_length=10)] = _LIST,
) -> Trail:
    return _trail_in_address(unit, harm, standing, back)


TrailInAddress = Annotated[Trail, Depends(_trail_in_address)]
TrailInForm = Annotated[Trail, Depends(_trail_in_form)]


@router.get("/measurement/queue")
def queue_page(
    page: SignedInPage,
    session: Transaction,
    trail: TrailInAddress,
    at: Annotated[str, Query(max_length=80)] = "",
    after: UUID | None = None,
    version: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Show the items that deserve a look, the most harmful first.

    ``at`` names the one to go on with; ``after`` and ``version`` name one just decided about, to go on with the next.
    """
    everything = replace(trail.wanted, harm="", standing=ANY)
    whole = harm_queue(session, actor=actor_of(page), wanted=everything if after else trail.wanted)
    queue = replace(whole, entries=tuple(filter(trail.wanted.takes, whole.entries))) if whole else None
    following = next_of(whole, trail.wanted, item_id=after, version=version) if after else None
    if following is not None and trail.back == _ITEMS:
        return page.redirect(trail.item_url(following), notice=page.request.query_params.get("notice"))
    return page.render(
        "measurement/queue.html",
        block="queue",
        queue=queue,
        trail=trail,
        at=following.item.line.code if following else at,
        harms=list(Harm),
        wanted=WANTED,
        waiting=sum(queue.counts.get(standing, 0) for standing in (Standing.OPEN, Standing.BACK)) if queue else 0,
        held=(queue.counts.get(Standing.HELD, 0) + len(queue.outside)) if queue else 0,
        words=lambda reason: reason_text(page.t, reason),
        verdicts_of=_verdicts_of,
    )


@router.get("/measurement/items/{item_id}/decide")
def decision_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    trail: TrailInAddress,
    item_id: UUID,
    verdict: Verdict = Verdict.ACCEPT,
    version: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Ask for the reason of a decision, and tell what would follow from it."""
    case = item_case(session, actor=actor_of(page), item_id=item_id, version=version, now=now)
    return _form(page, case, trail, verdict, reason="", errors={})


@router.post("/measurement/items/{item_id}/decide")
def decide_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    trail: TrailInForm,
    item_id: UUID,
    verdict: Annotated[Verdict, Form()],
    version: Annotated[int, Form(ge=1)],
    reason: Annotated[str, Form()] = "",
    despite_exams: Annotated[bool, Form()] = False,
) -> Response:
    """Decide, and go on to the next item of the queue."""
    actor = actor_of(page)
    try:
        decide_item(
            session, actor=actor, item_id=item_id, version=version, verdict=verdict, reason=reason, now=now,
            despite_exams=despite_exams,
        )  # fmt: skip
    except (InvalidInput, ExamsLeftShort) as error:
        session.rollback()
        case = item_case(session, actor=actor, item_id=item_id, version=version, now=now)
        return _form(page, case, trail, verdict, reason=reason, errors=_errors(page, error))
    # The next item is looked for when this transaction is over: candidates who save answers wait for it.
    following = trail.query(after=str(item_id), version=version)
    return page.redirect(f"/measurement/queue?{following}", notice=f"measurement.notice_{verdict.value}")


def next_of(queue: HarmQueue | None, wanted: QueueFilter, *, item_id: UUID, version: int) -> QueueEntry | None:
    """Find the wanted entry that comes after an item in the whole queue; after the last one the first."""
    entries = queue.entries if queue else ()
    place = place_of(entries, item_id=item_id, version=version)
    others = [*entries[place + 1 :], *entries[:place]] if place is not None else entries
    return next(filter(wanted.takes, others), None)


def place_of(entries: Sequence[QueueEntry], *, item_id: UUID, version: int) -> int | None:
    """Find an item version's place in the queue."""
    places = {(entry.item.line.item_id, entry.item.line.version): place for place, entry in enumerate(entries)}
    return places.get((item_id, version))


def _errors(page: Page, error: InvalidInput | ExamsLeftShort) -> dict[str, str]:
    if isinstance(error, ExamsLeftShort):
        return {"despite_exams": error_text(error, page.t)}
    kind = error.details.get("reason", "reason_missing")
    texts = {
        "reason_missing": page.t("measurement.error_reason_missing"),
        "reason_too_long": page.t("measurement.error_reason_too_long", n=MAXIMUM_REASON),
    }
    return {"reason": texts[kind]}


def _form(
    page: Page, case: ItemCase, trail: Trail, verdict: Verdict, *, reason: str, errors: dict[str, str]
) -> Response:
    return page.render(
        "measurement/decide.html",
        status=422 if errors else 200,
        case=case,
        trail=trail,
        verdict=verdict,
        reason=reason,
        errors=errors,
        words=lambda harm: reason_text(page.t, harm),
        verdicts=case.verdicts,
        back_url=f"/measurement/queue?{trail.query(at=case.code)}"
        if trail.back == _LIST
        else f"/measurement/items/{case.item_id}?{trail.query(version=case.version)}",
    )


def _verdicts_of(entry: QueueEntry) -> tuple[Verdict, ...]:
    return possible_verdicts(entry.item.line.state, held=entry.standing is Standing.HELD)
