"""Every public function refuses what is of a wrong type, at the call, by a ``ValueError`` that names the argument."""

import inspect
import re
from types import GeneratorType

import numpy as np
import pytest
import torch

import rnnlib
from rnnlib.models import Batch, Model

RNG = np.random.default_rng(0)
CELL = rnnlib.PlainCell(2, 3)
LSTM = rnnlib.LSTMCell(2, 3)
MINGRU = rnnlib.MinGRUCell(2, 3)
PARAMS = CELL.init(RNG)
X, DH = np.ones((5, 4, 2)), np.ones((5, 4, 3))
TAPE = rnnlib.unroll(CELL, PARAMS, X)
SCANNED = rnnlib.scan(MINGRU, MINGRU.init(RNG), X)
GRADS = rnnlib.bptt(TAPE, DH)
J = np.ones((5, 4, 3, 3))
TASK = rnnlib.TemporalOrderTask(steps=10)
MODEL = Model.of(TASK, rnnlib.PlainCell(6, 3))
MODEL_PARAMS, BATCH = MODEL.init(RNG), TASK.draw(RNG, 2)
TEXT = rnnlib.text("hello world", 3)
READER = Model.of(TEXT, CELL)
READOUT, EMBEDDING = rnnlib.LinearReadout(3, 2), rnnlib.Embedding(4, 2)
ATTENTION = rnnlib.Attention(3, 2)
ATTENTION_PARAMS = ATTENTION.init(RNG)
IDS, Y = np.zeros((5, 4), int), np.ones((5, 4, 2))
MASKED = np.ma.masked_array(np.ones((5, 4, 2)), np.zeros((5, 4, 2)))

# For each kind of argument, what is none.
WRONG = {
    "array": ([[1.0, 2.0]], "x", 3, MASKED, object(), None, np.ndarray, torch.ones(2)),
    "ids": ([[0]], "ids", 3, np.ones((5, 4)), np.ma.masked_array(IDS, IDS), None),
    "matrices": (
        "J",
        3,
        object(),
        None,
        np.ones(3),
        np.ones((2, 3, 4)),
        [[1.0], [1.0, 2.0]],
        [[1j]],
        np.ma.ones((3, 2, 2)),
    ),
    "size": (2.5, 2.0, "3", [3], None, -1, True, int),
    "number": ("1", [1.0], None, True, np.ones(2), np.nan, 1j),
    "rng": (0, None, np.random, np.random.RandomState(0), np.random.Generator, "rng"),
    "dtype": (int, "float16", "what", 3, np.float16, complex),
    "cell": (rnnlib.PlainCell, "lstm", 3, None, PARAMS),
    "tape": (X, CELL, None, "tape", rnnlib.Tape, GRADS),
    "function": (3, "tanh", X, int, [len]),
    "params": (X, (), None, "params", [X], tuple(PARAMS), rnnlib.PlainParams),
    "tree": ("grads", None, 3, [X], (X, "b"), (MASKED,), rnnlib.PlainParams),
    "string": (3, None, ["a"], b"hello"),
    "choice": ("what", 3, None),
    "batch": (X, None, tuple(BATCH), "batch", Batch),
    "shape": (3, [2, 3], "23", None, (2.5, 3), (-1, 2)),
    "state": (X, (X,), "state", [X]),
    "mask": ([True], np.ones((5, 4)), "mask", 3),
    "task": (rnnlib.AddingTask, "copy", 3, None, BATCH),
    "optimiser": ("adam", rnnlib.Adam, 3, MODEL),
    "model": (Model, CELL, None, "model"),
    "resume": (3, MODEL, ["run"], {}),
    "path": (3, ["run"], True),
    "shares": ("ab", (0.9, "x"), (0.9, 1.5), None),
    "rate": ("fast", None, -1.0, [0.1], rnnlib.Cosine),
    "cells": (CELL, [CELL], (), (rnnlib.PlainCell,), ("lstm",), "ab"),
    "lengths": (3, "ab", [2.5], [-1], [[1]], None),
    "sequences": (X, "ab", [], [[1.0]], [X[:, 0], 3], 3, None),
    "module": (torch.nn.Linear(2, 3), CELL, None, torch.nn.LSTM),
    "pairs": (3, "ab", None, [[1.0]], ["x"], [1j], [np.nan], np.ma.ones(1)),
    "radii": (0.9, (0.9,), ("a", "b"), None, (0.5, 0.4)),
}
DRAWING = {"rng": (RNG, "rng"), "dtype": (np.float64, "dtype")}
LOSSES = {"mask?": (None, "mask")}
RUN = {"cell": (CELL, "cell"), "params": (PARAMS, "params"), "x": (X, "array"), "state?": (None, "state")} | LOSSES
LOCAL = {"local": (lambda h, span: h, "function")}
SIZES = {"inputs": (2, "size"), "units": (4, "size")}
CLIPPED = {"grads": (GRADS.params, "tree"), "theta": (1.0, "number")}
SHAPED = {"rng": (RNG, "rng"), "shape": ((2, 3), "shape"), "dtype": (np.float64, "dtype")}
NUMERICAL = {"loss": (lambda p: p[0].sum(), "function"), "params": ((np.ones(2),), "tree"), "step": (1e-5, "number")}
FIT = {
    "model": (MODEL, "model"),
    "task": (TASK, "task"),
    "rng": (RNG, "rng"),
    "optimiser?": (rnnlib.Adam(), "optimiser"),
    "clip?": (None, "function"),
    "batch": (2, "size"),
    "updates": (1, "size"),
    "solved?": (None, "function"),
    "every": (5, "size"),
    "params?": (MODEL_PARAMS, "params"),
    "resume?": (None, "resume"),
    "dtype": (np.float64, "dtype"),
    "validate?": (None, "function"),
    "save?": (None, "path"),
}

