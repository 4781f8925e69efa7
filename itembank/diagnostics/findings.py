"""What is known of a run beyond its parameters, as frozen values that pages, files and decisions read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: On what classical figures of an item rest.
ON_FORM, ON_RANDOM, ON_TRIALS = "form", "random", "tried_out"
#: How a sitting was judged: linear ones by the likelihood of the whole, adaptive ones by sums along the way.
BY_LIKELIHOOD, BY_SUMS = "lz_star", "cusum"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part that says nothing, and why: figures that would mislead are not given.

    ``part`` is one of model_fit, summed_scores, residuals, dependence, persons, times, displacement, drift, classical;
    ``code`` names the reason, ``detail`` tells it in an English sentence with its figures.
    """

    part: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ObservedShare:
    """Mean share of an item's points among persons of about one ability, beside the share that is expected of them.

    What is expected rests on the persons' answers to the other items, so that the item does not vouch for itself.
    ``ability`` is where the new curve has the expected share, on the base bank's scale: a share off the curve there is
    one that should not be. ``standard_error`` is that of the difference if the curve is true.
    """

    ability: float
    share: float
    expected: float
    standard_error: float
    n: int


@dataclass(frozen=True, slots=True)
class WatchPoint:
    """Cumulative sums of an item's surprises after an answer at some moment (ISO 8601)."""

    moment: str
    easier: float
    harder: float


@dataclass(frozen=True, slots=True)
class ItemDiagnosis:
    """One item version; None where a figure does not exist.

    Fit: ``misfit`` is the effect size, the typical gap between observed and expected share of points over groups of
    ability, less what chance does; ``worst_gap`` the largest gap, at ``worst_ability``. ``misfits`` where the effect is
    large and not chance. ``s_x2`` exists for linear data alone. ``reason`` says why an item was not judged.
    Drift: ``displacement`` of the difficulty against the base bank without the anchors that drifted, in logits;
    ``drifted`` where it is large, unlike the others' and more than the errors of both estimates make.
    ``drift_alarm`` is the moment (ISO 8601) at which the cumulative sums passed their limit, ``drift_answer`` the how
    manieth answer that was, ``drift_began`` when the rise set in, ``drift_direction`` "easier" or "harder".
    Times: ``compromised`` where answers grew better and quicker than ability and speed explain, the later of both
    since ``compromised_since``.
    Classical: only of answers that were not asked for by ability; ``classical_basis`` says which.
    """

    item_version_id: UUID
    code: str
    version: int
    model: str
    n: int
    reason: str | None = None
    infit: float | None = None
    outfit: float | None = None
    misfit: float | None = None
    misfit_p: float | None = None
    misfits: bool = False
    worst_gap: float | None = None
    worst_ability: float | None = None
    s_x2: float | None = None
    s_x2_df: int | None = None
    s_x2_p: float | None = None
    s_x2_rmsea: float | None = None
    displacement: float | None = None
    robust_z: float | None = None
    drifted: bool = False
    drift_alarm: str | None = None
    drift_answer: int | None = None
    drift_began: str | None = None
    drift_direction: str | None = None
    drift_path: tuple[WatchPoint, ...] = ()
    timed: int = 0
    median_seconds: float | None = None
    rapid_share: float | None = None
    rapid_below: float | None = None
    quicker_since: str | None = None
    compromised: bool = False
    compromised_since: str | None = None
    proportion_right: float | None = None
    item_rest_correlation: float | None = None
    classical_basis: str | None = None
    classical_n: int = 0
    observed: tuple[ObservedShare, ...] = ()

    @property
    def warned(self) -> bool:
        """Whether anything about it is worth a look."""
        return self.misfits or self.drifted or self.drift_alarm is not None or self.compromised


@dataclass(frozen=True, slots=True)
class PairDiagnosis:
    """Two items whose answers go together more than ability explains.

    ``flagged`` where Q3* is above its limit and, among so many pairs, no chance.
    """

    first_item_id: UUID
    first_version_id: UUID
    first_code: str
    second_item_id: UUID
    second_version_id: UUID
    second_code: str
    n: int
    q3: float
    q3_star: float
    ld_x2: float
    ld_x2_df: int
    ld_x2_p: float
    standardised: float
    flagged: bool
    same_testlet: bool
    enemies: bool


