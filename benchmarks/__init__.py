"""Benchmarks: what Samat's work costs, measured beside its peers in the same run."""
