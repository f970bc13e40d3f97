"""
The inner loops of the coverage models, compiled.

A cover problem is a 0/1 matrix kept both ways (``Cover``). Sites are opened and closed one at a
time; two sums per site are kept up to date, so that a swap costs what it changes and not what is
there: ``gain``, the weight of its rows nobody covers, and ``once``, of its rows covered by one.

Greedy: Church & ReVelle (1974). Swaps: Teitz & Bart (1968), with the sums of Resende & Werneck
(2007), "A fast swap-based local search procedure for location problems", Annals of Operations
Research 150, 205-230. Wandering: iterated local search, Lourenço, Martin & Stützle (2003).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.siting.covers.matrix_kernels import mix

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Cover(NamedTuple):
    """
    Who covers whom: sites of row i are ``site[start[i] : start[i + 1]]``, ascending; rows of site k
    are ``row[first[k] : first[k + 1]]``, ascending; ``weight`` by row.
    """

    start: Ints
    site: Small
    first: Ints
    row: Small
    weight: Floats


class State(NamedTuple):
    """
    What is open: sites by place in ``chosen`` (-1: free place), ``where`` by site (-1: closed).

    ``covers`` counts a row's open sites, ``owner`` adds up their positions: with one, it is that.
    """

    covers: Small
    owner: Ints
    gain: Floats
    once: Floats
    where: Small
    chosen: Small


@compiled
def begin(cover: Any, count: Any) -> Any:
    """Return the state with nothing open and ``count`` free places."""
    rows, sites = len(cover.start) - 1, len(cover.first) - 1
    gain = np.zeros(sites)
    for k in range(sites):
        for at in range(cover.first[k], cover.first[k + 1]):
            gain[k] += cover.weight[cover.row[at]]
    return State(
        np.zeros(rows, dtype=np.int32),
        np.zeros(rows, dtype=np.int64),
        gain,
        np.zeros(sites),
        np.full(sites, -1, dtype=np.int32),
        np.full(count, -1, dtype=np.int32),
    )


@compiled
def put(cover: Any, state: Any, k: Any, place: Any) -> Any:
    """Open site k in a free place; return the work done."""
    start, site, weight = cover.start, cover.site, cover.weight
    gain, once = state.gain, state.once
    work = 0
    for at in range(cover.first[k], cover.first[k + 1]):
        i = cover.row[at]
        covers = state.covers[i]
        state.covers[i] = covers + 1
        state.owner[i] += k
        if covers < 2:
            work += start[i + 1] - start[i]
        if covers == 0:
            for s in range(start[i], start[i + 1]):
                gain[site[s]] -= weight[i]
                once[site[s]] += weight[i]
        elif covers == 1:
            for s in range(start[i], start[i + 1]):
                once[site[s]] -= weight[i]
    state.where[k] = place
    state.chosen[place] = k
    return work


@compiled
def take(cover: Any, state: Any, place: Any) -> Any:
    """Close the site in a place; return the work done."""
    start, site, weight = cover.start, cover.site, cover.weight
    gain, once = state.gain, state.once
    k = state.chosen[place]
    work = 0
    for at in range(cover.first[k], cover.first[k + 1]):
        i = cover.row[at]
        covers = state.covers[i]
        state.covers[i] = covers - 1
        state.owner[i] -= k
        if covers <= 2:
            work += start[i + 1] - start[i]
        if covers == 1:
            for s in range(start[i], start[i + 1]):
                gain[site[s]] += weight[i]
                once[site[s]] -= weight[i]
        elif covers == 2:
            for s in range(start[i], start[i + 1]):
                once[site[s]] += weight[i]
    state.where[k] = -1
    state.chosen[place] = -1
    return work


@compiled
def fill(cover: Any, state: Any, enough: Any) -> Any:
    """Open what adds most while there is a free place, something to add, and not yet enough."""
    won = 0.0
    for place in range(len(state.chosen)):
        if state.chosen[place] < 0:
            k = np.argmax(state.gain)
            if state.gain[k] <= 0 or state.where[k] >= 0 or won >= enough:
                return
            won += state.gain[k]
            put(cover, state, k, place)


@compiled
def covered(cover: Any, state: Any) -> Any:
    """Return the weight covered."""
    total = 0.0
    for i in range(len(cover.weight)):
        if state.covers[i] > 0:
            total += cover.weight[i]
    return total


@compiled
def _cheapest(cover: Any, state: Any, k: Any, order: Any, shared: Any, touched: Any) -> Any:
    """Return the place whose site is missed least once k is open, and by how much."""
    count = 0
    for at in range(cover.first[k], cover.first[k + 1]):
        i = cover.row[at]
        if state.covers[i] == 1:
            place = state.where[state.owner[i]]
            if shared[place] == 0.0:
                touched[count] = place
                count += 1
            shared[place] += cover.weight[i]
    least, which = np.inf, -1
    for place in order:
        if shared[place] == 0.0:
            least, which = state.once[state.chosen[place]], place
            break
    for q in range(count):
        place = touched[q]
        missed = state.once[state.chosen[place]] - shared[place]
        shared[place] = 0.0
        if missed < least or (missed == least and place < which):
            least, which = missed, place
    return which, least


@compiled
def _by_loss(state: Any) -> Any:
    loss = np.empty(len(state.chosen))
    for place in range(len(loss)):
        loss[place] = state.once[state.chosen[place]]
    order = np.argsort(loss, kind="mergesort")
    return order, loss[order[0]]


@compiled
def climb(cover: Any, state: Any, slack: Any, budget: Any, shared: Any, touched: Any) -> Any:
    """
    Swap one site for another, each time the best swap of all, until none helps.

    All places have to be taken. Returns the weight won and the work done; it ends early where that
    is more than ``budget``.
    """
    won, work = 0.0, 0
    sites = len(state.gain)
    while work < budget:
        order, least = _by_loss(state)
        # no swap with k wins more than this: k spares at most what only one site covers
        best, which, out = slack, -1, -1
        hope, ahead = slack, -1
        for k in range(sites):
            most = state.gain[k] - max(0.0, least - state.once[k])
            if most > hope and state.where[k] < 0:
                hope, ahead = most, k
        work += sites
        if ahead < 0:
            return won, work
        for q in range(-1, sites):
            k = ahead if q < 0 else q  # the most promising first: it spares looking at others
            if state.where[k] >= 0 or state.gain[k] - max(0.0, least - state.once[k]) <= best:
                continue
            place, missed = _cheapest(cover, state, k, order, shared, touched)
            work += cover.first[k + 1] - cover.first[k]
            if state.gain[k] - missed > best:
                best, which, out = state.gain[k] - missed, k, place
        if which < 0:
            return won, work
        work += take(cover, state, out)
        work += put(cover, state, which, out)
        won += best
    return won, work


@compiled
def wander(cover: Any, state: Any, slack: Any, budget: Any, seed: Any) -> Any:
    """
    Kick a few sites, climb again, and keep what is no worse, until the work is ``budget``.

    The state ends at the best found; returns the weight won and the next seed.
    """
    places, sites = len(state.chosen), len(state.gain)
    shared, touched = np.zeros(places), np.empty(places, dtype=np.int32)
    best = state.chosen.copy()
    inside = np.zeros(sites, dtype=np.bool_)
    draw = np.uint64(seed)
    won, work = climb(cover, state, slack, budget, shared, touched)
    best[:] = state.chosen
    now, turn = won, 0
    while work < budget:
        turn += 1
        for kick in range(1 + turn % 3):
            k = np.int64(-1)
            for _ in range(20):
                draw = mix(draw)
                tried = np.int64(draw % np.uint64(sites))
                if state.where[tried] < 0 and state.gain[tried] > slack:
                    k = tried
                    break
            if k < 0:
                continue
            draw = mix(draw)
            place = np.int64(draw % np.uint64(places))
            if kick == 0:
                order, _ = _by_loss(state)
                place, _ = _cheapest(cover, state, k, order, shared, touched)
            now -= state.once[state.chosen[place]]
            work += take(cover, state, place)
            now += state.gain[k]
            work += put(cover, state, k, place)
        more, done = climb(cover, state, slack, budget, shared, touched)
        now += more
        work += done + sites
        if now >= won - slack:
            won = max(now, won)
            best[:] = state.chosen
        else:
            work += _return(cover, state, best, inside)
            now = won
    _return(cover, state, best, inside)
    return won, draw


@compiled
def _return(cover: Any, state: Any, best: Any, inside: Any) -> Any:
    """Go back to the best choice by closing and opening what differs."""
    work = 0
    for k in best:
        inside[k] = True
    for place in range(len(best)):
        if not inside[state.chosen[place]]:
            work += take(cover, state, place)
    free = 0
    for k in best:
        inside[k] = False
        if state.where[k] < 0:
            while state.chosen[free] >= 0:
                free += 1
            work += put(cover, state, k, free)
    return work


@compiled
def fewer(cover: Any, state: Any, best: Any, moved: Any, first: Any, last: Any, seed: Any) -> Any:
    """
    Look for fewer sites that still cover every row; the state covers all and is used up.

    Steps ``first`` to ``last``; ``moved`` (by site, zeros at first) tells when each was swapped.

    One site is closed, and as long as rows are open one is swapped for another; rows that stay open
    weigh more from step to step (Gao, Weise & Li 2015, "An efficient local search heuristic with
    row weighting for the unicost set covering problem", European Journal of Operational Research
    246, 750-761). ``cover.weight`` (ones at first) is changed. Returns the sites of the
    fewest, ``best`` if no fewer were found, the seed to go on with, and whether that is all.
    """
    rows = len(cover.weight)
    open_rows = np.empty(rows, dtype=np.int32)
    draw = np.uint64(seed)
    for step in range(first, last + 1):
        count = 0
        for i in range(rows):
            if state.covers[i] == 0:
                open_rows[count] = i
                count += 1
        if count == 0:
            best = state.chosen[state.chosen >= 0].copy()
        closed = -1
        for place in range(len(state.chosen)):  # what is missed least, of equals what moved first
            k = state.chosen[place]
            if k < 0 or (count > 0 and moved[k] == step - 1):
                continue
            if closed < 0:
                closed = place
                continue
            other = state.chosen[closed]
            if (state.once[k], moved[k]) < (state.once[other], moved[other]):
                closed = place
        if closed < 0:
            return best, np.int64(draw >> np.uint64(1)), True
        gone = state.chosen[closed]
        take(cover, state, closed)
        moved[gone] = step
        if count == 0:
            continue
        draw = mix(draw)
        i = open_rows[np.int64(draw % np.uint64(count))]
        added = -1
        for at in range(cover.start[i], cover.start[i + 1]):
            k = cover.site[at]
            if k == gone:
                continue
            if added < 0 or (-state.gain[k], moved[k]) < (-state.gain[added], moved[added]):
                added = k
        if added < 0:
            added = gone
        put(cover, state, added, closed)
        moved[added] = step
        for i in range(rows):
            if state.covers[i] == 0:
                cover.weight[i] += 1.0
                for at in range(cover.start[i], cover.start[i + 1]):
                    state.gain[cover.site[at]] += 1.0
    return best, np.int64(draw >> np.uint64(1)), False
