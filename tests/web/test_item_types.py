"""Every item type over plain forms: shown, refused with what was entered, answered, replayed; its key for reviewers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from itembank.authoring.content import Answer, ItemContent, ItemType
from itembank.authoring.item_types.rules import rule_of
from itembank.database import Database
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.tables import ItemVersion, RecordedAnswer
from tests.itembank.authoring.item_types.every_type import EVERY_TYPE, SCORED
from tests.support.every_type import asked, exam_of_every_type, publish_every_type
from tests.support.institution import NOON, Institution
from tests.web.conftest import Clock, Site, Visitor
from web.page import templates
from web.texts_catalogue import Texts

BEYOND = (ItemType.MATCHING, ItemType.ORDERING, ItemType.INLINE_CHOICE, ItemType.NUMERIC, ItemType.SHORT_TEXT)


@pytest.fixture(scope="module")
def every_type(filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose DG100 has one item of each type, one for all tests of this module."""
    source, institution = filled_file
    path = tmp_path_factory.mktemp("every-type") / "site.db"
    path.write_bytes(source.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        publish_every_type(session, institution)
    site = Site(database, institution, Clock())
    yield site
    site.app.state.database.close()
    database.close()


def begun(site: Site, *, username: str = "candidate") -> tuple[Visitor, str]:
    """Begin an exam of one's own; gives the address of the sitting."""
    with site.database.writing() as session:
        exam = exam_of_every_type(session, username=username, title="ทุกประเภท")
    visitor = site.signed_in(username)
    visitor.get(f"/exams/{exam}")
    return visitor, visitor.post(f"/exams/{exam}/start").url.path


def fields_of(answer: Answer) -> dict[str, Any]:
    """Name the fields of an answer to a question whose places are lists."""
    return {f"answer_{number}": place for number, place in enumerate(answer.selected, start=1)}


def sent(content: ItemContent, answer: Answer) -> dict[str, Any]:
    if answer.text:
        return {"text": answer.text}
    if content.prompts or content.type is ItemType.ORDERING:
        return fields_of(answer)
    return {"answer": list(answer.selected)}


def position(text: str) -> int:
    found = re.search(r'name="position" value="(\d+)"', text)
    assert found, text
    return int(found[1])


@pytest.mark.parametrize(("lang", "htmx"), [("th", False), ("en", True)])
def test_a_candidate_answers_each_type(every_type: Site, lang: str, htmx: bool) -> None:
    visitor, sitting = begun(every_type)
    text = visitor.get(f"{sitting}?lang={lang}").text
    seen = []
    for _ in SCORED:
        content = asked(text)
        seen.append(content.type)
        worded = content.in_language(lang)
        body = unescape(re.sub(r"<[^>]*>", " ", text))
        for told in (*(option.text for option in worded.options), *(prompt.text for prompt in worded.prompts)):
            assert told in body, (content.type, told)
        for secret in ("เพราะ", "มาตรา 37", "น้ำหนัก", "± ", "option-right", "gap-filled"):
            assert secret not in body, (content.type, secret)
        number = position(text)
        nothing = visitor.post(f"{sitting}/answers", {"position": number}, htmx=htmx)
        assert (nothing.status_code, nothing.text.count('id="answer-error"')) == (422, 1), content.type
        answer = rule_of(content.type).right_answer(content)
        response = visitor.post(f"{sitting}/answers", {"position": number} | sent(content, answer), htmx=htmx)
        assert response.status_code in (200, 204), response.text
        text = response.text
    assert len(set(seen)) == len(SCORED)
    with every_type.database.reading() as session:
        mine = col(RecordedAnswer.sitting_id) == UUID(sitting.rsplit("/", 1)[1])
        rows = session.exec(select(RecordedAnswer).where(mine)).all()
        assert {row.language for row in rows} == {lang}
        assert sum(row.score for row in rows) == sum(content.maximum_score for content in SCORED)


def test_a_refused_answer_comes_back_as_it_was_entered(every_type: Site) -> None:
    visitor, sitting = begun(every_type, username="candidate2")
    text = visitor.get(f"{sitting}?lang=en").text
    for _ in SCORED:
        content, number = asked(text), position(text)
        right = rule_of(content.type).right_answer(content)
        refused: dict[str, Any] = {}
        kept, said = "", ""
        if content.prompts:
            last = len(content.prompts)
            refused, said = fields_of(right) | {f"answer_{last}": ""}, f"Nothing is chosen yet at {last}."
            kept = f'<option value="{right.selected[0]}" selected>'
        elif content.type is ItemType.ORDERING:
            refused, said = fields_of(Answer((0, 1, 1, 2))), "more than one place"
            kept = '<option value="2" selected>'
        elif content.type is ItemType.NUMERIC:
            refused, said, kept = {"text": '1,5 "<b>'}, "has to be a number", 'value="1,5 &#34;&lt;b&gt;"'
        elif content.type is ItemType.SHORT_TEXT:
            refused, said, kept = {"text": "x" * 201}, "at most 200 characters", f'value="{"x" * 201}"'
        if refused:
            page = visitor.post(f"{sitting}/answers", {"position": number} | refused)
            assert page.status_code == 422
            assert said in unescape(page.text), page.text
            assert kept in page.text
            assert "aria-describedby" in page.text
        response = visitor.post(f"{sitting}/answers", {"position": number} | sent(content, right))
        # The same answer sent twice does no harm, though a question of another type stands there by now.
        again = visitor.post(f"{sitting}/answers", {"position": number} | sent(content, right))
        assert again.status_code == 200, content.type
        text = response.text


def test_the_replay_tells_what_was_entered(every_type: Site) -> None:
    visitor, sitting = begun(every_type)
    text = visitor.get(sitting).text
    told = []
    while "position" in text and 'name="position"' in text:
        content = asked(text)
        answer = rule_of(content.type).right_answer(content)
        told.append(answer.text or " → ")
        text = visitor.post(f"{sitting}/answers", {"position": position(text)} | sent(content, answer)).text
    page = every_type.signed_in("psychometrician").get(f"/administration{sitting}/replay").text
    for words in told:
        assert words in unescape(page)
    assert "ผลการคำนวณใหม่ตรงกับบันทึกทุกขั้น (8 ข้อ)" in page


def test_items_without_options_show_scores_and_what_was_typed(every_type: Site) -> None:
    with every_type.database.writing() as session:
        exam = exam_of_every_type(session, username="candidate", title="จำลอง")
        add_simulated_sittings(session, exam_id=exam, count=30, now=NOON)
        items = session.exec(select(ItemVersion)).all()
        ids = {version.content["type"]: version.item_id for version in items if version.content["type"] in BEYOND}
    psychometrician = every_type.signed_in("psychometrician")
    for kind, item_id in ids.items():
        page = psychometrician.get(f"/measurement/items/{item_id}?lang=en").text
        assert "Scores that candidates got" in page, kind
        assert "What each option attracts" not in page
        assert ("Frequent wrong answers" in page) == (kind in (ItemType.NUMERIC, ItemType.SHORT_TEXT))
    page = psychometrician.get(f"/measurement/items/{ids[ItemType.SHORT_TEXT]}").text
    assert re.search(r'<q>[^<]+</q> <span class="muted">typed [0-9]+ times</span>', page)


@pytest.mark.parametrize("content", EVERY_TYPE, ids=[content.type.value for content in EVERY_TYPE])
@pytest.mark.parametrize("lang", ["th", "en"])
def test_reviewers_see_key_and_rationales(content: ItemContent, lang: str, every_type: Site) -> None:
    worded = content.in_language(lang)
    macros = templates().get_template("macros/exam.html")
    context = {"t": Texts(lang, ZoneInfo("Asia/Bangkok")), "lang": lang, "static": lambda path: path, "csrf_token": ""}
    module: Any = macros.make_module(context)
    html = str(module.item_preview(worded, mode="review"))
    words = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
    wanted = [*worded.accepted, worded.rationale, *(option.rationale for option in worded.options)]
    wanted += [level for aspect in worded.rubric for level in (aspect.title, *aspect.levels)]
    if worded.number:
        wanted += ["1,250.50", "± 0.5", worded.number.unit]
    if content.type is ItemType.INLINE_CHOICE:
        assert f'<mark class="gap-filled">{worded.prompts[1].options[2]}</mark>' in html
    if content.type is ItemType.MATCHING:
        assert html.index(worded.prompts[0].text) < html.index(worded.options[1].text)
    if content.type is ItemType.ORDERING:
        assert html.index(worded.options[0].text) < html.index(worded.options[3].text)
    for text in filter(None, wanted):
        assert text in words, text
    assert "<select" not in html
    assert 'name="answer_' not in html
