"""
Places and streets added to a network that is there already, moving nothing.

Existing nodes keep their numbers and existing arcs their ends, so labels of an earlier search stay
true; a new foot on a street only stands between its neighbours, whose arc to each other stays.
Costs are differences of values rounded once along the street, so the split is exact.

    Network + stations (rows)  --with_stations-->  Network      what build_network would answer
    Network + a street         --with_street-->    Network      existing joins stay where they are
"""

import bisect
import dataclasses
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.district import District, building_points
from gis.errors import InputError
from gis.streets.joins import BUILDING, STATION, Joiner, Joins, join_stations
from gis.streets.layout import BARE, COLUMNS, LEG, LINE, PLACE, STREET, H, P, S
from gis.streets.lines import End, Parts, draw_lines
from gis.streets.network import Network
from gis.streets.pace import build_slopes
from gis.streets.pieces import CLIP_METRES, PUBLIC

Ints = NDArray[np.int64]
Nodes = tuple[int, int, int]
"""The nodes of one place on a street on the sides P, H and S; -1 where the street has no such."""
Stop = tuple[int, Nodes]
"""An offset in millimetres and the nodes there."""

Segments = dict[str, Ints]

_SIDES = (P, H, S)
_SEGMENT = ("piece", "from_mm", "to_mm", "one", "two")
_NONE = -1


class _Growth:
    """New nodes and arcs on the way to a larger network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.side: list[int] = []
        self.arcs: list[tuple[int, ...]] = []
        self.lines: list[pd.DataFrame] = []
        self.stops: list[tuple[int, Stop]] = []
        self._known: dict[int, list[Stop]] = {}
        self._parts: dict[int, Parts] = {}
        self.zone = network.pieces.table["zone"].to_numpy()
        self._street = network.pieces.table["street"].to_numpy()

    def node(self, side: int) -> int:
        """Make a node and return its number."""
        self.side.append(side)
        return self.network.size + len(self.side) - 1

    def leg(self, tail: int, head: int, mm: int, kind: int = LEG) -> None:
        """Lay an arc off the streets."""
        self.arcs.append((tail, head, kind, -1, -1, PUBLIC, 0, 0, mm, -1))

    def foot(self, piece: int, at: int) -> Nodes:
        """Return the nodes of a place on a piece, made and tied to its neighbours if need be."""
        before, after = _around(self.known(piece), at)
        for offset, nodes in (before, after):
            if offset == at:
                return nodes
        zone = int(self.zone[piece])
        sides = (P,) if zone == PUBLIC else _SIDES
        new: Nodes = tuple(self.node(side) if side in sides else _NONE for side in _SIDES)  # type: ignore[assignment]
        self.stand(piece, (at, new))
        for neighbour in (before, after):
            self.tie(piece, neighbour, (at, new))
        return new

    def stand(self, piece: int, stop: Stop) -> None:
        """Note a new stop of a piece."""
        bisect.insort(self.known(piece), stop)
        self.stops.append((piece, stop))

    def tie(self, piece: int, one: Stop, two: Stop) -> None:
        """Lay the street between two neighbouring stops of a piece, both ways on every side."""
        zone, street = int(self.zone[piece]), int(self._street[piece])
        mm = abs(two[0] - one[0])
        for a, b in zip(one[1], two[1], strict=True):
            if _NONE not in (a, b):
                self.arcs.append((a, b, STREET, -1, street, zone, one[0], two[0], mm, -1))
                self.arcs.append((b, a, STREET, -1, street, zone, two[0], one[0], mm, -1))

    def known(self, piece: int) -> list[Stop]:
        """All stops of a piece, by offset; read off the network once a piece."""
        if piece not in self._known:
            laid_out = _laid_out(self.network, self._segments, piece, int(self.zone[piece]))
            self._known[piece] = sorted([*laid_out, *self._added.get(piece, ())])
        return self._known[piece]

    def parts_of(self, zone: int) -> Parts:
        """Connected parts of a ring's home side; asked once every street and leg is laid."""
        if zone not in self._parts:
            self._parts[zone] = _parts_of_ring(self, zone)
        return self._parts[zone]

    @cached_property
    def _segments(self) -> Segments:
        """Columns of the segments the pieces were laid out in."""
        table = self.network.layout.segments
        return {name: table[name].to_numpy() for name in _SEGMENT}

    @cached_property
    def _added(self) -> dict[int, list[Stop]]:
        """Stops of earlier growth, by piece."""
        added: dict[int, list[Stop]] = {}
        for piece, at, p, h, s in self.network.stops.to_numpy().tolist():
            added.setdefault(piece, []).append((at, (p, h, s)))
        return added

    def grown(self, **changes: Any) -> Network:
        """Return the larger network."""
        arcs = pd.DataFrame(self.arcs, columns=COLUMNS, dtype=np.int64)
        stops = [(piece, at, *nodes) for piece, (at, nodes) in self.stops]
        columns = self.network.stops.columns
        kept = changes.pop("arc_parts", self.network.arc_parts)
        return dataclasses.replace(
            self.network,
            arc_parts=(*kept, pd.concat([arcs, *self.lines], ignore_index=True)),
            side=np.concatenate([self.network.side, np.array(self.side, dtype=np.int8)]),
            stops=pd.concat(
                [self.network.stops, pd.DataFrame(stops, columns=columns, dtype=np.int64)],
                ignore_index=True,
            ),
            **changes,
        )


