"""The pages of neutralised questions, and the corrected result as candidates, administrators and programs see it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from api.routes import API_PREFIX
from itembank.neutralisation.worker import CorrectionWorker
from itembank.tables import Item, ItemVersion, Neutralisation, OutcomeVersion, RecordedAnswer
from tests.support.institution import NOON, PASSWORD
from tests.support.sitting import sit_through
from tests.web.conftest import Site, Visitor

_WORDS = {"fault": "wrong_key", "rule": "all", "reason_th": "เฉลย <b>ผิด</b>", "reason_en": "A <b>wrong</b> key."}


@pytest.fixture
def sat(site: Site) -> tuple[str, str]:
    """A finished sitting and the code of its first question."""
    people = site.institution
    done = sit_through(site.database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with site.database.reading() as session:
        version = session.exec(
            select(RecordedAnswer.item_version_id).where(
                RecordedAnswer.sitting_id == done.id, RecordedAnswer.position == 1
            )
        ).one()
        return str(done.id), session.get_one(Item, session.get_one(ItemVersion, version).item_id).code


def _propose(visitor: Visitor, code: str) -> str:
    visitor.get("/neutralisations/new")
    response = visitor.post("/neutralisations", {"code": code, **_WORDS})
    assert response.status_code == 200
    return response.url.path


def _work(site: Site) -> None:
    CorrectionWorker(site.database, clock=site.clock).work_off()


def test_from_the_proposal_to_the_corrected_result_and_back(site: Site, sat: tuple[str, str]) -> None:
    sitting, code = sat
    proposer, approver = site.signed_in("psychometrician"), site.signed_in("administrator")
    address = _propose(proposer, code)
    assert "hx-get" in proposer.get(address).text
    _work(site)
    mine = proposer.get(f"{address}?lang=en").text
    assert "somebody else has to approve it" in mine
    assert f"{address}/approve" not in mine
    refused = proposer.post(f"{address}/approve")
    assert refused.status_code == 403
    shown = approver.get(f"{address}?lang=en").text
    assert "Minima not reached without the question" in shown
    assert "&lt;b&gt;wrong&lt;/b&gt;" in shown
    assert approver.post(f"{address}/approve").status_code == 200
    _work(site)
    candidate = site.signed_in("candidate")
    result = candidate.get(f"/sittings/{sitting}/result?lang=th").text
    assert "ผลนี้แก้ไขแล้ว" in result
    assert "เฉลย &lt;b&gt;ผิด&lt;/b&gt;" in result
    assert code not in result
    assert "This result was corrected" in candidate.get(f"/sittings/{sitting}/result?lang=en").text
    replay = approver.get(f"/administration/sittings/{sitting}/replay?lang=en").text
    assert "Versions recomputed after questions were neutralised" in replay
    assert approver.post(f"{address}/take-back", {"reason": ""}).status_code == 422
    approver.post(f"{address}/take-back", {"reason": "เฉลยถูกแล้ว"})
    _work(site)
    assert "counts again" in candidate.get(f"/sittings/{sitting}/result?lang=en").text


def test_a_refused_form_comes_back_filled_in(site: Site, sat: tuple[str, str]) -> None:
    visitor = site.signed_in("psychometrician")
    visitor.get("/neutralisations/new")
    response = visitor.post("/neutralisations", {"code": sat[1], "reason_th": "คำถามกำกวม", "version": "๑"})
    assert response.status_code == 422
    assert "คำถามกำกวม" in response.text
    assert 'id="fault-error"' in response.text
    for field, entered in (("code", {"code": "DG999"}), ("version", {"version": "x"}), ("exams", {"exams": "x"})):
        refused = visitor.post("/neutralisations", {"code": sat[1], **_WORDS, **entered})
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text, field
    with site.database.reading() as session:
        assert session.exec(select(Neutralisation)).all() == []


def test_progress_comes_as_a_fragment_and_then_the_whole_page(site: Site, sat: tuple[str, str]) -> None:
    visitor = site.signed_in("psychometrician")
    address = _propose(visitor, sat[1])
    fragment = visitor.get(address, headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="progress"')
    _work(site)
    assert visitor.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert sat[1] in visitor.get("/neutralisations").text


def test_the_empty_list_says_what_to_do(site: Site) -> None:
    assert "/neutralisations/new" in site.signed_in("administrator").get("/neutralisations").text


def test_a_program_does_the_same(site: Site, sat: tuple[str, str]) -> None:
    sitting, code = sat

    def client(name: str) -> dict[str, str]:
        answer = site.stranger().client.post(f"{API_PREFIX}/sessions", json={"username": name, "password": PASSWORD})
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    http, proposer, approver = site.stranger().client, client("psychometrician"), client("administrator")
    made = http.post(f"{API_PREFIX}/neutralisations", json={"code": code, **_WORDS}, headers=proposer)
    assert made.status_code == 201, made.text
    address = f"{API_PREFIX}/neutralisations/{made.json()['id']}"
    assert http.post(f"{address}/approve", headers=approver).json()["code"] == "invalid_input"
    _work(site)
    assert http.post(f"{address}/approve", headers=proposer).json()["code"] == "own_proposal"
    assert http.post(f"{address}/approve", headers=approver).json()["state"] == "applying"
    _work(site)
    found = http.get(address, headers=approver).json()
    assert (found["state"], found["corrected"]["replaced"]) == ("in_force", {"real": 1, "simulated": 0})
    result = http.get(f"{API_PREFIX}/sittings/{sitting}/result", headers=client("candidate")).json()
    assert (result["version"], [one["number"] for one in result["versions"]], result["left_out"]) == (2, [1, 2], 1)
    replay = http.get(f"{API_PREFIX}/sittings/{sitting}/replay", headers=approver).json()
    assert replay["agrees"]
    assert replay["versions"][0]["left_out"] == [code]
    with site.database.writing() as session:
        row = session.exec(select(OutcomeVersion)).one()
        row.document = row.document | {"unit": row.document["unit"] | {"verdict": "competent", "probability": 0.5}}
        session.add(row)
    replay = http.get(f"{API_PREFIX}/sittings/{sitting}/replay", headers=approver).json()
    assert not replay["agrees"]
    assert any("version.unit.probability" in difference for difference in replay["versions"][0]["differences"])
