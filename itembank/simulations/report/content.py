"""What a report shows: overall figures, charts, why sittings ended, and how the questions were used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from engine.design import ExamDesign
from engine.exposure.least_rate import out_of_reach
from engine.stop_rules.stop_reasons import explain_stop
from itembank.drawing.plane import number_text
from itembank.simulations.report.charts import Chart, report_charts
from itembank.simulations.report.numbers import error_text, figure_text, percent_text
from itembank.simulations.report.words import FIGURES, SELECTIONS, SETTINGS, STOP_RULES, text


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure with its Monte-Carlo standard error; both are empty where the report lacks it."""

    name: str
    label: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason for which sittings ended, how many, and their share with its standard error."""

    sentence: str
    sittings: str
    share: str
    error: str


@dataclass(frozen=True, slots=True)
class SubscoreLine:
    """What an element's own score is worth: its items, how well three predictors tell its true score, and a verdict."""

    element: str
    items: str
    own: str
    whole: str
    both: str
    worth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """A report in one language."""

    language: str
    figures: tuple[FigureLine, ...]
    charts: tuple[Chart, ...]
    reasons: tuple[ReasonLine, ...]
    subscores: tuple[SubscoreLine, ...]
    never_seen: tuple[str, ...]
    over_limit: tuple[str, ...]
    limit: str
    #: A sentence where no control can keep the limit, or nothing.
    out_of_reach: str


def report_content(
    document: Mapping[str, Any], *, cut_score: float | None, limit: float | None, language: str
) -> ReportContent:
    """Put a report into words and drawings.

    Args:
        document: The engine's simulation report as plain values.
        cut_score: The cut score, or None where the design has none.
        limit: The largest share of sittings that should use an item, or None.
        language: "th" or "en".

    Returns:
        What there is to show.
    """
    exposure: Mapping[str, float] = document["exposure"]
    by_use = sorted(exposure, key=lambda item: (-exposure[item], item))
    return ReportContent(
        language=language,
        figures=figure_lines(document, language=language),
        charts=report_charts(document, cut_score=cut_score, limit=limit, language=language),
        reasons=_reasons(document, language),
        subscores=_subscores(document, language),
        never_seen=tuple(sorted(item for item, rate in exposure.items() if rate == 0)),
        over_limit=tuple(item for item in by_use if limit is not None and exposure[item] > limit),
        limit="" if limit is None else percent_text(limit),
        out_of_reach=_out_of_reach(document, limit, language),
    )


def figure_lines(document: Mapping[str, Any], *, language: str) -> tuple[FigureLine, ...]:
    """List the overall figures that a report has, each with its standard error where it has one."""
    errors: Mapping[str, float] = document["standard_errors"]
    return tuple(
        FigureLine(
            name,
            words[language],
            figure_text(name, document[name]),
            error_text(name, errors[name]) if name in errors else "",
        )
        for name, words in FIGURES.items()
        if document.get(name) is not None
    )


def setting_lines(
    design: ExamDesign,
    *,
    examinees: int,
    seed: int,
    ability: tuple[float, float],
    parameters: str,
    language: str,
    has_cut: bool = True,
) -> tuple[tuple[str, str], ...]:
    """List what was simulated, as (term, value).

    Args:
        design: The design.
        examinees: Number of simulated candidates.
        seed: Seed of the simulation.
        ability: Mean and standard deviation of true ability.
        parameters: "same", "differ" or "given": how the true parameters are to the calibrated ones.
        language: "th" or "en".
        has_cut: Whether the cut score is anybody's.
    """
    limit = design.maximum_exposure
    values = {
        "examinees": f"{examinees:,}",
        "ability": ", ".join(number_text(value) for value in ability),
        "seed": str(seed),
        "parameters": text(f"parameters_{parameters}", language),
        "length": f"{design.minimum_length}–{design.maximum_length}",
        "cut_score": number_text(design.cut_score),
        "confidence": percent_text(design.confidence),
        "stop_rules": _stop_rules(design, language),
        "selection": SELECTIONS[design.selection][language],
        "randomesque": text("best_of", language, n=design.randomesque),
        "maximum_exposure": text("unlimited", language) if limit is None else percent_text(limit),
        "exposure_bins": str(design.exposure_bins) if design.exposure_bins > 1 else text("none", language),
        "pretest_items": str(design.pretest_items),
        "constraints": str(len(design.blueprint.bounds)),
    }
    left_out = () if has_cut else ("cut_score", "confidence")
    return tuple((words[language], values[name]) for name, words in SETTINGS.items() if name not in left_out)


def _subscores(document: Mapping[str, Any], language: str) -> tuple[SubscoreLine, ...]:
    # Reports of earlier runs do not have them.
    return tuple(
        SubscoreLine(
            value["code"],
            str(value["items"]),
            number_text(value["prmse_subscore"]),
            number_text(value["prmse_total"]),
            number_text(value["prmse_both"]),
            text("added_value" if value["has_added_value"] else "no_added_value", language),
        )
        for value in document.get("subscores", ())
    )


def _out_of_reach(document: Mapping[str, Any], limit: float | None, language: str) -> str:
    least = document["mean_length"] / len(document["exposure"])
    if limit is None or not out_of_reach(limit, least):
        return ""
    return text("limit_out_of_reach", language, limit=percent_text(limit), least=percent_text(least))


def _stop_rules(design: ExamDesign, language: str) -> str:
    names = ", ".join(STOP_RULES[rule][language] for rule in design.stop_rules)
    if len(design.stop_rules) == 1:
        return names
    return text("all_rules" if design.stopping.combination == "all" else "any_rule", language, rules=names)


def _reasons(document: Mapping[str, Any], language: str) -> tuple[ReasonLine, ...]:
    counts: Mapping[str, int] = document["finish_reasons"]
    total = sum(counts.values())
    ordered: Sequence[str] = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return tuple(
        ReasonLine(
            explain_stop(reason, language),
            f"{counts[reason]:,}",
            percent_text(counts[reason] / total),
            error_text("undecided", sqrt(counts[reason] / total * (1 - counts[reason] / total) / total)),
        )
        for reason in ordered
    )
