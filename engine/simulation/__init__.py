"""Whole programmes of simulated sittings, and what they say of an exam."""