def _laid_out(network: Network, segments: Segments, piece: int, zone: int) -> Iterable[Stop]:
    """Stops of a piece as it was laid out at first; none for a street that came later."""
    start, stop = np.searchsorted(segments["piece"], [piece, piece + 1])
    if start == stop:
        return
    some = slice(start, stop)
    offsets = [int(segments["from_mm"][start]), *segments["to_mm"][some].tolist()]
    local = np.r_[segments["one"][start], segments["two"][some]]
    sides = [_numbers(network, side, zone, local) for side in _SIDES]
    for offset, p, h, s in zip(offsets, *(side.tolist() for side in sides), strict=True):
        yield offset, (p, h, s)


def _numbers(network: Network, side: int, zone: int, local: Ints) -> Ints:
    """Return node numbers by name, -1 for none."""
    keys = network.layout.keys.of(side, zone, local)
    at = np.minimum(np.searchsorted(network.node_key, keys), len(network.node_key) - 1)
    return np.where(network.node_key[at] == keys, at, _NONE)


def _around(stops: list[Stop], at: int) -> tuple[Stop, Stop]:
    """Return the last stop up to an offset and the first from it on; stops are sorted."""
    before = bisect.bisect_right(stops, at, key=_offset) - 1
    after = bisect.bisect_left(stops, at, key=_offset)
    return stops[max(before, 0)], stops[min(after, len(stops) - 1)]


def _offset(stop: Stop) -> int:
    return stop[0]


def with_stations(network: Network, district: District, rows: Ints) -> Network:
    """
    Join stations to a network that was built without them.

    Parameters
    ----------
    district
        The changed district; its stations are those of the network's district in the same order,
        with new ones at the end.
    rows
        Rows of the stations that are new, or stand elsewhere than before.

    Returns
    -------
    Network
        Equal in every answer to ``build_network(district)``. Cost follows the new stations (3,000
        on the streets take about a second) and the compounds they lie in, not the network.
    """
    rows = np.asarray(rows, dtype=np.int64)
    some = district.replace(stations=district.stations.iloc[rows])
    table, row, doors = join_stations(some, network.joiner)
    table, row = table.assign(row=rows[table["row"]]).astype({"bare": bool}), rows[row]
    zone = network.joiner.zone_of(building_points(some.stations).to_numpy())
    growth = _Growth(network)
    node = {int(each): growth.node(PLACE) for each in rows}
    for join in table.itertuples():
        _lay_legs(growth, node[join.row], join)
    joins = _with_doors(network.joins, len(district.stations), (rows, zone), table, (row, doors))
    for each, ring in zip(rows.tolist(), zone.tolist(), strict=True):
        if ring != PUBLIC:
            growth.lines.append(_station_lines(growth, joins, district, each, node[each], ring))
    station = np.concatenate([network.station, np.full(len(district.stations), _NONE)])
    station = station[: len(district.stations)]
    left = station[rows[station[rows] != _NONE]]
    station[rows] = [node[int(each)] for each in rows]
    return growth.grown(station=station, joins=joins, arc_parts=_without(network, left))


