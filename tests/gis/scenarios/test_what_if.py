"""Scenarios on towns counted by hand, on the sample and on a real place."""

import numpy as np
import pandas as pd
import pytest
from same import assert_equal_coverage, lonlat
from shapely import LineString, box
from towns import CRS, frame, gate, points, stations, street_table, walled_town

import gis
from gis.district import build_district
from gis.errors import InputError
from gis.ingest import InputFile, Sources, import_district


def idea(*changes):
    return {"name": "idea", "changes": list(changes)}


def ask(town, **more):
    return gis.cover(town, **({"service": "meals", "limit": "200m"} | more))


def compared(town, *changes, **question):
    return gis.what_if(town, idea(*changes), ask(town, **question))


def metres(coverage, unit="b1"):
    return coverage.detail.set_index("id").loc[unit, "metres"]


def test_a_station_nearer_by_gains_the_home():
    found = compared(
        walled_town(),
        {"do": "add_station", "id": "s2", "at": lonlat(150, -5), "services": ["meals"]},
    )
    # the door of the new station, the gate, the inner street, the leg to the door
    assert metres(found.after) == pytest.approx(5 + 10 + 50 + 10, abs=0.002)
    assert found.totals == {"gained": 3.0, "lost": 0.0, "nearer": 0.0, "farther": 0.0, "other": 0.0}
    assert list(found.units["reason_before"]) == ["TOO_FAR"]
    assert found.summary()["share_after"].tolist() == [1.0]


def test_a_station_moved_away_loses_the_home():
    found = compared(
        walled_town(), {"do": "move_station", "station": "s1", "at": lonlat(390, 5)}, limit="230m"
    )
    assert metres(found.before) == 225.0
    assert found.totals["lost"] == 3.0
    assert list(found.units["reason_after"]) == ["TOO_FAR"]


def test_an_assumed_gate_closed_bars_the_way_and_opened_is_known():
    town = walled_town(gated="unknown")
    name = ask(town).network.gates.index[0]
    shut = compared(town, {"do": "close_gate", "gate": name}, limit="230m")
    assert shut.totals["lost"] == 3.0
    assert list(shut.units["reason_after"]) == ["LOCKED_IN"]
    opened = compared(town, {"do": "open_gate", "gate": name}, limit="230m")
    assert list(opened.after.district.gates["users"]) == ["everyone"]
    assert opened.totals["other"] == 3.0 or not len(opened.units)
    assert opened.after.share_low == 1.0


def test_a_gate_closed_at_night_tells_at_night_only():
    town = walled_town(gates=gate(users="everyone"), gates_complete=True)
    change = {"do": "close_gate", "gate": "g1", "hours": "Mo-Su 06:00-22:00"}
    night = compared(town, change, limit="230m", when="周六 23:00")
    assert list(night.units["reason_after"]) == ["LOCKED_IN"]
    day = compared(town, change, limit="230m", when="周六 10:00")
    assert len(day.units) == 0
    assert day.after.covered == 3.0


def test_a_gate_may_be_opened_where_the_list_says_there_is_none():
    town = walled_town(gates=gate(place=(200, 60)), gates_complete=True)
    wall = ask(town).network.gates.query("kind == 'wall'").index[0]
    found = compared(town, {"do": "open_gate", "gate": wall}, limit="230m")
    assert found.totals["gained"] == 3.0
    assert metres(found.after) == 225.0


def two_banks():
    """
    A river between two streets, the station on one bank and the home on the other.

        h        home (50,105)
        ======== street y=100       river y=50
        ~~~~~~~~
        ======== street y=0
        s        station (50,-5)
    """
    lines = {
        "north": (("a", "b"), [(0, 100), (100, 100)]),
        "south": (("c", "d"), [(0, 0), (100, 0)]),
    }
    return build_district(
        "two banks",
        CRS,
        streets=street_table(lines),
        buildings=points({"b1": (50, 105), "b2": (50, 51), "b3": (-200, 50)}, households=[2, 3, 4]),
        stations=stations({"s1": (50, -5)}),
        barriers=frame(["r"], [LineString([(-50, 50), (150, 50)])], kind=["river"]),
    )


