"""What the marks of a sitting's written tasks say."""

from dataclasses import dataclass

from engine.response_models import FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class TaskEvidence:
    """The marked tasks of a sitting.

    Args:
        elements: Element of each task, "" for one outside every element.
        log_likelihood: Log-probability of each task's mark on the exam's grid, shape (tasks, nodes).
        missing: Whether the sitting ended before it came to the tasks that its design asks for.
    """

    elements: tuple[str, ...]
    log_likelihood: FloatArray
    missing: bool = False
