import json
import subprocess
import sys

import numpy as np
import pytest

from rnngrade import Mistake, Question, keys
from rnngrade.authoring.products import same_keys
from rnngrade.outcomes import Failure


def draw(rng):
    yield rng.standard_normal((2, 3)), 2, 0.5, "mean", None, (1, [True, {"k": np.arange(3)}])


def reference(x, k, scale, how, mask, rest):
    return {"y": k * scale * x, "z": (rest[0], how)}


def oracle(x, k, scale, how, mask, rest):
    return {"z": (rest[0], how), "y": x * scale * k}


def fails(x, k, scale, how, mask, rest):
    return x @ x


QUESTION = Question("many-kinds", 1, "f", draw, reference, oracle, mistakes=[Mistake(fails, "x times x")])


def test_keys_come_back_as_they_were(tmp_path, built):
    built = {**built, "many-kinds": keys.build(QUESTION, keys.public_rng("many-kinds"))}
    keys.save("90_fixture", built, "0123", tmp_path)
    loaded = keys.load("90_fixture", tmp_path)
    assert same_keys(loaded, built)
    assert keys.stored_source("90_fixture", tmp_path) == "0123"
    [case] = loaded["many-kinds"].groups[0].cases
    assert case.args[1:5] == (2, 0.5, "mean", None)
    assert isinstance(case.args[5][1], list)
    assert case.mistakes["fails"].type == "ValueError"


def test_the_key_is_built_from_the_oracle():
    wrong_reference = Question("many-kinds", 1, "f", draw, lambda *args: 0.0, oracle)
    [case] = keys.build(wrong_reference, np.random.default_rng(0)).groups[0].cases
    np.testing.assert_array_equal(case.expected["y"], case.args[0])


def test_nothing_stored_needs_pickle(tmp_path, built):
    keys.save("90_fixture", built, "0123", tmp_path)
    with np.load(tmp_path / "90_fixture.npz", allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "biufc" for name in archive)


def test_the_same_keys_are_the_same_bytes(tmp_path, assignment):
    for folder in ("a", "b"):
        keys.save("90_fixture", keys.build_assignment(assignment), "0123", tmp_path / folder)
    for name in ("90_fixture.json", "90_fixture.npz"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_another_format_is_refused(tmp_path, built):
    keys.save("90_fixture", built, "0123", tmp_path)
    path = tmp_path / "90_fixture.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(ValueError, match="format 99, this rnngrade reads 2"):
        keys.load("90_fixture", tmp_path)


def test_finding_a_key(key_folder, built):
    assert keys.find("decay", key_folder).info == built["decay"].info
    with pytest.raises(ValueError, match=r"no question 'nothing'.*weight-gradient, decay"):
        keys.find("nothing", key_folder)


def test_choosing_a_group(built):
    assert built["decay"].group().name == "all"
    assert built["weight-gradient"].group("edges").points == 1
    with pytest.raises(ValueError, match="say which"):
        built["weight-gradient"].group()
    with pytest.raises(ValueError, match="has no group 'middle'"):
        built["weight-gradient"].group("middle")


@pytest.mark.parametrize(("draw", "oracle", "words"), [
    (lambda rng: [], oracle, "draws no case"),
    (lambda rng: [(object(), 1, 1.0, "a", None, (1,))], oracle, "arguments must be plain data"),
    (draw, fails, "the oracle fails.*: ValueError"),
])
def test_a_key_that_cannot_be_built(draw, oracle, words):
    with pytest.raises(ValueError, match=words):
        keys.build(Question("many-kinds", 1, "f", draw, reference, oracle), np.random.default_rng(0))


def test_arguments_that_cannot_be_stored(tmp_path):
    question = Question("one", 1, "f", lambda rng: [(np.float64(1.0),)], lambda x: x, lambda x: +x)
    with pytest.raises(ValueError, match="an argument of type float64"):
        keys.save("91", {"one": keys.build(question, np.random.default_rng(0))}, "0", tmp_path)


def test_two_keys_that_differ_are_told_apart(assignment, built):
    other = keys.build(assignment.questions["weight-gradient"], np.random.default_rng(5))
    assert not same_keys({**built, "weight-gradient": other}, built)
    assert not same_keys({id: key for id, key in built.items() if id != "decay"}, built)
    case = built["decay"].groups[0].cases[0]
    failed = keys.CaseKey((), case.expected, {**case.mistakes, "times": Failure("ValueError")})
    group = keys.KeyGroup("all", 1, (failed,))
    assert not same_keys({**built, "decay": keys.Key(built["decay"].info, (group,))}, built)


def test_importing_rnngrade_needs_numpy_alone():
    code = ("import sys, numpy.random; before = set(sys.modules); import rnngrade; "
            "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
            "print(sorted(new - sys.stdlib_module_names - {'numpy', 'rnngrade'}))")
    found = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
