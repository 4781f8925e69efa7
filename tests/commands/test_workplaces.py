"""``samat calibrate`` in one process, in several, and on a real Dask cluster: the same numbers, even if workers die."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration import CalibrationResult, Priors, ResponseData, calibrate
from calibration.chunks import PERSONS_IN_BLOCK, ThisProcess
from calibration.errors import CalibrationError
from itembank.calibration_runs import workplaces
from itembank.calibration_runs.workplaces import opened_workplace
from tests.calibration.simulated import simulate
from tests.commands.test_commands import refused, samat
from tests.support.dask_cluster import DaskCluster, dask_cluster

pytest.importorskip("distributed", reason="the extra 'dask' is not installed")


@pytest.fixture(scope="module")
def answers() -> ResponseData:
    return simulate(5 * PERSONS_IN_BLOCK + 300, 40, answers=6, seed=9).data


@pytest.fixture(scope="module")
def alone(answers: ResponseData) -> CalibrationResult:
    return calibrate(answers, priors=Priors())


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path, workers=3) as running:
        yield running


def same(result: CalibrationResult, expected: CalibrationResult) -> None:
    assert result.status == expected.status == "converged"
    assert result.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-9)
    for name in ("discrimination", "difficulty", "se_discrimination", "se_difficulty", "covariance"):
        got = [getattr(item, name) for item in result.items]
        assert got == pytest.approx([getattr(item, name) for item in expected.items], rel=1e-6, abs=1e-6)


def test_a_cluster_of_which_workers_are_killed_finds_what_one_process_finds(
    cluster: DaskCluster, answers: ResponseData, alone: CalibrationResult
) -> None:
    def kill_some(step: int, _: float) -> bool:
        if step in (2, 6):
            # By its id, in mid-run: it holds chunks that no other worker has.
            cluster.workers[step // 4].kill()
        return True

    with opened_workplace(processes=1, dask=cluster.address) as workplace:
        same(calibrate(answers, priors=Priors(), workplace=workplace, on_progress=kill_some), alone)
    assert [worker.poll() is not None for worker in cluster.workers] == [True, True, False]


def test_a_cluster_without_workers_is_named(
    cluster: DaskCluster, answers: ResponseData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calibration.chunk_cluster.Cluster.__init__.__kwdefaults__", {"patience": 1.0})

    def kill_all(step: int, _: float) -> bool:
        if step == 2:
            for worker in cluster.workers:
                worker.kill()
        return True

    with (
        pytest.raises(CalibrationError) as error,
        opened_workplace(processes=1, dask=cluster.address) as workplace,
    ):
        calibrate(answers, workplace=workplace, on_progress=kill_all)
    assert error.value.code in ("cluster_empty", "workers_died")
    for worker in cluster.workers:
        worker.wait()
    with pytest.raises(CalibrationError, match="no worker"), opened_workplace(processes=1, dask=cluster.address):
        pytest.fail("nobody is there to work")
    assert "no worker" in refused(samat("calibrate", _file(answers, cluster), "--model", "2pl", *_at(cluster.address)))


def test_the_command_computes_wherever_it_is_told_to(cluster: DaskCluster, answers: ResponseData) -> None:
    file = _file(answers.select(answers.person < 2 * PERSONS_IN_BLOCK + 5), cluster)
    places = ((), ("--processes", 2), _at(cluster.address))
    runs = [samat("calibrate", file, "--model", "2pl", "--json", *place) for place in places]
    assert [(run.returncode, run.stderr) for run in runs] == [(0, "")] * 3
    first, *others = (json.loads(run.stdout) for run in runs)
    for other in others:
        assert other["log_likelihood"] == pytest.approx(first["log_likelihood"], rel=1e-9)
        for left, right in zip(other["items"], first["items"], strict=True):
            assert [left[key] for key in ("a", "b", "se_a", "se_b")] == pytest.approx(
                [right[key] for key in ("a", "b", "se_a", "se_b")], rel=1e-6, abs=1e-6
            )


def test_a_scheduler_that_is_lost_is_named(
    cluster: DaskCluster, answers: ResponseData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill_the_scheduler(step: int, _: float) -> bool:
        if step == 2:
            cluster.scheduler.kill()
            cluster.scheduler.wait()
        return True

    monkeypatch.setattr(workplaces, "SECONDS_TO_CONNECT", 2)
    with (
        pytest.raises(CalibrationError) as error,
        opened_workplace(processes=1, dask=cluster.address) as workplace,
    ):
        calibrate(answers, workplace=workplace, on_progress=kill_the_scheduler)
    assert error.value.code == "cluster_lost"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--processes", 0), "0 processes"),
        (("--processes", 2, "--dask", "tcp://127.0.0.1:1"), "one of the two"),
    ],
)
def test_a_bad_place_is_one_clear_line(tmp_path: Path, options: tuple[object, ...], expected: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("person,item,score\n1,a,0\n2,a,1\n3,a,1\n1,b,1\n2,b,0\n3,b,1\n")
    assert expected in refused(samat("calibrate", path, "--model", "rasch", *options))


@pytest.mark.parametrize(
    ("processes", "dask", "expected"),
    [
        (0, None, "0 processes"),
        (2, "tcp://127.0.0.1:1", "one of the two"),
        (1, "nonsense://127.0.0.1:1", "nonsense.* an address like"),
    ],
)
def test_a_bad_place_is_refused_before_anything_is_opened(processes: int, dask: str | None, expected: str) -> None:
    with pytest.raises(CalibrationError, match=expected), opened_workplace(processes=processes, dask=dask):
        pytest.fail("there is no such place")


def test_processes_are_a_workplace(answers: ResponseData, alone: CalibrationResult) -> None:
    with opened_workplace(processes=2, dask=None) as workplace:
        same(calibrate(answers, priors=Priors(), workplace=workplace), alone)
    with opened_workplace(processes=1, dask=None) as workplace:
        assert isinstance(workplace, ThisProcess)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workplaces, "SECONDS_TO_CONNECT", 0.5)
    with (
        pytest.raises(CalibrationError, match=r"tcp://127\.0\.0\.1:1: no scheduler answers"),
        opened_workplace(processes=1, dask="tcp://127.0.0.1:1"),
    ):
        pytest.fail("there is no cluster")


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CalibrationError, match="extra 'dask'"), opened_workplace(processes=1, dask="tcp://h:1"):
        pytest.fail("there is no cluster")


class _KilledWorker(Exception):
    pass


def test_a_chunk_that_kills_its_workers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def nthreads(self) -> dict[str, int]:
            return {"tcp://h:2": 1}

    class Distributed:
        KilledWorker = _KilledWorker

    Distributed.Client = Client  # type: ignore[attr-defined]
    monkeypatch.setattr(workplaces, "import_module", lambda _: Distributed)
    with (
        pytest.raises(CalibrationError, match="again and again"),
        opened_workplace(processes=1, dask="tcp://h:1"),
    ):
        raise _KilledWorker("chunk 3")


def _at(address: str) -> tuple[str, str]:
    return ("--dask", address)


def _file(data: ResponseData, cluster: DaskCluster) -> Path:
    path = Path(str(cluster.workers[0].args[-1])) / "answers.csv"  # type: ignore[index]
    triples = zip(data.person.tolist(), data.item.tolist(), data.score.tolist(), strict=True)
    lines = [f"{data.person_ids[person]},{data.item_ids[item]},{score}\n" for person, item, score in triples]
    path.write_text("person,item,score\n" + "".join(lines))
    return path
