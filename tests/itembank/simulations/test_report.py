"""Reports: what stands in them comes from the engine's figures, in both languages, in a page that stands alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest

from engine.blueprints.blueprint import Blueprint
from engine.design import ExamDesign, prepare_exam
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.simulate import simulate
from engine.stop_rules.stop_settings import STOP_RULES, StopSettings
from itembank.simulations.report.charts import report_charts
from itembank.simulations.report.content import report_content, setting_lines
from itembank.simulations.report.numbers import error_text, figure_text, percent_text
from itembank.simulations.report.page import report_page
from itembank.simulations.report.words import FIGURES, SETTINGS, TEXTS, text
from itembank.simulations.report.words import STOP_RULES as STOP_RULE_WORDS

LANGUAGES = ("th", "en")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def design() -> ExamDesign:
    return ExamDesign(
        blueprint=Blueprint(()),
        minimum_length=4,
        maximum_length=8,
        maximum_exposure=0.95,
        confidence=0.8,
        randomesque=2,
    )


@pytest.fixture(scope="module")
def document(design: ExamDesign) -> dict[str, Any]:
    """A report that has been to JSON and back; one item has a name that is not to be trusted, one is never given."""
    difficulties = [-1.5, -1.0, -0.6, -0.3, 0.0, 0.2, 0.4, 0.8, 1.1, 1.6, 0.1]
    items = [
        ItemParameters(
            item_id=f"A{place}", model="2pl", discrimination=1.2, difficulty=difficulty, element=f"E{place % 2}"
        )
        for place, difficulty in enumerate(difficulties)
    ]
    items.append(ItemParameters(item_id=HOSTILE, model="2pl", discrimination=1.4, difficulty=0.0))
    items.append(ItemParameters(item_id="unloved", model="2pl", discrimination=0.05, difficulty=3.5))
    report = simulate(prepare_exam(design, ItemPool.from_items(items)), examinees=150, seed=3)
    found: dict[str, Any] = json.loads(json.dumps(report.to_dict()))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worth_of_scores_of_elements_is_told(document: dict[str, Any], language: str) -> None:
    content = report_content(document, cut_score=0.0, limit=0.6, language=language)
    assert [line.element for line in content.subscores] == ["E0", "E1"]
    first = document["subscores"][0]
    assert content.subscores[0].worth == text("added_value" if first["has_added_value"] else "no_added_value", language)
    page = report_page(content, subject="x", settings=())
    assert text("subscores", language) in page
    earlier = {name: value for name, value in document.items() if name != "subscores"}
    without = report_content(earlier, cut_score=0.0, limit=0.6, language=language)
    assert text("subscores", language) not in report_page(without, subject="x", settings=())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_stands_in_the_report_with_its_error(document: dict[str, Any], language: str) -> None:
    content = report_content(document, cut_score=0.0, limit=0.6, language=language)
    lines = {line.name: line for line in content.figures}
    assert list(lines) == list(FIGURES)
    assert lines["rmse"].value == f"{document['rmse']:.3f}"
    assert lines["rmse"].error == f"±{document['standard_errors']['rmse']:.3f}"
    assert lines["decision_accuracy"].value == f"{100 * document['decision_accuracy']:.1f}%"
    assert lines["decision_accuracy"].error == f"±{100 * document['standard_errors']['decision_accuracy']:.2f}"
    assert (lines["blueprint_violations"].value, lines["blueprint_violations"].error) == ("0", "±0.0")
    assert [line.sittings for line in content.reasons] == sorted(
        (str(count) for count in document["finish_reasons"].values()), key=int, reverse=True
    )


def test_items_never_given_and_over_the_limit_are_named(document: dict[str, Any]) -> None:
    most = sorted(document["exposure"].values())[-3]
    content = report_content(document, cut_score=0.0, limit=most, language="en")
    assert "unloved" in content.never_seen
    assert set(content.never_seen) == {item for item, rate in document["exposure"].items() if rate == 0}
    assert set(content.over_limit) == {item for item, rate in document["exposure"].items() if rate > most}
    assert document["exposure"][content.over_limit[0]] == max(document["exposure"].values())
    assert content.limit == percent_text(most)
    without = report_content(document, cut_score=0.0, limit=None, language="en")
    assert (without.over_limit, without.limit) == ((), "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_limit_that_no_control_keeps_is_named(design: ExamDesign, document: dict[str, Any], language: str) -> None:
    least = document["mean_length"] / len(document["exposure"])
    settings = setting_lines(design, examinees=150, seed=3, ability=(0.0, 1.0), parameters="same", language=language)
    for limit, named in ((least / 2, True), (least, False), (None, False)):
        content = report_content(document, cut_score=0.0, limit=limit, language=language)
        assert bool(content.out_of_reach) == named
        html = report_page(content, subject="x", settings=settings)
        assert (f"{100 * least:.1f}%" in content.out_of_reach and content.out_of_reach in html) == named


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_brings_its_data(document: dict[str, Any], language: str) -> None:
    charts = {chart.name: chart for chart in report_charts(document, cut_score=0.0, limit=0.6, language=language)}
    assert list(charts) == ["conditional", "accuracy", "claims", "lengths", "exposure"]
    assert all(len(row) == len(chart.columns) for chart in charts.values() for row in chart.rows)
    bins = document["conditional"]
    assert len(charts["conditional"].rows) == len(charts["accuracy"].rows) == len(bins)
    assert charts["conditional"].drawing.count('class="point"') == 2 * len(bins)  # the third series has triangles
    assert charts["accuracy"].rows[0][2].startswith(percent_text(bins[0]["accuracy"]))
    assert sum(int(row[1]) for row in charts["lengths"].rows) == 150
    lengths = [int(row[0]) for row in charts["lengths"].rows]
    assert lengths == list(range(min(lengths), max(lengths) + 1))
    rates = [document["exposure"][row[1]] for row in charts["exposure"].rows]
    assert rates == sorted(rates, reverse=True)
    assert len(charts["claims"].rows) == len(document["claims"])


def test_without_a_cut_there_is_nothing_about_decisions(document: dict[str, Any]) -> None:
    decisions = {"decision_accuracy", "claimed_accuracy", "verdict_accuracy", "undecided", "claims"}
    rest = {name: value for name, value in document.items() if name not in decisions}
    rest["conditional"] = [
        {name: value for name, value in row.items() if name not in {"accuracy", "undecided"}}
        for row in document["conditional"]
    ]
    content = report_content(rest, cut_score=None, limit=None, language="en")
    assert [chart.name for chart in content.charts] == ["conditional", "lengths", "exposure"]
    assert not decisions & {line.name for line in content.figures}


def test_a_report_without_distributions_still_has_its_figures(document: dict[str, Any]) -> None:
    old = {name: value for name, value in document.items() if name not in ("conditional", "claims", "lengths")}
    content = report_content(old, cut_score=0.0, limit=None, language="en")
    assert [chart.name for chart in content.charts] == ["exposure"]
    assert len(content.figures) == len(FIGURES)


def test_a_single_candidate_has_no_errors() -> None:
    pool = ItemPool.from_items(
        [ItemParameters(item_id=f"A{n}", model="2pl", discrimination=1.0, difficulty=0.0) for n in range(9)]
    )
    design = ExamDesign(blueprint=Blueprint(()), minimum_length=3, maximum_length=5)
    report = simulate(prepare_exam(design, pool), examinees=1, seed=1)
    content = report_content(report.to_dict(), cut_score=0.0, limit=None, language="en")
    assert all(line.error == "" for line in content.figures)
    assert len(content.charts) == 5


class Reader(HTMLParser):
    """Collects what a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [str(value) for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("limit", [None, 0.01, 1.0])
def test_the_page_stands_alone_and_runs_nothing(
    design: ExamDesign, document: dict[str, Any], language: str, limit: float | None
) -> None:
    content = report_content(document, cut_score=0.0, limit=limit, language=language)
    settings = setting_lines(design, examinees=150, seed=3, ability=(0.0, 1.0), parameters="same", language=language)
    html = report_page(content, subject=HOSTILE, settings=settings)
    reader = Reader()
    reader.feed(html)
    assert (reader.loaded, reader.handlers) == ([], [])
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert reader.tags.count("figure") == 5
    assert "&lt;img" in html
    assert f'<html lang="{language}">' in html
    assert "default-src 'none'" in html
    for term, value in settings:
        assert term in html
        assert escape(value) in html


def test_settings_tell_the_design(design: ExamDesign) -> None:
    def told(made: ExamDesign, *, parameters: str = "same", has_cut: bool = True) -> dict[str, str]:
        lines = setting_lines(
            made, examinees=1500, seed=7, ability=(-0.5, 1.0), parameters=parameters, language="en", has_cut=has_cut
        )
        return dict(lines)

    first = told(design)
    assert first["Simulated candidates"] == "1,500"
    assert first["True ability (mean, standard deviation)"] == "−0.50, 1.00"
    assert first["Each item goes to at most"] == "95.0%"
    assert first["When the exam stops"] == "The verdict is sure"
    settings = StopSettings(further_rules=("se", "length"), combination="all")
    other = told(
        replace(design, maximum_exposure=None, exposure_bins=3, stopping=settings), parameters="given", has_cut=False
    )
    assert other["Each item goes to at most"] == "no limit"
    rules = "The verdict is sure, Ability is known precisely enough (standard error), Always the most questions"
    assert other["When the exam stops"] == f"all at once: {rules}"
    assert other["Bins of ability with a limit of their own"] == "3"
    assert other["True parameters"] == "from the file given"
    assert "Cut score (ability θ)" in first
    assert "Cut score (ability θ)" not in other
    one = told(replace(design, stopping=StopSettings(further_rules=("glr",))))
    assert one["When the exam stops"].startswith("any one: ")


@pytest.mark.parametrize(
    ("share", "written"), [(0.0, "0.0%"), (1.0, "100.0%"), (0.0001, "<0.1%"), (0.99999, ">99.9%"), (0.923, "92.3%")]
)
def test_a_share_is_never_rounded_to_certainty(share: float, written: str) -> None:
    assert percent_text(share) == written


def test_figures_are_written_in_their_own_units() -> None:
    assert figure_text("mean_length", 14.256) == "14.26"
    assert figure_text("bias", -0.0124) == "−0.012"
    assert figure_text("blueprint_violations", 1200) == "1,200"
    assert error_text("mean_length", 0.051) == "±0.05"
    assert error_text("rmse", 0.0124) == "±0.012"
    assert error_text("overlap", 0.0012) == "±0.12"


def test_words_are_there_in_both_languages() -> None:
    for words in (FIGURES, SETTINGS, STOP_RULE_WORDS, TEXTS):
        for key, texts in words.items():
            assert set(texts) == set(LANGUAGES), key
            assert set(re.findall(r"{(\w+)}", texts["th"])) == set(re.findall(r"{(\w+)}", texts["en"])), key
            assert not re.search(r"[฀-๿]", texts["en"]), key
    assert set(STOP_RULE_WORDS) == set(STOP_RULES)