def test_a_footbridge_joins_the_banks():
    bridge = {"do": "add_link", "line": [lonlat(50, 2), lonlat(50, 97)]}
    found = compared(two_banks(), bridge)
    assert list(found.before.units["reason"]) == ["UNCONNECTED", "UNCONNECTED", "OFF_STREET"]
    assert metres(found.after) == 5 + 100 + 5
    # who had a street keeps it: b2 goes up to the northern street and down the bridge
    assert metres(found.after, "b2") == 49 + 100 + 5
    assert found.totals["gained"] == 5.0
    stepped = compared(two_banks(), {**bridge, "steps": True}, profile="wheelchair")
    assert stepped.totals["gained"] == 0.0
    assert list(stepped.after.units["reason"])[:2] == ["STEPS", "STEPS"]


def test_a_place_without_a_street_joins_the_new_one():
    bridge = {"do": "add_link", "line": [lonlat(0, 0), lonlat(-180, 50), lonlat(0, 100)]}
    found = compared(two_banks(), bridge, limit="1000m")
    assert not found.after.network.off_street.any()
    assert found.after.units["covered"].all()


def test_a_link_through_a_ring_is_refused():
    with pytest.raises(InputError, match="第 1 项改动，line：新道路穿过围合边界（c1）"):
        compared(walled_town(), {"do": "add_link", "line": [lonlat(250, 0), lonlat(150, 90)]})


def test_a_link_inside_a_ring_shortens_the_way_within():
    lines = {
        "main": (("a", "m"), [(0, 0), (150, 0)]),
        "lane": (("m", "n"), [(150, 0), (150, 100)]),
        "end": (("n", "o"), [(150, 100), (190, 100)]),
    }
    town = walled_town().replace(
        streets=build_district("x", CRS, streets=street_table(lines)).streets,
        compounds=frame(["c1"], [box(100, 10, 200, 110)], gated=["yes"], gates_complete=[None]),
        buildings=build_district(
            "x", CRS, buildings=points({"b1": (190, 95)}, households=[1])
        ).buildings,
    )
    found = compared(
        town, {"do": "add_link", "line": [lonlat(150, 20), lonlat(190, 100)]}, limit="1000m"
    )
    # 80 m up and 40 m across, or straight: sqrt(80² + 40²)
    assert metres(found.before) - metres(found.after) == pytest.approx(120 - 89.443, abs=0.002)


def test_places_tell_where_they_are_shared_out():
    town = walled_town()
    before = ask(town, limit="230m", capacity=True, weight="households")
    found = gis.what_if(town, idea({"do": "set_places", "station": "s1", "capacity": 1}), before)
    assert found.totals["lost"] == 3.0
    assert list(found.units["reason_after"]) == ["FULL"]
    anew = ask(
        found.after.district,
        limit="230m",
        capacity=True,
        weight="households",
        network=found.after.network,
    )
    assert_equal_coverage(found.after, anew)


def test_a_station_added_in_an_earlier_change_can_be_changed_later():
    new = {"do": "add_station", "id": "s2", "at": lonlat(150, -5), "services": ["meals"]}
    found = compared(walled_town(), new, {"do": "close_station", "station": "s2"})
    assert len(found.units) == 0
    moved = {"do": "move_station", "station": "s2", "at": lonlat(390, -5)}
    assert compared(walled_town(), new, moved).totals["gained"] == 0.0


def test_what_if_goes_on_from_what_if():
    town = walled_town()
    new = {"do": "add_station", "id": "s2", "at": lonlat(300, -5), "services": ["meals"]}
    first = compared(town, new, limit="230m")
    second = {"do": "add_station", "id": "s3", "at": lonlat(302, -5), "services": ["meals"]}
    closed = {"do": "close_station", "station": "s1"}
    found = gis.what_if(first.after.district, idea(second, closed), first.after)
    anew = ask(found.after.district, limit="230m", network=found.after.network)
    assert_equal_coverage(found.after, anew)
    fresh = ask(found.after.district, limit="230m")
    assert list(fresh.detail["metres"]) == list(found.after.detail["metres"])


