"""What is saved is what comes back, and the same district gives the same bytes."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, box

from gis import tables
from gis.district import PLACE_TABLES, build_district
from gis.errors import InputError
from gis.store import load_district, save_district

CRS = "EPSG:4543"
FILES = ("place.gpkg", "people.db")


def assert_same(one, other):
    assert (one.name, one.crs, one.facts) == (other.name, other.crs, other.facts)
    for name in [*PLACE_TABLES, "households"]:
        left, right = getattr(one, name), getattr(other, name)
        assert_geodataframe_equal(left, right, check_crs=True)
        assert left.geometry.to_wkb().equals(right.geometry.to_wkb())
    assert_frame_equal(one.rejects, other.rejects)
    assert_frame_equal(one.provenance, other.provenance)


def bytes_of(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


def test_a_street_comes_back_as_it_was_saved(street, tmp_path):
    save_district(street, tmp_path / "made" / "on the way")
    assert_same(load_district(tmp_path / "made" / "on the way"), street)


def test_a_district_without_a_single_row_comes_back(tmp_path):
    nothing = build_district("空", CRS)
    save_district(nothing, tmp_path)
    assert_same(load_district(tmp_path), nothing)


def test_saving_leaves_two_files_and_the_lock_and_nothing_else(street, tmp_path):
    save_district(street, tmp_path)
    load_district(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {*FILES, ".lock"}


def test_the_same_district_gives_the_same_bytes(street, tmp_path):
    save_district(street, tmp_path / "a")
    for _ in range(5):  # how often GDAL writes its times depends on the clock
        save_district(street, tmp_path / "b")
        assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_another_process_on_another_day_gives_the_same_bytes(street, tmp_path):
    save_district(street, tmp_path / "a")
    again = (
        "import sys; from gis.store import load_district, save_district;"
        "save_district(load_district(sys.argv[1]), sys.argv[2])"
    )
    command = [sys.executable, "-c", again, str(tmp_path / "a"), str(tmp_path / "b")]
    subprocess.run(command, check=True, env={**os.environ, "TZ": "Asia/Shanghai"})
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_only_the_owner_may_read_people(street, tmp_path):
    save_district(street, tmp_path)
    assert stat.S_IMODE((tmp_path / "people.db").stat().st_mode) == 0o600


def test_place_file_alone_is_a_district_without_people(street, tmp_path):
    save_district(street, tmp_path)
    (tmp_path / "people.db").unlink()
    passed_on = load_district(tmp_path)
    assert len(passed_on.households) == 0
    assert_geodataframe_equal(passed_on.streets, street.streets)


def test_place_file_holds_no_column_no_count_and_no_reject_of_people(street, tmp_path):
    save_district(street, tmp_path)
    place_columns = {c for contract in PLACE_TABLES.values() for c in tables.columns_of(contract)}
    personal = set(tables.columns_of(tables.Households)) - place_columns
    with closing(sqlite3.connect(tmp_path / "place.gpkg")) as base:
        layers = [row[0] for row in base.execute("SELECT table_name FROM gpkg_contents")]
        columns = {row[1] for name in layers for row in base.execute(f"PRAGMA table_info({name})")}
        counts = base.execute("SELECT count(households), count(people) FROM buildings").fetchone()
        rejects = base.execute("SELECT layer FROM rejects").fetchall()
    assert "households" not in layers
    assert not columns & personal
    assert counts == (0, 0)
    assert rejects == [("stations",)]


def test_counts_a_planner_gave_without_a_ledger_stay_with_the_places(street, tmp_path):
    planned = street.replace(households=street.households.iloc[:0])
    save_district(planned, tmp_path)
    (tmp_path / "people.db").unlink()
    assert list(load_district(tmp_path).buildings["households"]) == [1, 1]


def test_a_low_stored_count_of_rows_loses_no_row(street, tmp_path):
    save_district(street, tmp_path)
    with closing(sqlite3.connect(tmp_path / "place.gpkg")) as base, base:
        base.execute("UPDATE gpkg_ogr_contents SET feature_count = 1")
    assert_same(load_district(tmp_path), street)


def test_text_that_the_files_would_cut_is_refused(street, tmp_path):
    cut = street.replace(stations=street.stations.assign(name=pd.array(["甲\0乙"], "string")))
    with pytest.raises(InputError) as error:
        save_district(cut, tmp_path)
    assert (
        error.value.english == "stations: column 'name' holds a NUL character and cannot be saved"
    )
    assert not (tmp_path / "place.gpkg").exists()


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def _values(column):
    rules = {key: value for check in column.checks for key, value in check.statistics.items()}
    least, most = rules.get("min_value"), rules.get("max_value")
    if "allowed_values" in rules:
        known = st.sampled_from(list(rules["allowed_values"]))
    elif "pattern" in rules:
        known = st.from_regex(str(rules["pattern"]).replace("$", r"\Z"))
    elif str(column.dtype) == "Int64":
        known = st.integers(-(2**62) if least is None else least, 2**62 if most is None else most)
    elif str(column.dtype) == "float64":
        known = st.floats(-1e9 if least is None else least, 1e9 if most is None else most)
    else:
        known = st.booleans() if str(column.dtype).startswith("bool") else _TEXT
    return st.none() | known if column.nullable else known


def _shapes(allowed):
    metres = st.floats(0, 1e7)
    corner = st.tuples(metres, metres)
    square = corner.map(lambda at: box(at[0], at[1], at[0] + 12.3, at[1] + 10.1))
    line = corner.map(lambda at: LineString([at, (at[0] + 1.1, at[1])]))
    drawn = {
        "Point": corner.map(Point),
        "LineString": line,
        "MultiLineString": line.map(lambda one: MultiLineString([one])),
        "Polygon": square,
        "MultiPolygon": square.map(lambda one: MultiPolygon([one])),
    }
    return st.one_of(drawn[kind] for kind in sorted(allowed))


@st.composite
def _tables(draw, contract):
    ids = draw(st.lists(_TEXT, unique=True, max_size=3))
    columns = contract.to_schema().columns
    data = {
        name: pd.Series([draw(_values(column)) for _ in ids], index=ids, dtype="object")
        for name, column in columns.items()
    }
    frame = pd.DataFrame(data, index=pd.Index(ids, dtype="object"))
    allowed = tables.type_of_geometry.get(contract.__name__)
    if allowed is None or contract is tables.Households:
        return frame
    shapes = [draw(_shapes(allowed)) for _ in ids]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, frame.index, crs=CRS))


@st.composite
def _districts(draw):
    chosen = draw(st.sets(st.sampled_from(sorted(PLACE_TABLES)), max_size=3))
    given_tables = {name: draw(_tables(PLACE_TABLES[name])) for name in sorted(chosen)}
    given_tables |= {
        "households": draw(_tables(tables.Households)),
        "rejects": draw(_tables(tables.Rejects)),
        "provenance": draw(_tables(tables.Provenance)),
    }
    facts = draw(st.dictionaries(_TEXT, _TEXT, max_size=3))
    return build_district(draw(_TEXT), CRS, facts=facts, **given_tables)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(district=_districts())
def test_any_district_comes_back_to_the_bit(district, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    save_district(district, folder)
    assert_same(load_district(folder), district)
