"""Reference values for the special functions, in 60 digits by mpmath 1.3 or by the series and fractions below.

A line of <function>.csv.gz is x, hi, lo: the answer is hi + lo to twice the precision of a double.
A line of incomplete_gamma is a, x, log P, log Q; of incomplete_beta a, b, x, log I, log(1 − I); all logs as hi, lo pairs.

    python3 generate.py [function ...]
"""
import gzip
import io
import random
import sys
from mpmath import mp, mpf, exp, expm1, log, log1p, sqrt, erfc, loggamma, psi, isinf, acot, e1

mp.dps = 60
SMALLEST, LARGEST = 5e-324, sys.float_info.max


def signed(rng, low, high):
    return rng.choice((-1, 1)) * log_uniform(rng, low, high)


def log_uniform(rng, low, high):
    import math
    return min(max(math.exp(rng.uniform(math.log(low), math.log(high))), low), high)


def beside(rng, *points):
    """A double within a factor 1 ± 2⁻ᵏ of a point where the answer or the implementation changes its nature."""
    return rng.choice(points) * (1 + rng.choice((-1, 1)) * rng.uniform(0.5, 1) * 2.0 ** -rng.randrange(2, 53))


def mixture(*parts):
    def draw(rng):
        u = rng.random() * sum(w for w, _ in parts)
        for weight, part in parts:
            u -= weight
            if u <= 0:
                return part(rng)
        return parts[-1][1](rng)
    return draw


positive = mixture(
    (3, lambda r: log_uniform(r, SMALLEST, LARGEST)), (1, lambda r: log_uniform(r, SMALLEST, 3e-308)), (3, lambda r: r.uniform(0.4, 2.5)),
    (2, lambda r: beside(r, 1.0)), (1, lambda r: beside(r, 0.75, 1.5) * 2.0 ** r.randrange(-1020, 1020)))
gammas = mixture(
    (2, lambda r: log_uniform(r, SMALLEST, 2.5e305)), (3, lambda r: r.uniform(0, 4)), (3, lambda r: log_uniform(r, 1e-3, 1e6)),
    (3, lambda r: beside(r, 1.0, 2.0, 1.4616321449683623, 0.5, 1.5, 2.5)), (2, lambda r: r.uniform(2, 40)))


def polygamma(n):
    return (lambda x: psi(n, x)), gammas


