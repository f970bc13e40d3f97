"""Our own street layer comes back as it was: steps, users and the nodes where streets meet."""

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
