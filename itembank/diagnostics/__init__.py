"""What a calibration run tells beyond parameters: fit, dependence, drift, times, and sittings that surprise."""
