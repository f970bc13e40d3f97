"""
Which frame a table of points is really in, told by how the points lie on the map.

Addresses, stations and homes lie in buildings, beside them, or on streets; the same points
moved by some hundred metres lie anywhere. So the points are put on the map under each frame
they may be in, and for comparison under many other shifts of the same size, which show how
*this* table falls on *this* map by chance:

    points, streets, buildings
      -> place of each point: in a building | beside one | on a street | elsewhere | off the map
      -> log likelihood ratio, in nats: more points in or beside buildings or on streets than
         chance puts there, against chance
      -> FrameGuess

A table is only judged when one frame stands out, both against chance and against the other
frames. ``benchmarks/frame_guess.py`` measures how often that is, and how often it is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from gis.crs.gcj import bd09_to_wgs84, gcj02_to_wgs84

FEWEST_POINTS = 12
"""Below so many points (in different places) nothing is judged."""

MOST_POINTS = 400
"""Of longer tables so many points are taken, evenly spaced."""

STANDS_OUT = 5.0
"""Nats by which a frame must beat chance; never fewer than the luckiest of the chance shifts."""

STANDS_OUT_EACH = 0.2
"""Nats by which it must beat chance per point."""

AHEAD = 3.0
"""Nats by which it must beat the next frame."""

_METRES_PER_DEGREE = 111_320.0
_BESIDE = 10.0
_ON_STREET = 5.0
_ON_MAP = 100.0
_SAME_PLACE = 20.0  # homes of one building are one piece of evidence, not a hundred
_OFF_MAP_NATS = -0.1
_MARGIN = 0.03  # degrees; more than any shift, so that a city is not read for one street
_ROW = 1_000_003  # more squares than any map is high
_IN_BUILDING, _BESIDE_BUILDING, _STREET, _ELSEWHERE = range(4)

_Points: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FrameGuess:
    """
    The frame that fits best, and how sure that is.

    Parameters
    ----------
    best
        ``wgs84``, ``gcj02`` or ``bd09``; ``wgs84`` when nothing can be told.
    scores
        Nats by which each frame beats chance.
    beside
        Share of the points in a building or within 10 m of one, by frame.
    points
        How many points in different places were looked at.
    confident
        Whether ``best`` stands out enough to act on.
    """

    best: str
    scores: Mapping[str, float]
    beside: Mapping[str, float]
    points: int
    confident: bool

    def contradicts(self, frame: str) -> bool:
        """Tell whether the points surely lie in another frame than the declared one."""
        declared = frame.lower() if frame.lower() in self.scores else "wgs84"
        return self.confident and self.best != declared


def guess_frame(points: Any, streets: Any, buildings: Any) -> FrameGuess:
    """
    Tell in which frame a table of points is.

    Parameters
    ----------
    points
        Geometries with the numbers of the table as longitude and latitude, whatever their
        frame; of lines and areas the centre is taken. Missing ones are passed over.
    streets, buildings
        Geometries of the map in WGS-84 longitude and latitude; either may be empty.

    Returns
    -------
    FrameGuess
        Equal input gives an equal answer; nothing is random.
    """
    lonlat = _coordinates(points)
    if not len(lonlat):
        return _undecided(0)
    lonlat = _thinned(lonlat)
    origin = np.median(lonlat, axis=0)
    under = {
        "wgs84": _to_plane(lonlat, origin),
        "gcj02": _to_plane(np.column_stack(gcj02_to_wgs84(*lonlat.T)), origin),
        "bd09": _to_plane(np.column_stack(bd09_to_wgs84(*lonlat.T)), origin),
    }
    frames = list(under)
    placements = np.stack([*under.values(), *_by_chance(under)])
    around = [*lonlat.min(axis=0) - _MARGIN, *lonlat.max(axis=0) + _MARGIN]
    trees = [_on_plane(shapes, around, origin) for shapes in (streets, buildings)]
    places, on_map = _places(placements, *trees)
    nats = _nats(places, on_map, judged=len(frames))
    beside = (places[: len(frames)] <= _BESIDE_BUILDING).mean(axis=1)
    return _decide(frames, nats, beside, len(lonlat))


def _undecided(points: int) -> FrameGuess:
    nothing = {"wgs84": 0.0, "gcj02": 0.0, "bd09": 0.0}
    return FrameGuess("wgs84", nothing, nothing, points, confident=False)


def _decide(frames: list[str], nats: _Points, beside: _Points, points: int) -> FrameGuess:
    scores = nats[: len(frames)]
    # where a map is uneven, chance alone may do well, and better still with more points
    needed = nats[len(frames) :].max(initial=max(STANDS_OUT, STANDS_OUT_EACH * points))
    order = np.argsort(-scores, kind="stable")
    first, second = scores[order[0]], scores[order[1]]
    return FrameGuess(
        best=frames[order[0]] if first > second else "wgs84",
        scores=dict(zip(frames, scores.round(2).tolist(), strict=True)),
        beside=dict(zip(frames, beside.round(3).tolist(), strict=True)),
        points=points,
        confident=bool(points >= FEWEST_POINTS and first >= needed and first - second >= AHEAD),
    )


def _geometries(given: Any) -> npt.NDArray[np.object_]:
    shapes = np.asarray(getattr(given, "geometry", given), dtype=object)
    return shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def _coordinates(points: Any) -> _Points:
    centres = shapely.centroid(_geometries(points))
    lonlat = np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])
    return lonlat[np.isfinite(lonlat).all(axis=1)]


def _thinned(lonlat: _Points) -> _Points:
    # one point per square of 20 m, in the order of the table
    cells = np.floor(lonlat * _METRES_PER_DEGREE / _SAME_PLACE)
    _, first = np.unique(cells, axis=0, return_index=True)
    apart = lonlat[np.sort(first)]
    if len(apart) <= MOST_POINTS:
        return apart
    return apart[np.linspace(0, len(apart) - 1, MOST_POINTS).astype("int64")]


def _to_plane(lonlat: _Points, origin: _Points) -> _Points:
    # good to a metre over a city, which is all that is asked here
    east = (lonlat[:, 0] - origin[0]) * np.cos(np.radians(origin[1]))
    return np.column_stack([east, lonlat[:, 1] - origin[1]]) * _METRES_PER_DEGREE


def _on_plane(given: Any, around: list[float], origin: _Points) -> shapely.STRtree:
    shapes = shapely.force_2d(_geometries(given))
    west, south, east, north = shapely.bounds(shapes).T
    near = (west < around[2]) & (east > around[0]) & (south < around[3]) & (north > around[1])
    shapes = shapes[near]
    return shapely.STRtree(shapely.transform(shapes, lambda xy: _to_plane(xy, origin)))


def _by_chance(under: Mapping[str, _Points]) -> list[_Points]:
    # a sunflower of shifts of 150 to 1,100 m, none of them near a frame in question
    step = np.arange(64)
    radius = np.sqrt(np.linspace(150.0**2, 1100.0**2, len(step)))
    turn = step * np.pi * (3.0 - np.sqrt(5.0))
    shifts = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    given = under["wgs84"]
    for other in under.values():
        asked = np.median(other - given, axis=0)
        shifts = shifts[np.hypot(*(shifts - asked).T) > 80.0]
    return [given + shift for shift in shifts]


def _places(
    placements: _Points, streets: shapely.STRtree, buildings: shapely.STRtree
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the kind of place of every point (placements x points), and if it is on the map."""
    shape = placements.shape[:2]
    flat = placements.reshape(-1, 2)
    points = shapely.points(flat)
    to_building = _metres_to(points, buildings, _BESIDE)
    places = np.full(len(points), _ELSEWHERE)
    places[_metres_to(points, streets, _ON_STREET) < _ON_STREET] = _STREET
    places[to_building < _BESIDE] = _BESIDE_BUILDING
    places[to_building == 0.0] = _IN_BUILDING
    on_map = np.isin(_cells(flat), _mapped_cells(streets, buildings))
    return places.reshape(shape), on_map.reshape(shape)


