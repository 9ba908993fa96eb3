"""Questions of the notebook 05_clipping: cases, reference answers, oracles and the mistakes people make.

The references shorten and step as the equations say. The oracles project onto a ball, measure angles by another
formula, differentiate by autograd, or find a root exactly among the corners of a broken line.
"""

import math
from functools import partial
from itertools import pairwise

import numpy as np
import torch

from rnngrade import Case, Covers, Group, Mistake, Question, Tolerance
from rnngrade.authoring.dealt import dealing, two_exchanged

DOUBLE = torch.float64
FORBID = ("torch", "rnnlib")


# 1. the rule ---------------------------------------------------------------------------------------------------------


def tree_case(rng, share, *shapes):
    """Gradients of a cell with the given shapes and of its readout; the threshold is a share of their norm."""
    cell = {name: rng.uniform(0.2, 2.0) * rng.standard_normal(shape) for name, shape in zip("WUb", shapes)}
    grads = {"cell": cell, "readout": {"V": rng.standard_normal((2, shapes[0][0])), "c": rng.standard_normal(2)}}
    return grads, share * math.hypot(*_numbers(grads))


def tree_cases(rng):
    yield tree_case(rng, rng.uniform(0.2, 0.4), (4, 4), (4, 3), (4,))
    yield tree_case(rng, rng.uniform(1.5, 3.0), (3, 3), (3, 2), (3,))


def tree_edge_cases(rng):
    """Branches of unequal depth; no gradient at all; a single number; gradients of sizes far from one."""
    layers = {"first": tree_case(rng, 1, (3, 3), (3, 1), (3,))[0], "second": {"W": rng.standard_normal((3, 3))}}
    deep = {"stack": layers, "b": 3 * rng.standard_normal(5)}
    yield Case((deep, rng.uniform(0.5, 0.9)), "branches of unequal depth")
    yield {"cell": {"W": np.zeros((2, 2)), "b": np.zeros(2)}}, 1.5
    yield {"w": np.array([rng.choice([-1, 1]) * rng.uniform(5, 9)])}, 2.5
    for size, share in ((1e-151, 0.3), (1e151, 0.4), (1e-151, 2.0)):
        grads, theta = tree_case(rng, share, (3, 3), (3, 2), (3,))
        yield Case((_map(lambda leaf, size=size: size * leaf, grads), size * theta), "numbers far from one")


def _map(function, tree):
    return {name: _map(function, branch) for name, branch in tree.items()} if isinstance(tree, dict) else function(tree)


def _leaves(tree):
    return [leaf for branch in tree.values() for leaf in _leaves(branch)] if isinstance(tree, dict) else [tree]


def _numbers(tree):
    return [number for leaf in _leaves(tree) for number in leaf.ravel().tolist()]


def _norm(tree):
    return np.sqrt(sum((leaf**2).sum() for leaf in _leaves(tree)))


def clip(grads, theta):
    norm = _norm(grads)
    scale = theta / norm if norm > theta else 1.0
    return _map(lambda leaf: scale * leaf, grads), norm


def clip_by_projection(grads, theta):
    """Oracle: the nearest point of the ball is g / (1 + m), with the multiplier m at which its length is theta."""
    norm = math.hypot(*_numbers(grads))
    low, high = 0.0, norm / theta
    for _ in range(200):
        middle = (low + high) / 2
        too_long = math.hypot(*(number / (1 + middle) for number in _numbers(grads))) > theta
        low, high = (middle, high) if too_long else (low, middle)
    return _map(lambda leaf: leaf / (1 + high), grads), norm


def _scaled_by(grads, theta, size):
    """The rule with another size in place of the norm."""
    return _map(lambda leaf: min(1, theta / size) * leaf if size else leaf, grads), size


def each_array_by_itself(grads, theta):
    return _map(lambda leaf: _scaled_by(leaf, theta, np.linalg.norm(leaf))[0], grads), _norm(grads)


def each_branch_by_itself(grads, theta):
    """A recursion that takes a norm at every level, of the arrays it finds there."""
    arrays = {name: part for name, part in grads.items() if not isinstance(part, dict)}
    size = _norm(arrays)
    shortened = _scaled_by(arrays, theta, size)[0]
    return {
        name: each_branch_by_itself(part, theta)[0] if isinstance(part, dict) else shortened[name]
        for name, part in grads.items()
    }, size


def norm_after(grads, theta):
    clipped, _ = clip(grads, theta)
    return clipped, _norm(clipped)


def always_to_theta(grads, theta):
    with np.errstate(all="ignore"):
        scale = theta / _norm(grads)
        return _map(lambda leaf: scale * leaf, grads), _norm(grads)


def longer_of_the_two(grads, theta):
    """max where min belongs."""
    with np.errstate(all="ignore"):
        scale = max(1.0, theta / _norm(grads))
        return _map(lambda leaf: scale * leaf, grads), _norm(grads)


def to_length_one(grads, theta):
    norm = _norm(grads)
    return _map(lambda leaf: leaf / norm if norm > theta else leaf, grads), norm


