"""A calibration whose server is killed in mid-run, or whose cluster is out of reach: nothing is lost, nothing hangs."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from itembank.calibration_runs import runs, workplaces
from itembank.calibration_runs.progress import Progress
from itembank.calibration_runs.states import RunState
from itembank.calibration_runs.worker import CalibrationWorker
from itembank.clock import utc_now
from itembank.settings import load_settings
from itembank.tables import CalibrationRun
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done, parameters_in_force, requested, seen
from tests.support.institution import NOON

#: Stands still after a few steps, as a long calibration would seem to.
SLOW_WORKER = """
import sys, time
from uuid import UUID
from itembank.calibration_runs import work
from itembank.calibration_runs.progress import Progress
from itembank.database import Database

report = Progress.__call__
def slowly(self, iteration, log_likelihood):
    going_on = report(self, iteration, log_likelihood)
    if iteration >= 3:
        print("computing", flush=True)
        time.sleep(600)
    return going_on
Progress.__call__ = slowly
work.execute_run(Database(sys.argv[1]), UUID(sys.argv[2]))
"""


def test_a_killed_server_loses_nothing(measured: Measured) -> None:
    database, _ = measured
    undisturbed = done(measured, model="rasch")
    before = parameters_in_force(database)
    run = requested(measured)
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER, str(database.engine.url), str(run.id)], stdout=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"computing\n"
            running = seen(measured, run.id)
            assert (running.state, running.attempts) == (RunState.RUNNING, 1)
            assert running.iteration >= 1
        finally:
            server.kill()
    # Nothing of it is written half, and the bank is untouched.
    assert seen(measured, run.id).summary is None
    assert parameters_in_force(database) == before
    # The server that starts again takes it up once it has been silent for a minute, and by itself.
    assert CalibrationWorker(database).work_off() == 0
    assert CalibrationWorker(database, clock=lambda: utc_now() + timedelta(seconds=61)).work_off() == 1
    again = seen(measured, run.id)
    assert (again.state, again.attempts) == (RunState.DONE, 2)
    assert again.items
    assert seen(measured, undisturbed.id).items == undisturbed.items


def test_a_run_that_was_to_be_cancelled_when_its_server_died_is_cancelled(measured: Measured) -> None:
    database, _ = measured
    run = requested(measured)
    with database.writing() as session:
        row = session.get(CalibrationRun, run.id)
        assert row is not None
        row.state, row.heartbeat_at, row.attempts = "running", NOON - timedelta(seconds=61), 1
        session.add(row)
    decide(measured, runs.cancel_run, run.id)
    assert CalibrationWorker(database, clock=lambda: NOON).work_off() == 1
    assert seen(measured, run.id).state is RunState.CANCELLED


def test_a_long_step_keeps_the_run_alive(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    database, _ = measured
    monkeypatch.setattr("itembank.background_runs.heartbeat.PULSE_SECONDS", 0.01)
    run = requested(measured)
    progress = Progress(database, run.id, clock=lambda: NOON, stopping=lambda: False)
    with progress.pulse():
        give_up = time.monotonic() + 20
        while stored(database, CalibrationRun)[0].heartbeat_at is None and time.monotonic() < give_up:
            time.sleep(0.02)
    assert stored(database, CalibrationRun)[0].heartbeat_at == NOON


def test_a_cluster_out_of_reach_is_one_message_and_no_hang(
    measured: Measured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
    monkeypatch.setenv("SAMAT_CALIBRATION_DASK", "tcp://127.0.0.1:1")
    monkeypatch.setattr(workplaces, "SECONDS_TO_CONNECT", 0.5)
    load_settings.cache_clear()
    try:
        run = done(measured)
    finally:
        monkeypatch.delenv("SAMAT_CALIBRATION_DASK")
        load_settings.cache_clear()
    assert run.state is RunState.FAILED
    assert run.message.startswith("SAMAT_CALIBRATION_DASK tcp://127.0.0.1:1: no scheduler answers")


def test_processes_of_the_machine_do_the_work_of_large_runs(
    measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMAT_CALIBRATION_PROCESSES", "2")
    load_settings.cache_clear()
    try:
        with workplaces.site_workplace(10) as few, workplaces.site_workplace(1_000_000) as many:
            assert type(few).__name__ == "ThisProcess"
            assert many.count == 2  # type: ignore[attr-defined]
    finally:
        monkeypatch.delenv("SAMAT_CALIBRATION_PROCESSES")
        load_settings.cache_clear()
