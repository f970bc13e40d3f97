"""
Streets cut at junctions.

     4         6
     |         |
     2 --- 3 --5      1-2-3-5: the high street; 4-2 and 6-5: lanes; 3: an ordinary bend
    /
   1
"""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from osm_drawing import lonlat

from gis.ingest.osm import read_osm
from gis.ingest.osm_file import OsmFile, OsmNodes, OsmRelations, OsmWays
from gis.ingest.osm_streets import build_streets
from gis.ingest.squares import MOST_JUNCTIONS

STREET = {"highway": "residential"}
NODES = {1: (-70, -70), 2: (0, 0), 3: (100, 0), 4: (0, 100), 5: (200, 0), 6: (200, 100)}


def ends(layers):
    return {(u, v) for u, v in zip(layers.streets["u"], layers.streets["v"], strict=True)}


def parts(layers):
    graph = nx.MultiGraph()
    graph.add_edges_from(zip(layers.streets["u"], layers.streets["v"], strict=True))
    return nx.number_connected_components(graph)


def metres(layers):
    return layers.streets.to_crs("EPSG:32649").length


def test_street_is_cut_where_another_meets_it_and_nowhere_else(read):
    layers = read(NODES, {1: ([1, 2, 3, 5], STREET), 2: ([4, 2], STREET), 3: ([6, 5], STREET)})
    assert ends(layers) == {("n1", "n2"), ("n2", "n5"), ("n4", "n2"), ("n6", "n5")}
    assert list(layers.streets.index) == ["w1.1", "w1.2", "w2", "w3"]
    assert layers.counts["street pieces"] == 4
    assert layers.counts["lines across squares"] == 0


def test_piece_keeps_its_bends(read):
    layers = read(NODES, {1: ([1, 2, 3, 5], STREET), 2: ([4, 2], STREET)})
    line = layers.streets.geometry["w1.2"]
    assert list(line.coords) == [lonlat(0, 0), lonlat(100, 0), lonlat(200, 0)]


def test_bridge_without_a_shared_node_does_not_join(read):
    nodes = {1: (-50, 0), 2: (50, 0), 3: (0, -50), 4: (0, 50)}
    bridge = {"highway": "footway", "bridge": "yes", "layer": "1"}
    layers = read(nodes, {1: ([1, 2], STREET), 2: ([3, 4], bridge)})
    assert parts(layers) == 2
    assert layers.streets["layer"].tolist()[1] == 1
    assert layers.streets["layer"].isna().tolist() == [True, False]


def test_bridge_and_street_join_at_a_shared_end(read):
    nodes = {1: (-50, 0), 2: (50, 0), 3: (0, -50), 4: (0, 50)}
    bridge = {"highway": "footway", "bridge": "yes", "layer": "1"}
    layers = read(nodes, {1: ([1, 2], STREET), 2: ([3, 2, 4], bridge)})
    assert parts(layers) == 1


def test_tunnel_under_a_street_does_not_join(read):
    nodes = {1: (-50, 0), 2: (50, 0), 3: (0, -50), 4: (0, 50)}
    tunnel = {"highway": "footway", "tunnel": "yes", "layer": "-1"}
    assert parts(read(nodes, {1: ([1, 2], STREET), 2: ([3, 4], tunnel)})) == 2


def test_street_that_visits_a_node_twice_is_cut_there(read):
    nodes = {1: (0, 0), 2: (50, 0), 3: (100, 50), 4: (50, 100)}
    layers = read(nodes, {1: ([1, 2, 3, 4, 2], STREET)})
    assert ends(layers) == {("n1", "n2"), ("n2", "n2")}


def test_closed_street_is_one_loop(read, square):
    nodes, ring = square(1, 0, 0, 50)
    layers = read(nodes, {1: (ring, STREET)})
    assert ends(layers) == {("n1", "n1")}
    assert metres(layers).iloc[0] == pytest.approx(200, abs=0.5)


@pytest.mark.parametrize("barrier", ["gate", "bollard", "lift_gate", "kerb"])
def test_street_is_cut_at_a_barrier_on_it(read, barrier):
    nodes = NODES | {3: (100, 0, {"barrier": barrier})}
    assert ends(read(nodes, {1: ([2, 3, 5], STREET)})) == {("n2", "n3"), ("n3", "n5")}


def test_street_is_cut_at_a_door_on_it(read):
    nodes = NODES | {3: (100, 0, {"entrance": "main"})}
    assert ends(read(nodes, {1: ([2, 3, 5], STREET)})) == {("n2", "n3"), ("n3", "n5")}


