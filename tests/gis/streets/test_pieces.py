"""Streets cut at rings, gates found on them, places joined: counted by hand."""

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from towns import frame, points, street_table

from gis.streets.gates import find_gates
from gis.streets.inside import inside_mm
from gis.streets.pieces import PUBLIC, cut_streets, read_rings
from gis.streets.sight import Choice, Sight, join
from gis.tables import Compounds, Gates, conform


def compounds(shapes, **columns):
    told = {"gated": ["yes"] * len(shapes)}
    return conform(frame(shapes, shapes.values(), **(told | columns)), Compounds)


def pieces_of(lines, shapes, **columns):
    return cut_streets(street_table(lines, **columns), read_rings(compounds(shapes)))


STRAIGHT = {"s": (("a", "b"), [(0, 0), (100, 0)])}


def test_a_street_through_a_ring_becomes_three_pieces():
    table = pieces_of(STRAIGHT, {"c": box(40, -20, 60, 20)}).table
    assert list(table["from_mm"]) == [0, 40_000, 60_000]
    assert list(table["to_mm"]) == [40_000, 60_000, 100_000]
    assert list(table["zone"]) == [PUBLIC, 0, PUBLIC]
    assert list(table["v"])[:2] == list(table["u"])[1:]


def test_lengths_of_pieces_add_up_to_the_street():
    slanted = {"s": (("a", "b"), [(0, 0), (33.3337, 47.1111), (99.9999, 1.0001)])}
    pieces = pieces_of(slanted, {"c": box(20, -5, 70, 60)})
    assert (pieces.table["to_mm"] - pieces.table["from_mm"]).sum() == pieces.street_mm[0]


def test_a_street_along_the_ring_is_outside():
    table = pieces_of(STRAIGHT, {"c": box(20, 0, 80, 50)}).table
    assert set(table["zone"]) == {PUBLIC}


def test_open_compounds_and_areas_of_compounds_have_no_ring():
    rings = read_rings(
        compounds(
            {"open": box(0, 0, 9, 9), "whole": box(20, 0, 60, 40), "part": box(25, 5, 40, 20)},
            gated=["no", "unknown", "unknown"],
        )
    )
    assert (list(rings.ids), rings.left_out) == (["part"], ("whole",))


def test_private_streets_that_touch_are_one_cluster():
    lines = {
        "p1": (("a", "b"), [(0, 0), (10, 0)]),
        "p2": (("b", "c"), [(10, 0), (20, 0)]),
        "p3": (("d", "e"), [(50, 0), (60, 0)]),
        "open": (("c", "d"), [(20, 0), (50, 0)]),
    }
    pieces = pieces_of(lines, {}, users=["residents", "residents", "residents", "everyone"])
    assert list(pieces.table["zone"]) == [0, 0, 1, PUBLIC]
    assert pieces.zones == 2


def gates_of(lines, shapes, known=None, **columns):
    rings = read_rings(compounds(shapes, **columns))
    pieces = cut_streets(street_table(lines), rings)
    table = (
        conform(known, Gates)
        if known is not None
        else conform(points({}, users=[], source=[]), Gates)
    )
    sight = Sight(shapely.boundary(pieces.rings.polygons))
    return find_gates(pieces, table, sight).table


def test_assumed_gates_are_counted_along_the_ring():
    found = gates_of(STRAIGHT, {"c": box(40, -20, 60, 20)})
    assert list(found.index) == ["c@1", "c@2"]
    assert set(found["source"]) == {"assumed"}
    assert set(found["users"]) == {"unknown"}


@pytest.mark.parametrize(("away", "names"), [(14.9, ["c@1", "g"]), (15.1, ["c@1", "c@2", "g"])])
def test_a_known_gate_within_fifteen_metres_is_the_crossing(away, names):
    known = points({"g": (40, away)}, compound=["c"], users=["everyone"], source=["given"])
    assert sorted(gates_of(STRAIGHT, {"c": box(40, -20, 60, 20)}, known).index) == names


