"""Items: versions that never change, a life with roles, and content that can be asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from itembank.actor import COMMAND_LINE, Actor
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.coverage import CoverageLevel, coverage
from itembank.authoring.items import ItemView, create_item, item_view, list_items, move_item, save_item
from itembank.authoring.lifecycle import MOVES, ItemState, next_state
from itembank.authoring.starter import install_starter_bank, starter_items
from itembank.authoring.testlets import check_published_testlets
from itembank.database import Database
from itembank.errors import EditConflict, IllegalMove, InvalidInput, NotAllowed, NotFound, OwnWork
from itembank.framework.starter import load_starter_standard
from itembank.tables import AuditEntry
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]


def question(stem: str = "ข้อใดถูกต้องที่สุด", criterion: str = "DG101-1.1", key: int = 1) -> ItemContent:
    return ItemContent(
        criterion=criterion,
        type=ItemType.SINGLE_CHOICE,
        cognitive_level=CognitiveLevel.APPLY,
        difficulty_rating=3,
        language="th",
        stem=stem,
        options=tuple(Option(f"ตัวเลือก {n}", correct=n == key, rationale=f"เหตุผล {n}") for n in range(4)),
    )


def _create(database: Database, actor: Actor, content: ItemContent | None = None) -> ItemView:
    with database.writing() as session:
        return create_item(session, actor=actor, content=content or question(), now=NOON)


def _move(database: Database, actor: Actor, item_id: UUID, name: str, note: str = "") -> ItemView:
    with database.writing() as session:
        return move_item(session, actor=actor, item_id=item_id, move_name=name, note=note, now=NOON)


def _save(database: Database, actor: Actor, item_id: UUID, content: ItemContent, started_from: int) -> ItemView:
    with database.writing() as session:
        return save_item(session, actor=actor, item_id=item_id, content=content, started_from=started_from, now=NOON)


def _operational(database: Database, people: Institution) -> ItemView:
    item = _create(database, people["writer"])
    _move(database, people["writer"], item.id, "submit")
    _move(database, people["reviewer"], item.id, "approve")
    return _move(database, people["psychometrician"], item.id, "release")


def test_an_item_lives_from_draft_to_retired_with_every_step_on_record(
    database: Database, institution: Institution
) -> None:
    item = _create(database, institution["writer"])
    assert item.code == "DG101-1.1-06"  # the starter bank has five
    assert item.head.state is ItemState.DRAFT
    _move(database, institution["writer"], item.id, "submit")
    _move(database, institution["reviewer"], item.id, "return", "ตัวลวงข้อ ค ถูกด้วย")
    changed = replace(question(), stem="ข้อใดเหมาะสมที่สุด")
    _save(database, institution["writer"], item.id, changed, started_from=1)
    _move(database, institution["writer"], item.id, "submit")
    _move(database, institution["reviewer"], item.id, "approve")
    _move(database, institution["psychometrician"], item.id, "pretest")
    _move(database, institution["psychometrician"], item.id, "release")
    done = _move(database, institution["psychometrician"], item.id, "retire", "กฎหมายเปลี่ยน")
    steps = [(move.version, move.to_state.value, move.actor_name) for move in done.moves]
    assert steps == [
        (1, "draft", "ทดสอบ writer"),
        (1, "in_review", "ทดสอบ writer"),
        (1, "draft", "ทดสอบ reviewer"),
        (1, "retired", "ทดสอบ writer"),
        (2, "draft", "ทดสอบ writer"),
        (2, "in_review", "ทดสอบ writer"),
        (2, "approved", "ทดสอบ reviewer"),
        (2, "pretest", "ทดสอบ psychometrician"),
        (2, "operational", "ทดสอบ psychometrician"),
        (2, "retired", "ทดสอบ psychometrician"),
    ]
    assert [version.content.stem for version in done.versions] == ["ข้อใดถูกต้องที่สุด", "ข้อใดเหมาะสมที่สุด"]
    with database.reading() as session:
        actions = session.exec(
            select(AuditEntry.action).where(AuditEntry.subject == item.code).order_by(AuditEntry.id)  # type: ignore[arg-type]
        ).all()
    assert actions[0] == "item.create"
    assert actions[-1] == "item.retire"


def test_an_item_in_use_stays_in_use_until_its_successor_is_released(filled: Filled) -> None:
    database, people = filled
    item = _operational(database, people)
    edited = _save(database, people["writer"], item.id, question("แก้ไขแล้ว"), started_from=1)
    assert edited.head.state is ItemState.DRAFT
    assert edited.live is not None
    assert edited.live.number == 1
    _move(database, people["writer"], item.id, "submit")
    _move(database, people["reviewer"], item.id, "approve")
    released = _move(database, people["psychometrician"], item.id, "release")
    assert released.live is not None
    assert released.live.number == 2
    assert released.versions[0].state is ItemState.RETIRED


def test_a_faulty_item_is_taken_out_of_use_while_its_successor_is_written(filled: Filled) -> None:
    database, people = filled
    item = _operational(database, people)
    _save(database, people["writer"], item.id, question("แก้ไขแล้ว"), started_from=1)
    with database.reading() as session:
        seen = item_view(session, actor=people["psychometrician"], item_id=item.id)
    assert [move.name for move in seen.possible_moves] == ["retire"]
    retired = _move(database, people["psychometrician"], item.id, "retire", "เฉลยผิด")
    assert retired.live is None
    assert [version.state.value for version in retired.versions] == ["retired", "draft"]
    with pytest.raises(IllegalMove):  # a draft that was never in use has nothing to retire
        _move(database, people["psychometrician"], item.id, "retire", "เฉลยผิด")


def test_nobody_approves_or_returns_his_own(filled: Filled) -> None:
    database, people = filled
    both = replace(people["writer"], roles=people["writer"].roles | people["reviewer"].roles)
    item = _create(database, both)
    _move(database, both, item.id, "submit")
    for name in ("approve", "return"):
        with pytest.raises(OwnWork):
            _move(database, both, item.id, name, "note")
    with database.reading() as session:
        names = [move.name for move in item_view(session, actor=both, item_id=item.id).possible_moves]
    assert names == ["withdraw"]


@pytest.mark.parametrize("name", sorted(MOVES))
def test_each_move_needs_its_role_and_its_state(filled: Filled, name: str) -> None:
    database, people = filled
    move = MOVES[name]
    for state in ItemState:
        if state not in move.sources:
            with pytest.raises(IllegalMove):
                next_state(state, name)
    item = _create(database, people["writer"])
    if ItemState.DRAFT not in move.sources:
        with pytest.raises(IllegalMove):
            _move(database, people["writer"], item.id, name)
    wrong_role = "reviewer" if "item_writer" in {role.value for role in move.roles} else "writer"
    _move(database, people["writer"], item.id, "submit")
    if ItemState.IN_REVIEW in move.sources:
        with pytest.raises(NotAllowed):
            _move(database, people[wrong_role], item.id, name, "note")


def test_a_return_and_a_retirement_need_a_reason(filled: Filled) -> None:
    database, people = filled
    item = _create(database, people["writer"])
    _move(database, people["writer"], item.id, "submit")
    with pytest.raises(InvalidInput, match="note"):
        _move(database, people["reviewer"], item.id, "return", "  ")


def test_two_editors_do_not_overwrite_each_other(filled: Filled) -> None:
    database, people = filled
    item = _create(database, people["writer"])
    _save(database, people["writer"], item.id, question("first"), started_from=1)
    with pytest.raises(EditConflict, match="Version 2 was saved"):
        _save(database, people["writer2"], item.id, question("second"), started_from=1)
    same = _save(database, people["writer"], item.id, question("first"), started_from=2)
    assert same.head.number == 2  # nothing changed, so nothing is stored


def test_an_item_under_review_is_not_edited(filled: Filled) -> None:
    database, people = filled
    item = _create(database, people["writer"])
    _move(database, people["writer"], item.id, "submit")
    with pytest.raises(IllegalMove, match="in_review"):
        _save(database, people["writer"], item.id, question("x"), started_from=1)


def test_only_criteria_with_a_written_exam_take_items(filled: Filled) -> None:
    database, people = filled
    with pytest.raises(InvalidInput, match="DTR104 is assessed by other methods"):
        _create(database, people["writer"], question(criterion="DTR104-4.1"))
    with pytest.raises(InvalidInput, match=r"there is no XX1-1\.1"):
        _create(database, people["writer"], question(criterion="XX1-1.1"))


def test_candidates_see_nothing_of_the_bank(filled: Filled) -> None:
    database, people = filled
    item = _create(database, people["writer"])
    with database.reading() as session:
        for call in (
            lambda: item_view(session, actor=people["candidate"], item_id=item.id),
            lambda: list_items(session, actor=people["candidate"]),
            lambda: coverage(session, actor=people["candidate"]),
        ):
            with pytest.raises(NotAllowed):
                call()
        with pytest.raises(NotFound):
            item_view(session, actor=people["writer"], item_id=UUID(int=0))


def test_lists_filter_search_and_page(filled: Filled) -> None:
    database, people = filled
    with database.reading() as session:
        writer = people["writer"]
        _, total = list_items(session, actor=writer)
        by_unit, in_unit = list_items(session, actor=writer, criterion="DG100", limit=7)
        second, _ = list_items(session, actor=writer, criterion="DG100", limit=7, offset=7)
        by_criterion, _ = list_items(session, actor=writer, criterion="DG101-1.1")
        drafts, n_drafts = list_items(session, actor=writer, state=ItemState.DRAFT)
        found, n_found = list_items(session, actor=writer, search="dlit101-1.1-0")
    assert (total, in_unit, len(by_unit), len(second)) == (len(starter_items()), 20, 7, 7)
    assert {line.criterion for line in by_criterion} == {"DG101-1.1"}
    assert not set(by_unit) & set(second)
    assert (drafts, n_drafts) == ((), 0)
    assert n_found == len(found) == 5


def test_coverage_counts_live_items_and_grades_them(filled: Filled) -> None:
    database, people = filled
    _create(database, people["writer"])
    with database.writing() as session:
        lines, _ = list_items(session, actor=people["writer"], criterion="DL101-1.1")
        for line in lines:
            move_item(session, actor=COMMAND_LINE, item_id=line.id, move_name="retire", note="ล้าสมัย", now=NOON)
    with database.reading() as session:
        units = {unit.code: unit for unit in coverage(session, actor=people["writer"])}
    assert (units["DG100"].live, units["Dlit100"].live, units["DT600"].live) == (20, 90, 51)
    first = units["DG100"].elements[0].criteria[0]
    assert (first.live, first.in_work, first.level) == (5, 1, CoverageLevel.GOOD)
    assert units["DT600"].elements[0].criteria[0].level is CoverageLevel.FAIR
    assert (units["DL100"].uncovered, units["DL200"].uncovered) == (1, 0)
    assert all(
        criterion.level is CoverageLevel.NOT_WRITTEN
        for element in units["DTR200"].elements
        for criterion in element.criteria
    )


def test_the_starter_bank_is_installed_once(filled: Filled) -> None:
    database, _ = filled
    with database.writing() as session:
        assert install_starter_bank(session, actor=COMMAND_LINE, now=NOON) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stem": " "}, "stem"),
        ({"criterion": ""}, "criterion"),
        ({"difficulty_rating": 6}, "difficulty_rating"),
        ({"difficulty_rating": 0}, "difficulty_rating"),
        ({"language": "xx"}, "language"),
        ({"options": ()}, "options"),
        ({"options": (Option("a", True), Option(" ", False))}, "options.2"),
        ({"options": (Option("a", True), Option("a", False))}, "options"),
        ({"options": (Option("a", True), Option("b", True))}, "key"),
        ({"options": (Option("a", False), Option("b", False))}, "key"),
        ({"options": tuple(Option(str(n), n == 0) for n in range(10))}, "options"),
        ({"type": ItemType.TRUE_FALSE}, "options"),
        ({"type": ItemType.MULTIPLE_CHOICE, "options": (Option("a", True), Option("b", True))}, "key"),
    ],
)
def test_content_that_could_not_be_asked_is_refused_by_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        replace(question(), **change)  # type: ignore[arg-type]
    assert refusal.value.details["field"] == field


@pytest.mark.parametrize("missing", ["criterion", "type", "cognitive_level", "difficulty_rating", "stem", "options"])
def test_a_document_without_a_field_is_refused_by_its_name(missing: str) -> None:
    document = question().to_dict()
    del document[missing]
    with pytest.raises(InvalidInput, match=missing):
        ItemContent.from_dict(document)


@pytest.mark.parametrize(
    ("field", "value"), [("type", "essay"), ("cognitive_level", "guess"), ("difficulty_rating", "x")]
)
def test_a_document_with_an_impossible_value_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        ItemContent.from_dict(question().to_dict() | {field: value})


@given(st.sets(st.integers(0, 4), min_size=1, max_size=4), st.sets(st.integers(0, 4), min_size=1))
def test_multiple_choice_scores_one_for_exactly_the_key(key: set[int], chosen: set[int]) -> None:
    content = replace(
        question(), type=ItemType.MULTIPLE_CHOICE, options=tuple(Option(f"{n}", n in key) for n in range(5))
    )
    assert content.score(sorted(chosen)) == int(chosen == key)
    assert ItemContent.from_dict(content.to_dict()) == content


@pytest.mark.parametrize("selected", [[], [4], [-1], [0, 1]])
def test_an_answer_that_the_question_cannot_have_is_refused(selected: list[int]) -> None:
    with pytest.raises(InvalidInput, match="answer"):
        question().score(selected)


def test_every_starter_item_is_complete() -> None:
    items = starter_items()
    per_criterion: dict[str, int] = {}
    for code, content in items:
        assert code.startswith(f"{content.criterion}-")
        assert all(option.rationale.strip() for option in content.options), code
        assert content.source.strip(), code
        per_criterion[content.criterion] = per_criterion.get(content.criterion, 0) + 1
    written = {
        criterion.code: unit.code
        for unit in load_starter_standard().units
        for element in unit.elements
        if element.is_written
        for criterion in element.criteria
    }
    assert per_criterion.keys() == written.keys()
    assert len(written) == 135
    assert all(count >= (5 if written[code] == "Dlit100" else 3) for code, count in per_criterion.items())
    assert len(items) == 449


def test_ratings_of_the_starter_bank_spread_over_the_scale() -> None:
    ratings = Counter(content.difficulty_rating for _, content in starter_items())
    total = sum(ratings.values())
    assert all(ratings[rating] >= 0.07 * total for rating in range(1, 6)), ratings
    per_criterion: dict[str, set[int]] = {}
    for _, content in starter_items():
        per_criterion.setdefault(content.criterion, set()).add(content.difficulty_rating)
    assert all(len(found) > 1 for found in per_criterion.values())


def test_the_starter_bank_shows_what_questions_can_be() -> None:
    contents = [content for _, content in starter_items()]
    testlets = Counter(content.testlet for content in contents if content.testlet)
    assert testlets, "no testlet"
    assert all(size > 1 for size in testlets.values())
    check_published_testlets((code, content.criterion[:4], content) for code, content in starter_items())
    assert [content.maximum_score for content in contents if content.partial_credit] == [3]


def test_starter_items_keep_to_the_house_rules_of_item_writing() -> None:
    keys = []
    for code, content in starter_items():
        texts = [option.text for option in content.options]
        assert not any("ถูกทุกข้อ" in text or "ไม่มีข้อใดถูก" in text for text in texts), code
        if content.type is ItemType.SINGLE_CHOICE:
            keys.append(content.key_letters)
            assert len(texts) == 4, code
    share = {letter: keys.count(letter) / len(keys) for letter in "ABCD"}
    assert all(0.15 <= part <= 0.35 for part in share.values()), share
    assert len({content.stem for _, content in starter_items()}) == len(starter_items())
