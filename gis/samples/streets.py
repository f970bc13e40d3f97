"""
The streets of one tile: centre lines cut wherever they meet on the same layer.

    Spec --> ways (plan) --node--> pieces that join at equal node ids --Ground--> Streets
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString
from shapely.ops import substring

from gis.samples.ground import Ground
from gis.samples.lanes import lane_lines
from gis.samples.spec import Spec

CENTIMETRES = 2
"""Decimals of plan metres within which two ends are the same node."""


Place = tuple[float, float]
"""A plan point in whole centimetres."""


@dataclass(frozen=True)
class Way:
    """A centre line on the plan, not yet cut."""

    line: LineString
    kind: str
    name: str | None = None
    layer: int = 0


@dataclass(frozen=True, eq=False)
class StreetPlan:
    """``streets`` under the contract, and the plan point of every node id."""

    streets: gpd.GeoDataFrame
    nodes: dict[str, Place]

    def node_at(self, point: tuple[float, float]) -> str | None:
        """Id of the node at a plan point; None where no street has one."""
        at = {place: name for name, place in self.nodes.items()}
        return at.get((round(point[0], CENTIMETRES), round(point[1], CENTIMETRES)))


def build_streets(spec: Spec, ground: Ground, rng: np.random.Generator) -> StreetPlan:
    """Lay all streets and lanes of one tile."""
    ways = [Way(LineString(one.line), one.kind, one.name, one.layer) for one in spec.roads]
    for block in spec.blocks:
        kind = "service" if block.form == "compound" else "residential"
        ways += [Way(LineString(line), kind) for line in lane_lines(block, rng)]
    pieces, nodes = node(ways)
    lines = ground.place_shapes(pieces.pop("geometry").to_numpy())
    height = pd.Series(ground.height(np.array(list(nodes.values()))), index=list(nodes))
    rise = height[pieces["v"]].to_numpy() - height[pieces["u"]].to_numpy()
    pieces["grade"] = (rise / shapely.length(lines)).round(4) + 0.0
    return StreetPlan(gpd.GeoDataFrame(pieces, geometry=lines, crs=spec.place["crs"]), nodes)


def node(ways: list[Way]) -> tuple[pd.DataFrame, dict[str, Place]]:
    """
    Cut ways where they meet on the same layer.

    Ends with equal coordinates share a node whatever their layer: a bridge joins the streets at
    its two ends and none of those below it.

    Returns
    -------
    pieces
        ``u, v, kind, name, steps, users, layer, geometry``, index ``w1, w2, ...``; plan lines.
    nodes
        Plan point of each node id ``n1, n2, ...``.
    """
    ids: dict[Place, str] = {}
    rows: list[dict[str, Any]] = []
    # a few hundred ways, each cut at a handful of places
    for way, meets in zip(ways, _meets(ways), strict=True):
        for line in _pieces(way.line, meets):
            u, v = (ids.setdefault(line[end], f"n{len(ids) + 1}") for end in (0, -1))
            rows.append(
                {"u": u, "v": v, "kind": way.kind, "name": way.name, "steps": way.kind == "steps"}
                | {"users": "everyone", "layer": way.layer, "geometry": LineString(line)}
            )
    frame = pd.DataFrame(rows)
    frame.index = pd.Index([f"w{row + 1}" for row in range(len(frame))], name="id")
    return frame, {name: place for place, name in ids.items()}


def _meets(ways: list[Way]) -> list[list[Place]]:
    """Every place where a way meets another on its layer; both ways get the same numbers."""
    lines = np.array([way.line for way in ways], dtype=object)
    layers = np.array([way.layer for way in ways])
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    once = (first < second) & (layers[first] == layers[second])
    first, second = first[once], second[once]
    points, pair = shapely.get_parts(
        shapely.intersection(lines[first], lines[second]), return_index=True
    )
    meets: list[list[Place]] = [[] for _ in ways]
    for place, one, two in zip(
        _rounded(shapely.get_coordinates(points)), first[pair], second[pair], strict=True
    ):
        meets[one].append(place)
        meets[two].append(place)
    return meets


def _pieces(line: LineString, meets: list[Place]) -> list[list[Place]]:
    """Points of each piece of a line cut at its meeting places; these are kept to the bit."""
    ends = _rounded([line.coords[0], line.coords[-1]])
    places = [*ends, *(place for place in dict.fromkeys(meets) if place not in ends)]
    at = shapely.line_locate_point(line, shapely.points(places))
    at[1] = line.length
    order = np.argsort(at, kind="stable")
    pieces = []
    for here, there in pairwise(order):
        inner = _rounded(substring(line, at[here], at[there]).coords[1:-1])
        # a bend may lie on the meeting place itself
        pieces.append(list(dict.fromkeys([places[here], *inner, places[there]])))
    return pieces


def _rounded(points: Any) -> list[Place]:
    """Coordinates in whole centimetres, never -0."""
    rounded = np.array(points, dtype=float).reshape(-1, 2).round(CENTIMETRES) + 0.0
    return [(float(x), float(y)) for x, y in rounded]
