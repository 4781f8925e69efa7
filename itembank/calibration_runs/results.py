"""What a calibration run found, as it is kept in its record and shown to the psychometrician."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any
from uuid import UUID

import numpy
import scipy

from calibration.calibration_result import NO_GUESSING, CalibratedItem, CalibrationResult
from calibration.comparison import SUSPICIOUS_Z, Comparison, ItemChange, compare
from calibration.linking import Link
from itembank.calibration_runs.base_scale import link_to_base, pairs_of
from itembank.calibration_runs.model_choice import takes_parts
from itembank.calibration_runs.recorded_responses import RecordedResponses, VersionLabel
from itembank.publishing.parameters import CALIBRATED, Parameters

#: Nobody has the highest score of an item, so nothing tells where its last threshold lies.
SCORE_NEVER_HAD = "score_never_had"


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """How the run's scale became the base bank's: θ = slope · θ of the run + intercept."""

    method: str
    slope: float
    intercept: float
    anchors: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item version (answered, or of the base bank) or a sitting that took no part, and why."""

    kind: str  # "item" or "person"
    id: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a few figures. ``rms_change`` and ``correlation`` are those of the difficulties, old against new."""

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
    difficulty_mean: float
    difficulty_per_rating: float
    difficulty_sd: float
    link: LinkSummary
    rms_change: float | None
    correlation: float | None
    exclusions: tuple[LeftOut, ...]
    software: Mapping[str, str]

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> RunSummary:
        """Read what ``asdict`` wrote."""
        return cls(
            **{
                **document,
                "link": LinkSummary(**document["link"]),
                "exclusions": tuple(LeftOut(**entry) for entry in document["exclusions"]),
            }
        )


@dataclass(frozen=True, slots=True)
class RunItem:
    """An item version in a run: its new parameters on the base bank's scale beside the old ones.

    ``robust_z`` of the difficulty tells an item that ``moved`` unlike the others whose old parameters are of the same
    source. Where ``flag`` names a problem, publishing leaves the item as it was. ``c`` is the chance to guess of the
    3PL; ``thresholds`` are those of an item scored in parts, of which ``b`` is the mean.
    """

    item_version_id: str
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
    c: float | None = None
    se_c: float | None = None
    thresholds: tuple[float, ...] = ()
    se_thresholds: tuple[float | None, ...] = ()
    old_model: str | None = None
    old_c: float | None = None
    old_thresholds: tuple[float, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether publishing takes the new parameters."""
        return self.flag in (None, NO_GUESSING) and self.se_a is not None and self.se_b is not None

    def parameters(self) -> Parameters:
        """Give the new parameters as a bank keeps them."""
        return Parameters(
            model=self.model,
            discrimination=self.a,
            difficulty=self.b,
            se_discrimination=self.se_a or 0.0,
            se_difficulty=self.se_b or 0.0,
            source=CALIBRATED,
            n_responses=self.n,
            further=self._further(),
        )

    def _further(self) -> dict[str, Any]:
        if self.thresholds:
            return {"thresholds": list(self.thresholds)}
        return {} if self.c is None else {"guessing": self.c}


def results_document(
    result: CalibrationResult,
    *,
    recorded: RecordedResponses,
    labels: Mapping[str, VersionLabel],
    base: Mapping[UUID, Parameters],
    model: str = "2pl",
) -> dict[str, Any]:
    """Link a result to the base bank's scale, compare it with the bank, and write both down.

    Args:
        result: A calibration that ran to its end.
        recorded: What it was given.
        labels: Of the item versions in either.
        base: The unit's parameters in the base bank by item version.
        model: What the run was asked for.

    Returns:
        A JSON document with ``summary`` and ``items``; numbers that do not exist are None.
    """
    old = {str(version_id): parameters for version_id, parameters in base.items()}
    link = link_to_base(result, old)
    items = [link.transform(item) for item in result.items]
    changes = _changes(items, old)
    moved = compare(pairs_of(old, old), {item.item_id: (item.discrimination, item.difficulty) for item in items})
    lines = [
        _line(item, label=labels[item.item_id], old=old.get(item.item_id), change=changes.get(item.item_id))
        for item in items
    ]
    summary = _summary(
        result,
        link=link,
        recorded=recorded,
        moved=moved,
        exclusions=_left_out(result, labels=labels, base=old, model=model),
    )
    return {"summary": asdict(summary), "items": [asdict(line) for line in sorted(lines, key=lambda line: line.code)]}


