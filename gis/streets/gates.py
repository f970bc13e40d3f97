"""
Where a zone may be entered: known gates, and gates assumed where nobody mapped one.

A street that crosses a ring needs a gate there. Known gates within ``MATCH_METRES`` of a crossing
are that crossing; a crossing without one is an assumed gate, unless the list of the compound's
gates is complete. A known gate away from every crossing stands on the ring by itself (*free*),
and so does the one assumed for a compound that no street crosses.

    pieces, gates table  ->  Gates (one row each)  +  crossings (node, zone) that are doors
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.streets.pieces import PUBLIC, Pieces
from gis.streets.sight import Outlook, Sight

MATCH_METRES = 15.0
"""A known gate this near to a crossing of its ring is that crossing. Ours."""

Shapes = NDArray[np.object_]
_KEPT = ("compound", "name", "users", "hours", "step_free", "source")
_COLUMNS = [*_KEPT, "kind", "zone", "node", "x", "y"]


@dataclass(frozen=True, eq=False)
class Gates:
    """
    Every door between a zone and the public streets.

    ``table`` is indexed by id and sorted by it: ``compound`` (missing for street gates), ``users``
    (everyone, residents, nobody, unknown), ``hours``, ``step_free`` (NA unknown), ``source``
    (given, osm, assumed), ``kind`` (ring, street, private, wall), ``zone``, ``node`` (number of
    the crossing node, -1 for a free gate), ``x``, ``y``. Kind ``wall`` is a crossing that
    the user's complete list says is no gate.
    """

    table: pd.DataFrame


def node_places(pieces: Pieces) -> NDArray[np.float64]:
    """Coordinates of every node (n x 2), taken from the ends of the pieces."""
    xy = np.full((len(pieces.node_ids), 2), np.nan)
    xy[pieces.table["v"]] = shapely.get_coordinates(shapely.get_point(pieces.lines, -1))
    xy[pieces.table["u"]] = shapely.get_coordinates(shapely.get_point(pieces.lines, 0))
    return xy


def find_gates(pieces: Pieces, gates: gpd.GeoDataFrame, sight: Sight) -> Gates:
    """
    Match known gates to crossings, and assume gates where a street crosses without one.

    Ties go to the nearer gate, then the smaller id. Ids of assumed gates are the compound's id and
    a number counted along its ring, so the same input gives the same ids.
    """
    xy = node_places(pieces)
    crossings = _crossings(pieces)
    rows: list[dict[str, Any]] = []
    known = gates.sort_index()
    by_compound = dict(list(known[known["compound"].notna()].groupby("compound")))
    crossed = {zone: rows["node"].to_numpy() for zone, rows in crossings.groupby("zone")}
    none = np.empty(0, dtype=np.int64)
    public = Outlook(pieces.lines[_main_streets(pieces)], sight)
    for zone, compound in enumerate(pieces.rings.ids):
        own = by_compound.get(compound, known.iloc[:0])
        nodes = crossed.get(zone, none)
        rows += _ring_gates(pieces, xy, zone, nodes, own, public)
    private = crossings[crossings["zone"] >= len(pieces.rings.ids)]
    rows += [_private_gate(pieces, xy, node, zone) for node, zone in private.to_numpy()]
    rows += _street_gates(pieces, xy, known[known["compound"].isna()])
    table = pd.DataFrame(rows, columns=["id", *_COLUMNS])
    types = {"zone": "int64", "node": "int64", "step_free": "boolean"}
    return Gates(table.astype(types).set_index("id").sort_index())


def _main_streets(pieces: Pieces) -> NDArray[np.bool_]:
    """Flag the public pieces of the largest connected part: a guess onto an island helps nobody."""
    u, v = pieces.table["u"].to_numpy(), pieces.table["v"].to_numpy()
    size = len(pieces.node_ids)
    if not size:
        return np.zeros(0, dtype=bool)
    graph = coo_array((np.ones(len(u)), (u, v)), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    public = pieces.table["zone"].to_numpy() == PUBLIC
    largest = np.argmax(np.bincount(part[u[public]], minlength=1))
    main: NDArray[np.bool_] = public & (part[u] == largest)
    return main


def _crossings(pieces: Pieces) -> pd.DataFrame:
    """Pairs (node, zone) where pieces of a zone meet pieces of another, or the public streets."""
    table = pieces.table
    ends = pd.concat(
        [
            pd.DataFrame({"node": table[end].to_numpy(), "zone": table["zone"].to_numpy()})
            for end in ("u", "v")
        ]
    ).drop_duplicates()
    several = ends.groupby("node")["zone"].transform("size") > 1
    doors = ends[several & (ends["zone"] != PUBLIC)]
    return doors.sort_values(["zone", "node"]).reset_index(drop=True)


def _ring_gates(
    pieces: Pieces,
    xy: NDArray[np.float64],
    zone: int,
    nodes: NDArray[np.int64],
    known: gpd.GeoDataFrame,
    public: Outlook,
) -> list[dict[str, Any]]:
    outline = shapely.boundary(pieces.rings.polygons[zone])
    along = shapely.line_locate_point(outline, shapely.points(xy[nodes]))
    nodes = nodes[np.lexsort((nodes, along))]
    match = _match(pieces, xy, nodes, known)
    compound = pieces.rings.ids[zone]
    complete = bool(pieces.rings.complete[zone])
    rows = []
    for k, node in enumerate(nodes):
        if node in match:
            rows.append(_known(known.loc[match[node]], match[node], zone, node, xy[node]))
        else:
            rows.append(_assumed(f"{compound}@{k + 1}", compound, zone, node, xy[node], complete))
    free = known.index.difference(list(match.values()))
    for gate in free:
        foot = shapely.shortest_line(outline, known.geometry[gate]).coords[0]
        rows.append(_known(known.loc[gate], gate, zone, -1, foot))
    if not rows and not complete and (foot := _nearest_foot(public, outline)) is not None:
        rows.append(_assumed(f"{compound}@1", compound, zone, -1, foot, complete))
    return rows


def _match(
    pieces: Pieces, xy: NDArray[np.float64], nodes: NDArray[np.int64], known: gpd.GeoDataFrame
) -> dict[int, str]:
    """Pair known gates with crossings, nearest pairs first; a gate's own node goes before all."""
    pairs = []
    for gate, point in known.geometry.items():
        away = shapely.distance(point, shapely.points(xy[nodes]))
        own = known["node"].get(gate)
        same = np.array([pd.notna(own) and node == own for node in pieces.node_ids[nodes]], bool)
        near = np.flatnonzero((away <= MATCH_METRES) | same)
        pairs += [(not same[k], float(away[k]), str(gate), int(nodes[k])) for k in near]
    match: dict[int, str] = {}
    for _, _, gate, node in sorted(pairs):
        if node not in match and gate not in match.values():
            match[node] = gate
    return match


