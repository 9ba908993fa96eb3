"""Parameters and gradients are named tuples of arrays, or tuples of those; these functions visit their arrays."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from rnnlib._door import Array

Tree = TypeVar("Tree")


def leaves(tree: Any) -> Iterator[Array]:
    """Yield every array of ``tree``, in the order of its fields.

    >>> [leaf.shape for leaf in leaves((np.zeros(2), (np.zeros((3, 1)),)))]
    [(2,), (3, 1)]
    """
    if isinstance(tree, tuple):
        for branch in tree:
            yield from leaves(branch)
    else:
        yield tree


def map_leaves(function: Callable[..., Any], tree: Tree, *others: Any) -> Tree:
    """Apply ``function`` to corresponding arrays and return a tree of the same types.

    Raises ``ValueError`` if the trees differ in structure or in the shape of an array.

    >>> map_leaves(np.add, (np.ones(2),), (np.ones(2),))
    (array([2., 2.]),)
    """
    if isinstance(tree, tuple):
        for other in others:
            if not isinstance(other, tuple) or len(other) != len(tree):
                raise ValueError(f"expected a {type(tree).__name__} of {len(tree)} parts, got {type(other).__name__}")
        branches = (map_leaves(function, *parts) for parts in zip(tree, *others))
        return tree._make(branches) if hasattr(tree, "_make") else type(tree)(branches)
    shapes = [np.shape(leaf) for leaf in (tree, *others)]
    if len(set(shapes)) > 1:
        raise ValueError(f"expected arrays of one shape, got {', '.join(map(str, shapes))}")
    return function(tree, *others)


def at(tree: Tree, index: Any) -> Tree:
    """Index every array of ``tree``; ``None``, which stands for no tree, stays.

    >>> at((np.zeros((5, 2)), (np.ones(5),)), 0)
    (array([0., 0.]), (np.float64(1.0),))
    """
    return tree if tree is None else map_leaves(lambda leaf: leaf[index], tree)


def steps_of(tree: Any) -> list[Any]:
    """Split a tree of arrays ``(T, ..)`` into a list of ``T`` trees of views, one a step.

    >>> steps_of((np.zeros((2, 3)),))
    [(array([0., 0., 0.]),), (array([0., 0., 0.]),)]
    """
    if not isinstance(tree, tuple):
        return [] if tree is None else list(tree)
    parts = zip(*map(steps_of, tree))
    return list(map(tree._make, parts)) if hasattr(tree, "_make") else list(parts)


def join(tree: Any, axis: int = -1) -> Array:
    """Return all arrays of ``tree`` side by side in one.

    >>> join((np.zeros((4, 2)), (np.ones((4, 1)),))).shape
    (4, 3)
    """
    return np.concatenate(list(leaves(tree)), axis)
