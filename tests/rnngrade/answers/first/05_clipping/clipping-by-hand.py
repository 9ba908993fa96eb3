"""by_hand: clipped, unclipped, derivative, turned, balance."""
# right: 1.35 - 0.1; 1.35 - 9.654; 1 + 3 + 6.75 + 13.5; 45 - atan(5/60) degrees; -1.6 + 0.2 theta = 0
right = {"clipped": 1.25, "unclipped": -8.304, "derivative": 24.25, "turned": 40.236358, "balance": 8}
# ascends: 1.45
wrong_1 = {"clipped": 1.45, "unclipped": 11.004, "derivative": 24.25, "turned": 40.236358, "balance": 8}
# h_0 = 1 forgotten: h_4 = 1 + w + w^2 + w^3, derivative 1 + 2w + 3w^2
wrong_2 = {"clipped": 1.25, "unclipped": -8.304, "derivative": 10.75, "turned": 40.236358, "balance": 8}
# the mean of -2 and +20 is taken for the balance: theta = 2.4
wrong_3 = {"clipped": 1.25, "unclipped": -8.304, "derivative": 24.25, "turned": 40.236358, "balance": 2.4}
# radians
wrong_4 = {"clipped": 1.25, "unclipped": -8.304, "derivative": 24.25, "turned": 0.702257, "balance": 8}
# both clipped as one tensor: the direction stays, so 0
wrong_5 = {"clipped": 1.25, "unclipped": -8.304, "derivative": 24.25, "turned": 0.0, "balance": 8}
# rate forgotten: moves by theta = 10
wrong_6 = {"clipped": -8.65, "unclipped": -8.304, "derivative": 24.25, "turned": 40.236358, "balance": 8}
# two slips: angle against the axis (45) and h_4 itself, 13.1875, as derivative
wrong_7 = {"clipped": 1.25, "unclipped": -8.304, "derivative": 13.1875, "turned": 45.0, "balance": 8}
