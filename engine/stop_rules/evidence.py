"""What a stop rule looks at."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.response_models import FloatArray

# Last digits that differ between platforms must not decide whether a sitting ends.
STOP_DIGITS = 12


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """A sitting as it stands before a further item is chosen.

    Args:
        administered: Pool positions of the items answered, in order.
        responses: Scored responses to them.
        posterior: Posterior on the exam's grid after them, shape (nodes,).
        elapsed_seconds: Time since the start of the sitting, None where nobody measures it.
    """

    administered: Sequence[int]
    responses: Sequence[int]
    posterior: FloatArray
    elapsed_seconds: float | None = None