UNARY = {
    "log": (log, positive),
    "sqrt": (sqrt, positive),
    "exp": (exp, mixture((4, lambda r: r.uniform(-745.13, 709.78)), (2, lambda r: r.uniform(-2, 2)), (1, lambda r: signed(r, 1e-300, 1)),
                         (1, lambda r: r.uniform(-745.13, -708)), (2, lambda r: beside(r, 0.34657359027997264) * r.randrange(-2149, 2047)))),
    "log1p": (log1p, mixture((3, lambda r: log_uniform(r, SMALLEST, LARGEST)), (1, lambda r: -log_uniform(r, SMALLEST, 1 - 2**-53)),
                             (3, lambda r: r.uniform(-0.999, 2)), (2, lambda r: max(beside(r, -1.0, -0.25, 0.5), -1 + 2**-53)), (1, lambda r: signed(r, 1e-20, 0.9)))),
    "expm1": (expm1, mixture((2, lambda r: signed(r, SMALLEST, 1)), (3, lambda r: r.uniform(-2, 2)), (2, lambda r: r.uniform(-50, 709.78)),
                             (2, lambda r: beside(r, 0.34657359027997264) * r.choice((-5, -3, -1, 1, 3, 5))))),
    "erfc": (erfc, mixture((4, lambda r: r.uniform(0, 27.22)), (2, lambda r: r.uniform(-6.5, 3)), (1, lambda r: signed(r, SMALLEST, 5)), (1, lambda r: r.uniform(26, 27.22)))),
    "normal_cdf": (lambda x: erfc(-x / sqrt(mpf(2))) / 2, mixture((4, lambda r: r.uniform(-38.46, 0)), (2, lambda r: r.uniform(-4, 9)),
                                                                   (1, lambda r: signed(r, SMALLEST, 5)), (1, lambda r: r.uniform(-38.46, -37)))),
    "log_normal_cdf": (lambda x: log_cdf(x), mixture((4, lambda r: r.uniform(-40, 38.4)), (3, lambda r: r.uniform(-3, 3)), (1, lambda r: signed(r, SMALLEST, 5)), (2, lambda r: -log_uniform(r, 1, 1e154)))),
    "log_normal_cdf_slope": (lambda x: slope(x), mixture((4, lambda r: r.uniform(-40, 38.4)), (3, lambda r: r.uniform(-3, 3)), (1, lambda r: signed(r, SMALLEST, 5)), (2, lambda r: -log_uniform(r, 1, 1e154)))),
    "log_normal_cdf_bend": (lambda x: -slope(x) * (x + slope(x)), mixture((4, lambda r: r.uniform(-40, 37)), (3, lambda r: r.uniform(-3, 3)), (1, lambda r: signed(r, SMALLEST, 5)), (2, lambda r: -log_uniform(r, 1, 1e15)))),
    "arccot": (lambda x: acot(x), mixture((2, lambda r: log_uniform(r, SMALLEST, LARGEST)), (3, lambda r: r.uniform(0, 4)), (2, lambda r: log_uniform(r, 1e-3, 1e3)), (1, lambda r: beside(r, 1.0)))),
    "scaled_e1": (lambda x: exp(x) * e1(x) if x < 1000 else sum((-1) ** k * mp.factorial(k) / x ** (k + 1) for k in range(40)),
                  mixture((2, lambda r: log_uniform(r, 1e-300, 1e300)), (3, lambda r: r.uniform(0, 4)), (2, lambda r: log_uniform(r, 1e-3, 1e3)), (1, lambda r: beside(r, 1.0)))),
    "log_gamma": (loggamma, gammas),
    "digamma": polygamma(0),
    "trigamma": polygamma(1),
    "tetragamma": polygamma(2),
    "pentagamma": polygamma(3),
    "hexagamma": polygamma(4),
}


def log_cdf(x):
    if x > 0:
        return log1p(-erfc(x / sqrt(mpf(2))) / 2)
    if x > -200:
        return log(erfc(-x / sqrt(mpf(2))) / 2)
    return -x * x / 2 - log(-x * sqrt(2 * mp.pi)) + log(mills_series(x))


def mills_series(x):
    s, term, w = mpf(1), mpf(1), 1 / x**2
    for k in range(1, 40):
        term *= -(2 * k - 1) * w
        s += term
    return s


def slope(x):
    return -x / mills_series(x) if x < -200 else exp(-x * x / 2 - log_cdf(x)) / sqrt(2 * mp.pi)


def fraction(term, limit=10**6):
    """1 + a₁/(b₁ + a₂/(b₂ + …)) by Lentz; term(n) = (aₙ, bₙ)."""
    f = c = mpf(1)
    d = mpf(0)
    for n in range(1, limit):
        a, b = term(n)
        d = 1 / (b + a * d)
        c = b + a / c
        f *= c * d
        if abs(c * d - 1) < mpf(10) ** -45:
            return f
    raise ArithmeticError("no convergence")


def incomplete_gamma(a, x):
    a, x = mpf(a), mpf(x)
    front = a * log(x) - x - loggamma(a + 1)
    if x < a + 1:
        term = total = mpf(1)
        n = 0
        while term > total * mpf(10) ** -50:
            n += 1
            term *= x / (a + n)
            total += term
        p = front + log(total)
        with mp.workdps(90):
            return p, log(-expm1(p)) if p > -50 else log1p(-exp(p))
    q = front + log(a) - log(x + 1 - a) - log(fraction(lambda n: (-n * (n - a) / ((x + 2 * n - 1 - a) * (x + 2 * n + 1 - a)), mpf(1))))
    # The fraction above is 1 + a₁/(1 + …) in its equivalent form with unit denominators; its reciprocal is meant.
    return log1p(-exp(q)), q


