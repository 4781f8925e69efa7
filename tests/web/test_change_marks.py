"""Marks of changes inside the candidates' rendering: well-formed, at every changed word, and nothing else changed."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from itembank.authoring.content_differences import WordingSide, compare_contents
from tests.web.bank_content import CONTENT, HOSTILE
from web.change_marks import marked_item, show_changes
from web.page import templates
from web.texts_catalogue import Texts

T = Texts("en", ZoneInfo("Asia/Bangkok"))
#: Pieces that texts of items are made of, marks included.
PIECES = st.lists(
    st.sampled_from(
        ["ผู้บริหาร", "กรม", " ", "\n", "\n\n", "- หนึ่ง\n- สอง", "1. ก\n2. ข", "> คำ", "**เน้น**", " *เอียง* ", "$x^2$",
         "`code`", "```\na < b\n```", "| ก | ข |\n|---|---|\n| 1 | 2 |", "<b>", "&amp;", "[[1]]"]
    ),
    max_size=6,
)  # fmt: skip


class Balanced(HTMLParser):
    """Finds tags that are not closed where they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def rendered(side: WordingSide) -> tuple[str, str]:
    """The question of one side with its marks, and as it is without any."""
    template = templates().from_string("{{ rich(text) }}")
    return template.render(text=marked_item(side).stem), template.render(text=side.item.stem)


def bare(html: str) -> str:
    """A page without marks, and without the words that tell screen readers of them."""
    return re.sub(r'<span class="visually-hidden" lang="en">[^<]*</span>|</?(?:ins|del)>', "", html)


def same_to_readers(html: str) -> str:
    """A page without what makes no difference: blanks, a last empty line, emphasis that ends where the next begins."""
    plain = re.sub(r"\s+", "", html.replace("\ue000", ""))
    return re.sub(r"(?:<br>)+(?=</p>)", "", plain).replace("</strong><strong>", "")


@settings(max_examples=60, deadline=None)
@given(PIECES, PIECES)
def test_the_marked_rendering_is_the_candidates_with_marks(before: list[str], after: list[str]) -> None:
    contents = [replace(CONTENT, stem="\n\n".join(["ข้อ", *pieces])) for pieces in (before, after)]
    for side, mark in zip(compare_contents(*contents), ("del", "ins"), strict=True):
        html, plain = rendered(side)
        marked = str(show_changes(html, mark, T))
        parser = Balanced()
        parser.feed(marked)
        assert parser.open == []
        assert "\ue000" not in marked
        assert "\ue001" not in marked
        assert same_to_readers(bare(marked)) == same_to_readers(plain)


def shown(before: str, after: str) -> str:
    side = compare_contents(replace(CONTENT, stem=before), replace(CONTENT, stem=after))[1]
    return str(show_changes(rendered(side)[0], "ins", T))


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ("ข้อใดถูก", "ข้อใดผิด", ["ผิด"]),
        ("ก **ข** ค", "ก **ขวด** ค", ["วด"]),
        ("ราคา $x$ บาท", "ราคา $y$ บาท", ["<math"]),
        ("| วัน | คน |\n|---|---|\n| จันทร์ | 20 |", "| วัน | คน |\n|---|---|\n| จันทร์ | 35 |", ["35"]),
        ("คำถาม\n\n- หนึ่ง\n- สอง", "คำถาม\n\n- หนึ่ง\n- สอง\n- สาม", ["สาม"]),
    ],
)
def test_changed_words_are_marked_where_they_stand(before: str, after: str, marks: list[str]) -> None:
    found = [bare(mark) for mark in re.findall(r"<ins>(.*?)</ins>", shown(before, after), re.DOTALL)]
    assert len(found) == len(marks)
    assert all(words in mark for words, mark in zip(marks, found, strict=True))


def test_lists_to_choose_from_hold_no_marks_and_attributes_no_signs() -> None:
    html = 'ก\ue000<select><option>ข\ue001</option></select><img alt="\ue000>\ue001">ค'
    marked = show_changes(html, "ins", T)
    assert "<option>ข</option>" in marked
    assert 'alt=">"' in marked
    assert isinstance(marked, Markup)


def test_hostile_words_stay_words() -> None:
    for side in compare_contents(CONTENT, HOSTILE):
        html = show_changes(rendered(side)[0], "ins", T)
        assert "<script" not in html
        assert "<img" not in html
