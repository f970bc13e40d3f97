"""A street small enough to see: two buildings, one station, three households, one of them lost."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiPolygon, Point, box

from gis.district import District, build_district

CRS = "EPSG:4543"


def _draw_street(*, houses: int = 2, name: str = "银杏街道") -> District:
    """
    Draw ``houses`` buildings along a lane; every building has a household.

        b0   b1   b2 …        y = 4420010
        n0───n1───n2 …  s0    y = 4420000
    """
    ids = [f"b{i}" for i in range(houses)]
    x = [500_000.0 + 20 * i for i in range(houses)]
    squares = [box(left, 4_420_010, left + 10, 4_420_020) for left in x]
    if houses:
        squares[0] = MultiPolygon([squares[0], box(499_900, 4_420_010, 499_910, 4_420_020)])
    buildings = gpd.GeoDataFrame(
        {"name": [f"{i}号楼😀" for i in range(houses)], "floors": 6, "households": 1},
        index=ids,
        geometry=squares,
        crs=CRS,
    )
    lane = [LineString([(left, 4_420_000), (left + 20, 4_420_000)]) for left in x]
    streets = gpd.GeoDataFrame(
        {
            "u": [f"n{i}" for i in range(houses)],
            "v": [f"n{i + 1}" for i in range(houses)],
            "steps": False,
            "users": "everyone",
        },
        index=[f"w{i}" for i in range(houses)],
        geometry=lane,
        crs=CRS,
    )
    stations = gpd.GeoDataFrame(
        {"name": ["老年餐桌"], "kind": ["elder_canteen"], "state": ["open"]},
        index=["s0"],
        geometry=[Point(500_050, 4_420_000)],
        crs=CRS,
    )
    households = pd.DataFrame(
        {"building": [*ids, None], "room": "101", "people": 3},
        index=[f"h{i}" for i in range(houses + 1)],
    )
    rejects = pd.DataFrame(
        {
            "source": ["台账.xlsx", "s.xlsx"],
            "layer": ["households", "stations"],
            "reason": ["duplicate", "no position"],
        },
        index=["r0", "r1"],
    )
    return build_district(
        name,
        CRS,
        facts={"data_date": "2026-01-01", "synthetic": "yes"},
        buildings=buildings,
        streets=streets,
        stations=stations,
        households=households,
        rejects=rejects,
    )


@pytest.fixture(scope="session")
def street() -> District:
    return _draw_street()


@pytest.fixture(scope="session")
def draw_street():
    return _draw_street
