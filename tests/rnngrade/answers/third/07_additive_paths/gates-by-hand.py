from math import exp, log

_f = 1 / (1 + exp(-2))
_half = 0.5 ** (1 / 50)
right = {
    "off": 0.99**50, "on": 1.04**50, "neutral": 0.1, "closed": 0.99**49 * 0.01,
    "horizon": log(1000) / -log(_f), "half": log(_half / (1 - _half)),
}
# "on" adds the fifty-step effects of the paths instead of the factors; "neutral" forgets to divide by i.
wrong_1 = {**right, "on": 0.99**50 + 0.05**50, "neutral": 0.01}
# The gate closes besides the fifty steps.
wrong_2 = {**right, "closed": 0.99**50 * 0.01}
# The horizon as time-scale 1/(1 - f) times ln 1000.
wrong_3 = {**right, "horizon": log(1000) / (1 - _f)}
# "half": the gate, not its bias.
wrong_4 = {**right, "half": _half}
# Two slips: w left out of "on", so also of "neutral"; bits in the horizon.
wrong_5 = {**right, "on": 1.09**50, "neutral": 0.5, "horizon": 10 / -log(_f)}
