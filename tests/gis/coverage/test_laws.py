"""Laws 1, 2, 7 and 10 over random small towns."""

import dataclasses

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from towns import random_town

import gis
from gis.district import PLACE_TABLES, build_district
from gis.streets import Access, Lift, Unknown, Walker, build_network
from gis.streets.search import nearest, price

seeds = st.integers(0, 100_000)
limits = st.sampled_from([60, 120, 200, 400, 1000])
few = settings(max_examples=30)


def ask(town, limit=200, **more):
    return gis.cover(town, service="meals", limit=f"{limit}m", **more)


def covered(coverage):
    return set(coverage.units.index[coverage.units["covered"]])


@few
@given(seeds, limits)
def test_counts_of_reasons_add_up_to_all(seed, limit):
    coverage = ask(random_town(seed), limit, weight="households")
    for reasons in coverage.reasons.values():
        assert sum(reasons.values()) == coverage.total
    assert len(coverage.detail) == len(coverage.units) * len(coverage.answers)
    groups = coverage.summary("compound")
    assert groups["total"].sum() == coverage.total
    assert groups["covered"].sum() == coverage.covered


@few
@given(seeds, limits)
def test_unknown_gates_only_widen_the_answer(seed, limit):
    units = ask(random_town(seed), limit).units
    assert (units["low"] <= units["covered"]).all()
    assert (units["covered"] <= units["high"]).all()


@few
@given(seeds, limits)
def test_a_longer_limit_never_covers_fewer(seed, limit):
    town = random_town(seed)
    network = build_network(town)
    shorter, longer = (covered(ask(town, far, network=network)) for far in (limit, limit + 90))
    assert shorter <= longer


@few
@given(seeds, limits)
def test_one_more_station_never_covers_fewer(seed, limit):
    town = random_town(seed)
    network = build_network(town)
    assume(len(town.stations) > 1)
    fewer = town.stations.assign(state=["closed"] + ["open"] * (len(town.stations) - 1))
    before = covered(ask(town.replace(stations=fewer), limit, network=network))
    assert before <= covered(ask(town, limit, network=network))


def ways(network, users=None):
    gates = network.gates if users is None else network.gates.assign(users=users)
    changed = dataclasses.replace(network, gates=gates)
    stations = np.arange(len(network.station))
    return nearest(price(changed, Walker(), Access()), stations, 10**8)[0].cost


@few
@given(seeds, st.data())
def test_opening_a_gate_never_lengthens_and_closing_never_shortens_a_walk(seed, data):
    network = build_network(random_town(seed))
    assume(len(network.gates) > 0)
    chosen = data.draw(st.integers(0, len(network.gates) - 1))
    far = np.iinfo(np.int64).max
    told = []
    for users in ("nobody", "residents", "everyone"):
        column = network.gates["users"].to_numpy(dtype=object).copy()
        column[chosen] = users
        cost = ways(network, column)
        told.append(np.where(cost < 0, far, cost))
    assert (told[0] >= told[1]).all()
    assert (told[1] >= told[2]).all()


@few
@given(seeds)
def test_every_lift_only_helps(seed):
    network = build_network(random_town(seed))
    walker = Walker(60.0, steps_factor=None)
    stations = np.arange(len(network.station))
    plain = nearest(price(network, walker, Access()), stations, 10**8)[0].cost
    reached = plain >= 0
    for lift in Lift:
        lifted = price(network, walker, Access(lifts=frozenset({lift})))
        cost = nearest(lifted, stations, 10**8)[0].cost
        assert (cost[reached] >= 0).all()
        assert (cost[reached] <= plain[reached]).all()


@few
@given(seeds)
def test_the_same_town_gives_the_same_answer(seed):
    one, two = (ask(random_town(seed)) for _ in range(2))
    pd.testing.assert_frame_equal(one.detail, two.detail)
    assert one.to_dict(by="compound") == two.to_dict(by="compound")


@few
@given(seeds)
def test_the_order_of_rows_changes_nothing(seed):
    town = random_town(seed)
    shuffled = town.replace(
        **{name: town.table(name).iloc[::-1] for name in PLACE_TABLES if name != "streets"}
    )
    one, two = (ask(each).detail.sort_values("id", ignore_index=True) for each in (town, shuffled))
    pd.testing.assert_frame_equal(one, two)


@few
@given(seeds, st.sampled_from([(4096.0, -8192.0), (262_144.0, 0.0), (-65_536.0, 32_768.0)]))
def test_shifting_all_coordinates_changes_no_answer(seed, shift):
    town = random_town(seed)
    moved = build_district(
        town.name,
        town.crs,
        **{
            name: town.table(name)
            .translate(*shift)
            .to_frame("geometry")
            .join(town.table(name).drop(columns="geometry"))
            for name in PLACE_TABLES
        },
    )
    one, two = (ask(each) for each in (town, moved))
    assert list(one.detail["reason"]) == list(two.detail["reason"])
    away = (one.detail["metres"] - two.detail["metres"]).abs()
    assert (away.dropna() <= 0.01).all()  # rounding to millimetres, a few legs long


@few
@given(seeds)
def test_unknown_policies_are_nested_on_every_network(seed):
    network = build_network(random_town(seed))
    stations = np.arange(len(network.station))
    far = np.iinfo(np.int64).max
    costs = []
    for unknown in (Unknown.CLOSED, Unknown.ASSUMED, Unknown.OPEN):
        cost = nearest(price(network, Walker(), Access(unknown)), stations, 10**8)[0].cost
        costs.append(np.where(cost < 0, far, cost))
    assert (costs[0] >= costs[1]).all()
    assert (costs[1] >= costs[2]).all()
