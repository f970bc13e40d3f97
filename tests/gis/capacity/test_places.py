"""
Assignment of persons to places: a town counted by hand, then laws and second methods.

    a (2 people) ──1── S (3 places) ──2── b (4 people) ──5── T (1 place)      far (1 person)
"""

from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import gis
from gis.capacity import assign_places, places_to_add
from gis.errors import InputError

PAIRS = pd.DataFrame(
    {"origin": ["a", "b", "b"], "station": ["S", "S", "T"], "minutes": [1.0, 2.0, 5.0]}
)
UNITS = pd.DataFrame(
    {"origin": ["a", "b", "b", None], "people": [2, 3, 1, 1]}, index=["h1", "h2", "h3", "h4"]
)
PLACES = pd.Series({"S": 3, "T": 1}, dtype="Int64")
seeds = st.integers(0, 10**6)
some = settings(max_examples=30, deadline=None)
few = settings(max_examples=12, deadline=None)


def rows(found):
    return [tuple(row) for row in found.table.itertuples(index=False)]


def test_places_go_to_as_many_and_as_near_as_can_be():
    found = assign_places(PAIRS, UNITS, PLACES)
    assert rows(found) == [("h1", "S", 2, 1.0), ("h2", "S", 1, 2.0), ("h2", "T", 1, 5.0)]
    assert found.units["served"].tolist() == [2, 2, 0, 0]
    assert found.units["full"].tolist() == [0, 1, 1, 0]
    assert found.units["out_of_reach"].tolist() == [0, 0, 0, 1]
    assert found.units["nearest"].fillna("-").tolist() == ["S", "S", "S", "-"]
    assert found.stations.loc["S"].tolist() == [3, 3, 0, 2]
    assert found.stations.loc["T"].tolist() == [1, 1, 0, 0]
    assert (found.served, found.full, found.minutes) == (4, 2, 9.0)


def test_the_first_priority_is_served_first():
    found = assign_places(PAIRS, UNITS, PLACES, priority=pd.Series([2, 2, 1, 2], UNITS.index))
    assert found.units["served"].tolist() == [2, 1, 1, 0]
    assert ("h3", "S", 1, 2.0) in rows(found)
    assert ("h2", "T", 1, 5.0) in rows(found)


def test_a_station_without_a_limit_takes_all():
    found = assign_places(PAIRS, UNITS, pd.Series({"S": None, "T": 1}, dtype="Int64"))
    assert found.full == 0
    assert found.stations["served"].tolist() == [6, 0]
    assert found.stations["left"].isna().tolist() == [True, False]


def test_places_to_add_close_the_gap():
    found = assign_places(PAIRS, UNITS, PLACES)
    for station in ("S", "T"):
        addition = places_to_add(found, station)
        assert addition.places == 2
        more = PLACES.copy()
        more[station] += addition.places
        assert assign_places(PAIRS, UNITS, more).full == 0
        assert addition.after.full == 0


def test_new_places_may_first_serve_others():
    """x reaches S, y reaches S and T, z (first priority) only T; one place, at T."""
    pairs = pd.DataFrame(
        {"origin": ["x", "y", "y", "z"], "station": ["S", "S", "T", "T"], "minutes": [1.0] * 4}
    )
    units = pd.Series({"x": 1, "y": 1, "z": 1})
    priority = pd.Series({"x": 3, "y": 1, "z": 2})
    found = assign_places(pairs, units, pd.Series({"S": 0, "T": 1}), priority=priority)
    assert found.units["served"].to_dict() == {"x": 0, "y": 1, "z": 0}
    assert places_to_add(found, "S").places == 2
    assert places_to_add(found, "T").places == 1


def test_ties_go_to_the_smaller_unit_then_the_smaller_station():
    pairs = pd.DataFrame(list(product("ab", "ST", [1.0])), columns=["origin", "station", "minutes"])
    units = pd.DataFrame({"origin": ["b", "a", "b"], "people": 1}, index=["h1", "h2", "h3"])
    found = assign_places(pairs, units, pd.Series({"S": 1, "T": 1}))
    assert found.units["served"].tolist() == [1, 1, 0]
    # the smaller origin goes to the smaller station
    assert rows(found) == [("h1", "T", 1, 1.0), ("h2", "S", 1, 1.0)]
    roomy = assign_places(pairs, units, pd.Series({"S": 2, "T": 9}))
    assert roomy.stations["served"].tolist() == [2, 1]


def test_nobody_and_nothing_are_cases():
    none = assign_places(PAIRS.iloc[:0], UNITS, PLACES)
    assert none.units["out_of_reach"].sum() == 7
    assert not len(none.table)
    assert none.stations["left"].tolist() == [3, 1]
    assert assign_places(PAIRS, UNITS.iloc[:0], PLACES).served == 0
    closed = assign_places(PAIRS, UNITS, PLACES * 0)
    assert (closed.served, closed.full) == (0, 6)


