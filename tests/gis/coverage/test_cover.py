"""Coverage in towns small enough to count by hand."""

import pandas as pd
import pytest
from shapely import LineString, box
from towns import CRS, frame, gate, households, points, stations, street_table, walled_town

import gis
from gis.district import build_district
from gis.errors import InputError


def metres(district, **question):
    """Return (reason, metres, gate) of the only home for a service within a limit."""
    options = {"service": "meals", "limit": "300m"} | question
    coverage = gis.cover(district, **options)
    row = coverage.detail.iloc[0]
    return row["reason"], row["metres"], row["gate"]


def test_home_in_a_compound_walks_through_the_gate_its_street_needs():
    assert metres(walled_town()) == ("COVERED", 225.0, "c1@1")


def test_known_gate_at_the_crossing_is_that_crossing():
    assert metres(walled_town(gates=gate())) == ("COVERED", 225.0, "g1")


def test_known_gate_away_from_crossings_is_added_to_the_assumed_one():
    town = walled_town(gates=gate(place=(120, 10)))
    network = gis.build_network(town)
    assert list(network.gates.index) == ["c1@1", "g1"]


def test_locked_gate_is_the_reason_when_opening_it_would_cover():
    reason, way, _ = metres(walled_town(gates=gate(users="nobody")))
    assert reason == "LOCKED_IN"
    assert pd.isna(way)  # no way at all: NA, never a large number


def test_residents_gate_lets_its_residents_out():
    assert metres(walled_town(gates=gate(users="residents")))[0] == "COVERED"


def test_crossing_that_a_complete_gate_list_does_not_name_is_a_wall():
    town = walled_town(gates=gate(place=(190, 10)), gates_complete=True)
    reason, way, through = metres(town, limit="240m")
    assert (reason, through) == ("WALL", "g1")
    assert way > 240  # by the far gate
    assert metres(town, limit="400m")[0] == "COVERED"


def test_open_compound_joins_the_nearest_street_directly():
    reason, way, through = metres(walled_town(gated="no"))
    assert (reason, way) == ("COVERED", 225.0)
    assert pd.isna(through)


def test_without_inner_streets_the_line_to_the_gate_is_straight_and_marked():
    town = walled_town(inner=False, gates=gate())
    detail = gis.cover(town, service="meals", limit="300m").detail.iloc[0]
    inside = ((160 - 150) ** 2 + (60 - 10) ** 2) ** 0.5
    assert detail["metres"] == pytest.approx(inside + 10 + 150 + 5, abs=0.002)
    assert detail["estimated"]


def test_compound_that_no_street_crosses_gets_a_gate_nearest_a_street():
    network = gis.build_network(walled_town(inner=False))
    only = network.gates.iloc[0]
    assert (only["source"], only["y"]) == ("assumed", 10.0)


def through_town(users, gated="unknown"):
    """
    A compound whose inner street is the short way from home (east) to station (west).

        home o==[======]==o station     120 m through, 500 m around
               +------+
    """
    lines = {
        "in": (("a", "b"), [(0, 0), (120, 0)]),
        "around": (("a", "b"), [(0, 0), (0, 190), (120, 190), (120, 0)]),
    }
    gates = points(
        {"g1": (30, 0), "g2": (90, 0)},
        compound=["c1", "c1"],
        users=[users, users],
        source=["given", "given"],
    )
    return build_district(
        "穿行",
        CRS,
        streets=street_table(lines),
        compounds=frame(["c1"], [box(30, -20, 90, 20)], gated=[gated]),
        gates=gates,
        buildings=points({"b1": (125, 0)}, households=[2]),
        stations=stations({"s1": (-5, 0)}),
    )


@pytest.mark.parametrize(
    ("users", "way"), [("everyone", 130.0), ("residents", 510.0), ("nobody", 510.0)]
)
def test_strangers_pass_through_a_compound_only_where_both_gates_are_for_everyone(users, way):
    assert metres(through_town(users), limit="1000m")[1] == way


def test_unknown_gates_are_answered_twice():
    coverage = gis.cover(through_town("unknown"), service="meals", limit="300m")
    assert (coverage.share_low, coverage.share, coverage.share_high) == (0.0, 0.0, 1.0)


def inner_station_town(users):
    """The station stands inside the compound, a home outside and one inside."""
    town = walled_town(gates=gate(users=users))
    return town.replace(
        stations=build_district("x", CRS, stations=stations({"s1": (140, 60)})).stations,
        buildings=build_district(
            "x", CRS, buildings=points({"in": (160, 60), "out": (0, 5)}, households=[1, 1])
        ).buildings,
    )


def test_station_behind_a_residents_gate_serves_its_neighbours_only():
    coverage = gis.cover(inner_station_town("residents"), service="meals", limit="500m")
    assert list(coverage.detail["reason"]) == ["COVERED", "LOCKED_IN"]


