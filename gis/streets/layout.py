"""
Laying out the arcs: pieces split where places join them, three times for zones.

Every zone has its station's side, whether it holds a station or not, so that a station may come
without anything else moving.

Nodes are named by keys while arcs are made - one integer for (side, zone, local) - and numbered
afterwards. ``local`` counts street nodes, then joins, then gates.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.streets.joins import BUILDING, GATE_IN, GATE_OUT, STATION, Joins
from gis.streets.pieces import PUBLIC, Pieces

STREET, LINK, LEG, LINE, BARE = range(5)
"""Kinds of arcs: along a street; through a gate; from a place to a street; a straight line inside
a compound (estimated); a leg that exists only once walls are thought away."""
PASS, ENTER, VISIT = range(3)
"""What a LINK is for: anybody passing, a resident coming home, a visitor going to a station."""
P, H, S, PLACE = range(4)
"""Sides a node lies on; PLACE is a building or a station."""

Ints = NDArray[np.int64]
COLUMNS = ["tail", "head", "kind", "role", "street", "zone", "from_mm", "to_mm", "mm", "gate"]


@dataclass(frozen=True, eq=False)
class Keys:
    """Names nodes by one integer; ``gate`` and ``join`` give the local part of those nodes."""

    zones: int
    locals: int
    gate: Ints
    join: Ints
    buildings: int

    def of(self, side: int, zone: Ints | int, local: Ints) -> Ints:
        """Return the key of each (side, zone, local)."""
        key: Ints = (side * (self.zones + 1) + np.asarray(zone) + 1) * self.locals + local
        return key

    def building(self, row: Ints) -> Ints:
        """Return the key of buildings by row."""
        return self.of(PLACE, PUBLIC, row)

    def station(self, row: Ints) -> Ints:
        """Return the key of stations by row."""
        return self.of(PLACE, PUBLIC, self.buildings + row)

    def side(self, key: Ints) -> NDArray[np.int8]:
        """Return the side each key lies on."""
        return (key // self.locals // (self.zones + 1)).astype(np.int8)


@dataclass(frozen=True, eq=False)
class Layout:
    """Segments between neighbouring stops, by piece and offset, and the gates across streets."""

    segments: pd.DataFrame
    street_links: pd.DataFrame
    keys: Keys


def lay_out(pieces: Pieces, joins: Joins, gates: pd.DataFrame, stations: int) -> Layout:
    """Split pieces at joins and at street gates, and settle how nodes are named."""
    table = pieces.table.copy()
    links, nodes = _split_street_gates(table, gates, len(pieces.node_ids))
    stops, join_local, nodes = _stops(table, joins.table, nodes)
    segments = _segments(table, stops)
    gate = np.where(gates["node"] >= 0, gates["node"], nodes + np.arange(len(gates)))
    biggest = max(nodes + len(gates), len(joins.buildings) + stations) + 1
    keys = Keys(pieces.zones, biggest, gate.astype(np.int64), join_local, len(joins.buildings))
    return Layout(segments, links, keys)


def _split_street_gates(
    table: pd.DataFrame, gates: pd.DataFrame, nodes: int
) -> tuple[pd.DataFrame, int]:
    """Part the pieces that meet at a street gate; changes ``u`` and ``v`` of ``table``."""
    links = []
    u, v = table["u"].to_numpy().copy(), table["v"].to_numpy().copy()
    zone = table["zone"].to_numpy()
    rows = np.flatnonzero((gates["kind"] == "street").to_numpy())
    for row, node in zip(rows, gates["node"].to_numpy()[rows], strict=True):
        ends = [(u, k) for k in np.flatnonzero(u == node)]
        ends += [(v, k) for k in np.flatnonzero(v == node)]
        if len({int(zone[k]) for _, k in ends}) != 1:
            continue  # a crossing of a ring there has its own gate
        for end, k in ends[1:]:
            end[k] = nodes
            links.append((row, node, nodes, int(zone[k])))
            nodes += 1
    table["u"], table["v"] = u, v
    frame = pd.DataFrame(links, columns=["gate", "one", "two", "zone"])
    return frame.astype(np.int64), nodes


def _stops(table: pd.DataFrame, joins: pd.DataFrame, nodes: int) -> tuple[pd.DataFrame, Ints, int]:
    """Return the places along each piece where it is split, and each join's local node."""
    piece, offset = joins["piece"].to_numpy(), joins["offset_mm"].to_numpy()
    start, stop = table["from_mm"].to_numpy()[piece], table["to_mm"].to_numpy()[piece]
    spots = np.stack([piece, offset], axis=1).reshape(-1, 2)
    _, spot = np.unique(spots, axis=0, return_inverse=True)
    local = nodes + spot.reshape(-1)
    local = np.where(offset == stop, table["v"].to_numpy()[piece], local)
    local = np.where(offset == start, table["u"].to_numpy()[piece], local)
    inner = (offset > start) & (offset < stop)
    number = np.arange(len(table))
    stops = pd.concat(
        [
            pd.DataFrame({"piece": number, "at": table["from_mm"], "local": table["u"]}),
            pd.DataFrame(
                {"piece": piece[inner], "at": offset[inner], "local": local[inner]}
            ).drop_duplicates(),
            pd.DataFrame({"piece": number, "at": table["to_mm"], "local": table["v"]}),
        ],
        ignore_index=True,
    )
    count = int(spot.max()) + 1 if len(spot) else 0
    return stops.sort_values(["piece", "at"], kind="stable"), local, nodes + count


