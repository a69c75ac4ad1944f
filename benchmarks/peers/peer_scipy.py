#!/usr/bin/python3
"""scipy / numpy peers of W1, W2, W4, W5. on one thread. usage: peer_scipy.py DIR. Subsets are said in each note."""
from harness import *
import scipy
from scipy import stats, special, optimize
print(json.dumps(dict(version='scipy', **{'is': scipy.__version__})))
print(json.dumps(dict(not_measured='fitdistr and scipy of W2\'s Weibull and gamma', why='they take a minute or more for one fit')))
S = 200
head = lambda r: np.array(r)[:3]
# ---- W1, scipy.stats .fit on the first 200 datasets (closed forms where scipy has them)
def w1(case, fam, fitter, note, peer='scipy', tolerance=1e-4):
    X = load('w1_' + fam, 10000, 200)[:S]
    bench(peer, 'W1', case, S, S * 200, lambda: [fitter(x) for x in X], head, note + f'; the first {S} data sets only', tolerance=tolerance)
w1('normal', 'normal', lambda x: stats.norm.fit(x), 'closed form')
w1('exponential', 'exponential', lambda x: (1 / stats.expon.fit(x, floc=0)[1], 0), 'closed form')
w1('gamma', 'gamma', lambda x: stats.gamma.fit(x, floc=0)[::2], 'gamma.fit(floc=0): brentq on the shape equation')
w1('weibull', 'weibull', lambda x: stats.weibull_min.fit(x, floc=0)[::2], 'weibull_min.fit(floc=0): Nelder-Mead')
w1('beta', 'beta', lambda x: stats.beta.fit(x, floc=0, fscale=1)[:2], 'beta.fit(floc=0,fscale=1): fsolve')
w1('poisson', 'poisson', lambda x: (x.mean(), 0), 'mean (scipy.stats has no poisson MLE)')
def nb(x):
    m = x.mean()
    f = lambda lr: -(special.gammaln(x + np.exp(lr)) - special.gammaln(np.exp(lr)) + np.exp(lr) * (lr - np.log(np.exp(lr) + m)) - x * np.log(np.exp(lr) + m)).sum()
    return np.exp(optimize.minimize_scalar(f, bracket=(0., 1.), tol=1e-9).x), m
w1('negbin', 'negbin', nb, 'minimize_scalar (Brent) on the profile log-likelihood in log size')
w1('t4', 't4', lambda x: stats.t.fit(x, f0=4)[1:], 't.fit(f0=4): Nelder-Mead')
def wb_newton(x):                     # what a careful numpy user writes
    lx = np.log(x); ml = lx.mean(); u = lx - ml; k = 1.28 / u.std()
    for _ in range(30):
        e = np.exp(k * u); a, b, c = e.sum(), (e * u).sum(), (e * u * u).sum(); r = b / a
        dk = (r - 1 / k) / (c / a - r * r + 1 / k ** 2); k -= dk
        if abs(dk) < 1e-9 * k: break
    return k, np.exp(ml + np.log(np.exp(k * u).mean()) / k)
