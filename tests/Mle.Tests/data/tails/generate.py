#!/usr/bin/env python3
"""Writes tails.csv: family, parameters, x, trials, log F(x), log S(x), from textbook formulas in 340 digits (mpmath).

Parameters and x are exact doubles; they stand in the registry's order. Every family's x are quantiles, rounded to a double:
both tails down to 1e-300 where the support and the spacing of doubles let them, and the middle."""
import math
from mpmath import mp, mpf, exp, log, sqrt, atan, pi, ncdf, gammainc, betainc, factorial

mp.dps = 340


def poisson(x, lam):
    return exp(-lam) * mp.fsum(lam**j / factorial(j) for j in range(int(x) + 1)) if x >= 0 else mpf(0)


def never(hazard):
    """e^(-hazard), without the time that mpmath takes for what is 0 by any measure."""
    return exp(-hazard) if hazard < 10**5 else mpf(0)


def normal(z):
    if abs(z) > 1000:
        return mpf(z > 0)
    return mp.erfc(-z / sqrt(2)) / 2


def student(z, df):
    # The odd power series of the distribution function, or the even one of its tail.
    if z * z < df:
        return mpf(1) / 2 + z * mp.gamma((df + 1) / 2) / (sqrt(pi * df) * mp.gamma(df / 2)) * mp.hyp2f1(0.5, (df + 1) / 2, 1.5, -z * z / df)
    tail = betainc(df / 2, mpf(1) / 2, 0, df / (df + z * z), regularized=True) / 2
    return tail if z < 0 else 1 - tail


def gev(x, m, s, xi):
    z = (x - m) / s
    if xi == 0:
        return never(exp(min(-z, mpf(1000))))
    if 1 + xi * z <= 0:
        return mpf(xi < 0)
    return never((1 + xi * z) ** (-1 / xi))


def gpd(x, s, xi):
    if x <= 0:
        return mpf(0)
    if xi == 0:
        return 1 - exp(-x / s)
    return 1 - (1 + xi * x / s) ** (-1 / xi) if 1 + xi * x / s > 0 else mpf(1)


def inverse_gaussian(x, mu, lam):
    r = sqrt(lam / x)
    return normal(r * (x / mu - 1)) + exp(2 * lam / mu) * normal(-r * (x / mu + 1))


def gamma(k, x):
    return gammainc(k, 0, x, regularized=True) if x < 10**5 else mpf(1)


def laplace(z):
    z = max(min(z, mpf(10**4)), mpf(-(10**4)))
    return exp(z) / 2 if z < 0 else 1 - exp(-z) / 2


def logarithmic(x, p):
    return -mp.fsum(p**j / j for j in range(1, int(x) + 1)) / log(1 - p)


def negative_binomial(x, size, mu):
    p = size / (size + mu)
    term, total = p**size, mpf(0)
    for j in range(int(x) + 1):
        total += term
        term *= (size + j) / (j + 1) * (1 - p)
    return total


def binomial(x, p, m):
    return mp.fsum(mp.binomial(m, j) * p**j * (1 - p) ** (m - j) for j in range(int(x) + 1))


