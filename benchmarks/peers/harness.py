"""Shared by the Python peers: reads inputs, times with one warm-up, prints one JSON line for each workload."""
import sys, json, time, numpy as np
DIR = sys.argv[1]
ESTIMATES, ERRORS, EVALUATION = ['estimates'], ['estimates', 'log-likelihood', 'standard errors'], ['log-likelihood', 'score', 'Hessian']
def load(name, *shape): return np.fromfile(f'{DIR}/{name}.bin', dtype='<f8').reshape(shape or (-1,))
def bench(peer, wl, case, fits, obs, f, est, note='', computes=ESTIMATES, layout='one data set after another', tolerance=1e-6, repeats=3, min_t=0.5, warm=True):
    """f() is timed, on one thread; est(result) gives a flat list of estimates, which may lie so far from ours, relatively."""
    r = f() if warm else None
    t, t0 = [], time.perf_counter()
    while len(t) < repeats or time.perf_counter() - t0 < min_t and len(t) < 50:
        a = time.perf_counter(); r = f(); t.append(time.perf_counter() - a)
    print(json.dumps(dict(peer=peer, workload=f'{wl} {case}', computes=computes, layout=layout, threads=1, fits=int(fits), observations=int(obs), tolerance=tolerance,
                          seconds=[float(f'{s:.6g}') for s in t], estimates=[float(v) for v in np.ravel(est(r))], note=note)), flush=True)
