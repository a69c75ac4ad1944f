"""The fits of W1 by JAX: vmap of a jitted Newton iteration, float64, one line of JSON with its times.

usage: jax_newton.py gamma|weibull|t4 VALUES LENGTH SECONDS ESTIMATES
VALUES and ESTIMATES are raw float64; each data set has LENGTH values and two estimates, as the engine reports them.
The algorithms are those of the hand-written C++ peers: one dimension where the other has a closed form.
"""
import json
import sys
import time

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import digamma, polygamma

TOLERANCE, LIMIT = 1e-9, 100


def newton(start, step):
    """From start until no coordinate moves by more than the tolerance; step returns the next point."""
    def moves(state):
        _, length, i = state
        return (length > TOLERANCE) & (i < LIMIT)

    def move(state):
        at, _, i = state
        to = step(at)
        return to, jnp.max(jnp.abs(to - at)), i + 1

    return jax.lax.while_loop(moves, move, (start, jnp.full((), jnp.inf, start.dtype), jnp.int32(0)))[0]


def gamma(x):
    """Shape and rate: Newton in log shape on log a - digamma(a) = log mean - mean log, from two sums."""
    mean = jnp.mean(x)
    s = jnp.log(mean) - jnp.mean(jnp.log(x))
    start = (3 - s + jnp.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)

    def step(t):
        a = jnp.exp(t)
        return t - (t - digamma(a) - s) / (1 - a * polygamma(1, a))

    shape = jnp.exp(newton(jnp.log(start), step))
    return jnp.stack([shape, shape / mean])


def weibull(x):
    """Shape and scale: Newton in log shape on the profile equation, logarithms taken once."""
    logs = jnp.log(x)
    mean = jnp.mean(logs)
    u = logs - mean

    def step(t):
        k = jnp.exp(t)
        e = jnp.exp(k * u)
        a, b, c = jnp.sum(e), jnp.sum(e * u), jnp.sum(e * u * u)
        r = b / a
        return t - jnp.clip((r - 1 / k) / (k * (c / a - r * r) + 1 / k), -1, 1)

    shape = jnp.exp(newton(jnp.log(1.28 / jnp.std(logs)), step))
    return jnp.stack([shape, jnp.exp(mean + jnp.log(jnp.mean(jnp.exp(shape * u))) / shape)])


def t4(x):
    """Location and scale at 4 degrees of freedom: Newton in (location/scale, log scale), and an EM step where that climbs nothing."""
    v, n = 4.0, x.shape[0]
    location, deviation = jnp.mean(x), jnp.std(x)

    def step(at):
        m, scale = deviation * at[0], jnp.exp(at[1])
        z = (x - m) / scale
        q = 1 / (v + z * z)
        qz = q * z
        s1, s2, s3, s4, s5 = jnp.sum(qz), jnp.sum(qz * z), jnp.sum(q * qz), jnp.sum(qz * qz), jnp.sum(q * q)
        gm, gt = (v + 1) * s1, (v + 1) * s2 - n
        a, b, c = (v + 1) * (s4 - v * s5), -2 * v * (v + 1) * s3, -2 * v * (v + 1) * s4
        det = a * c - b * b
        newton_m, newton_t = -(c * gm - b * gt) / det, -(a * gt - b * gm) / det
        em_m, em_t = gm * v / ((v + 1) * (n - s2)), 0.5 * jnp.log((v + 1) * s2 / n)
        concave = (a < 0) & (det > 0) & (jnp.maximum(jnp.abs(newton_m), jnp.abs(newton_t)) < 1)
        dm, dt = jnp.where(concave, newton_m, em_m), jnp.where(concave, newton_t, em_t)
        return jnp.stack([at[0] + scale * dm / deviation, at[1] + dt])

    at = newton(jnp.stack([location / deviation, jnp.log(0.75 * deviation)]), step)
    return jnp.stack([deviation * at[0], jnp.exp(at[1])])


def repeat(work, seconds):
    taken, started = [], time.perf_counter()
    while len(taken) < 3 or time.perf_counter() - started < seconds:
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)


def main(case, values, length, seconds, estimates):
    values = np.fromfile(values).reshape(-1, int(length))
    fit = jax.jit(jax.vmap({"gamma": gamma, "weibull": weibull, "t4": t4}[case]))
    sets = len(values)
    while True:
        try:
            x = jax.device_put(values[:sets])
            begun = time.perf_counter()
            found = jax.block_until_ready(fit(x))
            first = time.perf_counter() - begun
            break
        except Exception as e:  # Its class has moved between versions; only the text stays.
            if "RESOURCE_EXHAUSTED" not in str(e) or sets < 2:
                raise
            x = None
            sets //= 2
    resident = repeat(lambda: jax.block_until_ready(fit(x)), float(seconds))
    fetched = repeat(lambda: np.asarray(fit(x)), float(seconds))
    np.asarray(found).tofile(estimates)
    print(json.dumps({
        "version": jax.__version__, "device": jax.devices()[0].platform, "sets": sets, "compile_seconds": first - resident[0],
        "repeats": len(resident), "seconds": [resident[0], resident[len(resident) // 2]],
        "seconds_fetched": [fetched[0], fetched[len(fetched) // 2]],
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