def read_items(document: Mapping[str, Any]) -> tuple[RunItem, ...]:
    """Read the items of a results document."""
    return tuple(
        RunItem(**{**entry, **{name: tuple(entry.get(name, ())) for name in _TUPLES}}) for entry in document["items"]
    )


_TUPLES = ("thresholds", "se_thresholds", "old_thresholds")


def _changes(items: Collection[CalibratedItem], old: Mapping[str, Parameters]) -> dict[str, ItemChange]:
    """Compare within each source of the old parameters: a guess from a rating moves further than an estimate."""
    found: dict[str, ItemChange] = {}
    for source in {parameters.source for parameters in old.values()}:
        of_source = [name for name, parameters in old.items() if parameters.source == source]
        new = {item.item_id: (item.discrimination, item.difficulty) for item in items if item.item_id in of_source}
        found |= {change.item_id: change for change in compare(pairs_of(old, of_source), new).items}
    return found


def _line(item: CalibratedItem, *, label: VersionLabel, old: Parameters | None, change: ItemChange | None) -> RunItem:
    numbers = item.to_dict()
    robust_z = change.robust_z_difficulty if change else None
    return RunItem(
        item_version_id=item.item_id,
        code=label.code,
        version=label.number,
        model=item.model,
        n=item.n_responses,
        a=item.discrimination,
        b=item.difficulty,
        se_a=_number(numbers["se_a"]),
        se_b=_number(numbers["se_b"]),
        cov_ab=_number(numbers["cov_ab"]),
        flag=item.flag or (SCORE_NEVER_HAD if (len(item.thresholds) or 1) < label.highest_score else None),
        old_a=old.discrimination if old else None,
        old_b=old.difficulty if old else None,
        old_source=old.source if old else None,
        change_b=change.difficulty_change if change else None,
        robust_z=robust_z,
        moved=robust_z is not None and abs(robust_z) >= SUSPICIOUS_Z,
        c=_number(numbers["c"]),
        se_c=_number(numbers["se_c"]),
        thresholds=item.thresholds,
        se_thresholds=tuple(_number(numbers[f"se_b{place}"]) for place in range(1, len(item.thresholds) + 1)),
        old_model=old.model if old else None,
        old_c=old.further.get("guessing") if old else None,
        old_thresholds=tuple(old.further.get("thresholds", ())) if old else (),
    )


def _number(value: str | float | int | None) -> float | None:
    return None if value is None else float(value)


def _left_out(
    result: CalibrationResult, *, labels: Mapping[str, VersionLabel], base: Mapping[str, Parameters], model: str
) -> tuple[LeftOut, ...]:
    found = [
        LeftOut(one.kind, one.id, labels[one.id].code if one.kind == "item" else "", one.reason)
        for one in result.exclusions
    ]
    known = {item.item_id for item in result.items} | {one.id for one in found}
    found += [
        LeftOut(
            "item",
            name,
            labels[name].code,
            "no_answers" if parameters.maximum_score == 1 or takes_parts(model) else "scored_in_parts",
        )
        for name, parameters in base.items()
        if name not in known
    ]
    return tuple(sorted(found, key=lambda one: (one.kind, one.code, one.id)))


def _summary(
    result: CalibrationResult,
    *,
    link: Link,
    recorded: RecordedResponses,
    moved: Comparison,
    exclusions: tuple[LeftOut, ...],
) -> RunSummary:
    assert result.priors is not None
    return RunSummary(
        status=result.status,
        converged=result.converged,
        log_likelihood=result.log_likelihood,
        iterations=result.iterations,
        n_persons=result.n_persons,
        n_simulated=recorded.count.simulated_persons,
        n_items=result.n_items,
        n_responses=result.n_responses,
        n_nodes=result.n_nodes,
        latest_answer=recorded.latest.isoformat() if recorded.latest else None,
        latent_mean=result.latent_mean,
        latent_sd=result.latent_sd,
        difficulty_mean=result.priors.difficulty_mean,
        difficulty_per_rating=result.priors.difficulty_per_rating,
        difficulty_sd=result.priors.difficulty_sd,
        link=LinkSummary(link.method, link.slope, link.intercept, len(link.anchor_items)),
        rms_change=moved.rms_difficulty,
        correlation=moved.correlation_difficulty,
        exclusions=exclusions,
        software={"samat": version("samat"), "numpy": numpy.__version__, "scipy": scipy.__version__},
    )
