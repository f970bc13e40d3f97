"""Stations: a sign per kind, so that kinds are told apart without colour."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from gis.tables import LIST_SEPARATOR
from maps.glyphs import glyph
from maps.offline import Block
from maps.packing import Origin, pack_table
from maps.words import LAYERS, Both, both


def stations(
    table: gpd.GeoDataFrame,
    origin: Origin,
    *,
    kinds: Mapping[str, Both],
    services: Mapping[str, Both],
    asked: Sequence[frozenset[str]] = (),
) -> Block:
    """
    Return the layer of stations.

    Parameters
    ----------
    kinds, services
        Names by code; a code without a name stands for itself.
    asked
        For each coverage the services it asks; the page marks the stations that offer one.
    """
    points = table.set_geometry(table.geometry.representative_point())
    points = points.assign(services=_known_services(table))
    packed = pack_table(points, ["name", "kind", "services", "hours", "state"], origin)
    used = sorted(set(points["kind"].dropna())) if "kind" in points else []
    return Block(
        "layer",
        {
            "layer": "stations",
            "name": LAYERS["stations"],
            "kinds": {code: _kind(code, kinds) for code in used},
            "services": {code: both(services, code) for code in _codes(points)},
            "asked": [sorted(codes) for codes in asked],
            **packed,
        },
    )


def _known_services(table: gpd.GeoDataFrame) -> pd.Series:
    if "services" in table.columns:
        return table["services"]
    return pd.Series(pd.NA, index=table.index, dtype="string")


def _codes(points: gpd.GeoDataFrame) -> list[str]:
    lists = points["services"].dropna().str.split(LIST_SEPARATOR)
    return sorted({code for codes in lists for code in codes})


def _kind(code: str, kinds: Mapping[str, Both]) -> dict[str, object]:
    name = both(kinds, code)
    sign = glyph(code, *name)
    return {"name": name, "glyph": (sign.zh, sign.en), "shape": sign.shape, "colour": sign.colour}
