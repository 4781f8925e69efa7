"""Every operation with every role and without: who may do what is written out here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.routes import create_api
from itembank.actor import Role
from itembank.database import Database
from itembank.settings import Settings
from tests.api.conftest import QuietWorker, Service
from tests.support.institution import PASSWORD
from tests.support.recorded import Recorded, record_things

C, W, R, P, A, J, M = (
    Role.CANDIDATE, Role.ITEM_WRITER, Role.REVIEWER, Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR, Role.JUDGE,
    Role.MARKER,
)  # fmt: skip
EVERYBODY = {C, W, R, P, A, J, M}
BANK = {W, R, P, A}
EXAMS = {P, A}

#: Method and path to the roles that may.
ALLOWED: dict[tuple[str, str], set[Role]] = {
    ("DELETE", "/sessions/current"): EVERYBODY,
    ("GET", "/me"): EVERYBODY,
    ("GET", "/me/exams"): {C},
    ("GET", "/me/exams/{exam_id}"): {C},
    ("POST", "/me/exams/{exam_id}/start"): {C},
    ("GET", "/sittings/{sitting_id}"): {C},
    ("POST", "/sittings/{sitting_id}/answers"): {C},
    ("POST", "/sittings/{sitting_id}/end"): {C},
    ("POST", "/sittings/{sitting_id}/tasks"): {C},
    ("PUT", "/sittings/{sitting_id}/tasks/{position}/draft"): {C},
    ("GET", "/sittings/{sitting_id}/result"): {C, P, A},
    ("GET", "/sittings/{sitting_id}/replay"): EXAMS,
    ("GET", "/sittings"): EXAMS,
    ("GET", "/audit"): {A},
    ("GET", "/standard"): BANK | {J, M},
    ("GET", "/coverage"): BANK,
    ("GET", "/items"): BANK,
    ("POST", "/items"): {W},
    ("POST", "/images"): {W},
    ("POST", "/item-imports"): {W},
    ("GET", "/item-imports/{import_id}"): {W},
    ("POST", "/item-imports/{import_id}/store"): {W},
    ("DELETE", "/item-imports/{import_id}"): {W},
    ("GET", "/item-exports/{file_format}"): BANK,
    ("GET", "/item-exports/{file_format}/losses"): BANK,
    ("GET", "/images/{image_id}"): EVERYBODY,
    ("GET", "/items/{item_id}"): BANK,
    ("GET", "/items/{item_id}/differences"): BANK,
    ("GET", "/items/{item_id}/review"): BANK,
    ("POST", "/items/{item_id}/votes"): {R},
    ("GET", "/items/{item_id}/comments"): BANK,
    ("POST", "/items/{item_id}/comments"): {W, R, P},
    ("POST", "/items/{item_id}/comments/{comment_id}/replies"): {W, R, P},
    ("PUT", "/items/{item_id}/comments/{comment_id}/settled"): {W, R, P},
    ("GET", "/items/{item_id}/review-requests"): BANK,
    ("POST", "/items/{item_id}/review-requests"): {R, A},
    ("POST", "/items/{item_id}/review-requests/{request_id}/withdraw"): {R, A},
    ("GET", "/review-queue"): {R},
    ("GET", "/review-check-list"): EVERYBODY,
    ("GET", "/review-rules"): BANK,
    ("PUT", "/review-rules"): {A},
    ("GET", "/items/{item_id}/enemies"): BANK,
    ("POST", "/items/{item_id}/enemies"): {W, R, P},
    ("POST", "/items/{item_id}/enemies/part"): {W, R, P},
    ("POST", "/similar-items"): BANK,
    ("GET", "/enemy-proposals"): BANK,
    ("POST", "/enemy-proposals/dismiss"): {W, R, P},
    ("POST", "/enemy-proposals/reopen"): {W, R, P},
    ("GET", "/item-flaws"): BANK,
    ("GET", "/item-flaws/items"): BANK,
    ("POST", "/items/{item_id}/flaw-reasons"): {W},
    ("POST", "/items/{item_id}/versions"): {W},
    ("POST", "/items/{item_id}/moves"): {W},  # the move of the example, submit; others in MOVES
    ("GET", "/items/{item_id}/decisions"): {P},
    ("POST", "/items/{item_id}/decisions"): {P},
    ("GET", "/item-queue"): {P},
    ("GET", "/banks"): BANK,
    ("POST", "/banks"): {P},
    ("POST", "/banks/{number}/reinstate"): {P},
    ("GET", "/calibrations"): {P},
    ("POST", "/calibrations"): {P},
    ("GET", "/calibrations/{run_id}"): {P},
    ("GET", "/calibrations/{run_id}/diagnostics"): {P},
    ("POST", "/calibrations/{run_id}/cancel"): {P},
    ("POST", "/calibrations/{run_id}/approve"): {P},
    ("POST", "/calibrations/{run_id}/reject"): {P},
    ("POST", "/calibrations/{run_id}/publish"): {P},
    ("POST", "/calibrations/{run_id}/again"): {P},
    ("GET", "/neutralisations"): EXAMS,
    ("POST", "/neutralisations"): EXAMS,
    ("GET", "/neutralisations/{neutralisation_id}"): EXAMS,
    ("POST", "/neutralisations/{neutralisation_id}/preview"): EXAMS,
    ("POST", "/neutralisations/{neutralisation_id}/approve"): EXAMS,
    ("POST", "/neutralisations/{neutralisation_id}/reject"): EXAMS,
    ("POST", "/neutralisations/{neutralisation_id}/take-back"): EXAMS,
    ("POST", "/neutralisations/{neutralisation_id}/again"): EXAMS,
    ("GET", "/simulations"): EXAMS,
    ("POST", "/simulations"): EXAMS,
    ("GET", "/simulations/{run_id}"): EXAMS,
    ("POST", "/simulations/{run_id}/cancel"): EXAMS,
    ("GET", "/measurement-reports/units/{unit}"): {P},
    ("GET", "/measurement-reports/units/{unit}/report"): {P},
    ("GET", "/measurement-reports/units/{unit}/tables/{table}"): {P},
    ("POST", "/measurement-reports/units/{unit}/responses"): {P},
    ("GET", "/measurement-reports/items/{item_id}/tables/{table}"): {P},
    ("GET", "/measurement-reports/runs/{run_id}"): {P},
    ("GET", "/measurement-reports/runs/{run_id}/report"): {P},
    ("GET", "/measurement-reports/runs/{run_id}/tables/{table}"): {P},
    ("GET", "/item-statistics"): {P},
    ("GET", "/item-statistics/{item_id}"): {P},
    ("GET", "/dif-studies"): {P},
    ("GET", "/dif-studies/variables"): {P},
    ("POST", "/dif-studies"): {P},
    ("GET", "/dif-studies/{run_id}"): {P},
    ("GET", "/dif-studies/{run_id}/items.csv"): {P},
    ("POST", "/dif-studies/{run_id}/cancel"): {P},
    ("POST", "/dif-studies/{run_id}/again"): {P},
    ("GET", "/group-variables"): {A},
    ("POST", "/group-variables"): {A},
    ("GET", "/group-variables/{variable_id}"): {A},
    ("POST", "/group-variables/{variable_id}/bases"): {A},
    ("POST", "/group-variables/{variable_id}/people/preview"): {A},
    ("POST", "/group-variables/{variable_id}/people"): {A},
    ("POST", "/group-variables/{variable_id}/people/forget"): {A},
    ("POST", "/group-variables/{variable_id}/withdraw"): {A},
    ("GET", "/judges"): {P},
    ("GET", "/panels"): EXAMS,
    ("POST", "/panels"): {P},
    ("GET", "/panels/{panel_id}"): EXAMS,
    ("PUT", "/panels/{panel_id}"): {P},
    ("POST", "/panels/{panel_id}/open"): {P},
    ("POST", "/panels/{panel_id}/close"): {P},
    ("POST", "/panels/{panel_id}/accept"): {P},
    ("POST", "/panels/{panel_id}/abandon"): {P},
    ("GET", "/panels/{panel_id}/judgements.csv"): EXAMS,
    ("GET", "/cut-scores"): EXAMS,
    ("POST", "/cut-scores/{cut_id}/adopt"): {A},
    ("GET", "/writing-needs"): BANK,
    ("GET", "/assignments"): BANK,
    ("POST", "/assignments"): {R, P, A},
    ("POST", "/assignments/{assignment_id}/withdraw"): {R, P, A},
    ("GET", "/ratings"): {W},
    ("GET", "/marking"): {M, A},
    ("GET", "/marking/progress"): EXAMS,
    ("GET", "/marking/agreement"): {P},
    ("GET", "/marking/{answer_id}"): {M},
    ("POST", "/marking/{answer_id}/marks"): {M},
    ("POST", "/marking/{answer_id}/corrections"): {M},
    ("GET", "/judging"): {J},
    ("GET", "/judging/{panel_id}"): {J},
    ("POST", "/judging/{panel_id}/pages/{place}/look"): {J},
    ("GET", "/judging/{panel_id}/pages/{place}"): {J},
    ("PUT", "/judging/{panel_id}/pages/{place}/judgement"): {J},
    ("PUT", "/judging/{panel_id}/bookmark"): {J},
    ("PUT", "/judging/{panel_id}/limits"): {J},
    ("GET", "/people"): {A},
    ("POST", "/people"): {A},
    ("GET", "/people/{person_id}"): {A},
    ("PUT", "/people/{person_id}/roles"): {A},
    ("POST", "/people/{person_id}/password"): {A},
    ("PUT", "/people/{person_id}/active"): {A},
    ("GET", "/examinable-units"): EXAMS,
    ("GET", "/exam-designs/{unit}"): EXAMS,
    ("GET", "/exams"): EXAMS,
    ("POST", "/exams"): {A},
    ("GET", "/exams/{exam_id}"): EXAMS,
    ("PUT", "/exams/{exam_id}/times"): {A},
    ("GET", "/exams/{exam_id}/enrolments"): EXAMS,
    ("POST", "/exams/{exam_id}/enrolments"): {A},
    ("PUT", "/exams/{exam_id}/enrolments/{person_id}/extra-time"): {A},
}
#: What a stranger may do too.
OPEN = {("POST", "/sessions"), ("GET", "/problems"), ("GET", "/problems/{code}"), ("GET", "/openapi.json")}

#: Moves of an item to the role that may make them.
MOVES = {"submit": W, "withdraw": W, "return": R, "approve": R, "pretest": P, "release": P, "retire": P}

USERNAMES = {
    C: "candidate", W: "writer", R: "reviewer", P: "psychometrician", A: "administrator", J: "judge", M: "marker",
}  # fmt: skip


def operations(api: FastAPI) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(api.routes):
        for method in context.methods or ():
            if method != "HEAD":
                assert context.path is not None
                yield method, context.path


def test_the_matrix_names_every_operation(service: Service) -> None:
    assert set(operations(service.api)) == set(ALLOWED) | OPEN


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the API says of itself, which is the same for all roles and takes seconds to write."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('document') / 'empty.db'}")
    quiet = QuietWorker()
    api = create_api(database=database, settings=Settings(), worker=quiet, simulation_worker=quiet, dif_worker=quiet)
    database.close()
    return api.openapi()


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_every_operation_allows_exactly_the_roles_of_the_matrix(
    service: Service, document: dict[str, Any], role: Role | None
) -> None:
    things = record_things(service.database, service.institution, now=service.now)
    wrong = []
    for (method, path), roles in ALLOWED.items():
        if path == "/me" or "sessions" in path:  # signing out ends the session of the client before
            client = service.client(USERNAMES[role]) if role else service.stranger()
        body = body_of(document, method, path, things)
        response = client.send(method, address_of(path, things), body)
        # What is allowed may still be refused for another reason than the role; what is not must be refused for it.
        refused = response.status_code in (401, 403)
        expected = 401 if role is None else 403
        if refused == (role in roles) or (refused and response.status_code != expected):
            wrong.append(f"{method} {path} as {role}: {response.status_code} {response.text[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", Role, ids=str)
def test_the_moves_of_an_item_belong_to_their_roles(service: Service, role: Role) -> None:
    things = record_things(service.database, service.institution, now=service.now)
    client = service.client(USERNAMES[role])
    for move, owner in MOVES.items():
        for item_id in things.items.values():
            response = client.post(f"/items/{item_id}/moves", {"move": move, "note": "เหตุผล"})
            assert response.status_code in ((200, 409) if role is owner else (403, 409)), response.text
            if role is C:
                assert response.status_code == 403


def test_without_signing_in_only_the_open_operations_answer(service: Service) -> None:
    stranger = service.stranger()
    assert stranger.get("/problems").status_code == 200
    assert stranger.get("/problems/not_found").status_code == 200
    assert stranger.get("/openapi.json").status_code == 200
    assert stranger.post("/sessions", {"username": "writer", "password": PASSWORD}).status_code == 201


def address_of(path: str, things: Recorded) -> str:
    values = {
        "exam_id": things.exam_id,
        "sitting_id": things.sitting_id,
        "item_id": things.items["draft"],
        "person_id": things.person_id,
        "run_id": things.run_id,
        "neutralisation_id": things.neutralisation_id,
        "variable_id": things.variable_id,
        "panel_id": things.panel_id,
        "cut_id": things.cut_id,
        "comment_id": things.exam_id,
        "request_id": 1,
        "assignment_id": things.assignment_id,
        "answer_id": things.answer_id,
        "image_id": "0" * 64,
        "import_id": things.run_id,  # nobody's, which is told only to whom it might be
        "file_format": "csv",
        "place": 1,
        "position": 1,
        "number": 1,
        "unit": "DG100",
        "table": "items",
    }
    return path.format(**values) + ("?unit=DG100" if path == "/item-statistics" else "")


def body_of(document: dict[str, Any], method: str, path: str, things: Recorded) -> Any:
    """The documented example, with codes and names that exist here."""
    operation = document["paths"][path][method.lower()]
    if "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"]
    if "multipart/form-data" in content:  # a file, which is looked at after the role
        return None
    reference = content["application/json"]["schema"]["$ref"]
    example: dict[str, Any] = document["components"]["schemas"][reference.rsplit("/", 1)[1]]["examples"][0]
    return example | {"usernames": ["candidate"]} if "usernames" in example else example