def _lay_legs(growth: _Growth, station: int, join: Any) -> None:
    """Lay the legs of one join, as ``gis.streets.layout.place_arcs`` does."""
    zone = growth.zone[join.piece]
    public, home, visited = growth.foot(int(join.piece), int(join.offset_mm))
    if join.bare:
        growth.leg(station, public, int(join.leg_mm), BARE)
    elif zone == PUBLIC:
        growth.leg(station, public, int(join.leg_mm))
    else:
        growth.leg(station, home, int(join.leg_mm))
        growth.leg(station, visited, int(join.leg_mm))


def _with_doors(
    joins: Joins,
    count: int,
    placed: tuple[Ints, Ints],
    table: pd.DataFrame,
    doors: tuple[Ints, NDArray[np.object_]],
) -> Joins:
    """Put the joins, doors and rings of some stations in the place of what they had."""
    rows, zone = placed
    old = ((joins.table["owner"] == STATION) & joins.table["row"].isin(rows)).to_numpy()
    kept = ~np.isin(joins.station_row, rows)
    row = np.concatenate([joins.station_row[kept], doors[0]])
    order = np.argsort(row, kind="stable")
    zones = np.full(count, PUBLIC, dtype=np.int64)
    zones[: len(joins.station_zone)] = joins.station_zone
    zones[rows] = zone
    return dataclasses.replace(
        joins,
        table=pd.concat([joins.table[~old], table], ignore_index=True),
        station_doors=np.concatenate([joins.station_doors[kept], doors[1]])[order],
        station_row=row[order],
        station_zone=zones,
    )


def _without(network: Network, nodes: Ints) -> tuple[pd.DataFrame, ...]:
    """Arcs without those that leave the nodes stations have moved from."""
    if not len(nodes):
        return network.arc_parts
    return tuple(part[~part["tail"].isin(nodes)] for part in network.arc_parts)


def _station_lines(
    growth: _Growth, joins: Joins, district: District, row: int, node: int, zone: int
) -> pd.DataFrame:
    """Draw the lines of one station to homes and gates of its ring that no inner street joins."""
    network, pieces = growth.network, growth.network.pieces
    part = growth.parts_of(zone)
    homes = np.flatnonzero(joins.building_zone == zone)
    doors = np.flatnonzero((network.gates["kind"] == "ring") & (network.gates["zone"] == zone))
    local = network.layout.keys.gate[doors]
    places = shapely.points(network.gates[["x", "y"]].to_numpy(dtype=float)[doors])
    home, door = network.building[homes], _numbers(network, H, zone, local)
    door_left = _numbers(network, S, zone, local)
    point = shapely.point_on_surface(joins.station_doors[joins.station_row == row][:1])
    start = End(np.array([node]), point, part.of(np.array([_inner_foot(growth, joins, row, zone)])))
    walls = district.barriers.geometry.to_numpy()
    walls = walls[shapely.intersects(walls, pieces.rings.polygons[zone])]
    ends = (
        End(home, joins.buildings[homes], part.of(home)),
        End(door_left, places, part.of(door)),
    )
    ring = pieces.rings.polygons[zone]
    return pd.concat([draw_lines(ring, walls, start, end) for end in ends], ignore_index=True)


