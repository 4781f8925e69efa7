"""Comments on a place of an item: threads that stay open until somebody settles them, over versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.item_rows import lock_item, read_version
from itembank.authoring.reviewing.places import WHOLE_ITEM, place_of_words, places_of, words_stand
from itembank.authoring.roles import BANK_READERS
from itembank.errors import EditConflict, InvalidInput, NotAllowed, NotFound
from itembank.storable_text import can_be_kept
from itembank.tables import Item, ItemVersion, ReviewComment

#: Characters at most in a comment, and in the words that it quotes.
MAXIMUM_COMMENT, MAXIMUM_QUOTE = 5_000, 1_000

#: Whoever writes, reviews or measures items may say something about them.
COMMENTERS = (Role.ITEM_WRITER, Role.REVIEWER, Role.PSYCHOMETRICIAN)


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One reply in a thread."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A comment with its replies, as it stands at one version.

    ``version`` is the one that it was written about. ``place`` is where its words stand in the version looked at, the
    item as a whole being ``""``; where they no longer stand, ``stands`` is false and ``place`` is where they were.
    """

    id: UUID
    version: int
    place: str
    stands: bool
    quote: str
    text: str
    author: str
    at: datetime
    replies: tuple[ReplyView, ...]
    resolved_by: str | None
    resolved_at: datetime | None
    may_settle: bool

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it at this version."""
        return self.stands and self.resolved_at is None


def write_comment(
    session: Session,
    *,
    actor: Actor,
    item_id: UUID,
    text: str,
    now: datetime,
    place: str = WHOLE_ITEM,
    quote: str = "",
    version_seen: int | None = None,
) -> UUID:
    """Comment on a place of an item's newest version.

    Args:
        session: The transaction.
        actor: Somebody who writes, reviews or measures items.
        item_id: The item.
        text: What there is to say.
        now: When.
        place: A field, such as ``stem`` or ``options.2``; with words quoted and no place, where they stand first.
        quote: The words that it is about.
        version_seen: The version that was read; None for whichever is the newest.

    Returns:
        The id of the comment; that of the open one where the same person said the same before.

    Raises:
        NotAllowed: The actor has none of the roles.
        NotFound: There is no such item.
        EditConflict: A newer version than the one seen was saved in the meantime.
        InvalidInput: The text is missing or too long, or the words do not stand in the place.
    """
    actor.require(*COMMENTERS)
    item = lock_item(session, item_id)
    version = read_version(session, item, item.head_version)
    if version_seen is not None and version_seen != version.number:
        raise EditConflict(current=version.number, started_from=version_seen)
    text, quote = _checked(text), " ".join(quote.split())
    place = _checked_place(ItemContent.from_dict(version.content), place=place, quote=quote)
    same = session.exec(
        select(ReviewComment).where(
            ReviewComment.item_version_id == version.id, ReviewComment.field == place, ReviewComment.quote == quote,
            ReviewComment.text == text, ReviewComment.person_id == actor.person_id,
            col(ReviewComment.parent_id).is_(None), col(ReviewComment.resolved_at).is_(None),
        )
    ).first()  # fmt: skip
    if same is not None:
        return same.id
    row = _said(actor, item, version, text, now)
    row.field, row.quote = place, quote
    _add(session, actor=actor, item=item, row=row, version=version)
    return row.id


def reply_to_comment(
    session: Session, *, actor: Actor, item_id: UUID, comment_id: UUID, text: str, now: datetime
) -> None:
    """Reply to a comment; the same reply by the same person twice is one.

    Raises:
        NotAllowed: The actor does not write, review or measure items.
        NotFound: There is no such item, or no such comment on it.
        InvalidInput: The text is missing or too long.
    """
    actor.require(*COMMENTERS)
    item = lock_item(session, item_id)
    first = _first_of_thread(session, item, comment_id)
    text = _checked(text)
    version = read_version(session, item, item.head_version)
    same = select(ReviewComment).where(
        ReviewComment.parent_id == first.id, ReviewComment.text == text, ReviewComment.person_id == actor.person_id
    )
    if session.exec(same).first() is None:
        row = _said(actor, item, version, text, now)
        row.parent_id = first.id
        _add(session, actor=actor, item=item, row=row, version=version)


def settle_comment(
    session: Session, *, actor: Actor, item_id: UUID, comment_id: UUID, settled: bool, now: datetime
) -> None:
    """Mark a comment as settled, or open it again.

    Args:
        session: The transaction.
        actor: Who wrote the comment, or an item writer.
        item_id: The item.
        comment_id: The comment.
        settled: Whether nothing has to be done about it any more.
        now: When.

    Raises:
        NotAllowed: The actor is neither.
        NotFound: There is no such item, or no such comment on it.
    """
    actor.require(*COMMENTERS)
    item = lock_item(session, item_id)
    first = _first_of_thread(session, item, comment_id)
    if not _may_settle(actor, first):
        raise NotAllowed(needed=Role.ITEM_WRITER.value)
    if (first.resolved_at is not None) == settled:
        return
    first.resolved_by = actor.display_name if settled else None
    first.resolved_by_id = actor.person_id if settled else None
    first.resolved_at = now if settled else None
    session.add(first)
    action = "item.settle_comment" if settled else "item.reopen_comment"
    audit.record(session, actor=actor, action=action, kind="item", subject=item.code, now=now)
    session.flush()


def comments(session: Session, *, actor: Actor, item_id: UUID) -> tuple[ThreadView, ...]:
    """List all comments on an item as they stand at its newest version, in the order in which the item is read.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    actor.require(*BANK_READERS)
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    rows = session.exec(
        select(ReviewComment)
        .where(ReviewComment.item_id == item.id)
        .order_by(col(ReviewComment.written_at), col(ReviewComment.id))
    ).all()
    if not rows:
        return ()
    versions = session.exec(select(ItemVersion).where(ItemVersion.item_id == item.id)).all()
    content = ItemContent.from_dict(next(one.content for one in versions if one.number == item.head_version))
    numbers = {version.id: version.number for version in versions}
    replies = _replies(rows)
    threads = (
        _view(row, actor=actor, version=numbers[row.item_version_id], content=content, replies=replies.get(row.id, ()))
        for row in rows
        if row.parent_id is None
    )
    reading = {place: number for number, place in enumerate((WHOLE_ITEM, *places_of(content)))}
    # At one place, what is said about some of its words comes before what is said about the whole of it.
    return tuple(sorted(threads, key=lambda one: (reading.get(one.place, len(reading)), not one.quote)))


