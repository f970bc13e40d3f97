"""
Which sums over regions may be told together without telling of a few people.

A figure is the sum of a weight over a region: those a site serves, those of a grid who are
covered. Regions overlap, so that a difference of two large figures may be two people. Cut along
all regions, a place falls into cells; a reader knows the sums and that no cell is negative:

    regions x units, weights  ->  cells  --linear programme-->  range of each cell  ->  figures told

A figure is told only if after it every cell of 1 to k - 1 could still hold at least k different
values. Then no union of cells smaller than k is given away either, since each cell in it is. What
may not be told to the head may often be told to the nearest 2k, or 10k.
"""

from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Flags = NDArray[np.bool_]
Ways = NDArray[np.int8]
Floats = NDArray[np.float64]

MOST_CELLS = 4_000
"""More cells than this are not searched through: nothing is told beyond what is told already."""
_SLACK = 1e-6
HIDDEN, EXACT, ROUNDED, COARSE = 0, 1, 2, 3
"""How a figure is told: not at all, as it is, or to the nearest 2k, or 10k."""
_STEPS = {ROUNDED: 2, COARSE: 10}


def rounded(values: Floats, ways: Ways, k: int) -> Floats:
    """Return figures as they are told; hidden ones are NaN."""
    told = np.where(ways == HIDDEN, np.nan, values)
    for way, times in _STEPS.items():
        told = np.where(ways == way, times * k * np.rint(values / (times * k)), told)
    return told


def tellable(
    regions: Flags,
    weights: Floats,
    told: Flags,
    k: int,
    *,
    most: Floats | None = None,
    roundable: Flags | None = None,
    never: Flags | None = None,
) -> Ways:
    """
    Choose the figures that may be told.

    Parameters
    ----------
    regions
        f x n: which of n units each figure sums up; those that matter most come first.
    weights
        n, not negative.
    told
        f: figures that are told already, whatever follows.
    most
        f: what a reader knows each figure cannot exceed; inf for nothing.
    roundable
        f: figures that are still of use when rounded.
    never
        f: figures to hide whatever follows from them, such as small ones.

    Returns
    -------
    Ways
        f: HIDDEN, EXACT (all of ``told``), ROUNDED or COARSE. The same input tells the same. Cost:
        per figure that must stay hidden some rounds of linear programmes, two for each small cell
        at most.
    """
    counted = weights > 0
    cells, mass = _cells(regions[:, counted], weights[counted])
    ways = np.where(told, EXACT, HIDDEN).astype(np.int8)
    if len(mass) > MOST_CELLS:
        return ways
    bound = np.full(len(regions), np.inf) if most is None else most
    reader = _Reader(cells, mass, bound, k)
    # what is narrow already is none of our doing
    reader.watch(ways)
    open_ = ~told if never is None else ~told & ~never
    _admit(reader, ways, np.flatnonzero(open_), EXACT)
    for way in _STEPS if roundable is not None else ():
        _admit(reader, ways, np.flatnonzero((ways == HIDDEN) & open_ & roundable), way)
    return ways


def _cells(regions: Flags, weights: Floats) -> tuple[Flags, Floats]:
    """Merge units that every figure treats alike: f x c, and the weight of each cell."""
    packed = np.packbits(regions, axis=0).T
    _, first, cell = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    mass: Floats = np.bincount(cell.ravel(), weights, len(first)).astype(float)
    return regions[:, first], mass


def _admit(reader: "_Reader", ways: Ways, asked: NDArray[np.int64], way: int) -> None:
    """Tell as many of the figures as may be told, halving what may not be told together."""
    if not len(asked):
        return
    tried = ways.copy()
    tried[asked] = way
    if reader.keeps(tried):
        ways[asked] = way
    elif len(asked) > 1:
        half = (len(asked) + 1) // 2
        _admit(reader, ways, asked[:half], way)
        _admit(reader, ways, asked[half:], way)


@dataclass(eq=False)
class _Reader:
    """What somebody can find out who knows some figures."""

    cells: Flags
    mass: Floats
    most: Floats
    k: int
    watched: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def watch(self, told: Ways) -> None:
        """From now on keep wide the small cells that are wide now."""
        small = np.flatnonzero((self.mass > 0) & (self.mass < self.k))
        self.watched = small[self._wide(told, small, stop=False)]

    def keeps(self, told: Ways) -> bool:
        """Tell whether all small cells stay wide with these figures told."""
        return bool(self._wide(told, self.watched, stop=True).all())

    def _wide(self, told: Ways, cells: NDArray[np.int64], *, stop: bool) -> Flags:
        """Tell which cells keep k values; with ``stop`` the first narrow one ends the search."""
        low, high = self.mass.copy(), self.mass.copy()
        wide = np.ones(len(cells), dtype=bool)
        solver: Any = None
        for place, cell in enumerate(cells):
            for sign in (-1.0, 1.0):
                if high[cell] - low[cell] >= self.k - _SLACK:
                    break
                solver = self._solver(told) if solver is None else solver
                # every answer is a world that fits: it widens other cells too
                world = _extreme(solver, int(cell), sign)
                low, high = np.minimum(low, world), np.maximum(high, world)
            wide[place] = high[cell] - low[cell] >= self.k - _SLACK
            if stop and not wide[place]:
                break
        return wide

    def _solver(self, told: Ways) -> Any:
        rows = (told != HIDDEN) | np.isfinite(self.most)
        matrix = sparse.csc_array(self.cells[rows].astype(float))
        sums, way = self.cells[rows] @ self.mass, told[rows]
        near = rounded(sums, way, self.k)
        half = self.k / 2 * np.array([0, 0, *_STEPS.values()])[way]
        untold = way == HIDDEN
        lower = np.where(untold, 0.0, np.maximum(near - half, 0.0))
        upper = np.where(untold, np.maximum(self.most[rows], sums), near + half)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.mass), int(rows.sum())
        model.col_cost_ = np.zeros(len(self.mass))
        model.col_lower_ = np.zeros(len(self.mass))
        # a figure nobody bounds may be anything; far beyond k is as good as endless
        model.col_upper_ = np.full(len(self.mass), self.mass.sum() + 10.0 * self.k)
        model.row_lower_, model.row_upper_ = lower, upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
        model.a_matrix_.value_ = matrix.data
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 0)
        solver.setOptionValue("presolve", "off")  # the last answer is the start of the next
        solver.passModel(model)
        return solver


def _extreme(solver: Any, cell: int, sign: float) -> Floats:
    """Return the world in which a cell is least (sign 1) or greatest (-1)."""
    at = np.array([cell], np.int32)
    solver.changeColsCost(1, at, np.array([sign]))
    solver.run()
    status = solver.getInfo().primal_solution_status
    world = np.array(solver.getSolution().col_value)
    # only now: a changed cost takes the answer away
    solver.changeColsCost(1, at, np.array([0.0]))
    if status != highspy.SolutionStatus.kSolutionStatusFeasible:
        # the true world always fits; whoever cannot find one must not publish
        raise RuntimeError("no world fits the figures told")
    return world
