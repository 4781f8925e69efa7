"""What a calibration run tells beyond parameters: fit, dependence, drift, times, sittings that surprise."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.schema import Shown, example
from api.transaction import Transaction
from itembank.diagnostics.findings import RunDiagnostics
from itembank.diagnostics.reading import run_diagnostics

router = APIRouter(prefix="/calibrations", tags=["calibrations"])

_VERSION = "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55"
_ITEM = {
    "item_version_id": _VERSION,
    "code": "DG101-1.1-01",
    "version": 1,
    "model": "2pl",
    "n": 312,
    "reason": None,
    "infit": 1.02,
    "outfit": 1.11,
    "misfit": 0.094,
    "misfit_p": 0.0001,
    "misfits": True,
    "worst_gap": -0.18,
    "worst_ability": 0.4,
    "s_x2": None,
    "s_x2_df": None,
    "s_x2_p": None,
    "s_x2_rmsea": None,
    "displacement": 0.62,
    "robust_z": 3.1,
    "drifted": True,
    "drift_alarm": "2026-11-12T04:10:02+00:00",
    "drift_answer": 214,
    "drift_began": "2026-11-09T02:31:44+00:00",
    "drift_direction": "harder",
    "drift_path": [{"moment": "2026-11-12T04:10:02+00:00", "easier": 0.0, "harder": 24.1}],
    "timed": 312,
    "median_seconds": 51.4,
    "rapid_share": 0.01,
    "rapid_below": 5.5,
    "quicker_since": None,
    "compromised": False,
    "compromised_since": None,
    "proportion_right": None,
    "item_rest_correlation": None,
    "classical_basis": None,
    "classical_n": 0,
    "observed": [{"ability": 0.4, "share": 0.45, "expected": 0.63, "standard_error": 0.05, "n": 31}],
}
_PAIR = {
    "first_item_id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "first_version_id": _VERSION,
    "first_code": "DG101-1.1-01",
    "second_item_id": "77e6f7bd-5f60-420a-b3b8-1348b26981a9",
    "second_version_id": "d4481cfe-ab46-45d5-82d7-dc272bd56619",
    "second_code": "DG101-1.1-04",
    "n": 188,
    "q3": 0.31,
    "q3_star": 0.35,
    "ld_x2": 31.2,
    "ld_x2_df": 1,
    "ld_x2_p": 2.3e-8,
    "standardised": 21.4,
    "flagged": True,
    "same_testlet": False,
    "enemies": False,
}
_SITTING = {
    "sitting_id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80",
    "simulated": False,
    "method": "cusum",
    "statistic": 3.4,
    "p": 0.0012,
    "direction": "better",
    "n": 14,
    "theta": 0.31,
    "item_version_id": _VERSION,
    "item_code": "DG101-1.1-01",
    "position": 9,
    "score": 1,
    "expected": 0.12,
    "effort": 0.93,
}


class ObservedShown(Shown):
    """Share of the points that persons of about one ability had, beside the expected one."""

    ability: float
    share: float
    expected: float
    standard_error: float
    n: int


class WatchPointShown(Shown):
    """Cumulative sums of an item's surprises after an answer."""

    moment: datetime
    easier: float
    harder: float


class ItemDiagnosisShown(Shown):
    """What there is to say of one item version; null where a figure does not exist."""

    item_version_id: UUID
    code: str
    version: int
    model: str
    n: int
    reason: str | None = Field(description="why the item was not judged")
    infit: float | None
    outfit: float | None
    misfit: float | None = Field(description="typical gap between observed and expected share, less what chance makes")
    misfit_p: float | None
    misfits: bool
    worst_gap: float | None
    worst_ability: float | None
    s_x2: float | None
    s_x2_df: int | None
    s_x2_p: float | None
    s_x2_rmsea: float | None
    displacement: float | None
    robust_z: float | None
    drifted: bool
    drift_alarm: datetime | None
    drift_answer: int | None
    drift_began: datetime | None
    drift_direction: str | None = Field(description="easier or harder")
    drift_path: list[WatchPointShown]
    timed: int
    median_seconds: float | None
    rapid_share: float | None
    rapid_below: float | None = Field(description="seconds below which an answer is a rapid guess")
    quicker_since: datetime | None
    compromised: bool
    compromised_since: datetime | None
    proportion_right: float | None
    item_rest_correlation: float | None
    classical_basis: str | None = Field(description="form, random or tried_out: on which answers both rest")
    classical_n: int
    observed: list[ObservedShown]


