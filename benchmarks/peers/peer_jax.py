"""JAX peers of W1 (vmap of a jitted Newton iteration, float64). usage: peer_jax.py DIR"""
import os
from harness import *
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'gpu'))
from jax_newton import gamma, jax, t4, weibull
print(json.dumps(dict(version=f'jax on {jax.devices()[0].platform}', **{'is': jax.__version__})))
for case, fit in (('gamma', gamma), ('weibull', weibull), ('t4', t4)):
    x, all_at_once = load('w1_' + case, 10000, 200), jax.jit(jax.vmap(fit))
    def head(r):
        e = np.array(r)[:3]
        return np.c_[e[:, 0], 1 / e[:, 1]] if case == 'gamma' else e
    bench('JAX', 'W1', case, 10000, 2e6, lambda: np.asarray(all_at_once(x)), head, 'vmap of a jitted Newton iteration, with the copies')
