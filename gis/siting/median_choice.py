"""
The answer to a question of costs: order of contribution, who serves whom, recounted from the costs.

    cost (n x m), weights (n), chosen sites  -->  order, gains, served, objectives
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gis.siting.choice import Floats, Ints
from gis.siting.given import Sites
from gis.siting.median_ground import nearest_of


@dataclass(frozen=True, eq=False)
class Ordered:
    """Sites in order of contribution, and what each changed: total and greatest cost."""

    sites: Ints
    totals: Floats
    greatest: Floats


def gained(after: Floats) -> Floats:
    """Return what each site took off; NaN while not all rows were served before."""
    known = np.where(np.isfinite(after), after, np.nan)
    return known[:-1] - known[1:]


def finite(value: float) -> float:
    """Return NaN for inf: not all rows are served."""
    return value if np.isfinite(value) else float("nan")


def in_order(
    cost: sparse.csr_array, weights: Floats, sites: Sites, chosen: Ints, *, farthest: bool
) -> Ordered:
    """
    Order chosen sites: first those that let most rows be served, then those that save most.

    What saves most is the greatest cost with ``farthest``, then (or else) the total; ties go to
    the smaller position. Sites that better no row are left out unless required. ``totals`` and
    ``greatest`` begin with what stands alone. Cost: chosen x their pairs.
    """
    counting = np.flatnonzero(weights > 0)
    among, weight = cost[counting], weights[counting]
    at = nearest_of(among, sites.existing)
    left = [int(site) for site in np.sort(chosen)]
    columns = {site: _column(among, site) for site in left}
    order, steps = [], [_measure(at, weight)]
    while left:
        scores = [_score(np.minimum(at, columns[site]), weight, farthest) for site in left]
        best = max(range(len(left)), key=scores.__getitem__)
        site = left.pop(best)
        if not np.any(columns[site] < at) and site not in sites.required:
            continue
        at = np.minimum(at, columns[site])
        order.append(site)
        steps.append(_measure(at, weight))
    totals, greatest = np.array(steps).T
    return Ordered(np.array(order, np.int64), totals, greatest)


def _column(cost: sparse.csr_array, site: int) -> Floats:
    return nearest_of(cost, np.array([site]))


def _score(
    after: Floats,
    weight: Floats,
    farthest: bool,  # noqa: FBT001 - internal
) -> tuple[float, ...]:
    served = np.isfinite(after)
    total = float((after[served] * weight[served]).sum())
    most = float(after[served].max(initial=0.0)) if farthest else 0.0
    return float(served.sum()), -most, -total


def _measure(at: Floats, weight: Floats) -> tuple[float, float]:
    """Return total and greatest cost; inf where a row is not served."""
    return float((at * weight).sum()), float(at.max(initial=0.0))


def nearest_site(cost: sparse.csr_array, open_: Ints) -> Ints:
    """Return for each row the open column that serves it at least cost, -1: none."""
    among = np.zeros(cost.shape[1], np.bool_)
    among[open_] = True
    found = nearest_of(cost, open_)
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    serving = np.flatnonzero(among[cost.indices] & (cost.data == found[row]))
    nearest = np.full(cost.shape[0], -1, np.int64)
    # columns rise within a row: written from behind, the smallest stays
    nearest[row[serving[::-1]]] = cost.indices[serving[::-1]]
    return nearest
