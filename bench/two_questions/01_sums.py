"""Two small questions, asked of the judge and of the engines beside it (see ``bench/engines.py``)."""

import numpy as np

from rnngrade import Question


def total(x):
    return x.sum(0)


def total_by_einsum(x):
    return np.einsum("ij->j", x)


def product(a, b):
    return a @ b


def product_by_einsum(a, b):
    return np.einsum("ij,jk->ik", a, b)


QUESTIONS = [
    Question(
        "total",
        points=1,
        answer="total",
        cases=lambda rng: [(rng.standard_normal((3, 4)),)],
        reference=total,
        oracle=total_by_einsum,
    ),
    Question(
        "product",
        points=1,
        answer="product",
        cases=lambda rng: [(rng.standard_normal((2, 3)), rng.standard_normal((3, 2)))],
        reference=product,
        oracle=product_by_einsum,
    ),
]
