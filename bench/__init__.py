"""Timings of rnnlib, as ratios measured in one run on one thread: ``python -m bench``, or ``python -m bench lstm gru``.

``cells`` says what is timed and what is hoped for, ``opponents`` and ``products`` what it is timed against, ``memory``
what a tape holds; ``timing`` lets competitors take turns. ``python -m bench.judge`` times the judge beside the
``engines`` that people use.
"""

import os
import sys
from pathlib import Path

# Read by the BLAS when NumPy loads it, so before anything here imports NumPy.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

# The tests' torch step of each cell is what rnnlib is timed against.
sys.path.append(str(Path(__file__).parent.parent / "tests" / "rnnlib"))
