"""
The inner loops of choosing medians, compiled: lists of sites by row, a greedy choice, exchanges.

Rows are kept as lists of the sites that can serve them, nearest first. ``base`` is what a row
costs if none of the chosen serves it: what stands already serves it so, or, where nothing does, a
fine so large that every choice that serves all rows is better than every one that does not.

Sources: Whitaker (1983), "A fast algorithm for the greedy interchange for large-scale clustering
and median location problems", INFOR 21, 95-108; Resende & Werneck (2007), "A fast swap-based local
search procedure for location problems", Annals of Operations Research 150, 205-230.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Marks = NDArray[np.int8]


class Lists(NamedTuple):
    """
    Sites by row, nearest first: row i's are ``site[first[i]:first[i + 1]]``, at ``cost``.

    Costs are multiplied with the row's weight. ``base`` (n) is what a row costs without them; all
    listed cost less.
    """

    first: Ints
    site: Small
    cost: Floats
    base: Floats


class Columns(NamedTuple):
    """The same pairs by site: site j's rows are ``row[first[j]:first[j + 1]]``."""

    first: Ints
    row: Small
    cost: Floats


class Served(NamedTuple):
    """
    How an open set serves: ``slot`` tells a site's place in the set (-1: closed).

    ``near`` and ``next`` (n) are the places of the nearest and second nearest open site, as many as
    there are places for the base; ``at`` and ``then`` what they cost; ``loss`` what closing a place
    costs.
    """

    slot: Small
    near: Small
    next: Small
    at: Floats
    then: Floats
    loss: Floats


@compiled
def sort_rows(first: Any, site: Any, cost: Any, base: Any) -> Any:
    """Return the pairs cheaper than the base, cheapest first in each row, ties by site."""
    rows = len(first) - 1
    start = np.zeros(rows + 1, np.int64)
    for i in range(rows):
        kept = 0
        for at in range(first[i], first[i + 1]):
            kept += cost[at] < base[i]
        start[i + 1] = start[i] + kept
    sites = np.empty(start[rows], np.int32)
    costs = np.empty(start[rows], np.float64)
    for i in range(rows):
        order = np.argsort(cost[first[i] : first[i + 1]], kind="mergesort")
        for k in range(start[i + 1] - start[i]):
            at = first[i] + order[k]
            sites[start[i] + k] = site[at]
            costs[start[i] + k] = cost[at]
    return start, sites, costs


@compiled
def by_column(lists: Any, size: Any) -> Any:
    """Return the same pairs by site; rows rise."""
    first = np.zeros(size + 1, np.int64)
    for at in range(len(lists.site)):
        first[lists.site[at] + 1] += 1
    first = np.cumsum(first)
    fill = first[:-1].copy()
    row = np.empty(len(lists.site), np.int32)
    cost = np.empty(len(lists.site), np.float64)
    for i in range(len(lists.base)):
        for at in range(lists.first[i], lists.first[i + 1]):
            j = lists.site[at]
            row[fill[j]] = i
            cost[fill[j]] = lists.cost[at]
            fill[j] += 1
    return first, row, cost


@compiled
def total(lists: Any, open_: Any) -> Any:
    """Return what all rows cost when ``open_`` (flags) is open."""
    cost = 0.0
    for i in range(len(lists.base)):
        found = lists.base[i]
        for at in range(lists.first[i], lists.first[i + 1]):
            if open_[lists.site[at]]:
                found = lists.cost[at]
                break
        cost += found
    return cost


@compiled
def greedy(lists: Any, columns: Any, chosen: Any, count: Any) -> Any:
    """
    Fill ``chosen`` from place ``count`` on, each time with what saves most; ties: smaller position.

    Savings are kept up to date as rows get nearer sites, so that all choices together cost a few
    passes over the pairs.
    """
    size = len(columns.first) - 1
    gain = np.zeros(size)
    at = lists.base.copy()
    open_ = np.zeros(size, np.bool_)
    for j in range(size):
        for k in range(columns.first[j], columns.first[j + 1]):
            gain[j] += at[columns.row[k]] - columns.cost[k]
    for place in range(len(chosen)):
        best = chosen[place]
        if place >= count:
            best = -1
            for j in range(size):
                if not open_[j] and (best < 0 or gain[j] > gain[best]):
                    best = j
        chosen[place] = best
        open_[best] = True
        for k in range(columns.first[best], columns.first[best + 1]):
            i, cost = columns.row[k], columns.cost[k]
            if cost >= at[i]:
                continue
            for pair in range(lists.first[i], lists.first[i + 1]):
                if lists.cost[pair] >= at[i]:
                    break
                gain[lists.site[pair]] -= at[i] - max(cost, lists.cost[pair])
            at[i] = cost