def _nearest_foot(public: Outlook, outline: Any) -> Any:
    """
    Return the point of the ring nearest to a public street it sees, or None without streets.

    Where the ring sees none within reach, the point nearest to any.
    """
    nearest = public.nearest(outline)
    if nearest is None:
        return None
    return shapely.shortest_line(outline, nearest).coords[0]


def _known(gate: Any, name: str, zone: int, node: int, place: Any) -> dict[str, Any]:
    kept = {column: gate[column] for column in _KEPT}
    return {"id": name, **kept, "kind": "ring", **_where(zone, node, place)}


def _assumed(
    name: str,
    compound: str,
    zone: int,
    node: int,
    place: Any,
    complete: bool,  # noqa: FBT001
) -> dict[str, Any]:
    users, kind = ("nobody", "wall") if complete else ("unknown", "ring")
    known = {"compound": compound, "name": None, "users": users, "hours": None, "step_free": pd.NA}
    return {"id": name, **known, "source": "assumed", "kind": kind, **_where(zone, node, place)}


def _private_gate(pieces: Pieces, xy: NDArray[np.float64], node: int, zone: int) -> dict[str, Any]:
    """Whose private street it is nobody knows: one may go to a door on it, not through."""
    name = f"private@{pieces.node_ids[node] or node}"
    row = _assumed(name, "", zone, node, xy[node], complete=False)
    return {**row, "compound": None, "kind": "private"}


def _where(zone: int, node: int, place: Any) -> dict[str, Any]:
    return {"zone": zone, "node": int(node), "x": float(place[0]), "y": float(place[1])}


def _street_gates(
    pieces: Pieces, xy: NDArray[np.float64], known: gpd.GeoDataFrame
) -> list[dict[str, Any]]:
    """Gates across public streets; those always open to everyone, level, are left out."""
    number = pd.Index(pieces.node_ids)
    stepped = (known["step_free"] == False).fillna(value=False)  # noqa: E712 - NA is not False
    stops = known[(known["users"] != "everyone") | known["hours"].notna() | stepped]
    stops = stops[stops["node"].isin(number[number != ""])].drop_duplicates("node")
    rows = []
    numbers = number.get_indexer_for(stops["node"])  # ids of real nodes are unique
    for (gate, row), node in zip(stops.iterrows(), numbers, strict=True):
        kept = _known(row, str(gate), PUBLIC, node, xy[node])
        rows.append({**kept, "kind": "street"})
    return rows
