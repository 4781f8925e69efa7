"""Sums over persons are the same wherever chunks of persons are worked on, also when a process dies."""

import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import CalibrationResult, Priors, ResponseData, calibrate
from calibration.chunk_cluster import Cluster
from calibration.chunk_processes import MOST_DEATHS, LocalProcesses, PersonsElsewhere, work_on_chunks
from calibration.chunks import MOST_CHUNKS, PERSONS_IN_BLOCK, ThisProcess, response_chunks
from calibration.errors import CalibrationError
from calibration.person_blocks import PersonBlock, person_blocks, settled_blocks
from tests.calibration.simulated import simulate

# Three chunks, the last one short.
SPARSE = simulate(2 * PERSONS_IN_BLOCK + 400, 30, answers=5, seed=3).data
MODELS = [("2pl", Priors()), ("rasch", None), ("3pl", Priors(learn_difficulty=False))]


@functools.cache
def alone(model: str) -> CalibrationResult:
    return calibrate(SPARSE, model=model, priors=dict(MODELS)[model])


def same(result: CalibrationResult, expected: CalibrationResult) -> None:
    assert result.status == expected.status == "converged"
    assert result.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-9)
    for name in ("discrimination", "difficulty", "guessing", "se_discrimination", "se_difficulty"):
        got = [getattr(item, name) for item in result.items]
        assert got == pytest.approx([getattr(item, name) for item in expected.items], rel=1e-6, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(1, 4), min_size=1, max_size=60), size=st.integers(1, 7), most=st.integers(1, 5))
