"""What a candidate's finished units of competence say about the next one, by the correlation between units.

In the population the abilities in the units are jointly normal with one correlation r between any two: in units of the
population's prior each is √r times a general ability plus √(1 - r) times a part of its own. Given the general ability
the units are independent, so however many are finished, every integral has one dimension.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
from scipy.special import ndtri

from engine.ability.ability_grid import HALF_WIDTH, EapGrid, mean_and_sd, posterior_of
from engine.design import CUT_REACH, SMALLEST_PRIOR_SD, ExamDesign, PreparedExam
from engine.errors import InvalidSetting
from engine.prior_origin import PriorOrigin
from engine.response_models import FloatArray
from engine.sittings.sitting import SittingState

# Sums over nodes half a standard deviation apart equal the integral of a normal curve to the last digit.
NODES_PER_SD = 2.0
# A prior is short of a verdict, and the cut score within its reach, not just on the edge.
SHORT_BY = 0.001
BISECTIONS = 40
# Processors differ in the last digits; what is pinned in a record and read by people should not.
PRIOR_DIGITS = 6
# No sitting says as much; sums of what many units say stay far from overflow.
LARGEST_EVIDENCE = 1e12


@dataclass(frozen=True, eq=False, kw_only=True)
class UnitEvidence:
    """What the answers of one finished unit say of its ability, without any prior.

    Args:
        scaled_nodes: Abilities in standard deviations from the mean of the population's prior, shape (nodes,).
        log_likelihood: Log-likelihood of the answers at them up to a constant, shape (nodes,).

    Raises:
        InvalidSetting: If there are no nodes, not one log-likelihood a node, or values that are not finite or beyond
            all measure.
    """

    scaled_nodes: FloatArray
    log_likelihood: FloatArray

    def __post_init__(self) -> None:
        if self.scaled_nodes.ndim != 1 or self.scaled_nodes.shape != self.log_likelihood.shape:
            shapes = f"{self.scaled_nodes.shape} and {self.log_likelihood.shape}"
            raise InvalidSetting(f"the evidence of a unit needs one log-likelihood a node, not the shapes {shapes}")
        if not self.scaled_nodes.size:
            raise InvalidSetting("the evidence of a unit needs at least one node")
        for name in ("scaled_nodes", "log_likelihood"):
            column = getattr(self, name)
            if not (np.abs(column) <= LARGEST_EVIDENCE).all():
                largest = column[np.abs(column).argmax()]
                expected = f"{name} that are finite and within ±{LARGEST_EVIDENCE:g}"
                raise InvalidSetting(f"the evidence of a unit needs {expected}, not {float(largest)!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InformedPrior:
    """The normal distribution with the mean and sd of a unit's ability given the units finished before it."""

    mean: float
    sd: float


def unit_evidence(exam: PreparedExam, state: SittingState) -> UnitEvidence:
    """Return what the answers of a sitting say of its unit.

    The sitting's own prior is taken out again: where that was informed by other units, their answers would otherwise
    count a second time.

    Args:
        exam: The prepared exam of the sitting, with the prior that the sitting began from.
        state: The sitting after its last answer.

    Returns:
        The evidence.
    """
    scaled = (exam.grid.nodes - exam.design.population_mean) / exam.design.population_sd
    return UnitEvidence(scaled_nodes=scaled, log_likelihood=state.log_posterior - exam.grid.log_prior)


def general_ability(evidence: Sequence[UnitEvidence], *, correlation: float) -> tuple[FloatArray, FloatArray]:
    """Return the posterior of the general ability given the finished units.

    Args:
        evidence: What the answers of each finished unit say, in any order.
        correlation: Correlation r between the abilities in any two units, above 0 and below 1.

    Returns:
        Nodes of the general ability, standard normal in the population, and their posterior probabilities, each of
        shape (general nodes,).

    Raises:
        InvalidSetting: If the correlation is not between 0 and 1.
    """
    if not 0 < correlation < 1:
        raise InvalidSetting(f"the correlation between units must be above 0 and below 1, not {correlation!r}")
    # Were all abilities known without error, the posterior would be as narrow as this; it never is narrower.
    narrowest = 1 / sqrt(1 + len(evidence) * correlation / (1 - correlation))
    nodes = np.linspace(-HALF_WIDTH, HALF_WIDTH, 2 * ceil(HALF_WIDTH * NODES_PER_SD / narrowest) + 1)
    log_posterior = -0.5 * np.square(nodes)
    for unit in evidence:
        deviations = unit.scaled_nodes[None, :] - sqrt(correlation) * nodes[:, None]
        log_joint = unit.log_likelihood - 0.5 * np.square(deviations) / (1 - correlation)
        highest = log_joint.max(axis=1, keepdims=True)
        log_posterior += highest[:, 0] + np.log(np.exp(log_joint - highest).sum(axis=1))
    return nodes, posterior_of(log_posterior)


