"""
How many storeys people climb without a lift, and where that is only assumed.

    buildings (floors, lift), units (household's floor)  -->  storeys, assumed

The ground floor is 1, as floors are counted in China; the first basement is -1. What is not
known is taken so, and marked:

- a lift: where the building has as many storeys as a lift is asked for (``data/assumptions.csv``)
- a household's floor: such households of a building, in the order of their ids, are dealt over
  its floors 1, 2, ... n, 1, 2, ... in turn
- a building as a unit of its own: its middle floor
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.district import District

LIFT_FROM = "lift_from_storeys"
"""The assumption of the catalogue from how many storeys on a building has a lift."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Climb:
    """Storeys each unit climbs without a lift, up or down, and whether that is assumed."""

    storeys: Floats
    assumed: NDArray[np.bool_]


def storeys_to_climb(district: District, unit: str, row: pd.Series, *, lift_from: float) -> Climb:
    """
    Tell how many storeys each unit is away from the ground floor on foot.

    Parameters
    ----------
    unit
        ``household`` or ``building``.
    row
        Of n units by id: the position of each one's building in the table, -1 unplaced.
    lift_from
        A building whose lift is unknown has one from so many storeys on.

    Returns
    -------
    Climb
        n rows; 0 with a lift, on the ground floor, and (marked) where nothing is known.
    """
    placed = row.to_numpy() >= 0
    floors = _of_building(district.buildings["floors"], row)
    lift = _of_building(district.buildings["lift"], row)
    told = np.full(len(row), np.nan)
    if unit == "household":
        known = district.households["floor"].reindex(row.index).astype("Float64")
        told = known.to_numpy(dtype=float, na_value=np.nan)
    told = np.where(np.isnan(told) & (floors <= 1), 1.0, told)
    guess = _storeys(_dealt(row, told, floors)) if unit == "household" else (floors - 1) / 2
    storeys = np.where(np.isnan(told), guess, _storeys(told))
    # a household on the ninth floor shows that there are nine
    high = np.fmax(floors, told) >= lift_from
    lifted = np.where(np.isnan(lift), high, lift == 1)
    unknown_floor, unknown_lift = np.isnan(told), np.isnan(lift)
    needed = np.nan_to_num(storeys, nan=1.0) > 0
    assumed = ~placed | (unknown_floor & ~(lift == 1)) | (unknown_lift & needed)
    climbed = np.where(lifted | ~placed, 0.0, np.nan_to_num(storeys, nan=0.0))
    return Climb(climbed, assumed)


def _of_building(column: pd.Series, row: pd.Series) -> Floats:
    """Return a column of the buildings for each unit; NaN unknown or unplaced."""
    values = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    found: Floats = np.r_[values, np.nan][row.to_numpy()]
    return found


def _storeys(floor: Floats) -> Floats:
    """Storeys between a floor and the ground floor; there is no floor 0, it counts as ground."""
    return np.where(floor > 0, floor - 1, -floor)


def _dealt(row: pd.Series, told: Floats, floors: Floats) -> Floats:
    """Deal households whose floor is unknown over the floors of their building, by id."""
    order = np.argsort(row.index.to_numpy(dtype=object), kind="stable")
    unknown = order[np.isnan(told[order])]
    turn = pd.Series(row.to_numpy()[unknown]).groupby(row.to_numpy()[unknown]).cumcount().to_numpy()
    dealt = np.full(len(row), np.nan)
    dealt[unknown] = turn % np.fmax(floors[unknown], 1.0) + 1
    dealt[np.isnan(floors)] = np.nan
    return dealt
