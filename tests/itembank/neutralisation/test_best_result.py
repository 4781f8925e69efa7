"""Items left out for those who gain: weighed together, whatever their order, against every choice there is."""

from __future__ import annotations

from itertools import chain, combinations, permutations
from random import Random
from uuid import UUID

import pytest

from engine.outcomes.verdicts import SittingOutcome, outcomes
from engine.outcomes.without_items import state_of_answers
from itembank.delivery.records import load_record
from itembank.neutralisation.best_result import MOST_TRIED, best_choice, choices_among
from itembank.neutralisation.recomputation import Weighing, recompute
from itembank.neutralisation.rules import Rule, compare_for_candidate
from itembank.tables import RecordedAnswer
from tests.itembank.neutralisation.conftest import Ward
from tests.itembank.neutralisation.test_rules import _result

_VERDICTS = ("not_yet_competent", "not_enough_evidence", "competent", "failed_short")


def _every(items: list[str]) -> list[frozenset[str]]:
    return [frozenset(some) for some in chain.from_iterable(combinations(items, n) for n in range(len(items) + 1))]


def test_two_items_are_left_out_where_neither_alone_changes_a_verdict() -> None:
    results = dict.fromkeys(_every(["A", "B"]), _result("not_enough_evidence"))
    results[frozenset("AB")] = _result("competent")
    assert best_choice(["A", "B"], results.__getitem__) == {"A", "B"}
    results[frozenset("AB")] = _result("failed_short")
    assert best_choice(["A", "B"], results.__getitem__) == frozenset()


def test_no_choice_is_better_and_none_as_good_leaves_out_less() -> None:
    random, items = Random(20), ["A", "B", "C", "D"]
    moved = 0
    for _ in range(200):
        results = {
            some: _result(random.choice(_VERDICTS[:3]), *random.choices(_VERDICTS, k=2)) for some in _every(items)
        }
        found = best_choice(items, results.__getitem__)
        moved += bool(found)
        better = {some: result for some, result in results.items() if _beats(result, results[frozenset()])}
        assert not any(_beats(result, results[found]) for result in better.values())
        assert found in better or not better
        rivals = [some for some in better if not any(_beats(other, better[some]) for other in better.values())]
        assert all((len(found), sorted(found)) <= (len(some), sorted(some)) for some in rivals)
        assert {best_choice(order, results.__getitem__) for order in permutations(items)} == {found}
    assert moved > 50


def _beats(one: SittingOutcome, other: SittingOutcome) -> bool:
    return compare_for_candidate(one, other) > 0


@pytest.mark.parametrize(("items", "tried"), [(0, 1), (MOST_TRIED, 2**MOST_TRIED), (MOST_TRIED + 1, MOST_TRIED + 3)])
def test_among_many_items_all_together_and_each_alone_are_tried(items: int, tried: int) -> None:
    names = [f"I{place}" for place in range(items)]
    found = list(choices_among(names))
    assert len(found) == len(set(found)) == tried
    assert {frozenset(), frozenset(names)} <= set(found)


def test_sittings_are_told_the_best_of_all_choices_in_every_order(ward: Ward) -> None:
    sittings = sorted({answer.sitting_id for answer in ward.all(RecordedAnswer)})
    together = 0
    with ward.database.reading() as session:
        for sitting_id in sittings:
            loaded = load_record(session, sitting_id)
            answers = [(answer.item_version_id, answer.score) for answer in loaded.answers]
            wrong = [version for version, score in answers if not score][:4]
            weighings = [Weighing(UUID(int=place), version, Rule.BETTER_ONLY) for place, version in enumerate(wrong)]
            told = set()
            for order in (weighings, weighings[::-1], weighings[2:] + weighings[:2]):
                found = recompute(loaded.prepared, loaded.unit_pool, answers, order)
                told.add(frozenset(one.item_version_id for one, out in zip(order, found.adopted, strict=True) if out))
            (left_out,) = told
            together += len(left_out) > 1
            names = {
                version: loaded.unit_pool.item_ids[loaded.unit_pool.index_of_version[version]] for version in wrong
            }
            best = found.told.outcome
            for some in chain.from_iterable(combinations(wrong, n) for n in range(len(wrong) + 1)):
                out = frozenset(names[version] for version in some)
                other = outcomes(loaded.prepared, state_of_answers(loaded.prepared, loaded.responses, left_out=out))
                assert not _beats(other, best)
                if not some:
                    assert bool(left_out) == _beats(best, other)
    assert together