clip_question = Question(
    "clip", points=3, answer="clip", parts=("clipped", "norm"),
    cases=[Group("typical", 2, tree_cases), Group("edge", 1, tree_edge_cases)], reference=clip,
    oracle=clip_by_projection, tolerance=Tolerance(rtol=1e-6, atol=1e-200),
    covers=Covers(scales=("grads",), waived={"meets: theta": "clipping is continuous: < and <= give the same"}),
    forbid=FORBID,
    mistakes=[
        Mistake(each_array_by_itself, "The norm is right. You shorten every array by a norm of its own, which changes "
                "their proportions. All of them together are one vector, and get one factor."),
        Mistake(each_branch_by_itself, "You take a norm of each dict by itself, so that every branch has its own "
                "factor. First the norm of the whole tree, then one factor for all."),
        Mistake(lambda grads, theta: (_map(lambda leaf: np.clip(leaf, -theta, theta), grads), _norm(grads)),
                "The norm is right. You cut entries, which turns the direction. The rule multiplies all by one factor.",
                name="by_value"),
        Mistake(norm_after, "The gradients are right. Your norm is the one after clipping, from which nobody can tell "
                "what came in."),
        Mistake(always_to_theta, "Right where the gradient is too long. A short one keeps its length: what is min(1, "
                "..) for? (And what does your factor become for a gradient of zero?)"),
        Mistake(longer_of_the_two, "You lengthen short gradients and leave the long ones alone: it is the other way."),
        Mistake(to_length_one, "The norm is right. What is too long comes out with length 1, not theta."),
        Mistake(lambda grads, theta: _scaled_by(grads, theta, _norm(grads) ** 2),
                "This is the square of the norm, and it makes the factor too small as well.", name="root_forgotten"),
        Mistake(lambda grads, theta: _scaled_by(grads, theta, sum(np.linalg.norm(leaf) for leaf in _leaves(grads))),
                "You add the norms of the arrays. The norm of the whole vector is the root of the sum of squares.",
                name="norms_added"),
        Mistake(lambda grads, theta: _scaled_by(grads, theta, sum(np.abs(leaf).sum() for leaf in _leaves(grads))),
                "This adds absolute values. The Euclidean norm adds squares.", name="sizes_added"),
        Mistake(lambda grads, theta: _scaled_by(grads, theta, max(np.linalg.norm(leaf) for leaf in _leaves(grads))),
                "This is the norm of the longest array. All of them count, as one vector.", name="largest_array"),
        Mistake(lambda grads, theta: _scaled_by(grads, theta, max(np.abs(leaf).max() for leaf in _leaves(grads))),
                "This is the largest entry. All of them count, as one vector.", name="largest_entry"),
        Mistake(lambda grads, theta: _scaled_by(grads, theta, np.sqrt(np.mean(np.square(_numbers(grads))))),
                "This is a root mean square. The norm is the root of the sum.", name="root_mean_square"),
    ],
    hints=(
        "Write two small helpers that call themselves: one adds the squares of a tree, one multiplies a tree.",
        "First the norm of everything, then one factor for everything.",
        "The factor is theta / norm if norm > theta, else 1; so nothing is divided by zero.",
    ),
)


# 2. by how much it turns ---------------------------------------------------------------------------------------------


def parts_case(rng, theta, *shapes):
    """Tensors of unequal scales; the last is shorter than any threshold used."""
    parts = [rng.uniform(0.7, 3.0) * rng.standard_normal(shape) for shape in shapes]
    return [*parts, 0.2 * rng.uniform(0.5, 1.0, 3)], theta


def parts_cases(rng):
    yield parts_case(rng, rng.uniform(0.8, 1.2), (5, 4), (4, 3))
    yield parts_case(rng, rng.uniform(1.2, 1.6), (6, 2), (3, 3), (4,))


def parts_edge_cases(rng):
    """Nothing is cut; nearly everything is; a single tensor; a cosine that rounding makes larger than one; gradients of
    sizes far from one.
    """
    yield parts_case(rng, 1e3, (3, 2), (2,))
    yield parts_case(rng, rng.uniform(0.4, 0.6), (5, 6), (3, 4))
    yield [2.0 * rng.standard_normal((4, 3))], 1.3
    yield [np.ones(3)], 5.0
    for size in (1e-151, 1e151):
        parts, theta = parts_case(rng, rng.uniform(0.8, 1.2), (3, 4), (5, 2))
        yield Case(([size * part for part in parts], size * theta), "numbers far from one")


def _vector(parts):
    return np.concatenate([np.ravel(part) for part in parts])


def _angle(before, after):
    u, v = _vector(before), _vector(after)
    cosine = u @ v / (np.linalg.norm(u) * np.linalg.norm(v))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def _cut(parts, theta):
    return [np.clip(part, -theta, theta) for part in parts]


def _each(parts, theta, size=np.linalg.norm):
    return [part * min(1, theta / size(part)) for part in parts]


def turned(parts, theta):
    return _angle(parts, _cut(parts, theta)), _angle(parts, _each(parts, theta))


def turned_by_halves(parts, theta):
    """Oracle: for unit vectors, the tangent of half the angle is |u - v| / |u + v|."""

    def angle(after):
        u, v = (torch.cat([part.ravel() for part in tree]) for tree in (tensors, after))
        u, v = u / torch.linalg.vector_norm(u), v / torch.linalg.vector_norm(v)
        return math.degrees(2 * math.atan2(float((u - v).norm()), float((u + v).norm())))

    tensors = [torch.tensor(part) for part in parts]
    shortened = [part * min(1.0, theta / math.hypot(*part.ravel().tolist())) for part in tensors]
    return angle([torch.clamp(part, -theta, theta) for part in tensors]), angle(shortened)


def tensor_by_tensor(parts, theta):
    """The mean of the tensors' own angles."""
    own = [_angle([part], [cut]) for part, cut in zip(parts, _cut(parts, theta))]
    return np.mean(own), 0.0


def dropped(parts, theta):
    return _angle(parts, [np.where(np.abs(part) > theta, 0.0, part) for part in parts]), turned(parts, theta)[1]


