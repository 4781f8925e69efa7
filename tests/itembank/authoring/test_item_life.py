"""Items keep their place in exams while a new version is prepared, and nobody decides about a version not seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option, find_problems
from itembank.authoring.coverage import criterion_coverage
from itembank.authoring.drafts import ItemDraft, draft_problems
from itembank.authoring.item_types.question import Answer
from itembank.authoring.items import ItemView, create_item, item_view, list_items, move_item, save_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.review import answer_in_review, item_for_review, review_queue
from itembank.authoring.version_differences import version_differences
from itembank.database import Database
from itembank.errors import EditConflict, IllegalMove, InvalidInput, NotAllowed, NotFound, OwnWork
from itembank.publishing.banks import publish_bank
from itembank.publishing.item_in_force import item_in_force
from itembank.tables import Item
from tests.support.institution import NOON, Institution

CONTENT = ItemContent(
    criterion="DG101-1.1",
    type=ItemType.SINGLE_CHOICE,
    cognitive_level=CognitiveLevel.APPLY,
    difficulty_rating=3,
    language="th",
    stem="ข้อใดเป็นหน้าที่ของผู้บริหาร",
    options=(Option("กำหนดนโยบาย", True, "เพราะเป็นผู้กำหนด"), Option("เขียนโปรแกรม", False)),
)
Filled = tuple[Database, Institution]


class Desk:
    """Each use case in a transaction of its own, as the faces run them."""

    def __init__(self, filled: Filled) -> None:
        self.database, self.people = filled

    def create(self, who: str = "writer", content: ItemContent = CONTENT) -> ItemView:
        with self.database.writing() as session:
            return create_item(session, actor=self.people[who], content=content, now=NOON)

    def save(self, item: ItemView, content: ItemContent, *, started_from: int, who: str = "writer") -> ItemView:
        with self.database.writing() as session:
            return save_item(
                session, actor=self.people[who], item_id=item.id, content=content, started_from=started_from, now=NOON
            )

    def move(self, item: ItemView, *steps: tuple[str, str], version_seen: int | None = None) -> ItemView:
        for who, name in steps:
            with self.database.writing() as session:
                item = move_item(
                    session, actor=self.people[who], item_id=item.id, move_name=name, now=NOON, note="เหตุผล",
                    version_seen=version_seen,
                )  # fmt: skip
        return item

    def approved(self, item: ItemView) -> ItemView:
        return self.move(item, ("writer", "submit"), ("reviewer", "approve"))


@pytest.fixture
def desk(filled: Filled) -> Desk:
    return Desk(filled)


def test_a_version_in_pretest_leaves_the_operational_one_in_exams(desk: Desk) -> None:
    item = desk.move(desk.approved(desk.create()), ("psychometrician", "release"))
    desk.save(item, replace(CONTENT, stem="ข้อใดมิใช่หน้าที่ของผู้บริหาร"), started_from=1)
    item = desk.move(desk.approved(item), ("psychometrician", "pretest"))
    assert [version.state for version in item.versions] == [ItemState.OPERATIONAL, ItemState.PRETEST]
    assert item.live is not None
    assert item.live.number == 1
    with desk.database.reading() as session:
        found = criterion_coverage(session, actor=desk.people["writer"], code="DG101-1.1")
    assert (found.live, found.in_work) == (6, 0)  # five of the starter bank and this one, counted once
    item = desk.move(item, ("psychometrician", "release"))
    assert [version.state for version in item.versions] == [ItemState.RETIRED, ItemState.OPERATIONAL]


def test_exams_use_the_published_version_until_the_next_bank(desk: Desk) -> None:
    actor = desk.people["psychometrician"]
    item = desk.move(desk.approved(desk.create()), ("psychometrician", "release"))
    with desk.database.writing() as session:
        assert item_in_force(session, actor=actor, item_id=item.id) is None
        publish_bank(session, actor=actor, now=NOON)
        found = item_in_force(session, actor=actor, item_id=item.id)
    assert found is not None
    assert (found.bank, found.version) == (2, 1)


def test_a_decision_about_an_older_version_has_no_effect(desk: Desk) -> None:
    item = desk.move(desk.create(), ("writer", "submit"), ("writer", "withdraw"))
    desk.save(item, replace(CONTENT, stem="โจทย์ที่ผู้ตรวจทานยังไม่เห็น"), started_from=1)
    desk.move(item, ("writer", "submit"))
    with pytest.raises(EditConflict) as refusal:
        desk.move(item, ("reviewer", "approve"), version_seen=1)
    assert refusal.value.details == {"current": 2, "started_from": 1}
    assert desk.move(item, ("reviewer", "approve"), version_seen=2).head.state is ItemState.APPROVED


def test_an_edit_started_from_an_older_version_is_refused_even_after_reading_the_item(desk: Desk) -> None:
    item = desk.create()
    desk.save(item, replace(CONTENT, difficulty_rating=4), started_from=1)
    with desk.database.writing() as session, pytest.raises(EditConflict):
        item_view(session, actor=desk.people["writer2"], item_id=item.id)
        save_item(session, actor=desk.people["writer2"], item_id=item.id, content=CONTENT, started_from=1, now=NOON)


def test_saving_without_a_change_makes_no_version(desk: Desk) -> None:
    item = desk.create()
    assert desk.save(item, CONTENT, started_from=1).head.number == 1


def test_codes_are_numbered_on_within_a_criterion(desk: Desk) -> None:
    assert [desk.create().code, desk.create().code] == ["DG101-1.1-06", "DG101-1.1-07"]


def test_the_queue_holds_what_others_wrote(desk: Desk) -> None:
    item = desk.move(desk.create(), ("writer", "submit"))
    both = replace(desk.people["writer"], roles=desk.people["reviewer"].roles | desk.people["writer"].roles)
    with desk.database.reading() as session:
        queue = review_queue(session, actor=desk.people["reviewer"])
        own = review_queue(session, actor=both)
        with pytest.raises(OwnWork):
            item_for_review(session, actor=both, item_id=item.id)
        with pytest.raises(NotAllowed):
            review_queue(session, actor=desk.people["writer"])
    assert ([line.code for line in queue.items], queue.own) == (["DG101-1.1-06"], 0)
    assert (own.items, own.own) == ((), 1)


def test_a_reviewers_answer_is_compared_and_kept_nowhere(desk: Desk) -> None:
    item = desk.move(desk.create(), ("writer", "submit"))
    actor = desk.people["reviewer"]
    with desk.database.reading() as session:
        assert answer_in_review(session, actor=actor, item_id=item.id, answer=Answer((0,))).agrees
        assert not answer_in_review(session, actor=actor, item_id=item.id, answer=Answer((1,))).agrees
        with pytest.raises(InvalidInput):
            answer_in_review(session, actor=actor, item_id=item.id, answer=Answer(()))
        assert not session.new
        assert not session.dirty
    desk.move(item, ("reviewer", "approve"))
    with desk.database.reading() as session, pytest.raises(IllegalMove):
        answer_in_review(session, actor=actor, item_id=item.id, answer=Answer((0,)))


def test_a_list_counts_all_and_gives_a_page(desk: Desk) -> None:
    with desk.database.reading() as session:
        actor = desk.people["reviewer"]
        codes = sorted(session.exec(select(Item.code)))
        page, count = list_items(session, actor=actor, offset=10, limit=5)
        found, matches = list_items(session, actor=actor, search="  dg101-1.1-0 ", limit=2)
        none, zero = list_items(session, actor=actor, state=ItemState.RETIRED)
    assert ([line.code for line in page], count) == (codes[10:15], len(codes))
    assert ([line.code for line in found], matches) == (["DG101-1.1-01", "DG101-1.1-02"], 5)
    assert (none, zero) == ((), 0)


def test_every_problem_of_a_draft_is_named_at_once(desk: Desk) -> None:
    draft = ItemDraft(
        criterion="DG101-9.9", type="essay", cognitive_level="guess", difficulty_rating="6", language="fr",
        options=(Option("ก", True), Option("ก", True), Option("", False, "เหตุผลของแถวที่ว่าง")),
    )  # fmt: skip
    with desk.database.reading() as session:
        found = draft_problems(session, actor=desk.people["writer"], draft=draft)
        with pytest.raises(NotAllowed):
            draft_problems(session, actor=desk.people["reviewer"], draft=draft)
    assert [problem.details["reason"] for problem in found] == [
        "criterion_unknown", "type_unknown", "level_unknown", "rating_range", "language_unknown", "stem_missing",
        "option_empty", "options_same", "key_one",
    ]  # fmt: skip
    with pytest.raises(InvalidInput):
        draft.content()


def test_a_complete_draft_is_its_content() -> None:
    assert ItemDraft.of(CONTENT).content() == CONTENT


def test_a_multiple_choice_item_needs_a_wrong_option() -> None:
    right = (Option("ก", True), Option("ข", True))
    draft = ItemDraft(criterion="x", stem="?", options=right)
    problems = find_problems(draft, kind=ItemType.MULTIPLE_CHOICE, difficulty_rating=1)
    assert [problem.details["reason"] for problem in problems] == ["key_some"]


def test_an_option_that_only_moved_is_not_marked(desk: Desk) -> None:
    item = desk.create()
    moved = replace(CONTENT, options=(*CONTENT.options[::-1], Option("ติดตามผลและรายงาน", False)), source="คู่มือ")
    desk.save(item, moved, started_from=1)
    with desk.database.reading() as session:
        found = version_differences(session, actor=desk.people["reviewer"], item_id=item.id)
        with pytest.raises(NotFound):
            version_differences(session, actor=desk.people["reviewer"], item_id=item.id, before=7)
    marked = [any(passage.changed for passage in option.text) for option in found.after.wording.options]
    assert marked == [False, False, True]
    assert not any(passage.changed for option in found.before.wording.options for passage in option.text)
    assert [(change.field, change.after) for change in found.fields] == [("source", "คู่มือ")]


def test_a_changed_key_is_marked_on_both_sides(desk: Desk) -> None:
    item = desk.create()
    swapped = tuple(replace(option, correct=not option.correct) for option in CONTENT.options)
    desk.save(item, replace(CONTENT, options=swapped), started_from=1)
    with desk.database.reading() as session:
        found = version_differences(session, actor=desk.people["writer"], item_id=item.id, before=1, after=2)
    sides = (found.before.wording, found.after.wording)
    assert [option.key_changed for side in sides for option in side.options] == [True] * 4
    assert not found.same_wording
