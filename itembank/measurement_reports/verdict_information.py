"""How much information a verdict needs: the target that the information of a bank is held against."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

from engine.design import ExamDesign

#: A candidate so many logits from the cut score should get a verdict, where no stop rule of the design says how many.
USUAL_DISTANCE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictNeed:
    """What stands between a candidate and a verdict.

    Args:
        cut_score: The cut score, in θ.
        cut_standard_error: Its standard error, 0 where it is taken as known.
        prior_mean: Mean of the ability prior.
        prior_sd: Its standard deviation.
        competent_from: P(θ ≥ cut) from which the verdict is competent.
        not_yet_up_to: P(θ ≥ cut) down to which it is not yet competent.
        distance: Distance from the cut score in logits at which the verdict should come.
    """

    cut_score: float
    cut_standard_error: float
    prior_mean: float
    prior_sd: float
    competent_from: float
    not_yet_up_to: float
    distance: float

    @classmethod
    def of_unit(cls, design: ExamDesign) -> VerdictNeed:
        """Read the need of the verdict on the unit from an exam's design."""
        upper, lower = design.stopping.thresholds(design.confidence)
        return cls._of(design, upper, lower)

    @classmethod
    def of_element(cls, design: ExamDesign) -> VerdictNeed:
        """Read the need of the verdict on an element that nothing but its own items informs."""
        return cls._of(design, design.element_confidence, 1 - design.element_confidence)

    @classmethod
    def _of(cls, design: ExamDesign, upper: float, lower: float) -> VerdictNeed:
        return cls(
            cut_score=design.cut_score,
            cut_standard_error=design.cut_standard_error,
            prior_mean=design.population_mean,
            prior_sd=design.population_sd,
            competent_from=upper,
            not_yet_up_to=lower,
            distance=_distance(design),
        )

    def information(self) -> float:
        """Return the information at which candidates this far from the cut get a verdict in about half of the sittings.

        With information I the posterior moves from N(μ, σ²) to precision J = I + 1/σ²; for a candidate at c + δ its
        mean is (I(c + δ) + μ/σ²)/J in the middle of its distribution. Competent is told where that mean is z standard
        deviations √(1/J + s²) above the cut, z = Φ⁻¹(threshold) and s the cut's standard error; not yet competent
        likewise below. The larger of the two needs counts; on its side the middle of the distribution lies right on the
        limit, so that verdicts are about as frequent as none (0.41 to 0.58 of simulated sittings), on the other side at
        least as frequent.

        Returns:
            The information, 0 where the prior alone is sure enough; infinite where no information suffices, because
            the cut score itself is not known well enough.
        """
        lean = (self.prior_mean - self.cut_score) / self.prior_sd**2
        above = self._needed(NormalDist().inv_cdf(self.competent_from), lean)
        below = self._needed(NormalDist().inv_cdf(1 - self.not_yet_up_to), -lean)
        return max(above, below)

    def reached_distance(self, information: float) -> float:
        """Return the distance from the cut at which a test of this information gives verdicts about half of the time.

        Args:
            information: What the answers inform about ability around the cut, from 0.

        Returns:
            The distance in logits, the larger one of the two sides; infinite where there is no information.
        """
        if information <= 0:
            return inf
        precision = information + self.prior_sd**-2
        lean = (self.prior_mean - self.cut_score) / self.prior_sd**2
        spread = precision * sqrt(1 / precision + self.cut_standard_error**2)
        above = NormalDist().inv_cdf(self.competent_from) * spread - lean
        below = NormalDist().inv_cdf(1 - self.not_yet_up_to) * spread + lean
        return max(above, below, 0.0) / information

    def _needed(self, z: float, lean: float) -> float:
        """Solve δ − Dx = z√(x + s²) for x = 1/J, where D = δ/σ² − (μ − c)/σ² is how far the prior holds back."""
        delta, spread = self.distance, z * self.cut_standard_error
        if delta <= spread:
            return inf
        held_back = delta / self.prior_sd**2 - lean
        linear = 2 * delta * held_back + z**2
        room = linear**2 - 4 * held_back**2 * (delta**2 - spread**2)
        if room < 0 or linear <= 0:
            return 0.0
        if z < 0:
            # Losses so uneven that the verdict is told even a little on the other side of the cut: the larger root.
            reciprocal = (linear + sqrt(room)) / (2 * held_back**2) if held_back > 0 else inf
        else:
            # The smaller root, written so that it holds for D = 0 too.
            reciprocal = 2 * (delta**2 - spread**2) / (linear + sqrt(room))
        return max(0.0, 1 / reciprocal - self.prior_sd**-2)


def _distance(design: ExamDesign) -> float:
    """Take the half-width of the indifference region where a stop rule in use has one."""
    widths = {"sprt": design.stopping.sprt_half_width, "glr": design.stopping.glr_half_width}
    used = [width for rule, width in widths.items() if rule in design.stop_rules]
    return min(used, default=USUAL_DISTANCE)
