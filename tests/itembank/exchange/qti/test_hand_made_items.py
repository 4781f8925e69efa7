"""Items made by hand, one of every construct that is read: each becomes the question that it asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from itembank.authoring.content import ItemContent, ItemType, NumericKey, RubricAspect
from itembank.authoring.item_types.question import Answer
from itembank.exchange.item_file import Loss
from tests.itembank.exchange.qti.packages import (
    BY_HAND,
    item,
    package,
    read,
    read_by_hand,
    resource,
    right_choice,
)
from tests.itembank.exchange.qti.written_items import PICTURE, PICTURE_ID


def content_of(name: str) -> ItemContent:
    found = read_by_hand(name)
    assert found.item is not None, found.problems
    return found.item.content


def lost_of(name: str) -> dict[str, str]:
    return {loss.construct: loss.detail for loss in read_by_hand(name).lost}


def test_each_file_becomes_the_type_that_it_is() -> None:
    types = {path.stem: content_of(path.stem).type for path in BY_HAND.glob("*.xml")}
    assert types == {
        "choice_21": ItemType.SINGLE_CHOICE,
        "choices_22": ItemType.MULTIPLE_CHOICE,
        "choices_30": ItemType.MULTIPLE_CHOICE,
        "order_30": ItemType.ORDERING,
        "match_21": ItemType.MATCHING,
        "associate_21": ItemType.MATCHING,
        "gap_match_30": ItemType.INLINE_CHOICE,
        "inline_choices_22": ItemType.INLINE_CHOICE,
        "text_entry_21": ItemType.SHORT_TEXT,
        "number_30": ItemType.NUMERIC,
        "extended_text_30": ItemType.CONSTRUCTED_RESPONSE,
        "hottext_21": ItemType.SINGLE_CHOICE,
    }


def test_choices_with_feedback() -> None:
    content = content_of("choice_21")
    assert content.stem == "พิจารณา**ภาคใต้**ของประเทศไทย\n\nจังหวัดใดอยู่ในภาคนี้"
    assert (content.language, content.criterion, content.key_letters) == ("th", "DG101-1.1", "B")
    # Feedback in the option, feedback after one choice, and feedback after all but one.
    assert [option.rationale for option in content.options] == [
        "อยู่ภาคเหนือ\n\nลองอ่านเรื่องภาคใต้", "ถูกต้อง", "ลองอ่านเรื่องภาคใต้",
    ]  # fmt: skip
    assert read_by_hand("choice_21").name == "เมืองหลวง"
    assert lost_of("choice_21") == {"shuffle": "options keep their order"}


def test_mapping_is_partial_credit_only_where_it_is_our_rule() -> None:
    content = content_of("choices_30")
    assert (content.partial_credit, content.maximum_score, content.key_letters) == (True, 2, "BC")
    assert lost_of("choices_30") == {"@class": "qti-choices-stacking-2"}
    # Here one wrong choice costs two points: the right answer stays, the parts are named.
    content = content_of("choices_22")
    assert (content.partial_credit, content.stem) == (False, "Which are in water, H₂O?")
    assert lost_of("choices_22") == {
        "responseProcessing": "points for answers that are not wholly right (1 of 2)",
        "SCORE": "2 points at most; here 1",
    }


def test_what_is_put_together() -> None:
    content = content_of("order_30")
    assert [option.text for option in content.options] == ["Mercury", "Venus", "Earth"]
    assert not lost_of("order_30")
    # Regions have several provinces each, so that the provinces are the lines.
    content = content_of("match_21")
    assert [(prompt.text, content.options[prompt.key].text) for prompt in content.prompts] == [
        ("ลำปาง", "เหนือ"), ("ตรัง", "ใต้"), ("น่าน", "เหนือ"),
    ]  # fmt: skip
    assert content.partial_credit
    assert not lost_of("match_21")
    content = content_of("associate_21")
    assert [(prompt.text, content.options[prompt.key].text) for prompt in content.prompts] == [
        ("hot", "cold"), ("big", "small"),
    ]  # fmt: skip
    assert [option.text for option in content.options] == ["cold", "small", "red"]
    assert set(lost_of("associate_21")) == {"associateInteraction", "matchMax"}


def test_gaps() -> None:
    content = content_of("gap_match_30")
    assert (
        content.stem
        == "Fill the gaps\n\n> Now is the [[1]] of our discontent\n> Made glorious [[2]] by this sun of York"
    )
    assert [prompt.options[prompt.key] for prompt in content.prompts] == ["winter", "summer"]
    assert not content.partial_credit
    assert set(lost_of("gap_match_30")) == {"matchMax", "responseProcessing", "SCORE"}
    content = content_of("inline_choices_22")
    assert content.stem == "Water boils at [[1]] degrees [[2]]."
    assert [prompt.key for prompt in content.prompts] == [1, 0]
    assert content.partial_credit
    assert lost_of("inline_choices_22") == {"SCORE": "1.0 points at most; here 2"}


def test_what_is_typed() -> None:
    content = content_of("text_entry_21")
    assert (content.stem, content.accepted) == ("This sun of …… shines.", ("York", "Yorke"))
    assert set(lost_of("text_entry_21")) == {"expectedLength", "caseSensitive", "mapEntry"}
    content = content_of("number_30")
    assert (content.stem, content.number) == ("Give pi to two decimals.", NumericKey("3.14", tolerance="0.01"))
    assert not lost_of("number_30")
    content = content_of("extended_text_30")
    assert content.rubric == (
        RubricAspect("Content", ("nothing", "partly", "all there")),
        RubricAspect("Language", ("poor", "good")),
    )
    assert lost_of("extended_text_30") == {"rubricBlock": "Read it twice."}
    content = content_of("hottext_21")
    assert "**includes** at least" in content.stem
    assert content.key_letters == "B"


NUMBER = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="float">{}</responseDeclaration>'
RIGHT = "<correctResponse><value>{}</value></correctResponse>"
ENTRY = '<p>How many? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
VARIABLE = '<variable identifier="RESPONSE"/>'


def if_(test: str) -> str:
    points = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
    return (
        f"<responseProcessing><responseCondition><responseIf>{test}{points}</responseIf></responseCondition>"
        "</responseProcessing>"
    )


def base(number: str) -> str:
    return f'<baseValue baseType="float">{number}</baseValue>'


CORRECT = '<correct identifier="RESPONSE"/>'
TOLERANCES = [
    ("10", f'<equal toleranceMode="exact">{VARIABLE}{CORRECT}</equal>', ("10", "0", False), ()),
    ("50", f'<equal toleranceMode="relative" tolerance="5 5">{CORRECT}{VARIABLE}</equal>', ("50", "5", True), ()),
    (
        "",
        f"<and><gte>{VARIABLE}{base('9.5')}</gte><lte>{VARIABLE}{base('10.1')}</lte></and>",
        ("9.8", "0.3", False),
        (),
    ),
    (
        "10",
        f"<and><gt>{VARIABLE}{base('9')}</gt><lt>{VARIABLE}{base('11')}</lt></and>",
        ("10", "1", False),
        ("bounds",),
    ),
    (
        "3.14",
        f'<equalRounded roundingMode="decimalPlaces" figures="2">{VARIABLE}{CORRECT}</equalRounded>',
        ("3.14", "0.005", False),
        ("bounds",),
    ),
    (
        "120",
        f'<equalRounded roundingMode="significantFigures" figures="2">{VARIABLE}{CORRECT}</equalRounded>',
        ("120", "5", False),
        ("bounds",),
    ),
    ("", f'<equal toleranceMode="absolute" tolerance="1 3">{base("10")}{VARIABLE}</equal>', ("11", "2", False), ()),
]


@pytest.mark.parametrize(("right", "test", "expected", "lost"), TOLERANCES)
def test_tolerances_are_found_by_trying(
    tmp_path: Path, right: str, test: str, expected: tuple[str, str, bool], lost: tuple[str, ...]
) -> None:
    file = package(tmp_path, {"a.xml": item(ENTRY, NUMBER.format(RIGHT.format(right) if right else ""), if_(test))})
    (found,) = read(file).items
    assert found.item is not None, found.problems
    number = found.item.content.number
    assert number is not None
    assert (number.value, number.tolerance, number.percent) == expected
    assert tuple(loss.construct for loss in found.lost) == lost


CHOICES = (
    '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><simpleChoice identifier="A">a</simpleChoice>'
    '<simpleChoice identifier="B">b</simpleChoice></choiceInteraction>'
)
DECLARED = '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"/>'


def scored(points: str) -> str:
    return f'<responseProcessing><setOutcomeValue identifier="SCORE">{points}</setOutcomeValue></responseProcessing>'


@pytest.mark.parametrize(
    ("document", "field", "words"),
    [
        (item("<p>x</p>"), "itemBody", "nothing to answer"),
        (item('<hotspotInteraction responseIdentifier="R"/>'), "itemBody", "not hotspotInteraction"),
        (item('<p><sliderInteraction responseIdentifier="R"/></p>'), "itemBody", "not sliderInteraction"),
        (item(ENTRY + CHOICES, DECLARED), "itemBody", r"there are 2 \(textEntryInteraction, choiceInteraction\)"),
        (item(ENTRY + ENTRY, NUMBER.format("")), "itemBody", "one interaction"),
        (item('<extendedTextInteraction responseIdentifier="RESPONSE"/>', NUMBER), "rubric", "rubricBlock"),
        (right_choice(attributes='adaptive="true"'), "adaptive", "answered once"),
        (item(CHOICES, f"{DECLARED}<templateDeclaration/>"), "templateDeclaration", "same for everybody"),
        (item(CHOICES), "responseDeclaration", "a declaration of RESPONSE"),
        (item(CHOICES, DECLARED), "responseProcessing", "a right answer"),
        (item(CHOICES, DECLARED, scored("<random><variable identifier='RESPONSE'/></random>")), "responseProcessing",
         "random: the score would depend on chance"),
        (item(CHOICES, DECLARED, scored("<customOperator/>")), "responseProcessing", "customOperator"),
        (item(CHOICES, DECLARED, scored('<baseValue baseType="float">1</baseValue>')), "responseProcessing",
         "A, B have as many"),
        (item(CHOICES, DECLARED, scored('<baseValue baseType="float">0</baseValue>')), "responseProcessing",
         "none does"),
        (right_choice(f"<p>x</p><p>{'x' * 60_000}</p>"), "itemBody", "at most 50,000 characters"),
        (item(CHOICES, DECLARED, scored('<variable identifier="nowhere"/>')), "responseProcessing",
         "nowhere is not declared"),
        (item(CHOICES, DECLARED, '<responseProcessing template="http://x/map_response_point"/>'), "responseProcessing",
         "map_response_point"),
        ("<questestinterop/>", "assessmentItem", "QTI 2.1, 2.2 or 3.0, not questestinterop"),
        (right_choice("<p>x <img src='no.png' alt='x'/></p>"), "image", "no.png is not"),
        (right_choice("<p>x <img src='https://example.org/x.png' alt='x'/></p>"), "image", "not https://example.org/x.png"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_named(tmp_path: Path, document: str, field: str, words: str) -> None:
    (found,) = read(package(tmp_path, {"a.xml": document})).items
    assert found.item is None
    (problem,) = found.problems
    assert problem.details["field"] == field
    assert re.search(words, str(problem)), problem


def test_a_text_that_items_share_and_images_from_where_they_stand(tmp_path: Path) -> None:
    reference = '<assessmentStimulusRef identifier="s" href="../texts/story.xml"/>'
    shared = right_choice().replace("<itemBody>", f"{reference}<itemBody>")
    shown = '<object data="../texts/page.html" type="text/html"/>'
    files: dict[str, str | bytes] = {
        "items/a.xml": shared,
        "items/b.xml": shared,
        "items/c.xml": right_choice(f"<div>{shown}</div><p>Which <img src='../pic/p%201.png' alt='plan'/>?</p>"),
        "texts/story.xml": "<qti-assessment-stimulus><qti-stimulus-body><p>Story <img src='../pic/p 1.png' alt='x'/>"
        "</p></qti-stimulus-body></qti-assessment-stimulus>",
        "texts/page.html": "<html><head><title>t</title></head><body><h1>Page</h1></body></html>",
        "pic/p 1.png": PICTURE,
    }
    file = package(tmp_path, files, *(resource(f"items/{name}.xml") for name in "abc"))
    found = read(file)
    one, other, third = (read_item.item for read_item in found.items)
    assert one is not None
    assert other is not None
    assert third is not None
    assert one.content.stimulus == f"Story ![x](media:{PICTURE_ID})"
    assert one.content.testlet == other.content.testlet != ""
    assert (third.content.stimulus, third.content.testlet) == ("**Page**", "")
    assert third.content.stem == f"Which ![plan](media:{PICTURE_ID})?"
    assert found.images == {PICTURE_ID: PICTURE}


def test_metadata_and_what_tests_say(tmp_path: Path) -> None:
    lom = (
        '<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>'
        "<keyword><string>unit DG602-2.3</string></keyword>"
        "<keyword><string>analyse</string></keyword></general><rights><description/></rights>"
        "<educational><difficulty><value>difficult</value></difficulty></educational></lom></metadata>"
    )
    test = (
        '<assessmentTest identifier="t" title="Final"><testPart><assessmentSection title="Part one">'
        '<assessmentItemRef identifier="r" href="a.xml"><weight identifier="w" value="2"/></assessmentItemRef>'
        "</assessmentSection></testPart></assessmentTest>"
    )
    foreign = (
        "<metadata><curriculumStandardsMetadataSet><curriculumStandardsMetadata><setOfGUIDs><labelledGUID>"
        "<label>CCSS.MATH.1</label><GUID>g</GUID></labelledGUID></setOfGUIDs></curriculumStandardsMetadata>"
        "</curriculumStandardsMetadataSet></metadata>"
    )
    usage = (
        '<usageData><ordinaryStatistic name="P-value" caseCount="120"><targetObject identifier="i"/>'
        "<value>0.75</value></ordinaryStatistic></usageData>"
    )
    file = package(
        tmp_path,
        {
            "a.xml": right_choice(),
            "c.xml": right_choice(),
            "t.xml": test,
            "u.xml": usage,
            "inner.zip": b"",
            "b.xml": right_choice(),
        },
        resource("a.xml", inside=lom),
        resource("c.xml", inside=foreign),
        resource("t.xml", "imsqti_test_xmlv2p1"),
        resource("u.xml", "imsqti_usagedata_xmlv2p1"),
    )
    first, second, *others = read(file).items
    assert second.item is not None
    # A label of another standard is no criterion of ours; that of the import stands.
    assert second.item.content.criterion == "DG101-1.1"
    assert Loss("labelledGUID", "CCSS.MATH.1") in second.lost
    assert first.item is not None
    content = first.item.content
    assert (content.criterion, content.cognitive_level, content.difficulty_rating) == ("DG602-2.3", "analyse", 4)
    assert {loss.construct: loss.detail for loss in first.lost} == {
        "assessmentTest": "Final › Part one", "weight": "2", "P-value": "0.75, caseCount 120",
        "keyword": "unit DG602-2.3", "metadata": "rights",
    }  # fmt: skip
    assert {one.place: one.problems[0].details["expected"] for one in others} == {
        "inner.zip": "no archives within the package; they are not opened",
        "b.xml": "an item that imsmanifest.xml names",
    }


def test_points_by_inline_processing_agree_answer_by_answer(tmp_path: Path) -> None:
    """What is read scores every answer as the document does: points per right line, found without a template."""
    names = [f"R{number}" for number in range(3)]
    declared = "".join(
        f'<responseDeclaration identifier="{name}" cardinality="single" baseType="identifier"><correctResponse>'
        f"<value>b</value></correctResponse></responseDeclaration>"
        for name in names
    )
    gaps = "".join(
        f'<inlineChoiceInteraction responseIdentifier="{name}"><inlineChoice identifier="a">a</inlineChoice>'
        f'<inlineChoice identifier="b">b</inlineChoice></inlineChoiceInteraction>'
        for name in names
    )
    rules = "".join(
        f'<responseCondition><responseIf><match><variable identifier="{name}"/><correct identifier="{name}"/></match>'
        f'<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>{base("1")}'
        "</sum></setOutcomeValue></responseIf></responseCondition>"
        for name in names
    )
    file = package(
        tmp_path, {"a.xml": item(f"<p>{gaps}</p>", declared, f"<responseProcessing>{rules}</responseProcessing>")}
    )
    (found,) = read(file).items
    assert found.item is not None, found.problems
    content = found.item.content
    assert not found.lost
    assert [content.score(Answer(selected=places)) for places in ((1, 1, 1), (1, 0, 1), (0, 0, 0))] == [3, 2, 0]
