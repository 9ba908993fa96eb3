# Solved by halving with the statement's predicted_rate: mu(g) = ln(1e-3) / 190 at s = 0.2.
right = 1.1861624
# Misconception: 200 steps from place 10 to place 200 (mu = ln(1e-3) / 200).
wrong_1 = 1.1913754
# Misconception: the linear network's answer, exp(ln(1e-3) / 190), without slopes.
wrong_2 = 0.9642938
# Misconception: decimal logarithm of a thousandth, mu = -3 / 190, where mu is in nats.
wrong_3 = 1.2493529
# Misconception: fence posts, 191 steps from 10 to 200 counted with both ends.
wrong_4 = 1.1867050
# Two slips: sign of mu lost (a gradient grown a thousandfold), and rounded to three digits.
wrong_5 = 1.45
