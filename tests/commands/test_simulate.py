"""``samat simulate``: what it prints, and that neither processes nor a terminal change it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.commands.test_commands import refused, samat


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    draws = np.random.default_rng(3)
    lines = ["item,model,a,b,se_a,se_b"]
    lines += [f"i{place:02d},2pl,{draws.uniform(0.8, 1.6):.3f},{draws.normal():.3f},0.2,0.3" for place in range(40)]
    path = tmp_path / "parameters.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def figures(parameters: Path, *options: object) -> dict[str, object]:
    run = samat("simulate", "--parameters", parameters, "--seed", 4, "--json", *options)
    assert (run.returncode, run.stderr) == (0, "")
    document = json.loads(run.stdout)
    del document["seconds"]
    return document


def test_the_result_does_not_depend_on_the_number_of_processes(parameters: Path) -> None:
    alone = figures(parameters, "--examinees", 5001, "--stop", "length", "--processes", 1)
    assert alone == figures(parameters, "--examinees", 5001, "--stop", "length", "--processes", 2)
    # Without a cut score nothing is said about decisions.
    assert not {"claims", "decision_accuracy", "undecided"} & alone.keys()
    assert "accuracy" not in alone["conditional"][0]
    assert alone["usage"]["over_limit"] == []


def test_exposure_and_true_parameters_are_options(parameters: Path) -> None:
    options = ("--examinees", 200, "--max-exposure", 0.9)
    day = figures(parameters, *options, "--at-once", 200)
    assert day["max_exposure"] == 1
    assert set(day["usage"]["over_limit"]) == {item for item, rate in day["exposure"].items() if rate > 0.9}
    assert figures(parameters, *options)["max_exposure"] < 0.95
    known = figures(parameters, "--examinees", 200)
    assert figures(parameters, "--examinees", 200, "--parameter-error")["bias"] != known["bias"]


@pytest.mark.parametrize("rule", ["se", "information", "length", "confidence", "sprt", "glr", "interval"])
def test_every_rule_may_be_asked_for(parameters: Path, tmp_path: Path, rule: str) -> None:
    blueprint = tmp_path / "blueprint.toml"
    blueprint.write_text("length = { min = 5, max = 12 }\n[stop]\ncut = 0.0\n")
    found = figures(parameters, "--blueprint", blueprint, "--examinees", 40, "--stop", rule)
    assert sum(found["finish_reasons"].values()) == 40
    assert len(found["claims"]) == 10


def test_people_see_the_figures_with_their_errors(parameters: Path) -> None:
    run = samat("simulate", "--parameters", parameters, "--examinees", 30, "--seed", 1)
    assert (run.returncode, run.stderr) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in run.stdout.splitlines())
    assert "(standard error 0." in lines["rmse"]
    assert lines["finish_reasons"] == "maximum_length 30"


def test_a_limit_on_exposure_that_no_control_keeps_is_named(parameters: Path) -> None:
    wanted = ("simulate", "--parameters", parameters, "--examinees", 40, "--seed", 1, "--stop", "length")
    said = samat(*wanted, "--max-exposure", 0.01).stdout
    assert "warning" in said
    assert "the exposure limit 0.01 is out of reach: at least" in said
    assert "warning" not in samat(*wanted, "--max-exposure", 1).stdout
    assert "warning" not in samat(*wanted).stdout
    assert figures(parameters, "--examinees", 40, "--max-exposure", 0.01)["usage"]["limit_out_of_reach"] is True


def test_impossible_wishes_are_refused(parameters: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("item,model,a,b\nx,2pl,1,0\n")
    wanted = ("--examinees", 3, "--seed", 1)
    assert "standard errors" in refused(samat("simulate", "--parameters", plain, *wanted, "--parameter-error"))
    assert "processes" in refused(samat("simulate", "--parameters", parameters, *wanted, "--processes", 0))
    assert "'guess'" in refused(samat("simulate", "--parameters", parameters, *wanted, "--stop", "guess"))
