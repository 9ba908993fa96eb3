"""Stand-ins for packages that do not run here, so that tests of other things can be imported.

A test that calls torch is skipped when it does, and one that hypothesis would draw examples for is skipped at once.
"""

import sys
import types

TORCH = ("torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils", "torch.utils.flop_counter")
HYPOTHESIS = ("hypothesis", "hypothesis.strategies")


class Torch(types.ModuleType):
    """Whatever is asked of torch can be named; called, it ends the test."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Torch(name)

    def __call__(self, *args, **kwargs):
        if self.__name__ == "set_num_threads":
            return None
        import pytest

        return pytest.skip(f"torch.{self.__name__} is called", allow_module_level=True)


class Hypothesis(types.ModuleType):
    """Strategies can be built; ``given`` leaves a test that says why it does not run."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Hypothesis(name)

    def __call__(self, *args, **kwargs):
        import pytest

        skipped = pytest.mark.skip(reason="hypothesis does not run here")
        return (lambda test: skipped(lambda: None)) if self.__name__ == "given" else self


def install():
    """Let them be imported."""
    for names, kind in ((TORCH, Torch), (HYPOTHESIS, Hypothesis)):
        sys.modules.update({name: kind(name.rpartition(".")[2]) for name in names})
