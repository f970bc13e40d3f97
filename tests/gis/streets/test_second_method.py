"""
Law 3: costs equal a second method.

The second method is networkx on the split graph, laid out by plain dictionaries: nodes are
(side, zone, place), edges come from pieces cut at their joins. It shares the geometry (pieces,
gates, joins), which other tests count by hand, and nothing of layout, pricing or search.
"""

from collections import defaultdict

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point
from towns import random_town

from gis.ingest import InputFile, Sources, import_district
from gis.streets import Access, Unknown, Walker, build_network
from gis.streets.inside import inside_mm
from gis.streets.joins import BUILDING, GATE_IN, GATE_OUT, STATION
from gis.streets.search import kth_nearest, nearest, price

FAR = 10**9


def opened(gate, role, unknown, walker):
    """Tell whether a gate lets one through: resident, visitor or passer-by."""
    if walker.steps_factor is None and pd.notna(gate.step_free) and not gate.step_free:
        return False
    users, street = gate.users, gate.kind == "street"
    if users == "everyone":
        return True
    if users == "unknown":
        if role == "resident":
            return True
        if role == "visitor":
            return unknown != "closed"
        return unknown == "open" or (street and unknown == "assumed")
    return users == "residents" and role == "resident"


class SecondMethod:
    """The walking graph in networkx, all of it by loops."""

    def __init__(self, district, network, unknown, walker):
        self.graph, self.unknown, self.walker = nx.DiGraph(), unknown, walker
        self.district, self.network = district, network
        self.gates = list(network.gates.itertuples())
        self.cut_at = {g.node: g for g in self.gates if g.kind == "street"}
        self.lay_streets()
        self.lay_gates()
        self.lay_places()
        self.lay_lines()

    def cost(self, mm, factor=1.0):
        """Off the streets, and along one of one grade: level ground, one way or both."""
        if self.walker.metres_per_minute is None:
            return int(mm)
        return int(np.rint(mm * (60.0 / self.walker.metres_per_minute) * factor))

    def twice(self, cost):
        timed = self.walker.metres_per_minute is not None
        return 2 * cost if timed and self.walker.direction == "round" else cost

    def upto(self, street, mm, *, backwards):
        """From the start of a street to a place on it: Tobler's factor by hand, a crossing's wait."""
        walker, row = self.walker, self.district.streets.iloc[street]
        factor = 1.0
        if bool(row["steps"]):
            factor = walker.steps_factor or 1.0
        elif walker.slope == "tobler" and not np.isnan(row["grade"]):
            grade = -row["grade"] if backwards else row["grade"]
            factor = np.exp(3.5 * (abs(grade + 0.05) - 0.05))
        middle = round(row.geometry.length * 1000) // 2
        crossing = pd.notna(row["crossing"]) and bool(row["crossing"])
        waits = walker.metres_per_minute and crossing and mm > middle
        return self.cost(mm, factor) + (round(walker.crossing_seconds * 1000) if waits else 0)

    def along(self, street, start, stop):
        """Cost of the arc from ``start`` to ``stop``; who walks to the station walks against it."""
        ways = {"to": [(stop, start)], "back": [(start, stop)]}
        ways["round"] = [*ways["to"], *ways["back"]]
        if self.walker.metres_per_minute is None:
            return abs(stop - start)
        total = 0
        for a, b in ways[str(self.walker.direction)]:
            ends = [self.upto(street, mm, backwards=a > b) for mm in (a, b)]
            total += abs(ends[1] - ends[0])
        return total

    def edge(self, tail, head, cost, mm):
        weight = (cost << 25) + mm
        if not self.graph.has_edge(tail, head) or self.graph[tail][head]["weight"] > weight:
            self.graph.add_edge(tail, head, weight=weight)

    def zones_at(self, node):
        table = self.network.pieces.table
        return {
            z
            for z, u, v in zip(table["zone"], table["u"], table["v"], strict=True)
            if node in (u, v)
        }

    def node_name(self, piece, end, node):
        gate = self.cut_at.get(node)
        if gate is not None and len(self.zones_at(node)) == 1:
            return ("end", node, piece, end)  # every piece ends on its own side of the gate
        return ("node", node)

    def lay_streets(self):
        stops = defaultdict(set)
        for join in self.network.joins.table.itertuples():
            stops[join.piece].add(join.offset_mm)
        self.ends = defaultdict(list)
        for piece in self.network.pieces.table.itertuples():
            start, stop = piece.from_mm, piece.to_mm
            inner = sorted(o for o in stops[piece.Index] if start < o < stop)
            names = [self.node_name(piece.Index, "u", piece.u)]
            names += [("join", piece.Index, o) for o in inner]
            names += [self.node_name(piece.Index, "v", piece.v)]
            for end in (names[0], names[-1]):
                self.ends[end[1]].append((end, piece.zone))
            offsets = [start, *inner, stop]
            steps = bool(self.network.steps[piece.street])
            if steps and self.walker.steps_factor is None:
                continue
            grade = self.district.streets["grade"].iloc[piece.street]
            if not steps and self.walker.max_grade and abs(grade) > self.walker.max_grade:
                continue
            for side in ("P", "H", "S") if piece.zone >= 0 else ("P",):
                for k in range(len(offsets) - 1):
                    here, there = offsets[k], offsets[k + 1]
                    one, two = (side, piece.zone, names[k]), (side, piece.zone, names[k + 1])
                    self.edge(one, two, self.along(piece.street, here, there), there - here)
                    self.edge(two, one, self.along(piece.street, there, here), there - here)

    def spot(self, join):
        piece = self.network.pieces.table.loc[join.piece]
        if join.offset_mm == piece.from_mm:
            return self.node_name(join.piece, "u", piece.u)
        if join.offset_mm == piece.to_mm:
            return self.node_name(join.piece, "v", piece.v)
        return ("join", join.piece, join.offset_mm)

    def gate_place(self, row):
        gate = self.gates[row]
        return ("node", gate.node) if gate.node >= 0 else ("gate", row)

    def lay_gates(self):
        for row, gate in enumerate(self.gates):
            if gate.kind == "street":
                self.lay_street_gate(gate)
                continue
            place = self.gate_place(row)
            public = ("P", -1, place)
            if opened(gate, "passer", self.unknown, self.walker):
                self.edge(public, ("P", gate.zone, place), 0, 0)
                self.edge(("P", gate.zone, place), public, 0, 0)
            if opened(gate, "resident", self.unknown, self.walker):
                self.edge(public, ("H", gate.zone, place), 0, 0)
            if opened(gate, "visitor", self.unknown, self.walker):
                self.edge(("S", gate.zone, place), public, 0, 0)
        for join in self.network.joins.table.itertuples():
            if join.owner in (GATE_OUT, GATE_IN):
                zone = self.gates[join.row].zone if join.owner == GATE_IN else -1
                for side in ("P", "H", "S") if zone >= 0 else ("P",):
                    one = (side, zone, self.gate_place(join.row))
                    two = (side, zone, self.spot(join))
                    cost = self.twice(self.cost(join.leg_mm))
                    self.edge(one, two, cost, join.leg_mm)
                    self.edge(two, one, cost, join.leg_mm)

    def lay_street_gate(self, gate):
        ends = self.ends[gate.node]
        roles = {"P": "passer", "H": "resident", "S": "visitor"}
        for one, zone in ends:
            for two, other in ends:
                if one == two or zone != other or one[0] != "end":
                    continue
                for side in ("P", "H", "S") if zone >= 0 else ("P",):
                    if opened(gate, roles[side], self.unknown, self.walker):
                        self.edge((side, zone, one), (side, zone, two), 0, 0)

    def lay_places(self):
        table = self.network.pieces.table
        for join in self.network.joins.table.itertuples():
            if join.bare or join.owner not in (BUILDING, STATION):
                continue
            zone = table["zone"][join.piece]
            for side in ("H", "S") if zone >= 0 else ("P",):
                foot = (side, zone, self.spot(join))
                cost = self.twice(self.cost(join.leg_mm))
                if join.owner == BUILDING and side != "S":
                    self.edge(foot, ("home", join.row), cost, join.leg_mm)
                if join.owner == STATION:
                    self.edge(("station", join.row), foot, cost, join.leg_mm)

    def lay_lines(self):
        """Straight lines in rings where inner streets do not lead."""
        joins, rings = self.network.joins, self.network.pieces.rings
        inner = nx.Graph()
        inner.add_edges_from((a, b) for a, b in self.all_streets_inside())
        part = {}
        for number, nodes in enumerate(nx.connected_components(inner)):
            part |= dict.fromkeys(nodes, number)
        feet = {BUILDING: {}, STATION: {}}
        for join in joins.table.itertuples():
            zone = self.network.pieces.table["zone"][join.piece]
            if join.owner in feet and not join.bare and zone >= 0:
                feet[join.owner].setdefault(join.row, part.get((zone, self.spot(join))))
        walls = self.district.barriers.geometry.to_numpy()
        for zone, polygon in enumerate(rings.polygons):
            homes = [b for b, z in enumerate(joins.building_zone) if z == zone]
            posts = [s for s, z in enumerate(joins.station_zone) if z == zone]
            near = np.array([w for w in walls if w.intersects(polygon)], dtype=object)
            doors = {
                row: part.get((zone, self.gate_place(row)))
                for row, gate in enumerate(self.gates)
                if gate.zone == zone and gate.kind == "ring"
            }
            where = {row: self.point(self.gates[row]) for row in doors}
            for home in homes:
                for row, own in doors.items():
                    self.line(
                        polygon,
                        near,
                        (own, feet[BUILDING].get(home)),
                        ("H", zone, self.gate_place(row)),
                        ("home", home),
                        where[row],
                        joins.buildings[home],
                    )
            for post in posts:
                door = joins.station_doors[
                    list(joins.station_row).index(post)
                ].representative_point()
                for home in homes:
                    self.line(
                        polygon,
                        near,
                        (feet[STATION].get(post), feet[BUILDING].get(home)),
                        ("station", post),
                        ("home", home),
                        door,
                        joins.buildings[home],
                    )
                for row, own in doors.items():
                    self.line(
                        polygon,
                        near,
                        (feet[STATION].get(post), own),
                        ("station", post),
                        ("S", zone, self.gate_place(row)),
                        door,
                        where[row],
                    )

    def all_streets_inside(self):
        """Connections inside zones as (zone, place) pairs, whatever the walker may take."""
        stops = defaultdict(set)
        for join in self.network.joins.table.itertuples():
            stops[join.piece].add(join.offset_mm)
            if join.owner == GATE_IN:
                zone = self.gates[join.row].zone
                yield (zone, self.gate_place(join.row)), (zone, self.spot(join))
        for piece in self.network.pieces.table.itertuples():
            if piece.zone < 0:
                continue
            inner = sorted(o for o in stops[piece.Index] if piece.from_mm < o < piece.to_mm)
            names = [self.node_name(piece.Index, "u", piece.u)]
            names += [("join", piece.Index, o) for o in inner]
            names += [self.node_name(piece.Index, "v", piece.v)]
            for k in range(len(names) - 1):
                yield (piece.zone, names[k]), (piece.zone, names[k + 1])

    @staticmethod
    def point(gate):
        return Point(gate.x, gate.y)

    def line(self, polygon, walls, parts, tail, head, here, there):
        if parts[0] is not None and parts[0] == parts[1]:
            return
        mm = inside_mm(polygon, walls, np.array([here]), np.array([there]))[0, 0]
        if mm >= 0:
            self.edge(tail, head, self.twice(self.cost(mm)), int(mm))

    def weights(self, stations):
        """Return for each home (cost, mm, station row) of its nearest, ties to the first."""
        best = {}
        for station in stations:
            if ("station", station) not in self.graph:
                continue
            away = nx.single_source_dijkstra_path_length(self.graph, ("station", station))
            for node, weight in away.items():
                if node[0] == "home" and weight < best.get(node[1], (FAR << 25, 0))[0]:
                    best[node[1]] = (weight, station)
        return {home: (w >> 25, w & (2**25 - 1), s) for home, (w, s) in best.items()}


