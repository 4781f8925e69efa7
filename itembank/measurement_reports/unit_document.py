"""The report on a unit of the bank in force in print: its items, what they tell, and what was decided about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from itembank.calibration_runs.item_statistics import ItemStatisticsLine
from itembank.item_decisions.queue import QueueEntry
from itembank.measurement_reports.document import Block, Document, Facts, Grid, Plot, Section, Words
from itembank.measurement_reports.document_scene import DocumentScene
from itembank.measurement_reports.item_verdicts import ItemVerdict
from itembank.measurement_reports.unit_charts import unit_charts
from itembank.measurement_reports.unit_material import UnitMaterial
from itembank.measurement_reports.writing import Writing
from itembank.publishing.parameters import CALIBRATED


@dataclass(frozen=True, slots=True)
class ItemConcerns:
    """What speaks against items of a unit, by harm, and what was decided about them, the newest last."""

    queue: tuple[QueueEntry, ...]
    verdicts: tuple[ItemVerdict, ...]


def unit_document(material: UnitMaterial, concerns: ItemConcerns, write: Writing, *, now: datetime) -> Document:
    """Write the report on a unit.

    Args:
        material: The unit.
        concerns: What speaks against its items, and what was decided.
        write: How words and numbers are written.
        now: When it is made.
    """
    scene, statistics = DocumentScene(write, now), material.statistics
    sections = [
        Section(scene.text("basis"), [Facts(list(_basis(scene, material)))]),
        Section(scene.text("plots"), [Plot(chart) for chart in unit_charts(material, write)]),
        Section(scene.text("queue"), _queue(scene, concerns)),
        Section(scene.text("item_decisions"), _decisions(scene, concerns)),
        Section(scene.text("item_table"), [Words(scene.text("p_note")), _items(scene, material)]),
    ]
    return scene.document(
        title=scene.text("unit_title"),
        subject=f"{statistics.unit} {statistics.unit_title}",
        simulated=material.has_simulated_data,
        front=list(_front(scene, material)),
        sections=sections,
    )


def _front(scene: DocumentScene, material: UnitMaterial) -> Iterator[tuple[str, str]]:
    bank, moment = material.bank, scene.write.moment
    yield scene.text("bank"), scene.text("bank_number", number=bank.number)
    published = scene.text("by_at", name=bank.published_by, moment=moment(bank.published_at))
    yield scene.text("published_at"), published
    if bank.note:
        yield scene.text("note"), bank.note


def _basis(scene: DocumentScene, material: UnitMaterial) -> Iterator[tuple[str, str]]:
    statistics, write = material.statistics, scene.write
    sittings, simulated = write.count(statistics.sittings), write.count(statistics.simulated_sittings)
    yield scene.text("items"), write.count(len(statistics.lines))
    yield scene.text("calibrated"), write.count(sum(line.source == CALIBRATED for line in statistics.lines))
    yield (
        scene.text("sittings"),
        scene.text("of_them_simulated", n=sittings, simulated=simulated) if statistics.simulated_sittings else sittings,
    )
    yield scene.text("answers"), write.count(statistics.answers)
    yield from _design(scene, material)


def _design(scene: DocumentScene, material: UnitMaterial) -> Iterator[tuple[str, str]]:
    curves, write = material.information, scene.write
    if material.design is None or curves is None:
        return
    design = material.design.design
    yield scene.text("exam"), material.design.exam_title or scene.text("proposed")
    yield scene.text("cut_score"), write.with_error(design.cut_score, design.cut_standard_error or None)
    yield scene.text("confidence"), write.percent(design.confidence)
    yield scene.text("length"), f"{design.minimum_length}–{design.maximum_length}"
    yield scene.text("at_cut"), write.number(curves.at_cut, 1)
    yield (
        scene.text("target"),
        write.number(curves.target, 1) if isfinite(curves.target) else scene.text("out_of_reach"),
    )
    yield scene.text("reached"), scene.text("logits", n=write.number(curves.reached))


def _queue(scene: DocumentScene, concerns: ItemConcerns) -> list[Block]:
    if not concerns.queue:
        return [Words(scene.text("no_queue"))]
    rows = [
        (
            entry.item.line.code,
            scene.write.number(max((reason.strength for reason in entry.item.reasons), default=None), 1),
            scene.code("standing", entry.standing),
            ", ".join(dict.fromkeys(scene.code("harm", reason.harm) for reason in entry.item.reasons)),
        )
        for entry in concerns.queue
    ]
    grid = Grid(scene.texts("item", "strength", "standing", "remarks"), rows, frozenset({0, 2}), wide=frozenset({3}))
    return [*scene.shortened(grid)]


def _decisions(scene: DocumentScene, concerns: ItemConcerns) -> list[Block]:
    if not concerns.verdicts:
        return [Words(scene.text("no_item_decisions"))]
    rows = [
        (
            one.code,
            scene.code("decision", one.verdict),
            one.actor_name,
            scene.write.moment(one.decided_at),
            one.reason,
        )
        for one in reversed(concerns.verdicts)
    ]
    columns = scene.texts("item", "standing", "who", "when", "note")
    return [*scene.shortened(Grid(columns, rows, frozenset({0, 1}), wide=frozenset({2, 3, 4})))]


def _items(scene: DocumentScene, material: UnitMaterial) -> Grid:
    columns = scene.texts("item", "n", "p", "new_a_plain", "new_b_plain", "source", "exposure", "remarks")
    rows = [_item_row(scene, material, line) for line in material.statistics.lines]
    return Grid(columns, rows, texts=frozenset({0, 5}), wide=frozenset({7}))


def _item_row(scene: DocumentScene, material: UnitMaterial, line: ItemStatisticsLine) -> tuple[str, ...]:
    write = scene.write
    return (
        material.names[line.item_version_id],
        write.count(line.answers),
        write.number(line.proportion_right),
        write.with_error(line.discrimination, line.se_discrimination),
        write.with_error(line.difficulty, line.se_difficulty),
        scene.code("source", line.source),
        write.percent(line.exposure_rate),
        ", ".join(scene.code("line", flag) for flag in line.flags),
    )