def from_above_only(parts, theta):
    return _angle(parts, [np.minimum(part, theta) for part in parts]), turned(parts, theta)[1]


def every_entry_to_theta(parts, theta):
    return _angle(parts, [theta * np.sign(part) for part in parts]), turned(parts, theta)[1]


def every_tensor_to_theta(parts, theta):
    return turned(parts, theta)[0], _angle(parts, [part / np.linalg.norm(part) for part in parts])


def by_largest_entry(parts, theta):
    return turned(parts, theta)[0], _angle(parts, _each(parts, theta, lambda part: np.abs(part).max()))


def by_largest_singular_value(parts, theta):
    """NumPy's norm of order 2, which for a matrix is another one."""
    size = {2: lambda part: np.linalg.norm(part, 2), 1: np.linalg.norm}
    return turned(parts, theta)[0], _angle(parts, _each(parts, theta, lambda part: size[part.ndim](part)))


def one_after_the_other(parts, theta):
    cut = _cut(parts, theta)
    return _angle(parts, cut), _angle(parts, _each(cut, theta))


turned_question = Question(
    "turned", points=3, answer="turned", parts=("by_value", "by_tensor"),
    cases=[Group("typical", 2, parts_cases), Group("edge", 1, parts_edge_cases)], reference=turned,
    oracle=turned_by_halves,
    tolerance=Tolerance(rtol=1e-6, atol=5e-4),  # degrees: a cosine is rounded by 1e-6 of them where there is no angle
    covers=Covers(scales=("parts",), waived={"meets: theta": "clipping is continuous: < and <= give the same"}),
    forbid=FORBID,
    mistakes=[
        Mistake(lambda parts, theta: tuple(np.cos(np.radians(turned(parts, theta)))),
                "These are cosines. Which function gives the angle?", name="cosines"),
        Mistake(tensor_by_tensor, "You take an angle for each tensor and average. The gradient is one vector, and has "
                "one angle: join the tensors first."),
        Mistake(dropped, "By tensor is right. You set the large entries to zero; clipping leaves them at the "
                "threshold."),
        Mistake(from_above_only, "By tensor is right. Entries below -theta are cut as well."),
        Mistake(every_entry_to_theta, "By tensor is right. You set all entries to the threshold; small ones stay as "
                "they are."),
        Mistake(every_tensor_to_theta, "By value is right. You bring all tensors to length theta; a short one stays as "
                "it is."),
        Mistake(by_largest_entry, "By value is right. You shorten each tensor by its largest entry; its length is what "
                "counts."),
        Mistake(by_largest_singular_value, "By value is right. np.linalg.norm(part, 2) of a matrix is its largest "
                "singular value. The length of a tensor is the root of the sum of its squares."),
        Mistake(one_after_the_other, "By value is right. You clip by tensor what is clipped by value already; both "
                "start from the gradient."),
    ],
    hints=(
        "np.concatenate([part.ravel() for part in parts]) makes one vector of a list of arrays.",
        "The cosine of the angle is u @ v / (|u| |v|), with u and v the whole gradient before and after.",
        "Rounding makes some cosines 1 + 1e-16, of which arccos is NaN: np.minimum(1, cosine).",
    ),
)


# 3. one unit, one step -----------------------------------------------------------------------------------------------


def units_case(rng, K, T, rate):
    """Units of which about half have a gradient longer than their threshold."""
    w, b = rng.uniform(0.8, 1.8, K), rng.uniform(0.05, 0.3, K) * rng.choice([-1, 1], K)
    target = rng.uniform(1.2, 2.0, K) * rng.choice([-1, 1], K)
    norm = np.hypot(*_unit_gradient(w, b, T, target))
    return w, b, T, target, rate, norm * rng.permutation(np.linspace(0.3, 1.8, K))


def units_cases(rng):
    yield units_case(rng, 4, 6, 0.5)
    yield units_case(rng, 5, 10, 1.5)


def units_edge_cases(rng):
    """One step; two; one unit; no clipping and a rate that throws the unit far away."""
    yield units_case(rng, 3, 1, 0.7)
    yield units_case(rng, 1, 5, 0.9)
    yield units_case(rng, 2, 3, 0.6)
    yield units_case(rng, 4, 2, 1.8)
    w, b, T, target, _, theta = units_case(rng, 3, 8, 0.1)
    yield w, b, T, target, 200.0, 1e6 * theta


def _unit_states(w, b, T):
    h = [np.zeros_like(w)]
    for _ in range(T):
        h.append(np.tanh(w * h[-1] + b))
    return h


def _unit_gradient(w, b, T, target):
    h, dw, db = np.zeros_like(w), 0.0, 0.0
    for _ in range(T):
        new = np.tanh(w * h + b)
        slope = 1 - new**2
        dw, db = slope * (w * dw + h), slope * (w * db + 1)
        h = new
    return (h - target) * dw, (h - target) * db


def _step(gradient, w, b, T, target, rate, theta):
    """One clipped update along ``gradient``, whose norm is measured before and, unclipped, after."""
    dw, db = gradient(w, b, T, target)
    norm = np.hypot(dw, db)
    scale = theta / np.maximum(theta, norm)
    new_w, new_b = w - rate * scale * dw, b - rate * scale * db
    return new_w, new_b, norm, np.hypot(*gradient(new_w, new_b, T, target))


def update(w, b, T, target, rate, theta):
    return _step(_unit_gradient, w, b, T, target, rate, theta)


