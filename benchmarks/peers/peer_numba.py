#!/usr/bin/python3
"""numba peers (njit, fastmath, one thread) of W1, W2, W4, W5, by hand. usage: peer_numba.py DIR. Debian's numba has no SVML: log and exp are scalar libm calls."""
from harness import *
import numba
from numba import njit, prange
print(json.dumps(dict(version='numba', **{'is': numba.__version__})))
from math import log, exp, sqrt, fabs
J = dict(fastmath=True, cache=False)
@njit(**J)
def digam(x):
    s = 0.
    for i in range(8): s += 1 / (x + i)
    r = 1 / (x + 8); q = r * r
    return log(x + 8) - .5 * r - q * (1 / 12 - q * (1 / 120 - q * (1 / 252 - q * (1 / 240 - q / 132)))) - s
@njit(**J)
def trigam(x):
    s = 0.
    for i in range(8): s += 1 / (x + i) ** 2
    r = 1 / (x + 8); q = r * r
    return s + r * (1 + .5 * r + q * (1 / 6 - q * (1 / 30 - q * (1 / 42 - q * (1 / 30 - q * 5 / 66)))))
@njit(**J)
def gshape(s):
    k = (3 - s + sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    for _ in range(4): k = 1 / (1 / k + (log(k) - digam(k) - s) / (k - k * k * trigam(k)))
    return k
@njit(**J)
def wfit(lx):
    n = lx.size; ml = lx.mean(); v = 0.
    for i in range(n): v += (lx[i] - ml) ** 2
    k = 1.28 / sqrt(v / n); A = 0.
    for _ in range(30):
        a = b = c = 0.
        for i in range(n):
            u = lx[i] - ml; e = exp(k * u); a += e; b += e * u; c += e * u * u
        r = b / a; dk = (r - 1 / k) / (c / a - r * r + 1 / (k * k)); A = a - dk * b; k -= dk
        if fabs(dk) < 1e-6 * k: break
    return k, exp(ml + log(A / n) / k)
@njit(parallel=True, **J)
def gamma_batch(X, E):
    for r in prange(X.shape[0]):
        s = 0.; l = 0.
        for i in range(X.shape[1]): s += X[r, i]; l += log(X[r, i])
        m = s / X.shape[1]; k = gshape(log(m) - l / X.shape[1]); E[r, 0] = k; E[r, 1] = m / k
@njit(parallel=True, **J)
def weib_batch(X, E):
    for r in prange(X.shape[0]): E[r, 0], E[r, 1] = wfit(np.log(X[r]))
@njit(parallel=True, **J)
def norm_batch(X, E):
    for r in prange(X.shape[0]):
        m = X[r].mean(); v = 0.
        for i in range(X.shape[1]): v += (X[r, i] - m) ** 2
        E[r, 0] = m; E[r, 1] = sqrt(v / X.shape[1])
@njit(parallel=True, **J)
def t4_batch(X, E):
    n = X.shape[1]; v = 4.
    for r in prange(X.shape[0]):
        mu = X[r].mean(); sg = .75 * X[r].std()
        for it in range(60):
            S1 = S2 = S3 = S4 = S5 = 0.
            for i in range(n):
                z = (X[r, i] - mu) / sg; q = 1 / (v + z * z); qz = q * z; S1 += qz; S2 += qz * z; S3 += q * qz; S4 += qz * qz; S5 += q * q
            gm = (v + 1) * S1; gt = (v + 1) * S2 - n; a = (v + 1) * (S4 - v * S5); b = -2 * v * (v + 1) * S3; c = -2 * v * (v + 1) * S4; det = a * c - b * b
            if it < 2 or a >= 0 or det <= 0:
                mu += sg * gm / ((v + 1) * (n - S2) / v); sg *= sqrt((v + 1) * S2 / n); continue
            dm = -(c * gm - b * gt) / det; dt = -(a * gt - b * gm) / det; mu += sg * dm; sg *= exp(dt)
            if fabs(dm) + fabs(dt) < 1e-9: break
        E[r, 0] = mu; E[r, 1] = sg
E = np.empty((10000, 2))
for fam, f in (('normal', norm_batch), ('gamma', gamma_batch), ('weibull', weib_batch), ('t4', t4_batch)):
    X = load('w1_' + fam, 10000, 200); bench('numba', 'W1', fam, 10000, 2e6, lambda: (f(X, E), E[:3].copy())[1], np.ravel, '')
@njit(parallel=True, **J)
def gsum(x):
    a = 0.; b = 0.
    for i in prange(x.size): a += x[i]; b += log(x[i])
    return a / x.size, b / x.size
@njit(**J)
def gfit(m, l): k = gshape(log(m) - l); return k, m / k
M = 10_000_000
x = load('w2_gamma'); bench('numba', 'W2', 'gamma-fit', 1, M, lambda: gfit(*gsum(x)), list, 'two sums, Newton')
x = load('w2_weibull'); bench('numba', 'W2', 'weibull-fit', 1, M, lambda: wfit(np.log(x)), list, 'Newton on numpy logs', repeats=1)
@njit(parallel=True, **J)
def boot(x, lx, E):
    n = x.size
    for r in prange(E.shape[0]):
        a = 0.; b = 0.
        for i in range(n): j = np.random.randint(0, n); a += x[j]; b += lx[j]
        E[r, 0], E[r, 1] = gfit(a / n, b / n)
x = load('w4_gamma'); lx = np.log(x)
summ = lambda r: [r[:, 0].mean(), r[:, 0].std(), r[:, 1].mean(), r[:, 1].std()]
bench('numba', 'W4', 'gamma-bootstrap', 10000, 1e7, lambda: (boot(x, lx, E), E)[1], summ, layout='one data set', tolerance=0.05)
@njit(parallel=True, **J)
def sim(R, n):
    c1 = c2 = 0; mk = ml = 0.
    for r in prange(R):
        lx = np.empty(n)
        for i in range(n): lx[i] = log(2.) + log(-log(1 - np.random.random())) / 1.5
        k, la = wfit(lx); t1 = t2 = 0.; c = log(la)
        for i in range(n): u = lx[i] - c; e = exp(k * u); t1 += e * u; t2 += e * u * u
        h11 = n / k / k + t2; h12 = -k / la * t1; h22 = k * k / la / la * n; det = h11 * h22 - h12 * h12
        if fabs(k - 1.5) < 1.959964 * sqrt(h22 / det): c1 += 1
        if fabs(la - 2) < 1.959964 * sqrt(h11 / det): c2 += 1
        mk += k; ml += la
    return c1 / R, c2 / R, mk / R, ml / R
bench('numba', 'W5', 'weibull-sim', 10000, 1e6, lambda: sim(10000, 100), list, '', ['estimates', 'standard errors', 'intervals'], 'none', 0.02)