def test_station_behind_an_unknown_gate_may_be_visited_unless_closed_to_strangers():
    coverage = gis.cover(inner_station_town("unknown"), service="meals", limit="500m")
    assert list(coverage.detail["metres"]) == [20.0, 225.0]
    assert (coverage.share_low, coverage.share) == (0.5, 1.0)


def test_neighbours_reach_a_station_inside_by_a_line_where_no_inner_street_leads():
    town = inner_station_town("residents")
    lanes = {"main1": (("a", "m"), [(0, 0), (150, 0)]), "main2": (("m", "z"), [(150, 0), (400, 0)])}
    town = town.replace(streets=build_district("x", CRS, streets=street_table(lanes)).streets)
    first = gis.cover(town, service="meals", limit="500m").detail.iloc[0]
    assert (first["reason"], first["metres"], first["estimated"]) == ("COVERED", 20.0, True)


def open_town(**tables):
    """One street of 1,000 m along y=0 from a to z, cut at m (500)."""
    lines = {"west": (("a", "m"), [(0, 0), (500, 0)]), "east": (("m", "z"), [(500, 0), (1000, 0)])}
    given = {
        "streets": street_table(lines),
        "buildings": points({"b1": (100, 20)}, households=[1]),
        "stations": stations({"s1": (300, -10)}),
    }
    return build_district("一条街", CRS, **(given | tables))


def test_wall_between_home_and_street_is_walked_around_or_is_the_reason():
    wall = frame(["w"], [LineString([(-50, 10), (1050, 10)])], kind=["wall"])
    assert metres(open_town())[:2] == ("COVERED", 230.0)
    assert metres(open_town(barriers=wall))[0] == "WALL"


def test_home_ninety_nine_metres_off_joins_and_beyond_a_hundred_is_off_street():
    near = open_town(buildings=points({"b1": (100, 99.9)}, households=[1]))
    far = open_town(buildings=points({"b1": (100, 100.1)}, households=[1]))
    assert metres(near, limit="400m")[0] == "COVERED"
    assert metres(far, limit="400m")[0] == "OFF_STREET"


def test_limit_counts_the_last_millimetre():
    assert metres(open_town(), limit="230m")[0] == "COVERED"
    assert metres(open_town(), limit="229.999m")[0] == "TOO_FAR"


def test_streets_that_cross_without_a_shared_node_do_not_join():
    lines = {
        "street": (("a", "z"), [(0, 0), (1000, 0)]),
        "bridge": (("p", "q"), [(500, -300), (500, 300)]),
    }
    town = open_town(
        streets=street_table(lines), buildings=points({"b1": (510, 250)}, households=[1])
    )
    assert metres(town)[0] == "UNCONNECTED"


def test_steps_that_cannot_be_walked_are_the_reason():
    lines = {"west": (("a", "m"), [(0, 0), (200, 0)]), "stairs": (("m", "z"), [(200, 0), (400, 0)])}
    town = open_town(streets=street_table(lines, steps=[False, True]))
    wheels = [p.id for p in gis.load_catalogue().profiles.values() if p.steps_factor is None]
    assert metres(town, profile=wheels[0])[0] == "STEPS"
    assert metres(town)[0] == "COVERED"


def test_no_station_offers_the_service():
    assert metres(open_town(), service="health")[0] == "NO_STATION"


def test_planned_and_closed_stations_do_not_count():
    planned = open_town(stations=points({"s1": (300, -10)}, services=["meals"], state=["planned"]))
    assert metres(planned)[0] == "NO_STATION"


def test_household_that_could_not_be_placed_keeps_its_row():
    town = open_town(households=households({"h1": "b1", "h2": None}))
    coverage = gis.cover(town, service="meals", limit="300m")
    assert list(coverage.detail["reason"]) == ["COVERED", "BAD_POSITION"]
    assert coverage.share == 0.5


def test_home_outside_every_community_is_outside_unless_covered():
    west = frame(["k"], [box(-10, -50, 60, 50)], name=["西"], street=["街"])
    assert metres(open_town(communities=west), limit="50m")[0] == "OUTSIDE"
    assert metres(open_town(communities=west))[0] == "COVERED"


def test_ties_go_to_the_smaller_id_whatever_the_order_of_the_table():
    equal = stations({"s2": (0, 0), "s1": (200, 0)})
    town = open_town(stations=equal, buildings=points({"b1": (100, 0)}, households=[1]))
    assert gis.cover(town, service="meals", limit="300m").detail["station"].iloc[0] == "s1"


