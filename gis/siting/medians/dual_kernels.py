"""
The inner loops of bounding medians, compiled: what prices prove, better prices, pairs left out.

Sources: Cornuéjols, Fisher & Nemhauser (1977), Management Science 23, 789-810; multipliers by the
volume algorithm, Barahona & Anbil (2000), Mathematical Programming 87, 385-399.
"""

from typing import Any

import numpy as np

from gis.compiled import compiled

CLOSED, OPEN, FREE = np.int8(-1), np.int8(1), np.int8(0)

LEVEL, STEP, IDLE, PATIENCE = 0, 1, 2, 3
"""
Places in the record of an ascent: the bound, the length of steps, rounds without progress, and how
many of those make steps shorter.
"""
_SHORTEST = 1e-3
_PULL = 0.1
"""How much a round counts in the means, at most."""


@compiled
def relaxed(lists: Any, price: Any, count: Any, saves: Any, taken: Any) -> Any:
    """
    Return the bound that prices of being served (n) give; fill ``saves`` (m) and ``taken`` (flags).

    A row pays its price; a site saves what its rows would pay less with it. The ``count`` sites
    that save most are taken.
    """
    saves[:] = 0.0
    bound = 0.0
    for i in range(len(lists.base)):
        bound += price[i]
        for at in range(lists.first[i], lists.first[i + 1]):
            if lists.cost[at] >= price[i]:
                break
            saves[lists.site[at]] += lists.cost[at] - price[i]
    if count >= len(saves):
        taken[:] = True
        return bound + saves.sum()
    taken[:] = False
    if count == 0:
        return bound
    least = np.partition(saves, count - 1)[count - 1]
    left = count
    for j in range(len(saves)):
        if saves[j] < least:
            taken[j] = True
            bound += saves[j]
            left -= 1
    for j in range(len(saves)):
        if left and saves[j] == least:
            taken[j] = True
            bound += least
            left -= 1
    return bound


@compiled
def narrow(lists: Any, state: Any, name: Any, price: Any, extra: Any, room: Any, fine: Any) -> Any:
    """
    Return the lists that are left when sites are opened or closed (``state``, m).

    ``name`` (m) renumbers the free ones. A pair is left out when serving the row so, at the prices
    known (``price``, n; ``extra``, m: what taking a site adds to the bound), raises the bound by
    ``room`` or more; the base then becomes ``fine``.
    """
    rows = len(lists.base)
    first = np.zeros(rows + 1, np.int64)
    site = np.empty(len(lists.site), np.int32)
    cost = np.empty(len(lists.site), np.float64)
    base = np.empty(rows, np.float64)
    fill = 0
    for i in range(rows):
        base[i] = lists.base[i]
        for at in range(lists.first[i], lists.first[i + 1]):
            j, paid = lists.site[at], lists.cost[at]
            above = max(0.0, paid - price[i])
            if state[j] == OPEN:
                base[i] = paid
                break
            if above >= room:
                base[i] = fine
                break
            if state[j] == FREE and above + extra[j] < room:
                site[fill], cost[fill] = name[j], paid
                fill += 1
        if base[i] - price[i] >= room:
            base[i] = fine
        first[i + 1] = fill
    return first, site[:fill].copy(), cost[:fill].copy(), base


@compiled
def lacking(lists: Any, price: Any, taken: Any) -> Any:
    """Return how much less than once each row is served by the sites taken at these prices."""
    lack = np.ones(len(lists.base))
    for i in range(len(lists.base)):
        for at in range(lists.first[i], lists.first[i + 1]):
            if lists.cost[at] >= price[i]:
                break
            lack[i] -= taken[lists.site[at]]
    return lack


@compiled
def ascend(
    lists: Any,
    count: Any,
    price: Any,
    slope: Any,
    share: Any,
    best: Any,
    cost: Any,
    goal: Any,
    rounds: Any,
    record: Any,
) -> Any:
    """
    Raise the bound by better prices, up to ``rounds`` or until it reaches ``goal``.

    ``price`` (n) are the best so far, ``slope`` (n) the mean of what rows lack at them, ``share``
    (m) the mean of what was taken, ``best`` (flags) the best choice seen, of ``cost``; ``record``
    carries the rest from call to call. All are updated; returns the cost of ``best``.
    """
    rows, size = len(lists.base), len(share)
    tried, lack = np.empty(rows), np.empty(rows)
    saves, taken = np.empty(size), np.empty(size, np.bool_)
    for _ in range(rounds):
        if record[LEVEL] >= goal or record[STEP] < _SHORTEST:
            break
        norm = 0.0
        for i in range(rows):
            if slope[i] > 0 and price[i] >= lists.base[i]:
                continue
            norm += slope[i] * slope[i]
        if norm < 1e-12:
            record[STEP] = 0.0
            break
        length = record[STEP] * (1.01 * cost - record[LEVEL]) / norm
        for i in range(rows):
            low = lists.cost[lists.first[i]] if lists.first[i + 1] > lists.first[i] else price[i]
            tried[i] = min(
                max(price[i] + length * slope[i], min(low, lists.base[i])), lists.base[i]
            )
        level = relaxed(lists, tried, count, saves, taken)
        found, agree, apart, onto = 0.0, 0.0, 0.0, 0.0
        for i in range(rows):
            served, serving = lists.base[i], 0
            for at in range(lists.first[i], lists.first[i + 1]):
                if taken[lists.site[at]]:
                    if serving == 0:
                        served = min(served, lists.cost[at])
                    if lists.cost[at] >= tried[i]:
                        break
                    serving += 1
                elif lists.cost[at] >= tried[i] and served < lists.base[i]:
                    break
            found += served
            lack[i] = 1.0 - serving
            if tried[i] >= lists.base[i] and lack[i] > 0:
                lack[i] = 0.0
            agree += slope[i] * lack[i]
            apart += (slope[i] - lack[i]) ** 2
            onto += slope[i] * (slope[i] - lack[i])
        if found < cost:
            cost = found
            best[:] = taken
        # the mean that lacks least, within what keeps it a long mean
        pull = min(max(onto / apart if apart > 0 else 0.1, 0.01), _PULL)
        for i in range(rows):
            slope[i] += pull * (lack[i] - slope[i])
        for j in range(size):
            share[j] += pull * (taken[j] - share[j])
        if level > record[LEVEL]:
            if agree >= 0:
                record[STEP] = min(record[STEP] * 1.2, 2.0)
            record[LEVEL] = level
            record[IDLE] = 0.0
            price[:] = tried
        else:
            record[IDLE] += 1
            if record[IDLE] >= record[PATIENCE]:
                record[STEP] *= 0.66
                record[IDLE] = 0.0
    return cost