def incomplete_beta(a, b, x):
    a, b, x = mpf(a), mpf(b), mpf(x)
    y = 1 - x
    swap = x > (a + 1) / (a + b + 2)
    if swap:
        a, b, x, y = b, a, y, x
    def term(n):
        m = n // 2
        numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) if n % 2 == 0 else -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return numerator, mpf(1)
    p = a * log(x) + b * log(y) - loggamma(a + 1) - loggamma(b) + loggamma(a + b) - log(fraction(term))
    q = log(-expm1(p)) if p > -1 else log1p(-exp(p))
    return (q, p) if swap else (p, q)


def pair(value):
    if isinf(value):
        return repr(float(value)), "0.0"
    high = float(value)
    return repr(high), repr(float(value - mpf(high)))


def write(name, rows):
    text = io.StringIO()
    for row in rows:
        text.write(",".join(row) + "\n")
    with gzip.GzipFile(name + ".csv.gz", "wb", 9, mtime=0) as f:
        f.write(text.getvalue().encode())


def unary(name):
    f, draw = UNARY[name]
    rng = random.Random("Mle.Gpu " + name)
    rows = {}
    while len(rows) < 10_000:
        x = draw(rng)
        if x and x not in rows:
            v = mpf(f(mpf(x)))
            if abs(v) < mpf(2) ** 1024 * (1 - mpf(2) ** -54):
                rows[x] = (repr(x), *pair(v))
    write(name, [rows[x] for x in sorted(rows)])


def gamma_rows():
    import math
    rng = random.Random("Mle.Gpu incomplete gamma")
    rows = []
    while len(rows) < 10_000:
        a, z = log_uniform(rng, 1e-3, 1e6), rng.uniform(-37, 37)
        if rng.random() < 0.3:
            z /= 10
        u = 1 - 1 / (9 * a) + z / (3 * math.sqrt(a))
        x = a * u**3 if a > 1 and u > 0 else log_uniform(rng, 1e-300, 700) if rng.random() < 0.5 else log_uniform(rng, 1e-6, 700)
        p, q = incomplete_gamma(a, x)
        if min(p, q) > (-690 if rng.random() < 0.95 else -1e5) and max(p, q) < -mpf(10) ** -300:
            rows.append((repr(a), repr(x), *pair(p), *pair(q)))
    return rows


def beta_rows():
    import math
    rng = random.Random("Mle.Gpu incomplete beta")
    rows = []
    while len(rows) < 10_000:
        a, b, z = log_uniform(rng, 1e-3, 1e6), log_uniform(rng, 1e-3, 1e6), rng.uniform(-37, 37)
        if rng.random() < 0.3:
            z /= 10
        odds = math.log(a / b) + z * math.sqrt(1 / a + 1 / b)
        if abs(odds) > 690 or rng.random() < 0.1:
            odds = rng.uniform(-300, 36)
        x = 1 / (1 + math.exp(-odds))
        if 0 < x < 1:
            p, q = incomplete_beta(a, b, x)
            if min(p, q) > (-690 if rng.random() < 0.95 else -1e5) and max(p, q) < -mpf(10) ** -300:
                rows.append((repr(a), repr(b), repr(x), *pair(p), *pair(q)))
    return rows


def check():
    """The series and fractions of this file against mpmath's own."""
    rng = random.Random(1)
    for _ in range(40):
        a, b, x = log_uniform(rng, 1e-2, 50), log_uniform(rng, 1e-2, 50), log_uniform(rng, 1e-2, 100)
        p, q = incomplete_gamma(a, x)
        assert abs(exp(p) / mp.gammainc(a, 0, x, regularized=True) - 1) < mpf(10) ** -40
        assert abs(exp(q) / mp.gammainc(a, x, regularized=True) - 1) < mpf(10) ** -40
        x = rng.uniform(0.01, 0.99)
        p, q = incomplete_beta(a, b, x)
        assert abs(exp(p) / mp.betainc(a, b, 0, x, regularized=True) - 1) < mpf(10) ** -40
        assert abs(exp(q) / mp.betainc(a, b, x, 1, regularized=True) - 1) < mpf(10) ** -40


if __name__ == "__main__":
    check()
    for name in sys.argv[1:] or [*UNARY, "incomplete_gamma", "incomplete_beta"]:
        if name == "incomplete_gamma":
            write(name, gamma_rows())
        elif name == "incomplete_beta":
            write(name, beta_rows())
        else:
            unary(name)
        print(name, flush=True)
