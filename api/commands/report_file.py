"""The report of ``samat simulate --report``: one page that stands alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from engine.design import ExamDesign
from itembank.errors import InvalidInput
from itembank.simulations.report.content import report_content, setting_lines
from itembank.simulations.report.page import report_page

ReportLanguage = Literal["th", "en"]


def require_folder(path: Path | None) -> None:
    """Find out before any work is done that the report could not be written.

    Raises:
        InvalidInput: Its folder does not exist, or it is a folder itself.
    """
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise InvalidInput(field="--report", expected=f"a file in a folder that exists, not {str(path)!r}")


def write_report(
    path: Path,
    figures: Mapping[str, Any],
    *,
    design: ExamDesign,
    has_cut: bool,
    limit: float | None,
    seed: int,
    ability: tuple[float, float],
    parameters: str,
    source: Path,
    language: ReportLanguage,
) -> None:
    """Write a simulation's report as an HTML page.

    Args:
        path: Where to.
        figures: The report as plain values.
        design: The design simulated.
        has_cut: Whether the cut score is anybody's; without one there is nothing about decisions.
        limit: Largest share of sittings for one item that was asked for, or None.
        seed: Seed of the simulation.
        ability: Mean and standard deviation of true ability.
        parameters: "same", "differ" or "given": how the true parameters are to the calibrated ones.
        source: File of the items' parameters.
        language: Language of the report.
    """
    content = report_content(figures, cut_score=design.cut_score if has_cut else None, limit=limit, language=language)
    settings = setting_lines(
        replace(design, maximum_exposure=limit),
        examinees=figures["examinees"],
        seed=seed,
        ability=ability,
        parameters=parameters,
        language=language,
        has_cut=has_cut,
    )
    path.write_text(report_page(content, subject=source.name, settings=settings), encoding="utf-8")
