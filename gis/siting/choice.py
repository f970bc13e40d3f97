"""
The answer of a location model: which sites, how good, and what is proved.

    chosen sites, objective, bound  --choice-->  Choice
"""

import heapq
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gis.errors import ResultError
from gis.siting.watch import PROVED, Watch, gap_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

OPTIMAL, WITHIN_GAP, BEST_FOUND = "proved optimal", "within gap", "best found"
STATUSES = (OPTIMAL, WITHIN_GAP, BEST_FOUND)
STATUS_NAMES = {
    OPTIMAL: ("已证明最优", "proved optimal"),
    WITHIN_GAP: ("在允许差距内", "within the gap asked for"),
    BEST_FOUND: ("目前最好（未证明）", "best found, not proved"),
}
"""What people call each status: (中文, English)."""


@dataclass(frozen=True, eq=False)
class Choice:
    """
    New sites, with the proof of how good they are.

    ``sites`` (positions of columns) come in order of contribution: each adds most to those before
    it, ties to the smaller position; ``gains`` is what each added to the objective so (NaN where
    that is not defined: the first site of all, for a sum of costs). Existing sites serve and are
    not listed. ``bound`` is proved: no choice is better. ``gap`` is |bound - objective| relative
    to the objective, 0 where proved optimal. ``before`` is the objective of existing sites alone
    (NaN where they serve not all). ``served`` names for each row the column that serves it, -1
    for none. ``closed`` are existing sites to close. ``second`` holds objective and bound of the
    second goal of a lexicographic question.
    """

    sites: Ints
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float
    gains: Floats
    before: float
    served: Ints
    existing: Ints
    closed: Ints
    second: tuple[float, float] | None = None


class NoPlan(ResultError):  # noqa: N818 - an answer as much as an error: it carries what would do
    """
    No choice of sites fulfils what was asked.

    ``unreached`` are rows that no site that may stand can serve, ``least_count`` is the least
    number of new sites that would do (None: not known, or none would), ``best`` what comes
    nearest.
    """

    def __init__(
        self,
        message: str,
        *,
        english: str,
        unreached: Ints | None = None,
        least_count: int | None = None,
        best: Choice | None = None,
    ) -> None:
        super().__init__(message, english=english)
        self.unreached = np.empty(0, np.int64) if unreached is None else unreached
        self.least_count = least_count
        self.best = best


def settled(
    objective: float, bound: float, watch: Watch, *, whole: bool
) -> tuple[float, float, str]:
    """
    Return bound, gap and status word for an objective and a bound on it, from whichever side.

    ``whole``: every objective is a whole number, so that a bound less than one away proves. Else
    what floating point cannot tell apart (relative 1e-9) counts as equal.
    """
    away = abs(bound - objective)
    slack = min(1e-6 * max(1.0, abs(objective)), 0.5) if whole else PROVED * abs(objective)
    proved = away < 1 - slack if whole else away <= slack
    if proved:
        return objective, 0.0, OPTIMAL
    if whole and math.isfinite(bound):
        bound = math.floor(bound + slack) if bound > objective else math.ceil(bound - slack)
    gap = gap_between(objective, bound)
    return bound, gap, WITHIN_GAP if gap <= watch.gap else BEST_FOUND


def whole_numbers(values: Floats) -> bool:
    """Tell whether all are whole numbers small enough to add exactly."""
    return bool(np.all(values == np.rint(values)) and values.sum() < 2**52)


def order_of_cover(
    reach: sparse.csr_array, weights: Floats, chosen: Ints, standing: Ints
) -> tuple[Ints, Floats]:
    """
    Order chosen sites by what each adds to the weight covered, most first.

    Returns positions and gains; ties go to the smaller position. Cost: chosen x their rows.
    """
    columns = sparse.csc_array(reach)
    open_weight = np.array(weights, dtype=np.float64)
    for site in standing:
        open_weight[_rows(columns, site)] = 0.0
    # what a site adds only falls as others are chosen: most need not be added again (Minoux 1978)
    heap = [(-math.inf, int(site)) for site in sorted(chosen)]
    order, gains = [], []
    while heap:
        site = heapq.heappop(heap)[1]
        added = float(open_weight[_rows(columns, site)].sum())
        if heap and (-added, site) > heap[0]:
            heapq.heappush(heap, (-added, site))
            continue
        order.append(site)
        gains.append(added)
        open_weight[_rows(columns, site)] = 0.0
    return np.array(order, dtype=np.int64), np.array(gains, dtype=np.float64)


def _rows(columns: sparse.csc_array, site: int) -> Ints:
    rows: Ints = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
    return rows
