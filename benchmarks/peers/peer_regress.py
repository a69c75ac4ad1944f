#!/usr/bin/python3
"""Regression peers (W3): statsmodels, scikit-learn, numpy by hand; on one thread. usage: peer_regress.py DIR"""
from harness import *
import warnings; warnings.filterwarnings('ignore')
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression, PoissonRegressor
n, p = 1_000_000, 10; X = load('w3_X', n, p); y = load('w3_y_logit'); par = lambda r: r.params
sk = lambda m: np.r_[m.intercept_[0], m.coef_[0]]; K = dict(repeats=1, min_t=0, warm=False, layout='a design, row after row'); C = dict(computes=ERRORS, **K); T = dict(tolerance=1e-2, **K)
import statsmodels, sklearn
for m in (statsmodels, sklearn): print(json.dumps(dict(version=m.__name__, **{'is': m.__version__})))
bench('statsmodels', 'W3', 'logit', 1, n, lambda: sm.Logit(y, X).fit(method='newton', disp=0), par, 'Newton', **C)
bench('statsmodels-glm', 'W3', 'logit', 1, n, lambda: sm.GLM(y, X, family=sm.families.Binomial()).fit(), par, 'IRLS', **C)
bench('sklearn', 'W3', 'logit', 1, n, lambda: LogisticRegression(penalty='none', solver='lbfgs', tol=1e-6, max_iter=500).fit(X[:, 1:], y), sk, 'lbfgs, no penalty, tol 1e-6', **T)
bench('sklearn-newton-cholesky', 'W3', 'logit', 1, n, lambda: LogisticRegression(penalty='none', solver='newton-cholesky', tol=1e-6).fit(X[:, 1:], y), sk, 'newton-cholesky, no penalty', **T)
def npnewton(pois):
    b = np.zeros(p)
    if pois: b[0] = np.log(y.mean())
    for it in range(30):
        e = X @ b
        if pois: mu = np.exp(e); w = mu
        else: mu = 1 / (1 + np.exp(-e)); w = mu * (1 - mu)
        g = X.T @ (y - mu); st = np.linalg.solve((X * w[:, None]).T @ X, g); b = b + st
        if st @ g < 1e-10: break
    return b
bench('numpy, by hand', 'W3', 'logit', 1, n, lambda: npnewton(False), list, 'Newton on BLAS', **K)
y = load('w3_y_pois')
bench('statsmodels', 'W3', 'poisson', 1, n, lambda: sm.Poisson(y, X).fit(method='newton', disp=0), par, 'Newton', **C)
bench('statsmodels-glm', 'W3', 'poisson', 1, n, lambda: sm.GLM(y, X, family=sm.families.Poisson()).fit(), par, 'IRLS', **C)
bench('sklearn', 'W3', 'poisson', 1, n, lambda: PoissonRegressor(alpha=0, tol=1e-6, max_iter=500).fit(X[:, 1:], y), lambda m: np.r_[m.intercept_, m.coef_], 'lbfgs, alpha=0, tol 1e-6', **T)
bench('numpy, by hand', 'W3', 'poisson', 1, n, lambda: npnewton(True), list, 'Newton on BLAS', **K)
ns = 200_000; Xs = X[:ns].copy(); y = load('w3_y_softmax')
bench('statsmodels', 'W3', 'softmax4', 1, ns, lambda: sm.MNLogit(y, Xs).fit(method='newton', disp=0), lambda r: np.asarray(r.params).T.ravel(), 'Newton', **C)
def smx(m):                                       # sklearn's K symmetric rows -> differences from class 0
    W = np.c_[m.intercept_, m.coef_]; return (W[1:] - W[0]).ravel()
bench('sklearn', 'W3', 'softmax4', 1, ns, lambda: LogisticRegression(multi_class='multinomial', penalty='none', solver='lbfgs', tol=1e-6, max_iter=1000).fit(Xs[:, 1:], y), smx, 'lbfgs, no penalty, tol 1e-6', **T)
Xb = load('w3b_X', 2000, 500, 4); yb = load('w3b_y', 2000, 500)
bench('statsmodels', 'W3', 'logit-batch2000', 200, 1e5, lambda: [sm.Logit(yb[i], Xb[i]).fit(method='newton', disp=0).params for i in range(200)], lambda r: np.ravel(r[:3]), 'Newton; the first 200 of 2,000 only', **C)
bench('sklearn', 'W3', 'logit-batch2000', 200, 1e5, lambda: [sk(LogisticRegression(penalty='none', tol=1e-6).fit(Xb[i][:, 1:], yb[i])) for i in range(200)], lambda r: np.ravel(r[:3]), 'lbfgs; the first 200 of 2,000 only', **T)
def batched():
    b = np.zeros((2000, 4)); XT = Xb.transpose(0, 2, 1)
    for it in range(30):
        mu = 1 / (1 + np.exp(-(Xb @ b[:, :, None])[:, :, 0])); w = mu * (1 - mu)
        g = (XT @ (yb - mu)[:, :, None])[:, :, 0]; st = np.linalg.solve((XT * w[:, None, :]) @ Xb, g); b += st
        if (st * g).sum(1).max() < 1e-10: break
    return b
bench('numpy, all at once', 'W3', 'logit-batch2000', 2000, 1e6, batched, lambda r: np.ravel(r[:3]), '', **K)
