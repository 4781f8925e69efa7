"""What protects the pages: headers on every response, where a change may come from, session cookie and form token."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from itembank.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the security headers to every response, and forbids caching of everything but static files.

    A shared machine must not show one candidate's question to the next who presses "back".
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOrigin:
    """Refuses changes that another site's page sends with the person's cookie (cross-site request forgery).

    Browsers say where a request comes from in ``Sec-Fetch-Site`` and ``Origin``, and pages can't forge either. The
    JSON API is exempt: it takes no cookie, only a bearer token.
    """

    def __init__(self, app: ASGIApp, *, exempt_prefix: str) -> None:
        self._app = app
        self._exempt_prefix = exempt_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and not self._allowed(scope):
            refusal = PlainTextResponse("This change did not come from a page of this site.", status_code=403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(self._exempt_prefix):
            return True
        headers = Headers(scope=scope)
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = headers.get("origin")
        return origin is not None and _host_of(origin) == headers.get("host")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def cookie_name(settings: Settings) -> str:
    """Name the session cookie; the prefix makes browsers insist on HTTPS, this host and the whole path."""
    return "__Host-samat" if settings.cookies == "secure" else "samat"


def set_session_cookie(response: Response, token: str, *, settings: Settings) -> None:
    """Hand the session token to the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        cookie_name(settings), token, path="/", httponly=True, samesite="lax", secure=settings.cookies == "secure"
    )


def clear_session_cookie(response: Response, *, settings: Settings) -> None:
    """Take the session token back."""
    response.delete_cookie(
        cookie_name(settings), path="/", httponly=True, samesite="lax", secure=settings.cookies == "secure"
    )


def session_token(request: Request, *, settings: Settings) -> str | None:
    """Read the session token that the browser sent."""
    return request.cookies.get(cookie_name(settings))


def form_token(token: str | None) -> str:
    """Derive the token that forms carry from the session's: only pages of this session know it."""
    return hmac.new((token or "").encode(), b"samat form", hashlib.sha256).hexdigest()[:32] if token else ""
