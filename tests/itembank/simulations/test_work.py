"""Executing simulations: the child process, its progress, its priority, cancelling, failing, one at a time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.design import prepare_exam
from engine.errors import InvalidSetting
from engine.simulation.simulate import simulate
from itembank.database import Database
from itembank.publishing.banks import bank_in_force
from itembank.publishing.pools import unit_pool
from itembank.simulations import child, work
from itembank.simulations.child_messages import Breakdown, Death, Refusal, Report, Step
from itembank.simulations.child_process import run_in_child
from itembank.simulations.computation import SimulationTask
from itembank.simulations.failures import Failure, FailureKind
from itembank.simulations.runs import SimulationView, cancel_simulation, simulation_view
from itembank.simulations.states import SimulationState
from itembank.simulations.work import execute_simulation
from itembank.simulations.worker import SimulationWorker
from itembank.tables import SimulationRun
from tests.itembank.simulations.conftest import Laboratory
from tests.support.institution import NOON, Institution
from tests.support.quiet_task import LookAround


def running_children() -> list[int]:
    """Process ids of the simulations that this process has started and not buried."""
    found = []
    for told in Path("/proc/self/task").glob("*/children"):
        for pid in told.read_text().split():
            if b"itembank.simulations.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return found


def set_run(database: Database, run_id: UUID, **values: Any) -> None:
    with database.writing() as session:
        run = session.get_one(SimulationRun, run_id)
        for name, value in values.items():
            setattr(run, name, value)
        session.add(run)


def test_a_run_finds_what_the_delivering_engine_finds(laboratory: Laboratory) -> None:
    run = laboratory.ask(examinees=30, seed=7)
    assert execute_simulation(laboratory.database, run.id)
    done = laboratory.see(run.id)
    assert (done.state, done.done, done.total, done.failure) == (SimulationState.DONE, 30, 30, None)
    with laboratory.database.reading() as session:
        pool = unit_pool(session, bank_id=bank_in_force(session).id, unit="DG100")
        here = simulate(prepare_exam(run.design, pool.pool), examinees=30, seed=7)
    assert done.report is not None
    assert done.report["rmse"] == here.rmse
    assert done.report["exposure"] == dict(here.exposure)
    assert done.figures["mean_length"] == here.mean_length
    assert running_children() == []


def test_the_computation_is_the_last_that_the_machine_does(laboratory: Laboratory) -> None:
    run = laboratory.ask(examinees=400)
    seen: list[int] = []

    def looking() -> bool:
        seen.extend(os.getpriority(os.PRIO_PROCESS, pid) for pid in running_children())
        return False

    assert execute_simulation(laboratory.database, run.id, stopping=looking)
    assert set(seen) == {19}
    assert os.getpriority(os.PRIO_PROCESS, 0) < 19


class Ticking:
    """A clock that is a second further each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_progress_is_written_while_it_runs_and_cancelling_is_heard(laboratory: Laboratory) -> None:
    run = laboratory.ask(examinees=5000)
    followed: list[SimulationView] = []

    def looking() -> bool:
        followed.append(laboratory.see(run.id))
        if followed[-1].done and not followed[-1].cancel_requested:
            laboratory.do(cancel_simulation, run.id)
        return False

    assert execute_simulation(laboratory.database, run.id, clock=Ticking(), stopping=looking)
    assert followed[0].state is SimulationState.RUNNING
    assert 0 < followed[-1].done < 5000
    after = laboratory.see(run.id)
    assert (after.state, after.report) == (SimulationState.CANCELLED, None)
    assert after.finished_at is not None
    assert running_children() == []


def test_a_server_that_stops_hands_the_run_on(laboratory: Laboratory) -> None:
    run = laboratory.ask()
    assert execute_simulation(laboratory.database, run.id, stopping=lambda: True)
    waiting = laboratory.see(run.id)
    assert (waiting.state, waiting.finished_at) == (SimulationState.WAITING, None)
    assert SimulationWorker(laboratory.database).work_off() == 1
    assert laboratory.see(run.id).state is SimulationState.DONE


