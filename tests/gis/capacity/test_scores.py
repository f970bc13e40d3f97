"""
Catchment scores: a town counted by hand, PySAL access as the second method, conservation.

    a (30 people) ──5── S (20 places) ──10── b (10 people) ──5── T (6 places)      c (9 people)
"""

import numpy as np
import pandas as pd
import pytest
from access.fca import three_stage_fca, two_stage_fca
from access.weights import step_fn
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import gis
from gis.capacity import catchment_scores, published_bands
from gis.errors import InputError

BANDS = {5.0: 1.0, 10.0: 0.5}
PAIRS = pd.DataFrame(
    {"origin": ["a", "b", "b"], "station": ["S", "S", "T"], "minutes": [5.0, 10.0, 5.0]}
)
PEOPLE = pd.Series({"a": 30, "b": 10, "c": 9}, name="people")
PLACES = pd.Series({"S": 20, "T": 6, "U": 7}, name="places")


def score(method, bands=BANDS):
    bands = None if method == "2sfca" else bands
    return catchment_scores(PAIRS, PEOPLE, PLACES, method=method, bands=bands)


def test_2sfca_shares_places_among_all_in_reach():
    found = score("2sfca")
    assert found.stations["ratio"].to_dict() == pytest.approx(
        {"S": 20 / 40, "T": 6 / 10, "U": np.nan}, nan_ok=True
    )
    assert found.scores["score"].to_dict() == pytest.approx({"a": 0.5, "b": 1.1, "c": 0})
    assert found.scores["reached"].tolist() == [True, True, False]


def test_e2sfca_counts_the_far_for_less():
    found = score("e2sfca")
    s, t = 20 / (30 + 10 * 0.5), 6 / 10
    assert found.scores["score"].to_dict() == pytest.approx({"a": s, "b": s * 0.5 + t, "c": 0})


def test_3sfca_counts_the_choice_there_is():
    found = score("3sfca")
    far, near = 0.5 * (0.5 / 1.5), 1 / 1.5
    s, t = 20 / (30 + 10 * far), 6 / (10 * near)
    assert found.scores["score"].to_dict() == pytest.approx(
        {"a": s, "b": s * far + t * near, "c": 0}
    )


def test_beyond_the_last_band_nobody_is_reached():
    found = score("e2sfca", {5: 1})
    assert found.scores["reached"].tolist() == [True, True, False]
    assert found.stations["people"].tolist() == [30, 10, 0]
    assert score("3sfca", {4: 1}).scores["score"].tolist() == [0, 0, 0]


def test_no_pairs_and_no_people_score_nothing():
    none = catchment_scores(PAIRS.iloc[:0], PEOPLE, PLACES)
    assert none.scores["score"].tolist() == [0, 0, 0]
    assert none.stations["ratio"].isna().all()
    assert catchment_scores(PAIRS, PEOPLE * 0, PLACES).scores["score"].tolist() == [0, 0, 0]


def random_tables(seed, bands):
    rng = np.random.default_rng(seed)
    origins, stations = rng.integers(1, 30, 2)
    row, column = np.nonzero(rng.random((origins, stations)) < rng.random())
    minutes = rng.choice([0.0, *bands, 3.3, 7.7], len(row))
    pairs = pd.DataFrame({"origin": row, "station": column, "minutes": minutes})
    # somebody lives everywhere: access divides by the people in reach
    people = pd.Series(rng.integers(1, 90, origins), name="people")
    places = pd.Series(rng.integers(0, 50, stations), name="places")
    return pairs.sample(frac=1, random_state=int(seed)), people, places


def by_access(pairs, people, places, method, bands):
    names = {"demand_index": True, "demand_name": "people", "supply_name": "places"}
    names |= {"cost_dest": "station", "cost_name": "minutes"}
    ask = three_stage_fca if method == "3sfca" else two_stage_fca
    weight = None if method == "2sfca" else step_fn(bands)
    demand, supply = people.to_frame(), places.to_frame()
    demand.index.name, supply.index.name = "origin", "station"
    found = ask(demand, supply, pairs.copy(), max(bands), weight_fn=weight, **names)
    return found.reindex(people.index).fillna(0.0)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # access, not ours
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["2sfca", "e2sfca", "3sfca"]))
def test_scores_equal_those_of_access(seed, method):
    bands = {2.0: 1.0, 5.0: 0.68, 9.0: 0.22}
    pairs, people, places = random_tables(seed, bands)
    if not len(pairs):
        return
    ours = catchment_scores(
        pairs, people, places, method=method, bands=None if method == "2sfca" else bands
    ).scores["score"]
    theirs = by_access(pairs, people, places, method, bands)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["2sfca", "e2sfca", "3sfca"]))
