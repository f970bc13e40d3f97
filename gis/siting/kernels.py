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

from gis.compiled import compiled, inlined

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


@inlined
def mix(value: Any) -> Any:
    """Scatter a number over 64 bits (Steele, Lea & Flood 2014, SplitMix64)."""
    x = np.uint64(value) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def transposed(start: Any, site: Any, columns: Any) -> Any:
    """Return the rows of each column: first, row."""
    first = np.zeros(columns + 1, dtype=np.int64)
    for at in range(len(site)):
        first[site[at] + 1] += 1
    for column in range(columns):
        first[column + 1] += first[column]
    row = np.empty(len(site), dtype=np.int32)
    free = first[:-1].copy()
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            column = site[at]
            row[free[column]] = i
            free[column] += 1
    return first, row


@compiled
def cut(start: Any, site: Any, rows: Any, number: Any) -> Any:
    """Keep some rows (positions), and the columns that have a new number (not -1)."""
    new_start = np.zeros(len(rows) + 1, dtype=np.int64)
    room = 0
    for i in rows:
        room += start[i + 1] - start[i]
    new_site = np.empty(room, dtype=np.int32)
    count = 0
    for q in range(len(rows)):
        for at in range(start[rows[q]], start[rows[q] + 1]):
            column = number[site[at]]
            if column >= 0:
                new_site[count] = column
                count += 1
        new_start[q + 1] = count
    return new_start, new_site[:count].copy()


@compiled
def same_rows(start: Any, site: Any) -> Any:
    """
    Group rows with the same columns (each row's columns ascending).

    Returns the group of each row (-1: no columns) and the first row of each group; groups are
    numbered in order of their first rows. Rows are found by a hash and compared, so that it is
    exact; cost: stored entries.
    """
    rows = len(start) - 1
    size = 2
    while size < 2 * rows + 2:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    group = np.full(rows, -1, dtype=np.int32)
    leader = np.empty(rows, dtype=np.int32)
    hashes = np.empty(rows, dtype=np.uint64)
    count = 0
    for i in range(rows):
        begin, length = start[i], start[i + 1] - start[i]
        if length == 0:
            continue
        key = np.uint64(0)
        for at in range(begin, begin + length):
            key += mix(site[at])
        slot = np.int64(key & np.uint64(size - 1))
        while group[i] < 0:
            other = table[slot]
            if other < 0:
                table[slot], group[i] = count, count
                leader[count], hashes[count] = i, key
                count += 1
            elif hashes[other] == key:
                theirs = start[leader[other]]
                same = start[leader[other] + 1] - theirs == length
                at = 0
                while same and at < length:
                    same = site[theirs + at] == site[begin + at]
                    at += 1
                if same:
                    group[i] = other
            slot = (slot + 1) & (size - 1)
    return group, leader[:count].copy()


@compiled
def inside_another(first: Any, row: Any, start: Any, site: Any) -> Any:
    """
    Flag columns whose rows all lie in another column; of equal ones the first is not flagged.

    Columns without rows are flagged. Whoever holds all rows of a column holds its rarest, so only
    those are compared. Called with rows and columns exchanged it flags rows.
    """
    columns = len(first) - 1
    flags = np.zeros(columns, dtype=np.bool_)
    for j in range(columns):
        begin, end = first[j], first[j + 1]
        if begin == end:
            flags[j] = True
            continue
        rarest = row[begin]
        for at in range(begin, end):
            i = row[at]
            if start[i + 1] - start[i] < start[rarest + 1] - start[rarest]:
                rarest = i
        for at in range(start[rarest], start[rarest + 1]):
            k = site[at]
            theirs, last = first[k], first[k + 1]
            if k == j or last - theirs < end - begin or (last - theirs == end - begin and k > j):
                continue
            mine = begin
            while mine < end and last - theirs >= end - mine:
                i = row[mine]
                while theirs < last and row[theirs] < i:
                    theirs += 1
                if theirs == last or row[theirs] != i:
                    break
                mine += 1
                theirs += 1
            if mine == end:
                flags[j] = True
                break
    return flags


@compiled
def holding_another(start: Any, site: Any, first: Any, row: Any) -> Any:
    """
    Flag rows that hold all columns of another row; of equal ones the first is not flagged.

    Whoever holds all columns of a row stands in its rarest column, so only those are compared.
    """
    rows = len(start) - 1
    flags = np.zeros(rows, dtype=np.bool_)
    for j in range(rows):
        begin, end = start[j], start[j + 1]
        if flags[j] or begin == end:  # what a flagged row would flag, the row it holds flags
            continue
        rarest = site[begin]
        for at in range(begin, end):
            k = site[at]
            if first[k + 1] - first[k] < first[rarest + 1] - first[rarest]:
                rarest = k
        for at in range(first[rarest], first[rarest + 1]):
            i = row[at]
            theirs, last = start[i], start[i + 1]
            if i == j or flags[i] or last - theirs < end - begin:
                continue
            mine = begin
            while mine < end and last - theirs >= end - mine:
                k = site[mine]
                while theirs < last and site[theirs] < k:
                    theirs += 1
                if theirs == last or site[theirs] != k:
                    break
                mine += 1
                theirs += 1
            if mine == end:
                flags[i] = True
    return flags


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
def fewer(cover: Any, state: Any, steps: Any, seed: Any) -> Any:
    """
    Look for fewer sites that still cover every row; the state covers all and is used up.

    One site is closed, and as long as rows are open one is swapped for another; rows that stay open
    weigh more from step to step (Gao, Weise & Li 2015, "An efficient local search heuristic with
    row weighting for the unicost set covering problem", European Journal of Operational Research
    246, 750-761). ``cover.weight`` (ones at first) is changed. Returns the sites of the fewest.
    """
    rows, sites = len(cover.weight), len(state.gain)
    best = state.chosen[state.chosen >= 0].copy()
    moved = np.zeros(sites, dtype=np.int64)
    open_rows = np.empty(rows, dtype=np.int32)
    draw = np.uint64(seed)
    for step in range(1, steps + 1):
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
            return best
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
    return best
