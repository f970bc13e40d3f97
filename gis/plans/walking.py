"""
Who walks to which site, and at what cost: pairs of buildings and sites become rows and columns.

    Demand  --group_units-->  Groups (one building, one number of storeys)
    pairs (site, building)  --links_of-->  (group, column, cost)
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.coverage.question import Asked
from gis.coverage.searcher import Searcher

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Groups:
    """
    Units that walk alike: of one building, and as many storeys up.

    Sorted by building, then climb. ``of_unit`` is each unit's group, -1 for units that count for
    nothing, and the number of groups for those that cannot walk at all (not placed, or too high
    for this walker). ``first`` has where each building's groups begin, one more than buildings.
    """

    building: Ints
    climb: Ints
    of_unit: Ints
    first: Ints

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.building)


@dataclass(frozen=True, eq=False)
class Links:
    """Who can reach what: rows, columns and costs of as many links; and the gate, where one is."""

    row: Ints
    column: Ints
    cost: Ints
    gate: Ints | None = None


def group_units(searcher: Searcher, asked: Asked, counted: Flags) -> Groups:
    """Group the units that count."""
    units = searcher.units
    climb = units.climb(asked.walker)
    able = counted & (units.row >= 0) & ~units.barred(asked.walker)
    rows = np.flatnonzero(able)
    told = np.stack([units.row[rows], climb[rows]])
    kinds, group = np.unique(told, axis=1, return_inverse=True)
    of_unit = np.where(counted, kinds.shape[1], -1).astype(np.int64)
    of_unit[rows] = group.reshape(-1)
    count = len(searcher.network.building)
    first = np.searchsorted(kinds[0], np.arange(count + 1))
    return Groups(kinds[0], kinds[1], of_unit, first)


def links_of(groups: Groups, pairs: pd.DataFrame, column: Ints, limit: int | None) -> Links:
    """
    Give each pair of a building to the groups living there, storeys added.

    ``column`` names the column of each station row; ``limit`` is that on the whole cost, none for
    no limit. Cost and memory follow the links.
    """
    building = pairs["building"].to_numpy()
    many = np.diff(groups.first)[building]
    pair = np.repeat(np.arange(len(pairs)), many)
    begin = np.repeat(np.cumsum(many) - many, many)
    row = groups.first[building][pair] + np.arange(len(pair)) - begin
    cost = pairs["cost"].to_numpy()[pair] + groups.climb[row]
    within = slice(None) if limit is None else cost <= limit
    gate = pairs["gate"].to_numpy()[pair][within] if "gate" in pairs else None
    return Links(row[within], column[pairs["station"].to_numpy()[pair]][within], cost[within], gate)
