"""
The ground within 25 m of street parts, one area per group (a station, or all of them at once).

Exact distances are stamped on a grid of 5 m, window by window, and the outline is drawn where
they pass 25 m. Against the exact buffer of the parts (GEOS) the areas of real streets have an
intersection over union of 0.997 and more; see docs/areas.md. Cost grows with the metres of street
plus the ground they cover; memory is that of one window, at most about 60 MB.

    Segments (s, g groups)  ->  window per group  ->  field  ->  outline  ->  polygons (g)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.strips.cuts import Lines, Segments, cut_lines
from gis.strips.kernels import level, level_split, stamp
from gis.strips.outlines import draw_area, trace, whole

STRIP_METRES = 25.0
"""Half the width of the strip drawn along a reached street. Ours, as the peers' recipe has it."""
CELL_METRES = 5.0
INSIDE_METRES = 0.3
OUTSIDE_METRES = 3.6
"""How far the outline may run inside or outside of 25 m from the parts, on a grid of 5 m: on the
outer side of a bend the straight pieces cut at most cell squared / (4 x 25 m), and a gap between
two strips narrower than half a cell's diagonal may be filled."""
_SIDE = 1024
"""Nodes along a window's side at most; larger areas are drawn in several and joined."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]


def strips(
    segments: Segments,
    groups: int,
    *,
    metres: float = STRIP_METRES,
    cell: float = CELL_METRES,
) -> Shapes:
    """
    Return for each of ``groups`` groups the ground within ``metres`` of its segments.

    Valid polygons or multipolygons with their holes, in the order of the groups; a group without
    segments has an empty polygon. Groups may overlap. A group's area is the same whatever the
    other groups are.
    """
    grid = _Grid(metres, cell)
    found = np.full(groups, shapely.Polygon(), dtype=object)
    for group, xy in _by_group(segments, groups):

        def field(window: "_Window", xy: Floats = xy) -> Floats:
            away = grid.squares(window, xy)
            level(away, metres)
            return away

        found[group] = grid.draw(xy, field)
    return found


def split_strips(
    segments: Segments,
    groups: int,
    *,
    metres: float = STRIP_METRES,
    cell: float = CELL_METRES,
) -> Shapes:
    """
    Share the ground within ``metres`` of all segments out: each point to its nearest group.

    Ties go to the earlier group. The outlines of two neighbours run through the same points,
    except near the places where three groups meet or the outer edge begins: there they may leave
    open or both claim a spot smaller than one cell. Otherwise as ``strips``.
    """
    grid = _Grid(metres, cell)
    rivals = _Rivals(segments)
    found = np.full(groups, shapely.Polygon(), dtype=object)
    for group, xy in _by_group(segments, groups):

        def field(window: "_Window", group: int = group, xy: Floats = xy) -> Floats:
            lower, higher = rivals.near(group, *grid.bounds(window))
            away = grid.squares(window, xy)
            level_split(away, grid.squares(window, lower), grid.squares(window, higher), metres)
            return away

        found[group] = whole(grid.draw(xy, field))  # neighbours may leave slivers
    return found


def warm() -> None:
    """Compile the kernels, or load them where that was done before: about three seconds once."""
    line = Lines(np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([0.0, 9.0]), np.array([0, 2]))
    one = np.zeros(1, dtype=np.int64)
    segments = cut_lines(line, one, np.zeros(1), np.ones(1), one)
    strips(segments, 1)
    split_strips(segments, 1)


def _by_group(segments: Segments, groups: int) -> Iterator[tuple[int, Floats]]:
    """Give each group that has any its segments, in their order."""
    order = np.argsort(segments.group, kind="stable")
    xy = segments.xy[order]
    start = np.searchsorted(segments.group[order], np.arange(groups + 1))
    for group in np.flatnonzero(np.diff(start)):
        yield int(group), xy[start[group] : start[group + 1]]


@dataclass(frozen=True)
class _Window:
    """A piece of the grid: the numbers of its first row and column, and how many there are."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class _Grid:
    metres: float
    cell: float

    @property
    def far(self) -> float:
        """Distances count up to here: one cell beyond the outline decides where it runs."""
        return self.metres + self.cell

    def draw(self, xy: Floats, field: Callable[[_Window], Floats]) -> Any:
        """Trace the windows around the segments and put their polygons together."""
        return draw_area(
            [
                trace(field(window), window.row, window.column, self.cell)
                for window in self.windows(xy)
            ]
        )

    def windows(self, xy: Floats) -> Iterator[_Window]:
        """Cover the segments and what is near them; neighbours share a line of nodes."""
        ends = xy.reshape(-1, 2)
        left, low = (int(n) for n in np.floor((ends.min(axis=0) - self.far) / self.cell))
        right, high = (int(n) for n in np.ceil((ends.max(axis=0) + self.far) / self.cell))
        for row in range(low, high, _SIDE - 1):
            for column in range(left, right, _SIDE - 1):
                rows, columns = min(_SIDE, high - row + 1), min(_SIDE, right - column + 1)
                yield _Window(row, column, rows, columns)

    def bounds(self, window: _Window) -> tuple[float, float, float, float]:
        """Return the least and greatest x and y from where a segment matters to a window."""
        left, low = window.column * self.cell, window.row * self.cell
        right, high = left + window.columns * self.cell, low + window.rows * self.cell
        return left - self.far, low - self.far, right + self.far, high + self.far

    def squares(self, window: _Window, xy: Floats) -> Floats:
        """Return the squared distance from each node to the nearest segment, cut off at far."""
        field = np.full((window.rows, window.columns), self.far**2)
        stamp(field, xy, window.row, window.column, self.cell, self.far)
        return field


class _Rivals:
    """Finds the segments of other groups near a window."""

    def __init__(self, segments: Segments) -> None:
        left = np.minimum(segments.xy[:, 0], segments.xy[:, 2])
        order = np.argsort(left, kind="stable")
        self._left, self._xy, self._group = left[order], segments.xy[order], segments.group[order]
        self._widest = np.abs(segments.xy[:, 2] - segments.xy[:, 0]).max(initial=0.0)

    def near(
        self, group: int, left: float, low: float, right: float, high: float
    ) -> tuple[Floats, Floats]:
        """Return the segments of earlier and of later groups that come within the bounds."""
        some = slice(
            np.searchsorted(self._left, left - self._widest), np.searchsorted(self._left, right)
        )
        xy, groups = self._xy[some], self._group[some]
        near = (np.maximum(xy[:, 0], xy[:, 2]) >= left) & (np.maximum(xy[:, 1], xy[:, 3]) >= low)
        near &= np.minimum(xy[:, 1], xy[:, 3]) <= high
        return xy[near & (groups < group)], xy[near & (groups > group)]
