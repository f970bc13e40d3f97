"""
The answer to a question of costs: order of contribution, who serves whom, recounted from the costs.

    cost (n x m), weights (n), chosen sites  -->  order, gains, served, objectives
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gis.siting.choice import Choice, Floats, Ints, settled
from gis.siting.given import Sites
from gis.siting.medians.ground import lay_ground, nearest_of
from gis.siting.medians.kernels import Columns, by_column, greedy
from gis.siting.watch import Watch


@dataclass(frozen=True, eq=False)
class Ordered:
    """Sites in order of contribution, and what each changed: total and greatest cost."""

    sites: Ints
    totals: Floats
    greatest: Floats


def _gained(after: Floats) -> Floats:
    """Return what each site took off; NaN while not all rows were served before."""
    known = np.where(np.isfinite(after), after, np.nan)
    return known[:-1] - known[1:]


def _finite(value: float) -> float:
    """Return NaN for inf: not all rows are served."""
    return value if np.isfinite(value) else float("nan")


def in_order(cost: sparse.csr_array, weights: Floats, sites: Sites, chosen: Ints) -> Ordered:
    """
    Order chosen sites: each lets most rows be served, then takes most off the total.

    Ties go to the smaller position. Sites that better no row are left out unless required.
    ``totals`` and ``greatest`` begin with what stands alone. Cost: a few passes over the pairs of
    the chosen.
    """
    others = np.setdiff1d(np.arange(sites.size), np.r_[sites.existing, chosen])
    nothing = np.empty(0, np.int64)
    among = Sites(sites.size, sites.existing, nothing, others, nothing)
    ground = lay_ground(cost, weights, among, len(chosen))
    columns = Columns(*by_column(ground.lists, ground.size))
    places = np.full(ground.size, -1, np.int32)
    greedy(ground.lists, columns, places, 0)
    counting = np.flatnonzero(weights > 0)
    weight, pairs = weights[counting], sparse.csc_array(cost[counting])
    at = nearest_of(cost, sites.existing)[counting]
    order, steps = [], [_measure(at, weight)]
    for site in ground.names[places].tolist():
        part = slice(pairs.indptr[site], pairs.indptr[site + 1])
        rows, paid = pairs.indices[part], pairs.data[part]
        if site in sites.required or np.any(paid < at[rows]):
            at[rows] = np.minimum(at[rows], paid)
            order.append(site)
            steps.append(_measure(at, weight))
    totals, greatest = np.array(steps).T
    return Ordered(np.array(order, np.int64), totals, greatest)


def _measure(at: Floats, weight: Floats) -> tuple[float, float]:
    """Return total and greatest cost; inf where a row is not served."""
    return float((at * weight).sum()), float(at.max(initial=0.0))


def build_choice(
    cost: sparse.csr_array,
    sites: Sites,
    ordered: Ordered,
    after: Floats,
    bound: float,
    watch: Watch,
) -> Choice:
    """Return the answer, where ``after`` is the objective after each site: totals, or greatest."""
    objective = float(after[-1])
    bound, gap, status = settled(objective, min(bound, objective), watch, whole=False)
    return Choice(
        sites=ordered.sites,
        objective=objective,
        bound=bound,
        gap=gap,
        status=status,
        seconds=watch.seconds,
        gains=_gained(after),
        before=_finite(float(after[0])),
        served=_nearest_site(cost, np.r_[sites.existing, ordered.sites]),
        existing=sites.existing,
        closed=np.empty(0, np.int64),
    )


def _nearest_site(cost: sparse.csr_array, open_: Ints) -> Ints:
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