def test_scores_share_out_the_places_somebody_reaches(seed, method):
    bands = {2.0: 1.0, 5.0: 0.68}
    pairs, people, places = random_tables(seed, {**bands, 9.0: 0})
    people[people % 3 == 0] = 0
    found = catchment_scores(
        pairs, people, places, method=method, bands=None if method == "2sfca" else bands
    )
    reached = found.stations["people"] > 0
    shared = (found.scores["score"] * found.scores["people"]).sum()
    assert shared == pytest.approx(found.stations["places"][reached].sum())
    live = pairs if method == "2sfca" else pairs[pairs["minutes"] <= 5]
    live = live[people.reindex(live["origin"]).to_numpy() > 0]
    assert set(reached.index[reached]) == set(live["station"])


@pytest.mark.parametrize("method", ["2sfca", "3sfca"])
def test_the_order_and_the_kind_of_ids_change_nothing(method):
    bands = None if method == "2sfca" else BANDS
    plain = score(method).scores
    coded = PAIRS.iloc[::-1].astype({"origin": "category", "station": "category"})
    again = catchment_scores(coded, PEOPLE, PLACES, method=method, bands=bands).scores
    assert_frame_equal(plain, again)


def test_published_bands_are_stretched_to_the_limit():
    assert published_bands("luo_qi_slow") == {10: 1, 20: 0.68, 30: 0.22}
    assert published_bands("luo_qi_fast", limit=15) == {5: 1, 10: 0.42, 15: 0.09}
    assert published_bands("wan_zou")[60] == 0.042


def test_the_shop_window_has_it():
    assert gis.catchment_scores is catchment_scores


def wrong(pairs=PAIRS, people=PEOPLE, places=PLACES, **more):
    with pytest.raises(InputError) as caught:
        catchment_scores(pairs, people, places, **more)
    return caught.value


def test_negative_places_are_named():
    error = wrong(places=PLACES.replace(6, -6))
    assert str(error) == "supply 第 T 行“places”列：现为“-6”；请写 0 或更大的数"
    assert error.english == "supply, row T, column 'places': found '-6'; write 0 or more"


def test_every_faulty_cell_is_listed():
    error = wrong(PAIRS.assign(station=["S", "X", "Y"]))
    assert error.english == (
        "pairs, row 1, column 'station': found 'X'; supply has no such station; "
        "add its places there or remove this row (and 1 more)"
    )
    assert len(error.problems) == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"pairs": PAIRS.drop(columns="minutes")}, "add minutes"),
        ({"pairs": PAIRS.assign(origin=["a", "b", None])}, "row 2, column 'origin': found nothing"),
        ({"pairs": PAIRS.assign(minutes=[1, np.nan, 1])}, "row 1, column 'minutes': found nothing"),
        ({"pairs": PAIRS.assign(minutes=[1, -1, 1])}, "found '-1'; write 0 or more"),
        ({"pairs": PAIRS.assign(minutes=[1, np.inf, 1])}, "found 'inf'; write a number"),
        ({"pairs": pd.concat([PAIRS, PAIRS.iloc[:1]])}, "this pair is there twice"),
        ({"people": PEOPLE.drop("b")}, "demand has no such id"),
        ({"people": pd.concat([PEOPLE, PEOPLE])}, "this id is there twice"),
        ({"people": PEOPLE.astype(object).replace(30, "many")}, "found 'many'; write a number"),
        ({"places": PLACES.replace(6, np.nan)}, "row T, column 'places': found nothing"),
        ({"method": "4sfca"}, "known are: 2sfca, e2sfca, 3sfca"),
        ({"method": "e2sfca"}, "needs weights by minutes"),
        ({"bands": BANDS}, "leave them out"),
        ({"method": "3sfca", "bands": {5: -1}}, "numbers of 0 or more"),
    ],
)
def test_what_cannot_be_used_is_told(changed, says):
    error = wrong(**changed)
    assert says in error.english
    assert str(error) != error.english


@pytest.mark.parametrize(("name", "limit"), [("gauss", None), ("wan_zou", 0)])
def test_bands_that_are_not_there_are_told(name, limit):
    with pytest.raises(InputError, match=r"可用|大于 0"):
        published_bands(name, limit=limit)
