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
def _grown(pool: Any) -> Any:
    larger = np.empty((2 * pool.shape[0], 3), dtype=np.int64)
    for k in range(pool.shape[0]):  # a slice would take seconds to compile
        larger[k, 0], larger[k, 1], larger[k, 2] = pool[k, 0], pool[k, 1], pool[k, 2]
    return larger


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
            if used == len(pool):
                pool = _grown(pool)
            place = weights[v] >> shift
            pool[used, 0], pool[used, 1], pool[used, 2] = v, weights[v], bucket[place]
            bucket[place] = used
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
            if used == len(pool):
                pool = _grown(pool)
            place = further >> shift
            pool[used, 0], pool[used, 1], pool[used, 2] = u, further, bucket[place]
            bucket[place] = used
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


@compiled
def _longer(values: Any, used: Any) -> Any:
    longer = np.empty(2 * len(values), dtype=values.dtype)
    for k in range(used):
        longer[k] = values[k]
    return longer


@compiled
def prefixes(chain: Any, there: Any, back: Any, core: Any) -> Any:
    """Sum the links of chains up to each of their nodes, from either end."""
    ahead = np.empty(chain[-1] - core, dtype=np.int64)
    behind = np.empty(chain[-1] - core, dtype=np.int64)
    for c in range(len(chain) - 1):
        shift, weight = c - core, 0
        for v in range(chain[c], chain[c + 1]):
            weight = min(weight + there[v + shift], NEVER)
            ahead[v - core] = weight
        weight = 0
        for v in range(chain[c + 1] - 1, chain[c] - 1, -1):
            weight = min(weight + back[v + 1 + shift], NEVER)
            behind[v - core] = weight
    return ahead, behind


@inlined
def _meet(weights: Any, touched: Any, count: Any, v: Any, weight: Any) -> Any:
    """Set a smaller weight; note the node the first time."""
    if weights[v] == NEVER:
        touched[count] = v
        count += 1
    weights[v] = weight
    return count


@compiled
def _leave(graph: Any, weights: Any, origin: Any, limit: Any, touched: Any) -> Any:
    """Go from an origin to the core nodes next to it; return the count and the tree's top."""
    core = len(graph.first) - 1
    solid = core + len(graph.chain_of)
    v, weight, top = origin, 0, -1
    count = _meet(weights, touched, 0, v, weight)
    while v >= solid:
        top = v
        weight += graph.up[v - solid]
        if weight > limit:
            return count, top
        v = graph.parent[v - solid]
        count = _meet(weights, touched, count, v, weight)
    if v < core:
        return count, -1
    c = graph.chain_of[v - core]
    start, stop, shift, at, further = graph.chain[c], graph.chain[c + 1], c - core, v, weight
    while at >= core:
        further += graph.there[at + 1 + shift]
        at = at + 1 if at + 1 < stop else graph.two[c]
        if further > limit or further >= weights[at]:
            break
        count = _meet(weights, touched, count, at, further)
    further, at = weight, v
    while at >= core:
        further += graph.back[at + shift]
        at = at - 1 if at - 1 >= start else graph.one[c]
        if further > limit or further >= weights[at]:
            break
        count = _meet(weights, touched, count, at, further)
    return count, -1


@compiled
def _cross(graph: Any, weights: Any, limit: Any, touched: Any, count: Any, queue: Any) -> Any:
    """Search the core from its touched nodes, for the weights of one origin alone."""
    first, head, arc_weight = graph.first, graph.head, graph.weight
    bucket, pool, shift = queue
    core = len(first) - 1
    used, waiting, turn = 0, 0, len(bucket) - 1
    for k in range(count):
        v = touched[k]
        if v < core:
            place = weights[v] >> shift
            pool[used, 0], pool[used, 1], pool[used, 2] = v, weights[v], bucket[place]
            bucket[place] = used
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
        for arc in range(first[v], first[v + 1]):
            further = weight + arc_weight[arc]
            u = head[arc]
            if further > limit or further >= weights[u]:
                continue
            count = _meet(weights, touched, count, u, further)
            if used == len(pool):
                pool = _grown(pool)
            place = further >> shift
            pool[used, 0], pool[used, 1], pool[used, 2] = u, further, bucket[place]
            bucket[place] = used
            used, waiting = used + 1, waiting + 1
    return count


