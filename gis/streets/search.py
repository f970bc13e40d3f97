"""
Shortest ways: from many stations to every home at once, and from each station by itself.

Cost is time in whole milliseconds (or millimetres, for walkers measured in metres), and among
equal times the shorter way; both travel in one whole number: cost x 2**25 + millimetres.

    Network, Walker, Access  --price-->  Priced  --nearest / kth_nearest-->  Ways
                                                 --pairs-->  all (station, building) in reach
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.streets.access import Access, Lift, Walker, passable
from gis.streets.graph import NEVER, NONE, Found, Graph, weigh
from gis.streets.layout import STREET
from gis.streets.network import Network
from gis.streets.pace import along_cost
from gis.streets.walker import Direction

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WAY = 25
"""Bits for the millimetres below the cost: 33 km of way; costs up to 2**36 (795 days)."""


@dataclass(frozen=True, eq=False)
class Priced:
    """
    The network's arcs with their weights for one walker, and which of them may be taken.

    ``weight`` and ``allowed`` are in the order of the network's arcs.
    """

    network: Network
    walker: Walker
    weight: Ints
    allowed: Flags

    @cached_property
    def graph(self) -> Graph:
        """What is searched."""
        return weigh(self.network.plan, self.weight, self.allowed)

    @cached_property
    def parts(self) -> Ints:
        """Which connected part of what may be walked each node lies on, numbered from 0."""
        arcs, size = self.network.arcs, self.network.size
        ends = arcs["tail"].to_numpy()[self.allowed], arcs["head"].to_numpy()[self.allowed]
        graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(size, size))
        part: Ints = connected_components(graph, directed=False)[1]
        return part


@dataclass(frozen=True, eq=False)
class Ways:
    """
    The way between each building and one station.

    ``cost`` (ms or mm; -1 where there is no way), ``mm`` walked, ``station`` (row, or -1),
    ``gate`` (row of the home zone's gate, or -1), ``estimated`` (an assumed gate, or a straight
    line inside a compound).
    """

    cost: Ints
    mm: Ints
    station: Ints
    gate: Ints
    estimated: Flags


def cost_of(mm: Ints | float, walker: Walker) -> Ints:
    """Return the cost of ``mm`` off the streets, on level ground; there and back counts both."""
    if walker.metres_per_minute is None:
        return np.asarray(mm, dtype=np.int64)
    cost = np.rint(np.asarray(mm) * (60.0 / walker.metres_per_minute)).astype(np.int64)
    return cost * trips(walker)


def trips(walker: Walker) -> int:
    """Return how many times the way is counted: twice there and back, where it takes time."""
    timed = walker.metres_per_minute is not None
    return 2 if timed and walker.direction == Direction.ROUND else 1


def price(network: Network, walker: Walker, access: Access) -> Priced:
    """Give every arc its cost for a walker, and tell which may be taken."""
    return Priced(
        network, walker, arc_weights(network, walker, access), passable(network, walker, access)
    )


def arc_weights(network: Network, walker: Walker, access: Access) -> Ints:
    """Return the weight of every arc, passable or not."""
    weight: Ints = (arc_costs(network, walker, access) << _WAY) + network.arcs["mm"].to_numpy()
    return weight


def arc_costs(network: Network, walker: Walker, access: Access) -> Ints:
    """
    Return the cost of every arc, passable or not; along a street a difference of two ends.

    Arcs point from the station to the home; who walks *to* the station walks against them.
    """
    arcs = network.arcs
    cost = np.array(cost_of(arcs["mm"].to_numpy(), walker))
    on_street = arcs["kind"].to_numpy() == STREET
    street = arcs["street"].to_numpy()[on_street]
    start, stop = (arcs[side].to_numpy()[on_street] for side in ("from_mm", "to_mm"))
    walked = np.zeros(len(street), dtype=np.int64)
    for back in _turns(walker):
        towards_u = (start > stop) if back else (start < stop)
        for backwards in (False, True):
            some = towards_u == backwards
            free = Lift.STEPS in access.lifts
            ends = [
                along_cost(
                    network.slopes,
                    walker,
                    street[some],
                    mm[some],
                    backwards=backwards,
                    steps_free=free,
                )
                for mm in (start, stop)
            ]
            walked[some] += np.abs(ends[1] - ends[0])
    cost[on_street] = walked
    return cost


def _turns(walker: Walker) -> tuple[bool, ...]:
    """Whether the way is walked with the arcs (back home): once, or there and back."""
    if trips(walker) == 2:
        return False, True
    return (walker.direction == Direction.BACK,)


def limit_weight(cost: Ints | int) -> Ints:
    """Return the greatest weight whose cost is at most ``cost``."""
    weight: Ints = (np.asarray(cost, dtype=np.int64) << _WAY) + (2**_WAY - 1)
    return weight


def cost_of_weight(weight: Ints) -> Ints:
    """Return the cost part of weights; that of NEVER is beyond every limit."""
    return weight >> _WAY


def nearest(
    priced: Priced, stations: Ints, horizon: int, *, limits: Ints | None = None
) -> tuple[Ways, Found]:
    """
    Find every building's nearest of many stations, within a horizon of cost.

    ``limits`` gives each station a limit of its own below the horizon: the time until it closes.
    Returns the ways, and the labels at every node. Ties go to the station that comes first in
    ``stations``. One search whatever the number of stations (one for each different limit); cost
    follows the nodes in reach.
    """
    network = priced.network
    rank = np.zeros(len(network.station), dtype=np.int64)
    rank[stations] = np.arange(len(stations))
    each = np.full(len(stations), horizon) if limits is None else np.minimum(limits, horizon)
    found = nothing_found(network)
    for limit in np.unique(each)[::-1]:
        some = stations[each == limit]
        told = {"owners": some, "rank": rank}
        weight = int(limit_weight(limit))
        if limit == each.max():
            found = priced.graph.nearest(network.station[some], weight, **told)
        else:
            found, _ = priced.graph.better(found, network.station[some], weight, **told)
    return ways_of(network, found), found


def nothing_found(network: Network) -> Found:
    """Return the labels of a search without stations."""
    size = network.size
    return Found(np.full(size, NEVER, dtype=np.int64), np.zeros(size, dtype=np.int64))


def ways_of(network: Network, found: Found) -> Ways:
    """Read off the ways of all buildings."""
    home = network.building
    weight, mark = found.weight[home], found.mark[home]
    reached = weight < NEVER
    gate = np.where(reached, (mark >> 1) - 1, NONE)
    assumed = np.r_[(network.gates["source"] == "assumed").to_numpy(dtype=bool), False]
    return Ways(
        cost=np.where(reached, cost_of_weight(weight), NONE),
        mm=np.where(reached, weight & (2**_WAY - 1), NONE),
        station=np.where(reached, found.owner[home], NONE),
        gate=gate,
        estimated=reached & (assumed[gate] | (mark & 1 == 1)),
    )


def kth_nearest(
    priced: Priced, stations: Ints, horizon: int, k: int, *, limits: Ints | None = None
) -> tuple[Ways, Found]:
    """
    Find the way to every building's k-th nearest station; ties and limits as in ``nearest``.

    The labels at every node are those of its k-th station. Gates are not told for k > 1. One
    search a station then; memory is k labels a node.
    """
    network = priced.network
    if k == 1:
        return nearest(priced, stations, horizon, limits=limits)
    each = np.full(len(stations), horizon) if limits is None else np.minimum(limits, horizon)
    weight, place = priced.graph.kth_nearest(network.station[stations], limit_weight(each), k)
    found = Found(weight, np.r_[stations, 0][place] << 32)
    return ways_of(network, found), found


def pairs(
    priced: Priced,
    stations: Ints,
    limit: int,
    *,
    limits: Ints | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """
    List all pairs of a station and a building within a limit of cost.

    Returns
    -------
    DataFrame
        ``station``, ``building`` (rows), ``cost``, ``mm``; by station as given, then building.
        Cost and memory follow the ways found.
    """
    network = priced.network
    found = priced.graph.reach(network.station[stations], int(limit_weight(limit)), threads=threads)
    row = np.full(network.size, NONE, dtype=np.int64)
    row[network.building] = np.arange(len(network.building))
    building = row[found.node]
    homes = building >= 0
    cost, origin = cost_of_weight(found.weight[homes]), found.origin[homes]
    table = pd.DataFrame(
        {
            "station": stations[origin],
            "building": building[homes],
            "cost": cost,
            "mm": found.weight[homes] & (2**_WAY - 1),
        }
    )
    within = np.ones(len(table), dtype=bool) if limits is None else cost <= limits[origin]
    order = np.lexsort((building[homes], origin))
    return table.iloc[order[within[order]]].reset_index(drop=True)


def connected(network: Network, part: Ints, stations: Ints, k: int) -> Flags:
    """
    Tell for each building whether its part of the network holds at least k of the stations.

    ``part`` is that of every node, as ``Priced.parts`` has it.
    """
    count = np.bincount(part[network.station[stations]], minlength=part.max(initial=0) + 1)
    held: Flags = count[part[network.building]] >= k
    return held
