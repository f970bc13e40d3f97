"""
Where places are too few, and for whom: a question of places cut into parts.

    pairs (p), people by class (n x c), places (k)
        --nearest------->  parts where everybody finds a place at the nearest station: settled
        --maximum flow-->  parts short of places, class by class, and the rest

Maximum flow (``scipy.sparse.csgraph``) tells how many of the first class can be served, of the
first and second together, and so on. To serve the first classes first never costs the total
anything (sets that can be served form a matroid: Edmonds and Fulkerson 1965), so these numbers
are the best in the order of the classes. Where a class cannot be served whole, the residual graph
of the flow cuts off the stations that are full for it: in *every* best answer their places go to
this part alone, and what remains is a smaller question.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_flow

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BATCH_PAIRS = 5_000
"""Small independent parts are solved together up to so many pairs: a call has a fixed price."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Pairs by position, sorted by origin, then station; ``cost`` is whole."""

    origin: Ints
    station: Ints
    cost: Ints

    def take(self, rows: Any) -> "Arcs":
        """Return some of the pairs."""
        return Arcs(self.origin[rows], self.station[rows], self.cost[rows])


@dataclass(frozen=True, eq=False)
class Part:
    """
    A question that can be answered by itself.

    ``rows`` are its pairs, ``must`` and ``may`` the people of each origin that are served and
    that can be (all n origins, 0 outside the part); where ``scarce``, every place is taken.
    """

    rows: Ints
    must: Ints
    may: Ints
    scarce: bool


def settle_nearest(arcs: Arcs, people: Ints, places: Ints) -> tuple[Ints, Flags]:
    """
    Send everybody to the nearest station, and tell for which pairs that settles it.

    Returns
    -------
    tuple
        Persons on each pair, and whether the pair's connected part has no station too full. Ties
        go to the earlier station.
    """
    amount = np.zeros(len(arcs.origin), dtype=np.int64)
    order = np.lexsort((arcs.station, arcs.cost, arcs.origin))
    first = order[np.diff(arcs.origin[order], prepend=-1) > 0]
    amount[first] = people[arcs.origin[first]]
    load = whole_sums(arcs.station[first], amount[first], len(places))
    part = parts_of(arcs, len(people), len(places))
    crowded = np.zeros(len(people), dtype=bool)
    crowded[part[arcs.station[load[arcs.station] > places[arcs.station]], 1]] = True
    settled = ~crowded[part[arcs.origin, 0]]
    return np.where(settled, amount, 0), settled


def parts_of(arcs: Arcs, origins: int, stations: int) -> Ints:
    """Return the connected part of each origin (column 0) and each station (column 1)."""
    size = origins + stations
    ones = np.ones(len(arcs.origin), dtype=np.int8)
    graph = sparse.csr_matrix((ones, (arcs.origin, origins + arcs.station)), shape=(size, size))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    table = np.zeros((max(origins, stations), 2), dtype=np.int64)
    table[:origins, 0] = label[:origins]
    table[:stations, 1] = label[origins:]
    return table


def scarce_parts(arcs: Arcs, classes: Ints, places: Ints) -> tuple[list[Part], Ints]:
    """
    Cut the question where places are too few, class by class.

    Parameters
    ----------
    classes
        People of each origin (row) in each class (column), the first served first.

    Returns
    -------
    tuple
        The parts, and for each origin the class in which its part runs short; the number of
        classes where all are served.
    """
    short = np.full(len(classes), classes.shape[1], dtype=np.int64)
    rows = np.arange(len(arcs.origin))
    parts = []
    for rank in range(classes.shape[1]):
        people = np.where(short == classes.shape[1], classes[:, : rank + 1].sum(axis=1), 0)
        left = rows[short[arcs.origin[rows]] == classes.shape[1]]
        unserved, flow = _most(arcs.take(left), people, places)
        if not unserved.any():
            continue
        starved, full = _starved(arcs.take(left), flow, unserved, len(places))
        short[starved] = rank
        mine = left[starved[arcs.origin[left]]]
        must = np.where(starved, classes[:, :rank].sum(axis=1), 0)
        parts.append(Part(mine, must, np.where(starved, classes[:, rank], 0), scarce=True))
        rows = left[~starved[arcs.origin[left]] & ~full[arcs.station[left]]]
    served = np.where(short == classes.shape[1], classes.sum(axis=1), 0)
    return [*parts, Part(rows, served, np.zeros_like(served), scarce=False)], short


def _most(arcs: Arcs, people: Ints, places: Ints) -> tuple[Ints, Ints]:
    """Serve as many as possible: people left over at each origin, and persons on each pair."""
    if not len(arcs.origin):
        return people, np.zeros(0, dtype=np.int64)
    origins, stations = len(people), len(places)
    source, sink = origins + stations, origins + stations + 1
    used = np.unique(arcs.station)
    tail = np.concatenate([np.full(origins, source), arcs.origin, origins + used])
    head = np.concatenate([np.arange(origins), origins + arcs.station, np.full(len(used), sink)])
    room = np.concatenate([people, people[arcs.origin], places[used]])
    graph = sparse.csr_matrix((room.astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    found = maximum_flow(graph, source, sink).flow
    flow = np.asarray(found[arcs.origin, origins + arcs.station]).reshape(-1).astype(np.int64)
    return people - whole_sums(arcs.origin, flow, origins), flow


def _starved(arcs: Arcs, flow: Ints, unserved: Ints, stations: int) -> tuple[Flags, Flags]:
    """Find the origins and stations from which an unserved person could take somebody's place."""
    origins = len(unserved)
    source = origins + stations
    back = flow > 0
    poor = np.flatnonzero(unserved)
    tail = np.concatenate([np.full(len(poor), source), arcs.origin, origins + arcs.station[back]])
    head = np.concatenate([poor, origins + arcs.station, arcs.origin[back]])
    ones = np.ones(len(tail), dtype=np.int8)
    graph = sparse.csr_matrix((ones, (tail, head)), shape=(source + 1, source + 1))
    seen = np.zeros(source + 1, dtype=bool)
    seen[breadth_first_order(graph, source, return_predecessors=False)] = True
    return seen[:origins], seen[origins:source]


def split(part: Part, arcs: Arcs, places: Ints) -> Iterator[Part]:
    """Yield the independent parts of a part, small ones several at a time."""
    if not len(part.rows):
        return
    mine = arcs.take(part.rows)
    label = parts_of(mine, len(part.must), len(places))[mine.origin, 0]
    _, label = np.unique(label, return_inverse=True)
    batch = np.cumsum(np.bincount(label))[label] // BATCH_PAIRS
    for number in np.unique(batch):
        rows = part.rows[batch == number]
        inside = np.zeros(len(part.must), dtype=bool)
        inside[arcs.origin[rows]] = True
        must, may = (np.where(inside, people, 0) for people in (part.must, part.may))
        yield Part(rows, must, may, part.scarce)


def whole_sums(group: Ints, amount: Ints, size: int) -> Ints:
    """Sum whole amounts by group."""
    return np.rint(np.bincount(group, amount, size)).astype(np.int64)


def feasible_pairs(arcs: Arcs, must: Ints, may: Ints, places: Ints) -> Flags:
    """
    Mark pairs on which all who must be served can be, and no place more than needed stays free.

    Pairs that serve these people and pairs that fill the places together allow both at once
    (Mendelsohn and Dulmage 1958).
    """
    whole = _most(arcs, must + may, places)[1] > 0
    if not may.any() or not must.any():
        return whole
    return whole | (_most(arcs, must, places)[1] > 0)
