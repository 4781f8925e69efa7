"""The plots that reports on units and on runs have in common: the Wright map, and information against the target."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from engine.response_models import FloatArray
from itembank.drawing.lines import Series, line_figure
from itembank.drawing.plane import number_text
from itembank.drawing.svg import draw_key, draw_lines, draw_sample, draw_wright_map
from itembank.drawing.wright_map import PlacedItem, PlacedPerson, WrightMap, wright_map
from itembank.measurement_reports.chart_scene import Scene
from itembank.measurement_reports.information_curves import InformationCurves
from itembank.measurement_reports.recent_people import PEOPLE_LOOKED_AT
from itembank.measurement_reports.unit_material import ReportedDesign
from itembank.simulations.report.charts import Chart

#: Every so many points of a curve stand in its table.
_TABLE_STEP = 5


def wright_chart(
    scene: Scene, people: Sequence[PlacedPerson], items: Sequence[PlacedItem], *, cut: float | None
) -> Chart:
    """Draw recent candidates beside items.

    Args:
        scene: How to write.
        people: Those measured last.
        items: What measures them.
        cut: The cut score, None where exams differ about it.
    """
    words = {"title": scene.text("wright_title"), "description": scene.text("wright_long")}
    figure = wright_map(people, items, cut=cut)
    drawing = draw_wright_map(
        figure,
        uid="wright",
        people_label=scene.text("people"),
        items_label=scene.text("items"),
        y_label=scene.text("scale"),
        **words,
    )
    return Chart(
        name="wright",
        drawing=drawing,
        key=_wright_key(scene, figure),
        note=scene.text("wright_note", n=scene.write.count(PEOPLE_LOOKED_AT)),
        columns=scene.texts("range", "real_people", "simulated_people", "items"),
        rows=tuple(
            (
                f"{number_text(row.low)} – {number_text(row.high)}",
                scene.write.count(row.real),
                scene.write.count(row.simulated),
                ", ".join(row.items) or "–",
            )
            for row in figure.rows
            if row.real or row.simulated or row.items
        ),
        **words,
    )


def _wright_key(scene: Scene, figure: WrightMap) -> tuple[tuple[str, str], ...]:
    present = {
        ("bar", "real_people"): any(bar.real for bar in figure.bars),
        ("bar-simulated", "simulated_people"): any(bar.simulated for bar in figure.bars),
        ("known-item", "known_item"): any(mark.from_answers for mark in figure.marks),
        ("rated-item", "rated_item"): any(not mark.from_answers for mark in figure.marks),
    }
    key = tuple((draw_sample(look), scene.text(name)) for (look, name), is_there in present.items() if is_there)
    return key if figure.cut is None else (*key, scene.reference("key_cut"))


def information_chart(
    scene: Scene, curves: InformationCurves, design: ReportedDesign, *, before: InformationCurves | None = None
) -> Chart:
    """Draw information over ability with the target across and the cut score upright.

    Args:
        scene: How to write.
        curves: Information now, or under a run's values.
        design: Whose target it is.
        before: Information under the old values, where there are two.
    """
    words = {"title": scene.text("information_title"), "description": scene.text("information_long")}
    values: list[tuple[str, FloatArray]] = [
        (scene.text("all_items" if before is None else "all_items_new"), curves.all_items)
    ]
    if before is not None:
        values.append((scene.text("all_items_old"), before.all_items))
    best = "longest_test" if before is None else "longest_test_new"
    values.append((scene.text(best, n=curves.length), curves.longest_test))
    series = [
        Series(name, tuple((float(x), float(y), 0.0) for x, y in zip(curves.ability, line, strict=True)), marked=False)
        for name, line in values
    ]
    target = curves.target if isfinite(curves.target) else None
    figure = line_figure(series, upright=curves.cut_score, across=target)
    samples = [(draw_key(place, marked=False), part.name) for place, part in enumerate(series, 1)]
    lines = [scene.upright_cut(), *([] if target is None else [scene.reference("key_target")])]
    return Chart(
        name="information",
        drawing=draw_lines(
            figure, uid="information", x_label=scene.text("theta"), y_label=scene.text("information"), **words
        ),
        key=(*samples, *lines),
        note=scene.target_note(curves, design),
        columns=(scene.text("theta"), *(name for name, _ in values)),
        rows=tuple(
            (number_text(curves.ability[place], digits=1), *(scene.write.number(line[place]) for _, line in values))
            for place in range(0, curves.ability.size, _TABLE_STEP)
        ),
        **words,
    )
