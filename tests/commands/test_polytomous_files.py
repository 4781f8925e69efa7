"""Calibrating and scoring items with more than two scores, and guessed ones, from files alone."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.calibration.test_category_models import answers, some_parameters
from tests.commands.test_commands import refused, samat


@pytest.mark.parametrize("model", ["3pl", "grm", "gpcm"])
def test_what_is_calibrated_can_score(model: str, tmp_path: Path) -> None:
    data = answers(model, some_parameters(model, 8, 1), 500, 2)
    responses, parameters, scores = (tmp_path / f"{name}.csv" for name in ("responses", "parameters", "scores"))
    lines = [
        f"{data.person_ids[person]},{data.item_ids[item]},{score}"
        for person, item, score in zip(data.person, data.item, data.score, strict=True)
    ]
    responses.write_text("\n".join(["person,item,score", *lines]))
    run = samat("calibrate", responses, "--model", model, "--out", parameters, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    first = json.loads(run.stdout)["items"][0]
    names = {"a", "se_a"} | ({"c", "se_c"} if model == "3pl" else {"b1", "b3", "se_b1", "se_b3"})
    assert all(isinstance(first[name], float) for name in names)
    with parameters.open() as file:
        row = next(csv.DictReader(file))
    assert all(float(row[name]) == pytest.approx(first[name]) for name in names)
    assert samat("score", responses, "--parameters", parameters, "--method", "eap", "--out", scores).returncode == 0
    with scores.open() as file:
        thetas = np.array([float(line["theta"]) for line in csv.DictReader(file)])
    totals = np.bincount(data.person, weights=data.score)
    assert np.corrcoef(thetas, totals)[0, 1] > 0.9
    assert refused(samat("calibrate", responses, "--model", "2pl")) if model != "3pl" else True
