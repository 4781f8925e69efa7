"""Moodle XML: every construct that has a place here comes in as it should, and what has none is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from itembank.authoring.content import ItemContent, ItemType, NumericKey, Option, Prompt, RubricAspect
from itembank.errors import UnreadableFile
from itembank.exchange.item_file import ItemDefaults, ReadItem
from itembank.exchange.item_files import read_item_file, read_items, write_items
from tests.itembank.exchange.filled_items import EVERY_TYPE, without_context

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def found() -> dict[str, ReadItem]:
    return {read.name: read for read in read_item_file(FILES / "moodle.xml", defaults=ItemDefaults()).items}


def content(read: ReadItem) -> ItemContent:
    assert read.item is not None, read.problems
    return read.item.content


def lost(read: ReadItem) -> set[str]:
    return {loss.construct for loss in read.lost}


def test_a_choice_comes_with_its_image_its_formula_and_its_place_in_the_standard(found: dict[str, ReadItem]) -> None:
    read = found["one of several"]
    item = content(read)
    (image,) = read_item_file(FILES / "moodle.xml", defaults=ItemDefaults()).images
    assert item.stem == (f"ข้อใด **ถูก** ที่สุด\n\n![สนาม](media:{image})\n\n- ก\n- ข\n\nเมื่อ $x^2$ และ H₂O ราคา 5 \\< 6 & 7")
    assert item.options == (Option("แรก", True, "ใช่"), Option("ครึ่ง", False), Option("ท้าย \\*ดาว\\*", False))
    assert (item.criterion, item.difficulty_rating, item.cognitive_level) == ("DG101-1.1", 4, "apply")
    assert item.rationale == "เพราะ\nอย่างนั้น"
    assert (read.item.code if read.item else "", read.place) == ("M-01", "line 5")
    assert lost(read) == {"fraction", "hint", "penalty", "shuffleanswers"}


def test_credit_for_parts_is_taken_only_where_it_is_our_rule(found: dict[str, ReadItem]) -> None:
    ours, other = found["several, our own rule of credit"], found["several, another rule of credit"]
    assert (content(ours).type, content(ours).partial_credit, content(ours).criterion) == (
        ItemType.MULTIPLE_CHOICE, True, "DG101-1.2",
    )  # fmt: skip
    assert content(ours).stem == "เลือก $a_1$ ทุกข้อ"
    assert (content(other).partial_credit, lost(other)) == (False, {"fraction"})


def test_the_other_types_become_ours(found: dict[str, ReadItem]) -> None:
    truth = content(found["true or false"])
    assert (truth.type, truth.language, truth.stem) == (ItemType.TRUE_FALSE, "en", "1 \\* 1 = 1")
    assert truth.options == (Option("True", True, "ใช่แล้ว"), Option("False", False, "ไม่ใช่"))
    matching = content(found["matching"])
    assert [option.text for option in matching.options] == ["กรุงเทพฯ", "โตเกียว", "โซล"]
    assert matching.prompts == (Prompt(0, "ไทย"), Prompt(1, "ญี่ปุ่น"))
    assert matching.partial_credit
    assert content(found["number"]).number == NumericKey("12.5", "0.05", unit="เมตร")
    assert lost(found["number"]) == {"fraction", "feedback", "unit"}
    assert content(found["words"]).accepted == ("กรุงเทพฯ", "A * B")
    assert lost(found["words"]) == {"*", "fraction", "usecase"}
    assert content(found["essay with a rubric"]).rubric == (
        RubricAspect("ความถูกต้อง", ("ไม่ถูก", "ถูกบางส่วน", "ถูก")),
        RubricAspect("ภาษา", ("อ่านไม่ได้", "อ่านได้")),
    )
    order = content(found["order"])
    assert ([option.text for option in order.options], order.partial_credit) == (["หนึ่ง", "สอง", "สาม"], True)
    gaps = content(found["gaps to choose for"])
    assert gaps.prompts == (Prompt(0, options=("100", "90", "99")), Prompt(1, options=("10", "0", "a } b")))
    assert gaps.stem == "น้ำเดือดที่ [[1]] องศา และแข็งที่ [[2]]"
    numbered = content(found["numbered gaps"])
    assert [prompt.options[prompt.key] for prompt in numbered.prompts] == ["ข", "x", "ก"]


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("essay without a rubric", "rubric: a rubric: in graderinfo"),
        ("a gap to type in", "a gap of the kind SHORTANSWER"),
        ("a text", "a text without a question"),
        ("calculated", "none like Moodle's 'calculated'"),
    ],
)
def test_what_has_no_place_here_is_named(found: dict[str, ReadItem], name: str, named: str) -> None:
    assert found[name].item is None
    assert named in str(found[name].problems[0])


def test_our_items_come_back_but_for_what_is_named(tmp_path: Path) -> None:
    file = tmp_path / "items.xml"
    plain = without_context(EVERY_TYPE)
    written = write_items(file, plain)
    back = {item.code: item for item in read_items(file)}
    # Rubrics are notes of one line a level; choices of a gap and reasons of what is put in order have no place.
    changed = {"X-03", "X-04", "X-05", "X-06", "X-07", "X-09"}
    assert {item.code for item in plain if back[item.code] != item} <= changed
    assert set(written.lost) <= changed
    assert back["X-07"].content.number == NumericKey("1250.50", "31.2625", unit="บาท")
    pairs, sent = back["X-04"].content, plain[3].content
    assert [(one.text, pairs.options[one.key].text) for one in pairs.prompts] == [
        (one.text, sent.options[one.key].text) for one in sent.prompts
    ]
    assert [one.text for one in back["X-05"].content.options] == [one.text for one in plain[4].content.options]
    everything = write_items(file, EVERY_TYPE).lost
    assert {loss.construct for loss in everything["X-01"]} >= {
        "translations",
        "testlet",
        "stimulus",
        "source",
        "enemies",
    }


def hostile(tmp_path: Path, text: bytes | str) -> Path:
    file = tmp_path / "quiz.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE quiz [<!ENTITY a "aaaa">]><quiz><question><text>&a;</text></question></quiz>', "a document type"),
        ("<quiz>" + "<a>" * 200 + "</a>" * 200 + "</quiz>", "at most 60 deep"),
        ("<html></html>", "whose root is quiz"),
        ("<quiz><question>", "sound XML"),
        ("", "sound XML"),
        (b"<?xml version='1.0' encoding='made-up'?><quiz/>", "it says that it is made-up"),
        (b"<quiz>\xff\xfe\x00</quiz>", "UTF-8"),
        ("<quiz>\x00</quiz>", "sound XML"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_with_the_reason(tmp_path: Path, text: bytes | str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_item_file(hostile(tmp_path, text))


def test_scripts_and_broken_images_are_left_out_by_name(tmp_path: Path) -> None:
    body = (
        '<p onclick="x()">ก<script>alert(1)</script><iframe src="x"></iframe>'
        '<img src="http://evil.example/a.png" alt="ภาพ"><img src="@@PLUGINFILE@@/b.png" alt="เสีย"></p>'
    )
    text = (
        '<quiz><question type="truefalse"><name><text>n</text></name><questiontext format="html"><text><![CDATA['
        f'{body}]]></text><file name="b.png" encoding="base64">!!!</file></questiontext>'
        '<answer fraction="100"><text>true</text></answer></question></quiz>'
    )
    (read,) = read_item_file(hostile(tmp_path, text), defaults=ItemDefaults(criterion="DG101-1.1")).items
    assert content(read).stem == "กภาพเสีย"
    assert lost(read) == {"script", "iframe", "img", "file"}


def test_thai_of_older_programs_is_recognised(tmp_path: Path) -> None:
    text = (FILES / "moodle.xml").read_text(encoding="utf-8").replace('encoding="UTF-8"', 'encoding="TIS-620"', 1)
    text = text.replace("…", "...")
    items = read_item_file(hostile(tmp_path, text.encode("cp874", "replace"))).items
    assert items[0].item is not None
    assert items[0].item.content.options[0].text == "แรก"


def question(tmp_path: Path, kind: str, parts: str, text: str = "ข้อใด") -> ReadItem:
    quiz = (
        f'<quiz><question type="{kind}"><name><text>n</text></name><questiontext format="html"><text><![CDATA[{text}]]>'
        f"</text></questiontext>{parts}</question></quiz>"
    )
    (read,) = read_item_file(hostile(tmp_path, quiz), defaults=ItemDefaults(criterion="DG101-1.1")).items
    return read


def answers(*worth: tuple[str, str]) -> str:
    return "".join(f'<answer fraction="{share}"><text>{text}</text></answer>' for text, share in worth)


@pytest.mark.parametrize(
    "kind",
    ["MULTICHOICE", "MULTICHOICE_V", "MULTICHOICE_H", "MULTICHOICE_S", "MULTICHOICE_VS", "MULTICHOICE_HS", "MC", "MCV",
     "MCH", "MCS", "MCVS", "MCHS"],
)  # fmt: skip
def test_all_kinds_of_gaps_to_choose_for_are_known(tmp_path: Path, kind: str) -> None:
    read = question(tmp_path, "cloze", "", f"ก {{1:{kind}:=ข~ค&#39;}} และ {{2:MC:ง~=จ}} เมื่อ \\(\\frac{{1}}{{2}}\\)")
    assert [prompt.key for prompt in content(read).prompts] == [0, 1]
    assert content(read).prompts[0].options == ("ข", "ค'")
    assert content(read).stem == "ก [[1]] และ [[2]] เมื่อ $\\frac{1}{2}$"
    assert lost(read) == {"weight", *([kind] if kind.endswith("S") else [])}


@pytest.mark.parametrize(
    ("gap", "named"),
    [
        *(
            (f"{{1:{kind}:=ข~ค}}", f"the kind {kind} can't")
            for kind in ("MR", "MRH", "MRHS", "SA", "SHORTANSWER", "NM", "MWC", "MULTIRESPONSE_S", "NEW")
        ),
        ("{1:mc:=ข~ค}", "a brace is left"),
        ("{1:MC:=ข~ค", "a brace is left"),
        ("{ 1 :MC:=ข~ค}", "a brace is left"),
        ("{1:MC:=ข~ค} และ {1:M<b>C</b>:=ง~จ}", "a brace is left"),
        ("{1:MC:=ข~ค#{ง} ~=จ}", "a brace is left"),
        ("{1:MC:=ข~=ค~ง}", "gap 1 has 2"),
        ("{1:MC:=ข~%100.0%ค~ง}", "gap 1 has 2"),
        ("{1:MC:=ข~ค} \ufddf1\ufddf", "U+FDD0"),
    ],
)  # fmt: skip
def test_gaps_that_would_show_their_key_are_refused(tmp_path: Path, gap: str, named: str) -> None:
    read = question(tmp_path, "cloze", "", f"ก {gap}")
    assert read.item is None
    assert any(named in str(problem) for problem in read.problems), read.problems


def test_signs_in_the_choices_of_a_gap_come_back(tmp_path: Path) -> None:
    file = tmp_path / "items.xml"
    (item,) = (one for one in without_context(EVERY_TYPE) if one.content.type is ItemType.INLINE_CHOICE)
    prompts = (Prompt(1, options=("=1", "%100%ก", "a~b#c}")), Prompt(0, options=("ก", "{=ข}")))
    sent = replace(item, content=replace(item.content, prompts=prompts))
    write_items(file, [sent])
    assert read_items(file)[0].content.prompts == prompts


def test_what_a_choice_does_not_say_is_what_moodle_takes_it_for(tmp_path: Path) -> None:
    settings = (
        "<defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>1</hidden>"
        "<shuffleanswers>true</shuffleanswers>"
    )
    read = question(tmp_path, "multichoice", settings + answers(("ก", "100"), ("ข", "-50"), ("ค", "half")))
    assert content(read).type is ItemType.SINGLE_CHOICE
    assert lost(read) >= {"defaultgrade", "penalty", "hidden", "shuffleanswers", "fraction"}


def test_true_and_false_are_told_by_clear_words_only(tmp_path: Path) -> None:
    for right, wrong in (("จริง", "เท็จ"), ("ถูก", "ผิด"), ("ใช่", "ไม่ใช่"), ("TRUE", "false")):
        assert content(question(tmp_path, "truefalse", answers((right, "100"), (wrong, "0")))).key == (0,)
        assert content(question(tmp_path, "truefalse", answers((right, "0"), (wrong, "100")))).key == (1,)
    for worth in (
        [("อาจจะ", "100"), ("เท็จ", "0")],
        [("true", "50"), ("false", "0")],
        [("true", "100"), ("false", "100")],
        [("true", "100"), ("true", "0")],
        [],
    ):
        read = question(tmp_path, "truefalse", answers(*worth))
        assert read.item is None
        assert "of which one is worth 100 %" in str(read.problems[0])


def test_a_line_that_is_only_a_missing_image_is_refused_by_name(tmp_path: Path) -> None:
    lines = ("ก", '<![CDATA[<img src="@@PLUGINFILE@@/gone.png">]]>', "<![CDATA[<p></p>]]>", "ค")
    parts = "".join(
        f'<subquestion format="html"><text>{line}</text><answer><text>คู่ {place}</text></answer></subquestion>'
        for place, line in enumerate(lines)
    )
    read = question(tmp_path, "matching", parts + "<shuffleanswers>false</shuffleanswers>")
    assert read.item is None
    assert [str(problem) for problem in read.problems] == [
        "prompts: a text, or an image within the file; line 2 has neither"
    ]
    assert lost(read) == {"img", "shuffleanswers"}
