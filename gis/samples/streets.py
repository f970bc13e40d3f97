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
    nodes: dict[str, tuple[float, float]]

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


def node(ways: list[Way]) -> tuple[pd.DataFrame, dict[str, tuple[float, float]]]:
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
    ids: dict[tuple[float, float], str] = {}
    rows: list[dict[str, Any]] = []
    # a few hundred ways, each cut at a handful of places
    for way, places in zip(ways, _cuts(ways), strict=True):
        for start, end in pairwise(places):
            line = np.round(np.array(substring(way.line, start, end).coords), CENTIMETRES) + 0.0
            u, v = (
                ids.setdefault((float(x), float(y)), f"n{len(ids) + 1}") for x, y in line[[0, -1]]
            )
            rows.append(
                {"u": u, "v": v, "kind": way.kind, "name": way.name, "steps": way.kind == "steps"}
                | {"users": "everyone", "layer": way.layer, "geometry": LineString(line)}
            )
    frame = pd.DataFrame(rows)
    frame.index = pd.Index([f"w{row + 1}" for row in range(len(frame))], name="id")
    return frame, {name: place for place, name in ids.items()}


def _cuts(ways: list[Way]) -> list[np.ndarray]:
    """Distances along each way at which it is cut, both ends included."""
    lines = np.array([way.line for way in ways], dtype=object)
    layers = np.array([way.layer for way in ways])
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    same = (first != second) & (layers[first] == layers[second])
    first, second = first[same], second[same]
    meets = shapely.intersection(lines[first], lines[second])
    points, pair = shapely.get_parts(meets, return_index=True)
    at = shapely.line_locate_point(lines[first[pair]], points)
    owner = first[pair]
    return [
        np.unique(np.concatenate([[0.0, line.length], at[owner == way]]).round(CENTIMETRES))
        for way, line in enumerate(lines)
    ]
