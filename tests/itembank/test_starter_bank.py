"""The starter bank under the exams that are proposed for it: a thousand simulated sittings of each unit."""

from __future__ import annotations

import pytest

from engine.design import prepare_exam
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.simulate import simulate
from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.lint_report import lint_starter_bank
from itembank.authoring.starter import starter_items
from itembank.delivery.proposed_design import default_design
from itembank.framework.starter import load_starter_standard
from itembank.publishing.parameters import prior_parameters

UNITS = ("Dlit100", "DG100", "DT600", "DG600", "DL300")


def starter_pool(unit: str) -> ItemPool:
    """The shipped items of a unit with their prior parameters."""
    framework = load_starter_standard()
    elements = {criterion.code: element for element in framework.unit(unit).elements for criterion in element.criteria}
    rows = []
    for code, content in starter_items():
        if content.criterion in elements:
            prior = prior_parameters(content.difficulty_rating)
            rows.append(
                ItemParameters(
                    item_id=code,
                    model=prior.model,
                    discrimination=prior.discrimination,
                    difficulty=prior.difficulty,
                    unit=unit,
                    element=elements[content.criterion].code,
                    criterion=content.criterion,
                )
            )
    return ItemPool.from_items(rows)


@pytest.mark.parametrize("unit", UNITS)
def test_a_thousand_sittings_break_no_blueprint_even_where_they_stop_early(unit: str) -> None:
    pool = starter_pool(unit)
    design = default_design(load_starter_standard().unit(unit), pool_size=len(pool))
    report = simulate(prepare_exam(design, pool), examinees=1000, seed=20221127)
    assert report.blueprint_violations == 0
    assert sum(report.finish_reasons.values()) == 1000
    early = {name: count for name, count in report.finish_reasons.items() if name != "maximum_length"}
    assert sum(early.values()) > 100, "the property is only worth something if many sittings stop early"
    assert design.minimum_length <= report.mean_length < design.maximum_length
    assert report.max_exposure <= (design.maximum_exposure or 1) + 0.05
    assert abs(report.claimed_accuracy - report.decision_accuracy) <= 0.04


def test_every_unit_that_the_starter_bank_can_fill_is_simulated() -> None:
    framework = load_starter_standard()
    written = {code for _, content in starter_items() for code in (content.criterion,)}
    fillable = {
        unit.code
        for unit in framework.units
        if (needed := [c.code for e in unit.elements if e.is_written for c in e.criteria]) and set(needed) <= written
    }
    assert fillable >= set(UNITS)
    # Two units of the sixteen have no written exam.
    assert len(fillable) == 14


def test_few_shipped_items_have_a_warning_and_none_a_grave_one() -> None:
    report = lint_starter_bank()
    # Names of methods that professionals know by their letters, and a first word that differs: looked at one by one,
    # with a reason for each (tests/itembank/authoring/test_flawed_items.py).
    assert set(report.by_rule) <= {"unexplained_abbreviation", "odd_one_out"}
    assert len(report.items) <= 23
    assert report.flaws == ()
    assert report.similar == ()


def digital_literacy_items() -> list[tuple[str, ItemContent]]:
    """The shipped items of unit Dlit100: code and content."""
    elements = load_starter_standard().unit("Dlit100").elements
    criteria = {criterion.code for element in elements for criterion in element.criteria}
    return [(code, content) for code, content in starter_items() if content.criterion in criteria]


def test_every_item_of_digital_literacy_is_wholly_in_english_too() -> None:
    items = digital_literacy_items()
    assert len(items) == 90
    for code, content in items:
        (english,) = (translation for translation in content.translations if translation.language == "en")
        assert english.stem, code
        assert bool(english.stimulus) == bool(content.stimulus), code
        assert len(english.options) == len(content.options), code
        assert all(option.text and option.rationale for option in english.options), code


def test_the_longest_english_option_is_no_clue_to_the_key() -> None:
    choices = [content for _, content in digital_literacy_items() if content.type is ItemType.SINGLE_CHOICE]
    longest = 0
    for content in choices:
        (english,) = (translation for translation in content.translations if translation.language == "en")
        lengths: dict[bool, list[int]] = {True: [], False: []}
        for original, option in zip(content.options, english.options, strict=True):
            lengths[original.correct].append(len(option.text))
        longest += max(lengths[True]) > max(lengths[False])
    # Chance among four options is a quarter; when this was written it was 16 of 73.
    assert longest <= len(choices) / 3
