"""
Shortest ways: from many stations to every home at once, and from each station by itself.

Cost is time in whole milliseconds (or millimetres, for walkers measured in metres), and among
equal times the shorter way; both travel in one float64, exactly: cost x 2**25 + millimetres.

    Network, Walker, Access  --price-->  Priced  --nearest / kth_nearest-->  Ways
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gis.streets.access import Access, Lift, Walker, passable
from gis.streets.layout import LINE, LINK, STREET
from gis.streets.network import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WAY = float(2**25)
"""Room for 33 km of millimetres below the cost; costs up to 2**28 (74 hours) stay exact."""
NONE = -1
_CHUNK_BYTES = 200_000_000


@dataclass(frozen=True, eq=False)
class Priced:
    """The network's passable arcs with their costs for one walker."""

    network: Network
    walker: Walker
    matrix: csr_array
    arc: Ints


@dataclass(frozen=True, eq=False)
class Ways:
    """
    The way to each building from one station.

    ``cost`` (ms or mm; -1 where there is no way), ``mm`` walked, ``station`` (row, or -1),
    ``gate`` (row of the home zone's gate, or -1), ``estimated`` (an assumed gate, or a straight
    line inside a compound).
    """

    cost: Ints
    mm: Ints
    station: Ints
    gate: Ints
    estimated: NDArray[np.bool_]


def cost_of(mm: Ints | float, walker: Walker, factor: float | Floats = 1.0) -> Ints:
    """Return the cost of ``mm`` of way from the start of a street: rounded once, at its end."""
    if walker.metres_per_minute is None:
        return np.asarray(mm, dtype=np.int64)
    return np.rint(np.asarray(mm) * (60.0 / walker.metres_per_minute) * factor).astype(np.int64)


def price(network: Network, walker: Walker, access: Access) -> Priced:
    """Keep the passable arcs and give each its cost; of parallel arcs the cheapest stays."""
    arcs = network.arcs
    allowed = np.flatnonzero(passable(network, walker, access))
    cost = arc_costs(network, walker, access)
    weight = (cost * _WAY + arcs["mm"].to_numpy())[allowed]
    tail, head = arcs["tail"].to_numpy()[allowed], arcs["head"].to_numpy()[allowed]
    order = np.lexsort((allowed, weight, head, tail))
    tail, head = tail[order], head[order]
    first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])][: len(order)]
    kept = order[first]
    shape = (network.size, network.size)
    matrix = csr_array((weight[kept], (tail[first], head[first])), shape=shape)
    return Priced(network, walker, matrix, allowed[kept])


def arc_costs(network: Network, walker: Walker, access: Access) -> Ints:
    """Return the cost of every arc, passable or not; along a street a difference of two ends."""
    arcs = network.arcs
    cost = cost_of(arcs["mm"].to_numpy(), walker)
    on_street = arcs["kind"].to_numpy() == STREET
    street = arcs["street"].to_numpy()[on_street]
    slow = 1.0 if Lift.STEPS in access.lifts else (walker.steps_factor or 1.0)
    factor = np.where(network.steps[street], slow, 1.0)
    ends = [arcs[side].to_numpy()[on_street] for side in ("from_mm", "to_mm")]
    start, stop = (cost_of(end, walker, factor) for end in ends)
    cost = cost.copy()
    cost[on_street] = np.abs(stop - start)
    return cost


def limit_weight(cost: int) -> float:
    """Return the greatest weight whose cost is at most ``cost``."""
    return cost * _WAY + (_WAY - 1)


def cost_of_weight(weight: Floats) -> Floats:
    """Return the cost part of weights; inf stays inf."""
    cost: Floats = np.floor(weight / _WAY)
    return cost


def nearest(priced: Priced, stations: Ints, horizon: int) -> tuple[Ways, Floats]:
    """
    Find every building's nearest of many stations, within a horizon of cost.

    Returns the ways, and the weight at every node (inf beyond the horizon). Ties go to the
    station that comes first in its table, whose order is that of the ids. One search whatever
    the number of stations: n log n in the nodes reached.
    """
    network = priced.network
    if not len(stations):
        return _no_ways(network), np.full(network.size, np.inf)
    sources = network.station[stations]
    weight, before, origin = dijkstra(
        priced.matrix,
        indices=sources,
        limit=limit_weight(horizon),
        min_only=True,
        return_predecessors=True,
    )
    owner = _settle_ties(priced.matrix, weight, origin, sources, stations)
    return _ways(priced, weight, before, owner), weight


