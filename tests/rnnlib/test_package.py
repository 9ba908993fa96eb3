"""What the package promises as a whole: examples that run, and an import that needs NumPy alone."""

import ast
import doctest
import importlib
import importlib.metadata
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rnnlib

MODULES = ["rnnlib"] + [
    module.name
    for module in pkgutil.walk_packages(rnnlib.__path__, "rnnlib.")
    if not module.name.startswith("rnnlib.figures")
]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name):
    module = importlib.import_module(name)
    failures, _ = doctest.testmod(module, extraglobs={"np": np}, raise_on_error=False)
    assert failures == 0


@pytest.mark.parametrize(
    "name", [name for name, _ in inspect.getmembers(rnnlib, inspect.isfunction) if not name.startswith("_")]
)
def test_public_functions_show_an_example(name):
    assert ">>>" in getattr(rnnlib, name).__doc__


def test_import_needs_numpy_alone():
    code = "import sys, rnnlib; print(*{name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True).stdout
    assert {name for name in loaded.split() if not name.startswith(("_", "sitecustomize"))} == {"numpy", "rnnlib"}


def lines_of_code(path):
    """Count the lines of a module that are neither blank, nor a comment, nor part of a docstring."""
    source = path.read_text(encoding="utf-8")
    strings = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    strings = [node for node in strings if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)]
    documented = {line for node in strings for line in range(node.lineno, node.end_lineno + 1)}
    lines = enumerate(map(str.strip, source.splitlines()), 1)
    return sum(bool(line) and not line.startswith("#") and number not in documented for number, line in lines)


def test_the_library_is_shorter_than_2750_lines():
    root = Path(rnnlib.__file__).parent
    counts = {path: lines_of_code(path) for path in root.rglob("*.py") if "figures" not in path.parts}
    assert 1000 < sum(counts.values()) < 2750


def test_the_torch_bridge_loads_on_first_use():
    code = "import sys, rnnlib; print('torch' in sys.modules, rnnlib.torch_bridge.__name__, 'torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.split() == ["False", "rnnlib.torch_bridge", "True"]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'rnnlib' has no attribute 'unrol'"):
        _ = rnnlib.unrol


def test_the_version_is_that_of_the_distribution():
    assert rnnlib.__version__ == importlib.metadata.version("training-recurrent-networks")


def test_all_that_modules_offer_is_found_at_the_top():
    """Classes and functions with an example, and what is offered by name: each is the module's own."""
    shown = {
        name: getattr(module, name)
        for module in (importlib.import_module(name) for name in MODULES if name.count(".") == 1)
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and ">>>" in (thing.__doc__ or "")
    }
    plumbing = {"accumulate", "at", "join", "leaves", "map_leaves", "steps_of"}
    plumbing |= {"norm", "rescaled", "split_norm", "times_ratio", "unit_and_log"}
    assert set(shown) - plumbing <= set(dir(rnnlib))
    for name in dir(rnnlib):
        thing = getattr(rnnlib, name)
        assert name[0] == "_" or name == "State" or inspect.ismodule(thing) or thing.__module__.startswith("rnnlib.")


@pytest.mark.parametrize(
    ("wrong", "meant"), [("LinearReadot", "LinearReadout"), ("PlainCel", "PlainCell"), ("optimizers", "optimisers")]
)
def test_a_name_misspelt_is_answered_with_the_one_that_is_near(wrong, meant):
    with pytest.raises(AttributeError, match=f"module 'rnnlib' has no attribute '{wrong}'; did you mean '{meant}'"):
        getattr(rnnlib, wrong)


def test_nothing_is_loaded_before_it_is_asked_for():
    code = "import sys, rnnlib; before = 'rnnlib.training' in sys.modules; rnnlib.fit, rnnlib.LinearReadout;"
    code += "print(before, 'rnnlib.training' in sys.modules, 'rnnlib.data' in sys.modules, 'torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.split() == ["False", "True", "False", "False"]
