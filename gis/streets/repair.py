"""
Labels of an earlier search, put right after a change, searching only where something changed.

What a closed station or a barred arc had given is taken back: those nodes forget their labels and
get new ones from their neighbours. Then new sources and arcs spread as far as they better anything
(Ramalingam & Reps 1996, "An incremental algorithm for a generalization of the shortest-path
problem", Journal of Algorithms 21(2)).

    Found + Change  --repaired-->  Found, nodes that may differ
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled, inlined
from gis.streets.graph import NEVER, Found
from gis.streets.network import Network

_LOW = 2**32 - 1
_OWNER = 32

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Links:
    """m arcs with their weights for one walker, their marks, and whether they may be taken."""

    tail: Ints
    head: Ints
    weight: Ints
    mark: Ints
    allowed: Flags

    def some(self, rows: Any) -> "Links":
        """Return some of the arcs."""
        return Links(
            self.tail[rows],
            self.head[rows],
            self.weight[rows],
            self.mark[rows],
            self.allowed[rows],
        )


@dataclass(frozen=True, eq=False)
class Change:
    """
    What is different from the network the labels were found on.

    Parameters
    ----------
    size
        Nodes there are now; new ones come after the old.
    added
        New arcs.
    opened, closed
        Rows of old arcs that can be taken now, or no longer.
    left
        Owners (station rows) that are gone; their nodes lose their labels.
    sources, owners
        Nodes of new sources, and whose they are.
    """

    size: int
    added: Links
    opened: Ints
    closed: Ints
    left: Ints
    sources: Ints
    owners: Ints


def repaired(
    network: Network,
    old: Links,
    found: Found,
    change: Change,
    limits: tuple[int, int],
    rank: Ints,
) -> tuple[Found, Ints]:
    """
    Bring labels up to date.

    Parameters
    ----------
    network, old
        The network the labels were found on, and its arcs, in order.
    limits
        The greatest weight they were found to, and the one that is asked now.
    rank
        By owner: of equal weights the lower rank is taken.

    Returns
    -------
    tuple
        The labels a whole search of the changed network would find, and the nodes, in no order,
        whose label may differ from before. Cost follows these, plus a few passes over all nodes
        (and over all arcs where something is taken back, or the limit grows).
    """
    weight = np.full(change.size, NEVER, dtype=np.int64)
    tag = np.zeros(change.size, dtype=np.int64)
    weight[: len(found.weight)], tag[: len(found.tag)] = found.weight, found.tag
    lost = _lost(network, old, found, change, limits)
    weight[lost], tag[lost] = NEVER, 0
    allowed = old.allowed
    if len(change.opened) or len(change.closed):
        allowed = allowed.copy()
        allowed[change.opened], allowed[change.closed] = True, False
    offers = _offers(old, allowed, change, weight, tag, lost, grows=limits[1] > limits[0])
    own = (change.sources, np.zeros(len(change.sources), np.int64), change.owners << _OWNER)
    seeds = [np.concatenate(each) for each in zip(own, offers, strict=True)]
    touched = _spread(
        *network.leaving,
        (old.head, old.weight, old.mark, allowed),
        _by_tail(change.added, change.size),
        (weight, tag, rank),
        limits[1],
        tuple(np.ascontiguousarray(each) for each in seeds),
    )
    return Found(weight, tag), np.concatenate([lost, touched])


def _lost(
    network: Network, old: Links, found: Found, change: Change, limits: tuple[int, int]
) -> Ints:
    """Nodes whose label no longer holds, or nobody knows whether it does."""
    gone = np.zeros(len(found.weight), dtype=bool)
    known = found.weight < NEVER
    if len(change.left):
        gone |= known & np.isin(found.tag >> _OWNER, change.left)
    if limits[1] < limits[0]:
        gone |= known & (found.weight > limits[1])
    if len(change.closed):
        behind = (old.head, old.weight, old.mark, old.allowed)
        _follow(*network.leaving, behind, found.weight, found.tag, old.tail, change.closed, gone)
    return np.flatnonzero(gone)


def _offers(
    old: Links,
    allowed: Flags,
    change: Change,
    weight: Ints,
    tag: Ints,
    lost: Ints,
    *,
    grows: bool,
) -> tuple[Ints, Ints, Ints]:
    """Labels that known nodes offer along arcs that lead somewhere new."""
    rows = change.opened
    if len(lost) or grows:
        blank = np.zeros(len(weight), dtype=bool)
        blank[lost] = True
        if grows:
            blank |= weight >= NEVER
        rows = np.flatnonzero(blank[old.head] & allowed & (weight[old.tail] < NEVER))
        rows = np.union1d(rows, change.opened)
    parts = [old.some(rows), change.added.some(change.added.allowed)]
    tail, head, far, mark = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("tail", "head", "weight", "mark")
    )
    known = weight[tail] < NEVER
    tail, head, far, mark = tail[known], head[known], far[known], mark[known]
    low = np.where(mark > 1, mark, (tag[tail] & _LOW) | mark)
    return head, weight[tail] + far, (tag[tail] & ~_LOW) | low


def _by_tail(links: Links, size: int) -> tuple[NDArray[np.int32], Ints, Ints, Ints, Ints]:
    """
    Sort the few new arcs for search.

    Returns for each node a number from 1 on where new arcs leave it, else 0; where the arcs of each
    number begin; and the arcs: head, weight, mark.
    """
    some = links.some(links.allowed)
    some = some.some(np.argsort(some.tail, kind="stable"))
    tails, begin = np.unique(some.tail, return_index=True)
    number = np.zeros(size, dtype=np.int32)
    number[tails] = np.arange(1, len(tails) + 1)
    return number, np.r_[0, begin, len(some.tail)], some.head, some.weight, some.mark


@inlined
def _noted(tag: Any, mark: Any) -> Any:
    if mark == 0:
        return tag
    if mark == 1:
        return tag | 1
    return (tag & ~_LOW) | mark


@inlined
def _offer(labels: Any, v: Any, far: Any, note: Any) -> Any:
    """Set a label if it is better: as ``gis.streets.kernels`` orders them."""
    weight, tag, rank = labels
    if far > weight[v]:
        return False
    if far == weight[v]:
        if note == tag[v]:
            return False
        mine, theirs = rank[note >> 32], rank[tag[v] >> 32]
        if mine > theirs or (mine == theirs and (note & _LOW) > (tag[v] & _LOW)):
            return False
    weight[v], tag[v] = far, note
    return True


@compiled
def _push(heap: Any, count: Any, far: Any, v: Any) -> Any:
    if count == len(heap):
        wider = np.empty((2 * count, 2), dtype=np.int64)
        wider[:count] = heap
        heap = wider
    at = count
    while at > 0:
        up = (at - 1) // 2
        if heap[up, 0] <= far:
            break
        heap[at, 0], heap[at, 1] = heap[up, 0], heap[up, 1]
        at = up
    heap[at, 0], heap[at, 1] = far, v
    return heap, count + 1


@compiled
def _pop(heap: Any, count: Any) -> Any:
    far, v = heap[0, 0], heap[0, 1]
    count -= 1
    last, node = heap[count, 0], heap[count, 1]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= count:
            break
        if down + 1 < count and heap[down + 1, 0] < heap[down, 0]:
            down += 1
        if heap[down, 0] >= last:
            break
        heap[at, 0], heap[at, 1] = heap[down, 0], heap[down, 1]
        at = down
    heap[at, 0], heap[at, 1] = last, node
    return far, v, count


@compiled
def _spread(
    first: Any, order: Any, old: Any, added: Any, labels: Any, limit: Any, seeds: Any
) -> Any:
    """Offer the seeds, and spread every label that gets better; return the nodes touched."""
    head, weight, mark, allowed = old
    number, begin, new_head, new_weight, new_mark = added
    heap, count = np.empty((64, 2), dtype=np.int64), 0
    touched = np.empty(64, dtype=np.int64)
    total = 0
    for k in range(len(seeds[0])):
        v, far = seeds[0][k], seeds[1][k]
        if far <= limit and _offer(labels, v, far, seeds[2][k]):
            heap, count = _push(heap, count, far, v)
    while count > 0:
        far, v, count = _pop(heap, count)
        if far != labels[0][v]:
            continue
        if total == len(touched):
            touched = np.concatenate((touched, np.empty_like(touched)))
        touched[total] = v
        total += 1
        note = labels[1][v]
        if v < len(first) - 1:
            for place in range(first[v], first[v + 1]):
                arc = order[place]
                further = far + weight[arc]
                if not allowed[arc] or further > limit:
                    continue
                if _offer(labels, head[arc], further, _noted(note, mark[arc])):
                    heap, count = _push(heap, count, further, head[arc])
        if number[v] > 0:
            for arc in range(begin[number[v]], begin[number[v] + 1]):
                further = far + new_weight[arc]
                if further <= limit and _offer(
                    labels, new_head[arc], further, _noted(note, new_mark[arc])
                ):
                    heap, count = _push(heap, count, further, new_head[arc])
    return touched[:total]


@compiled
def _follow(
    first: Any, order: Any, old: Any, labels: Any, tags: Any, tail: Any, closed: Any, gone: Any
) -> None:
    """Flag all nodes whose label may have come through one of the closed arcs."""
    head, weight, mark, allowed = old
    waiting = [np.int64(0)]
    waiting.pop()
    for arc in closed:
        v, u = tail[arc], head[arc]
        if labels[v] < NEVER and not gone[u] and labels[u] == labels[v] + weight[arc]:
            gone[u] = True
            waiting.append(u)
    while len(waiting) > 0:
        v = waiting.pop()
        for place in range(first[v], first[v + 1]):
            arc = order[place]
            u = head[arc]
            if (
                allowed[arc]
                and not gone[u]
                and labels[u] == labels[v] + weight[arc]
                and tags[u] == _noted(tags[v], mark[arc])
            ):
                gone[u] = True
                waiting.append(u)
