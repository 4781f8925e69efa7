"""Every text that a page asks for exists in both languages, and no text lies about that no page asks for."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pytest
from jinja2 import nodes

from engine.stop_rules.stop_reasons import STOP_SENTENCES
from engine.stop_rules.stop_settings import COMBINATIONS
from itembank.actor import Role
from itembank.authoring.content import CognitiveLevel, ItemType
from itembank.authoring.lifecycle import MOVES, ItemState
from itembank.calibration_runs.base_scale import TOO_FEW_ANCHORS, TOO_MANY_DRIFTED
from itembank.calibration_runs.item_statistics import ItemFlag
from itembank.calibration_runs.run_settings import ABILITIES, GROUPINGS, LINKS, PRIOR_KINDS, SCOPES
from itembank.calibration_runs.states import RunState
from itembank.delivery.my_exams import MyExamState
from itembank.diagnostics.findings import BY_LIKELIHOOD, BY_SUMS
from itembank.errors import error_classes
from itembank.item_decisions.harm import WORDINGS, Harm
from itembank.item_decisions.queue import WANTED
from itembank.item_decisions.verdicts import Verdict
from itembank.measurement_reports.run_tables import RUN_TABLES
from itembank.measurement_reports.unit_tables import UNIT_TABLES
from itembank.simulations.failures import FailureKind
from itembank.simulations.states import SimulationState
from web.page import templates
from web.texts_catalogue import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"

#: Families of texts whose names a page puts together from more than one value.
PUT_TOGETHER = (
    "administration.action_", "administration.kind_", "administration.detail_",
    "sign_in.username_missing", "sign_in.password_missing",
)  # fmt: skip
#: Here Thai says less than English.
FEWER_VALUES_IN_THAI = {"errors.illegal_move"}

REASONS = tuple(STOP_SENTENCES)
VERDICTS = ("competent", "not_yet_competent", "not_enough_evidence")
#: What fills the last part of a text's name.
FAMILIES: dict[str, Iterable[str]] = {
    "measurement_reports.unit_": UNIT_TABLES,
    "measurement_reports.run_": RUN_TABLES,
    "shell.role_": Role,
    "shell.state_": [
        *ItemState,
        *RunState,
        *SimulationState,
        *MyExamState,
        *VERDICTS,
        "active",
        "disabled",
        "in_force",
        "earlier",
    ],
    "shell.verdict_": VERDICTS,
    "shell.verdict_long_": VERDICTS,
    "candidate.reason_": REASONS,
    "administration.reason_": REASONS,
    "administration.role_hint_": Role,
    "bank.type_": ItemType,
    "answering.parts_": (ItemType.MATCHING, ItemType.ORDERING, ItemType.INLINE_CHOICE),
    "answering.refused_": (
        "answer_option",
        "answer_none",
        "answer_missing",
        "answer_twice",
        "answer_text",
        "answer_number",
        "answer_long",
    ),
    "bank.level_": CognitiveLevel,
    "bank.move_": MOVES,
    "bank.notice_": MOVES,
    "bank.no_moves_": ItemState,
    "diagnostics.by_": (BY_LIKELIHOOD, BY_SUMS),
    "diagnostics.drift_": ("easier", "harder"),
    "diagnostics.direction_": ("better", "worse"),
    "diagnostics.refused_": (
        *("adaptive", "not_linear", "no_common_form", "too_few_answers", "no_spread", "no_times", "no_sound_item"),
        *("no_anchors", "bad_anchors", "too_many_items", "too_few_items", "score_not_dichotomous", "bad_option"),
        "not_determined",
    ),
    "calibrations.scope_": (*SCOPES, *(f"{scope}_long" for scope in SCOPES)),
    "calibrations.link_": (*(f"{link}_long" for link in LINKS), *(f"{link}_name" for link in LINKS[1:]), *LINKS[1:]),
    "calibrations.link_remark_": (TOO_FEW_ANCHORS, TOO_MANY_DRIFTED),
    "calibrations.abilities_": (*ABILITIES, *(f"{kind}_long" for kind in ABILITIES)),
    "calibrations.groups_": (*GROUPINGS[1:], *(f"{kind}_long" for kind in GROUPINGS)),
    "calibrations.priors_": [f"{kind}_long" for kind in PRIOR_KINDS],
    "measurement.flag_": ItemFlag,
    "measurement.harm_": Harm,
    "measurement.reason_": WORDINGS,
    "measurement.standing_": WANTED,
    "measurement.verdict_": Verdict,
    "measurement.verdict_title_": Verdict,
    "measurement.verdict_long_": Verdict,
    "measurement.decided_": Verdict,
    "measurement.notice_": Verdict,
    "simulations.combination_": COMBINATIONS,
    "simulations.failure_": FailureKind,
}


@dataclass
class Asked:
    """What the templates and pages ask for."""

    keys: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)
    #: Key, where, and the names of the values given.
    calls: list[tuple[str, str, frozenset[str | None]]] = field(default_factory=list)

    def constant(self, value: object) -> None:
        if isinstance(value, str):
            self.keys.add(value)

    def beginning(self, value: object) -> None:
        # An area alone would stand for all of its texts.
        if isinstance(value, str) and "." in value and not value.endswith("."):
            self.beginnings.add(value)


@lru_cache(maxsize=1)
def asked() -> Asked:
    found = Asked()
    for path in sorted((WEB / "templates").rglob("*.html")):
        _read_template(path, found)
    for path in sorted(WEB.rglob("*.py")):
        _read_module(path, found)
    return found


def _read_template(path: Path, found: Asked) -> None:
    tree = templates().parse(path.read_text(encoding="utf-8"))
    for constant in tree.find_all(nodes.Const):
        found.constant(constant.value)
    for joined in tree.find_all(nodes.Concat):
        if isinstance(joined.nodes[0], nodes.Const):
            found.beginning(joined.nodes[0].value)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
            given = frozenset(value.key for value in call.kwargs)
            found.calls.append((call.args[0].value, path.name, given))


def _read_module(path: Path, found: Asked) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            found.constant(node.value)
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            found.beginning(node.values[0].value)
        elif isinstance(node, ast.Call) and _is_t(node.func):
            key, given = node.args[0], frozenset(keyword.arg for keyword in node.keywords)
            # Values given as a mapping are known only when the page is made.
            if isinstance(key, ast.Constant) and None not in given:
                found.calls.append((str(key.value), path.name, given))


def _is_t(function: ast.expr) -> bool:
    return (isinstance(function, ast.Name) and function.id == "t") or (
        isinstance(function, ast.Attribute) and function.attr == "t"
    )


def values_of(text: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_asked_for_by_its_whole_name_exists_and_gets_its_values() -> None:
    assert len(asked().calls) > 300
    for key, where, given in asked().calls:
        assert key in catalogue(), f"{where} asks for {key}"
        for language in LANGUAGES:
            lacking = values_of(catalogue()[key][language]) - given
            # Without any value given the braces would even stand on the page as they are.
            assert not lacking, f"{where}: {key} in {language} lacks {lacking}"


def test_every_beginning_of_a_name_leads_to_texts() -> None:
    areas = {key.partition(".")[0] for key in catalogue()}
    for beginning in asked().beginnings:
        if beginning.partition(".")[0] in areas and " " not in beginning:
            assert any(key.startswith(beginning) for key in catalogue()), beginning


def test_no_text_is_unused() -> None:
    beginnings = (*asked().beginnings, *PUT_TOGETHER)
    # Errors are asked for by their code.
    codes = {f"errors.{cls.code}" for cls in error_classes()}
    unused = [key for key in catalogue() if key not in asked().keys | codes and not key.startswith(tuple(beginnings))]
    assert unused == []


@pytest.mark.parametrize(("beginning", "endings"), FAMILIES.items(), ids=FAMILIES)
def test_a_family_of_texts_has_all_its_members(beginning: str, endings: Iterable[str]) -> None:
    assert any(found.startswith(beginning) or beginning.startswith(found) for found in asked().beginnings), beginning
    lacking = [f"{beginning}{ending}" for ending in endings if f"{beginning}{ending}" not in catalogue()]
    assert lacking == []


def test_every_deed_in_the_audit_log_has_a_name() -> None:
    deeds = set(_recorded_deeds()) | {f"item.{move}" for move in MOVES}
    assert len(deeds) > 20
    lacking = [deed for deed in deeds if f"administration.action_{deed.replace('.', '_')}" not in catalogue()]
    assert lacking == []
    kinds = {deed.partition(".")[0].removesuffix("s") for deed in deeds} - {"sign_in"}
    assert [kind for kind in kinds if f"administration.kind_{kind}" not in catalogue()] == []


def _recorded_deeds() -> Iterator[str]:
    for path in sorted((ROOT / "itembank").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            values = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
            # The runs' decisions go through a function of their own, which takes the deed as an argument.
            values += node.args if isinstance(node.func, ast.Name) and node.func.id == "_decided" else []
            yield from (
                value.value
                for value in values
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value
            )


def test_both_languages_fill_in_the_same_values() -> None:
    differing = {key for key, texts in catalogue().items() if values_of(texts["th"]) != values_of(texts["en"])}
    assert differing == FEWER_VALUES_IN_THAI


def test_thai_texts_are_thai_and_english_ones_are_not() -> None:
    def is_thai(text: str) -> bool:
        return any("\u0e01" <= letter <= "\u0e5b" for letter in text)

    names = {"shell.other_language", "shell.other_language_short"}  # each language names the other
    untranslated = [
        key
        for key, texts in catalogue().items()
        if key not in names
        and (is_thai(texts["en"]) or (not is_thai(texts["th"]) and texts["th"] != texts["en"]) or not texts["th"])
    ]
    assert untranslated == []