# Each function with arguments that are right, and their kinds; a question mark says that there may be none.
CALLS = {
    "unroll": RUN,
    "scan": RUN | {"cell": (MINGRU, "cell"), "params": (MINGRU.init(RNG), "params")},
    "truncated_bptt": RUN | LOCAL | {"k": (2, "size"), "every?": (1, "size")},
    "checkpointed_bptt": RUN | {"local": (lambda h, span: (0.0, h), "function"), "every?": (2, "size")},
    "bptt": {"tape": (TAPE, "tape"), "dh": (DH, "array"), "dstate?": (None, "state")},
    "scan_back": {"tape": (SCANNED, "tape"), "dh": (DH, "array"), "dstate?": (None, "state")},
    "rtrl": {"tape": (TAPE, "tape"), "dh": (DH, "array")},
    "influences": {"tape": (TAPE, "tape")},
    "forward_mode": {"tape": (TAPE, "tape"), "direction": (PARAMS, "params")},
    "jacobian": {"tape": (TAPE, "tape"), "t": (2, "size")},
    "step_jacobians": {"tape": (TAPE, "tape")},
    "activation_bytes": {"tape": (TAPE, "tape")},
    "flops": {"cell": (CELL, "cell"), "T": (3, "size"), "B": (3, "size")},
    "least_floats": {"cell": (CELL, "cell")},
    "softmax_jacobian": {"alpha": (np.ones((2, 3)), "array")},
    "digits": {"rng": (RNG, "rng"), "test": (0.2, "number")},
    "sunspots": {},
    "text": {"string": ("hello", "string"), "steps": (2, "size"), "alphabet?": ("ehlo", "string")},
    "central_differences": NUMERICAL,
    "complex_step": NUMERICAL,
    "clip_norm": CLIPPED,
    "clip_each": CLIPPED,
    "clip_values": CLIPPED,
    "global_norm": {"grads": (GRADS.params, "tree")},
    "relative_error": {"a": (GRADS.params, "tree"), "b": (GRADS.params, "tree")},
    "chrono": {"rng": (RNG, "rng"), "params": (LSTM.init(RNG), "params"), "longest": (9, "number")},
    "identity": SHAPED,
    "orthogonal": SHAPED,
    "xavier": SHAPED,
    "small": SHAPED | {"scale": (0.1, "number")},
    "with_spectral_radius": {"W": (np.eye(3), "array"), "rho": (0.9, "number")},
    "delta_norms": {"delta": (GRADS.delta, "tree")},
    "effective_horizon": {"J": (J, "matrices"), "threshold": (0.1, "number")},
    "log_norms": {"J": (J, "matrices")},
    "log_singular_values": {"J": (J, "matrices")},
    "lyapunov_exponents": {"J": (J + np.eye(3), "matrices"), "skip": (1, "size")},
    "products": {"J": (J, "matrices")},
    "transient_growth": {"J": (J, "matrices")},
    "spectrum": {"A": (np.eye(3), "matrices")},
    "saturation": {"h": (DH, "array"), "above": (0.9, "number")},
    "softmax": {"logits": (Y, "array")},
    "softmax_cross_entropy": {"logits": (Y, "array"), "targets": (IDS, "ids")} | LOSSES,
    "squared_error": {"y": (Y, "array"), "target": (Y, "array")} | LOSSES,
    "sign_test": {"a": ([1.0], "pairs"), "b": ([2.0], "pairs")},
    "lengths_to_mask": {"lengths": ([2, 1], "lengths"), "steps?": (3, "size")},
    "pad": {"sequences": ([X[:, 0], X[:2, 0]], "sequences")},
    "flow_penalty": {"tape": (TAPE, "tape"), "delta": (GRADS.delta.h, "array")},
    "sample": {
        "model": (READER, "model"),
        "params": (READER.init(RNG), "params"),
        "prompt": (np.zeros((2, 1), int), "ids"),
        "steps": (2, "size"),
        "rng": (RNG, "rng"),
        "temperature": (1.0, "number"),
    },
    "from_torch": {"module": (torch.nn.LSTM(2, 3), "module")},
    "to_torch": {"cell": (CELL, "cell"), "params": (PARAMS, "params")},
    "loss_below": {"threshold": (0.1, "number"), "window": (5, "size")},
    "fit": FIT,
    "PlainCell": SIZES | {"activation": ("tanh", "choice")},
    "ResidualCell": SIZES | {"activation": ("tanh", "choice")},
    "GatedCell": SIZES | {"activation": ("tanh", "choice")},
    "LSTMCell": SIZES | {"forget_bias": (1.0, "number")},
    "GRUCell": SIZES | {"reset": ("after", "choice")},
    "MinGRUCell": SIZES,
    "LRUCell": SIZES | {"radii": ((0.9, 0.99), "radii")},
    "OrthogonalCell": SIZES | {"map": ("cayley", "choice"), "activation": ("tanh", "choice")},
    "UnitaryCell": SIZES,
    "Stack": {"cells": ((CELL,), "cells"), "dropout": (0.5, "number")},
    "Bidirectional": {"forward": (CELL, "cell"), "backward": (CELL, "cell")},
    "ScannedLayers": {"cells": ((MINGRU,), "cells")},
    "Attention": {"units": (3, "size"), "size?": (2, "size"), "sources?": (2, "size"), "keys": ("all", "choice")},
    "LinearReadout": {"units": (3, "size"), "outputs": (2, "size")},
    "Embedding": {"tokens": (3, "size"), "size": (2, "size")},
    "Model": {"cell": (CELL, "cell"), "readout": (READOUT, "model"), "loss": ("squared_error", "choice")},
    "FlowModel": {"cell": (CELL, "cell"), "readout": (READOUT, "model"), "strength": (0.1, "number")},
    "SGD": {"rate": (0.1, "rate")},
    "Momentum": {"rate": (0.1, "rate"), "momentum": (0.9, "number")},
    "RMSprop": {"rate": (0.1, "rate"), "decay": (0.9, "number")},
    "Adam": {"rate": (0.1, "rate"), "betas": ((0.9, 0.99), "shares")},
    "Exponential": {"rate": (0.1, "number"), "factor": (0.9, "number"), "every": (3, "size")},
    "Cosine": {"rate": (0.1, "number"), "updates": (3, "size"), "least": (0.0, "number")},
    "Warmup": {"then": (0.1, "rate"), "updates": (3, "size")},
    "AddingTask": {"steps": (9, "size")},
    "BracketsTask": {"pairs": (3, "size"), "kinds": (2, "size"), "shortest": (1, "size")},
    "CopyTask": {"delay": (3, "size"), "symbols": (3, "size"), "length": (2, "size")},
    "SelectiveCopyTask": {"delay": (3, "size"), "symbols": (3, "size"), "length": (2, "size")},
    "DistantContactTask": {"steps": (9, "size"), "first": (2, "size"), "second": (5, "size")},
    "FlipFlopTask": {"steps": (9, "size"), "bits": (2, "size"), "rate": (0.1, "number")},
    "LatchTask": {"steps": (9, "size"), "shown": (2, "size"), "noise": (0.2, "number")},
    "SineTask": {"steps": (9, "size"), "period": (9, "size"), "noise": (0.2, "number"), "ahead": (2, "size")},
    "TemporalOrderTask": {"steps": (10, "size")},
}
METHODS = {
    "tape.span": (TAPE.span, {"start": (1, "size"), "stop": (3, "size")}),
    "cell.init": (CELL.init, DRAWING),
    "cell.check": (CELL.check, {"params": (PARAMS, "params")}),
    "lru.init": (rnnlib.LRUCell(2, 4).init, DRAWING),
    "orthogonal.init": (rnnlib.OrthogonalCell(2, 4).init, DRAWING),
    "stack.init": (rnnlib.Stack((CELL,)).init, DRAWING),
    "stack.training": (rnnlib.Stack((CELL,)).training, {"rng": (RNG, "rng")}),
    "stack.check": (rnnlib.Stack((CELL,)).check, {"params": (rnnlib.StackParams((PARAMS,)), "params")}),
    "scanned.init": (rnnlib.ScannedLayers((MINGRU,)).init, DRAWING),
    "bidirectional.init": (rnnlib.Bidirectional(CELL, CELL).init, DRAWING),
    "model.init": (MODEL.init, DRAWING),
    "Model.of": (Model.of, {"task": (TASK, "task"), "cell": (rnnlib.PlainCell(6, 3), "cell")}),
    "model.predict": (MODEL.predict, {"params": (MODEL_PARAMS, "params"), "batch": (BATCH, "batch")}),
    "model.evaluate": (MODEL.evaluate, {"params": (MODEL_PARAMS, "params"), "batch": (BATCH, "batch")}),
    "model.loss_and_grads": (MODEL.loss_and_grads, {"params": (MODEL_PARAMS, "params"), "batch": (BATCH, "batch")}),
    "readout.init": (READOUT.init, DRAWING),
    "readout.forward": (READOUT.forward, {"params": (READOUT.init(RNG), "params"), "h": (DH, "array")}),
    "readout.backward": (
        READOUT.backward,
        {"params": (READOUT.init(RNG), "params"), "h": (DH, "array"), "dy": (Y, "array")},
    ),
    "embedding.init": (EMBEDDING.init, DRAWING),
    "embedding.forward": (EMBEDDING.forward, {"params": (EMBEDDING.init(RNG), "params"), "ids": (IDS, "ids")}),
    "embedding.backward": (
        EMBEDDING.backward,
        {"params": (EMBEDDING.init(RNG), "params"), "ids": (IDS, "ids"), "dx": (X, "array")},
    ),
    "attention.init": (ATTENTION.init, DRAWING),
    "attention.forward": (
        ATTENTION.forward,
        {
            "params": (ATTENTION_PARAMS, "params"),
            "h": (DH, "array"),
            "source?": (None, "array"),
            "mask?": (None, "mask"),
        },
    ),
    "attention.backward": (
        ATTENTION.backward,
        {
            "params": (ATTENTION_PARAMS, "params"),
            "saved": (ATTENTION.forward(ATTENTION_PARAMS, DH)[1], "params"),
            "dm": (Y, "array"),
        },
    ),
    "adam.init": (rnnlib.Adam().init, {"params": (PARAMS, "tree")}),
    "adam.update": (
        rnnlib.Adam().update,
        {"params": (PARAMS, "tree"), "grads": (GRADS.params, "tree"), "memory": (rnnlib.Adam().init(PARAMS), "params")},
    ),
    "task.draw": (TASK.draw, DRAWING | {"B": (2, "size")}),
    "task.score": (TASK.score, {"outputs": (np.ones((10, 2, 4)), "array"), "batch": (BATCH, "batch")}),
    "text.draw": (TEXT.draw, {"rng": (RNG, "rng"), "B": (2, "size")}),
    "text.streams": (TEXT.streams, {"B": (2, "size")}),
    "text.ids_of": (TEXT.ids_of, {"string": ("hello", "string")}),
}
ALL = {name: (getattr(rnnlib, name), arguments) for name, arguments in CALLS.items()} | METHODS
# Named tuples and errors only hold what they are given; LeakyCell, states and protocols have tests of their own.
CONTAINERS = (tuple, Exception)
ELSEWHERE = {"Cell", "Tape", "LeakyCell"}