LINE, POSITIVE, UNIT, COUNTS, POSITIVE_COUNTS = range(5)
FAMILIES = {
    "normal": (LINE, [(0.4, 1.7), (-3, 0.2)], lambda x, m, s: normal((x - m) / s)),
    "lognormal": (POSITIVE, [(0.4, 0.7), (-1, 1.3)], lambda x, m, s: normal((log(x) - m) / s)),
    "exponential": (POSITIVE, [(0.7,), (20,)], lambda x, r: 1 - never(r * x)),
    "gamma": (POSITIVE, [(2.3, 0.7), (0.4, 3), (50, 2)], lambda x, k, r: gamma(k, r * x)),
    "weibull": (POSITIVE, [(1.4, 2), (0.6, 0.1), (12, 3)], lambda x, k, s: 1 - never((x / s) ** k)),
    "beta": (UNIT, [(2, 3.5), (0.6, 0.8), (40, 3)], lambda x, a, b: betainc(a, b, 0, x, regularized=True)),
    "uniform": (LINE, [(-1, 2), (5, 5.5)], lambda x, a, b: (min(max(x, a), b) - a) / (b - a)),
    "pareto": (POSITIVE, [(1.5, 2.5), (0.2, 0.8)], lambda x, m, a: 1 - (m / max(x, m)) ** a),
    "laplace": (LINE, [(0.5, 2), (-4, 0.3)], lambda x, m, b: laplace((x - m) / b)),
    "inverse_gaussian": (POSITIVE, [(1.5, 3), (0.4, 0.2), (2, 90)], inverse_gaussian),
    "inverse_gamma": (POSITIVE, [(2.3, 0.7), (0.6, 3)], lambda x, k, s: 1 - gamma(k, s / x)),
    "rayleigh": (POSITIVE, [(1.5,), (0.01,)], lambda x, s: 1 - never(x * x / (2 * s * s))),
    "half_normal": (POSITIVE, [(1.5,), (0.01,)], lambda x, s: 2 * normal(x / s) - 1),
    "logistic": (LINE, [(0.5, 2), (-4, 0.3)], lambda x, m, s: 1 / (1 + exp(max(min((m - x) / s, mpf(10**4)), mpf(-(10**4)))))),
    "loglogistic": (POSITIVE, [(2.5, 1.5), (0.7, 4)], lambda x, k, s: 1 / (1 + (s / x) ** k)),
    "gumbel": (LINE, [(0.5, 2), (-4, 0.3)], lambda x, m, s: never(exp(min((m - x) / s, mpf(1000))))),
    "gev": (LINE, [(0.5, 2, 0.15), (-1, 0.5, -0.12), (1, 3, 0), (0, 1, 1e-9)], gev),
    "gpd": (POSITIVE, [(1.5, 0.3), (0.4, -0.15), (3, 0), (2, -1e-9)], gpd),
    "cauchy": (LINE, [(0.5, 2), (-4, 0.3)], lambda x, m, s: (atan(s / (m - x)) if x < m else pi / 2 if x == m else pi - atan(s / (x - m))) / pi),
    "student_t": (LINE, [(0.5, 2, 4), (-1, 0.4, 2.2), (0, 1, 0.8), (3, 2, 30), (0, 1, 1e6)], lambda x, m, s, df: student((x - m) / s, df)),
    "lomax": (POSITIVE, [(2.5, 1.5), (0.9, 4)], lambda x, a, s: 1 - (1 + x / s) ** -a),
    "gompertz": (POSITIVE, [(0.8, 0.3), (2, 0.02)], lambda x, b, a: 1 - never(a / b * mp.expm1(min(b * x, mpf(1000))))),
    "generalized_gamma": (POSITIVE, [(1.5, 2, 1.3), (0.5, 3, 0.8), (2, 60, 0.02)], lambda x, a, d, p: gamma(d / p, (x / a) ** p)),
    "bernoulli": (COUNTS, [(0.3,), (0.9,)], lambda x, p: 1 - p if x == 0 else mpf(1)),
    "binomial": (COUNTS, [(0.3, 40), (0.9, 7), (0.01, 1000)], binomial),
    "poisson": (COUNTS, [(2.5,), (40,), (0.05,)], poisson),
    "ztpoisson": (POSITIVE_COUNTS, [(2.5,), (0.1,), (40,)], lambda x, lam: (poisson(x, lam) - exp(-lam)) / -mp.expm1(-lam)),
    "geometric": (COUNTS, [(0.3,), (0.9,), (0.001,)], lambda x, p: 1 - (1 - p) ** (x + 1)),
    "negative_binomial": (COUNTS, [(1.5, 4), (6, 2), (0.2, 30), (1e8, 3)], negative_binomial),
    "zero_inflated_poisson": (COUNTS, [(0.3, 2.5), (1e-9, 40)], lambda x, pi0, lam: pi0 + (1 - pi0) * poisson(x, lam)),
    "logarithmic": (POSITIVE_COUNTS, [(0.5,), (0.9,), (0.01,), (0.999,)], logarithmic),
}
# A statistic x^2 or (x - location)^2 ends where it over- or underflows.
REACH = {"half_normal": 1e150, "student_t": 1e150}
LEVELS = [-690, -200, -40, -5, -0.7]


def quantiles(kind, F):
    """Points whose log F, and whose log S, are next to each level."""
    if kind in (COUNTS, POSITIVE_COUNTS):
        low = 1 if kind == POSITIVE_COUNTS else 0
        at = lambda i: mpf(i)
        first, last = low, low + 1
        while F(at(last)) < 1 - exp(mpf(-690)) and last < 40_000:
            last *= 2
        middle = lambda a, b: (a + b) // 2
        near = lambda a, b: b - a <= 1
    else:
        scale = {LINE: lambda u: math.sinh(u), POSITIVE: math.exp, UNIT: lambda u: 1 / (1 + math.exp(-u))}[kind]
        at = lambda u: mpf(scale(u))
        first, last = (-700, 37) if kind == UNIT else (-700, 700)
        middle = lambda a, b: (a + b) / 2
        near = lambda a, b: b - a < 1e-3
    points = {at(first), at(last)} if kind in (COUNTS, POSITIVE_COUNTS) else set()
    for level in LEVELS:
        for upper in (False, True):
            a, b = first, last
            while not near(a, b):
                c = middle(a, b)
                f = F(at(c))
                above = 1 - f < exp(mpf(level)) if upper else f > exp(mpf(level))
                a, b = (a, c) if above else (c, b)
            points.add(at(b))
    return sorted(points)


if __name__ == "__main__":
    with open("tails.csv", "w") as out:
        for name, (kind, sets, cdf) in FAMILIES.items():
            for parameters in sets:
                exact = [mpf(p) for p in parameters]
                trials = int(exact.pop()) if name == "binomial" else 1
                F = (lambda x: cdf(x, *exact, trials)) if name == "binomial" else (lambda x: cdf(x, *exact))
                for x in quantiles(kind, F):
                    if kind == COUNTS and name in ("bernoulli", "binomial"):
                        x = min(x, mpf(trials))
                    f = F(x)
                    if exp(mpf(-695)) < f < 1 - exp(mpf(-695)) and float(abs(x)) < REACH.get(name, math.inf) and 1 / float(abs(x) or 1) < REACH.get(name, math.inf):
                        shown = " ".join(repr(float(p)) for p in exact)
                        out.write(f"{name},{shown},{float(x)!r},{trials},{float(log(f))!r},{float(mp.log1p(-f))!r}\n")
            print(name, flush=True)
