"""by_hand: left, weaker, horizon, changed."""
# right: 0.92^99, 0.92^-98, the smallest lag with 0.92^lag < 0.001, a learning rate cancels
right = {"left": 0.92 ** 99, "weaker": 0.92 ** -98, "horizon": 83, "changed": 1}
# 100 Jacobians between step 1 and step 100: off by one
wrong_1 = {"left": 0.92 ** 100, "weaker": 0.92 ** -98, "horizon": 83, "changed": 1}
# compares with step 100 instead of 99
wrong_2 = {"left": 0.92 ** 99, "weaker": 0.92 ** -99, "horizon": 83, "changed": 1}
# rounds 82.85 down: 82
wrong_3 = {"left": 0.92 ** 99, "weaker": 0.92 ** -98, "horizon": 82, "changed": 1}
# a larger rate helps: 50
wrong_4 = {"left": 0.92 ** 99, "weaker": 0.92 ** -98, "horizon": 83, "changed": 50}
# ratio the other way round (reciprocal)
wrong_5 = {"left": 0.92 ** 99, "weaker": 0.92 ** 98, "horizon": 83, "changed": 1}
# two slips: linear decay 0.08 a step for all (1 - 0.08 t), and a horizon of 1/0.08
wrong_6 = {"left": 99 * 0.92 / 100, "weaker": 98 * 0.08, "horizon": 13, "changed": 1}
# in percent
wrong_7 = {"left": 100 * 0.92 ** 99, "weaker": 0.92 ** -98, "horizon": 83, "changed": 1}
# log10 for ln in the horizon: 3/0.08338 = 36
wrong_8 = {"left": 0.92 ** 99, "weaker": 0.92 ** -98, "horizon": 36, "changed": 1}
