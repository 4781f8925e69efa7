"""The pages of standard setting: a panel from its plan to a proposed cut score, without scripts and with HTMX."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.publishing.banks import bank_in_force
from itembank.standard_setting.cuts import adopt_cut
from itembank.standard_setting.panels import plan_panel
from itembank.tables import BankItem, Person, RoleAssignment, UnitCut
from tests.support.banks import publish_another
from tests.support.panels import (
    accepted_panel,
    closed,
    judge_everything,
    open_panel,
    plan_of,
    somewhat_apart,
)
from tests.web.conftest import Site, Visitor
from web.pages.panel_form import PanelForm

PLAN = {"unit": "DG100", "method": "angoff", "description_th": "ผู้ผ่านพอดี", "rounds": "2", "sample": ""}
PLAN |= {"response_probability": "67", "shows_key": "1"}


def judge_ids(site: Site) -> list[str]:
    return [str(site.institution[name].person_id) for name in ("judge", "judge2")]


def planned(site: Site, visitor: Visitor, **changes: object) -> str:
    """Plan a panel on the page; its address."""
    visitor.get("/standard-setting/new")
    response = visitor.post("/standard-setting", PLAN | {"judges": judge_ids(site)} | changes)
    assert response.status_code == 200, response.text
    return response.url.path


def test_a_panel_from_plan_to_proposed_cut_without_scripts(site: Site) -> None:
    psychometrician = site.signed_in("psychometrician")
    assert "ยังไม่มีคณะกรรมการกำหนดคะแนนตัด" in psychometrician.get("/standard-setting").text
    address = planned(site, psychometrician, rounds="1")
    assert "เปิดรอบที่ 1" in psychometrician.get(address).text
    assert psychometrician.post(f"{address}/open").status_code == 200
    panel_id = UUID(address.rsplit("/", 1)[1])
    for name, value in (("judge", "60"), ("judge2", "72,5")):
        go_through(site.signed_in(name), panel_id, value)
    psychometrician.get(address)
    assert "ผลของรอบที่ 1" in psychometrician.post(f"{address}/close").text
    assert "รับรองคะแนนตัดแล้ว" in psychometrician.post(f"{address}/accept").text
    administrator = site.signed_in("administrator")
    listed = administrator.get("/standard-setting").text
    adopt = re.search(r'action="(/standard-setting/cuts/[^"]+/adopt)"', listed)
    assert adopt is not None
    assert "การสอบครั้งใหม่ของหน่วยนี้จะเสนอคะแนนตัดนี้" in administrator.post(adopt.group(1)).text
    form = administrator.get("/administration/exams/new?unit=DG100&lang=en").text
    assert "A panel of 2 judges set the cut score" in form
    error = re.search(r'name="cut_standard_error" type="text" value="(0\.\d+)"', form)
    assert error is not None


def go_through(judge: Visitor, panel_id: UUID, value: str) -> None:
    """Begin with the first page and save each until the panel's own page comes again."""
    page = judge.get(f"/judging/{panel_id}")
    page = judge.post(f"/judging/{panel_id}/looks", {"place": "1"})
    for _ in range(100):
        assert "data-exam-question" in page.text
        page = judge.post(page.url.path, {"value": value, "do": "next"})
        if not re.search(r"/pages/\d+$", page.url.path):
            assert page.url.path == f"/judging/{panel_id}"
            return
    pytest.fail("the pages never end")


