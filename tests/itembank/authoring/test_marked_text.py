"""Marks in texts: what counts as one, what does not, and which can't be kept."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from markdown_it.token import Token

from itembank.authoring.admission import marked_text_problems
from itembank.authoring.content import Option
from itembank.authoring.drafts import ItemDraft, draft_problems
from itembank.authoring.exchange import ExchangedItem, import_items
from itembank.authoring.item_types.inline_choice import gap_numbers
from itembank.authoring.items import create_item
from itembank.authoring.marked_text import image_ids, mark_problems, plain_text
from itembank.authoring.markup.dialect import read_blocks, read_line
from itembank.authoring.markup.formulas import UnwritableFormula, formula_tree
from itembank.authoring.starter import starter_items
from itembank.authoring.translations import TranslatedOption, Translation
from itembank.database import Database
from itembank.errors import InvalidInput, UnreadableFile
from itembank.media.images import store_image
from tests.itembank.authoring.written import SINGLE
from tests.itembank.media.pictures import picture
from tests.support.institution import NOON, Institution
from web.marked_html import marked_html

ONE, OTHER = "a" * 64, "b" * 64


def marks(text: str) -> list[str]:
    """The kinds of tokens other than plain text and paragraphs, in order, without those that close."""
    found: list[Token] = []
    for block in read_blocks(text):
        found += [block, *(block.children or ())]
    plain = {"paragraph_open", "inline", "text", "softbreak"}
    return [token.type.removesuffix("_open") for token in found if token.type not in plain and token.nesting >= 0]


@pytest.mark.parametrize(
    "text",
    [
        "=B2/B$20 และ =$B$2+$C$3 และ =SUM($A:$B)",
        "ราคา $5 ถึง $10",
        "US$ 20 หรือ $ 20 $",
        "ก $ ข $ ค",
        "2*3*4 และ a * b * c",
        "ผล = คะแนน*น้ำหนัก*จำนวน",
        "*.txt และ *.doc",
        "ราคา* \n*หมายเหตุ",
        "2 ** 3",
        "file_name_long และ __init__",
        "____ คือคำตอบ",
        "# หัวข้อ",
        "#1 คือ",
        "ก\n===",
        "ก\n---",
        "<b>ก</b> &amp; <br>",
        "https://example.org/ <https://example.org>",
        "[ข้อความ](https://example.org)",
        "[ก]: https://example.org",
        "![ก](https://example.org/a.png)",
        "![ก](media:abc)",
        "1. ข้อเดียว",
        "มาตรา\n1. ก\n2. ข",
        "3. ก\n4. ข",
        "1) ก\n2) ข",
        "- ขีดเดียว",
        "ก\n- ข\n- ค",
        "-5 องศา\n-6 องศา",
        ">80 คะแนน\n>90 คะแนน",
        "ก > ข\n> ค",
        "C:\\Users\\.ssh",
        "\\\\server\\share",
        "    เยื้องสี่ช่อง",
        "a | b\nc | d",
        "$$ ไม่ปิด\nก",
        "**",
        "****",
        "**ไม่ปิด",
        "[[0]] [[ก]] [1]",
        "~ก~ ~~ก~~ ^ก^ ==ก==",
    ],
)
def test_what_was_written_before_there_were_marks_has_none(text: str) -> None:
    assert marks(text) == [], text
    # Blanks at the beginnings of lines never showed; everything else does, sign by sign.
    assert plain_text(text) == "\n".join(line.strip() for line in text.split("\n"))
    assert "".join(token.content or "\n" for token in read_line(text)).split() == text.split()


@pytest.mark.parametrize(
    ("text", "expected", "plain"),
    [
        ("ข้อใด**ไม่**ใช่", ["strong"], "ข้อใดไม่ใช่"),
        ('** ไม่ ** และ **"ไม่"**', ["strong", "strong"], 'ไม่  และ "ไม่"'),
        ("คำว่า *input* คือ", ["em"], "คำว่า input คือ"),
        ("ค่า$x^2$คือ", ["formula"], "ค่าx^2คือ"),
        ("ถ้า $2x+1=5$ แล้ว", ["formula"], "ถ้า 2x+1=5 แล้ว"),
        ("$$\n\\frac{1}{2}\n$$\nก", ["math_block"], "\\frac{1}{2}\nก"),
        ("พิมพ์ `ls -l *.txt` แล้ว", ["code_inline"], "พิมพ์ ls -l *.txt แล้ว"),
        ("```\n**x**\n```\nก", ["fence"], "**x**\nก"),
        ("- ก\n- ข\nข้อใด", ["bullet_list", "list_item", "list_item"], "ก\nข\nข้อใด"),
        (
            "ก\n\n1. ข\n2. ค\n   - ง",
            ["ordered_list", "list_item", "list_item", "bullet_list", "list_item"],
            "ก\nข\nค\nง",
        ),
        ("> ก\n> ข\nค", ["blockquote"], "ก\nข\nค"),
        (
            "| ก | ข |\n|---|---|\n| 1 | 2 |\nข้อใด",
            ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"],
            "ก ข\n1 2\nข้อใด",
        ),
        (f"ก ![ผัง (1)](media:{ONE}) ข", ["image"], "ก ผัง (1) ข"),
        ("ก [[1]] ข [[2]]", ["gap", "gap"], "ก [[1]] ข [[2]]"),
        ("\\*ก\\* \\$x\\$ \\`ก\\`", [], "*ก* $x$ `ก`"),
    ],
)
def test_marks_are_what_they_say(text: str, expected: list[str], plain: str) -> None:
    assert marks(text) == expected
    assert plain_text(text) == plain


def test_the_starter_bank_has_no_mark_but_emphasis() -> None:
    found = {mark for _, content in starter_items() for text in _texts(content.to_dict()) for mark in marks(text)}
    assert found <= {"strong"}


def _texts(document: object) -> list[str]:
    if isinstance(document, str):
        return [document]
    parts = document.values() if isinstance(document, dict) else document if isinstance(document, list | tuple) else ()
    return [text for part in parts for text in _texts(part)]


def test_lists_tables_and_nests_as_deep_as_anybody_likes_take_no_time() -> None:
    hostile = [
        "*a " * 6000,
        "**a" * 6000,
        "$a " * 6000,
        "![" * 9000,
        "[[1" * 6000,
        "> " * 9000 + "a",
        "`a``" * 5000,
        "- " * 9000 + "a",
        "|" * 9000 + "\n" + "|-" * 4500,
        "\\" * 18000,
        "1. a\n2. b\n" * 1500,
    ]
    for text in hostile:
        before = time.process_time()
        read_blocks(text)
        # Generous for a busy machine; what grows with the square of the length takes minutes.
        assert time.process_time() - before < 5, text[:20]


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        (r"\ce{H2O}", r"\ce"),
        (r"x+\unknowncommand", r"\unknowncommand"),
        (r"\frac{1}{2", "{"),
        ("x}", "}"),
        (r"\frac{1}", ""),
        ("x^", ""),
        (r"\left( x", ""),
        (r"\def\a{\a\a}\a", r"\def"),
        (r"\newcommand{\a}{b}", r"\newcommand"),
        ("", ""),
        (r"\href{javascript:alert(1)}{x}", r"\href"),
        ("{" * 60 + "}" * 60, ""),
        ("x" * 2001, ""),
    ],
)
def test_formulas_that_can_not_be_shown_are_refused(latex: str, part: str) -> None:
    with pytest.raises(UnwritableFormula) as refused:
        formula_tree(latex)
    assert refused.value.part == part


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}{2}",
        r"\sqrt[3]{x^2}",
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
        r"\text{ราคา} \times 7\%",
        r"\{a, b\}",
        r"\begin{cases}1 & x>0\\0 & \text{อื่น ๆ}\end{cases}",
        r"\left\{x\right.",
        r"\sum_{i=1}^{n} x_i \le 10",
        r"a<b",
        r"\|x\|",
    ],
)
def test_formulas_of_every_kind_are_written(latex: str) -> None:
    texts = [element.text or "" for element in formula_tree(latex).iter()]
    assert any(texts)
    assert not any("&" in text for text in texts), "a character reference was left in"


def test_a_formula_that_is_too_deep_is_refused_and_shows_as_it_was_written() -> None:
    latex = "\\sqrt" * 390 + " x"
    with pytest.raises(UnwritableFormula):
        formula_tree(latex)
    assert latex in marked_html(read_line(f"${latex}$"))


@pytest.mark.parametrize("levels", [6, 7, 9, 10, 30])
def test_deep_lists_lose_nothing_and_are_refused(levels: int) -> None:
    rising = "\n".join(f"{'  ' * level}- word{level}" for level in range(levels))
    for text in (f"{rising}\n- end", "- " * levels + "word0\n- end", "> " * levels + "word0 end"):
        shown = marked_html(read_blocks(text))
        assert all(word in shown for word in re.findall(r"word[0-9]+|end", text))
        reasons = [problem.details["reason"] for problem in mark_problems([("stem", text)])]
        assert reasons == ["levels_many"] * (levels > 6)


def test_a_gap_is_written_in_one_way() -> None:
    assert [gap_numbers(text) for text in ("[[1]] [[12]]", "[[01]]", "[[0]]", "[[100]]")] == [[1, 12], [], [], []]
    assert (marks("[[1]]"), marks("[[01]]")) == (["gap"], [])


def test_problems_name_the_field_and_the_reason() -> None:
    texts = [
        ("stem", f"![](media:{ONE})"),
        ("options.1", "$\\ce{x}$"),
        ("options.2", "$\\frac{1}$"),
        ("stimulus", "![ก](http://a.b/c.png)"),
        ("rationale", "`![](http://a.b)` \\$x\\$ $5 ถึง $10"),
        ("prompts.1", "`[[1]]`"),
        ("prompts.2", f"![ก](media:{ONE}) $x$ [[1]]"),
    ]
    found = [(problem.details["field"], problem.details["reason"]) for problem in mark_problems(texts)]
    assert found == [
        ("stem", "image_alternative"),
        ("options.1", "formula_command"),
        ("options.2", "formula_incomplete"),
        ("stimulus", "image_outside"),
        ("prompts.1", "gap_hidden"),
    ]
    assert image_ids(f"![ก](media:{ONE}) ![ข](media:{OTHER}) ![ก](media:{ONE}) `![ก](media:{'c' * 64})`") == (
        ONE,
        OTHER,
    )


def test_what_can_not_be_shown_is_not_saved_by_any_way(database: Database, institution: Institution) -> None:
    writer = institution["writer"]
    bad = replace(SINGLE, stem="ข้อใด $\\ce{x}$")
    lost = replace(SINGLE, stem=f"ดูรูป ![ผัง](media:{ONE})")
    for content, reason in ((bad, "formula_command"), (lost, "image_unknown")):
        with pytest.raises(InvalidInput) as refused, database.writing() as session:
            create_item(session, actor=writer, content=content, now=NOON)
        assert (refused.value.details["field"], refused.value.details["reason"]) == ("stem", reason)
        with pytest.raises(UnreadableFile, match=r"stem|image"), database.writing() as session:
            import_items(session, actor=writer, items=[ExchangedItem("", "draft", content)], file="a.json", now=NOON)
        with database.reading() as session:
            problems = draft_problems(session, actor=writer, draft=ItemDraft.of(content))
        assert [problem.details["reason"] for problem in problems] == [reason]
    with database.writing() as session:
        kept = store_image(session, actor=writer, data=picture(), now=NOON)
        shown = replace(SINGLE, stem=f"ดูรูป ![ผัง](media:{kept.id})")
        create_item(session, actor=writer, content=shown, now=NOON)


def test_every_text_with_marks_is_looked_at(database: Database, institution: Institution) -> None:
    bad = "$\\ce{x}$"
    content = replace(
        SINGLE,
        stem=bad,
        stimulus=bad,
        rationale=bad,
        source=bad,  # shows as it was typed
        options=(Option(bad, True), Option("ข", False, bad)),
        translations=(
            Translation(
                "en", stem=bad, stimulus=bad, rationale=bad, options=(TranslatedOption(bad), TranslatedOption("b", bad))
            ),
        ),
    )
    with database.reading() as session:
        fields = [problem.details["field"] for problem in marked_text_problems(session, content)]
    own = ["stimulus", "stem", "rationale", "options.1", "options.2"]
    assert fields == [*own, *(f"translations.en.{field}" for field in own)]
