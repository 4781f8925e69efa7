"""Numbers that count as right, however the document says which: the stretch is its stretch, or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from itembank.authoring.content import NumericKey
from itembank.exchange.item_file import ReadItem
from tests.itembank.exchange.qti.packages import item
from tests.itembank.exchange.qti.test_rules_found import ENTRY, ONE, choices, declared, lost, read_one

R, C = '<variable identifier="RESPONSE"/>', '<correct identifier="RESPONSE"/>'


def base(number: str) -> str:
    return f'<baseValue baseType="float">{number}</baseValue>'


def equal(one: str, other: str, mode: str = "exact", tolerance: str = "") -> str:
    return f'<equal toleranceMode="{mode}" tolerance="{tolerance}">{one}{other}</equal>'


def rounded(mode: str, figures: int) -> str:
    return f'<equalRounded roundingMode="{mode}" figures="{figures}">{R}{C}</equalRounded>'


def times_ten(right: str) -> str:
    return equal(f"<product>{R}{base('10')}</product>", base(right), "absolute", "1 1")


AWAY = f"<subtract>{R}{C}</subtract>"
WITHIN = f"<and><gte>{AWAY}{base('-0.5')}</gte><lte>{AWAY}{base('0.5')}</lte></and>"


def read_number(folder: Path, test: str, right: str = "5") -> ReadItem:
    rule = f"<responseCondition><responseIf>{test}{ONE}</responseIf></responseCondition>"
    processing = f"<responseProcessing>{rule}</responseProcessing>"
    return read_one(folder, item(ENTRY, declared("single", "float", right), processing))


@pytest.mark.parametrize(
    ("test", "right", "number", "named"),
    [
        (equal(f"<truncate>{R}</truncate>", base("5")), "5", NumericKey("5.5", "0.5"), {"bounds"}),
        (WITHIN, "5", NumericKey("5", "0.5"), set()),
        (times_ten("50"), "5", NumericKey("5", "0.1"), set()),
        (times_ten("7000"), "", NumericKey("700", "0.1"), set()),
        (rounded("decimalPlaces", 1), "3.14", NumericKey("3.1", "0.05"), {"bounds"}),
        (rounded("significantFigures", 2), "3.14", NumericKey("3.1", "0.05"), {"bounds"}),
        (equal(R, f"<sum>{base('3')}{base('4')}</sum>"), "", NumericKey("7"), set()),
        (equal(C, R, "relative", "10 10"), "5", NumericKey("5", "10", percent=True), set()),
        (equal(R, C), "6.626e-30", NumericKey("0.000000000000000000000000000006626"), set()),
        (equal(R, C, "absolute", "0.5 0.5"), "0", NumericKey("0", "0.5"), set()),
    ],
)  # fmt: skip
def test_the_bounds_are_those_of_the_document(
    tmp_path: Path, test: str, right: str, number: NumericKey, named: set[str]
) -> None:
    found = read_number(tmp_path, test, right)
    assert lost(found) == named
    assert found.item is not None
    assert found.item.content.number == number


@pytest.mark.parametrize(
    ("test", "words"),
    [
        # From 4.5454… to 5.5555…, which no decimal number says.
        (equal(R, C, "relative", "10 10"), "at most 12 digits"),
        (equal(f"<product>{R}{R}</product>", base("25")), "twice"),
        (equal(f"<integerModulus>{R}{base('10')}</integerModulus>", base("5")), "integerModulus"),
        (f"<or>{times_ten('50')}{times_ten('7770')}</or>", "one stretch of numbers"),
        (f'<patternMatch pattern="5.*">{R}</patternMatch>', "patternMatch"),
    ],
)
def test_what_is_no_one_stretch_is_refused_by_name(tmp_path: Path, test: str, words: str) -> None:
    found = read_number(tmp_path, test)
    assert found.item is None
    assert words in str(found.problems[0])


def scored(folder: Path, *names: str) -> ReadItem:
    """A is declared as correct; the rules give points of other names than the usual one for B."""
    given = "".join(ONE.replace("SCORE", name) for name in names)
    test = f'<match>{R}<baseValue baseType="identifier">c1</baseValue></match>'
    rule = f"<responseCondition><responseIf>{test}{given}</responseIf></responseCondition>"
    outcomes = "".join(
        f'<outcomeDeclaration identifier="{name}" cardinality="single" baseType="float"/>'
        for name in ("PTS", "MAXSCORE")
    )
    body = choices(2, attributes='maxChoices="1"')
    declarations = declared("single", "identifier", "c0") + outcomes
    document = item(body, declarations, f"<responseProcessing>{rule}</responseProcessing>")
    return read_one(folder, document.replace(ONE_OUTCOME, ""))


ONE_OUTCOME = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'


def test_the_points_are_those_that_the_rules_set(tmp_path: Path) -> None:
    found = scored(tmp_path, "PTS")
    assert found.item is not None
    assert found.item.content.key_letters == "B"
    assert lost(found) == {"correctResponse"}
    unclear = scored(tmp_path, "PTS", "OTHER")
    assert unclear.item is None
    assert "OTHER, PTS" in str(unclear.problems[0])
    # The standard's own template sets SCORE, declared or not.
    template = '<responseProcessing template="http://x/rptemplates/match_correct"/>'
    document = item(choices(2, attributes='maxChoices="1"'), declared("single", "identifier", "c1"), template)
    plain = read_one(tmp_path, document.replace(ONE_OUTCOME, ""))
    assert lost(plain) == set()
    assert plain.item is not None
    assert plain.item.content.key_letters == "B"
