"""What a sitting says about the unit of competence and its elements, in three states and never forced."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.ability.ability_grid import credible_interval, mean_and_sd, posterior_of, probability_above
from engine.blueprints.blueprint import ROOT, BlueprintTree
from engine.design import PreparedExam
from engine.response_models import FloatArray
from engine.sittings.sitting import SittingState
from engine.stop_rules.evidence import STOP_DIGITS

COMPETENT = "competent"
NOT_YET_COMPETENT = "not_yet_competent"
NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
INTERVAL_LEVEL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known of one unit or element.

    Args:
        code: Its code; "" for an exam over several units.
        verdict: "competent", "not_yet_competent" or "not_enough_evidence".
        probability: P(ability >= cut score).
        theta: Posterior mean of the ability.
        standard_error: Posterior standard deviation.
        interval: Ends of the 90 % credible interval.
        items_answered: Items answered in it.
        items_required: Items without which there is no verdict.
        complete: Whether every minimum of the blueprint within it was answered.
        competent_from: Probability from which it is judged competent.
        not_yet_up_to: Probability down to which it is judged not yet competent.
    """

    code: str
    verdict: str
    probability: float
    theta: float
    standard_error: float
    interval: tuple[float, float]
    items_answered: int
    items_required: int
    complete: bool
    competent_from: float
    not_yet_up_to: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingOutcome:
    """Outcome of the unit and of each of its elements, these in the order of the pool."""

    unit: Outcome
    elements: tuple[Outcome, ...]


def outcomes(exam: PreparedExam, state: SittingState) -> SittingOutcome:
    """Judge a sitting.

    The unit is judged by the sitting's posterior. An element is judged by a posterior that lets its own items count
    most and the other elements' items count through the correlation between elements. No verdict is given where the
    probability does not reach the design's confidence, or where a minimum of the blueprint was not answered. Losses of
    the design shift the confidence for the unit, whose verdict they are about, and not for its elements. A standard
    error of the cut score is integrated in all of them.

    The marks of tasks count like further answers, but towards no minimum: those are about the adaptive part. A sitting
    that ended before it came to the tasks of its design lacks evidence on the unit as if a minimum were not met.

    Args:
        exam: The prepared exam.
        state: The sitting, finished or not.

    Returns:
        The outcomes.
    """
    tree = exam.tree
    counts = tree.count(state.administered)
    units = [code for level, code in zip(tree.levels, tree.codes, strict=True) if level == "unit"]
    unit = _outcome(
        exam,
        state.posterior,
        code=units[0] if len(units) == 1 else "",
        thresholds=exam.design.stopping.thresholds(exam.design.confidence),
        answered=counts[ROOT],
        required=max(exam.design.minimum_length, tree.required[ROOT]),
        complete=_minima_met(tree, counts, ROOT) and not (state.tasks is not None and state.tasks.missing),
    )
    groups = [group for group, level in enumerate(tree.levels) if level == "element"]
    elements = tuple(
        _outcome(
            exam,
            posterior,
            code=tree.codes[group],
            thresholds=(exam.design.element_confidence, 1 - exam.design.element_confidence),
            answered=counts[group],
            required=max(1, tree.required[group]),
            complete=_minima_met(tree, counts, group),
        )
        for group, posterior in zip(groups, element_posteriors(exam, state, groups), strict=True)
    )
    return SittingOutcome(unit=unit, elements=elements)


def element_posteriors(exam: PreparedExam, state: SittingState, groups: Sequence[int]) -> FloatArray:
    """Return the posterior of each element's ability under a hierarchical model.

    A candidate's ability in an element is √r times a general ability plus √(1 - r) times a part of the element's own,
    all standard normal in units of the prior; r is the design's element correlation. Given the general ability the
    elements are independent, so each needs but one-dimensional integrals. A testlet over several elements counts in
    each as a testlet of its own.

    Args:
        exam: The prepared exam.
        state: The sitting.
        groups: The elements, as groups of the exam's tree.

    Returns:
        Posteriors on the exam's grid, shape (elements, nodes).

    Reference:
        Gibbons & Hedeker (1992), full-information bifactor analysis.
    """
    # Items outside every element inform the general ability as one element more.
    rows = {group: row for row, group in enumerate(groups)}
    log_likelihood = np.zeros((len(groups) + 1, exam.grid.nodes.size))
    answered: list[tuple[list[int], list[int]]] = [([], []) for _row in log_likelihood]
    for item, response in zip(state.administered, state.responses, strict=True):
        row = next((rows[group] for group in exam.tree.groups_around(item) if group in rows), len(groups))
        items, responses = answered[row]
        items.append(item)
        responses.append(response)
        log_likelihood[row] += exam.answer_likelihood.added_by_last(items, responses)
    if state.tasks is not None:
        row_of = {exam.tree.codes[group]: row for group, row in rows.items()}
        for element, added in zip(state.tasks.elements, state.tasks.log_likelihood, strict=True):
            log_likelihood[row_of.get(element, len(groups))] += added
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    given_general = np.log(np.maximum(likelihood @ exam.element_kernel.T, np.finfo(np.float64).tiny))
    general_without = posterior_of(exam.grid.log_prior + given_general.sum(axis=0) - given_general)
    prior = np.log(np.maximum(general_without @ exam.element_kernel, np.finfo(np.float64).tiny))
    return posterior_of(log_likelihood + prior)[: len(groups)]


def _outcome(
    exam: PreparedExam,
    posterior: FloatArray,
    *,
    code: str,
    thresholds: tuple[float, float],
    answered: int,
    required: int,
    complete: bool,
) -> Outcome:
    theta, standard_error = mean_and_sd(exam.grid.nodes, posterior)
    probability = probability_above(exam.above_cut, posterior)
    enough = complete and answered >= required
    upper, lower = thresholds[0], round(thresholds[1], STOP_DIGITS)
    return Outcome(
        code=code,
        verdict=_verdict(probability, upper, lower) if enough else NOT_ENOUGH_EVIDENCE,
        probability=probability,
        theta=theta,
        standard_error=standard_error,
        interval=credible_interval(exam.grid, posterior, level=INTERVAL_LEVEL),
        items_answered=answered,
        items_required=required,
        complete=complete,
        competent_from=upper,
        not_yet_up_to=lower,
    )


def _verdict(probability: float, competent_from: float, not_yet_up_to: float) -> str:
    rounded = round(probability, STOP_DIGITS)
    if rounded >= competent_from:
        return COMPETENT
    if rounded <= not_yet_up_to:
        return NOT_YET_COMPETENT
    return NOT_ENOUGH_EVIDENCE


def _minima_met(tree: BlueprintTree, counts: Sequence[int], group: int) -> bool:
    within = {group}
    for inner in range(group + 1, len(tree.codes)):
        if tree.parents[inner] in within:
            within.add(inner)
    return all(counts[inner] >= tree.minima[inner] for inner in within)