@dataclass(frozen=True, slots=True)
class Dependence:
    """Local dependence over all pairs that enough persons answered.

    ``n_flagged`` counts all of them; ``pairs`` are the flagged ones and then the next worst, worst first, as many as
    the record keeps.
    """

    n_pairs: int
    n_too_few: int
    n_flagged: int
    mean_q3: float
    highest_q3_star: float
    pairs: tuple[PairDiagnosis, ...]


@dataclass(frozen=True, slots=True)
class SittingDiagnosis:
    """A sitting whose answers surprise: a hint to look, never a verdict.

    ``statistic`` is lz* of a linear sitting (low is surprising), or the highest cumulative sum of an adaptive one over
    the root of its answers, with its ``direction``. The answer that surprised most: ``item_code``, scored ``score``
    where ``expected`` was to be expected, as number ``position`` of the sitting. ``effort`` is the share of answers
    that took long enough to have been thought about.
    """

    sitting_id: UUID
    simulated: bool
    method: str
    statistic: float
    p: float
    direction: str | None
    n: int
    theta: float
    item_version_id: UUID
    item_code: str
    position: int
    score: int
    expected: float
    effort: float | None


@dataclass(frozen=True, slots=True)
class PersonFindings:
    """How many sittings were judged and how many surprise; ``sittings`` are the most surprising, first ones first.

    ``by_chance`` is how many would be flagged at most if everybody answered as the curves say: the sums of adaptive
    sittings are cautious. ``flagged`` counts all; ``sittings`` are as many as the record keeps.
    """

    judged_by_likelihood: int
    judged_by_sums: int
    not_judged: int
    flagged: int
    by_chance: float
    sittings: tuple[SittingDiagnosis, ...]


@dataclass(frozen=True, slots=True)
class ModelFit:
    """Fit of the model as a whole, by the sittings that answered every item.

    ``left_out`` are the codes of items that everybody got right, or nobody: neither figure counts them. ``srmr`` is
    None in the records of runs that still did.
    """

    n_persons: int
    n_items: int
    m2: float
    m2_df: int
    m2_p: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassicalFindings:
    """Reliability of the number of points on the linear form that most sittings had.

    ``kr_20`` tells that α is the Kuder–Richardson formula 20, all items being right or wrong; ``exhausted_code`` names
    an item of which one factor would explain more than there is, so that there is no ω.
    """

    n_persons: int
    n_items: int
    alpha: float
    kr_20: bool
    omega: float | None
    exhausted_code: str | None
    mean: float
    standard_deviation: float
    standard_error_of_measurement: float


@dataclass(frozen=True, slots=True)
class TimeFindings:
    """Times of answers, from a question's being asked to its answer; what lies between, nobody knows.

    ``left_out`` counts answers without a time above nothing or with one so long that the candidate must have been away.
    """

    n: int
    left_out: int
    rapid_share: float
    low_effort_sittings: int
    sittings: int
    speed_deviation: float | None
    settled: bool | None


@dataclass(frozen=True, slots=True)
class DriftFindings:
    """Difficulties against the base bank: by how many common calibrated items, and which of them drifted."""

    anchors: int
    purged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDiagnostics:
    """Everything that a run tells beyond its parameters.

    ``adaptive_sittings`` had items chosen by the ability shown so far, or ended by it. ``run_id`` and ``finished_at``
    are there where it was read with its run.
    """

    n_sittings: int
    adaptive_sittings: int
    simulated_sittings: int
    marginal_reliability: float | None
    model_fit: ModelFit | None
    classical: ClassicalFindings | None
    dependence: Dependence | None
    persons: PersonFindings | None
    times: TimeFindings | None
    drift: DriftFindings | None
    items: tuple[ItemDiagnosis, ...]
    refusals: tuple[Refusal, ...]
    run_id: UUID | None = None
    finished_at: datetime | None = None

    def item(self, item_version_id: UUID) -> ItemDiagnosis | None:
        """Find an item version."""
        return next((item for item in self.items if item.item_version_id == item_version_id), None)

    def refusal(self, part: str) -> Refusal | None:
        """Tell why a part says nothing."""
        return next((refusal for refusal in self.refusals if refusal.part == part), None)
