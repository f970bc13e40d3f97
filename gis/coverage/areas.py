"""
Service areas: the ground really reached from stations, as polygons.

A strip of 25 m along every street part within the limit, cut by rings and walls; see
``gis.coverage.ground`` for the rules and docs/areas.md for what the outline promises.

    Answer  --reached_areas-->  one area per requirement
    service, limits, how  --service_areas-->  one row per limit and station
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue import Catalogue, Limit, load_catalogue, parse_limit
from gis.coverage.ground import Ground, home_slack
from gis.coverage.question import Asked, build_question
from gis.district import District
from gis.errors import InputError
from gis.places.demand import build_demand
from gis.places.hours import When, parse_when
from gis.streets.access import Access
from gis.streets.graph import NEVER, Found
from gis.streets.network import Network, build_network
from gis.streets.reached import Labels
from gis.streets.search import (
    Priced,
    cost_of_weight,
    kth_nearest,
    limit_weight,
)
from gis.strips import CELL_METRES, build_lines, cut_lines, split_strips, whole

if TYPE_CHECKING:
    from gis.coverage.result import Answer
    from gis.coverage.searcher import Searcher

How = Literal["merged", "overlapping", "nearest"]
HOW = ("merged", "overlapping", "nearest")
Limits = str | float | Limit | Sequence[str | float | Limit] | Mapping[str, str | float | Limit]

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


def reached_areas(searcher: "Searcher", answers: Sequence["Answer"]) -> list[Any]:
    """
    Return the area within the limit of (the k-th of) the stations of each answer.

    Valid (multi)polygons; measured by line the union of discs. Empty where nothing is reached.
    """
    grounds: dict[int, Ground] = {}
    areas = []
    for answer in answers:
        if answer.asked.requirement.measure == "line":
            _, limits = _sources(searcher, answer.asked, {})
            discs = _drawn_by_line(searcher, answer.asked, answer.stations, limits, "merged")
            areas.append(discs[0])
            continue
        priced = searcher.priced(answer.asked, Access())
        ground = grounds.setdefault(id(priced), Ground(searcher.district, priced))
        _, limits = _sources(searcher, answer.asked, {})
        labels = _labels_of(answer.found, limits)
        far = (answer.ways.cost < 0) | (
            answer.ways.cost > answer.asked.limit_cost + home_slack(priced)
        )
        areas.append(ground.without_homes(ground.areas(labels, 1)[0], far))
    return areas


def service_areas(  # noqa: PLR0913 - the words of the command line, one by one
    district: District,
    *,
    circle: str | None = None,
    service: str | None = None,
    limits: Limits | None = None,
    how: How = "merged",
    profile: str | None = None,
    when: str | When | None = None,
    direction: str = "to",
    catalogue: Catalogue | None = None,
    network: Network | None = None,
) -> gpd.GeoDataFrame:
    """
    Draw the ground from which stations are reached in time.

    Parameters
    ----------
    circle, service
        One of the two, as for ``gis.cover``.
    limits
        One limit, several (an area within each, the longer ones holding the shorter), or one for
        each station by id; stations it does not name are left out. That of the circle, or 15
        minutes, if not given.
    how
        ``merged``: all stations together (as many of them at once as the requirement asks for).
        ``overlapping``: each station by itself. ``nearest``: each station what is nearest to it;
        streets are shared out where two stations are equally far, and a point beside the streets
        goes with its nearest reached street.
    profile, when, direction, catalogue, network
        As for ``gis.cover``.

    Returns
    -------
    GeoDataFrame
        ``requirement``, ``station`` (id; missing where merged), ``limit`` (``15min``; missing
        where merged with limits of their own) and ``geometry``: valid polygons or multipolygons in
        the district's frame. By requirement, then from the shortest limit to the longest, then by
        station id. A station that reaches nothing has an empty polygon.

    Raises
    ------
    InputError
        A name or a limit is unknown; limits of stations mix minutes and metres.
    """
    if how not in HOW:
        raise InputError(
            f"how：没有“{how}”；可用：{', '.join(HOW)}",
            english=f"how: '{how}' is unknown; known are: {', '.join(HOW)}",
        )
    catalogue = catalogue or load_catalogue()
    hour = parse_when(when) if when is not None else None
    network = network or build_network(district)
    searcher = _searcher(district, catalogue, network, hour)
    own = _own_limits(district, limits)
    drawn = []
    for limit in _rounds(limits, own):
        question = build_question(
            catalogue,
            circle=circle,
            service=service,
            limit=limit,
            profile=profile,
            when=hour,
            direction=direction,
        )
        for place, asked in enumerate(question.asked):
            rows = _draw(searcher, asked, how, own)
            drawn += [(place, asked.limit_cost, asked, *row) for row in rows]
    drawn.sort(key=lambda row: row[:2])  # stable: stations stay sorted by id
    return _table(district, [row[2:] for row in drawn])


def areas_of(searcher: "Searcher", asked: Asked, stations: Sequence[str]) -> gpd.GeoDataFrame:
    """Draw what each of some stations reaches by itself, as ``service_areas`` overlapping does."""
    rows = searcher.district.stations.index.get_indexer(list(stations))
    own = {int(row): asked.requirement.limit for row in rows if row >= 0}
    drawn = _draw(searcher, asked, "overlapping", own) if own else iter(())
    return _table(searcher.district, [(asked, *row) for row in drawn])


def _searcher(
    district: District, catalogue: Catalogue, network: Network, when: When | None
) -> "Searcher":
    from gis.coverage.searcher import Searcher  # noqa: PLC0415 - its answers know this module

    return Searcher(district, catalogue, network, build_demand(district), when=when)


def _own_limits(district: District, limits: Limits | None) -> dict[int, Limit]:
    """Return the limit of each station (row) that has one of its own."""
    if not isinstance(limits, Mapping):
        return {}
    known = district.stations.index
    if unknown := sorted(set(map(str, limits)) - set(known)):
        raise InputError(
            f"limits：没有站点“{unknown[0]}”；可用：{', '.join(known)}",
            english=f"limits: station '{unknown[0]}' is unknown; known are: {', '.join(known)}",
        )
    own = {int(known.get_loc(each)): parse_limit(limit) for each, limit in limits.items()}
    if len({limit.unit for limit in own.values()}) != 1:
        raise InputError(
            "limits：各站点的限值要么都用分钟，要么都用米，至少给一个",
            english="limits: give those of stations all in minutes or all in metres, at least one",
        )
    return own


def _rounds(limits: Limits | None, own: dict[int, Limit]) -> list[Limit | None]:
    """Return the limits to draw one after the other; of stations' own ones the longest."""
    if own:
        return [max(own.values(), key=lambda limit: limit.value)]
    if limits is None or isinstance(limits, str | int | float | Limit):
        return [None if limits is None else parse_limit(limits)]
    return list(dict.fromkeys(parse_limit(limit) for limit in limits)) or [None]


