"""
Where a station could stand: premises of a table, venues, compound gates, points on the streets.

    district, network, services asked for  --list_candidates-->  one row a candidate
    district + some of them                --with_sites------->  a district where they stand
"""

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.district import District, building_points
from gis.errors import InputError
from gis.plans.asking import spacing
from gis.plans.street_points import street_points
from gis.streets.additions import with_stations
from gis.streets.network import Network
from gis.streets.pieces import PUBLIC
from gis.tables import LIST_SEPARATOR

_NAMED = 5
_BESIDE_METRES = 1.0
_COLUMNS = ("name", "kind", "source", "services", "cost", "station")

Offers = Sequence[frozenset[str]]


def list_candidates(
    district: District,
    network: Network,
    kinds: Sequence[str],
    services: Sequence[str],
    offers: Offers,
) -> gpd.GeoDataFrame:
    """
    List the sites that may get a station.

    Parameters
    ----------
    kinds
        ``table`` (rows that may offer some service asked for; none named: any), ``venues``
        (stations in use that lack some), ``gates`` (of compounds, on their public side),
        ``streets:200``.
    services
        Those asked for.
    offers
        What each station offers.

    Returns
    -------
    GeoDataFrame
        By id, kinds in the order given: ``name``, ``kind``, ``source``, ``services`` (those it
        would add, joined with ``|``), ``cost`` (NaN unknown), ``station`` (row of the station that
        would add them, else -1), ``geometry`` (point).

    Raises
    ------
    InputError
        There are none, or two have one id.
    """
    parts = [_part(district, network, kind, tuple(services), offers) for kind in kinds]
    table = pd.concat(parts)
    twice = table.index[table.index.duplicated()]
    if len(twice):
        listed = ", ".join(map(str, twice[:_NAMED]))
        raise InputError(
            f"candidates：编号重复：{listed}；请在候选表中换一个编号",
            english=f"candidates: ids stand twice: {listed}; choose others in the table",
        )
    if not len(table):
        raise _none(kinds, services)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=district.crs)


def _none(kinds: Sequence[str], services: Sequence[str]) -> InputError:
    listed, wanted = ", ".join(kinds), ", ".join(services)
    return InputError(
        f"candidates：{listed} 中没有能提供“{wanted}”的候选点；请补充候选表，或加上 "
        "candidates='streets:200'（街边每 200 米一处）",
        english=f"candidates: nothing among {listed} may offer '{wanted}'; fill the table of "
        "candidates, or add candidates='streets:200' (a point every 200 m on the streets)",
    )


def _part(
    district: District, network: Network, kind: str, services: tuple[str, ...], offers: Offers
) -> gpd.GeoDataFrame:
    metres = spacing(kind)
    if metres is not None:
        return _on_streets(district, network, metres, services)
    listed: Callable[..., gpd.GeoDataFrame] = {
        "table": _of_table,
        "venues": _of_venues,
        "gates": _of_gates,
    }[kind]
    return listed(district, network, services, offers)


def _of_table(
    district: District, _: Network, services: tuple[str, ...], __: Offers
) -> gpd.GeoDataFrame:
    given = district.candidates
    known = [frozenset(text.split(LIST_SEPARATOR)) for text in given["services"].fillna("")]
    own = [_joined(services if each == {""} else each, services) for each in known]
    table = _rows(
        district,
        given.index,
        building_points(given).to_numpy(),
        kind="table",
        name=given["name"].to_numpy(dtype=object),
        source=given["premises_source"].to_numpy(dtype=object),
        services=own,
        cost=given["cost"].to_numpy(dtype=float),
    )
    return table[table["services"] != ""]


def _of_venues(
    district: District, _: Network, services: tuple[str, ...], offers: Offers
) -> gpd.GeoDataFrame:
    stations = district.stations
    added = [_joined(frozenset(services) - offered, services) for offered in offers]
    table = _rows(
        district,
        stations.index,
        building_points(stations).to_numpy(),
        kind="venues",
        name=stations["name"].to_numpy(dtype=object),
        services=added,
        station=np.arange(len(stations)),
    )
    running = (stations["state"] == "open").to_numpy(dtype=bool)
    return table[running & (table["services"] != "").to_numpy()].sort_index()


def _of_gates(
    district: District, network: Network, services: tuple[str, ...], _: Offers
) -> gpd.GeoDataFrame:
    """Gates of compounds; each candidate a step outside, on the nearest public street."""
    gates = network.gates
    some = ((gates["kind"] == "ring") & gates["compound"].notna()).to_numpy(dtype=bool)
    gates = gates[some]
    names = gates["compound"].map(district.compounds["name"].to_dict())
    own = gates["name"].fillna("").to_numpy(dtype=object)
    places = shapely.points(gates[["x", "y"]].to_numpy(dtype=float))
    return _rows(
        district,
        "gate:" + gates.index.astype(str),
        _outside(network, places),
        kind="gates",
        name=names.fillna("").to_numpy(dtype=object) + own,
        services=[LIST_SEPARATOR.join(services)] * len(gates),
    )


