"""Diagnosing a run: planted troubles are named, sound items are not, and what cannot be said is refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from itembank.diagnostics.diagnose import diagnose
from itembank.diagnostics.findings import RunDiagnostics
from itembank.diagnostics.record import document_of, read_diagnostics
from tests.itembank.diagnostics.planted import DAY, FIRST_ANSWER, LINK, Planted, item, item_of, version

LEAKED, HARDER, RANDOM, TWIN, TWINS_MODEL, SLOW = 0, 1, 2, 4, 5, 6


@pytest.fixture(scope="module")
def troubled() -> RunDiagnostics:
    planted = Planted(
        1200, 20, 12, enemies=frozenset({frozenset({item_of(TWIN), item_of(TWINS_MODEL)})}), testlets={7: "T", 8: "T"}
    )
    draws = planted.draws
    late = planted.rows(LEAKED, after_day=60)
    planted.score[late] |= draws.random(len(late)) < 0.8
    planted.seconds[late] *= 0.3
    late = planted.rows(HARDER, after_day=50)
    planted.score[late] &= draws.random(len(late)) < 0.5
    rows = planted.rows(RANDOM)
    planted.score[rows] = draws.random(len(rows)) < 0.5
    given = dict(zip(planted.person[planted.rows(TWINS_MODEL)], planted.score[planted.rows(TWINS_MODEL)], strict=True))
    for row in planted.rows(TWIN):
        if draws.random() < 0.7:
            planted.score[row] = given.get(planted.person[row], planted.score[row])
    planted.seconds[planted.person == 30] = 0.5  # somebody who clicks through
    planted.seconds[:50] = np.nan
    hurried = planted.person == 30
    planted.score[hurried] = draws.random(int(hurried.sum())) < 0.25
    return planted.diagnosed(base=planted.base(X9=0.9))


def day_of(moment: str | None) -> float:
    assert moment is not None
    return (datetime.fromisoformat(moment).timestamp() - FIRST_ANSWER) / DAY


def test_a_leak_is_named_with_its_day(troubled: RunDiagnostics) -> None:
    leaked = item(troubled, LEAKED)
    assert leaked.compromised
    assert 60 < day_of(leaked.compromised_since) < 75
    assert leaked.drift_direction == "easier"
    assert 55 < day_of(leaked.drift_began) < 65
    assert 60 < day_of(leaked.drift_alarm) < 90
    assert [one.code for one in troubled.items if one.compromised] == ["X-00"]


def test_an_item_that_grows_harder_is_named_with_the_answer(troubled: RunDiagnostics) -> None:
    harder = item(troubled, HARDER)
    assert harder.drift_direction == "harder"
    assert 48 < day_of(harder.drift_began) < 60
    assert not harder.compromised
    assert harder.drift_answer is not None
    assert 360 < harder.drift_answer < 700
    assert harder.drift_alarm in {point.moment for point in harder.drift_path}
    assert len(harder.drift_path) <= 61
    assert max(point.harder for point in harder.drift_path) > max(point.easier for point in harder.drift_path)


def test_an_item_that_says_nothing_misfits(troubled: RunDiagnostics) -> None:
    random = item(troubled, RANDOM)
    assert random.misfits
    assert random.misfit is not None
    assert random.misfit > 0.1
    assert random.misfit_p is not None
    assert random.misfit_p < 1e-6
    assert random.infit is not None
    assert random.infit > 1.05


def test_sound_items_are_left_in_peace(troubled: RunDiagnostics) -> None:
    sound = [one for place, one in enumerate(troubled.items) if place not in (0, 1, 2, 4, 9)]
    assert not [one.code for one in sound if one.warned]
    assert all(one.misfit is not None and one.misfit < 0.08 for one in sound)


def test_displacement_is_seen_from_the_anchors_that_stayed(troubled: RunDiagnostics) -> None:
    moved = item(troubled, 9)
    assert moved.drifted
    assert moved.displacement == pytest.approx(-0.9, abs=1e-6)
    assert item(troubled, 10).displacement == pytest.approx(0, abs=1e-6)
    assert troubled.drift is not None
    assert (troubled.drift.anchors, troubled.drift.purged) == (20, ("X-09",))


def test_twins_are_found_and_known_to_be_enemies(troubled: RunDiagnostics) -> None:
    assert troubled.dependence is not None
    worst = troubled.dependence.pairs[0]
    assert {worst.first_code, worst.second_code} == {"X-04", "X-05"}
    assert worst.flagged
    assert worst.enemies
    assert not worst.same_testlet
    assert {worst.first_item_id, worst.second_item_id} == {item_of(TWIN), item_of(TWINS_MODEL)}
    assert troubled.dependence.n_flagged == 1
    mates = [pair for pair in troubled.dependence.pairs if {pair.first_code, pair.second_code} == {"X-07", "X-08"}]
    assert all(pair.same_testlet and not pair.enemies for pair in mates)


def test_who_clicks_through_shows_in_effort(troubled: RunDiagnostics) -> None:
    assert troubled.times is not None
    assert troubled.times.left_out == 50
    assert troubled.times.low_effort_sittings == 1
    assert troubled.times.settled
    assert troubled.times.speed_deviation == pytest.approx(0.2, abs=0.06)
    assert all(one.rapid_share is not None and one.rapid_share < 0.01 for one in troubled.items)
    assert item(troubled, SLOW).median_seconds == pytest.approx(np.exp(3.6), rel=0.1)


def test_adaptive_sittings_are_judged_by_sums_and_get_no_classical_figures(troubled: RunDiagnostics) -> None:
    assert troubled.persons is not None
    assert (troubled.persons.judged_by_sums, troubled.persons.judged_by_likelihood) == (1200, 0)
    assert troubled.persons.by_chance == pytest.approx(12)
    assert troubled.persons.flagged == len(troubled.persons.sittings) < 30
    assert all(one.method == "cusum" and one.p < 0.01 for one in troubled.persons.sittings)
    assert (troubled.n_sittings, troubled.adaptive_sittings, troubled.simulated_sittings) == (1200, 1200, 600)
    refused = {refusal.part: refusal.code for refusal in troubled.refusals}
    assert refused == {"summed_scores": "not_linear", "model_fit": "not_linear", "classical": "adaptive"}
    assert all(one.proportion_right is None and one.classical_basis is None for one in troubled.items)
    assert troubled.marginal_reliability is not None
    assert 0.5 < troubled.marginal_reliability < 0.9


def test_observed_shares_are_on_the_base_banks_scale(troubled: RunDiagnostics) -> None:
    for place in (10, 15):
        one = item(troubled, place)
        assert len(one.observed) == 10
        abilities = [point.ability for point in one.observed]
        assert abilities == sorted(abilities)
        assert sum(point.n for point in one.observed) == one.n
        known = LINK.transform(Planted(1200, 20, 12).result().items[place])
        for point in one.observed:
            curve = 1 / (1 + np.exp(-known.discrimination * (point.ability - known.difficulty)))
            assert curve == pytest.approx(point.expected, abs=0.003)


def test_findings_survive_their_record(troubled: RunDiagnostics) -> None:
    document = document_of(troubled)
    read = read_diagnostics({"diagnostics": document})
    assert read is not None
    assert document_of(read) == document
    assert (read.items[0].code, read.refusals, read.drift) == ("X-00", troubled.refusals, troubled.drift)
    assert read.items[3].misfit_p == pytest.approx(troubled.items[3].misfit_p, rel=1e-5)
    assert read_diagnostics(None) is None
    assert read_diagnostics({"summary": {}}) is None


@pytest.fixture(scope="module")
def linear() -> RunDiagnostics:
    planted = Planted(500, 12, 12, seed=4)
    planted.adaptive[:] = False
    planted.unselected[:] = True
    # Two who left before the end do not take the form from the others.
    kept = ~((planted.person < 2) & (planted.position > 9))
    for name in ("person", "item", "score", "position", "answered_at", "seconds", "unselected"):
        setattr(planted, name, getattr(planted, name)[kept])
    return planted.diagnosed()


def test_linear_sittings_get_everything(linear: RunDiagnostics) -> None:
    assert {refusal.part: refusal.code for refusal in linear.refusals} == {"displacement": "no_anchors"}
    assert linear.model_fit is not None
    assert (linear.model_fit.n_persons, linear.model_fit.n_items) == (498, 12)
    assert linear.model_fit.rmsea < 0.05
    assert linear.model_fit.srmr is not None
    assert linear.model_fit.srmr < 0.08
    assert linear.classical is not None
    assert linear.classical.kr_20
    assert linear.classical.n_persons == 498
    assert linear.classical.omega == pytest.approx(linear.classical.alpha, abs=0.03)
    assert linear.persons is not None
    assert (linear.persons.judged_by_likelihood, linear.persons.judged_by_sums) == (500, 0)
    for one in linear.items:
        assert one.s_x2_df is not None
        assert (one.classical_basis, one.classical_n) == ("form", 498)
        assert one.item_rest_correlation is not None
        assert 0.1 < one.item_rest_correlation < 0.7


def test_kr_20_is_what_its_formula_says(linear: RunDiagnostics) -> None:
    planted = Planted(500, 12, 12, seed=4)
    table = planted.score.reshape(500, 12)[2:].astype(float)
    share = table.mean(axis=0)
    total = table.sum(axis=1).var()
    by_hand = 12 / 11 * (1 - (share * (1 - share)).sum() / total)
    assert linear.classical is not None
    # The variances of n and of n − 1 differ alike above and below.
    assert linear.classical.alpha == pytest.approx(by_hand, abs=1e-9)
    rest = table.sum(axis=1) - table[:, 0]
    assert item(linear, 0).item_rest_correlation == pytest.approx(np.corrcoef(table[:, 0], rest)[0, 1])
    assert item(linear, 0).proportion_right == pytest.approx(share[0])


def test_questions_drawn_at_random_get_item_figures_but_no_reliability() -> None:
    planted = Planted(300, 14, 8, seed=5)
    planted.adaptive[:] = False
    planted.unselected[:] = True
    found = planted.diagnosed()
    assert found.refusal("classical") is not None
    assert found.refusal("classical").code == "no_common_form"  # type: ignore[union-attr]
    assert found.classical is None
    one = item(found, 0)
    assert one.classical_basis == "random"
    assert one.proportion_right == pytest.approx(planted.score[planted.rows(0)].mean())
    assert one.item_rest_correlation is not None
    assert one.item_rest_correlation > 0.1


def test_only_trials_that_chance_asked_for_count() -> None:
    planted = Planted(400, 14, 8, seed=6)
    drawn = planted.rows(3)[::2]
    planted.unselected[drawn] = True
    found = planted.diagnosed()
    assert (item(found, 3).classical_basis, item(found, 3).classical_n) == ("tried_out", len(drawn))
    assert item(found, 3).proportion_right == pytest.approx(planted.score[drawn].mean())
    assert item(found, 4).classical_basis is None


def test_unsound_and_little_answered_items_are_named_not_judged() -> None:
    planted = Planted(200, 12, 6, seed=7)
    few = planted.rows(1)[20:]
    for name in ("person", "item", "score", "position", "answered_at", "seconds", "unselected"):
        setattr(planted, name, np.delete(getattr(planted, name), few))
    found = planted.diagnosed(result=planted.result(X0="negative_discrimination"))
    assert (item(found, 0).reason, item(found, 0).misfit) == ("negative_discrimination", None)
    assert (item(found, 1).reason, item(found, 1).misfit, item(found, 1).n) == ("too_few_answers", None, 20)
    assert item(found, 2).reason is None
    nothing = planted.diagnosed(result=planted.result(**{f"X{place}": "at_bound" for place in range(12)}))
    assert [refusal.code for refusal in nothing.refusals] == ["no_sound_item"]
    assert len(nothing.items) == 12


def test_without_times_the_rest_is_told_all_the_same() -> None:
    planted = Planted(200, 12, 6, seed=8)
    planted.seconds[:] = np.nan
    planted.answered_at[:] = np.nan
    found = planted.diagnosed(base=planted.base())
    assert found.times is None
    assert found.refusal("times") is not None
    assert all(one.timed == 0 and one.drift_alarm is None and not one.compromised for one in found.items)
    assert found.dependence is not None


def test_parameters_of_another_kind_are_no_anchors() -> None:
    planted = Planted(200, 12, 6, seed=9)
    base = planted.base(X0=1.5)
    guessed = {UUID(version(place)) for place in range(9)}
    changed = {
        name: replace(known, model="3pl", further={"guessing": 0.2}) if name in guessed else known
        for name, known in base.items()
    }
    found = planted.diagnosed(base=changed)
    assert found.refusal("displacement") is not None
    assert item(found, 0).displacement is None
    unsettled = {name: replace(known, source="prior") for name, known in base.items()}
    assert planted.diagnosed(base=unsettled).drift is None


def test_the_work_ends_when_it_is_told_to() -> None:
    planted = Planted(60, 6, 6)
    asked: list[None] = []

    def twice() -> bool:
        asked.append(None)
        return len(asked) < 3

    found = diagnose(
        planted.result(), data=planted.data, circumstances=planted.circumstances, labels=planted.labels, base={},
        link=LINK, going_on=twice,
    )  # fmt: skip
    assert (found, len(asked)) == (None, 3)


def test_moments_carry_their_zone(troubled: RunDiagnostics) -> None:
    alarm = item(troubled, HARDER).drift_alarm
    assert alarm is not None
    assert datetime.fromisoformat(alarm).tzinfo == UTC


def test_a_part_whose_sums_cannot_be_solved_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def singular(*_: object, **__: object) -> None:
        raise np.linalg.LinAlgError("the matrix is not positive definite")

    monkeypatch.setattr("itembank.diagnostics.item_fit.overall_fit", singular)
    found = Planted(120, 6, 6, seed=10).diagnosed()
    refused = found.refusal("model_fit")
    assert refused is not None
    assert refused.code == "not_determined"
    assert found.model_fit is None
    assert found.dependence is not None


def test_one_form_among_several_is_enough_for_reliability() -> None:
    planted = Planted(200, 10, 10, seed=11)
    planted.adaptive[:] = False
    planted.unselected[:] = True
    # A third had the first half of the items alone.
    kept = (planted.person % 3 > 0) | (planted.item < 5)
    for name in ("person", "item", "score", "position", "answered_at", "seconds", "unselected"):
        setattr(planted, name, getattr(planted, name)[kept])
    found = planted.diagnosed()
    assert found.classical is not None
    assert (found.classical.n_persons, found.classical.n_items) == (133, 10)
    assert {refusal.part for refusal in found.refusals} == {"summed_scores", "model_fit", "displacement"}


def test_a_handful_of_sittings_gives_no_reliability() -> None:
    planted = Planted(25, 4, 4, seed=12)
    found = planted.diagnosed()
    refused = found.refusal("classical")
    assert refused is not None
    assert refused.code == "too_few_answers"
