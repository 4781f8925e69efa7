"""The report on a calibration run in print: what went in, what came out, what it would change, who decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from itembank.calibration_runs.results import RunItem
from itembank.calibration_runs.states import RunState
from itembank.measurement_reports.diagnostics_section import diagnostics_section
from itembank.measurement_reports.document import Block, Document, Facts, Grid, Plot, Section, Words
from itembank.measurement_reports.document_scene import DocumentScene
from itembank.measurement_reports.run_charts import run_charts
from itembank.measurement_reports.run_material import RunMaterial
from itembank.measurement_reports.writing import Writing


def run_document(material: RunMaterial, write: Writing, *, now: datetime) -> Document:
    """Write the report on a run.

    Args:
        material: The run.
        write: How words and numbers are written.
        now: When it is made.
    """
    scene, run = DocumentScene(write, now), material.run
    sections = [
        Section(scene.text("data"), list(_data(scene, material))),
        Section(scene.text("estimation"), list(_estimation(scene, material))),
        Section(scene.text("link"), [Facts(list(_link(scene, material)))]),
        Section(scene.text("plots"), [Plot(chart) for chart in run_charts(material, write)]),
        diagnostics_section(scene, material),
        Section(scene.text("impact"), list(_impact(scene, material))),
        Section(scene.text("parameters"), [Words(scene.text("parameters_note")), _parameters(scene, material)]),
        Section(scene.text("decisions"), [_decisions(scene, material), Words(scene.text("method_note"))]),
    ]
    return scene.document(
        title=scene.text("run_title"),
        subject=f"{run.unit} {run.unit_title}",
        simulated=material.has_simulated_data,
        front=list(_front(scene, material)),
        sections=sections,
    )


def _front(scene: DocumentScene, material: RunMaterial) -> Iterator[tuple[str, str]]:
    run = material.run
    yield scene.text("state"), scene.code("state", run.state)
    yield scene.text("model"), scene.code("model", run.model)
    yield scene.text("base_bank"), scene.text("bank_number", number=run.base_bank_number)
    if run.published_bank_number is not None:
        yield scene.text("published_as"), scene.text("bank_number", number=run.published_bank_number)
    yield (
        scene.text("requested"),
        scene.text("by_at", name=run.requested_by, moment=scene.write.moment(run.requested_at)),
    )


def _data(scene: DocumentScene, material: RunMaterial) -> Iterator[Block]:
    summary, write = material.summary, scene.write
    latest = datetime.fromisoformat(summary.latest_answer) if summary.latest_answer else None
    persons, simulated = write.count(summary.n_persons), write.count(summary.n_simulated)
    pairs = {
        "persons": scene.text("of_them_simulated", n=persons, simulated=simulated) if summary.n_simulated else persons,
        "answers": write.count(summary.n_responses),
        "items_estimated": write.count(summary.n_items - summary.n_fixed),
        "items_fixed": write.count(summary.n_fixed),
        "latest_answer": write.moment(latest),
        "with_simulated": scene.text("yes" if material.run.include_simulated else "no"),
    }
    yield Facts(
        [(scene.text(name), value) for name, value in pairs.items() if name != "items_fixed" or summary.n_fixed]
    )
    yield Words(scene.text("left_out_title"), strong=True)
    rows = list(_left_out(scene, material))
    if rows:
        yield Grid(scene.texts("reason", "n", "what"), rows, texts=frozenset({0}), wide=frozenset({2}))
    else:
        yield Words(scene.text("left_out_none"))


def _left_out(scene: DocumentScene, material: RunMaterial) -> Iterator[tuple[str, str, str]]:
    """Gather what was left out by reason: items by their codes, those neutralised with their answers."""
    exclusions, write = material.summary.exclusions, scene.write
    for (kind, reason), count in Counter((one.kind, one.reason) for one in exclusions).items():
        number = write.count(count)
        codes = ", ".join(
            one.code if one.answers is None else f"{one.code} ({write.count(one.answers)})"
            for one in exclusions
            if (one.kind, one.reason) == (kind, reason)
        )
        yield scene.code("reason", reason), number, codes if kind == "item" else scene.text("n_sittings", n=number)


def _estimation(scene: DocumentScene, material: RunMaterial) -> Iterator[Block]:
    summary, write = material.summary, scene.write
    iterations = write.count(summary.iterations)
    pairs = {
        "model": scene.code("model", material.run.model),
        "priors": _priors(scene, material),
        "convergence": scene.text("converged" if summary.converged else "not_converged", n=iterations),
        "log_likelihood": write.number(summary.log_likelihood, 3),
        "n_nodes": write.count(summary.n_nodes),
        "population": f"{write.number(summary.latent_mean)}, {write.number(summary.latent_sd)}",
        "software": ", ".join(f"{name} {number}" for name, number in summary.software.items()),
    }
    if not summary.converged:
        yield Words(scene.text("not_converged_long"), strong=True)
    yield Facts([(scene.text(name), value) for name, value in pairs.items()])


def _priors(scene: DocumentScene, material: RunMaterial) -> str:
    summary, number = material.summary, scene.write.number
    if summary.difficulty_sd is None:
        return scene.text("no_priors")
    return scene.text(
        "priors_long",
        mean=number(summary.difficulty_mean),
        step=number(summary.difficulty_per_rating),
        sd=number(summary.difficulty_sd),
    )


def _link(scene: DocumentScene, material: RunMaterial) -> Iterator[tuple[str, str]]:
    summary, number = material.summary, scene.write.number
    link = summary.link
    constant = ("+ " if link.intercept >= 0 else "− ") + number(abs(link.intercept), 3)
    yield scene.text("link_method"), scene.code("link", link.method)
    yield scene.text("link_constants"), scene.text("link_line", slope=number(link.slope, 3), intercept=constant)
    yield scene.text("anchors"), scene.write.count(link.anchors)
    if link.purged:
        yield scene.text("purged"), ", ".join(f"{one.code} ({number(one.displacement)})" for one in link.purged)
    if link.remark:
        yield scene.text("remark"), scene.code("remark", link.remark)
    yield scene.text("rms_change"), number(summary.rms_change)
    yield scene.text("correlation"), number(summary.correlation)


def _parameters(scene: DocumentScene, material: RunMaterial) -> Grid:
    items = sorted(material.run.items, key=lambda item: -abs(item.change_b or 0.0))
    with_further = any(item.c is not None or item.thresholds for item in items)
    names = ["item", "n", "old_a", "new_a", "old_b", "new_b", "change_b", "robust_z"]
    names += ["further"] if with_further else []
    rows = [_parameter_row(scene, material, item, with_further=with_further) for item in items]
    columns = scene.texts(*names, "remarks")
    last = len(columns) - 1
    return Grid(columns, rows, wide=frozenset({last - 1, last} if with_further else {last}))


def _parameter_row(
    scene: DocumentScene, material: RunMaterial, item: RunItem, *, with_further: bool
) -> tuple[str, ...]:
    write, (old_se_a, old_se_b) = scene.write, material.old_errors(item)
    further = [write.with_error(item.c, item.se_c)] if item.c is not None else []
    further += [
        write.with_error(one, error)
        for one, error in zip(item.thresholds, item.se_thresholds or [None] * len(item.thresholds), strict=True)
    ]
    remarks = [scene.text("moved")] if item.moved else []
    remarks += [scene.code("flag", item.flag)] if item.flag else []
    remarks += [] if item.usable or item.fixed else [scene.text("unusable")]
    return (
        material.names[item.item_version_id],
        write.count(item.n),
        write.with_error(item.old_a, old_se_a),
        write.with_error(item.a, item.se_a),
        write.with_error(item.old_b, old_se_b),
        write.with_error(item.b, item.se_b),
        write.number(item.change_b),
        write.number(item.robust_z),
        *(["; ".join(further)] if with_further else []),
        ", ".join(remarks),
    )


def _impact(scene: DocumentScene, material: RunMaterial) -> Iterator[Block]:
    impact, write = material.run.impact, scene.write
    if impact is None:
        yield Words(scene.text("no_impact"))
        return
    yield Words(
        scene.text(
            "impact_long",
            sittings=write.count(impact.sittings),
            changed=write.count(impact.changed),
            elements=write.count(impact.elements_changed),
        )
    )
    moves = [
        (scene.code("verdict", move.before), scene.code("verdict", move.after), write.count(move.sittings))
        for move in impact.moves
    ]
    if moves:
        yield Grid(scene.texts("before", "after", "sittings"), moves, texts=frozenset({0, 1}))
    if impact.items:
        yield Words(scene.text("turning_items"), strong=True)
        rows = [(item.code, write.count(item.decisive), write.count(item.sittings)) for item in impact.items]
        yield from scene.shortened(Grid(scene.texts("item", "decisive", "answered_in"), rows))


def _decisions(scene: DocumentScene, material: RunMaterial) -> Grid:
    run, moment = material.run, scene.write.moment
    steps = [
        ("step_request", run.requested_by, run.requested_at, ""),
        ("step_finish", "", run.finished_at, ""),
        ("step_approve", run.approved_by, run.approved_at, ""),
        ("step_publish", run.published_by, run.published_at, ""),
    ]
    rows = [
        (scene.text(step), name or "–", moment(at), note or "–") for step, name, at, note in steps if at is not None
    ]
    if run.state is RunState.REJECTED:
        rows.append((scene.text("step_reject"), "–", "–", run.message))
    return Grid(scene.texts("step", "who", "when", "note"), rows, texts=frozenset({0, 1, 2}), wide=frozenset({3}))
