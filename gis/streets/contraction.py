"""
What of a graph must be searched: streets are mostly chains and dead ends, only few nodes decide.

Nodes with one neighbour are taken off again and again: they make up the trees. Of what stays,
nodes with two neighbours make up the chains, and the rest is the core. A label reaches a tree or
a chain only through its ends, so the core alone is searched and the others are filled in.

    tail, head (m arcs), fixed (n nodes)  ->  Shape: the new order of nodes, chains, trees
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from gis.compiled import compiled

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
_NONE = -1


@dataclass(frozen=True, eq=False)
class Shape:
    """
    The prepared order of a graph's nodes; see ``gis.streets.kernels.Arrays`` for the words.

    ``caller[v]`` is the caller's number of node v, ``own`` the reverse. ``link_tail`` and
    ``link_head`` are the ends of every link of the chains, in the order of ``there``.
    """

    caller: Small
    own: Small
    core: int
    one: Small
    two: Small
    chain: Small
    chain_of: Small
    link_tail: Small
    link_head: Small
    parent: Small
    size: Small
    hung: Small


def contract(tail: Ints, head: Ints, size: int, fixed: NDArray[np.bool_]) -> Shape:
    """
    Order the nodes of a graph; ``fixed`` nodes stay in the core.

    Cost grows with arcs (a sort). Nodes of the core keep the order in which their numbers stand.
    """
    loop = tail == head
    ends = np.r_[tail[~loop], head[~loop]], np.r_[head[~loop], tail[~loop]]
    near = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(size, size)).tocsr()
    near.sum_duplicates()
    # neighbours get near numbers, so that a search reads memory in runs
    line = reverse_cuthill_mckee(near, symmetric_mode=True)
    near = near[line][:, line].tocsr()
    fixed = fixed[line]
    first, other = near.indptr.astype(np.int64), near.indices.astype(np.int64)
    parent, degree = _peel(first, other, fixed)
    kind, chain, nodes, one, two = _chains(first, other, parent, degree, fixed)
    core = np.flatnonzero(kind == 0)
    tree, tree_size = _preorder(parent, np.r_[core, nodes])
    order = np.r_[core, nodes, tree]
    own = np.empty(size, dtype=np.int32)
    own[order] = np.arange(size, dtype=np.int32)
    solid = len(core) + len(nodes)
    hung = solid + np.searchsorted(own[_roots(parent, tree)], np.arange(solid + 1))
    shape = _shape(own, core, chain, one, two, parent, tree, tree_size, hung)
    named = np.empty(size, dtype=np.int32)
    named[line] = own
    return replace(shape, own=named, caller=line[order].astype(np.int32))


def _shape(
    own: Small,
    core: Ints,
    chain: Ints,
    one: Ints,
    two: Ints,
    parent: Ints,
    tree: Ints,
    tree_size: Ints,
    hung: Ints,
) -> Shape:
    length = np.diff(chain)
    starts = (chain + len(core)).astype(np.int32)
    count = len(length)
    number = np.repeat(np.arange(count, dtype=np.int32), length)
    link_first = chain[:-1] + np.arange(count)
    tails = np.empty(int(chain[-1]) + count, dtype=np.int32)
    heads = np.empty_like(tails)
    inner = np.arange(int(chain[-1]))
    tails[inner + number + 1] = inner + len(core)
    heads[inner + number] = inner + len(core)
    tails[link_first] = own[one]
    heads[link_first + length] = own[two]
    return Shape(
        caller=own,
        own=own,
        core=len(core),
        one=own[one],
        two=own[two],
        chain=starts,
        chain_of=number,
        link_tail=tails,
        link_head=heads,
        parent=own[parent[tree]],
        size=tree_size.astype(np.int32),
        hung=hung.astype(np.int32),
    )


@compiled
def _roots(parent: Any, tree: Any) -> Any:
    """Return for each tree node, in preorder, the node its whole tree hangs on."""
    root = np.empty(len(tree), dtype=np.int64)
    top = np.full(len(parent), _NONE, dtype=np.int64)
    for k in range(len(tree)):  # parents come first
        p = parent[tree[k]]
        root[k] = top[p] if top[p] >= 0 else p
        top[tree[k]] = root[k]
    return root


@compiled
def _peel(first: Any, other: Any, fixed: Any) -> Any:
    """Take off nodes with one neighbour, again and again; return whom each hung on."""
    size = len(first) - 1
    degree = first[1:] - first[:-1]
    parent = np.full(size, _NONE, dtype=np.int64)
    gone = np.zeros(size, dtype=np.bool_)
    stack = np.empty(size, dtype=np.int64)
    for start in range(size):
        stack[0], high = start, 1
        while high:
            high -= 1
            v = stack[high]
            if gone[v] or fixed[v] or degree[v] != 1:
                continue
            gone[v] = True
            for place in range(first[v], first[v + 1]):
                u = other[place]
                if not gone[u]:
                    parent[v] = u
                    degree[u] -= 1
                    stack[high], high = u, high + 1
                    break
    return parent, degree


@compiled
def _walk(first: Any, other: Any, kind: Any, before: Any, at: Any, nodes: Any, used: Any) -> Any:
    """Follow a chain until a core node; return it and how many chain nodes are stored."""
    while kind[at] != 0:
        kind[at] = 2
        nodes[used] = at
        used += 1
        further = before
        for place in range(first[at], first[at + 1]):
            u = other[place]
            if kind[u] != 3 and u != before:
                further = u
        before, at = at, further
    return at, used


@compiled
def _chains(first: Any, other: Any, parent: Any, degree: Any, fixed: Any) -> Any:
    """Find the chains among the nodes that stay: kinds are core 0, unseen 1, chain 2, tree 3."""
    size = len(first) - 1
    kind = np.zeros(size, dtype=np.int8)
    for v in range(size):
        if parent[v] >= 0:
            kind[v] = 3
        elif degree[v] == 2 and not fixed[v]:
            kind[v] = 1
    nodes = np.empty(size, dtype=np.int64)
    bounds = np.zeros(size + 1, dtype=np.int64)
    one = np.empty(size, dtype=np.int64)
    two = np.empty(size, dtype=np.int64)
    count, used = 0, 0
    for rest in range(2):  # the second time only rings without any core node are left
        for v in range(size):
            if rest == 1 and kind[v] == 1:
                kind[v] = 0
            elif rest == 1 or kind[v] != 0:
                continue
            for place in range(first[v], first[v + 1]):
                u = other[place]
                if kind[u] == 1:
                    one[count] = v
                    two[count], used = _walk(first, other, kind, v, u, nodes, used)
                    count += 1
                    bounds[count] = used
    return (
        kind,
        bounds[: count + 1].copy(),
        nodes[:used].copy(),
        one[:count].copy(),
        two[:count].copy(),
    )


@compiled
def _preorder(parent: Any, solid: Any) -> Any:
    """List the tree nodes root by root, each before what hangs on it, with its subtree's size."""
    size = len(parent)
    count = np.zeros(size + 1, dtype=np.int64)
    for v in range(size):
        if parent[v] >= 0:
            count[parent[v] + 1] += 1
    start = np.cumsum(count)
    fill = start[:-1].copy()
    child = np.empty(start[-1], dtype=np.int64)
    for v in range(size):
        if parent[v] >= 0:
            child[fill[parent[v]]] = v
            fill[parent[v]] += 1
    order = np.empty(len(child), dtype=np.int64)
    place = np.full(size, _NONE, dtype=np.int64)
    stack = np.empty(len(child) + 1, dtype=np.int64)
    used = 0
    for root in solid:
        high = 0
        for k in range(start[root + 1] - 1, start[root] - 1, -1):
            stack[high], high = child[k], high + 1
        while high:
            high -= 1
            v = stack[high]
            order[used], place[v], used = v, used, used + 1
            for k in range(start[v + 1] - 1, start[v] - 1, -1):
                stack[high], high = child[k], high + 1
    subtree = np.ones(used, dtype=np.int64)
    for k in range(used - 1, -1, -1):
        p = parent[order[k]]
        if place[p] >= 0:
            subtree[place[p]] += subtree[k]
    return order, subtree
