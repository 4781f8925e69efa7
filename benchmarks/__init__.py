"""Benchmarks: what Samat's work costs, measured beside its peers in the same run."""

import os

# As the command does: one BLAS thread, before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
