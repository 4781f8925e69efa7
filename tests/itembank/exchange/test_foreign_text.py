"""Texts of other programs become ours, whatever is unclosed, nested or repeated in them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from itembank.exchange.foreign_text import LONGEST, our_text
from itembank.exchange.html_text import escaped, markdown_of_html

#: Each is read in a fraction of a second where no sign is gone through twice; else it takes minutes, or ages.
HOSTILE = """
from itembank.exchange.cloze import read_cloze
from itembank.exchange.foreign_text import our_text
from itembank.exchange.gift_answers import read_answers
from itembank.exchange.html_text import escaped, plain_of_html

LENGTH = 200_000
UNCLOSED = (
    "![", "![](", '![](a "', "![a](b ", "\\\\\\\\(", "\\\\(", "\\\\[", "$$ a ", "[", "]", "<",
    "{1:MC:", "{1:MC:=a~", "\\n", "[](",
)
for sign in UNCLOSED:
    text = sign * (LENGTH // len(sign))
    our_text(text, "markdown")
    our_text(f"<p>{text}</p>", "html")
    escaped(text)
    plain_of_html(text)
    read_cloze(text, read=str)
read_answers("=%" * LENGTH, form="markdown")
our_text("<table><tr><td>" * 90, "html")
our_text("<table><tr>" + "<td>" * 20_000 + "<tr><td>" * 20_000, "html")
print("read")
"""


def test_unclosed_and_nested_texts_are_gone_through_once() -> None:
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("read\n", "")


def test_a_text_too_long_for_any_field_stays_as_it_came() -> None:
    text = "*" * (LONGEST + 1)
    assert our_text(text, "plain") == (text, ())
    assert our_text(text[1:], "plain") == ("\\*" * LONGEST, ())


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("ก \\(x\\) ข \\[y\\] $$z$$ \\(", "ก $x$ ข $$y$$ $$z$$ \\\\("),
        ("$$ a \\(b\\)", "\\$\\$ a $b$"),
        ("\\[ a \\(b\\) c", "\\\\[ a $b$ c"),
    ],
)
def test_formulas_are_kept_and_what_is_unclosed_is_text(text: str, ours: str) -> None:
    assert our_text(text, "html") == (ours, ())


def test_brackets_are_escaped_where_they_open_a_link() -> None:
    assert escaped("[a] [b [c](d) [[1]] ![e](f)") == "[a] \\[b \\[c](d) [[1]] \\![e](f)"
    assert escaped("ก\n\n  # ข\n- ค") == "ก\n\n  \\# ข\n\\- ค"


def test_images_are_found_beside_what_only_begins_like_one() -> None:
    text, lost = our_text('![a ![ข](p.png "t") \\\\(x\\\\) ![ค](q.png)', "markdown", find_image={"p.png": "1"}.get)
    assert text == "![a ![ข](media:1) $x$ ค"
    assert [loss.detail for loss in lost] == ["q.png"]


def test_elements_named_like_anything_are_only_read() -> None:
    text, lost = markdown_of_html("<p><small>ก</small> <list>ข</list> <child>ค</child> <b>ง</b></p>")
    assert text == "ก ข ค **ง**"
    assert {loss.construct for loss in lost} == {"list", "child"}


def test_tables_within_tables_are_written_once() -> None:
    text, _ = markdown_of_html("<table><tr><td>ก<table><tr><td>ข</td></tr></table></td></tr><tr><td>ค<td>ง</table>")
    assert text.count("ข") == 1
    assert text.splitlines()[-1] == "| ค | ง |"
