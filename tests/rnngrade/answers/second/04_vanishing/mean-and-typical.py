import math

# mean (0.6 + 1.5)/2 = 1.05 a step; typical 0.9^50; 55.75 -> 56; ln 1000 / 0.05268 = 131.1 -> 132.
right = {"mean": 1.05**100, "typical": 0.9**50, "needed": 56, "horizon": 132}
# Misconception: typical with the pair's factor 0.9 a step, hence 0.9^100.
wrong_1 = {"mean": 131.5, "typical": 0.9**100, "needed": 56, "horizon": 132}
# Misconception: rounding to the nearest: 131 steps are not yet enough.
wrong_2 = {"mean": 131.5, "typical": 0.005154, "needed": 56, "horizon": 131}
# Misconception: the decay rate taken as ln 0.9 a step: horizon 66.
wrong_3 = {"mean": 131.5, "typical": 0.005154, "needed": 56, "horizon": 66}
# Misconception: rounded down, 55 factors of 1.5 leave the length smaller (0.74).
wrong_4 = {"mean": 131.5, "typical": 0.005154, "needed": 55, "horizon": 132}
# Two slips: geometric mean for the mean, too, and one half of the factors taken to be enough.
wrong_5 = {
    "mean": math.sqrt(0.9) ** 100,
    "typical": 0.005154,
    "needed": 50,
    "horizon": 132,
}
