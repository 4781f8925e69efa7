"""Flaws over the bank: counted as the rules say, explained by people, and the shipped items' reasons."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from itembank.authoring import starter
from itembank.authoring.content import Option
from itembank.authoring.flawed_items import (
    bank_flaws,
    explain_flaw,
    false_alarms,
    flawed_items,
    reasons_of_item,
    standing_reasons,
)
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.items import ItemView, move_item
from itembank.authoring.lint_report import lint_starter_bank
from itembank.authoring.starter import starter_flaw_reasons
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, NotFound, UnreadableFile
from itembank.tables import AuditEntry
from tests.itembank.authoring.written import SINGLE, create, release, save
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
WHY = "เป็นคำที่ข้อสอบถาม"
FLAWED = tuple(
    replace(option, text=f"{option.text} เสมอ") if n == 2 else option for n, option in enumerate(SINGLE.options)
)


def explain(database: Database, people: Institution, item: ItemView, *, rule: Rule = Rule.ABSOLUTE_WORDS) -> None:
    with database.writing() as session:
        explain_flaw(session, actor=people["writer"], item_id=item.id, rule=rule, reason=f" {WHY} ", now=NOON)


def reasons(database: Database, item: ItemView) -> list[tuple[Rule, str, str]]:
    with database.reading() as session:
        found = standing_reasons(session, item_version_id=item.head.id)
    return [(reason.rule, reason.reason, reason.given_by) for reason in found]


def test_every_warning_about_a_shipped_item_has_a_reason_and_every_reason_a_warning() -> None:
    report = lint_starter_bank()
    warned = {(item.code, flaw.rule) for item in report.items for flaw in item.flaws}
    given = {(reason.item, reason.rule) for reason in starter_flaw_reasons()}
    assert warned == given
    assert all(reason.thai.strip() and reason.english.strip() for reason in starter_flaw_reasons())
    assert false_alarms() == Counter(rule for _, rule in warned)


def test_counts_are_those_of_the_report(database: Database, institution: Institution) -> None:
    report = lint_starter_bank()
    with database.reading() as session:
        found = bank_flaws(session, actor=institution["reviewer"])
        everything, count = flawed_items(session, actor=institution["reviewer"], limit=500)
    assert {count.rule.value: count.items for count in found.rules} == report.by_rule
    assert (found.items, found.warned, found.shipped) == (report.n_items, len(report.items), report.n_items)
    assert all(count.items == count.explained == count.false_alarms for count in found.rules)
    assert [(keys.options, keys.counts) for keys in found.keys] == [(keys.options, keys.counts) for keys in report.keys]
    assert count == len(report.items)
    by_code = {item.line.code: item for item in everything}
    for item in report.items:
        assert sorted(by_code[item.code].flaws, key=repr) == sorted(item.flaws, key=repr)
        assert set(by_code[item.code].reasons) == {flaw.rule for flaw in item.flaws}


def test_a_reason_is_kept_for_the_version_and_carried_over_while_the_warning_is_the_same(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, options=FLAWED)
    with database.reading() as session:
        found, count = flawed_items(session, actor=people["writer"], unexplained=True)
        assert ([one.line.code for one in found], count) == ([item.code], 1)
        assert [flaw.seen for flaw in found[0].flaws] == ["เสมอ"]
        assert flawed_items(session, actor=people["writer"], rule=Rule.ODD_ONE_OUT, unexplained=True) == ((), 0)
    explain(database, people, item)
    explain(database, people, item)  # a second time changes nothing but who and when
    assert reasons(database, item) == [(Rule.ABSOLUTE_WORDS, WHY, "ทดสอบ writer")]
    with database.reading() as session:
        assert flawed_items(session, actor=people["writer"], unexplained=True) == ((), 0)
        deeds = session.exec(select(AuditEntry.subject).where(AuditEntry.action == "item.explain_flaw")).all()
        assert deeds == [item.code, item.code]
        assert [one.rule for one in reasons_of_item(session, actor=people["reviewer"], item_id=item.id)] == [
            Rule.ABSOLUTE_WORDS
        ]
    same = save(database, people, item, stem="ข้อใดถูกต้องที่สุดตามระเบียบ")
    assert reasons(database, same) == [(Rule.ABSOLUTE_WORDS, WHY, "ทดสอบ writer")]
    other = save(database, people, same, options=(*FLAWED[:2], replace(FLAWED[2], text="ไม่เคยทำ"), FLAWED[3]))
    assert reasons(database, other) == []
    mended = save(database, people, other, options=SINGLE.options)
    with database.reading() as session:
        assert flawed_items(session, actor=people["writer"], unexplained=True) == ((), 0)
        assert mended.code not in [one.line.code for one in flawed_items(session, actor=people["writer"], limit=99)[0]]
    assert reasons(database, item) != []  # the earlier version keeps its own


def test_a_reason_for_one_item_explains_no_other(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, stem="ระบบ ABCX ใช้ทำสิ่งใด")  # shipped items have reasons for this rule
    with database.reading() as session:
        for rule in (None, Rule.UNEXPLAINED_ABBREVIATION):
            found, count = flawed_items(session, actor=people["writer"], rule=rule, unexplained=True)
            assert ([one.line.code for one in found], count) == ([item.code], 1)


def test_retired_items_are_not_counted(filled: Filled) -> None:
    database, people = filled
    item = release(database, people, create(database, people, options=FLAWED))
    with database.reading() as session:
        before = bank_flaws(session, actor=people["writer"])
    with database.writing() as session:
        move_item(session, actor=people["psychometrician"], item_id=item.id, move_name="retire", note="เก่า", now=NOON)
    with database.reading() as session:
        after = bank_flaws(session, actor=people["writer"])
        assert flawed_items(session, actor=people["writer"], rule=Rule.ABSOLUTE_WORDS) == ((), 0)
    assert (after.items, after.warned) == (before.items - 1, before.warned - 1)
    assert sum(sum(keys.counts) for keys in after.keys) == sum(sum(keys.counts) for keys in before.keys) - 1


def test_a_reason_needs_a_writer_a_warning_and_words(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, options=FLAWED)
    with pytest.raises(NotFound):
        explain(database, people, item, rule=Rule.ALL_OR_NONE)
    with database.writing() as session:
        with pytest.raises(InvalidInput):
            explain_flaw(
                session, actor=people["writer"], item_id=item.id, rule=Rule.ABSOLUTE_WORDS, reason=" ", now=NOON
            )
        for who in ("candidate", "reviewer", "psychometrician", "administrator"):
            with pytest.raises(NotAllowed):
                explain_flaw(
                    session, actor=people[who], item_id=item.id, rule=Rule.ABSOLUTE_WORDS, reason=WHY, now=NOON
                )
        for who in ("candidate", "judge"):
            for read in (bank_flaws, flawed_items):
                with pytest.raises(NotAllowed):
                    read(session, actor=people[who])
            with pytest.raises(NotAllowed):
                reasons_of_item(session, actor=people[who], item_id=item.id)
    assert reasons(database, item) == []


def test_options_of_every_type_are_read(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, options=(Option("ใช่", correct=True), *FLAWED[2:]))
    with database.reading() as session:
        found, _ = flawed_items(session, actor=people["writer"], rule=Rule.MISSING_RATIONALE)
    assert [(one.line.code, [flaw.field for flaw in one.flaws]) for one in found] == [(item.code, ["options.1"])]


@pytest.mark.parametrize(("field", "value"), [("item", "X-1"), ("rule", "ugly")])
def test_a_shipped_reason_about_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, value: str
) -> None:
    document = {"item": "DG101-1.1-01", "rule": "odd_one_out", "th": "ก", "en": "a"} | {field: value}
    (tmp_path / "starter").mkdir()
    (tmp_path / "starter" / "flaw_reasons.json").write_text(json.dumps([document]), encoding="utf-8")
    starter.starter_items()
    starter_flaw_reasons.cache_clear()
    monkeypatch.setattr(starter, "files", lambda _: tmp_path)
    with pytest.raises(UnreadableFile, match=value):
        starter_flaw_reasons()
    monkeypatch.undo()
    starter_flaw_reasons.cache_clear()
