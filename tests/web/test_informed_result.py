"""The result of a sitting that finished units informed names them, in both faces and for administrators too."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from api.routes import API_PREFIX
from itembank.actor import COMMAND_LINE
from itembank.delivery.exams import create_exam, enrol, propose_design
from tests.support.institution import NOON, PASSWORD
from tests.support.sitting import sit_through
from tests.web.conftest import Site

SENTENCES = {"th": "การประมาณความสามารถจึงเริ่มจากสิ่งที่คำตอบในหน่วยต่อไปนี้บอกไว้", "en": "takes units into account"}


@pytest.fixture
def informed(site: Site) -> UUID:
    """A sitting of DT600 that the finished one of DG100 informed."""
    actor = site.institution["candidate"]
    sit_through(site.database, actor=actor, exam_id=site.institution.exam, now=NOON)
    with site.database.writing() as session:
        design = replace(propose_design(session, actor=COMMAND_LINE, unit="DT600"), unit_correlation=0.7)
        exam = create_exam(session, actor=COMMAND_LINE, title="หน่วยที่สอง", unit="DT600", design=design, now=NOON)
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate"], now=NOON)
    return sit_through(site.database, actor=actor, exam_id=exam.id, now=NOON).id


@pytest.mark.parametrize("username", ["candidate", "administrator"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_the_result_names_the_units_that_informed_it(site: Site, informed: UUID, username: str, language: str) -> None:
    page = site.signed_in(username).get(f"/sittings/{informed}/result?lang={language}").text
    assert SENTENCES[language] in page
    assert '<li><span class="code">DG100</span>' in page


def test_the_result_of_any_other_sitting_says_nothing_of_it(site: Site) -> None:
    done = sit_through(site.database, actor=site.institution["candidate"], exam_id=site.institution.exam, now=NOON)
    page = site.signed_in("candidate").get(f"/sittings/{done.id}/result").text
    assert SENTENCES["th"] not in page


def test_the_json_twin_and_the_audit_log_tell_it_too(site: Site, informed: UUID) -> None:
    http = TestClient(site.app)
    token = http.post(f"{API_PREFIX}/sessions", json={"username": "candidate", "password": PASSWORD}).json()["token"]
    result = http.get(f"{API_PREFIX}/sittings/{informed}/result", headers={"Authorization": f"Bearer {token}"}).json()
    assert [unit["code"] for unit in result["informed_by"]] == ["DG100"]
    assert result["informed_by"][0]["title"]
    audit = site.signed_in("administrator").get(f"/administration/audit?subject={informed}").text
    assert "เริ่มจากผลของหน่วยสมรรถนะ" in audit