def random_question(seed, origins=6, stations=4, *, farthest=4):
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((origins, stations)) < 0.5)
    minutes = rng.integers(0, farthest, len(row)).astype(float)
    pairs = pd.DataFrame({"origin": row, "station": column, "minutes": minutes})
    pairs["origin"] = "b" + pairs["origin"].astype(str)
    pairs["station"] = "s" + pairs["station"].astype(str)
    count = 2 * origins
    homes = [f"b{number}" for number in rng.integers(0, origins, count)]
    names = [f"h{number:02}" for number in range(count)]
    units = pd.DataFrame({"origin": homes, "people": rng.integers(0, 4, count)}, index=names)
    places = pd.Series(rng.integers(0, 6, stations), [f"s{n}" for n in range(stations)])
    places = places.astype("Int64")
    if rng.random() < 0.2:
        places.iloc[0] = pd.NA
    priority = pd.Series(rng.integers(1, 1 + rng.integers(1, 4), count), names)
    return pairs, units, places, priority


def ask(question):
    pairs, units, places, priority = question
    return assign_places(pairs, units, places, priority=priority)


def by_networkx(question):
    """Served people of each class and total minutes, as one minimum cost flow with rewards."""
    pairs, units, places, priority = question
    graph = nx.DiGraph()
    graph.add_nodes_from(["from", "to"])
    for unit, home, people in units.itertuples():
        reward = 10_000 * (4 - int(priority[unit]))
        graph.add_edge("from", unit, capacity=int(people), weight=-reward)
        graph.add_edge(unit, ("o", home), weight=0)
    for home, station, minutes in pairs.itertuples(index=False):
        graph.add_edge(("o", home), ("s", station), weight=int(minutes))
    for station, room in places.items():
        graph.add_edge(("s", station), "to", capacity=10**6 if pd.isna(room) else int(room))
    flow = nx.max_flow_min_cost(graph, "from", "to")
    served = pd.Series({unit: flow["from"][unit] for unit in units.index})
    total = sum(
        flow["o", home].get(("s", station), 0) * minutes
        for home, station, minutes in pairs.itertuples(index=False)
        if ("o", home) in flow
    )
    return served.groupby(priority).sum(), total


@some
@given(seeds)
def test_classes_and_minutes_equal_those_of_networkx(seed):
    question = random_question(seed)
    found = ask(question)
    served, minutes = by_networkx(question)
    assert found.units["served"].groupby(found.units["priority"]).sum().equals(served)
    assert found.minutes == pytest.approx(minutes, abs=1e-9)


@some
@given(seeds)
def test_persons_and_places_are_counted_once(seed):
    pairs, units, places, _ = question = random_question(seed)
    found = ask(question)
    told = found.units
    assert (told["served"] + told["full"] + told["out_of_reach"] == told["people"]).all()
    by_unit = found.table.groupby("unit")["people"].sum().reindex(told.index, fill_value=0)
    assert (by_unit == told["served"]).all()
    by_station = found.table.groupby("station")["people"].sum().reindex(places.index, fill_value=0)
    assert (by_station == found.stations["served"]).all()
    assert (found.stations["left"].dropna() >= 0).all()
    assert (found.table["people"] > 0).all()
    used = found.table.join(units["origin"], on="unit").merge(
        pairs, on=["origin", "station", "minutes"]
    )
    assert len(used) == len(found.table)
    assert found.stations["unmet"].sum() == found.full


@few
@given(seeds)
def test_one_more_place_never_serves_fewer_and_takes_from_nobody(seed):
    pairs, units, places, priority = question = random_question(seed)
    before = ask(question)
    for station in places.index:
        more = places.copy()
        more[station] += 1
        after = ask((pairs, units, more, priority))
        assert (after.units["served"] >= before.units["served"]).all()
        assert after.served - before.served in {0, 1}


@few
@given(seeds, st.integers(0, 3))
def test_places_to_add_is_the_least_number_that_closes_it(seed, which):
    pairs, units, places, priority = question = random_question(seed)
    station = places.index[which]
    before = ask(question)
    addition = places_to_add(before, station)
    near = units["origin"].isin(pairs["origin"][pairs["station"] == station])

    def left(more):
        changed = places.copy()
        changed[station] += more
        after = ask((pairs, units, changed, priority))
        return after.units["full"][near.reindex(after.units.index)].sum()

    assert left(addition.places) == 0
    assert addition.after.served == before.served + addition.places
    if addition.places:
        assert left(addition.places - 1) > 0


