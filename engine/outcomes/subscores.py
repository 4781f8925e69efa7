"""What an element's score is worth by itself: how well it, and the whole test, predict the element's true score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.blueprints.shadow_test import assemble
from engine.design import PreparedExam
from engine.errors import InvalidSetting
from engine.response_models import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscoreValue:
    """The worth of one element's score: proportional reductions in mean squared error of its true score, 0 to 1.

    Args:
        code: Code of the element.
        items: Its items in the test.
        prmse_subscore: By the element's own score, which is that score's reliability.
        prmse_total: By the score of the whole test.
        prmse_both: By both together.
        has_added_value: Whether the own score predicts better than the whole test's does.
    """

    code: str
    items: int
    prmse_subscore: float
    prmse_total: float
    prmse_both: float
    has_added_value: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def subscore_values(exam: PreparedExam, *, items: Sequence[int] | None = None) -> tuple[SubscoreValue, ...]:
    """Tell for each element how far its score may be trusted beside the score of the whole test.

    Scores are sums of item scores. Abilities follow the model that the element verdicts rest on: those in two
    elements correlate by the design's element correlation, each with the design's prior. All moments are integrals
    over the general ability, under which elements are independent, and over the ability in one element. What the items
    of a testlet have in common beside ability is error; a testlet over several elements counts in each by itself.

    Args:
        exam: The prepared exam, which stands for a bank and a design.
        items: Pool positions of the test; the test of maximum length with most information at the cut score within
            the blueprint unless given.

    Returns:
        One value per element with items in the test, in the order of the pool.

    Raises:
        InvalidSetting: If the test has no item, or one that is not in the pool, or one twice.

    Reference:
        Haberman (2008); Sinharay (2010) for both scores together.
    """
    test = _checked(exam, items)
    codes = [exam.pool.elements[item] for item in test]
    # Items outside every element form a part of the test like one element more.
    parts = list(dict.fromkeys(codes))
    members = [[item for item, code in zip(test, codes, strict=True) if code == part] for part in parts]
    true_covariance, error_variance = _moments(exam, members)
    values = (
        _value(part, len(members[row]), row, true_covariance, error_variance) for row, part in enumerate(parts) if part
    )
    order = {code: place for place, code in enumerate(dict.fromkeys(exam.pool.elements))}
    return tuple(sorted(values, key=lambda value: order[value.code]))


def _checked(exam: PreparedExam, items: Sequence[int] | None) -> list[int]:
    if items is None:
        best = assemble(exam.tree, exam.information_at_cut, length=exam.design.maximum_length)
        return [int(item) for item in best]
    test = [int(item) for item in items]
    if not test or len(set(test)) < len(test) or min(test) < 0 or max(test) >= len(exam.pool):
        raise InvalidSetting(f"a test has items of the pool, each once, not the positions {test}")
    return test


def _moments(exam: PreparedExam, members: Sequence[Sequence[int]]) -> tuple[FloatArray, FloatArray]:
    """Return covariances of the parts' true scores, shape (parts, parts), and variances of their errors, (parts,)."""
    likelihood = exam.answer_likelihood
    true_scores, errors = np.moveaxis(np.array([likelihood.score_moments(items) for items in members]), 1, 0)
    general = np.exp(exam.grid.log_prior)
    marginal = general @ exam.element_kernel
    given_general = true_scores @ exam.element_kernel.T
    means = given_general @ general
    covariance = (given_general * general) @ given_general.T - np.outer(means, means)
    own = np.square(true_scores) @ marginal - np.square(means)
    np.fill_diagonal(covariance, own)
    return covariance, errors @ marginal


def _value(code: str, items: int, row: int, true_covariance: FloatArray, error_variance: FloatArray) -> SubscoreValue:
    true = float(true_covariance[row, row])
    observed = true + float(error_variance[row])
    # The covariance of observed subscore and total, less the error that they share, is that of true score and total.
    with_total = float(true_covariance[row].sum())
    total = float(true_covariance.sum() + error_variance.sum())
    own, whole = true / observed, with_total * with_total / (true * total)
    return SubscoreValue(
        code=code,
        items=items,
        prmse_subscore=own,
        prmse_total=whole,
        prmse_both=_prmse_both(true, observed, with_total, total, float(error_variance[row])),
        has_added_value=own > whole,
    )


def _prmse_both(true: float, observed: float, with_total: float, total: float, error: float) -> float:
    """Return the squared multiple correlation of the true score with its observed score and the total."""
    between = with_total + error
    determinant = observed * total - between * between
    if determinant <= 1e-12 * observed * total:
        # One element is the whole test: both scores are the same.
        return true / observed
    explained = true * true * total - 2 * true * with_total * between + with_total * with_total * observed
    return explained / (determinant * true)
