"""The part of an item's page about its review: votes, comments, and who is asked to look at it by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from itembank.actor import Actor, Role
from itembank.authoring.items import ItemView
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.reviewing.comments import COMMENTERS, comments
from itembank.authoring.reviewing.requests import ASKERS, possible_reviewers, review_requests
from itembank.authoring.reviewing.votes import Vote, review_standing
from web.page import Page
from web.pages.comment_form import CommentForm
from web.pages.review_words import local_day, place_choices, place_label


@dataclass(frozen=True, slots=True)
class RequestForm:
    """Who is to be asked by when."""

    reviewers: tuple[str, ...] = ()
    due: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class EnteredReview:
    """What was entered about the review and refused; ``errors`` holds a sentence for each field."""

    comments: CommentForm = field(default_factory=CommentForm)
    request: RequestForm = field(default_factory=RequestForm)
    errors: Mapping[str, str] = field(default_factory=dict)


NOTHING_ENTERED = EnteredReview()


def review_shown(
    page: Page, session: Session, *, actor: Actor, item: ItemView, entered: EnteredReview, now: datetime
) -> dict[str, Any]:
    """Give what the page shows of an item's review.

    Args:
        page: The request.
        session: The transaction.
        actor: Who looks.
        item: The item.
        entered: What was entered.
        now: The time, for telling what is late.
    """
    threads = comments(session, actor=actor, item_id=item.id)
    standing = review_standing(session, actor=actor, item_id=item.id)
    in_review = item.head.state is ItemState.IN_REVIEW
    may_ask = in_review and actor.has(*ASKERS)
    return {
        "standing": standing,
        "threads": threads,
        "open_count": sum(thread.is_open for thread in threads),
        "places": place_choices(item.head.content, page.t),
        "place_label": place_label,
        "may_comment": actor.has(*COMMENTERS),
        "requests": review_requests(session, actor=actor, item_id=item.id),
        "reviewers": possible_reviewers(session, actor=actor, item_id=item.id) if may_ask else (),
        "may_ask": may_ask,
        "may_withdraw_request": actor.has(*ASKERS),
        "review": entered,
        "today": local_day(now, page.t),
        "to_do": _to_do(actor, item, open_comments=any(thread.is_open for thread in threads), returned=any(
            vote.version == item.head.number and vote.counts and vote.vote is Vote.NEEDS_CHANGES
            for vote in standing.votes
        )),
    }  # fmt: skip


def _to_do(actor: Actor, item: ItemView, *, open_comments: bool, returned: bool) -> str:
    # What a writer should do next, where reviewers wait for it.
    if not actor.has(Role.ITEM_WRITER) or item.head.state is not ItemState.DRAFT:
        return ""
    if returned:
        return "returned"
    return "comments" if open_comments else ""
