"""
How fast service areas are drawn: minqing, Valhalla's isochrones, the osmnx recipe.

    python benchmarks/areas.py [--rounds 3] [--quick]

500 random stations, 1,200 m along the streets, each station's own area; milliseconds a station,
search included, everything on one thread. Engines are asked in turn, round after round; the median
counts. Valhalla walks on a graph of its own, made once from the same file (its time is listed). The
osmnx recipe is that of its gallery: ``ego_graph``, every reached edge 25 m wide, one union; it is
asked for 20 of the stations.

Our areas are compared with the exact 25 m buffer of the same reached street parts (GEOS) by
intersection over union, at 20 stations.
"""

import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import networks
import networkx as nx
import numpy as np
import shapely
from results import arguments, installed, measuring

import gis.strips
from gis.ingest.osm_file import read_osm_file
from gis.streets.graph import build_graph
from gis.streets.reached import best_labels
from gis.strips import STRIP_METRES, Segments, split_strips, strips

LIMIT = 1_200_000  # mm
NEEDED = {"Valhalla": 5, "osmnx recipe": 50}
LIKENESS = 0.99
SHARE = 20


class Minqing:
    """Search, reached parts of the edges, strips; all on one thread."""

    def __init__(self, roads):
        self.roads = roads
        tail, head, mm = roads.both_ways()
        self.graph = build_graph(tail, head, mm, size=roads.size)
        order = np.argsort(tail, kind="stable")
        self.first = np.searchsorted(tail[order], np.arange(roads.size + 1))
        edge = np.tile(np.arange(len(roads.tail)), 2)
        self.edge, self.upward = edge[order], (np.arange(len(tail)) < len(edge) // 2)[order]
        self.start = np.stack([roads.x, roads.y], axis=1)[roads.tail]
        self.step = np.stack([roads.x, roads.y], axis=1)[roads.head] - self.start

    def labels(self, stations):
        found = self.graph.reach(stations, LIMIT, threads=1)
        return found.start, found.node.astype(np.int64), found.weight, np.zeros_like(found.weight)

    def nearest_labels(self, stations):
        found = self.graph.nearest(stations, LIMIT)
        node = np.flatnonzero(found.owner >= 0)
        return np.array([0, len(node)]), node, found.weight[node], found.owner[node]

    def parts(self, labels, *, split=False):
        """Return the reached parts of edges: whole, or what the budget leaves at either end."""
        start, node, cost, owner = labels
        room = int(np.diff(self.first)[node].sum())
        network = self.first, self.edge, self.upward, len(self.step), room
        group, edge, low, high = best_labels(start, node, cost, owner, *network)
        mm = self.roads.mm[edge]
        upper = np.where(low >= 0, np.minimum((LIMIT - cost[low]) / mm, 1.0), 0.0)
        lower = np.where(high >= 0, np.maximum(1 - (LIMIT - cost[high]) / mm, 0.0), 1.0)
        crossed = (low >= 0) & (high >= 0) & (upper >= lower)
        apart = crossed & (owner[low] != owner[high])
        meet = np.clip(0.5 + (cost[high] - cost[low]) / (2 * mm), 0.0, 1.0)
        upper[apart], lower[apart] = meet[apart], meet[apart]
        upper[crossed & ~apart] = 1.0
        parts = []
        for some, label, begin, end in (
            (low >= 0, low, np.zeros_like(upper), upper),
            ((high >= 0) & ~(crossed & ~apart), high, lower, np.ones_like(lower)),
        ):
            at, step = self.start[edge[some]], self.step[edge[some]]
            ends = at + step * begin[some, None], at + step * end[some, None]
            of = owner[label[some]] if split else group[some]
            parts.append(Segments(np.hstack(ends), of))
        return Segments(*(np.concatenate(each) for each in zip(*map(_arrays, parts), strict=True)))

    def draw(self, stations):
        return strips(self.parts(self.labels(stations)), len(stations))

    def merge(self, stations):
        parts = self.parts(self.nearest_labels(stations))
        return strips(parts, 1)

    def share_out(self, stations):
        return split_strips(self.parts(self.nearest_labels(stations), split=True), len(stations))


def _arrays(segments):
    return segments.xy, segments.group


class Recipe:
    """The osmnx gallery's isochrones with buffered edges, on the same network."""

    def __init__(self, roads):
        self.graph = nx.Graph()
        self.graph.add_weighted_edges_from(
            zip(roads.tail.tolist(), roads.head.tolist(), roads.mm.tolist(), strict=True), "mm"
        )
        self.places = list(zip(roads.x.tolist(), roads.y.tolist(), strict=True))

    def draw(self, stations):
        return [self._draw(station) for station in stations.tolist()]

    def _draw(self, station):
        reached = nx.ego_graph(self.graph, station, radius=LIMIT, distance="mm")
        edges = [shapely.LineString([self.places[a], self.places[b]]) for a, b in reached.edges]
        nodes = shapely.points([self.places[node] for node in reached.nodes])
        shapes = [*shapely.buffer(edges, STRIP_METRES), *shapely.buffer(nodes, STRIP_METRES)]
        return shapely.union_all(shapes)


class Valhalla:
    """Isochrones of the engine, on tiles built from the same file."""

    def __init__(self, path, folder, middle):
        import valhalla  # noqa: PLC0415 - a peer, and only where it is installed

        tiles = folder / "tiles"
        tiles.mkdir()
        config = valhalla.get_config(tile_extract="", tile_dir=tiles, verbose=False)
        settings = folder / "valhalla.json"
        settings.write_text(json.dumps(config), encoding="utf-8")
        build = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
        # it leaves notes of its own where it runs
        command = [build, "-c", settings, Path(path).resolve()]
        subprocess.run(command, check=True, capture_output=True, cwd=settings.parent)
        self.actor = valhalla.Actor(config)
        self.middle = middle

    def questions(self, roads, stations):
        east, north = roads.x[stations], roads.y[stations]
        lat = self.middle[1] + north / networks.METRES_PER_DEGREE
        scale = networks.METRES_PER_DEGREE * np.cos(np.radians(self.middle[1]))
        lon = self.middle[0] + east / scale
        return [
            json.dumps(
                {
                    "locations": [{"lat": y, "lon": x}],
                    "costing": "pedestrian",
                    "contours": [{"distance": LIMIT / 1e6}],
                    "polygons": True,
                }
            )
            for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
        ]

    def draw(self, questions):
        return [self.actor.isochrone(question) for question in questions]


def middle_of(path):
    """Return the longitude and latitude that ``networks.read`` measures from."""
    ways = read_osm_file(path, node_keys=["barrier"], way_keys=["highway"]).ways
    walked = ways.take(np.flatnonzero([networks._walked(tags) for tags in ways.tags]))  # noqa: SLF001
    _, first = np.unique(walked.refs, return_index=True)
    return np.nanmedian(np.column_stack([walked.lon[first], walked.lat[first]]), axis=0)


def clocked(work):
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def likeness(ours, stations):
    """Intersection over union with the exact buffer of the reached parts, by station."""
    found = []
    for station in stations:
        parts = ours.parts(ours.labels(np.array([station])))
        lines = shapely.linestrings(parts.xy.reshape(-1, 2, 2))
        exact = shapely.union_all(shapely.buffer(lines, STRIP_METRES, quad_segs=16))
        (area,) = strips(parts, 1)
        both = shapely.area(shapely.intersection(area, exact))
        found.append(both / shapely.area(shapely.union(area, exact)))
    return np.array(found)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    real = networks.folder() and not given.quick
    roads = networks.real("Heidelberg") if real else networks.invented(3_000)
    count = 20 if given.quick else 500
    stations = np.random.default_rng(0).choice(roads.size, count, replace=False)
    gis.strips.warm()
    Minqing(networks.invented(100)).draw(np.array([0]))
    with measuring("areas", given) as sheet, tempfile.TemporaryDirectory() as folder:
        engines, ready = {}, {}
        ready["minqing"], ours = clocked(lambda: Minqing(roads))
        engines["minqing"] = (count, lambda: ours.draw(stations))
        ready["osmnx recipe"], recipe = clocked(lambda: Recipe(roads))
        part = stations[:SHARE]
        engines["osmnx recipe"] = (len(part), lambda: recipe.draw(part))
        if real and installed("valhalla"):
            path = networks.folder() / networks.FILES["Heidelberg"]
            middle = middle_of(path)
            ready["Valhalla"], peer = clocked(lambda: Valhalla(path, Path(folder), middle))
            questions = peer.questions(roads, stations)
            engines["Valhalla"] = (count, lambda: peer.draw(questions))
        title = f"{count} stations, 1,200 m, {roads}"
        seconds = {name: [] for name in engines}
        for _ in range(1 if given.quick else given.rounds):
            for name, (asked, work) in engines.items():
                seconds[name].append(clocked(work)[0] / asked)
        ms = {name: statistics.median(each) * 1000 for name, each in seconds.items()}
        for name in engines:
            told = {"ratio": ms[name] / ms["minqing"]} if name != "minqing" else {}
            told |= {"needed": NEEDED[name]} if told and real else {}
            sheet.row(title, engine=name, ms_a_station=ms[name], seconds=ready[name], **told)
        if "Valhalla" not in engines:
            sheet.missing(title, "Valhalla")
        parts(sheet, ours, stations)
        alike = likeness(ours, part)
        sheet.row(
            f"intersection over union with the exact 25 m buffer, {len(part)} stations",
            least=alike.min(),
            median=float(np.median(alike)),
            answers=f"at least {LIKENESS}: {'met' if alike.min() >= LIKENESS else 'NOT met'}",
        )


def parts(sheet, ours, stations):
    """Say what the time goes into, and what drawing all stations at once takes."""
    title = f"minqing, {len(stations)} stations: what is drawn"
    search, labels = clocked(lambda: ours.labels(stations))
    cut, segments = clocked(lambda: ours.parts(labels))
    drawing, _ = clocked(lambda: strips(segments, len(stations)))
    for name, took in (
        ("overlapping: search", search),
        ("overlapping: parts of streets", cut),
        ("overlapping: outlines", drawing),
        ("merged, search included", clocked(lambda: ours.merge(stations))[0]),
        ("nearest, search included", clocked(lambda: ours.share_out(stations))[0]),
    ):
        sheet.row(title, step=name, seconds=took)


if __name__ == "__main__":
    main()