def test_faults_name_the_change_the_field_and_what_is_possible():
    changes = [
        {
            "do": "add_station",
            "id": "s1",
            "at": lonlat(9e4, 0),
            "services": ["lunch"],
            "hours": "??",
        },
        {"do": "close_station", "station": "s9"},
        {"do": "open_gate", "gate": "g9"},
        {"do": "add_link", "line": [lonlat(0, 300), lonlat(0, 0)]},
    ]
    with pytest.raises(InputError) as caught:
        compared(walled_town(), *changes)
    told = caught.value.english
    assert "change 1, id: there is a station 's1' already" in told
    assert "change 1, at: found" in told
    assert "change 1, services: found no service 'lunch'; there is:" in told
    assert "change 1, hours: found '??'" in told
    assert "change 2, station: found no station 's9'; there is: s1" in told
    assert "change 3, gate: found no gate 'g9'; there is: c1@1" in told
    assert "change 4, line: an end lies 250 m from the nearest street" in told


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"name": "i"}, "缺少 changes"),
        (idea({"do": "move_station", "station": "x", "at": [1.0]}), "请写[经度, 纬度]"),
        (idea({"do": "add_station", "id": "x", "at": [1.0, 2.0]}), "缺少 kind / services"),
        (idea({"do": "set_hours", "hours": "24/7"}), "缺少 station / gate"),
        (idea({"do": "close_gate", "gate": "g", "when": "x"}), "不认识 when"),
        (idea({"do": "set_limit", "limit": "far"}), "时间写作 15min"),
    ],
)
def test_a_scenario_that_breaks_the_schema_is_told_where(fault, told):
    with pytest.raises(InputError, match="scenario") as caught:
        gis.read_scenario(fault)
    assert told in str(caught.value)


def every_kind(before, rng):
    """One change of each kind, at places of this district."""
    town, gates = before.district, before.network.gates
    homes = town.buildings.geometry.centroid.to_crs("EPSG:4326")
    where = [[p.x, p.y] for p in homes.iloc[rng.choice(len(homes), 6, replace=False)]]
    asked = [str(town.stations.index[k]) for each in before.answers for k in each.stations[:4]]
    posts = list(dict.fromkeys([*asked, *town.stations.index]))
    doors = gates.index[gates["kind"] == "ring"]
    streets = town.streets.geometry.to_crs("EPSG:4326")
    near = streets.iloc[rng.choice(len(streets), 1)].iloc[0].coords
    return [
        {"do": "add_station", "id": "new1", "at": where[0], "kind": "elder_canteen"},
        {"do": "add_station", "id": "new2", "at": where[1], "services": ["meals", "health"]},
        {"do": "move_station", "station": posts[0], "at": where[2]},
        {"do": "close_station", "station": posts[1]},
        {"do": "set_hours", "station": posts[2], "hours": "Mo-Fr 08:00-09:00"},
        {"do": "open_gate", "gate": doors[int(rng.integers(len(doors)))]},
        {"do": "close_gate", "gate": doors[int(rng.integers(len(doors)))]},
        {"do": "add_link", "line": [list(near[0][:2]), list(near[-1][:2])]},
    ]


def check_all(town, question):
    before = gis.cover(town, **question)
    changes = every_kind(before, np.random.default_rng(0))
    for some in [*([each] for each in changes), changes]:
        try:
            found = gis.what_if(town, idea(*some), before)
        except InputError as error:
            assert "line" in str(error)  # noqa: PT017 - both outcomes are right
            continue
        anew = gis.cover(found.after.district, network=found.after.network, **question)
        assert_equal_coverage(found.after, anew)
        shares = found.summary().iloc[0]
        gained = shares["gained"] - shares["lost"]
        assert shares["covered_after"] - shares["covered_before"] == pytest.approx(gained)


@pytest.mark.parametrize(
    "question",
    [
        {"circle": "elder", "weight": "elders_60"},
        {"service": "meals", "profile": "walk_48", "limit": "15min", "when": "周六 11:30"},
        {"circle": "gb50180_10"},
    ],
)
def test_all_kinds_of_changes_on_the_sample(question):
    check_all(gis.sample("ginkgo"), question)


@pytest.mark.real
def test_all_kinds_of_changes_in_nanshan(real_data):
    extract = real_data / "shenzhen-nanshan.osm.xz"
    town = import_district(Sources(streets=InputFile(extract)), name="real")
    check_all(town, {"service": "health", "limit": "500m"})
    check_all(
        town, {"service": "health", "profile": "walk_48", "limit": "10min", "when": "周六 11:30"}
    )


def test_the_changed_network_answers_as_one_built_anew():
    town, question = gis.sample("ginkgo"), {"circle": "elder", "weight": "elders_60"}
    before = gis.cover(town, **question)
    changes = [each for each in every_kind(before, np.random.default_rng(1)) if "line" not in each]
    found = gis.what_if(town, idea(*changes), before)
    anew = gis.cover(found.after.district, **question)
    pd.testing.assert_frame_equal(found.after.detail, anew.detail)
    pd.testing.assert_frame_equal(found.after.units, anew.units)
    gaps = [gis.explain(each.district, each) for each in (found.after, anew)]
    pd.testing.assert_frame_equal(*gaps)