def test_way_that_only_cars_use_cuts_nothing(read):
    motorway = {"highway": "motorway"}
    layers = read(NODES, {1: ([2, 3, 5], STREET), 2: ([3, 4], motorway)})
    assert ends(layers) == {("n2", "n5")}
    assert layers.counts["highways dropped: class (motorway)"] == 1


def test_same_way_drawn_twice_counts_once(read):
    layers = read(NODES, {1: ([2, 3, 5], STREET), 2: ([5, 3, 2], STREET)})
    assert ends(layers) == {("n2", "n5")}
    assert layers.counts["highways dropped: drawn twice"] == 1


def test_stretch_drawn_twice_counts_once(read):
    layers = read(NODES, {1: ([1, 2, 3, 5], STREET), 2: ([4, 2, 3, 6], STREET)})
    assert ends(layers) == {("n1", "n2"), ("n2", "n3"), ("n3", "n5"), ("n4", "n2"), ("n3", "n6")}
    assert len(layers.streets) == 5
    assert layers.counts["street pieces dropped: drawn twice"] == 1


def test_two_ways_between_the_same_junctions_are_both_kept(read):
    layers = read(NODES, {1: ([2, 3, 5], STREET), 2: ([2, 4, 6, 5], STREET)})
    assert len(layers.streets) == 2


def test_repeated_node_does_no_harm(read):
    assert ends(read(NODES, {1: ([2, 2, 3, 3, 5], STREET)})) == {("n2", "n5")}


def test_piece_without_length_joins_its_two_nodes(read):
    nodes = {1: (0, 0), 2: (50, 0), 3: (50, 0), 4: (100, 0), 5: (50, 50), 6: (50, -50)}
    layers = read(nodes, {1: ([1, 2, 3, 4], STREET), 2: ([2, 5], STREET), 3: ([3, 6], STREET)})
    assert parts(layers) == 1
    assert layers.counts["street pieces dropped: no length"] == 1
    assert (metres(layers) > 1).all()


def test_way_with_a_node_missing_from_the_extract_is_cut_there(read):
    nodes = {1: (0, 0), 2: (50, 0), 4: (150, 0), 5: (200, 0)}
    layers = read(nodes, {1: ([1, 2, 3, 4, 5], STREET)})
    assert ends(layers) == {("n1", "n2"), ("n4", "n5")}
    assert layers.counts["street nodes missing from the file"] == 1


def test_way_whose_nodes_are_all_missing_gives_no_piece(read):
    layers = read(NODES, {1: ([2, 3], STREET), 2: ([77, 78], STREET)})
    assert len(layers.streets) == 1


def test_nodes_after_ways_are_read_as_well(tmp_path, catalogue, read):
    lon, lat = lonlat(50, 0)
    path = tmp_path / "turned.osm"
    path.write_text(
        '<osm version="0.6"><way id="1" version="1"><nd ref="1"/><nd ref="2"/>'
        '<tag k="highway" v="path"/></way><node id="2" version="1" lon="113.95" lat="22.53"/>'
        f'<node id="1" version="1" lon="{lon}" lat="{lat}"/></osm>',
        encoding="utf-8",
    )
    assert ends(read_osm(path, catalogue=catalogue)) == {("n1", "n2")}


def test_words_of_a_street_are_kept(read):
    tags = {
        "highway": "steps",
        "name": "望海 台阶=1,2",
        "opening_hours": "06:00-22:00",
        "incline": "-12%",
        "layer": "2",
        "access": "private",
    }
    street = read(NODES, {1: ([2, 3], tags)}).streets.loc["w1"]
    assert street["kind"] == "steps"
    assert street["name"] == "望海 台阶=1,2"
    assert street["steps"]
    assert street["hours"] == "06:00-22:00"
    assert street["grade"] == pytest.approx(-0.12)
    assert street["layer"] == 2
    assert street["users"] == "residents"


@pytest.mark.parametrize(
    ("tags", "crossing"),
    [
        ({"highway": "footway", "footway": "crossing"}, True),
        ({"highway": "path", "path": "crossing"}, True),
        ({"highway": "cycleway", "cycleway": "crossing", "foot": "yes"}, True),
        ({"highway": "crossing"}, True),
        ({"highway": "footway", "footway": "sidewalk"}, False),
        ({"highway": "footway", "crossing": "zebra"}, False),
        (STREET, False),
    ],
)
def test_ways_over_a_road_are_crossings(read, tags, crossing):
    streets = read(NODES, {1: ([2, 4], tags)}).streets
    assert streets["crossing"].tolist() == [crossing]


