"""Forms with a field as long as a request may be."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException
from fastapi.requests import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from web.body_limit import MAXIMUM_BYTES


class LongFormRoute(APIRoute):
    """Takes one field up to the limit of a request, so that the page can say what is wrong with it.

    Without it a field beyond a megabyte is refused before any page sees it, and what was entered is gone.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Read the form first, with a larger limit; whoever reads it afterwards gets the same."""
        handle = super().get_route_handler()

        async def handle_long_form(request: Request) -> Response:
            try:
                await request.form(max_part_size=MAXIMUM_BYTES)
            except ClientDisconnect:
                raise HTTPException(400) from None
            return await handle(request)

        return handle_long_form
