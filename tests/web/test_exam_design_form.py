"""The advanced part of the form of a new exam: what it proposes, takes, refuses, and says of the exam it made."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from httpx2 import Response

from engine.design import ExamDesign
from engine.stop_rules.stop_settings import StopSettings
from itembank.actor import COMMAND_LINE
from itembank.delivery.design_limits import MAXIMUM_MINUTES, MAXIMUM_PRETEST_ITEMS, MAXIMUM_RANDOMESQUE
from itembank.delivery.exams import ExamView, list_exams, propose_design
from itembank.simulations import runs
from itembank.simulations.options import SimulationOptions
from itembank.tables import SimulationRun
from tests.support.institution import NOON
from tests.support.richer_bank import publish_richer_bank
from tests.web.conftest import Site, Visitor
from web.pages.administration_design_words import design_words
from web.pages.administration_exam_form import ADVANCED_FIELDS, ExamForm
from web.texts_catalogue import Texts

FORM = "/administration/exams/new?unit=DG100"


@pytest.fixture
def administrator(site: Site) -> Visitor:
    return site.signed_in("administrator")


def proposal(site: Site) -> ExamDesign:
    with site.database.reading() as session:
        return propose_design(session, actor=COMMAND_LINE, unit="DG100")


def entered(site: Site, **changes: str) -> dict[str, str]:
    """Fill in the form as it is proposed, with changes."""
    form = ExamForm.proposed(proposal(site), unit="DG100", title="สอบ")
    return form.model_dump() | {"time_limit_minutes": "45"} | changes


def made(site: Site) -> ExamView:
    with site.database.reading() as session:
        return next(exam for exam in list_exams(session, actor=COMMAND_LINE) if exam.time_limit_minutes == 45)


def test_what_is_proposed_and_left_alone_is_the_proposal_to_the_last_digit(site: Site, administrator: Visitor) -> None:
    with site.database.writing() as session:
        publish_richer_bank(session, site.institution)
    page = administrator.get(FORM)
    assert '<option value="progressive" selected>' in page.text
    assert "คลังมีอยู่ขณะนี้ 4 ข้อ" in page.text
    assert administrator.post("/administration/exams", entered(site)).status_code == 200
    assert made(site).design == proposal(site)
    assert made(site).design.pretest_items == 3


def test_a_form_without_the_advanced_part_takes_the_proposal(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    basic = {name: value for name, value in entered(site).items() if name not in {*ADVANCED_FIELDS, "advanced"}}
    assert administrator.post("/administration/exams", basic).status_code == 200
    assert made(site).design == proposal(site)


def test_every_advanced_choice_reaches_the_exam_and_its_page(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    changes = {
        "selection": "mepv", "randomesque": "5", "stop_rule": "se", "target_standard_error": "0,45",
        "stop_minutes": "30", "maximum_exposure": "80", "exposure_bins": "3", "pretest_items": "2",
        "unit_correlation": "0.7",
    }  # fmt: skip
    page = administrator.post("/administration/exams", entered(site, **changes))
    design = made(site).design
    assert (design.selection, design.randomesque, design.stop_rule) == ("mepv", 5, "se")
    assert design.stop_rules == ("se", "time")
    assert (design.stopping.target_standard_error, design.stopping.time_limit_seconds) == (0.45, 1800)
    assert (design.maximum_exposure, design.exposure_bins) == (0.8, 3)
    assert (design.pretest_items, design.unit_correlation) == (2, 0.7)
    said = html.unescape(re.sub(r"<[^>]+>", " ", page.text))
    for words in (
        "ไม่เกิน 0.45",
        "หลังผ่านไป 30 นาที",
        "3 ช่วงความสามารถ",
        "คนละไม่เกิน 2 ข้อ จากที่คลังมีอยู่ขณะนี้ 0 ข้อ",
        "สุ่มจาก 5 ข้อที่ดีที่สุด",
        "0.70",
    ):
        assert words in said, words


def test_no_limit_on_exposure_is_an_empty_field(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site, maximum_exposure=""))
    assert made(site).design.maximum_exposure is None
    assert "ไม่จำกัด" in page.text


def test_a_limit_on_exposure_that_cannot_be_kept_is_named_in_the_form_and_on_the_page(
    site: Site, administrator: Visitor
) -> None:
    page = administrator.get(FORM)
    items = int(re.search(r"ข้อสอบในคลัง (\d+) ข้อ ต่ำกว่าร้อยละ", page.text)[1])
    least = 100 * proposal(site).minimum_length / items
    assert f"ต่ำกว่าร้อยละ {least:.1f} เป็นไปไม่ได้" in page.text
    page = administrator.post("/administration/exams", entered(site, maximum_exposure=f"{least - 1:.1f}"))
    assert f"อย่างน้อย {least:.1f}%" in page.text
    assert made(site).exposure_out_of_reach
    # A form that cannot be read says what it can.
    page = administrator.post("/administration/exams", entered(site, minimum_length="many"))
    assert "เว้นว่างได้ หากไม่จำกัด" in page.text


def test_a_limit_that_can_be_kept_is_not_warned_of(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site))
    assert not made(site).exposure_out_of_reach
    assert "notice-warn" not in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("selection", "astrology"), ("selection", ""), ("stop_rule", "tired"), ("randomesque", "0"),
        ("randomesque", ""), ("target_standard_error", "0"), ("target_standard_error", "nan"), ("stop_minutes", "-3"),
        ("stop_minutes", "soon"), ("maximum_exposure", "101"), ("maximum_exposure", "nan"), ("exposure_bins", "10"),
        ("pretest_items", "-1"), ("pretest_items", "2.5"),
        ("pretest_items", "21"), ("pretest_items", "1000000000000"), ("randomesque", "51"), ("stop_minutes", "1441"),
        ("unit_correlation", "1"), ("unit_correlation", "x"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_its_field_in_the_unfolded_part(
    site: Site, administrator: Visitor, field: str, value: str
) -> None:
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site, **{field: value}))
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert f'id="{field}-error"' in page.text
    assert '<details class="card" open>' in page.text


def test_the_design_of_a_simulation_fills_the_form(site: Site, administrator: Visitor) -> None:
    tried = replace(proposal(site), selection="kl", minimum_length=11, element_confidence=0.8)
    with site.database.writing() as session:
        run = runs.request_simulation(
            session, actor=site.institution["psychometrician"], unit="DG100", design=tried,
            options=SimulationOptions(), now=NOON,
        )  # fmt: skip
    page = administrator.get(f"{FORM}&run={run.id}")
    assert '<option value="kl" selected>' in page.text
    assert f'name="run" value="{run.id}"' in page.text
    sent = entered(site, run=str(run.id), selection="kl", minimum_length="12")
    assert administrator.post("/administration/exams", sent).status_code == 200
    # What the form does not show comes from the simulation too.
    assert made(site).design == replace(tried, minimum_length=12)
    with site.database.reading() as session:
        assert session.get_one(SimulationRun, run.id).unit == "DG100"


@pytest.mark.parametrize("run", ["00000000-0000-0000-0000-000000000000", "nonsense"])
def test_a_simulation_that_is_not_there_is_not_found(administrator: Visitor, run: str) -> None:
    assert administrator.get(f"{FORM}&run={run}").status_code == 404


def said_of(design: ExamDesign, *, pretest_pool_size: int = 0) -> dict[str, str]:
    """Put a design into English words."""
    return dict(design_words(design, Texts("en", ZoneInfo("Asia/Bangkok")), pretest_pool_size=pretest_pool_size))


def refused_fields(page: Response) -> set[str]:
    """Name the fields that have an error beside them."""
    return set(re.findall(r'id="(\w+)-error"', page.text))


def test_everything_that_cannot_be_taken_is_said_at_once(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    changes = {
        "minimum_length": "ten", "confidence": "20", "randomesque": "x", "stop_rule": "tired", "stop_minutes": "soon",
        "target_standard_error": "0", "pretest_items": "99", "unit_correlation": "2", "time_limit_minutes": "long",
        "opens_at": "tomorrow",
    }  # fmt: skip
    page = administrator.post("/administration/exams", entered(site, **changes))
    assert page.status_code == 422
    assert refused_fields(page) == set(changes)
    assert '<details class="card" open>' in page.text


def test_an_error_in_the_folded_part_is_seen_beside_one_in_the_open_part(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site, confidence="x", maximum_exposure="101"))
    assert refused_fields(page) == {"confidence", "maximum_exposure"}
    assert '<details class="card" open>' in page.text


def test_bins_without_a_limit_on_exposure_are_refused_in_both_languages(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site, maximum_exposure="", exposure_bins="2"))
    assert refused_fields(page) == {"exposure_bins"}
    assert "ต้องกำหนดด้วยว่าแต่ละข้อออกไม่เกินร้อยละเท่าใด" in page.text
    page = administrator.post("/administration/exams?lang=en", entered(site, maximum_exposure="", exposure_bins="2"))
    assert "more than 1 need a limit" in page.text


def test_the_texts_name_the_limits_that_hold() -> None:
    for language in ("th", "en"):
        t = Texts(language, ZoneInfo("Asia/Bangkok"))
        for text in (t("administration.error_pretest_items"), t("administration.pretest_items_hint")):
            assert str(MAXIMUM_PRETEST_ITEMS) in text
        for text in (t("administration.error_randomesque"), t("administration.randomesque_hint")):
            assert str(MAXIMUM_RANDOMESQUE) in text
        assert str(MAXIMUM_MINUTES) in t("administration.error_stop_minutes")


def test_a_rule_that_a_simulation_used_besides_may_become_the_first(site: Site, administrator: Visitor) -> None:
    rules = StopSettings(further_rules=("se", "interval"), combination="all")
    tried = replace(proposal(site), stop_rule="confidence", stopping=rules)
    with site.database.writing() as session:
        run = runs.request_simulation(
            session, actor=site.institution["psychometrician"], unit="DG100", design=tried,
            options=SimulationOptions(), now=NOON,
        )  # fmt: skip
    administrator.get(f"{FORM}&run={run.id}")
    sent = entered(site, run=str(run.id), stop_rule="se", stop_minutes="30")
    page = administrator.post("/administration/exams", sent)
    assert page.status_code == 200
    assert made(site).design.stop_rules == ("se", "interval", "time")
    assert made(site).design.stopping.combination == "all"
    words = said_of(made(site).design)["Decision"]
    # Only the rules that wait for one another are said to, and the clock is not one of them.
    together, _, clock = words.rpartition(" · ")
    assert together.endswith("Stops only when all of these hold")
    assert clock == "Once the fewest questions are answered, none follows after 30 minutes"


def test_one_rule_and_a_clock_have_nothing_to_agree_on(site: Site) -> None:
    settings = StopSettings(further_rules=("time",), combination="all", time_limit_seconds=600)
    words = said_of(replace(proposal(site), stop_rule="confidence", stopping=settings))["Decision"]
    assert "all of these" not in words
    assert words.endswith("none follows after 10 minutes")


def test_a_clock_without_a_time_is_refused_beside_the_minutes(site: Site, administrator: Visitor) -> None:
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site, stop_rule="time", stop_minutes=""))
    assert refused_fields(page) == {"stop_minutes"}
    administrator.post("/administration/exams", entered(site, stop_rule="time", stop_minutes="20"))
    assert made(site).design.stop_rules == ("time",)


@pytest.mark.parametrize(("limit", "words"), [(0.625, "62.5%"), (0.6, "60%"), (0.9375, "93.8%"), (0.07, "7%")])
def test_a_share_has_a_decimal_where_it_says_something(site: Site, limit: float, words: str) -> None:
    said = said_of(replace(proposal(site), maximum_exposure=limit))["Exposure of items"]
    assert said == f"Each item goes to at most {words} of the candidates"


def test_tried_out_questions_are_proposed_whatever_the_bank_has_now(site: Site, administrator: Visitor) -> None:
    assert proposal(site).pretest_items == 3
    administrator.get(FORM)
    page = administrator.post("/administration/exams", entered(site))
    assert "คนละไม่เกิน 3 ข้อ จากที่คลังมีอยู่ขณะนี้ 0 ข้อ" in page.text
    with site.database.writing() as session:
        publish_richer_bank(session, site.institution)
    assert "คนละไม่เกิน 3 ข้อ จากที่คลังมีอยู่ขณะนี้ 4 ข้อ" in administrator.get(page.url.path).text


def test_rules_that_have_to_agree_and_a_cut_with_an_error_are_said_so(site: Site) -> None:
    both = StopSettings(further_rules=("interval",), combination="all")
    design = replace(proposal(site), stopping=both, cut_standard_error=0.12, selection="random", randomesque=1)
    words = said_of(design)
    assert words["Decision"].endswith("Stops only when all of these hold")
    assert words["Cut score (ability θ)"].endswith("(± 0.12)")
    assert words["Choice of questions"] == "At random"
