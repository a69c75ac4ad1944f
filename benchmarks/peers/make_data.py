"""Inputs of all peers, of fixed seeds. usage: make_data.py DIR
Every array is DIR/<name>.bin: raw little-endian float64, row after row. DIR/manifest.json has shapes, true parameters and
the SHA-256 of each; another numpy than 1.24 may draw other numbers."""
import sys, os, json, hashlib, numpy as np
D = sys.argv[1]; os.makedirs(D, exist_ok=True)
man = {}

def save(name, a, **info):
    a = np.ascontiguousarray(a, dtype='<f8')
    a.tofile(f'{D}/{name}.bin')
    man[name] = dict(shape=list(a.shape), sha256=hashlib.sha256(a.tobytes()).hexdigest(), **info)

def rng(k): return np.random.Generator(np.random.PCG64([20251121, k]))

# ---- W1: 10,000 datasets x 200 observations per family; the parameters differ between datasets
N, n = 10000, 200
r = rng(1); U = lambda a, b: r.uniform(a, b, (N, 1))
m, s = U(-5, 5), U(.5, 3);   save('w1_normal', r.normal(m, s, (N, n)), params='mu in[-5,5], sigma in[.5,3]')
b = U(.2, 5);                save('w1_exponential', r.exponential(1 / b, (N, n)), params='rate in[.2,5]')
k, t = U(.5, 8), U(.5, 3);   save('w1_gamma', r.gamma(k, t, (N, n)), params='shape in[.5,8], scale in[.5,3]')
k, t = U(.5, 4), U(.5, 5);   save('w1_weibull', t * r.weibull(k, (N, n)), params='shape in[.5,4], scale in[.5,5]')
a, b = U(.5, 5), U(.5, 5)
x = np.clip(r.beta(a, b, (N, n)), 1e-12, 1 - 1e-12)
save('w1_beta', x, params='a,b in[.5,5], clipped to [1e-12,1-1e-12]')
l = U(.5, 20);               save('w1_poisson', r.poisson(l, (N, n)), params='lambda in[.5,20]')
z, mu = U(.5, 5), U(5, 20);  save('w1_negbin', r.poisson(r.gamma(z, mu / z, (N, n))), params='size in[.5,5], mu in[5,20]')
m, s = U(-5, 5), U(.5, 3);   save('w1_t4', m + s * r.standard_t(4, (N, n)), params='df=4 known, loc in[-5,5], scale in[.5,3]')

# ---- W2: 10 million observations
M = 10_000_000; r = rng(2)
save('w2_normal', r.normal(1.0, 2.0, M), params='mu=1,sigma=2')
save('w2_gamma', r.gamma(2.5, 1.5, M), params='shape=2.5,scale=1.5')
save('w2_weibull', 2.0 * r.weibull(1.5, M), params='shape=1.5,scale=2')
save('w2_poisson', r.poisson(4.2, M), params='lambda=4.2')
save('w2_t', 0.5 + 1.5 * r.standard_t(5, M), params='loc=.5,scale=1.5,df=5')

# ---- W3: X has p=10 columns, the first is the constant 1
r = rng(3); n3, p = 1_000_000, 10
X = r.normal(size=(n3, p)); X[:, 0] = 1.0
bl = np.array([-.5, .8, -.6, .4, -.3, .25, -.2, .15, -.1, .05])
bp = np.array([.5, .3, -.25, .2, -.15, .1, -.1, .05, -.05, .02])
save('w3_X', X, beta_logit=bl.tolist(), beta_pois=bp.tolist())
save('w3_y_logit', (r.random(n3) < 1 / (1 + np.exp(-X @ bl))).astype(float))
save('w3_y_pois', r.poisson(np.exp(X @ bp)))
ns, K = 200_000, 4                      # softmax: the first 200,000 rows of w3_X, class 0 is the reference
B = np.zeros((p, K)); B[:, 1:] = r.normal(0, .5, (p, K - 1))
G = X[:ns] @ B + r.gumbel(size=(ns, K))
save('w3_y_softmax', G.argmax(1), beta=B[:, 1:].T.tolist())
nb, mb, pb = 2000, 500, 4               # batch of small logistic regressions, first column 1
Xb = r.normal(size=(nb, mb, pb)); Xb[:, :, 0] = 1
bb = r.normal(0, .7, (nb, 1, pb))
save('w3b_X', Xb); save('w3b_y', (r.random((nb, mb)) < 1 / (1 + np.exp(-(Xb * bb).sum(2)))).astype(float))

# ---- W4: one Gamma sample of 1000 for the bootstrap.   W5 draws its own data (Weibull shape 1.5, scale 2, n=100).
save('w4_gamma', rng(4).gamma(2.0, 1.5, 1000), params='shape=2,scale=1.5')
json.dump(dict(numpy=np.__version__, arrays=man), open(f'{D}/manifest.json', 'w'), indent=1)
