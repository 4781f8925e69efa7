"""Responses: what is taken, what is refused, what is left out by name."""

import numpy as np
import pytest

from calibration import CalibrationError, ResponseData
from calibration.exclusions import Exclusion, usable_responses


def test_answers_are_sorted_by_person_and_item() -> None:
    data = ResponseData.from_triples(["b", "a", "b", "a"], ["y", "y", "x", "x"], [1, 0, 0, 1])
    assert data.person_ids == ("b", "a")
    assert data.item_ids == ("y", "x")
    assert list(data.person) == [0, 0, 1, 1]
    assert list(data.item) == [0, 1, 0, 1]
    assert list(data.score) == [1, 0, 0, 1]
    assert (data.person.dtype, data.item.dtype, data.score.dtype) == (np.int32, np.int32, np.int8)
    assert (data.n_persons, data.n_items, data.n_responses) == (2, 2, 4)


@pytest.mark.parametrize(
    ("triples", "code", "message"),
    [
        ((["a", "b", "a"], ["x", "x", "x"], [1, 1, 0]), "duplicate_response", "person 'a', item 'x': more than one"),
        (([], [], np.array([], dtype=int)), "no_responses", "there are no responses"),
        ((["a"], ["x"], [-1]), "score_out_of_range", "person 'a', item 'x': score -1; a whole number from 0"),
        ((["a"], ["x"], [101]), "score_out_of_range", "score 101"),
        ((["a"], ["x"], [0.5]), "score_not_whole", "whole numbers from 0 are expected"),
        ((["a", "b"], ["x", "x"], [1]), "unequal_columns", "2 persons, 2 items and 1 scores"),
    ],
)
def test_bad_triples_are_refused(triples: tuple[list[str], list[str], list[int]], code: str, message: str) -> None:
    with pytest.raises(CalibrationError, match=message) as refusal:
        ResponseData.from_triples(*triples)
    assert refusal.value.code == code


def test_names_are_listed_once() -> None:
    with pytest.raises(CalibrationError, match="item 'x' is listed twice") as refusal:
        ResponseData.from_indices(["a"], ["x", "y", "x"], [0], [0], [1])
    assert refusal.value.code == "duplicate_item"


def test_what_says_nothing_is_left_out_by_name() -> None:
    data = ResponseData.from_indices(
        ["p1", "p2", "p3", "silent"],
        ["good", "always right", "unasked", "never right"],
        [0, 0, 1, 1, 2, 2],
        [0, 1, 0, 1, 1, 3],
        [1, 1, 0, 1, 1, 0],
    )
    usable, exclusions = usable_responses(data)
    assert usable.person_ids == ("p1", "p2")
    assert usable.item_ids == ("good",)
    assert list(usable.score) == [1, 0]
    assert exclusions == (
        Exclusion("item", "always right", "one_category"),
        Exclusion("item", "unasked", "no_answers"),
        Exclusion("item", "never right", "one_category"),
        Exclusion("person", "p3", "no_answers_left"),
        Exclusion("person", "silent", "no_answers"),
    )


def test_items_with_known_parameters_are_kept() -> None:
    data = ResponseData.from_triples(["a", "a", "b", "b"], ["x", "y", "x", "y"], [1, 1, 1, 0])
    usable, exclusions = usable_responses(data, keep={"x"})
    assert usable.item_ids == ("x", "y")
    assert exclusions == ()
    assert usable_responses(data)[0].item_ids == ("y",)


def test_nothing_left_is_refused() -> None:
    data = ResponseData.from_triples(["a", "b"], ["x", "x"], [1, 1])
    with pytest.raises(CalibrationError, match="no item has both right and wrong answers") as refusal:
        usable_responses(data)
    assert refusal.value.code == "nothing_to_calibrate"


def test_a_selection_lists_only_what_still_has_an_answer() -> None:
    data = ResponseData.from_indices(list("abcd"), list("wxyz"), [0, 0, 2, 3], [1, 3, 1, 2], [1, 0, 1, 0])
    kept = data.select(np.array([True, False, True, True]))
    assert (kept.person_ids, kept.item_ids) == (("a", "c", "d"), ("x", "y"))
    assert [kept.person.tolist(), kept.item.tolist(), kept.score.tolist()] == [[0, 1, 2], [0, 0, 1], [1, 1, 0]]
    assert kept.person.dtype == kept.item.dtype == np.int32
    everything = data.select(np.ones(4, dtype=bool))
    assert (everything.person_ids, everything.item_ids) == (("a", "c", "d"), ("x", "y", "z"))
    assert everything.select(np.ones(4, dtype=bool)) is everything


def test_millions_of_answers_in_order_are_not_copied() -> None:
    person, item = np.divmod(np.arange(12, dtype=np.int32), np.int32(3))
    score = np.ones(12, dtype=np.int8)
    data = ResponseData.from_indices(list("abcd"), list("xyz"), person, item, score)
    assert all(np.shares_memory(*pair) for pair in ((data.person, person), (data.item, item), (data.score, score)))
    backwards = ResponseData.from_indices(list("abcd"), list("xyz"), person[::-1], item[::-1], score)
    assert backwards.item.tolist() == item.tolist()
    with pytest.raises(CalibrationError, match="person 'b', item 'x': more than one response"):
        ResponseData.from_indices(list("abcd"), list("xyz"), [0, 1, 1], [0, 0, 0], [1, 1, 1])
