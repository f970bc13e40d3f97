"""
The ground that goes with reached streets: strips, kept apart by rings, walls and homes left out.

    Labels (g groups)  ->  reached parts  ->  segments of a zone  ->  strips  ->  areas (g)

- A strip in a ring stays in it, all others stay outside every ring.
- A wall or river cuts off what lies behind it, unless a reached street touches that too.
- A home whose way is longer than the limit by more than the strip is wide gets a hole of its own.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.district import District
from gis.streets.layout import LINE, LINK
from gis.streets.pieces import PUBLIC
from gis.streets.reached import Labels, Stretches, build_stretches, reached_parts
from gis.streets.search import Priced, cost_of, cost_of_weight
from gis.strips import (
    STRIP_METRES,
    Lines,
    Segments,
    build_lines,
    cut_lines,
    split_strips,
    straight_segments,
    strips,
    whole,
)

HOLE_METRES = 5.0
"""Half the width of the hole around a home that is left out."""
_WALL_METRES = 0.2
_MILLIMETRE = 0.001

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Ground:
    """What areas are drawn on: the streets as one kind of walker may use them, rings and walls."""

    district: District
    priced: Priced

    def areas(self, labels: Labels, groups: int, *, split: bool = False) -> Shapes:
        """
        Draw the area of each group; with ``split`` each point goes to its nearest owner.

        Returns valid polygons or multipolygons, empty where nothing is reached: of the groups of
        the labels, or with ``split`` of the owners 0 … groups - 1.
        """
        segments, zone = self._segments(labels, split=split)
        draw = split_strips if split else strips
        outer = (zone == PUBLIC) | (zone >= len(self._rings))
        drawn = draw(segments.of(outer), groups)
        areas = self._outside_rings(drawn)
        for ring in np.unique(zone[~outer]):
            inside = segments.of(zone == ring)
            some = np.unique(inside.group)
            own = Segments(inside.xy, np.searchsorted(some, inside.group))
            inner = shapely.intersection(draw(own, len(some)), self._room(ring))
            areas[some] = shapely.union(areas[some], inner)
        areas = self._behind_walls_removed(areas, segments, split=split)
        for k, area in enumerate(areas):
            areas[k] = area if area is drawn[k] else _tidy(area)
        return areas

    def without_homes(self, area: Any, left_out: Flags) -> Any:
        """Cut a hole around each home that is left out, where it lies in the area."""
        within = self._homes.query(area, predicate="intersects")
        within = within[left_out[within]]
        if not len(within):
            return area
        homes = self.priced.network.joins.buildings[within]
        holes = shapely.union_all(shapely.buffer(homes, HOLE_METRES, quad_segs=2))
        return _tidy(shapely.difference(area, holes))

    @cached_property
    def _homes(self) -> shapely.STRtree:
        return shapely.STRtree(self.priced.network.joins.buildings)

    @cached_property
    def _lines(self) -> Lines:
        return build_lines(self.district.streets.geometry.to_numpy())

    @cached_property
    def _stretches(self) -> Stretches:
        return build_stretches(self.priced)

    @property
    def _rings(self) -> Shapes:
        return self.priced.network.pieces.rings.polygons

    def _segments(self, labels: Labels, *, split: bool) -> tuple[Segments, Ints]:
        """Return the reached parts as segments of their group (or owner), and their zones."""
        parts = reached_parts(self._stretches, labels)
        number = np.arange(len(parts))
        start, stop = (parts[end].to_numpy() / 1000 for end in ("from_mm", "to_mm"))
        cut = cut_lines(self._lines, parts["street"].to_numpy(), start, stop, number)
        group = parts["owner" if split else "group"].to_numpy()[cut.group]
        inner, zone = self._inside_lines(labels, split=split)
        return (
            Segments(np.vstack([cut.xy, inner.xy]), np.r_[group, inner.group]),
            np.r_[parts["zone"].to_numpy()[cut.group], zone],
        )

    def _inside_lines(self, labels: Labels, *, split: bool) -> tuple[Segments, Ints]:
        """Straight ways inside rings, where inner streets are missing, within the limit."""
        network = self.priced.network
        arcs = network.arcs
        lines = np.flatnonzero((arcs["kind"] == LINE).to_numpy() & self.priced.allowed)
        tail, head = (arcs[end].to_numpy()[lines] for end in ("tail", "head"))
        order = np.argsort(tail, kind="stable")
        left = np.searchsorted(tail[order], labels.node, side="left")
        count = np.searchsorted(tail[order], labels.node, side="right") - left
        label = np.repeat(np.arange(len(labels.node)), count)
        begin = np.cumsum(count) - count
        line = order[np.repeat(left - begin, count) + np.arange(len(label))]
        cost = cost_of_weight(self.priced.weight[lines[line]])
        near = labels.cost[label] + cost <= labels.limit[label]
        label, line = label[near], line[near]
        group = np.repeat(np.arange(len(labels.start) - 1), np.diff(labels.start))[label]
        ends = self._places[tail[line]], self._places[head[line]]
        zone = np.maximum(self._zones[tail[line]], self._zones[head[line]])
        return straight_segments(*ends, labels.owner[label] if split else group), zone

    @cached_property
    def _places(self) -> Floats:
        """Where the ends of straight lines inside rings are: gates, stations, buildings."""
        network = self.priced.network
        joins, arcs = network.joins, network.arcs
        places = np.full((network.size, 2), np.nan)
        links = arcs[(arcs["kind"] == LINK).to_numpy()]
        gates = network.gates[["x", "y"]].to_numpy(dtype=float)
        for end in ("tail", "head"):
            places[links[end]] = gates[links["gate"]]
        row, first = np.unique(joins.station_row, return_index=True)
        doors = shapely.point_on_surface(joins.station_doors[first])
        places[network.station[row]] = shapely.get_coordinates(doors)
        places[network.building] = shapely.get_coordinates(joins.buildings)
        return places

    @cached_property
    def _zones(self) -> Ints:
        """The ring each station and each building lies in, at its node."""
        network = self.priced.network
        zones = np.full(network.size, PUBLIC, dtype=np.int64)
        zones[network.station] = network.joins.station_zone
        zones[network.building] = network.joins.building_zone
        return zones

    def _room(self, ring: int) -> Any:
        """Return the inside of a ring; where rings overlap the ground is the smallest one's."""
        rings, area = self._rings, shapely.area(self._rings)
        near = shapely.STRtree(rings).query(rings[ring], predicate="intersects")
        smaller = near[(area[near] < area[ring]) | ((area[near] == area[ring]) & (near < ring))]
        return shapely.difference(rings[ring], shapely.union_all(rings[smaller]))

    def _outside_rings(self, areas: Shapes) -> Shapes:
        """Take away from each area what lies in a ring."""
        area, ring = shapely.STRtree(self._rings).query(areas, predicate="intersects")
        cut = areas.copy()
        for one in np.unique(area):
            near = shapely.union_all(self._rings[ring[area == one]])
            cut[one] = shapely.difference(areas[one], near)
        return cut

    def _behind_walls_removed(self, areas: Shapes, segments: Segments, *, split: bool) -> Shapes:
        """
        Cut along walls and drop the parts that no reached street of the group touches.

        With ``split`` such a part goes to the first owner whose street touches it.
        """
        area, wall = self._walls.query(areas, predicate="intersects")
        kept, orphans = areas.copy(), list[Any]()
        order = np.argsort(segments.group, kind="stable")
        start = np.searchsorted(segments.group[order], np.arange(len(areas) + 1))
        for one in np.unique(area):
            near = shapely.union_all(self._walls.geometries[wall[area == one]])
            parts = shapely.get_parts(shapely.difference(areas[one], near))
            own = order[start[one] : start[one + 1]]
            touched = _touched(parts, segments.xy[own])
            kept[one] = shapely.multipolygons(parts[touched])
            orphans += parts[~touched].tolist() if split else []
        if orphans:
            tree = shapely.STRtree(_as_lines(segments.xy))
            part, line = tree.query(orphans, predicate="intersects")
            for number in np.unique(part):
                owner = segments.group[line[part == number]].min()
                kept[owner] = shapely.union(kept[owner], orphans[number])
        return kept

    @cached_property
    def _walls(self) -> shapely.STRtree:
        return shapely.STRtree(
            shapely.buffer(self.district.barriers.geometry.to_numpy(), _WALL_METRES)
        )


def _touched(parts: Shapes, xy: Floats) -> Flags:
    """Tell which parts some segment touches."""
    touched = np.zeros(len(parts), dtype=bool)
    # parts are few and large: asked in this direction, each is prepared once
    touched[shapely.STRtree(_as_lines(xy)).query(parts, predicate="intersects")[0]] = True
    return touched


def _as_lines(xy: Floats) -> Shapes:
    lines: Shapes = shapely.linestrings(xy.reshape(-1, 2, 2))
    return lines


def home_slack(priced: Priced) -> int:
    """Return what a way as long as the strip is wide costs on level ground."""
    return int(cost_of(round(STRIP_METRES * 1000), priced.walker))


def _tidy(area: Any) -> Any:
    """Make what was cut whole again, on whole millimetres: cuts leave holes that none can see."""
    return whole(shapely.set_precision(area, _MILLIMETRE))
