"""The pages of calibration runs and published banks, over plain forms and over HTMX."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.tables import BankInForce, CalibrationRun, ItemVersion, Person
from tests.itembank.calibration_runs.conftest import measured_copy, stored
from tests.support.institution import NOON, Institution
from tests.web.conftest import Clock, Site, Visitor

NOBODYS = "/calibrations/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def measured_file(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution]:
    return measured_copy(filled_file, tmp_path_factory.mktemp("measured"))


@pytest.fixture
def measured_site(measured_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "measured.db"
    shutil.copy(measured_file[0], path)
    database = Database(f"sqlite:///{path}")
    site = Site(database, measured_file[1], Clock())
    yield site
    site.app.state.database.close()
    database.close()


def request_run(visitor: Visitor, **fields: str) -> str:
    visitor.get("/calibrations")
    page = visitor.post("/calibrations", {"unit": "DG100", "model": "2pl", "simulated": "1"} | fields)
    assert page.status_code == 200, page.text
    return page.url.path


def finished_run(site: Site, visitor: Visitor) -> str:
    url = request_run(visitor)
    assert execute_run(site.database, UUID(url.rsplit("/", 1)[1]))
    return url


def in_force(site: Site) -> str:
    page = site.signed_in("psychometrician").get("/banks?lang=en").text
    found = re.search(r'tile-value">(Bank \d+)<', page)
    assert found
    return found.group(1)


def test_only_psychometricians_enter(site: Site) -> None:
    for username in ("candidate", "writer", "reviewer", "administrator"):
        visitor = site.signed_in(username)
        assert visitor.get("/calibrations").status_code == 403
        assert visitor.get(NOBODYS).status_code == 403
        visitor.get("/standard" if username != "candidate" else "/exams")
        assert visitor.post("/calibrations", {"unit": "DG100"}).status_code == 403
        for move in ("cancel", "approve", "reject", "publish", "again"):
            assert visitor.post(f"{NOBODYS}/{move}", {"reason": "no"}).status_code == 403
        assert visitor.post("/banks").status_code == 403
        assert visitor.post("/banks/1/reinstate", {"reason": "no"}).status_code == 403


def test_a_change_needs_the_form_token(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    visitor.last = ""
    assert visitor.post("/calibrations", {"unit": "DG100"}).status_code == 403
    assert stored(measured_site.database, CalibrationRun) == []


def test_the_whole_way_without_scripts(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = request_run(visitor)
    waiting = visitor.get(url + "?lang=en").text
    assert "Waiting to start" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert f'href="{url}"' in waiting  # the link that refreshes without scripts
    assert execute_run(measured_site.database, UUID(url.rsplit("/", 1)[1]))

    done = visitor.get(url).text
    assert "hx-trigger" not in done
    assert "Old against new difficulty" in done
    assert "Simulated data" in done
    changes = [
        abs(float(text.replace("−", "-")))
        for text in re.findall(r'data-label="Change" class="number"><span>([+−\d.]+)<', done)
    ]
    assert len(changes) >= 15
    assert changes == sorted(changes, reverse=True)
    assert in_force(measured_site) == "Bank 1"

    visitor.get(url)
    approved = visitor.post(f"{url}/approve")
    assert "You approved these values" in approved.text
    assert "Who may publish: ทดสอบ psychometrician2." in approved.text
    assert f'action="{url}/publish"' not in approved.text
    assert re.search(r"<button[^>]*disabled", approved.text)
    assert in_force(measured_site) == "Bank 1"
    alone = visitor.post(f"{url}/publish", {"note": "alone"})
    assert alone.status_code == 403
    assert "another psychometrician has to publish it" in alone.text
    assert in_force(measured_site) == "Bank 1"
    other = measured_site.signed_in("psychometrician2")
    assert "Publish as a new bank" in other.get(f"{url}?lang=en").text
    published = other.post(f"{url}/publish", {"note": "<b>first</b>"})
    assert "Published as bank 2" in published.text
    assert "published by ทดสอบ psychometrician2" in published.text
    assert in_force(measured_site) == "Bank 2"
    banks = visitor.get("/banks").text
    assert "&lt;b&gt;first&lt;/b&gt;" in banks
    assert f'href="{url}"' in banks
    assert "Calibrated" in visitor.get("/measurement?unit=DG100").text


def test_the_run_tells_what_publishing_would_change(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = finished_run(measured_site, visitor)
    page = visitor.get(f"{url}?lang=en").text
    with measured_site.database.reading() as session:
        run = session.exec(select(CalibrationRun)).one()
        assert run.results is not None
        impact = run.results["impact"]
    assert impact["changed"] > 0
    assert f"{impact['changed']} of 160 verdicts would change." in page
    assert f"160 of them are simulated, {impact['changed']} of those change." in page
    for change in impact["changes"]:
        assert f"/administration/sittings/{change['sitting_id']}/replay" in page
    assert "ผลกระทบหากเผยแพร่" in visitor.get(f"{url}?lang=th").text


def test_long_previews_are_cut_and_odd_ones_told(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = finished_run(measured_site, visitor)

    def with_impact(**values: object) -> str:
        with measured_site.database.writing() as session:
            run = session.exec(select(CalibrationRun)).one()
            assert run.results is not None
            run.results = run.results | {"impact": run.results["impact"] | values}
            session.add(run)
        return visitor.get(f"{url}?lang=en").text

    with measured_site.database.reading() as session:
        results = session.exec(select(CalibrationRun)).one().results
        assert results is not None
        change = results["impact"]["changes"][0]
    page = with_impact(changes=[change] * 60, changed=60, unscored=3)
    assert "The first 50" in page
    assert page.count(f"/sittings/{change['sitting_id']}/replay") == 50
    assert "3 sittings could not be scored again." in page
    alone = with_impact(changes=[change | {"items": [], "strongest": "DG101-1.1-99"}], changed=1)
    assert "several together, DG101-1.1-99 most" in alone
    assert "all of them are in the JSON API" not in alone
    nothing = with_impact(sittings=0, changed=0, changes=[], moves=[], items=[], oldest=None, newest=None)
    assert "There is no finished sitting yet" in nothing


def test_a_run_of_before_has_no_preview(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = finished_run(measured_site, visitor)
    with measured_site.database.writing() as session:
        run = session.exec(select(CalibrationRun)).one()
        assert run.results is not None
        run.results = {name: part for name, part in run.results.items() if name != "impact"}
        session.add(run)
    assert "No impact was computed for this calibration." in visitor.get(f"{url}?lang=en").text


def test_without_a_second_psychometrician_the_page_says_whom_to_ask(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = finished_run(measured_site, visitor)
    with measured_site.database.writing() as session:
        session.exec(select(Person).where(Person.username == "psychometrician2")).one().active = False
    visitor.get(f"{url}?lang=en")
    assert "ask an administrator" in visitor.post(f"{url}/approve").text


def test_the_3pl_is_refused_beside_its_field(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    visitor.get("/calibrations?lang=en")
    refused = visitor.post("/calibrations", {"unit": "DG100", "model": "3pl", "simulated": "1"})
    assert refused.status_code == 422
    assert refused.text.count("The 3PL needs 1000 answers to an item; DG10") == 2
    assert 'value="3pl" checked' in refused.text


def test_thresholds_and_guessing_are_shown(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = finished_run(measured_site, visitor)
    with measured_site.database.writing() as session:
        run = session.exec(select(CalibrationRun)).one()
        assert run.results is not None
        parts, guessed, *others = run.results["items"]
        parts = parts | {"thresholds": [-0.5, 0.75], "se_thresholds": [0.2, 0.3], "flag": "score_never_had"}
        guessed = guessed | {"c": 0.17, "se_c": 0.04}
        run.results = run.results | {"items": [parts, guessed, *others]}
        session.add(run)
    page = visitor.get(f"{url}?lang=en").text
    assert "GPCM (scored in parts) · b1 −0.50" in page
    assert "b2 0.75" in page
    assert "3PL · c 0.17" in page
    assert "Nobody has its full score" in page


def test_the_worker_of_a_running_server_does_the_work(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    worker = measured_site.app.state.worker
    worker.start()
    try:
        url = request_run(visitor)
        deadline = time.monotonic() + 20
        while "approve" not in visitor.get(url).text and time.monotonic() < deadline:
            time.sleep(0.05)
        assert f"{url}/approve" in visitor.get(url).text
    finally:
        worker.stop()


def test_htmx_follows_the_progress_and_then_loads_the_page(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = request_run(visitor)
    with measured_site.database.writing() as session:
        run = session.exec(select(CalibrationRun)).one()
        run.state, run.iteration, run.log_likelihood, run.heartbeat_at = "running", 17, -1234.5, NOON
        session.add(run)
    fragment = visitor.client.get(url + "?lang=en", headers={"HX-Request": "true"})
    assert fragment.text.strip().startswith('<div id="progress"')
    assert "17" in fragment.text
    assert "−1234.500" in fragment.text
    with measured_site.database.writing() as session:
        run = session.exec(select(CalibrationRun)).one()
        run.state = "failed"
        session.add(run)
    over = visitor.client.get(url, headers={"HX-Request": "true"})
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")


def test_a_running_calibration_is_cancelled(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = request_run(visitor)
    visitor.get(url + "?lang=en")
    page = visitor.post(f"{url}/cancel")
    assert "This calibration was cancelled" in page.text
    late = visitor.post(f"{url}/cancel")
    assert late.status_code == 409
    assert "not possible" in late.text
    again = visitor.post(f"{url}/again")
    assert again.status_code == 200
    assert again.url.path != url


def test_failures_and_interruptions_say_so_and_can_be_tried_again(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = request_run(visitor)
    for state, text in (("failed", "gave no result"), ("interrupted", "The server stopped")):
        with measured_site.database.writing() as session:
            run = session.exec(select(CalibrationRun)).one()
            run.state, run.message = state, "no item has <both> right and wrong answers"
            session.add(run)
        page = visitor.get(url + "?lang=en").text
        assert text in page
        assert "<both>" not in page
        assert f"{url}/again" in page


def test_rejecting_needs_a_reason(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    url = finished_run(measured_site, visitor)
    visitor.get(url + "?lang=en")
    refused = visitor.post(f"{url}/reject", {"reason": " "})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert refused.text.count("Give the reason in a sentence.") == 2  # in the summary and beside the field
    rejected = visitor.post(f"{url}/reject", {"reason": "<i>wrong key</i>"})
    assert "&lt;i&gt;wrong key&lt;/i&gt;" in rejected.text
    assert visitor.post(f"{url}/publish").status_code == 409


def test_too_few_answers_bring_the_form_back_filled_in(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    visitor.get("/calibrations?lang=th")
    refused = visitor.post("/calibrations", {"unit": "DT600", "model": "rasch"})
    assert refused.status_code == 422
    assert 'value="DT600" selected' in refused.text
    assert 'value="rasch" checked' in refused.text
    assert re.search(r'name="simulated" value="1">', refused.text)
    assert refused.text.count("คำตอบที่บันทึกไว้ยังไม่พอ") == 2
    assert "persons" not in refused.text
    assert visitor.post("/calibrations", {"unit": "DG100", "model": "4pl"}).status_code == 422
    assert visitor.post("/calibrations", {"unit": "DG999"}).status_code == 404


def test_runs_are_listed_in_both_languages(measured_site: Site) -> None:
    visitor = measured_site.signed_in("psychometrician")
    assert "ยังไม่เคยเทียบค่า" in visitor.get("/calibrations?lang=th").text
    url = finished_run(measured_site, visitor)
    for language, text in (("th", "การเทียบค่าที่ผ่านมา"), ("en", "Calibrations so far")):
        page = visitor.get(f"/calibrations?lang={language}").text
        assert text in page
        assert f'href="{url}"' in page


def test_without_a_bank_there_is_nothing_to_calibrate(site: Site) -> None:
    with site.database.writing() as session:
        for row in session.exec(select(BankInForce)).all():
            session.delete(row)
    page = site.signed_in("psychometrician").get("/calibrations?lang=en")
    assert "Publish a bank first" in page.text


def test_an_unknown_run(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    assert visitor.get(f"/calibrations/{uuid4()}").status_code == 404


def test_publishing_the_operational_items_and_putting_the_earlier_bank_back(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    with site.database.writing() as session:
        version = session.exec(select(ItemVersion).where(ItemVersion.state == "operational")).first()
        assert version is not None
        version.state = "retired"
        session.add(version)
    page = visitor.get("/banks?lang=en").text
    assert re.search(r'Not published yet</span><span class="tile-value">1<', page)
    published = visitor.post("/banks", {"note": "one item retired"})
    assert "The new bank is published and in force." in published.text
    assert "one item retired" in published.text
    assert in_force(site) == "Bank 2"

    considering = visitor.get("/banks?reinstate=1").text
    assert 'action="/banks/1/reinstate"' in considering
    refused = visitor.post("/banks/1/reinstate", {"reason": ""})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    back = visitor.post("/banks/1/reinstate", {"reason": "<u>too early</u>"})
    assert "The earlier bank is back in force." in back.text
    assert "&lt;u&gt;too early&lt;/u&gt;" in back.text
    assert in_force(site) == "Bank 1"
    assert visitor.get("/banks?reinstate=77").status_code == 404


def test_others_who_work_on_the_bank_may_look_at_the_banks_only(site: Site) -> None:
    for username in ("writer", "reviewer", "administrator"):
        page = site.signed_in(username).get("/banks?lang=en&reinstate=1")
        assert page.status_code == 200
        assert 'action="/banks"' not in page.text
        assert "reinstate" not in page.text.split("<main")[1]
    assert site.signed_in("candidate").get("/banks").status_code == 403


def test_nothing_operational_is_told_in_a_sentence(site: Site) -> None:
    with site.database.writing() as session:
        for version in session.exec(select(ItemVersion)).all():
            version.state = "retired"
            session.add(version)
    visitor = site.signed_in("psychometrician")
    visitor.get("/banks?lang=en")
    refused = visitor.post("/banks")
    assert refused.status_code == 409
    assert "No operational item could be published." in refused.text
