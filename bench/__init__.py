"""Timings of rnnlib, as ratios measured in one run on one thread: ``python -m bench``."""

import os

# Read by the BLAS when NumPy loads it, so before anything here imports NumPy.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)
