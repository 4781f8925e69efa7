"""How much one request may send."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The longest form, a thousand candidates pasted by name or an item with nine long options, takes a tenth of this.
MAXIMUM_BYTES = 2 * 1024 * 1024


class BodyLimit:
    """Refuses bodies beyond a limit (413) as soon as it is passed, before anybody has kept or read them.

    The refusal is raised where the body is read, so that each face shows it in its own way.
    """

    def __init__(self, app: ASGIApp, *, maximum_bytes: int = MAXIMUM_BYTES) -> None:
        self._app = app
        self._maximum_bytes = maximum_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        received = 0

        async def receive_with_limit() -> Message:
            nonlocal received
            if announced.isascii() and announced.isdigit() and int(announced) > self._maximum_bytes:
                raise self._refusal()
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._maximum_bytes:
                raise self._refusal()
            return message

        await self._app(scope, receive_with_limit, send)

    def _refusal(self) -> HTTPException:
        return HTTPException(413, f"A request may send at most {self._maximum_bytes} bytes.")
