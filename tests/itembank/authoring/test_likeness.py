"""Items like a wording: found in every language, up to date, by anybody who works on the bank, from any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from itembank.authoring.content import Option, Translation
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.items import create_item
from itembank.authoring.likeness import SimilarItem, bank_words, similar_items
from itembank.authoring.starter import starter_items
from itembank.authoring.translations import TranslatedOption
from itembank.database import Database
from itembank.errors import NotAllowed
from tests.itembank.authoring.written import SINGLE, TEXT, create, save
from tests.support.institution import Institution

Filled = tuple[Database, Institution]
CODE, CONTENT = starter_items()[40]


def alike(database: Database, people: Institution, wording: object, **wanted: object) -> tuple[SimilarItem, ...]:
    with database.reading() as session:
        return similar_items(session, actor=people["writer"], wording=wording, **wanted)  # type: ignore[arg-type]


def test_the_item_itself_and_a_reworded_copy_are_found(database: Database, institution: Institution) -> None:
    found = alike(database, institution, CONTENT)
    assert (found[0].code, found[0].similarity, found[0].stem) == (CODE, 1.0, CONTENT.stem)
    assert found[0].criterion == CONTENT.criterion
    changed = ItemDraft(stem=CONTENT.stem + " ด่วนที่สุด", options=CONTENT.options[:-1])
    near = alike(database, institution, changed)
    assert near[0].code == CODE
    assert 0.6 < near[0].similarity < 1
    assert CODE not in [item.code for item in alike(database, institution, CONTENT, item_id=found[0].item_id)]
    assert alike(database, institution, ItemDraft(stem="kangaroo jumps over hedgehogs quickly")) == ()
    assert alike(database, institution, ItemDraft()) == ()


def test_what_is_written_changed_or_taken_back_is_known_at_once(filled: Filled) -> None:
    database, people = filled
    wording = ItemDraft(stem="นกกระจอกเทศ ยีราฟ แรดขาว ฮิปโปโปเตมัส อยู่ทวีปใด")
    assert alike(database, people, wording) == ()
    item = create(database, people, stem=wording.stem, options=SINGLE.options)
    assert [found.item_id for found in alike(database, people, wording, least=0.3)] == [item.id]
    save(database, people, item, stem="อูฐ ลามา อัลปากา อยู่ทวีปใด")
    assert alike(database, people, wording, least=0.3) == ()
    with pytest.raises(RuntimeError), database.writing() as session:
        create_item(
            session, actor=people["writer"], content=replace(SINGLE, stem=wording.stem), now=item.head.written_at
        )
        assert similar_items(session, actor=people["writer"], wording=wording, least=0.3) != ()
        raise RuntimeError
    assert alike(database, people, wording, least=0.3) == ()


def test_a_translation_is_compared_in_its_own_language(filled: Filled) -> None:
    database, people = filled
    english = "Where do ostriches, giraffes, rhinoceroses and hippopotamuses live together?"
    options = tuple(TranslatedOption(f"Continent number {n}") for n in range(4))
    item = create(database, people, stem="สัตว์เหล่านี้อยู่ทวีปใด", translations=(Translation("en", english, options),))
    draft = ItemDraft(
        language="en", stem=english, options=tuple(Option(f"Continent number {n}", correct=False) for n in range(4))
    )
    found = alike(database, people, draft)
    assert [(one.item_id, one.stem, one.language) for one in found] == [(item.id, english, "en")]
    backwards = ItemDraft(stem="ข้อความอื่น", translations=(Translation("en", english, options),))
    assert [one.item_id for one in alike(database, people, backwards)] == [item.id]


def test_a_shared_text_makes_no_duplicates_but_a_text_of_ones_own_counts(filled: Filled) -> None:
    database, people = filled
    create(database, people, testlet="T-9", stimulus=TEXT, stem="ผู้จองต่อวันมีกี่คน")
    mate = replace(SINGLE, testlet="T-9", stimulus=TEXT, stem="ควรเพิ่มช่องทางใด", options=CONTENT.options)
    assert [item for item in alike(database, people, mate) if item.stem.startswith("ผู้จอง")] == []
    alone = create(database, people, stimulus=TEXT, stem="จำนวนเท่าใด", options=CONTENT.options)
    other = replace(SINGLE, stimulus=TEXT, stem="ปริมาณเท่าใด", options=CONTENT.options)
    assert alone.id in [item.item_id for item in alike(database, people, other)]


def test_a_few_words_in_common_are_chance(filled: Filled) -> None:
    database, people = filled
    create(database, people, stem="อูฐกินหญ้า", options=tuple(Option(str(n), correct=n == 1) for n in range(4)))
    assert alike(database, people, ItemDraft(stem="อูฐกินไม้")) == ()
    assert len(alike(database, people, ItemDraft(stem="อูฐกินหญ้า"))) == 1  # the same words, few as they are


def test_many_threads_get_the_same_answer(filled: Filled) -> None:
    database, people = filled
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: alike(database, people, CONTENT), range(12)))
    assert set(answers) == {answers[0]}
    with database.reading() as one, database.writing() as other:
        assert bank_words(one) is bank_words(other)


def test_only_those_who_work_on_the_bank_may_ask(filled: Filled) -> None:
    database, people = filled
    for who in ("candidate", "judge"):
        with database.reading() as session, pytest.raises(NotAllowed):
            similar_items(session, actor=people[who], wording=CONTENT)
