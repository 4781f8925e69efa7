"""Signing in and out, where it leads, and the standard as a page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.institution import PASSWORD
from tests.web.conftest import Site, Visitor

WRONG = {"username": "candidate", "password": "not-the-password"}
RIGHT = {"username": "candidate", "password": PASSWORD}


def opened(site: Site) -> Visitor:
    visitor = site.stranger()
    visitor.get("/sign-in")
    return visitor


def reader(site: Site, username: str) -> Visitor:
    visitor = site.stranger()
    landed = visitor.post("/sign-in", {"username": username, "password": PASSWORD, "next": "/standard"})
    assert landed.url.path == "/standard"
    return visitor


@pytest.mark.parametrize(
    ("username", "home"),
    [
        ("candidate", "/exams"),
        ("writer", "/bank"),
        ("reviewer", "/bank"),
        ("psychometrician", "/bank"),
        ("administrator", "/administration/exams"),
    ],
)
def test_everybody_lands_where_the_role_leads(site: Site, username: str, home: str) -> None:
    visitor = opened(site)
    response = visitor.post("/sign-in", {"username": username, "password": PASSWORD}, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, home)
    again = visitor.get("/", follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, home)
    assert visitor.get("/sign-in", follow_redirects=False).headers["location"] == home


def test_a_stranger_is_sent_to_sign_in_and_then_to_the_page_asked_for(site: Site) -> None:
    visitor = site.stranger()
    assert visitor.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    form = visitor.get("/exams")
    assert form.url.path == "/sign-in"
    assert 'name="next" value="/exams"' in form.text
    landed = visitor.post("/sign-in", RIGHT | {"next": f"/exams/{site.institution.exam}"})
    assert landed.url.path == f"/exams/{site.institution.exam}"


@pytest.mark.parametrize(
    "hostile", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nX-Evil: 1"]
)
def test_only_paths_of_this_site_are_gone_to(site: Site, hostile: str) -> None:
    visitor = opened(site)
    response = visitor.post("/sign-in", RIGHT | {"next": hostile}, follow_redirects=False)
    assert response.headers["location"] == "/exams"
    shown = site.stranger().get("/sign-in", params={"next": hostile})
    assert 'name="next" value=""' in shown.text


def test_password_managers_know_the_fields(site: Site) -> None:
    text = site.stranger().get("/sign-in").text
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text


def test_a_wrong_password_says_so_and_keeps_the_name_but_not_the_password(site: Site) -> None:
    response = opened(site).post("/sign-in", WRONG)
    assert response.status_code == 422
    assert "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง" in response.text
    assert 'value="candidate"' in response.text
    assert WRONG["password"] not in response.text
    assert "set-cookie" not in response.headers


def test_empty_fields_are_named_beside_the_field_and_in_the_summary(site: Site) -> None:
    response = opened(site).post("/sign-in", {"username": " ", "password": ""})
    assert response.status_code == 422
    assert response.text.count("โปรดกรอกชื่อผู้ใช้") == 2
    assert response.text.count("โปรดกรอกรหัสผ่าน") == 2
    assert 'aria-invalid="true"' in response.text


def test_failures_are_counted_although_refused_and_forgotten_after_a_while(site: Site) -> None:
    visitor = opened(site)
    attempts = site.app.state.settings.sign_in_attempts
    assert [visitor.post("/sign-in", WRONG).status_code for _ in range(attempts)] == [422] * attempts
    stopped = visitor.post("/sign-in", RIGHT)
    assert stopped.status_code == 429
    assert "โปรดลองใหม่ใน 15 นาที" in stopped.text
    assert stopped.headers["retry-after"] == "900"
    site.clock.now += timedelta(minutes=15, seconds=1)
    assert visitor.post("/sign-in", RIGHT).url.path == "/exams"


def test_hostile_names_are_shown_as_text(site: Site) -> None:
    name = '"><script>alert(1)</script>'
    response = opened(site).post("/sign-in", {"username": name, "password": "whatever it is"})
    assert response.status_code == 422
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.text


def test_signing_in_reads_in_english(site: Site) -> None:
    visitor = site.stranger()
    visitor.get("/sign-in?lang=en")
    response = visitor.post("/sign-in", WRONG)
    assert '<html lang="en">' in response.text
    assert "The user name or the password is wrong." in response.text


def test_another_sites_form_signs_nobody_in(site: Site) -> None:
    response = site.stranger().client.post("/sign-in", data=RIGHT, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_signing_out_ends_the_session_itself(site: Site) -> None:
    visitor = site.signed_in("candidate")
    cookie = visitor.client.cookies["samat"]
    left = visitor.post("/sign-out")
    assert left.url.path == "/sign-in"
    assert "ออกจากระบบแล้ว" in left.text
    assert "samat" not in visitor.client.cookies
    thief = site.stranger()
    thief.client.cookies.set("samat", cookie)
    assert thief.get("/exams").url.path == "/sign-in"


def test_signing_out_needs_the_sessions_token(site: Site) -> None:
    visitor = site.signed_in("candidate")
    response = visitor.client.post(
        "/sign-out", data={"csrf_token": "wrong"}, headers={"Origin": "http://testserver"}, follow_redirects=False
    )
    assert response.status_code == 403
    assert visitor.get("/exams").url.path == "/exams"


def test_a_session_that_ends_in_mid_page_leads_back_to_that_page(site: Site) -> None:
    response = site.stranger().client.post(
        "/sittings/00000000-0000-0000-0000-000000000000/answers",
        data={"position": 1},
        headers={
            "Origin": "http://testserver",
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/sittings/00000000-0000-0000-0000-000000000000?saved=1",
        },
    )
    assert response.status_code == 401
    assert response.headers["hx-redirect"] == "/sign-in?next=/sittings/00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("username", ["writer", "reviewer", "psychometrician", "administrator"])
def test_the_standard_is_open_to_those_who_work_with_it(site: Site, username: str) -> None:
    text = reader(site, username).get("/standard").text
    assert text.count('class="card standard-unit"') == 16
    assert "DG602-2.3" in text
    assert "สถาบันคุณวุฒิวิชาชีพ" in text


def test_the_standard_is_not_a_candidates_page(site: Site) -> None:
    assert site.signed_in("candidate").get("/standard").status_code == 403


def test_the_standards_thai_is_marked_as_thai_on_an_english_page(site: Site) -> None:
    visitor = reader(site, "writer")
    english = visitor.get("/standard?lang=en").text
    assert '<html lang="en">' in english
    assert '<h1 lang="th">' in english
    assert "Notes from the import" in english
    assert "Performance criteria" in english
