"""Results recomputed in batches: all or nothing is told, the first is kept, and nothing is done twice or half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from engine.outcomes.verdicts import outcomes
from engine.outcomes.without_items import state_of_answers
from itembank.clock import utc_now
from itembank.delivery.outcome_document import verdicts_document
from itembank.delivery.outcome_versions import outcomes_in_force
from itembank.delivery.records import load_record
from itembank.neutralisation import applying, proposals, work
from itembank.neutralisation.work import execute_correction
from itembank.neutralisation.worker import CorrectionWorker
from itembank.tables import AuditEntry, CorrectionRun, OutcomeVersion, RecordedAnswer, RecordedOutcome
from tests.itembank.neutralisation.conftest import Ward
from tests.support.institution import NOON


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four results at a time, and only two in the last transaction."""
    monkeypatch.setattr(applying, "BATCH", 4)
    monkeypatch.setattr(applying, "MOST_AT_THE_END", 2)


def _numbered(ward: Ward) -> dict[Any, Any]:
    return {row.sitting_id: row.document for row in ward.all(OutcomeVersion) if row.number is not None}


def _approved(ward: Ward, **changes: Any) -> Any:
    one = ward.propose(ward.code_answered_by(ward.right), **changes)
    ward.do(proposals.approve_neutralisation, one)
    return one


def _stop_after(looks: int) -> Callable[[], bool]:
    left = iter(range(looks))
    return lambda: next(left, None) is None


def test_every_result_concerned_gets_a_version_and_the_first_stays(ward: Ward) -> None:
    code = ward.code_answered_by(ward.right)
    first = {row.sitting_id: row.document for row in ward.all(RecordedOutcome)}
    ward.apply(code)
    versions = ward.all(OutcomeVersion)
    version_id = ward.all(RecordedAnswer, RecordedAnswer.sitting_id == ward.right)[0].item_version_id
    concerned = {row.sitting_id for row in ward.all(RecordedAnswer, RecordedAnswer.item_version_id == version_id)}
    assert {version.sitting_id for version in versions} == concerned
    assert {version.number for version in versions} == {2}
    assert {row.sitting_id: row.document for row in ward.all(RecordedOutcome)} == first
    with ward.database.reading() as session:
        for version in versions:
            loaded = load_record(session, version.sitting_id)
            rest = [answer for answer in loaded.responses if answer[0] != code]
            expected = outcomes(loaded.prepared, state_of_answers(loaded.prepared, rest))
            assert version.document == verdicts_document(expected)
    corrected = ward.all(AuditEntry, AuditEntry.action == "sitting.correct")
    assert {entry.subject for entry in corrected} == {str(sitting) for sitting in concerned}
    assert corrected[0].person_id == ward.institution["administrator"].person_id


def test_who_would_lose_keeps_the_result_and_who_gains_is_told(ward: Ward) -> None:
    ward.apply(ward.codes()[0], rule="better_only")
    rows = ward.all(OutcomeVersion)
    first = {row.sitting_id: row.document for row in ward.all(RecordedOutcome)}
    assert rows
    for row in rows:
        adopted = row.weighed[-1]["adopted"]
        assert (row.number == 2) == adopted
        if not adopted:
            kept = first[row.sitting_id]
            assert row.document == {"unit": kept["unit"], "elements": kept["elements"]}
    view = ward.see(ward.apply(ward.codes()[1], rule="better_only"))
    assert view.corrected is not None
    assert view.preview is not None
    assert view.corrected.replaced == view.preview.replaced


@pytest.mark.usefixtures("small_batches")
def test_nothing_is_told_before_the_last_result_is_written(ward: Ward) -> None:
    one = _approved(ward)
    run = ward.run_of(one)
    assert execute_correction(ward.database, run.id, clock=ward.now, stopping=_stop_after(3))
    written = ward.all(OutcomeVersion)
    assert 0 < len(written) < ward.see(one).preview.sittings.all  # type: ignore[union-attr]
    assert ward.see(one).state == "applying"
    assert [ward.result(row.sitting_id).version for row in written] == [1] * len(written)
    assert all(ward.replay(row.sitting_id).versions == () for row in written)
    # Taken up again it goes on, and what was written stays as it is.
    assert ward.run_of(one).state == "waiting"
    ward.work_off()
    assert {row.id for row in written} <= {row.id for row in ward.all(OutcomeVersion)}
    assert ward.see(one).state == "in_force"
    assert {ward.result(row.sitting_id).version for row in ward.all(OutcomeVersion)} == {2}


@pytest.mark.usefixtures("small_batches")
def test_a_run_that_was_interrupted_says_what_one_in_a_single_go_says(ward: Ward) -> None:
    one = _approved(ward)
    for _ in range(3):
        execute_correction(ward.database, ward.run_of(one).id, clock=ward.now, stopping=_stop_after(2))
    ward.work_off()
    in_pieces = _numbered(ward)
    ward.take_back(one)
    other = _approved(ward, rule="all", note="in one go")
    ward.work_off()
    at_once = {
        row.sitting_id: row.document for row in ward.all(OutcomeVersion, OutcomeVersion.run_id == ward.run_of(other).id)
    }
    assert in_pieces == at_once


