"""Decisions about items: who may, what is remembered, what the next bank is without, which exams would fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import ItemContent
from itembank.authoring.items import move_item, save_item
from itembank.authoring.lifecycle import ItemState
from itembank.calibration_runs.item_statistics import ItemStatisticsLine, item_statistics
from itembank.database import Database
from itembank.delivery.sittings import start_sitting
from itembank.errors import ExamsLeftShort, IllegalMove, InvalidInput, ItemNotInForce, NotAllowed, NotFound
from itembank.item_decisions.decide import MAXIMUM_REASON, decide_item
from itembank.item_decisions.decision_views import DecisionView, Standing, decisions_about
from itembank.item_decisions.harm import Harm
from itembank.item_decisions.held_items import held_versions
from itembank.item_decisions.item_case import item_case, reasons_now
from itembank.item_decisions.item_uses import item_uses
from itembank.item_decisions.queue import ANY, HarmQueue, QueueFilter, harm_queue
from itembank.item_decisions.unit_harm import unit_harms
from itembank.item_decisions.verdicts import Verdict
from itembank.publishing.banks import bank_in_force, publish_bank, unpublished_changes
from itembank.tables import AuditEntry, BankItem, Exam, ItemDecision, ItemMove, ItemVersion, Sitting
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.test_statement_counts import statements
from tests.support.institution import NOON, Institution

Both = tuple[Database, Institution]


def lines(both: Both, unit: str = "DG100") -> tuple[ItemStatisticsLine, ...]:
    with both[0].reading() as session:
        return item_statistics(session, actor=both[1]["psychometrician"], unit=unit).lines


def decide(
    both: Both,
    line: ItemStatisticsLine,
    verdict: Verdict,
    *,
    reason: str = "ตรวจแล้ว",
    despite: bool = True,
    after: int = 0,
) -> DecisionView:
    with both[0].writing() as session:
        return decide_item(
            session, actor=both[1]["psychometrician"], item_id=line.item_id, version=line.version, verdict=verdict,
            reason=reason, now=NOON + timedelta(minutes=after), despite_exams=despite,
        )  # fmt: skip


def publish(both: Both) -> int:
    with both[0].writing() as session:
        return publish_bank(session, actor=both[1]["psychometrician"], now=NOON).number


def queue(both: Both, **wanted: str) -> HarmQueue:
    with both[0].reading() as session:
        found = harm_queue(session, actor=both[1]["psychometrician"], wanted=QueueFilter(**wanted))
    assert found is not None
    return found


def weaken(both: Both, line: ItemStatisticsLine, discrimination: float) -> None:
    with both[0].writing() as session:
        for row in session.exec(select(BankItem).where(BankItem.item_version_id == line.item_version_id)).all():
            row.discrimination = discrimination
            session.add(row)


def test_a_held_item_leaves_with_the_next_bank_and_comes_back_as_it_was(filled: Both) -> None:
    database, institution = filled
    line = lines(filled)[0]
    with database.writing() as session:
        start_sitting(session, actor=institution["candidate"], exam_id=institution.exam, now=NOON)
        row = session.get_one(BankItem, (bank_in_force(session).id, line.item_version_id))
        row.discrimination, row.difficulty, row.parameter_source = 1.7, 0.9, "calibration"
        session.add(row)
    decision = decide(filled, line, Verdict.HOLD, reason="  ตัวเลือก ข ถูกได้  ")
    assert (decision.verdict, decision.reason, decision.bank_number) == (Verdict.HOLD, "ตัวเลือก ข ถูกได้", 1)
    assert line.code in {found.code for found in lines(filled)}  # nothing happens before a bank is published
    with database.reading() as session:
        assert held_versions(session) == {line.item_version_id}
        assert unpublished_changes(session) == 1
    assert publish(filled) == 2
    assert line.code not in {found.code for found in lines(filled)}
    assert {sitting.bank_id for sitting in stored(database, Sitting)} != {bank.bank_id for bank in _in_force(filled)}
    assert [held.code for held in queue(filled, standing=ANY).outside] == [line.code]
    decide(filled, line, Verdict.RELEASE, after=1)
    assert publish(filled) == 3
    back = next(found for found in lines(filled) if found.code == line.code)
    assert (back.discrimination, back.difficulty, back.source) == (1.7, 0.9, "calibration")
    with database.reading() as session:
        history = decisions_about(session, actor=institution["psychometrician"], item_id=line.item_id)
        uses = item_uses(session, actor=COMMAND_LINE, item_id=line.item_id, unit="DG100", now=NOON)
    assert [entry.verdict for entry in history] == [Verdict.RELEASE, Verdict.HOLD]
    (sets,) = uses.parameter_sets
    assert (sets.first_bank, sets.last_bank, sets.in_force, sets.parameters.discrimination) == (1, 3, True, 1.7)
    assert [exam.exam_id for exam in uses.exams] == [institution.exam]


def _in_force(both: Both) -> list[BankItem]:
    with both[0].reading() as session:
        rows = list(session.exec(select(BankItem).where(BankItem.bank_id == bank_in_force(session).id)).all())
        session.expunge_all()
    return rows


def test_retiring_goes_through_the_items_life_and_leaves_with_the_next_bank(filled: Both) -> None:
    database, _ = filled
    line = lines(filled)[0]
    decide(filled, line, Verdict.RETIRE, reason="เฉลยผิด")
    (version,) = [row for row in stored(database, ItemVersion) if row.id == line.item_version_id]
    assert version.state == ItemState.RETIRED
    move = max(stored(database, ItemMove), key=lambda row: row.id or 0)
    assert (move.item_version_id, move.from_state, move.to_state, move.note) == (
        line.item_version_id, "operational", "retired", "เฉลยผิด",
    )  # fmt: skip
    entry = max(stored(database, AuditEntry), key=lambda row: row.id or 0)
    assert (entry.action, entry.subject, entry.details) == ("item.retire", line.code, {"version": 1, "note": "เฉลยผิด"})
    assert queue(filled).leaving == (line.code,)
    with pytest.raises(IllegalMove):
        decide(filled, line, Verdict.HOLD, after=1)
    publish(filled)
    assert line.code not in {found.code for found in lines(filled)}
    with pytest.raises(ItemNotInForce):
        decide(filled, line, Verdict.ACCEPT, after=2)


def test_only_the_version_decided_about_is_retired(filled: Both) -> None:
    database, _ = filled
    line = lines(filled)[0]
    with database.writing() as session:
        content = ItemContent.from_dict(session.get_one(ItemVersion, line.item_version_id).content)
        newer = ItemContent.from_dict(content.to_dict() | {"stem": f"{content.stem} (แก้ไข)"})
        save_item(session, actor=COMMAND_LINE, item_id=line.item_id, content=newer, started_from=1, now=NOON)
        for move in ("submit", "approve", "pretest"):
            move_item(session, actor=COMMAND_LINE, item_id=line.item_id, move_name=move, now=NOON)
    decide(filled, line, Verdict.RETIRE)
    states = {row.number: row.state for row in stored(database, ItemVersion) if row.item_id == line.item_id}
    assert states == {1: "retired", 2: "pretest"}


def test_an_accepted_item_comes_back_only_for_new_or_worse_reasons(filled: Both) -> None:
    line, other = lines(filled)[:2]
    weaken(filled, line, 0.4)
    weaken(filled, other, 0.3)
    entries = queue(filled, unit="DG100").entries
    assert [entry.item.line.code for entry in entries] == [other.code, line.code]  # the weaker one first
    decide(filled, line, Verdict.ACCEPT)
    (remembered,) = stored(filled[0], ItemDecision)[0].harm
    assert (remembered["harm"], remembered["strength"]) == ("low_discrimination", pytest.approx(1.25))
    assert line.code not in {entry.item.line.code for entry in queue(filled).entries}
    weaken(filled, line, 0.35)  # a little worse
    assert line.code not in {entry.item.line.code for entry in queue(filled).entries}
    weaken(filled, line, 0.2)
    back = next(entry for entry in queue(filled).entries if entry.item.line.code == line.code)
    assert back.standing is Standing.BACK
    assert [reason.harm for reason in back.fresh] == [Harm.LOW_DISCRIMINATION]
    assert back.decision is not None


def test_the_queue_is_filtered_by_unit_reason_and_standing(filled: Both) -> None:
    line = lines(filled)[0]
    elsewhere = lines(filled, "DT600")[0]
    weaken(filled, line, 0.3)
    weaken(filled, elsewhere, 0.3)

    def codes(**wanted: str) -> set[str]:
        return {entry.item.line.code for entry in queue(filled, **wanted).entries}

    assert {line.code, elsewhere.code} <= codes()
    assert codes(unit="DT600") == {elsewhere.code}
    assert codes(harm="drift") == set()
    assert line.code in codes(harm="low_discrimination")
    decide(filled, line, Verdict.HOLD)
    assert line.code not in codes()
    assert codes(standing="held") == {line.code}
    assert line.code in codes(standing=ANY)
    assert queue(filled, unit="DG100").unexamined == ("DG100",)
    for wrong in ({"harm": "ugliness"}, {"standing": "lying"}):
        with pytest.raises(InvalidInput):
            QueueFilter(**wrong)
    with pytest.raises(NotFound):
        queue(filled, unit="DG999")


def test_a_held_item_that_is_retired_waits_for_nothing(filled: Both) -> None:
    database, institution = filled
    decided, elsewhere = lines(filled)[:2]
    for line in (decided, elsewhere):
        decide(filled, line, Verdict.HOLD)
    decide(filled, decided, Verdict.RETIRE, after=1)
    with database.writing() as session:  # the other one where it was written, past the queue
        move_item(session, actor=COMMAND_LINE, item_id=elsewhere.item_id, move_name="retire", now=NOON, note="x")
    found = queue(filled, unit="DG100", standing="retired")
    assert {entry.item.line.code for entry in found.entries} == {decided.code, elsewhere.code}
    with database.reading() as session:
        assert held_versions(session) == frozenset()
    publish(filled)
    assert queue(filled, standing=ANY).outside == ()
    with database.reading() as session:
        for line in (decided, elsewhere):
            case = item_case(session, actor=institution["psychometrician"], item_id=line.item_id, version=1, now=NOON)
            assert (case.standing, case.verdicts) == (Standing.RETIRED, ())


def test_whoever_decides_reads_the_answers_to_that_item_alone(measured: Both) -> None:
    """SQLite's one write lock is held meanwhile, and candidates wait for it."""
    line = max(lines(measured), key=lambda line: line.answers)
    with measured[0].reading() as session:
        bank = bank_in_force(session)
        entry = session.get_one(BankItem, (bank.id, line.item_version_id))
        (whole,) = unit_harms(session, bank=bank, titles={"DG100": ""})
        (alone,) = unit_harms(session, bank=bank, titles={"DG100": ""}, item_version_id=line.item_version_id)
        assert alone.items == tuple(item for item in whole.items if item.line == line)
        assert reasons_now(session, bank, entry) == alone.items[0].reasons
    with statements(measured[0]) as sent:
        decide(measured, line, Verdict.ACCEPT)
    read = [one for one in sent if "FROM recorded_answer" in one]
    assert read
    assert all("recorded_answer.item_version_id = " in one for one in read)


