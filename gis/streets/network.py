"""
The network: every way a walker may take, built once, priced later for each kind of walker.

Zones (gated compounds, private streets) are entered by whoever lives there and by visitors of a
station inside, and are passed through only where both gates are for everyone. So the streets of
a zone are laid out three times, and arcs point *from the station to the home*:

    station ──▶ S: station's side ──visit──▶ P: public streets ──enter──▶ H: home's side ──▶ home
       │             of a zone                  │     ▲                     of a zone        ▲
       ├──────────────────────────────▶ (P)     └─pass┘ (zone's own streets, gates open)     │
       └──────────────────────────────▶ (H of the same zone) ────────────────────────────────┘

    district  ->  Network (arcs with lengths in mm)  --price(profile, access)-->  sparse matrix
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.district import District
from gis.streets.gates import find_gates
from gis.streets.graph import Plan, build_plan
from gis.streets.joins import BUILDING, Joiner, Joins, join_places, look_around
from gis.streets.layout import (
    ENTER,
    LINE,
    LINK,
    PLACE,
    Layout,
    gate_arcs,
    lay_out,
    place_arcs,
    street_arcs,
)
from gis.streets.lines import inside_lines
from gis.streets.pace import Slopes, build_slopes
from gis.streets.pieces import Pieces, cut_streets, read_rings

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """
    Arcs of the walking graph, in a fixed order.

    Parameters
    ----------
    arc_parts
        The arcs, in tables to be read one after the other; see ``arcs``.
    side
        For each node P, H, S or PLACE.
    building, station
        Node number of each building and station, in the order of their tables.
    off_street
        Buildings with no street within 100 m, walls thought away.
    gates
        Every door, known and assumed; see ``gis.streets.gates``.
    steps, slopes
        Of each street: whether it is steps; and all streets in parts of one grade.
    layout, node_key, stops, joiner
        How nodes are named and streets are split, and the search trees of the streets: what a
        place added later needs (``gis.streets.additions``). ``node_key`` names the first nodes;
        ``stops`` are the places where streets were split since: ``piece``, ``at`` and the nodes
        there on each side, ``P``, ``H``, ``S``.
    """

    arc_parts: tuple[pd.DataFrame, ...]
    side: NDArray[np.int8]
    building: Ints
    station: Ints
    off_street: NDArray[np.bool_]
    gates: pd.DataFrame
    pieces: Pieces
    joins: Joins
    steps: NDArray[np.bool_]
    slopes: Slopes
    layout: Layout = field(repr=False)
    node_key: Ints = field(repr=False)
    stops: pd.DataFrame = field(repr=False)
    joiner: Joiner = field(repr=False)

    @cached_property
    def arcs(self) -> pd.DataFrame:
        """
        All arcs: ``tail``, ``head`` (node numbers), ``kind``, ``role`` (of links, else -1),
        ``street`` (row of the streets table or -1), ``zone``, ``from_mm``, ``to_mm`` (offsets on
        that street), ``mm``, ``gate`` (row of ``gates`` or -1). The words are in
        ``gis.streets.layout``.
        """
        if len(self.arc_parts) == 1:
            return self.arc_parts[0]
        return pd.concat(self.arc_parts, ignore_index=True)

    @cached_property
    def marks(self) -> Ints:
        """What a way notes on each arc: the gate it enters by, or (1) a line drawn to a home."""
        arcs = self.arcs
        kind, gate = arcs["kind"].to_numpy(), arcs["gate"].to_numpy()
        enters = (kind == LINK) & (arcs["role"].to_numpy() == ENTER)
        line_home = (kind == LINE) & (self.side[arcs["head"].to_numpy()] == PLACE)
        return np.where(enters, (gate + 1) << 1, line_home.astype(np.int64))

    @cached_property
    def plan(self) -> Plan:
        """The graph of the arcs, prepared for search once."""
        arcs = self.arcs
        tail, head = arcs["tail"].to_numpy(), arcs["head"].to_numpy()
        return build_plan(tail, head, size=self.size, mark=self.marks)

    @cached_property
    def leaving(self) -> tuple[Ints, Ints]:
        """The arcs that leave node v: ``order[first[v]:first[v + 1]]``."""
        tail = self.arcs["tail"].to_numpy()
        first = np.r_[0, np.cumsum(np.bincount(tail, minlength=self.size))]
        sorted_already = bool((tail[1:] >= tail[:-1]).all())
        order = np.arange(len(tail)) if sorted_already else np.argsort(tail, kind="stable")
        return first, order

    @property
    def size(self) -> int:
        """How many nodes the network has."""
        return len(self.side)


def build_network(district: District) -> Network:
    """
    Build the network of a district, with the connections of its buildings and stations.

    Lengths become integer millimetres here, once. Cost grows with streets plus places; inside
    compounds without inner streets with gates x buildings of that compound.
    """
    pieces = cut_streets(district.streets, read_rings(district.compounds))
    joiner = Joiner(pieces, look_around(district, pieces))
    gates = find_gates(pieces, district.gates, joiner.sight).table
    joins = join_places(district, gates, joiner)
    layout = lay_out(pieces, joins, gates, len(district.stations))
    parts = [
        street_arcs(layout),
        gate_arcs(layout, gates, joins),
        place_arcs(layout, pieces, joins),
    ]
    arcs = pd.concat(parts, ignore_index=True)
    lines = inside_lines(arcs, layout.keys, pieces, gates, joins, district.barriers)
    whole = pd.concat([arcs, lines], ignore_index=True)
    numbered = _number(whole, layout, district)
    table = joins.table
    joined = np.zeros(len(district.buildings), dtype=bool)
    joined[table["row"][table["bare"] & (table["owner"] == BUILDING)]] = True
    return Network(
        **numbered,
        off_street=~joined,
        gates=gates,
        pieces=pieces,
        joins=joins,
        steps=district.streets["steps"].to_numpy(dtype=bool),
        slopes=build_slopes(district.streets),
        layout=layout,
        stops=no_stops(),
        joiner=joiner,
    )


def no_stops() -> pd.DataFrame:
    """Return the table of places where streets were split later, without rows."""
    return pd.DataFrame({name: np.empty(0, np.int64) for name in ("piece", "at", "P", "H", "S")})


def _number(arcs: pd.DataFrame, layout: Layout, district: District) -> dict[str, Any]:
    """Replace keys by node numbers, smallest key first, and sort the arcs by where they leave."""
    keys = layout.keys
    building = keys.building(np.arange(len(district.buildings)))
    station = keys.station(np.arange(len(district.stations)))
    ends = [arcs["tail"].to_numpy(), arcs["head"].to_numpy(), building, station]
    nodes, number = np.unique(np.concatenate(ends), return_inverse=True)
    tail, head, home, stop = np.split(number, np.cumsum([len(end) for end in ends])[:-1])
    numbered = arcs.assign(tail=tail, head=head).iloc[np.argsort(tail, kind="stable")]
    return {
        "arc_parts": (numbered.reset_index(drop=True),),
        "side": keys.side(nodes),
        "building": home,
        "station": stop,
        "node_key": nodes,
    }
