"""An institution with recorded answers, as the tests of calibration runs have it."""

from tests.itembank.calibration_runs.conftest import measured, measured_file

__all__ = ["measured", "measured_file"]
