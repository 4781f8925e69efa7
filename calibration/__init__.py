"""Calibration of items from responses: pure functions over arrays."""
