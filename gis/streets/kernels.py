"""
The inner loops of every search, compiled.

A label is a pair (weight, tag): ``weight`` is what a way costs, ``tag`` says whose way it is (the
station's row in the upper 32 bits) and how it came home (below). Of two labels the smaller weight
is better, then the station of lower rank, then the lower tag; so equal input gives equal labels
whatever the order of the work.

Core nodes are searched with a queue of buckets, label by label until none gets better (Dial 1969,
"Algorithm 360: shortest-path forest with topological ordering", CACM 12(11)); nodes of chains and
trees, most of a street network, only wait for the labels of their ends.

Compiled code is kept beside the module, or where NUMBA_CACHE_DIR says; ``warm`` compiles it all.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled, inlined

NEVER = 2**61
"""The weight of what is not reached; two of them still fit 64 bits."""
_LOW = 2**32 - 1

Ints = NDArray[np.int64]
Small = NDArray[np.int32]


class Arrays(NamedTuple):
    """
    A prepared graph: core nodes first, then chain by chain, then trees in preorder.

    ``first, head, weight, op``: arcs of the core by tail. ``op`` 0 keeps a tag, 1 marks it
    estimated, more replaces its lower half. Chain c lies between the core nodes ``one[c]`` and
    ``two[c]``; its nodes are ``chain[c] .. chain[c + 1]`` and its links, one more, start at
    ``chain[c] - core + c`` in ``there`` and ``back``; ``ahead`` and ``behind`` are their sums from
    ``one`` and from ``two`` up to each node of a chain. ``of_core`` lists the chains of each core
    node. Tree node t hangs on ``parent[t]``, costs ``down`` and ``up``, and holds ``size[t]``
    nodes; the trees at node v are ``hung[v] .. hung[v + 1]``.
    """

    first: Small
    head: Small
    weight: Ints
    op: Small
    one: Small
    two: Small
    chain: Small
    there: Ints
    back: Ints
    ahead: Ints
    behind: Ints
    chain_of: Small
    of_core_first: Small
    of_core: Small
    parent: Small
    size: Small
    down: Ints
    up: Ints
    hung: Small


class Labels(NamedTuple):
    """Labels by node, in the prepared order; ``stamp`` tells which were bettered in a round."""

    weight: Ints
    tag: Ints
    stamp: Small
    chain_stamp: Small


@inlined
def _offer(weights: Any, tags: Any, rank: Any, v: Any, weight: Any, tag: Any) -> Any:
    """Set the label of a node if it is better."""
    old = weights[v]
    if weight > old:
        return False
    if weight == old:
        theirs = tags[v]
        if tag == theirs:
            return False
        first, second = rank[tag >> 32], rank[theirs >> 32]
        if first > second or (first == second and (tag & _LOW) >= (theirs & _LOW)):
            return False
    weights[v] = weight
    tags[v] = tag
    return True


@inlined
def _touch(stamp: Any, touched: Any, count: Any, v: Any, now: Any) -> Any:
    if stamp[v] != now:
        stamp[v] = now
        touched[count] = v
        return count + 1
    return count


@compiled
def _seed(
    graph: Any, labels: Any, seed: Any, limit: Any, rank: Any, now: Any, touched: Any, count: Any
) -> Any:
    """
    Set a source, and carry its label out of the tree and the chain it lies in.

    Returns the count, and the top node of the tree where the way up ended (-1 if it did not).
    """
    weights, tags, stamp = labels.weight, labels.tag, labels.stamp
    v, weight, tag = seed
    core = len(graph.first) - 1
    solid = core + len(graph.chain_of)
    if weight > limit or not _offer(weights, tags, rank, v, weight, tag):
        return count, -1
    count = _touch(stamp, touched, count, v, now)
    top = -1
    while v >= solid:
        top = v
        weight += graph.up[v - solid]
        v = graph.parent[v - solid]
        if weight > limit or not _offer(weights, tags, rank, v, weight, tag):
            return count, top
        count = _touch(stamp, touched, count, v, now)
    if v < core:
        return count, -1
    c = graph.chain_of[v - core]
    start, stop, shift, at = graph.chain[c], graph.chain[c + 1], c - core, v
    further = weight
    while at >= core:
        further += graph.there[at + 1 + shift]
        at = at + 1 if at + 1 < stop else graph.two[c]
        if further > limit or not _offer(weights, tags, rank, at, further, tag):
            break
        count = _touch(stamp, touched, count, at, now)
    further, at = weight, v
    while at >= core:
        further += graph.back[at + shift]
        at = at - 1 if at - 1 >= start else graph.one[c]
        if further > limit or not _offer(weights, tags, rank, at, further, tag):
            break
        count = _touch(stamp, touched, count, at, now)
    return count, -1


@compiled
def grown(pool: Any) -> Any:
    """Return a pool of entries with room for twice as many."""
    larger = np.empty((2 * pool.shape[0], 3), dtype=np.int64)
    for k in range(pool.shape[0]):  # a slice would take seconds to compile
        larger[k, 0], larger[k, 1], larger[k, 2] = pool[k, 0], pool[k, 1], pool[k, 2]
    return larger


@inlined
def queued(bucket: Any, pool: Any, used: Any, place: Any, v: Any, weight: Any) -> Any:
    """Put a node and its weight first into a bucket; return the pool, grown if it was full."""
    if used == len(pool):
        pool = grown(pool)
    pool[used, 0], pool[used, 1], pool[used, 2] = v, weight, bucket[place]
    bucket[place] = used
    return pool


@compiled
def _search_core(
    graph: Any, labels: Any, limit: Any, rank: Any, now: Any, touched: Any, count: Any, queue: Any
) -> Any:
    """
    Spread the labels of touched core nodes over the core.

    A bucket holds the weights that share their upper bits; its entries are a list in ``pool``
    (node, weight, next). An entry whose label has got better since is skipped.
    """
    first, head, arc_weight, ops = graph.first, graph.head, graph.weight, graph.op
    weights, tags, stamp = labels.weight, labels.tag, labels.stamp
    bucket, pool, shift = queue
    core = len(first) - 1
    used, waiting, turn = 0, 0, len(bucket) - 1
    for k in range(count):
        v = touched[k]
        if v < core:
            place = weights[v] >> shift
            pool = queued(bucket, pool, used, place, v, weights[v])
            used, waiting, turn = used + 1, waiting + 1, min(turn, place)
    while waiting > 0:
        entry = bucket[turn]
        if entry < 0:
            turn += 1
            continue
        v, weight = pool[entry, 0], pool[entry, 1]
        bucket[turn] = pool[entry, 2]
        waiting -= 1
        if weight != weights[v]:
            continue
        tag = tags[v]
        for arc in range(first[v], first[v + 1]):
            further = weight + arc_weight[arc]
            u = head[arc]
            if further > limit or further > weights[u]:
                continue
            op = ops[arc]
            told = tag
            if op == 1:
                told = tag | 1
            elif op > 1:
                told = (tag & ~_LOW) | op
            if not _offer(weights, tags, rank, u, further, told):
                continue
            count = _touch(stamp, touched, count, u, now)
            place = further >> shift
            pool = queued(bucket, pool, used, place, u, further)
            used, waiting = used + 1, waiting + 1
    return count


@compiled
def _fill_chains(
    graph: Any, labels: Any, limit: Any, rank: Any, now: Any, touched: Any, count: Any, whole: Any
) -> Any:
    """
    Carry labels from touched core nodes into their chains, as far as they are better.

    ``whole`` goes through all chains in order and notes nothing.
    """
    weights, tags, stamp, chain_stamp = labels.weight, labels.tag, labels.stamp, labels.chain_stamp
    one, two, chain, there, back = graph.one, graph.two, graph.chain, graph.there, graph.back
    of_core_first, of_core = graph.of_core_first, graph.of_core
    core = len(of_core_first) - 1
    for k in range(len(one) if whole else count):
        first, stop = k, k + 1
        if not whole:
            end = touched[k]
            if end >= core:
                continue
            first, stop = of_core_first[end], of_core_first[end + 1]
        for place in range(first, stop):
            c = place if whole else of_core[place]
            if chain_stamp[c] == now:
                continue
            chain_stamp[c] = now
            shift = c - core
            weight, tag = weights[one[c]], tags[one[c]]
            for v in range(chain[c], chain[c + 1]):
                weight += there[v + shift]
                if weight > limit or not _offer(weights, tags, rank, v, weight, tag):
                    break
                if not whole:
                    count = _touch(stamp, touched, count, v, now)
            weight, tag = weights[two[c]], tags[two[c]]
            for v in range(chain[c + 1] - 1, chain[c] - 1, -1):
                weight += back[v + 1 + shift]
                if weight > limit or not _offer(weights, tags, rank, v, weight, tag):
                    break
                if not whole:
                    count = _touch(stamp, touched, count, v, now)
    return count


@compiled
def _fill_forest(graph: Any, labels: Any, limit: Any, rank: Any) -> None:
    """Carry labels down all trees in order."""
    weights, tags, parent, down = labels.weight, labels.tag, graph.parent, graph.down
    solid = len(graph.hung) - 1
    for k in range(len(parent)):
        weight = weights[parent[k]] + down[k]
        if weight <= limit:
            _offer(weights, tags, rank, solid + k, weight, tags[parent[k]])


@compiled
def _fill_trees(
    graph: Any, labels: Any, limit: Any, rank: Any, now: Any, touched: Any, count: Any, tops: Any
) -> Any:
    """
    Carry labels down the trees of touched nodes; a subtree that gets no better is skipped.

    ``tops`` are tree nodes where a source's way up ended: below them labels wait as well.
    """
    weights, tags, stamp = labels.weight, labels.tag, labels.stamp
    hung, parent, size, down = graph.hung, graph.parent, graph.size, graph.down
    solid = len(hung) - 1
    known = count
    for k in range(known + len(tops)):
        if k < known:
            v = touched[k]
            if v >= solid:
                continue
            t, stop = hung[v], hung[v + 1]
        else:
            v = tops[k - known]
            if v < 0:
                continue
            t, stop = v + 1, v + size[v - solid]
        while t < stop:
            above = parent[t - solid]
            weight = weights[above] + down[t - solid]
            if weight <= limit and _offer(weights, tags, rank, t, weight, tags[above]):
                count = _touch(stamp, touched, count, t, now)
                t += 1
            elif stamp[t] == now:  # a source below has set it: go on down
                t += 1
            else:
                t += size[t - solid]
    return count


@compiled
def spread(
    graph: Any,
    labels: Any,
    sources: Any,
    weights: Any,
    tags: Any,
    limit: Any,
    rank: Any,
    now: Any,
    touched: Any,
    queue: Any,
    whole: Any,
) -> Any:
    """
    Better the labels by some more sources; return how many nodes were touched.

    ``now`` is a number no earlier round on these labels had. Cost follows the nodes that get
    better labels, not the graph; with ``whole`` (blank labels only) all nodes are gone through in
    order, which is faster where most are reached, and none is told.
    """
    count = 0
    tops = np.empty(len(sources), dtype=np.int64)
    for k in range(len(sources)):
        seed = (sources[k], weights[k], tags[k])
        count, tops[k] = _seed(graph, labels, seed, limit, rank, now, touched, count)
    count = _search_core(graph, labels, limit, rank, now, touched, count, queue)
    count = _fill_chains(graph, labels, limit, rank, now, touched, count, whole)
    if whole:
        _fill_forest(graph, labels, limit, rank)
        return 0
    return _fill_trees(graph, labels, limit, rank, now, touched, count, tops)
