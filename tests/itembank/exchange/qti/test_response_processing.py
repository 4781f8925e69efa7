"""The operators against what the standard's own text says of each, and points as its templates give them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from itembank.exchange.qti.declarations import read_declarations
from itembank.exchange.qti.response_processing import Budget, Processing
from itembank.exchange.qti.safe_xml import read_xml
from itembank.exchange.qti.values import UnsupportedProcessing, Value

DECLARED = """
<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="identifier">
  <correctResponse><value>H</value><value>O</value></correctResponse>
  <mapping lowerBound="0" upperBound="2" defaultValue="-2">
    <mapEntry mapKey="H" mappedValue="1"/><mapEntry mapKey="O" mappedValue="1"/><mapEntry mapKey="Cl" mappedValue="-1"/>
  </mapping>
</responseDeclaration>
<responseDeclaration identifier="LIST" cardinality="ordered" baseType="identifier"/>
<responseDeclaration identifier="N" cardinality="single" baseType="float"/>
<responseDeclaration identifier="T" cardinality="single" baseType="string"/>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<outcomeDeclaration identifier="RESULT" cardinality="single" baseType="boolean"/>
<outcomeDeclaration identifier="GRADE" cardinality="single" baseType="identifier">
  <interpolationTable defaultValue="low">
    <interpolationTableEntry sourceValue="80" targetValue="high"/>
    <interpolationTableEntry sourceValue="50" includeBoundary="false" targetValue="middle"/>
  </interpolationTable>
