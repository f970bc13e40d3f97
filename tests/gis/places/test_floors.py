"""
Storeys without a lift, counted by hand.

    building   floors  lift         building   floors  lift
    a          6       no           d          9       unknown (nine: a lift is assumed)
    b          6       yes          e          unknown unknown
    c          4       unknown      f          1       no
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import gis
from gis.places.demand import build_demand
from gis.places.floors import storeys_to_climb

CRS = "EPSG:4543"
FLOORS = {"a": 6, "b": 6, "c": 4, "d": 9, "e": None, "f": 1}
LIFT = {"a": False, "b": True, "c": None, "d": None, "e": None, "f": False}


def a_town(*households: tuple[str | None, int | None], **given: Any) -> gis.District:
    """Households h0, h1, ... as (building, floor)."""
    spots = [shapely.Point(500_000 + 20 * k, 2_500_000) for k in range(len(FLOORS))]
    buildings = gpd.GeoDataFrame(
        {
            "floors": pd.array(list(FLOORS.values()), dtype="Int64"),
            "lift": pd.array(list(LIFT.values()), dtype="boolean"),
            "people": 1,
        },
        index=list(FLOORS),
        geometry=spots,
        crs=CRS,
    )
    if not households:
        return gis.build_district("六栋楼", CRS, buildings=buildings, **given)
    table = pd.DataFrame(
        {
            "building": pd.array([building for building, _ in households], dtype="string"),
            "floor": pd.array([floor for _, floor in households], dtype="Int64"),
        },
        index=[f"h{k:02d}" for k in range(len(households))],
    )
    return gis.build_district("六栋楼", CRS, buildings=buildings, households=table, **given)


def climbs(district: gis.District, weight: str | None = None) -> list[tuple[float, bool]]:
    table = build_demand(district, weight).table.sort_index()
    return list(zip(table["storeys"].tolist(), table["storeys_assumed"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("household", "climb"),
    [
        (("a", 1), (0.0, False)),
        (("a", 4), (3.0, False)),
        (("a", -1), (1.0, False)),
        (("a", -2), (2.0, False)),
        (("b", 6), (0.0, False)),
        (("b", None), (0.0, False)),
        (("c", 4), (3.0, True)),
        (("c", 1), (0.0, False)),
        (("d", 9), (0.0, True)),
        (("d", 2), (0.0, True)),
        (("e", 3), (2.0, True)),
        (("e", 8), (0.0, True)),
        (("e", None), (0.0, True)),
        (("f", None), (0.0, False)),
        ((None, 5), (0.0, True)),
    ],
)
def test_a_household_climbs_to_its_floor_where_no_lift_goes(household, climb):
    assert climbs(a_town(household)) == [climb]


def test_households_of_unknown_floor_are_dealt_over_the_floors_by_id():
    town = a_town(*[("a", None)] * 4, ("a", 5), *[("a", None)] * 4)
    found = climbs(town)
    assert [storeys for storeys, _ in found] == [0, 1, 2, 3, 4, 4, 5, 0, 1]
    assert [assumed for _, assumed in found] == [True] * 4 + [False] + [True] * 4


def test_a_building_stands_at_its_middle_floor():
    found = dict(zip(FLOORS, climbs(a_town(), "people"), strict=True))
    assert found == {
        "a": (2.5, True),
        "b": (0.0, False),
        "c": (1.5, True),
        "d": (0.0, True),
        "e": (0.0, True),
        "f": (0.0, False),
    }


def test_a_planner_may_assume_lifts_from_another_storey_on(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "code,name_zh,name_en,value,unit,source,confidence\n"
        "lift_from_storeys,有电梯,lift,4,storeys,GB 55038-2025,K-high\n",
        encoding="utf-8",
    )
    table = build_demand(a_town(("c", 4)), catalogue=gis.load_catalogue(path)).table
    assert table["storeys"].tolist() == [0.0]
    assert table["storeys_assumed"].tolist() == [True]


def test_a_town_without_anybody_has_nothing_to_climb():
    empty = gis.build_district("空", CRS)
    assert climbs(empty) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*FLOORS, None]),
            st.one_of(st.none(), st.integers(min_value=-3, max_value=12)),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_storeys_never_exceed_the_floors_known_and_middle_and_spread_agree(households):
    town = a_town(*households)
    row = build_demand(town).table["row"]
    climb = storeys_to_climb(town, "household", row, lift_from=7)
    assert (climb.storeys >= 0).all()
    for k, (building, floor) in enumerate(households):
        if floor is not None and floor > 0:
            assert climb.storeys[k] in {0.0, floor - 1.0}
        elif floor is None and building is not None and FLOORS[building] is not None:
            assert climb.storeys[k] <= FLOORS[building] - 1
    shuffled = storeys_to_climb(town, "household", row[::-1], lift_from=7)
    np.testing.assert_array_equal(shuffled.storeys[::-1], climb.storeys)


def test_a_whole_round_of_dealt_households_climbs_what_the_middle_floor_says():
    town = a_town(*[("a", None)] * 12)
    spread = build_demand(town).table["storeys"].mean()
    middle = storeys_to_climb(town, "building", pd.Series([0], index=["a"]), lift_from=7)
    assert spread == middle.storeys[0] == 2.5


def test_the_sample_knows_its_floors_and_has_stairs_to_climb():
    table = build_demand(gis.sample("ginkgo")).table
    unplaced = table["row"] < 0
    assert table["storeys_assumed"].equals(unplaced)
    assert (table["storeys"] > 3).sum() > 1000
