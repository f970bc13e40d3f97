"""The service on the sample street: layers, coverage, gaps and map, in the command line's numbers."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import jsonschema
import pandas as pd
import pyogrio
import pytest
import shapely
from starlette.testclient import TestClient

import gis
from api.service import create_app
from api.settings import Settings
from gis.catalogue import data_root
from gis.errors import InputError
from gis.privacy import K
from gis.privacy.places import WHITE_LIST
from gis.tables import COUNTS, Households, empty

ELDERS = {"circle": "elder", "weight": "elders_60", "by": "grid"}
MEALS = {"service": "meals", "limit": "10min", "profile": "walk_48", "when": "周六 10:00"}


def ask(client, path, question):
    answer = client.post(path, json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def create_app_client(folder):
    return TestClient(create_app(Settings(folder)), base_url="http://127.0.0.1")


def schema(name):
    return json.loads((data_root() / "schema" / f"{name}.json").read_text(encoding="utf-8"))


def test_health_says_ok_and_nothing_else(client):
    assert client.get("/health").json() == {"status": "ok"}


def test_the_layers_are_the_white_listed_tables_and_no_households(client, district):
    listed = {layer["name"]: layer for layer in client.get("/layers").json()["layers"]}
    assert set(listed) == set(WHITE_LIST)
    for name, layer in listed.items():
        assert layer["columns"] == list(WHITE_LIST[name])
        assert layer["features"] == len(district.table(name))
        assert client.get(layer["href"]).json()["numberMatched"] == layer["features"]


@pytest.mark.parametrize("name", sorted(WHITE_LIST))
def test_a_layer_is_geojson_in_longitude_and_latitude(client, district, name):
    answer = client.get(f"/layers/{name}?limit=50")
    assert answer.headers["content-type"] == "application/geo+json"
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    assert told["numberReturned"] == len(told["features"]) == min(50, told["numberMatched"])
    shown = district.table(name).iloc[:50]
    assert [feature["id"] for feature in told["features"]] == shown.index.tolist()
    for feature in told["features"]:
        assert set(feature["properties"]) == set(WHITE_LIST[name])
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in told["features"]]
    back = gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs(district.crs)
    gaps = back.centroid.distance(gpd.GeoSeries(shown.geometry.array, crs=district.crs).centroid)
    assert not len(gaps) or gaps.max() < 0.02


def test_a_layer_gives_a_thousand_features_unless_asked_for_more(client, district):
    whole = len(district.streets)
    assert client.get("/layers/streets").json()["numberReturned"] == min(1000, whole)
    more = client.get("/layers/streets?limit=10000").json()
    assert more["numberReturned"] == min(10_000, whole)


def test_a_box_keeps_what_touches_it_and_counts_it(client, district):
    west, south, east, north = district.buildings.to_crs(4326).total_bounds
    box = (west, south, (west + east) / 2, (south + north) / 2)
    told = client.get(
        "/layers/buildings", params={"bbox": ",".join(map(repr, map(float, box))), "limit": 7}
    ).json()
    touching = district.buildings.to_crs(4326).intersects(shapely.box(*box))
    assert told["numberMatched"] == touching.sum()
    assert [feature["id"] for feature in told["features"]] == touching[touching].index[:7].tolist()


def test_a_box_where_nothing_is_gives_an_empty_collection(client):
    told = client.get("/layers/stations?bbox=0,0,1,1").json()
    assert (told["numberMatched"], told["numberReturned"], told["features"]) == (0, 0, [])


@pytest.mark.parametrize("question", [ELDERS, MEALS | {"by": "community"}, {"circle": "culture"}])
def test_coverage_is_told_in_the_words_and_numbers_of_the_command_line(client, district, question):
    told = ask(client, "/coverage", question)
    jsonschema.validate(told, schema("cover"))
    by = question.get("by")
    same = gis.cover(
        district, **{key: value for key, value in question.items() if key != "by"}
    ).to_dict(by)
    for key in ("district", "unit", "weight", "when", "question", "total"):
        assert told[key] == same[key], key
    for key in ("covered", "share", "share_low", "share_high"):
        assert told[key] in (same[key], None), key
    for requirement, reasons in same["reasons"].items():
        assert set(told["reasons"][requirement]) == set(reasons)
        for reason, weight in reasons.items():
            assert told["reasons"][requirement][reason] in (weight, None)
    rows = {row["id"]: row for row in same["by"].get(by, [])}
    for row in told["by"].get(by, []):
        for key, value in row.items():
            assert value in (rows[row["id"]][key], None), (row["id"], key)


def test_coverage_says_level_source_and_that_the_data_is_invented(client):
    told = ask(client, "/coverage", ELDERS)
    assert told["level"] == "planner"
    assert told["synthetic"] is True
    assert told["attribution"]


def test_gaps_are_the_buildings_left_out_where_at_least_k_households_live(client, district):
    told = ask(client, "/gaps", MEALS)
    jsonschema.validate(told, schema("gaps"))
    coverage = gis.cover(district, **MEALS)
    answer = coverage.answers[0]  # of buildings at their doors: storeys are a household's own
    reasons = pd.Series(answer.reason, index=district.buildings.index)[~answer.covered]
    homes = district.households["building"].value_counts()
    lived_in = coverage.units["building"].dropna().unique()
    wanted = sorted(name for name in reasons.index if name in lived_in and homes[name] >= K)
    assert [gap["building"] for gap in told["gaps"]] == wanted
    for gap in told["gaps"]:
        assert gap["reason"] == reasons[gap["building"]]
    assert told["buildings_hidden"] == (homes < K).sum()


def test_without_a_ledger_the_gaps_are_the_dwellings_of_the_command_line(district, tmp_path):
    nobody = empty(Households, district.crs)
    counts = dict.fromkeys(COUNTS)
    place = district.replace(households=nobody, buildings=district.buildings.assign(**counts))
    gis.save_district(place, tmp_path / "district")
    told = create_app_client(tmp_path / "district").post("/gaps", json=MEALS).json()
    coverage = gis.cover(gis.load_district(tmp_path / "district"), **MEALS)
    left_out = coverage.units[~coverage.units["covered"]]
    assert told["weight"] == coverage.weight == "residential_area"
    assert [gap["building"] for gap in told["gaps"]] == sorted(left_out["building"])
    assert told["buildings_hidden"] == 0


def test_a_layer_opens_in_gdal(client, district):
    text = client.get("/layers/buildings?limit=10000").content
    read = pyogrio.read_dataframe(io.BytesIO(text))
    assert len(read) == len(district.buildings)
    assert read.crs.to_epsg() == 4326


def test_no_answer_names_a_household_or_what_only_a_household_has(client, district):
    texts = [client.get("/").text, client.get("/layers").text]
    texts += [client.get(f"/layers/{name}?limit=10000").text for name in WHITE_LIST]
    texts += [client.post(path, json=MEALS).text for path in ("/coverage", "/gaps")]
    households = district.households.index[::37]
    for text in texts:
        assert not [name for name in households if f'"{name}"' in text]
        assert '"last_visit"' not in text
        assert '"worker"' not in text


def test_the_map_is_one_page_for_the_circle_of_the_settings(client):
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Content-Security-Policy" in answer.text
    assert "银杏" in answer.text
    assert client.get("/").text == answer.text


def test_questions_at_the_same_time_get_the_answers_they_get_alone(client):
    questions = [MEALS, {"service": "health", "limit": "500m"}] * 2
    alone = [ask(client, "/coverage", question) for question in questions[:2]]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: ask(client, "/coverage", question), questions))
    assert together == alone * 2


def test_a_district_that_is_not_there_is_told_before_the_service_starts(tmp_path):
    with pytest.raises(InputError):
        create_app(Settings(tmp_path / "nowhere"))


def test_nothing_points_to_the_internet(client):
    description = client.get("/openapi.json").text
    assert "http://" not in description
    assert "https://" not in description
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