def test_every_public_name_is_in_the_table():
    public = {name for name in dir(rnnlib) if not name.startswith("_") and callable(getattr(rnnlib, name))}
    held = {name for name in public if inspect.isclass(kind := getattr(rnnlib, name)) and issubclass(kind, CONTAINERS)}
    assert public - held - ELSEWHERE - {"State"} == set(CALLS)


@pytest.mark.parametrize("name", ALL)
def test_what_is_right_passes(name):
    function, arguments = ALL[name]
    right = {argument.removesuffix("?"): given for argument, (given, _) in arguments.items()}
    result = function(**right)
    assert result is not None or name == "cell.check"
    if isinstance(result, GeneratorType):
        assert len(list(result)) > 0


def cases():
    for name, (_, arguments) in ALL.items():
        for argument, (_, kind) in arguments.items():
            for number, wrong in enumerate(WRONG[kind]):
                if not (wrong is None and argument.endswith("?")):
                    yield pytest.param(name, argument, wrong, id=f"{name}-{argument}-{number}")


@pytest.mark.parametrize(("name", "argument", "wrong"), list(cases()))
def test_what_is_of_a_wrong_type_is_refused_at_the_call(name, argument, wrong):
    function, arguments = ALL[name]
    given = {key.removesuffix("?"): right for key, (right, _) in arguments.items()}
    argument = argument.removesuffix("?")
    with pytest.raises(ValueError, match=r"expected") as caught:
        function(**(given | {argument: wrong}))
    assert re.match(r"[\w., \[\]]+: expected", str(caught.value)), caught.value
