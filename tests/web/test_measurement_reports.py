"""Reports of measurement on the pages and in the API: who sees them, what they offer, both languages, refusals."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from itembank.database import Database
from itembank.measurement_reports.item_tables import ITEM_TABLES
from itembank.measurement_reports.unit_tables import UNIT_TABLES
from itembank.tables import AuditEntry, BankInForce, CalibrationRun
from tests.support.institution import PASSWORD, Institution
from tests.support.reported import reported_copy
from tests.web.conftest import Clock, Site


@pytest.fixture(scope="module")
def reported_file(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution, UUID]:
    return reported_copy(filled_file, tmp_path_factory.mktemp("reported"))


@pytest.fixture
def reported_site(reported_file: tuple[Path, Institution, UUID], tmp_path: Path) -> Iterator[tuple[Site, UUID]]:
    source, institution, run_id = reported_file
    path = tmp_path / "reported.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    site = Site(database, institution, Clock())
    yield site, run_id
    site.app.state.database.close()
    database.close()


def test_only_psychometricians_enter(reported_site: tuple[Site, UUID]) -> None:
    site, run_id = reported_site
    for username in ("candidate", "writer", "reviewer", "administrator"):
        visitor = site.signed_in(username)
        for address in (
            "/measurement/reports",
            "/measurement/reports/units/DG100/report.pdf",
            "/measurement/reports/units/DG100/parameters.csv",
            f"/measurement/reports/runs/{run_id}",
            f"/measurement/reports/runs/{run_id}/items.csv",
        ):
            assert visitor.get(address).status_code == 403, address
        assert visitor.post("/measurement/reports/units/DG100/responses").status_code == 403


@pytest.mark.parametrize(
    ("language", "told"), [("th", "สารสนเทศเทียบกับเป้าหมาย"), ("en", "Information against the target")]
)
def test_a_unit_is_shown_with_its_plots_and_files(reported_site: tuple[Site, UUID], language: str, told: str) -> None:
    visitor = reported_site[0].signed_in("psychometrician")
    page = visitor.get(f"/measurement/reports?unit=DG100&lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert told in page.text
    assert page.text.count('role="img"') == 4
    assert page.text.count("<details>") >= 4
    assert "badge simulated" in page.text
    for table in UNIT_TABLES:
        assert f"/measurement/reports/units/DG100/{table}.csv" in page.text
        assert visitor.get(f"/measurement/reports/units/DG100/{table}.csv").status_code == 200


def test_an_items_curves_are_drawn_with_their_points_and_given_as_files(reported_site: tuple[Site, UUID]) -> None:
    site, _ = reported_site
    visitor = site.signed_in("psychometrician")
    client = TestClient(site.app)
    token = client.post("/api/v1/sessions", json={"username": "psychometrician", "password": PASSWORD}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    listed = visitor.get("/measurement?unit=DG100&sort=answers&lang=en").text
    item_id = re.findall(r'href="/measurement/items/([0-9a-f-]{36})"', listed)[0]
    page = visitor.get(f"/measurement/items/{item_id}?lang=en").text
    assert 'class="point-newest"' in page
    assert "Squares are what the newest calibration saw" in page
    for table in ITEM_TABLES:
        address = f"/measurement/reports/items/{item_id}/{table}.csv"
        assert f'href="{address}?version=1" download' in page
        taken = visitor.get(address)
        assert (taken.status_code, taken.headers["content-type"]) == (200, "text/csv; charset=utf-8")
        by_api = client.get(f"/api/v1/measurement-reports/items/{item_id}/tables/{table}", headers=headers)
        assert by_api.content == taken.content


def test_htmx_gets_the_report_alone(reported_site: tuple[Site, UUID]) -> None:
    visitor = reported_site[0].signed_in("psychometrician")
    part = visitor.get("/measurement/reports?unit=DG100", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'role="img"' in part.text


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_run_is_shown_with_its_plots_and_files(reported_site: tuple[Site, UUID], language: str) -> None:
    site, run_id = reported_site
    visitor = site.signed_in("psychometrician")
    assert f"/measurement/reports/runs/{run_id}" in visitor.get(f"/calibrations/{run_id}?lang={language}").text
    page = visitor.get(f"/measurement/reports/runs/{run_id}")
    assert page.status_code == 200
    assert page.text.count('role="img"') == 4
    assert "badge simulated" in page.text
    file = visitor.get(f"/measurement/reports/runs/{run_id}/diagnosed_items.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        file.headers["content-disposition"]
        == f'attachment; filename="calibration-{str(run_id)[:8]}-diagnosed_items.csv"'
    )
    assert file.content.startswith(b"\xef\xbb\xbf")
    report = visitor.get(f"/measurement/reports/runs/{run_id}/report.pdf")
    assert (report.headers["content-type"], report.content[:5]) == ("application/pdf", b"%PDF-")


def test_answers_are_taken_by_a_form_and_noted(reported_site: tuple[Site, UUID]) -> None:
    site, _ = reported_site
    visitor = site.signed_in("psychometrician")
    visitor.get("/measurement/reports?unit=DG100")
    file = visitor.post("/measurement/reports/units/DG100/responses")
    assert file.status_code == 200
    rows = list(csv.DictReader(io.StringIO(file.text, newline="")))
    assert set(rows[0]) >= {"person", "item", "score"}
    with site.database.reading() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "unit.export")).one()
    assert entry.details["answers"] == len(rows)
    assert entry.person_id == site.institution["psychometrician"].person_id


def test_what_does_not_exist_is_refused(reported_site: tuple[Site, UUID]) -> None:
    site, run_id = reported_site
    visitor = site.signed_in("psychometrician")
    for address in (
        "?unit=DG999",
        "/units/DG999/items.csv",
        "/units/DG100/shoes.csv",
        "/units/DG999/report.pdf",
        f"/runs/{uuid4()}",
        f"/runs/{run_id}/shoes.csv",
    ):
        assert visitor.get(f"/measurement/reports{address}").status_code == 404, address
    assert visitor.post("/measurement/reports/units/DT600/responses").status_code == 404
    with site.database.writing() as session:
        session.get_one(CalibrationRun, run_id).results = None
    assert visitor.get(f"/measurement/reports/runs/{run_id}").status_code == 404


def test_before_the_first_bank_and_the_first_sitting_the_page_says_what_to_do(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    assert "Nobody has sat this unit yet" in visitor.get("/measurement/reports?unit=DT600&lang=en").text
    with site.database.writing() as session:
        for row in session.exec(select(BankInForce)).all():
            session.delete(row)
    page = visitor.get("/measurement/reports?lang=en")
    assert page.status_code == 200
    assert 'href="/banks"' in page.text


def test_the_api_gives_figures_files_and_reports(reported_site: tuple[Site, UUID]) -> None:
    site, run_id = reported_site
    client = TestClient(site.app)
    token = client.post("/api/v1/sessions", json={"username": "psychometrician", "password": PASSWORD}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    unit = client.get("/api/v1/measurement-reports/units/DG100", headers=headers).json()
    information = unit["information"]
    assert unit["simulated_data"]
    assert len(information["ability"]) == len(information["all_items"]) == 81
    assert information["target"] > 0
    assert max(information["longest_test"]) <= max(information["all_items"])
    run = client.get(f"/api/v1/measurement-reports/runs/{run_id}", headers=headers).json()
    assert run["before"]["all_items"] == information["all_items"]
    assert run["after"]["all_items"] != run["before"]["all_items"]
    for address in ("units/DG100", f"runs/{run_id}"):
        table = client.get(f"/api/v1/measurement-reports/{address}/tables/parameters", headers=headers)
        assert table.text.startswith("item,model,a,b")
        report = client.get(f"/api/v1/measurement-reports/{address}/report?language=en", headers=headers)
        assert report.content.startswith(b"%PDF-")
        assert (
            client.get(f"/api/v1/measurement-reports/{address}/report?language=xx", headers=headers).status_code == 422
        )
    answers = client.post("/api/v1/measurement-reports/units/DG100/responses", headers=headers)
    assert answers.text.startswith("person,item,score")
