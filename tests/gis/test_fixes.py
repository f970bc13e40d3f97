"""The smallest change for each gap: made, it closes the gap."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import gate, points, random_town, stations, street_table, walled_town

import gis
from gis.district import build_district
from gis.gaps import group_fixes


def only_fix(town, **asked):
    gaps = gis.explain(town, gis.cover(town, **({"service": "meals"} | asked)))
    assert len(gaps) == 1
    return gaps.iloc[0]


def covers_all(town, **asked):
    return gis.cover(town, **({"service": "meals"} | asked)).share == 1.0


def with_gates(town, **changed):
    return town.replace(gates=town.gates.assign(**changed))


def station_inside(**columns):
    """The station stands in the compound, the home outside: strangers must be let in."""
    return walled_town(
        gates=gate(**columns),
        buildings=points({"b1": (20, 5)}, households=[3]),
        stations=stations({"s1": (150, 60)}),
    )


def test_opening_the_gate_that_is_named_closes_the_gap():
    town = station_inside(users="residents", name=["北门"])
    row = only_fix(town, limit="300m")
    assert (row["reason"], row["fix"], row["fix_subject"]) == ("LOCKED_IN", "open_gate", "g1")
    assert row["fix_zh"] == "对外开放杏园“北门”"
    assert covers_all(with_gates(town, users="everyone"), limit="300m")


def test_a_gate_without_a_name_is_called_by_its_side():
    town = station_inside(users="residents")
    row = only_fix(town, limit="300m")
    assert row["fix_zh"] == "对外开放杏园南门"
    assert row["fix_en"] == "open the south gate of 杏园 to everybody"


def test_fix_minutes_are_those_of_the_changed_town_and_gained_against_now():
    """A second gate far to the east is open already; opening the near one shortens the way."""
    east = points(
        {"g1": (150, 10), "g2": (200, 60)},
        compound=["c1", "c1"],
        users=["residents", "everyone"],
        source=["given", "given"],
    )
    lines = {
        "main1": (("a", "m"), [(0, 0), (150, 0)]),
        "main2": (("m", "z"), [(150, 0), (400, 0)]),
        "lane": (("m", "n"), [(150, 0), (150, 60)]),
        "around": (("n", "z"), [(150, 60), (400, 60), (400, 0)]),
    }
    town = station_inside().replace(gates=station_inside().gates.iloc[:0])
    town = build_district(
        "墙里",
        town.crs,
        streets=street_table(lines),
        compounds=town.compounds,
        buildings=town.buildings,
        stations=town.stations,
        gates=east,
    )
    asked = {"limit": "5min", "profile": "walk_60"}
    row = only_fix(town, **asked)
    opened = gis.cover(with_gates(town, users=["everyone", "everyone"]), service="meals", **asked)
    assert row["fix_minutes"] == opened.detail["minutes"][0]
    assert row["minutes_gained"] == pytest.approx(row["minutes"] - row["fix_minutes"])
    assert row["minutes_gained"] > 5


def test_a_station_kept_open_until_the_time_told_closes_the_gap():
    """225 m at 60 m a minute: whoever sets out at 16:58 arrives at 17:01:45."""
    town = walled_town(stations=stations({"s1": (0, 5)}, hours=["Mo-Su 09:00-17:00"]))
    row = only_fix(town, when="周三 16:58", profile="walk_60")
    assert (row["reason"], row["fix"], row["fix_subject"]) == ("CLOSED", "keep_open", "s1")
    assert "17:02" in row["fix_zh"]
    longer = town.replace(stations=town.stations.assign(hours="Mo-Su 09:00-17:02"))
    assert covers_all(longer, when="周三 16:58", profile="walk_60")
    shorter = town.replace(stations=town.stations.assign(hours="Mo-Su 09:00-17:01"))
    assert not covers_all(shorter, when="周三 16:58", profile="walk_60")


def test_a_lift_closes_the_gap_of_the_sixth_floor():
    """225 m at 36 m a minute are 6.25 minutes; five storeys of 30 s are 2.5 more."""
    town = walled_town(
        buildings=points({"b1": (160, 60)}, floors=[6], lift=[False]),
        households=pd.DataFrame(
            {"building": ["b1"], "floor": [6]}, index=pd.Index(["h1"], name="id")
        ),
    )
    asked = {"limit": "8min", "profile": "walk_36"}
    row = only_fix(town, **asked)
    assert (row["reason"], row["fix"], row["fix_subject"]) == ("FLOOR", "add_lift", "b1")
    assert row["minutes"] == 8.75
    assert row["fix_minutes"] == 6.25
    assert covers_all(town.replace(buildings=town.buildings.assign(lift=True)), **asked)


def test_steps_and_walls_tell_the_way_without_them():
    steps = walled_town(
        streets=street_table({"a": (("a", "z"), [(0, 0), (400, 0)])}, steps=[True]),
        compounds=None,
        buildings=points({"b1": (160, 5)}, households=[1]),
    )
    row = only_fix(steps, profile="wheelchair")
    assert (row["reason"], row["fix"]) == ("STEPS", "remove_steps")
    assert row["fix_minutes"] == pytest.approx(170 / 36, abs=0.001)


def test_a_new_station_at_the_door_closes_every_gap_that_nothing_smaller_does():
    town = walled_town(stations=stations({"s1": (395, 5)}))
    row = only_fix(town, limit="200m")
    assert (row["reason"], row["fix"]) == ("TOO_FAR", "new_station")
    assert pd.isna(row["fix_subject"])
    nearer = town.replace(stations=stations({"s1": (395, 5), "s2": (160, 60)}))
    district = build_district(
        "x",
        town.crs,
        **{name: nearer.table(name) for name in ("streets", "compounds", "buildings", "stations")},
    )
    assert covers_all(district, limit="200m")


def test_changes_are_grouped_with_the_most_helpful_first():
    homes = points({"b1": (20, 5), "b2": (30, 5), "b3": (350, 5)}, households=[3, 4, 100])
    town = walled_town(
        gates=gate(users="residents"), buildings=homes, stations=stations({"s1": (150, 60)})
    )
    coverage = gis.cover(town, service="meals", limit="240m", weight="households")
    fixes = group_fixes(gis.explain(town, coverage))
    gates = fixes[fixes["fix"] == "open_gate"].iloc[0]
    assert (gates["helped"], gates["gaps"]) == (7.0, 2)
    assert fixes["helped"].is_monotonic_decreasing
    assert fixes.iloc[0]["helped"] == 100.0  # the far home asks for a station of its own


def test_near_the_line_shows_which_limits_would_cover():
    """225 m: inside 230 m, and inside 17/15 of it, not inside 13/15."""
    detail = gis.cover(walled_town(), service="meals", limit="230m").detail
    assert detail["covered_at"].tolist() == ["230|260.7"]
    assert gis.cover(walled_town(), service="meals", limit="100m").detail["covered_at"][0] == ""


def test_nobody_left_out_needs_no_change():
    town = walled_town()
    gaps = gis.explain(town, gis.cover(town, service="meals", limit="300m"))
    assert len(gaps) == 0
    assert len(group_fixes(gaps)) == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([120, 240]))
def test_any_gate_named_in_random_towns_closes_its_gaps(seed, limit):
    town = random_town(seed)
    network = gis.build_network(town)
    coverage = gis.cover(town, service="meals", limit=f"{limit}m", network=network)
    gaps = gis.explain(town, coverage)
    for name in gaps["fix_subject"].dropna().unique():
        opened = network.gates.assign(
            users=network.gates["users"].where(network.gates.index != name, "everyone")
        )
        changed = dataclasses.replace(network, gates=opened)
        after = gis.cover(town, service="meals", limit=f"{limit}m", network=changed).detail
        mine = gaps["fix_subject"] == name
        reasons = after.set_index("id")["reason"][gaps["id"][mine]]
        assert (reasons == "COVERED").all()
        metres = after.set_index("id")["metres"][gaps["id"][mine]].to_numpy()
        assert np.all(metres <= limit)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_locked_in_gap_misses_a_gate_that_would_do(seed):
    town = random_town(seed)
    network = gis.build_network(town)
    coverage = gis.cover(town, service="meals", limit="240m", network=network)
    gaps = gis.explain(town, coverage)
    hopeless = set(gaps["id"][gaps["fix"] == "open_gates"])
    for name in network.gates.index[network.gates["kind"] != "wall"]:
        users = network.gates["users"].where(network.gates.index != name, "everyone")
        changed = dataclasses.replace(network, gates=network.gates.assign(users=users))
        after = gis.cover(town, service="meals", limit="240m", network=changed).units
        assert not hopeless & set(after.index[after["covered"]])
