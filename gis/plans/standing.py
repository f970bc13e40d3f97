"""
What a set of open sites is worth: whom they cover, at what cost, by the goal's own measure.

    Task, open columns  --best_cost-->  cost of each row (n)      --value-->  one number

This is the plans' own arithmetic, apart from the location models: the recount compares it with
``gis.cover``, the explanation takes sites away and puts others in their place.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.plans.task import Task, within
from gis.siting.ruled import max_coverage
from gis.siting.rules import Rules

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


_SLACK = 1e-6
"""What floating point may lack."""


class Standing:
    """A task with some gates opened: costs by row and by column, and the worth of open sites."""

    def __init__(self, task: Task, opened: Flags) -> None:
        self.task = task
        self.cost = _with_ways(task, opened)
        self.reach = within(self.cost, task.limit)
        self.weights = task.weights
        self.counted = (task.weights > 0) & (np.diff(self.cost.indptr) > 0)

    @cached_property
    def columns(self) -> sparse.csc_array:
        """The costs by column."""
        return sparse.csc_array(self.cost)

    def hits(self, opened: Flags) -> Ints:
        """How many open sites cover each row."""
        count: Ints = self.reach @ (opened & self.task.sites).astype(np.int64)
        return count

    def best_cost(self, opened: Flags) -> Floats:
        """Return the least cost to an open site of each row; inf where there is none."""
        best = np.full(self.cost.shape[0], np.inf)
        some = np.flatnonzero(np.diff(self.cost.indptr))
        if len(some):
            told = np.where((opened & self.task.sites)[self.cost.indices], self.cost.data, np.inf)
            best[some] = np.minimum.reduceat(told, self.cost.indptr[some])
        return best

    def value(self, opened: Flags) -> float:
        """
        Return what the open sites are worth, as ``Plan.measure`` counts; more is better, so that
        minutes are negative (-inf where somebody counted is not served).
        """
        goal = self.task.asking.goal
        if self.task.asking.capacity:
            return self._served(opened)
        if goal in ("minutes", "farthest"):
            best = self.best_cost(opened)[self.counted] / self.task.per_minute
            if goal == "farthest":
                return -float(best.max(initial=0.0))
            return -float(self.weights[self.counted] @ best)
        hits, backup = self.hits(opened), self.backup
        once, twice = (float(self.weights[hits >= least].sum()) for least in (1, 2))
        return (1 - backup) * once + backup * twice

    def _served(self, opened: Flags) -> float:
        """Return the greatest weight that can have a place."""
        columns = np.flatnonzero(opened & self.task.sites)
        places = np.asarray(self.task.rules.capacities, dtype=float)[columns]
        rows = np.flatnonzero(self.counted)
        reach, rules = self.reach[rows][:, columns], Rules(capacities=places)
        stand = np.arange(len(columns))
        return max_coverage(reach, self.weights[rows], 0, existing=stand, rules=rules).objective

    def keeps_floors(self, opened: Flags) -> bool:
        """Tell whether every floor holds with these sites open."""
        covered = self.hits(opened) > 0
        floors = ((np.asarray(each.weights), each.share) for each in self.task.rules.floors)
        return all(
            float(weights[covered].sum()) >= share * float(weights.sum()) - _SLACK
            for weights, share in floors
        )

    @property
    def backup(self) -> float:
        """The weight of being covered twice."""
        return 0.0 if self.task.asking.share is not None else float(self.task.rules.backup)

    def added(self, opened: Flags) -> Floats:
        """Return for every column what opening it too would add to ``value`` (not for farthest)."""
        if self.task.asking.goal == "minutes":
            return self._minutes_saved(self.best_cost(opened))
        hits, backup = self.hits(opened), self.backup
        open_weight = self.weights * ((1 - backup) * (hits == 0) + backup * (hits == 1))
        gains: Floats = self.reach.T @ open_weight
        return gains

    def _minutes_saved(self, best: Floats) -> Floats:
        """Sum up what each column saves; whoever is served by none counts as very far."""
        far = 2 * max(1.0, self.cost.data.max(initial=0.0)) * (1 + self.counted.sum())
        row = np.repeat(np.arange(self.cost.shape[0]), np.diff(self.cost.indptr))
        best = np.where(np.isinf(best), far, best)
        saved = np.maximum(best[row] - self.cost.data, 0.0) * self.weights[row]
        return np.bincount(self.cost.indices, saved, self.cost.shape[1]) / self.task.per_minute


def _with_ways(task: Task, opened: Flags) -> sparse.csr_array:
    """Return the costs with the ways of the actions that are open; the least of each pair."""
    some = opened[task.ways[:, 2]]
    if not some.any():
        return task.cost
    ways, costs = task.ways[some], task.way_costs[some]
    row = np.repeat(np.arange(task.cost.shape[0]), np.diff(task.cost.indptr))
    rows, columns = np.r_[row, ways[:, 0]], np.r_[task.cost.indices, ways[:, 1]]
    values = np.r_[task.cost.data, costs]
    order = np.lexsort((values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    first = np.r_[True, (np.diff(rows) != 0) | (np.diff(columns) != 0)]
    start = np.searchsorted(rows[first], np.arange(task.cost.shape[0] + 1))
    return sparse.csr_array((values[first], columns[first], start), shape=task.cost.shape)
