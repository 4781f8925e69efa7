"""The pages of simulations, over plain forms and over HTMX."""

from __future__ import annotations

import html
import json
import re
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from itembank.simulations import runs
from itembank.simulations.failures import FailureKind
from itembank.simulations.report.words import FIGURES
from itembank.simulations.work import execute_simulation
from itembank.tables import BankInForce, SimulationRun
from tests.support.institution import NOON
from tests.web.conftest import Site, Visitor
from web.texts_catalogue import LANGUAGES, catalogue


def form_of(page: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    form = page[page.index('action="/simulations"') :]
    fields: dict[str, Any] = {
        name: value for name, value in re.findall(r'<input[^>]*name="(\w+)"[^>]*?value="([^"]*)"', form)
        if name not in ("further_rules", "combination", "parameter_error", "csrf_token")
    }  # fmt: skip
    for name, options in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen, name
        fields[name] = chosen.group(1)
    return fields | {"combination": "any"}


def requested(visitor: Visitor, lang: str = "en", **changes: Any) -> str:
    page = visitor.get(f"/simulations/new?unit=DG100&lang={lang}")
    assert page.status_code == 200, page.text
    sent = visitor.post("/simulations", form_of(page.text) | {"examinees": "60"} | changes)
    assert sent.status_code == 200, sent.text
    return sent.url.path


def finished(site: Site, visitor: Visitor, **changes: Any) -> str:
    url = requested(visitor, **changes)
    assert execute_simulation(site.database, UUID(url.rsplit("/", 1)[1]))
    return url


def set_run(site: Site, **values: Any) -> None:
    with site.database.writing() as session:
        run = session.exec(select(SimulationRun)).one()
        for name, value in values.items():
            setattr(run, name, value)
        session.add(run)


@pytest.mark.parametrize("username", ["psychometrician", "administrator"])
def test_the_whole_way_without_scripts(site: Site, username: str) -> None:
    visitor = site.signed_in(username)
    choice = visitor.get("/simulations?lang=en").text
    assert 'href="/simulations"' in choice
    assert "No simulation yet" in choice
    assert 'value="1" selected' in choice  # the bank in force
    assert f'value="exam:{site.institution.exam}"' in choice
    url = requested(visitor)
    waiting = visitor.get(url).text
    assert "Waiting to start" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert f'href="{url}"' in waiting  # the link that refreshes without scripts
    assert execute_simulation(site.database, UUID(url.rsplit("/", 1)[1]))
    done = visitor.get(url).text
    assert "hx-trigger" not in done
    assert done.count('class="chart-plot" role="img"') == 5
    assert "Simulated data" in done
    assert done.count("±") > 20
    assert ("/administration/exams/new?unit=DG100&amp;run=" in done) == (username == "administrator")
    assert f'href="{url}"' in visitor.get("/simulations").text


def test_the_form_begins_with_the_design_and_keeps_what_was_changed(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    page = visitor.get("/simulations/new?unit=DG100&lang=en")
    entered = form_of(page.text)
    assert (entered["minimum_length"], entered["cut_score"], entered["confidence"]) == ("10", "-0.3", "95")
    url = requested(
        visitor, maximum_length="14", cut_score="−0,1", stop_rule="se", further_rules=["se", "glr"], combination="all",
        target_standard_error="0.45", selection="kl", maximum_exposure="", exposure_bins="2", ability_sd="0.8",
        seed="77", parameter_error="1",
    )  # fmt: skip
    with site.database.reading() as session:
        run = runs.simulation_view(
            session, actor=site.institution["psychometrician"], run_id=UUID(url.rsplit("/", 1)[1])
        )
    design = run.design
    assert (design.maximum_length, design.cut_score, design.selection) == (14, -0.1, "kl")
    assert (design.stop_rules, design.stopping.combination) == (("se", "glr"), "all")
    assert (design.maximum_exposure, design.exposure_bins) == (None, 2)
    assert design.stopping.target_standard_error == 0.45
    assert (run.options.seed, run.options.ability_sd, run.options.parameter_error) == (77, 0.8, True)
    again = visitor.get(f"/simulations/new?unit=DG100&bank=1&source=run:{run.id}").text
    assert form_of(again)["selection"] == "kl"
    assert 'name="parameter_error" value="1" checked' in again
    assert 'value="glr" checked' in again
    settings = visitor.get(url).text
    rules = "Ability is known precisely enough (standard error), Generalised likelihood ratio (GLR)"
    assert f"all at once: {rules}" in settings


def test_everything_that_is_wrong_is_told_at_once(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    page = visitor.get("/simulations/new?unit=DG100&lang=th")
    wrong = {
        "minimum_length": "ten", "cut_score": "<b>", "confidence": "20", "maximum_exposure": "200", "examinees": "9999",
        "target_standard_error": "", "seed": "-1", "ability_mean": "nan",
    }  # fmt: skip
    refused = visitor.post("/simulations", form_of(page.text) | wrong)
    assert refused.status_code == 422
    assert "&lt;b&gt;" in refused.text
    assert 'value="9999"' in refused.text
    for field in ("minimum_length", "cut_score", "target_standard_error", "examinees"):
        assert f'id="{field}-error"' in refused.text, field
    assert "ใส่จำนวนเต็มตั้งแต่ 1 ถึง 5,000" in refused.text
    later = visitor.post("/simulations", form_of(page.text) | {"confidence": "20", "ability_mean": "9"})
    assert 'id="confidence-error"' in later.text
    assert 'id="ability_mean-error"' in later.text
    short = visitor.post("/simulations", form_of(page.text) | {"maximum_length": "300"})
    assert short.status_code == 422
    assert 'id="maximum_length-error"' in short.text
    unknown = visitor.post("/simulations", form_of(page.text) | {"selection": "best", "combination": "any"})
    assert 'id="selection-error"' in unknown.text
    with site.database.reading() as session:
        assert session.exec(select(SimulationRun)).all() == []


def test_what_leads_nowhere_is_told(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    assert visitor.get("/simulations/new?unit=XX").status_code == 404
    assert visitor.get("/simulations/new?unit=DG100&bank=9").status_code == 404
    assert visitor.get("/simulations/new?unit=DG100&bank=one").status_code == 404
    assert visitor.get(f"/simulations/{uuid4()}").status_code == 404
    for source in ("exam:7", f"exam:{site.institution.exam}"):
        unit = "DG100" if source == "exam:7" else "DT600"
        refused = visitor.get(f"/simulations/new?unit={unit}&source={source}")
        assert refused.status_code == 422
        assert 'id="unit-error"' in refused.text
    url = requested(visitor)
    for kind in ("html", "json"):
        assert visitor.get(f"{url}/report.{kind}").status_code == 404


def test_htmx_follows_the_progress_and_then_loads_the_page(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    url = requested(visitor)
    set_run(site, state="running", done=42, heartbeat_at=NOON)
    fragment = visitor.client.get(url + "?lang=en", headers={"HX-Request": "true"})
    assert fragment.text.strip().startswith('<div id="progress"')
    assert 'value="42" max="60"' in fragment.text
    assert "<html" not in fragment.text
    set_run(site, state="failed", message="refused: <i>no</i> items")
    over = visitor.client.get(url, headers={"HX-Request": "true"})
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")
    failed = visitor.get(url).text
    assert "gave no result" in failed
    assert "&lt;i&gt;no&lt;/i&gt;" in failed
    for kind in FailureKind:
        set_run(site, message=f"{kind}: detail")
        for language in LANGUAGES:
            told = catalogue()[f"simulations.failure_{kind}"][language]
            page = visitor.get(f"{url}?lang={language}").text
            assert f'{told} <span class="code" lang="en">detail</span>' in html.unescape(page)
    visitor.get(f"{url}?lang=en")
    set_run(site, state="interrupted")
    assert "The server stopped during the simulation" in visitor.get(url).text


def test_those_who_wait_see_their_place(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    requested(visitor)
    site.clock.now = site.clock.now.replace(minute=1)
    second = requested(visitor, seed="2")
    assert "behind 1 others" in visitor.get(second).text


def test_a_simulation_is_cancelled_once(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    url = requested(visitor)
    visitor.get(url)
    assert "This simulation was cancelled" in visitor.post(f"{url}/cancel").text
    late = visitor.post(f"{url}/cancel")
    assert late.status_code == 409
    assert "not possible" in late.text
    set_run(site, state="running", cancel_requested=True)
    assert "Cancelling." in visitor.get(url).text


def test_two_simulations_stand_side_by_side(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    first = finished(site, visitor)
    site.clock.now = site.clock.now.replace(minute=1)
    second = finished(site, visitor, maximum_length="12", seed="5")
    other = first.rsplit("/", 1)[1]
    alone = visitor.get(second).text
    assert f'value="{other}"' in alone
    assert "The other simulation" not in alone
    beside = visitor.get(f"{second}?beside={other}").text
    (table,) = re.findall(r"<table.*?The other simulation.*?</table>", beside, re.DOTALL)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table, re.DOTALL)
    assert [row.count("<td") for row in rows] == [2] * len(FIGURES)
    assert all(row.count("±") == 2 for row in rows)
    assert visitor.get(f"{second}?beside=nobody").status_code == 200


@pytest.mark.parametrize(("limit", "named"), [("5", True), ("100", False)])
def test_a_limit_on_exposure_that_no_control_keeps_is_named(site: Site, limit: str, *, named: bool) -> None:
    visitor = site.signed_in("psychometrician")
    page = visitor.get(finished(site, visitor, maximum_exposure=limit))
    assert ("cannot be kept: less than" in page.text or "ทำไม่ได้ด้วยข้อสอบที่มีอยู่" in page.text) == named


def test_the_report_is_there_as_a_page_and_as_data(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    url = finished(site, visitor)
    page = visitor.client.get(f"{url}/report.html?lang=en")
    assert page.headers["content-disposition"].startswith('attachment; filename="simulation-DG100-')
    assert page.text.startswith("<!doctype html>")
    assert "Bank 1" in page.text
    data = visitor.client.get(f"{url}/report.json")
    document = json.loads(data.text)
    assert (document["unit"], document["bank"], document["seed"]) == ("DG100", 1, 1)
    assert document["report"]["examinees"] == document["options"]["examinees"] == 60
    assert document["design"]["minimum_length"] == 10


def test_a_broken_blueprint_is_an_alarm(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    url = finished(site, visitor)
    with site.database.reading() as session:
        report = dict(session.exec(select(SimulationRun)).one().report or {})
    set_run(site, report=report | {"blueprint_violations": 3})
    assert "3 simulated sittings break the blueprint" in visitor.get(url).text
    items = list(report["exposure"])
    set_run(site, report=report | {"exposure": dict.fromkeys(items, 0.5) | {items[0]: 0.0, items[1]: 0.99}})
    page = visitor.get(url).text
    assert f'<li class="code small">{items[0]}</li>' in page
    assert f'<li class="code small">{items[1]}</li>' in page


def test_a_design_goes_on_into_the_exam_form(site: Site) -> None:
    visitor = site.signed_in("administrator")
    url = finished(site, visitor, maximum_length="13", cut_score="0.2")
    link = re.search(r'href="(/administration/exams/new\?[^"]+)"', visitor.get(url).text)
    assert link
    form = visitor.get(link.group(1).replace("&amp;", "&")).text
    assert re.search(r'name="maximum_length"[^>]*value="13"', form)
    assert re.search(r'name="cut_score"[^>]*value="0.2"', form)


def test_without_a_bank_there_is_nothing_to_simulate_with(site: Site) -> None:
    with site.database.writing() as session:
        for row in session.exec(select(BankInForce)).all():
            session.delete(row)
    page = site.signed_in("psychometrician").get("/simulations?lang=en")
    assert "Publish a bank first" in page.text


def test_the_worker_of_a_running_server_does_the_work(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    worker = site.app.state.simulation_worker
    worker.start()
    try:
        url = requested(visitor)
        deadline = time.monotonic() + 40
        while "report.html" not in visitor.get(url).text and time.monotonic() < deadline:
            time.sleep(0.1)
        assert f"{url}/report.html" in visitor.get(url).text
    finally:
        worker.stop()


@pytest.mark.parametrize(("language", "words"), [("th", "การจำลองที่ผ่านมา"), ("en", "Simulations so far")])
def test_pages_speak_both_languages(site: Site, language: str, words: str) -> None:
    visitor = site.signed_in("psychometrician")
    url = finished(site, visitor)
    assert words in visitor.get(f"/simulations?lang={language}").text
    for address in (url, "/simulations/new?unit=DG100"):
        page = visitor.get(f"{address}{'&' if '?' in address else '?'}lang={language}").text
        assert f'<html lang="{language}">' in page
        assert not re.search(r"simulations\.\w+_", page)
