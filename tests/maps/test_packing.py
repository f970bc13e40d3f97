"""What is packed comes back, to the step; the reader here is a second one, written apart."""

import base64
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from maps.offline import to_json
from maps.packing import (
    UNIT,
    Origin,
    mercator,
    origin_of,
    pack_column,
    pack_geometry,
    pack_table,
    varints,
    zigzag,
)


def read_varints(text: str) -> list[int]:
    numbers, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    return numbers


def read_positions(text: str) -> np.ndarray:
    moves = [(n >> 1) ^ -(n & 1) for n in read_varints(text)]
    return np.array(moves, dtype=int).reshape(-1, 2).cumsum(axis=0)


@given(st.lists(st.integers(0, 2**40)))
def test_varints_come_back(numbers):
    assert read_varints(varints(np.array(numbers, dtype=np.int64))) == numbers


@given(st.lists(st.integers(-(2**31), 2**31)))
def test_zigzag_is_unsigned_and_comes_back(numbers):
    folded = zigzag(np.array(numbers, dtype=np.int64))
    assert (folded >= 0).all()
    assert [(n >> 1) ^ -(n & 1) for n in folded.tolist()] == numbers


def test_mercator_agrees_with_proj():
    places = gpd.GeoSeries(
        [Point(102.66, 25.04), Point(-51.2, -30.03), Point(24.9, 60.2)], crs=4326
    )
    expected = places.to_crs(3857)
    ours = mercator(np.column_stack([places.x, places.y]))
    assert np.allclose(ours, np.column_stack([expected.x, expected.y]), atol=1e-6)


def test_every_vertex_lies_within_half_a_step():
    shapes = gpd.GeoSeries(
        [
            Point(102.7, 25.0),
            LineString([(102.7, 25.0), (102.71, 25.01), (102.72, 25.0)]),
            MultiPolygon([box(102.70, 25.0, 102.701, 25.001), box(102.71, 25.0, 102.711, 25.001)]),
        ]
    )
    origin = origin_of((102.69, 24.99, 102.72, 25.01))
    packed = pack_geometry(shapes, origin)
    assert packed["count"] == 3
    assert read_varints(packed["parts"]) == [1, 1, 2]
    assert read_varints(packed["sizes"]) == [1, 3, 4, 4]
    back = read_positions(packed["xy"]) * UNIT + (origin.x, origin.y)
    rings = [list(part.exterior.coords)[:-1] for part in shapes[2].geoms]
    given_points = [*shapes[0].coords, *shapes[1].coords, *rings[0], *rings[1]]
    assert np.abs(back - mercator(np.array(given_points))).max() <= UNIT / 2 + 1e-6


def test_holes_are_parts_of_their_shape():
    ring = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])
    packed = pack_geometry(gpd.GeoSeries([Point(0, 0), ring]), Origin(0, 0))
    assert read_varints(packed["parts"]) == [1, 2]
    assert read_varints(packed["sizes"]) == [1, 4, 4]


@pytest.mark.parametrize("shapes", [[], [None, Point()], [Polygon()]])
def test_shapes_without_vertices_pack_as_no_part(shapes):
    packed = pack_geometry(gpd.GeoSeries(shapes, dtype="geometry"), Origin(0, 0))
    assert packed["count"] == len(shapes)
    assert read_varints(packed["parts"]) == [0] * len(shapes)
    assert packed["xy"] == ""


def test_a_column_keeps_missing_apart_from_every_value():
    packed = pack_column(pd.Series(["a", pd.NA, "", "a"], dtype="string"))
    assert packed["values"] == ["a", ""]
    assert read_varints(packed["codes"]) == [1, 0, 2, 1]


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "Float64"])
def test_every_kind_of_column_becomes_json(dtype):
    packed = pack_column(pd.Series([1, pd.NA, 0], dtype=dtype))
    assert json.loads(to_json(packed)) == {"values": [1, 0], "codes": varints(np.array([1, 0, 2]))}


def test_a_column_the_table_lacks_is_left_out():
    table = gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    packed = pack_table(table, ["name", "hours"], Origin(0, 0), anchors=True)
    assert list(packed["columns"]) == ["name"]
    assert len(read_positions(packed["anchors"])) == 1


def test_text_cannot_leave_its_json_block():
    written = to_json(["</script><!--", "a & b", "\u2028"])
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == ["</script><!--", "a & b", "\u2028"]


def test_a_figure_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"share": float("nan")})
