"""A simulation in a process of its own at the lowest priority, so that candidates who sit an exam feel nothing of it.

This module imports little: what it needs to compute is imported in the child once its priority is low.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itembank.simulations.computation import SimulationTask

_LOWEST_PRIORITY = 19
_TELL_EVERY_SECONDS = 0.2
_LISTEN_SECONDS = 0.2
_END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far the computation is."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the computation found."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the engine does not compute this."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What went wrong that nobody foresaw, and where, for the log."""

    kind: str
    trace: str


def run_in_child(task: SimulationTask, *, on_step: Callable[[int, int], bool]) -> Report | Refusal | Breakdown | None:
    """Simulate in a child process and follow it to its end.

    Args:
        task: What to simulate.
        on_step: Called several times a second with the number of examinees done and of all; tells whether to go on.

    Returns:
        What the child ended with; None where it was not to go on.
    """
    # A child that is spawned inherits neither threads nor locks nor database connections of the site.
    context = multiprocessing.get_context("spawn")
    ours, childs = context.Pipe()
    child = context.Process(target=_work, args=(childs,), name="simulation", daemon=True)
    child.start()
    # With our copy of its end closed, a child that dies is heard of at once.
    childs.close()
    try:
        ours.send(task)
        return _follow(ours, on_step, total=task.options.examinees)
    except (EOFError, ConnectionError):
        child.join(_END_SECONDS)
        return Breakdown("end of the process", f"it ended with code {child.exitcode}")
    finally:
        ours.close()
        _end(child)


def _follow(
    connection: Connection, on_step: Callable[[int, int], bool], *, total: int
) -> Report | Refusal | Breakdown | None:
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


def _end(child: multiprocessing.process.BaseProcess) -> None:
    # It keeps nothing that could be left half done.
    child.kill()
    child.join()


def _work(connection: Connection) -> None:
    """Do the child's part: become quiet, hear what to do, compute, tell."""
    os.nice(_LOWEST_PRIORITY)
    # Ctrl-C in a terminal reaches every process there; ending this one is its parent's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # More threads than one would not be faster here, but take time from the exams.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    try:
        connection.send(_result(connection))
    except (EOFError, ConnectionError):
        # The site has gone; there is nobody to compute for.
        return


def _result(connection: Connection) -> Report | Refusal | Breakdown:
    from engine.errors import EngineError
    from itembank.simulations.computation import compute

    try:
        return Report(compute(connection.recv(), on_progress=_teller(connection)))
    except EngineError as error:
        return Refusal(str(error))
    except (EOFError, ConnectionError):
        raise
    except Exception as error:
        return Breakdown(type(error).__name__, traceback.format_exc())


def _teller(connection: Connection) -> Callable[[int, int], None]:
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= _TELL_EVERY_SECONDS:
            told_at = now
            connection.send(Step(done, total))

    return tell
