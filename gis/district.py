"""
The tables of one place, together.

A district is a value: nothing changes it; ``replace`` returns a changed copy. Every geometry is
in metres in ``crs``, the 3-degree Gauss-Krüger zone of the place (the UTM zone outside China).
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gis import tables
from gis.tables import Contract

PLACE_TABLES: dict[str, Contract] = {
    "communities": tables.Communities,
    "grids": tables.Grids,
    "compounds": tables.Compounds,
    "gates": tables.Gates,
    "barriers": tables.Barriers,
    "buildings": tables.Buildings,
    "entrances": tables.Entrances,
    "stations": tables.Stations,
    "candidates": tables.Candidates,
    "streets": tables.Streets,
}
"""Tables of places: they go to ``place.gpkg`` and may be passed on."""


@dataclass(frozen=True, eq=False)
class District:
    """
    One place: its tables, and where each came from.

    Parameters
    ----------
    name
        What people call the place.
    crs
        The one frame inside, such as ``EPSG:4543``; metres.
    households
        Under ``tables.Households``; its geometry is the point of the building, or missing.
        Empty where no ledger was given.
    facts
        Small notes kept with the place: ``data_date``, ``attribution``, ``scale_error_ppm``,
        ``synthetic`` …, all text.
    """

    name: str
    crs: str
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    households: gpd.GeoDataFrame
    rejects: pd.DataFrame
    provenance: pd.DataFrame
    facts: dict[str, str] = field(default_factory=dict)

    def replace(self, **changes: Any) -> "District":
        """Return a copy with some tables or facts changed; nothing is checked anew."""
        return dataclasses.replace(self, **changes)

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Return a table of places by name; ``KeyError`` for any other name."""
        if name not in PLACE_TABLES:
            raise KeyError(name)
        frame: gpd.GeoDataFrame = getattr(self, name)
        return frame


def build_district(
    name: str, crs: str, *, facts: dict[str, str] | None = None, **given: Any
) -> District:
    """
    Bring tables under their contracts and put them together; tables not given are empty.

    Parameters
    ----------
    given
        Tables by name, geometry already in ``crs``.

    Raises
    ------
    InputError
        A table breaks its contract.
    """
    unknown = set(given) - {*PLACE_TABLES, "households", "rejects", "provenance"}
    if unknown:
        raise TypeError(f"no such table: {', '.join(sorted(unknown))}")
    places = {key: _under(given.get(key), contract, crs) for key, contract in PLACE_TABLES.items()}
    households = _under(given.get("households"), tables.Households, crs, places["buildings"])
    return District(
        name=name,
        crs=crs,
        **places,
        households=households,
        rejects=_plain(given.get("rejects"), tables.Rejects),
        provenance=_plain(given.get("provenance"), tables.Provenance),
        facts=dict(facts or {}),
    )


def building_points(buildings: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the point that stands for each building: its centroid, moved inside if it must."""
    centre = buildings.geometry.centroid
    area = buildings.geometry.geom_type != "Point"
    outside = area & ~buildings.geometry.covers(centre)
    centre[outside] = buildings.geometry[outside].representative_point()
    return centre


def _under(
    frame: Any, contract: Contract, crs: str, buildings: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    if frame is None:
        return tables.empty(contract, crs)
    if buildings is not None:
        points = building_points(buildings).reindex(frame["building"])
        frame = gpd.GeoDataFrame(
            frame.drop(columns="geometry", errors="ignore"),
            crs=crs,
            geometry=points.set_axis(frame.index).array,
        )
    if frame.crs is None:
        frame = frame.set_crs(crs)
    return tables.conform(frame.to_crs(crs), contract)


def _plain(frame: Any, contract: Contract) -> pd.DataFrame:
    return tables.empty(contract) if frame is None else tables.conform(frame, contract)