def update_by_autograd(w, b, T, target, rate, theta):
    """Oracle: autograd, and the gradient in polar coordinates."""

    def gradient(w, b):
        w, b = (torch.tensor(a, requires_grad=True) for a in (w, b))
        h = torch.zeros(len(w), dtype=DOUBLE)
        for _ in range(T):
            h = torch.tanh(w * h + b)
        loss = 0.5 * ((h - torch.tensor(target)) ** 2).sum()
        return np.array([g.numpy() for g in torch.autograd.grad(loss, (w, b))])

    dw, db = gradient(w, b)
    angle, length = np.arctan2(db, dw), np.sqrt(dw**2 + db**2)
    moved = rate * np.where(length > theta, theta, length)
    new_w, new_b = w - moved * np.cos(angle), b - moved * np.sin(angle)
    return new_w, new_b, length, np.linalg.norm(gradient(new_w, new_b), axis=0)


def each_number_clipped(w, b, T, target, rate, theta):
    dw, db = _unit_gradient(w, b, T, target)
    new_w, new_b = w - rate * np.clip(dw, -theta, theta), b - rate * np.clip(db, -theta, theta)
    return new_w, new_b, np.hypot(dw, db), np.hypot(*_unit_gradient(new_w, new_b, T, target))


def units_clipped_together(w, b, T, target, rate, theta):
    dw, db = _unit_gradient(w, b, T, target)
    scale = np.minimum(1, theta / np.sqrt((dw**2 + db**2).sum()))
    new_w, new_b = w - rate * scale * dw, b - rate * scale * db
    return new_w, new_b, np.hypot(dw, db), np.hypot(*_unit_gradient(new_w, new_b, T, target))


def error_forgotten(w, b, T, target, rate, theta):
    """The gradient of h_T: that of a loss whose error is one."""

    def gradient(w, b, T, target):
        return _unit_gradient(w, b, T, _unit_states(w, b, T)[-1] - 1)

    return _step(gradient, w, b, T, target, rate, theta)


def half_forgotten(w, b, T, target, rate, theta):
    """The gradient of the squared distance without its half."""

    def gradient(w, b, T, target):
        return tuple(2 * part for part in _unit_gradient(w, b, T, target))

    return _step(gradient, w, b, T, target, rate, theta)


def short_ones_lengthened(w, b, T, target, rate, theta):
    dw, db = _unit_gradient(w, b, T, target)
    norm = np.hypot(dw, db)
    new_w, new_b = w - rate * theta * dw / norm, b - rate * theta * db / norm
    return new_w, new_b, norm, np.hypot(*_unit_gradient(new_w, new_b, T, target))


def last_step_only(w, b, T, target, rate, theta):
    def gradient(w, b, T, target):
        h = _unit_states(w, b, T)
        g = (h[-1] - target) * (1 - h[-1] ** 2)
        return g * h[-2], g

    return _step(gradient, w, b, T, target, rate, theta)


def new_state_in_the_product(w, b, T, target, rate, theta):
    """h overwritten before its derivative is taken: h_t where h_{t-1} belongs."""

    def gradient(w, b, T, target):
        h, dw, db = np.zeros_like(w), 0.0, 0.0
        for _ in range(T):
            h = np.tanh(w * h + b)
            dw, db = (1 - h**2) * (w * dw + h), (1 - h**2) * (w * db + 1)
        return (h - target) * dw, (h - target) * db

    return _step(gradient, w, b, T, target, rate, theta)


def slopes_forgotten(w, b, T, target, rate, theta):
    def gradient(w, b, T, target):
        h, dw, db = _unit_states(w, b, T), 0.0, 0.0
        for before in h[:-1]:
            dw, db = w * dw + before, w * db + 1
        return (h[-1] - target) * dw, (h[-1] - target) * db

    return _step(gradient, w, b, T, target, rate, theta)


def before_is_clipped(w, b, T, target, rate, theta):
    new_w, new_b, before, after = update(w, b, T, target, rate, theta)
    return new_w, new_b, np.minimum(before, theta), after


def after_is_the_clipped_norm(w, b, T, target, rate, theta):
    new_w, new_b, before, _ = update(w, b, T, target, rate, theta)
    return new_w, new_b, before, np.minimum(before, theta)


def after_is_clipped_too(w, b, T, target, rate, theta):
    new_w, new_b, before, after = update(w, b, T, target, rate, theta)
    return new_w, new_b, before, np.minimum(after, theta)


