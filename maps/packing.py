"""
Geometry and columns as short text, so that ten thousand buildings weigh a few hundred kilobytes.

Positions are Web Mercator metres, counted in tenths from the corner of the page; a building in
China thus keeps 6-10 cm. Neighbouring vertices are written as differences, each zigzag-coded
and cut into 7-bit groups (the varint of Protocol Buffers), and the bytes as base64:

    lon/lat ─mercator─▶ tenths of metres (n x 2) ─differences─▶ varints ─▶ base64

``assets/unpack.js`` reads it back.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

EARTH_RADIUS = 6_378_137.0  # metres; the sphere of EPSG:3857
UNIT = 0.1  # metres of Web Mercator in one step

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Origin:
    """The corner from which a page counts its positions, in Web Mercator metres."""

    x: float
    y: float


def mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn n x 2 longitudes and latitudes into Web Mercator metres."""
    radians = np.radians(lonlat)
    north = np.log(np.tan(np.pi / 4 + radians[:, 1] / 2))
    return EARTH_RADIUS * np.column_stack([radians[:, 0], north])


def origin_of(bounds: Sequence[float]) -> Origin:
    """Return the south-west corner of west, south, east, north, on whole metres."""
    x, y = np.floor(mercator(np.array([bounds[:2]], dtype=float))[0])
    return Origin(float(x), float(y))


def varints(numbers: Integers) -> str:
    """Write whole numbers from 0 up as base64 text, seven bits a byte, low bits first."""
    values = np.asarray(numbers, dtype=np.uint64)
    groups = (values[:, None] >> np.arange(0, 42, 7, dtype=np.uint64)) & np.uint64(0x7F)
    places = np.arange(groups.shape[1])
    last = np.where(groups > 0, places, 0).max(axis=1, initial=0)
    groups |= np.where(places < last[:, None], np.uint64(0x80), np.uint64(0))
    kept = groups.astype(np.uint8)[places <= last[:, None]]
    return base64.b64encode(kept.tobytes()).decode("ascii")


def zigzag(numbers: Integers) -> Integers:
    """Fold signed numbers to unsigned ones: 0, -1, 1, -2 … become 0, 1, 2, 3 …"""
    return (numbers << 1) ^ (numbers >> 63)


def pack_geometry(shapes: gpd.GeoSeries, origin: Origin) -> dict[str, Any]:
    """
    Pack points, lines and polygons, mixed or not.

    Parameters
    ----------
    shapes
        n geometries in longitude and latitude; none, or empty, packs as no part.

    Returns
    -------
    dict
        ``count`` n; ``parts`` per shape (rings of a polygon, holes included, drawn even-odd);
        ``sizes`` vertices per part, a ring's closing vertex left out; ``xy`` the vertices.
    """
    pieces, owner = shapely.get_parts(np.asarray(shapes.array), return_index=True)
    full = ~shapely.is_empty(pieces)
    pieces, owner = pieces[full], owner[full]
    lines, piece_of_line = _lines(pieces)
    owner_of_line = owner[piece_of_line]
    steps, line_of_vertex = _vertices(lines, origin)
    sizes = np.bincount(line_of_vertex, minlength=len(lines))
    moves = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {
        "count": len(shapes),
        "parts": varints(np.bincount(owner_of_line, minlength=len(shapes))),
        "sizes": varints(sizes),
        "xy": varints(zigzag(moves.ravel())),
    }


def _lines(pieces: NDArray[Any]) -> tuple[NDArray[Any], Integers]:
    """Split polygons into rings; leave the rest as it is; keep the order of pieces."""
    area = shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON
    rings, ring_owner = shapely.get_rings(pieces[area], return_index=True)
    lines = np.concatenate([pieces[~area], rings])
    owner = np.concatenate([np.flatnonzero(~area), np.flatnonzero(area)[ring_owner]])
    order = np.argsort(owner, kind="stable")
    return lines[order], owner[order]


def _vertices(lines: NDArray[Any], origin: Origin) -> tuple[Integers, Integers]:
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    closing = np.append(line[1:] != line[:-1], True) if len(line) else np.zeros(0, dtype=bool)
    ring = shapely.get_type_id(lines) == shapely.GeometryType.LINEARRING
    kept = ~(closing & ring[line])
    metres = mercator(lonlat[kept]) - (origin.x, origin.y)
    return np.rint(metres / UNIT).astype(np.int64), line[kept]


def pack_column(values: pd.Series) -> dict[str, Any]:
    """
    Pack one column as its distinct values and a code per row; code 0 stands for missing.

    Values keep the order in which they first appear, so equal tables pack equally.
    """
    codes, distinct = pd.factorize(values.astype("object"), use_na_sentinel=True)
    return {"values": [_plain(value) for value in distinct], "codes": varints(codes + 1)}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def pack_table(
    table: gpd.GeoDataFrame, columns: Sequence[str], origin: Origin, *, anchors: bool = False
) -> dict[str, Any]:
    """
    Pack geometry, ids and the named columns; a column the table lacks is left out.

    ``anchors`` adds one point inside each shape, where its label stands.
    """
    packed = pack_geometry(table.geometry, origin)
    packed["columns"] = {
        name: pack_column(table[name]) for name in columns if name in table.columns
    }
    if anchors:
        packed["anchors"] = pack_geometry(table.geometry.representative_point(), origin)["xy"]
    return packed
