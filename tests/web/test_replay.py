"""The replay page: why each question was asked, in a sentence and in data, for whoever appeals."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.delivery.replay import ReplayReport, replay_sitting
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
    of_testlet = replace(second, testlet="<T1>", score=0)
    changed = replace(report, steps=(tried_out, of_testlet, *rest))
    monkeypatch.setattr(administration_sittings, "replay_sitting", lambda *_, **__: changed)
    articles = site.signed_in("administrator").get(f"{address}?lang=en").text.split("<article")
    assert "does not count" in articles[1]
    assert "2 of 3 points" in articles[1]
    assert "Shared text &lt;T1&gt;" in articles[2]
    assert "Answered wrongly" in articles[2]