def _outside(network: Network, places: NDArray[np.object_]) -> NDArray[np.object_]:
    """Move points to the nearest public street, a step away from its ends: out of the ring."""
    lines = network.pieces.lines[network.pieces.table["zone"].to_numpy() == PUBLIC]
    if not len(lines) or not len(places):
        return places
    row, near = shapely.STRtree(lines).query_nearest(places, all_matches=False)
    length = shapely.length(lines[near])
    step = np.minimum(_BESIDE_METRES, length / 2)
    at = np.clip(shapely.line_locate_point(lines[near], places[row]), step, length - step)
    moved = places.copy()
    moved[row] = shapely.line_interpolate_point(lines[near], at)
    return moved


def _on_streets(
    district: District, network: Network, metres: float, services: tuple[str, ...]
) -> gpd.GeoDataFrame:
    places, street = street_points(network, metres)
    return _rows(
        district,
        [f"street:{number}" for number in range(1, len(places) + 1)],
        places,
        kind="streets",
        name=district.streets["name"].to_numpy(dtype=object)[street],
        services=[LIST_SEPARATOR.join(services)] * len(places),
    )


def _joined(offered: Any, services: tuple[str, ...]) -> str:
    """Join those asked for, in the order asked."""
    return LIST_SEPARATOR.join(each for each in services if each in offered)


def _rows(
    district: District, ids: Any, places: NDArray[np.object_], **columns: Any
) -> gpd.GeoDataFrame:
    usual = {"name": pd.NA, "source": pd.NA, "cost": np.nan, "station": -1}
    told = usual | columns
    index = pd.Index(ids, name="id", dtype="object")
    table = pd.DataFrame({name: told[name] for name in _COLUMNS}, index=index)
    types = dict.fromkeys(("name", "kind", "source", "services"), "string")
    table = table.astype({**types, "cost": float, "station": "int64"})
    return gpd.GeoDataFrame(table, geometry=places, crs=district.crs)


def with_sites(
    district: District, network: Network, sites: gpd.GeoDataFrame, offers: Offers
) -> tuple[District, Network, NDArray[np.int64]]:
    """
    Let candidates stand: new stations join the network, venues offer more.

    New stations are open, their hours and capacity unknown; their ids are those of the candidates,
    after ``new:`` where a station has that id already.

    Returns
    -------
    tuple
        District, network, and the row of the station each site has become. Cost: the joins of the
        new stations, and a pass over the arcs.
    """
    venue = sites["station"].to_numpy() >= 0
    rows = sites["station"].to_numpy().copy()
    rows[~venue] = len(district.stations) + np.arange(int((~venue).sum()))
    stations = _offering(district.stations, sites[venue], offers)
    grown = district.replace(stations=_appended(stations, sites[~venue]))
    new = np.sort(rows[~venue])
    return grown, with_stations(network, grown, new) if len(new) else network, rows


def _offering(
    stations: gpd.GeoDataFrame, venues: gpd.GeoDataFrame, offers: Offers
) -> gpd.GeoDataFrame:
    """Write the services added into the stations that add them."""
    if not len(venues):
        return stations
    services = stations["services"].to_numpy(dtype=object).copy()
    for row, added in zip(venues["station"], venues["services"], strict=True):
        all_of_it = {*offers[row], *added.split(LIST_SEPARATOR)} - {""}
        services[row] = LIST_SEPARATOR.join(sorted(all_of_it))
    return stations.assign(
        services=pd.Series(services, stations.index, dtype=stations["services"].dtype)
    )


def _appended(stations: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not len(sites):
        return stations
    taken = sites.index.isin(stations.index)
    names = np.where(taken, "new:" + sites.index.astype(str), sites.index.astype(str))
    told = {
        "name": sites["name"].to_numpy(dtype=object),
        "services": sites["services"].to_numpy(dtype=object),
        "state": "open",
    }
    columns = {name: told.get(name, pd.NA) for name in stations.columns.drop("geometry")}
    index = pd.Index(names, name="id", dtype=stations.index.dtype)
    table = pd.DataFrame(columns, index=index).astype(stations.dtypes.drop("geometry"))
    shaped = gpd.GeoDataFrame(table, geometry=sites.geometry.to_numpy(), crs=stations.crs)
    return pd.concat([stations, shaped])
