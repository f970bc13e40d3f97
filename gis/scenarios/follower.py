"""
Answers after a change, from the answers before it: only what changed is searched and told anew.

    Searcher (before), Changed  --Follower-->  labels repaired, answers spliced

The result is that of ``gis.cover`` on the changed network, to the bit (law 5).
"""

import dataclasses
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.catalogue import Catalogue
from gis.coverage.question import Asked
from gis.coverage.result import Answer, Coverage, UnitAnswer
from gis.coverage.searcher import Searcher, Units, line_metres
from gis.scenarios.changes import Changed
from gis.streets.access import EVERYTHING, Access, Lift, Unknown, passable
from gis.streets.graph import Found
from gis.streets.layout import COLUMNS, LINE, PLACE
from gis.streets.network import Network
from gis.streets.repair import Change, Links, repaired
from gis.streets.search import Ways, arc_weights, limit_weight, ways_of

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Follower(Searcher):
    """
    A searcher of a changed district that knows the answers before the change.

    ``asked`` are the requirements after, in the order of those before.
    """

    def __init__(
        self, before: Coverage, changed: Changed, catalogue: Catalogue, asked: tuple[Asked, ...]
    ) -> None:
        super().__init__(
            changed.district,
            catalogue,
            changed.network,
            before.demand,
            when=before.question.when,
            sharing=before.searcher.sharing,
        )
        self._before, self._old = before, before.searcher
        self._pairs = {
            new.requirement.id: answer for new, answer in zip(asked, before.answers, strict=True)
        }
        self._rows: dict[Any, Ints] = {}
        self._links: dict[Any, Links] = {}
        self._parted: dict[str, Ints] = {}
        self._moved = _moved(before.network, changed.network)
        self._turned = _turned(self._old, self)

    def answer(self, asked: Asked) -> Answer:
        """Answer one requirement: as before, but where something that tells on it changed."""
        before = self._pairs[asked.requirement.id]
        if self._told_anew(asked, before):
            return super().answer(asked)
        line = self._line_metres(asked, self.stations(asked))
        changed = line != before.line_metres
        changed |= self.facts(asked).get("UNCONNECTED", False) != self._unconnected_before(before)
        for access in self._accesses(asked):
            self.labels(asked, access)
            changed[self._rows[self.key(asked, access)]] = True
        rows = np.flatnonzero(np.r_[changed, False][self.units.row])
        some = Units(self.units.row[rows], self.units.storeys[rows])
        places = np.flatnonzero(changed)
        doors = Units(places, self.doors.storeys[places])
        at_doors = self._answers(asked, doors, line)
        return dataclasses.replace(
            before,
            asked=asked,
            ways=self.ways(asked, Access()),
            covered=_spliced(before.covered, places, at_doors.covered),
            low=_spliced(before.low, places, at_doors.low),
            high=_spliced(before.high, places, at_doors.high),
            reason=_spliced(before.reason, places, at_doors.reason),
            line_metres=line,
            found=self.labels(asked, Access()),
            stations=self.stations(asked),
            units=_spliced_units(before.units, rows, self._answers(asked, some, line)),
        )

    def _told_anew(self, asked: Asked, before: Answer) -> bool:
        """Tell whether everybody must be asked: the limit changed, or what can stand in the way."""
        k, network = asked.requirement.at_least, self._before.network
        few = len(self.stations(asked)) < k, len(before.stations) < k
        return (
            asked.limit_cost != before.asked.limit_cost
            or few[0] != few[1]
            or k > 1
            or self.sharing is not None
            or bool(network.steps.any() != self.network.steps.any())
            or bool((network.off_street != self.network.off_street).any())
        )

    def _accesses(self, asked: Asked) -> list[Access]:
        """The states of gates and hindrances whose labels may have told on somebody before."""
        plain = [Access(), Access(Unknown.CLOSED), Access(Unknown.OPEN)]
        lifted = [Access(lifts=frozenset({lift})) for lift in Lift]
        return [each for each in [*plain, *lifted] if self.key(asked, each) in self._old.found]

    def _unconnected_before(self, before: Answer) -> Any:
        return self._old.facts(before.asked).get("UNCONNECTED", False)

    def _search(self, key: Any, asked: Asked, access: Access) -> None:
        before = self._pairs[asked.requirement.id].asked
        if not self._repairable(asked, before, access):
            super()._search(key, asked, access)
            self._rows[key] = np.arange(len(self.network.building))
            return
        found, ways = self._old.labels(before, access), self._old.ways(before, access)
        old, now = self._sources(before, asked, access)
        rank = np.zeros(len(self.network.station), dtype=np.int64)
        rank[now] = np.arange(len(now))
        left = np.union1d(np.setdiff1d(old, now), np.intersect1d(old, self._moved))
        new = np.union1d(np.setdiff1d(now, old), np.intersect1d(now, self._moved))
        links, opened, closed = self._old_links(before, asked, access)
        change = Change(
            size=self.network.size,
            added=self._new_links(asked, access),
            opened=opened,
            closed=closed,
            left=left,
            sources=self.network.station[new],
            owners=new,
        )
        limits = int(limit_weight(before.horizon_cost)), int(limit_weight(asked.horizon_cost))
        self.found[key], nodes = repaired(self._before.network, links, found, change, limits, rank)
        self._rows[key], self._kept[key] = self._ways_at(nodes, self.found[key], ways)

    def _repairable(self, asked: Asked, before: Asked, access: Access) -> bool:
        """Labels can be put right where each node has one, all found to one limit."""
        if asked.requirement.at_least > 1 or self._turned is None:
            return False
        if asked.walker != before.walker:
            return False
        for searcher, question in ((self, asked), (self._old, before)):
            _, limits = searcher.open_stations(question, access)
            if limits is not None and (limits < question.horizon_cost).any():
                return False
        return True

    def _sources(self, before: Asked, asked: Asked, access: Access) -> tuple[Ints, Ints]:
        old, _ = self._old.open_stations(before, access)
        now, _ = self.open_stations(asked, access)
        return old, now

    def _old_links(self, before: Asked, asked: Asked, access: Access) -> tuple[Links, Ints, Ints]:
        """The arcs as they were, and which of them can be taken now, or no longer."""
        network = self._before.network
        priced, arcs = self._old.priced(before, access), network.arcs
        links = Links(
            arcs["tail"].to_numpy(),
            arcs["head"].to_numpy(),
            priced.weight,
            network.marks,
            priced.allowed,
        )
        rows = self._turned if self._turned is not None else np.empty(0, np.int64)
        few = dataclasses.replace(self.network, arc_parts=(arcs.iloc[rows],))
        now = passable(few, asked.walker, self._access(access))
        return links, rows[now & ~priced.allowed[rows]], rows[~now & priced.allowed[rows]]

    def _access(self, access: Access) -> Access:
        shut = self.hours.gates_shut
        return dataclasses.replace(access, closed=shut) if shut.any() else access

    def _new_links(self, asked: Asked, access: Access) -> Links:
        """The arcs that came with the change."""
        key = (asked.walker, access.unknown, access.lifts)
        if key not in self._links:
            few = self._grown
            arcs, told = few.arcs, self._access(access)
            line = (arcs["kind"] == LINE) & (self.network.side[arcs["head"]] == PLACE)
            self._links[key] = Links(
                arcs["tail"].to_numpy(),
                arcs["head"].to_numpy(),
                arc_weights(few, asked.walker, told),
                line.to_numpy(dtype=np.int64),
                passable(few, asked.walker, told),
            )
        return self._links[key]

    @cached_property
    def _grown(self) -> Network:
        """The network with nothing but the arcs that came with the change."""
        count = len(self._before.network.arc_parts)
        blank = pd.DataFrame({name: np.empty(0, np.int64) for name in COLUMNS})
        parts = pd.concat([blank, *self.network.arc_parts[count:]], ignore_index=True)
        return dataclasses.replace(self.network, arc_parts=(parts,))

    def _ways_at(self, nodes: Ints, found: Found, before: Ways) -> tuple[Ints, Ways]:
        """Read off the ways of the buildings among some nodes; the others keep theirs."""
        touched = np.zeros(self.network.size, dtype=bool)
        touched[nodes] = True
        rows = np.flatnonzero(touched[self.network.building])
        homes = self.network.building[rows]
        few = dataclasses.replace(self.network, building=np.arange(len(rows)))
        some = ways_of(few, Found(found.weight[homes], found.tag[homes]))
        columns = {
            each.name: _spliced(getattr(before, each.name), rows, getattr(some, each.name))
            for each in dataclasses.fields(Ways)
        }
        return rows, Ways(**columns)

    @cached_property
    def outside(self) -> Flags:
        """Buildings in no community: no change moves either."""
        return self._old.outside

    def parts(self, asked: Asked) -> Ints:
        """Return the connected part of each node: those before, joined by what came."""
        if asked.requirement.id not in self._parted:
            self._parted[asked.requirement.id] = self._find_parts(asked)
        return self._parted[asked.requirement.id]

    def _find_parts(self, asked: Asked) -> Ints:
        if self._turned is None or len(self._moved):
            return super().parts(asked)
        before = self._old.parts(self._pairs[asked.requirement.id].asked)
        links = self._new_links(asked, Access(Unknown.OPEN, EVERYTHING))
        fresh = before.max(initial=-1) + 1 + np.arange(self.network.size - len(before))
        part = np.concatenate([before, fresh])
        ends = part[links.tail[links.allowed]], part[links.head[links.allowed]]
        count = int(part.max(initial=-1)) + 1
        graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(count, count))
        joined: Ints = connected_components(graph, directed=False)[1][part]
        return joined

    def _line_metres(self, asked: Asked, stations: Ints) -> Floats:
        before = self._pairs[asked.requirement.id]
        if asked.requirement.at_least > 1 or self._turned is None:
            return super()._line_metres(asked, stations)
        old, now = self._sources(before.asked, asked, Access())
        gone = np.union1d(np.setdiff1d(old, now), np.intersect1d(old, self._moved))
        new = np.union1d(np.setdiff1d(now, old), np.intersect1d(now, self._moved))
        homes = self.network.joins.buildings
        shapes = self._old.district.stations.geometry.to_numpy()[gone]
        lost = _nearer(homes, shapes, before.line_metres)
        line = before.line_metres.copy()
        line[lost] = np.inf
        shapes = self.district.stations.geometry.to_numpy()
        near = np.setdiff1d(_nearer(homes, shapes[new], line), lost)
        line[near] = np.minimum(line[near], line_metres(homes[near], shapes[new], 1))
        line[lost] = line_metres(homes[lost], shapes[now], 1)
        return line