def test_chunks_hold_every_answer_once_in_order(lengths: list[int], size: int, most: int) -> None:
    person = np.repeat(np.arange(len(lengths)), lengths)
    item = np.concatenate([np.arange(length) for length in lengths])
    names = [f"p{k}" for k in range(len(lengths))], [f"i{k}" for k in range(4)]
    data = ResponseData.from_indices(*names, person, item, (person + item) % 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calibration.chunks.PERSONS_IN_BLOCK", size)
        patch.setattr("calibration.chunks.MOST_CHUNKS", most)
        chunks = response_chunks(data)
    assert len(chunks) <= most
    assert all(chunk.n_persons % size == 0 for chunk in chunks[:-1])
    first = np.cumsum([0, *(chunk.n_persons for chunk in chunks)])
    assert first[-1] == data.n_persons
    assert sum(chunk.n_responses for chunk in chunks) == data.n_responses
    assert list(np.concatenate([c.person + start for c, start in zip(chunks, first, strict=False)])) == list(person)
    assert list(np.concatenate([chunk.item for chunk in chunks])) == list(item)
    assert list(np.concatenate([chunk.score for chunk in chunks])) == list(data.score)


def test_long_data_make_more_chunks_than_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibration.chunks.PERSONS_IN_BLOCK", 10)
    monkeypatch.setattr("calibration.chunks.MOST_ANSWERS", 40)
    data = simulate(800, 10, answers=5, seed=1).data
    assert len(response_chunks(data)) == 80 > MOST_CHUNKS
    monkeypatch.setattr("calibration.chunks.MOST_ANSWERS", 10_000)
    assert len(response_chunks(data)) == 40 <= MOST_CHUNKS


@pytest.mark.parametrize(("model", "priors"), MODELS)
def test_several_processes_find_what_one_finds(model: str, priors: Priors | None) -> None:
    steps: list[int] = []
    with LocalProcesses(2) as processes:
        result = calibrate(
            SPARSE,
            model=model,
            priors=priors,
            workplace=processes,
            on_progress=lambda step, _: bool(steps.append(step)) or True,
        )
        ids = [process for persons in processes._settled for process in persons.process_ids]
        assert len(ids) == 2
    same(result, alone(model))
    assert steps == list(range(1, result.iterations + 1))
    assert not any(_lives(process) for process in ids)


def test_a_calibration_over_processes_is_cancelled() -> None:
    with LocalProcesses(2) as processes:
        result = calibrate(SPARSE, workplace=processes, on_progress=lambda step, _: step < 3)
        ids = processes._settled[0].process_ids
    assert (result.status, result.iterations, result.items) == ("cancelled", 3, ())
    assert not any(_lives(process) for process in ids)


def test_a_killed_process_costs_only_its_chunks() -> None:
    killed: list[int] = []

    with LocalProcesses(2) as processes:

        def kill_one(step: int, _: float) -> bool:
            if step in (2, 5):
                victim = processes._settled[0]._workers[step % 2].process
                os.kill(victim.pid or 0, signal.SIGKILL)
                victim.join()
                killed.append(victim.pid or 0)
            return True

        result = calibrate(SPARSE, priors=Priors(), workplace=processes, on_progress=kill_one)
        assert len(killed) == 2
        assert not set(killed) & set(processes._settled[0].process_ids)
    same(result, alone("2pl"))


class Dies:
    """Work that kills its process at the second chunk of each, as long as there is no mark that it has done so."""

    def __init__(self, mark: Path, *, for_ever: bool = False) -> None:
        self.mark, self.for_ever, self.done = mark, for_ever, 0

    def __call__(self, blocks: Sequence[PersonBlock]) -> int:
        self.done += 1
        if self.done == 2 and (self.for_ever or not self.mark.exists()):
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return sum(block.n_persons for block in blocks)


def test_a_process_that_dies_between_its_chunks_is_replaced_for_the_rest(tmp_path: Path) -> None:
    with LocalProcesses(1) as processes:
        persons = settled_blocks(SPARSE, processes)
        assert persons.total(Dies(tmp_path / "mark")) == SPARSE.n_persons
        assert (tmp_path / "mark").exists()
        # The next work is done on all chunks again.
        assert persons.total(Dies(tmp_path / "mark")) == SPARSE.n_persons


class DiesAtOnce:
    """Work that always kills its process."""

    def __call__(self, blocks: Sequence[PersonBlock]) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(blocks)


def test_processes_that_always_die_are_an_error_not_an_endless_loop() -> None:
    with LocalProcesses(1) as processes:
        persons = settled_blocks(SPARSE, processes)
        with pytest.raises(CalibrationError, match=f"{MOST_DEATHS} processes died .* exit code -9") as error:
            persons.total(DiesAtOnce())
    assert error.value.code == "workers_died"


def test_the_life_of_a_process_as_seen_from_within() -> None:
    here, there = multiprocessing.Pipe()
    life = threading.Thread(target=work_on_chunks, args=(there,))
    life.start()
    for place, chunk in enumerate(response_chunks(SPARSE)):
        here.send(("settle", place, (person_blocks, chunk)))
    here.send(("work", None, count))
    assert [here.recv() for _ in range(3)] == [
        (0, PERSONS_IN_BLOCK, None), (1, PERSONS_IN_BLOCK, None), (2, 400, None),
    ]  # fmt: skip
    # One that takes the place of another does only what the other left undone, but all of what comes after.
    here.send(("skip", None, {0, 2}))
    here.send(("work", None, count))
    assert here.recv() == (1, PERSONS_IN_BLOCK, None)
    here.send(("work", None, Refuses()))
    outcomes = [here.recv() for _ in range(3)]
    assert [(place, result, type(error)) for place, result, error in outcomes] == [
        (place, None, ValueError) for place in range(3)
    ]
    here.close()
    life.join(10)
    assert not life.is_alive()


class Refuses:
    """Work that cannot be done."""

    def __call__(self, blocks: Sequence[PersonBlock]) -> int:
        raise ValueError(f"{len(blocks)} blocks are too many")


def test_what_goes_wrong_in_a_process_is_raised_here() -> None:
    with LocalProcesses(2) as processes:
        persons = settled_blocks(SPARSE, processes)
        assert isinstance(persons, PersonsElsewhere)
        ids = persons.process_ids
        with pytest.raises(ValueError, match="1 blocks are too many"):
            persons.total(Refuses())
        assert not any(_lives(process) for process in ids)
        with pytest.raises(CalibrationError, match="have been ended"):
            persons.total(count)


def test_fewer_than_one_process_is_refused() -> None:
    with pytest.raises(CalibrationError, match="0 processes"):
        LocalProcesses(0)


class Later:
    """A promise that is late a given number of times."""

    def __init__(self, value: Any, late: int) -> None:
        self.value, self.late = value, late

    def result(self, timeout: float | None = None) -> Any:
        if self.late:
            self.late -= 1
            raise TimeoutError
        return self.value


class SmallCluster:
    """Does everything at once, and says how many threads are left."""

    def __init__(self, threads: dict[str, int]) -> None:
        self.threads, self.late = threads, 0

    def submit(self, function: Any, /, *arguments: Any, pure: bool) -> Later:
        assert not pure
        known = [argument.result() if isinstance(argument, Later) else argument for argument in arguments]
        return Later(function(*known), self.late)

    def nthreads(self) -> dict[str, int]:
        return self.threads


def count(blocks: Sequence[PersonBlock]) -> int:
    return functools.reduce(add, (block.n_persons for block in blocks))


def test_a_cluster_is_waited_for_as_long_as_it_has_workers() -> None:
    client = SmallCluster({"tcp://here:1": 1})
    persons = Cluster(client, patience=0.01).settle(response_chunks(SPARSE), person_blocks)
    client.late = 2
    assert persons.total(count) == SPARSE.n_persons
    client.threads = {}
    with pytest.raises(CalibrationError, match="no worker left") as error:
        persons.total(count)
    assert error.value.code == "cluster_empty"


def test_this_process_needs_nothing() -> None:
    assert settled_blocks(SPARSE, ThisProcess()).total(count) == SPARSE.n_persons


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