_Row = tuple[int | None, Limit | None, Any]


def _draw(searcher: "Searcher", asked: Asked, how: How, own: dict[int, Limit]) -> Iterator[_Row]:
    """Give station row, limit and area, by station id."""
    stations, limits = _sources(searcher, asked, own)
    limit = asked.requirement.limit
    if asked.requirement.measure == "line":
        areas = _drawn_by_line(searcher, asked, stations, limits, how)
    else:
        areas = _drawn_on_foot(searcher, asked, stations, limits, how)
    if how == "merged":
        yield None, None if own else limit, areas[0]
        return
    for row, area in zip(stations.tolist(), areas, strict=True):
        yield row, own.get(row, limit), area


def _sources(searcher: "Searcher", asked: Asked, own: dict[int, Limit]) -> tuple[Ints, Ints]:
    """Return the stations that count, by id, and the limit of every station row as a cost."""
    stations, closing = searcher.open_stations(asked, Access())
    limits = np.full(len(searcher.district.stations), asked.limit_cost, dtype=np.int64)
    if own:
        longest = asked.requirement.limit.value
        for row, limit in own.items():
            limits[row] = round(asked.limit_cost * limit.value / longest)
        kept = np.isin(stations, list(own))
        stations, closing = stations[kept], None if closing is None else closing[kept]
    if closing is not None:
        limits[stations] = np.minimum(limits[stations], closing)
    return stations, limits