def test_what_the_engine_refuses_fails_with_its_sentence(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = laboratory.ask()
    monkeypatch.setattr(work, "run_in_child", lambda task, on_step: Refusal("the pool is empty"))
    assert execute_simulation(laboratory.database, run.id)
    failed = laboratory.see(run.id)
    assert failed.state is SimulationState.FAILED
    assert failed.failure == Failure(FailureKind.REFUSED, "the pool is empty")


def test_an_unexpected_failure_is_told_too(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(task: SimulationTask, *, on_step: Callable[[int, int], bool]) -> None:
        raise MemoryError

    run = laboratory.ask()
    monkeypatch.setattr(work, "run_in_child", broken)
    assert execute_simulation(laboratory.database, run.id)
    failed = laboratory.see(run.id)
    assert failed.state is SimulationState.FAILED
    assert failed.failure == Failure(FailureKind.UNEXPECTED, "MemoryError")


def test_two_never_run_at_once(laboratory: Laboratory) -> None:
    runs = [laboratory.ask(seed=seed) for seed in range(3)]
    assert [laboratory.see(run.id).waiting_before for run in runs] == [0, 1, 2]
    set_run(laboratory.database, runs[1].id, state="running", heartbeat_at=NOON)
    assert not execute_simulation(laboratory.database, runs[0].id)
    assert SimulationWorker(laboratory.database, clock=lambda: NOON).work_off() == 0
    assert laboratory.see(runs[0].id).state is SimulationState.WAITING
    set_run(laboratory.database, runs[1].id, state="done")
    assert SimulationWorker(laboratory.database).work_off() == 2


def test_of_several_processes_one_gets_a_run(
    database: Database, institution: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    laboratory = Laboratory(database, institution)
    runs = [laboratory.ask(seed=seed) for seed in range(2)]
    monkeypatch.setattr(work, "run_in_child", slow)
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda number: execute_simulation(database, runs[number % 2].id), range(4)))
    assert sum(taken) == 1
    assert SimulationWorker(database).work_off() == 1
    assert {laboratory.see(run.id).state for run in runs} == {SimulationState.DONE}


def slow(task: SimulationTask, *, on_step: Callable[[int, int], bool]) -> Report:
    time.sleep(0.5)
    return Report({"examinees": task.options.examinees})


def test_a_run_that_fell_silent_is_given_up_and_makes_room(laboratory: Laboratory) -> None:
    silent, waiting = laboratory.ask(seed=1), laboratory.ask(seed=2)
    set_run(laboratory.database, silent.id, state="running", heartbeat_at=NOON - timedelta(seconds=61))
    assert SimulationWorker(laboratory.database, clock=lambda: NOON).work_off() == 1
    given_up = laboratory.see(silent.id)
    assert (given_up.state, given_up.finished_at, given_up.possible_moves) == (SimulationState.INTERRUPTED, NOON, ())
    assert laboratory.see(waiting.id).state is SimulationState.DONE


def test_the_worker_takes_up_runs_by_itself_and_stops(laboratory: Laboratory) -> None:
    worker = SimulationWorker(laboratory.database)
    worker.start()
    try:
        run = laboratory.ask(examinees=5000)
        worker.wake()
        deadline = time.monotonic() + 20
        while laboratory.see(run.id).state is not SimulationState.RUNNING and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        worker.stop()
    assert laboratory.see(run.id).state is SimulationState.WAITING
    assert running_children() == []


def task_of(laboratory: Laboratory, **changes: Any) -> SimulationTask:
    run = laboratory.ask(**changes)
    with laboratory.database.reading() as session:
        view = simulation_view(session, actor=laboratory.actor, run_id=run.id)
        pool = unit_pool(session, bank_id=bank_in_force(session).id, unit="DG100")
    return SimulationTask(view.design, pool.pool, view.options)


def test_a_child_that_is_killed_is_heard_of(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(done: int, total: int) -> bool:
        for pid in running_children():
            os.kill(pid, signal.SIGKILL)
        return True

    assert run_in_child(task_of(laboratory), on_step=kill) == Death(-9)
    run = laboratory.ask(seed=9)
    monkeypatch.setattr(work, "run_in_child", lambda task, on_step: Death(-9))
    assert execute_simulation(laboratory.database, run.id)
    assert laboratory.see(run.id).failure == Failure(FailureKind.PROCESS_ENDED, "-9")


def test_a_failure_of_another_time_is_told_as_it_stands() -> None:
    assert Failure.from_record("no room: none") == Failure(FailureKind.UNEXPECTED, "no room: none")
    assert Failure.from_record("") is None


class Line:
    """The child's end of the line, without a child."""

    def __init__(self, task: SimulationTask | None) -> None:
        self.task = task
        self.sent: list[Any] = []

    def recv(self) -> SimulationTask:
        if self.task is None:
            raise EOFError
        return self.task

    def send(self, what: Any) -> None:
        self.sent.append(what)


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's part without what would change this process."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def childs_part(line: Line) -> None:
    child.work(line)  # type: ignore[arg-type]


@pytest.mark.usefixtures("loud")
def test_the_child_tells_its_steps_and_its_report(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_TELL_EVERY_SECONDS", 0.0)
    line = Line(task_of(laboratory))
    childs_part(line)
    *steps, report = line.sent
    assert steps[-1] == Step(20, 20)
    assert isinstance(report, Report)
    assert report.document["examinees"] == 20


def test_the_child_does_not_tell_every_step() -> None:
    line = Line(None)
    tell = child._teller(line)  # type: ignore[arg-type]
    for done in range(1, 4):
        tell(done, 3)
    assert line.sent == [Step(1, 3)]


@pytest.mark.usefixtures("loud")
def test_the_child_tells_refusals_and_breakdowns_apart(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of(laboratory)
    for error, expected in ((InvalidSetting("no such rule"), Refusal("no such rule")), (MemoryError(), Breakdown)):

        def broken(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr("itembank.simulations.computation.simulate", broken)
        line = Line(task)
        childs_part(line)
        (told,) = line.sent
        if isinstance(expected, Refusal):
            assert told == expected
        else:
            assert isinstance(told, Breakdown)
            assert told.kind == "MemoryError"
            assert "in broken" in told.trace


@pytest.mark.usefixtures("loud")
def test_a_child_without_parent_ends_in_silence() -> None:
    line = Line(None)
    childs_part(line)
    assert line.sent == []


def test_the_child_is_quiet_before_it_loads_anything_that_takes_time() -> None:
    told = run_in_child(LookAround(), on_step=lambda done, total: True)  # type: ignore[arg-type]
    assert told == Refusal("priority 19, numpy loaded False, threads 1")