def open_comments(session: Session, *, actor: Actor, item_id: UUID) -> tuple[ThreadView, ...]:
    """List the comments about which something still has to be done at an item's newest version.

    Comments on earlier versions are carried over where the words that they quote still stand.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    return tuple(thread for thread in comments(session, actor=actor, item_id=item_id) if thread.is_open)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput(field="text", expected="what there is to say", reason="comment_missing")
    if len(text) > MAXIMUM_COMMENT:
        expected = f"at most {MAXIMUM_COMMENT} characters"
        raise InvalidInput(field="text", expected=expected, reason="text_long", maximum=MAXIMUM_COMMENT)
    if not can_be_kept(text):
        raise InvalidInput(
            field="text", expected="text without null characters and unpaired surrogates", reason="text_broken"
        )
    return text


def _checked_place(content: ItemContent, *, place: str, quote: str) -> str:
    places = places_of(content)
    if place != WHOLE_ITEM and place not in places:
        raise InvalidInput(field="place", expected="a place of the item that has a text", reason="place_unknown")
    if len(quote) > MAXIMUM_QUOTE or not can_be_kept(quote):
        expected = f"at most {MAXIMUM_QUOTE} characters"
        raise InvalidInput(field="quote", expected=expected, reason="text_long", maximum=MAXIMUM_QUOTE)
    if not quote:
        return place
    found = place_of_words(content, place=place, quote=quote)
    if found is None or (place != WHOLE_ITEM and not words_stand(quote, places[place])):
        raise InvalidInput(field="quote", expected="words that stand in the place", reason="quote_unknown")
    return found


def _said(actor: Actor, item: Item, version: ItemVersion, text: str, now: datetime) -> ReviewComment:
    return ReviewComment(
        item_id=item.id,
        item_version_id=version.id,
        text=text,
        person_id=actor.person_id,
        actor_name=actor.display_name,
        written_at=now,
    )


def _add(session: Session, *, actor: Actor, item: Item, row: ReviewComment, version: ItemVersion) -> None:
    session.add(row)
    audit.record(
        session, actor=actor, action="item.comment", kind="item", subject=item.code, now=row.written_at,
        version=version.number,
    )  # fmt: skip
    session.flush()


def _first_of_thread(session: Session, item: Item, comment_id: UUID) -> ReviewComment:
    row = session.get(ReviewComment, comment_id, populate_existing=True)
    if row is None or row.item_id != item.id or row.parent_id is not None:
        raise NotFound(what="comment", name=comment_id)
    return row


def _may_settle(actor: Actor, row: ReviewComment) -> bool:
    is_author = actor.person_id is not None and actor.person_id == row.person_id
    return is_author or actor.has(Role.ITEM_WRITER)


def _replies(rows: Iterable[ReviewComment]) -> Mapping[UUID, tuple[ReplyView, ...]]:
    found: dict[UUID, tuple[ReplyView, ...]] = defaultdict(tuple)
    for row in rows:
        if row.parent_id is not None:
            found[row.parent_id] += (ReplyView(row.text, row.actor_name, row.written_at),)
    return found


def _view(
    row: ReviewComment, *, actor: Actor, version: int, content: ItemContent, replies: tuple[ReplyView, ...]
) -> ThreadView:
    place = place_of_words(content, place=row.field, quote=row.quote)
    return ThreadView(
        id=row.id,
        version=version,
        place=row.field if place is None else place,
        stands=place is not None,
        quote=row.quote,
        text=row.text,
        author=row.actor_name,
        at=row.written_at,
        replies=replies,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        may_settle=_may_settle(actor, row),
    )
