"""No error of a use case is left without a status and a sentence on the pages, or without a status in the API."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from api.problems import STATUS as API_STATUS
from api.problems import problem_types
from itembank.errors import ErrorKind, SamatError, error_classes
from tests.web.conftest import Site
from web.error_pages import STATUS as PAGE_STATUS
from web.error_pages import error_text
from web.texts_catalogue import LANGUAGES, Texts, catalogue

#: An id that nothing has.
NOBODY = UUID(int=7)

#: Only the command line and the start of the server meet these; an unknown code becomes "not found" on the way.
NOT_ON_PAGES = {
    "invalid_settings", "unreadable_file", "standard_error", "malformed_framework", "not_a_standard",
    "unreadable_standard", "unknown_code",
}  # fmt: skip


def test_every_kind_of_error_has_a_status_in_both_faces() -> None:
    assert set(PAGE_STATUS) == set(API_STATUS) == set(ErrorKind)
    assert PAGE_STATUS == API_STATUS
    assert all(400 <= status < 600 for status in PAGE_STATUS.values())


def test_codes_are_unique_and_the_api_describes_all_of_them() -> None:
    codes = [cls.code for cls in error_classes()]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= {kind.code for kind in problem_types()}


@pytest.mark.parametrize("cls", error_classes(), ids=lambda cls: cls.code)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_that_a_page_can_meet_has_a_sentence(cls: type[SamatError], language: str) -> None:
    if cls.code in NOT_ON_PAGES:
        assert f"errors.{cls.code}" not in catalogue()
        return
    error = cls(**{name: f"‹{name}›" for name in VALUES})
    sentence = error_text(error, Texts(language, ZoneInfo("Asia/Bangkok")))
    assert f"errors.{cls.code}" in catalogue()
    assert "{" not in sentence
    assert (sentence != cls.sentence) or language == "en"


#: Every value that a sentence may name; an error takes more than its own.
VALUES = (
    "variable", "expected", "minutes", "needed", "what", "name", "field", "state", "move", "current", "started_from",
    "reason", "title", "position", "file", "sitting", "difference", "items", "item", "answers", "judges", "fewest",
    "missing", "found", "group", "marked", "asked",
)  # fmt: skip


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("writer", "/bank/criteria/NO999-9.9"),
        ("psychometrician", "/measurement?unit=NO999"),
        ("administrator", f"/administration/exams/{NOBODY}"),
        ("administrator", f"/administration/people/{NOBODY}"),
        ("administrator", f"/administration/sittings/{NOBODY}/replay"),
        ("psychometrician", f"/calibrations/{NOBODY}"),
        ("psychometrician", f"/measurement/items/{NOBODY}"),
        ("psychometrician", "/banks?reinstate=99"),
        ("writer", f"/bank/items/{NOBODY}"),
        ("writer", f"/bank/items/{NOBODY}/history"),
        ("writer", "/bank/items/not-an-id"),
        ("reviewer", f"/review/{NOBODY}"),
        ("candidate", f"/exams/{NOBODY}"),
        ("candidate", f"/sittings/{NOBODY}"),
        ("candidate", f"/sittings/{NOBODY}/result"),
        ("candidate", "/no/such/page"),
    ],
)
def test_what_does_not_exist_is_told_as_a_page_in_the_readers_language(site: Site, username: str, address: str) -> None:
    response = site.signed_in(username).get(address)
    assert response.status_code == 404, response.text
    assert "<!doctype html>" in response.text
    sentences = {catalogue()[key]["th"] for key in ("errors.not_found", "errors.no_such_page")}
    assert any(sentence in response.text for sentence in sentences)


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("writer", "/bank/items?state=sleeping"),
        ("writer", "/bank/items?page=0"),
        ("psychometrician", "/measurement?sort=nothing"),
        ("psychometrician", "/banks?reinstate=one"),
        ("administrator", "/administration/people?role=king"),
        ("administrator", "/administration/audit?page=-1"),
    ],
)
def test_what_can_not_be_read_names_its_field(site: Site, username: str, address: str) -> None:
    response = site.signed_in(username).get(f"{address}&lang=en")
    assert response.status_code == 422
    field = address.partition("?")[2].partition("=")[0]
    assert field in response.text.partition("<main")[2]


def test_a_failure_of_the_server_is_told_as_a_page_and_tells_nothing_else(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret detail")

    visitor = site.signed_in("writer")
    monkeypatch.setattr("web.pages.bank.coverage", broken)
    client = TestClient(site.app, cookies=visitor.client.cookies, raise_server_exceptions=False)
    response = client.get("/bank")
    assert response.status_code == 500
    assert catalogue()["errors.unexpected"]["th"] in response.text
    assert "secret detail" not in response.text
    # The failure of a page is still a page of this site, with all that protects it.
    for name in ("content-security-policy", "x-content-type-options", "x-request-id"):
        assert name in response.headers, name
    assert response.headers["cache-control"] == "no-store"
