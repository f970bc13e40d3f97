"""
A city from one street: k x k tiles side by side, joined where streets run over the edge.

Tile 0 is the street itself. Codes take the tile's own street number, other ids a prefix, and a
street node on the east (north) edge is the node on the west (south) edge of the next tile.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.samples.spec import Spec

Tables = dict[str, Any]
Nodes = dict[str, tuple[float, float]]

STREET_DIGITS = 9
"""Leading digits of a code that name the street."""
CODED = {
    "communities": ["code"],
    "grids": ["code", "community"],
    "compounds": ["community"],
    "gates": ["compound"],
    "buildings": ["compound", "community", "grid"],
    "households": ["building", "compound", "community", "grid"],
}
"""Tables whose ids start with the street's code, and their columns that do."""
NUMBERED = {
    "barriers": [],
    "entrances": ["place"],
    "stations": [],
    "candidates": [],
    "streets": [],
}
"""Tables whose ids are only counted, and their columns that refer to such ids."""


def tiled(tile: Tables, nodes: Nodes, spec: Spec, side: int) -> Tables:
    """Repeat one tile ``side`` x ``side`` times; ``side`` 1 gives it back."""
    if side == 1:
        return tile
    parts = [
        _part(tile, nodes, spec, (column, row), side)
        for row in range(side)
        for column in range(side)
    ]
    return {name: pd.concat([part[name] for part in parts]) for name in tile}


def street_code(spec: Spec, number: int) -> str:
    """Nine digits: county and street count up, 99 streets to a county; tile 0 is the spec's."""
    county, street = divmod(number, 99)
    return f"{spec.place['code'][:4]}{county + 1:02d}{street + 1:03d}"


def _part(tile: Tables, nodes: Nodes, spec: Spec, at: tuple[int, int], side: int) -> Tables:
    """One tile moved to its place, its ids made its own."""
    number = at[1] * side + at[0]
    code = street_code(spec, number)
    part = {name: _recoded(tile[name], columns, code) for name, columns in CODED.items()}
    part |= {name: _prefixed(tile[name], columns, number) for name, columns in NUMBERED.items()}
    part["stations"]["code"] = code + part["stations"]["code"].str[STREET_DIGITS:]
    ids = _node_ids(nodes, spec, at, side)
    for end in ("u", "v"):
        part["streets"][end] = part["streets"][end].map(ids)
    part["gates"]["node"] = part["gates"]["node"].map(ids)
    west, south, east, north = spec.ground["frame"]
    shift = np.array([at[0] * (east - west), at[1] * (north - south)])
    for name, table in part.items():
        if name != "households":
            moved = shapely.transform(table.geometry.to_numpy(), lambda xy: xy + shift)
            part[name] = table.set_geometry(gpd.GeoSeries(moved, table.index, crs=table.crs))
    return part


def _node_ids(nodes: Nodes, spec: Spec, at: tuple[int, int], side: int) -> dict[str, str]:
    """New id of every node; on the west and south edge it is the neighbour tile's id."""
    west, south, east, north = spec.ground["frame"]
    by_place = {place: name for name, place in nodes.items()}
    number = at[1] * side + at[0]
    ids = {}
    for name, (x, y) in nodes.items():
        if x == west and at[0] > 0:
            ids[name] = _own(by_place[east, y], number - 1)
        elif y == south and at[1] > 0:
            ids[name] = _own(by_place[x, north], number - side)
        else:
            ids[name] = _own(name, number)
    return ids


def _own(name: str, number: int) -> str:
    return name if number == 0 else f"{name}-{number}"


def _recoded(table: Any, columns: list[str], code: str) -> Any:
    changed = table.copy()
    for column in columns:
        changed[column] = code + table[column].str[STREET_DIGITS:]
    return changed.set_index(pd.Index(code + table.index.str[STREET_DIGITS:], name="id"))


def _prefixed(table: Any, columns: list[str], number: int) -> Any:
    changed = table.copy()
    if number == 0:
        return changed
    for column in columns:
        changed[column] = table[column] + f"-{number}"
    return changed.set_index(pd.Index(table.index + f"-{number}", name="id"))