class PairDiagnosisShown(Shown):
    """Two items whose answers go together beyond ability."""

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


class DependenceShown(Shown):
    """Local dependence over all pairs that enough sittings answered."""

    n_pairs: int
    n_too_few: int
    n_flagged: int = Field(description="among all pairs, also those that the list has no room for")
    mean_q3: float
    highest_q3_star: float
    pairs: list[PairDiagnosisShown]


class SittingDiagnosisShown(Shown):
    """A sitting whose answers surprise: a hint to look, never a verdict."""

    sitting_id: UUID
    simulated: bool
    method: str = Field(description="lz_star for a linear sitting, cusum for an adaptive one")
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


class PersonFindingsShown(Shown):
    """How many sittings surprise, and how many would at most by chance."""

    judged_by_likelihood: int
    judged_by_sums: int
    not_judged: int
    flagged: int = Field(description="all of them, also those that the list has no room for")
    by_chance: float = Field(description="at most this many if everybody answered as the curves say")
    sittings: list[SittingDiagnosisShown]


class ModelFitShown(Shown):
    """Fit of the model as a whole."""

    n_persons: int
    n_items: int
    m2: float
    m2_df: int
    m2_p: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float | None = Field(description="none in old runs that counted items everybody got right")
    left_out: list[str] = Field(description="codes of items that everybody got right, or nobody; not counted")


class ClassicalShown(Shown):
    """Reliability of the number of points on the form that most sittings had."""

    n_persons: int
    n_items: int
    alpha: float
    kr_20: bool
    omega: float | None
    exhausted_code: str | None
    mean: float
    standard_deviation: float
    standard_error_of_measurement: float


class TimesShown(Shown):
    """Times of answers and what they tell of effort."""

    n: int
    left_out: int
    rapid_share: float
    low_effort_sittings: int
    sittings: int
    speed_deviation: float | None
    settled: bool | None


class DriftShown(Shown):
    """Items compared with the base bank, and those that drifted."""

    anchors: int
    purged: list[str]


class RefusalShown(Shown):
    """A part that says nothing, and why."""

    part: str
    code: str
    detail: str


class RunDiagnosticsShown(Shown):
    """Everything that a run tells beyond its parameters."""

    model_config = example(
        run_id="e2b8a1f4-4f7b-4c40-9d4e-0c1b6fd3a877",
        finished_at="2026-11-22T05:00:02Z",
        n_sittings=400,
        adaptive_sittings=400,
        simulated_sittings=0,
        marginal_reliability=0.72,
        model_fit=None,
        classical=None,
        dependence={
            "n_pairs": 187,
            "n_too_few": 3,
            "n_flagged": 1,
            "mean_q3": -0.05,
            "highest_q3_star": 0.35,
            "pairs": [_PAIR],
        },
        persons={
            "judged_by_likelihood": 0,
            "judged_by_sums": 400,
            "not_judged": 0,
            "flagged": 3,
            "by_chance": 4.0,
            "sittings": [_SITTING],
        },
        times={
            "n": 4654,
            "left_out": 12,
            "rapid_share": 0.004,
            "low_effort_sittings": 2,
            "sittings": 400,
            "speed_deviation": 0.21,
            "settled": True,
        },
        drift={"anchors": 20, "purged": ["DG101-1.1-01"]},
        items=[_ITEM],
        refusals=[
            {
                "part": "model_fit",
                "code": "not_linear",
                "detail": "2 of 400 sittings answered the same items; figures that add up points need 95% of them to",
            }
        ],
    )

    run_id: UUID
    finished_at: datetime | None
    n_sittings: int
    adaptive_sittings: int
    simulated_sittings: int
    marginal_reliability: float | None
    model_fit: ModelFitShown | None
    classical: ClassicalShown | None
    dependence: DependenceShown | None
    persons: PersonFindingsShown | None
    times: TimesShown | None
    drift: DriftShown | None
    items: list[ItemDiagnosisShown]
    refusals: list[RefusalShown]


@router.get("/{run_id}/diagnostics", response_model=RunDiagnosticsShown, summary="Read a run's diagnostics")
def read_run_diagnostics(run_id: UUID, caller: Caller, session: Transaction) -> RunDiagnostics:
    """Show fit, local dependence, drift, times and surprising sittings of a finished run. For psychometricians."""
    return run_diagnostics(session, actor=caller, run_id=run_id)
