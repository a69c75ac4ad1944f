"""How many rows are strictly separated in each of the random logistic data sets of SeparationTests.cs, in exact integers.

Row i can be positive in some d with A d >= 0 unless sum of the candidates c = -sum y_i a_i with y >= 0 (Farkas); phase 1
of the simplex method with Bland's rule and fraction-free pivots decides that, and its dual is such a d. Rows that it
makes positive leave c, until nothing is left to find.

    python3 oracle.py > counts.txt
"""
from math import gcd

MASK = (1 << 64) - 1


class Random:
    """Knuth's MMIX generator, upper 31 bits."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 33) % n


def data_set(index):
    """Rows +x for successes and -x for failures, the first x being 1."""
    random = Random(index)
    for _ in range(4):
        random.below(2)
    n, p = 30 + random.below(171), 2 + random.below(5)
    kinds = [random.below(3) for _ in range(p)]
    beta = [random.below(7) - 3 for _ in range(p)]
    design = random.below(6)
    cell = 1 + random.below(p - 1)
    rows = []
    for _ in range(n):
        x = [1]
        for j in range(1, p):
            x.append(random.below(2) if kinds[j] == 0 else random.below(5) - 2 if kinds[j] == 1 else random.below(2000001) - 1000000)
        score = sum(a * b for a, b in zip(x, beta))
        coin = random.below(2)
        # 0, 1, 2: no construction (2: nearly separated); 3: separated, ties at random; 4: completely; 5: a cell of successes.
        if design < 2:
            y = coin
        elif design == 2:
            y = score > 0 if random.below(20) else coin
        elif design == 3:
            y = score > 0 if score else coin
        elif design == 4:
            y = score > 0
        else:
            y = coin if x[cell] <= 0 else 1
            if kinds[cell] == 2:
                x[cell] = max(x[cell], 0)
        rows.append(x if y else [-a for a in x])
    return rows


def direction(rows, c):
    """An integer d with a.d >= 0 in all rows and c.d > 0, or None."""
    p, n = len(c), len(rows)
    table = []
    for j in range(p):
        sign = -1 if c[j] > 0 else 1
        table.append([sign * a[j] for a in rows] + [int(i == j) for i in range(p)] + [-sign * c[j]])
    signs = [-1 if c[j] > 0 else 1 for j in range(p)]
    cost = [-sum(row[i] for row in table) for i in range(n)] + [0] * p + [-sum(row[-1] for row in table)]
    basis, previous = list(range(n, n + p)), 1
    while True:
        enter = next((i for i in range(n) if cost[i] < 0), None)
        if enter is None:
            break
        leave = None
        for r in range(p):
            if table[r][enter] > 0:
                if leave is None:
                    leave = r
                    continue
                left, right = table[r][-1] * table[leave][enter], table[leave][-1] * table[r][enter]
                if left < right or (left == right and basis[r] < basis[leave]):
                    leave = r
        pivot = table[leave][enter]
        source = table[leave]
        for row in [*(table[r] for r in range(p) if r != leave), cost]:
            factor = row[enter]
            row[:] = [(pivot * v - factor * w) // previous for v, w in zip(row, source)]
        previous = pivot
        basis[leave] = enter
    if cost[-1] == 0:
        return None
    # Reduced costs of the artificial columns are previous * (1 - dual).
    d = [-(previous - cost[n + j]) * signs[j] for j in range(p)]
    divisor = gcd(*d)
    return [v // divisor for v in d]


def separated(rows):
    active = set(range(len(rows)))
    while active:
        c = [sum(rows[i][j] for i in active) for j in range(len(rows[0]))]
        d = direction(rows, c)
        if d is None:
            break
        products = [sum(a * b for a, b in zip(row, d)) for row in rows]
        assert min(products) >= 0
        active -= {i for i, v in enumerate(products) if v > 0}
    return len(rows) - len(active)


if __name__ == "__main__":
    for index in range(1000):
        rows = data_set(index)
        print(separated(rows), len(rows), flush=True)
