"""diagnosis: a dict letter -> label."""
_L = ("healthy", "threshold too small", "summed loss", "wrong place", "vanishing")
right = {"A": "threshold too small", "B": "wrong place", "C": "summed loss", "D": "vanishing", "E": "healthy"}
_at = {v: k for k, v in right.items()}


def _swap(a, b):
    return {**right, _at[a]: b, _at[b]: a}


# the log of norms and losses looks the same: healthy and wrong place exchanged
wrong_1 = _swap("healthy", "wrong place")
# a large loss and norm is taken for the misplaced call
wrong_2 = _swap("summed loss", "wrong place")
# a loss that does not fall: vanishing taken for the small threshold
wrong_3 = _swap("vanishing", "threshold too small")
# share of 100 % above the threshold taken for a small threshold
wrong_4 = _swap("summed loss", "threshold too small")
# order of the table, numbers unread
wrong_5 = dict(zip("ABCDE", _L))
# exchanged keys and values
wrong_6 = dict(_at)
# two slips: three labels in a cycle
wrong_7 = {**right, _at["healthy"]: "wrong place", _at["wrong place"]: "vanishing", _at["vanishing"]: "healthy"}
