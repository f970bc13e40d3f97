"""
Rules as arrays, and what they say about a set of open columns without looking at rows.

    Terms, opened (m)  --number, money, allows-->  places taken, money spent, kept or not
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis.siting.given import Floats, Ints, Sites

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Group:
    """A floor, read."""

    name: str
    weights: Floats
    share: float


@dataclass(frozen=True, eq=False)
class Terms:
    """
    Rules as arrays. ``count`` and ``budget`` are inf where there is none.

    ``house`` (m) numbers houses from 0 on, a column that stands alone is a house of its own;
    ``house_costs`` has one number a house. ``ways`` (k x 3) are rows, columns, actions.
    """

    sites: Sites
    count: float
    costs: Floats
    budget: float
    cheapest: bool
    capacities: Floats | None
    groups: tuple[Group, ...]
    within: float
    apart: Ints
    house: Ints
    house_costs: Floats
    most: float
    counted: Flags
    ways: Ints
    way_costs: Floats
    backup: float

    @cached_property
    def fixed(self) -> Flags:
        """Which columns (m) stand whatever is chosen."""
        stands = np.zeros(self.sites.size, dtype=bool)
        stands[self.sites.existing] = True
        stands[self.sites.may_close] = False
        return stands

    @cached_property
    def usable(self) -> Flags:
        """Which columns (m) may be open."""
        may = np.ones(self.sites.size, dtype=bool)
        may[self.sites.forbidden] = False
        return may

    @cached_property
    def standing(self) -> Flags:
        """Which columns (m) stand today."""
        stands = np.zeros(self.sites.size, dtype=bool)
        stands[self.sites.existing] = True
        return stands

    @cached_property
    def freed(self) -> tuple[Ints, ...]:
        """Existing columns of each house that can be emptied and then frees a place."""
        houses = np.unique(self.house[self.sites.may_close])
        kept = np.isin(houses, self.house[self.fixed])
        closing = self.sites.may_close[self.counted[self.sites.may_close]]
        rooms = (closing[self.house[closing] == each] for each in houses[~kept])
        return tuple(room for room in rooms if len(room))

    def number(self, opened: Flags) -> int:
        """Count the places taken: houses with something new, less the houses emptied."""
        new = opened & ~self.standing & self.counted
        emptied = sum(not opened[room].any() for room in self.freed)
        return len(np.unique(self.house[new])) - emptied

    def money(self, opened: Flags) -> float:
        """Add up what the new columns and their houses cost, less what closing gives back."""
        new, closed = opened & ~self.standing, self.standing & ~opened
        houses = np.unique(self.house[new])
        return float(
            self.costs[new].sum() + self.house_costs[houses].sum() - self.costs[closed].sum()
        )

    def allows(self, opened: Flags) -> bool:
        """Tell whether a set of open columns keeps every rule that looks at columns alone."""
        return (
            self.number(opened) <= self.count
            and self.money(opened) <= self.budget + self._slack
            and not (opened[self.apart[:, 0]] & opened[self.apart[:, 1]]).any()
            and not self.crowded(opened)
        )

    @cached_property
    def _slack(self) -> float:
        """What HiGHS takes for equal: 1e-6, less where money comes in smaller units."""
        prices = np.r_[self.costs[self.costs > 0], self.house_costs[self.house_costs > 0], 1.0]
        return 2e-6 * float(prices.min())

    def crowded(self, opened: Flags) -> bool:
        """Tell whether some house holds more columns than it may, and more than stand already."""
        if self.most == math.inf:
            return False
        inside = np.bincount(self.house, opened, minlength=len(self.house_costs))
        stay = np.bincount(self.house, self.fixed, minlength=len(self.house_costs))
        return bool((inside > np.maximum(self.most, stay)).any())