def test_a_plan_with_mistakes_comes_back_filled_in(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    visitor.get("/standard-setting/new?lang=en")
    wrong = PLAN | {"sample": "some", "rounds": "x", "description_th": "<b>พอดี</b>", "judges": judge_ids(site)[:1]}
    response = visitor.post("/standard-setting", wrong)
    assert response.status_code == 422
    assert "Enter a whole number from 2" in response.text
    assert "Choose 1 to 3 rounds" in response.text
    assert "&lt;b&gt;พอดี&lt;/b&gt;" in response.text
    assert 'value="some"' in response.text
    one = visitor.post("/standard-setting", PLAN | {"judges": judge_ids(site)[:1]})
    assert one.status_code == 422
    assert 'href="#judges">Choose at least two judges' in one.text
    assert visitor.post("/standard-setting", PLAN | {"judges": "nobody"}).status_code == 422


def test_a_draft_is_changed_and_given_up(site: Site) -> None:
    visitor = site.signed_in("psychometrician")
    address = planned(site, visitor)
    form = visitor.get(f"{address}/edit?lang=en")
    assert form.text.count(" checked") >= 3
    changed = visitor.post(address, PLAN | {"judges": judge_ids(site), "method": "bookmark", "sample": "12"})
    assert "The plan is changed." in changed.text
    assert "A sample of 12 of the" in changed.text
    assert visitor.post(address, PLAN | {"judges": []}).status_code == 422
    refused = visitor.post(f"{address}/abandon", {"reason": " "})
    assert refused.status_code == 422
    assert "Say why the panel is given up." in refused.text
    assert "เลิก &amp; พอ" in visitor.post(f"{address}/abandon", {"reason": "เลิก & พอ"}).text
    assert visitor.post(f"{address}/open").status_code == 409
    assert visitor.post(address, PLAN | {"judges": judge_ids(site)}).status_code == 409


def test_missing_judgements_are_named_beside_the_field(site: Site) -> None:
    panel = open_panel(site.database, site.institution)
    visitor = site.signed_in("psychometrician")
    visitor.get(f"/standard-setting/{panel.id}?lang=en")
    refused = visitor.post(f"/standard-setting/{panel.id}/close")
    assert refused.status_code == 422
    assert f"Judgements are missing of ทดสอบ judge ({panel.items}), ทดสอบ judge2 ({panel.items})" in refused.text
    few = visitor.post(f"/standard-setting/{panel.id}/close", {"close_reason": "x"})
    assert few.status_code == 409
    assert "0 judges; at least 2 are needed" in few.text


def test_a_panel_warns_of_writers_and_of_an_older_bank(site: Site) -> None:
    panel = open_panel(site.database, site.institution, asks_limits=True)
    judge_everything(site.database, site.institution, panel.id, somewhat_apart, limits=(0.4, 0.8, 0.1, 0.6))
    closed(site.database, site.institution, panel.id)
    with site.database.writing() as session:
        before = bank_in_force(session).number
        publish_another(session, actor=COMMAND_LINE)
        person = session.get_one(Person, site.institution["judge"].person_id)
        person.display_name = "<i>judge</i>"
        session.add(person)
    shown = site.signed_in("psychometrician").get(f"/standard-setting/{panel.id}?lang=en").text
    assert f"This panel is pinned to bank {before}, which is no longer in force." in shown
    assert "&lt;i&gt;judge&lt;/i&gt;" in shown
    assert "<i>judge" not in shown
    assert "There are too few candidates for it yet." in shown
    assert "Fewer than 30 candidates" in shown
    assert "Where the standard error comes from" in shown


def test_the_judgements_leave_as_a_table(site: Site) -> None:
    panel = accepted_panel(site.database, site.institution)
    response = site.signed_in("psychometrician").get(f"/standard-setting/{panel.id}/judgements.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    assert response.text.splitlines()[0].startswith("round,judge,item,criterion")


def test_whoever_accepted_a_cut_does_not_take_it_over(site: Site) -> None:
    panel = accepted_panel(site.database, site.institution)
    assert panel.cut is not None
    administrator = site.signed_in("administrator")
    person_id = site.institution["psychometrician"].person_id
    administrator.get("/administration/people")
    administrator.post(f"/administration/people/{person_id}/roles", {"roles": ["psychometrician", "administrator"]})
    both = site.signed_in("psychometrician")
    both.get("/standard-setting?lang=en")
    refused = both.post(f"/standard-setting/cuts/{panel.cut.id}/adopt")
    assert refused.status_code == 403
    assert "ทดสอบ psychometrician accepted this cut score" in refused.text


def test_judging_saves_by_itself_and_says_what_can_not_be_taken(site: Site) -> None:
    panel = open_panel(site.database, site.institution)
    judge = site.signed_in("judge")
    assert "DG100" in judge.get("/judging").text
    judge.get(f"/judging/{panel.id}?lang=en")
    unopened = judge.get(f"/judging/{panel.id}/pages/1")
    assert "Items are confidential" in unopened.text
    assert "data-exam-question" not in unopened.text
    opened = judge.post(f"/judging/{panel.id}/looks", {"place": "1"})
    assert "data-exam-question" in opened.text
    assert "Show the key" not in opened.text
    address = f"/judging/{panel.id}/pages/1"
    saved = judge.post(address, {"value": "65"}, htmx=True)
    assert saved.text.lstrip().startswith('<div id="saved"')
    assert "Your judgement is saved." in saved.text
    assert "Show the key" in saved.text
    refused = judge.post(address, {"value": "120"}, htmx=True)
    assert (refused.status_code, "Enter a number from 0 to 100." in refused.text) == (422, True)
    whole = judge.post(address, {"value": "many", "do": "next"})
    assert whole.status_code == 422
    assert 'value="many"' in whole.text
    stayed = judge.post(address, {"value": "70"})
    assert (stayed.url.path, 'value="70"' in stayed.text) == (address, True)


def test_a_judge_sees_how_the_own_judgements_stand_and_nobody_elses_name(site: Site) -> None:
    panel = open_panel(site.database, site.institution)
    judge_everything(site.database, site.institution, panel.id, somewhat_apart)
    judge = site.signed_in("judge")
    assert "What round 1 came to" not in judge.get(f"/judging/{panel.id}?lang=en").text
    closed(site.database, site.institution, panel.id)
    shown = judge.get(f"/judging/{panel.id}").text
    assert "What round 1 came to" in shown
    assert "No round is open" in shown
    assert "ทดสอบ judge2" not in shown
    page = judge.post(f"/judging/{panel.id}/looks", {"place": "3"}).text
    assert "Expected by the curve at the cut" in page
    assert judge.post(f"/judging/{panel.id}/pages/3", {"value": "50"}).status_code == 409


def test_a_bookmark_is_placed_on_a_page(site: Site) -> None:
    panel = open_panel(site.database, site.institution, method="bookmark", asks_limits=True)
    judge = site.signed_in("judge")
    judge.get(f"/judging/{panel.id}?lang=en")
    first = judge.post(f"/judging/{panel.id}/looks", {"place": "1"})
    assert "At least one page has to be mastered" in first.text
    judge.post(f"/judging/{panel.id}/looks", {"place": "4"})
    marked = judge.post(f"/judging/{panel.id}/bookmark", {"mark": "4"})
    assert "Your bookmark is on page 4" in marked.text
    last = len(panel.pages) + 1
    assert "masters all pages" in judge.post(f"/judging/{panel.id}/bookmark", {"mark": str(last)}).text
    assert judge.post(f"/judging/{panel.id}/bookmark", {"mark": "1"}).status_code == 422
    assert judge.post(f"/judging/{panel.id}/pages/4", {"value": "50"}).status_code == 409
    limits = {"lowest_cut": "50", "highest_cut": "40", "lowest_failing": "5", "highest_failing": "60"}
    refused = judge.post(f"/judging/{panel.id}/limits", limits)
    assert refused.status_code == 422
    assert 'href="#highest_cut"' in refused.text
    kept = judge.post(f"/judging/{panel.id}/limits", limits | {"highest_cut": "80"})
    assert "Your limits are saved." in kept.text
    assert 'value="80"' in kept.text


def test_a_panel_of_others_is_not_there(site: Site) -> None:
    with site.database.writing() as session:
        plan = plan_of(site.institution)
        draft = plan_panel(session, actor=site.institution["psychometrician"], plan=plan, now=site.clock.now)
    judge = site.signed_in("judge")
    assert judge.get(f"/judging/{draft.id}").status_code == 404
    assert "ยังไม่มีรอบที่เปิดให้ท่านตัดสิน" in judge.get("/judging").text


@pytest.mark.parametrize("probability", [2 / 3, 0.67, 0.655, 0.57])
def test_editing_a_plan_leaves_the_response_probability_as_it_is(site: Site, probability: float) -> None:
    with site.database.writing() as session:
        plan = plan_of(site.institution, method="bookmark", response_probability=probability)
        panel = plan_panel(session, actor=site.institution["psychometrician"], plan=plan, now=site.clock.now)
    assert PanelForm.of(panel).plan().response_probability == probability


def test_the_exam_form_tells_of_a_newer_cut_and_of_ratings(site: Site) -> None:
    first = accepted_panel(site.database, site.institution).cut
    assert first is not None
    with site.database.writing() as session:
        adopt_cut(session, actor=site.institution["administrator"], cut_id=first.id, now=site.clock.now)
        for row in session.exec(select(BankItem).where(BankItem.unit == "DG100")):
            row.parameter_source = "prior"
            session.add(row)
    visitor = site.signed_in("administrator")
    form = visitor.get("/administration/exams/new?unit=DG100&lang=en").text
    assert f"Of the {first.items} items judged {first.items} were not calibrated" in form
    assert "A cut score of this unit is accepted and not taken over yet" not in form
    second = accepted_panel(site.database, site.institution).cut
    assert second is not None
    with site.database.writing() as session:
        session.get_one(UnitCut, second.id).accepted_at = first.accepted_at + timedelta(days=1)
    form = visitor.get("/administration/exams/new?unit=DG100&lang=en").text
    assert "A cut score of this unit is accepted and not taken over yet" in form
    assert "A panel of 2 judges set the cut score" in form
    shown = site.signed_in("psychometrician").get(f"/standard-setting/{second.panel_id}?lang=en").text
    assert f"None of the {first.items} items is calibrated" in shown
    assert "writer&#39;s rating" in shown or "writer's rating" in shown
    assert f"None of the {first.items} items" in site.signed_in("judge").get(f"/judging/{second.panel_id}?lang=en").text


def test_a_judge_who_leads_the_panel_can_not_accept_it(site: Site) -> None:
    panel = open_panel(site.database, site.institution)
    judge_everything(site.database, site.institution, panel.id, somewhat_apart)
    closed(site.database, site.institution, panel.id)
    with site.database.writing() as session:
        for role in ("psychometrician", "candidate"):
            session.add(RoleAssignment(person_id=site.institution["judge"].person_id, role=role))
    visitor = site.signed_in("judge")
    shown = visitor.get(f"/standard-setting/{panel.id}?lang=en").text
    assert "You are a judge of this panel" in shown
    assert "see items that they could be asked in an exam: ทดสอบ judge" in shown
    refused = visitor.post(f"/standard-setting/{panel.id}/accept")
    assert (refused.status_code, "ทดสอบ judge is a judge of this panel" in refused.text) == (403, True)


def test_the_exam_form_takes_a_standard_error_or_nothing(site: Site) -> None:
    visitor = site.signed_in("administrator")
    visitor.get("/administration/exams/new?unit=DG100&lang=en")
    entered = {"unit": "DG100", "title": "x", "minimum_length": "10", "maximum_length": "15", "confidence": "95"}
    entered |= {"cut_score": "0.1"}
    refused = visitor.post("/administration/exams", entered | {"cut_standard_error": "2"})
    assert refused.status_code == 422
    assert 'href="#cut_standard_error">Enter a number from 0 to 1.' in refused.text
    kept = visitor.post("/administration/exams", entered | {"cut_standard_error": "0,15"})
    assert "0.10 (± 0.15)" in kept.text
    visitor.get("/administration/exams/new?unit=DG100")
    known = visitor.post("/administration/exams", entered | {"cut_standard_error": ""})
    assert (known.status_code, "±" in known.text) == (200, False)