def test_all_units_take_one_statement_over_the_answers(measured: Both) -> None:
    with statements(measured[0]) as sent:
        assert len(queue(measured).units) > 1
    for table in ("recorded_answer", "asked_item"):
        assert len([one for one in sent if f"FROM {table}" in one]) == 1


def test_exams_that_would_fail_are_named_before(filled: Both) -> None:
    database, institution = filled
    found = lines(filled)
    per_criterion = {line.criterion: [one for one in found if one.criterion == line.criterion] for line in found}
    # With one item left for each of its criteria the blueprint needs every one of them.
    last = min(per_criterion.values(), key=len)
    for line in last[1:]:
        decide(filled, line, Verdict.HOLD)
    with database.reading() as session:
        case = item_case(session, actor=COMMAND_LINE, item_id=last[0].item_id, version=1, now=NOON)
    (short,) = case.short_exams
    assert short.exam_id == institution.exam
    assert last[0].criterion in {part.code for part in short.lacking}
    with pytest.raises(ExamsLeftShort, match="การสอบทดลอง"):
        decide(filled, last[0], Verdict.RETIRE, despite=False)
    assert all(row.item_version_id != last[0].item_version_id for row in stored(database, ItemDecision))
    with database.writing() as session:  # a closed exam hinders nobody
        exam = session.get_one(Exam, institution.exam)
        exam.closes_at = NOON - timedelta(days=1)
        session.add(exam)
    decide(filled, last[0], Verdict.RETIRE, despite=False)