w1('weibull', 'weibull', wb_newton, 'one dataset at a time, hand-written Newton in numpy', 'numpy, by hand')
# ---- W1, numpy batched over all 10,000 datasets at once (the array-programming equivalent of a GPU batch)
X = load('w1_gamma', 10000, 200)
def gb():
    m = X.mean(1); s = np.log(m) - np.log(X).mean(1); k = (3 - s + np.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    for _ in range(4): k = 1 / (1 / k + (np.log(k) - special.digamma(k) - s) / (k - k * k * special.polygamma(1, k)))
    return np.c_[k, m / k]
bench('numpy, all at once', 'W1', 'gamma', 10000, 2e6, gb, head, 'all 10,000 as one array, 4 Newton steps')
X = load('w1_weibull', 10000, 200)
def wbb():
    lx = np.log(X); ml = lx.mean(1, keepdims=True); u = lx - ml; k = 1.28 / u.std(1, keepdims=True)
    for _ in range(5):
        e = np.exp(k * u); a = e.sum(1, keepdims=True); b = np.einsum('ij,ij->i', e, u)[:, None]; c = np.einsum('ij,ij,ij->i', e, u, u)[:, None]; r = b / a
        k -= (r - 1 / k) / (c / a - r * r + 1 / k ** 2)
    return np.c_[k, np.exp(ml + np.log(np.exp(k * u).mean(1, keepdims=True)) / k)]
bench('numpy, all at once', 'W1', 'weibull', 10000, 2e6, wbb, head, 'all 10,000 as one array, 5 Newton steps')
# ---- W2
M = 10_000_000
x = load('w2_normal'); bench('scipy', 'W2', 'normal-fit', 1, M, lambda: stats.norm.fit(x), list, 'norm.fit')
x = load('w2_poisson'); bench('numpy', 'W2', 'poisson-fit', 1, M, lambda: [x.mean()], list, 'mean')
x = load('w2_gamma'); bench('scipy', 'W2', 'gamma-fit', 1, M, lambda: stats.gamma.fit(x, floc=0)[::2], list, 'gamma.fit(floc=0)')
x = load('w2_weibull')
bench('numpy, by hand', 'W2', 'weibull-fit', 1, M, lambda: wb_newton(x), list, 'Newton by hand', repeats=1, min_t=0, warm=False)
def weval():
    k, la = 1.4, 2.1; u = np.log(x) - np.log(la); t = np.exp(k * u); tu = t * u; n = len(x); s0, s1, s2, su = t.sum(), tu.sum(), (tu * u).sum(), u.sum()
    return [n * np.log(k / la) + (k - 1) * su - s0, n / k + su - s1, k / la * (s0 - n), -n / k ** 2 - s2, (s0 - n) / la + k / la * s1, k / la ** 2 * (n - (1 + k) * s0)]
bench('numpy', 'W2', 'weibull-eval', 1, M, weval, list, 'at (1.4, 2.1)', EVALUATION)
x = load('w2_t')
def teval():
    mu, sg, v = .4, 1.6, 4.5; n = len(x); z = (x - mu) / sg; w = v + z * z; q = 1 / w; L = np.log(w).sum() - n * np.log(v); qz = q * z
    S1, S2, S3, S4, S5 = qz.sum(), (qz * z).sum(), (q * qz).sum(), (qz * qz).sum(), (q * q).sum(); dg, pg = special.digamma, lambda y: special.polygamma(1, y)
    cn = special.gammaln((v + 1) / 2) - special.gammaln(v / 2) - .5 * np.log(v * np.pi); c1 = .5 * (dg((v + 1) / 2) - dg(v / 2) - 1 / v); c2 = .25 * (pg((v + 1) / 2) - pg(v / 2)) + .5 / v ** 2
    gt = (v + 1) * S2 - n; s2 = 1 / sg ** 2
    return [n * (cn - np.log(sg)) - (v + 1) / 2 * L, (v + 1) * S1 / sg, gt / sg, n * c1 - L / 2 + (v + 1) / 2 * S2 / v, (v + 1) * (S4 - v * S5) * s2, -2 * v * (v + 1) * S3 * s2,
            (S1 - (v + 1) * S3) / sg, (-2 * v * (v + 1) * S4 - gt) * s2, (S2 - (v + 1) * S4) / sg, n * c2 + S2 / v - (v + 1) / 2 * (S4 / v + S2 / v ** 2)]
bench('numpy', 'W2', 't-eval', 1, M, teval, list, 'at (0.4, 1.6, 4.5)', EVALUATION)
# ---- W4
x = load('w4_gamma'); rng = np.random.default_rng(7); B = 200
summ = lambda r: [np.mean(r, 0)[0], np.std(r, 0)[0], np.mean(r, 0)[1], np.std(r, 0)[1]]
bench('scipy', 'W4', 'gamma-bootstrap', B, B * 1000, lambda: [stats.gamma.fit(rng.choice(x, 1000), floc=0)[::2] for _ in range(B)], summ, f'gamma.fit, B = {B}, not 10,000', layout='one data set', tolerance=0.3)
def bb(B=10000):
    lx = np.log(x); i = rng.integers(0, 1000, (B, 1000)); m = x[i].mean(1); s = np.log(m) - lx[i].mean(1); k = (3 - s + np.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    for _ in range(4): k = 1 / (1 / k + (np.log(k) - special.digamma(k) - s) / (k - k * k * special.polygamma(1, k)))
    return np.c_[k, m / k]
bench('numpy, all at once', 'W4', 'gamma-bootstrap', 10000, 1e7, bb, summ, 'B = 10,000 as one array of indices, Newton by hand', layout='one data set', tolerance=0.05)
# ---- W5
def sim(fit, R):
    def f():
        c = np.zeros(2); est = []
        for _ in range(R):
            y = 2 * rng.weibull(1.5, 100); k, la = fit(y); u = np.log(y / la); t = np.exp(k * u)
            H = np.array([[100 / k ** 2 + (t * u * u).sum(), -k / la * (t * u).sum()], [-k / la * (t * u).sum(), k * k / la / la * 100]]); se = np.sqrt(np.diag(np.linalg.inv(H)))
            c += [abs(k - 1.5) < 1.959964 * se[0], abs(la - 2) < 1.959964 * se[1]]; est.append((k, la))
        return np.r_[c / R, np.mean(est, 0)]
    return f
INTERVALS = ['estimates', 'standard errors', 'intervals']
bench('scipy', 'W5', 'weibull-sim', 200, 2e4, sim(lambda y: stats.weibull_min.fit(y, floc=0)[::2], 200), list, '200 replicates, not 10,000', INTERVALS, 'none', 0.08)
bench('numpy, by hand', 'W5', 'weibull-sim', 2000, 2e5, sim(wb_newton, 2000), list, '2,000 replicates, not 10,000; Newton by hand', INTERVALS, 'none', 0.05)
