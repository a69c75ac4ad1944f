"""Prints the table of a peers.jsonl: medians over all rounds, ours against the faster C++ build; fails where estimates of
regressions, whose parameters are the same numbers in both, differ."""
import json
import statistics
import sys

lines = [json.loads(line) for line in open(sys.argv[1])]
machine = lines.pop(0)
seconds = {}
fits = {}
estimates_of = {}
for line in lines:
    seconds.setdefault((line["workload"], line["case"], line["peer"]), []).append(line["seconds_median"])
    fits[line["workload"], line["case"]] = line["n_fits"]
    estimates_of.setdefault((line["workload"], line["case"].split()[0]), []).append(line["estimates"])
for (workload, case), all_estimates in estimates_of.items():
    for other in all_estimates if workload == "W3" else []:
        for a, b in zip(all_estimates[0], other):
            if abs(a - b) > 1e-9 * (1 + abs(a)):
                sys.exit(f"{workload} {case}: estimates {a} and {b} differ")
median = {key: statistics.median(values) for key, values in seconds.items()}

print(f"{machine['cpu']} ({machine['machine']}), one thread, g++ {machine['gxx']}, .NET {machine['dotnet']}, "
      f"commit {machine['commit']}, {machine['date']}\n")
print("| workload | case | C++ | C++ inlined | ours, estimates | against the faster C++ | ours, complete | complete / estimates |")
print("|---|---|---:|---:|---:|---:|---:|---:|")


def rate(n, s):
    if s is None:
        return ""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if n / s >= size:
            return f"{n / s / size:.3g} {unit}/s"
    return f"{n / s:.3g} /s"


def plain(case):
    return case.removesuffix(" estimates").removesuffix(" complete").removesuffix("-logprod")


for workload, case in dict.fromkeys((w, plain(c)) for w, c, _ in median):
    natives = [min((median[workload, c, peer] for c in (case, case + "-logprod") if (workload, c, peer) in median), default=None)
               for peer in ("native-g++", "native-g++-inl")]
    estimates = median.get((workload, case + " estimates", "mle"), median.get((workload, case, "mle")))
    complete = median.get((workload, case + " complete", "mle"))
    known = [s for s in natives if s is not None]
    if estimates is None or not known and workload != "W4":
        continue
    n = next(v for (w, c), v in fits.items() if w == workload and plain(c) == case)
    ratio = f"{min(known) / estimates:.2f}x" if known else ""
    print(f"| {workload} | {case} | {rate(n, natives[0])} | {rate(n, natives[1])} | {rate(n, estimates)} | {ratio} "
          f"| {rate(n, complete)} | {f'{complete / estimates:.2f}' if complete else ''} |")
