"""
How the layers of a place fit each other: containment, names, and what cannot be true.

    stations, gates, compounds --fit--> kept with their links, or turned away with the distance
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.district import building_points
from gis.ingest.addresses import community_key, plain_place
from gis.ingest.intake import Intake, Why, column_of
from gis.tables import LIST_SEPARATOR

STATION_TO_STREET_METRES = 1000.0
"""Ours: nobody serves people a kilometre from any street; such a point is a typing error."""
GATE_TO_RING_METRES = 15.0
"""Ours: how far a gate may lie from the ring of its compound."""
SAME_GATE_METRES = 10.0
"""Ours: a given gate this near to a mapped one is the same gate."""
ON_NODE_METRES = 2.0
"""Ours: a gate this near to a street node stands on it."""
COMPOUND_SHARE = 0.95
"""Ours: a compound belongs to a community that holds this part of it; the rest is drawing."""


def near_streets(intake: Intake, streets: gpd.GeoDataFrame) -> Intake:
    """Turn away points and areas farther than ``STATION_TO_STREET_METRES`` from any street."""
    metres = distance_to(intake.frame.geometry, streets.geometry)
    far = metres > STATION_TO_STREET_METRES
    noun = {"stations": ("站点", "station"), "candidates": ("候选点", "candidate")}
    zh, en = noun.get(intake.layer, ("位置", "place"))
    whys = metres.map(
        lambda length: Why(
            f"{zh}离最近的街道 {length:,.0f} 米",
            f"{en} is {length:,.0f} m from any street",
            "检查经纬度是否写错，或街道数据是否不全",
            "check the coordinates, or whether the street data end before it",
        )
    ).astype(object)
    return intake.without(far, whys, column="geometry")


def distance_to(shapes: gpd.GeoSeries, others: gpd.GeoSeries) -> pd.Series:
    """Return the metres from each shape to the nearest of the others; NaN where there is none."""
    metres = pd.Series(np.nan, index=shapes.index, dtype="float64")
    if len(others) and len(shapes):
        tree = shapely.STRtree(others.array)
        (rows, _), found = tree.query_nearest(shapes.array, return_distance=True, all_matches=False)
        metres.iloc[rows] = found
    return metres


class Names:
    """Ids of a layer by id, code and name; a name that several share leads nowhere."""

    def __init__(self, table: pd.DataFrame, key: Callable[[str], str] = plain_place) -> None:
        self._key = key
        self._ids = {str(identity): str(identity) for identity in table.index}
        if "code" in table:
            self._ids |= {str(code): str(i) for i, code in table["code"].dropna().items()}
        named: dict[str, set[str]] = defaultdict(set)
        for identity, name in table["name"].dropna().items():
            named[key(str(name))].add(str(identity))
        self._named = named

    def find(self, text: Any) -> str | None:
        """Return the one id a text stands for, or nothing."""
        if not isinstance(text, str):
            return None
        fitting = self._named.get(self._key(text), set())
        return self._ids.get(text) or (next(iter(fitting)) if len(fitting) == 1 else None)

    def all(self, text: Any) -> frozenset[str]:
        """Return every id a text may stand for."""
        if not isinstance(text, str):
            return frozenset()
        exact = self._ids.get(text)
        return frozenset({exact} if exact else self._named.get(self._key(text), set()))

    def by_text(self) -> Mapping[str, str]:
        """Return every text that leads to one id: ids, codes, plain names."""
        lone = {name: next(iter(ids)) for name, ids in self._named.items() if len(ids) == 1}
        return lone | self._ids


def containing(points: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the id of the smallest area around each point; ties go to the smaller id."""
    found = pd.Series(None, index=points.index, dtype=object)
    if not len(areas) or not len(points):
        return found
    order = areas.assign(_size=areas.area, _id=areas.index.astype(str))
    order = order.sort_values(["_size", "_id"], ascending=[False, False])
    tree = shapely.STRtree(order.geometry.array)
    rows, hits = tree.query(points.array, predicate="intersects")
    best = np.full(len(points), -1)
    # the smallest area comes last in the order, so the largest position wins
    np.maximum.at(best, rows, hits)
    inside = best >= 0
    found[inside] = order.index.to_numpy()[best[inside]]
    return found


