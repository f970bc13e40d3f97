"""
A plan's question in matrices: made once, solved once for the plan and again for its curve.

    groups of units that walk alike (n), sites (m), cost between them  ->  Task
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.coverage.searcher import Searcher
from gis.plans.asking import Asking
from gis.siting.rules import Rules

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Task:
    """
    Whom each site can serve, and what may be done.

    Columns are stations that stand (in order of id), then candidates (in the order of their
    table), then gates that may be opened. Rows are groups of units of one building with the same
    storeys to climb, once for each service; the last row holds all whom nothing here can serve.

    Parameters
    ----------
    cost
        n x m, stored where the site can serve: milliseconds, or millimetres.
    weights
        n; whole numbers of people where places are shared out.
    row_of
        For each service and unit (s x u) its row; -1 for units that count for nothing.
    ids
        The m names: station, candidate, gate.
    existing, candidate, action
        Positions of the three parts.
    required, may_close
        Positions; forbidden candidates have none.
    rules
        All other constraints; empty where there are none.
    ways
        k x 3 (row, column, action): what a newly opened gate adds; ``way_costs`` (k) is what the
        way then costs (0 where only the limit counts).
    limit
        The limit asked, in units of ``cost``: what is within covers.
    per_minute
        What one minute one way (or one metre) is in units of ``cost``.
    searcher
        Searches the district with every candidate built.
    wide_ways
        Ways and their costs with every other gate open as well; only where that makes more of
        them, so that two gates together do more than one at a time.
    """

    asking: Asking
    cost: sparse.csr_array
    weights: Floats
    row_of: Ints
    ids: NDArray[np.object_]
    existing: Ints
    candidate: Ints
    action: Ints
    required: Ints
    may_close: Ints
    rules: Rules
    ways: Ints
    way_costs: Floats
    limit: float
    per_minute: float
    searcher: Searcher = field(repr=False)
    wide_ways: tuple[Ints, Floats] | None = None

    @cached_property
    def reach(self) -> sparse.csr_array:
        """Ones where a site covers: within the limit."""
        return within(self.cost, self.limit)

    @cached_property
    def sites(self) -> Flags:
        """Which columns are stations or candidates, no gates."""
        sites = np.ones(len(self.ids), dtype=bool)
        sites[self.action] = False
        return sites

    @cached_property
    def served_by_some(self) -> Flags:
        """Rows that some site can serve, with every gate that may be opened."""
        some: Flags = np.diff(self.cost.indptr) > 0
        some[self.ways[:, 0]] = True
        return some

    def options(self, **changed: Any) -> dict[str, Any]:
        """Return what every location model is told."""
        told = {
            "existing": self.existing,
            "required": self.required,
            "time_limit": self.asking.time_limit,
            "gap": self.asking.gap,
        }
        return {**told, **changed}


def within(cost: sparse.csr_array, limit: float) -> sparse.csr_array:
    """Return ones where a cost is stored that is at most the limit."""
    kept = cost.data <= limit
    start = np.r_[0, np.cumsum(kept)][cost.indptr]
    data = np.ones(int(kept.sum()), dtype=np.int8)
    return sparse.csr_array((data, cost.indices[kept], start), shape=cost.shape)
