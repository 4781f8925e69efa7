"""How items fit their curves: residuals on any data, summed scores on linear data, observed shares for the eye."""

from __future__ import annotations

from typing import Any, Final

from calibration.errors import CalibrationError
from calibration.item_fit import ResidualFit, residual_fit, summed_score_fit
from calibration.limited_information import overall_fit
from itembank.diagnostics.evidence import Evidence, Found
from itembank.diagnostics.findings import ModelFit, ObservedShare
from itembank.diagnostics.linear_forms import whole_form

#: In fewer sittings numbers of points are put together until about as many groups are left as the item has parameters:
#: with 50 sittings of 20 items for one item in 28, with 100 for one in 125.
LEAST_SUMMED: Final = 100
#: Typical gap, in shares of the points, from which misfit matters, …
LARGE_MISFIT: Final = 0.08
#: … and the chance that any item of a run is flagged if all curves are true.
CHANCE: Final = 0.05


def residuals(evidence: Evidence) -> Found:
    """Judge items by residuals with posterior weights; effect size first, chance second."""
    fits = residual_fit(evidence.data, evidence.items, **evidence.population)
    judged = [fit for fit in fits if fit.item_id in evidence.enough]
    chance = CHANCE / max(1, len(judged))
    return Found(items={fit.item_id: _fields(evidence, fit, chance) for fit in judged})


def _fields(evidence: Evidence, fit: ResidualFit, chance: float) -> dict[str, Any]:
    return {
        "infit": fit.infit,
        "outfit": fit.outfit,
        "misfit": fit.effect,
        "misfit_p": fit.p_value,
        "misfits": fit.effect >= LARGE_MISFIT and fit.p_value < chance,
        "worst_gap": fit.worst_gap,
        "worst_ability": evidence.on_base_scale(fit.worst_ability),
        "observed": tuple(
            ObservedShare(
                evidence.on_base_scale(group.ability), group.share, group.expected, group.standard_error, group.n
            )
            for group in fit.groups
        ),
    }


def summed_scores(evidence: Evidence) -> Found:
    """Compute S-X² where nearly everybody answered the same items.

    Raises:
        CalibrationError: They did not, or fewer than a hundred sittings did.
    """
    form = whole_form(evidence)
    if form.data.n_persons < LEAST_SUMMED:
        raise CalibrationError(
            f"{form.data.n_persons} sittings answered the same items; S-X² needs {LEAST_SUMMED}",
            code="too_few_sittings",
        )
    fits = summed_score_fit(form.data, form.items, **form.population)
    fields: dict[str, dict[str, Any]] = {
        fit.item_id: {
            "s_x2": fit.statistic,
            "s_x2_df": fit.degrees_of_freedom,
            "s_x2_p": fit.p_value,
            "s_x2_rmsea": fit.rmsea,
        }
        for fit in fits
    }
    return Found(items=fields)


def model_fit(evidence: Evidence) -> Found:
    """Compute M₂ where nearly everybody answered the same items, all right or wrong.

    Raises:
        CalibrationError: They did not, or there are too many items or too few.
    """
    form = whole_form(evidence)
    fit = overall_fit(form.data, form.items, **form.population)
    return Found(
        run={
            "model_fit": ModelFit(
                n_persons=form.data.n_persons,
                n_items=form.data.n_items - len(fit.left_out),
                m2=fit.statistic,
                m2_df=fit.degrees_of_freedom,
                m2_p=fit.p_value,
                rmsea=fit.rmsea,
                rmsea_low=fit.rmsea_interval[0],
                rmsea_high=fit.rmsea_interval[1],
                srmr=fit.residual,
                left_out=tuple(sorted(evidence.labels[name].code for name in fit.left_out)),
            )
        }
    )
