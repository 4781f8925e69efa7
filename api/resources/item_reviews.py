"""Reviews of items: the queue, the check list, votes, who is asked by when, and the institution's rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.authentication import Caller
from api.resources.items import ItemLineShown
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring.review import review_queue
from itembank.authoring.reviewing import requests, rules, votes
from itembank.authoring.reviewing.check_points import CHECK_POINTS, MAXIMUM_CHECK_NOTE, Check, Finding
from itembank.authoring.reviewing.requests import MAXIMUM_REQUEST_NOTE
from itembank.authoring.reviewing.votes import MAXIMUM_NOTE, ReviewStanding, Vote

router = APIRouter(tags=["reviews"])

_CHECK = {"point": "content", "finding": "yes", "note": ""}
_VOTE = {
    "version": 1,
    "round": 1,
    "vote": "approve",
    "note": "",
    "checks": [_CHECK],
    "voter_name": "สมชาย ใจดี",
    "at": "2026-11-22T05:00:00Z",
    "counts": True,
}
_STANDING = {"needed": 2, "approvals": 1, "votes": [_VOTE], "withheld": 0, "in_review": True}
_REQUEST = {
    "id": 1,
    "reviewer": "สมชาย ใจดี",
    "due": "2027-11-30",
    "note": "",
    "asked_by": "สมศรี ดูแล",
    "asked_at": "2026-11-22T05:00:00Z",
    "done": False,
}
_RULES = {"approvals_needed": 2, "set_by": "สมศรี ดูแล", "set_at": "2026-11-22T05:00:00Z"}
_LINE = {
    "id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "code": "DG101-1.1-06",
    "criterion": "DG101-1.1",
    "type": "single_choice",
    "difficulty_rating": 3,
    "state": "in_review",
    "version": 1,
    "stem": "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมายคุ้มครองข้อมูลส่วนบุคคล",
    "writer_name": "สมหญิง รักเรียน",
    "written_at": "2026-11-22T05:00:00Z",
}


class CheckSent(Sent):
    """What was found at a point of the check list."""

    point: str = Field(max_length=40, description="Name of the point.")
    finding: Finding
    note: str = Field(default="", max_length=MAXIMUM_CHECK_NOTE)


class VoteSent(Sent):
    """A vote on the version in review."""

    model_config = example(vote="needs_changes", note="ตัวลวงสั้นเกินไป", checks=[_CHECK], version=1)

    vote: Vote
    note: str = Field(default="", max_length=MAXIMUM_NOTE, description="To the writer; needs_changes needs one.")
    checks: list[CheckSent] = Field(
        max_length=50, description="The check list; an approval needs every point, and none found wanting."
    )
    version: int = Field(ge=1, le=1_000_000, description="The version that was read; a newer one is a conflict.")


class CheckShown(Shown):
    """What was found at a point of the check list."""

    point: str
    finding: Finding
    note: str


class VoteShown(Shown):
    """One vote."""

    version: int
    round: int = Field(description="The how-manieth time that the version was in review.")
    vote: Vote
    note: str
    checks: list[CheckShown]
    voter_name: str
    at: datetime
    counts: bool = Field(description="Whether it is on what is in review now.")


class StandingShown(Shown):
    """How the review of an item stands."""

    model_config = example(**_STANDING)

    needed: int = Field(description="How many approving votes the item needs.")
    approvals: int
    votes: list[VoteShown]
    withheld: int = Field(description="Votes that are shown once the caller has voted.")
    in_review: bool


class PointShown(Shown):
    """A point of the check list."""

    name: str
    texts: dict[str, str] = Field(description="The point's sentence by language.")


class CheckListShown(Shown):
    """The check list in its order."""

    model_config = example(
        points=[
            {"name": "content", "texts": {"th": "เนื้อหาถูกต้องและเป็นปัจจุบัน", "en": "The content is right and up to date."}}
        ]
    )

    points: list[PointShown]


class RequestSent(Sent):
    """Whom to ask by when."""

    model_config = example(usernames=["reviewer"], due="2027-11-30", note="")

    usernames: list[str] = Field(min_length=1, max_length=50)
    due: date
    note: str = Field(default="", max_length=MAXIMUM_REQUEST_NOTE)


class RequestShown(Shown):
    """Who was asked by whom to review an item by when."""

    id: int
    reviewer: str
    due: date
    note: str
    asked_by: str
    asked_at: datetime
    done: bool = Field(description="Whether the reviewer has voted since.")


class RequestsShown(Shown):
    """Who is asked to review an item."""

    model_config = example(requests=[_REQUEST])

    requests: list[RequestShown]


class AskedShown(Shown):
    """An item that the caller was asked to review."""

    item: ItemLineShown = Field(validation_alias="line")
    due: date
    note: str
    asked_by: str


class QueueShown(Shown):
    """What waits for the caller's vote."""

    model_config = example(
        asked=[{"item": _LINE, "due": "2027-11-30", "note": "", "asked_by": "สมศรี ดูแล"}], items=[_LINE], own=0, voted=1
    )

    asked: list[AskedShown] = Field(description="Items that the caller was asked to review, the earliest day first.")
    items: list[ItemLineShown] = Field(description="The others, those waiting longest first.")
    own: int = Field(description="Items that wait for others because the caller wrote a version.")
    voted: int = Field(description="Items that the caller has voted on.")


