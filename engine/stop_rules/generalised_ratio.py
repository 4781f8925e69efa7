"""The generalised likelihood ratio test: the best ability above the cut score against the best one below it."""

from collections.abc import Sequence

import numpy as np

from engine.design import PreparedExam
from engine.response_models import FloatArray
from engine.stop_rules.evidence import Evidence
from engine.stop_rules.probability_ratio import side_of
from engine.stop_rules.stop_reasons import GENERAL_RATIO_COMPETENT, GENERAL_RATIO_NOT_YET


def reason_to_stop(exam: PreparedExam, evidence: Evidence) -> str | None:
    """Return on which side of the cut score the responses are explained clearly better, or None.

    Reference:
        Bartroff, Finkelman & Lai (2008); Thompson (2009).
    """
    ratio = log_ratio(exam, evidence.administered, evidence.responses)
    return side_of(ratio, exam.design.stopping, competent=GENERAL_RATIO_COMPETENT, not_yet=GENERAL_RATIO_NOT_YET)


def log_ratio(exam: PreparedExam, administered: Sequence[int], responses: Sequence[int]) -> float:
    """Return the log of the largest likelihood above the indifference region over the largest below it.

    Abilities run as far as the exam's scale does, six prior standard deviations either way.

    Args:
        exam: The prepared exam.
        administered: Pool positions of the items answered, at least one.
        responses: Scored responses to them.

    Returns:
        The logarithm.
    """
    half_width = exam.design.stopping.glr_half_width
    ends = exam.glr_likelihood.of(administered, responses)
    on_nodes = exam.answer_likelihood.of(administered, responses)
    nodes, cut = exam.grid.nodes, exam.design.cut_score
    above = _supremum(nodes, on_nodes, low=cut + half_width, high=float(nodes[-1]))
    below = _supremum(nodes, on_nodes, low=float(nodes[0]), high=cut - half_width)
    return max(above, float(ends[1])) - max(below, float(ends[0]))


def _supremum(nodes: FloatArray, values: FloatArray, *, low: float, high: float) -> float:
    """Return the largest value of a smooth function within limits, known at the nodes, by parabolas through three."""
    inside = np.flatnonzero((nodes >= low) & (nodes <= high))
    if inside.size == 0:
        return float("-inf")
    best = int(inside[np.argmax(values[inside])])
    centre = min(max(best, 1), nodes.size - 2)
    left, middle, right = values[centre - 1 : centre + 2].tolist()
    bend, slope = left - 2 * middle + right, (right - left) / 2
    peak = float(values[best])
    if bend < 0:
        spacing = float(nodes[1] - nodes[0])
        lowest, highest = (low - float(nodes[centre])) / spacing, (high - float(nodes[centre])) / spacing
        step = min(max(-slope / bend, lowest, -1.0), highest, 1.0)
        peak = max(peak, middle + step * slope + step * step * bend / 2)
    return peak
