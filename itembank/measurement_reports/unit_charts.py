"""The plots of a unit of the bank in force."""

from __future__ import annotations

from math import isfinite

from itembank.calibration_runs.item_statistics import ItemFlag
from itembank.drawing.bars import bar_figure
from itembank.drawing.svg import draw_bars
from itembank.drawing.wright_map import PlacedItem
from itembank.measurement_reports.chart_scene import Scene
from itembank.measurement_reports.information_curves import InformationCurves
from itembank.measurement_reports.shared_charts import information_chart, wright_chart
from itembank.measurement_reports.unit_material import UnitMaterial
from itembank.measurement_reports.writing import Writing
from itembank.publishing.parameters import CALIBRATED
from itembank.simulations.report.charts import Chart


def unit_charts(material: UnitMaterial, write: Writing) -> tuple[Chart, ...]:
    """Draw a unit: candidates beside items, information against the target, by element, and exposure.

    Args:
        material: The unit.
        write: How numbers and words are written.

    Returns:
        The plots; those that nothing is known for are left out.
    """
    scene = Scene(write)
    charts = [wright_chart(scene, material.people, placed_items(material), cut=material.statistics.cut_score)]
    if material.information is not None and material.design is not None:
        charts.append(information_chart(scene, material.information, material.design))
        charts.append(_elements(scene, material.information))
    if any(line.exposure_rate is not None for line in material.statistics.lines):
        charts.append(_exposure(scene, material))
    return tuple(charts)


def placed_items(material: UnitMaterial) -> list[PlacedItem]:
    """Place what the bank holds of the unit."""
    return [
        PlacedItem(material.names[row.item_version_id], row.difficulty, row.parameter_source == CALIBRATED)
        for row, _ in material.rows
    ]


def _elements(scene: Scene, curves: InformationCurves) -> Chart:
    words = {"title": scene.text("elements_title"), "description": scene.text("elements_long")}
    target = curves.elements[0].target
    reference = target if isfinite(target) else None
    figure = bar_figure(
        [(one.element, one.at_cut, one.at_cut < one.target) for one in curves.elements], digits=1, reference=reference
    )
    return Chart(
        name="elements",
        drawing=draw_bars(
            figure, uid="elements", x_label=scene.text("element"), y_label=scene.text("information"), **words
        ),
        key=() if reference is None else (scene.reference("key_target"),),
        note=scene.text("elements_note"),
        columns=scene.texts("element", "n_items", "information", "key_target", "below_target"),
        rows=tuple(
            (
                one.element,
                scene.write.count(one.items),
                scene.write.number(one.at_cut),
                scene.write.number(one.target),
                scene.yes_or_no(one.at_cut < one.target),
            )
            for one in curves.elements
        ),
        **words,
    )


def _exposure(scene: Scene, material: UnitMaterial) -> Chart:
    words = {"title": scene.text("exposure_title"), "description": scene.text("exposure_long")}
    limit = material.statistics.exposure_limit
    lines = sorted(
        (line for line in material.statistics.lines if line.exposure_rate is not None),
        key=lambda line: (-(line.exposure_rate or 0.0), line.code),
    )
    rates = [(material.names[line.item_version_id], line.exposure_rate or 0.0) for line in lines]
    flagged = [ItemFlag.OVER_EXPOSED in line.flags for line in lines]
    # Names of items would not fit under their bars: there stands the place, and the table has the names.
    figure = bar_figure(
        [(str(place), 100 * rate, flagged[place - 1]) for place, (_, rate) in enumerate(rates, 1)],
        digits=1,
        reference=None if limit is None else 100 * limit,
    )
    return Chart(
        name="exposure",
        drawing=draw_bars(figure, uid="exposure", x_label=scene.text("place"), y_label=scene.text("exposure"), **words),
        key=() if limit is None else (scene.reference("key_limit", limit=scene.write.percent(limit, 1)),),
        note=scene.text("no_limit" if limit is None else "exposure_note"),
        columns=scene.texts("place", "item", "exposure", "over_limit"),
        rows=tuple(
            (str(place), name, scene.write.percent(rate, 1), scene.yes_or_no(flagged[place - 1]))
            for place, (name, rate) in enumerate(rates, 1)
        ),
        **words,
    )
