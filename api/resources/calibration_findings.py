"""Calibration runs as JSON: how far one is, what it found, and what publishing it would change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.resources.calibration_settings import SETTINGS, SettingsShown
from api.schema import Shown, example
from itembank.calibration_runs.states import RunState

RUN_EXAMPLE = {
    "id": "e2b8a1f4-4f7b-4c40-9d4e-0c1b6fd3a877",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "model": "2pl",
    "state": "done",
    "cancel_requested": False,
    "include_simulated": True,
    "settings": SETTINGS,
    "iteration": 23,
    "log_likelihood": -3120.4,
    "seconds_left": None,
    "attempts": 1,
    "message": "",
    "requested_by": "วิชัย นักวัดผล",
    "requested_at": "2026-11-22T05:00:00Z",
    "finished_at": "2026-11-22T05:00:02Z",
    "approved_by": None,
    "approved_at": None,
    "published_by": None,
    "published_at": None,
    "base_bank_number": 1,
    "base_in_force": True,
    "published_bank_number": None,
    "possible_moves": ["approve", "reject"],
    "needs_another_person": False,
}
_SUMMARY = {
    "status": "converged",
    "converged": True,
    "log_likelihood": -3120.4,
    "iterations": 23,
    "n_persons": 400,
    "n_simulated": 400,
    "n_items": 20,
    "n_responses": 5120,
    "n_nodes": 61,
    "latest_answer": "2026-11-22T04:58:11Z",
    "latent_mean": 0.0,
    "latent_sd": 1.0,
    "link": {
        "method": "mean_mean",
        "slope": 1.04,
        "intercept": -0.12,
        "anchors": 18,
        "asked": "automatic",
        "remark": "",
        "rms_difficulty": 0.08,
        "rms_discrimination": 0.05,
        "purged": [
            {
                "item_version_id": "0d4e1df3-27a5-4be6-a3a5-5e0a8be2b7a8",
                "code": "DG101-1.1-09",
                "displacement": 0.83,
                "robust_z": 3.1,
            }
        ],
    },
    "difficulty_mean": 0.1,
    "difficulty_per_rating": 0.62,
    "difficulty_sd": 0.8,
    "element_sd": 0.3,
    "element_effects": {"DG101": 0.12, "DG102": -0.12},
    "n_fixed": 0,
    "recorded_persons": 400,
    "recorded_answers": 5120,
    "groups": [],
    "abilities": None,
    "rms_change": 0.42,
    "correlation": 0.88,
    "exclusions": [{"kind": "item", "id": "c1f2bb0e", "code": "DG101-1.1-05", "reason": "no_answers", "answers": None}],
    "software": {"samat": "0.1.0", "numpy": "2.3.5", "scipy": "1.16.3"},
}
_ITEM = {
    "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
    "code": "DG101-1.1-01",
    "version": 1,
    "model": "2pl",
    "n": 312,
    "a": 1.12,
    "b": -0.31,
    "se_a": 0.14,
    "se_b": 0.12,
    "cov_ab": 0.004,
    "flag": None,
    "old_a": 1.0,
    "old_b": -0.5,
    "old_source": "prior",
    "change_b": 0.19,
    "robust_z": 0.4,
    "moved": False,
    "c": None,
    "se_c": None,
    "thresholds": [],
    "se_thresholds": [],
    "old_model": "2pl",
    "old_c": None,
    "old_thresholds": [],
    "covariances": [],
    "displacement": None,
    "se_displacement": None,
}
_IMPACT = {
    "at_most": 500,
    "sittings": 400,
    "simulated": 400,
    "unscored": 0,
    "oldest": "2026-10-23T03:04:55Z",
    "newest": "2026-11-22T04:58:11Z",
    "changed": 1,
    "elements_changed": 4,
    "moves": [{"before": "competent", "after": "not_enough_evidence", "sittings": 1}],
    "changes": [
        {
            "sitting_id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80",
            "finished_at": "2026-11-21T21:09:58Z",
            "simulated": True,
            "bank_number": 1,
            "before": "competent",
            "after": "not_enough_evidence",
            "probability_before": 0.951,
            "probability_after": 0.944,
            "items": ["DG101-1.1-01"],
            "strongest": "DG101-1.1-01",
        }
    ],
    "items": [
        {
            "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
            "code": "DG101-1.1-01",
            "sittings": 1,
            "decisive": 1,
            "log_odds": 0.21,
        }
    ],
}


class RunLineShown(Shown):
    """A calibration run in a list."""

    id: UUID
    unit: str
    unit_title: str
    model: str
    state: RunState
    cancel_requested: bool
    include_simulated: bool
    settings: SettingsShown
    iteration: int
    log_likelihood: float | None
    seconds_left: float | None = Field(description="estimated from the rate of convergence; null while unknown")
    attempts: int = Field(description="how often the run was taken up; more than once where a server stopped")
    message: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    published_by: str | None
    published_at: datetime | None
    base_bank_number: int
    base_in_force: bool
    published_bank_number: int | None
    possible_moves: list[str]
    needs_another_person: bool


class PurgedAnchorShown(Shown):
    """An anchor left out of the link because it drifted."""

    item_version_id: UUID
    code: str
    displacement: float
    robust_z: float | None


class GroupShown(Shown):
    """Abilities of a group of sittings on the base bank's scale."""

    name: str
    persons: int
    mean: float
    sd: float
    se_mean: float | None
    se_sd: float | None


