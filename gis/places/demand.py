"""
Who is asked about: households, or buildings where there is no ledger, and how much each counts.

    district, weight  ->  Demand (one row per unit: building, groups, weight)
"""

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.catalogue import Catalogue, load_catalogue
from gis.district import District, building_points
from gis.errors import InputError
from gis.places.floors import LIFT_FROM, storeys_to_climb
from gis.tables import COUNTS

RESIDENTIAL_AREA = "residential_area"
WEIGHTS = (*COUNTS, "dual_earner_children", RESIDENTIAL_AREA)
"""What a unit may count for: itself, its people, or square metres of floor."""
UNIT_NAMES = {"household": ("户", "households"), "building": ("楼栋", "buildings")}
WEIGHT_NAMES = {
    "households": ("户数", "households"),
    "people": ("人数", "people"),
    "elders_60": ("60岁及以上老人", "people of 60 and over"),
    "elders_80": ("80岁及以上老人", "people of 80 and over"),
    "children_0_12": ("0至12岁儿童", "children of 0 to 12"),
    "low_income": ("低收入人员", "people of low income"),
    "dual_earner_children": ("双职工家庭儿童", "children of dual earners"),
    RESIDENTIAL_AREA: ("住宅建筑面积", "residential floor area"),
}
"""What people call units and weights: (中文, English)."""
_FIRST = ("households", "people", RESIDENTIAL_AREA)
GROUPS = ("grid", "community", "compound", "street")


@dataclass(frozen=True, eq=False)
class Demand:
    """
    The units of a question.

    Parameters
    ----------
    unit
        ``household``, or ``building`` where no ledger says who lives there.
    table
        Indexed by the unit's id: ``building`` (id or NA), ``row`` (position in the buildings
        table, -1 unplaced), ``grid``, ``community``, ``compound``, ``street`` (NA unknown),
        ``weight`` (float, never NA), ``storeys`` to climb without a lift (float, never NA) and
        whether these are assumed (``storeys_assumed``).
    unknown
        How many units had no figure for this weight and count as 0.
    """

    unit: str
    weight: str
    table: pd.DataFrame
    unknown: int


def build_demand(
    district: District, weight: str | None = None, *, catalogue: Catalogue | None = None
) -> Demand:
    """
    Choose the unit and the weight.

    ``residential_area`` is floors x footprint of buildings that are not known to be something
    else; unknown floors count as one. Without ``weight``: households where they are known, else
    people, else residential area.

    Raises
    ------
    InputError
        The weight is unknown, or the district has no figures for it.
    """
    known = known_weights(district)
    chosen = weight or next(name for name in _FIRST if name in known)
    if chosen not in known:
        listed = ", ".join(known)
        raise InputError(
            f"weight：没有“{chosen}”；这个片区可用：{listed}",
            english=f"weight: '{chosen}' is not to be had here; this district has: {listed}",
        )
    if chosen == RESIDENTIAL_AREA:
        demand = _by_area(district)
    elif len(district.households):
        demand = _by_household(district, chosen)
    else:
        demand = _by_building(district, chosen)
    return _with_storeys(district, demand, catalogue or load_catalogue())


def _with_storeys(district: District, demand: Demand, catalogue: Catalogue) -> Demand:
    lift_from = catalogue.assumed(LIFT_FROM)
    climb = storeys_to_climb(district, demand.unit, demand.table["row"], lift_from=lift_from)
    table = demand.table.assign(storeys=climb.storeys, storeys_assumed=climb.assumed)
    return replace(demand, table=table)


def known_weights(district: District) -> list[str]:
    """List the weights this district has figures for, in the order of ``WEIGHTS``."""
    source = district.households if len(district.households) else district.buildings
    counted = [w for w in WEIGHTS[:-1] if w in source.columns and source[w].notna().any()]
    if len(district.households) and "households" not in counted:
        counted.insert(0, "households")
    return [*counted, RESIDENTIAL_AREA]


def _by_household(district: District, weight: str) -> Demand:
    households = district.households.sort_index()
    row = district.buildings.index.get_indexer(households["building"])
    figures = 1 if weight == "households" else households[weight]
    return _demand(district, "household", weight, row, pd.Series(figures, index=households.index))


def _by_building(district: District, weight: str) -> Demand:
    counted = district.buildings[weight]
    return _demand(district, "building", weight, np.arange(len(counted)), counted)


def _by_area(district: District) -> Demand:
    buildings = district.buildings
    living = (buildings["use"] != "other").fillna(value=True).to_numpy(dtype=bool)
    floors = buildings["floors"].fillna(1).astype(float)
    area = (buildings.geometry.area * floors.clip(lower=1)).where(living, 0.0)
    demand = _demand(district, "building", RESIDENTIAL_AREA, np.arange(len(area)), area.round(1))
    return Demand(demand.unit, demand.weight, demand.table[living], demand.unknown)


def _demand(
    district: District, unit: str, weight: str, row: NDArray[Any], figures: pd.Series
) -> Demand:
    groups = building_groups(district)
    placed = row >= 0
    table = pd.DataFrame({"row": row.astype(np.int64)}, index=figures.index)
    for name in ("building", *GROUPS):
        column = pd.Series(pd.NA, index=table.index, dtype="string")
        column[placed] = groups[name].to_numpy()[row[placed]]
        table[name] = column
    if unit == "household":
        for name in ("grid", "community", "compound"):
            table[name] = table[name].fillna(district.households[name].reindex(table.index))
        table["street"] = _street_of(district, table["community"])
    table["weight"] = figures.astype("Float64").fillna(0).astype(float)
    return Demand(unit, weight, table, int(figures.isna().sum()))


def building_groups(district: District) -> pd.DataFrame:
    """Return for each building its id, grid, community, compound and street (街道)."""
    buildings = district.buildings
    points = building_points(buildings).to_numpy()
    groups = pd.DataFrame({"building": buildings.index.to_numpy()}, index=buildings.index)
    for name in ("grid", "community", "compound"):
        areas = district.table({"grid": "grids", "community": "communities"}.get(name, "compounds"))
        found = _containing(points, areas)
        groups[name] = buildings[name].fillna(pd.Series(found, index=buildings.index))
    groups["street"] = _street_of(district, groups["community"])
    return groups.astype("string")


def _containing(points: NDArray[np.object_], areas: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return for each point the first area it lies in, or None."""
    found = np.full(len(points), None, dtype=object)
    if len(areas) and len(points):
        point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, "intersects")
        order = np.lexsort((-area, point))
        found[point[order]] = areas.index.to_numpy(dtype=object)[area[order]]
    return found


def _street_of(district: District, community: pd.Series) -> pd.Series:
    return community.map(district.communities["street"].to_dict()).astype("string")
