"""
The networks that searches are measured on, as plain arrays: real, tiled from real, or invented.

    .osm.pbf  --walked ways, cut at every shape node-->  Roads (largest component)
    Roads  --tiled-->  Roads of any size          invented(size)  -->  Roads without any file

Every edge is there once and walked both ways. Lengths are whole millimetres, so that a sum has one
value whoever adds it up, in whatever order. The same call gives the same arrays.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FILES = {
    "Heidelberg": "heidelberg.osm.pbf",
    "Porto Alegre": "porto-alegre/poa_osm.pbf",
    "Helsinki": "helsinki.osm.pbf",
}
METRES_PER_DEGREE = 111_320.0
SIDEWALKS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
NOT_WALKED = frozenset(
    {
        "abandoned",
        "bus_guideway",
        "construction",
        "cycleway",
        "motor",
        "motorway",
        "motorway_link",
        "no",
        "planned",
        "platform",
        "proposed",
        "raceway",
        "razed",
        "rest_area",
        "services",
    }
)


@dataclass(frozen=True, eq=False)
class Roads:
    """n nodes at ``x``, ``y`` (metres) and m edges from ``tail`` to ``head`` of ``mm`` length."""

    name: str
    tail: np.ndarray
    head: np.ndarray
    mm: np.ndarray
    x: np.ndarray
    y: np.ndarray

    @property
    def size(self):
        return len(self.x)

    def __str__(self):
        return f"{self.name} ({self.size:,} nodes, {len(self.tail):,} edges)"

    def save(self, path):
        np.savez(path, **vars(self))

    def both_ways(self):
        """Return tail, head and mm of the 2 m arcs."""
        tail, head = np.r_[self.tail, self.head], np.r_[self.head, self.tail]
        return tail, head, np.r_[self.mm, self.mm]


def load(path):
    with np.load(path) as stored:
        arrays = dict(stored)
    return Roads(str(arrays.pop("name")), **arrays)


def folder():
    """Return the folder of the real extracts, or None."""
    named = os.environ.get("MINQING_REAL_DATA")
    return Path(named) if named else None


def real(name, *, data=None):
    """Read a walking network with a node at every bend."""
    return read(Path(data or folder()) / FILES[name], name)


def read(path, name):
    """Read the walked ways of a file; a pair of nodes is joined once."""
    import pyproj  # noqa: PLC0415  not needed where networks are only loaded

    from gis.ingest.osm_file import read_osm_file  # noqa: PLC0415

    ways = read_osm_file(path, node_keys=["barrier"], way_keys=["highway"]).ways
    walked = ways.take(np.flatnonzero([_walked(tags) for tags in ways.tags]))
    here = np.flatnonzero(np.diff(walked.owner()) == 0)
    here = here[~np.isnan(walked.lon[here] + walked.lon[here + 1])]
    _, first, node = np.unique(walked.refs, return_index=True, return_inverse=True)
    ends = np.sort(np.column_stack([node[here], node[here + 1]]), axis=1)
    ends = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0)
    lon, lat = walked.lon[first], walked.lat[first]
    tail, head = ends.T
    metres = pyproj.Geod(ellps="WGS84").inv(lon[tail], lat[tail], lon[head], lat[head])[2]
    x, y = _flat(np.column_stack([lon, lat]))
    return largest_part(Roads(name, tail, head, whole_mm(metres), x, y))


def whole_mm(metres):
    """Round to millimetres; never 0, which a sparse matrix may take for "no edge"."""
    return np.maximum(np.rint(metres * 1000), 1).astype(np.int64)


def _walked(tags):
    """
    Tell whether a way is walked, by the rules pyrosm 0.25 calls "walking" (those of osmnx).

    The other engines are measured on their idea of a walking network, not on ours; what
    ``gis.ingest`` walks on is about 5 % more.
    """
    closed = tags.get("foot", tags.get("access", "")).split(";")
    apart = any(tags.get(key) == "separate" for key in SIDEWALKS)
    return not (
        tags.get("highway", "no") in NOT_WALKED
        or tags.get("area") == "yes"
        or tags.get("service") == "private"
        or apart
        or {"no", "private"} & {value.strip() for value in closed}
    )


def _flat(lonlat):
    middle = np.nanmedian(lonlat, axis=0)  # a node missing from the file has no place
    east, north = (lonlat - middle).T * METRES_PER_DEGREE
    return east * np.cos(np.radians(middle[1])), north


def largest_part(roads):
    """Keep the largest connected part; nodes stay in their order."""
    matrix = coo_array((np.ones(len(roads.mm)), (roads.tail, roads.head)), shape=[roads.size] * 2)
    _, part = connected_components(matrix, directed=False)
    return kept(roads, part == np.bincount(part).argmax())


def kept(roads, nodes, name=None):
    """Keep some nodes (a mask) and the edges between them."""
    number = np.cumsum(nodes) - 1
    edges = nodes[roads.tail] & nodes[roads.head]
    return Roads(
        name or roads.name,
        number[roads.tail[edges]],
        number[roads.head[edges]],
        roads.mm[edges],
        roads.x[nodes],
        roads.y[nodes],
    )


def tiled(roads, size):
    """
    Lay copies of a network side by side until there are ``size`` nodes: a synthetic scale-up.

    Neighbours are joined by one edge, from the node furthest east (north) to the node furthest
    west (south); a network that is already larger is cut to the ``size`` nodes nearest its middle.
    """
    if roads.size > size:
        return _middle(roads, size)
    count = round(size / roads.size)
    across = int(np.ceil(np.sqrt(count)))
    column, row = np.arange(count) % across, np.arange(count) // across
    width, height = np.ptp(roads.x) + 50.0, np.ptp(roads.y) + 50.0
    base = np.arange(count)[:, None] * roads.size
    x = (roads.x + column[:, None] * width).ravel()
    y = (roads.y + row[:, None] * height).ravel()
    ends = [(base + end).ravel() for end in (roads.tail, roads.head)]
    beside = np.flatnonzero(column[1:] > 0)
    above = np.arange(count - across)
    tail = np.r_[beside * roads.size + roads.x.argmax(), above * roads.size + roads.y.argmax()]
    head = np.r_[
        (beside + 1) * roads.size + roads.x.argmin(),
        (above + across) * roads.size + roads.y.argmin(),
    ]
    joins = whole_mm(np.hypot(x[tail] - x[head], y[tail] - y[head]))
    return Roads(
        f"{roads.name}, {count} tiles",
        np.r_[ends[0], tail],
        np.r_[ends[1], head],
        np.r_[np.tile(roads.mm, count), joins],
        x,
        y,
    )


def _middle(roads, size):
    away = np.hypot(roads.x - np.median(roads.x), roads.y - np.median(roads.y))
    nodes = np.zeros(roads.size, dtype=bool)
    nodes[np.argsort(away, kind="stable")[:size]] = True
    return largest_part(kept(roads, nodes, f"{roads.name}, the middle"))


def invented(size, *, seed=0):
    """
    Draw a town of about ``size`` nodes: crossings about 100 m apart, four bends to a street.

    A tenth of the streets is left out; the largest part counts.
    """
    rng = np.random.default_rng(seed)
    side = max(2, round(np.sqrt(size / 8.2)))  # 1 crossing and 1.8 streets of 4 bends each
    number = np.arange(side * side).reshape(side, side)
    x, y = (np.indices((side, side)) * 100.0 + rng.normal(0.0, 12.0, (2, side, side))).reshape(
        2, -1
    )
    start = np.r_[number[:-1].ravel(), number[:, :-1].ravel()]
    stop = np.r_[number[1:].ravel(), number[:, 1:].ravel()]
    there = rng.random(len(start)) >= 0.1
    start, stop = start[there], stop[there]
    share = np.arange(1, 5) / 5.0
    bends = [
        (end[start, None] * (1 - share) + end[stop, None] * share).ravel()
        + rng.normal(0.0, 2.0, 4 * len(start))
        for end in (x, y)
    ]
    inner = len(x) + np.arange(4 * len(start)).reshape(-1, 4)
    chain = np.column_stack([start, inner, stop])
    x, y = np.r_[x, bends[0]], np.r_[y, bends[1]]
    tail, head = chain[:, :-1].ravel(), chain[:, 1:].ravel()
    mm = whole_mm(np.hypot(x[tail] - x[head], y[tail] - y[head]))
    return largest_part(Roads("invented town", tail, head, mm, x, y))