</outcomeDeclaration>
"""
ANSWER = {
    "RESPONSE": Value(("H", "Cl"), "multiple"),
    "LIST": Value(("a", "b", "c"), "ordered"),
    "N": Value((Decimal("79.5"),)),
    "T": Value(("Bangkok",)),
}


def run(rules: str, name: str = "RESULT") -> object:
    item = read_xml(
        f"<assessmentItem>{DECLARED}<responseProcessing>{rules}</responseProcessing></assessmentItem>".encode(),
        file="x",
    )
    value = Processing(item, read_declarations(item), budget=Budget()).outcomes(ANSWER)[name]
    return value if value is None else value.members[0] if value.cardinality == "single" else value.members


def value_of(expression: str) -> object:
    return run(f'<setOutcomeValue identifier="RESULT">{expression}</setOutcomeValue>')


def base(kind: str, text: str) -> str:
    return f'<baseValue baseType="{kind}">{text}</baseValue>'


def number(text: str) -> str:
    return base("float", text)


TRUE, FALSE, NULL = base("boolean", "true"), base("boolean", "false"), "<null/>"
N, T, LIST, RESPONSE = (f'<variable identifier="{name}"/>' for name in ("N", "T", "LIST", "RESPONSE"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Three values: what is not known decides nothing unless the rest does.
        (f"<and>{TRUE}{NULL}</and>", None),
        (f"<and>{FALSE}{NULL}</and>", False),
        (f"<or>{TRUE}{NULL}</or>", True),
        (f"<or>{FALSE}{NULL}</or>", None),
        (f"<not>{NULL}</not>", None),
        (f"<not>{FALSE}</not>", True),
        (f'<anyN min="1" max="1">{TRUE}{TRUE}{FALSE}</anyN>', False),
        (f'<anyN min="1" max="2">{TRUE}{NULL}{FALSE}</anyN>', True),
        (f'<anyN min="2" max="2">{TRUE}{NULL}{FALSE}</anyN>', None),
        (f"<isNull>{NULL}</isNull>", True),
        (f"<isNull>{N}</isNull>", False),
        # Containers: several are a bag, ordered ones a row.
        (f"<match>{RESPONSE}<multiple>{base('identifier', 'Cl')}{base('identifier', 'H')}</multiple></match>", True),
        (f"<match>{LIST}<ordered>{''.join(base('identifier', one) for one in 'acb')}</ordered></match>", False),
        (f"<match>{NULL}{RESPONSE}</match>", None),
        (f"<member>{base('identifier', 'H')}{RESPONSE}</member>", True),
        (f"<member>{base('identifier', 'O')}{RESPONSE}</member>", False),
        (f"<contains>{LIST}<ordered>{base('identifier', 'b')}{base('identifier', 'c')}</ordered></contains>", True),
        (f"<contains>{LIST}<ordered>{base('identifier', 'a')}{base('identifier', 'c')}</ordered></contains>", False),
        (f"<contains>{RESPONSE}<multiple>{base('identifier', 'Cl')}</multiple></contains>", True),
        (f'<match><index n="2">{LIST}</index>{base("identifier", "b")}</match>', True),
        (f'<index n="4">{LIST}</index>', None),
        (f"<delete>{base('identifier', 'b')}{LIST}</delete>", ("a", "c")),
        (f"<containerSize>{LIST}</containerSize>", 3),
        (f"<containerSize>{NULL}</containerSize>", 0),
        # Numbers.
        (f"<sum>{number('1.5')}{number('2')}</sum>", Decimal("3.5")),
        (f"<sum>{number('1')}{NULL}</sum>", None),
        (f"<product>{number('3')}{number('0.5')}</product>", Decimal("1.5")),
        (f"<subtract>{number('3')}{number('5')}</subtract>", -2),
        (f"<divide>{number('1')}{number('4')}</divide>", Decimal("0.25")),
        (f"<divide>{number('1')}{number('0')}</divide>", None),
        (f"<max>{number('1')}{number('4')}</max>", 4),
        (f"<truncate>{number('-6.5')}</truncate>", -6),
        (f"<round>{number('6.5')}</round>", 7),
        (f"<round>{number('-6.5')}</round>", -6),
        (f'<roundTo roundingMode="decimalPlaces" figures="2">{number("3.145")}</roundTo>', Decimal("3.15")),
        (f'<roundTo roundingMode="significantFigures" figures="2">{number("1256")}</roundTo>', 1300),
        (f"<integerDivide>{number('-7')}{number('2')}</integerDivide>", -4),
        (f"<integerDivide>{number('7')}{number('0')}</integerDivide>", None),
        (f"<integerModulus>{number('-7')}{number('2')}</integerModulus>", 1),
        (f"<power>{number('2')}{number('10')}</power>", 1024),
        (f"<gt>{N}{number('79.5')}</gt>", False),
        (f"<gte>{N}{number('79.5')}</gte>", True),
        (f"<lt>{N}{NULL}</lt>", None),
        (f"<lte>{number('80')}{N}</lte>", False),
        (f'<equal toleranceMode="exact">{N}{number("79.50")}</equal>', True),
        (f'<equal toleranceMode="relative" tolerance="1">{number("80")}{N}</equal>', True),
        (f'<equal toleranceMode="absolute" tolerance="0.5" includeLowerBound="false">{number("80")}{N}</equal>', False),
        # The standard's own examples: 1.56 and 1.6 to two significant figures; 1.18 and 1.17 to two decimals.
        (f'<equalRounded figures="2">{number("1.56")}{number("1.6")}</equalRounded>', True),
        (f'<equalRounded figures="2">{number("1.55")}{number("1.54")}</equalRounded>', False),
        (
            f'<equalRounded roundingMode="decimalPlaces" figures="2">{number("1.175")}{number("1.18")}</equalRounded>',
            True,
        ),
        # Texts.
        (f'<stringMatch caseSensitive="false">{T}{base("string", "BANGKOK")}</stringMatch>', True),
        (f'<stringMatch caseSensitive="true">{T}{base("string", "bangkok")}</stringMatch>', False),
        (f'<stringMatch caseSensitive="false" substring="true">{T}{base("string", "kok")}</stringMatch>', True),
        (f'<substring caseSensitive="true">{base("string", "ang")}{T}</substring>', True),
    ],
)
def test_operators(expression: str, expected: object) -> None:
    assert value_of(expression) == expected


def test_rules_in_their_order() -> None:
    step = '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>{}</sum></setOutcomeValue>'
    condition = (
        f"<responseCondition><responseIf>{FALSE}{step.format(number('1'))}</responseIf>"
        f"<responseElseIf>{TRUE}{step.format(number('10'))}</responseElseIf>"
        f"<responseElse>{step.format(number('100'))}</responseElse></responseCondition>"
    )
    inner = f"<responseProcessingFragment>{condition}</responseProcessingFragment>"
    assert run(f"{condition}{inner}<exitResponse/>{condition}", "SCORE") == 20
    assert (
        run(
            f"<responseCondition><responseIf>{NULL}{step.format(number('1'))}</responseIf></responseCondition>", "SCORE"
        )
        == 0
    )
    assert (
        run('<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>', "SCORE") == 0
    )


@pytest.mark.parametrize(("number_text", "grade"), [("80", "high"), ("79.9", "middle"), ("50", "low"), ("3", "low")])
def test_tables(number_text: str, grade: str) -> None:
    rule = f'<lookupOutcomeValue identifier="GRADE">{number(number_text)}</lookupOutcomeValue>'
    assert run(rule, "GRADE") == grade


@pytest.mark.parametrize(
    ("chosen", "points"),
    # The standard's example of water: no answer may bring more than two points or fewer than none.
    [
        (("H", "O"), 2),
        (("H",), 1),
        (("H", "Cl"), 0),
        (("H", "O", "Cl"), 1),
        (("H", "O", "He"), 0),
        (("He",), 0),
        ((), 0),
    ],
)
def test_points_of_a_mapping(chosen: tuple[str, ...], points: int) -> None:
    item = read_xml(
        f"<assessmentItem>{DECLARED}<responseProcessing template='http://x/map_response.xml'/></assessmentItem>".encode(),
        file="x",
    )
    processing = Processing(item, read_declarations(item), budget=Budget())
    assert processing.points({"RESPONSE": Value(chosen, "multiple") if chosen else None}) == points


@pytest.mark.parametrize(
    "rules",
    [
        "<setOutcomeValue identifier='SCORE'><randomInteger min='1' max='2'/></setOutcomeValue>",
        f"<setOutcomeValue identifier='SCORE'><sum>{T}</sum></setOutcomeValue>",
        f"<setOutcomeValue identifier='SCORE'><product>{number('1e99')}{number('1e99')}</product></setOutcomeValue>",
        f"<setOutcomeValue identifier='SCORE'>{number('1e999999999')}</setOutcomeValue>",
        f"<setOutcomeValue identifier='SCORE'><equal toleranceMode='absolute'>{N}{N}</equal></setOutcomeValue>",
        f"<setOutcomeValue identifier='SCORE'><index n='0'>{LIST}</index></setOutcomeValue>",
        f"<setOutcomeValue identifier='SCORE'>{N}{N}</setOutcomeValue>",
        "<responseCondition><responseIf/></responseCondition>",
        "<setOutcomeValue identifier='SCORE'><variable identifier='duration'/></setOutcomeValue>",
        "<setOutcomeValue identifier='SCORE'><mapResponse identifier='N'/></setOutcomeValue>",
        "<lookupOutcomeValue identifier='SCORE'><null/></lookupOutcomeValue>",
        "<setTemplateValue identifier='SCORE'/>",
    ],
)
def test_what_is_not_run_is_refused(rules: str) -> None:
    with pytest.raises(UnsupportedProcessing):
        run(rules)


def test_processing_that_would_take_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itembank.exchange.qti.response_processing.MOST_STEPS", 50)
    with pytest.raises(UnsupportedProcessing, match="too long"):
        run(f"<setOutcomeValue identifier='SCORE'><sum>{number('1') * 100}</sum></setOutcomeValue>")
