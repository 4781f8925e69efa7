"""The table [stop] of BLUEPRINT.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.stop_rules.stop_settings import StopSettings
from itembank.errors import UnreadableFile
from itembank.exchange.blueprint_files import DesignFile, read_design


def _read(tmp_path: Path, toml: str, *, stop_rule: str | None = None) -> DesignFile:
    path = tmp_path / "blueprint.toml"
    path.write_text(toml, encoding="utf-8")
    return read_design(path, pool_size=40, stop_rule=stop_rule)


def test_a_list_of_rules_stops_at_any_of_them_unless_all_are_asked_for(tmp_path: Path) -> None:
    toml = '[stop]\nrule = ["confidence", "se", "time"]\ncut = 0.2\nse = 0.35\nminutes = 45\n'
    design = _read(tmp_path, toml).design
    assert design.stop_rules == ("confidence", "se", "time")
    assert design.stopping == StopSettings(
        further_rules=("se", "time"), target_standard_error=0.35, time_limit_seconds=2700
    )
    assert _read(tmp_path, toml + 'combine = "all"\n').design.stopping.combination == "all"


@pytest.mark.parametrize("combination", ["any", "all"])
def test_rules_may_stand_under_the_word_that_combines_them(tmp_path: Path, combination: str) -> None:
    design = _read(tmp_path, f'[stop]\nrule = {{ {combination} = ["se", "information"] }}\n').design
    assert design.stop_rules == ("se", "information")
    assert design.stopping.combination == combination


def test_every_setting_reaches_the_design(tmp_path: Path) -> None:
    file = _read(
        tmp_path,
        '[stop]\nrule = "sprt"\ncut = -0.3\ncut_se = 0.1\nconfidence = 0.9\nloss_false_positive = 4\n'
        "loss_false_negative = 2\nse = 0.4\ninformation = 0.2\ndelta = 0.3\nalpha = 0.1\nbeta = 0.2\ninterval = 0.8\n"
        "[exposure]\nmax = 0.4\nbins = 3\n",
    )
    assert file.has_cut
    assert (file.design.cut_score, file.design.cut_standard_error, file.design.confidence) == (-0.3, 0.1, 0.9)
    assert (file.design.maximum_exposure, file.design.exposure_bins) == (0.4, 3)
    assert file.design.stopping == StopSettings(
        loss_false_positive=4,
        loss_false_negative=2,
        target_standard_error=0.4,
        minimum_information=0.2,
        sprt_half_width=0.3,
        glr_half_width=0.3,
        false_positive_rate=0.1,
        false_negative_rate=0.2,
        interval_level=0.8,
    )


def test_defaults_stay_and_an_option_goes_before_the_file(tmp_path: Path) -> None:
    assert _read(tmp_path, "[stop]\ncut = 0.0\n").design.stop_rules == ("confidence",)
    assert _read(tmp_path, "").design.stop_rules == ("length",)
    assert _read(tmp_path, '[stop]\nrule = ["glr", "se"]\ncut = 0\n', stop_rule="se").design.stop_rules == ("se",)


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ('rule = ["se", "maybe"]', "stop.rule, one or a list of confidence, se, .*'maybe'"),
        ("rule = []", "stop.rule, one or a list of confidence"),
        ("rule = 3", "stop.rule, one or a list of confidence"),
        ('rule = { some = ["se"] }', 'stop.combine, "any" or "all", not \'some\''),
        ('rule = "se"\ncombine = "both"', 'stop.combine, "any" or "all", not \'both\''),
        ('rule = ["se", "glr"]', "stop.cut, a number, which the glr rule decides about"),
        ('rule = "interval"', "stop.cut, a number, which the interval rule decides about"),
        ('rule = "time"', "stop.minutes, a number, with the rule time and only with it"),
        ('rule = "se"\nminutes = 5', "stop.minutes, a number, with the rule time and only with it"),
        ('rule = "time"\nminutes = "an hour"', r"stop.minutes \(in seconds\) must be a number"),
        ('rule = "se"\nse = "small"', "stop.se must be a number, not 'small'"),
        ('rule = "se"\nse = 0.001', r"stop.se must be finite and at least 0\.02, not 0\.001"),
        ('rule = ["se", "se"]', "stop.rule must be all different"),
        ('rule = "se"\nsee = 1', "stop: a table of alpha, beta, combine"),
    ],
)
def test_a_bad_table_names_the_field(tmp_path: Path, toml: str, expected: str) -> None:
    with pytest.raises(UnreadableFile, match=expected):
        _read(tmp_path, f"[stop]\n{toml}\n")
