"""
Prices for the rows of a cover problem, so that no choice of sites can be better than their sum.

With a price u (0 <= u <= weight) on every row, a choice of p sites is worth at most

    sum(weight - u)  +  the p greatest sums of u over a site's rows

(Lagrangian relaxation: Galvão & ReVelle 1996, European Journal of Operational Research 88,
114-123). Prices move along a deflected subgradient (Camerini, Fratta & Maffioli 1975, Mathematical
Programming Study 3, 26-34): a row covered by none of those p gets dearer, by two or more cheaper.
A site is out where no choice with it reaches the target, in where none without it does.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled, inlined

Small = NDArray[np.int32]
Tiny = NDArray[np.int8]
Floats = NDArray[np.float64]

FREE, IN, OUT = 0, 1, -1
MEMORY = 0.9
"""How much of the last direction is in the next."""
PATIENCE = 12
"""Steps without a better bound before they get shorter."""
SHORTER = 0.7


class Dual(NamedTuple):
    """
    By row: ``price``, ``way`` (the direction), ``best`` (prices of the least bound). By site:
    ``status``, and ``share``, how often the prices named it lately. ``top``: the choice worth most
    among those they named.
    """

    price: Floats
    way: Floats
    best: Floats
    status: Tiny
    share: Floats
    top: Small


@inlined
def _kth(values: Any, size: Any, k: Any) -> Any:
    """Return the k-th greatest (k from 1) of the first values; they change places (Hoare 1961)."""
    low, high = 0, size - 1
    while low < high:
        pivot = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while values[j] < pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            low = high
    return values[k - 1]


@compiled
def priced(cover: Any, price: Any) -> Any:
    """Return what each site's rows cost together, and the weight left beside the prices."""
    sums = np.zeros(len(cover.first) - 1)
    rest = 0.0
    for i in range(len(price)):
        rest += cover.weight[i] - price[i]
        for at in range(cover.start[i], cover.start[i + 1]):
            sums[cover.site[at]] += price[i]
    return sums, rest


@compiled
def descend(
    cover: Any, dual: Any, goal: Any, target: Any, bound: Any, scale: Any, stale: Any, steps: Any
) -> Any:
    """
    Take some steps.

    ``goal`` is the best value known, ``target`` what a better one is worth at least. Returns the
    bound, scale and stale for the next call, the value of ``top``, and the steps taken: fewer where
    the bound fell below the target, or so many sites are out that no choice is left (bound
    -inf). Cost of a step: rows, sites, and the sites of rows whose price moves.
    """
    start, site, weight = cover.start, cover.site, cover.weight
    price, way, status = dual.price, dual.way, dual.status
    rows, sites, count = len(weight), len(status), len(dual.top)
    sums, rest = priced(cover, price)
    live = np.flatnonzero(status >= FREE).astype(np.int32)
    size = len(live)
    room = np.empty(sites)
    named = np.empty(count, dtype=np.int32)
    covers = np.zeros(rows, dtype=np.int32)
    value = -1.0
    for step in range(steps):
        if size < count:
            return -np.inf, scale, stale, value, step
        # the sites worth most, and the next after them
        for q in range(size):
            room[q] = sums[live[q]]
        least = _kth(room, size, count)
        total, taken, after = 0.0, 0, -np.inf
        for q in range(size):
            if sums[live[q]] > least:
                named[taken] = live[q]
                taken += 1
                total += sums[live[q]]
        for q in range(size):
            worth = sums[live[q]]
            if worth == least and taken < count:
                named[taken] = live[q]
                taken += 1
                total += worth
            elif worth <= least and worth > after:
                after = worth
        now = rest + total
        if now < bound:
            stale = 0 if now < bound - 1e-4 * (bound - goal) else stale + 1
            bound = now
            dual.best[:] = price
        else:
            stale += 1
        if bound < target:
            return bound, scale, stale, value, step + 1
        # what cannot be, what must be
        kept = 0
        for q in range(size):
            k = live[q]
            live[kept] = k
            kept += 1
            if sums[k] <= least:
                if now - least + sums[k] < target and status[k] == FREE:
                    status[k] = OUT
                    kept -= 1
            elif status[k] == FREE and now - sums[k] + after < target:
                status[k] = IN
        size = kept
        for q in range(size):
            dual.share[live[q]] *= MEMORY
        for q in range(count):
            dual.share[named[q]] += 1 - MEMORY
        # where the named sites do too little or too much
        found = 0.0
        for q in range(count):
            for at in range(cover.first[named[q]], cover.first[named[q] + 1]):
                i = cover.row[at]
                if covers[i] == 0:
                    found += weight[i]
                covers[i] += 1
        if found > value:
            value = found
            dual.top[:] = named
        norm = 0.0
        for i in range(rows):
            turn = 1.0 - covers[i] + MEMORY * way[i]
            covers[i] = 0
            if (
                (turn > 0 and price[i] >= weight[i])
                or (turn < 0 and price[i] <= 0)
                or -1e-3 < turn < 1e-3
            ):
                turn = 0.0
            way[i] = turn
            norm += turn * turn
        if norm == 0:
            return bound, scale, stale, value, step + 1
        if stale > PATIENCE:
            scale *= SHORTER
            stale = 0
        length = scale * (now - goal) / norm
        for i in range(rows):
            if way[i] != 0.0:
                moved = min(max(price[i] + length * way[i], 0.0), weight[i]) - price[i]
                price[i] += moved
                rest -= moved
                for at in range(start[i], start[i + 1]):
                    sums[site[at]] += moved
    return bound, scale, stale, value, steps
