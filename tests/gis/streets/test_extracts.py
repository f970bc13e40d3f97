"""On every real extract the compiled search equals scipy's, node by node and pair by pair."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gis.ingest import InputFile, Sources, import_district
from gis.streets import Access, Walker, build_network
from gis.streets.graph import NEVER
from gis.streets.search import Priced, limit_weight, price

EXTRACTS = [
    "shenzhen-nanshan.osm.xz",
    "helsinki.osm.pbf",
    "porto-alegre/poa_osm.pbf",
    "heidelberg.osm.pbf",
]
LIMIT = int(limit_weight(15 * 60_000))


@pytest.fixture(scope="module", params=EXTRACTS)
def priced(request, real_data) -> Priced:
    district = import_district(Sources(streets=InputFile(real_data / request.param)), name="real")
    walker = Walker(60.0, 2.0, slope="tobler", crossing_seconds=10.0)
    return price(build_network(district), walker, Access())


def lightest(priced):
    """The arcs that may be taken, of parallel ones the lightest: tail, head, weight."""
    arcs = priced.network.arcs
    tail, head = (arcs[end].to_numpy()[priced.allowed] for end in ("tail", "head"))
    weight = priced.weight[priced.allowed]
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
    return tail[first], head[first], weight[first]


def some_nodes(priced, count):
    rng = np.random.default_rng(0)
    return rng.choice(priced.network.size, count, replace=False)


@pytest.mark.real
def test_nearest_equals_scipy_and_networkx_at_every_node(priced):
    tail, head, weight = lightest(priced)
    sources, size = some_nodes(priced, 40), priced.network.size
    found = priced.graph.nearest(sources, LIMIT)
    # scipy takes an explicit zero for no arc, so a gate of no width gets one unit and gives it back
    matrix = coo_array((weight.astype(float) + 1, (tail, head)), shape=(size, size)).tocsr()
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True))
    graph.add_nodes_from(sources.tolist())
    ways = nx.multi_source_dijkstra_path_length(graph, sources.tolist(), cutoff=LIMIT)
    expected = np.full(size, NEVER)
    expected[list(ways)] = list(ways.values())
    assert (found.weight == expected).all()
    apart = dijkstra(matrix, indices=sources, limit=float(LIMIT) + size, min_only=True)
    assert (np.isfinite(apart) | (found.weight == NEVER)).all()
    near = found.weight < NEVER
    # each arc added one, and no way has more arcs than there are nodes
    assert (apart[near] - found.weight[near] < size).all()
    assert (apart[near] >= found.weight[near]).all()


@pytest.mark.real
def test_reach_equals_scipy_for_every_pair(priced):
    tail, head, weight = lightest(priced)
    positive = weight > 0
    allowed = priced.allowed & (priced.weight > 0)
    level = Priced(priced.network, priced.walker, priced.weight, allowed)
    origins, size = some_nodes(priced, 60), priced.network.size
    pairs = level.graph.reach(origins, LIMIT, threads=2)
    ends = tail[positive], head[positive]
    matrix = coo_array((weight[positive].astype(float), ends), shape=(size, size)).tocsr()
    ways = dijkstra(matrix, indices=origins, limit=float(LIMIT))
    found = np.full((len(origins), size), np.inf)
    found[pairs.origin, pairs.node] = pairs.weight
    assert (found == ways).all()
