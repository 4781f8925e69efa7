"""Sums of choices against straightforward correlation, on both databases."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import select

from itembank.calibration_runs.option_curves import option_curves
from itembank.database import Database
from itembank.item_decisions.option_choices import recorded_choices
from itembank.publishing.banks import bank_in_force
from itembank.tables import Neutralisation, OutcomeVersion, RecordedAnswer, RecordedOutcome
from tests.itembank.calibration_runs.conftest import sit, stored
from tests.support.institution import NOON, Institution


def corrected(database: Database, theta: dict[UUID, float]) -> dict[UUID, float]:
    """Recompute some sittings' abilities twice; the later version is the one in force."""
    with database.writing() as session:
        neutralisation = Neutralisation(
            standard_id=bank_in_force(session).standard_id, unit="DG100", fault="other", rule="all", reason_th="x",
            item_version_id=session.exec(select(RecordedAnswer.item_version_id).limit(1)).one(), reason_en="x",
            state="in_force", proposed_by="x", proposed_at=NOON,
        )  # fmt: skip
        session.add(neutralisation)
        session.flush()
        for sitting, first in theta.items():
            for number in (2, 3):
                session.add(
                    OutcomeVersion(
                        sitting_id=sitting, number=number, neutralisation_id=neutralisation.id, decided_by="x",
                        recorded_at=NOON + timedelta(number), document={"unit": {"theta": first + number}},
                    )
                )  # fmt: skip
    return {sitting: first + 3 for sitting, first in theta.items()}


def test_choices_are_summed_up_in_the_database(database: Database, institution: Institution) -> None:
    sit(database, institution, count=30)
    theta = {row.sitting_id: row.document["unit"]["theta"] for row in stored(database, RecordedOutcome)}
    theta |= corrected(database, dict(list(theta.items())[:3]))
    answers: dict[UUID, list[RecordedAnswer]] = defaultdict(list)
    for answer in stored(database, RecordedAnswer):
        answers[answer.item_version_id].append(answer)
    with database.reading() as session:
        found = recorded_choices(session, standard_id=bank_in_force(session).standard_id, units=["DG100"])
    assert found.keys() == answers.keys()
    for version, rows in answers.items():
        ability = np.array([theta[row.sitting_id] for row in rows])
        score = np.array([row.score for row in rows], dtype=float)
        assert found[version].answers.count == found[version].recorded.count == len(rows)
        assert found[version].recorded.right == score.sum()
        if len(rows) > 2 and score.std() > 0:
            assert found[version].score_correlation() == pytest.approx(np.corrcoef(score, ability)[0, 1])
        for position in range(4):
            chosen = np.array([position in row.selected for row in rows], dtype=float)
            assert found[version].chosen(position) == chosen.sum()
            if len(rows) > 2 and 0 < chosen.sum() < len(rows):
                assert found[version].option_correlation(position) == pytest.approx(np.corrcoef(chosen, ability)[0, 1])
            elif chosen.sum() == 0:
                assert found[version].option_correlation(position) is None


def test_options_by_fifths_of_ability() -> None:
    ability = np.linspace(-2, 2, 50)
    chosen = [{0} if theta > 0 else {1} if theta > -1 else {1, 2} for theta in ability]
    groups = option_curves(chosen, ability.tolist(), n_options=4)
    assert [group.count for group in groups] == [10] * 5
    assert [group.ability for group in groups] == pytest.approx(ability.reshape(5, 10).mean(axis=1).tolist())
    assert [group.shares[0] for group in groups] == [0, 0, 0.5, 1, 1]
    assert groups[0].shares == (0.0, 1.0, 1.0, 0.0)
    assert option_curves(chosen[:19], ability[:19].tolist(), n_options=4) == ()
    assert option_curves([{0}] * 40, [0.0] * 40, n_options=2)[0].count == 40  # equal abilities stay together