def with_community(intake: Intake, communities: gpd.GeoDataFrame) -> Intake:
    """
    Give compounds (or grids) their community.

    An area belongs to the community that holds at least ``COMPOUND_SHARE`` of what communities
    hold of it, whatever is written. One that lies over two is turned away with both names: its
    people would be counted in the wrong one. Outside of all communities it has none.
    """
    if not len(communities):
        return intake.replace(frame=intake.frame.assign(community=None))
    parts = shares(intake.frame.geometry, communities)
    part = parts.max(axis=1)
    main = parts.idxmax(axis=1).where(part > 0)
    names = communities["name"].fillna(pd.Series(communities.index, index=communities.index))
    split = (part > 0) & (part < COMPOUND_SHARE)
    whys = pd.Series(
        [
            _over_two(intake.layer, parts.loc[row], names) if split[row] else None
            for row in parts.index
        ],
        index=parts.index,
        dtype=object,
    )
    frame = intake.frame.assign(community=main.astype(object))
    return intake.replace(frame=frame).without(
        split, whys, column="geometry", found=column_of(frame, "name")
    )


def shares(shapes: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return which part each area (column) holds of each shape (row); a row sums to 1 or is 0."""
    parts = np.zeros((len(shapes), len(areas)))
    tree = shapely.STRtree(areas.geometry.array)
    rows, hits = tree.query(shapes.array, predicate="intersects")
    common = shapely.intersection(shapes.array[rows], areas.geometry.array[hits])
    parts[rows, hits] = shapely.area(common)
    total = parts.sum(axis=1, keepdims=True)
    np.divide(parts, total, out=parts, where=total > 0)
    return pd.DataFrame(parts, index=shapes.index, columns=areas.index)


def _over_two(layer: str, parts: pd.Series, names: pd.Series) -> Why:
    first, second = parts.nlargest(2).index
    noun = {"compounds": ("小区", "compound"), "grids": ("网格", "grid")}
    zh, en = noun.get(layer, ("面", "area"))
    share = f"{parts[first]:.0%}", f"{parts[second]:.0%}"
    return Why(
        f"{zh}跨两个社区：{names[first]} {share[0]}，{names[second]} {share[1]}",
        f"{en} lies over two communities: {names[first]} {share[0]}, {names[second]} {share[1]}",
        f"按社区界线把{zh}分成两块，或改正界线",
        f"split the {en} along the border, or correct the border",
    )


def with_compound_of_gates(intake: Intake, compounds: gpd.GeoDataFrame) -> Intake:
    """
    Link given gates to compounds.

    A gate that names a compound must lie within ``GATE_TO_RING_METRES`` of its ring; one that
    names none belongs to the compound whose ring is that near, or is a gate across a street.
    """
    frame = intake.frame
    written = column_of(frame, "compound")
    names = Names(compounds)
    fitting = written.map(names.all)
    unknown = written.notna() & ~fitting.map(bool)
    intake = intake.without(
        unknown,
        Why(
            "小区图层里没有这个小区",
            "there is no such compound",
            "核对小区名称；或先补画这个小区",
            "check the name of the compound, or draw it first",
        ),
        column="compound",
        found=written,
    )
    rings = compounds.geometry.boundary
    frame = intake.frame
    nearest = {
        row: _nearest_ring(frame.geometry[row], fitting[row], rings)
        for row in frame.index[written[frame.index].notna()]
    }
    metres = pd.Series({row: found[1] for row, found in nearest.items()}, dtype="float64")
    metres = metres.reindex(frame.index)
    off = metres > GATE_TO_RING_METRES
    whys = metres.map(
        lambda length: Why(
            f"出入口离所属小区的边界 {length:,.0f} 米",
            f"gate is {length:,.0f} m off the ring of its compound",
            f"改正坐标或小区名称（不得超过 {GATE_TO_RING_METRES:g} 米）",
            f"correct the coordinates or the compound (at most {GATE_TO_RING_METRES:g} m)",
        )
    ).astype(object)
    named = pd.Series({row: found[0] for row, found in nearest.items()}, dtype=object)
    linked = named.reindex(frame.index)
    # a gate of our own files that stands on a street and names no compound is a street gate
    free = written[frame.index].isna() & column_of(frame, "node").isna()
    linked[free] = nearest_compound(frame.geometry[free], compounds)
    intake = intake.replace(frame=frame.assign(compound=linked))
    return intake.without(off, whys, column="geometry", found=written)


def _nearest_ring(point: Any, fitting: frozenset[str], rings: gpd.GeoSeries) -> tuple[str, float]:
    metres, identity = min((rings[each].distance(point), each) for each in fitting)
    return identity, float(metres)


def nearest_compound(points: gpd.GeoSeries, compounds: gpd.GeoDataFrame) -> pd.Series:
    """Return the compound whose ring is nearest to each point, within ``GATE_TO_RING_METRES``."""
    found = pd.Series(None, index=points.index, dtype=object)
    if not len(points) or not len(compounds):
        return found
    ordered = compounds.sort_index()
    rings = ordered.geometry.boundary
    tree = shapely.STRtree(rings.array)
    rows, hits = tree.query_nearest(points.array, max_distance=GATE_TO_RING_METRES)
    pairs = pd.DataFrame({"row": rows, "hit": hits}).groupby("row")["hit"].min()
    found.iloc[pairs.index] = ordered.index.to_numpy()[pairs.to_numpy()]
    return found


def node_of(points: gpd.GeoSeries, streets: gpd.GeoDataFrame) -> pd.Series:
    """Return the street node within ``ON_NODE_METRES`` of each point, if there is one."""
    found = pd.Series(None, index=points.index, dtype=object)
    if not len(points) or not len(streets):
        return found
    lines = streets.geometry.array
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    nodes = np.concatenate([streets["u"].to_numpy(object), streets["v"].to_numpy(object)])
    tree = shapely.STRtree(ends)
    rows, hits = tree.query_nearest(points.array, max_distance=ON_NODE_METRES, all_matches=False)
    found.iloc[rows] = nodes[hits]
    return found


def link_buildings(
    buildings: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    grids: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """
    Give buildings the ids of their compound, community and grid.

    A compound that is written and known goes before the one around the point; community and
    grid are where the building stands, or, without such a layer, unknown.
    """
    points = building_points(buildings)
    around = containing(points, compounds)
    written = column_of(buildings, "compound")
    names = Names(compounds)
    named = _among(written.map(names.all), around)
    linked = named.where(named.notna(), around)
    community = containing(points, communities)
    inherited = linked.map(compounds["community"]) if len(compounds) else community
    return buildings.assign(
        compound=linked,
        community=community.where(community.notna(), inherited),
        grid=containing(points, grids),
        compound_name=_either(linked.map(compounds["name"]), written.where(named.isna())),
    )


def _either(mapped: pd.Series, written: pd.Series) -> pd.Series:
    """Join the name on the map and another name in the list: a ledger may use either."""
    pairs = zip(mapped, written, strict=True)
    names = [LIST_SEPARATOR.join(name for name in pair if isinstance(name, str)) for pair in pairs]
    return pd.Series([name or None for name in names], index=mapped.index, dtype=object)


def _among(fitting: pd.Series, around: pd.Series) -> pd.Series:
    """Return the one compound a name stands for; of several the one around the point."""
    chosen = [
        next(iter(ids)) if len(ids) == 1 else (here if here in ids else None)
        for ids, here in zip(fitting, around, strict=True)
    ]
    return pd.Series(chosen, index=fitting.index, dtype=object)


def community_names(communities: gpd.GeoDataFrame) -> Names:
    """Return the ids of communities by id, code and name (with or without 社区居委会)."""
    return Names(communities, community_key)
