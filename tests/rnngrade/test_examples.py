import doctest
import sys

import pytest

import rnngrade.questions


@pytest.mark.parametrize("module", ["rnngrade.check", rnngrade.questions.__name__])
def test_the_examples_in_docstrings_run(module):
    results = doctest.testmod(sys.modules[module], optionflags=doctest.ELLIPSIS)
    assert results.failed == 0
    assert results.attempted > 0
