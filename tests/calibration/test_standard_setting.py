"""Cut scores against closed forms, planted standards, repeated panels and brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import CalibratedItem
from calibration.calibrated_pool import pool_of_items
from calibration.errors import CalibrationError
from calibration.standard_setting import (
    BookletPage,
    HofsteeJudgement,
    ability_at_score,
    angoff,
    booklet_sampling_error,
    bookmark,
    hofstee,
    item_sampling_error,
    mark_abilities,
    ordered_booklet,
    page_error,
    share_passing,
    variance_components,
)


def item(name: str, a: float, b: float, *, c: float = 0.0) -> CalibratedItem:
    return CalibratedItem(name, "3pl" if c else "2pl", a, b, 0.1, 0.1, 0.0, 100, guessing=c)


def graded(name: str, model: str, a: float, thresholds: tuple[float, ...]) -> CalibratedItem:
    return CalibratedItem(
        name, model, a, float(np.mean(thresholds)), 0.1, 0.1, 0.0, 100, thresholds=thresholds,
        se_thresholds=(0.1,) * len(thresholds),
    )  # fmt: skip


def some_items(count: int, seed: int = 1) -> list[CalibratedItem]:
    draws = np.random.default_rng(seed)
    return [item(f"i{k}", float(np.exp(draws.normal(0, 0.3))), float(draws.normal())) for k in range(count)]


def chances(items: list[CalibratedItem], theta: float) -> np.ndarray:
    return np.array([1 / (1 + math.exp(-one.discrimination * (theta - one.difficulty))) for one in items])


def judged(items: list[CalibratedItem], theta: float, judges: int, draws: np.random.Generator) -> dict:
    """Judges who see the standard at an ability, with a severity of their own and an error on each item."""
    severity = draws.normal(0, 0.3, judges)
    return {
        f"judge {row}": {
            one.item_id: float(np.clip(chance + draws.normal(0, 0.08), 0.01, 0.99))
            for one, chance in zip(items, chances(items, theta + shift), strict=True)
        }
        for row, shift in enumerate(severity)
    }


@given(theta=st.floats(-3, 3), seed=st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_judges_who_know_the_curves_set_the_cut_where_they_mean_it(theta: float, seed: int) -> None:
    items = [*some_items(12, seed), graded("g", "grm", 1.2, (-0.5, 0.7)), graded("p", "gpcm", 0.8, (0.1, -0.3, 1.0))]
    shares = dict(zip([one.item_id for one in items[:12]], chances(items[:12], theta).tolist(), strict=True))
    logits = [1.2 * (theta + 0.5), 1.2 * (theta - 0.7)]
    shares["g"] = sum(1 / (1 + math.exp(-value)) for value in logits) / 2
    steps = np.exp(0.8 * np.cumsum([0, theta - 0.1, theta + 0.3, theta - 1.0]))
    shares["p"] = float(np.arange(4) @ steps / steps.sum() / 3)
    found = angoff(items, {"a": shares, "b": shares})
    assert found.cut.theta == pytest.approx(theta, abs=1e-6)
    assert found.cut.standard_error == pytest.approx(0, abs=1e-9)
    for one in found.items:
        assert one.expected == pytest.approx(one.mean, abs=1e-6)


def test_the_standard_error_is_that_of_repeated_panels() -> None:
    items, draws = some_items(25), np.random.default_rng(2)
    found = [angoff(items, judged(items, 0.4, 9, draws)) for _ in range(150)]
    cuts = np.array([one.cut.theta for one in found])
    assert cuts.mean() == pytest.approx(0.4, abs=0.05)
    claimed = math.sqrt(np.mean([one.cut.standard_error**2 for one in found]))
    assert claimed == pytest.approx(cuts.std(), rel=0.15)
    components = [one.components for one in found]
    by_components = np.mean([one.error_of_mean(judges=9, other_items=False) ** 2 for one in components]) * 25**2
    assert by_components == pytest.approx(np.mean([one.points_error**2 for one in found]), rel=1e-6)
    assert all(one.error_of_mean(judges=9, other_items=True) > one.error_of_mean(judges=18, other_items=True)
               for one in components)  # fmt: skip


def test_variance_components_are_those_that_were_planted() -> None:
    draws, found = np.random.default_rng(3), []
    for _ in range(100):
        table = draws.normal(0, 0.1, (8, 1)) + draws.normal(0, 0.2, (1, 20)) + draws.normal(0, 0.15, (8, 20))
        found.append(variance_components(0.5 + table))
    assert np.mean([one.judge for one in found]) == pytest.approx(0.01, rel=0.15)
    assert np.mean([one.item for one in found]) == pytest.approx(0.04, rel=0.15)
    assert np.mean([one.residual for one in found]) == pytest.approx(0.0225, rel=0.05)
    alike = variance_components([[0.2, 0.8], [0.8, 0.2]])
    assert (alike.judge, alike.item) == (0, 0)
    with pytest.raises(CalibrationError, match=r"shape \(1, 3\); a complete table"):
        variance_components([[0.2, 0.5, 0.1]])


def test_feedback_of_a_round() -> None:
    items, draws = some_items(30), np.random.default_rng(4)
    judgements = judged(items, 0.0, 6, draws)
    judgements["severe"] = {name: min(1.0, value + 0.25) for name, value in judgements["judge 0"].items()}
    judgements["guessing"] = {one.item_id: float(draws.random()) for one in items}
    abilities = draws.normal(0, 1, 4000)
    found = angoff(items, judgements, abilities=abilities)
    judges = {one.judge: one for one in found.judges}
    assert judges["severe"].severity - judges["judge 0"].severity == pytest.approx(0.25, abs=0.03)
    assert judges["severe"].share_passing < found.share_passing < 1
    assert judges["judge 1"].consistency > 0.7
    assert abs(judges["guessing"].consistency) < 0.5
    assert found.share_passing == pytest.approx(np.mean(abilities >= found.cut.theta))
    assert found.share_passing_range[0] < found.share_passing < found.share_passing_range[1]
    values = [judgements[judge]["i3"] for judge in judgements]
    third = found.items[3]
    assert (third.mean, third.standard_deviation) == (
        pytest.approx(np.mean(values)),
        pytest.approx(np.std(values, ddof=1)),
    )
    assert (third.lowest, third.highest, third.n_judges) == (min(values), max(values), 8)
    assert found.points == pytest.approx(sum(one.mean for one in found.items))
    # A panel that talks and moves halfway to its mean is surer of its cut.
    mean = {one.item_id: one.mean for one in found.items}
    second = angoff(items, {judge: {name: (value + mean[name]) / 2 for name, value in values.items()}
                            for judge, values in judgements.items()})  # fmt: skip
    assert second.cut.theta == pytest.approx(found.cut.theta, abs=1e-6)
    assert second.cut.standard_error == pytest.approx(found.cut.standard_error / 2)
    assert second.share_passing is second.share_passing_range is None


def test_judges_may_share_the_items_out() -> None:
    items, draws = some_items(40), np.random.default_rng(5)
    whole = judged(items, 0.4, 8, draws)
    parts = {
        judge: {name: value for place, (name, value) in enumerate(values.items()) if (place + row) % 2}
        for row, (judge, values) in enumerate(whole.items())
    }
    found, all_of_them = angoff(items, parts), angoff(items, whole)
    assert found.components is None
    assert found.cut.theta == pytest.approx(all_of_them.cut.theta, abs=0.15)
    assert found.cut.standard_error == pytest.approx(all_of_them.cut.standard_error, rel=0.6)
    alone = {"a": {one.item_id: 0.5 for one in items}, "b": {"i0": 0.5}}
    one_judge = angoff(items, alone)
    assert one_judge.items[1].standard_deviation is None
    assert [judge.consistency for judge in one_judge.judges] == [None, None]


def test_a_judge_may_ask_for_the_impossible() -> None:
    items = some_items(10)
    judgements = {"strict": {one.item_id: 1.0 for one in items}, "kind": {one.item_id: 0.3 for one in items}}
    found = angoff(items, judgements, abilities=[-1.0, 0.0, 1.0])
    assert [judge.share_passing is None for judge in found.judges] == [True, False]
    with pytest.raises(CalibrationError, match="0 abilities; one or more"):
        angoff(items, judgements, abilities=[])


def test_refusals_of_angoff() -> None:
    items = some_items(3)
    half = {one.item_id: 0.5 for one in items}
    for judgements, message in (
        ({"a": half}, "1 judges; at least 2"),
        ({"a": half, "b": {}}, "judge 'b' judged no item"),
        ({"a": half, "b": {"x": 0.5}}, "judge 'b' judged item 'x', which has no parameters"),
        ({"a": half, "b": half | {"i1": 1.2}}, r"judge 'b', item 'i1': 1\.2; a share"),
        ({"a": half, "b": half | {"i1": float("nan")}}, "judge 'b', item 'i1': nan"),
        ({"a": {"i0": 0.5}, "b": {"i1": 0.5}}, "item 'i2' was judged by nobody"),
        (
            {"a": dict.fromkeys(half, 1.0), "b": dict.fromkeys(half, 1.0)},
            "3 points on 3 items is reached at no ability",
        ),
    ):
        with pytest.raises(CalibrationError, match=message):
            angoff(items, judgements)


@given(a=st.floats(0.3, 3), b=st.floats(-2.5, 2.5), c=st.floats(0.01, 0.4), chance=st.floats(0.5, 0.8))
@settings(max_examples=40, deadline=None)
def test_pages_lie_where_the_closed_forms_put_them(a: float, b: float, c: float, chance: float) -> None:
    first, second = sorted(
        ordered_booklet([item("two", a, b), item("three", a, b, c=c)]), key=lambda page: page.item_id, reverse=True
    )
    assert first.theta == pytest.approx(b + math.log(2) / a, abs=1e-9)
    pages = ordered_booklet([item("three", a, b, c=c)], response_probability=chance)
    assert pages[0].theta == pytest.approx(b + math.log((chance - c) / (1 - chance)) / a, abs=1e-9)
    assert second.theta < first.theta
    steps = ordered_booklet([graded("g", "grm", a, (b, b + 0.5))], response_probability=chance)
    logit = math.log(chance / (1 - chance)) / a
    assert [page.theta for page in steps] == pytest.approx([b + logit, b + 0.5 + logit], abs=1e-9)


def test_scores_of_partial_credit_items_are_pages_of_their_own() -> None:
    pages = ordered_booklet([graded("p", "gpcm", 1.1, (0.6, -0.4)), item("i", 1.0, 0.0)])
    assert [page.theta for page in pages] == sorted(page.theta for page in pages)
    assert {(page.item_id, page.score) for page in pages} == {("p", 1), ("p", 2), ("i", 1)}
    for page in pages:
        if page.item_id == "p":
            weights = np.exp(1.1 * np.cumsum([0, page.theta - 0.6, page.theta + 0.4]))
            assert weights[page.score :].sum() / weights.sum() == pytest.approx(2 / 3)


def test_bookmarks_become_a_cut() -> None:
    booklet = ordered_booklet(some_items(10))
    marks = {"a": 4, "b": 6, "c": 11, "d": 2}
    places = [booklet[mark - 2].theta for mark in marks.values()]
    found = bookmark(booklet, marks)
    assert found.theta == pytest.approx(np.mean(places))
    assert found.standard_error == pytest.approx(np.std(places, ddof=1) / 2)
    middle = bookmark(booklet, marks, by_median=True)
    assert middle.theta == pytest.approx(np.median(places))
    assert (found.method, found.judges) == ("bookmark", 4)
    # Medians of many normal panels vary as the factor says.
    draws = np.random.default_rng(1)
    medians = np.median(draws.normal(size=(20000, 15)), axis=1)
    claimed = middle.standard_error / found.standard_error / math.sqrt(15)
    assert medians.std() == pytest.approx(claimed, rel=0.05)


def test_refusals_of_bookmark() -> None:
    booklet = ordered_booklet(some_items(5))
    for mark in (1, 7):
        with pytest.raises(CalibrationError, match=f"judge 'b': bookmark {mark}; 2 to 6 are expected"):
            bookmark(booklet, {"a": 3, "b": mark})
    with pytest.raises(CalibrationError, match="at least 2"):
        bookmark(booklet, {"a": 3})
    with pytest.raises(CalibrationError, match=r"response probability 1\.2"):
        ordered_booklet(some_items(2), response_probability=1.2)
    with pytest.raises(CalibrationError, match=r"item 'i', score 1: a chance of 0\.3 is reached at no ability"):
        ordered_booklet([item("i", 1.0, 0.0, c=0.4)], response_probability=0.3)


def panel(draws: np.random.Generator, judges: int) -> list[HofsteeJudgement]:
    return [
        HofsteeJudgement(*np.clip(np.array([0.4, 0.7, 0.1, 0.5]) + draws.normal(0, 0.04, 4), 0, 1))
        for _ in range(judges)
    ]


def test_hofstee_meets_the_line_where_a_search_finds_it() -> None:
    items, draws = some_items(30), np.random.default_rng(6)
    abilities, judgements = draws.normal(0, 1, 3000), panel(draws, 8)
    found = hofstee(items, judgements, abilities)
    low, high, few, many = (float(np.mean([getattr(one, name) for one in judgements])) for name in
                            ("lowest_cut", "highest_cut", "lowest_failing", "highest_failing"))  # fmt: skip
    lattice = np.linspace(-2, 2, 8001)
    share = np.array([chances(items, theta).mean() for theta in lattice])
    line = many + (few - many) * (share - low) / (high - low)
    failing = np.searchsorted(np.sort(abilities), lattice) / 3000
    assert found.theta == pytest.approx(lattice[np.argmax(failing >= line)], abs=2e-3)
    assert 1 - share_passing(found.theta, abilities) == pytest.approx(np.interp(found.theta, lattice, line), abs=2e-3)
    assert found.method == "hofstee"


def test_the_jackknife_says_how_far_panels_differ() -> None:
    items, draws = some_items(30), np.random.default_rng(7)
    abilities = draws.normal(0, 1, 3000)
    found = [hofstee(items, panel(draws, 8), abilities) for _ in range(30)]
    assert math.sqrt(np.mean([one.standard_error**2 for one in found])) == pytest.approx(
        np.std([one.theta for one in found]), rel=0.4
    )


def test_hofstee_has_no_answer_where_nothing_meets() -> None:
    items, judgements = some_items(30), panel(np.random.default_rng(6), 4)
    assert hofstee(items, judgements, np.full(50, 4.0)) is None
    assert hofstee(items, judgements, np.full(50, -4.0)) is None
    with pytest.raises(CalibrationError, match=r"judge 2: cuts 0\.7 to 0\.4"):
        hofstee(items, [judgements[0], HofsteeJudgement(0.7, 0.4, 0.1, 0.5)], [0.0])


def test_the_impact_of_a_cut() -> None:
    assert share_passing(0.5, [0.0, 0.5, 1.0, 2.0]) == 0.75
    draws = np.random.default_rng(8)
    truth = draws.normal(0.3, 0.8, 20000)
    expected = share_passing(0.5, np.full(20000, 0.3), standard_errors=np.full(20000, 0.8))
    assert expected == pytest.approx(np.mean(truth >= 0.5), abs=0.01)
    with pytest.raises(CalibrationError, match="2 abilities and 1 standard errors"):
        share_passing(0.5, [0.0, 1.0], standard_errors=[0.1])


def test_points_and_abilities_are_inverse() -> None:
    pool = pool_of_items(some_items(15))
    for theta in (-2.0, 0.0, 1.7):
        points = float(pool.expected_scores([theta]).sum())
        assert ability_at_score(pool, points) == pytest.approx(theta, abs=1e-9)


def test_another_sample_of_items_moves_the_cut_as_much_as_claimed() -> None:
    bank, draws = some_items(60), np.random.default_rng(7)
    # What the panel says of each item of the bank: the curve at 0.3 and a view of its own on the item.
    views = np.clip(chances(bank, 0.3) + draws.normal(0, 0.12, len(bank)), 0.02, 0.98)
    cuts, claimed = [], []
    for _ in range(150):
        chosen = draws.choice(len(bank), 20, replace=False)
        items = [bank[place] for place in chosen]
        said = {items[k].item_id: float(views[place]) for k, place in enumerate(chosen)}
        found = angoff(items, {"a": said, "b": said})
        cuts.append(found.cut.theta)
        claimed.append(item_sampling_error(items, found, items_in_bank=len(bank)))
    assert math.sqrt(np.mean(np.square(claimed))) == pytest.approx(np.std(cuts), rel=0.15)


def test_without_a_sample_there_is_no_error_of_sampling() -> None:
    items = some_items(6)
    half = {one.item_id: 0.5 for one in items}
    found = angoff(pool_of_items(items), {"a": half, "b": half})
    assert item_sampling_error(pool_of_items(items), found, items_in_bank=6) == 0
    assert item_sampling_error(items, found, items_in_bank=12) > 0
    with pytest.raises(CalibrationError, match="6 items judged of 5"):
        item_sampling_error(items, found, items_in_bank=5)


def test_each_bookmark_names_the_ability_of_the_page_before_it() -> None:
    booklet = ordered_booklet(some_items(5))
    assert mark_abilities(booklet, {"a": 2, "b": 6}) == {"a": booklet[0].theta, "b": booklet[4].theta}
    with pytest.raises(CalibrationError, match="2 to 6 are expected"):
        mark_abilities(booklet, {"a": 7})


def test_the_gap_between_pages_is_an_error_that_more_judges_do_not_remove() -> None:
    booklet = [BookletPage(f"i{k}", 1, theta) for k, theta in enumerate((-1.0, -0.4, -0.4, 0.2, 1.1))]
    for marks, gap in (
        ({"a": 2, "b": 2, "c": 2}, 0.6),
        ({"a": 3, "b": 4}, 0.6),  # the bookmark between two pages at one ability, and the one behind both
        ({"a": 5, "b": 5}, 0.9),
        ({"a": 6, "b": 6}, 0.9),  # beyond the last page the gap below it stands in
        ({"a": 2, "b": 5}, 0.75),
    ):
        assert page_error(booklet, marks) == pytest.approx(gap / math.sqrt(3))
    # A standard anywhere in the gap is missed by so much on the average of squares.
    meant = np.linspace(-1.0, -0.4, 10001)
    assert page_error(booklet, {"a": 2, "b": 2}) == pytest.approx(np.sqrt(np.mean((meant + 1.0) ** 2)), rel=1e-3)
    assert page_error(booklet[1:3], {"a": 2, "b": 2}) == 0
    with pytest.raises(CalibrationError, match="bookmark 1"):
        page_error(booklet, {"a": 1, "b": 2})


def test_other_samples_move_a_bookmark_as_far_as_they_lie_apart() -> None:
    draws = np.random.default_rng(9)
    samples = [[BookletPage("i", 1, float(theta)) for theta in np.sort(draws.normal(size=9))] for _ in range(300)]
    # The fifth of nine normal values.
    assert booklet_sampling_error(samples, {"a": 6, "b": 6}) == pytest.approx(1.2533 / 3, rel=0.1)
    assert booklet_sampling_error([samples[0]] * 3, {"a": 6, "b": 12}) == pytest.approx(0, abs=1e-12)


def test_a_judges_severity_counts_items_by_their_points() -> None:
    items = [item("x", 1.0, 0.0), item("y", 1.0, 0.3), graded("z", "grm", 1.0, (-1.0, 0.0, 0.5, 1.0))]
    found = angoff(items, {"a": {"x": 0.9, "y": 0.9, "z": 0.4}, "b": {"x": 0.5, "y": 0.5, "z": 0.6}})
    assert found.points == pytest.approx(3.4)
    # Both ask for 3.4 of 6 points.
    assert [judge.severity for judge in found.judges] == pytest.approx([0, 0], abs=1e-12)
    assert found.points_error == pytest.approx(0, abs=1e-12)


def test_what_single_judges_say_by_chance_is_not_counted_twice() -> None:
    bank, draws, cuts, claimed, shared = some_items(60), np.random.default_rng(10), [], [], []
    for _ in range(150):
        items = [bank[place] for place in draws.choice(len(bank), 15, replace=False)]
        found = angoff(
            items,
            {
                judge: {
                    one.item_id: float(np.clip(chance + draws.normal(0, 0.12), 0, 1))
                    for one, chance in zip(items, chances(items, 0.0), strict=True)
                }
                for judge in "abc"
            },
        )
        assert found.components is not None
        assert found.chance_variance == pytest.approx(found.components.residual / 3)
        error = item_sampling_error(items, found, items_in_bank=len(bank))
        cuts.append(found.cut.theta)
        shared.append(error)
        claimed.append(math.hypot(found.cut.standard_error, error))
    # All that moves these cuts is the judges' chance: the items' curves are what they judge by.
    assert math.sqrt(np.mean(np.square(claimed))) == pytest.approx(np.std(cuts), rel=0.2)
    assert np.median(shared) < 0.5 * np.std(cuts)
