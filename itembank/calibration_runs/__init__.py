"""Calibration runs and item statistics: from recorded answers to parameters that a psychometrician publishes."""
