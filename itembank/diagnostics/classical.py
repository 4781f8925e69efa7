"""Classical figures, where answers were not asked for by ability; a refusal with the reason where they were."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from calibration.classical import item_rest_correlation
from calibration.errors import CalibrationError
from calibration.reliability import marginal_reliability, reliability
from itembank.diagnostics.evidence import LEAST_ANSWERS, Evidence, Found
from itembank.diagnostics.findings import ON_FORM, ON_RANDOM, ON_TRIALS, ClassicalFindings, Refusal
from itembank.diagnostics.linear_forms import common_form

PART: Final = "classical"


def classical(evidence: Evidence) -> Found:
    """Compute item figures from answers that chance asked for, and reliability from a form that many sat."""
    fields = _drawn_items(evidence)
    try:
        form = common_form(evidence)
    except CalibrationError as refused:
        return Found(items=fields, refusals=(Refusal(PART, refused.code, str(refused)),))
    return _on_form(form, fields)


def known_share(evidence: Evidence) -> Found:
    """Compute the marginal reliability, which linear and adaptive sittings have alike."""
    _, errors = evidence.abilities
    share = marginal_reliability(errors, standard_deviation=evidence.standard_deviation)
    return Found(run={"marginal_reliability": share})


def _on_form(form: Evidence, fields: dict[str, dict[str, Any]]) -> Found:
    correlations = item_rest_correlation(form.data)
    for name, correlation in zip(form.data.item_ids, correlations, strict=True):
        rows = form.data.item == form.data.item_ids.index(name)
        fields[name] = _figures(form, name, form.data.score[rows].astype(np.float64), float(correlation), ON_FORM)
    try:
        found = reliability(form.data, adaptive=False)
    except CalibrationError as refused:
        return Found(items=fields, refusals=(Refusal(PART, refused.code, str(refused)),))
    return Found(
        items=fields,
        run={
            "classical": ClassicalFindings(
                n_persons=found.n_persons,
                n_items=found.n_items,
                alpha=found.alpha,
                kr_20=bool((form.data.score <= 1).all()),
                omega=found.omega,
                exhausted_code=form.labels[found.exhausted_item].code if found.exhausted_item else None,
                mean=found.mean,
                standard_deviation=found.standard_deviation,
                standard_error_of_measurement=found.standard_error_of_measurement,
            )
        },
    )


def _drawn_items(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Figures of items by the answers that chance asked for; they correlate with ability by all other answers."""
    data, circumstances = evidence.data, evidence.circumstances
    fields = {}
    for place, name in enumerate(data.item_ids):
        rows = np.flatnonzero((data.item == place) & circumstances.unselected)
        if len(rows) < LEAST_ANSWERS:
            continue
        score = data.score[rows].astype(np.float64)
        linear = ~circumstances.adaptive[data.person[rows]]
        spread = score.std() * evidence.beside.ability[rows].std()
        correlation = float(np.corrcoef(score, evidence.beside.ability[rows])[0, 1]) if spread > 0 else np.nan
        fields[name] = _figures(evidence, name, score, correlation, ON_RANDOM if linear.all() else ON_TRIALS)
    return fields


def _figures(
    evidence: Evidence, name: str, score: np.ndarray[Any, np.dtype[np.float64]], correlation: float, basis: str
) -> dict[str, Any]:
    return {
        "proportion_right": float(score.mean()) / evidence.labels[name].highest_score,
        "item_rest_correlation": correlation if np.isfinite(correlation) else None,
        "classical_basis": basis,
        "classical_n": len(score),
    }
