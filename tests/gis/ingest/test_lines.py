"""
Plain lines cut where they cross.

         c              a: 100 m from west to east
         |              b: crosses a in the middle, at the same level
    a ---+---- a        c: crosses a as a bridge
         b
"""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import tables
from gis.errors import InputError
from gis.ingest.lines import node_lines

CRS = "EPSG:4543"
A, B = [(0, 0), (100, 0)], [(50, -50), (50, 50)]


def lines(shapes, **columns):
    """Return lines ``{id: coordinates}`` as a layer in metres."""
    geometry = [shapely.LineString(each) for each in shapes.values()]
    return gpd.GeoDataFrame(columns, index=list(shapes), geometry=geometry, crs=CRS)


def parts(streets):
    graph = nx.MultiGraph()
    graph.add_edges_from(zip(streets["u"], streets["v"], strict=True))
    return nx.number_connected_components(graph)


def test_lines_are_cut_where_they_cross():
    streets = node_lines(lines({"a": A, "b": B}))
    assert list(streets.index) == ["a.1", "a.2", "b.1", "b.2"]
    assert parts(streets) == 1
    assert streets.length.tolist() == [50, 50, 50, 50]
    assert streets["v"]["a.1"] == "x50000_0"


def test_result_keeps_the_contract_and_the_frame():
    streets = node_lines(lines({"a": A}))
    assert streets.crs == CRS
    assert list(streets.columns) == [*tables.columns_of(tables.Streets), "geometry"]
    assert streets["users"].tolist() == ["everyone"]
    assert streets["steps"].tolist() == [False]


def test_heights_stay_with_whole_lines_only():
    uncut = {"c": [(200, 0), (300, 0)]}
    streets = node_lines(lines({"a": A, "b": B} | uncut, heights=["1|2|3", "1|3", "5|6"]))
    assert streets["heights"].isna().to_dict() == {
        "a.1": True,
        "a.2": True,
        "b.1": True,
        "b.2": True,
        "c": False,
    }


def test_words_of_a_line_go_with_its_pieces():
    given_lines = lines(
        {"a": A, "b": B},
        name=["学府路", None],
        kind=["residential", "steps"],
        users=["residents", None],
    )
    streets = node_lines(given_lines)
    assert streets["name"].tolist()[:2] == ["学府路", "学府路"]
    assert streets["steps"].tolist() == [False, False, True, True]
    assert streets["users"].tolist() == ["residents", "residents", "everyone", "everyone"]


LEVELS = [
    {"layer": [0, 1]},
    {"level": ["0", "2"]},
    {"bridge": [None, "yes"]},
    {"tunnel": ["no", "yes"]},
    {"layer": [None, 1], "bridge": [None, None]},
]


@pytest.mark.parametrize("column", LEVELS)
def test_bridge_and_tunnel_do_not_join_what_they_cross(column):
    streets = node_lines(lines({"a": A, "b": B}, **column))
    assert list(streets.index) == ["a", "b"]
    assert parts(streets) == 2


def test_two_bridges_at_one_level_join():
    assert parts(node_lines(lines({"a": A, "b": B}, layer=[1, 1]))) == 1


def test_bridge_joins_the_street_where_both_end():
    shapes = {"bridge": [(0, 0), (50, 0)], "street": [(50, 0), (100, 0)]}
    streets = node_lines(lines(shapes, layer=[1, 0]))
    assert streets["v"]["bridge"] == streets["u"]["street"] == "x50000_0"


def test_bridge_that_ends_above_a_street_passing_below_does_not_join():
    shapes = {"bridge": [(50, 50), (50, 0)], "street": A}
    streets = node_lines(lines(shapes, layer=[1, 0]))
    assert parts(streets) == 2
    assert streets["v"]["bridge"] == "x50000_0_L1"


def test_crossing_below_the_end_of_a_bridge_joins_only_below():
    shapes = {"bridge": [(50, 0), (90, 90)], "a": A, "b": B}
    streets = node_lines(lines(shapes, layer=[1, 0, 0]))
    assert parts(streets) == 2


def test_end_on_a_line_is_a_junction():
    streets = node_lines(lines({"a": A, "b": [(30, 0), (30, 40)]}))
    assert parts(streets) == 1
    assert streets.length["a.1"] == 30


@pytest.mark.parametrize(("gap", "joined"), [(0.009, True), (0.011, False)])
def test_end_joins_a_line_up_to_a_centimetre_away(gap, joined):
    streets = node_lines(lines({"a": A, "b": [(30, gap), (30, 40)]}))
    assert (parts(streets) == 1) is joined


