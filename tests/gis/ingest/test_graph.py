"""
Streets from a graph as osmnx makes it.

    1 === 2 --- 3      1-2: a residential street, both ways; 2-3: steps, one direction only
"""

import networkx as nx
import pytest
import shapely

from gis import tables
from gis.catalogue import load_catalogue
from gis.errors import InputError
from gis.ingest.graph import read_graph

BENT = shapely.LineString([(113.95, 22.53), (113.9505, 22.5305), (113.951, 22.53)])


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def graph_of(*edges, kind=nx.MultiDiGraph):
    """Return a graph with nodes 1, 2, 3 … from west to east and these edges."""
    graph = kind(crs="EPSG:4326")
    for u, v, data in edges:
        for node in (u, v):
            graph.add_node(node, x=113.95 + 0.001 * (node - 1), y=22.53)
        graph.add_edge(u, v, **data)
    return graph


def both_ways(u, v, **data):
    back = data | {"reversed": True}
    if "geometry" in data:
        back["geometry"] = data["geometry"].reverse()
    return (u, v, data | {"reversed": False}), (v, u, back)


STREET = {"osmid": 7, "highway": "residential", "name": "学府路"}


def test_both_directions_are_one_street(catalogue):
    streets = read_graph(graph_of(*both_ways(1, 2, **STREET, geometry=BENT)), catalogue)
    assert list(streets.index) == ["w7"]
    assert (streets["u"].iloc[0], streets["v"].iloc[0]) == ("n1", "n2")
    assert streets.geometry.iloc[0].equals_exact(BENT, 0)
    assert streets["name"].tolist() == ["学府路"]


def test_street_is_drawn_as_osmnx_drew_it_first(catalogue):
    forth, back = both_ways(1, 2, **STREET, geometry=BENT, grade=0.05)
    streets = read_graph(graph_of(back, forth), catalogue)
    assert (streets["u"].iloc[0], streets["grade"].iloc[0]) == ("n1", 0.05)


def test_a_computed_grade_no_street_has_is_unknown(catalogue):
    streets = read_graph(graph_of((1, 2, STREET | {"grade": 3.2})), catalogue)
    assert streets["grade"].isna().all()


def test_a_crossing_in_several_edges_is_waited_at_once(catalogue):
    over = {"osmid": 9, "highway": "footway", "footway": "crossing"}
    streets = read_graph(graph_of((1, 2, over), (2, 3, over), (3, 4, STREET)), catalogue)
    assert streets["crossing"].to_dict() == {"w9.1": True, "w9.2": False, "w7": False}


def test_edge_without_geometry_is_straight(catalogue):
    line = read_graph(graph_of((1, 2, STREET)), catalogue).geometry.iloc[0]
    assert shapely.get_coordinates(line).ravel().tolist() == pytest.approx(
        [113.95, 22.53, 113.951, 22.53]
    )


def test_two_streets_between_the_same_nodes_are_both_kept(catalogue):
    graph = graph_of((1, 2, STREET), (1, 2, STREET | {"osmid": 8, "geometry": BENT}))
    assert list(read_graph(graph, catalogue).index) == ["w7", "w8"]


def test_one_way_in_several_edges_is_numbered(catalogue):
    graph = graph_of((1, 2, STREET), (2, 3, STREET))
    assert list(read_graph(graph, catalogue).index) == ["w7.1", "w7.2"]


def test_loop_is_kept_once(catalogue):
    ring = shapely.LineString(
        [(113.95, 22.53), (113.951, 22.53), (113.951, 22.531), (113.95, 22.53)]
    )
    streets = read_graph(graph_of(*both_ways(1, 1, **STREET, geometry=ring)), catalogue)
    assert streets["u"].tolist() == streets["v"].tolist() == ["n1"]


@pytest.mark.parametrize(
    "tags", [{"highway": "motorway"}, {"foot": "no"}, {"access": "no"}, {"highway": "construction"}]
)
def test_pedestrian_filter_holds_for_graphs(catalogue, tags):
    graph = graph_of((1, 2, STREET), (2, 3, STREET | tags))
    assert len(read_graph(graph, catalogue)) == 1


