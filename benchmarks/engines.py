"""
Who is measured in ``search.py``: each engine prepares a network once and then answers.

    prepare(roads) -> prepared
    nearest(prepared, sources, limit) -> Nearest      mm of every node, -1 beyond the limit
    reach(prepared, origins, limit) -> Pairs          all (origin, node, mm) within the limit

Each is asked the way its own manual has it, for what takes it least time: distances without owners
where owners cost extra. Bringing answers into one form is not timed (``plain``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from results import installed
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

CHUNK_BYTES = 32_000_000
"""Dense rows scipy fills at once; 32 MB took it least time of 8 to 256 MB on Heidelberg."""


@dataclass(frozen=True)
class Engine:
    """
    One engine; an answer goes through ``plain_nearest`` or ``plain_reach`` before it is compared.

    ``share``: the engine is so slow that *reach* is asked for this many origins and scaled up.
    ``rounding``: the distances are this many mm off at most, by the engine's own design.
    """

    name: str
    prepare: Callable[[Any], Any]
    nearest: Callable[[Any, Any, int], Any]
    reach: Callable[[Any, Any, int], Any]
    plain_nearest: Callable[[Any, Any], Any]
    plain_reach: Callable[[Any, Any], Any]
    threads: int = 1
    needs: str = ""
    share: int | None = None
    rounding: int = 0

    @property
    def here(self):
        return not self.needs or installed(self.needs)


# --- minqing ---------------------------------------------------------------------------------


def _minqing_prepare(roads):
    from gis.streets.graph import build_graph  # noqa: PLC0415  peers run without it

    tail, head, mm = roads.both_ways()
    return build_graph(tail, head, mm, size=roads.size)


def _minqing_nearest(graph, sources, limit):
    found = graph.nearest(sources, limit)
    return found.weight, found.owner


def _minqing_plain_nearest(found, _roads):
    weight, owner = found
    return np.where(owner >= 0, weight, -1)


def _minqing_reach(threads):
    return lambda graph, origins, limit: graph.reach(origins, limit, threads=threads)


def _minqing_plain_reach(reach, _roads):
    origin = np.repeat(np.arange(len(reach.start) - 1), np.diff(reach.start))
    return _sorted(origin, reach.node, reach.weight)


def _sorted(origin, node, mm):
    """Return pairs by origin, then node."""
    origin, node = np.asarray(origin, dtype=np.int64), np.asarray(node, dtype=np.int64)
    order = np.lexsort((node, origin))
    return origin[order], node[order], np.asarray(mm)[order].astype(np.int64)


# --- scipy -----------------------------------------------------------------------------------


def _scipy_prepare(roads):
    tail, head, mm = roads.both_ways()
    order = np.lexsort((mm, head, tail))  # of two ways between the same nodes the shorter counts
    tail, head, mm = tail[order], head[order], mm[order]
    first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
    pairs = tail[first], head[first]
    return csr_array((mm[first].astype(float), pairs), shape=(roads.size, roads.size))


def _scipy_nearest(matrix, sources, limit):
    return dijkstra(matrix, indices=sources, limit=limit, min_only=True)


def _scipy_plain_nearest(metres, _roads):
    return np.where(np.isfinite(metres), metres, -1).astype(np.int64)


def _scipy_reach(matrix, origins, limit):
    """Search some origins at a time, as rows over all nodes, and keep what was reached."""
    chunk = max(1, CHUNK_BYTES // (8 * matrix.shape[0]))
    parts = []
    for start in range(0, len(origins), chunk):
        rows = dijkstra(matrix, indices=origins[start : start + chunk], limit=limit)
        row, node = np.nonzero(np.isfinite(rows))
        parts.append((row + start, node.astype(np.int32), rows[row, node]))
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _scipy_plain_reach(found, _roads):
    return _sorted(*found)


# --- networkx --------------------------------------------------------------------------------


def _networkx_prepare(roads):
    import networkx as nx  # noqa: PLC0415

    graph = nx.Graph()
    graph.add_nodes_from(range(roads.size))
    order = np.argsort(-roads.mm, kind="stable")  # of parallel edges the shortest comes last
    edges = (roads.tail[order].tolist(), roads.head[order].tolist(), roads.mm[order].tolist())
    graph.add_weighted_edges_from(zip(*edges, strict=True))
    return graph


def _networkx_nearest(graph, sources, limit):
    from networkx import multi_source_dijkstra_path_length as search  # noqa: PLC0415

    return search(graph, set(sources.tolist()), cutoff=limit)


def _networkx_plain_nearest(found, roads):
    mm = np.full(roads.size, -1, dtype=np.int64)
    mm[list(found)] = list(found.values())
    return mm


def _networkx_reach(graph, origins, limit):
    from networkx import single_source_dijkstra_path_length as search  # noqa: PLC0415

    return [search(graph, origin, cutoff=limit) for origin in origins.tolist()]


def _networkx_plain_reach(found, _roads):
    origin = np.repeat(np.arange(len(found)), [len(each) for each in found])
    node = np.concatenate([np.fromiter(each, dtype=np.int64) for each in found])
    mm = np.concatenate([np.fromiter(each.values(), dtype=np.int64) for each in found])
    return _sorted(origin, node, mm)


# --- pandana ---------------------------------------------------------------------------------


def _pandana_prepare(roads):
    import pandana  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame({"metres": roads.mm / 1000})
    x, y, tail, head = (pd.Series(each) for each in (roads.x, roads.y, roads.tail, roads.head))
    return pandana.Network(x, y, tail, head, frame, twoway=True), x, y


def _pandana_nearest(prepared, sources, limit):
    network, x, y = prepared
    # stations change with the question, as the sources of the others do
    network.set_pois("stations", limit / 1000, 1, x[sources], y[sources])
    return network.nearest_pois(limit / 1000, "stations", max_distance=-0.001)


def _pandana_plain_nearest(found, _roads):
    return np.rint(found[1].to_numpy() * 1000).astype(np.int64)


def _pandana_reach(prepared, origins, limit):
    return prepared[0].nodes_in_range(origins, limit / 1000)


def _pandana_plain_reach(found, _roads):
    source = found["source"].to_numpy()  # in the order of the origins
    origin = np.cumsum(np.diff(source, prepend=source[:1]) != 0)
    return _sorted(origin, found["destination"], np.rint(found["metres"] * 1000))


def _minqing(threads):
    name = "minqing" if threads == 1 else f"minqing, {threads} threads"
    return Engine(
        name,
        _minqing_prepare,
        _minqing_nearest,
        _minqing_reach(threads),
        _minqing_plain_nearest,
        _minqing_plain_reach,
        threads=threads,
    )


MINQING, MINQING_2 = _minqing(1), _minqing(2)
SCIPY = Engine(
    "scipy",
    _scipy_prepare,
    _scipy_nearest,
    _scipy_reach,
    _scipy_plain_nearest,
    _scipy_plain_reach,
)
NETWORKX = Engine(
    "networkx",
    _networkx_prepare,
    _networkx_nearest,
    _networkx_reach,
    _networkx_plain_nearest,
    _networkx_plain_reach,
    share=100,
)
PANDANA = Engine(
    "pandana",
    _pandana_prepare,
    _pandana_nearest,
    _pandana_reach,
    _pandana_plain_nearest,
    _pandana_plain_reach,
    threads=2,  # its own choice: one a core
    needs="pandana",
    rounding=20,
)
ENGINES = {each.name: each for each in (MINQING, MINQING_2, SCIPY, NETWORKX, PANDANA)}
