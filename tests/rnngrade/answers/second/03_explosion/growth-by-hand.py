# Corner of A^t: 5 t 0.7^(t-1), largest at t = 3 (7.0, 7.35, 6.86 for t = 2, 3, 4).
# Overflow: ln 3.4028e38 / ln 1.7 = 167.2, so step 168.
right = {"peak": 3, "corner": 15 * 0.7**2, "overflow": 168}
# Misconception: the last step that still fits, 167, in place of the first that exceeds.
wrong_1 = {"peak": 3, "corner": 7.35, "overflow": 167}
# Misconception: peak at -1 / ln 0.7 = 2.80, rounded down to 2.
wrong_2 = {"peak": 2, "corner": 7.0, "overflow": 168}
# Misconception: power t in place of t - 1 in the corner: 5 * 3 * 0.7^3 = 5.145.
wrong_3 = {"peak": 3, "corner": 5.145, "overflow": 168}
# Misconception: power of a matrix by entry: the corner 5^t grows for ever, largest at the first step.
wrong_4 = {"peak": 1, "corner": 5.0, "overflow": 168}
# Two slips: the step not rounded to a whole number of a maximum at 2.80, and 38 / log10(1.7) for overflow.
wrong_5 = {"peak": 2.8037, "corner": 7.372, "overflow": 165}