def informed_prior(
    evidence: Sequence[UnitEvidence], *, correlation: float, population_mean: float = 0.0, population_sd: float = 1.0
) -> InformedPrior:
    """Return the prior of the next unit's ability given the finished units.

    Mean and standard deviation are exact; the shape is taken as normal. It nearly is: the ability is the general one,
    of which the finished units tell, plus a normal part of which they tell nothing.

    Args:
        evidence: What the answers of each finished unit say; none for the population's prior.
        correlation: Correlation r between the abilities in any two units, above 0 and below 1.
        population_mean: Mean of the next unit's ability in the population.
        population_sd: Its standard deviation, above 0.

    Returns:
        The prior.

    Raises:
        InvalidSetting: If the correlation is not between 0 and 1, or the population's prior is impossible.

    Reference:
        Brown & Weiss (1977) for finished tests of a battery that set the prior of the next; Wang, Chen & Cheng (2004)
        for what correlations between abilities are worth.
    """
    if not (np.isfinite(population_mean) and np.isfinite(population_sd) and population_sd > 0):
        raise InvalidSetting(
            f"the population needs a finite mean and a positive sd, not {population_mean!r} and {population_sd!r}"
        )
    mean, sd = mean_and_sd(*general_ability(evidence, correlation=correlation))
    return InformedPrior(
        mean=population_mean + population_sd * sqrt(correlation) * mean,
        sd=population_sd * sqrt(correlation * sd * sd + 1 - correlation),
    )


def informed_design(design: ExamDesign, finished: Mapping[str, tuple[str, UnitEvidence]]) -> ExamDesign:
    """Return the design of one candidate's sitting, with the prior that the finished units lead to.

    Other units never settle a verdict by themselves: of what they say only so much counts that the prior stays short
    of the probability a verdict needs. Who has shown much elsewhere may not have learnt this unit at all.

    Args:
        design: The exam's design, with a unit correlation and the population's prior.
        finished: By unit, the name of the sitting that stands for it and what its answers say.

    Returns:
        The sitting's design; the exam's own if no unit is finished or the design has no unit correlation.

    Raises:
        InvalidSetting: If the design is that of a sitting already.

    Reference:
        Ibrahim & Chen (2000), power priors: evidence raised to a power below 1.
    """
    if design.prior_origin is not None:
        raise InvalidSetting("prior_origin must be null: only the design of an exam can be informed by other units")
    if design.unit_correlation is None or not finished:
        return design
    prior = informed_prior(
        [evidence for _sitting, evidence in finished.values()],
        correlation=design.unit_correlation,
        population_mean=design.prior_mean,
        population_sd=design.prior_sd,
    )
    weight = _weight_that_leaves_open(design, prior)
    counted = _discounted(design, prior, weight)
    return replace(
        design,
        prior_mean=round(counted.mean, PRIOR_DIGITS) + 0.0,
        prior_sd=round(max(counted.sd, SMALLEST_PRIOR_SD), PRIOR_DIGITS),
        prior_origin=PriorOrigin(
            population_mean=design.prior_mean,
            population_sd=design.prior_sd,
            units=tuple(finished),
            sittings=tuple(sitting for sitting, _evidence in finished.values()),
            weight=round(weight, PRIOR_DIGITS),
        ),
    )


def _weight_that_leaves_open(design: ExamDesign, prior: InformedPrior) -> float:
    """Return the largest power of the finished units' evidence at which the prior alone is short of a verdict."""
    upper, lower = design.stopping.thresholds(design.confidence)
    side = 1 if prior.mean >= design.cut_score else -1
    needed = float(ndtri(upper) if side == 1 else -ndtri(lower))
    # An exam whose own prior is surer than that keeps it.
    own = side * (design.prior_mean - design.cut_score) / design.prior_sd
    furthest = max(min(needed, CUT_REACH) - SHORT_BY, own)

    def is_open(weight: float) -> bool:
        counted = _discounted(design, prior, weight)
        return side * (counted.mean - design.cut_score) <= furthest * counted.sd

    if is_open(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_open(middle) else (low, middle)
    return low


def _discounted(design: ExamDesign, prior: InformedPrior, weight: float) -> InformedPrior:
    """Return the prior between the population's and the informed one at which that much of the evidence counts."""
    population, informed = (1 - weight) / design.prior_sd**2, weight / prior.sd**2
    precision = population + informed
    return InformedPrior(
        mean=(population * design.prior_mean + informed * prior.mean) / precision, sd=1 / sqrt(precision)
    )


def population_design(design: ExamDesign) -> ExamDesign:
    """Return the exam's design from that of one of its sittings: the same with the population's prior."""
    if design.prior_origin is None:
        return design
    return replace(design, prior_mean=design.population_mean, prior_sd=design.population_sd, prior_origin=None)


def informed_exam(exam: PreparedExam, design: ExamDesign) -> PreparedExam:
    """Return the prepared exam of one sitting from that of its exam, without preparing it anew.

    Args:
        exam: The prepared exam with the population's prior.
        design: The sitting's design, as `informed_design` made it from the exam's.

    Returns:
        What `prepare_exam` would return for the design: only the prior differs, on the same abilities.

    Raises:
        InvalidSetting: If the design is not one of this exam.
    """
    if population_design(design) != exam.design:
        raise InvalidSetting("the design of the sitting differs from that of the exam in more than the prior")
    nodes = exam.grid.nodes
    grid = EapGrid.normal(
        prior_mean=design.prior_mean,
        prior_sd=design.prior_sd,
        lower=float(nodes[0]),
        upper=float(nodes[-1]),
        nodes=nodes.size,
    )
    return replace(exam, design=design, grid=grid)