def test_a_crossing_cut_at_the_road_is_waited_at_once(read):
    nodes = {1: (-50, 0), 2: (50, 0), 3: (0, -5), 4: (0, 5), 5: (0, 0)}
    over = {"highway": "footway", "footway": "crossing"}
    streets = read(nodes, {1: ([1, 5, 2], STREET), 2: ([3, 5, 4], over)}).streets
    assert streets["crossing"].to_dict() == {
        "w1.1": False,
        "w1.2": False,
        "w2.1": True,
        "w2.2": False,
    }


@pytest.mark.parametrize("word", ["up", "down", "yes", "steep"])
def test_an_incline_without_a_number_is_no_grade(read, word):
    street = read(NODES, {1: ([2, 3], STREET | {"incline": word})}).streets.loc["w1"]
    assert np.isnan(street["grade"])


def test_square_is_crossed_between_the_streets_that_meet_it(read, square):
    nodes, ring = square(1, 0, 0, 100)
    nodes |= {5: (-50, 0), 6: (150, 100), 7: (150, 0)}
    plaza = {"highway": "pedestrian", "area": "yes"}
    layers = read(nodes, {1: (ring, plaza), 2: ([5, 1], STREET), 3: ([3, 6], STREET)})
    across = layers.streets.loc["w1.s1"]
    assert (across["u"], across["v"]) == ("n1", "n3")
    assert across["kind"] == "square"
    assert layers.streets.loc[["w1.1", "w1.2"], "kind"].tolist() == ["square", "square"]
    graph = nx.MultiGraph()
    for row, length in zip(layers.streets.itertuples(), metres(layers), strict=True):
        graph.add_edge(row.u, row.v, weight=length)
    walk = nx.shortest_path_length(graph, "n5", "n6", weight="weight")
    assert walk == pytest.approx(50 + 2**0.5 * 100 + 50, abs=0.5)


def test_line_along_the_edge_of_a_square_is_not_drawn_again(read, square):
    nodes, ring = square(1, 0, 0, 100)
    nodes |= {5: (-50, 0), 6: (150, 0)}
    plaza = {"highway": "pedestrian", "area": "yes"}
    layers = read(nodes, {1: (ring, plaza), 2: ([5, 1], STREET), 3: ([2, 6], STREET)})
    assert not any(".s" in name for name in layers.streets.index)


def test_nobody_walks_across_the_hole_in_a_square(read, square):
    outer, ring = square(1, 0, 0, 100)
    pond, inner = square(5, 40, 40, 20)
    nodes = outer | pond | {9: (-50, 0), 10: (150, 100), 11: (150, 0)}
    ways = {
        1: (ring, {}),
        2: (inner, {}),
        3: ([9, 1], STREET),
        4: ([3, 10], STREET),
        5: ([2, 11], STREET),
    }
    plaza = {"type": "multipolygon", "highway": "pedestrian"}
    layers = read(nodes, ways, {7: ([("w", 1, "outer"), ("w", 2, "inner")], plaza)})
    lines = layers.streets[layers.streets.index.str.contains(r"\.s")]
    hole = shapely.Polygon([lonlat(x, y) for x, y in pond.values()])
    assert not lines.crosses(hole).any()
    assert ("n1", "n3") not in ends(layers)


@pytest.mark.parametrize(
    ("obstacle", "free"),
    [
        ({"barrier": "wall"}, False),
        ({"building": "yes"}, False),
        ({"building": "roof"}, True),
        ({"building": "yes", "layer": "1"}, True),
        ({"landuse": "grass"}, True),
    ],
)
def test_nobody_walks_across_a_square_through_walls_and_buildings(read, square, obstacle, free):
    nodes, ring = square(1, 0, 0, 100)
    hut, outline = square(21, 40, 40, 20)
    nodes |= hut | {5: (-50, 0), 6: (150, 100)}
    plaza = {"highway": "pedestrian", "area": "yes"}
    ways = {1: (ring, plaza), 2: ([5, 1], STREET), 3: ([3, 6], STREET), 4: (outline, obstacle)}
    layers = read(nodes, ways)
    assert ("w1.s1" in layers.streets.index) is free
    assert layers.counts["lines across squares"] == int(free)


def test_closed_footway_without_area_is_a_path_not_a_square(read, square):
    nodes, ring = square(1, 0, 0, 100)
    nodes |= {5: (-50, 0), 6: (150, 100)}
    layers = read(
        nodes, {1: (ring, {"highway": "footway"}), 2: ([5, 1], STREET), 3: ([3, 6], STREET)}
    )
    assert set(layers.streets["kind"]) == {"footway", "residential"}


