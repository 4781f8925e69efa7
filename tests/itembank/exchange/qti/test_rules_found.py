"""Which rule of ours a document's points are: found by trying, answers many or few, processing there or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from itembank.authoring.content import NumericKey
from itembank.exchange.item_file import ReadItem
from tests.itembank.exchange.qti.packages import item, package, read

TEMPLATE = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}"/>'
CORRECT, POINTS = TEMPLATE.format("match_correct"), TEMPLATE.format("map_response")


def read_one(folder: Path, document: str) -> ReadItem:
    (found,) = read(package(folder, {"a.xml": document})).items
    return found


def declared(cardinality: str, kind: str, right: str = "", points: dict[str, str] | None = None, **bounds: str) -> str:
    values = "".join(f"<value>{value}</value>" for value in right.split(",") if value)
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in (points or {}).items())
    limits = "".join(f' {name}="{value}"' for name, value in bounds.items())
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{kind}">'
        f"{f'<correctResponse>{values}</correctResponse>' if values else ''}"
        f"{f'<mapping{limits}>{entries}</mapping>' if entries else ''}</responseDeclaration>"
    )


def choices(count: int, kind: str = "choiceInteraction", attributes: str = 'maxChoices="0"') -> str:
    inside = "".join(f'<simpleChoice identifier="c{n}">option {n}</simpleChoice>' for n in range(count))
    return f'<{kind} responseIdentifier="RESPONSE" {attributes}><prompt>Which?</prompt>{inside}</{kind}>'


def pairs(lines: int, others: int) -> str:
    sets = "".join(
        "<simpleMatchSet>"
        + "".join(
            f'<simpleAssociableChoice identifier="{name}{n}" matchMax="0">{name} {n}</simpleAssociableChoice>'
            for n in range(count)
        )
        + "</simpleMatchSet>"
        for name, count in (("a", lines), ("b", others))
    )
    return f'<matchInteraction responseIdentifier="RESPONSE"><prompt>Match</prompt>{sets}</matchInteraction>'


GAPS = (
    '<gapMatchInteraction responseIdentifier="RESPONSE"><gapText identifier="w" matchMax="0">word</gapText>'
    '<gapText identifier="v" matchMax="0">verb</gapText><p>A <gap identifier="g"/>.</p></gapMatchInteraction>'
)
ENTRY = '<p>Enter: <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
NINE = ",".join(f"a{n} b{n}" for n in range(9))


def empty(kind: str) -> str:
    return f'<div><{kind}Interaction responseIdentifier="RESPONSE"/></div>'


def lost(found: ReadItem) -> set[str]:
    assert found.item is not None, found.problems
    return {loss.construct for loss in found.lost}


def test_choices_whatever_scores_them(tmp_path: Path) -> None:
    # Nothing takes points away: whoever chooses everything has them all.
    greedy = item(choices(3), declared("multiple", "identifier", "c0,c1", {"c0": "1", "c1": "1"}), POINTS)
    found = read_one(tmp_path, greedy)
    assert lost(found) == {"responseProcessing", "SCORE"}
    assert found.item is not None
    assert found.item.content.key_letters == "AB"
    # The points are for another answer than the one declared.
    found = read_one(tmp_path, item(choices(3), declared("multiple", "identifier", "c0", {"c1": "1", "c0": "-1"},
                                                         defaultValue="-1"), POINTS))  # fmt: skip
    assert found.item is not None
    assert found.item.content.key_letters == "B"
    assert "correctResponse" in lost(found)
    # Bounds on how many; one at most is a choice of one.
    found = read_one(tmp_path, item(choices(4, attributes='maxChoices="2" minChoices="2"'),
                                    declared("multiple", "identifier", "c0,c1"), CORRECT))  # fmt: skip
    assert lost(found) == {"maxChoices", "minChoices"}
    found = read_one(tmp_path, item(choices(4, attributes='maxChoices="1"'),
                                    declared("multiple", "identifier", "c3"), CORRECT))  # fmt: skip
    assert found.item is not None
    assert (found.item.content.type, found.item.content.key_letters) == ("single_choice", "D")


def test_orders_and_pairs_that_are_too_many_to_try_all(tmp_path: Path) -> None:
    nine = ",".join(f"c{n}" for n in range(9))
    found = read_one(
        tmp_path, item(choices(9, "orderInteraction", ""), declared("ordered", "identifier", nine), CORRECT)
    )
    assert lost(found) == set()
    found = read_one(tmp_path, item(pairs(9, 9), declared("multiple", "directedPair", NINE), CORRECT))
    assert lost(found) == set()
    points = {f"a{n} b{n}": "1" for n in range(9)}
    found = read_one(tmp_path, item(pairs(9, 9), declared("multiple", "directedPair", "", points), POINTS))
    assert lost(found) == set()
    assert found.item is not None
    assert (found.item.content.partial_credit, found.item.content.maximum_score) == (True, 9)
    # A single one that counts otherwise is found out.
    found = read_one(
        tmp_path, item(pairs(9, 9), declared("multiple", "directedPair", "", points | {"a4 b0": "1"}), POINTS)
    )
    assert found.item is None


@pytest.mark.parametrize(
    ("body", "declaration"),
    [
        (choices(2, attributes='maxChoices="1"'), declared("single", "identifier", "c1")),
        (choices(3, "orderInteraction", ""), declared("ordered", "identifier", "c2,c0,c1")),
        (pairs(2, 2), declared("multiple", "directedPair", "a0 b1,a1 b0")),
        (GAPS, declared("multiple", "directedPair", "w g")),
        (ENTRY, declared("single", "string", "word")),
        (ENTRY, declared("single", "float", "2.50")),
    ],
)
def test_without_processing_what_is_declared_counts_and_that_is_named(
    tmp_path: Path, body: str, declaration: str
) -> None:
    found = read_one(tmp_path, item(body, declaration))
    assert lost(found) == {"responseProcessing"}
    if "float" in declaration:
        assert found.item is not None
        assert found.item.content.number == NumericKey("2.5")


TEN = ",".join(f"a{n} b0" for n in range(10))
#: Nobody says what no points stand for.
RUBRIC = '<rubricBlock view="scorer"><p>Title</p><ul><li>1: a</li><li>2: b</li></ul></rubricBlock>'
TWO_OF_EACH = declared("multiple", "directedPair", "a0 b0,a0 b1,a1 b0,a1 b1")
ONE = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
#: A point for whatever is answered.
ALWAYS = f"<responseProcessing>{ONE}</responseProcessing>"


@pytest.mark.parametrize(
    ("body", "declaration", "processing", "words"),
    [
        (choices(10), declared("multiple", "identifier", "c1"), CORRECT, "two to 9 options; there are 10"),
        (choices(10, "orderInteraction", ""), declared("ordered", "identifier", ",".join(f"c{n}" for n in range(10))),
         CORRECT, "there are 10"),
        (choices(3, "orderInteraction", ""), declared("ordered", "identifier", "c2,c0"), CORRECT, "one right order"),
        (pairs(2, 2), TWO_OF_EACH, CORRECT, "one partner for each entry"),
        (pairs(2, 2), declared("multiple", "directedPair", "a0 b9,a1 b0"), CORRECT, "entries that there are"),
        (pairs(10, 2), declared("multiple", "directedPair", TEN), CORRECT, "at most 9"),
        (pairs(2, 2), declared("multiple", "directedPair"), CORRECT, "the right pairs"),
        (pairs(2, 2), declared("multiple", "identifier", "a0,b0"), CORRECT, "the right pairs"),
        (pairs(2, 2), declared("multiple", "directedPair", "a0 b1,a1 b0"), ALWAYS, "others bring as many"),
        (pairs(2, 2), declared("multiple", "directedPair", "a0 b1,a1 b0", {"a0 b0": "1"}), POINTS, "it brings none"),
        (empty("match"), declared("multiple", "directedPair"), CORRECT, "two sets"),
        (GAPS, declared("multiple", "directedPair", "x g"), CORRECT, "one right word for each gap"),
        (empty("associate"), declared("multiple", "pair", "a b,a c"), CORRECT, "twice"),
        (empty("associate"), declared("multiple", "pair", "a b"), CORRECT, "there are"),
        (empty("inlineChoice"), declared("single", "identifier", "a"), CORRECT,
         "one of the choices of RESPONSE"),
        (ENTRY, declared("single", "string"), "", "an answer that counts as right"),
        (ENTRY, declared("single", "string", "a"), POINTS, "mapResponse: RESPONSE has no mapping"),
        (ENTRY, declared("single", "string", "a", {"a": "0"}), POINTS, "an answer that brings points"),
        (ENTRY, declared("single", "float"), "", "the right number"),
        (ENTRY, declared("single", "float", "1"), ALWAYS, "one stretch of numbers"),
        (ENTRY, declared("single", "identifier", "a"), CORRECT, "a text or a number to enter, not identifier"),
        (ENTRY, declared("multiple", "string", "a"), CORRECT, "the cardinality single for textEntryInteraction"),
        (choices(2), declared("record", "string"), "", "cardinality record"),
        (choices(2), declared("single", "point", "1 2"), "", "base type point"),
        (empty("extendedText") + RUBRIC, declared("single", "string"), "", "points, from 0"),
    ],
)  # fmt: skip
def test_what_has_no_rule_of_ours_is_refused_with_the_reason(
    tmp_path: Path, body: str, declaration: str, processing: str, words: str
) -> None:
    found = read_one(tmp_path, item(body, declaration, processing))
    assert found.item is None
    assert words in str(found.problems[0])


def test_one_answer_that_only_holds_the_right_word_is_told_apart(tmp_path: Path) -> None:
    word = '<baseValue baseType="string">word</baseValue>'
    test = f'<substring caseSensitive="false">{word}<variable identifier="RESPONSE"/></substring>'
    rule = f"<responseCondition><responseIf>{test}{ONE}</responseIf></responseCondition>"
    processing = f"<responseProcessing>{rule}</responseProcessing>"
    found = read_one(tmp_path, item(ENTRY, declared("single", "string"), processing))
    assert lost(found) == {"substring"}
    assert found.item is not None
    assert found.item.content.accepted == ("word",)
