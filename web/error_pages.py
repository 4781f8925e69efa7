"""Errors as pages: every refusal is a sentence in the reader's language, never a bare status."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from itembank.errors import ErrorKind, NotSignedIn, SamatError, WrongCredentials
from web.page import Page, stranger_page
from web.texts_catalogue import Texts

STATUS = {
    ErrorKind.NOT_SIGNED_IN: 401,
    ErrorKind.NOT_ALLOWED: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.INVALID: 422,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.BROKEN: 500,
}


_HTTP_TEXTS = {404: "errors.no_such_page", 405: "errors.no_such_page", 413: "errors.too_large"}


def error_text(error: SamatError, t: Texts) -> str:
    """Write an error's sentence in the reader's language; one without a text of its own keeps its English one."""
    key = f"errors.{error.code}"
    return t(key, **error.details) if t.has(key) else str(error)


def install_error_pages(app: FastAPI) -> None:
    """Show errors of the pages as pages; the JSON API answers for itself."""

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, SamatError)
        page = stranger_page(request)
        if isinstance(error, NotSignedIn) and not isinstance(error, WrongCredentials):
            return _to_sign_in(request, page)
        return _error_page(page, STATUS[error.kind], error_text(error, page.t))

    def not_understood(request: Request, error: Exception) -> Response:
        page = stranger_page(request)
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        if first["loc"][0] == "path":
            # An address that can't be read is an address of nothing.
            return _error_page(page, 404, page.t("errors.no_such_page"))
        field = ".".join(str(part) for part in first["loc"][1:])
        return _error_page(page, 422, page.t("errors.not_understood", field=field))

    def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = stranger_page(request)
        return _error_page(page, error.status_code, page.t(_HTTP_TEXTS.get(error.status_code, "errors.unexpected")))

    app.add_exception_handler(SamatError, refused)
    app.add_exception_handler(RequestValidationError, not_understood)
    app.add_exception_handler(HTTPException, http_error)


class FailurePages:
    """Shows an unexpected failure as a page, and lets the failure go on to be logged.

    The framework's own place for this lies outside all middleware: that page would go without security headers and
    request id, and might be cached.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        answered = False

        async def send_and_note(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            if scope["type"] == "http" and not answered:
                page = stranger_page(Request(scope))
                response = _error_page(page, 500, page.t("errors.unexpected"))
                await response(scope, receive, send)
            raise


def _to_sign_in(request: Request, page: Page) -> Response:
    # A change can't be asked for again after signing in, so it leads back to the page that it came from.
    headers = request.headers
    came_from = headers.get("hx-current-url") or headers.get("referer") or ""
    path = request.url.path if request.method == "GET" else _path_of(came_from)
    target = "/sign-in" if path in ("", "/", "/sign-in") else f"/sign-in?next={quote(path)}"
    if page.wants_fragment:
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _error_page(page: Page, status: int, sentence: str) -> Response:
    return page.render("error.html", block="error", status=status, sentence=sentence, status_code=status)
