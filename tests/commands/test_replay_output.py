"""What ``samat replay`` prints of a sitting that finished units informed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from api.commands import replay
from itembank.delivery.replay import ReplayedPrior, ReplayReport

REPORT = ReplayReport(UUID(int=7), steps=(), finish_reason=None, outcome=None, differences=(), cut_score=0.0)
PRIOR = ReplayedPrior(
    mean=0.52, sd=0.8, population_mean=0.0, population_sd=1.0, units=("DG100", "DT600"),
    sittings=(UUID(int=1), UUID(int=2)), weight=0.625,
)  # fmt: skip


def test_what_informed_the_start_is_printed_first(capsys: pytest.CaptureFixture[str]) -> None:
    replay.print_report(replace(REPORT, prior=PRIOR))
    first, *_rest = capsys.readouterr().out.splitlines()
    assert first == (
        "informed by DG100, DT600 (weight 0.625): the start was +0.520 ±0.800, the population's +0.000 ±1.000"
    )
    replay.print_report(REPORT)
    assert "informed" not in capsys.readouterr().out
