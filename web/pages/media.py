"""Images: giving them out, and taking them in from item writers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from itembank.actor import Role
from itembank.database import Database
from itembank.errors import InvalidInput, NotSignedIn
from itembank.media.cleaning import CleanImage, clean_image
from itembank.media.images import image, image_mark, image_sizes, store_clean_image
from itembank.people.sign_in import actor_of_token
from web.page import Now, Page, Received, SignedInPage, Transaction, actor_of
from web.pages.item_form import problem_text
from web.security import session_token

router = APIRouter()


async def _cleaned(
    request: Request, received: Received, now: Now, image: Annotated[UploadFile | None, File()] = None
) -> CleanImage | InvalidInput:
    """Clean what was sent before the request's own transaction begins: it can take a second, and others wait to write.

    Nothing is unpacked for anybody but item writers, and only a little at once; whoever waits for that waits here,
    without a thread and without a place among those who use the database.
    """
    token = session_token(request, settings=request.app.state.settings) or ""
    async with request.app.state.places:
        await run_in_threadpool(_check_writer, request.app.state.database, token, now)
    try:
        async with request.app.state.cleaning:
            return await run_in_threadpool(clean_image, await image.read() if image else b"")
    except InvalidInput as refused:
        return refused


def _check_writer(database: Database, token: str, now: datetime) -> None:
    with database.reading() as session:
        actor = actor_of_token(session, token=token, now=now)
    if actor is None:
        raise NotSignedIn
    actor.require(Role.ITEM_WRITER)


@router.get("/media/{image_id}")
def media(image_id: str, page: SignedInPage, session: Transaction) -> Response:
    """Give an image out; its address is made of its content, so browsers may keep it for good."""
    found = image(session, image_id=image_id)
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Disposition": "inline"}
    return Response(found.data, media_type=found.content_type, headers=headers)


@router.get("/bank/images")
def images_page(page: SignedInPage, session: Transaction, stored: str = "", alternative: str = "") -> Response:
    """Show the form for an image, and after it was sent the mark to copy into a text."""
    actor_of(page).require(Role.ITEM_WRITER)
    mark = image_mark(stored, alternative=alternative) if image_sizes(session, ids=[stored]) else ""
    return page.render("bank/images.html", mark=mark, alternative="" if mark else alternative, errors={})


@router.post("/bank/images")
def add_image(
    cleaned: Annotated[CleanImage | InvalidInput, Depends(_cleaned)],
    page: SignedInPage,
    session: Transaction,
    now: Now,
    alternative: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Keep an image; the writer's tools get the mark to insert, a form without scripts the page that shows it."""
    actor_of(page).require(Role.ITEM_WRITER)
    if isinstance(cleaned, InvalidInput):
        return _refused(page, {"image": problem_text(cleaned, page.t)}, alternative)
    # The tools put the cursor where the alternative text goes; a form can only ask for it.
    if not alternative.strip() and not page.wants_fragment:
        return _refused(page, {"alternative": page.t("marked.alternative_missing")}, alternative)
    kept = store_clean_image(session, actor=actor_of(page), image=cleaned, now=now)
    if page.wants_fragment:
        return PlainTextResponse(image_mark(kept.id, alternative=alternative))
    return page.redirect(f"/bank/images?{urlencode({'stored': kept.id, 'alternative': alternative})}")


def _refused(page: Page, errors: dict[str, str], alternative: str) -> Response:
    if page.wants_fragment:
        page.request.state.refused = True
        return PlainTextResponse("\n".join(errors.values()), status_code=422)
    return page.render("bank/images.html", status=422, mark="", alternative=alternative, errors=errors)
