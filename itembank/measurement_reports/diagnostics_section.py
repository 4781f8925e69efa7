"""What a run tells beyond its parameters, as a section of its report in print."""

from __future__ import annotations

from collections.abc import Iterator

from itembank.diagnostics.findings import ItemDiagnosis, Refusal, RunDiagnostics
from itembank.measurement_reports.document import Block, Facts, Grid, Section, Words
from itembank.measurement_reports.document_scene import DocumentScene
from itembank.measurement_reports.run_material import RunMaterial


def diagnostics_section(scene: DocumentScene, material: RunMaterial) -> Section:
    """Write what a run's diagnostics say, and what they don't say and why."""
    found = material.diagnostics
    title = scene.text("diagnostics")
    if found is None:
        return Section(title, [Words(scene.text("no_diagnostics"))])
    blocks: list[Block] = [Facts(list(_facts(scene, found))), Words(scene.text("warned_items"), strong=True)]
    warned = [item for item in found.items if item.warned]
    blocks += scene.shortened(_warned(scene, warned)) if warned else [Words(scene.text("no_warned_items"))]
    if found.refusals:
        rows = [(scene.code("part", refusal.part), _reason(scene, refusal)) for refusal in found.refusals]
        blocks += [
            Words(scene.text("not_said"), strong=True),
            Grid(scene.texts("part", "reason"), rows, wide=frozenset({1})),
        ]
    return Section(title, blocks)


def _reason(scene: DocumentScene, refusal: Refusal) -> str:
    """Tell a reason in the report's language; its figures stand in the English sentence of its record."""
    words = scene.code("refused", refusal.code)
    return refusal.detail if scene.write.language == "en" or words == refusal.code else words


def _facts(scene: DocumentScene, found: RunDiagnostics) -> Iterator[tuple[str, str]]:
    write = scene.write
    yield scene.text("marginal_reliability"), write.number(found.marginal_reliability, 3)
    if found.classical is not None:
        told = scene.text(
            "classical_line",
            alpha=write.number(found.classical.alpha, 3),
            omega=write.number(found.classical.omega, 3),
            sem=write.number(found.classical.standard_error_of_measurement),
            persons=write.count(found.classical.n_persons),
            items=write.count(found.classical.n_items),
        )
        yield scene.text("classical_reliability"), told
    if found.model_fit is not None:
        yield scene.text("model_fit"), _model_fit(scene, found)
    if found.dependence is not None:
        told = scene.text(
            "dependence_line",
            flagged=write.count(found.dependence.n_flagged),
            pairs=write.count(found.dependence.n_pairs),
            highest=write.number(found.dependence.highest_q3_star, 3),
        )
        yield scene.text("dependence"), told
    if found.persons is not None:
        told = scene.text(
            "person_fit_line",
            flagged=write.count(found.persons.flagged),
            judged=write.count(found.persons.judged_by_likelihood + found.persons.judged_by_sums),
            chance=write.number(found.persons.by_chance, 1),
        )
        yield scene.text("person_fit"), told


def _model_fit(scene: DocumentScene, found: RunDiagnostics) -> str:
    fit, number = found.model_fit, scene.write.number
    assert fit is not None
    line = scene.text(
        "model_fit_line",
        m2=number(fit.m2),
        df=scene.write.count(fit.m2_df),
        p=scene.write.p_value(fit.m2_p),
        rmsea=number(fit.rmsea, 3),
        low=number(fit.rmsea_low, 3),
        high=number(fit.rmsea_high, 3),
        srmr=number(fit.srmr, 3),
    )
    return f"{line}; {scene.text('model_left_out', codes=', '.join(fit.left_out))}" if fit.left_out else line


def _warned(scene: DocumentScene, items: list[ItemDiagnosis]) -> Grid:
    write = scene.write
    columns = scene.texts("item", "n", "infit", "outfit", "misfit", "displacement", "rapid", "remarks")
    rows = [
        (
            item.code,
            write.count(item.n),
            write.number(item.infit),
            write.number(item.outfit),
            write.number(item.misfit, 3),
            write.number(item.displacement),
            write.percent(item.rapid_share),
            ", ".join(_warnings(scene, item)),
        )
        for item in items
    ]
    return Grid(columns, rows, wide=frozenset({len(columns) - 1}))


def _warnings(scene: DocumentScene, item: ItemDiagnosis) -> Iterator[str]:
    held = {
        "warn_misfit": item.misfits,
        "warn_drift": item.drifted,
        f"warn_{item.drift_direction}": item.drift_alarm is not None and item.drift_direction is not None,
        "warn_compromised": item.compromised,
    }
    return (scene.text(name) for name, is_held in held.items() if is_held)
