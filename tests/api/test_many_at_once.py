"""A whole room that signs in, starts and answers in the same second: nobody is refused, nothing is lost."""

from __future__ import annotations

import http.client
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from itembank.actor import COMMAND_LINE, Role
from itembank.database import Database
from itembank.delivery.exams import enrol
from itembank.people.accounts import create_person
from itembank.tables import RecordedAnswer, Sitting
from tests.support.institution import NOON, PASSWORD, found_institution
from tests.support.server import ServerProcess

#: More than a server has threads for requests (40) and connections (10), so that each kind of queue is stood in.
CANDIDATES = 60
ANSWERS = 3


def _sit(port: int, username: str, exam_id: str, start: threading.Barrier, failures: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json"}

    def post(address: str, body: dict[str, Any]) -> dict[str, Any]:
        connection.request("POST", f"/api/v1{address}", json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        if answer.status >= 300:
            raise RuntimeError(f"{username} {address}: {answer.status} {content}")
        document: dict[str, Any] = json.loads(content)
        return document

    try:
        start.wait(timeout=60)
        headers["Authorization"] = f"Bearer {post('/sessions', {'username': username, 'password': PASSWORD})['token']}"
        sitting = post(f"/me/exams/{exam_id}/start", {})
        for position in range(1, ANSWERS + 1):
            sitting = post(f"/sittings/{sitting['id']}/answers", {"position": position, "selected": [0]})
            assert sitting["saved_position"] == position
    except Exception as error:
        failures.append(repr(error))
    finally:
        connection.close()


@pytest.fixture
def room(database: Database) -> tuple[Database, str, list[str]]:
    institution = found_institution(database)
    names = [f"seat{number:03d}" for number in range(CANDIDATES)]
    with database.writing() as session:
        for name in names:
            create_person(
                session, actor=COMMAND_LINE, username=name, display_name=name, roles=[Role.CANDIDATE],
                password=PASSWORD, now=NOON,
            )  # fmt: skip
        enrol(session, actor=COMMAND_LINE, exam_id=institution.exam, usernames=names, now=NOON)
    return database, str(institution.exam), names


def test_everybody_is_served(room: tuple[Database, str, list[str]], tmp_path: Path) -> None:
    database, exam_id, names = room
    server = ServerProcess(database.engine.url.render_as_string(hide_password=False), log=tmp_path / "server.log")
    server.start()
    failures: list[str] = []
    barrier = threading.Barrier(CANDIDATES)
    try:
        threads = [
            threading.Thread(target=_sit, args=(server.port, name, exam_id, barrier, failures)) for name in names
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
    finally:
        server.stop()
    assert failures == []
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Sitting)).one() == CANDIDATES
        assert session.exec(select(func.count()).select_from(RecordedAnswer)).one() == CANDIDATES * ANSWERS