unit_question = Question(
    "one-update", points=4, answer="update", parts=("w", "b", "before", "after"),
    cases=[Group("typical", 2, units_cases), Group("edge", 2, units_edge_cases)], reference=update,
    oracle=update_by_autograd, covers=Covers(waived={"meets: theta": "clipping is continuous: < and <= give the same"}),
    forbid=FORBID,
    mistakes=[
        Mistake(each_number_clipped, "The norm before is right. You clip the derivative in w and the one in b each by "
                "itself; the gradient of a unit is the pair of them."),
        Mistake(units_clipped_together, "The norm before is right. You shorten all units by the norm of all of them; "
                "they have nothing to do with each other."),
        Mistake(lambda w, b, T, target, rate, theta: _step(_unit_gradient, w, b, T, target, rate, theta / rate),
                "The norm before is right. You compare rate times the gradient with the threshold; it is the gradient "
                "that is clipped, and the step is at most rate times theta.", name="step_clipped"),
        Mistake(lambda w, b, T, target, rate, theta: _step(_unit_gradient, w, b, T, target, rate, 1e12),
                "The norm before is right. Your step is that of the gradient as it came, not clipped.",
                name="not_clipped"),
        Mistake(error_forgotten, "This is the gradient of h_T. The loss is half the squared distance from the target: "
                "the chain rule has one more factor."),
        Mistake(half_forgotten, "Your gradient is twice as long: the loss is *half* the squared distance."),
        Mistake(short_ones_lengthened, "The norm before is right. All your steps are rate times theta long; a gradient "
                "shorter than theta keeps its length."),
        Mistake(last_step_only, "This is the last step's share. The same w and b act at every step before it as well."),
        Mistake(new_state_in_the_product, "w multiplies the state of the step before. In your derivative stands the "
                "new one: was h overwritten first?"),
        Mistake(slopes_forgotten, "The slopes of tanh are missing from your derivatives."),
        Mistake(before_is_clipped, "All is right but `before`: it is the norm as it came, not as it was used."),
        Mistake(after_is_the_clipped_norm, "All is right but `after`: it is not the norm of the clipped gradient, but "
                "of a new one, at the new w and b."),
        Mistake(after_is_clipped_too, "All is right but `after`: that gradient is measured, and not clipped."),
    ],
    hints=(
        "Forward, with v_t = dh_t/dw and u_t = dh_t/db: v_t = s_t (w v_{t-1} + h_{t-1}), and u_t likewise.",
        "The gradient of the loss is (h_T - target) times (v_T, u_T), for every unit.",
        "Put it into a function of its own: it is needed at the old place and at the new one.",
    ),
)


# 4. the place in the loop --------------------------------------------------------------------------------------------


def loop_case(rng, batches, T, B, d, n, piece, rate, share):
    """Batches whose gradients lie on both sides of the threshold."""
    params = {"W": 1.3 * rng.standard_normal((n, n)) / np.sqrt(n), "U": 0.5 * rng.standard_normal((n, d))}
    params["b"] = 0.1 * rng.standard_normal(n)
    data = [
        (rng.standard_normal((T, B, d)), rng.uniform(0.5, 3.0) * rng.standard_normal((B, n))) for _ in range(batches)
    ]
    norms = [_norm(gradients(params, *batch)) for batch in data]
    return params, data, piece, rate, share * float(np.median(norms))


def loop_cases(rng):
    yield loop_case(rng, 4, 5, 7, 2, 6, 3, 0.2, 0.7)
    yield loop_case(rng, 3, 6, 7, 4, 5, 2, 0.3, 0.6)


def loop_edge_cases(rng):
    """The batch in one piece; sequences one by one; a single batch; a piece that is longer than the batch; nothing to
    be clipped.
    """
    yield loop_case(rng, 3, 4, 5, 2, 3, 5, 0.2, 0.6)
    yield loop_case(rng, 2, 3, 3, 2, 4, 1, 0.2, 0.8)
    yield loop_case(rng, 1, 4, 5, 3, 2, 2, 0.4, 0.5)
    yield loop_case(rng, 2, 3, 3, 2, 5, 10, 0.3, 0.5)
    yield loop_case(rng, 2, 3, 5, 2, 4, 2, 0.3, 9.0)


def gradients(params, x, target):
    """As the notebook gives it: of the mean over the sequences of |h_T - target|^2 / 2."""
    W, U, b = params["W"], params["U"], params["b"]
    h = [np.zeros((x.shape[1], len(b)))]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    delta = (h[-1] - target) / x.shape[1]
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for t in range(len(x), 0, -1):
        g = delta * (1 - h[t] ** 2)
        dW, dU, db = dW + g.T @ h[t - 1], dU + g.T @ x[t - 1], db + g.sum(0)
        delta = g @ W
    return {"W": dW, "U": dU, "b": db}


def _pieces(params, x, target, piece):
    """The pieces' gradients, each weighted by its share of the sequences."""
    B = x.shape[1]
    for i in range(0, B, piece):
        part = gradients(params, x[:, i : i + piece], target[i : i + piece])
        share = len(target[i : i + piece]) / B
        yield {name: share * g for name, g in part.items()}


def _means(params, x, target, piece):
    """The pieces' gradients as they come, each a mean over its own sequences."""
    return [gradients(params, x[:, i : i + piece], target[i : i + piece]) for i in range(0, len(target), piece)]


def _added(parts):
    parts = list(parts)
    return {name: sum(part[name] for part in parts) for name in parts[0]}


def _moved(params, grads, rate):
    return {name: p - rate * grads[name] for name, p in params.items()}


def _loop(params, batches, one):
    """Run ``one(params, x, target) -> (params, norm)`` over the batches."""
    norms = []
    for x, target in batches:
        params, norm = one(params, x, target)
        norms.append(norm)
    return params, np.array(norms)


def train(params, batches, piece, rate, theta):
    def one(params, x, target):
        clipped, norm = clip(_added(_pieces(params, x, target, piece)), theta)
        return _moved(params, clipped, rate), norm

    return _loop(params, batches, one)


def train_by_autograd(params, batches, piece, rate, theta):
    """Oracle: whole batches, autograd, and a projection."""
    names = ("W", "U", "b")
    current, norms = [torch.tensor(params[name], requires_grad=True) for name in names], []
    for x, target in batches:
        W, U, b = current
        h = torch.zeros(len(target), len(b), dtype=DOUBLE)
        for x_t in torch.tensor(x):
            h = torch.tanh(h @ W.T + x_t @ U.T + b)
        loss = 0.5 * ((h - torch.tensor(target)) ** 2).sum(1).mean()
        grads = dict(zip(names, (g.numpy() for g in torch.autograd.grad(loss, current))))
        clipped, norm = clip_by_projection(grads, theta)
        norms.append(norm)
        current = [
            (p.detach() - rate * torch.tensor(clipped[name])).requires_grad_() for name, p in zip(names, current)
        ]
    return {name: p.detach().numpy() for name, p in zip(names, current)}, np.array(norms)