def _drawn_on_foot(
    searcher: "Searcher", asked: Asked, stations: Ints, limits: Ints, how: How
) -> Shapes:
    priced = searcher.priced(asked, Access())
    ground = Ground(searcher.district, priced)
    if how == "overlapping":
        return _each(ground, stations, limits)
    k = asked.requirement.at_least if how == "merged" else 1
    search = _Search(priced, stations, k)
    labels = _labels_of(search.found(limits), limits)
    if how == "nearest":
        rank = np.zeros(len(limits), dtype=np.int64)
        rank[stations] = np.arange(len(stations))
        labels = replace(labels, owner=rank[labels.owner])
        areas = ground.areas(labels, len(stations), split=True)
    else:
        areas = ground.areas(replace(labels, owner=np.zeros_like(labels.owner)), 1)
    near = search.found(limits + home_slack(priced)).weight[priced.network.building] < NEVER
    areas[:] = [ground.without_homes(area, ~near) for area in areas]
    return areas


@dataclass(frozen=True, eq=False)
class _Search:
    priced: Priced
    stations: Ints
    k: int

    def found(self, limits: Ints) -> Found:
        """Find the labels of all nodes within the limit of each station."""
        mine = limits[self.stations]
        horizon = int(mine.max(initial=0))
        return kth_nearest(self.priced, self.stations, horizon, self.k, limits=mine)[1]


def _labels_of(found: Found, limits: Ints) -> Labels:
    """Take the nodes within the limit of their station, as one group; owners are station rows."""
    cost = cost_of_weight(found.weight)
    node = np.flatnonzero((found.weight < NEVER) & (cost <= limits[found.owner]))
    owner = found.owner[node]
    return Labels(np.array([0, len(node)]), node, cost[node], limits[owner], owner)


def _each(ground: Ground, stations: Ints, limits: Ints) -> Shapes:
    """Draw every station's own area."""
    network, slack = ground.priced.network, home_slack(ground.priced)
    mine = limits[stations]
    far = int(limit_weight(int(mine.max(initial=0)) + slack))
    found = ground.priced.graph.reach(network.station[stations], far)
    cost, group = cost_of_weight(found.weight), found.origin
    inside = cost <= mine[group]
    start = np.searchsorted(group[inside], np.arange(len(stations) + 1))
    node = found.node[inside].astype(np.int64)
    limit = mine[group[inside]]
    labels = Labels(start, node, cost[inside], limit, np.zeros_like(node))
    areas = ground.areas(labels, len(stations))
    near = cost <= mine[group] + slack
    for k in range(len(stations)):
        far_ones = np.ones(network.size, dtype=bool)
        some = slice(found.start[k], found.start[k + 1])
        far_ones[found.node[some][near[some]]] = False
        areas[k] = ground.without_homes(areas[k], far_ones[network.building])
    return areas


def _drawn_by_line(
    searcher: "Searcher", asked: Asked, stations: Ints, limits: Ints, how: How
) -> Shapes:
    """Draw discs, or what of them is nearest to each station."""
    shapes = searcher.district.stations.geometry.to_numpy()[stations]
    metres = asked.limit_metres * limits[stations] / asked.limit_cost
    discs = shapely.buffer(shapes, metres, quad_segs=16)
    if how == "merged":
        return np.array([shapely.union_all(discs)], dtype=object)
    if how == "overlapping" or not len(stations):
        return discs
    outline = [shape.boundary if shape.area else _point(shape) for shape in shapes]
    lines = build_lines(np.array(outline, dtype=object))
    number, whole_way = np.arange(len(stations)), shapely.length(outline)
    segments = cut_lines(lines, number, np.zeros(len(stations)), whole_way, number)
    widest = float(metres.max())
    near = split_strips(segments, len(stations), metres=widest, cell=max(CELL_METRES, widest / 200))
    # a disc's own edge stands; inside a station's outline it is nearest anyway
    near = shapely.union(near, shapes) if shapely.area(shapes).any() else near
    made = np.empty(len(stations), dtype=object)
    made[:] = [whole(area) for area in shapely.intersection(near, discs)]
    return made


def _point(shape: Any) -> Any:
    """Return a line of no length at a point."""
    return shapely.linestrings([shape.coords[0], shape.coords[0]])


def _table(district: District, rows: list[tuple[Asked, Any, Any, Any]]) -> gpd.GeoDataFrame:
    ids = district.stations.index
    columns = {
        "requirement": [asked.requirement.id for asked, *_ in rows],
        "station": [None if row is None else ids[row] for _, row, _, _ in rows],
        "limit": [None if limit is None else str(limit) for _, _, limit, _ in rows],
    }
    texts = {name: pd.array(column, dtype="string") for name, column in columns.items()}
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [area for *_, area in rows]
    return gpd.GeoDataFrame(texts, geometry=shapes, crs=district.crs)
