"""What every page needs: the transaction, the person, the language, and a way to render a template or a block of it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2_fragments import render_block
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from itembank.actor import Actor
from itembank.clock import utc_now
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, NotSignedIn
from itembank.people.sign_in import actor_of_token
from itembank.settings import Settings
from itembank.storable_text import can_be_kept
from web.image_sizes import sizes_for
from web.navigation import navigation_for
from web.rich_text import install_rich_text
from web.security import SAFE_METHODS, form_token, session_token
from web.select_words import select_words
from web.texts_catalogue import DEFAULT_LANGUAGE, LANGUAGES, Texts

LANGUAGE_COOKIE = "samat_language"

#: What may stand in an address as it is; a header takes nothing beyond Latin letters.
_KEPT_IN_ADDRESSES = "/?&=#%:+,;@!$'()*~"


def current_time() -> datetime:
    """Read the clock; tests put their own in its place."""
    return utc_now()


async def _received(request: Request) -> None:
    """Take in the whole request, and refuse text that no database can keep, before anything waits for anybody.

    A body that trickles in, or never ends, would otherwise be waited for with a place taken and, on SQLite, with the
    one write lock held: a single slow network would stop everybody's exam.
    """
    texts: list[tuple[str, object]] = list(request.query_params.multi_items())
    if request.method not in SAFE_METHODS:
        try:
            form = await request.form()
        except ClientDisconnect:
            raise HTTPException(400) from None
        texts.extend(form.multi_items())
    for field, value in texts:
        if isinstance(value, str) and not can_be_kept(value):
            raise InvalidInput(field=field, expected="a text without null characters and broken ones")


#: A request that has arrived as a whole.
Received = Annotated[None, Depends(_received)]


async def _place(request: Request, received: Received) -> AsyncIterator[None]:
    places: asyncio.Semaphore = request.app.state.places
    async with places:
        yield


#: A place among the requests that may use the database at once; whatever opens transactions of its own takes one too.
Place = Annotated[None, Depends(_place, scope="function")]


_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Response])
#: Pages that are sent a form and change nothing, each with what tells so by the form.
_ONLY_READING: dict[object, Callable[[FormData], bool]] = {}


def reads_only(when: Callable[[FormData], bool] = lambda form: True) -> Callable[[_Endpoint], _Endpoint]:
    """Mark a page that takes a form and changes nothing, so that it neither waits for a writer nor keeps one waiting.

    Args:
        when: Tells by the form whether this is so; by default it always is.
    """

    def mark(endpoint: _Endpoint) -> _Endpoint:
        _ONLY_READING[endpoint] = when
        return endpoint

    return mark


async def _only_reads(request: Request) -> bool:
    if request.method in SAFE_METHODS:
        return True
    tells = _ONLY_READING.get(request.scope.get("endpoint"))
    return tells is not None and tells(await request.form())


async def _transaction(request: Request, place: Place) -> AsyncIterator[Session]:
    database: Database = request.app.state.database
    block = database.reading if await _only_reads(request) else database.writing
    async with contextmanager_in_threadpool(block()) as session:
        yield session
        if getattr(request.state, "refused", False):
            # A form that comes back with its errors must leave nothing behind of what was begun.
            await run_in_threadpool(session.rollback)


#: One transaction a request. Function scope commits it before the response leaves: nobody is told "saved" too early.
Transaction = Annotated[Session, Depends(_transaction, scope="function")]
Now = Annotated[datetime, Depends(current_time)]


def _language(request: Request) -> str:
    wanted = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Make the template environment; a value that a page forgot to pass is an error, not an empty place."""
    environment = Environment(
        loader=PackageLoader("web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install_rich_text(environment)
    environment.globals["select_words"] = select_words
    return environment


@lru_cache(maxsize=512)
def static(path: str) -> str:
    """Give a static file's address with a hash of its content, so that browsers may keep it for good."""
    content = files("web").joinpath("static", path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message at the top of a page."""

    kind: str  # "info", "good", "warn" or "bad", as the notice macro names them
    text: str


@dataclass(frozen=True)
class Page:
    """One request for a page: who asks, in which language, and how to answer."""

    request: Request
    actor: Actor | None
    t: Texts
    settings: Settings
    token: str | None

    @property
    def wants_fragment(self) -> bool:
        """Whether HTMX asks for a part of the page; a history restore always gets the whole."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"

    def render(
        self,
        template: str,
        *,
        block: str | None = None,
        status: int = 200,
        notice: Notice | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Render a page, or only the named block of it when HTMX asks.

        Args:
            template: Path under ``web/templates``.
            block: The block that a fragment request gets; the server picks it, never the client.
            status: HTTP status; one of 400 and above rolls the request's transaction back.
            notice: A message to show at the top.
            **context: What the template needs beyond the frame's own values.
        """
        if status >= 400:
            self.request.state.refused = True
        values = {**self._frame(notice), **context}
        if block is not None and self.wants_fragment:
            html = render_block(templates(), template, block, **values)
        else:
            html = templates().get_template(template).render(**values)
        response = HTMLResponse(html, status_code=status)
        response.headers["Vary"] = "HX-Request"
        if self.request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, self.t.language, max_age=31_536_000, samesite="lax", path="/")
        return response

    def redirect(self, url: str, *, notice: str | None = None) -> Response:
        """Send the browser to a page after a change was made (303).

        Args:
            url: Where to.
            notice: Key of a text named ``area.notice_…`` to show there.
        """
        if notice:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode({'notice': notice})}"
        if self.wants_fragment:
            return Response(status_code=204, headers={"HX-Redirect": quote(url, safe=_KEPT_IN_ADDRESSES)})
        return RedirectResponse(url, status_code=303)

    def _frame(self, notice: Notice | None) -> Mapping[str, Any]:
        other = "en" if self.t.language == "th" else "th"
        query = {key: value for key, value in self.request.query_params.items() if key not in ("lang", "notice")}
        # One slash in front: browsers would take two for the beginning of another host's address.
        path = "/" + self.request.url.path.lstrip("/\\") if self.request.method == "GET" else "/"
        return {
            "t": self.t,
            "lang": self.t.language,
            "other_lang_url": f"{path}?{urlencode(query | {'lang': other})}",
            "actor": self.actor,
            "nav": navigation_for(self.actor, self.t, self.request.url.path),
            "static": static,
            "notices": [found for found in (notice, self._passed_notice()) if found is not None],
            "csrf_token": form_token(self.token),
            "image_sizes": sizes_for(getattr(self.request.state, "transaction", None)),
        }

    def _passed_notice(self) -> Notice | None:
        # Only texts made to be notices: an address must not be able to put any other sentence on a page.
        key = self.request.query_params.get("notice", "")
        return Notice("good", self.t(key)) if ".notice_" in key and self.t.has(key) else None


def stranger_page(request: Request) -> Page:
    """Make a page that knows nobody and needs no transaction: for errors, and for signing in, which opens its own."""
    settings: Settings = request.app.state.settings
    t = Texts(_language(request), ZoneInfo(settings.time_zone))
    return Page(request=request, actor=None, t=t, settings=settings, token=None)


def _page(request: Request, session: Transaction, now: Now) -> Page:
    settings: Settings = request.app.state.settings
    token = session_token(request, settings=settings)
    actor = actor_of_token(session, token=token, now=now) if token else None
    # For what only shows while a template is rendered, such as how large an image is.
    request.state.transaction = session
    return Page(
        request=request,
        actor=actor,
        t=Texts(_language(request), ZoneInfo(settings.time_zone)),
        settings=settings,
        token=token,
    )


#: A page that anybody may ask for; ``actor`` is None for a stranger.
AnyPage = Annotated[Page, Depends(_page)]


async def _signed_in(page: AnyPage) -> Page:
    if page.actor is None:
        raise NotSignedIn
    if page.request.method not in SAFE_METHODS:
        form = await page.request.form()
        sent = page.request.headers.get("x-csrf-token") or str(form.get("csrf_token", ""))
        if not hmac.compare_digest(sent.encode(), form_token(page.token).encode()):
            raise NotAllowed(needed="of a page of this session")
    return page


#: A page for somebody who is signed in; a change must carry the session's form token.
SignedInPage = Annotated[Page, Depends(_signed_in)]


def actor_of(page: Page) -> Actor:
    """Give the person behind a signed-in page.

    Raises:
        NotSignedIn: Nobody is.
    """
    if page.actor is None:
        raise NotSignedIn
    return page.actor
