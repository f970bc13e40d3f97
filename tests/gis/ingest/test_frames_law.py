"""Law 10: another declared frame changes only homes within a hair of the limit."""

import pandas as pd
import pytest

import gis
from gis.crs import wgs84_to_bd09, wgs84_to_gcj02

LAYERS = ("buildings", "compounds", "gates", "barriers")
METRES = 0.01  # what there-and-back through a frame may move a station


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Return the sample and its folder."""
    folder = tmp_path_factory.mktemp("ginkgo") / "district"
    district = gis.sample("ginkgo")
    gis.save_district(district, folder)
    return district, folder


def station_list(district, path, frame):
    """Write the stations as a planner's list, in one frame."""
    points = district.stations.representative_point().to_crs("EPSG:4326")
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    if frame == "gcj02":
        lon, lat = wgs84_to_gcj02(lon, lat)
    if frame == "bd09":
        lon, lat = wgs84_to_bd09(lon, lat)
    table = district.stations[["name", "kind"]].assign(lon=lon, lat=lat)
    table.to_csv(path, index_label="id")
    return path


def imported(town, tmp_path, frame, convert):
    district, folder = town
    place = folder / "place.gpkg"
    path = station_list(district, tmp_path / f"{frame}.csv", frame)
    sources = gis.Sources(
        streets=gis.InputFile(place, layer="streets"),
        stations=gis.InputFile(path, frame=frame, convert=convert),
        **{layer: gis.InputFile(place, layer=layer) for layer in LAYERS},
    )
    return gis.import_district(sources, name="银杏")


def answer(district):
    coverage = gis.cover(district, service="meals", limit="400m", weight="residential_area")
    return coverage.detail.set_index("id")


@pytest.mark.parametrize("frame", ["gcj02", "bd09"])
def test_another_declared_frame_changes_only_homes_within_the_margin(town, tmp_path, frame):
    plain = answer(imported(town, tmp_path, "wgs84", None))
    other = answer(imported(town, tmp_path, frame, f"{frame}:wgs84"))
    assert list(plain.index) == list(other.index)
    changed = plain["reason"] != other["reason"]
    near = (plain["metres"] - 400).abs() <= METRES
    assert not (changed & ~near).any()
    both = plain["metres"].notna() & other["metres"].notna()
    assert both.sum() > 100
    away = (pd.to_numeric(plain["metres"][both]) - pd.to_numeric(other["metres"][both])).abs()
    assert away.max() <= METRES
