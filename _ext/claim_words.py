"""A claim's test in words, with the values that the chapter printed: what a reader can check by looking.

``late < 0.1 * entropy`` is ``0.02 is below 0.1 × 2.85`` where it is true, and ``0.4 would have to be below 0.1 × 2.85``
where it is not. A value that has a name is said with it: ``the loss at the end, 0.02, is below ..``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import pairwise

from rnnlib.figures import power_of_ten

RELATIONS = {ast.Lt: "below", ast.Gt: "above", ast.LtE: "at most", ast.GtE: "at least", ast.Eq: ""}
TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq}
SIGNS = {ast.Mult: " × ", ast.Div: " / ", ast.Sub: " − ", ast.Add: " + "}
BINDS = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 3}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def words(test: str, printed: Mapping[str, str], true: bool, called: Mapping[str, str] | None = None) -> str:
    """Return ``test`` as a sentence about the ``printed`` values: that it is so, or what they would have to be.

    Args:
        test: comparisons, joined by ``and``.
        printed: the values by their names in ``test``, as a page shows them.
        true: what the test comes to.
        called: what the values are, in words, by the same names.
    """
    verb = "is" if true else "would have to be"
    tree = ast.parse(test, mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) else [tree]
    said = [_relation(*pair, printed, verb, called or {}) for part in parts for pair in _pairs(part)]
    return ", and ".join(said)


def _pairs(compare: ast.expr) -> list[tuple[ast.expr, type[ast.cmpop], ast.expr]]:
    """The comparisons of a chain, each with what was measured ahead of what it is compared with."""
    if not isinstance(compare, ast.Compare):
        raise ValueError(f"a test compares, and joins comparisons by 'and': {ast.unparse(compare)}")
    pairs = []
    sides = pairwise([compare.left, *compare.comparators])
    for (left, right), op in zip(sides, compare.ops, strict=True):
        kind = type(op)
        fixed = not any(isinstance(node, ast.Name) for node in ast.walk(left))
        pairs.append((right, TURNED[kind], left) if fixed else (left, kind, right))
    return pairs


def _relation(
    left: ast.expr,
    op: type[ast.cmpop],
    right: ast.expr,
    printed: Mapping[str, str],
    verb: str,
    called: Mapping[str, str],
) -> str:
    share = any("%" in printed[node.id] for side in (left, right) for node in _names(side))
    match left:
        case ast.Name(name) if name in called and op is ast.Eq and verb == "is":  # else 35 is 35
            return f"{called[name]} is {_text(right, printed, share)}"
    ours = _introduced(left, printed, called)
    match left:
        # abs(a / b - 1) < c, abs(a - b) < c
        case ast.Call(ast.Name("abs"), [ast.BinOp(ast.BinOp(a, ast.Div(), b), ast.Sub(), ast.Constant(1))]):
            near = "within" if op in (ast.Lt, ast.LtE) else "farther than"
            return f"{_text(a, ours)} {verb} {near} {_number(right, True)} {_of(near)} {_text(b, ours)}"
        case ast.Call(ast.Name("abs"), [ast.BinOp(a, ast.Sub(), b)]):
            near = "within" if op in (ast.Lt, ast.LtE) else "farther than"
            return f"{_text(a, ours)} {verb} {near} {_number(right, share)} {_of(near)} {_text(b, ours)}"
        case ast.Call(ast.Name("round"), [a, *_]):
            return f"{_text(a, ours).removesuffix(',')}, rounded, {verb} {_text(right, printed)}"
    relation = RELATIONS[op]
    return " ".join(filter(None, (_text(left, ours, share), verb, relation, _text(right, printed, share))))


def _introduced(side: ast.expr, printed: Mapping[str, str], called: Mapping[str, str]) -> Mapping[str, str]:
    """The printed values, the one of ``side`` with what it is called: ``the loss at the end, 0.02,``."""
    names = {node.id for node in _names(side)}
    if len(names) != 1 or not names & set(called):
        return printed
    name = names.pop()
    return {**printed, name: f"{called[name]}, {printed[name]},"}


def _of(near: str) -> str:
    return "of" if near == "within" else "from"


def _names(node: ast.expr) -> list[ast.Name]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Name) and one.id not in ("abs", "round", "log")]


def _text(node: ast.expr, printed: Mapping[str, str], share: bool = False, above: int = 0) -> str:
    match node:
        case ast.Name(name):
            return printed[name]
        case ast.Constant():
            return _number(node, share)
        case ast.UnaryOp(ast.USub(), operand):
            return f"−{_text(operand, printed, share, 3)}"
        case ast.Call(ast.Name("abs"), [inner]):
            return f"|{_text(inner, printed, share)}|"
        case ast.Call(ast.Name("log"), [inner]):
            return f"ln {_text(inner, printed)}"
        case ast.BinOp(base, ast.Pow(), ast.Constant(power)):
            return f"{_text(base, printed, False, 3)}{str(power).translate(RAISED)}"
        case ast.BinOp(left, op, right) if type(op) in SIGNS:
            strength = BINDS[type(op)]
            sides = _text(left, printed, above=strength), _text(right, printed, above=strength + 1)
            inner = SIGNS[type(op)].join(sides)
            return f"({inner})" if strength < above else inner
    raise ValueError(f"a test has no words for {ast.unparse(node)}")


def _number(node: ast.expr, share: bool) -> str:
    if not isinstance(node, ast.Constant):
        return _text(node, {}, share)
    value = node.value
    if share and 0 < abs(value) < 10:
        return f"{100 * value:g}\N{NO-BREAK SPACE}%"
    if value and not 1e-4 <= abs(value) < 1e6:
        mantissa = power_of_ten(value, 1).replace(".0", "")
        return mantissa.removeprefix("1\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