class RulesSent(Sent):
    """The institution's rule."""

    model_config = example(approvals_needed=2)

    approvals_needed: int = Field(description="How many approving votes an item needs, from 1 to 5.")


class RulesShown(Shown):
    """The rule in force."""

    model_config = example(**_RULES)

    approvals_needed: int
    set_by: str
    set_at: datetime | None


def _local_day(request: Request, now: Now) -> date:
    return now.astimezone(ZoneInfo(request.app.state.settings.time_zone)).date()


Today = Annotated[date, Depends(_local_day)]


@router.get("/review-queue", response_model=QueueShown, summary="What waits for the caller's vote")
def read_queue(caller: Caller, session: Transaction) -> object:
    """List the items in review that the caller may vote on, those asked for first. For reviewers."""
    return review_queue(session, actor=caller)


@router.get("/review-check-list", response_model=CheckListShown, summary="The check list of reviews")
def read_check_list(caller: Caller) -> dict[str, Any]:
    """Give the points of the check list in both languages. For everybody who is signed in."""
    return {"points": CHECK_POINTS}


@router.get("/review-rules", response_model=RulesShown, summary="How many approvals an item needs")
def read_rules(caller: Caller, session: Transaction) -> object:
    """Give the institution's rule in force. For those who work on the bank."""
    return rules.review_rules(session, actor=caller)


@router.put("/review-rules", response_model=RulesShown, summary="Set how many approvals an item needs")
def set_rules(wanted: RulesSent, caller: Caller, session: Transaction, now: Now) -> object:
    """Set the institution's rule from the next vote on. For administrators."""
    return rules.set_approvals_needed(session, actor=caller, number=wanted.approvals_needed, now=now)


@router.get("/items/{item_id}/review", response_model=StandingShown, summary="How an item's review stands")
def read_review(item_id: UUID, caller: Caller, session: Transaction) -> ReviewStanding:
    """Give the votes on an item; those on what the caller may vote on come after his own. For those on the bank."""
    return votes.review_standing(session, actor=caller, item_id=item_id)


@router.post("/items/{item_id}/votes", response_model=StandingShown, summary="Vote on an item in review")
def vote(item_id: UUID, cast: VoteSent, caller: Caller, session: Transaction, now: Now) -> ReviewStanding:
    """Approve the version in review, or say what it needs. For reviewers who wrote no version of it.

    Enough approvals approve the version; one vote that it needs changes returns it to its writer.
    """
    votes.vote_on_item(
        session,
        actor=caller,
        item_id=item_id,
        vote=cast.vote,
        note=cast.note,
        checks=[Check(check.point, check.finding, check.note) for check in cast.checks],
        version_seen=cast.version,
        now=now,
    )
    return votes.review_standing(session, actor=caller, item_id=item_id)


@router.get("/items/{item_id}/review-requests", response_model=RequestsShown, summary="Who is asked to review")
def list_requests(item_id: UUID, caller: Caller, session: Transaction) -> dict[str, Any]:
    """List who is asked to review an item, or was and did. For those who work on the bank."""
    return {"requests": requests.review_requests(session, actor=caller, item_id=item_id)}


@router.post("/items/{item_id}/review-requests", response_model=RequestsShown, summary="Ask reviewers")
def ask_to_review(
    item_id: UUID, wanted: RequestSent, caller: Caller, session: Transaction, now: Now, today: Today
) -> dict[str, Any]:
    """Ask reviewers by name to review an item by a day. For reviewers and administrators."""
    requests.ask_to_review(
        session,
        actor=caller,
        item_id=item_id,
        usernames=wanted.usernames,
        due=wanted.due,
        note=wanted.note,
        today=today,
        now=now,
    )
    return {"requests": requests.review_requests(session, actor=caller, item_id=item_id)}


@router.post(
    "/items/{item_id}/review-requests/{request_id}/withdraw",
    response_model=RequestsShown,
    summary="Take a request back",
)
def withdraw_request(item_id: UUID, request_id: int, caller: Caller, session: Transaction, now: Now) -> dict[str, Any]:
    """Take back a request to review. For reviewers and administrators."""
    requests.withdraw_request(session, actor=caller, item_id=item_id, request_id=request_id, now=now)
    return {"requests": requests.review_requests(session, actor=caller, item_id=item_id)}
