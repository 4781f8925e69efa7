"""How studies end: with their basis, by cancelling, with the server, by a breakdown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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
from itembank.tables import DifStudyRun
from tests.itembank.dif_studies.conftest import Study
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


def test_a_study_of_a_killed_server_is_given_up(study: Study) -> None:
    run = study.ask()
    with study.database.writing() as session:
        row = session.get_one(DifStudyRun, run.id)
        row.state, row.heartbeat_at = StudyState.RUNNING.value, NOON
    DifStudyWorker(study.database, clock=lambda: NOON + timedelta(minutes=2)).work_off()
    view = study.see(run.id)
    assert (view.state, view.possible_moves) == (StudyState.INTERRUPTED, ("again",))


def test_a_breakdown_is_told_by_its_kind_alone(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("member-1 is in group ms")

    monkeypatch.setattr(work_module, "dif_study", broken)
    view = study.carried_out()
    assert view.failure == Failure(FailureKind.UNEXPECTED, "ZeroDivisionError")


def test_failures_survive_their_record() -> None:
    failure = Failure.of_refusal("no_anchors", "only 2: of 9")
    assert Failure.from_record(failure.to_record()) == failure
    assert Failure.of_refusal("bad_option", "x").kind is FailureKind.REFUSED
    assert Failure.from_record("") is None
