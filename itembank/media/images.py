"""The images that are kept: storing one, giving it out, and their sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.errors import NotFound
from itembank.media.cleaning import CleanImage, clean_image
from itembank.tables import Media


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that is kept, without its bytes."""

    id: str
    content_type: str
    width: int
    height: int


def image_mark(image_id: str, *, alternative: str = "") -> str:
    """Give the mark that shows an image in a text.

    Args:
        image_id: Its id.
        alternative: What it shows, in words, for those who can't see it.
    """
    words = " ".join(alternative.replace("[", "(").replace("]", ")").split())
    return f"![{words}](media:{image_id})"


def store_image(session: Session, *, actor: Actor, data: bytes, now: datetime) -> StoredImage:
    """Clean an image and keep it; one that is there already is not kept twice.

    Cleaning can take a second. Where others wait for their turn to write, `clean_image` comes before the transaction
    and `store_clean_image` within it.

    Args:
        session: The transaction.
        actor: An item writer.
        data: The file.
        now: When.

    Raises:
        NotAllowed: The actor is not an item writer.
        InvalidInput: It can't be taken; the reason says why.
    """
    actor.require(Role.ITEM_WRITER)
    # What was given out from here comes back as it is: written anew once more, a photograph would be another one.
    kept = session.get(Media, hashlib.sha256(data).hexdigest())
    return _stored(kept) if kept else store_clean_image(session, actor=actor, image=clean_image(data), now=now)


def store_clean_image(session: Session, *, actor: Actor, image: CleanImage, now: datetime) -> StoredImage:
    """Keep an image that was cleaned.

    Args:
        session: The transaction.
        actor: An item writer.
        image: What `clean_image` gave.
        now: When.

    Raises:
        NotAllowed: The actor is not an item writer.
    """
    actor.require(Role.ITEM_WRITER)
    kept = session.get(Media, image.id)
    if kept is None:
        kept = Media(
            id=image.id,
            data=image.data,
            content_type=image.content_type,
            width=image.width,
            height=image.height,
            created_by=actor.person_id,
            created_at=now,
        )
        try:
            with session.begin_nested():
                session.add(kept)
        except IntegrityError:
            # Somebody else stored the very same image in this moment; the same bytes are the same image.
            return _stored(session.get_one(Media, image.id))
        audit.record(session, actor=actor, action="image.store", kind="image", subject=image.id, now=now)
    return _stored(kept)


def image(session: Session, *, image_id: str) -> CleanImage:
    """Give an image out; whoever is signed in may see it, since its id is only in the texts that show it.

    Args:
        session: The transaction.
        image_id: Its id.

    Raises:
        NotFound: There is no such image.
    """
    kept = session.get(Media, image_id)
    if kept is None:
        raise NotFound(what="image", name=image_id[:64])
    return CleanImage(kept.id, kept.data, kept.content_type, kept.width, kept.height)


def image_sizes(session: Session, *, ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """Tell the width and height of images in pixels; unknown ones are left out.

    Args:
        session: The transaction.
        ids: Their ids.
    """
    wanted = select(Media.id, Media.width, Media.height).where(col(Media.id).in_(set(ids)))
    return {found: (width, height) for found, width, height in session.exec(wanted)}


def _stored(kept: Media) -> StoredImage:
    return StoredImage(kept.id, kept.content_type, kept.width, kept.height)
