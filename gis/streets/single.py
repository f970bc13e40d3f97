"""
Searches from one origin at a time: the inner loops of *reach* and of the k-th nearest, compiled.

They carry weights alone, on blank labels, which is three times as fast as labels with owners
(``gis.streets.kernels``): what lies in a chain is the smaller of two sums made beforehand.

    Arrays, origin, limit  -->  the nodes within the limit, and their weights
"""

from typing import Any

import numpy as np

from gis.compiled import compiled, inlined
from gis.streets.kernels import NEVER, queued


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
        for arc in range(first[v], first[v + 1]):
            further = weight + arc_weight[arc]
            u = head[arc]
            if further > limit or further >= weights[u]:
                continue
            count = _meet(weights, touched, count, u, further)
            place = further >> shift
            pool = queued(bucket, pool, used, place, u, further)
            used, waiting = used + 1, waiting + 1
    return count


@compiled
def _alone(graph: Any, work: Any, origin: Any, limit: Any, now: Any) -> Any:
    """
    Search from one origin: how many nodes it reaches; they stand in ``touched``.

    ``work`` is that of ``reach``; ``now`` is a number no earlier search had.
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
