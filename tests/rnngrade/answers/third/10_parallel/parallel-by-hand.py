import numpy as np

right = {
    "work": 502,
    "depth": 14,
    "nu": np.log(np.log(2) / 50),
    "longest": 0.5,
    "step": np.log(10),
    "picard": np.log(1e8) / 0.2,
    "sum": 2.0,
    "delta": 2 * (1 - 0.98**25),
}
wrong_1 = {**right, "work": 511, "depth": 15}
wrong_2 = {**right, "step": -np.log(0.9)}
wrong_3 = {**right, "delta": 2 * (1 - np.exp(-0.5))}
wrong_4 = {**right, "nu": np.log(2) / 50}
wrong_5 = {**right, "picard": np.log(1e8) / (1 - np.exp(-0.2))}
wrong_6 = {**right, "nu": -np.log(np.log(2) / 50)}
wrong_7 = {**right, "sum": 101 / 50, "delta": 1 - 0.98**25}
wrong_8 = {**right, "longest": -0.5}
wrong_9 = {**right, "step": 1 - np.exp(-0.9)}
