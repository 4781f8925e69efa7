"""The plots of a calibration run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from itembank.calibration_runs.results import RunItem
from itembank.drawing.lines import WHISKER
from itembank.drawing.spots import Spot, spot_figure
from itembank.drawing.svg import draw_sample, draw_spots
from itembank.drawing.wright_map import PlacedItem
from itembank.measurement_reports.chart_scene import Scene
from itembank.measurement_reports.run_material import RunMaterial
from itembank.measurement_reports.shared_charts import information_chart, wright_chart
from itembank.measurement_reports.writing import Writing
from itembank.simulations.report.charts import Chart


@dataclass(frozen=True, slots=True)
class _Change:
    name: str
    old: float
    old_error: float | None
    new: float
    new_error: float | None
    flagged: bool


def run_charts(material: RunMaterial, write: Writing) -> tuple[Chart, ...]:
    """Draw a run: how a and b changed, candidates beside items, information before and after.

    Args:
        material: The run.
        write: How numbers and words are written.

    Returns:
        The plots; those that nothing is known for are left out.
    """
    scene = Scene(write)
    charts = []
    if any(item.old_b is not None for item in material.run.items):
        charts = [
            _change_chart(scene, "b", _changes_of_b(material)),
            _change_chart(scene, "a", _changes_of_a(material)),
        ]
    cut = None if material.design is None else material.design.design.cut_score
    charts.append(wright_chart(scene, material.people, placed_items(material), cut=cut))
    if material.after is not None and material.design is not None:
        charts.append(information_chart(scene, material.after, material.design, before=material.before))
    return tuple(charts)


def placed_items(material: RunMaterial) -> list[PlacedItem]:
    """Place what a run estimated; what publishing would not take counts as rated."""
    return [
        PlacedItem(material.names[item.item_version_id], item.b, item.usable or item.fixed)
        for item in material.run.items
    ]


def _changes_of_b(material: RunMaterial) -> list[_Change]:
    return [
        _Change(
            material.names[item.item_version_id],
            item.old_b,
            material.old_errors(item)[1],
            item.b,
            item.se_b,
            item.moved,
        )
        for item in material.run.items
        if item.old_b is not None
    ]


def _changes_of_a(material: RunMaterial) -> list[_Change]:
    found = []
    for item in material.run.items:
        if item.old_a is not None:
            old_error = material.old_errors(item)[0]
            flagged = _beyond_errors(item, item.old_a, old_error)
            name = material.names[item.item_version_id]
            found.append(_Change(name, item.old_a, old_error, item.a, item.se_a, flagged))
    return found


def _beyond_errors(item: RunItem, old: float, old_error: float | None) -> bool:
    if item.se_a is None or old_error is None:
        return False
    return abs(item.a - old) > WHISKER * hypot(item.se_a, old_error)


def _change_chart(scene: Scene, letter: str, changes: Sequence[_Change]) -> Chart:
    words = {"title": scene.text(f"change_{letter}_title"), "description": scene.text("change_long")}
    old, new, moved = scene.texts(f"old_{letter}", f"new_{letter}", f"moved_{letter}")
    figure = spot_figure(
        [
            Spot(one.name, one.old, one.new, one.old_error or 0.0, one.new_error or 0.0, flagged=one.flagged)
            for one in changes
        ]
    )
    ordered = sorted(changes, key=lambda one: -abs(one.new - one.old))
    return Chart(
        name=f"change_{letter}",
        drawing=draw_spots(figure, uid=f"change-{letter}", x_label=old, y_label=new, **words),
        key=(
            (draw_sample("spot"), scene.text("item")),
            *([(draw_sample("spot-flagged"), moved)] if any(one.flagged for one in changes) else []),
            scene.reference("key_identity"),
        ),
        note=scene.text(f"change_{letter}_note"),
        columns=(scene.text("item"), old, new, moved),
        rows=tuple(
            (
                one.name,
                scene.write.with_error(one.old, one.old_error),
                scene.write.with_error(one.new, one.new_error),
                scene.yes_or_no(one.flagged),
            )
            for one in ordered
        ),
        **words,
    )
