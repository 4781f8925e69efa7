"""Every address with every role and without: who may do what on the pages is written out here and nowhere else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import make_url
from starlette.routing import Mount

from api.routes import API_PREFIX
from itembank.actor import Role
from tests.support.institution import PASSWORD
from tests.support.recorded import Recorded, record_things
from tests.web.conftest import Site, Visitor
from web.security import form_token

C, W, R, P, A, J, M = (
    Role.CANDIDATE, Role.ITEM_WRITER, Role.REVIEWER, Role.PSYCHOMETRICIAN, Role.ADMINISTRATOR, Role.JUDGE,
    Role.MARKER,
)  # fmt: skip
EVERYBODY = frozenset(Role)
BANK = frozenset({W, R, P, A})
EXAMS = frozenset({P, A})
USERNAMES = {
    C: "candidate", W: "writer", R: "reviewer", P: "psychometrician", A: "administrator", J: "judge", M: "marker",
}  # fmt: skip


@dataclass(frozen=True)
class Door:
    """One address: the roles that may, and the form that a permitted person sends."""

    roles: frozenset[Role]
    form: Mapping[str, str] = field(default_factory=dict)


def only(*roles: Role, **form: str) -> Door:
    return Door(frozenset(roles), form)


DOORS: dict[tuple[str, str], Door] = {
    ("GET", "/standard"): Door(BANK | {J, M}),
    # Candidates
    ("GET", "/exams"): only(C),
    ("GET", "/exams/{exam_id}"): only(C),
    ("POST", "/exams/{exam_id}/start"): only(C),
    ("GET", "/sittings/{sitting_id}"): only(C),
    ("GET", "/sittings/{sitting_id}/answers"): Door(EVERYBODY),  # only leads back to the sitting
    ("POST", "/sittings/{sitting_id}/answers"): only(C, position="1", answer="0"),
    ("GET", "/sittings/{sitting_id}/tasks"): Door(EVERYBODY),  # only leads back to the sitting
    ("POST", "/sittings/{sitting_id}/tasks"): only(C, position="1", text="คำตอบ"),
    ("GET", "/sittings/{sitting_id}/end"): only(C),
    ("POST", "/sittings/{sitting_id}/end"): only(C, answered="1"),
    ("GET", "/sittings/{sitting_id}/result"): only(C, P, A),
    # The item bank
    ("GET", "/bank"): Door(BANK),
    ("GET", "/bank/criteria/{code}"): Door(BANK),
    ("GET", "/bank/items"): Door(BANK),
    ("GET", "/bank/flaws"): Door(BANK),
    ("POST", "/bank/flaws"): only(W, item_id="{item_id}", rule="odd_one_out", reason="เหตุผล"),
    ("GET", "/bank/enemies"): Door(BANK),
    ("POST", "/bank/enemies"): only(W, R, P, first="{item_id}", second="{item_id}", decision="dismiss", reason="เหตุผล"),
    ("POST", "/bank/enemies/reopen"): only(W, R, P, first="{item_id}", second="{item_id}"),
    ("GET", "/bank/images"): only(W),
    ("POST", "/bank/images"): only(W),
    ("GET", "/media/{image_id}"): Door(EVERYBODY),  # whose id is in a text that they were shown
    ("GET", "/bank/items/new"): only(W),
    ("POST", "/bank/items"): only(W, do="save", criterion="{code}", stem="ข้อ"),
    ("POST", "/bank/preview"): only(W, criterion="{code}", stem="ข้อ"),
    ("POST", "/bank/desk"): only(W, desk="6c1d8a52-6a0f-4e55-9d1f-2f6f5e0c7a11", typed="1", stem="ข้อ"),
    ("POST", "/bank/desk/similar"): only(W, criterion="{code}", stem="ข้อ"),
    ("POST", "/bank/desk/discard"): only(W, desk="6c1d8a52-6a0f-4e55-9d1f-2f6f5e0c7a11"),
    ("GET", "/bank/import"): only(W),
    ("POST", "/bank/import"): only(W),
    ("GET", "/bank/import/template.xlsx"): only(W),
    ("GET", "/bank/import/{import_id}"): only(W),
    ("POST", "/bank/import/{import_id}/store"): only(W),
    ("POST", "/bank/import/{import_id}/discard"): only(W),
    ("GET", "/bank/export"): Door(BANK),
    ("GET", "/bank/export/file"): Door(BANK),
    ("GET", "/bank/items/{item_id}"): Door(BANK),
    ("GET", "/bank/items/{item_id}/edit"): only(W),
    ("POST", "/bank/items/{item_id}"): only(W, do="save", criterion="{code}", stem="ข้อ", started_from="1"),
    ("POST", "/bank/items/{item_id}/moves"): only(W, move="submit", version="1"),  # others in MOVES
    ("GET", "/bank/items/{item_id}/history"): Door(BANK),
    ("POST", "/bank/items/{item_id}/enemies"): only(W, R, P, code="DG101-1.1-01", reason="เหตุผล"),
    ("POST", "/bank/items/{item_id}/enemies/part"): only(W, R, P, code="DG101-1.1-01", reason="เหตุผล"),
    ("GET", "/bank/needs"): Door(BANK),
    ("GET", "/bank/assignments"): Door(BANK),
    ("GET", "/bank/assignments/new"): only(R, P, A),
    ("POST", "/bank/assignments"): only(R, P, A, criterion="DG101-1.1", wanted="1", due_on="2126-12-01"),
    ("POST", "/bank/assignments/{assignment_id}/withdraw"): only(R, P, A, reason="เหตุผล"),
    ("GET", "/bank/ratings"): only(W),
    ("POST", "/bank/items/{item_id}/comments"): only(W, R, P, do="comment", comment="ความเห็น", seen="1"),
    ("POST", "/bank/items/{item_id}/requests"): only(R, A, reviewers="reviewer", due="2027-01-31"),
    ("POST", "/bank/items/{item_id}/requests/{request_id}/withdraw"): only(R, A),
    ("GET", "/review"): only(R),
    ("GET", "/review/{item_id}"): only(R),
    ("POST", "/review/{item_id}/answer"): only(R, version="1", answer="0"),
    ("POST", "/review/{item_id}/decision"): only(R, version="1", do="needs_changes", answer="0"),
    # Marking
    ("GET", "/marking"): only(M, A),
    ("GET", "/marking/next"): only(M, A),
    ("GET", "/marking/progress"): Door(EXAMS),
    ("GET", "/marking/agreement"): only(P),
    ("GET", "/marking/{answer_id}"): only(M),
    ("POST", "/marking/{answer_id}"): only(M, level_1="1", level_2="1"),
    # Measurement
    ("GET", "/measurement"): only(P),
    ("GET", "/measurement/items/{item_id}"): only(P),
    ("GET", "/measurement/reports"): only(P),
    ("GET", "/measurement/reports/units/{unit}/report.pdf"): only(P),
    ("GET", "/measurement/reports/units/{unit}/{table}.csv"): only(P),
    ("POST", "/measurement/reports/units/{unit}/responses"): only(P),
    ("GET", "/measurement/reports/items/{item_id}/{table}.csv"): only(P),
    ("GET", "/measurement/reports/runs/{run_id}"): only(P),
    ("GET", "/measurement/reports/runs/{run_id}/report.pdf"): only(P),
    ("GET", "/measurement/reports/runs/{run_id}/{table}.csv"): only(P),
    ("GET", "/measurement/queue"): only(P),
    ("GET", "/measurement/items/{item_id}/decide"): only(P),
    ("POST", "/measurement/items/{item_id}/decide"): only(P, verdict="accept", version="1", reason="เหตุผล"),
    ("GET", "/calibrations"): only(P),
    ("POST", "/calibrations"): only(P, unit="DG100", model="2pl", simulated="1"),
    ("GET", "/calibrations/{run_id}"): only(P),
    ("POST", "/calibrations/{run_id}/cancel"): only(P),
    ("POST", "/calibrations/{run_id}/approve"): only(P),
    ("POST", "/calibrations/{run_id}/reject"): only(P, reason="เหตุผล"),
    ("POST", "/calibrations/{run_id}/publish"): only(P),
    ("POST", "/calibrations/{run_id}/again"): only(P),
    ("GET", "/banks"): Door(BANK),
    ("POST", "/banks"): only(P, note="ทดลอง"),
    ("POST", "/banks/{number}/reinstate"): only(P, reason="เหตุผล"),
    ("GET", "/simulations"): Door(EXAMS),
    ("GET", "/simulations/new"): Door(EXAMS),
    ("POST", "/simulations"): Door(EXAMS, {"unit": "DG100", "minimum_length": "ten"}),
    ("GET", "/simulations/{run_id}"): Door(EXAMS),
    ("POST", "/simulations/{run_id}/cancel"): Door(EXAMS),
    ("GET", "/simulations/{run_id}/report.html"): Door(EXAMS),
    ("GET", "/simulations/{run_id}/report.json"): Door(EXAMS),
    ("GET", "/dif-studies"): only(P),
    ("GET", "/dif-studies/new"): only(P),
    ("POST", "/dif-studies"): only(P, unit="DG100", reference="a", focal="b"),
    ("GET", "/dif-studies/{run_id}"): only(P),
    ("GET", "/dif-studies/{run_id}/items.csv"): only(P),
    ("POST", "/dif-studies/{run_id}/cancel"): only(P),
    ("POST", "/dif-studies/{run_id}/again"): only(P),
    ("GET", "/neutralisations"): Door(EXAMS),
    ("GET", "/neutralisations/new"): Door(EXAMS),
    ("POST", "/neutralisations"): Door(EXAMS, {"code": "DG101-1.1-01", "fault": "leaked"}),
    ("GET", "/neutralisations/{neutralisation_id}"): Door(EXAMS),
    ("POST", "/neutralisations/{neutralisation_id}/approve"): Door(EXAMS),
    ("POST", "/neutralisations/{neutralisation_id}/reject"): Door(EXAMS, {"reason": "เหตุผล"}),
    ("POST", "/neutralisations/{neutralisation_id}/take-back"): Door(EXAMS, {"reason": "เหตุผล"}),
    ("POST", "/neutralisations/{neutralisation_id}/preview"): Door(EXAMS),
    ("POST", "/neutralisations/{neutralisation_id}/again"): Door(EXAMS),
    # Standard setting
    ("GET", "/standard-setting"): Door(EXAMS),
    ("GET", "/standard-setting/new"): only(P),
    ("POST", "/standard-setting"): only(P, unit="DG100", method="angoff", description_th="ผู้ผ่านพอดี"),
    ("GET", "/standard-setting/{panel_id}"): Door(EXAMS),
    ("GET", "/standard-setting/{panel_id}/edit"): only(P),
    ("POST", "/standard-setting/{panel_id}"): only(P, unit="DG100", description_th="ผู้ผ่านพอดี"),
    ("POST", "/standard-setting/{panel_id}/open"): only(P),
    ("POST", "/standard-setting/{panel_id}/close"): only(P),
    ("POST", "/standard-setting/{panel_id}/accept"): only(P),
    ("POST", "/standard-setting/{panel_id}/abandon"): only(P, reason="เหตุผล"),
    ("GET", "/standard-setting/{panel_id}/judgements.csv"): Door(EXAMS),
    ("POST", "/standard-setting/cuts/{cut_id}/adopt"): only(A),
    ("GET", "/judging"): only(J),
    ("GET", "/judging/{panel_id}"): only(J),
    ("POST", "/judging/{panel_id}/looks"): only(J, place="1"),
    ("GET", "/judging/{panel_id}/pages/{place}"): only(J),
    ("POST", "/judging/{panel_id}/pages/{place}"): only(J, value="60"),
    ("POST", "/judging/{panel_id}/bookmark"): only(J, mark="2"),
    ("POST", "/judging/{panel_id}/limits"): only(J, lowest_cut="50"),
    # Administration
    ("GET", "/administration/groups"): only(A),
    ("GET", "/administration/groups/new"): only(A),
    ("POST", "/administration/groups"): only(A, name_th="ภาษา", name_en="Language", categories="a, ก, A\nb, ข, B"),
    ("GET", "/administration/groups/{variable_id}"): only(A),
    ("POST", "/administration/groups/{variable_id}/basis"): only(
        A, ground="consent", reference="1", purpose="2", valid_from="2026-01-01", valid_until="2027-01-01"
    ),
    ("POST", "/administration/groups/{variable_id}/preview"): only(A, rows="candidate,a"),
    ("POST", "/administration/groups/{variable_id}/people"): only(A, rows="candidate,a"),
    ("POST", "/administration/groups/{variable_id}/person"): only(A, username="candidate", category="a"),
    ("POST", "/administration/groups/{variable_id}/withdraw"): only(A, confirmed="1"),
    ("GET", "/administration/people"): only(A),
    ("GET", "/administration/people/new"): only(A),
    ("POST", "/administration/people"): only(A, username="malee", display_name="มาลี", roles="candidate"),
    ("GET", "/administration/people/{person_id}"): only(A),
    ("POST", "/administration/people/{person_id}/roles"): only(A, roles="candidate"),
    ("POST", "/administration/people/{person_id}/password"): only(A, confirmed="1"),
    ("POST", "/administration/people/{person_id}/active"): only(A, active="0"),
    ("GET", "/administration/exams"): Door(EXAMS),
    ("GET", "/administration/exams/new"): only(A),
    ("POST", "/administration/exams"): only(
        A, unit="DG100", title="สอบ", minimum_length="10", maximum_length="15", cut_score="0", confidence="95"
    ),
    ("GET", "/administration/exams/{exam_id}"): Door(EXAMS),
    ("POST", "/administration/exams/{exam_id}/times"): only(A, time_limit_minutes="90"),
    ("POST", "/administration/exams/{exam_id}/candidates"): only(A, usernames="candidate"),
    ("POST", "/administration/exams/{exam_id}/candidates/{person_id}/extra-time"): only(A, minutes="5"),
    ("GET", "/administration/sittings"): Door(EXAMS),
    ("GET", "/administration/sittings/{sitting_id}/replay"): Door(EXAMS),
    ("GET", "/administration/reviewing"): only(A),
    ("POST", "/administration/reviewing"): only(A, approvals_needed="2"),
    ("GET", "/administration/audit"): only(A),
    # Last, since it ends the session.
    ("POST", "/sign-out"): Door(EVERYBODY),
}
#: What a stranger may ask for too.
OPEN = {("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/health")}
#: What is no page: the JSON API with a matrix of its own in tests/api/test_roles.py, and files that hold no secret.
MOUNTS = {API_PREFIX, "/static"}

#: Moves of an item, with the state that they start from, to the role that may make them.
MOVES = {
    ("submit", "draft"): W,
    ("withdraw", "in_review"): W,
    ("return", "in_review"): R,
    ("approve", "in_review"): R,
    ("pretest", "approved"): P,
    ("release", "approved"): P,
    ("retire", "approved"): P,
}


def test_the_matrix_names_every_route(site: Site) -> None:
    found = {(method, path) for method, path in routes(site.app) if method}
    assert found == set(DOORS) | OPEN
    assert {path for method, path in routes(site.app) if not method} == MOUNTS


@pytest.mark.parametrize("role", Role, ids=str)
def test_every_route_lets_in_exactly_the_roles_of_the_matrix(site: Site, role: Role) -> None:
    things = record_things(site.database, site.institution, now=site.clock.now)
    visitor = site.signed_in(USERNAMES[role])
    wrong = []
    for (method, path), door in DOORS.items():
        response = knock(visitor, method, path, things)
        # What is allowed may still be refused for another reason than the role; what is not must be refused for it.
        may = role in door.roles
        if (response.status_code == 403) == may or leads_to_sign_in(response) != (path == "/sign-out"):
            wrong.append(f"{method} {path} as {role}: {response.status_code}, expected to be let in: {may}")
    assert not wrong, "\n".join(wrong)


def test_a_stranger_is_sent_to_the_sign_in_from_everywhere(site: Site) -> None:
    things = record_things(site.database, site.institution, now=site.clock.now)
    stranger = site.stranger()
    before = everything_stored(site)
    for method, path in DOORS:
        response = knock(stranger, method, path, things)
        assert leads_to_sign_in(response), f"{method} {path}: {response.status_code}"
        assert len(response.content) == 0
    assert everything_stored(site) == before
    assert stranger.get("/").url.path == "/sign-in"
    assert stranger.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize("role", Role, ids=str)
def test_reading_a_page_changes_nothing(site: Site, role: Role) -> None:
    things = record_things(site.database, site.institution, now=site.clock.now)
    visitor = site.signed_in(USERNAMES[role])
    before = everything_stored(site)
    for method, path in DOORS:
        if method == "GET":
            knock(visitor, method, path, things)
    assert everything_stored(site) == before


@pytest.mark.parametrize("role", Role, ids=str)
def test_a_change_needs_the_forms_token_and_this_sites_origin(site: Site, role: Role) -> None:
    things = record_things(site.database, site.institution, now=site.clock.now)
    visitor = site.signed_in(USERNAMES[role])
    before = everything_stored(site)
    for (method, path), door in DOORS.items():
        if method == "POST" and role in door.roles:
            forged = knock(visitor, method, path, things, csrf_token="0" * 32)
            assert forged.status_code == 403, path
            elsewhere = knock(visitor, method, path, things, origin="https://evil.example")
            assert elsewhere.status_code == 403, path
            unsaid = knock(visitor, method, path, things, origin=None)
            assert unsaid.status_code == 403, path
    assert everything_stored(site) == before


@pytest.mark.parametrize("role", Role, ids=str)
def test_the_moves_of_an_item_belong_to_their_roles(site: Site, role: Role) -> None:
    things = record_things(site.database, site.institution, now=site.clock.now)
    visitor = site.signed_in(USERNAMES[role])
    visitor.get("/")
    for (move, state), owner in MOVES.items():
        if role is owner:
            continue
        form = {"move": move, "version": "1", "note": "เหตุผล"}
        response = visitor.post(f"/bank/items/{things.items[state]}/moves", form)
        assert response.status_code == 403, move


def test_the_api_takes_no_cookie(site: Site) -> None:
    """Nobody's page can be made to do something there: being signed in on the pages counts for nothing."""
    visitor = site.signed_in("administrator")
    api = next(route.app for route in site.app.routes if isinstance(route, Mount) and route.path == API_PREFIX)
    assert isinstance(api, FastAPI)
    known = {("POST", "/sessions"), ("GET", "/openapi.json")}
    asked = 0
    for method, path in routes(api):
        if (method, path) in known or path.startswith("/problems"):
            continue
        for name in ("neutralisation_id", "variable_id", "exam_id", "sitting_id", "item_id", "person_id", "run_id"):
            path = path.replace(f"{{{name}}}", str(site.institution.exam))
        for name in ("panel_id", "cut_id", "comment_id", "assignment_id", "import_id"):
            path = path.replace(f"{{{name}}}", str(site.institution.exam))
            path = path.replace("{place}", "1")
        path = path.replace("{number}", "1").replace("{request_id}", "1")
        path = path.replace("{unit}", "DG100").replace("{table}", "items")
        response = visitor.client.request(method, f"{API_PREFIX}{path}", json={})
        assert response.status_code == 401, f"{method} {path}: {response.status_code}"
        asked += 1
    assert asked > 30


