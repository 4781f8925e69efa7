"""What is named and counted: errors are no drift, counts are of everything, and what is left out or cut is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itembank.calibration_runs.base_scale import link_to_base
from itembank.diagnostics import dependence, surprising_sittings
from itembank.diagnostics.difficulty_drift import difficulty_drift
from itembank.diagnostics.record import document_of, read_diagnostics
from tests.itembank.diagnostics.planted import Planted, item, version


def test_errors_of_the_base_bank_are_no_drift() -> None:
    planted = Planted(400, 40, 6, seed=13)
    # Half the bank rests on some eighty answers an item, half on many.
    errors = np.where(np.arange(40) % 2, 0.45, 0.05)
    noise = planted.draws.normal(0, errors)
    base = {
        name: replace(known, difficulty=known.difficulty + float(noise[place]), se_difficulty=float(errors[place]))
        for place, (name, known) in enumerate(planted.base(X4=1.2).items())
    }
    found = difficulty_drift(replace(planted.evidence(), base={str(name): known for name, known in base.items()}))
    drift = found.run["drift"]
    assert (drift.anchors, drift.purged) == (len(found.items), ("X-04",))
    sizes = [(abs(one["displacement"]), abs(one["robust_z"])) for one in found.items.values()]
    assert sum(displacement > 0.5 and robust_z > 1.645 for displacement, robust_z in sizes) > 3


def test_a_link_is_purged_of_what_drifted_and_not_of_errors() -> None:
    planted = Planted(60, 30, 6, seed=14)
    errors = np.where(np.arange(30) % 3, 0.45, 0.05)
    noise = planted.draws.normal(0, errors)
    base = {
        str(name): replace(known, difficulty=known.difficulty + float(noise[place]), se_difficulty=float(errors[place]))
        for place, (name, known) in enumerate(planted.base(X3=1.5).items())
    }
    assert [one.item_id for one in link_to_base(planted.result(), base).purged] == [version(3)]


def test_an_item_that_everybody_on_the_form_got_right_is_left_out_of_the_models_fit() -> None:
    planted = Planted(300, 8, 8, seed=15)
    planted.score[planted.rows(6)] = 1
    found = planted.diagnosed()
    assert found.model_fit is not None
    assert (found.model_fit.n_items, found.model_fit.left_out) == (7, ("X-06",))
    assert found.model_fit.srmr is not None
    read = read_diagnostics({"diagnostics": document_of(found)})
    assert read is not None
    assert read.model_fit is not None
    assert read.model_fit.left_out == ("X-06",)
    # Records of before know of nothing that was left out, and may have no figure.
    old = document_of(found)
    del old["model_fit"]["left_out"]
    old["model_fit"]["srmr"] = None
    before = read_diagnostics({"diagnostics": old})
    assert before is not None
    assert before.model_fit is not None
    assert (before.model_fit.left_out, before.model_fit.srmr) == ((), None)


def test_summed_scores_need_a_hundred_sittings() -> None:
    found = Planted(99, 6, 6, seed=16).diagnosed()
    refused = found.refusal("summed_scores")
    assert refused is not None
    assert (refused.code, refused.detail) == (
        "too_few_sittings",
        "99 sittings answered the same items; S-X² needs 100",
    )
    assert found.model_fit is not None
    assert item(found, 0).s_x2 is None
    assert Planted(100, 6, 6, seed=16).diagnosed().refusal("summed_scores") is None


def test_sittings_that_surprise_are_kept_beyond_the_fiftieth(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Planted(400, 14, 14, seed=17)
    planted.adaptive[:] = False
    planted.unselected[:] = True
    hard = planted.place > np.median(planted.place)
    odd = planted.person < 80
    planted.score[odd] = hard[planted.item[odd]]  # right on the hard half alone
    persons = planted.diagnosed().persons
    assert persons is not None
    assert persons.flagged == len(persons.sittings) > 70
    monkeypatch.setattr(surprising_sittings, "KEPT_SITTINGS", 3)
    cut = planted.diagnosed().persons
    assert cut == replace(persons, sittings=persons.sittings[:3])


def test_flagged_pairs_are_kept_beyond_the_fiftieth(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Planted(300, 24, 24, seed=18)
    table = planted.score.reshape(300, 24)
    for start in (0, 12):  # two blocks of twelve: 66 pairs each
        table[:, start : start + 12] = np.where(planted.draws.random((300, 12)) < 0.8, table[:, [start]], 0)
    found = planted.diagnosed().dependence
    assert found is not None
    assert found.n_flagged == sum(pair.flagged for pair in found.pairs) > 60
    monkeypatch.setattr(dependence, "KEPT_PAIRS", 5)
    assert planted.diagnosed().dependence == replace(found, pairs=found.pairs[:5])
