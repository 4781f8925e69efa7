"""A Dask cluster on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0


@dataclass(frozen=True)
class DaskCluster:
    """A running cluster.

    Args:
        address: Where the scheduler listens.
        scheduler: Its process.
        workers: The workers' processes.
    """

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def dask_cluster(folder: Path, *, workers: int) -> Iterator[DaskCluster]:
    """Start a cluster, and end its processes afterwards."""
    file = folder / "scheduler.json"
    with ExitStack() as processes:
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        scheduler = _started(
            processes, folder, "distributed.cli.dask_scheduler", *options, "--scheduler-file", str(file)
        )
        _wait(scheduler, lambda: file.exists() and file.stat().st_size > 0)
        address = json.loads(file.read_text())["address"]
        threads = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        started = [
            _started(
                processes, folder, "distributed.cli.dask_worker", address, *threads, "--local-directory", str(folder)
            )
            for _ in range(workers)
        ]
        _wait(scheduler, lambda: (folder / "log").read_text().count("Register worker") >= workers)
        yield DaskCluster(address, scheduler, started)


def _started(processes: ExitStack, folder: Path, program: str, *options: str) -> subprocess.Popen[bytes]:
    log = processes.enter_context((folder / "log").open("ab"))
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-m", program, *options], stdout=log, stderr=log, env=environment)
    processes.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _wait(process: subprocess.Popen[bytes], ready: object) -> None:
    assert callable(ready)
    end = time.monotonic() + PATIENCE
    while not ready():
        assert process.poll() is None, "the scheduler ended"
        assert time.monotonic() < end, "the cluster did not start in time"
        time.sleep(0.05)