@compiled
def _serve(lists: Any, served: Any, i: Any, places: Any) -> Any:
    """Find the two nearest open sites of a row."""
    served.near[i], served.next[i] = places, places
    served.at[i], served.then[i] = lists.base[i], lists.base[i]
    for k in range(lists.first[i], lists.first[i + 1]):
        place = served.slot[lists.site[k]]
        if place < 0:
            continue
        if served.near[i] == places:
            served.near[i], served.at[i] = place, lists.cost[k]
        else:
            served.next[i], served.then[i] = place, lists.cost[k]
            break


@compiled
def _losses(served: Any) -> Any:
    """Reckon anew what closing each place costs."""
    served.loss[:] = 0.0
    for i in range(len(served.at)):
        served.loss[served.near[i]] += served.then[i] - served.at[i]


@compiled
def open_all(lists: Any, chosen: Any, served: Any) -> Any:
    """Set ``served`` for the sites ``chosen``; return what all rows cost."""
    served.slot[:] = -1
    for place in range(len(chosen)):
        served.slot[chosen[place]] = place
    for i in range(len(lists.base)):
        _serve(lists, served, i, len(chosen))
    _losses(served)
    return served.at.sum()


@compiled
def exchange(lists: Any, columns: Any, chosen: Any, served: Any, begin: Any, work: Any) -> Any:
    """
    Exchange an open site for a closed one as long as that saves, up to ``work`` pairs looked at.

    Sites are tried in turn from ``begin`` on; the first exchange that saves is made. Returns what
    was looked at.
    """
    size, places = len(columns.first) - 1, len(chosen)
    net = np.empty(places + 1)
    looked, idle, j = 0, 0, begin
    eps = 1e-11 * served.at.sum()
    while idle < size and looked < work:
        j = j + 1 if j + 1 < size else 0
        idle += 1
        if served.slot[j] >= 0:
            continue
        net[:] = 0.0
        gain = 0.0
        for k in range(columns.first[j], columns.first[j + 1]):
            i, cost = columns.row[k], columns.cost[k]
            if cost < served.then[i]:
                if cost < served.at[i]:
                    gain += served.at[i] - cost
                    net[served.near[i]] += served.then[i] - served.at[i]
                else:
                    net[served.near[i]] += served.then[i] - cost
        looked += columns.first[j + 1] - columns.first[j] + places
        best = 0
        for place in range(places):
            net[place] = served.loss[place] - net[place]
            if net[place] < net[best]:
                best = place
        if gain - net[best] > eps:
            _swap(lists, columns, chosen, served, best, j)
            looked += 4 * len(lists.base)
            idle = 0
    return looked


@compiled
def _swap(lists: Any, columns: Any, chosen: Any, served: Any, place: Any, j: Any) -> Any:
    """Put site j into a place of the open set."""
    places = len(chosen)
    served.slot[chosen[place]] = -1
    served.slot[j] = place
    chosen[place] = j
    for k in range(columns.first[j], columns.first[j + 1]):
        i, cost = columns.row[k], columns.cost[k]
        if served.near[i] == place or served.next[i] == place:
            continue
        if cost < served.at[i]:
            served.next[i], served.then[i] = served.near[i], served.at[i]
            served.near[i], served.at[i] = place, cost
        elif cost < served.then[i]:
            served.next[i], served.then[i] = place, cost
    for i in range(len(lists.base)):
        if served.near[i] == place or served.next[i] == place:
            _serve(lists, served, i, places)
    _losses(served)


@compiled
def _next(seed: Any) -> Any:
    """Return the next of a row of pseudo-random numbers below 2**32 (Knuth's constants)."""
    return (seed * 1664525 + 1013904223) & 0xFFFFFFFF


@compiled
def wander(lists: Any, columns: Any, chosen: Any, served: Any, seed: Any, work: Any) -> Any:
    """
    Shake the chosen sites, exchange, keep what is not worse; again up to ``work`` pairs.

    Returns the seed to go on with and what all rows cost now.
    """
    size, places = len(columns.first) - 1, len(chosen)
    best, cost = chosen.copy(), open_all(lists, chosen, served)
    looked = 0
    while looked < work and places < size:
        seed = _next(seed)
        times = 1 + seed % 4
        j = 0
        for _ in range(times):
            seed = _next(seed)
            j = seed * size >> 32
            while served.slot[j] >= 0:
                j = j + 1 if j + 1 < size else 0
            seed = _next(seed)
            _swap(lists, columns, chosen, served, seed * places >> 32, j)
        looked += 4 * times * len(lists.base)
        looked += exchange(lists, columns, chosen, served, j, work)
        found = served.at.sum()
        if found <= cost:
            best[:], cost = chosen, found
        else:
            chosen[:] = best
            open_all(lists, chosen, served)
            looked += 2 * len(lists.base)
    chosen[:] = best
    return seed, open_all(lists, chosen, served)
