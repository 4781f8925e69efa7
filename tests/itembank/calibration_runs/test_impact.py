"""What publishing would change: sittings scored again under new parameters, held against integrals done by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from engine.outcomes.verdicts import COMPETENT, NOT_ENOUGH_EVIDENCE, NOT_YET_COMPETENT
from itembank.calibration_runs import estimation, work
from itembank.calibration_runs.impact import Impact
from itembank.calibration_runs.recent_sittings import FinishedSitting, RecentSittings, recent_sittings
from itembank.calibration_runs.shadow_scoring import preview_impact
from itembank.calibration_runs.states import RunState
from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.framework.store import current_standard
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem, RecordedAnswer, Sitting
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import Measured, done, requested, seen
from tests.support.institution import NOON

NODES = np.linspace(-6.0, 6.0, 24001)


def recent(database: Database, **options: Any) -> RecentSittings:
    with database.reading() as session:
        standard_id = current_standard(session).id
        wanted = {"standard_id": standard_id, "unit": "DG100", "include_simulated": True} | options
        return recent_sittings(session, **wanted)


def old_parameters(database: Database) -> dict[UUID, Parameters]:
    return {row.item_version_id: Parameters.of_row(row) for row in stored(database, BankItem) if row.unit == "DG100"}


def preview(found: RecentSittings, new: dict[UUID, Parameters]) -> Impact:
    impact = preview_impact(found, new, going_on=lambda: True)
    assert impact is not None
    return impact


def probability_by_hand(sitting: FinishedSitting, parameters: dict[UUID, Parameters]) -> float:
    """Integrate prior times likelihood above the cut score, every curve written out."""
    design = sitting.design
    log_density = -0.5 * ((NODES - design["prior_mean"]) / design["prior_sd"]) ** 2
    for version_id, score in sitting.answers:
        item = parameters[version_id]
        logit = item.discrimination * (NODES - item.difficulty)
        right = item.further.get("guessing", 0.0) + (1 - item.further.get("guessing", 0.0)) / (1 + np.exp(-logit))
        log_density += np.log(right if score else 1 - right)
    density = np.exp(log_density - log_density.max())
    return float(density[design["cut_score"] <= NODES].sum() / density.sum())


def verdict_by_hand(probability: float, sitting: FinishedSitting) -> str:
    confidence = sitting.design["confidence"]
    if len(sitting.answers) < sitting.design["minimum_length"]:
        return NOT_ENOUGH_EVIDENCE
    if probability >= confidence:
        return COMPETENT
    return NOT_YET_COMPETENT if probability <= 1 - confidence else NOT_ENOUGH_EVIDENCE


def harder(parameters: dict[UUID, Parameters], by: float, **further: Any) -> dict[UUID, Parameters]:
    return {
        version: replace(known, difficulty=known.difficulty + by, **further) for version, known in parameters.items()
    }


def test_the_parameters_on_record_change_nothing(measured: Measured) -> None:
    found = recent(measured[0])
    impact = preview(found, old_parameters(measured[0]))
    assert (impact.sittings, impact.simulated, impact.unscored) == (160, 160, 0)
    assert (impact.changed, impact.elements_changed, impact.changes, impact.items) == (0, 0, (), ())
    assert sum(move.sittings for move in impact.moves) == 160
    assert all(move.before == move.after for move in impact.moves)
    assert impact.oldest == min(sitting.finished_at for sitting in found.sittings).isoformat()
    assert impact.newest == max(sitting.finished_at for sitting in found.sittings).isoformat()


@pytest.mark.parametrize(
    ("by", "further"),
    [(0.6, {}), (-0.6, {}), (0.2, {"model": "3pl", "further": {"guessing": 0.2}})],
    ids=["harder", "easier", "guessed"],
)
def test_verdicts_and_what_turns_them_are_those_integrated_by_hand(
    measured: Measured, by: float, further: dict[str, Any]
) -> None:
    found, old = recent(measured[0]), old_parameters(measured[0])
    new = harder(old, by, **further)
    impact = preview(found, new)
    assert impact.changed > 10
    changes = {change.sitting_id: change for change in impact.changes}
    codes = {row.item_version_id: row.item_code for row in stored(measured[0], BankItem)}
    decisive: dict[str, int] = {}
    for sitting in found.sittings:
        probability = probability_by_hand(sitting, new)
        after, before = verdict_by_hand(probability, sitting), sitting.outcome["unit"]["verdict"]
        change = changes.get(str(sitting.id))
        assert (change is not None) == (after != before)
        if change is None:
            continue
        assert (change.before, change.after, change.simulated) == (before, after, True)
        assert change.probability_after == pytest.approx(probability, abs=1e-3)
        assert change.probability_before == pytest.approx(sitting.outcome["unit"]["probability"])
        kept = {
            codes[version]
            for version, _ in sitting.answers
            if verdict_by_hand(probability_by_hand(sitting, new | {version: old[version]}), sitting) == before
        }
        assert set(change.items) == kept
        for code in kept:
            decisive[code] = decisive.get(code, 0) + 1
    assert {item.code: item.decisive for item in impact.items if item.decisive} == decisive
    counts = [item.decisive for item in impact.items]
    assert counts == sorted(counts, reverse=True)


def test_the_strongest_item_pulls_the_way_of_the_change(measured: Measured) -> None:
    found, old = recent(measured[0]), old_parameters(measured[0])
    new = harder(old, 0.4)
    codes = {row.item_version_id: row.item_code for row in stored(measured[0], BankItem)}
    sittings = {str(sitting.id): sitting for sitting in found.sittings}
    for change in preview(found, new).changes:
        sitting = sittings[change.sitting_id]
        pulls = {
            codes[version]: abs(
                _log_odds(probability_by_hand(sitting, new))
                - _log_odds(probability_by_hand(sitting, new | {version: old[version]}))
            )
            for version, _ in sitting.answers
        }
        assert change.strongest in pulls
        assert pulls[change.strongest] == pytest.approx(max(pulls.values()), rel=0.02)


def _log_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def test_a_single_changed_item_turns_verdicts_alone(measured: Measured) -> None:
    found, old = recent(measured[0]), old_parameters(measured[0])
    answered: dict[UUID, int] = {}
    for sitting in found.sittings:
        for version, _ in sitting.answers:
            answered[version] = answered.get(version, 0) + 1
    most = max(answered, key=lambda version: answered[version])
    impact = preview(found, {most: replace(old[most], difficulty=old[most].difficulty + 3)})
    assert impact.changed > 0
    first = impact.items[0]
    assert (first.item_version_id, first.decisive) == (str(most), impact.changed)
    assert all(item.decisive == 0 and item.log_odds == pytest.approx(0, abs=1e-12) for item in impact.items[1:])
    assert all(change.items == (change.strongest,) == (first.code,) for change in impact.changes)


def test_real_sittings_come_first_the_newest_at_the_front_and_the_rest_is_left(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        for number, sitting in enumerate(session.exec(select(Sitting).order_by(col(Sitting.id)).limit(30)).all()):
            sitting.simulated = False
            sitting.finished_at = NOON - timedelta(days=100 + number)
    found = recent(database, at_most=50)
    assert [sitting.simulated for sitting in found.sittings] == [False] * 30 + [True] * 20
    for part in (found.sittings[:30], found.sittings[30:]):
        moments = [sitting.finished_at for sitting in part]
        assert moments == sorted(moments, reverse=True)
    only_real = recent(database, include_simulated=False)
    assert len(only_real.sittings) == 30
    impact = preview(found, old_parameters(database))
    assert (impact.at_most, impact.sittings, impact.simulated) == (50, 50, 20)


def test_unfinished_sittings_and_other_units_stay_out(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        sitting = session.exec(select(Sitting)).first()
        assert sitting is not None
        sitting.finished_at = sitting.finish_reason = None
        left_out = sitting.id
    assert left_out not in {sitting.id for sitting in recent(database).sittings}
    assert recent(database, unit="DT600").sittings == ()
    nothing = preview(recent(database, unit="DT600"), {})
    assert (nothing.sittings, nothing.oldest, nothing.newest, nothing.moves) == (0, None, None, ())


def test_what_cannot_be_scored_again_is_counted(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        answer = session.exec(select(RecordedAnswer)).first()
        assert answer is not None
        session.connection().execute(
            update(RecordedAnswer)
            .where(col(RecordedAnswer.sitting_id) == answer.sitting_id, col(RecordedAnswer.position) == 1)
            .values(score=7)
        )
    impact = preview(recent(database), old_parameters(database))
    assert (impact.sittings, impact.unscored) == (159, 1)


def test_the_run_carries_its_preview_and_a_list_does_not(measured: Measured) -> None:
    run = done(measured)
    assert run.impact is not None
    assert run.impact.at_most == 500
    new = old_parameters(measured[0]) | {
        UUID(item.item_version_id): item.parameters() for item in run.items if item.usable
    }
    assert run.impact == preview(recent(measured[0]), new)
    assert Impact.from_dict(asdict(run.impact)) == run.impact
    assert run.impact.changed_simulated == run.impact.changed > 0


def test_a_run_that_did_not_converge_has_none(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    calibrate: Callable[..., Any] = estimation.calibrate
    monkeypatch.setattr(estimation, "calibrate", lambda *given, **named: calibrate(*given, **named, max_iterations=1))
    run = done(measured)
    assert run.summary is not None
    assert not run.summary.converged
    assert run.impact is None


def test_cancelling_is_heard_during_the_preview(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stops while the preview is under way hands the run on."""
    previewing: list[bool] = []
    original = work.preview_impact

    def noted(*given: Any, **named: Any) -> Impact | None:
        previewing.append(True)
        return original(*given, **named)

    monkeypatch.setattr(work, "preview_impact", noted)
    run = requested(measured)
    assert execute_run(measured[0], run.id, stopping=lambda: bool(previewing))
    assert previewing == [True]
    after = seen(measured, run.id)
    assert (after.state, after.summary, after.impact) == (RunState.WAITING, None, None)
