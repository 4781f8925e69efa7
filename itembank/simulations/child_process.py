"""A simulation in a process of its own at the lowest priority, so that candidates who sit an exam feel nothing of it.

The child imports next to nothing until it is told what to compute, and it is told only once its priority is the lowest:
so neither its imports, a second of work, nor its threads ever compete with the exams.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import itembank
from itembank.simulations.child_messages import Breakdown, Death, Ended, Refusal, Report, Step
from itembank.simulations.computation import SimulationTask

_LOWEST_PRIORITY = 19
_LISTEN_SECONDS = 0.2
_END_SECONDS = 5.0
#: The libraries of linear algebra read these as they are loaded; more threads than one would not be faster here, but
#: take time from the exams.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run_in_child(task: SimulationTask, *, on_step: Callable[[int, int], bool]) -> Ended | None:
    """Simulate in a child process and follow it to its end.

    Args:
        task: What to simulate.
        on_step: Called several times a second with the number of examinees done and of all; tells whether to go on.

    Returns:
        What the child ended with; None where it was not to go on.
    """
    ours, childs = Pipe()
    with ours:
        # With our copy of its end closed, a child that dies is heard of at once.
        with childs:
            child = _started(childs)
        try:
            os.setpriority(os.PRIO_PROCESS, child.pid, _LOWEST_PRIORITY)
            ours.send(task)
            return _follow(ours, on_step, total=task.options.examinees)
        except (EOFError, ConnectionError):
            return Death(child.wait(_END_SECONDS))
        finally:
            # It keeps nothing that could be left half done.
            child.kill()
            child.wait()


def _started(line: Connection) -> subprocess.Popen[bytes]:
    """Start the child by itself rather than as a copy: it gets neither threads nor locks nor database connections."""
    # The child runs the very code that its parent runs, wherever that lies; "-P" keeps the current folder out of it.
    code = str(Path(itembank.__file__).parents[1])
    path = os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603 - nothing of it comes from outside
        [sys.executable, "-P", "-m", "itembank.simulations.child", str(line.fileno())],
        env=os.environ | _ONE_THREAD | {"PYTHONPATH": path},
        pass_fds=(line.fileno(),),
        stdin=subprocess.DEVNULL,
    )


def _follow(connection: Connection, on_step: Callable[[int, int], bool], *, total: int) -> Ended | None:
    step = Step(0, total)
    while on_step(step.done, step.total):
        if not connection.poll(_LISTEN_SECONDS):
            continue
        heard = connection.recv()
        if not isinstance(heard, Step):
            assert isinstance(heard, (Report, Refusal, Breakdown))
            return heard
        step = heard
    return None
