"""Every question is sound: its audit finds nothing, and its numbers do not hang on the BLAS kernel."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from rnngrade.authoring.audit import audit
from rnngrade.course import assignments

CPU = Path("/proc/cpuinfo")
AVX512 = CPU.exists() and "avx512f" in CPU.read_text(encoding="utf8")
COMPARE = """
import sys
from rnngrade import keys
from bench.environment import blas_kernel  # after numpy: importing bench unsets OPENBLAS_CORETYPE
from rnngrade.authoring.products import same_keys
from rnngrade.course import assignments
for assignment in assignments(sys.argv[1]):
    same = same_keys(keys.load(assignment.name), keys.build_assignment(assignment))
    print(assignment.name, "same" if same else "differ")
print(blas_kernel())
"""


def test_a_question_is_sound(question):
    """It agrees with its oracle; every mistake fails and is called by name; the tolerance has room on both sides."""
    assert audit(question) == []


def test_at_least_three_mistakes_and_a_hint(question):
    assert len(question.mistakes) >= 3
    assert len(question.hints) >= 2


def test_there_are_five_questions_a_notebook_and_no_id_twice(exercises):
    found = assignments(exercises)
    assert found
    assert all(len(assignment.questions) >= 5 for assignment in found)
    ids = [id for assignment in found for id in assignment.questions]
    assert len(set(ids)) == len(ids)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the two kernels named are x86-64's")
@pytest.mark.parametrize("kernel", [
    "Sandybridge",
    pytest.param("Haswell", marks=pytest.mark.thorough),
    pytest.param("SkylakeX", marks=[pytest.mark.thorough, pytest.mark.skipif(not AVX512, reason="no AVX-512 here")]),
])  # fmt: skip
def test_blas_kernels_agree_with_the_stored_keys(exercises, kernel):
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "OMP_NUM_THREADS": "1"}
    built = subprocess.run([sys.executable, "-c", COMPARE, str(exercises)], env=environment, cwd=exercises.parent,
                           capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    *compared, used = built.stdout.splitlines()
    if not used.startswith("OpenBLAS"):
        pytest.skip(f"numpy was built with {used}, whose kernels have other names")
    assert used == f"OpenBLAS {kernel}"
    assert compared == [f"{assignment.name} same" for assignment in assignments(exercises)]