def test_files_are_served_from_their_folder_only(site: Site) -> None:
    client = TestClient(site.app)
    for path in ("/static/../site.py", "/static/%2e%2e/site.py", "/static/js/../../page.py", "/static//etc/passwd"):
        assert client.get(path).status_code == 404, path


def test_people_who_are_no_longer_active_are_strangers(site: Site) -> None:
    visitor = site.signed_in("writer")
    administrator = site.signed_in("administrator")
    administrator.get("/administration/people")
    person = site.institution["writer"].person_id
    administrator.post(f"/administration/people/{person}/active", {"active": "0"})
    assert visitor.get("/bank").url.path == "/sign-in"
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", {"username": "writer", "password": PASSWORD}).status_code == 422


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route; a mount has no method."""
    for context in iter_route_contexts(app.routes):
        assert context.path is not None
        if not context.methods:
            yield "", context.path
        for method in context.methods or ():
            if method != "HEAD":
                yield method, context.path


def knock(
    visitor: Visitor,
    method: str,
    path: str,
    things: Recorded,
    *,
    csrf_token: str | None = None,
    origin: str | None = "http://testserver",
) -> Response:
    """Ask for an address with the things that there are, and with the form of the matrix."""
    item = things.items["in_review" if path.startswith("/review") else "draft"]
    code = "DG101-1.1"
    url = path.format(
        exam_id=things.exam_id, sitting_id=things.sitting_id, person_id=things.person_id, run_id=things.run_id,
        item_id=item, neutralisation_id=things.neutralisation_id, number=1, code=code, variable_id=things.variable_id,
        unit="DG100", table="items", panel_id=things.panel_id, cut_id=things.cut_id, place=1, image_id="0" * 64,
        assignment_id=things.assignment_id, answer_id=things.answer_id, request_id=1, import_id=things.run_id,
    )  # fmt: skip
    if method == "GET":
        return visitor.client.get(url, follow_redirects=False)
    form = {name: value.format(code=code, item_id=item) for name, value in DOORS[method, path].form.items()}
    # Straight from the session, so that no refusal is one of a stale page's token.
    form["csrf_token"] = csrf_token or form_token(visitor.client.cookies.get("samat"))
    headers = {"Origin": origin} if origin else {}
    return visitor.client.post(url, data=form, headers=headers, follow_redirects=False)


def leads_to_sign_in(response: Response) -> bool:
    return response.status_code == 303 and response.headers["location"].startswith("/sign-in")


def everything_stored(site: Site) -> list[str]:
    """The whole content of the database."""
    path = make_url(site.database.url).database
    assert path is not None
    with sqlite3.connect(path) as connection:
        dump = list(connection.iterdump())
    connection.close()
    return dump
