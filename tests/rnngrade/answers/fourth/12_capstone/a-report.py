import numpy as np

from rnnlib.data import sunspots

y = np.array(sunspots()[1])
S = 221


def _ar(p, stop=S):
    X = np.column_stack([np.ones(len(y) - p), *(y[p - k : len(y) - k] for k in range(1, p + 1))])
    return X[S - p :] @ (np.linalg.pinv(X[: stop - p]) @ y[p:stop]) - y[S:]


def _dm(d, L=10):
    N, c = len(d), d - d.mean()
    V = sum((1 - abs(l) / (L + 1)) * (c[abs(l):] @ c[: N - abs(l)]) / N for l in range(-L, L + 1))
    return d.mean() / np.sqrt(V / N)


e1, e11, e2, e9 = y[S - 1 : -1] - y[S:], y[S - 11 : -11] - y[S:], _ar(2), _ar(9)
right = {
    "years": 88, "persistence": np.mean(e1**2), "cycle": np.mean(e11**2), "ar2": np.mean(e2**2), "ar9": np.mean(e9**2),
    "skill": 1 - np.mean(e9**2) / np.mean(e1**2), "nearer": np.mean(abs(e9) < abs(e1)), "statistic": _dm(e1**2 - e9**2),
}
wrong_1 = {**right, "statistic": -right["statistic"]}
wrong_2 = {**right, "persistence": np.mean(abs(e1)), "cycle": np.mean(abs(e11)), "ar2": np.mean(abs(e2)), "ar9": np.mean(abs(e9))}
wrong_3 = {key: float(f"{value:.2g}") for key, value in right.items()}
wrong_4 = {**right, "skill": 100 * right["skill"], "nearer": 100 * right["nearer"]}
wrong_5 = {**right, "nearer": np.mean(e9 < e1)}
wrong_6 = {key: value for key, value in right.items() if key != "years"}
wrong_7 = {**right, "statistic": _dm(abs(e1) - abs(e9)), "skill": 1 - np.sqrt(1 - right["skill"])}
