"""The sample district, written as the files a planner has, comes back as the same district."""

import pandas as pd
import pytest

import gis
from gis.ingest import InputFile, Sources, import_district

LAYERS = (
    "streets",
    "communities",
    "grids",
    "compounds",
    "gates",
    "barriers",
    "buildings",
    "stations",
)


@pytest.fixture(scope="module")
def town():
    return gis.sample("ginkgo")


@pytest.fixture(scope="module")
def read_back(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for layer in LAYERS:
        town.table(layer).reset_index().to_file(folder / f"{layer}.gpkg", layer=layer)
    ledger(town).to_csv(folder / "台账.csv", index=False, encoding="gb18030")
    files = {layer: InputFile(folder / f"{layer}.gpkg") for layer in LAYERS}
    return import_district(Sources(**files, households=InputFile(folder / "台账.csv")))


def ledger(town):
    """Return the households as an office lists them: by address, without any code of ours."""
    homes, buildings = town.households, town.buildings
    counts = {
        "人口": "people",
        "60岁以上": "elders_60",
        "0-12岁": "children_0_12",
        "低收入": "low_income",
    }
    return pd.DataFrame(
        {
            "户号": homes.index,
            "社区": homes["community"].map(town.communities["name"]),
            "网格": homes["grid"].map(town.grids["name"]),
            "小区": homes["building"].map(buildings["compound"]).map(town.compounds["name"]),
            "楼栋": homes["building"].map(buildings["name"]),
            "地址": homes["building"].map(buildings["address"]),
            "单元": homes["unit"],
            "房号": homes["room"],
            "楼层": homes["floor"],
            **{header: homes[column] for header, column in counts.items()},
            "人员类别": homes["flags"],
            "服务需求": homes["needs"],
            "管理颜色": homes["colour"],
            "最近走访日期": homes["last_visit"],
        }
    )


def test_every_household_is_back_in_its_building(town, read_back):
    assert (read_back.rejects["layer"] != "households").all()
    homes = read_back.households.loc[town.households.index]
    for column in (
        "building",
        "grid",
        "people",
        "elders_60",
        "flags",
        "needs",
        "colour",
        "last_visit",
    ):
        pd.testing.assert_series_equal(homes[column], town.households[column], check_dtype=False)


def test_places_are_back_where_they_were(town, read_back):
    assert read_back.crs == town.crs
    for layer in LAYERS:
        before, after = town.table(layer), read_back.table(layer)
        assert set(before.index) == set(after.index)
        apart = before.geometry.distance(after.geometry.loc[before.index])
        assert apart.max() < 1e-6, layer


def test_the_same_households_are_covered(town, read_back):
    before, after = (
        gis.cover(place, circle="elder", weight="elders_60") for place in (town, read_back)
    )
    assert (before.total, before.covered) == (after.total, after.covered)
    covered = after.units["covered"].loc[before.units.index]
    pd.testing.assert_series_equal(before.units["covered"], covered)
