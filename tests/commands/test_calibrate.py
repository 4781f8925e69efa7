"""``samat calibrate``: fixed items, and every exclusion by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from calibration import calibrate
from itembank.exchange.parameter_files import ParameterRow, read_parameters, write_parameters
from tests.calibration.simulated import Simulated, item_name, simulate
from tests.commands.test_commands import refused, samat


def write_answers(path: Path, simulated: Simulated) -> None:
    data = simulated.data
    lines = ["person,item,score"]
    lines += [
        f"{data.person_ids[person]},{data.item_ids[item]},{score}"
        for person, item, score in zip(data.person, data.item, data.score, strict=True)
    ]
    path.write_text("\n".join(lines))


def test_items_of_a_file_stay_fixed_and_the_others_come_onto_their_scale(tmp_path: Path) -> None:
    simulated = simulate(600, 12, seed=71, ability_mean=0.8)
    answers, parameters, out = tmp_path / "answers.csv", tmp_path / "bank.csv", tmp_path / "out.csv"
    write_answers(answers, simulated)
    rows = [
        ParameterRow(item_name(k), "2pl", float(simulated.discrimination[k]), float(simulated.difficulty[k]))
        for k in range(8)
    ]
    write_parameters(parameters, [*rows, ParameterRow("elsewhere", "3pl", 1.0, 0.0, guessing=0.2)])
    run = samat("calibrate", answers, "--model", "2pl", "--fixed", parameters, "--out", out, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert found["n_fixed"] == 8
    assert found["latent_mean"] == pytest.approx(0.8, abs=0.15)
    assert [item["flag"] for item in found["items"]] == ["fixed"] * 8 + [None] * 4
    written = {row.item_id: row for row in read_parameters(out)}
    for row in rows:
        assert (written[row.item_id].discrimination, written[row.item_id].difficulty) == (
            row.discrimination,
            row.difficulty,
        )
    by_hand = calibrate(simulated.data, fixed={row.item_id: row.calibrated() for row in rows})
    assert by_hand.latent_mean == pytest.approx(found["latent_mean"], abs=0.05)


def test_a_fixed_item_of_another_kind_is_one_clear_line(tmp_path: Path) -> None:
    answers, parameters = tmp_path / "answers.csv", tmp_path / "bank.csv"
    write_answers(answers, simulate(50, 3, seed=72))
    parameters.write_text("item,model,a,b,c,d\nitem-000,4pl,1,0,0.1,0.9\n")
    sentence = refused(samat("calibrate", answers, "--model", "2pl", "--fixed", parameters))
    assert "fixed item 'item-000': model 4pl; one of rasch, 1pl, 2pl, 3pl, grm, gpcm is expected" in sentence
    parameters.write_text("item,model,a,b\nitem-000,2pl,-1,0\n")
    assert "bank.csv, line 2: item 'item-000': a is -1" in refused(
        samat("calibrate", answers, "--model", "2pl", "--fixed", parameters)
    )


def test_what_takes_no_part_is_named_on_the_screen_and_in_json(tmp_path: Path) -> None:
    simulated = simulate(120, 5, seed=73)
    scores = np.full((120, 7), "", dtype=object)
    scores[simulated.data.person, simulated.data.item] = simulated.data.score
    scores[:, 5] = 1  # everybody right
    lines = ["id," + ",".join(f"q{k}" for k in range(7))]
    lines += [f"p{k}," + ",".join(map(str, row)) for k, row in enumerate(scores)]
    lines.append("silent" + "," * 7)
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(lines))
    run = samat("calibrate", path, "--model", "2pl", "--priors", "none")
    assert run.returncode == 0, run.stderr
    assert "left out, one category: item q5" in run.stdout
    assert "left out, no answers: item q6" in run.stdout
    assert "left out, no answers: person silent" in run.stdout
    with_priors = json.loads(samat("calibrate", path, "--model", "2pl", "--json").stdout)
    assert [one["id"] for one in with_priors["excluded"]] == ["q6", "silent"]
    assert next(item for item in with_priors["items"] if item["item"] == "q5")["flag"] == "one_category"


def test_perfect_separation_is_flagged_and_not_called_converged(tmp_path: Path) -> None:
    # Whoever has a harder item right has every easier one right: slopes rise without end.
    scores = np.repeat(np.tri(6, 5, -1, dtype=int), 20, axis=0)
    path = tmp_path / "wide.csv"
    lines = ["id," + ",".join(f"q{k}" for k in range(5))]
    path.write_text("\n".join(lines + [f"p{k}," + ",".join(map(str, row)) for k, row in enumerate(scores)]))
    run = samat("calibrate", path, "--model", "2pl", "--priors", "none", "--json")
    found = json.loads(run.stdout)
    assert (run.returncode, found["converged"]) == (1, False)
    held = [item for item in found["items"] if item["flag"] == "at_bound"]
    assert held
    assert all(item["se_a"] is None and item["se_b"] is None for item in held)


def test_fixed_items_that_nobody_answered_are_no_scale(tmp_path: Path) -> None:
    answers, parameters = tmp_path / "answers.csv", tmp_path / "bank.csv"
    write_answers(answers, simulate(100, 5, seed=72))
    write_parameters(parameters, [ParameterRow("0i1", "2pl", 1.0, 0.0)])
    told = refused(samat("calibrate", answers, "--model", "2pl", "--fixed", parameters))
    assert "bank.csv" in told
    assert "none of 1 was" in told
