"""What timings depend on: versions, processor, the BLAS kernel in use; and what an import costs."""

import ctypes
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np


def blas_kernel() -> str:
    """Return the kernel that NumPy's bundled OpenBLAS chose for this processor, or what the build says of its BLAS."""
    for library in sorted((Path(np.__file__).parent.parent / "numpy.libs").glob("*openblas*")):
        corename = getattr(ctypes.CDLL(str(library)), "scipy_openblas_get_corename64_", None)
        if corename is not None:
            corename.restype = ctypes.c_char_p
            return f"OpenBLAS {corename().decode()}"
    return np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]


def processor() -> str:
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def import_seconds(module: str, rounds: int = 7) -> float:
    """Median seconds that ``import module`` takes in a fresh interpreter, above an interpreter that imports nothing."""

    def run(code: str) -> float:
        start = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return perf_counter() - start

    pairs = [(run(f"import {module}"), run("pass")) for _ in range(rounds)]
    return statistics.median(full - empty for full, empty in pairs)


def describe() -> dict[str, object]:
    """Return the environment of this run."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "processor": processor(),
        "blas kernel": blas_kernel(),
        "threads": int(os.environ["OMP_NUM_THREADS"]),
        "freed memory": "kept" if "MALLOC_TRIM_THRESHOLD_" in os.environ else "given back to the system",
    }
