"""How much one request may send."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The longest form, a thousand candidates pasted by name or an item with nine long options, takes a tenth of this.
MAXIMUM_BYTES = 2 * 1024 * 1024
#: Addresses that take files, with the most bytes of each: an image of five megabytes, or a file of items of a hundred,
#: and the form around it.
LARGER_BODIES = {
    "/bank/images": 5_500_000,
    "/api/v1/images": 5_500_000,
    "/bank/import": 100_100_000,
    "/api/v1/item-imports": 100_100_000,
}


class BodyLimit:
    """Refuses bodies beyond a limit (413) as soon as it is passed, before anybody has kept or read them.

    The refusal is raised where the body is read, so that each face shows it in its own way.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        maximum_bytes: int = MAXIMUM_BYTES,
        larger: Mapping[str, int] = LARGER_BODIES,
    ) -> None:
        self._app = app
        self._maximum_bytes = maximum_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        maximum = self._larger.get(scope["path"], self._maximum_bytes)
        announced = Headers(scope=scope).get("content-length", "")
        received = 0

        async def receive_with_limit() -> Message:
            nonlocal received
            if announced.isascii() and announced.isdigit() and int(announced) > maximum:
                raise self._refusal(maximum)
            message = await receive()
            received += len(message.get("body", b""))
            if received > maximum:
                raise self._refusal(maximum)
            return message

        await self._app(scope, receive_with_limit, send)

    def _refusal(self, maximum: int) -> HTTPException:
        return HTTPException(413, f"A request may send at most {maximum} bytes.")