def _metres_to(points: npt.NDArray[np.object_], tree: shapely.STRtree, most: float) -> _Points:
    metres = np.full(len(points), np.inf)
    found, distance = tree.query_nearest(
        points, max_distance=most, return_distance=True, all_matches=False
    )
    metres[found[0]] = distance
    return metres


def _cells(xy: _Points) -> npt.NDArray[np.int64]:
    # the number of the 100 m square a point is in
    east, north = np.floor(np.clip(xy, -1e7, 1e7) / _ON_MAP).astype("int64").T
    numbers: npt.NDArray[np.int64] = east * _ROW + north
    return numbers


def _mapped_cells(*trees: shapely.STRtree) -> npt.NDArray[np.int64]:
    """Return the squares with a street or building in them or in a neighbouring one."""
    drawn = [
        shapely.get_coordinates(shapely.segmentize(tree.geometries, _ON_MAP / 2)) for tree in trees
    ]
    cells = np.unique(_cells(np.concatenate(drawn)))
    around = np.array([east + north for east in (-_ROW, 0, _ROW) for north in (-1, 0, 1)])
    return np.unique(cells[:, None] + around)


def _nats(places: npt.NDArray[np.int64], on_map: npt.NDArray[np.bool_], *, judged: int) -> _Points:
    """Return the nats of every placement; those after the ``judged`` ones say what chance does."""
    counts = np.stack([((places == place) & on_map).sum(axis=1) for place in range(4)], axis=1)
    chance = counts[judged:].sum(axis=0) + 0.5
    chance = chance / chance.sum()
    off_map = (~on_map).sum(axis=1)
    return np.array([_gain(row, chance) for row in counts]) + _OFF_MAP_NATS * off_map


def _gain(counts: npt.NDArray[np.int64], chance: _Points) -> float:
    """Return the log likelihood ratio when places other than elsewhere may be raised."""
    raised: list[int] = []
    rest = list(range(4))
    for place in np.argsort(-counts[:_ELSEWHERE] / chance[:_ELSEWHERE], kind="stable").tolist():
        if counts[place] / chance[place] <= counts[rest].sum() / chance[rest].sum():
            break
        raised.append(place)
        rest.remove(place)
    groups = [[place] for place in raised] + [rest]
    told = np.array([counts[group].sum() for group in groups], dtype="float64")
    expected = np.array([chance[group].sum() for group in groups]) * counts.sum()
    some = told > 0
    return float((told[some] * np.log(told[some] / expected[some])).sum())
