import numpy as np


def _smooth(losses, beta):
    m, out = 0.0, []
    for i, l in enumerate(losses):
        m = beta * m + (1 - beta) * l
        out.append(m / (1 - beta ** (i + 1)))
    return np.array(out)


def _stop(s, factor):
    for i in range(len(s)):
        if not np.isfinite(s[i]) or s[i] > factor * np.min(s[: i + 1]):
            return i
    return len(s)


def right(rates, losses, beta, factor):
    s = _smooth(losses, beta)
    stop = _stop(s, factor)
    return rates[np.argmin(s[:stop])] / 10, stop


def wrong_1(rates, losses, beta, factor):  # the exponent is i
    m, s = 0.0, []
    for i, l in enumerate(losses):
        m = beta * m + (1 - beta) * l
        s.append(m / (1 - beta ** max(i, 1)))
    s = np.array(s)
    return rates[np.argmin(s[: _stop(s, factor)])] / 10, _stop(s, factor)


def wrong_2(rates, losses, beta, factor):  # minimum of the raw losses gives the rate
    stop = _stop(_smooth(losses, beta), factor)
    return rates[np.argmin(losses[:stop])] / 10, stop


def wrong_3(rates, losses, beta, factor):  # the rate ten indices before
    s = _smooth(losses, beta)
    stop = _stop(s, factor)
    return rates[max(0, np.argmin(s[:stop]) - 10)], stop


def wrong_4(rates, losses, beta, factor):  # len - 1 if it never stops
    rate, stop = right(rates, losses, beta, factor)
    return rate, min(stop, len(losses) - 1)


def wrong_5(rates, losses, beta, factor):  # stop as a rate
    rate, stop = right(rates, losses, beta, factor)
    return rate, rates[min(stop, len(rates) - 1)]


def wrong_6(rates, losses, beta, factor):  # the last ten losses
    s = np.array([np.mean(losses[max(0, i - 9) : i + 1]) for i in range(len(losses))])
    stop = _stop(s, factor)
    return rates[np.argmin(s[:stop])] / 10, stop


def wrong_7(rates, losses, beta, factor):  # NaN is never larger: goes on
    s = _smooth(losses, beta)
    stop = next((i for i in range(len(s)) if s[i] > factor * np.nanmin(s[: i + 1])), len(s))
    return rates[np.nanargmin(s[:stop])] / 10, stop
