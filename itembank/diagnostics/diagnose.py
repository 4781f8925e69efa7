"""Diagnosing a run: every part looks at the same answers; one that cannot say anything says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from numpy.linalg import LinAlgError

from calibration.calibration_result import CalibrationResult
from calibration.errors import CalibrationError
from calibration.linking import Link
from calibration.responses import ResponseData
from itembank.calibration_runs.recorded_responses import VersionLabel
from itembank.diagnostics.answer_times import AnswerTimes, answer_times, no_times
from itembank.diagnostics.circumstances import Circumstances
from itembank.diagnostics.classical import classical, known_share
from itembank.diagnostics.dependence import dependence
from itembank.diagnostics.difficulty_drift import difficulty_drift
from itembank.diagnostics.evidence import TOO_FEW_ANSWERS, Evidence, Found
from itembank.diagnostics.findings import ItemDiagnosis, Refusal, RunDiagnostics
from itembank.diagnostics.item_fit import model_fit, residuals, summed_scores
from itembank.diagnostics.surprising_sittings import surprising_sittings
from itembank.diagnostics.watches import watches
from itembank.publishing.parameters import Parameters

_NO_SOUND_ITEM: Final = "no_sound_item"
_NOT_DETERMINED: Final = "not_determined"
_RUN_FIELDS: Final = ("marginal_reliability", "model_fit", "classical", "dependence", "persons", "times", "drift")


def diagnose(
    result: CalibrationResult,
    *,
    data: ResponseData,
    circumstances: Circumstances,
    labels: Mapping[str, VersionLabel],
    base: Mapping[UUID, Parameters],
    link: Link,
    going_on: Callable[[], bool],
) -> RunDiagnostics | None:
    """Tell what a run says beyond its parameters.

    Args:
        result: A calibration that converged.
        data: What it was given.
        circumstances: Of those answers.
        labels: Of the item versions.
        base: The unit's parameters in the base bank by item version.
        link: From the run's scale to that of the base bank.
        going_on: Asked before each part; False ends the work.

    Returns:
        The findings; None where the work was ended.
    """
    evidence = Evidence.of(result, data=data, circumstances=circumstances, labels=labels, base=base, link=link)
    if not evidence.items:
        refusal = Refusal("residuals", _NO_SOUND_ITEM, "no item has an estimate that could stand for ability")
        return _findings(evidence, result, [Found(refusals=(refusal,))], circumstances)
    found: list[Found] = []
    times = no_times(evidence)
    for name, part in _parts():
        if not going_on():
            return None
        try:
            told = part(evidence, times)
        except CalibrationError as refused:
            told = Found(refusals=(Refusal(name, refused.code, str(refused)),))
        except LinAlgError as refused:
            told = Found(refusals=(Refusal(name, _NOT_DETERMINED, str(refused)),))
        if isinstance(told, AnswerTimes):
            times, told = told, told.found
        found.append(told)
    return _findings(evidence, result, found, circumstances)


def _parts() -> tuple[tuple[str, Callable[[Evidence, AnswerTimes], Found | AnswerTimes]], ...]:
    """The parts by name; the times come before those that use them."""
    return (
        ("times", lambda evidence, _: answer_times(evidence)),
        ("residuals", lambda evidence, _: residuals(evidence)),
        ("summed_scores", lambda evidence, _: summed_scores(evidence)),
        ("model_fit", lambda evidence, _: model_fit(evidence)),
        ("dependence", lambda evidence, _: dependence(evidence)),
        ("persons", surprising_sittings),
        ("displacement", lambda evidence, _: difficulty_drift(evidence)),
        ("drift", watches),
        ("classical", lambda evidence, _: classical(evidence)),
        ("reliability", lambda evidence, _: known_share(evidence)),
    )


def _findings(
    evidence: Evidence, result: CalibrationResult, found: list[Found], circumstances: Circumstances
) -> RunDiagnostics:
    fields: dict[str, Any] = dict.fromkeys(_RUN_FIELDS)
    by_item: dict[str, dict[str, Any]] = {item.item_id: {} for item in result.items}
    for told in found:
        fields |= told.run
        for name, more in told.items.items():
            by_item[name] |= more
    return RunDiagnostics(
        **fields,
        n_sittings=len(circumstances.adaptive),
        adaptive_sittings=int(circumstances.adaptive.sum()),
        simulated_sittings=int(circumstances.simulated.sum()),
        items=tuple(
            sorted(
                (_item(evidence, result, name, more) for name, more in by_item.items()),
                key=lambda item: (item.code, item.version),
            )
        ),
        refusals=tuple(refusal for told in found for refusal in told.refusals),
    )


def _item(evidence: Evidence, result: CalibrationResult, name: str, more: Mapping[str, Any]) -> ItemDiagnosis:
    item = next(item for item in result.items if item.item_id == name)
    label = evidence.labels[name]
    few = None if name in evidence.enough else TOO_FEW_ANSWERS
    return ItemDiagnosis(
        item_version_id=UUID(name),
        code=label.code,
        version=label.number,
        model=item.model,
        n=item.n_responses,
        reason=evidence.unsound.get(name) or few,
        **more,
    )
