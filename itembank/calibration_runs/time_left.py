"""How long a climb is still going to take, told from how fast its steps become smaller."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime

import numpy as np

#: Gains of log-likelihood that the rate of convergence is told from; with fewer nothing is told.
_GAINS = 6
#: A climb whose gains are this small has arrived, or hands over to a few last steps.
_ARRIVED = 1e-6
#: Steps at the end that gain nothing more: those of Newton's method and of the standard errors.
_LAST_STEPS = 4


class TimeLeft:
    """Watches the log-likelihood of a climb.

    Near its top an EM climb converges at a steady rate: each gain is about the same share of the one before.
    """

    def __init__(self) -> None:
        self._gains: deque[tuple[int, float]] = deque(maxlen=_GAINS)
        self._highest = -math.inf
        self._began: tuple[datetime, int] | None = None

    def after(self, iteration: int, log_likelihood: float, *, now: datetime) -> float | None:
        """Take in a step and estimate the time to the end.

        Args:
            iteration: Steps so far.
            log_likelihood: Log-likelihood after the step.
            now: When it ended.

        Returns:
            Seconds, or None where the rate is not known yet or tells of no end.
        """
        if self._began is None or iteration <= self._began[1]:
            self._began = (now, iteration)
        if log_likelihood > self._highest:
            if math.isfinite(self._highest):
                self._gains.append((iteration, log_likelihood - self._highest))
            self._highest = log_likelihood
        steps = self._steps_left(iteration)
        elapsed, done = (now - self._began[0]).total_seconds(), iteration - self._began[1]
        return None if steps is None or done < 1 else steps * elapsed / done

    def _steps_left(self, iteration: int) -> float | None:
        if len(self._gains) < _GAINS:
            return None
        at = np.array([step for step, _ in self._gains], dtype=np.float64)
        size = np.log([gain for _, gain in self._gains])
        rate = float(np.polyfit(at - at.mean(), size, 1)[0])
        if rate >= 0:
            return None
        expected = float(size.mean()) + rate * (iteration - float(at.mean()))
        return max(0.0, (expected - math.log(_ARRIVED)) / -rate) + _LAST_STEPS
