"""What speaks against an item, from everything that is known of it: parameters, choices, the newest run, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import sqrt

from calibration.calibration_result import NEGATIVE_DISCRIMINATION
from calibration.drift import DISPLACEMENT_LIMIT
from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.question import CHOICE_TYPES
from itembank.calibration_runs.item_statistics import (
    ENOUGH_ANSWERS,
    LOW_DISCRIMINATION,
    SURE_DIFFICULTY,
    ItemFlag,
    ItemStatisticsLine,
)
from itembank.calibration_runs.results import RunItem
from itembank.diagnostics.findings import ItemDiagnosis
from itembank.dif_studies.findings import DifFinding
from itembank.item_decisions.harm import Harm, HarmReason, in_order, strength
from itembank.item_decisions.option_choices import ItemChoices

#: A correlation counts from so many of its standard errors: of a hundred sound options about two get there by chance.
SURE_SIGN = 2.0
#: An option chosen less often says nothing of who chooses it.
ENOUGH_CHOICES = 10
#: A gap between shares of points, observed and expected or of two groups, that makes a reason of strength 1.
SHARE_UNIT = 0.05
#: Classes of DIF that are reasons.
_DIF = {"C": (Harm.DIF_LARGE, "dif_large"), "B": (Harm.DIF_MODERATE, "dif_moderate")}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an item version; None where it was not examined.

    ``outdated`` tells that the bank in force measures by the estimates of the very run that ``diagnosis`` is of: what
    moved against the bank before has been taken in.
    """

    line: ItemStatisticsLine
    content: ItemContent
    exposure_limit: float | None
    choices: ItemChoices = field(default_factory=ItemChoices)
    diagnosis: ItemDiagnosis | None = None
    estimate: RunItem | None = None
    outdated: bool = False
    dif: DifFinding | None = None


def harm_reasons(evidence: Evidence) -> tuple[HarmReason, ...]:
    """Collect what speaks against an item, the worst first; nothing of a sound one."""
    return in_order(reason for collect in _COLLECTORS for reason in collect(evidence))


def _negative(evidence: Evidence) -> Iterator[HarmReason]:
    estimate = evidence.estimate
    if estimate is not None and estimate.flag == NEGATIVE_DISCRIMINATION:
        yield HarmReason(
            Harm.NEGATIVE_DISCRIMINATION, "negative_run", 1.0 + abs(estimate.a), "run", {"discrimination": estimate.a}
        )
    found = evidence.choices.score_correlation()
    n = evidence.choices.answers.count
    if found is not None and n >= ENOUGH_ANSWERS and found * sqrt(n) <= -SURE_SIGN:
        yield HarmReason(
            Harm.NEGATIVE_DISCRIMINATION,
            "negative_answers",
            strength(-found * sqrt(n), SURE_SIGN),
            "answers",
            {"correlation": found, "count": float(n)},
        )


def _options(evidence: Evidence) -> Iterator[HarmReason]:
    n = evidence.choices.answers.count
    # Places chosen in items of other types are not options of theirs: lines, gaps, an order.
    if n < ENOUGH_ANSWERS or evidence.content.type not in CHOICE_TYPES:
        return
    for position, option in enumerate(evidence.content.options):
        found, count = evidence.choices.option_correlation(position), evidence.choices.chosen(position)
        if found is None or count < ENOUGH_CHOICES:
            continue
        wrong_way = (-found if option.correct else found) * sqrt(n)
        # Of a single right option the score says the same.
        if wrong_way >= SURE_SIGN and not (option.correct and len(evidence.content.key) == 1):
            letter = chr(ord("A") + position)
            yield HarmReason(
                Harm.FAILING_OPTION,
                "key" if option.correct else "distractor",
                strength(wrong_way, SURE_SIGN),
                letter,
                {"option": letter, "correlation": found, "count": float(count)},
            )


def _compromised(evidence: Evidence) -> Iterator[HarmReason]:
    diagnosis = evidence.diagnosis
    if diagnosis is not None and diagnosis.compromised:
        yield HarmReason(Harm.COMPROMISED, "compromised", figures={"moment": diagnosis.compromised_since or ""})


def _dif(evidence: Evidence) -> Iterator[HarmReason]:
    found = evidence.dif
    if found is not None and found.classification in _DIF:
        harm, wording = _DIF[found.classification]
        yield HarmReason(
            harm,
            wording,
            max(1.0, strength(abs(found.share_difference), SHARE_UNIT)),
            found.variable,
            {
                "difference": abs(found.share_difference),
                "variable": found.variable,
                "variable_en": found.variable_en,
                "group": found.favours,
                "group_en": found.favours_en,
            },
        )


def _drift(evidence: Evidence) -> Iterator[HarmReason]:
    found = evidence.diagnosis
    if found is None or evidence.outdated:
        return
    if found.drifted and found.displacement is not None:
        yield HarmReason(
            Harm.DRIFT,
            "drift_harder" if found.displacement > 0 else "drift_easier",
            max(1.0, strength(abs(found.displacement), DISPLACEMENT_LIMIT)),
            "displacement",
            {"amount": abs(found.displacement), "robust_z": found.robust_z or 0.0},
        )
    elif found.drift_alarm is not None:
        wording = "alarm_harder" if found.drift_direction == "harder" else "alarm_easier"
        yield HarmReason(Harm.DRIFT, wording, about="alarm", figures={"moment": found.drift_alarm})


def _misfit(evidence: Evidence) -> Iterator[HarmReason]:
    found = evidence.diagnosis
    if found is not None and found.misfits and found.misfit is not None:
        yield HarmReason(
            Harm.MISFIT,
            "misfit",
            max(1.0, strength(found.misfit, SHARE_UNIT)),
            figures={
                "effect": found.misfit,
                "gap": abs(found.worst_gap or 0.0),
                "ability": found.worst_ability or 0.0,
            },
        )


def _exposure(evidence: Evidence) -> Iterator[HarmReason]:
    line, limit = evidence.line, evidence.exposure_limit
    if ItemFlag.OVER_EXPOSED in line.flags and line.exposure_rate is not None and limit is not None:
        yield HarmReason(
            Harm.OVER_EXPOSED,
            "over_exposed",
            strength(line.exposure_rate, limit),
            figures={"rate": line.exposure_rate, "limit": limit},
        )


def _parameters(evidence: Evidence) -> Iterator[HarmReason]:
    line = evidence.line
    if ItemFlag.LOW_DISCRIMINATION in line.flags:
        yield HarmReason(
            Harm.LOW_DISCRIMINATION,
            "low_discrimination",
            strength(LOW_DISCRIMINATION, line.discrimination),
            figures={"discrimination": line.discrimination},
        )
    if ItemFlag.UNSURE in line.flags:
        yield HarmReason(
            Harm.UNSURE, "unsure", strength(line.se_difficulty, SURE_DIFFICULTY), figures={"error": line.se_difficulty}
        )


def _retired(evidence: Evidence) -> Iterator[HarmReason]:
    if ItemFlag.RETIRED in evidence.line.flags:
        yield HarmReason(Harm.RETIRED, "retired")


_COLLECTORS: tuple[Callable[[Evidence], Iterator[HarmReason]], ...] = (
    _negative, _options, _compromised, _dif, _drift, _misfit, _exposure, _parameters, _retired,
)  # fmt: skip
