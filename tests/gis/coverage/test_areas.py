"""What the outline of a service area promises, over hand-drawn and random towns."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from towns import frame, gate, points, random_town, stations, street_table, walled_town

import gis
from gis.coverage.areas import service_areas
from gis.coverage.ground import HOLE_METRES
from gis.district import build_district
from gis.errors import InputError
from gis.streets.joins import BUILDING
from gis.streets.pace import slope_factor
from gis.streets.walker import walker_of
from gis.strips import CELL_METRES, OUTSIDE_METRES, STRIP_METRES

seeds = st.integers(0, 100_000)
limits = st.sampled_from([60, 120, 200, 400])
few = settings(max_examples=8, deadline=None)
BY_LINE = """
id = "ring"
name_zh = "圈"
name_en = "ring"
source = "test"
clause = "1"
confidence = "F"

[[requirement]]
id = "meals_by_line"
name_zh = "助餐"
name_en = "meals"
services = ["meals"]
at_least = 1
limit = "300m"
measure = "line"
profile = "gb50180"
confidence = "F"
"""
HOWS = ("merged", "overlapping", "nearest")


def draw(town, limit="200m", how="merged", **more):
    return service_areas(town, service="meals", limits=limit, how=how, **more)


def one(town, limit="200m", **more):
    (area,) = draw(town, limit, **more).geometry
    return area


def open_town(**more):
    """
    Two stations on one street of 1,000 m: a at x 0, b at x 1000; homes 10 m off at 300 and 900.

        a ========= h1 ======================= h2 ==== b
    """
    lines = {"main": (("u", "v"), [(0, 0), (1000, 0)])}
    tables = {
        "streets": street_table(lines),
        "stations": stations({"a": (0, 0), "b": (1000, 0)}),
        "buildings": points({"h1": (300, 10), "h2": (900, 10)}),
    }
    return build_district("一条街", "EPSG:4543", **(tables | more))


def test_the_strip_ends_where_the_limit_ends():
    area = one(open_town(), {"a": "200m"})
    left, low, right, high = area.bounds
    assert (left, low, high) == pytest.approx((-25, -25, 25), abs=0.3)
    assert right == pytest.approx(225, abs=0.3)


def test_two_stations_meet_halfway():
    areas = draw(open_town(), "700m", "nearest").set_index("station").geometry
    assert areas["a"].bounds[2] == pytest.approx(500, abs=0.01)
    assert areas["b"].bounds[0] == pytest.approx(500, abs=0.01)
    assert areas["a"].intersection(areas["b"]).area < 1.0


def test_the_strip_ends_where_the_minutes_end_uphill_and_downhill():
    """Home to station: who comes to a walks down 60 m, who comes to b walks up."""
    streets = street_table({"main": (("u", "v"), [(0, 0), (1000, 0)])}, heights=["0|60"])
    town, walker = open_town(streets=streets), gis.load_catalogue().profiles["walk_60"]
    reach = {}
    for how in ("overlapping", "nearest"):
        table = draw(town, "5min", how, profile="walk_60").set_index("station").geometry
        reach[how] = table["a"].bounds[2] - STRIP_METRES, 1000 - table["b"].bounds[0] - STRIP_METRES
    factor = {
        grade: slope_factor(np.array([grade]), walker_of(walker))[0] for grade in (-0.06, 0.06)
    }
    assert factor[-0.06] != factor[0.06]
    for found in reach.values():
        assert found == pytest.approx((300 / factor[-0.06], 300 / factor[0.06]), abs=0.3)


def test_rows_come_by_limit_then_by_station():
    table = draw(open_town(), ["400m", "100m"], "overlapping")
    assert list(table.columns) == ["requirement", "station", "limit", "geometry"]
    assert list(table["limit"]) == ["100m", "100m", "400m", "400m"]
    assert list(table["station"]) == ["a", "b", "a", "b"]
    merged = draw(open_town(), ["400m", "100m"])
    assert list(merged["limit"]) == ["100m", "400m"]
    assert merged["station"].isna().all()


def test_each_station_may_have_a_limit_of_its_own():
    table = draw(open_town(), {"b": "300m", "a": "100m"}, "overlapping").set_index("station")
    assert list(table["limit"]) == ["100m", "300m"]
    assert table.geometry["a"].bounds[2] == pytest.approx(125, abs=0.3)
    assert table.geometry["b"].bounds[0] == pytest.approx(675, abs=0.3)
    merged = draw(open_town(), {"b": "300m", "a": "100m"})
    assert merged["limit"].isna().all()
    assert merged.geometry[0].symmetric_difference(table.union_all()).area < 1.0
    assert list(draw(open_town(), {"b": "300m"}, "nearest")["station"]) == ["b"]


def test_a_circle_has_a_row_for_each_requirement():
    town = gis.sample("ginkgo")
    elders = gis.cover(town, circle="elder")
    table = service_areas(town, circle="elder")
    assert list(table["requirement"]) == list(elders.areas["requirement"])
    for mine, theirs in zip(table.geometry, elders.areas.geometry, strict=True):
        assert mine.symmetric_difference(theirs).area <= 1e-6 * theirs.area
    assert table.crs == town.crs


def test_no_station_gives_an_empty_area_or_none():
    town = open_town(stations=stations({"a": (0, 0)}, services="dining"))
    (merged,) = draw(town).geometry
    assert merged.is_empty
    for how in ("overlapping", "nearest"):
        table = draw(town, how=how)
        assert len(table) == 0
        assert list(table.columns) == ["requirement", "station", "limit", "geometry"]


def test_a_station_off_the_streets_reaches_nothing():
    town = open_town(stations=stations({"a": (0, 500), "b": (1000, 0)}))
    for how in ("overlapping", "nearest"):
        areas = draw(town, how=how).set_index("station").geometry
        assert areas["a"].is_empty
        assert not areas["b"].is_empty


def test_measured_by_line_areas_are_discs(tmp_path):
    circle = tmp_path / "circles" / "ring.toml"
    circle.parent.mkdir()
    circle.write_text(BY_LINE, encoding="utf-8")
    catalogue = gis.load_catalogue(tmp_path)
    areas = {
        how: service_areas(
            open_town(), circle="ring", limits="600m", how=how, catalogue=catalogue
        ).geometry
        for how in HOWS
    }
    disc = np.pi * 600**2
    assert areas["overlapping"].area.to_numpy() == pytest.approx([disc, disc], rel=5e-3)
    assert areas["nearest"].area.sum() == pytest.approx(areas["merged"].area[0], rel=5e-3)
    assert areas["nearest"][0].bounds[2] == pytest.approx(500, abs=5)


def test_an_unknown_way_of_drawing_or_station_is_refused():
    for bad in (
        {"how": "voronoi"},
        {"limits": {"c": "5min"}},
        {"limits": {"a": "5min", "b": "9m"}},
        {"limits": {}},
    ):
        with pytest.raises(InputError):
            service_areas(open_town(), service="meals", **bad)


def test_a_strip_inside_a_ring_stays_inside():
    town = walled_town(gates=gate())
    ring = box(100, 10, 200, 110)
    reached = one(town, "200m")
    inside = reached.intersection(ring)
    assert inside.area > 500
    barred = one(walled_town(gates=gate(users="nobody"), gates_complete=True), "200m")
    assert barred.intersection(ring).area < 1.0
    assert barred.area > 5000


def test_a_wall_cuts_off_what_lies_behind_it():
    wall = frame(["w"], [LineString([(-50, 12), (1050, 12)])], kind=["wall"])
    town = open_town(barriers=wall)
    for how in HOWS:
        for area in draw(town, "300m", how).geometry:
            assert area.bounds[3] < 12
            assert area.bounds[1] == pytest.approx(-25, abs=0.3)


def test_a_block_keeps_its_hole():
    lines = {
        name: ((name, name + "'"), [one, two])
        for name, one, two in [
            ("s", (0, 0), (200, 0)),
            ("e", (200, 0), (200, 200)),
            ("n", (200, 200), (0, 200)),
            ("w", (0, 200), (0, 0)),
        ]
    }
    corners = {"s": ("a", "b"), "e": ("b", "c"), "n": ("c", "d"), "w": ("d", "a")}
    lines = {name: (corners[name], line) for name, (_, line) in lines.items()}
    town = open_town(streets=street_table(lines), stations=stations({"s1": (0, 0)}))
    area = one(town, "500m")
    assert len(area.interiors) == 1
    assert not area.intersects(Point(100, 100))


def test_a_home_that_is_far_from_home_by_way_gets_a_hole():
    """The lane beside the reached street is not joined to it: its home stays out of the area."""
    lines = {
        "main": (("u", "v"), [(0, 0), (1000, 0)]),
        "lane": (("x", "y"), [(100, 15), (140, 15)]),
    }
    homes = points({"out": (120, 18), "in": (200, -10)})
    town = open_town(streets=street_table(lines), buildings=homes)
    for how in HOWS:
        area = draw(town, "400m", how).geometry.iloc[0]
        assert not area.intersects(Point(120, 18))
        assert area.intersects(Point(200, -10))
        assert sum(len(part.interiors) for part in shapely.get_parts(area)) == 1


@few
@given(seeds, limits, st.sampled_from(HOWS))
def test_areas_are_valid_and_of_polygons(seed, limit, how):
    areas = draw(random_town(seed), f"{limit}m", how).geometry
    assert areas.is_valid.all()
    assert set(areas.geom_type) <= {"Polygon", "MultiPolygon"}


def buildings_of(town, limit):
    """Cost in mm, position and longest access leg of each building."""
    coverage = gis.cover(town, service="meals", limit=f"{limit}m")
    (answer,) = coverage.answers
    joins = coverage.network.joins
    table = joins.table[(joins.table["owner"] == BUILDING) & ~joins.table["bare"]]
    legs = table.groupby("row")["leg_mm"].max().reindex(range(len(joins.buildings))).fillna(0)
    return coverage, answer, joins.buildings, legs.to_numpy() / 1000


@few
@given(seeds, limits)
def test_covered_homes_lie_in_the_area_or_no_farther_than_their_access_leg(seed, limit):
    town = random_town(seed)
    coverage, answer, homes, legs = buildings_of(town, limit)
    (area,) = coverage.areas.geometry
    away = shapely.distance(homes[answer.covered], area)
    # a street may brush a ring 5 m deep and be joined there
    assert (away <= legs[answer.covered] + HOLE_METRES + 1).all()


@few
@given(seeds, limits)
def test_homes_left_out_lie_in_the_area_only_if_the_strip_is_wider_than_what_they_lack(seed, limit):
    town = random_town(seed)
    coverage, answer, homes, _ = buildings_of(town, limit)
    (area,) = coverage.areas.geometry
    out = ~answer.covered & shapely.intersects(area, homes)
    assert (answer.ways.cost[out] > limit * 1000).all()
    assert (answer.ways.cost[out] <= (limit + STRIP_METRES) * 1000).all()


@few
@given(seeds, limits)
def test_nothing_lies_farther_from_a_way_within_the_limit_than_the_strip_is_wide(seed, limit):
    """A second method: search on streets cut into metres, then the exact buffer."""
    town = random_town(seed, compounds=False)
    graph = nx.Graph()
    for row in town.streets.itertuples():
        line, count = row.geometry, max(1, round(row.geometry.length))
        names = [row.u, *[(row.Index, k) for k in range(1, count)], row.v]
        for k, (a, b) in enumerate(pairwise(names)):
            graph.add_edge(a, b, metres=line.length / count)
            graph.nodes[a]["at"] = line.interpolate(k / count, normalized=True)
            graph.nodes[b]["at"] = line.interpolate((k + 1) / count, normalized=True)
    nodes = list(graph)
    places = np.array([graph.nodes[name]["at"] for name in nodes])
    far = {}
    for station in town.stations.geometry:
        away = shapely.distance(places, station)
        start = int(np.argmin(away))
        if away[start] > 100:
            continue
        ways = nx.single_source_dijkstra_path_length(graph, nodes[start], weight="metres")
        for name, way in ways.items():
            far[name] = min(far.get(name, np.inf), way + away[start])
    within = [graph.nodes[name]["at"] for name, way in far.items() if way <= limit + 2]
    area = one(town, f"{limit}m")
    assert (
        shapely.covers(
            shapely.union_all(shapely.buffer(within, STRIP_METRES + OUTSIDE_METRES + 1)), area
        )
        or area.is_empty
    )
    surely = [graph.nodes[name]["at"] for name, way in far.items() if way <= limit - 3]
    homes = town.buildings.geometry.to_numpy()
    lost = shapely.difference(shapely.union_all(shapely.buffer(surely, STRIP_METRES - 1)), area)
    holes = shapely.union_all(shapely.buffer(homes, HOLE_METRES + 0.1))
    assert shapely.difference(lost, holes).area <= 1.0


@few
@given(seeds, limits)
def test_a_longer_limit_holds_the_shorter(seed, limit):
    town = random_town(seed)
    for how in ("merged", "overlapping"):
        table = draw(town, [f"{limit}m", f"{limit + 90}m"], how)
        half = len(table) // 2
        for shorter, longer in zip(table.geometry[:half], table.geometry[half:], strict=True):
            assert shapely.difference(shorter, longer).area <= 0.001 * shorter.area + 1.0


@few
@given(seeds, limits)
def test_merged_is_what_the_overlapping_areas_cover_together(seed, limit):
    town = random_town(seed)
    merged, apart = one(town, f"{limit}m"), draw(town, f"{limit}m", "overlapping").union_all()
    homes = shapely.union_all(shapely.buffer(town.buildings.geometry.to_numpy(), HOLE_METRES + 0.1))
    odd = shapely.difference(shapely.symmetric_difference(merged, apart), homes)
    assert shapely.buffer(odd, -CELL_METRES).is_empty
    assert odd.area <= 0.02 * merged.area + 1.0


@few
@given(seeds, limits)
def test_nearest_areas_do_not_overlap_and_together_are_the_merged_one(seed, limit):
    town = random_town(seed)
    merged, split = one(town, f"{limit}m"), draw(town, f"{limit}m", "nearest").geometry.to_numpy()
    one_of, other = np.triu_indices(len(split), k=1)
    overlap = shapely.area(shapely.intersection(split[one_of], split[other])).sum()
    assert overlap <= 0.005 * merged.area
    odd = shapely.symmetric_difference(merged, shapely.union_all(split))
    assert shapely.buffer(odd, -0.75 * CELL_METRES).is_empty
    assert odd.area <= 0.02 * merged.area + 1.0


@few
@given(seeds)
def test_the_same_town_gives_the_same_areas(seed):
    first, second = random_town(seed), random_town(seed)
    for how in HOWS:
        one_way, other = draw(first, how=how), draw(second, how=how)
        assert shapely.equals_exact(one_way.geometry, other.geometry, 0).all()
