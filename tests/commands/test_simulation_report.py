"""``samat simulate --report``: one page that stands alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.test_commands import refused, samat


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    path = tmp_path / "items.csv"
    lines = [f"i{n},2pl,1.1,{(n - 10) / 5:.2f},0.2,0.3" for n in range(20)]
    path.write_text("item,model,a,b,se_a,se_b\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def simulate(parameters: Path, *options: object) -> dict[str, object]:
    done = samat("simulate", "--parameters", parameters, "--examinees", 60, "--seed", 2, "--json", *options)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_page_has_the_figures_of_the_run(parameters: Path, tmp_path: Path) -> None:
    blueprint = tmp_path / "blueprint.toml"
    blueprint.write_text("length = { min = 4, max = 8 }\n[stop]\ncut = 0.25\n", encoding="utf-8")
    report = tmp_path / "report.html"
    figures = simulate(
        parameters, "--blueprint", blueprint, "--max-exposure", 0.6, "--parameter-error", "--report", report
    )
    page = report.read_text(encoding="utf-8")
    assert f"{figures['rmse']:.3f}" in page
    assert page.count("<figure>") == 5
    assert "60.0%" in page
    assert "differ from the bank" in page
    assert "items.csv" in page
    assert "0.25" in page
    for forbidden in ("<script", "http://", "https://", "src=", "<link"):
        assert forbidden not in page


def test_without_a_cut_it_says_nothing_about_decisions_and_it_speaks_thai(parameters: Path, tmp_path: Path) -> None:
    report = tmp_path / "รายงาน.html"
    simulate(parameters, "--true-parameters", parameters, "--report", report, "--report-language", "th")
    page = report.read_text(encoding="utf-8")
    assert '<html lang="th">' in page
    assert page.count("<figure>") == 3
    assert "จากแฟ้มที่ระบุ" in page
    assert "คะแนนตัด" not in page


def test_a_folder_that_is_not_there_is_told_before_any_work(parameters: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere" / "report.html", tmp_path):
        done = samat("simulate", "--parameters", parameters, "--examinees", 60, "--seed", 2, "--report", place)
        assert "--report" in refused(done)