def _inner_foot(growth: _Growth, joins: Joins, row: int, zone: int) -> int:
    """Return the node on the home's side that a station joins first in its ring, -1 for none."""
    table = joins.table[(joins.table["owner"] == STATION) & (joins.table["row"] == row)]
    inner = growth.zone[table["piece"]] == zone
    for join in table[inner & ~table["bare"].to_numpy(dtype=bool)].itertuples():
        return growth.foot(int(join.piece), int(join.offset_mm))[1]
    return _NONE


def _parts_of_ring(growth: _Growth, zone: int) -> Parts:
    """Sort the nodes of a ring's home side, and the homes there, into connected parts."""
    network, keys = growth.network, growth.network.layout.keys
    ends = keys.of(H, np.array([zone, zone + 1]), np.zeros(2, dtype=np.int64))
    first, last = np.searchsorted(network.node_key, ends)
    base, *later = network.arc_parts
    tail = base["tail"].to_numpy()
    inside = base.iloc[np.flatnonzero((tail >= first) & (tail < last))]
    new = pd.DataFrame(growth.arcs, columns=COLUMNS, dtype=np.int64)
    arcs = pd.concat([inside, *later, new])
    arcs = arcs[arcs["kind"] != LINE]
    side = np.concatenate([network.side, np.array(growth.side, dtype=np.int8)])
    tails, heads = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
    return Parts(tails, heads, side[tails], side[heads])


def with_street(
    network: Network, district: District, ends: tuple[tuple[int, int], tuple[int, int]]
) -> Network:
    """
    Add a street, such as a footbridge, that leads from one street to another.

    Parameters
    ----------
    district
        The changed district: its last street is the new one, its line led up to both ends.
    ends
        Where it begins and ends: row of the street there, and the offset on it in millimetres.

    Returns
    -------
    Network
        Every place that is joined keeps its joins; places that saw no street within reach, or had
        none within reach with walls thought away, may join the new one.

    Raises
    ------
    InputError
        The ends lie in different zones, or the way between them leads through a ring: there a
        gate is needed, which a street alone is not.
    """
    at = [_piece_at(network, street, offset) for street, offset in ends]
    zone = _zone_of_link(network, district.streets.geometry.iloc[-1], at)
    wider = _with_piece(network, district, zone)
    piece = len(wider.pieces.table) - 1
    length = int(wider.pieces.street_mm[-1])
    growth = _Growth(wider)
    tips = [growth.foot(each, offset) for each, (_, offset) in zip(at, ends, strict=True)]
    stops = [(0, tips[0]), (length, tips[1])]
    for stop in stops:
        growth.stand(piece, stop)
    growth.tie(piece, *stops)
    table = _newly_joined(wider, piece)
    for join in table.itertuples():
        if join.owner == STATION:
            _lay_legs(growth, int(wider.station[join.row]), join)
        else:
            _lay_home(growth, int(wider.building[join.row]), join)
    off_street = wider.off_street.copy()
    off_street[table["row"][(table["owner"] == BUILDING) & table["bare"]]] = False
    joined = pd.concat([wider.joins.table, table], ignore_index=True)
    joins = dataclasses.replace(wider.joins, table=joined)
    return growth.grown(joins=joins, off_street=off_street)


def _piece_at(network: Network, street: int, offset: int) -> int:
    """Return the piece a place on a street lies on; the earlier of two."""
    table = network.pieces.table
    here = (table["street"] == street) & (table["from_mm"] <= offset) & (table["to_mm"] >= offset)
    return int(np.flatnonzero(here.to_numpy())[0])