def draft(params, batches, piece, rate, theta):
    def one(params, x, target):
        return _moved(params, _added(_means(params, x, target, piece)), rate), 0.0

    return _loop(params, batches, one)


def clipped_before_backward(params, batches, piece, rate, theta):
    """The draft, with the pieces weighted."""

    def one(params, x, target):
        return _moved(params, _added(_pieces(params, x, target, piece)), rate), 0.0

    return _loop(params, batches, one)


def clipped_after_the_step(params, batches, piece, rate, theta):
    def one(params, x, target):
        total = _added(_pieces(params, x, target, piece))
        return _moved(params, total, rate), _norm(total)

    return _loop(params, batches, one)


def each_piece_clipped(params, batches, piece, rate, theta):
    def one(params, x, target):
        total = _added(clip(part, theta)[0] for part in _pieces(params, x, target, piece))
        return _moved(params, total, rate), _norm(_added(_pieces(params, x, target, piece)))

    return _loop(params, batches, one)


def running_sum_clipped(params, batches, piece, rate, theta):
    """The call inside the loop over pieces, after each is added."""

    def one(params, x, target):
        total = None
        for part in _pieces(params, x, target, piece):
            total, norm = clip(part if total is None else _added([total, part]), theta)
        return _moved(params, total, rate), norm

    return _loop(params, batches, one)


def pieces_count_alike(params, batches, piece, rate, theta):
    """The mean of the pieces' means, where the last piece may be smaller."""

    def one(params, x, target):
        parts = _means(params, x, target, piece)
        clipped, norm = clip(_map(lambda g: g / len(parts), _added(parts)), theta)
        return _moved(params, clipped, rate), norm

    return _loop(params, batches, one)


def pieces_only_added(params, batches, piece, rate, theta):
    def one(params, x, target):
        clipped, norm = clip(_added(_means(params, x, target, piece)), theta)
        return _moved(params, clipped, rate), norm

    return _loop(params, batches, one)


def sequences_only_added(params, batches, piece, rate, theta):
    """The sum over the sequences."""

    def one(params, x, target):
        total = _added(_pieces(params, x, target, piece))
        clipped, norm = clip(_map(lambda g: len(target) * g, total), theta)
        return _moved(params, clipped, rate), norm

    return _loop(params, batches, one)


def all_pieces_taken_as_full(params, batches, piece, rate, theta):
    """Weights of piece / B, also for a last piece that has fewer."""

    def one(params, x, target):
        total = _map(lambda g: piece / len(target) * g, _added(_means(params, x, target, piece)))
        clipped, norm = clip(total, theta)
        return _moved(params, clipped, rate), norm

    return _loop(params, batches, one)


def norm_logged_after(params, batches, piece, rate, theta):
    trained, norms = train(params, batches, piece, rate, theta)
    return trained, np.minimum(norms, theta)


def rate_in_the_norm(params, batches, piece, rate, theta):
    """Clip what is already multiplied by the rate."""

    def one(params, x, target):
        total = _added(_pieces(params, x, target, piece))
        clipped, norm = clip(_map(lambda g: rate * g, total), theta)
        return _moved(params, clipped, 1.0), norm

    return _loop(params, batches, one)


def never_cleared(params, batches, piece, rate, theta):
    total = _map(np.zeros_like, params)

    def one(params, x, target):
        nonlocal total
        total, norm = clip(_added([total, *_pieces(params, x, target, piece)]), theta)
        return _moved(params, total, rate), norm

    return _loop(params, batches, one)


def each_array_clipped(params, batches, piece, rate, theta):
    def one(params, x, target):
        clipped, norm = each_array_by_itself(_added(_pieces(params, x, target, piece)), theta)
        return _moved(params, clipped, rate), norm

    return _loop(params, batches, one)


loop_question = Question(
    "clip-in-the-loop", points=3, answer="train", parts=("params", "norms"),
    cases=[Group("typical", 2, loop_cases), Group("edge", 1, loop_edge_cases)], reference=train,
    oracle=train_by_autograd,
    covers=Covers(waived={
            "meets: theta": "clipping is continuous: < and <= give the same",
            "matters: piece": "a mean over the batch must not depend on how it is cut; the draft does",
        }),
    forbid=FORBID,
    mistakes=[
        Mistake(draft, "This is the draft as it stands. What does `total` hold at the line that clips it?"),
        Mistake(clipped_before_backward, "The pieces are added rightly now. It still clips where there is nothing but "
                "zeros, and logs their norm."),
        Mistake(clipped_after_the_step, "The first norm is right. The parameters have moved by the gradient as it "
                "came: was it clipped before they moved?"),
        Mistake(each_piece_clipped, "You clip every piece by itself. The update uses their sum, and the sum is what "
                "must not be long."),
        Mistake(running_sum_clipped, "You clip the sum after every piece, so the result hangs on their order. Once, "
                "when the sum is complete."),
        Mistake(pieces_count_alike, "You average the pieces. The last one may have fewer sequences, and each of these "
                "then counts for more."),
        Mistake(pieces_only_added, "You add the pieces' gradients as they come. Each is a mean over its piece: what is "
                "its share of the mean over the batch?"),
        Mistake(sequences_only_added, "This is the sum over the sequences, B times as long as their mean."),
        Mistake(all_pieces_taken_as_full, "You weigh every piece by piece / B. The last one may have fewer sequences: "
                "how many has it?"),
        Mistake(norm_logged_after, "The parameters are right. You log the norm after clipping, which says nothing of "
                "what came in."),
        Mistake(rate_in_the_norm, "You clip, and log, the gradient times the rate. The rate comes in with the step."),
        Mistake(never_cleared, "The first update is right. Then what is left of the last batch's gradient is still in "
                "the sum."),
        Mistake(each_array_clipped, "The first norm is right. W, U and b are clipped each by itself: see question 1."),
    ],
    hints=(
        "Write down what `total` holds at each line of the draft.",
        "The batch's mean is the sum over pieces of (sequences in the piece / B) times the piece's mean.",
        "Clear, all pieces, clip, step, log what the clip returned: once a batch, in this order.",
    ),
)