class AbilitiesShown(Shown):
    """An estimated distribution of ability on the base bank's scale."""

    ability: list[float]
    share: list[float]
    skewness: float
    gain: float = Field(description="log-likelihood above that of a normal distribution")


class LinkShown(Shown):
    """How the run's scale became the bank's: ability = slope · the run's + intercept."""

    method: str
    slope: float
    intercept: float
    anchors: int
    asked: str
    remark: str = Field(description="too_few_anchors, too_many_drifted, or blank")
    rms_difficulty: float | None = Field(description="root mean square difference of the anchors' b after linking")
    rms_discrimination: float | None
    purged: list[PurgedAnchorShown]


class LeftOutShown(Shown):
    """An item or a sitting that took no part, and why; of a neutralised item how many answers do not count."""

    kind: str
    id: str
    code: str
    reason: str
    answers: int | None


class SummaryShown(Shown):
    """A run in a few figures."""

    status: str
    converged: bool
    log_likelihood: float
    iterations: int
    n_persons: int
    n_simulated: int
    n_items: int
    n_responses: int
    n_nodes: int
    latest_answer: str | None
    latent_mean: float
    latent_sd: float
    difficulty_mean: float | None
    difficulty_per_rating: float | None
    difficulty_sd: float | None
    link: LinkShown
    rms_change: float | None
    correlation: float | None
    exclusions: list[LeftOutShown]
    software: dict[str, str]
    n_fixed: int
    recorded_persons: int | None
    recorded_answers: int | None
    groups: list[GroupShown]
    abilities: AbilitiesShown | None
    element_sd: float | None
    element_effects: dict[str, float]


class RunItemShown(Shown):
    """An item's new parameters beside the old ones."""

    item_version_id: UUID
    code: str
    version: int
    model: str
    n: int
    a: float
    b: float
    se_a: float | None
    se_b: float | None
    cov_ab: float | None
    flag: str | None
    old_a: float | None
    old_b: float | None
    old_source: str | None
    change_b: float | None
    robust_z: float | None
    moved: bool
    c: float | None
    se_c: float | None
    thresholds: list[float]
    se_thresholds: list[float | None]
    old_model: str | None
    old_c: float | None
    old_thresholds: list[float]
    covariances: list[list[float]] = Field(
        description="of a, then b or the thresholds, then c; empty for a and b alone"
    )
    displacement: float | None = Field(description="of a fixed item: where its answers would move its difficulty")
    se_displacement: float | None


class VerdictMoveShown(Shown):
    """How many sittings have one verdict on record and another (or the same) under the new parameters."""

    before: str
    after: str
    sittings: int


class ChangedSittingShown(Shown):
    """A sitting whose verdict would be another, and the items that are decisive by themselves."""

    sitting_id: UUID
    finished_at: datetime
    simulated: bool
    bank_number: int
    before: str
    after: str
    probability_before: float
    probability_after: float
    items: list[str]
    strongest: str


class TurningItemShown(Shown):
    """What an item's new parameters do to the sittings whose verdict would be another."""

    item_version_id: UUID
    code: str
    sittings: int
    decisive: int
    log_odds: float


class ImpactShown(Shown):
    """Recent finished sittings, scored again under the parameters that publishing would bring."""

    at_most: int
    sittings: int
    simulated: int
    unscored: int
    oldest: datetime | None
    newest: datetime | None
    changed: int
    elements_changed: int
    moves: list[VerdictMoveShown]
    changes: list[ChangedSittingShown]
    items: list[TurningItemShown]


class RunShown(RunLineShown):
    """A calibration run with what it found."""

    model_config = example(**RUN_EXAMPLE, may_publish=[], summary=_SUMMARY, items=[_ITEM], impact=_IMPACT)

    may_publish: list[str] = Field(description="who may publish an approved run: everybody but whoever approved it")
    summary: SummaryShown | None
    items: list[RunItemShown]
    impact: ImpactShown | None


class RunsShown(Shown):
    """Calibration runs, the newest first."""

    model_config = example(calibrations=[RUN_EXAMPLE])

    calibrations: list[RunLineShown]
