"""Derives the polynomials of src/Mle.Core/Numerics: weighted Remez exchange in 50 digits, rounded to doubles. Prints C# in even/odd Horner form and the error reached."""
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, exp, expm1, log, sqrt, erfc, loggamma, psi, nstr, polyval

mp.dps = 50


def remez(f, weight, a, b, degree):
    """The polynomial of least max |weight·(f − p)| on [a, b]: Remez exchange over 600 Chebyshev points."""
    n = degree + 1
    grid = [(a + b) / 2 - (b - a) / 2 * cos(pi * (i + mpf(1) / 2) / 600) for i in range(600)]
    fs = [f(x) for x in grid]
    ws = [weight(x) for x in grid]
    nodes = [round((i + 0.5) * 599 / (n + 1)) for i in range(n + 1)]
    for _ in range(15):
        A = matrix(n + 1, n + 1)
        y = matrix(n + 1, 1)
        for r, i in enumerate(nodes):
            for c in range(n):
                A[r, c] = grid[i] ** c
            A[r, n] = (-1) ** r / ws[i]
            y[r] = fs[i]
        p = list(lu_solve(A, y))[:n]
        e = [w * (y - polyval(p[::-1], x)) for x, y, w in zip(grid, fs, ws)]
        best = []
        for i, v in enumerate(e):
            if best and (e[best[-1]] > 0) == (v > 0):
                if abs(v) > abs(e[best[-1]]):
                    best[-1] = i
            else:
                best.append(i)
        while len(best) > n + 1:
            best.pop(0 if abs(e[best[0]]) < abs(e[best[-1]]) else -1)
        if len(best) < n + 1 or best == nodes:
            break
        nodes = best
    return p


def polynomial(name, variable, f, weight, a, b, degree):
    a, b = mpf(a), mpf(b)
    fixed = [mpf(float(c)) for c in remez(f, weight, a, b, degree)]
    grid = [a + (b - a) * i / 1000 for i in range(1, 1000)]
    error = max(abs(weight(x) * (f(x) - polyval(fixed[::-1], x))) for x in grid)
    size = max(sum(abs(c * x**i) for i, c in enumerate(fixed)) / abs(f(x)) for x in (a, b))
    print(f"// {name}: degree {degree}, weighted error {nstr(error, 3)}, condition {nstr(size, 3)}")
    even, odd = (degree, degree - 1) if degree % 2 == 0 else (degree - 1, degree)
    print(f"T even = {float(fixed[even])!r}, odd = {float(fixed[odd])!r};")
    for i in range(even - 2, -1, -2):
        print(f"even = T.MultiplyAdd(even, u, {float(fixed[i])!r});")
    for i in range(odd - 2, 0, -2):
        print(f"odd = T.MultiplyAdd(odd, u, {float(fixed[i])!r});")
    print(f"return T.MultiplyAdd(odd, {variable}, even);\n", flush=True)


def log_series(z):
    s = sqrt(z)
    return (2 * mp.atanh(s) / s - 2) / z if z > 0 else mpf(2) / 3


def mills(t, c=mpf(4)):
    """(1 + x) e^(x²/2) Φ(−x) at x = 4(1 + t)/(1 − t)."""
    x = c * (1 + t) / (1 - t)
    return (1 + x) * exp(x * x / 2) * erfc(x / sqrt(2)) / 2 if x < 2000 else (1 + x) / x * (1 - 1 / x**2 + 3 / x**4) / sqrt(2 * pi)


def far(order, w):
    x = 1 / sqrt(w)
    if x > 1000:
        return [mpf(1) / 12 - w / 360 + w**2 / 1260 - w**3 / 1680, mpf(1) / 12 - w / 120 + w**2 / 252 - w**3 / 240, mpf(1) / 6 - w / 30 + w**2 / 42 - w**3 / 30][order]
    return [lambda: x * (loggamma(x) - (x - 0.5) * log(x) + x - log(2 * pi) / 2), lambda: x**2 * (log(x) - 1 / (2 * x) - psi(0, x)), lambda: x**3 * (psi(1, x) - 1 / x - 1 / (2 * x * x))][order]()


if __name__ == "__main__":
    one = lambda x: mpf(1)
    polynomial("exp", "r", lambda r: (expm1(r) - r) / r**2 if r else mpf(1) / 2, abs, "-0.3467", "0.3467", 9)
    polynomial("log", "z", log_series, lambda z: z / 2, "0", "0.04", 6)
    polynomial("deviance", "z", log_series, lambda z: z / 2, "0", str(mpf(1) / 9), 10)
    polynomial("Mills", "t", mills, lambda t: 1 / mills(t), "-1", "0.999999", 23)
    polynomial("log Γ near", "d", lambda d: loggamma(2 + d) / d if d else 1 - mp.euler, one, "-0.5", "0.5", 17)
    polynomial("digamma near", "d", lambda d: psi(0, 2 + d), lambda d: 1 / psi(0, 2 + d), "-0.5", "0.5", 18)
    polynomial("trigamma near", "d", lambda d: psi(1, 2 + d), lambda d: 1 / psi(1, 2 + d), "-0.5", "0.5", 19)
    polynomial("log Γ far", "w", lambda w: far(0, w), lambda w: sqrt(w) / loggamma(1 / sqrt(w)), "1e-12", "0.16", 12)
    polynomial("digamma far", "w", lambda w: far(1, w), lambda w: w / psi(0, 1 / sqrt(w)), "1e-12", "0.16", 13)
    polynomial("trigamma far", "w", lambda w: far(2, w), lambda w: sqrt(w) ** 3 / psi(1, 1 / sqrt(w)), "1e-12", "0.16", 14)
