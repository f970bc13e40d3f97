"""Communities, grids, compounds with their gates, and barriers of one tile."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from gis.samples.ground import Ground
from gis.samples.lanes import gate_point
from gis.samples.spec import Block, Community, Gate, Spec, StreetGate, ordered
from gis.samples.streets import StreetPlan

_HAN = "零一二三四五六七八九"


def community_code(spec: Spec, community: Community) -> str:
    """Twelve digits: nine of the street, three of the community."""
    return f"{spec.place['code']}{community.seq:03d}"


def build_communities(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """One row per community; its polygon is the union of its grids."""
    codes = [community_code(spec, one) for one in spec.communities]
    shapes = [shapely.unary_union([box(*grid) for grid in one.grids]) for one in spec.communities]
    rows = {
        "code": codes,
        "name": [one.name for one in spec.communities],
        "street": spec.place["name"],
    }
    index = pd.Index(codes, name="id")
    return gpd.GeoDataFrame(rows, index=index, geometry=ground.place_shapes(shapes), crs=_crs(spec))


def build_grids(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """One row per grid, in the order of ``spec.grid_boxes``; code = community + 3 digits."""
    rows = [
        {
            "code": f"{community_code(spec, one)}{seq:03d}",
            "name": f"{one.name.removesuffix('社区')}第{_HAN[seq]}网格",
            "community": community_code(spec, one),
            "kind": "basic",
        }
        for one in spec.communities
        for seq, _ in enumerate(ordered(one.grids), start=1)
    ]
    frame = pd.DataFrame(rows, index=pd.Index([row["code"] for row in rows], name="id"))
    shapes = ground.place_shapes(shapely.box(*spec.grid_boxes.T))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=_crs(spec))


def block_communities(spec: Spec) -> list[Community]:
    """The community each block lies in."""
    west, south, east, north = np.array([block.ring for block in spec.blocks]).T
    grids = spec.grids_at(np.column_stack([(west + east) / 2, (south + north) / 2]))
    return [spec.communities[position] for position in spec.grid_communities[grids]]


def compound_ids(spec: Spec) -> list[str | None]:
    """Id of each block's compound (community + 2 digits); None for blocks without one."""
    seen: dict[str, int] = {}
    ids: list[str | None] = []
    for block, community in zip(spec.blocks, block_communities(spec), strict=True):
        code = community_code(spec, community)
        seen[code] = seen.get(code, 0) + block.is_compound
        ids.append(f"{code}{seen[code]:02d}" if block.is_compound else None)
    return ids


def build_compounds(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """One row per block that is a compound."""
    blocks = [block for block in spec.blocks if block.is_compound]
    communities = dict(zip(compound_ids(spec), block_communities(spec), strict=True))
    ids = [one for one in compound_ids(spec) if one]
    frame = pd.DataFrame(
        {
            "name": [block.name for block in blocks],
            "community": [community_code(spec, communities[one]) for one in ids],
            "kind": [block.kind for block in blocks],
            "built_year": [block.built_year for block in blocks],
            "gated": [block.gated for block in blocks],
            "gated_source": "given",
            "gates_complete": [block.gates_complete for block in blocks],
            "property_mode": [block.property_mode for block in blocks],
            "organisation_covered": [block.kind != "urban_village" for block in blocks],
            "property_covered": [block.property_mode is not None for block in blocks],
        },
        index=pd.Index(ids, name="id"),
    )
    rings = ground.place_shapes([_ring(block) for block in blocks])
    return gpd.GeoDataFrame(frame, geometry=rings, crs=_crs(spec))


def build_gates(spec: Spec, ground: Ground, plan: StreetPlan) -> gpd.GeoDataFrame:
    """One row per known gate, on its compound's ring or across a street, with its street node."""
    owners, communities = compound_ids(spec), block_communities(spec)
    rows = [
        _gate_row(gate, owners[position], communities[position], gate_point(block, gate))
        for position, block in enumerate(spec.blocks)
        for gate in block.gates
    ]
    rows += [_gate_row(one, None, _community_at(spec, one.at), one.at) for one in spec.street_gates]
    frame = pd.DataFrame(rows)
    frame["node"] = frame["at"].map(plan.node_at)
    codes = frame["community"].map(lambda one: community_code(spec, one))
    number = codes.groupby(codes).cumcount() + 1
    frame.index = pd.Index(codes + number.map("{:03d}".format), name="id")
    points = shapely.points(ground.place(np.array(frame["at"].to_list())))
    frame = frame.drop(columns=["community", "at"])
    return gpd.GeoDataFrame(frame, geometry=points, crs=_crs(spec))


def _gate_row(
    gate: Gate | StreetGate, owner: str | None, community: Community, at: tuple[float, float]
) -> dict[str, Any]:
    return {
        "compound": owner,
        "name": gate.name,
        "hours": gate.hours,
        "users": gate.users,
        "step_free": gate.step_free if isinstance(gate, Gate) else True,
        "source": "given",
        "community": community,
        "at": at,
    }


def _community_at(spec: Spec, point: tuple[float, float]) -> Community:
    grid = spec.grids_at(np.array([point]))[0]
    return spec.communities[spec.grid_communities[grid]]


def build_barriers(spec: Spec, ground: Ground) -> gpd.GeoDataFrame:
    """Free-standing walls, fences, the railway, both banks of the river."""
    frame = pd.DataFrame(
        {
            "kind": [one.kind for one in spec.barriers],
            "name": [one.name for one in spec.barriers],
        },
        index=pd.Index([f"b{row + 1}" for row in range(len(spec.barriers))], name="id"),
    )
    lines = ground.place_shapes([LineString(one.line) for one in spec.barriers])
    return gpd.GeoDataFrame(frame, geometry=lines, crs=_crs(spec))


def _ring(block: Block) -> Polygon:
    """The ring, with a vertex at every gate, so that a bent gate still lies on it."""
    line = box(*block.ring).exterior
    corners = [Point(corner) for corner in line.coords[:-1]]
    doors = [Point(gate_point(block, one)) for one in [*block.gates, *block.crossings]]
    at = sorted({round(line.project(point), 2) for point in [*corners, *doors]})
    return Polygon([line.interpolate(distance) for distance in at])


def _crs(spec: Spec) -> str:
    return spec.place["crs"]