WALKERS = [Walker(None), Walker(60.0, 2.0), Walker(48.0, None)]


def compare(district, unknown, walker, stations=None):
    network = build_network(district)
    rows = np.arange(len(district.stations)) if stations is None else stations
    priced = price(network, walker, Access(Unknown(unknown)))
    ways, _ = nearest(priced, rows, 100_000_000)
    expected = SecondMethod(district, network, unknown, walker).weights(rows)
    found = {
        home: (int(ways.cost[home]), int(ways.mm[home]), int(ways.station[home]))
        for home in np.flatnonzero(ways.cost >= 0)
    }
    assert found == expected
    return len(found)


@settings(max_examples=60)
@given(
    st.integers(0, 10_000), st.sampled_from(["closed", "assumed", "open"]), st.sampled_from(WALKERS)
)
def test_random_towns_cost_the_same_by_networkx(seed, unknown, walker):
    compare(random_town(seed), unknown, walker)


HILLY = [
    Walker(60.0, 2.0, slope="tobler", crossing_seconds=15.0, direction=direction)
    for direction in ("to", "back", "round")
] + [Walker(48.0, None, max_grade=0.083, direction="round"), Walker(None, direction="round")]


def hilly(seed):
    """A random town on slopes up and down, with crossings to wait at."""
    town, rng = random_town(seed), np.random.default_rng(seed)
    count = len(town.streets)
    grade = np.where(rng.random(count) < 0.6, rng.uniform(-0.2, 0.2, count), np.nan)
    crossing = [bool(each) for each in rng.random(count) < 0.2]
    return town.replace(streets=town.streets.assign(grade=grade, crossing=crossing))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(HILLY))
def test_slopes_and_crossings_cost_the_same_by_networkx_each_way(seed, walker):
    compare(hilly(seed), "assumed", walker)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 3))
def test_the_kth_nearest_equals_sorting_all_stations(seed, k):
    network = build_network(random_town(seed))
    stations = np.arange(len(network.station))
    priced = price(network, WALKERS[1], Access())
    alone = [nearest(priced, stations[[s]], 10**8)[0] for s in stations]
    cost = np.array([np.where(ways.cost < 0, 10**12, ways.cost) for ways in alone])
    found, _ = kth_nearest(priced, stations, 10**8, k)
    for home in range(len(network.building)):
        costs = np.sort(cost[:, home])
        expected = costs[k - 1] if len(stations) >= k and costs[k - 1] < 10**12 else -1
        assert found.cost[home] == expected


@pytest.mark.real
@pytest.mark.parametrize("extract", ["shenzhen-nanshan.osm.xz", "helsinki.osm.pbf"])
def test_real_extracts_cost_the_same_by_networkx(real_data, extract):
    district = import_district(Sources(streets=InputFile(real_data / extract)), name="real")
    assert compare(district, "assumed", WALKERS[1], np.arange(0, 60, 4)) > 300
