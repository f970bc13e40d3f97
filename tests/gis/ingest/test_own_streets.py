"""Our own street layer comes back as it was: steps, users and the nodes where streets meet."""

import geopandas as gpd
import shapely

import gis


def test_streets_of_a_saved_district_can_be_imported_again(tmp_path):
    town = gis.sample("ginkgo")
    gis.save_district(town, tmp_path / "district")
    file = gis.InputFile(tmp_path / "district/place.gpkg")
    again = gis.import_district(gis.Sources(streets=file), name="again").streets
    columns = ["u", "v", "kind", "steps", "users"]
    before = town.streets[columns].sort_index()
    assert before["steps"].any()
    assert again[columns].sort_index().astype(str).equals(before.astype(str))


def test_slopes_heights_and_crossings_of_a_street_layer_are_read(tmp_path):
    lines = [shapely.LineString([(570_000, y), (570_100, y)]) for y in (2_766_000, 2_766_050)]
    given = {"坡度": ["8%", "5"], "沿线高程": ["10|14|", "low"], "过街": ["是", "否"]}
    layer = gpd.GeoDataFrame(given, geometry=lines, crs="EPSG:4543")
    layer.to_file(tmp_path / "lines.gpkg")
    read = gis.import_district(gis.Sources(gis.InputFile(tmp_path / "lines.gpkg")))
    streets = read.streets.sort_index()
    assert streets["grade"].fillna(9).tolist() == [0.08, 9]  # no street rises 500 %
    assert streets["heights"].fillna("?").tolist() == ["10|14|", "?"]
    assert streets["crossing"].tolist() == [True, False]
    note = read.provenance.set_index("layer").loc["streets", "note"]
    assert "列“grade”有 1 格读不出" in note
    assert "列“heights”有 1 格读不出" in note