def _zone_of_link(network: Network, line: Any, at: list[int]) -> int:
    zones = network.pieces.table["zone"].to_numpy()[at]
    rings = network.pieces.rings
    through = [
        str(rings.ids[k])
        for k in np.flatnonzero(shapely.intersects(rings.polygons, line))
        if not _keeps_to(rings.polygons[k], line, inside=k == zones[0])
    ]
    if through:
        raise InputError(
            f"新道路穿过围合边界（{'、'.join(through)}），那里需要出入口；"
            "请把线的两端放在边界同一侧，或改用 open_gate",
            english=f"the new street leads through the outline of {', '.join(through)}, "
            "where a gate is needed; keep both ends on one side of it, or use open_gate",
        )
    if zones[0] != zones[1]:
        raise InputError(
            "新道路从公共道路通到内部道路，不是人人可走；请把两端都画到公共道路",
            english="the new street leads from a public street to a private one, which not "
            "everybody may walk; draw both ends to public streets",
        )
    return int(zones[0])


def _keeps_to(ring: Any, line: Any, *, inside: bool) -> bool:
    """Tell whether a line stays on its side of a ring, but for brushing the outline."""
    stray = line.difference(ring) if inside else line.intersection(ring)
    return bool(stray.length < CLIP_METRES)


def _with_piece(network: Network, district: District, zone: int) -> Network:
    """Take the last street of the district into the pieces, whole; it is tied to nothing yet."""
    pieces, row = network.pieces, len(district.streets) - 1
    line = district.streets.geometry.to_numpy()[-1:]
    length = max(1, round(shapely.length(line[0]) * 1000))
    nodes = len(pieces.node_ids)
    told = {"street": row, "from_mm": 0, "to_mm": length, "zone": zone, "u": nodes, "v": nodes + 1}
    table = pd.concat([pieces.table, pd.DataFrame([told])], ignore_index=True)
    wider = dataclasses.replace(
        pieces,
        table=table.astype(pieces.table.dtypes),
        lines=np.concatenate([pieces.lines, line]),
        node_ids=np.concatenate([pieces.node_ids, np.array(["", ""], dtype=object)]),
        street_mm=np.r_[pieces.street_mm, length],
    )
    return dataclasses.replace(
        network,
        pieces=wider,
        joiner=Joiner(wider, network.joiner.sight),
        steps=district.streets["steps"].to_numpy(dtype=bool),
        slopes=build_slopes(district.streets),
    )


def _newly_joined(network: Network, piece: int) -> pd.DataFrame:
    """Join the new piece to the buildings and stations that had no street before."""
    joins, table = network.joins, network.joins.table
    bare = table["bare"].to_numpy(dtype=bool)
    parts = [table.iloc[:0]]
    for owner, row, shapes in (
        (BUILDING, np.arange(len(joins.buildings)), joins.buildings),
        (STATION, joins.station_row, joins.station_doors),
    ):
        mine = (table["owner"] == owner).to_numpy()
        for walled in (False, True):
            known = table["row"].to_numpy()[mine & (bare == walled)]
            new = ~np.isin(row, known)
            found = network.joiner.to_piece(owner, row[new], shapes[new], piece, bare=walled)
            parts.append(found)
    return pd.concat(parts, ignore_index=True).astype(table.dtypes)


def _lay_home(growth: _Growth, home: int, join: Any) -> None:
    """Lay the leg of one building, as ``gis.streets.layout.place_arcs`` does."""
    zone = growth.zone[join.piece]
    public, inner, _ = growth.foot(int(join.piece), int(join.offset_mm))
    kind = BARE if join.bare else LEG
    growth.leg(public if join.bare or zone == PUBLIC else inner, home, int(join.leg_mm), kind)


def with_gates(network: Network, gates: pd.DataFrame) -> Network:
    """
    Return the network with other users or hours of its gates.

    ``gates`` has the rows of ``network.gates``, in that order; arcs are shared, and so is what was
    prepared for searching them.
    """
    changed = dataclasses.replace(network, gates=gates)
    prepared = {name: network.__dict__[name] for name in _PREPARED if name in network.__dict__}
    changed.__dict__.update(prepared)
    return changed


_PREPARED = ("arcs", "marks", "plan", "leaving")