@compiled
def _alone(graph: Any, work: Any, origin: Any, limit: Any, now: Any) -> Any:
    """
    Search from one origin: how many nodes it reaches; they stand in ``touched``.

    Like ``spread``, yet for weights alone and on blank labels, which is three times as fast: what
    lies in a chain is the smaller of two sums made beforehand.
    """
    weights, seen, touched, queue = work
    one, two, chain, ahead, behind = graph.one, graph.two, graph.chain, graph.ahead, graph.behind
    of_core_first, of_core = graph.of_core_first, graph.of_core
    hung, parent, size, down = graph.hung, graph.parent, graph.size, graph.down
    core, solid = len(graph.first) - 1, len(hung) - 1
    count, top = _leave(graph, weights, origin, limit, touched)
    count = _cross(graph, weights, limit, touched, count, queue)
    known = count
    for k in range(known):
        end = touched[k]
        if end >= core:
            continue
        for place in range(of_core_first[end], of_core_first[end + 1]):
            c = of_core[place]
            if seen[c] == now:
                continue
            seen[c] = now
            here, there = weights[one[c]], weights[two[c]]
            for v in range(chain[c], chain[c + 1]):
                weight = min(here + ahead[v - core], there + behind[v - core])
                if weight <= limit and weight < weights[v]:
                    count = _meet(weights, touched, count, v, weight)
    known = count
    for k in range(known + 1):
        if k < known:
            v = touched[k]
            if v >= solid:
                continue
            t, stop = hung[v], hung[v + 1]
        elif top >= 0:
            t, stop = top + 1, top + size[top - solid]
        else:
            break
        while t < stop:
            weight = weights[parent[t - solid]] + down[t - solid]
            if weight <= limit and weight < weights[t]:
                count = _meet(weights, touched, count, t, weight)
                t += 1
            elif weights[t] < NEVER:  # on the origin's own way up: go on down
                t += 1
            else:
                t += size[t - solid]
    return count


@compiled
def reach(graph: Any, work: Any, origins: Any, limit: Any, caller: Any) -> Any:
    """
    Search from each origin by itself: how many nodes each reaches, which, and their weights.

    ``work``: weights (all NEVER, and so again afterwards), a round for each chain (-1), room for
    the nodes touched, and a queue. Nodes are told in the numbering of ``caller``.
    """
    weights, _, touched, _ = work
    counts = np.empty(len(origins), dtype=np.int64)
    nodes, told, used = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int64), 0
    for k in range(len(origins)):
        count = _alone(graph, work, origins[k], limit, k)
        while used + count > len(nodes):
            nodes, told = _longer(nodes, used), _longer(told, used)
        for place in range(count):
            v = touched[place]
            nodes[used + place] = caller[v]
            told[used + place] = weights[v]
            weights[v] = NEVER
        counts[k] = count
        used += count
    return counts, nodes[:used], told[:used]


@compiled
def keep_nearest(graph: Any, work: Any, sources: Any, limits: Any, best: Any, owner: Any) -> None:
    """Search from each source by itself; keep the nearest few of each node, ties to the earlier."""
    weights, _, touched, _ = work
    last = best.shape[1] - 1
    for k in range(len(sources)):
        count = _alone(graph, work, sources[k], limits[k], k)
        for place in range(count):
            v = touched[place]
            weight = weights[v]
            weights[v] = NEVER
            at = last
            if weight >= best[v, at]:
                continue
            while at > 0 and weight < best[v, at - 1]:
                best[v, at], owner[v, at] = best[v, at - 1], owner[v, at - 1]
                at -= 1
            best[v, at], owner[v, at] = weight, k
