"""
A p-median made small: rows that count, alike ones merged, each with the sites that can matter.

    cost (n x m), weights (n), sites  --lay_ground-->  Ground  --narrowed-->  smaller Ground
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gis.siting.choice import whole_numbers
from gis.siting.given import Sites
from gis.siting.medians import dual_kernels, kernels
from gis.siting.medians.dual_kernels import FREE, OPEN
from gis.siting.medians.kernels import (
    Columns,
    Flags,
    Floats,
    Ints,
    Lists,
    Marks,
    Served,
    Small,
)
from gis.siting.watch import Watch

_FINEST = 1000
"""Costs of up to three decimals are seen to be multiples of a step."""


@dataclass(frozen=True, eq=False)
class Ground:
    """
    What is left to choose: at most ``count`` of the sites ``names`` (positions of columns).

    ``opened`` are chosen already and part of the base of the lists; ``fine`` is the base of a row
    that has none. Objectives are multiples of ``step`` (0: of nothing known).
    """

    lists: Lists
    names: Ints
    opened: Ints
    count: int
    fine: float
    step: float

    @property
    def size(self) -> int:
        """How many sites there are to choose from."""
        return len(self.names)

    @property
    def pairs(self) -> int:
        """How many pairs of row and site."""
        return len(self.lists.site)

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.lists.base)

    @property
    def settled(self) -> bool:
        """Whether there is nothing to choose."""
        return self.count == 0 or self.count >= self.size

    def sites(self, chosen: Ints | Small | Flags) -> Ints:
        """Return positions of columns: what is opened, and those chosen here."""
        return np.sort(np.r_[self.opened, self.names[chosen]])


def nearest_of(cost: sparse.csr_array, sites: Ints) -> Floats:
    """Return what each row costs from the nearest of some sites (inf: none)."""
    among = np.zeros(cost.shape[1], np.bool_)
    among[sites] = True
    paid = np.r_[np.where(among[cost.indices], cost.data, np.inf), np.inf]
    found = np.minimum.reduceat(paid, cost.indptr[:-1]) if cost.shape[0] else np.empty(0)
    found[np.diff(cost.indptr) == 0] = np.inf
    return found


def lay_ground(cost: sparse.csr_array, weights: Floats, sites: Sites, count: int) -> Ground:
    """
    Return what is to be chosen: what stands or is required serves already.

    Rows of no weight are left out, rows of equal cost are one. Cost grows with the pairs.
    """
    counting = np.flatnonzero(weights > 0)
    opened = sites.required
    free = np.setdiff1d(sites.free, opened)
    among = cost[counting]
    base = nearest_of(among, np.r_[sites.existing, opened])
    pairs = sparse.csr_array(among[:, free])
    pairs.sort_indices()
    first_of, group = _alike(pairs, base)
    weight = np.bincount(group, weights[counting], minlength=len(first_of))
    pairs, base = pairs[first_of], base[first_of] * weight
    paid = pairs.data * np.repeat(weight, np.diff(pairs.indptr))
    fine = _fine(pairs.indptr, paid, base)
    step = _step(np.r_[paid, base[np.isfinite(base)]])
    base[np.isinf(base)] = fine
    indptr, indices = pairs.indptr.astype(np.int64), pairs.indices.astype(np.int32)
    first, site, near = kernels.sort_rows(indptr, indices, paid, base)
    lists = Lists(first, site, near, base)
    return Ground(lists, free, opened, count - len(opened), fine, step)


def _alike(pairs: sparse.csr_array, base: Floats) -> tuple[Ints, Ints]:
    """Return the first row of each kind, and each row's kind."""
    kinds: dict[tuple[bytes, bytes, float], int] = {}
    first: list[int] = []
    group = np.empty(len(base), np.int64)
    for row in range(len(base)):  # a row's bytes are its kind: no quicker way over whole columns
        part = slice(pairs.indptr[row], pairs.indptr[row + 1])
        kind = (pairs.indices[part].tobytes(), pairs.data[part].tobytes(), float(base[row]))
        group[row] = kinds.setdefault(kind, len(kinds))
        if group[row] == len(first):
            first.append(row)
    return np.array(first, np.int64), group


def _fine(indptr: Ints, paid: Floats, base: Floats) -> float:
    """Return more than all rows can cost together when all are served."""
    most = np.where(np.isfinite(base), base, 0.0)
    filled = np.flatnonzero(np.diff(indptr))
    if len(filled):
        dearest = np.maximum.reduceat(paid, indptr[filled])
        most[filled] = np.maximum(most[filled], dearest)
    return float(np.ceil(most.sum() * 1.001)) + 1.0


def _step(paid: Floats) -> float:
    """Return the largest of 1, 0.1, 0.01, 0.001 of which all are multiples; 0: none."""
    parts = 1
    while parts <= _FINEST:
        scaled = paid * parts
        near = np.rint(scaled)
        # what 0.1 + 0.2 leaves behind is no finer step
        if whole_numbers(near) and bool(
            (np.abs(scaled - near) <= 1e-12 * np.maximum(near, 1)).all()
        ):
            return 1 / parts
        parts *= 10
    return 0.0


def narrowed(ground: Ground, state: Marks, price: Floats, extra: Floats, room: float) -> Ground:
    """Open and close sites (``state``, m), and leave out pairs that cost ``room`` or more."""
    free = np.flatnonzero(state == FREE)
    name = np.full(ground.size, -1, np.int32)
    name[free] = np.arange(len(free))
    lists = dual_kernels.narrow(ground.lists, state, name, price, extra, room, ground.fine)
    opened = ground.names[state == OPEN]
    return Ground(
        Lists(*lists),
        ground.names[free],
        np.r_[ground.opened, opened],
        ground.count - len(opened),
        ground.fine,
        ground.step,
    )


@dataclass(frozen=True, eq=False)
class Search:
    """A choice on a ground, bettered by exchanges."""

    ground: Ground
    columns: Columns
    chosen: Small
    served: Served

    @property
    def cost(self) -> float:
        """What all rows cost now."""
        return float(self.served.at.sum())

    def exchange(self, work: float, watch: Watch) -> float:
        """Exchange while that saves, ``work`` pairs between two looks; return the cost."""
        arrays = (self.ground.lists, self.columns, self.chosen, self.served)
        before = np.inf
        while self.cost < before and not watch.over:
            before = self.cost
            kernels.exchange(*arrays, 0, int(work))
        return self.cost

    def wander(self, work: float, seed: int = 1) -> tuple[int, float]:
        """Shake and exchange again and again; return the next seed and the cost."""
        arrays = (self.ground.lists, self.columns, self.chosen, self.served)
        seed, cost = kernels.wander(*arrays, seed, int(work))
        return int(seed), float(cost)


def search_from(ground: Ground, chosen: Ints | Small) -> Search:
    """
    Start a search from some of the sites (places in ``names``); those lacking are added greedily.

    ``ground.count`` is more than 0 and less than its size.
    """
    columns = Columns(*kernels.by_column(ground.lists, ground.size))
    places = np.full(ground.count, -1, np.int32)
    places[: len(chosen)] = chosen
    if len(chosen) < ground.count:
        kernels.greedy(ground.lists, columns, places, len(chosen))
    near, next_ = np.empty((2, ground.rows), np.int32)
    at, then, loss = np.empty(ground.rows), np.empty(ground.rows), np.empty(ground.count + 1)
    served = Served(np.empty(ground.size, np.int32), near, next_, at, then, loss)
    kernels.open_all(ground.lists, places, served)
    return Search(ground, columns, places, served)
