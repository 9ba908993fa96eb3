"""diagnosis: a dict letter -> label."""
_L = ("none", "padding counted", "state carried over", "softmax twice", "targets not shifted")
right = {"A": "state carried over", "B": "none", "C": "softmax twice", "D": "targets not shifted", "E": "padding counted"}
_r = right
_at = {v: k for k, v in _r.items()}


def _swap(a, b):
    d = dict(_r)
    d[_at[a]], d[_at[b]] = b, a
    return d


# thinks a higher loss must be the probability loss' padding: swaps "softmax twice" and "none" (does not know the entropy 0.72)
wrong_1 = _swap("softmax twice", "none")
# takes the low loss of the padded program for a leak: swaps "padding counted" and "targets not shifted"
wrong_2 = _swap("padding counted", "targets not shifted")
# a loss that changes "after another" read as padding, and vice versa
wrong_3 = _swap("padding counted", "state carried over")
# the best loss is the right one: "targets not shifted" taken for "none"
wrong_4 = _swap("targets not shifted", "none")
# table order, no look at the numbers
wrong_5 = dict(zip("ABCDE", _L))
# inverted dict, label -> letter (wrong part: keys are labels)
wrong_6 = dict(_at)
# two slips: cycle of three labels
wrong_7 = {**_r, _at["none"]: "softmax twice", _at["softmax twice"]: "state carried over", _at["state carried over"]: "none"}
# right but for one label used twice (nothing labelled "softmax twice")
wrong_8 = {**_r, _at["softmax twice"]: "none"}