# 5. where it rests ---------------------------------------------------------------------------------------------------


def rest_case(rng, N, theta):
    return rng.exponential(3.0, N) - 1.0 + (rng.random(N) < 0.1) * rng.uniform(5, 20, N), theta


def rest_cases(rng):
    yield rest_case(rng, 31, rng.uniform(0.8, 1.2))
    yield rest_case(rng, 21, rng.uniform(2.0, 3.0))


def rest_edge_cases(rng):
    """A threshold that cuts nearly all; one that cuts none; a single number; all numbers far below zero; data of sizes
    far from one.
    """
    yield rest_case(rng, 15, 0.05)
    yield rest_case(rng, 11, 500.0)
    yield np.array([rng.uniform(3, 9)]), 0.5
    yield rest_case(rng, 25, 1.5)[0] - 100.0, 1.5
    for size in (1e-152, 1e6, 1e150):
        data, theta = rest_case(rng, 15, 1.2)
        yield Case((size * data, size * theta), "numbers far from one")


def rest(data, theta):
    low, high = data.min(), data.max()
    for _ in range(100):
        middle = (low + high) / 2
        if np.clip(middle - data, -theta, theta).mean() > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def rest_on_a_broken_line(data, theta):
    """Oracle: the mean clipped gradient is a broken line with its corners at a - theta and a + theta."""

    def pull(w):
        return math.fsum(max(-theta, min(theta, w - a)) for a in data.tolist())

    corners = sorted([a + side for a in data.tolist() for side in (-theta, theta)])
    left, right = next((u, v) for u, v in pairwise(corners) if pull(u) <= 0 < pull(v))
    return left - pull(left) * (right - left) / (pull(right) - pull(left))


def far_ones_left_out(data, theta):
    near = np.abs(data - np.median(data)) <= theta
    return data[near].mean()


rest_question = Question(
    "rest", points=3, answer="rest", cases=[Group("typical", 2, rest_cases), Group("edge", 1, rest_edge_cases)],
    reference=rest, oracle=rest_on_a_broken_line, tolerance=Tolerance(rtol=1e-6, atol=1e-200),
    covers=Covers(scales=("data",), waived={"meets: theta": "clipping is continuous: < and <= give the same"}),
    forbid=FORBID,
    mistakes=[
        Mistake(lambda data, theta: data.mean(),
                "This is the mean, where descent rests without clipping.", name="mean"),
        Mistake(lambda data, theta: np.median(data),
                "This is the median, where it rests when every gradient is cut to a sign. Not all are.", name="median"),
        Mistake(lambda data, theta: np.clip(data, -theta, theta).mean(),
                "You cut the data to [-theta, theta]. What is cut are the gradients, w - a.", name="data_clipped"),
        Mistake(lambda data, theta: data.mean() - np.clip(data.mean() - data, -theta, theta).mean(),
                "You go one step from the mean and stop. At that place the mean clipped gradient is not zero yet.",
                name="one_step_from_the_mean"),
        Mistake(lambda data, theta: np.median(data) - np.clip(np.median(data) - data, -theta, theta).mean(),
                "You go one step from the median and stop. At that place the mean clipped gradient is not zero yet.",
                name="one_step_from_the_median"),
        Mistake(far_ones_left_out, "You leave out what is farther than theta. A clipped gradient is cut to theta, not "
                "to nothing: it still pulls."),
        Mistake(lambda data, theta: rest(data, theta * data.std()) if data.std() else data[0],
                "You measure theta in standard deviations of the data; it is in their own units.",
                name="in_standard_deviations"),
    ],
    hints=(
        "Write the mean clipped gradient at w in one line; it rises with w.",
        "It is at most zero at the smallest of the data and at least zero at the largest.",
        "Halve the interval: the root lies to the left of w if the mean clipped gradient at w is positive.",
    ),
)


# 6. five logs --------------------------------------------------------------------------------------------------------

LABELS = ("healthy", "threshold too small", "summed loss", "wrong place", "vanishing")
DEAL = 28


def as_read():
    """From the numbers."""
    return {
        "A": "threshold too small",
        "B": "wrong place",
        "C": "summed loss",
        "D": "vanishing",
        "E": "healthy",
    }


_exchanged = partial(two_exchanged, as_read())