def _settle_ties(
    matrix: csr_array, weight: Floats, origin: NDArray[np.int32], sources: Ints, stations: Ints
) -> Ints:
    """Give each node the first of the stations that reach it at the same weight."""
    rank = np.full(len(weight), len(stations), dtype=np.int64)
    position = np.full(len(weight), len(stations), dtype=np.int64)
    position[sources] = np.arange(len(stations))
    known = origin >= 0
    rank[known] = position[origin[known]]
    tail = np.repeat(np.arange(len(weight)), np.diff(matrix.indptr))
    tight = np.isfinite(weight[tail]) & (weight[tail] + matrix.data == weight[matrix.indices])
    tail, head = tail[tight], matrix.indices[tight]
    while True:  # ends: ranks only fall; rounds = longest run of nodes a tie changes
        better = rank[tail] < rank[head]
        if not better.any():
            break
        np.minimum.at(rank, head[better], rank[tail[better]])
    owner = np.r_[stations, NONE][rank]
    owned: Ints = np.where(known, owner, NONE)
    return owned


def _ways(priced: Priced, weight: Floats, before: NDArray[np.int32], owner: Ints) -> Ways:
    home = priced.network.building
    reached = np.isfinite(weight[home])
    exact = np.where(reached, weight[home], 0.0)
    cost = cost_of_weight(exact)
    mm = exact - cost * _WAY
    gate, estimated = _gates_used(priced, before, home)
    return Ways(
        cost=np.where(reached, cost, NONE).astype(np.int64),
        mm=np.where(reached, mm, NONE).astype(np.int64),
        station=np.where(reached, owner[home], NONE),
        gate=gate,
        estimated=estimated,
    )


def _gates_used(
    priced: Priced, before: NDArray[np.int32], home: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """Walk back from each home to the last gate it came through."""
    network = priced.network
    kind = network.arcs["kind"].to_numpy()
    gate_of_arc = network.arcs["gate"].to_numpy()
    assumed = (network.gates["source"] == "assumed").to_numpy(dtype=bool)
    gate = np.full(len(home), NONE, dtype=np.int64)
    estimated = np.zeros(len(home), dtype=bool)
    walking = np.arange(len(home))
    at = home.copy()
    while len(walking):
        came = before[at].astype(np.int64)
        going = came >= 0
        walking, at, came = walking[going], at[going], came[going]
        arc = _arc_between(priced, came, at)
        estimated[walking[kind[arc] == LINE]] = True
        through = kind[arc] == LINK
        gate[walking[through]] = gate_of_arc[arc[through]]
        estimated[walking[through]] |= assumed[gate_of_arc[arc[through]]]
        inner = ~through & (network.side[came] != 0)
        walking, at = walking[inner], came[inner]
    return gate, estimated


def _arc_between(priced: Priced, tail: Ints, head: Ints) -> Ints:
    """Find the priced arc of each (tail, head)."""
    matrix, size = priced.matrix, priced.network.size
    row = np.repeat(np.arange(size, dtype=np.int64), np.diff(matrix.indptr))
    key = row * size + matrix.indices
    found: Ints = priced.arc[np.searchsorted(key, tail * size + head)]
    return found


def kth_nearest(priced: Priced, stations: Ints, horizon: int, k: int) -> tuple[Ways, Floats]:
    """
    Find the way to every building's k-th nearest station; ties as in ``nearest``.

    The weight at every node is that of its k-th station. Gates are not told for k > 1. One search
    a station then, in chunks, so that memory stays under about 200 MB plus k weights a node.
    """
    network = priced.network
    if k == 1:
        return nearest(priced, stations, horizon)
    if len(stations) < k:
        return _no_ways(network), np.full(network.size, np.inf)
    best = np.full((k, network.size), np.inf)
    owner = np.full((k, network.size), NONE, dtype=np.int64)
    chunk = max(1, _CHUNK_BYTES // (8 * max(network.size, 1)))
    for start in range(0, len(stations), chunk):
        some = stations[start : start + chunk]
        best, owner = _keep_nearest(priced, some, horizon, best, owner)
    blank = np.full(network.size, NONE, dtype=np.int32)
    return _ways(priced, best[k - 1], blank, owner[k - 1]), best[k - 1]


def _keep_nearest(
    priced: Priced, stations: Ints, horizon: int, best: Floats, owner: Ints
) -> tuple[Floats, Ints]:
    """Search from some more stations and keep the nearest few of each node; ties to the earlier."""
    sources = priced.network.station[stations]
    found = dijkstra(priced.matrix, indices=sources, limit=limit_weight(horizon))
    weight = np.concatenate([best, found])
    who = np.concatenate([owner, np.broadcast_to(stations[:, None], found.shape)])
    order = np.argsort(weight, axis=0, kind="stable")[: len(best)]
    return np.take_along_axis(weight, order, axis=0), np.take_along_axis(who, order, axis=0)


def connected(priced: Priced, stations: Ints, k: int) -> NDArray[np.bool_]:
    """Tell for each building whether its part of the network holds at least k of the stations."""
    _, part = connected_components(priced.matrix, directed=False)
    count = np.bincount(part[priced.network.station[stations]], minlength=part.max() + 1)
    held: NDArray[np.bool_] = count[part[priced.network.building]] >= k
    return held


def _no_ways(network: Network) -> Ways:
    none = np.full(len(network.building), NONE, dtype=np.int64)
    return Ways(none, none, none, none, np.zeros(len(none), dtype=bool))
