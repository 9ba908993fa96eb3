import numpy as np


def _p(train, order, symbols, alpha):
    seen = {}
    for t in range(order, len(train)):
        c = tuple(train[t - order : t])
        seen.setdefault(c, np.zeros(symbols))
        seen[c][train[t]] += 1
    return lambda c: (seen.get(tuple(c), np.zeros(symbols)) + alpha) / (seen.get(tuple(c), np.zeros(symbols)).sum() + alpha * symbols)


def right(train, test, order, symbols, alpha):
    p = _p(train, order, symbols, alpha)
    return -np.mean([np.log2(p(test[t - order : t])[test[t]]) for t in range(order, len(test))])


def wrong_1(train, test, order, symbols, alpha):  # entropy of the forecast instead of its surprise
    p = _p(train, order, symbols, alpha)
    return np.mean([-(p(test[t - order : t]) * np.log2(p(test[t - order : t]))).sum() for t in range(order, len(test))])


def wrong_2(train, test, order, symbols, alpha):  # logarithm of the mean
    p = _p(train, order, symbols, alpha)
    return -np.log2(np.mean([p(test[t - order : t])[test[t]] for t in range(order, len(test))]))


def wrong_3(train, test, order, symbols, alpha):  # order counts the symbol itself
    return right(train, test, max(order - 1, 0), symbols, alpha)


def wrong_4(train, test, order, symbols, alpha):  # divided by the whole length
    return right(train, test, order, symbols, alpha) * (len(test) - order) / len(test)


def wrong_5(train, test, order, symbols, alpha):  # unseen contexts are left out
    known = {tuple(train[t - order : t]) for t in range(order, len(train))}
    p = _p(train, order, symbols, alpha)
    bits = [np.log2(p(test[t - order : t])[test[t]]) for t in range(order, len(test)) if tuple(test[t - order : t]) in known]
    return -np.mean(bits)


def wrong_6(train, test, order, symbols, alpha):  # sign
    return -right(train, test, order, symbols, alpha)


def wrong_7(train, test, order, symbols, alpha):  # add one, whatever alpha
    return right(train, test, order, symbols, 1.0)
