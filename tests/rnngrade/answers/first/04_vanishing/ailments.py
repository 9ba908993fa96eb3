"""diagnosis: a dict letter -> label."""
_L = ("healthy", "vanishing", "exploding", "rate too small", "converged")
right = {"A": "vanishing", "B": "exploding", "C": "rate too small", "D": "converged", "E": "healthy"}
_at = {v: k for k, v in right.items()}


def _swap(a, b):
    return {**right, _at[a]: b, _at[b]: a}


# a loss that does not fall is vanishing: takes "rate too small" for "vanishing"
wrong_1 = _swap("rate too small", "vanishing")
# a low loss is healthy: "converged" for "healthy"
wrong_2 = _swap("converged", "healthy")
# large last loss is taken for vanishing, small |delta| for exploding
wrong_3 = _swap("exploding", "vanishing")
# flat curve at low loss taken for a rate too small
wrong_4 = _swap("converged", "rate too small")
# order of the table, numbers unread
wrong_5 = dict(zip("ABCDE", _L))
# keys and values exchanged
wrong_6 = dict(_at)
# two slips: three labels in a cycle
wrong_7 = {**right, _at["healthy"]: "vanishing", _at["vanishing"]: "rate too small", _at["rate too small"]: "healthy"}
# lower case letters as keys
wrong_8 = {k.lower(): v for k, v in right.items()}