def test_refusals(filled: Both) -> None:
    database, institution = filled
    line = lines(filled)[0]
    for reason in ("", " \n ", "x" * (MAXIMUM_REASON + 1)):
        with pytest.raises(InvalidInput):
            decide(filled, line, Verdict.ACCEPT, reason=reason)
    with pytest.raises(IllegalMove):
        decide(filled, line, Verdict.RELEASE)
    with database.writing() as session, pytest.raises(NotFound):
        decide_item(
            session, actor=COMMAND_LINE, item_id=line.item_id, version=9, verdict=Verdict.ACCEPT, reason="x", now=NOON
        )
    for username in ("candidate", "writer", "reviewer", "administrator"):
        about: dict[str, Any] = {"actor": institution[username], "item_id": line.item_id}
        with database.writing() as session:
            refused: tuple[tuple[Callable[..., object], dict[str, Any]], ...] = (
                (decide_item, {**about, "version": 1, "verdict": Verdict.ACCEPT, "reason": "x", "now": NOON}),
                (harm_queue, {"actor": institution[username], "wanted": QueueFilter()}),
                (item_case, {**about, "version": 1, "now": NOON}),
                (decisions_about, about),
                (item_uses, {**about, "unit": "DG100", "now": NOON}),
            )
            for use_case, rest in refused:
                with pytest.raises(NotAllowed):
                    use_case(session, **rest)
    assert stored(database, ItemDecision) == []


def test_a_double_click_decides_once(filled: Both) -> None:
    line = lines(filled)[0]
    first = decide(filled, line, Verdict.HOLD)
    assert decide(filled, line, Verdict.HOLD, after=1) == first
    with pytest.raises(IllegalMove):
        decide(filled, line, Verdict.HOLD, reason="อีกครั้ง", after=2)
    assert len(stored(filled[0], ItemDecision)) == 1


def test_the_whole_way_on_both_databases(database: Database, institution: Institution) -> None:
    both = (database, institution)
    line = lines(both)[0]
    decide(both, line, Verdict.HOLD)
    assert publish(both) == 2
    decide(both, line, Verdict.RELEASE, after=1)
    assert publish(both) == 3
    weaken(both, line, 0.3)
    decide(both, line, Verdict.ACCEPT, after=2)
    assert [entry.standing for entry in queue(both, unit="DG100", standing="accepted").entries] == [Standing.ACCEPTED]