def test_end_a_little_beyond_a_line_joins_it():
    assert parts(node_lines(lines({"a": A, "b": [(30, -0.004), (30, 40)]}))) == 1


def test_ends_that_agree_to_the_millimetre_are_one_node():
    streets = node_lines(lines({"a": A, "b": [(100.0004, -0.0004), (150, 0)]}))
    assert streets["v"]["a"] == streets["u"]["b"] == "x100000_0"


def test_line_that_crosses_itself_is_cut_there():
    streets = node_lines(lines({"a": [(0, 0), (100, 100), (100, 0), (0, 100)]}))
    assert [name.startswith("a.") for name in streets.index] == [True] * 5
    graph = nx.MultiGraph(list(zip(streets["u"], streets["v"], strict=True)))
    assert graph.degree("x50000_50000") == 4


def test_closed_line_is_one_loop():
    streets = node_lines(lines({"a": [(0, 0), (10, 0), (10, 10), (0, 0)]}))
    assert streets["u"].tolist() == streets["v"].tolist()
    assert len(streets) == 1


def test_line_drawn_twice_counts_once():
    assert len(node_lines(lines({"a": A, "b": A, "c": A[::-1]}))) == 1


def test_lines_that_run_together_share_the_stretch():
    streets = node_lines(lines({"a": A, "b": [(40, 0), (80, 0), (80, 30)]}))
    assert streets.length.sum() == pytest.approx(130)
    assert parts(streets) == 1


def test_line_without_length_is_left_out():
    assert list(node_lines(lines({"a": A, "b": [(5, 5), (5, 5)]})).index) == ["a"]


def test_line_in_several_parts_gives_several_streets():
    both = shapely.MultiLineString([A, [(0, 70), (10, 70)]])
    frame = gpd.GeoDataFrame(index=["a"], geometry=[both], crs=CRS)
    assert list(node_lines(frame).index) == ["a", "a.2"]


def test_heights_do_not_matter():
    frame = gpd.GeoDataFrame(
        index=["a", "b"],
        geometry=[
            shapely.LineString([(0, 0, 3), (100, 0, 9)]),
            shapely.LineString([(*p, 1) for p in B]),
        ],
        crs=CRS,
    )
    assert parts(node_lines(frame)) == 1


def test_no_lines_give_no_streets():
    assert node_lines(lines({})).empty


def test_lines_without_a_frame_are_refused():
    with pytest.raises(InputError) as caught:
        node_lines(lines({"a": A}).set_crs(None, allow_override=True))
    assert caught.value.english.startswith("the street lines declare no coordinate frame")


def test_lines_in_degrees_come_back_in_degrees():
    streets = node_lines(lines({"a": [(500_000, 2_500_000), (500_100, 2_500_000)]}).to_crs(4326))
    assert streets.crs == "EPSG:4326"
    assert streets.to_crs(CRS).length.iloc[0] == pytest.approx(100, abs=0.01)


def test_caller_keeps_his_lines():
    frame = lines({"a": A, "b": B})
    before = frame.copy()
    node_lines(frame)
    assert frame.equals(before)


whole = st.integers(0, 40)
segments = st.lists(
    st.tuples(whole, whole, whole, whole).filter(lambda s: s[:2] != s[2:]), min_size=1, max_size=12
)


def drawn(found):
    return lines(
        {f"l{i}": [(a * 5, b * 5), (c * 5, d * 5)] for i, (a, b, c, d) in enumerate(found)}
    )


@settings(max_examples=30)
@given(segments)
def test_cut_lines_cover_the_same_ground_and_meet_at_ends_only(found):
    frame = drawn(found)
    streets = node_lines(frame)
    ground = shapely.union_all(frame.geometry.to_numpy())
    assert streets.length.sum() == pytest.approx(ground.length, abs=0.5)
    shapes = streets.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    deep = shapely.length(shapely.intersection(shapes[a], shapes[b]))
    assert (deep < 0.02).all()


@settings(max_examples=30)
@given(segments)
def test_lines_join_exactly_where_their_union_joins(found):
    frame = drawn(found)
    together = shapely.union_all(frame.geometry.buffer(0.002).to_numpy())
    assert parts(node_lines(frame)) == len(shapely.get_parts(together))


@settings(max_examples=30)
@given(segments, st.integers(0, 2**32 - 1))
def test_order_of_lines_changes_neither_nodes_nor_length(found, seed):
    frame = drawn(found)
    mixed = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    one, other = node_lines(frame), node_lines(mixed)
    assert {*one["u"], *one["v"]} == {*other["u"], *other["v"]}
    assert one.length.sum() == pytest.approx(other.length.sum(), abs=0.01)
