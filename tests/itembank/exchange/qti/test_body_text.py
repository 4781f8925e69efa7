"""HTML of a body as our Markdown: what it shows stays, what reads as a mark and is none is made plain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.authoring.marked_text import plain_text
from itembank.errors import InvalidInput
from itembank.exchange.qti.body_text import BodyReader
from itembank.exchange.qti.safe_xml import read_xml
from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.written_text import TextWriter

ID = "a" * 64


def markdown(html: str) -> tuple[str, list[str]]:
    reader = BodyReader(image=lambda _: ID)
    return reader.blocks([read_xml(f"<div>{html}</div>".encode(), file="x")]), [loss.construct for loss in reader.lost]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>one\n   two</p><p>three<br/>four</p>", "one two\n\nthree\nfour"),
        ("<p><b>bold</b> and <i>slanted</i> <code>x*y</code></p>", "**bold** and *slanted* `x*y`"),
        ("<p>คำ<strong> เน้น </strong>คำ</p>", "คำ **เน้น** คำ"),
        ("<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>", "- a\n- b\n  1. c\n  2. d"),
        ("<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td></tr></table>", "| a | b\\|c |\n| --- | --- |\n| 1 |  |"),
        ("<table><tr><td>1</td></tr></table>", "|  |\n| --- |\n| 1 |"),
        ("<pre>a\n  b ```</pre>", "````\na\n  b ```\n````"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<h2>Title</h2>text", "**Title**\n\ntext"),
        ("<p><img src='x' alt='a [b]&#10; c'/></p>", f"![a (b) c](media:{ID})"),
        ("<p>CO<sub>2</sub> 10<sup>-3</sup></p>", "CO₂ 10⁻³"),
        ("<p><q>so</q></p>", "“so”"),
        # Signs that are no marks stay as they are unless they would be read as some.
        ("<p>ST_CD 2*3 = 6, $5</p>", "ST_CD 2*3 = 6, $5"),
        ("<p>*x* and $y$</p>", "\\*x\\* and \\$y\\$"),
        ("<p>- a<br/>- b</p>", "\\- a\n\\- b"),
        ("<p>&gt; a</p>", "\\> a"),
        # MathML without its source is written in LaTeX where that is sure.
        ("<p>x<math><mfrac><mn>1</mn><msup><mi>y</mi><mn>2</mn></msup></mfrac></math></p>", "x $\\frac{1}{{y}^{2}}$"),
        ("<p><math><mi>z</mi><annotation encoding='application/x-tex'>\\alpha</annotation></math></p>", "$\\alpha$"),
        ("<p><math><mi>a</mi><mo>&lt;</mo><mtext>{ข}</mtext><msqrt><mn>2</mn></msqrt></math></p>",
         "$a<\\text{ข}\\sqrt{2}$"),
    ],
)  # fmt: skip
def test_marks(html: str, expected: str) -> None:
    text, lost = markdown(html)
    assert text == expected
    assert not lost


@pytest.mark.parametrize(
    ("html", "expected", "lost"),
    [
        ("<p>a<em>b</em>c</p>", "a**b**c", ["em"]),
        ("<p>1. a<br/>2. b</p>", "1. a\n2. b", ["text"]),
        ("<p>a<sup>x</sup></p>", "ax", ["sup"]),
        ("<p style='color:red'>a</p>", "a", ["@style"]),
        ("<p><math><mtable><mtr><mtd><mn>1</mn></mtd></mtr></mtable></math></p>", "1", ["math"]),
        ("<p><math><mi>x</mi><annotation encoding='application/x-tex'>\\input{a}</annotation></math></p>",
         "x\\input{a}", ["math"]),
        ("<table><tr><td colspan='2'>1</td></tr></table>", "|  |\n| --- |\n| 1 |", ["colspan or rowspan"]),
        ("<ol start='3'><li>a</li><li>b</li></ol>", "1. a\n2. b", ["ol start"]),
        ("<p><a href='http://x'>a</a><blink>b</blink></p>", "ab", ["a", "blink"]),
    ],
)  # fmt: skip
def test_what_is_lost_is_named(html: str, expected: str, lost: list[str]) -> None:
    assert markdown(html) == (expected, lost)


def test_an_option_has_no_blocks() -> None:
    reader = BodyReader(image=lambda _: ID)
    option = read_xml(b"<c><p>a</p><p>b</p><ul><li>c</li></ul></c>", file="x")
    assert reader.line(option.children) == "a\nb\nc"
    assert [loss.construct for loss in reader.lost] == ["ul"]


def test_an_image_that_is_not_there_is_a_problem() -> None:
    def nothing(_: str) -> str:
        raise InvalidInput(field="image", expected="an image")

    reader = BodyReader(image=nothing)
    assert reader.blocks([Node("p", {}, ["a ", Node("img", {"src": "x"})])]) == "a"
    assert [problem.details["field"] for problem in reader.problems] == ["image"]


WORDS = st.text(st.sampled_from("กa1 *_`$|<>&!-.()\\\n#+~"), max_size=24)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_whatever_a_document_says_reads_as_the_same_words(words: str) -> None:
    reader = BodyReader(image=lambda _: ID)
    text = reader.blocks([Node("p", {}, [words])])
    if not reader.lost:
        assert plain_text(text).split() == words.split()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["**ก**", "a", " ", "*b*", "$x$", "\n", "\n\n", "- a\n- b", "`c`", "2*3", "_", "$"]), max_size=8
    )
)
def test_what_we_write_reads_as_the_same_text(parts: list[str]) -> None:
    text = "".join(parts)
    reader = BodyReader(image=lambda _: ID)
    back = reader.blocks([Node("div", {}, TextWriter().blocks(text))])
    if not reader.lost:
        assert plain_text(back).split() == plain_text(text).split()