def test_of_two_known_gates_the_nearer_is_the_crossing_and_the_other_stands_free():
    known = points(
        {"far": (40, 8), "near": (40, 2)},
        compound=["c", "c"],
        users=["everyone"] * 2,
        source=["given"] * 2,
    )
    found = gates_of(STRAIGHT, {"c": box(40, -20, 60, 20)}, known)
    assert found.loc["near", "node"] >= 0
    assert found.loc["far", "node"] == -1


def test_the_gate_of_a_compound_nothing_crosses_faces_a_street_it_sees():
    shapes = {"c": box(0, 60, 50, 110), "between": box(-5, 20, 55, 55)}
    lines = {
        "behind": (("a", "b"), [(0, 10), (50, 10)]),
        "seen": (("c", "d"), [(0, 170), (50, 170)]),
        "far": (("b", "d"), [(50, 10), (400, 10), (400, 170), (50, 170)]),
        "island": (("x", "y"), [(20, 115), (30, 115)]),
    }
    found = gates_of(lines, shapes)
    assert (found.loc["c@1", "y"], found.loc["between@1", "y"]) == (110.0, 20.0)


def test_the_line_inside_goes_around_the_inward_corner():
    bent = Polygon([(0, 0), (100, 0), (100, 20), (20, 20), (20, 100), (0, 100)])
    start, end = (np.array([Point(xy)], dtype=object) for xy in ((100, 10), (10, 100)))
    expected = np.hypot(80, 10) + np.hypot(10, 80)
    found = inside_mm(bent, np.empty(0, dtype=object), start, end)[0, 0]
    assert found == pytest.approx(expected * 1000, abs=2)


def test_the_line_inside_goes_around_the_end_of_a_wall():
    room = box(0, 0, 100, 40)
    wall = np.array([LineString([(50, -1), (50, 30)])], dtype=object)
    start, end = (np.array([Point(xy)], dtype=object) for xy in ((40, 10), (60, 10)))
    around = 2 * np.hypot(10, 20)
    assert inside_mm(room, wall, start, end)[0, 0] == pytest.approx(around * 1000, rel=0.02)


def test_a_wall_from_side_to_side_leaves_no_line():
    room = box(0, 0, 100, 40)
    wall = np.array([LineString([(50, -1), (50, 41)])], dtype=object)
    start, end = (np.array([Point(xy)], dtype=object) for xy in ((40, 10), (60, 10)))
    assert inside_mm(room, wall, start, end)[0, 0] == -1


def joined(place, walls=()):
    pieces = pieces_of(
        {"near": (("a", "b"), [(0, 0), (100, 0)]), "far": (("c", "d"), [(0, 50), (100, 50)])}, {}
    )
    sight = Sight(np.array(list(walls), dtype=object))
    shapes = np.array([place], dtype=object)
    return join(shapes, Choice(pieces.table, pieces.lines), sight)


def test_a_place_joins_the_nearest_street_it_sees():
    assert list(joined(Point(30, 20))[["piece", "offset_mm", "leg_mm"]].iloc[0]) == [
        0,
        30_000,
        20_000,
    ]
    hidden = joined(Point(30, 20), [LineString([(-10, 10), (110, 10)])])
    assert list(hidden[["piece", "offset_mm", "leg_mm"]].iloc[0]) == [1, 30_000, 30_000]


def test_a_place_that_sees_no_street_has_no_row():
    ring = shapely.boundary(box(25, 15, 35, 25))
    assert len(joined(Point(30, 20), [ring])) == 0


def test_equally_near_streets_are_settled_by_their_order():
    assert joined(Point(30, 25))["piece"].iloc[0] == 0


def test_a_polygon_joins_from_its_edge():
    assert joined(box(20, 10, 40, 30))["leg_mm"].iloc[0] == 10_000


def test_no_streets_and_no_rings_give_no_pieces():
    pieces = pieces_of({}, {})
    assert (len(pieces.table), pieces.zones) == (0, 0)