def test_private_streets_are_for_residents(catalogue):
    streets = read_graph(graph_of((1, 2, STREET | {"access": "private"})), catalogue)
    assert streets["users"].tolist() == ["residents"]


@pytest.mark.parametrize(
    ("highways", "kept"), [(["residential", "footway"], 1), (["residential", "motorway"], 0)]
)
def test_merged_edge_is_walked_where_each_of_its_ways_is(catalogue, highways, kept):
    graph = graph_of((1, 2, STREET | {"highway": highways, "osmid": [7, 9]}))
    assert len(read_graph(graph, catalogue)) == kept


def test_merged_edge_with_steps_has_steps(catalogue):
    streets = read_graph(graph_of((1, 2, STREET | {"highway": ["footway", "steps"]})), catalogue)
    assert streets["steps"].tolist() == [True]


def test_edges_without_highway_are_streets_only_where_no_edge_has_it(catalogue):
    assert len(read_graph(graph_of((1, 2, {}), (2, 3, {})), catalogue)) == 2
    assert len(read_graph(graph_of((1, 2, STREET), (2, 3, {"osmid": 9})), catalogue)) == 1


def test_undirected_graph_reads_the_same(catalogue):
    directed = graph_of(*both_ways(1, 2, **STREET, geometry=BENT))
    undirected = graph_of((2, 1, STREET | {"geometry": BENT}), kind=nx.MultiGraph)
    one, other = (read_graph(graph, catalogue) for graph in (directed, undirected))
    assert one[["u", "v"]].equals(other[["u", "v"]])


def test_projected_graph_keeps_its_frame(catalogue):
    graph = nx.MultiDiGraph(crs="EPSG:4543")
    graph.add_node("a", x=500_000.0, y=2_500_000.0)
    graph.add_node("b", x=500_100.0, y=2_500_000.0)
    graph.add_edge("a", "b")
    streets = read_graph(graph, catalogue)
    assert streets.crs == "EPSG:4543"
    assert streets.length.tolist() == [100]
    assert streets["u"].tolist() == ["na"]


def test_graph_without_streets_gives_an_empty_table(catalogue):
    streets = read_graph(graph_of((1, 2, {"highway": "motorway"})), catalogue)
    assert streets.empty
    assert list(streets.columns) == [*tables.columns_of(tables.Streets), "geometry"]


def test_graphml_file_reads_as_the_graph_does(catalogue, tmp_path):
    import osmnx  # noqa: PLC0415 - slow to load

    graph = graph_of(*both_ways(1, 2, **STREET, length=9.0, geometry=BENT), (2, 3, STREET))
    osmnx.save_graphml(graph, tmp_path / "g.graphml")
    from_file = read_graph(tmp_path / "g.graphml", catalogue)
    assert from_file.drop(columns="geometry").equals(
        read_graph(graph, catalogue).drop(columns="geometry")
    )


@pytest.mark.parametrize("text", ["", "not xml", "<graphml></graphml>", "<osm/>"])
def test_file_that_is_no_graph_is_refused_by_name(catalogue, tmp_path, text):
    path = tmp_path / "g.graphml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_graph(path, catalogue)
    assert str(path) in caught.value.english


def test_missing_file_is_named(catalogue, tmp_path):
    with pytest.raises(InputError) as caught:
        read_graph(tmp_path / "none.graphml", catalogue)
    assert caught.value.english.endswith("no such file; check the name")


def test_graph_without_frame_is_refused(catalogue):
    graph = graph_of((1, 2, STREET))
    del graph.graph["crs"]
    with pytest.raises(InputError) as caught:
        read_graph(graph, catalogue)
    assert "does not name its frame" in caught.value.english


def test_graph_with_unplaced_nodes_is_refused(catalogue):
    graph = graph_of((1, 2, STREET))
    graph.add_node(99)
    with pytest.raises(InputError) as caught:
        read_graph(graph, catalogue)
    assert caught.value.english == "graph: 1 node(s) without x and y; first: 99"