def _nearer(homes: NDArray[np.object_], stations: NDArray[np.object_], metres: Floats) -> Ints:
    """Homes that some of a few stations may be at least as near to as ``metres``, or not much."""
    near = np.zeros(len(homes), dtype=bool)
    x, y = shapely.get_x(homes), shapely.get_y(homes)
    for west, south, east, north in shapely.bounds(stations).reshape(-1, 4):
        away = np.hypot(
            np.maximum(0.0, np.maximum(west - x, x - east)),
            np.maximum(0.0, np.maximum(south - y, y - north)),
        )
        near |= away <= metres + 0.001
    return np.flatnonzero(near)


def _moved(before: Network, after: Network) -> Ints:
    """Rows of stations that stand elsewhere than before."""
    count = len(before.station)
    return np.flatnonzero(before.station != after.station[:count])


def _turned(before: Searcher, after: Searcher) -> Ints | None:
    """
    Arcs of the network before whose gates are used otherwise now.

    None where the network after did not grow from it.
    """
    old, new = before.network, after.network
    grown = len(old.gates) == len(new.gates) and new.size >= old.size
    if not grown or new.layout is not old.layout:
        return None
    columns = ("users", "kind")
    differ = before.hours.gates_shut != after.hours.gates_shut
    for column in columns:
        differ |= (old.gates[column] != new.gates[column]).to_numpy(dtype=bool)
    if not differ.any():
        return np.empty(0, dtype=np.int64)
    gate = old.arcs["gate"].to_numpy()
    rows: Ints = np.flatnonzero((gate >= 0) & differ[gate])
    return rows


def _spliced(before: Any, rows: Ints, values: Any) -> Any:
    """Return a copy with some rows replaced."""
    after = before.copy()
    after[rows] = values
    return after


def _spliced_units(before: UnitAnswer, rows: Ints, some: UnitAnswer) -> UnitAnswer:
    columns = {
        each.name: _spliced(getattr(before, each.name), rows, getattr(some, each.name))
        for each in dataclasses.fields(UnitAnswer)
    }
    return UnitAnswer(**columns)
