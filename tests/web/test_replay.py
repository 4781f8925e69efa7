"""The replay page: why each question was asked, in a sentence and in data, for whoever appeals."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.delivery.replay import ReplayedPrior, ReplayReport, replay_sitting
from itembank.delivery.sittings import start_sitting
from itembank.delivery.told_replay import told_replay
from itembank.tables import AskedItem
from tests.support.institution import NOON
from tests.support.sitting import sit_through
from tests.web.conftest import Site
from web.pages import administration_sittings


def sat(site: Site) -> tuple[str, ReplayReport]:
    done = sit_through(
        site.database, actor=site.institution["candidate"], exam_id=site.institution.exam, now=NOON
    )  # fmt: skip
    with site.database.reading() as session:
        report = replay_sitting(session, actor=COMMAND_LINE, sitting_id=done.id, now=NOON, with_posteriors=True)
    return f"/administration/sittings/{done.id}/replay", report


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_question_has_its_sentence_and_its_data(site: Site, language: str) -> None:
    address, report = sat(site)
    page = html.unescape(site.signed_in("administrator").get(f"{address}?lang={language}").text)
    told = told_replay(report, language=language)
    for sentence in (*told.decisions, told.end, *told.outcome):
        assert sentence is not None
        assert f">{sentence}<" in page
    articles = page.split("<article")[1:]
    assert len(articles) == len(report.steps) + 1
    for article, step in zip(articles, report.steps, strict=False):
        for candidate in step.decision["candidates"]:
            assert candidate["item_id"] in article
        assert f'id="posterior-{step.position}-title"' in article
        assert article.count('class="line-') == 4  # two curves, and their samples in the key
    assert "<details>" in page
    assert not re.search(r"replay\.\w+_", page)


def test_all_data_can_be_opened_for_printing(site: Site) -> None:
    address, report = sat(site)
    visitor = site.signed_in("psychometrician")
    closed = visitor.get(f"{address}?lang=en").text
    assert 'href="?details=1"' in closed
    assert "data-print" in closed
    opened = visitor.get(f"{address}?lang=en&details=1").text
    assert opened.count("<details open>") == len(report.steps)


def test_the_distributions_are_those_of_the_answers(site: Site) -> None:
    _address, report = sat(site)
    for step in report.steps:
        assert sum(step.posterior) == pytest.approx(1, abs=1e-5)
        mean = sum(node * share for node, share in zip(report.ability_nodes, step.posterior, strict=True))
        assert mean == pytest.approx(step.theta, abs=1e-5)
    for before, after in zip(report.steps, report.steps[1:], strict=False):
        assert before.posterior_after == after.posterior
    assert report.cut_score == -0.3


def test_a_question_without_an_answer_has_one_curve(site: Site) -> None:
    with site.database.writing() as session:
        sitting = start_sitting(
            session, actor=site.institution["candidate"], exam_id=site.institution.exam, now=site.clock.now
        )
    page = site.signed_in("administrator").get(f"/administration/sittings/{sitting.id}/replay?lang=en").text
    article = page.split("<article")[1]
    assert 'class="line-1"' in article
    assert article.count('<path class="line-') == 1
    assert "The end and the verdicts" not in page


Change = Callable[[dict[str, Any]], dict[str, Any]]


def without(*names: str) -> Change:
    return lambda decision: {name: value for name, value in decision.items() if name not in names}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("rank", "considered", "drawn_from", "kept_out", "last_answer", "weight", "cut_score"), "10 questions"),
        (lambda decision: decision | {"rule": "drawn by lot"}, "drawn by lot"),
        (lambda decision: decision | {"random_draw": None}, "nothing was drawn"),
        (
            lambda decision: decision
            | {"kept_out": {"item_id": "DG101-9.9-09", "weight": 0.5, "constraint": "exposure", "level": "",
                            "code": "", "limit": None}},
            "DG101-9.9-09 (0.500)",
        ),
    ],
)  # fmt: skip
def test_odd_and_old_records_are_shown_as_far_as_they_go(site: Site, change: Change, words: str) -> None:
    address, _report = sat(site)
    with site.database.writing() as session:
        asked = session.exec(select(AskedItem).where(AskedItem.position == 2)).one()
        asked.decision = change(asked.decision)
        session.add(asked)
    page = site.signed_in("administrator").get(f"{address}?lang=en")
    assert page.status_code == 200
    assert words in page.text.split("<article")[2]


def test_questions_tried_out_and_testlets_are_shown_as_what_they_are(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, report = sat(site)
    first, second, *rest = report.steps
    tried_out = replace(first, counts=False, score=2, highest_score=3)
    of_testlet = replace(second, testlet="<T1>", score=0, decision=second.decision | {"rule": "testlet"})
    changed = replace(report, steps=(tried_out, of_testlet, *rest))
    monkeypatch.setattr(administration_sittings, "replay_sitting", lambda *_, **__: changed)
    visitor = site.signed_in("administrator")
    page = visitor.get(f"{address}?lang=en").text
    articles = page.split("<article")
    assert "does not count" in articles[1]
    assert "2 of 3 points" in articles[1]
    assert "Testlet &lt;T1&gt;" in articles[2]
    assert "Answered wrongly" in articles[2]
    # Nothing was weighed where the question simply continues its testlet.
    weighing = ("Place of this question", "The questions of most weight", "Random number")
    assert all(words in articles[1] and words in articles[3] for words in weighing)
    assert not any(words in articles[2] for words in weighing)
    assert ">testlet<" not in articles[2]
    assert "nothing was weighed, it continues the testlet" in articles[2]
    assert "ไม่มีการเทียบน้ำหนัก ออกต่อเนื่องในชุดคำถามเดียวกัน" in visitor.get(f"{address}?lang=th").text
    assert f'aria-label="Question 1: {first.item}, tried out"' in page


def test_the_page_begins_with_a_way_to_every_question(site: Site) -> None:
    address, report = sat(site)
    page = site.signed_in("administrator").get(f"{address}?lang=en").text
    contents = page[page.index('aria-label="Go to"') : page.index('id="facts-title"')]
    targets = re.findall(r'href="#([\w-]+)"', contents)
    assert targets == ["steps-title", *(f"question-{step.position}" for step in report.steps), "end-title"]
    assert all(page.count(f'id="{target}"') == 1 for target in targets)


PRIOR = ReplayedPrior(
    mean=0.52, sd=0.8, population_mean=0.0, population_sd=1.0, units=("DT600", "Dlit100"),
    sittings=(UUID(int=1), UUID(int=2)), weight=0.625,
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "facts", "sentence"),
    [
        ("th", "ค่าประมาณความสามารถ 0.52 (±0.80) จากหน่วยสมรรถนะที่สอบเสร็จแล้ว", "(DT600, Dlit100)"),
        ("en", "An ability estimate of 0.52 (±0.80) from the units", "finished before (DT600, Dlit100)"),
    ],
)
def test_earlier_units_that_informed_the_start_are_named(
    site: Site, monkeypatch: pytest.MonkeyPatch, language: str, facts: str, sentence: str
) -> None:
    address, report = sat(site)
    assert report.prior is None
    visitor = site.signed_in("administrator")
    assert facts not in visitor.get(f"{address}?lang={language}").text
    monkeypatch.setattr(administration_sittings, "replay_sitting", lambda *_, **__: replace(report, prior=PRIOR))
    head, first, *others = visitor.get(f"{address}?lang={language}").text.split("<article")
    assert facts in head
    assert f'href="/administration/sittings/{UUID(int=2)}/replay"' in head
    assert sentence in first
    assert not any(sentence in other for other in others)
