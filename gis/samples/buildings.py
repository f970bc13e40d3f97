"""
Buildings of one tile: slabs in rows inside blocks, and houses of stations.

    Block (rows x cols) --> cells --> rectangles, floors, units, doors per floor and unit
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.samples.areas import community_code, compound_ids
from gis.samples.ground import Ground
from gis.samples.lanes import lanes_of
from gis.samples.spec import Block, Spec

LIFT_FLOORS = 8
"""From this many floors on a building has a lift (ours; older six-storey slabs have none)."""
SLAB_DEPTH = 12.0
SLAB_LONGEST = 52.0
TOWER_SIDE = 26.0
HOUSE = (12.5, 9.5)
SHED = (62.0, 24.0)
GAP = 9.0
"""Metres left free between two columns, for the drive."""


def build_buildings(spec: Spec, ground: Ground, rng: np.random.Generator) -> pd.DataFrame:
    """
    Build one tile's buildings, homes first.

    Returns
    -------
    GeoDataFrame
        The contract's columns without counts of people, plus ``doors`` (per floor and unit),
        ``weight`` (of elders) and ``at`` (position of the grid); index is the building id.
    """
    homes = pd.concat(
        [_block_buildings(block, owner, rng) for block, owner in _owned(spec)], ignore_index=True
    )
    others = _station_buildings(spec)
    frame = pd.concat([homes, others], ignore_index=True)
    centres = frame[["x", "y"]].to_numpy()
    frame["at"] = spec.grids_at(centres)
    frame = _with_ids(frame, spec)
    sizes = frame[["length", "depth"]].to_numpy()
    shapes = rectangles(ground.place(centres), sizes, ground.turn(centres))
    frame = frame.drop(columns=["x", "y", "length", "depth"])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=spec.place["crs"])


def _owned(spec: Spec) -> list[tuple[Block, str | None]]:
    return list(zip(spec.blocks, compound_ids(spec), strict=True))


def _block_buildings(block: Block, owner: str | None, rng: np.random.Generator) -> pd.DataFrame:
    lanes = lanes_of(block)
    row, col = np.divmod(np.arange(block.rows * block.cols), block.cols)
    # rows are counted from the north, as building numbers are
    row = block.rows - 1 - row
    keep = ~np.isin(np.arange(len(row)), block.empty) & (rng.random(len(row)) < block.fill)
    row, col = row[keep], col[keep]
    size = _sizes(block, rng, len(row))
    loose = 0.0 if block.form == "compound" else 1.2
    off = rng.uniform(-loose, loose, (2, len(row)))
    numbers = np.arange(1, len(row) + 1)
    low, high = block.floors
    floors = rng.integers(low, high + 1, len(row))
    return pd.DataFrame(
        {
            "x": (lanes.borders[col] + lanes.borders[col + 1]) / 2 + off[0],
            "y": (lanes.rows[row] + lanes.rows[row + 1]) / 2 + off[1],
            "length": size[:, 0],
            "depth": size[:, 1],
            "compound": owner,
            "name": _names(block, numbers),
            "address": _addresses(block, numbers),
            "use": block.use,
            "floors": floors,
            "units": block.units,
            "lift": floors >= LIFT_FLOORS,
            "doors": block.doors,
            "weight": block.elders,
        }
    )


def _sizes(block: Block, rng: np.random.Generator, count: int) -> np.ndarray:
    lanes = lanes_of(block)
    wide = float(np.diff(lanes.borders).min()) - GAP
    deep = float(np.diff(lanes.rows).min()) - 10.0
    if block.form == "village":
        length, depth = HOUSE
    elif block.floors[1] >= LIFT_FLOORS and block.units == 1:
        length, depth = TOWER_SIDE, TOWER_SIDE - 5
    elif block.use == "other":
        length, depth = SHED
    else:
        length, depth = SLAB_LONGEST, SLAB_DEPTH
    vary = rng.uniform(0.88, 1.0, count) if block.form != "compound" else np.ones(count)
    size = np.column_stack([np.full(count, min(length, wide)), np.full(count, min(depth, deep))])
    return size * vary[:, None]


def _names(block: Block, numbers: np.ndarray) -> list[str]:
    if block.use == "other":
        return [f"{block.name}{number}号房" for number in numbers]
    if block.yard_from is not None:
        return [f"{block.yard_from + number - 1}号院" for number in numbers]
    return [f"{number}栋" for number in numbers]


def _addresses(block: Block, numbers: np.ndarray) -> list[str]:
    if block.use == "other":
        return _names(block, numbers)
    return [f"{block.name}{name}" for name in _names(block, numbers)]


def _station_buildings(spec: Spec) -> pd.DataFrame:
    stations = [one for one in spec.stations if one.box is not None]
    west, south, east, north = np.array([one.box for one in stations]).reshape(-1, 4).T
    return pd.DataFrame(
        {
            "x": (west + east) / 2,
            "y": (south + north) / 2,
            "length": east - west,
            "depth": north - south,
            "compound": None,
            "name": [one.name for one in stations],
            "address": None,
            "use": "other",
            "floors": 3,
            "units": 0,
            "lift": False,
            "doors": 0,
            "weight": 0.0,
        }
    )


def _with_ids(frame: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """Community, grid and id; the id is the community's code and five digits."""
    codes = np.array([community_code(spec, one) for one in spec.communities])
    position = spec.grid_communities[frame["at"]]
    first = np.array([np.flatnonzero(spec.grid_communities == at)[0] for at in position])
    seq = frame["at"] - first + 1
    frame["community"] = codes[position]
    frame["grid"] = frame["community"] + seq.map("{:03d}".format)
    number = frame.groupby("community").cumcount() + 1
    frame.index = pd.Index(frame["community"] + number.map("{:05d}".format), name="id")
    return frame


def rectangles(centres: np.ndarray, sizes: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Rectangles of length x depth about their centres, turned by radians."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    local = corners[None] * sizes[:, None]
    cos, sin = np.cos(turns), np.sin(turns)
    spin = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    return np.asarray(shapely.polygons(local @ spin + centres[:, None]))
