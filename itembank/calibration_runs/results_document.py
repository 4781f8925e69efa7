"""Writing down what a calibration run found, on the scale of its base bank and beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy
import scipy

from calibration.calibration_result import FIXED, CalibratedItem, CalibrationResult
from calibration.comparison import SUSPICIOUS_Z, Comparison, ItemChange, compare
from calibration.displacement import Displacement, displacements
from calibration.drift import DISPLACEMENT_LIMIT
from itembank.calibration_runs.base_scale import BaseLink, link_by_fixed_items, link_to_base, pairs_of
from itembank.calibration_runs.estimation import Estimation
from itembank.calibration_runs.model_choice import takes_parts
from itembank.calibration_runs.recorded_responses import AnswerCount, RecordedResponses, VersionLabel
from itembank.calibration_runs.results import (
    AbilitySummary,
    GroupSummary,
    LeftOut,
    LinkSummary,
    PurgedAnchor,
    RunItem,
    RunSummary,
)
from itembank.calibration_runs.run_settings import RunSettings
from itembank.publishing.parameters import Parameters

#: Nobody has the highest score of an item, so nothing tells where its last threshold lies.
SCORE_NEVER_HAD = "score_never_had"
#: Standard errors that a displacement must exceed to be more than chance.
_TELLING = 1.96


@dataclass(frozen=True, eq=False)
class RunOutcome:
    """A calibration that ran to its end, with what it was asked for and given.

    Args:
        estimation: The estimates on the run's own scale.
        link: How they come onto the base bank's.
        recorded: The answers.
        everything: How much is recorded of the unit, whatever took part.
        labels: Of the item versions that were answered or are in the base bank.
        base: The unit's parameters in the base bank by item version.
        model: Model asked for.
    """

    estimation: Estimation
    link: BaseLink
    recorded: RecordedResponses
    everything: AnswerCount
    labels: Mapping[str, VersionLabel]
    base: Mapping[str, Parameters]
    model: str

    @property
    def result(self) -> CalibrationResult:
        """The estimates of the items."""
        return self.estimation.result

    def document(self) -> dict[str, Any]:
        """Write all down.

        Returns:
            A JSON document with ``summary`` and ``items``; numbers that do not exist are None.
        """
        items = [self._on_base_scale(item) for item in self.result.items]
        estimated = [item for item in items if item.flag != FIXED]
        changes, drifted = _changes(estimated, self.base), self._displacements()
        moved = compare(
            pairs_of(self.base, self.base),
            {item.item_id: (item.discrimination, item.difficulty) for item in estimated},
        )
        lines = [self._line(item, changes.get(item.item_id), drifted.get(item.item_id)) for item in items]
        return {
            "summary": asdict(self._summary(moved)),
            "items": [asdict(line) for line in sorted(lines, key=lambda line: line.code)],
        }

    def _on_base_scale(self, item: CalibratedItem) -> CalibratedItem:
        return item if item.flag == FIXED else self.link.link.transform(item)

    def _displacements(self) -> dict[str, Displacement]:
        if not any(item.flag == FIXED for item in self.result.items):
            return {}
        sound = [item for item in self.result.items if item.discrimination > 0]
        answered = {item.item_id for item in sound}
        known = numpy.array([name in answered for name in self.recorded.data.item_ids])
        data = self.recorded.data.select(known[self.recorded.data.item])
        found = displacements(data, sound, mean=self.result.latent_mean, standard_deviation=self.result.latent_sd)
        return {one.item_id: one for one in found}

    def _line(self, item: CalibratedItem, change: ItemChange | None, drifted: Displacement | None) -> RunItem:
        numbers, label, old = item.to_dict(), self.labels[item.item_id], self.base.get(item.item_id)
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
            moved=(robust_z is not None and abs(robust_z) >= SUSPICIOUS_Z) or _has_drifted(drifted),
            c=_number(numbers["c"]),
            se_c=_number(numbers["se_c"]),
            thresholds=item.thresholds,
            se_thresholds=tuple(_number(numbers[f"se_b{place}"]) for place in range(1, len(item.thresholds) + 1)),
            old_model=old.model if old else None,
            old_c=old.further.get("guessing") if old else None,
            old_thresholds=tuple(old.further.get("thresholds", ())) if old else (),
            covariances=item.covariances,
            displacement=drifted.displacement if drifted else None,
            se_displacement=drifted.standard_error if drifted else None,
        )

    def _summary(self, moved: Comparison) -> RunSummary:
        result, priors, recorded = self.result, self.result.priors, self.recorded
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
            difficulty_mean=priors.difficulty_mean if priors else None,
            difficulty_per_rating=priors.difficulty_per_rating if priors else None,
            difficulty_sd=priors.difficulty_sd if priors else None,
            element_sd=priors.element_sd if priors and priors.element_effects else None,
            element_effects=dict(priors.element_effects) if priors else {},
            link=self._link_summary(),
            rms_change=moved.rms_difficulty,
            correlation=moved.correlation_difficulty,
            exclusions=self._left_out(),
            software={"samat": version("samat"), "numpy": numpy.__version__, "scipy": scipy.__version__},
            n_fixed=sum(item.flag == FIXED for item in result.items),
            recorded_persons=self.everything.persons,
            recorded_answers=self.everything.answers,
            groups=tuple(self._groups()),
            abilities=self._abilities(),
        )

    def _link_summary(self) -> LinkSummary:
        link = self.link.link
        return LinkSummary(
            method=link.method,
            slope=link.slope,
            intercept=link.intercept,
            anchors=len(link.anchor_items),
            asked=self.link.asked,
            remark=self.link.remark,
            rms_difficulty=self.link.rms_difficulty,
            rms_discrimination=self.link.rms_discrimination,
            purged=tuple(
                PurgedAnchor(
                    one.item_id,
                    self.labels[one.item_id].code,
                    one.displacement,
                    one.robust_z if numpy.isfinite(one.robust_z) else None,
                )
                for one in self.link.purged
            ),
        )

    def _groups(self) -> list[GroupSummary]:
        slope, intercept = self.link.link.slope, self.link.link.intercept
        return [
            GroupSummary(
                name=group.group,
                persons=group.n_persons,
                mean=slope * group.mean + intercept,
                sd=slope * group.standard_deviation,
                se_mean=_finite(slope * group.se_mean),
                se_sd=_finite(slope * group.se_standard_deviation),
            )
            for group in self.estimation.groups
        ]

    def _abilities(self) -> AbilitySummary | None:
        found, normal = self.estimation.abilities, self.estimation.normal_log_likelihood
        if found is None or normal is None:
            return None
        slope, intercept = self.link.link.slope, self.link.link.intercept
        return AbilitySummary(
            ability=tuple((slope * found.nodes + intercept).tolist()),
            share=tuple(found.weights.tolist()),
            skewness=found.moment(3) / found.moment(2) ** 1.5,
            gain=self.result.log_likelihood - normal,
        )

    def _left_out(self) -> tuple[LeftOut, ...]:
        found = [
            LeftOut(one.kind, one.id, self.labels[one.id].code if one.kind == "item" else "", one.reason)
            for one in self.result.exclusions
        ]
        answered = set(self.recorded.data.item_ids)
        found += [
            LeftOut(
                "item",
                name,
                self.labels[name].code,
                "neutralised_in_part" if name in answered else "neutralised",
                answers,
            )
            for name, answers in self.recorded.neutralised.items()
        ]
        known = {item.item_id for item in self.result.items} | {one.id for one in found}
        with_parts = takes_parts(self.model)
        found += [
            LeftOut(
                "item",
                name,
                self.labels[name].code,
                "no_answers" if parameters.maximum_score == 1 or with_parts else "scored_in_parts",
            )
            for name, parameters in self.base.items()
            if name not in known
        ]
        return tuple(sorted(found, key=lambda one: (one.kind, one.code, one.id)))


def linked(result: CalibrationResult, base: Mapping[str, Parameters], settings: RunSettings) -> BaseLink:
    """Bring a run onto its base bank's scale as it was asked for; items that stayed as they are set it already."""
    if settings.fixes_items:
        return link_by_fixed_items([item.item_id for item in result.items if item.flag == FIXED])
    return link_to_base(result, base, method=settings.link)


def _changes(items: Collection[CalibratedItem], old: Mapping[str, Parameters]) -> dict[str, ItemChange]:
    """Compare within each source of the old parameters: a guess from a rating moves further than an estimate."""
    found: dict[str, ItemChange] = {}
    for source in {parameters.source for parameters in old.values()}:
        of_source = [name for name, parameters in old.items() if parameters.source == source]
        new = {item.item_id: (item.discrimination, item.difficulty) for item in items if item.item_id in of_source}
        found |= {change.item_id: change for change in compare(pairs_of(old, of_source), new).items}
    return found


def _has_drifted(found: Displacement | None) -> bool:
    if found is None:
        return False
    size = abs(found.displacement)
    return size > DISPLACEMENT_LIMIT and size > _TELLING * found.standard_error


def _number(value: str | float | int | None) -> float | None:
    return None if value is None else float(value)


def _finite(value: float) -> float | None:
    return value if numpy.isfinite(value) else None
