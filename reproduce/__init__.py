"""The trained results that the chapters quote, run again: ``python -m reproduce [names] [--seeds N] [--quick]``.

``experiments`` says what is trained, a module a chapter, ``runs`` trains one network and keeps what came of it,
``merging`` gathers the runs in the data files that chapters read. Encoder-decoders are no cell with a readout:
``encoder_decoder`` has them, ``bottleneck`` their runs.
"""

import os

# Read by the BLAS when NumPy loads it, so before anything here imports NumPy.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)
