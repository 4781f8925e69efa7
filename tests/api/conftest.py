"""The API on a copy of the institution, and clients of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from api.routes import API_PREFIX, create_api
from api.transaction import current_time
from itembank.database import Database
from itembank.settings import Settings
from tests.support.institution import NOON, PASSWORD, Institution


class Client:
    """A program that uses the API, signed in or not."""

    def __init__(self, http: TestClient, token: str | None = None) -> None:
        self.http = http
        self.token = token

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
            options["content"] = json.dumps(body)
        return self.http.request(method, f"{API_PREFIX}{path}", headers=headers, **options)

    def get(self, path: str, **options: Any) -> Response:
        """Read something."""
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Response:
        """Do something."""
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None) -> Response:
        """Set something."""
        return self.send("PUT", path, body)


class QuietWorker:
    """Counts how often it is told that there is something to do."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake(self) -> None:
        """Count."""
        self.wakes += 1


class Service:
    """The API as the site mounts it, with a clock that tests move."""

    def __init__(self, database: Database, institution: Institution, *, portal: BlockingPortal | None = None) -> None:
        self.portal = portal
        self.database = database
        self.institution = institution
        self.now = NOON
        self.worker = QuietWorker()
        settings = Settings(database_url=database.url, sign_in_attempts=3)
        self.simulation_worker = QuietWorker()
        self.dif_worker = QuietWorker()
        self.api = create_api(
            database=database,
            settings=settings,
            worker=self.worker,
            simulation_worker=self.simulation_worker,
            dif_worker=self.dif_worker,
        )
        self.api.dependency_overrides[current_time] = self._time
        self.site = FastAPI()
        self.site.mount(API_PREFIX, self.api)

    def _time(self) -> datetime:
        return self.now

    def stranger(self) -> Client:
        """Somebody without a token."""
        http = TestClient(self.site, raise_server_exceptions=False)
        http.portal = self.portal
        return Client(http)

    def client(self, username: str) -> Client:
        """Somebody who is signed in."""
        client = self.stranger()
        response = client.post("/sessions", {"username": username, "password": PASSWORD})
        assert response.status_code == 201, response.text
        client.token = response.json()["token"]
        return client


@pytest.fixture
def service(filled: tuple[Database, Institution], portal: BlockingPortal) -> Service:
    """The API on an institution with one person of each role."""
    return Service(*filled, portal=portal)


@pytest.fixture
def client(service: Service) -> Callable[[str], Client]:
    """Sign somebody in by user name."""
    return service.client