@some
@given(seeds)
def test_the_order_and_the_kind_of_rows_change_nothing(seed):
    question = random_question(seed, farthest=2)
    mixed = [each.sample(frac=1, random_state=seed) for each in question]
    mixed[0] = mixed[0].astype({"origin": "category", "station": "category"})
    found, again = ask(question), ask(mixed)
    assert_frame_equal(found.table, again.table)
    assert_frame_equal(found.units, again.units)
    assert_frame_equal(found.stations, again.stations)


@some
@given(seeds)
def test_parts_joined_are_the_whole(seed):
    one, two = random_question(seed), random_question(seed + 1)
    other = [each.copy() for each in two]
    for column in ("origin", "station"):
        other[0][column] = "z" + other[0][column]
    other[1]["origin"] = "z" + other[1]["origin"]
    for table in other[1:]:
        table.index = "z" + table.index
    whole = ask([pd.concat(both) for both in zip(one, other, strict=True)])
    parts = [ask(one), ask(other)]
    assert_frame_equal(whole.units, pd.concat([part.units for part in parts]))
    assert_frame_equal(whole.table, pd.concat([part.table for part in parts], ignore_index=True))


def all_answers(pairs, people, places):
    """Every way to give persons, one by one, a station or nothing, within the places."""
    choices = [[None, *pairs["station"][pairs["origin"] == home]] for home in people["origin"]]
    for answer in product(*choices):
        if all(answer.count(station) <= room for station, room in places.items()):
            yield answer


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_equal_answers_are_told_apart_by_id_as_brute_force_does(seed):
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((3, 3)) < 0.8)
    pairs = pd.DataFrame(
        {"origin": row, "station": column, "minutes": rng.integers(1, 3, len(row)).astype(float)}
    )
    people = pd.DataFrame({"origin": rng.integers(0, 3, 5), "people": 1}, index=list("klmno"))
    places = pd.Series(rng.integers(0, 3, 3))
    minutes = pairs.set_index(["origin", "station"])["minutes"].to_dict()

    def worth(answer):
        given = [(home, to) for home, to in zip(people["origin"], answer, strict=True)]
        given = [(home, to) for home, to in given if to is not None]
        return (
            -len(given),
            sum(minutes[pair] for pair in given),
            [to is None for to in answer],
            [-sum(to == station for _, to in given) for station in places.index],
            -sum((1 + home) * (1 + to) for home, to in given),
        )

    best = min(map(worth, all_answers(pairs, people, places)))
    found = assign_places(pairs, people, places)
    homes = people["origin"].reindex(found.table["unit"]).to_numpy()
    assert -best[0] == found.served
    assert best[1] == pytest.approx(found.minutes)
    assert best[2] == (found.units["served"] == 0).tolist()
    assert [-load for load in best[3]] == found.stations["served"].tolist()
    assert -best[4] == ((1 + homes) * (1 + found.table["station"])).sum()


def test_the_shop_window_has_it():
    assert gis.assign_places is assign_places


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"demand": UNITS.drop(columns="people")}, "add people"),
        ({"demand": UNITS.assign(people=[2, 3.5, 1, 1])}, "row h2, column 'people': found '3.5'"),
        ({"demand": UNITS.assign(people=[2, None, 1, 1])}, "row h2, column 'people': found noth"),
        ({"demand": UNITS.rename(index={"h2": "h1"})}, "this id is there twice"),
        ({"demand": UNITS.assign(people=[2**31, 0, 0, 0])}, "ask for parts of the place"),
        ({"supply": PLACES - 2}, "supply, row T, column 'places': found '-1'; write 0 or more"),
        ({"supply": pd.Series({"S": 1.5, "T": 1})}, "found '1.5'; write whole places"),
        ({"supply": PLACES.drop("T")}, "supply has no such station"),
        ({"pairs": PAIRS.assign(minutes=[1, 2, None])}, "row 2, column 'minutes': found nothing"),
        ({"pairs": PAIRS.assign(origin=["a", "b", None])}, "write the id of the origin"),
        ({"pairs": pd.concat([PAIRS, PAIRS])}, "this pair is there twice"),
        ({"priority": pd.Series({"h1": 1})}, "row h2, column 'priority': found nothing"),
        ({"priority": pd.Series({"h9": 1})}, "demand has no such id"),
    ],
)
def test_what_cannot_be_used_is_told(changed, says):
    given = {"pairs": PAIRS, "demand": UNITS, "supply": PLACES, **changed}
    priority = given.pop("priority", None)
    with pytest.raises(InputError) as caught:
        assign_places(**given, priority=priority)
    assert says in caught.value.english
    assert str(caught.value) != caught.value.english


def test_places_are_added_to_a_station_that_is_there():
    with pytest.raises(InputError, match="没有“X”；现有：S, T"):
        places_to_add(assign_places(PAIRS, UNITS, PLACES), "X")
