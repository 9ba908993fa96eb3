import math

# 1.35 - 0.01 * 10; 1.35 - 9.654; 4 w^3 + 3 w^2 + 2 w + 1; 45 - atan(5/60); 0.8 * 2 = 0.2 theta.
right = {
    "clipped": 1.25,
    "unclipped": -8.304,
    "derivative": 24.25,
    "turned": 45 - math.degrees(math.atan(5 / 60)),
    "balance": 8,
}
# Misconception: h_0 = 0 in the derivative: 3 w^2 + 2 w + 1 = 10.75 (one term missing).
wrong_1 = {
    "clipped": 1.25,
    "unclipped": -8.304,
    "derivative": 10.75,
    "turned": 40.2364,
    "balance": 8,
}
# Misconception: ascent: the update is added.
wrong_2 = {
    "clipped": 1.45,
    "unclipped": 11.004,
    "derivative": 24.25,
    "turned": 40.2364,
    "balance": 8,
}
# Misconception: tensors clipped to 3 and 5 stays 5 (taken for short): angle atan(5/3) - atan(5/60).
wrong_3 = {
    "clipped": 1.25,
    "unclipped": -8.304,
    "derivative": 24.25,
    "turned": 54.2726,
    "balance": 8,
}
# Misconception: clips the update in place of the gradient: w moves by 9.654 < 10, so both are alike.
wrong_4 = {
    "clipped": -8.304,
    "unclipped": -8.304,
    "derivative": 24.25,
    "turned": 40.2364,
    "balance": 8,
}
# Two slips: the angle in radians, and theta = 10 from equal distances (the ratio 20 / 2) for balance.
wrong_5 = {
    "clipped": 1.25,
    "unclipped": -8.304,
    "derivative": 24.25,
    "turned": 0.70226,
    "balance": 10,
}
