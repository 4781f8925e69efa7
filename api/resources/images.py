"""Images of items: sending one, and getting it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field

from api.authentication import BearerToken, Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.actor import Role
from itembank.database import Database
from itembank.errors import NotSignedIn
from itembank.media.cleaning import CleanImage, clean_image
from itembank.media.images import StoredImage, image_mark, store_clean_image
from itembank.media.images import image as stored_image
from itembank.people.sign_in import actor_of_token

router = APIRouter(prefix="/images", tags=["items"])

_ID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class ImageShown(Shown):
    """An image that is kept."""

    model_config = example(id=_ID, content_type="image/png", width=1200, height=800, mark=f"![](media:{_ID})")

    id: str
    content_type: str
    width: int
    height: int
    mark: str


class ImageSent(Sent):
    """A form with an image file."""

    model_config = example()

    image: UploadFile | None = Field(default=None, description="The file, at most 5 MB.")


async def _cleaned(
    request: Request,
    token: BearerToken,
    now: Now,
    form: Annotated[ImageSent, Form(media_type="multipart/form-data")],
) -> CleanImage:
    """Clean what was sent before the request's own transaction begins: it takes a second, and others wait to write.

    Nothing is unpacked for anybody but item writers, and only a little at once.
    """
    async with request.app.state.places:
        await run_in_threadpool(_check_writer, request.app.state.database, token, now)
    async with request.app.state.cleaning:
        return await run_in_threadpool(clean_image, await form.image.read() if form.image else b"")


def _check_writer(database: Database, token: str, now: datetime) -> None:
    with database.reading() as session:
        actor = actor_of_token(session, token=token, now=now)
    if actor is None:
        raise NotSignedIn
    actor.require(Role.ITEM_WRITER)


@router.post("", status_code=201)
def add_image(
    cleaned: Annotated[CleanImage, Depends(_cleaned)], actor: Caller, session: Transaction, now: Now
) -> ImageShown:
    """Send an image (PNG, JPEG, WebP or GIF, at most 5 MB) as the file ``image`` of a multipart form.

    It is written anew without hidden data, at most 1600 pixels wide. ``mark`` shows it in a text; the alternative text
    belongs between its brackets.
    """
    return _shown(store_clean_image(session, actor=actor, image=cleaned, now=now))


@router.get("/{image_id}", response_class=Response)
def get_image(image_id: str, actor: Caller, session: Transaction) -> Response:
    """Get an image by its id."""
    found = stored_image(session, image_id=image_id)
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(found.data, media_type=found.content_type, headers=headers)


def _shown(kept: StoredImage) -> ImageShown:
    return ImageShown(
        id=kept.id, content_type=kept.content_type, width=kept.width, height=kept.height, mark=image_mark(kept.id)
    )