def test_closed_at_that_hour_is_the_reason():
    town = open_town(stations=stations({"s1": (300, -10)}, hours=["Mo-Fr 09:00-17:00"]))
    assert metres(town, when="周一 10:00")[0] == "COVERED"
    assert metres(town, when="周六 10:00")[0] == "CLOSED"
    assert metres(town)[0] == "COVERED"  # 未计时段


def test_line_measure_goes_straight_and_reports_the_detour():
    wall = frame(["w"], [LineString([(-50, 10), (1050, 10)])], kind=["wall"])
    park = open_town(stations=stations({"s1": (100, -10)}, services="park"), barriers=wall)
    catalogue = gis.load_catalogue()
    lines = [c for c in catalogue.circles.values() for r in c.requirements if r.measure == "line"]
    for circle in lines:
        detail = gis.cover(park, circle=circle.id).detail
        assert (detail["line_metres"].dropna() >= 30).all()


def test_two_distinct_stations_are_needed_for_two():
    town = open_town(
        stations=stations({"s1": (300, 0), "s2": (300, 0)}, services=["culture_space"] * 2)
    )
    space = next(r for r in gis.load_catalogue().circles["culture"].requirements if r.at_least == 2)
    one = town.replace(stations=town.stations.iloc[:1])
    both, single = (gis.cover(each, circle="culture") for each in (town, one))
    assert set(both.reasons[space.id]) == {"COVERED"}
    assert set(single.reasons[space.id]) == {"NO_STATION"}


def test_station_with_two_doors_is_reached_by_the_nearer():
    doors = points({"d1": (300, -10), "d2": (120, -5)}, place=["s1", "s1"])
    assert metres(open_town(entrances=doors))[1] == 20 + 20 + 5


def test_home_with_a_main_entrance_joins_from_it():
    doors = points({"d1": (100, 5), "d2": (130, 5)}, place=["b1", "b1"], kind=["yes", "main"])
    assert metres(open_town(entrances=doors))[1] == 5 + 170 + 10


def test_street_gate_that_nobody_may_use_cuts_the_street():
    barred = points({"g": (200, 0)}, users=["nobody"], source=["osm"], node=["q"], compound=[None])
    lines = {"west": (("a", "q"), [(0, 0), (200, 0)]), "east": (("q", "z"), [(200, 0), (1000, 0)])}
    town = open_town(streets=street_table(lines), gates=barred)
    assert metres(town)[0] == "LOCKED_IN"


def test_private_street_may_be_somebodys_own_way_but_not_a_passage():
    lines = {
        "own": (("a", "m"), [(0, 0), (200, 0)]),
        "private": (("m", "n"), [(200, 0), (400, 0)]),
        "far": (("n", "z"), [(400, 0), (600, 0)]),
    }
    private = street_table(lines, users=["everyone", "residents", "everyone"])
    beyond = open_town(streets=private, stations=stations({"s1": (500, 0)}))
    on_it = open_town(streets=private, stations=stations({"s1": (300, 0)}))
    assert metres(on_it)[0] == "COVERED"
    assert metres(beyond, limit="500m")[0] == "LOCKED_IN"


def test_street_that_only_brushes_a_ring_stays_public():
    brushed = frame(["c"], [box(200, -60, 260, 3)], gated=["yes"])
    assert metres(open_town(compounds=brushed))[1] == 230.0


def test_empty_district_is_answered_with_nobody():
    town = build_district("空", CRS)
    coverage = gis.cover(town, service="meals")
    assert (coverage.total, coverage.share, len(coverage.detail)) == (0.0, None, 0)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({}, "circle"),
        ({"circle": "elder", "service": "meals"}, "circle"),
        ({"circle": "moon"}, "moon"),
        ({"service": "moon"}, "moon"),
        ({"service": "meals", "profile": "fly"}, "fly"),
        ({"service": "meals", "weight": "elders_60"}, "elders_60"),
        ({"service": "meals", "limit": "soon"}, "soon"),
    ],
)
def test_unknown_words_are_named_with_what_is_possible(question, found):
    with pytest.raises(InputError, match=found):
        gis.cover(open_town(), **question)


def test_a_gate_with_steps_stops_a_wheelchair_and_is_no_gate_to_open():
    # so deep inside that without walls, too, the way would lead through the gate
    deep = points({"b1": (190, 109)}, households=[3])
    town = walled_town(gates=gate(step_free=[False]), buildings=deep)
    assert gis.cover(town, service="meals", profile="walk_36").share == 1.0
    coverage = gis.cover(town, service="meals", profile="wheelchair")
    gaps = gis.explain(town, coverage)
    assert gaps[["reason", "fix"]].iloc[0].tolist() == ["STEPS", "remove_steps"]
    level = town.replace(gates=town.gates.assign(step_free=True))
    assert gis.cover(level, service="meals", profile="wheelchair").share == 1.0
