"""The machine faces: the JSON API and the command line."""

import os

# Before NumPy is imported: its many small products are quicker on one thread, and on a busy server threads that fight
# over two cores make a quarter of a second ten.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
