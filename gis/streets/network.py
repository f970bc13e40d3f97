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

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.district import District
from gis.streets.gates import find_gates
from gis.streets.joins import BUILDING, STATION, Joins, join_places, look_around
from gis.streets.layout import Keys, gate_arcs, lay_out, place_arcs, street_arcs
from gis.streets.lines import inside_lines
from gis.streets.pieces import PUBLIC, Pieces, cut_streets, read_rings

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """
    Arcs of the walking graph, in a fixed order.

    Parameters
    ----------
    arcs
        ``tail``, ``head`` (node numbers), ``kind``, ``role`` (of links, else -1), ``street`` (row
        of the streets table or -1), ``from_mm``, ``to_mm`` (offsets on that street), ``mm``,
        ``gate`` (row of ``gates`` or -1). The words are in ``gis.streets.layout``.
    side
        For each node P, H, S or PLACE.
    building, station
        Node number of each building and station, in the order of their tables.
    off_street
        Buildings with no street within 100 m, walls thought away.
    gates
        Every door, known and assumed; see ``gis.streets.gates``.
    steps, grade
        Of each street: whether it is steps, and rise over run (NaN unknown).
    """

    arcs: pd.DataFrame
    side: NDArray[np.int8]
    building: Ints
    station: Ints
    off_street: NDArray[np.bool_]
    gates: pd.DataFrame
    pieces: Pieces
    joins: Joins
    steps: NDArray[np.bool_]
    grade: NDArray[np.float64]

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
    sight = look_around(district, pieces)
    gates = find_gates(pieces, district.gates, sight).table
    joins = join_places(district, pieces, gates, sight)
    layout = lay_out(pieces, joins, gates, len(district.stations))
    visited = _visited_zones(pieces, joins)
    arcs = pd.concat(
        [
            street_arcs(layout, visited),
            gate_arcs(layout, gates, joins, visited),
            place_arcs(layout, pieces, joins),
        ],
        ignore_index=True,
    )
    lines = inside_lines(arcs, layout.keys, pieces, gates, joins, district.barriers)
    return _number(
        pd.concat([arcs, lines], ignore_index=True), layout.keys, district, pieces, joins, gates
    )


def _visited_zones(pieces: Pieces, joins: Joins) -> Ints:
    """Zones that hold a station: only these need a station's side."""
    table = joins.table[~joins.table["bare"]]
    joined = pieces.table["zone"].to_numpy()[table["piece"][table["owner"] == STATION]]
    zones: Ints = np.setdiff1d(np.r_[joins.station_zone, joined], [PUBLIC])
    return zones


def _number(
    arcs: pd.DataFrame,
    keys: Keys,
    district: District,
    pieces: Pieces,
    joins: Joins,
    gates: pd.DataFrame,
) -> Network:
    """Replace keys by node numbers, smallest key first."""
    building = keys.building(np.arange(len(district.buildings)))
    station = keys.station(np.arange(len(district.stations)))
    ends = [arcs["tail"].to_numpy(), arcs["head"].to_numpy(), building, station]
    nodes, number = np.unique(np.concatenate(ends), return_inverse=True)
    tail, head, home, stop = np.split(number, np.cumsum([len(end) for end in ends])[:-1])
    table = joins.table
    joined = np.zeros(len(building), dtype=bool)
    joined[table["row"][table["bare"] & (table["owner"] == BUILDING)]] = True
    return Network(
        arcs=arcs.assign(tail=tail, head=head),
        side=keys.side(nodes),
        building=home,
        station=stop,
        off_street=~joined,
        gates=gates,
        pieces=pieces,
        joins=joins,
        steps=district.streets["steps"].to_numpy(dtype=bool),
        grade=district.streets["grade"].to_numpy(dtype=float),
    )
