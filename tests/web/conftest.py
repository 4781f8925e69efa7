"""A site for page tests, and clients that are signed in to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from fastapi.testclient import TestClient
from httpx2 import Response

from itembank.database import Database
from itembank.settings import Settings
from tests.support.institution import NOON, PASSWORD, Institution
from web.page import current_time
from web.site import create_app


class Visitor:
    """A browser without scripts: follows redirects by itself and sends each form with its token."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.last = ""

    def get(self, url: str, **options: Any) -> Response:
        """Open a page."""
        return self._seen(self.client.get(url, **options))

    def post(self, url: str, data: dict[str, Any] | None = None, *, htmx: bool = False, **options: Any) -> Response:
        """Send a form with the token that the last page carried."""
        token = re.search(r'name="csrf_token" value="(\w*)"', self.last)
        fields = {"csrf_token": token.group(1) if token else ""} | (data or {})
        headers = {"Origin": "http://testserver"} | ({"HX-Request": "true"} if htmx else {})
        return self._seen(self.client.post(url, data=fields, headers=headers, **options))

    def _seen(self, response: Response) -> Response:
        if "csrf_token" in response.text:
            self.last = response.text
        return response


class Clock:
    """The time that the site believes it is."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Site:
    """A running site on a copy of the institution."""

    def __init__(
        self, database: Database, institution: Institution, clock: Clock, *, portal: BlockingPortal | None = None
    ) -> None:
        self.database = database
        self.institution = institution
        self.clock = clock
        self.portal = portal
        settings = Settings(database_url=database.url, cookies="plain")
        self.app = create_app(settings)
        self.app.dependency_overrides[current_time] = clock

    def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        client = TestClient(self.app)
        client.portal = self.portal
        return Visitor(client)

    def signed_in(self, username: str) -> Visitor:
        """Somebody who is."""
        visitor = self.stranger()
        visitor.get("/sign-in")
        response = visitor.post("/sign-in", {"username": username, "password": PASSWORD})
        assert response.status_code == 200, response.text
        return visitor


@pytest.fixture
def site(filled: tuple[Database, Institution], portal: BlockingPortal) -> Iterator[Site]:
    """A site with standard, starter bank and one person of each role (see tests/support/institution.py)."""
    database, institution = filled
    made = Site(database, institution, Clock(), portal=portal)
    yield made
    made.app.state.database.close()


@pytest.fixture
def visit(site: Site) -> Callable[[str], Visitor]:
    """Sign somebody in by user name."""
    return site.signed_in