def _segments(table: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    piece = stops["piece"].to_numpy()
    same = piece[1:] == piece[:-1]
    at, local = stops["at"].to_numpy(), stops["local"].to_numpy()
    piece = piece[:-1][same]
    return pd.DataFrame(
        {
            "piece": piece,
            "one": local[:-1][same],
            "two": local[1:][same],
            "from_mm": at[:-1][same],
            "to_mm": at[1:][same],
            "street": table["street"].to_numpy()[piece],
            "zone": table["zone"].to_numpy()[piece],
        }
    )


def make_arcs(tail: Ints, head: Ints, kind: int, **columns: object) -> pd.DataFrame:
    """Make arcs of one kind; columns not given are blank."""
    blank = {
        "role": -1,
        "street": -1,
        "zone": PUBLIC,
        "from_mm": 0,
        "to_mm": 0,
        "mm": 0,
        "gate": -1,
    }
    return pd.DataFrame({"tail": tail, "head": head, "kind": kind, **blank, **columns})[COLUMNS]


def _both_ways(tail: Ints, head: Ints, kind: int, **columns: object) -> pd.DataFrame:
    return pd.concat(
        [make_arcs(tail, head, kind, **columns), make_arcs(head, tail, kind, **columns)]
    )


def street_arcs(layout: Layout) -> pd.DataFrame:
    """
    Lay the segments out on side P, those of zones on H and S too.

    An arc's offsets run from its tail to its head, so they tell which way along the street it goes.
    """
    parts = []
    zone = layout.segments["zone"].to_numpy()
    for side, wanted in ((P, zone >= PUBLIC), (H, zone != PUBLIC), (S, zone != PUBLIC)):
        segments = layout.segments[wanted]
        where = segments["zone"].to_numpy()
        one = layout.keys.of(side, where, segments["one"].to_numpy())
        two = layout.keys.of(side, where, segments["two"].to_numpy())
        start, stop = segments["from_mm"].to_numpy(), segments["to_mm"].to_numpy()
        told = {"street": segments["street"].to_numpy(), "zone": where, "mm": stop - start}
        parts.append(make_arcs(one, two, STREET, from_mm=start, to_mm=stop, **told))
        parts.append(make_arcs(two, one, STREET, from_mm=stop, to_mm=start, **told))
    return pd.concat(parts)


def gate_arcs(layout: Layout, gates: pd.DataFrame, joins: Joins) -> pd.DataFrame:
    """Lay out the links through gates, and the legs of free gates to the streets."""
    keys, zoned = layout.keys, np.flatnonzero((gates["kind"] != "street").to_numpy())
    zone, local = gates["zone"].to_numpy()[zoned], keys.gate[zoned]
    out = keys.of(P, PUBLIC, local)
    parts = [
        _both_ways(out, keys.of(P, zone, local), LINK, role=PASS, gate=zoned),
        make_arcs(out, keys.of(H, zone, local), LINK, role=ENTER, gate=zoned),
        make_arcs(keys.of(S, zone, local), out, LINK, role=VISIT, gate=zoned),
        *_street_gate_arcs(layout),
        *_gate_legs(layout, gates, joins),
    ]
    return pd.concat(parts)


def _street_gate_arcs(layout: Layout) -> list[pd.DataFrame]:
    links, keys = layout.street_links, layout.keys
    zone = links["zone"].to_numpy()
    sides = ((P, PASS, zone >= PUBLIC), (H, ENTER, zone >= 0), (S, VISIT, zone >= 0))
    parts = []
    for side, role, wanted in sides:
        some = links[wanted]
        one = keys.of(side, some["zone"].to_numpy(), some["one"].to_numpy())
        two = keys.of(side, some["zone"].to_numpy(), some["two"].to_numpy())
        parts.append(_both_ways(one, two, LINK, role=role, gate=some["gate"].to_numpy()))
    return parts


def _gate_legs(layout: Layout, gates: pd.DataFrame, joins: Joins) -> list[pd.DataFrame]:
    keys, table = layout.keys, joins.table
    out = (table["owner"] == GATE_OUT).to_numpy()
    row, leg = table["row"].to_numpy(), table["leg_mm"].to_numpy()
    foot = keys.of(P, PUBLIC, keys.join[out])
    parts = [_both_ways(keys.of(P, PUBLIC, keys.gate[row[out]]), foot, LEG, mm=leg[out])]
    zone = np.full(len(table), PUBLIC)
    gated = (table["owner"] == GATE_IN).to_numpy()
    zone[gated] = gates["zone"].to_numpy()[row[gated]]
    for side in (P, H, S):
        inner = keys.of(side, zone[gated], keys.gate[row[gated]])
        foot = keys.of(side, zone[gated], keys.join[gated])
        parts.append(_both_ways(inner, foot, LEG, mm=leg[gated]))
    return parts


def place_arcs(layout: Layout, pieces: Pieces, joins: Joins) -> pd.DataFrame:
    """Lay out the legs from streets to buildings, and from stations to streets."""
    keys, table = layout.keys, joins.table
    zone = pieces.table["zone"].to_numpy()[table["piece"]]
    row, leg, bare = table["row"].to_numpy(), table["leg_mm"].to_numpy(), table["bare"].to_numpy()
    home, station = (table["owner"] == BUILDING).to_numpy(), (table["owner"] == STATION).to_numpy()
    parts = []
    for side, at in ((P, bare | (zone == PUBLIC)), (H, ~bare & (zone != PUBLIC))):
        for some, kind in ((at & ~bare, LEG), (at & bare, BARE)):
            a, b = some & home, some & station
            foot = keys.of(side, zone[a], keys.join[a])
            parts.append(make_arcs(foot, keys.building(row[a]), kind, mm=leg[a]))
            foot = keys.of(side, zone[b], keys.join[b])
            parts.append(make_arcs(keys.station(row[b]), foot, kind, mm=leg[b]))
    inner = ~bare & station & (zone != PUBLIC)
    foot = keys.of(S, zone[inner], keys.join[inner])
    parts.append(make_arcs(keys.station(row[inner]), foot, LEG, mm=leg[inner]))
    return pd.concat(parts)
