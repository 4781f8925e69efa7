"""What every page does with a change that it refuses."""

from __future__ import annotations

from sqlmodel import func, select

from itembank.tables import AuditEntry, Person
from tests.web.conftest import Site


def test_a_refused_form_leaves_nothing_of_what_was_begun(site: Site) -> None:
    boss = site.signed_in("administrator")
    boss.get(f"/administration/exams/{site.institution.exam}")
    with site.database.reading() as session:
        before = session.exec(select(func.count()).select_from(AuditEntry)).one()
    # The first name is fine and is enrolled before the second is found to be nobody.
    new = boss.post(
        "/administration/people",
        {"username": "fresh.candidate", "display_name": "Fresh", "roles": "candidate"},
    )
    assert new.status_code == 200
    boss.get(f"/administration/exams/{site.institution.exam}")
    refused = boss.post(
        f"/administration/exams/{site.institution.exam}/candidates", {"usernames": "fresh.candidate\nnobody"}
    )
    assert refused.status_code >= 400
    assert "nobody" in refused.text
    with site.database.reading() as session:
        entries = session.exec(select(AuditEntry.action).order_by(AuditEntry.id).offset(before)).all()  # type: ignore[arg-type]
        assert session.exec(select(func.count()).where(Person.username == "fresh.candidate")).one() == 1
    assert "exam.enrol" not in entries


def test_a_null_character_is_refused_and_does_not_reach_the_database(site: Site) -> None:
    boss = site.signed_in("administrator")
    boss.get("/administration/people")
    answer = boss.post("/administration/people", {"username": "fine", "display_name": "a\0b", "roles": "candidate"})
    assert answer.status_code == 422
    assert "display_name" in answer.text
    assert site.stranger().post("/sign-in", {"username": "writer\0", "password": "wrong"}).status_code == 422


def test_a_change_needs_the_forms_token_and_the_sites_own_page(site: Site) -> None:
    boss = site.signed_in("administrator")
    boss.get("/administration/people")
    fields = {"username": "fine", "display_name": "Fine", "roles": "candidate"}
    client = boss.client
    own = {"Origin": "http://testserver"}
    assert client.post("/administration/people", data=fields, headers=own).status_code == 403  # no token
    assert client.post("/administration/people", data=fields | {"csrf_token": "0" * 32}, headers=own).status_code == 403
    token = boss.last.split('name="csrf_token" value="')[1].split('"')[0]
    good = fields | {"csrf_token": token}
    for headers in ({}, {"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert client.post("/administration/people", data=good, headers=headers).status_code == 403, headers
    assert (
        client.post("/administration/people", data=good, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    )


def test_every_answer_carries_the_protecting_headers(site: Site) -> None:
    stranger = site.stranger()
    for address in ("/sign-in", "/no-such-page", "/health", "/api/v1/openapi.json", "/api/v1/me"):
        headers = stranger.client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]
    styles = stranger.client.get("/static/css/base.css")
    assert "immutable" in styles.headers["cache-control"]
