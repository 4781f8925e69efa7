"""What a request may hold and how long it may take: nobody's request may stop or spoil another's."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from itembank.database import Database
from itembank.tables import Exam
from tests.support.institution import PASSWORD, Institution
from tests.support.server import ServerProcess
from tests.web.conftest import Site
from web.body_limit import MAXIMUM_BYTES

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOO_MUCH = b"username=a&password=" + b"x" * MAXIMUM_BYTES


@pytest.fixture
def served(filled: tuple[Database, Institution], tmp_path: Path) -> Iterator[ServerProcess]:
    database, _ = filled
    server = ServerProcess(database.url, log=tmp_path / "server.log")
    server.start()
    yield server
    server.stop()


def _signed_in(server: ServerProcess, username: str) -> tuple[str, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    body = urlencode({"username": username, "password": PASSWORD})
    connection.request("POST", "/sign-in", body, FORM | {"Origin": server.url})
    answer = connection.getresponse()
    answer.read()
    cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
    connection.request("GET", "/exams", headers={"Cookie": cookie})
    token = re.search(r'"X-CSRF-Token": "(\w+)"', connection.getresponse().read().decode())
    connection.close()
    assert token is not None
    return cookie, token.group(1)


def test_a_body_that_never_ends_stops_nobody(served: ServerProcess, filled: tuple[Database, Institution]) -> None:
    cookie, token = _signed_in(served, "candidate")
    head = (
        f"POST /exams/{filled[1].exam}/start HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: {served.url}\r\n"
        f"Cookie: {cookie}\r\nX-CSRF-Token: {token}\r\nContent-Type: {FORM['Content-Type']}\r\n"
        "Content-Length: 1000\r\n\r\na="
    )
    hanging = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(12)]  # more than there are places
    for connection in hanging:
        connection.sendall(head.encode())
    try:
        _signed_in(served, "candidate2")  # which writes
    finally:
        for connection in hanging:
            connection.close()


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_the_limit_is_refused_by_both_faces(site: Site, announced: bool) -> None:
    client = site.stranger().client
    content = TOO_MUCH if announced else iter([TOO_MUCH[:1000], TOO_MUCH[1000:]])
    page = client.post("/sign-in", content=content, headers=FORM | {"Origin": "http://testserver"})
    assert page.status_code == 413
    assert 'data-status="413"' in page.text
    assert "Content-Security-Policy" in page.headers
    body = b'{"username": "' + TOO_MUCH + b'", "password": "x"}'
    sent = body if announced else iter([body[:1000], body[1000:]])
    answer = client.post("/api/v1/sessions", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["status"] == 413


def test_text_that_no_page_could_show_is_refused(site: Site) -> None:
    writer = site.signed_in("writer")
    writer.get("/bank/items/new?criterion=DG101-1.1")
    token = re.search(r'name="csrf_token" value="(\w+)"', writer.last)
    assert token is not None
    fields = {
        "csrf_token": token.group(1), "criterion": "DG101-1.1", "type": "single_choice", "cognitive_level": "apply",
        "difficulty_rating": "3", "language": "th", "stem": r"\ud800", "text_1": "a", "text_2": "b", "correct": "1",
    }  # fmt: skip
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    answer = writer.client.post(
        "/bank/items",
        content="".join(parts) + "--x--\r\n",
        headers={
            "Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape",
            "Origin": "http://testserver",
        },
    )
    assert answer.status_code == 422
    assert writer.get("/bank/items?criterion=DG101-1.1").status_code == 200


def test_null_characters_in_an_address_are_refused(site: Site) -> None:
    boss = site.signed_in("administrator")
    for address in ("/administration/people?search=a%00", "/administration/audit?subject=%00"):
        assert boss.get(address).status_code == 422


def test_no_page_links_to_the_host_that_its_address_names(site: Site) -> None:
    for address in ("http://testserver//elsewhere.example/x", "http://testserver/%5Celsewhere.example/x"):
        page = site.stranger().get(address)
        links = re.findall(r'href="([^"]+)"', page.text)
        assert page.status_code == 404
        assert links
        assert not [link for link in links if re.match(r"[/\\]{2}|\w+:", link)]


def test_headers_that_are_no_addresses_break_nothing(site: Site) -> None:
    client = site.stranger().client
    assert client.post("/sign-out", headers={"Origin": "http://["}).status_code == 403
    for name in ("Referer", "HX-Current-URL"):
        headers = {"Origin": "http://testserver", name: "http://["}
        answer = client.post("/sign-out", headers=headers, follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_a_thai_address_survives_signing_in_by_htmx(site: Site) -> None:
    answer = site.stranger().post(
        "/sign-in", {"username": "writer", "password": PASSWORD, "next": "/bank/criteria/ก?a=b"}, htmx=True
    )
    assert answer.headers["HX-Redirect"] == "/bank/criteria/%E0%B8%81?a=b"


def test_a_candidate_is_not_told_what_the_bank_lacks(site: Site) -> None:
    client = site.stranger().client
    token = client.post("/api/v1/sessions", json={"username": "candidate", "password": PASSWORD}).json()["token"]
    with site.database.writing() as session:
        exam = session.get(Exam, site.institution.exam)
        assert exam is not None
        bound = {"level": "criterion", "code": "DG101-1.1", "minimum": 50, "maximum": None}
        exam.design = exam.design | {"blueprint": [bound], "minimum_length": 50, "maximum_length": 60}
        session.add(exam)
    answer = client.post(
        f"/api/v1/me/exams/{site.institution.exam}/start", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json()["code"] == "bank_too_small"
    assert "DG101" not in answer.text