def test_square_closed_to_walkers_is_left_out(read, square):
    nodes, ring = square(1, 0, 0, 100)
    nodes |= {5: (-50, 0), 6: (150, 100)}
    plaza = {"highway": "pedestrian", "area": "yes", "access": "no"}
    layers = read(nodes, {1: (ring, plaza), 2: ([5, 1], STREET), 3: ([3, 6], STREET)})
    assert set(layers.streets["kind"]) == {"residential"}


def test_square_with_very_many_streets_keeps_its_edge(read):
    count = MOST_JUNCTIONS + 4
    edge = {i: (i * 5, 0) for i in range(1, count + 1)}
    far = {i + 1000: (i * 5, -20) for i in edge}
    top = {5000: (count * 5, 80), 5001: (5, 80)}
    ring = [*edge, 5000, 5001, 1]
    ways = {1: (ring, {"highway": "pedestrian", "area": "yes"})}
    ways |= {10 + i: ([i, i + 1000], STREET) for i in edge}
    layers = read(edge | far | top, ways)
    assert not any(".s" in name for name in layers.streets.index)
    assert parts(layers) == 1


def test_lift_joins_the_levels_that_share_its_node(read):
    nodes = {1: (-50, 0), 2: (0, 0, {"highway": "elevator"}), 3: (0, 50), 4: (0, -50)}
    upper = {"highway": "corridor", "level": "1", "layer": "1"}
    lower = {"highway": "corridor", "level": "0"}
    layers = read(nodes, {1: ([1, 2, 3], upper), 2: ([2, 4], lower)})
    assert parts(layers) == 1


def test_platform_is_walked_from_end_to_end(read):
    layers = read(NODES, {1: ([2, 3, 5], {"railway": "platform"})})
    assert layers.streets["kind"].tolist() == ["platform"]


def arrays(ways, stops):
    """Put ways ``{id: [nodes]}`` of a 10 m lattice into the arrays of a file."""
    refs = [ref for each in ways.values() for ref in each]
    start = np.cumsum([0, *(len(each) for each in ways.values())])
    lon, lat = zip(*(lonlat(10 * (ref % 5), 10 * (ref // 5)) for ref in refs), strict=True)
    nodes = [np.array(list(stops), dtype=np.int64), np.zeros(len(stops)), np.zeros(len(stops))]
    return OsmFile(
        OsmNodes(*nodes, [{"barrier": "gate"}] * len(stops)),
        OsmWays(
            np.array(list(ways)),
            [STREET] * len(ways),
            start,
            np.array(refs),
            np.array(lon),
            np.array(lat),
        ),
        OsmRelations(np.empty(0, dtype=np.int64), [], []),
        None,
    )


def cut_plainly(ways, stops):
    """Cut one way after the other, as one would by hand; each stretch of nodes once."""
    single = {min(tuple(refs), tuple(refs[::-1])): refs for refs in ways.values()}.values()
    used = Counter(ref for refs in single for ref in refs)
    for refs in single:
        used.update([refs[0], refs[-1]])
    pieces = set()
    for refs in single:
        piece = [refs[0]]
        for ref in refs[1:]:
            piece.append(ref)
            if used[ref] > 1 or ref in stops:
                pieces.add(min(tuple(piece), tuple(piece[::-1])))
                piece = [ref]
    return pieces


walks = st.lists(st.integers(0, 24), min_size=2, max_size=7).map(
    lambda refs: [ref for ref, before in zip(refs, [None, *refs], strict=False) if ref != before]
)
drawings = st.dictionaries(
    st.integers(1, 99), walks.filter(lambda w: len(w) > 1), min_size=1, max_size=8
)


@settings(max_examples=60)
@given(drawings, st.sets(st.integers(0, 24), max_size=3))
def test_cutting_all_at_once_equals_cutting_by_hand(catalogue, ways, stops):
    found = build_streets(arrays(ways, stops), catalogue.osm)
    expected = Counter(frozenset((f"n{p[0]}", f"n{p[-1]}")) for p in cut_plainly(ways, stops))
    ends_of = zip(found.streets["u"], found.streets["v"], strict=True)
    assert Counter(frozenset(pair) for pair in ends_of) == expected
    lines = found.streets.geometry.to_numpy()
    inner = sum(len(piece) for piece in cut_plainly(ways, stops))
    assert int(shapely.get_num_coordinates(lines).sum()) == inner
    assert found.streets.index.is_unique
