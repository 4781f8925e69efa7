"""Calibration of items from responses: pure functions over arrays."""

from calibration.calibration_result import CalibratedItem, CalibrationResult
from calibration.errors import CalibrationError
from calibration.marginal_likelihood import calibrate
from calibration.priors import Priors, difficulty_prior
from calibration.responses import ResponseData

__all__ = [
    "CalibratedItem",
    "CalibrationError",
    "CalibrationResult",
    "Priors",
    "ResponseData",
    "calibrate",
    "difficulty_prior",
]
