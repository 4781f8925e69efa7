"""Refusals are problem details, whatever refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import APIRouter

from api.problems import STATUS, problem_types
from itembank.errors import BankTooSmall, ErrorKind, error_classes
from tests.api.conftest import Client, Service
from tests.support.institution import PASSWORD

SignIn = Callable[[str], Client]


def test_every_error_of_the_use_cases_is_described_with_a_status() -> None:
    assert set(STATUS) == set(ErrorKind)
    described = {kind.code: kind for kind in problem_types()}
    for cls in error_classes():
        assert described[cls.code].status == STATUS[cls.kind]
        assert described[cls.code].description.endswith(".")


@pytest.mark.parametrize("cls", error_classes(), ids=lambda cls: cls.code)
def test_every_error_becomes_a_problem(service: Service, cls: type) -> None:
    class Anything(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "7"

    error = cls.__new__(cls)
    Exception.__init__(error, cls.sentence.format_map(Anything()))
    error.details = Anything()
    router = APIRouter()

    @router.get("/broken-on-purpose")
    def broken() -> None:
        raise error

    service.api.include_router(router)
    response = service.stranger().get("/broken-on-purpose")
    problem = response.json()
    assert response.status_code == problem["status"] == STATUS[cls.kind]
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["code"] == cls.code
    assert problem["type"] == f"/api/v1/problems/{cls.code}"
    assert problem["instance"] == "/api/v1/broken-on-purpose"
    assert problem["detail"] == str(error)
    assert problem["title"]
    assert service.stranger().get(f"/problems/{cls.code}").json()["status"] == problem["status"]


def test_an_unexpected_failure_says_nothing_of_its_cause(service: Service) -> None:
    router = APIRouter()

    @router.get("/broken-on-purpose")
    def broken() -> None:
        msg = "the secret cause"
        raise RuntimeError(msg)

    service.api.include_router(router)
    response = service.stranger().get("/broken-on-purpose")
    assert (response.status_code, response.json()["code"]) == (500, "unexpected")
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def test_addresses_and_methods_that_do_not_exist(service: Service) -> None:
    stranger = service.stranger()
    missing = stranger.get("/nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_address")
    wrong = stranger.send("DELETE", "/me")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET"
    assert wrong.headers["content-type"] == "application/problem+json"
    assert stranger.get("/problems/no_such_kind").status_code == 404


def test_a_body_that_cannot_be_read_names_its_fields_and_repeats_nothing(service: Service, client: SignIn) -> None:
    stranger = service.stranger()
    response = stranger.post("/sessions", {"username": "candidate", "pasword": "a secret word"})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["password", "pasword"]
    assert "a secret word" not in response.text
    not_json = stranger.http.post("/api/v1/sessions", content=b"{", headers={"Content-Type": "application/json"})
    assert (not_json.status_code, not_json.json()["code"]) == (422, "invalid_request")
    bad_id = client("candidate").get("/sittings/not-an-id")
    assert bad_id.json()["errors"][0]["field"] == "sitting_id"


def test_a_value_that_a_use_case_refuses_names_its_field(client: SignIn) -> None:
    administrator = client("administrator")
    response = administrator.post("/people", {"username": "x", "display_name": "เอ็กซ์", "roles": ["candidate"]})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["username"]
    design = administrator.get("/exam-designs/DG100").json()
    exam = {"title": "ก", "unit": "DG100"}
    for change, field in (
        ({"maximum_length": 2}, "maximum_length"),
        ({"confidence": 1.5}, "confidence"),
        ({"colour": "red"}, "design"),
    ):
        refused = administrator.post("/exams", exam | {"design": design | change})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    too_long = administrator.post("/exams", exam | {"design": design | {"maximum_length": 500}})
    assert (too_long.status_code, too_long.json()["code"]) == (409, BankTooSmall.code)


def test_tokens_expire_end_with_signing_out_and_are_asked_for(service: Service, client: SignIn) -> None:
    stranger = service.stranger()
    response = stranger.get("/me")
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    assert response.headers["www-authenticate"] == "Bearer"
    stranger.token = "not-a-token"
    assert stranger.get("/me").status_code == 401
    writer = client("writer")
    assert writer.get("/me").json()["username"] == "writer"
    assert writer.send("DELETE", "/sessions/current").status_code == 204
    assert writer.get("/me").status_code == 401
    reviewer = client("reviewer")
    service.now += timedelta(days=2)
    assert reviewer.get("/me").status_code == 401


def test_a_cookie_opens_nothing(service: Service, client: SignIn) -> None:
    token = client("administrator").token
    for name in ("samat", "__Host-samat"):
        response = service.stranger().http.get("/api/v1/people", headers={"Cookie": f"{name}={token}"})
        assert response.status_code == 401


def test_guessing_passwords_is_stopped(service: Service) -> None:
    stranger = service.stranger()
    for _ in range(3):
        refused = stranger.post("/sessions", {"username": "writer", "password": "wrong-password"})
        assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    response = stranger.post("/sessions", {"username": "writer", "password": PASSWORD})
    assert (response.status_code, response.json()["code"]) == (429, "too_many_attempts")
    assert response.headers["retry-after"] == "900"
    service.now += timedelta(minutes=16)
    assert stranger.post("/sessions", {"username": "writer", "password": PASSWORD}).status_code == 201


def test_a_refused_change_leaves_nothing_behind(service: Service, client: SignIn) -> None:
    administrator = client("administrator")
    path = f"/exams/{service.institution.exam}/enrolments"
    administrator.post("/people", {"username": "malee", "display_name": "มาลี", "roles": ["candidate"]})
    refused = administrator.post(path, {"usernames": ["malee", "nobody"]})
    assert refused.status_code == 404
    names = [line["username"] for line in administrator.get(path).json()["enrolments"]]
    assert names == ["candidate", "candidate2"]
    missing = administrator.get(f"/exams/{uuid4()}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/people", {"username": "ma\0lee", "display_name": "มาลี", "roles": ["candidate"]}),
        ("POST", "/people", {"username": "malee", "display_name": "\ud800", "roles": ["candidate"]}),
        ("GET", "/audit?subject=%00", None),
        ("GET", "/audit?offset=99999999999999999999", None),
        ("POST", "/banks/99999999999999999999/reinstate", {"reason": "x"}),
        ("POST", "/exams", {"title": "x", "unit": "DG100", "opens_at": "0001-01-01T00:00:00+14:00"}),
        ("POST", "/exams", {"title": "x", "unit": "DG100", "design": {"\ud800": 1}}),
        ("POST", "/exams", {"title": "x", "unit": "DG100", "design": {"blueprint": 5}}),
    ],
)
def test_values_that_no_database_takes_are_refused_not_failed_on(
    client: SignIn, method: str, path: str, body: object
) -> None:
    assert client("administrator").send(method, path, body).status_code == 422