logs_question = Question(
    "clipping-logs", points=2, answer="diagnosis", kind="choice", reference=as_read, oracle=dealing(LABELS, DEAL),
    mistakes=[
        _exchanged("threshold too small", "summed loss", "Both are longer than the threshold all the time. One of them "
                   "would not be if the threshold were 1. And what should a loss be for a network without memory?",
                   name="two_always_on"),
        _exchanged("healthy", "wrong place", "Both have the same norms, rarely above the threshold, and both learn "
                   "something. What did each do with those above?", name="healthy_and_wrong_place"),
        _exchanged("healthy", "vanishing", "Never to be clipped is no sign of health. What has come of the losses?",
                   name="healthy_and_vanishing"),
        _exchanged("threshold too small", "vanishing", "Both have small steps, one because its gradients are small, "
                   "the other because they are cut.", name="small_steps"),
        _exchanged("healthy", "summed loss", "Both learn, and one of them prints a loss that is ten times what it was "
                   "asked to report.", name="healthy_and_summed"),
        _exchanged("threshold too small", "wrong place", "The last column says which of them clips at all.",
                   name="too_small_and_wrong_place"),
        _exchanged("summed loss", "wrong place", "The last column says which of them clips at all.",
                   name="summed_and_wrong_place"),
    ],
    hints=(
        "No update of a program that clips is longer than rate times threshold.",
        "Without memory the mean loss is 0.167. Who starts far above, who stays there?",
        "Clipped at every update: by a threshold that is too small, or by gradients that are too long?",
    ),
)


# 7. by hand ----------------------------------------------------------------------------------------------------------


def by_hand():
    """A step of 0.1 or of 9.654; four products; 45 degrees less arctan(5/60); 0.2 theta = 1.6."""
    return {
        "clipped": 1.25,
        "unclipped": -8.304,
        "derivative": 24.25,
        "turned": math.degrees(math.atan2(60, 5)) - 45,
        "balance": 8,
    }


def by_machine():
    """Oracle: autograd through the units, torch's angle, and the balance by a grid."""

    def derivative(weight, T):
        w = torch.tensor(weight, dtype=DOUBLE, requires_grad=True)
        h = torch.ones((), dtype=DOUBLE)
        for _ in range(T):
            h = w * h + 1
        return torch.autograd.grad(h, w)[0].item()

    long = derivative(1.35, 12)
    before, after = torch.tensor([60.0, 5.0], dtype=DOUBLE), torch.tensor([3.0, 3.0], dtype=DOUBLE)
    cosine = torch.nn.functional.cosine_similarity(before, after, dim=0).item()
    balance = min(np.linspace(2, 20, 1801), key=lambda theta: abs(0.8 * max(-2, -theta) + 0.2 * min(20, theta)))
    return {
        "clipped": 1.35 - 0.01 * min(long, 10.0),
        "unclipped": 1.35 - 0.01 * long,
        "derivative": derivative(1.5, 4),
        "turned": math.degrees(math.acos(cosine)),
        "balance": float(balance),
    }


hand_question = Question(
    "clipping-by-hand", points=2, answer="by_hand", kind="value", reference=by_hand, oracle=by_machine,
    tolerance=Tolerance(rtol=5e-4, atol=1e-6),
    mistakes=[
        Mistake({**by_hand(), "clipped": 1.45, "unclipped": 11.004}, "The last three are right. The loss is to become "
                "smaller: which way does descent go?", name="uphill"),
        Mistake({**by_hand(), "clipped": -8.65}, "`clipped` moves by the threshold itself. What is the rate "
                "for?", name="rate_forgotten"),
        Mistake({**by_hand(), "clipped": -8.304}, "`clipped` is as if there were no clipping: 9.654 is below 10, but "
                "that is the step. Compared with the threshold is the gradient.", name="step_compared"),
        Mistake({**by_hand(), "derivative": 13.1875}, "`derivative` is h_4 itself; asked is how fast it changes with "
                "w.", name="the_state"),
        Mistake({**by_hand(), "derivative": 10.75}, "`derivative` is that of h_3. The state h_0 is 1, and step 1 makes "
                "h_1.", name="three_steps"),
        Mistake({**by_hand(), "derivative": 8.125}, "`derivative` has the last step's share alone, h_3. The same w "
                "made h_1, h_2 and h_3 as well.", name="last_share"),
        Mistake({**by_hand(), "derivative": 13.5}, "`derivative` is that of w^4: the 1 that comes in at each step is "
                "missing from the states.", name="no_input"),
        Mistake({**by_hand(), "turned": math.degrees(math.atan2(5, 60))}, "`turned` is the angle of the gradient as it "
                "was. Where does it point afterwards, and what lies between?", name="angle_before"),
        Mistake({**by_hand(), "turned": 45.0}, "`turned` is the angle of the gradient after clipping. Before, it was "
                "not zero.", name="angle_after"),
        Mistake({**by_hand(), "turned": 0.0}, "`turned` is zero if both tensors are shortened by one factor. Here each "
                "has its own.", name="one_factor"),
        Mistake({**by_hand(), "balance": 2.0}, "`balance` is where clipping begins to cut the short gradients, which "
                "are still the more frequent ones: write down the mean for a theta in between.",
                name="where_short_ones_begin"),
        Mistake({**by_hand(), "balance": 4.0}, "`balance`: the long ones come with probability 0.2, the short ones "
                "with 0.8, and have length 2.", name="length_two_forgotten"),
    ],
    hints=(
        "dh_t/dw = w dh_{t-1}/dw + h_{t-1}, starting from h_0 = 1 and dh_0/dw = 0.",
        "Two tensors are two sides of a right angle: lengths 60 and 5 before, 3 and 3 after.",
        "For theta between 2 and 20 the clipped gradients are -2 and theta.",
    ),
)

QUESTIONS = [clip_question, turned_question, unit_question, loop_question, rest_question, logs_question, hand_question]
