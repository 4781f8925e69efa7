"""How studies end: with their basis, by cancelling, with the server, by a breakdown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event
from time import sleep
from typing import Any

import pytest
from sqlmodel import select

from itembank.dif_studies import work as work_module
from itembank.dif_studies.failures import Failure, FailureKind
from itembank.dif_studies.results import StudyResults
from itembank.dif_studies.states import StudyState
from itembank.dif_studies.studies import (
    cancel_study,
    request_again,
)
from itembank.dif_studies.work import execute_study
from itembank.dif_studies.worker import DifStudyWorker
from itembank.errors import IllegalMove
from itembank.group_data.bases import record_basis
from itembank.tables import DifStudyRun, GroupMembership
from tests.itembank.dif_studies.conftest import Study
from tests.support.compared_groups import FIRST_DAY, LAST_DAY
from tests.support.institution import NOON


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_basis_that_ends_ends_the_study(study: Study, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    run = study.ask()
    if when == "before":
        study.withdraw()
    else:
        computed = work_module._computed

        def withdrawn_meanwhile(*arguments: Any) -> StudyResults:
            found = computed(*arguments)
            study.withdraw()
            return found

        monkeypatch.setattr(work_module, "_computed", withdrawn_meanwhile)
    assert execute_study(study.database, run.id, clock=lambda: NOON)
    view = study.see(run.id)
    assert (view.state, view.results) == (StudyState.FAILED, None)
    assert view.failure is not None
    assert view.failure.kind is FailureKind.NO_LAWFUL_BASIS


def test_an_expired_basis_stops_a_study_that_waits(study: Study) -> None:
    run = study.ask()
    execute_study(study.database, run.id, clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
    failure = study.see(run.id).failure
    assert failure is not None
    assert failure.kind is FailureKind.NO_LAWFUL_BASIS


def test_cancelling_before_and_during(study: Study) -> None:
    waiting = study.ask()
    assert study.do(cancel_study, waiting.id).state is StudyState.CANCELLED
    assert not execute_study(study.database, waiting.id)
    with pytest.raises(IllegalMove):
        study.do(cancel_study, waiting.id)
    again = study.do(request_again, waiting.id)
    assert again.id != waiting.id
    with pytest.raises(IllegalMove):
        study.do(request_again, again.id)
    moments = iter(NOON + timedelta(seconds=number) for number in range(10_000))

    def cancelling_clock() -> datetime:
        now = next(moments)
        if now == NOON + timedelta(seconds=3):
            study.do(cancel_study, again.id)
        return now

    assert execute_study(study.database, again.id, clock=cancelling_clock)
    assert study.see(again.id).state is StudyState.CANCELLED
    assert study.see(again.id).results is None


def test_a_stopping_server_leaves_the_study_waiting_for_the_next(study: Study) -> None:
    run = study.ask()
    assert execute_study(study.database, run.id, clock=lambda: NOON, stopping=lambda: True)
    assert study.see(run.id).state is StudyState.WAITING
    worker = DifStudyWorker(study.database, clock=lambda: NOON)
    assert worker.work_off() == 1
    view = study.see(run.id)
    assert (view.state, view.done, view.total) == (StudyState.DONE, 1, 12)


def test_a_study_of_a_killed_server_is_taken_up_again_but_not_for_ever(study: Study) -> None:
    run = study.ask()

    def killed(attempts: int) -> None:
        with study.database.writing() as session:
            row = session.get_one(DifStudyRun, run.id)
            row.state, row.heartbeat_at, row.attempts = StudyState.RUNNING.value, NOON, attempts

    killed(3)
    later = NOON + timedelta(minutes=2)
    assert DifStudyWorker(study.database, clock=lambda: later).work_off() == 1
    failure = study.see(run.id).failure
    assert failure is not None
    assert failure.kind is FailureKind.SERVER_LOST
    killed(1)
    assert DifStudyWorker(study.database, clock=lambda: later).work_off() == 1
    assert study.see(run.id).state is StudyState.DONE


@pytest.mark.parametrize("change", [{"state": "interrupted"}, {"attempts": 2}])
def test_a_study_that_is_not_this_one_s_any_more_stays_as_it_is(
    study: Study, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    run = study.ask()
    computed = work_module._computed

    def lost_meanwhile(*arguments: Any) -> StudyResults:
        with study.database.writing() as session:
            row = session.get_one(DifStudyRun, run.id)
            row.state, row.attempts = change.get("state", row.state), change.get("attempts", row.attempts)
        return computed(*arguments)

    monkeypatch.setattr(work_module, "_computed", lost_meanwhile)
    execute_study(study.database, run.id, clock=lambda: NOON)
    view = study.see(run.id)
    assert (view.state.value, view.results) == (change.get("state", "running"), None)


def test_a_study_is_heard_of_while_it_loads(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itembank.background_runs.heartbeat.PULSE_SECONDS", 0.01)
    run, heard = study.ask(), Event()
    later = NOON + timedelta(minutes=1)
    load = work_module._load

    def slow(*arguments: Any, **options: Any) -> object:
        for _ in range(1000):
            with study.database.reading() as session:
                if session.get_one(DifStudyRun, run.id).heartbeat_at == later:
                    heard.set()
                    break
            sleep(0.01)
        return load(*arguments, **options)

    monkeypatch.setattr(work_module, "_load", slow)
    moments = iter([NOON])
    execute_study(study.database, run.id, clock=lambda: next(moments, later))
    assert heard.is_set()


def test_groups_that_shrank_since_are_refused_without_their_number(study: Study) -> None:
    run = study.ask()
    with study.database.writing() as session:
        members = session.exec(select(GroupMembership).where(GroupMembership.category == "ms")).all()
        for member in members[49:]:
            session.delete(member)
    assert execute_study(study.database, run.id, clock=lambda: NOON)
    assert study.see(run.id).failure == Failure(FailureKind.GROUP_TOO_SMALL, "")
    with study.database.reading() as session:
        assert session.get_one(DifStudyRun, run.id).message == "group_too_small: "


def test_a_replaced_basis_carries_no_study(study: Study) -> None:
    run = study.ask()
    with study.database.writing() as session:
        record_basis(
            session, actor=study.institution["administrator"], variable_id=study.compared.variable_id, ground="consent",
            reference="r", purpose="p", valid_from=FIRST_DAY, valid_until=LAST_DAY, now=NOON,
        )  # fmt: skip
    assert study.see(run.id).basis.state == "replaced"
    execute_study(study.database, run.id, clock=lambda: NOON)
    assert study.see(run.id).state is StudyState.FAILED


def test_a_breakdown_is_told_by_its_kind_alone(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("member-1 is in group ms")

    monkeypatch.setattr(work_module, "dif_study", broken)
    view = study.carried_out()
    assert view.failure == Failure(FailureKind.UNEXPECTED, "ZeroDivisionError")


def test_failures_survive_their_record() -> None:
    failure = Failure.of_refusal("no_anchors", "only 2: of 9")
    assert Failure.from_record(failure.to_record()) == failure
    assert Failure.of_refusal("bad_option", "group 'B' has 3 persons") == Failure(FailureKind.REFUSED, "bad_option")
    # Neither new records nor old ones tell how few there are.
    assert Failure.of_refusal("group_too_small", "group 'B' has 3 persons").detail == ""
    assert Failure.from_record("group_too_small: group 'B' has 3 persons") == Failure(FailureKind.GROUP_TOO_SMALL, "")
    assert Failure.from_record("") is None
