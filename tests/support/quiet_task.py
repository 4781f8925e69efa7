"""A simulation's task that is looked around at, in the child process that hears it, rather than computed.

This module imports nothing numerical: the child imports it to hear the task.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.errors import InvalidSetting


class LookAround:
    """Takes the place of a task; whoever unpickles it is told in a refusal how quiet its process is."""

    options = SimpleNamespace(examinees=1)

    def __reduce__(self) -> tuple[Any, ...]:
        """Make the process that hears the task look around."""
        return _look_around, ()


def _look_around() -> None:
    priority, loaded = os.getpriority(os.PRIO_PROCESS, 0), "numpy" in sys.modules
    import numpy as np

    # Were more than one thread allowed, a product of this size would have started the others.
    square = np.ones((600, 600))
    square @ square
    threads = len(list(Path("/proc/self/task").iterdir()))
    raise InvalidSetting(f"priority {priority}, numpy loaded {loaded}, threads {threads}")
