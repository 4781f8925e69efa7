"""What an exam's design may ask for: beyond these limits a slip of the keyboard is likelier than a plan."""

from __future__ import annotations

from collections.abc import Iterator

from engine.design import ExamDesign
from itembank.errors import InvalidInput

MAXIMUM_MINUTES = 24 * 60
#: Questions that do not count take a candidate's time for nothing of his own.
MAXIMUM_PRETEST_ITEMS = 20
#: Each takes its candidate some minutes, and two people as many.
MAXIMUM_TASKS = 10
#: Markers that differ by more do not agree by any measure.
MAXIMUM_TOLERANCE = 3
#: To draw from more of the best is to draw at random, for which there is a selection of its own.
MAXIMUM_RANDOMESQUE = 50


def refused_by_limits(design: ExamDesign) -> Iterator[InvalidInput]:
    """Name every field of a design that goes beyond what makes sense, or that would do nothing."""
    if design.pretest_items > MAXIMUM_PRETEST_ITEMS:
        yield InvalidInput(field="pretest_items", expected=f"a whole number from 0 to {MAXIMUM_PRETEST_ITEMS}")
    if design.written_tasks > MAXIMUM_TASKS:
        yield InvalidInput(field="written_tasks", expected=f"a whole number from 0 to {MAXIMUM_TASKS}")
    if design.marking_tolerance > MAXIMUM_TOLERANCE:
        yield InvalidInput(field="marking_tolerance", expected=f"a whole number from 0 to {MAXIMUM_TOLERANCE}")
    if design.marking_tolerance and not design.written_tasks:
        yield InvalidInput(field="marking_tolerance", expected="0 where written_tasks is 0, for nothing is marked")
    if design.randomesque > MAXIMUM_RANDOMESQUE:
        yield InvalidInput(field="randomesque", expected=f"a whole number from 1 to {MAXIMUM_RANDOMESQUE}")
    if (design.stopping.time_limit_seconds or 0) > 60 * MAXIMUM_MINUTES:
        yield InvalidInput(field="stopping.time_limit_seconds", expected=f"at most {60 * MAXIMUM_MINUTES}, or null")
    if design.exposure_bins > 1 and design.maximum_exposure is None:
        yield InvalidInput(field="exposure_bins", expected="1 where maximum_exposure is null, for bins share its limit")


def check_limits(design: ExamDesign) -> None:
    """Refuse a design that goes beyond what makes sense.

    Raises:
        InvalidInput: The first field that does, by its name.
    """
    for refusal in refused_by_limits(design):
        raise refusal