@pytest.mark.usefixtures("small_batches")
def test_a_failure_leaves_nothing_and_can_be_tried_again(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _approved(ward)

    def lost(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    with monkeypatch.context() as broken:
        broken.setattr(applying, "_change", lost)
        ward.work_off()
    found = ward.see(one)
    assert found.run is not None
    assert (found.run.state, found.state) == ("failed", "applying")
    assert "ConnectionError" in found.run.message
    assert ward.all(OutcomeVersion) == []
    assert ward.result(ward.right).version == 1
    ward.do(proposals.try_again, one)
    ward.work_off()
    assert ward.result(ward.right).version == 2


@pytest.mark.usefixtures("small_batches")
def test_a_process_that_lost_its_claim_writes_nothing_more(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _approved(ward)
    run = ward.run_of(one)
    load = applying.load_concerned

    def overtaken(*arguments: Any, **options: Any) -> Any:
        with ward.database.writing() as session:
            row = session.get_one(CorrectionRun, run.id)
            row.attempt += 1
            session.add(row)
        return load(*arguments, **options)

    monkeypatch.setattr(applying, "load_concerned", overtaken)
    execute_correction(ward.database, run.id, clock=ward.now)
    assert ward.run_of(one).state == "running"
    assert ward.all(OutcomeVersion) == []
    assert ward.see(one).state == "applying"


def test_runs_go_one_at_a_time_and_a_silent_one_is_gone_on_with(ward: Ward) -> None:
    one = _approved(ward)
    run = ward.run_of(one)
    assert work._take_up(ward.database, run.id, now=ward.now()) == 1
    other = ward.propose(ward.codes()[1], preview=False)
    waiting = ward.run_of(other)
    assert not execute_correction(ward.database, waiting.id, clock=ward.now)
    # The real time is years from the claim: its process is silent.
    assert CorrectionWorker(ward.database, clock=utc_now).work_off() == 2
    assert ward.see(one).state == "in_force"
    assert ward.run_of(one).attempt == 2


def test_taking_back_brings_the_first_result_again_as_a_further_version(ward: Ward) -> None:
    one = ward.apply(ward.code_answered_by(ward.right))
    second = ward.result(ward.right)
    ward.take_back(one)
    third = ward.result(ward.right)
    assert [version.number for version in third.versions] == [1, 2, 3]
    assert (second.version, second.left_out, third.version, third.left_out) == (2, 1, 3, 0)
    assert third.versions[0].verdict == third.versions[2].verdict == third.outcome.verdict
    assert third.outcome.items_answered == second.outcome.items_answered + 1
    assert third.versions[2].taken_back
    assert ward.see(one).state == "taken_back"


def test_two_neutralisations_leave_out_both_and_taking_one_back_leaves_the_other(ward: Ward) -> None:
    answers = ward.all(RecordedAnswer, RecordedAnswer.sitting_id == ward.right)
    codes = [code for code in ward.codes() if code in _codes_of(ward)][:2]
    one, other = (ward.apply(code) for code in codes)
    assert ward.result(ward.right).left_out == 2
    ward.take_back(one)
    found = ward.result(ward.right)
    assert found.left_out == 1
    assert found.outcome.items_answered == len(answers) - 1
    assert [version.number for version in found.versions] == [1, 2, 3, 4]
    report = ward.replay(ward.right)
    assert report.agrees
    assert report.versions[-1].left_out == (codes[1],)
    assert ward.see(other).state == "in_force"


def test_taking_one_of_two_back_leaves_the_result_for_the_reason_of_the_other(ward: Ward) -> None:
    code = ward.code_answered_by(ward.right)
    one = ward.apply(code, reason_en="Two keys.")
    ward.apply(code, reason_en="It was leaked.")
    before = ward.result(ward.right)
    assert [version.reason_en for version in before.versions] == ["", "Two keys."]
    ward.take_back(one)
    found = ward.result(ward.right)
    assert [version.reason_en for version in found.versions] == ["", "Two keys.", "It was leaked."]
    assert (found.outcome, found.left_out, found.versions[-1].taken_back) == (before.outcome, 1, False)
    assert ward.replay(ward.right).agrees


def test_the_newest_version_counts_though_the_clock_went_back(ward: Ward) -> None:
    one = ward.apply(ward.code_answered_by(ward.right))
    ward.take_back(one)
    told = ward.result(ward.right)
    with ward.database.writing() as session:
        for row in session.exec(select(OutcomeVersion).where(OutcomeVersion.number == 3)):
            row.recorded_at = NOON
            session.add(row)
    found = ward.result(ward.right)
    assert [version.number for version in found.versions] == [1, 2, 3]
    assert (found.version, found.outcome) == (3, told.outcome)
    with ward.database.reading() as session:
        assert outcomes_in_force(session, sitting_ids=[ward.right])[ward.right].number == 3
    assert ward.replay(ward.right).agrees


def test_a_run_whose_server_goes_down_again_and_again_is_given_up(ward: Ward) -> None:
    one = _approved(ward)
    run = ward.run_of(one)
    for _ in range(2):
        # Stopped in order, it says nothing against the run.
        execute_correction(ward.database, run.id, clock=ward.now, stopping=lambda: True)
    for attempt in range(work.MOST_ATTEMPTS):
        assert work._take_up(ward.database, run.id, now=ward.now()) == attempt + 1
        with ward.database.writing() as session:
            row = session.get_one(CorrectionRun, run.id)
            row.state = "waiting"
            session.add(row)
    assert execute_correction(ward.database, run.id, clock=ward.now)
    found = ward.see(one)
    assert found.run is not None
    assert (found.state, found.run.state) == ("applying", "failed")
    assert "the server went down" in found.run.message
    assert "again" in found.possible_moves
    assert ward.all(OutcomeVersion) == []


def _codes_of(ward: Ward) -> set[str]:
    return {step.item for step in ward.replay(ward.right).steps}
